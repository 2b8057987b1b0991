//! Guards: when a plan is more than anybody should let pass unseen (semantics 1, 6, 20 and 21).

use crate::model::{FirstLoad, GuardLimits, HoldScope, OperationKind, PushCounts, PushPolicy, RowsKind};

use super::{Evidence, Finding, Load, Scope};

/// Below so many active records a percentage says nothing.
const FEW: u64 = 20;
/// How many changes of a kind may pass among few records.
const ALLOWED_AMONG_FEW: u64 = 3;

/// Everything that speaks against carrying a plan out; empty where nothing does.
pub fn guards(policy: &PushPolicy, evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(empty_file(evidence));
    findings.extend(first_load(evidence));
    findings.extend(unreadable_key(evidence));
    // A push that has loaded deltas before its first full export knows people already.
    if evidence.load == Load::Later || evidence.active > 0 {
        findings.extend(removals(&policy.guard, evidence));
    }
    if evidence.load == Load::Later {
        // What people have done since the last file is new by nature.
        let news = evidence.rows == RowsKind::Delta && evidence.kind != OperationKind::PushUsers;
        if !news {
            let allowed = policy.guard.max_created_percent;
            findings.extend(mass(evidence, "max_created_percent", allowed, |counts| counts.create));
        }
        findings.extend(mass(evidence, "max_updated_percent", policy.guard.max_updated_percent, |counts| {
            counts.update
        }));
    }
    findings
}

/// Two pushes that acknowledge the same record would undo each other's work for ever (semantics 5):
/// `count` changes of this plan are about records that the push `other` has acknowledged.
pub fn shared_keys(count: u64, other: &str, first: &str) -> Option<Finding> {
    (count > 0).then(|| Finding {
        guard: "shared_key",
        found: format!("{count} records that `{other}` has acknowledged, the first with key {first}"),
        limit: "none, unless the push says shared = true".to_owned(),
        explanation: "two pushes to one connection and operation that hold the same records fight: each would \
                      undo what the other did; take the records out of one of them, or set shared = true in both \
                      if they set different fields"
            .to_owned(),
        scope: Scope::Push,
    })
}

fn empty_file(evidence: &Evidence<'_>) -> Option<Finding> {
    if evidence.rows == RowsKind::Delta || evidence.rows_in_file > evidence.filtered {
        return None;
    }
    let (everybody, nobody) = match evidence.kind {
        OperationKind::PushUsers => ("everybody".to_owned(), "nobody"),
        kind => (format!("every {}", kind.nouns().0), "none"),
    };
    let (found, way_out) = if evidence.rows_in_file == 0 {
        ("no rows below the header".to_owned(), format!("find out why the source system exported {nobody}"))
    } else {
        (
            format!("{} rows, and `where` leaves all of them out", evidence.filtered),
            "compare `where` in the job with the values in the file".to_owned(),
        )
    };
    Some(Finding {
        guard: "empty_file",
        found,
        limit: "at least one row in a full export".to_owned(),
        explanation: format!(
            "a full export lists {everybody}, so this one would say that all {} active records are gone; {way_out}",
            evidence.active
        ),
        scope: Scope::Push,
    })
}

fn first_load(evidence: &Evidence<'_>) -> Option<Finding> {
    if evidence.load != Load::First(None::<FirstLoad>) || evidence.rows_in_file == evidence.filtered {
        return None;
    }
    let counts = &evidence.tally.counts;
    let (changes, made) = (counts.changes(), counts.create);
    let (_, many) = evidence.kind.nouns();
    let users = evidence.kind == OperationKind::PushUsers;
    let effect = match (evidence.mails_people, evidence.repeatable) {
        (true, _) if users => format!(" and mail {made} of them"),
        (true, _) => format!(", and for {made} of them the learner may be mailed"),
        (false, false) => format!(", and for {made} of them something may be granted or mailed"),
        (false, true) => String::new(),
    };
    let existing = if users { "no password is reset" } else { "they are sent as updates" };
    Some(Finding {
        guard: "first_load",
        found: format!("{changes} records, and nothing is known of what the LMS holds"),
        limit: "`first_load` in the push says what a first load means".to_owned(),
        explanation: format!(
            "this first load would touch {changes} {many}{effect}; set first_load = \"create\" (they are new), \
             \"existing\" (the LMS has them: {existing}) or \"adopt\" (the LMS has them with these \
             values: nothing is sent) in the push, and drop the file again"
        ),
        scope: Scope::Push,
    })
}

fn unreadable_key(evidence: &Evidence<'_>) -> Option<Finding> {
    let unreadable = evidence.tally.unreadable_keys;
    let (_, many) = evidence.kind.nouns();
    if unreadable > 0 && evidence.load == Load::First(Some(FirstLoad::Existing)) {
        // Whoever they are, the LMS has them; once loaded they would look new, and get a new password.
        let harm = match evidence.kind {
            OperationKind::PushUsers => "get a new password",
            _ => "be sent a second time",
        };
        return Some(Finding {
            guard: "unreadable_key",
            found: format!("{unreadable} rows whose key can't be read"),
            limit: format!("none in a first load of {many} that exist already"),
            explanation: format!(
                "corrected later, these {many} would be taken for new ones and {harm}; correct the rows in the \
                 export and drop the whole file again"
            ),
            scope: Scope::Push,
        });
    }
    (unreadable > 0 && evidence.tally.counts.remove > 0).then(|| Finding {
        guard: "unreadable_key",
        found: format!("{unreadable} rows whose key can't be read"),
        limit: "none while something is to be removed".to_owned(),
        explanation: format!(
            "such a row may belong to one of the {} {many} that seem to have gone; correct the rows and drop \
             the file again",
            evidence.tally.counts.remove
        ),
        scope: Scope::Removals,
    })
}

fn removals(limits: &GuardLimits, evidence: &Evidence<'_>) -> Vec<Finding> {
    let fresh = &evidence.tally.fresh;
    let count = fresh.deactivate + fresh.remove;
    let scope = match limits.hold {
        HoldScope::Removals => Scope::Removals,
        HoldScope::Push => Scope::Push,
    };
    let counts = &evidence.tally.counts;
    let (_, many) = evidence.kind.nouns();
    let inactive = match evidence.kind {
        OperationKind::PushUsers => format!(" and {} rows make somebody inactive", counts.deactivate),
        _ => String::new(),
    };
    let finding = |guard, limit: String| Finding {
        guard,
        found: share(count, evidence.active),
        limit,
        explanation: format!(
            "{} {many} are absent from the file{inactive}; if that is right, raise `{guard}` in [guard] for this \
             once, or correct the export and drop it again",
            counts.remove
        ),
        scope,
    };
    if evidence.active < FEW {
        return if count > ALLOWED_AMONG_FEW && limits.max_removed_percent < 100.0 {
            let limit = format!("{ALLOWED_AMONG_FEW} while fewer than {FEW} records are active");
            vec![finding("max_removed_percent", limit)]
        } else {
            Vec::new()
        };
    }
    let mut findings = Vec::new();
    if percent(count, evidence.active) > limits.max_removed_percent {
        findings.push(finding("max_removed_percent", format!("{} %", limits.max_removed_percent)));
    }
    let usual = median(evidence.recent_removals);
    if count > limits.max_removed && count as f64 > limits.median_factor * usual {
        let limit = if limits.median_factor > 0.0 {
            format!(
                "{}, or {} times the median of the last runs ({usual})",
                limits.max_removed, limits.median_factor
            )
        } else {
            limits.max_removed.to_string()
        };
        findings.push(finding("max_removed", limit));
    }
    findings
}

/// Creations or updates beyond a share of the active records: most likely a column was reformatted, or
/// the key was.
fn mass(
    evidence: &Evidence<'_>,
    guard: &'static str,
    allowed: f64,
    count: fn(&PushCounts) -> u64,
) -> Option<Finding> {
    let fresh = count(&evidence.tally.fresh);
    let few = evidence.active < FEW;
    // The first files of a delta job find an empty snapshot, and that is nothing special (semantics 6).
    if few && evidence.rows == RowsKind::Delta {
        return None;
    }
    let limit = if few {
        if fresh <= ALLOWED_AMONG_FEW || allowed >= 100.0 {
            return None;
        }
        format!("{ALLOWED_AMONG_FEW} while fewer than {FEW} records are active")
    } else if percent(fresh, evidence.active) > allowed {
        format!("{allowed} %")
    } else {
        return None;
    };
    let (what, likely) = if guard == "max_created_percent" {
        ("new", "were the keys reformatted (leading zeros, another column)?")
    } else {
        ("changed", "was a column reformatted (a date, upper case)?")
    };
    Some(Finding {
        guard,
        found: share(fresh, evidence.active),
        limit,
        explanation: format!(
            "so many {what} records in one file are rare: {likely} If they are right, raise `{guard}` in \
             [guard] for this once"
        ),
        scope: Scope::Push,
    })
}

fn percent(count: u64, of: u64) -> f64 {
    if of == 0 { if count == 0 { 0.0 } else { 100.0 } } else { count as f64 * 100.0 / of as f64 }
}

fn share(count: u64, of: u64) -> String {
    format!("{count} of {of} active records ({:.1} %)", percent(count, of))
}

fn median(counts: &[u64]) -> f64 {
    let mut sorted = counts.to_vec();
    sorted.sort_unstable();
    let middle = sorted.len() / 2;
    match (sorted.get(middle), middle.checked_sub(1).and_then(|before| sorted.get(before))) {
        (Some(&upper), Some(&lower)) if sorted.len().is_multiple_of(2) => (upper + lower) as f64 / 2.0,
        (Some(&upper), _) => upper as f64,
        (None, _) => 0.0,
    }
}

#[cfg(test)]
#[path = "guard_tests.rs"]
mod tests;
