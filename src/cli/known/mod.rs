//! What pulls have learnt, for `rollbook catalog` and `rollbook learner`: read only, page by page.

mod document;
mod sheet;
mod since;
mod sources;
mod values;
mod walk;
mod words;

#[cfg(test)]
mod scene;
#[cfg(test)]
mod tests;

use std::io::{self, BufWriter, Write};

use chrono::{DateTime, Utc};

use crate::engine::{Engine, EngineError};
use crate::model::{ConnectionName, ItemStanding};
use crate::store::StoreError;

use super::args::Known;
use super::context::Failure;

use sources::Source;

/// Whose items are wanted.
#[derive(Clone, Copy)]
pub(super) enum Whose<'a> {
    /// Those that are nobody's.
    Nobodys,
    /// Those of the learner of that name.
    Learner(&'a str),
}

/// What is asked.
struct Ask {
    connection: ConnectionName,
    /// Whose items: a learner's name, or nothing.
    learner: String,
    search: Option<String>,
    since: Option<DateTime<Utc>>,
    gone: bool,
    ids: bool,
}

impl Ask {
    /// Whether only some items are wanted.
    fn is_narrow(&self) -> bool {
        self.search.is_some() || self.since.is_some()
    }

    /// Whether items that stand like this are wanted: what is gone is a change too.
    fn shows(&self, standing: ItemStanding) -> bool {
        match standing {
            ItemStanding::Present => true,
            ItemStanding::Retired => self.gone || self.since.is_some(),
            ItemStanding::Outside => self.gone,
        }
    }
}

/// Why writing ended early.
enum Stop {
    /// Whoever read has gone, which is no failure.
    Closed,
    Failed(Failure),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Failed(Failure::failed(format!("could not write: {error}"))),
        }
    }
}

impl From<csv::Error> for Stop {
    fn from(error: csv::Error) -> Self {
        io::Error::from(error).into()
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<EngineError> for Stop {
    fn from(error: EngineError) -> Self {
        Self::Failed(error.into())
    }
}

/// Tells what is known, in the form that is wanted.
pub(super) async fn tell(
    engine: &Engine,
    connection: &str,
    whose: Whose<'_>,
    args: &Known,
) -> Result<u8, Failure> {
    tell_to(engine, connection, whose, args, &mut BufWriter::new(io::stdout())).await
}

async fn tell_to(
    engine: &Engine,
    connection: &str,
    whose: Whose<'_>,
    args: &Known,
    out: &mut impl Write,
) -> Result<u8, Failure> {
    let now = engine.clock.now();
    let since = args.changed_since.as_deref().map(|text| since::parse(text, now)).transpose();
    let since = since.map_err(Failure::wrong)?;
    let connection = sources::connection(engine, connection)?;
    let sources = sources::of(engine, &connection, whose).await?;
    let learner = match whose {
        Whose::Nobodys => String::new(),
        Whose::Learner(key) => sources::learner(engine, &connection, &sources, key).await?,
    };
    let (search, gone, ids) = (args.search.clone(), args.gone, args.ids);
    let ask = Ask { connection, learner, search, since, gone, ids };
    let written = write(engine, &ask, &sources, args, out).await;
    match written.and_then(|()| Ok(out.flush()?)) {
        Ok(()) | Err(Stop::Closed) => Ok(0),
        Err(Stop::Failed(failure)) => Err(failure),
    }
}

async fn write(
    engine: &Engine,
    ask: &Ask,
    sources: &[Source<'_>],
    args: &Known,
    out: &mut impl Write,
) -> Result<(), Stop> {
    if args.json {
        document::write(engine, ask, sources, out).await
    } else if args.csv {
        sheet::write(engine, ask, sources, out).await
    } else {
        words::write(engine, ask, sources, out).await
    }
}
