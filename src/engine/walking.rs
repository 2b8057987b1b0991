//! Walks the spool, the snapshot and the open outbox of a push side by side in key order, lets `plan`
//! decide each key, and keeps the decisions in the spool.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::config::Push;
use crate::model::{
    ChangeKind, ChangeState, FieldName, Fields, FirstLoad, Key, Known, OnChange, RowReject, Send, Standing,
};
use crate::plan::{
    Context, Corrections, Doubt, Entry, Load, Order, Prior, Seen, Step, Tally, Withdraw, decide,
};
use crate::store::{DoubtRow, OpenRow, PushRef, PushState, SnapshotRow, SpoolChange};

use super::grouping::{Group, PAGE, Pages};
use super::planning::standing;
use super::staging::Staged;
use super::{Engine, EngineError};

/// The planning of one push.
pub(super) struct Planner<'a> {
    pub(super) engine: &'a Engine,
    pub(super) push: &'a Push,
    pub(super) number: usize,
    pub(super) staged: &'a Staged,
    pub(super) load: Load,
    pub(super) on_change: OnChange,
    pub(super) today: NaiveDate,
    pub(super) tally: Tally,
    pub(super) corrections: Corrections,
    /// How many changes are put aside because of a doubt.
    pub(super) doubtful: u64,
    pub(super) order: Order,
    pub(super) seq: u64,
    pub(super) first_seq: u64,
    pub(super) changes: Vec<SpoolChange>,
    pub(super) rejects: Vec<RowReject>,
    pub(super) withdrawn: Vec<(Key, bool)>,
    pub(super) marks: Vec<(Key, Option<Fields>, Standing)>,
    pub(super) vanished: Vec<Key>,
    pub(super) late_rejects: BTreeSet<u64>,
}

/// What the database knows of one key.
#[derive(Default)]
struct Past {
    snapshot: Option<SnapshotRow>,
    open: Option<OpenRow>,
    doubt: Option<Doubt>,
}

impl Planner<'_> {
    /// Goes through all keys, page by page: a page of rows, and of the snapshot and the outbox what lies in
    /// the same range of keys.
    pub(super) async fn walk(&mut self, state: &PushState) -> Result<(), EngineError> {
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
        let mut groups: Vec<Group> = Vec::new();
        // The last key of a page may go on in the next one.
        let mut last: Option<Group> = None;
        loop {
            let page = self.staged.spool.rows(self.number, after_row.as_ref(), PAGE).await?;
            let last_page = page.len() < PAGE as usize;
            after_row = page.last().map(|row| (row.key.clone(), row.origin.row)).or(after_row);
            for row in page {
                match &mut last {
                    Some(group) if group.key == row.key => group.add(row),
                    _ => groups.extend(last.replace(Group::of(row))),
                }
            }
            if last_page {
                groups.extend(last.take());
            }
            let reached = if last_page { None } else { groups.last().map(|group| group.key.clone()) };
            if last_page || reached.is_some() {
                let groups = std::mem::take(&mut groups);
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
        groups: Vec<Group>,
        after: Option<&Key>,
        until: Option<&Key>,
        compared: &BTreeSet<FieldName>,
    ) -> Result<(), EngineError> {
        let store = &self.engine.store;
        let mut known = Pages::new(after.cloned());
        let mut open = Pages::new(after.cloned());
        let mut doubts = Pages::new(after.cloned());
        let mut groups = groups.into_iter().peekable();
        loop {
            // Before the snapshot: a doubt that is settled meanwhile stands in one of the two.
            if doubts.is_short() {
                let page = store.doubt_page(push, doubts.after.as_ref(), until, PAGE).await?;
                doubts.fill(page, |row: &DoubtRow| row.key.clone());
            }
            if known.is_short() {
                let page = store.snapshot_page(push, known.after.as_ref(), until, PAGE).await?;
                known.fill(page, |row: &SnapshotRow| row.key.clone());
            }
            if open.is_short() {
                let page = store.open_page(push, open.after.as_ref(), until, PAGE).await?;
                open.fill(page, |row: &OpenRow| row.key.clone());
            }
            let candidates = [
                groups.peek().map(|group| &group.key),
                known.rows.front().map(|row| &row.key),
                open.rows.front().map(|row| &row.key),
                doubts.rows.front().map(|row| &row.key),
            ];
            let Some(key) = candidates.into_iter().flatten().min().cloned() else { return Ok(()) };
            let group = groups.next_if(|group| group.key == key);
            let past = Past {
                snapshot: known.rows.pop_front_if(|row| row.key == key),
                open: open.rows.pop_front_if(|row| row.key == key),
                doubt: doubts.rows.pop_front_if(|row| row.key == key).map(doubt),
            };
            self.decide(key, group, past, compared).await?;
            self.flush(true).await?;
        }
    }

    async fn decide(
        &mut self,
        key: Key,
        group: Option<Group>,
        past: Past,
        compared: &BTreeSet<FieldName>,
    ) -> Result<(), EngineError> {
        let Past { snapshot, open, doubt } = past;
        let (seen, sealed) = group.map_or((Seen::Absent, (None, None)), Group::seen);
        let presumed = snapshot.as_ref().is_some_and(|row| row.known.is_none());
        let doubt = doubt.or_else(|| open.as_ref().and_then(open_doubt));
        let prior_kind = doubt.as_ref().map(|doubt| doubt.kind).or(open.as_ref().map(|row| row.kind));
        let prior = match open {
            // Whatever was planned since, it stands behind the doubt.
            _ if doubt.is_some() => Prior::InDoubt,
            None => Prior::None,
            Some(OpenRow { state: ChangeState::Refused | ChangeState::Parked, .. }) => Prior::Unsuccessful,
            Some(OpenRow { state: ChangeState::Waiting, sent: false, .. }) => Prior::Waiting,
            Some(_) => Prior::Uncertain,
        };
        // Somebody presumed to exist of whom the LMS knows nothing is no record to be removed.
        let known: Option<Known> = snapshot.and_then(|row| row.known);
        if self.load == Load::First(Some(FirstLoad::Existing))
            && known.is_none()
            && !matches!(seen, Seen::Absent)
        {
            self.marks.push((key.clone(), None, Standing::Active));
        }
        let entry = Entry { key, seen, known, prior, prior_kind, presumed };
        let context = Context {
            policy: &self.push.policy,
            on_change: self.on_change,
            compared,
            load: self.load,
            rows: self.staged.rows,
            today: self.today,
        };
        let decision = decide(&context, &entry);
        self.tally.add(&decision);
        if let Some(contradiction) = &decision.contradiction {
            for rows in contradiction.rows.chunks(PAGE as usize) {
                let rejects: Vec<RowReject> =
                    rows.iter().map(|origin| contradiction.reject(&entry.key, origin)).collect();
                self.staged.spool.add_rejects(self.number, &rejects).await?;
            }
            self.late_rejects.extend(contradiction.rows.iter().map(|origin| origin.row));
        }
        self.late_rejects.extend(decision.reject.as_ref().map(|reject| reject.origin.row));
        self.rejects.extend(decision.reject);
        if decision.withdraw != Withdraw::Nothing && entry.prior != Prior::None {
            self.withdrawn.push((entry.key.clone(), decision.withdraw == Withdraw::Removals));
        }
        match decision.step {
            Step::Change { change, .. } => {
                self.order.add(&self.push.policy.roles, &change.sent, change.kind == ChangeKind::Remove);
                let sealed = match change.kind {
                    ChangeKind::Create => sealed.0,
                    ChangeKind::Update | ChangeKind::Deactivate => sealed.1,
                    ChangeKind::Remove => None,
                };
                if self.on_change == OnChange::Hold && change.corrects() {
                    self.corrections.add(&change);
                }
                self.doubtful += u64::from(doubt.is_some());
                self.changes.push(SpoolChange {
                    push: self.number,
                    seq: self.seq,
                    rank: 0,
                    change: *change,
                    sealed,
                    parked: doubt.map(|doubt| (Doubt::CODE.to_owned(), doubt.reason())),
                });
                self.seq += 1;
            }
            Step::Adopt(fields) => {
                let standing = standing(self.push, ChangeKind::Update, &fields, self.today);
                self.marks.push((entry.key, Some(fields), standing));
            }
            Step::Vanished if self.lists_absent() => self.vanished.push(entry.key),
            Step::Nothing | Step::Unchanged { .. } | Step::Vanished => {}
        }
        Ok(())
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
        if self.vanished.len() >= least {
            spool.add_vanished(self.number, &std::mem::take(&mut self.vanished)).await?;
        }
        if self.marks.len() >= least {
            spool.add_marks(self.number, &std::mem::take(&mut self.marks)).await?;
        }
        Ok(())
    }
}

fn doubt(row: DoubtRow) -> Doubt {
    let under_way = row.asked || row.state == ChangeState::Sent;
    Doubt { run: Some(row.run), kind: row.kind, under_way }
}

fn open_doubt(row: &OpenRow) -> Option<Doubt> {
    let doubtful = matches!(row.state, ChangeState::Sent | ChangeState::InDoubt);
    doubtful.then(|| Doubt { run: None, kind: row.kind, under_way: row.state == ChangeState::Sent })
}
