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

use crate::model::{
    Change, Extras, FieldName, Fields, Fingerprint, Key, Origin, Problem, RowReject, Standing,
};

use super::values::{count, fingerprint, from_json, int, json, kind, maybe_json};
use super::{Store, StoreError};

const SCHEMA: &str = "
CREATE TABLE staged (
    push INTEGER NOT NULL, key TEXT NOT NULL, sheet TEXT, row INTEGER NOT NULL, present INTEGER NOT NULL,
    identity BLOB NOT NULL, fields TEXT NOT NULL, extras TEXT NOT NULL, missing TEXT NOT NULL,
    sealed_create BLOB, sealed_update BLOB);
CREATE TABLE change (
    seq INTEGER PRIMARY KEY, push INTEGER NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, sheet TEXT,
    row INTEGER, before TEXT, after TEXT NOT NULL, sent TEXT NOT NULL, extras TEXT NOT NULL, sealed BLOB);
CREATE TABLE place (push INTEGER NOT NULL, rank INTEGER NOT NULL, seq INTEGER NOT NULL,
    PRIMARY KEY (push, rank, seq)) WITHOUT ROWID;
CREATE TABLE reject (
    seq INTEGER PRIMARY KEY, push INTEGER NOT NULL, sheet TEXT, row INTEGER NOT NULL, key TEXT,
    problems TEXT NOT NULL);
CREATE TABLE reject_row (row INTEGER PRIMARY KEY, cells TEXT NOT NULL, sealed BLOB);
CREATE TABLE withdrawn (push INTEGER NOT NULL, key TEXT NOT NULL, removals INTEGER NOT NULL,
    PRIMARY KEY (push, key)) WITHOUT ROWID;
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

    /// Adds changes; their `seq` is their place.
    pub async fn add_changes(&self, changes: &[SpoolChange]) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        for chunk in changes.chunks(400) {
            let rows = chunk.iter().map(change_texts).collect::<Result<Vec<_>, _>>()?;
            let mut query = QueryBuilder::new(
                "INSERT INTO change (seq, push, key, kind, sheet, row, before, after, sent, extras, sealed) ",
            );
            query.push_values(rows, |mut values, (spooled, before, after, sent, extras)| {
                let change = &spooled.change;
                values
                    .push_bind(int(spooled.seq))
                    .push_bind(spooled.push as i64)
                    .push_bind(change.key.as_str())
                    .push_bind(change.kind.as_str())
                    .push_bind(change.origin.as_ref().and_then(|origin| origin.sheet.as_deref()))
                    .push_bind(change.origin.as_ref().map(|origin| int(origin.row)))
                    .push_bind(before)
                    .push_bind(after)
                    .push_bind(sent)
                    .push_bind(extras)
                    .push_bind(spooled.sealed.as_deref());
            });
            query.build().persistent(false).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Says the rank of each change of a push: `(seq, rank)`.
    pub async fn rank(&self, push: usize, ranks: &[(u64, u32)]) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        for chunk in ranks.chunks(2000) {
            let mut query = QueryBuilder::new("INSERT INTO place (push, rank, seq) ");
            query.push_values(chunk, |mut values, (seq, rank)| {
                values.push_bind(push as i64).push_bind(i64::from(*rank)).push_bind(int(*seq));
            });
            query.build().persistent(false).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// The next changes of a push in their order of delivery, after `after` (rank and seq).
    pub async fn changes(
        &self,
        push: usize,
        after: Option<(u32, u64)>,
        limit: u32,
    ) -> Result<Vec<SpoolChange>, StoreError> {
        let rows = sqlx::query(
            "SELECT c.seq, p.rank, c.key, c.kind, c.sheet, c.row, c.before, c.after, c.sent, c.extras, c.sealed
             FROM place p JOIN change c ON c.seq = p.seq
             WHERE p.push = ?1 AND (p.rank, p.seq) > (?2, ?3) ORDER BY p.rank, p.seq LIMIT ?4",
        )
        .bind(push as i64)
        .bind(after.map_or(-1, |(rank, _)| i64::from(rank)))
        .bind(after.map_or(-1, |(_, seq)| int(seq)))
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let number: Option<i64> = row.try_get(5)?;
                Ok(SpoolChange {
                    push,
                    seq: count(row.try_get(0)?),
                    rank: u32::try_from(row.try_get::<i64, _>(1)?).unwrap_or_default(),
                    change: Change {
                        key: Key::from_stored(row.try_get(2)?),
                        kind: kind(row.try_get(3)?)?,
                        origin: number
                            .map(|number| Ok::<_, StoreError>(origin(row.try_get(4)?, number)))
                            .transpose()?,
                        before: maybe_json(row.try_get(6)?)?,
                        after: from_json(row.try_get(7)?)?,
                        sent: from_json(row.try_get(8)?)?,
                        extras: from_json(row.try_get(9)?)?,
                    },
                    sealed: row.try_get(10)?,
                })
            })
            .collect()
    }

    /// Adds rejects of a push.
    pub async fn add_rejects(&self, push: usize, rejects: &[RowReject]) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        for chunk in rejects.chunks(1000) {
            let rows = chunk
                .iter()
                .map(|reject| Ok((reject, json(&reject.problems)?)))
                .collect::<Result<Vec<_>, StoreError>>()?;
            let mut query = QueryBuilder::new("INSERT INTO reject (push, sheet, row, key, problems) ");
            query.push_values(rows, |mut values, (reject, problems)| {
                values
                    .push_bind(push as i64)
                    .push_bind(reject.origin.sheet.as_deref())
                    .push_bind(int(reject.origin.row))
                    .push_bind(reject.key.as_ref().map(Key::as_str))
                    .push_bind(problems);
            });
            query.build().persistent(false).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// The next rejects in the order of their rows, after row `after.0` and place `after.1`: push, place
    /// and reject.
    pub async fn rejects(
        &self,
        after: Option<(u64, u64)>,
        limit: u32,
    ) -> Result<Vec<(usize, u64, RowReject)>, StoreError> {
        sqlx::query("CREATE INDEX IF NOT EXISTS reject_order ON reject (row, seq)")
            .execute(&self.pool)
            .await?;
        let rows = sqlx::query(
            "SELECT push, seq, sheet, row, key, problems FROM reject WHERE (row, seq) > (?, ?)
             ORDER BY row, seq LIMIT ?",
        )
        .bind(after.map_or(-1, |(row, _)| int(row)))
        .bind(after.map_or(-1, |(_, seq)| int(seq)))
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let problems: Vec<Problem> = from_json(row.try_get(5)?)?;
                let key: Option<String> = row.try_get(4)?;
                let reject = RowReject {
                    origin: origin(row.try_get(2)?, row.try_get(3)?),
                    key: key.map(Key::from_stored),
                    problems,
                };
                Ok((
                    usize::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default(),
                    count(row.try_get(1)?),
                    reject,
                ))
            })
            .collect()
    }

    /// Keeps the cells of rejected rows.
    pub async fn add_reject_rows(&self, rows: &[RejectedCells]) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        for RejectedCells { row, cells, sealed } in rows {
            sqlx::query("INSERT OR REPLACE INTO reject_row (row, cells, sealed) VALUES (?, ?, ?)")
                .bind(int(*row))
                .bind(json(cells)?)
                .bind(sealed.as_deref())
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Says that open changes of these keys must not be sent any more: all of them or, where the mark is
    /// set, only those that would make somebody inactive.
    pub async fn withdraw(&self, push: usize, keys: &[(Key, bool)]) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        for (key, removals) in keys {
            sqlx::query("INSERT OR IGNORE INTO withdrawn (push, key, removals) VALUES (?, ?, ?)")
                .bind(push as i64)
                .bind(key.as_str())
                .bind(removals)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Keeps what a first load says of the snapshot: values as acknowledged without a call
    /// (`first_load = "adopt"`), or with `None` a key as presumed to exist.
    pub async fn add_marks(
        &self,
        push: usize,
        marks: &[(Key, Option<Fields>, Standing)],
    ) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        for chunk in marks.chunks(400) {
            let rows = chunk
                .iter()
                .map(|(key, fields, standing)| {
                    let word = if fields.is_some() { standing.as_str() } else { "presumed" };
                    Ok((key, word, json(&fields.clone().unwrap_or_default())?))
                })
                .collect::<Result<Vec<_>, StoreError>>()?;
            let mut query = QueryBuilder::new("INSERT INTO mark (push, key, standing, fields) ");
            query.push_values(rows, |mut values, (key, word, fields)| {
                values.push_bind(push as i64).push_bind(key.as_str()).push_bind(word).push_bind(fields);
            });
            query.build().persistent(false).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

impl Store {
    /// The folder in which spools may lie: beside the database.
    pub fn spool_folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }
}

type ChangeTexts<'a> = (&'a SpoolChange, Option<String>, String, String, String);

pub(super) fn change_texts(spooled: &SpoolChange) -> Result<ChangeTexts<'_>, StoreError> {
    let change = &spooled.change;
    Ok((
        spooled,
        change.before.as_ref().map(json).transpose()?,
        json(&change.after)?,
        json(&change.sent)?,
        json(&change.extras)?,
    ))
}

pub(super) fn origin(sheet: Option<String>, row: i64) -> Origin {
    Origin { sheet: sheet.map(Into::into), row: count(row) }
}
