//! What pulls know, as a table for people.

use std::collections::BTreeMap;
use std::io::Write;

use crate::engine::{Engine, field_line};
use crate::model::{ItemEvent, ItemStanding, PullShape};
use crate::store::{EventRow, MemoryItem};

use super::sources::{Source, asked};
use super::values::{changed_at, noun, short, telling};
use super::walk::{Found, Walk, of_learners};
use super::{Ask, Stop};

/// From how many items the widths of the columns are taken.
const SAMPLE: usize = 200;
/// The widest that a title makes its column.
const TITLE: usize = 48;

/// Writes what the pulls know.
pub(super) async fn write(
    engine: &Engine,
    ask: &Ask,
    sources: &[Source<'_>],
    out: &mut impl Write,
) -> Result<(), Stop> {
    for (place, source) in sources.iter().enumerate() {
        if place > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{}", asked(source))?;
        write_source(engine, ask, source, out).await?;
    }
    Ok(())
}

async fn write_source(
    engine: &Engine,
    ask: &Ask,
    source: &Source<'_>,
    out: &mut impl Write,
) -> Result<(), Stop> {
    let mut walk = Walk::new(engine, ask, source);
    let mut first = Vec::new();
    while first.len() < SAMPLE {
        let Some(found) = walk.next().await? else { break };
        first.push(found);
    }
    let others = of_learners(engine, ask, source).await?;
    if first.is_empty() {
        writeln!(out, "\n{}", nothing(ask, source, others))?;
        return Ok(());
    }
    let mut table = Table::new(engine, ask, &source.shape, &first);
    writeln!(out)?;
    table.head(out)?;
    for found in &first {
        table.item(found, 0, out)?;
    }
    drop(first);
    while let Some(found) = walk.next().await? {
        table.item(&found, 0, out)?;
    }
    writeln!(out, "\n{}", table.total())?;
    if others > 0 {
        writeln!(out, "{others} more {}", belong(ask, others))?;
    }
    Ok(())
}

/// Where the items of learners are shown.
fn belong(ask: &Ask, others: u64) -> String {
    let verb = if others == 1 { "belongs" } else { "belong" };
    format!("{verb} to learners: rollbook learner {} KEY", ask.connection)
}

/// Why there is nothing to show.
fn nothing(ask: &Ask, source: &Source<'_>, others: u64) -> String {
    if others > 0 {
        return format!("Nothing that is nobody's; {others} {}", belong(ask, others));
    }
    match (&source.answered, ask.is_narrow()) {
        (None, _) => "Nothing is known yet.".to_owned(),
        (Some(_), true) => {
            let search = ask.search.as_ref().map(|text| format!(" holds \"{text}\""));
            let since = ask.since.map(|at| format!(" has changed since {} UTC", at.format("%Y-%m-%d %H:%M")));
            let both: Vec<_> = search.into_iter().chain(since).collect();
            format!("Nothing{}.", both.join(" and"))
        }
        (Some(_), false) if ask.gone => "Nothing is there, and nothing has been.".to_owned(),
        (Some(_), false) => "Nothing is there; `--gone` shows what has been.".to_owned(),
    }
}

struct Table<'a> {
    engine: &'a Engine,
    ask: &'a Ask,
    shape: &'a PullShape,
    /// The headings of the telling columns, the same in every call.
    headings: Vec<&'static str>,
    /// The widths of title, kind and telling columns.
    widths: Vec<usize>,
    counts: BTreeMap<usize, u64>,
    others: u64,
    learner: String,
}

impl<'a> Table<'a> {
    fn new(engine: &'a Engine, ask: &'a Ask, shape: &'a PullShape, first: &[Found]) -> Self {
        let main = shape.main();
        // Registrations of ours are somebody's.
        let told =
            |name: &str| !ask.learner.is_empty() || main.is_some_and(|main| main.column(name).is_some());
        let telling = main.map_or(&[] as &[_], |main| main.telling).iter();
        let headings: Vec<_> = telling.filter(|(name, _)| told(name)).map(|(_, heading)| *heading).collect();
        let mut table = Self {
            engine,
            ask,
            shape,
            widths: vec![0; headings.len() + 2],
            headings,
            counts: BTreeMap::new(),
            others: 0,
            learner: String::new(),
        };
        table.widen(&table.headings());
        for found in first {
            table.widen(&table.cells(found, 0));
            found.parts.iter().for_each(|part| table.widen(&table.cells(part, 1)));
        }
        table
    }

    fn widen(&mut self, cells: &[String]) {
        for (width, cell) in self.widths.iter_mut().zip(cells) {
            *width = (*width).max(cell.chars().count()).min(TITLE);
        }
    }

    fn headings(&self) -> Vec<String> {
        let own = ["title", "kind"].into_iter();
        own.chain(self.headings.iter().copied()).map(str::to_uppercase).collect()
    }

    fn head(&self, out: &mut impl Write) -> Result<(), Stop> {
        let standing = if self.ask.gone || self.ask.since.is_some() { "  STANDING" } else { "" };
        let line = format!("{}  FIRST SEEN  CHANGED   {standing}", self.line(&self.headings()));
        writeln!(out, "{}", line.trim_end())?;
        Ok(())
    }

    fn cells(&self, found: &Found, depth: usize) -> Vec<String> {
        let name = found.title.as_deref().map_or_else(|| "(without a title)".to_owned(), short);
        let own = [format!("{}{name}", "  ".repeat(depth)), noun(&found.item, self.shape)];
        own.into_iter().chain(telling(found, self.shape, &self.headings)).collect()
    }

    fn line(&self, cells: &[String]) -> String {
        let padded = cells.iter().zip(&self.widths).map(|(cell, width)| {
            let blanks = width.saturating_sub(cell.chars().count());
            format!("{cell}{}", " ".repeat(blanks))
        });
        padded.collect::<Vec<_>>().join("  ")
    }

    /// Writes an item, what happened to it, and its parts.
    fn item(&mut self, found: &Found, depth: usize, out: &mut impl Write) -> Result<(), Stop> {
        let item = &found.item;
        if item.learner != self.learner {
            self.learner.clone_from(&item.learner);
            writeln!(out, "learner {}", item.learner.replace('~', ", "))?;
        }
        match self.shape.items.iter().position(|shape| shape.kind == item.kind) {
            Some(place) => *self.counts.entry(place).or_default() += 1,
            None => self.others += 1,
        }
        let changed =
            changed_at(item).map_or_else(|| "-         ".to_owned(), |at| at.format("%Y-%m-%d").to_string());
        let line = self.line(&self.cells(found, depth));
        let seen = item.first_seen.format("%Y-%m-%d");
        let standing = standing(item).map(|word| format!("  {word}")).unwrap_or_default();
        writeln!(out, "{}", format!("{line}  {seen}  {changed}{standing}").trim_end())?;
        for event in &found.changes {
            writeln!(out, "{}    {}", "  ".repeat(depth), self.event(event))?;
        }
        found.parts.iter().try_for_each(|part| self.item(part, depth + 1, out))
    }

    fn event(&self, event: &EventRow) -> String {
        let at = event.at.format("%Y-%m-%d %H:%M");
        format!("{at} {}", event_words(self.engine, event, self.ask.ids))
    }

    /// How many there are of each kind.
    fn total(&self) -> String {
        let kinds = self.counts.iter().filter_map(|(place, number)| {
            let (one, many) = self.shape.items.get(*place)?.nouns;
            Some(format!("{number} {}", if *number == 1 { one } else { many }))
        });
        let others = (self.others > 0).then(|| format!("{} others", self.others));
        kinds.chain(others).collect::<Vec<_>>().join(", ")
    }
}

/// Where an item stands, unless it is simply there.
fn standing(item: &MemoryItem) -> Option<String> {
    match item.standing {
        ItemStanding::Present => None,
        ItemStanding::Retired => {
            let since =
                item.retired_at.map(|at| format!(" since {}", at.format("%Y-%m-%d"))).unwrap_or_default();
            Some(format!("gone{since}"))
        }
        ItemStanding::Outside => Some("no longer asked for".to_owned()),
    }
}

/// What happened, in words: `Price: "10.00" -> "12.50"`, or `new`.
pub(super) fn event_words(engine: &Engine, event: &EventRow, ids: bool) -> String {
    match (event.event, field_line(engine, event)) {
        (ItemEvent::Changed, Some(line)) if line.internal && !ids => format!("{}: another one", line.label),
        (ItemEvent::Changed, Some(line)) => {
            let value = |value: &Option<String>| match value {
                Some(text) => format!("\"{}\"", short(text)),
                None => "nothing".to_owned(),
            };
            format!("{}: {} -> {}", line.label, value(&event.before), value(&event.after))
        }
        (ItemEvent::Added, _) => "new".to_owned(),
        (ItemEvent::Retired, _) => "gone".to_owned(),
        (ItemEvent::Returned, _) => "back again".to_owned(),
        (ItemEvent::Changed, None) => "changed".to_owned(),
    }
}
