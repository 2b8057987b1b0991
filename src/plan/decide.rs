//! The decision table: one key, what the export says of it, what the LMS is known to hold, and what is
//! still open, in; one step out.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::model::{
    Change, ChangeKind, Extras, FieldName, Fields, Fingerprint, FirstLoad, Key, Missing, OnChange, Origin,
    Problem, PushPolicy, RowReject, RowsKind, Standing,
};

use super::{Candidate, Entry, Load, Prior, Seen};

/// What every decision of a plan shares.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// What the job says.
    pub policy: &'a PushPolicy,
    /// What a corrected row does; users and links are always sent.
    pub on_change: OnChange,
    /// The fields whose values are compared.
    pub compared: &'a BTreeSet<FieldName>,
    /// Whether this is the first load.
    pub load: Load,
    /// Whether the export holds everybody; a file of corrections never does.
    pub rows: RowsKind,
    /// The day, in the job's time zone.
    pub today: NaiveDate,
}

/// What is to happen with one key.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// The row turned down now, since it can't be made.
    pub reject: Option<RowReject>,
    /// All rows of the key turned down now, since they contradict each other.
    pub contradiction: Option<Contradiction>,
    /// Rows that say the same as another one.
    pub duplicates: u64,
    /// What is to be done.
    pub step: Step,
    /// What of earlier changes of the key, still waiting or parked, must not be sent any more.
    pub withdraw: Withdraw,
}

/// Rows of one key that differ. There may be very many (a key that is none), so they are kept small.
#[derive(Clone, Debug)]
pub struct Contradiction {
    /// Why, and what to do.
    pub reason: String,
    /// The rows.
    pub rows: Vec<Origin>,
}

impl Contradiction {
    /// The reject of one of the rows.
    pub fn reject(&self, key: &Key, origin: &Origin) -> RowReject {
        let problem = Problem { field: None, value: Some(key.to_string()), reason: self.reason.clone() };
        RowReject { origin: origin.clone(), key: Some(key.clone()), problems: vec![problem] }
    }
}

/// Which earlier changes of a key say what holds no more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Withdraw {
    /// None.
    #[default]
    Nothing,
    /// Those that would make somebody inactive: the key is in the file, though no row of it can be taken.
    Removals,
    /// All.
    Everything,
}

/// What is to be done with one key.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Step {
    /// Nothing, and no row to account for.
    #[default]
    Nothing,
    /// The row says what the LMS is known to hold, or what differs is left alone.
    Unchanged {
        /// Whether a value that the LMS holds is empty in the row (semantics 15).
        emptied: bool,
        /// Whether the row differs, and the job leaves that alone (semantics 17).
        ignored: bool,
    },
    /// Recorded as acknowledged, without a call (`first_load = "adopt"`).
    Adopt(Fields),
    /// Absent, and the job does not say what that means.
    Vanished,
    /// A change.
    Change {
        /// The change.
        change: Box<Change>,
        /// Whether an earlier change of the key and kind was still open or came to nothing: no news for
        /// guards.
        repeated: bool,
    },
}

/// Decides one key.
pub fn decide(context: &Context<'_>, entry: &Entry) -> Decision {
    match &entry.seen {
        Seen::Present => Decision { withdraw: Withdraw::Removals, ..Decision::default() },
        Seen::Absent => absent(context, entry),
        Seen::Rows(first, others) => {
            if others.iter().all(|(_, identity)| *identity == first.identity) {
                let mut decision = present(context, entry, first);
                decision.duplicates = others.len() as u64;
                decision
            } else {
                contradiction(first, others)
            }
        }
    }
}

/// Rows of one key that differ: nobody can tell which one is meant, so none is taken (semantics 2).
fn contradiction(first: &Candidate, others: &[(Origin, Fingerprint)]) -> Decision {
    let origins = || std::iter::once(&first.origin).chain(others.iter().map(|(origin, _)| origin));
    let named: Vec<String> = origins().take(5).map(|origin| origin.row.to_string()).collect();
    let more = match (others.len() + 1).saturating_sub(named.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let reason = format!(
        "{} rows have this key and differ (rows {}{more}); keep the one that is right",
        others.len() + 1,
        named.join(", ")
    );
    let contradiction = Contradiction { reason, rows: origins().cloned().collect() };
    Decision { contradiction: Some(contradiction), withdraw: Withdraw::Removals, ..Decision::default() }
}

fn absent(context: &Context<'_>, entry: &Entry) -> Decision {
    if context.rows == RowsKind::Delta {
        return Decision::default();
    }
    // Somebody may leave before an earlier file's change of them was sent: a record to be made, or one
    // to be switched on again.
    let stays = Decision { withdraw: entry.prior.withdrawn(), ..Decision::default() };
    let Some(known) = &entry.known else { return stays };
    if known.standing == Standing::Removed && entry.prior.is_certain() {
        return stays;
    }
    let step = match &context.policy.on_missing {
        Missing::Ignore => Step::Vanished,
        Missing::Withdraw => change(
            entry,
            ChangeKind::Remove,
            None,
            Some(known.fields.clone()),
            known.fields.clone(),
            known.fields.clone(),
            Extras::default(),
        ),
        Missing::Set(fields) => {
            let after = known.fields.overlaid(fields);
            if after == known.fields && entry.prior.is_certain() {
                return stays;
            }
            change(
                entry,
                ChangeKind::Remove,
                None,
                Some(known.fields.clone()),
                after.clone(),
                after,
                Extras::default(),
            )
        }
    };
    Decision { step, ..Decision::default() }
}

fn present(context: &Context<'_>, entry: &Entry, row: &Candidate) -> Decision {
    let Some(known) = &entry.known else { return unknown(context, entry, row) };
    let always = Extras { create: Fields::default(), ..row.extras.clone() };
    let origin = Some(row.origin.clone());
    let before = Some(known.fields.clone());
    // The row may take back what an earlier file wanted and the LMS has not got yet.
    let unchanged = |emptied, ignored| Decision {
        step: Step::Unchanged { emptied, ignored },
        withdraw: entry.prior.withdrawn(),
        ..Decision::default()
    };
    let step = if known.standing == Standing::Removed {
        let sent = context.policy.on_return.overlaid(&row.fields);
        change(entry, ChangeKind::Update, origin, before, known.fields.overlaid(&sent), sent, always)
    } else if row.fields.within(&known.fields)
        && (entry.prior.is_certain() || context.on_change != OnChange::Send)
    {
        let emptied = known.fields.iter().any(|(name, value)| {
            !value.is_empty() && context.compared.contains(name) && row.fields.get(name).is_none()
        });
        return unchanged(emptied, false);
    } else if context.on_change == OnChange::Ignore {
        return unchanged(false, true);
    } else {
        let after = known.fields.overlaid(&row.fields);
        let roles = &context.policy.roles;
        let leaves = roles.inactive(&after, context.today) && !roles.inactive(&known.fields, context.today);
        let kind = if leaves { ChangeKind::Deactivate } else { ChangeKind::Update };
        change(entry, kind, origin, before, after, row.fields.clone(), always)
    };
    // While a correction waits for a person, no older one goes.
    let withdraw = match context.on_change {
        OnChange::Hold => entry.prior.withdrawn(),
        OnChange::Send | OnChange::Ignore => Withdraw::Nothing,
    };
    Decision { step, withdraw, ..Decision::default() }
}

/// A row of a record that the LMS is not known to hold.
fn unknown(context: &Context<'_>, entry: &Entry, row: &Candidate) -> Decision {
    let origin = Some(row.origin.clone());
    let exists = match context.load {
        Load::First(Some(FirstLoad::Adopt)) => {
            return Decision { step: Step::Adopt(row.fields.clone()), ..Decision::default() };
        }
        Load::First(Some(FirstLoad::Existing)) => true,
        Load::First(_) | Load::Later => entry.presumed,
    };
    if exists {
        let always = Extras { create: Fields::default(), ..row.extras.clone() };
        let fields = row.fields.clone();
        let step = change(entry, ChangeKind::Update, origin, None, fields.clone(), fields, always);
        return Decision { step, ..Decision::default() };
    }
    if row.missing_for_create.is_empty() {
        let fields = row.fields.clone();
        let step =
            change(entry, ChangeKind::Create, origin, None, fields.clone(), fields, row.extras.clone());
        return Decision { step, ..Decision::default() };
    }
    let problems = row
        .missing_for_create
        .iter()
        .map(|field| Problem {
            field: Some(field.clone()),
            value: None,
            reason: "is empty, and the LMS demands it of a new record; fill it in".to_owned(),
        })
        .collect();
    let reject = RowReject { origin: row.origin.clone(), key: Some(entry.key.clone()), problems };
    Decision { reject: Some(reject), ..Decision::default() }
}

fn change(
    entry: &Entry,
    kind: ChangeKind,
    origin: Option<Origin>,
    before: Option<Fields>,
    after: Fields,
    sent: Fields,
    extras: Extras,
) -> Step {
    let change = Change { key: entry.key.clone(), kind, origin, before, after, sent, extras };
    // Another kind of change is news, however long the first one has been waiting.
    let repeated = entry.prior != Prior::None && entry.prior_kind == Some(kind);
    Step::Change { change: Box::new(change), repeated }
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
