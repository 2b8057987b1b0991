//! The spool of a plan: where the rows of an export wait in key order, so that a file of any size is
//! planned in bounded memory.
//!
//! It is a database file of its own that is unlinked as soon as it is open: nobody else can read it, and
//! nothing is left of it after a crash.

use std::path::Path;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{QueryBuilder, Row};

use crate::model::{Change, Extras, FieldName, Fields, Fingerprint, Key, Origin};

use super::StoreError;
use super::values::{count, fingerprint, from_json, int, json};

const SCHEMA: &str = "
CREATE TABLE staged (
    push INTEGER NOT NULL, key TEXT NOT NULL, sheet TEXT, row INTEGER NOT NULL, present INTEGER NOT NULL,
    identity BLOB NOT NULL, fields TEXT NOT NULL, extras TEXT NOT NULL, missing TEXT NOT NULL,
    sealed_create BLOB, sealed_update BLOB);
CREATE TABLE change (
    seq INTEGER PRIMARY KEY, push INTEGER NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, sheet TEXT,
    row INTEGER, before TEXT, after TEXT NOT NULL, sent TEXT NOT NULL, extras TEXT NOT NULL, sealed BLOB,
    code TEXT, reason TEXT);
CREATE TABLE place (push INTEGER NOT NULL, rank INTEGER NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (push, rank, seq)) WITHOUT ROWID;
CREATE TABLE reject (
    seq INTEGER PRIMARY KEY, push INTEGER NOT NULL, sheet TEXT, row INTEGER NOT NULL, key TEXT,
    problems TEXT NOT NULL);
CREATE TABLE reject_row (row INTEGER PRIMARY KEY, cells TEXT NOT NULL, sealed BLOB);
CREATE TABLE withdrawn (push INTEGER NOT NULL, key TEXT NOT NULL, removals INTEGER NOT NULL,
    PRIMARY KEY (push, key)) WITHOUT ROWID;
CREATE TABLE vanished (push INTEGER NOT NULL, key TEXT NOT NULL, PRIMARY KEY (push, key)) WITHOUT ROWID;
CREATE TABLE mark (seq INTEGER PRIMARY KEY, push INTEGER NOT NULL, key TEXT NOT NULL, standing TEXT NOT NULL,
    fields TEXT NOT NULL);
";

/// The rows, changes and rejects of one run while it is planned. Pushes are numbered as in the job file.
#[derive(Debug)]
pub struct Spool {
    pub(super) pool: SqlitePool,
}

/// A row of the export as one push reads it.
#[derive(Clone, Debug)]
pub struct StagedRow {
    /// The push, by its place in the job file.
    pub push: usize,
    /// The key.
    pub key: Key,
    /// The row.
    pub origin: Origin,
    /// Whether it can be compared.
    pub state: StagedState,
}

/// Whether a staged row can be compared.
#[derive(Clone, Debug)]
pub enum StagedState {
    /// Rejected or filtered: it only says that its key is there.
    Present,
    /// A record.
    Record {
        /// Tells rows of one key apart.
        identity: Fingerprint,
        /// The values that are compared.
        fields: Fields,
        /// Values beside the comparison.
        extras: Extras,
        /// Required create-only fields that are empty.
        missing_for_create: Vec<FieldName>,
        /// The sealed secrets that go into a create.
        sealed_create: Option<Vec<u8>>,
        /// The sealed secrets that go into an update.
        sealed_update: Option<Vec<u8>>,
    },
}

/// A change on its way from the plan to the outbox.
#[derive(Clone, Debug)]
pub struct SpoolChange {
    /// The push, by its place in the job file.
    pub push: usize,
    /// Its place among the changes of the spool, as it was found.
    pub seq: u64,
    /// Its rank: lower ones go first.
    pub rank: u32,
    /// The change.
    pub change: Change,
    /// Its sealed secrets.
    pub sealed: Option<Vec<u8>>,
    /// Code and reason, where it is put aside from the start.
    pub parked: Option<(String, String)>,
}

/// The cells of a rejected row.
#[derive(Clone, Debug)]
pub struct RejectedCells {
    /// The row.
    pub row: u64,
    /// All cells; those of secret columns are empty.
    pub cells: Vec<String>,
    /// The cells of the secret columns, sealed.
    pub sealed: Option<Vec<u8>>,
}

impl Spool {
    /// An empty spool in `folder`.
    ///
    /// # Errors
    /// When the folder can't be written.
    pub async fn create(folder: &Path) -> Result<Self, StoreError> {
        let file = tempfile::Builder::new()
            .prefix("spool-")
            .tempfile_in(folder)
            .map_err(|error| StoreError::file(folder, &error))?;
        let options = SqliteConnectOptions::new()
            .filename(file.path())
            .journal_mode(SqliteJournalMode::Off)
            .synchronous(SqliteSynchronous::Off)
            .pragma("locking_mode", "EXCLUSIVE")
            .pragma("temp_store", "MEMORY")
            .pragma("cache_size", "-16384");
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .connect_with(options)
            .await?;
        sqlx::raw_sql(SCHEMA).execute(&pool).await?;
        file.close().map_err(|error| StoreError::file(folder, &error))?;
        Ok(Self { pool })
    }

    /// Adds rows.
    pub async fn stage(&self, rows: &[StagedRow]) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        for chunk in rows.chunks(400) {
            let mut query = QueryBuilder::new(
                "INSERT INTO staged (push, key, sheet, row, present, identity, fields, extras, missing, \
                 sealed_create, sealed_update) ",
            );
            let mut failed = None;
            query.push_values(chunk, |mut values, row| {
                values
                    .push_bind(row.push as i64)
                    .push_bind(row.key.as_str())
                    .push_bind(row.origin.sheet.as_deref())
                    .push_bind(int(row.origin.row));
                match &row.state {
                    StagedState::Present => {
                        values.push("1, x'', '{}', '{}', '[]', NULL, NULL");
                    }
                    StagedState::Record {
                        identity,
                        fields,
                        extras,
                        missing_for_create,
                        sealed_create,
                        sealed_update,
                    } => {
                        let texts = json(fields)
                            .and_then(|fields| Ok((fields, json(extras)?, json(missing_for_create)?)));
                        let (fields, extras, missing) = texts.unwrap_or_else(|error| {
                            failed = Some(error);
                            Default::default()
                        });
                        values
                            .push_bind(0)
                            .push_bind(identity.as_bytes())
                            .push_bind(fields)
                            .push_bind(extras)
                            .push_bind(missing)
                            .push_bind(sealed_create.as_deref())
                            .push_bind(sealed_update.as_deref());
                    }
                }
            });
            if let Some(error) = failed {
                return Err(error);
            }
            query.build().persistent(false).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Ends staging: from now on rows can be read in key order.
    pub async fn sort(&self) -> Result<(), StoreError> {
        sqlx::query("CREATE INDEX staged_key ON staged (push, key, row)").execute(&self.pool).await?;
        Ok(())
    }

    /// The next rows of a push in the order of key and row, after `after`, at most `limit`.
    pub async fn rows(
        &self,
        push: usize,
        after: Option<&(Key, u64)>,
        limit: u32,
    ) -> Result<Vec<StagedRow>, StoreError> {
        let rows = sqlx::query(
            "SELECT key, sheet, row, present, identity, fields, extras, missing, sealed_create, sealed_update
             FROM staged WHERE push = ?1 AND (key, row) > (?2, ?3) ORDER BY key, row LIMIT ?4",
        )
        .bind(push as i64)
        .bind(after.map_or("", |(key, _)| key.as_str()))
        .bind(after.map_or(0, |(_, row)| int(*row)))
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let state = if row.try_get::<i64, _>(3)? != 0 {
                    StagedState::Present
                } else {
                    StagedState::Record {
                        identity: fingerprint(row.try_get(4)?)?,
                        fields: from_json(row.try_get(5)?)?,
                        extras: from_json(row.try_get(6)?)?,
                        missing_for_create: from_json(row.try_get(7)?)?,
                        sealed_create: row.try_get(8)?,
                        sealed_update: row.try_get(9)?,
                    }
                };
                Ok(StagedRow {
                    push,
                    key: Key::from_stored(row.try_get(0)?),
                    origin: origin(row.try_get(1)?, row.try_get(2)?),
                    state,
                })
            })
            .collect()
    }
}

pub(super) fn origin(sheet: Option<String>, row: i64) -> Origin {
    Origin { sheet: sheet.map(Into::into), row: count(row) }
}
