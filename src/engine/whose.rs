//! Whose the items of an answer are.

use std::collections::HashMap;

use crate::model::{ConnectionName, FieldName, Pulled};
use crate::store::{PullStep, Registered};

use super::asking::Asking;
use super::{Engine, EngineError};

/// Whose the items of a chunk are.
pub(super) struct Learned {
    /// The learner whose answer it is.
    scope: String,
    /// The column of our registrations, and whose each one is.
    by_registration: Option<(FieldName, HashMap<String, String>)>,
    /// Names of those whose registrations were found, each beside whose it is.
    pub(super) names: Vec<(String, String)>,
}

impl Learned {
    /// Whose an item is; empty where it is nobody's.
    pub(super) fn learner(&self, item: &Pulled) -> String {
        let Some((column, known)) = &self.by_registration else { return self.scope.clone() };
        let registration = item.fields.get(column).map(|text| text.trim().to_lowercase());
        let learner = registration.and_then(|registration| known.get(&registration));
        learner.unwrap_or(&self.scope).clone()
    }
}

impl Asking {
    /// Finds out whose these items are.
    pub(super) async fn learned(&self, step: &PullStep, items: &[Pulled]) -> Result<Learned, EngineError> {
        let mut learned = Learned { scope: step.scope.clone(), by_registration: None, names: Vec::new() };
        let Some((column, _)) = self.shape.registration else { return Ok(learned) };
        let column: FieldName = column.into();
        let wanted: Vec<&str> = items.iter().filter_map(|item| item.fields.get(&column)).collect();
        let mut known = HashMap::new();
        for Registered { registration, enrolment, connection } in
            self.engine.registered(&self.pull.connection, &wanted).await?
        {
            learned.names.push((enrolment.key().to_string(), enrolment.learner.clone()));
            let name = self.engine.learner_name(&connection, &enrolment);
            learned.names.push((name, enrolment.learner.clone()));
            learned.names.push((enrolment.learner.clone(), enrolment.learner.clone()));
            known.insert(registration, enrolment.learner);
        }
        learned.by_registration = Some((column, known));
        Ok(learned)
    }
}

impl Engine {
    /// What registrations are for: those made for this connection, or for another to the same product. The
    /// account that tells how far learners have come need not be the one that their links are made with.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn registered(
        &self,
        connection: &ConnectionName,
        registrations: &[&str],
    ) -> Result<Vec<Registered>, EngineError> {
        let product = self.config.connections.get(connection).map(|found| found.product.name);
        let kin = self.config.connections.values().filter(|found| Some(found.product.name) == product);
        let mut connections: Vec<&ConnectionName> = kin.map(|found| &found.name).collect();
        if !connections.contains(&connection) {
            connections.push(connection);
        }
        Ok(self.store.enrolments(&connections, registrations).await?)
    }
}
