//! Walks through what a pull knows, item by item with its parts, in pages.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::engine::{Engine, item_title};
use crate::store::{EventRow, ItemFilter, ItemRef, MemoryItem};

use super::sources::Source;
use super::values::value;
use super::{Ask, Stop};

const PAGE: u32 = 500;

/// An item with what is asked of it.
pub(super) struct Found {
    pub(super) item: MemoryItem,
    /// What people know it by.
    pub(super) title: Option<String>,
    /// What tells its registration from others of the same learner, in the order of the shape.
    pub(super) register: Vec<String>,
    /// Its events since the time asked for; none where no time is.
    pub(super) changes: Vec<EventRow>,
    pub(super) parts: Vec<Found>,
}

/// Goes through the items of a pull.
pub(super) struct Walk<'a> {
    engine: &'a Engine,
    ask: &'a Ask,
    filter: ItemFilter,
    page: VecDeque<MemoryItem>,
    after: Option<ItemRef>,
    /// Those that were given already, where a part leads to its whole.
    given: HashSet<ItemRef>,
    /// The column of our registrations.
    registration: Option<&'static str>,
    /// What the registrations of the page tell.
    registers: HashMap<String, Vec<String>>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(engine: &'a Engine, ask: &'a Ask, source: &Source<'_>) -> Self {
        let filter = ItemFilter {
            connection: Some(ask.connection.clone()),
            job: Some(source.job.name.clone()),
            pull: Some(source.pull.id.clone()),
            learner: Some(ask.learner.clone()),
            search: ask.search.clone(),
            changed_since: ask.since,
            gone_too: ask.gone || ask.since.is_some(),
        };
        Self {
            engine,
            ask,
            filter,
            page: VecDeque::new(),
            after: None,
            given: HashSet::new(),
            registration: source.shape.registration.map(|(column, _)| column),
            registers: HashMap::new(),
        }
    }

    /// The next item that is no part, with its parts. What fits in a part alone brings its whole.
    pub(super) async fn next(&mut self) -> Result<Option<Found>, Stop> {
        while let Some(item) = self.pop().await? {
            if !self.ask.shows(item.standing) {
                continue;
            }
            let whole = match &item.parent {
                None => item,
                // It comes with its whole, which fits as well where everything does.
                Some(_) if !self.ask.is_narrow() => continue,
                Some(_) => self.engine.store.parent(&item).await?.unwrap_or(item),
            };
            if self.ask.is_narrow() && !self.given.insert(whole.item_ref) {
                continue;
            }
            let parts = self.parts(&whole).await?;
            return Ok(Some(Found { parts, ..self.found(whole).await? }));
        }
        Ok(None)
    }

    async fn pop(&mut self) -> Result<Option<MemoryItem>, Stop> {
        if self.page.is_empty() {
            let page = self.engine.store.items(&self.filter, self.after, PAGE).await?;
            self.after = page.last().map(|item| item.item_ref).or(self.after);
            self.registers = self.registered(&page).await?;
            self.page = page.into();
        }
        Ok(self.page.pop_front())
    }

    async fn registered(&self, page: &[MemoryItem]) -> Result<HashMap<String, Vec<String>>, Stop> {
        let Some(column) = self.registration.filter(|_| !self.ask.learner.is_empty()) else {
            return Ok(HashMap::new());
        };
        let wanted: Vec<&str> = page.iter().filter_map(|item| value(item, column)).collect();
        let found = self.engine.registered(&self.ask.connection, &wanted).await?;
        Ok(found.into_iter().map(|found| (found.registration, found.enrolment.instance)).collect())
    }

    async fn parts(&self, whole: &MemoryItem) -> Result<Vec<Found>, Stop> {
        let store = &self.engine.store;
        let (gone, since) = (self.ask.gone, self.ask.since.is_some());
        let all = if gone || since { store.all_parts(whole).await? } else { store.parts(whole).await? };
        let mut parts = Vec::new();
        for part in all.into_iter().filter(|part| self.ask.shows(part.standing)) {
            let part = self.found(part).await?;
            if !since || !part.changes.is_empty() {
                parts.push(part);
            }
        }
        Ok(parts)
    }

    async fn found(&self, item: MemoryItem) -> Result<Found, Stop> {
        let mut changes = Vec::new();
        if let Some(since) = self.ask.since {
            changes = self.engine.store.item_events(item.item_ref).await?;
            changes.retain(|event| event.at >= since);
        }
        let title = item_title(self.engine, &item).await?;
        let registration = self.registration.and_then(|column| value(&item, column));
        let register = registration.and_then(|text| self.registers.get(&text.trim().to_lowercase()));
        let register = register.cloned().unwrap_or_default();
        Ok(Found { item, title, register, changes, parts: Vec::new() })
    }
}

/// How many items that fit belong to learners, where those that are nobody's are asked for.
pub(super) async fn of_learners(engine: &Engine, ask: &Ask, source: &Source<'_>) -> Result<u64, Stop> {
    if source.shape.registration.is_none() || !ask.learner.is_empty() {
        return Ok(0);
    }
    let mut walk = Walk::new(engine, ask, source);
    walk.filter.learner = None;
    let mut others = 0;
    while let Some(item) = walk.pop().await? {
        others += u64::from(!item.learner.is_empty() && item.parent.is_none() && ask.shows(item.standing));
    }
    Ok(others)
}
