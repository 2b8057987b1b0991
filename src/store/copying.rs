//! From the spool into the outbox, page by page; nobody sees the pages before the plan is committed.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;

use crate::model::{ChangeState, Key};

use super::plans::PAGE;
use super::spooled::change_texts;
use super::values::{int, json, millis};
use super::{PlannedPush, PushRef, RunRef, Spool, SpoolChange, Store, StoreError};

impl Store {
    /// Enters what a first load says of the snapshot. Keys that are known already stay as they are.
    pub(super) async fn copy_marks(
        &self,
        pushes: &[PlannedPush],
        spool: &Spool,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        for (number, push) in pushes.iter().enumerate().filter(|(_, push)| push.first_load) {
            let mut after = 0_i64;
            loop {
                let page: Vec<(i64, String, String, String)> = sqlx::query_as(
                    "SELECT seq, key, standing, fields FROM mark WHERE push = ? AND seq > ? ORDER BY seq LIMIT ?",
                )
                .bind(number as i64)
                .bind(after)
                .bind(PAGE)
                .fetch_all(&spool.pool)
                .await?;
                let Some((last, ..)) = page.last() else { break };
                after = *last;
                let mut query =
                    QueryBuilder::new("INSERT INTO snapshot (push_ref, key, standing, fields, settled_at) ");
                query.push_values(page, |mut values, (_, key, standing, fields)| {
                    values
                        .push_bind(push.push.0)
                        .push_bind(key)
                        .push_bind(standing)
                        .push_bind(fields)
                        .push_bind(millis(now));
                });
                query.push(" ON CONFLICT DO NOTHING");
                query.build().persistent(false).execute(&self.writer).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn copy_changes(
        &self,
        run: RunRef,
        push: &PlannedPush,
        page: &[SpoolChange],
    ) -> Result<(), StoreError> {
        let rows = page.iter().map(change_texts).collect::<Result<Vec<_>, _>>()?;
        let mut query = QueryBuilder::new(
            "INSERT INTO change (run_ref, push_ref, connection, operation, stage, rank, key, kind, sheet, row, \
             before, after, sent, extras, sealed, state, code, reason) ",
        );
        query.push_values(rows, |mut values, (spooled, before, after, sent, extras)| {
            let change = &spooled.change;
            let held = push.hold_all
                || (push.hold_removals && change.kind.removes())
                || (push.hold_updates && change.corrects());
            // A hold comes first: what is parked is sent once nothing stands against it, and nobody has
            // to say so.
            let state = match &spooled.parked {
                _ if held => ChangeState::Held,
                Some(_) => ChangeState::Parked,
                None => ChangeState::Waiting,
            };
            values
                .push_bind(run.0)
                .push_bind(push.push.0)
                .push_bind(push.connection.as_str())
                .push_bind(push.operation.as_str())
                .push_bind(push.stage)
                .push_bind(i64::from(spooled.rank))
                .push_bind(change.key.as_str())
                .push_bind(change.kind.as_str())
                .push_bind(change.origin.as_ref().and_then(|origin| origin.sheet.as_deref()))
                .push_bind(change.origin.as_ref().map(|origin| int(origin.row)))
                .push_bind(before)
                .push_bind(after)
                .push_bind(sent)
                .push_bind(extras)
                .push_bind(spooled.sealed.as_deref())
                .push_bind(state.as_str())
                .push_bind(spooled.parked.as_ref().map(|(code, _)| code.as_str()))
                .push_bind(spooled.parked.as_ref().map(|(_, reason)| reason.as_str()));
        });
        query.build().persistent(false).execute(&self.writer).await?;
        Ok(())
    }

    pub(super) async fn copy_rejects(
        &self,
        run: RunRef,
        pushes: &[PlannedPush],
        spool: &Spool,
    ) -> Result<(), StoreError> {
        let refs: HashMap<usize, PushRef> = pushes.iter().map(|push| push.push).enumerate().collect();
        let mut after = None;
        loop {
            let page = spool.rejects(after, PAGE).await?;
            let Some((_, seq, last)) = page.last() else { break };
            after = Some((last.origin.row, *seq));
            let rows = page
                .iter()
                .filter_map(|(number, _, reject)| refs.get(number).map(|push| (push, reject)))
                .map(|(push, reject)| Ok((push, reject, json(&reject.problems)?)))
                .collect::<Result<Vec<_>, StoreError>>()?;
            let mut query =
                QueryBuilder::new("INSERT INTO reject (run_ref, push_ref, sheet, row, key, problems) ");
            query.push_values(rows, |mut values, (push, reject, problems)| {
                values
                    .push_bind(run.0)
                    .push_bind(push.0)
                    .push_bind(reject.origin.sheet.as_deref())
                    .push_bind(int(reject.origin.row))
                    .push_bind(reject.key.as_ref().map(Key::as_str))
                    .push_bind(problems);
            });
            query.build().persistent(false).execute(&self.writer).await?;
        }
        let mut after = -1_i64;
        loop {
            let page: Vec<(i64, String, Option<Vec<u8>>)> = sqlx::query_as(
                "SELECT row, cells, sealed FROM reject_row WHERE row > ? ORDER BY row LIMIT ?",
            )
            .bind(after)
            .bind(PAGE)
            .fetch_all(&spool.pool)
            .await?;
            let Some((last, _, _)) = page.last() else { break };
            after = *last;
            let mut query = QueryBuilder::new("INSERT INTO reject_row (run_ref, row, cells, sealed) ");
            query.push_values(page, |mut values, (row, cells, sealed)| {
                values.push_bind(run.0).push_bind(row).push_bind(cells).push_bind(sealed);
            });
            query.build().persistent(false).execute(&self.writer).await?;
        }
        Ok(())
    }
}
