//! What a plan keeps in its spool: changes in their order of delivery, rejects, and marks.

use sqlx::{QueryBuilder, Row};

use crate::model::{Change, Fields, Key, Problem, RowReject, Standing};

use super::spool::origin;
use super::values::{count, from_json, int, json, kind, maybe_json};
use super::{RejectedCells, Spool, SpoolChange, StoreError};

impl Spool {
    /// Adds changes; their `seq` is their place.
    pub async fn add_changes(&self, changes: &[SpoolChange]) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        for chunk in changes.chunks(400) {
            let rows = chunk.iter().map(change_texts).collect::<Result<Vec<_>, _>>()?;
            let mut query = QueryBuilder::new(
                "INSERT INTO change (seq, push, key, kind, sheet, row, before, after, sent, extras, sealed, \
                 code, reason) ",
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
                    .push_bind(spooled.sealed.as_deref())
                    .push_bind(spooled.parked.as_ref().map(|(code, _)| code.as_str()))
                    .push_bind(spooled.parked.as_ref().map(|(_, reason)| reason.as_str()));
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
            "SELECT c.seq, p.rank, c.key, c.kind, c.sheet, c.row, c.before, c.after, c.sent, c.extras, c.sealed,
                    c.code, c.reason
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
                    parked: row.try_get::<Option<String>, _>(11)?.zip(row.try_get(12)?),
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
