//! Ends the planning of a push: order, guards, fingerprint.

use crate::model::{Digest, Fields, Fingerprint, Key, OperationKind, RowsKind};
use crate::plan::Load;
use crate::plan::{Evidence, Finding, Scope, guards, shared_keys};
use crate::store::{Absences, PlannedPush, PushState, SpoolChange};

use super::EngineError;
use super::grouping::PAGE;
use super::walking::Planner;

/// Another push that has acknowledged records of this plan.
struct Rival {
    push: String,
    first: Key,
    count: u64,
}

impl Planner<'_> {
    /// Orders the changes, lets the guards look, and takes the fingerprint.
    pub(super) async fn conclude(&mut self, state: &PushState) -> Result<PlannedPush, EngineError> {
        let spool = &self.staged.spool;
        let ranked = std::mem::take(&mut self.order).ranks();
        let places: Vec<(u64, u32)> = (self.first_seq..).zip(ranked.ranks).collect();
        spool.rank(self.number, &places).await?;
        let summary = &self.staged.summary;
        let (fingerprint, rival) = self.fingerprint(state).await?;
        let mut findings = guards(
            &self.push.policy,
            &Evidence {
                tally: &self.tally,
                active: state.active,
                load: self.load,
                rows: self.staged.rows,
                rows_in_file: summary.rows,
                filtered: summary.filtered,
                recent_removals: &state.recent_removals,
                kind: self.push.operation.kind,
                mails_people: self.push.operation.mails_people,
                repeatable: self.push.operation.repeatable,
            },
        );
        if let Some(rival) = rival {
            findings.extend(shared_keys(rival.count, &rival.push, rival.first.as_str()));
        }
        findings.extend(self.corrections.finding(self.push.operation.kind));
        let hold_all = findings.iter().any(|finding| finding.scope == Scope::Push);
        Ok(PlannedPush {
            push: state.push,
            push_id: self.push.id.clone(),
            connection: self.push.connection.clone(),
            operation: self.push.operation.name.clone(),
            stage: self.push.operation.kind.stage(),
            repeatable: self.push.operation.repeatable,
            fingerprint,
            counts: self.tally.counts,
            emptied: self.tally.emptied,
            vanished: self.tally.vanished,
            notes: self.notes(ranked.cut.len()),
            hold_removals: findings.iter().any(|finding| finding.scope == Scope::Removals),
            hold_updates: findings.iter().any(|finding| finding.scope == Scope::Updates),
            hold_all,
            doubtful: self.doubtful,
            absences: self.absences(hold_all),
            first_load: matches!(self.load, Load::First(Some(_))) && !hold_all,
            findings: findings.into_iter().map(texts).collect(),
        })
    }

    /// Whether absent records are listed for a person: no call can take them back (semantics 9).
    pub(super) fn lists_absent(&self) -> bool {
        let operation = &self.push.operation;
        let full = self.staged.rows == RowsKind::Full;
        full && !operation.can_take_back && operation.kind != OperationKind::Links
    }

    /// What the plan says of absent records: a file in doubt says nothing, and where a key can't be read its
    /// record may look absent.
    fn absences(&self, hold_all: bool) -> Absences {
        if !self.lists_absent() || hold_all {
            Absences::Unsaid
        } else if self.tally.unreadable_keys > 0 {
            Absences::Back
        } else {
            Absences::Listed
        }
    }

    fn notes(&self, cycles: usize) -> Vec<String> {
        let mut notes = Vec::new();
        if cycles > 0 {
            notes.push(format!(
                "{cycles} cycles of managers (somebody manages a person above them) were cut to find an order"
            ));
        }
        let (_, many) = self.push.operation.kind.nouns();
        let plural =
            |count: u64, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
        if self.tally.ignored > 0 {
            let rows = plural(self.tally.ignored, "row differs", "rows differ");
            notes.push(format!(
                "{rows} from what the LMS has acknowledged, which is left alone (on_change = \"ignore\")"
            ));
        }
        if self.tally.unreadable_keys > 0 && self.lists_absent() {
            let rows = plural(self.tally.unreadable_keys, "row has", "rows have");
            notes.push(format!("{rows} no key that can be read, so no {many} are listed as newly absent"));
        }
        notes
    }

    /// The fingerprint of all changes in order; on the way it is seen whether another push has
    /// acknowledged their records.
    async fn fingerprint(&self, state: &PushState) -> Result<(Fingerprint, Option<Rival>), EngineError> {
        let store = &self.engine.store;
        let rivals = if self.push.shared {
            Vec::new()
        } else {
            store.rivals(state.push, &self.push.connection, &self.push.operation.name).await?
        };
        let mut found: Option<Rival> = None;
        let mut digest = Digest::new();
        digest.part(self.push.id.as_str());
        let mut after = None;
        loop {
            let page = self.staged.spool.changes(self.number, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok((digest.finish(), found)) };
            after = Some((last.rank, last.seq));
            for (rival, name) in &rivals {
                let keys: Vec<&Key> = page.iter().map(|spooled| &spooled.change.key).collect();
                for key in store.acknowledged(*rival, &keys).await? {
                    found.get_or_insert_with(|| Rival { push: name.clone(), first: key, count: 0 }).count +=
                        1;
                }
            }
            for SpoolChange { change, .. } in &page {
                digest.part(change.key.as_str()).part(change.kind.as_str());
                digest.part(
                    change
                        .before
                        .as_ref()
                        .map(Fields::fingerprint)
                        .map_or(Vec::new(), |before| before.as_bytes().to_vec()),
                );
                digest.part(change.after.fingerprint().as_bytes()).part(change.sent.fingerprint().as_bytes());
                digest.part(change.extras.create.fingerprint().as_bytes());
                digest.part(change.extras.always.fingerprint().as_bytes());
            }
        }
    }
}

fn texts(finding: Finding) -> [String; 4] {
    [finding.guard.to_owned(), finding.found, finding.limit, finding.explanation]
}
