//! Plans a run: walks the spool, the snapshot and the open outbox side by side in key order, lets `plan`
//! decide each key, and keeps the decisions in the spool.

use std::collections::{BTreeSet, VecDeque};

use chrono::NaiveDate;

use crate::config::{Job, Push};
use crate::model::{
    ChangeKind, ChangeState, Digest, FieldName, FirstLoad, Key, Known, RowReject, RowsKind, Send, Standing,
};
use crate::plan::{
    Candidate, Context, Entry, Evidence, Finding, Load, Order, Prior, Scope, Seen, Step, Tally, decide,
    guards,
};
use crate::store::{
    PlannedPush, PushRef, PushState, SnapshotRow, Spool, SpoolChange, StagedRow, StagedState,
};

use super::reading::Export;
use super::staging::Staged;
use super::{Engine, EngineError};

const PAGE: u32 = 1000;

/// A plan that is ready to be shown or committed.
#[derive(Debug)]
pub struct Plan {
    /// What was read.
    pub summary: crate::store::SpooledSummary,
    /// Each push, in the order of the job file.
    pub pushes: Vec<PlannedPush>,
    /// Changes and rejects.
    pub spool: Spool,
}

impl Engine {
    /// Reads an export and plans every push of a job. Nothing is stored but in the spool, unless
    /// `record` is set: then first loads leave their mark in the snapshot (semantics 6).
    ///
    /// # Errors
    /// When the file can't be used as a whole, or the disk or the database fails.
    pub(super) async fn plan_export(
        &self,
        job: &Job,
        export: &Export,
        run: &str,
        record: bool,
    ) -> Result<Plan, EngineError> {
        let staged = self.stage(job, export, run).await?;
        let today = self.today(job);
        let mut pushes = Vec::with_capacity(job.pushes.len());
        let mut late = BTreeSet::new();
        let mut next_seq = 0;
        for (number, push) in job.pushes.iter().enumerate() {
            let state = self.push_state(job, push, record).await?;
            let mut planner = Planner {
                engine: self,
                push,
                number,
                staged: &staged,
                load: load(push, staged.rows, &state),
                today,
                record: record.then_some(state.push),
                tally: staged.tallies.get(number).copied().unwrap_or_default(),
                order: Order::default(),
                seq: next_seq,
                first_seq: next_seq,
                changes: Vec::new(),
                rejects: Vec::new(),
                withdrawn: Vec::new(),
                marks: Vec::new(),
                late_rejects: BTreeSet::new(),
            };
            planner.walk(&state).await?;
            pushes.push(planner.conclude(&state).await?);
            next_seq = planner.seq;
            late.append(&mut planner.late_rejects);
        }
        self.keep_cells(job, export, run, &staged.spool, late).await?;
        Ok(Plan { summary: staged.summary, pushes, spool: staged.spool })
    }

    /// The day on which dates are judged: in the job's time zone.
    fn today(&self, job: &Job) -> NaiveDate {
        let now = self.clock.now();
        job.schedule.timezone.map_or_else(|| now.date_naive(), |zone| now.with_timezone(&zone).date_naive())
    }

    async fn push_state(&self, job: &Job, push: &Push, record: bool) -> Result<PushState, EngineError> {
        let found = if record {
            Some(self.store.push(&job.name, &push.id, &push.connection, &push.operation.name).await?)
        } else {
            self.store.find_push(&job.name, &push.id).await?
        };
        Ok(match found {
            Some(found) => self.store.push_state(found).await?,
            None => PushState { push: PushRef::NONE, loaded: false, active: 0, recent_removals: Vec::new() },
        })
    }
}

fn load(push: &Push, rows: RowsKind, state: &PushState) -> Load {
    if rows == RowsKind::Full && !state.loaded { Load::First(push.policy.first_load) } else { Load::Later }
}

struct Planner<'a> {
    engine: &'a Engine,
    push: &'a Push,
    number: usize,
    staged: &'a Staged,
    load: Load,
    today: NaiveDate,
    /// Where first loads leave their mark; `None` while nothing is to be stored.
    record: Option<PushRef>,
    tally: Tally,
    order: Order,
    seq: u64,
    first_seq: u64,
    changes: Vec<SpoolChange>,
    rejects: Vec<RowReject>,
    withdrawn: Vec<Key>,
    marks: Vec<(Key, Option<crate::model::Fields>, Standing)>,
    late_rejects: BTreeSet<u64>,
}

impl Planner<'_> {
    /// Goes through all keys, page by page: a page of rows, and of the snapshot and the outbox what lies in
    /// the same range of keys.
    async fn walk(&mut self, state: &PushState) -> Result<(), EngineError> {
        let compared: BTreeSet<FieldName> = self
            .push
            .mapping
            .fields
            .iter()
            .filter(|mapping| mapping.send == Send::Compared && !mapping.field.secret)
            .map(|mapping| mapping.name().clone())
            .collect();
        let mut after_row: Option<(Key, u64)> = None;
        let mut after_key: Option<Key> = None;
        let mut carried: VecDeque<StagedRow> = VecDeque::new();
        loop {
            let page = self.staged.spool.rows(self.number, after_row.as_ref(), PAGE).await?;
            let last_page = page.len() < PAGE as usize;
            after_row = page.last().map(|row| (row.key.clone(), row.origin.row)).or(after_row);
            carried.extend(page);
            // The last key of a page may go on in the next one.
            let until = if last_page { None } else { carried.back().map(|row| row.key.clone()) };
            let mut groups = Vec::new();
            while let Some(first) = carried.front() {
                if until.as_ref() == Some(&first.key) {
                    break;
                }
                let key = first.key.clone();
                let mut rows = Vec::new();
                while carried.front().is_some_and(|row| row.key == key) {
                    rows.extend(carried.pop_front());
                }
                groups.push((key, rows));
            }
            let reached = if last_page { None } else { groups.last().map(|(key, _)| key.clone()) };
            if last_page || reached.is_some() {
                self.join(state.push, groups, after_key.as_ref(), reached.as_ref(), &compared).await?;
                after_key = reached.or(after_key);
            }
            self.flush(false).await?;
            if last_page {
                return Ok(());
            }
        }
    }

    /// Joins the groups of one range of keys with the snapshot and the open outbox, and decides each key.
    async fn join(
        &mut self,
        push: PushRef,
        groups: Vec<(Key, Vec<StagedRow>)>,
        after: Option<&Key>,
        until: Option<&Key>,
        compared: &BTreeSet<FieldName>,
    ) -> Result<(), EngineError> {
        let store = &self.engine.store;
        let mut known = Pages::new(after.cloned());
        let mut open = Pages::new(after.cloned());
        let mut groups = groups.into_iter().peekable();
        loop {
            if known.is_short() {
                let page = store.snapshot_page(push, known.after.as_ref(), until, PAGE).await?;
                known.fill(page, |row: &SnapshotRow| row.key.clone());
            }
            if open.is_short() {
                let page = store.open_page(push, open.after.as_ref(), until, PAGE).await?;
                open.fill(page, |(key, _): &(Key, ChangeState)| key.clone());
            }
            let candidates = [
                groups.peek().map(|(key, _)| key),
                known.rows.front().map(|row| &row.key),
                open.rows.front().map(|(key, _)| key),
            ];
            let Some(key) = candidates.into_iter().flatten().min().cloned() else { return Ok(()) };
            let rows = groups.next_if(|(next, _)| *next == key).map(|(_, rows)| rows).unwrap_or_default();
            let row = known.rows.pop_front_if(|row| row.key == key);
            let prior = open.rows.pop_front_if(|(next, _)| *next == key).map(|(_, state)| state);
            self.decide(key, rows, row, prior, compared);
            self.flush(true).await?;
        }
    }

    fn decide(
        &mut self,
        key: Key,
        rows: Vec<StagedRow>,
        snapshot: Option<SnapshotRow>,
        prior: Option<ChangeState>,
        compared: &BTreeSet<FieldName>,
    ) {
        let (seen, sealed) = seen(rows);
        let presumed = snapshot.as_ref().is_some_and(|row| row.known.is_none());
        let prior = match prior {
            None => Prior::None,
            Some(ChangeState::Waiting) => Prior::Waiting,
            Some(ChangeState::Claimed) => Prior::Uncertain,
            Some(_) => Prior::Unsuccessful,
        };
        // Somebody presumed to exist of whom the LMS knows nothing is no record to be removed.
        let known: Option<Known> = snapshot.and_then(|row| row.known);
        if self.load == Load::First(Some(FirstLoad::Existing))
            && known.is_none()
            && !matches!(seen, Seen::Absent)
        {
            self.marks.push((key.clone(), None, Standing::Active));
        }
        let entry = Entry { key, seen, known, prior, presumed };
        let context = Context {
            policy: &self.push.policy,
            compared,
            load: self.load,
            rows: self.staged.rows,
            today: self.today,
        };
        let decision = decide(&context, &entry);
        self.tally.add(&decision);
        self.late_rejects.extend(decision.rejects.iter().map(|reject| reject.origin.row));
        self.rejects.extend(decision.rejects);
        if decision.withdraw {
            self.withdrawn.push(entry.key.clone());
        }
        match decision.step {
            Step::Change { change, .. } => {
                self.order.add(&self.push.policy.roles, &change.sent, change.kind == ChangeKind::Remove);
                let sealed = match change.kind {
                    ChangeKind::Create => sealed.0,
                    ChangeKind::Update | ChangeKind::Deactivate => sealed.1,
                    ChangeKind::Remove => None,
                };
                self.changes.push(SpoolChange {
                    push: self.number,
                    seq: self.seq,
                    rank: 0,
                    change: *change,
                    sealed,
                });
                self.seq += 1;
            }
            Step::Adopt(fields) => {
                let standing = standing(self.push, ChangeKind::Update, &fields, self.today);
                self.marks.push((entry.key, Some(fields), standing));
            }
            Step::Nothing | Step::Unchanged { .. } | Step::Vanished => {}
        }
    }

    /// Hands on what has gathered; with `if_large` only what is a good batch.
    async fn flush(&mut self, if_large: bool) -> Result<(), EngineError> {
        let least = if if_large { PAGE as usize } else { 1 };
        let spool = &self.staged.spool;
        if self.changes.len() >= least {
            spool.add_changes(&std::mem::take(&mut self.changes)).await?;
        }
        if self.rejects.len() >= least {
            spool.add_rejects(self.number, &std::mem::take(&mut self.rejects)).await?;
        }
        if self.withdrawn.len() >= least {
            spool.withdraw(self.number, &std::mem::take(&mut self.withdrawn)).await?;
        }
        if self.marks.len() >= least {
            let marks = std::mem::take(&mut self.marks);
            if let Some(push) = self.record {
                self.engine.store.adopt(push, &marks, self.engine.clock.now()).await?;
            }
        }
        Ok(())
    }

    /// Orders the changes, lets the guards look, and takes the fingerprint.
    async fn conclude(&mut self, state: &PushState) -> Result<PlannedPush, EngineError> {
        let spool = &self.staged.spool;
        let ranked = std::mem::take(&mut self.order).ranks();
        let places: Vec<(u64, u32)> = (self.first_seq..).zip(ranked.ranks).collect();
        spool.rank(self.number, &places).await?;
        let summary = &self.staged.summary;
        let findings = guards(
            &self.push.policy,
            &Evidence {
                tally: &self.tally,
                active: state.active,
                load: self.load,
                rows: self.staged.rows,
                rows_in_file: summary.rows,
                filtered: summary.filtered,
                recent_removals: &state.recent_removals,
                mails_people: self.push.operation.mails_people,
            },
        );
        let mut notes = Vec::new();
        if !ranked.cut.is_empty() {
            notes.push(format!(
                "{} cycles of managers (somebody manages a person above them) were cut to find an order",
                ranked.cut.len()
            ));
        }
        let hold_all = findings.iter().any(|finding| finding.scope == Scope::Push);
        Ok(PlannedPush {
            push: state.push,
            push_id: self.push.id.clone(),
            connection: self.push.connection.clone(),
            operation: self.push.operation.name.clone(),
            stage: self.push.operation.kind.stage(),
            fingerprint: self.fingerprint().await?,
            counts: self.tally.counts,
            emptied: self.tally.emptied,
            vanished: self.tally.vanished,
            notes,
            hold_removals: findings.iter().any(|finding| finding.scope == Scope::Removals),
            hold_all,
            first_load: matches!(self.load, Load::First(Some(_))) && !hold_all,
            findings: findings.into_iter().map(texts).collect(),
        })
    }

    async fn fingerprint(&self) -> Result<crate::model::Fingerprint, EngineError> {
        let mut digest = Digest::new();
        digest.part(self.push.id.as_str());
        let mut after = None;
        loop {
            let page = self.staged.spool.changes(self.number, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(digest.finish()) };
            after = Some((last.rank, last.seq));
            for SpoolChange { change, .. } in &page {
                digest.part(change.key.as_str()).part(change.kind.as_str());
                digest.part(
                    change
                        .before
                        .as_ref()
                        .map(crate::model::Fields::fingerprint)
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

/// The standing of a record once the LMS has accepted these values.
pub(super) fn standing(
    push: &Push,
    kind: ChangeKind,
    after: &crate::model::Fields,
    today: NaiveDate,
) -> Standing {
    if kind == ChangeKind::Remove {
        Standing::Removed
    } else if push.policy.roles.inactive(after, today) {
        Standing::Inactive
    } else {
        Standing::Active
    }
}

type Sealed = (Option<Vec<u8>>, Option<Vec<u8>>);

/// What the rows of one key say, and the sealed secrets of the first record (for a create, for an update).
fn seen(rows: Vec<StagedRow>) -> (Seen, Sealed) {
    let mut present = false;
    let mut first = None;
    let mut sealed = (None, None);
    let mut others = Vec::new();
    for StagedRow { origin, state, .. } in rows {
        match state {
            StagedState::Present => present = true,
            StagedState::Record { identity, .. } if first.is_some() => others.push((origin, identity)),
            StagedState::Record {
                identity,
                fields,
                extras,
                missing_for_create,
                sealed_create,
                sealed_update,
            } => {
                first = Some(Box::new(Candidate { origin, fields, extras, identity, missing_for_create }));
                sealed = (sealed_create, sealed_update);
            }
        }
    }
    let seen = match first {
        Some(first) => Seen::Rows(first, others),
        None if present => Seen::Present,
        None => Seen::Absent,
    };
    (seen, sealed)
}

/// A window on rows that come in pages.
struct Pages<T> {
    rows: VecDeque<T>,
    after: Option<Key>,
    ended: bool,
}

impl<T> Pages<T> {
    fn new(after: Option<Key>) -> Self {
        Self { rows: VecDeque::new(), after, ended: false }
    }

    fn is_short(&self) -> bool {
        self.rows.is_empty() && !self.ended
    }

    fn fill(&mut self, page: Vec<T>, key: impl Fn(&T) -> Key) {
        self.ended = page.len() < PAGE as usize;
        self.after = page.last().map(key).or_else(|| self.after.take());
        self.rows.extend(page);
    }
}
