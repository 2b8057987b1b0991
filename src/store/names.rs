//! The names by which a learner can be asked for.

use std::collections::HashMap;

use sqlx::{Sqlite, Transaction};

use super::values::json;
use super::{NewStep, PullRef, Store, StoreError};

/// Enters the names of learners in the place of those that they had.
pub(super) async fn enter_names(
    transaction: &mut Transaction<'static, Sqlite>,
    pull: PullRef,
    steps: &[&NewStep],
) -> Result<(), StoreError> {
    let scopes: Vec<&str> = steps.iter().map(|step| step.scope.as_str()).collect();
    if scopes.is_empty() {
        return Ok(());
    }
    let names: Vec<[&str; 2]> = steps
        .iter()
        .flat_map(|step| step.names.iter().map(|name| [name.as_str(), step.scope.as_str()]))
        .collect();
    sqlx::query(
        "DELETE FROM learner_name WHERE pull_ref = ? AND learner IN (SELECT value FROM json_each(?))",
    )
    .bind(pull.0)
    .bind(json(&scopes)?)
    .execute(&mut **transaction)
    .await?;
    add_names(transaction, pull, &names).await
}

/// Adds names of learners, each beside whose it is.
pub(super) async fn add_names(
    transaction: &mut Transaction<'static, Sqlite>,
    pull: PullRef,
    names: &[[&str; 2]],
) -> Result<(), StoreError> {
    let names: Vec<[String; 2]> = names
        .iter()
        .flat_map(|[name, learner]| {
            // All names in one stand as they are too: tables are made of it.
            let whole = name.strip_prefix(learner).is_some_and(|rest| rest.starts_with('~'));
            let written = whole.then(|| [(*name).to_owned(), (*learner).to_owned()]);
            written.into_iter().chain([[name.to_lowercase(), (*learner).to_owned()]])
        })
        .collect();
    sqlx::query(
        "INSERT OR IGNORE INTO learner_name (pull_ref, name, learner)
         SELECT ?, value ->> 0, value ->> 1 FROM json_each(?)",
    )
    .bind(pull.0)
    .bind(json(&names)?)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

impl Store {
    /// All names of each learner of a pull who has several, in one text as it was written, by the first of them.
    pub async fn learner_texts(&self, pull: PullRef) -> Result<HashMap<String, String>, StoreError> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT learner, name FROM learner_name
             WHERE pull_ref = ? AND substr(name, 1, length(learner) + 1) = learner || '~'",
        )
        .bind(pull.0)
        .fetch_all(&self.reader)
        .await?;
        Ok(rows.into_iter().collect())
    }
}
