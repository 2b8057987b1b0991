//! The ledger of registrations: made once for a learner and what they take, kept for ever, never reused.

use chrono::{DateTime, Utc};
use sqlx::Row;

use crate::model::{ConnectionName, Key};

use super::values::{from_json, json, millis};
use super::{Store, StoreError};

/// What a registration is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Enrolment {
    /// Who.
    pub learner: String,
    /// What tells one of the learner's registrations from the other: the activity, and its instance.
    pub instance: Vec<String>,
}

/// A registration of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// In small letters.
    pub registration: String,
    /// What it is for.
    pub enrolment: Enrolment,
    /// The account that it was made for.
    pub connection: ConnectionName,
}

impl Enrolment {
    /// The learner's key, without the name of the people they are among.
    pub fn key(&self) -> Key {
        let values = Key::from_stored(self.learner.clone()).values();
        Key::from_values(values.iter().skip(1).map(String::as_str))
    }
}

impl Store {
    /// What a registration is for, in any case of its letters; `None` where it is none of ours.
    pub async fn registered(
        &self,
        connection: &ConnectionName,
        registration: &str,
    ) -> Result<Option<Enrolment>, StoreError> {
        let found = self.enrolments(&[connection], &[registration]).await?;
        Ok(found.into_iter().next().map(|found| found.enrolment))
    }

    /// What these registrations are for, by any of these connections: one is the same whichever of the accounts
    /// of a vendor tells of it. Those that are none of ours are not in it.
    pub async fn enrolments(
        &self,
        connections: &[&ConnectionName],
        registrations: &[&str],
    ) -> Result<Vec<Registered>, StoreError> {
        let connections: Vec<&str> = connections.iter().map(|name| name.as_str()).collect();
        let wanted: Vec<String> = registrations.iter().map(|text| text.trim().to_lowercase()).collect();
        let rows = sqlx::query(
            "SELECT registration, learner, instance, connection FROM registration
             WHERE connection IN (SELECT value FROM json_each(?))
               AND registration IN (SELECT value FROM json_each(?))",
        )
        .bind(json(&connections)?)
        .bind(json(&wanted)?)
        .fetch_all(&self.reader)
        .await?;
        rows.iter()
            .map(|row| {
                let enrolment = Enrolment { learner: row.try_get(1)?, instance: from_json(row.try_get(2)?)? };
                let connection = ConnectionName::from(row.try_get::<&str, _>(3)?);
                Ok(Registered { registration: row.try_get(0)?, enrolment, connection })
            })
            .collect()
    }

    /// The registrations of these enrolments, in their order; where there is none yet, the one beside it
    /// becomes it.
    pub async fn registrations(
        &self,
        connection: &ConnectionName,
        wanted: &[(Enrolment, String)],
        now: DateTime<Utc>,
    ) -> Result<Vec<String>, StoreError> {
        let known =
            self.known_registrations(connection, wanted.iter().map(|(enrolment, _)| enrolment)).await?;
        if known.iter().all(Option::is_some) {
            return Ok(known.into_iter().flatten().collect());
        }
        let mut transaction = self.begin().await?;
        let mut found = Vec::with_capacity(wanted.len());
        for (enrolment, fresh) in wanted {
            let row = sqlx::query(
                "INSERT INTO registration (registration, connection, learner, instance, made_at)
                 VALUES (?, ?, ?, ?, ?)
                 ON CONFLICT (connection, learner, instance) DO UPDATE SET learner = excluded.learner
                 RETURNING registration",
            )
            .bind(fresh)
            .bind(connection.as_str())
            .bind(&enrolment.learner)
            .bind(json(&enrolment.instance)?)
            .bind(millis(now))
            .fetch_one(&mut *transaction)
            .await?;
            found.push(row.try_get(0)?);
        }
        transaction.commit().await?;
        Ok(found)
    }

    /// The registrations that are there already.
    async fn known_registrations<'a>(
        &self,
        connection: &ConnectionName,
        wanted: impl Iterator<Item = &'a Enrolment> + Send,
    ) -> Result<Vec<Option<String>>, StoreError> {
        let mut found = Vec::new();
        for enrolment in wanted {
            let row = sqlx::query(
                "SELECT registration FROM registration WHERE connection = ? AND learner = ? AND instance = ?",
            )
            .bind(connection.as_str())
            .bind(&enrolment.learner)
            .bind(json(&enrolment.instance)?)
            .fetch_optional(&self.reader)
            .await?;
            found.push(row.map(|row| row.try_get(0)).transpose()?);
        }
        Ok(found)
    }
}
