//! Reads an export on a thread of its own and hands the rows on in batches, so that a file of any size
//! takes little memory.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufReader;
use std::ops::ControlFlow;
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::config::Job;
use crate::source::{HeaderInfo, ReadEvent, ReadPlan, ReadRow, ReadSummary, read_export};
use crate::store::{SealError, Sealer, Store};

use super::EngineError;
use super::acquire::open_regular;
use super::feeding::format_of;

const BATCH: usize = 500;

/// The file to be read.
#[derive(Clone, Debug)]
pub(super) struct Export {
    /// Its name, as people know it.
    pub name: String,
    /// Where the private copy lies.
    pub path: PathBuf,
}

/// What the reading thread sends.
pub(super) enum Read {
    /// The header, first.
    Header(HeaderInfo),
    /// Rows.
    Rows(Vec<ReadRow>),
}

/// A reading that is under way.
pub(super) struct Reading {
    /// What was read, in order.
    pub rows: mpsc::Receiver<Read>,
    /// The end of it.
    pub end: JoinHandle<Result<ReadSummary, EngineError>>,
}

/// Begins to read; `cells_of` names rows whose cells are wanted although nothing is wrong with them.
pub(super) fn begin(
    job: &Job,
    export: &Export,
    store: &Store,
    sealer: Option<&Sealer>,
    cells_of: Option<BTreeSet<u64>>,
) -> Reading {
    let (sender, rows) = mpsc::channel(4);
    let job = job.clone();
    let export = export.clone();
    let originals = Originals { store: store.clone(), sealer: sealer.cloned(), runtime: Handle::current() };
    let end =
        tokio::task::spawn_blocking(move || read(&job, &export, &originals, cells_of.as_ref(), &sender));
    Reading { rows, end }
}

fn read(
    job: &Job,
    export: &Export,
    originals: &Originals,
    cells_of: Option<&BTreeSet<u64>>,
    sender: &mpsc::Sender<Read>,
) -> Result<ReadSummary, EngineError> {
    let file = open_regular(&export.path).map_err(|error| EngineError::file("read", &export.path, &error))?;
    let mappings: Vec<_> = job.pushes.iter().map(|push| push.mapping.clone()).collect();
    let lookup = |run: &str, row: u64| originals.secrets(run, row);
    let source_key = mappings.first().map(|mapping| mapping.key.clone()).unwrap_or_default();
    let format = format_of(job);
    let plan = ReadPlan {
        file_name: &export.name,
        format: &format,
        filters: &job.source.filters,
        source_key: &source_key,
        pushes: &mappings,
        originals: Some(&lookup),
        cells_of,
    };
    let mut batch = Vec::with_capacity(BATCH);
    // A receiver that is gone ends the reading: whoever asked has failed and says so.
    let flow =
        |sent: Result<(), _>| if sent.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
    let summary = read_export(BufReader::new(file), &plan, &mut |event| match event {
        ReadEvent::Header(header) => flow(sender.blocking_send(Read::Header(header))),
        ReadEvent::Row(row) => {
            batch.push(row);
            if batch.len() < BATCH {
                return ControlFlow::Continue(());
            }
            let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
            flow(sender.blocking_send(Read::Rows(full)))
        }
    })?;
    if !batch.is_empty() {
        let _receiver_gone = sender.blocking_send(Read::Rows(batch));
    }
    Ok(summary)
}

/// The secret cells of rows that were rejected before: a file of corrections leaves them empty.
struct Originals {
    store: Store,
    sealer: Option<Sealer>,
    runtime: Handle,
}

impl Originals {
    fn secrets(&self, run: &str, row: u64) -> Option<BTreeMap<String, SecretString>> {
        let sealer = self.sealer.as_ref()?;
        let cells = self.runtime.block_on(async {
            let run = self.store.find_run(run).await.ok()??;
            self.store.original_cells(run.run_ref, row).await.ok()?
        })?;
        open_cells(sealer, run, row, &cells.sealed?).ok()
    }
}

/// Seals the secret cells of a rejected row, by column.
pub(super) fn seal_cells(
    sealer: &Sealer,
    run: &str,
    row: u64,
    secrets: &BTreeMap<String, SecretString>,
) -> Result<Vec<u8>, EngineError> {
    let clear: BTreeMap<&str, &str> =
        secrets.iter().map(|(column, secret)| (column.as_str(), secret.expose_secret())).collect();
    let plain = zeroize::Zeroizing::new(
        serde_json::to_vec(&clear).map_err(|error| EngineError::Task(error.to_string()))?,
    );
    Ok(sealer.seal(&cells_context(run, row), &plain)?)
}

fn open_cells(
    sealer: &Sealer,
    run: &str,
    row: u64,
    sealed: &[u8],
) -> Result<BTreeMap<String, SecretString>, SealError> {
    let plain = sealer.open(&cells_context(run, row), sealed)?;
    let clear: BTreeMap<String, String> = serde_json::from_slice(&plain).map_err(|_| SealError::Open)?;
    Ok(clear.into_iter().map(|(column, secret)| (column, SecretString::from(secret))).collect())
}

fn cells_context(run: &str, row: u64) -> String {
    format!("cells of run {run} row {row}")
}
