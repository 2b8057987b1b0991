//! From the rows of an export to the spool: records, rejects and the cells of rejected rows.

use std::collections::{BTreeMap, BTreeSet};

use secrecy::{ExposeSecret, SecretString};

use crate::config::Job;
use crate::model::{FieldName, Record, RowReject, RowsKind};
use crate::plan::Tally;
use crate::source::{HeaderInfo, Mapped, ReadRow};
use crate::store::{RejectedCells, Sealer, Spool, SpooledSummary, StagedRow, StagedState};

use super::reading::{self, Export, Read};
use super::{Engine, EngineError};

/// The export in the spool.
pub(super) struct Staged {
    /// Rows, keys and rejects in key order.
    pub spool: Spool,
    /// What was read.
    pub summary: SpooledSummary,
    /// Whether this file holds everybody.
    pub rows: RowsKind,
    /// Rows of each push that were rejected while reading.
    pub tallies: Vec<Tally>,
}

impl Engine {
    /// Reads an export into a spool.
    ///
    /// # Errors
    /// When the file can't be used as a whole, or the disk or the database fails.
    pub(super) async fn stage(&self, job: &Job, export: &Export, run: &str) -> Result<Staged, EngineError> {
        let spool = Spool::create(&self.files.processing()).await?;
        let mut reading = reading::begin(job, export, &self.store, self.maybe_sealer()?, None);
        let mut staging = Staging {
            job,
            run,
            sealer: self.maybe_sealer()?,
            spool: &spool,
            header: None,
            tallies: vec![Tally::default(); job.pushes.len()],
        };
        while let Some(read) = reading.rows.recv().await {
            match read {
                Read::Header(header) => staging.header = Some(header),
                Read::Rows(rows) => {
                    self.progress.add_rows(rows.len() as u64);
                    staging.add(rows).await?;
                }
            }
        }
        let summary = reading.end.await.map_err(|error| EngineError::Task(error.to_string()))??;
        spool.sort().await?;
        let header = staging.header.take();
        let tallies = staging.tallies;
        let correction = header.as_ref().is_some_and(|header| header.correction);
        let (columns, mut notes) = header.map(|header| (header.columns, header.notes)).unwrap_or_default();
        notes.extend(summary.notes);
        if correction {
            notes.push(
                "the file is one of corrected rejects (it has a rollbook_run column): it was taken as a delta, \
                 nobody is removed by it"
                    .to_owned(),
            );
        }
        Ok(Staged {
            spool,
            rows: if correction { RowsKind::Delta } else { job.source.rows },
            summary: SpooledSummary {
                rows: summary.rows,
                filtered: summary.filtered,
                header: columns,
                notes,
                correction,
            },
            tallies,
        })
    }

    /// Reads the file once more for the cells of rows that were rejected only when they were compared.
    pub(super) async fn keep_cells(
        &self,
        job: &Job,
        export: &Export,
        run: &str,
        spool: &Spool,
        rows: BTreeSet<u64>,
    ) -> Result<(), EngineError> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut reading = reading::begin(job, export, &self.store, self.maybe_sealer()?, Some(rows.clone()));
        let mut header = None;
        while let Some(read) = reading.rows.recv().await {
            match (read, &header) {
                (Read::Header(found), _) => header = Some(found),
                (Read::Rows(batch), Some(header)) => {
                    let wanted = batch.into_iter().filter(|row| rows.contains(&row.origin.row));
                    let cells = wanted
                        .map(|row| rejected_cells(self.maybe_sealer()?, run, header, row))
                        .collect::<Result<Vec<_>, _>>()?;
                    spool.add_reject_rows(&cells).await?;
                }
                (Read::Rows(_), None) => {}
            }
        }
        reading.end.await.map_err(|error| EngineError::Task(error.to_string()))??;
        Ok(())
    }
}

struct Staging<'a> {
    job: &'a Job,
    run: &'a str,
    sealer: Option<&'a Sealer>,
    spool: &'a Spool,
    header: Option<HeaderInfo>,
    tallies: Vec<Tally>,
}

impl Staging<'_> {
    async fn add(&mut self, rows: Vec<ReadRow>) -> Result<(), EngineError> {
        let mut staged = Vec::with_capacity(rows.len() * self.job.pushes.len());
        let mut rejects: Vec<Vec<RowReject>> = vec![Vec::new(); self.job.pushes.len()];
        let mut cells = Vec::new();
        for mut row in rows {
            for (push, mapped) in std::mem::take(&mut row.pushes).into_iter().enumerate() {
                match mapped {
                    Mapped::Record(record) => staged.push(self.record(push, record)?),
                    Mapped::Filtered { key: Some(key) } if !self.job.source.filtered_is_absent => {
                        staged.push(StagedRow {
                            push,
                            key,
                            origin: row.origin.clone(),
                            state: StagedState::Present,
                        });
                    }
                    Mapped::Filtered { key: None } if !self.job.source.filtered_is_absent => {
                        if let Some(tally) = self.tallies.get_mut(push) {
                            tally.unreadable_keys += 1;
                        }
                    }
                    Mapped::Filtered { .. } => {}
                    Mapped::Rejected { key, problems } => {
                        if let Some(tally) = self.tallies.get_mut(push) {
                            tally.add_reject(key.is_some());
                        }
                        if let Some(key) = key.clone() {
                            let origin = row.origin.clone();
                            staged.push(StagedRow { push, key, origin, state: StagedState::Present });
                        }
                        if let Some(rejects) = rejects.get_mut(push) {
                            rejects.push(RowReject { origin: row.origin.clone(), key, problems });
                        }
                    }
                }
            }
            if let (Some(header), true) = (&self.header, row.cells.is_some()) {
                cells.push(rejected_cells(self.sealer, self.run, header, row)?);
            }
        }
        self.spool.stage(&staged).await?;
        for (push, rejects) in rejects.iter().enumerate().filter(|(_, rejects)| !rejects.is_empty()) {
            self.spool.add_rejects(push, rejects).await?;
        }
        if !cells.is_empty() {
            self.spool.add_reject_rows(&cells).await?;
        }
        Ok(())
    }

    fn record(&self, push: usize, record: Record) -> Result<StagedRow, EngineError> {
        let hasher = self.sealer.map(Sealer::hasher);
        let identity = record.identity(hasher.as_ref());
        let Record { key, origin, fields, extras, secrets, missing_for_create } = record;
        let (sealed_create, sealed_update) = if secrets.is_empty() {
            (None, None)
        } else {
            let sealer = self.sealer.ok_or(EngineError::NoDataKey)?;
            let all: BTreeMap<_, _> = secrets.always.iter().chain(&secrets.create).collect();
            let always: BTreeMap<_, _> = secrets.always.iter().collect();
            let sealed_update =
                if always.is_empty() { None } else { Some(seal_secrets(sealer, key.as_str(), &always)?) };
            (Some(seal_secrets(sealer, key.as_str(), &all)?), sealed_update)
        };
        let state = StagedState::Record {
            identity,
            fields,
            extras,
            missing_for_create,
            sealed_create,
            sealed_update,
        };
        Ok(StagedRow { push, key, origin, state })
    }
}

/// The cells of a rejected row: what is secret is sealed, and its cell is empty.
fn rejected_cells(
    sealer: Option<&Sealer>,
    run: &str,
    header: &HeaderInfo,
    row: ReadRow,
) -> Result<RejectedCells, EngineError> {
    let mut cells = row.cells.unwrap_or_default();
    let mut secrets = BTreeMap::new();
    // Where a row is too long or too short, a secret may stand in any of its cells.
    let any = row.shifted && !header.secret_columns.is_empty();
    let columns: Vec<usize> = if any { (0..cells.len()).collect() } else { header.secret_columns.clone() };
    for &column in &columns {
        if let Some(cell) = cells.get_mut(column).filter(|cell| !cell.is_empty()) {
            let cell = SecretString::from(std::mem::take(cell));
            if let Some(name) = header.columns.get(column).filter(|_| !any) {
                secrets.insert(name.clone(), cell);
            }
        }
    }
    let number = row.origin.row;
    let sealed = match sealer {
        Some(sealer) if !secrets.is_empty() => Some(reading::seal_cells(sealer, run, number, &secrets)?),
        _ => None,
    };
    Ok(RejectedCells { row: number, cells, sealed })
}

fn seal_secrets(
    sealer: &Sealer,
    key: &str,
    secrets: &BTreeMap<&FieldName, &SecretString>,
) -> Result<Vec<u8>, EngineError> {
    let clear: BTreeMap<&str, &str> =
        secrets.iter().map(|(name, secret)| (name.as_str(), secret.expose_secret())).collect();
    let plain = zeroize::Zeroizing::new(
        serde_json::to_vec(&clear).map_err(|error| EngineError::Task(error.to_string()))?,
    );
    Ok(sealer.seal(&secrets_context(key), &plain)?)
}

/// Opens the secrets of a change.
pub(super) fn open_secrets(
    sealer: &Sealer,
    key: &str,
    sealed: &[u8],
) -> Result<Vec<(FieldName, SecretString)>, EngineError> {
    let plain = sealer.open(&secrets_context(key), sealed)?;
    let clear: BTreeMap<String, String> =
        serde_json::from_slice(&plain).map_err(|_| crate::store::SealError::Open)?;
    Ok(clear.into_iter().map(|(name, secret)| (name.into(), SecretString::from(secret))).collect())
}

fn secrets_context(key: &str) -> String {
    format!("secrets of record {key}")
}
