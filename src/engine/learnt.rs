//! Folds what the database knows of the pulls of a run into its report.

use std::collections::BTreeMap;

use crate::config::Learners;
use crate::model::{Asks, FieldName, ItemEvent, ItemShape, Key, PullShape, PushId};
use crate::report::{EventLine, FailureLine, FieldLine, KindLine, PullSection};
use crate::store::{
    EventRef, EventRow, FailedStep, Happened, ItemFilter, ItemRef, MemoryItem, PullRunRow, RunKind,
    RunRecord, RunRef,
};

use super::pullstatus::pull_status;
use super::{Engine, EngineError};

/// How many items a report names for each event; attachments and JSON have all.
const ITEMS: u64 = 50;
/// How many lines are fetched at a time.
const PAGE: u32 = 1000;

/// What a report says of pulls.
#[derive(Default)]
pub(super) struct Learnt {
    pub(super) pulls: Vec<PullSection>,
    pub(super) events: Vec<EventLine>,
    pub(super) failures: Vec<FailureLine>,
}

/// What the pulls of a run have learnt.
pub(super) async fn load_learnt(
    engine: &Engine,
    run: &RunRecord,
    failures: u32,
) -> Result<Learnt, EngineError> {
    if run.kind != RunKind::Pull {
        return Ok(Learnt::default());
    }
    let pulls = load_pulls(engine, run).await?;
    let mut events = Vec::new();
    let mut reader = EventReader::new(engine, run.run_ref);
    let mut named: BTreeMap<(ItemEvent, bool), u64> = BTreeMap::new();
    let mut last: Option<(ItemRef, ItemEvent)> = None;
    let mut kept = false;
    loop {
        let rows = reader.rows().await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let own = (row.item.item_ref, row.event);
            let same_item = last.replace(own) == Some(own);
            if !same_item {
                let named = named.entry((row.event, row.item.parent.is_some())).or_default();
                kept = *named < ITEMS;
                *named += u64::from(kept);
            }
            if kept {
                events.push(EventLine { same_item, ..reader.line(row).await? });
            }
        }
    }
    let failures = engine.store.failed_steps(run.run_ref, failures).await?;
    Ok(Learnt { pulls, events, failures: failures.into_iter().map(failure_line).collect() })
}

/// The pulls of a run, with what happened to each kind of item.
pub async fn load_pulls(engine: &Engine, run: &RunRecord) -> Result<Vec<PullSection>, EngineError> {
    let mut pulls = Vec::new();
    if run.kind != RunKind::Pull {
        return Ok(pulls);
    }
    for row in engine.store.pull_runs(run.run_ref).await? {
        let known = row.baselines > 0 && was_known(engine, run, &row).await?;
        let shape = pull_shape(engine, &row.operation);
        let by_learner = asks_learners(engine, run, &row, shape);
        pulls.push(section(row, shape, by_learner, known));
    }
    for happened in engine.store.happened(run.run_ref).await? {
        if let Some(pull) = pulls.iter_mut().find(|pull| pull.pull == happened.pull) {
            count(pull, &happened);
        }
    }
    Ok(pulls)
}

/// Whether each question of a pull is one learner's: as the job has it, or else by what was asked.
fn asks_learners(engine: &Engine, run: &RunRecord, row: &PullRunRow, shape: Option<&PullShape>) -> bool {
    let job = engine.config.jobs.get(&run.job);
    let pull = job.and_then(|job| job.pulls.iter().find(|pull| pull.id.as_str() == row.pull));
    match pull {
        Some(pull) => pull.learners != Learners::Nobody,
        None => row.asked > 1 || shape.is_some_and(|shape| shape.learners == Asks::EachLearner),
    }
}

/// Whether anything of a pull was remembered before this run.
async fn was_known(engine: &Engine, run: &RunRecord, row: &PullRunRow) -> Result<bool, EngineError> {
    let filter = ItemFilter {
        connection: Some(row.connection.as_str().into()),
        job: Some(run.job.clone()),
        pull: Some(row.pull.as_str().into()),
        gone_too: true,
        ..ItemFilter::default()
    };
    let oldest = engine.store.items(&filter, None, 1).await?;
    Ok(oldest.first().is_some_and(|item| item.first_seen < run.started_at))
}

fn section(row: PullRunRow, shape: Option<&PullShape>, by_learner: bool, known: bool) -> PullSection {
    let status = pull_status(&row);
    let mut items: Vec<_> = shape.iter().flat_map(|shape| shape.items).map(kind_line).collect();
    for (kind, found) in row.items {
        match items.iter_mut().find(|line| line.kind == kind) {
            Some(line) => line.found = found,
            None => items.push(KindLine { found, ..unknown_kind(&kind) }),
        }
    }
    PullSection {
        pull: row.pull.into(),
        connection: row.connection.into(),
        operation: row.operation.into(),
        status,
        by_learner,
        asked: row.asked,
        answered: row.answered,
        failed: row.failed,
        doubtful: row.doubtful,
        items,
        added: row.added,
        changed: row.changed,
        retired: row.retired,
        returned: row.returned,
        baselines: row.baselines,
        known,
        window: row.window,
        notes: row.notes,
        unwritten: row.unwritten,
        held: row.held,
    }
}

fn kind_line(shape: &ItemShape) -> KindLine {
    let (one, many) = shape.nouns;
    KindLine { kind: shape.kind.to_owned(), nouns: (one.to_owned(), many.to_owned()), ..KindLine::default() }
}

/// A kind that the operation no longer has.
fn unknown_kind(kind: &str) -> KindLine {
    KindLine { kind: kind.to_owned(), nouns: (kind.to_owned(), kind.to_owned()), ..KindLine::default() }
}

fn count(pull: &mut PullSection, happened: &Happened) {
    let place = pull.items.iter().position(|line| line.kind == happened.kind);
    let place = place.unwrap_or_else(|| {
        pull.items.push(unknown_kind(&happened.kind));
        pull.items.len() - 1
    });
    let Some(line) = pull.items.get_mut(place) else { return };
    *match happened.event {
        ItemEvent::Added => &mut line.added,
        ItemEvent::Changed => &mut line.changed,
        ItemEvent::Retired => &mut line.retired,
        ItemEvent::Returned => &mut line.returned,
    } += happened.items;
}

/// A failed question as reports have it.
pub fn failure_line(step: FailedStep) -> FailureLine {
    FailureLine { pull: step.pull, learner: step.scope, code: step.code, reason: step.reason }
}

/// What the operation of that name asks for and gives, where a connection has it.
pub fn pull_shape<'a>(engine: &'a Engine, operation: &str) -> Option<&'a PullShape> {
    let mut all = engine.config.connections.values().flat_map(|connection| &connection.operations);
    all.find(|found| found.name.as_str() == operation)?.pull.as_ref()
}

/// What people know an item by; where it has no title any more, its last one.
///
/// # Errors
/// When the database fails.
pub async fn item_title(engine: &Engine, item: &MemoryItem) -> Result<Option<String>, EngineError> {
    let shape = pull_shape(engine, item.operation.as_str()).and_then(|shape| shape.kind(&item.kind));
    let Some(column) = shape.map(|shape| FieldName::from(shape.title)) else { return Ok(None) };
    if let Some(title) = item.fields.get(&column) {
        return Ok(Some(title.to_owned()));
    }
    let events = engine.store.item_events(item.item_ref).await?;
    let mut titles = events.into_iter().rev().filter(|event| event.field.as_ref() == Some(&column));
    Ok(titles.find_map(|event| event.before))
}

/// A field of an item as reports name it; the values of an ID that is not to be exposed are left out.
pub fn field_line(engine: &Engine, row: &EventRow) -> Option<FieldLine> {
    let field = row.field.clone()?;
    let shape = pull_shape(engine, row.item.operation.as_str()).and_then(|shape| shape.kind(&row.item.kind));
    let column = shape.and_then(|shape| shape.column(field.as_str()));
    // Of what nobody can say any more what it is, nothing is shown.
    let internal = column.is_none_or(|column| column.internal);
    let label = column.map_or_else(|| field.to_string(), |column| column.label.to_owned());
    let value = |value: &Option<String>| value.clone().filter(|_| !internal);
    Some(FieldLine { label, before: value(&row.before), after: value(&row.after), internal, field })
}

/// Reads the events of a run in pages, as reports have them.
pub struct EventReader<'a> {
    engine: &'a Engine,
    run: RunRef,
    after: Option<EventRef>,
    /// The parent that was looked up last: parts of one item follow each other.
    parent: Option<((PushId, String, Key), Option<String>)>,
}

impl<'a> EventReader<'a> {
    /// Begins with the first event.
    pub fn new(engine: &'a Engine, run: RunRef) -> Self {
        Self { engine, run, after: None, parent: None }
    }

    /// The next page; an empty one behind the last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn page(&mut self) -> Result<Vec<EventLine>, EngineError> {
        let mut lines = Vec::new();
        let mut last: Option<(ItemRef, ItemEvent)> = None;
        for row in self.rows().await? {
            let own = (row.item.item_ref, row.event);
            let same_item = last.replace(own) == Some(own);
            lines.push(EventLine { same_item, ..self.line(row).await? });
        }
        Ok(lines)
    }

    async fn rows(&mut self) -> Result<Vec<EventRow>, EngineError> {
        let rows = self.engine.store.run_events(self.run, self.after, PAGE).await?;
        self.after = rows.last().map(|row| row.event_ref).or(self.after);
        Ok(rows)
    }

    async fn line(&mut self, row: EventRow) -> Result<EventLine, EngineError> {
        let change = field_line(self.engine, &row);
        let part_of = self.parent_title(&row.item).await?;
        let shape = pull_shape(self.engine, row.item.operation.as_str());
        let noun = shape.and_then(|shape| shape.kind(&row.item.kind)).map(|shape| shape.nouns.0.to_owned());
        Ok(EventLine {
            at: row.at,
            event: row.event,
            noun: noun.unwrap_or_else(|| row.item.kind.clone()),
            part: row.item.parent.is_some(),
            title: item_title(self.engine, &row.item).await?,
            part_of,
            same_item: false,
            change,
            pull: row.item.pull,
            kind: row.item.kind,
            learner: row.item.learner,
        })
    }

    async fn parent_title(&mut self, item: &MemoryItem) -> Result<Option<String>, EngineError> {
        let Some(key) = &item.parent else { return Ok(None) };
        let place = (item.pull.clone(), item.scope.clone(), key.clone());
        if let Some((found, title)) = &self.parent
            && *found == place
        {
            return Ok(title.clone());
        }
        let parent = self.engine.store.parent(item).await?;
        let title = match parent {
            Some(parent) => item_title(self.engine, &parent).await?,
            None => None,
        };
        self.parent = Some((place, title.clone()));
        Ok(title)
    }
}
