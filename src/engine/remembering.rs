//! From an answer to the memory: its items are staged in a private file while it is read, and folded in chunks
//! once it is known to be whole.

use std::collections::{BTreeSet, HashMap};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, Write};
use std::path::Path;

use tempfile::SpooledTempFile;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::connectors::Answer;
use crate::model::{Digest, Fingerprint, ItemEvent, ItemStanding, Key, PullShape, Pulled};
use crate::plan::{Absent, Asked, News, conclude_question, remember};
use crate::store::{Chunk, FoldedItem, KnownItem, NewEvent, PullStep, Turn};

use super::EngineError;
use super::asking::Asking;
use super::whose::Learned;

/// How many items go into one transaction.
const CHUNK: usize = 400;
/// How much of an answer is held in memory before it goes into a file.
const IN_MEMORY: usize = 1 << 20;

/// The items of an answer, each once, as JSON lines in a file that has no name and vanishes with us.
pub(super) struct Staged {
    lines: BufReader<SpooledTempFile>,
    /// How many.
    items: u64,
    /// What is to be known about them.
    notes: BTreeSet<String>,
}

/// How far a question has come.
pub(super) enum Folded {
    /// Another call follows.
    More,
    /// It is over.
    Over,
    /// The process ends.
    Stopped,
}

/// Stages the items of an answer as they come.
///
/// # Errors
/// When the file can't be written.
pub(super) fn stage(
    mut items: mpsc::Receiver<Vec<Pulled>>,
    shape: &PullShape,
    folder: &Path,
) -> Result<Staged, EngineError> {
    let failed = |error: io::Error| EngineError::file("keep an answer in", folder, &error);
    let mut file = BufWriter::new(tempfile::spooled_tempfile_in(IN_MEMORY, folder));
    let mut seen: HashMap<Fingerprint, Fingerprint> = HashMap::new();
    let mut notes = BTreeSet::new();
    while let Some(batch) = items.blocking_recv() {
        for item in batch {
            let key = Digest::new().part(item.key.as_str()).finish();
            let values = Digest::new().part(&item.kind).part(item.fields.fingerprint().as_bytes()).finish();
            if let Some(before) = seen.insert(key, values) {
                // The first one counts.
                seen.insert(key, before);
                if before != values && !notes.iter().any(|note: &String| note.starts_with(TWICE)) {
                    // By its title: keys are IDs of the LMS's own, which are not shown.
                    let kind = shape.kind(&item.kind);
                    let title = kind.and_then(|kind| item.fields.get(&kind.title.into()));
                    let noun = kind.map_or(item.kind.as_str(), |kind| kind.nouns.0);
                    let title = title.map_or(" without a title".to_owned(), |title| format!(" \"{title}\""));
                    notes.insert(format!("{TWICE}; the first one counted: {noun}{title}"));
                }
                continue;
            }
            for column in &item.odd {
                let is_column =
                    shape.kind(&item.kind).is_some_and(|kind| kind.column(column.as_str()).is_some());
                notes.insert(if is_column && item.fields.get(column).is_none() {
                    format!(
                        "`{column}` is missing in items of the kind {}; their titles or places tell them apart",
                        item.kind
                    )
                } else {
                    format!(
                        "`{column}` of {} has values that are not what the vendor's document says; they are kept as \
                         they came",
                        item.kind
                    )
                });
            }
            serde_json::to_writer(&mut file, &item).map_err(|error| failed(error.into()))?;
            file.write_all(b"\n").map_err(failed)?;
        }
    }
    let mut file = file.into_inner().map_err(|error| failed(error.into_error()))?;
    file.rewind().map_err(failed)?;
    Ok(Staged { lines: BufReader::new(file), items: seen.len() as u64, notes })
}

/// What is said of an item that an answer holds more than once.
const TWICE: &str = "an answer held an item more than once, with different values";

impl Staged {
    /// The next items, none at the end.
    fn next(&mut self) -> io::Result<Vec<Pulled>> {
        let mut items = Vec::with_capacity(CHUNK);
        let mut line = String::new();
        while items.len() < CHUNK && self.lines.read_line(&mut line)? > 0 {
            items.push(serde_json::from_str(&line)?);
            line.clear();
        }
        Ok(items)
    }
}

impl Asking {
    /// Folds a whole answer into the memory, and moves its question on or ends it. Stopped in between, the
    /// answer is asked for again, and what is folded already changes nothing then.
    pub(super) async fn remember(
        &self,
        step: &mut PullStep,
        mut staged: Staged,
        answer: Answer,
        stops: &[&CancellationToken],
    ) -> Result<Folded, EngineError> {
        for note in staged.notes.iter().chain(&answer.notes) {
            self.engine.store.note_pull(self.run.run_ref, self.pull_ref, note).await?;
        }
        let all = staged.items;
        let mut done = 0;
        loop {
            if done > 0 && stops.iter().any(|stop| stop.is_cancelled()) {
                return Ok(Folded::Stopped);
            }
            let (back, items) = tokio::task::spawn_blocking(move || {
                let items = staged.next();
                (staged, items)
            })
            .await
            .map_err(|error| EngineError::Task(error.to_string()))?;
            staged = back;
            let folder = self.engine.files.processing();
            let items = items.map_err(|error| EngineError::file("read an answer in", &folder, &error))?;
            done += items.len() as u64;
            let last = done >= all || items.is_empty();
            let mut chunk = self.chunk(step, items).await?;
            if last {
                match &answer.next {
                    Some(cursor) => {
                        chunk.turn = Some(Turn::Next { cursor: cursor.clone(), items: all });
                    }
                    None => {
                        if answer.total.is_some() && !chunk.items.is_empty() {
                            // Only once all are folded can they be counted.
                            self.fold(step, &std::mem::take(&mut chunk)).await?;
                        }
                        chunk.turn = Some(self.ended(step, all, &answer).await?);
                    }
                }
            }
            self.fold(step, &chunk).await?;
            if last {
                step.items += all;
                step.cursor.clone_from(&answer.next);
                return Ok(if answer.next.is_some() { Folded::More } else { Folded::Over });
            }
        }
    }

    async fn fold(&self, step: &PullStep, chunk: &Chunk) -> Result<(), EngineError> {
        let store = &self.engine.store;
        Ok(store.fold(self.run.run_ref, self.pull_ref, step, chunk, self.run.started_at).await?)
    }

    /// What the end of a question says of what its answers did not hold.
    async fn ended(&self, step: &PullStep, items: u64, answer: &Answer) -> Result<Turn, EngineError> {
        let store = &self.engine.store;
        let items = step.items + items;
        let seen = match answer.total {
            Some(said) => {
                let came = store.seen_items(self.run.run_ref, self.pull_ref, &step.scope).await?;
                Some((said, came))
            }
            None => None,
        };
        let present = if items > 0 { 0 } else { store.present_items(self.pull_ref, &step.scope).await? };
        let asked =
            Asked { baseline: step.baseline, windowed: self.shape.windowed, items, present, total: seen };
        let conclusion = conclude_question(&asked);
        if items == 0 && present > 0 && step.baseline {
            let note = "the parameters are others than before, and the answer to them is empty";
            store.note_pull(self.run.run_ref, self.pull_ref, note).await?;
        }
        if let Some(reason) = &answer.doubt {
            let doubt = Some(("answer".to_owned(), reason.clone()));
            return Ok(Turn::Ended { absent: None, doubt });
        }
        Ok(Turn::Ended {
            absent: match conclusion.absent {
                Absent::Retired => Some(ItemStanding::Retired),
                Absent::Outside => Some(ItemStanding::Outside),
                Absent::Left => None,
            },
            doubt: conclusion.doubt.map(|(code, reason)| (code.to_owned(), reason)),
        })
    }

    /// Items beside what is known of them.
    async fn chunk(&self, step: &PullStep, items: Vec<Pulled>) -> Result<Chunk, EngineError> {
        let keys: Vec<&Key> = items.iter().map(|item| &item.key).collect();
        let known =
            self.engine.store.known_items(self.pull_ref, &step.scope, &keys, self.run.run_ref).await?;
        let mut known: HashMap<Key, KnownItem> =
            known.into_iter().map(|known| (known.key.clone(), known)).collect();
        let learned = self.learned(step, &items).await?;
        let mut chunk = Chunk::default();
        for item in items {
            let learner = learned.learner(&item);
            let known = known.remove(&item.key);
            chunk.items.push(self.folded(step, item, learner, known));
        }
        let Learned { names, .. } = learned;
        chunk.names = names;
        Ok(chunk)
    }

    fn folded(
        &self,
        step: &PullStep,
        mut item: Pulled,
        learner: String,
        known: Option<KnownItem>,
    ) -> FoldedItem {
        let before = known.as_ref().map(|known| (&known.fields, known.standing));
        let remembered = remember(before, &item.fields, self.shape.kind(&item.kind));
        let told_before = known.as_ref().is_some_and(|known| known.new);
        let touched =
            remembered.news != News::None || known.as_ref().is_some_and(|known| known.learner != learner);
        let mut events: Vec<NewEvent> = Vec::new();
        // Of a baseline nobody knows what is new; and what this run has seen first is new as a whole.
        if !step.baseline && !told_before {
            match remembered.news {
                News::Added => events.push(ItemEvent::Added.into()),
                News::Returned(_) => events.push(ItemEvent::Returned.into()),
                News::None | News::Changed(_) | News::Resumed(_) => {}
            }
            events.extend(remembered.news.changes().iter().map(|change| NewEvent {
                event: ItemEvent::Changed,
                field: Some(change.field.clone()),
                before: change.before.clone(),
                after: change.after.clone(),
            }));
        }
        item.fields = remembered.fields;
        FoldedItem { item, learner, known, touched, events }
    }
}
