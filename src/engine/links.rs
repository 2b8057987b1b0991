//! Links: whose registration is whose, one link on request, and the file of all of them.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use crate::config::{Job, Push};
use crate::connectors::{Connector, Item, Link};
use crate::model::{
    ChangeKind, ColumnName, ConnectionName, FieldName, Fields, Key, OperationKind, Standing, Take,
};
use crate::store::{Enrolment, PushRef, SnapshotRow};

use super::connect::open_connection;
use super::linkfile::LinkFile;
use super::{Engine, EngineError};

/// How many links are made at a time.
const PAGE: u32 = 500;

/// What the registration of a record is for: the learner is what the key says beside activity and instance,
/// among the people of the push. Both are values, so renaming a column changes nobody; and the spelling of an
/// address does not count.
pub(super) fn enrolment(push: &Push, key: &Key, fields: &Fields) -> Enrolment {
    let telling = push.operation.registers.unwrap_or_default();
    let instance =
        telling.iter().map(|field| plain_address(fields.get(&(*field).into()).unwrap_or_default())).collect();
    let values = key.values();
    let learner = learner_places(push).into_iter().filter_map(|place| values.get(place).map(String::as_str));
    let people = std::iter::once(push.learners.as_str()).chain(learner);
    Enrolment { learner: Key::from_values(people).to_string(), instance }
}

/// The places in a push's key that say who the learner is: those that say nothing of activity and instance, or
/// all where none is left.
fn learner_places(push: &Push) -> Vec<usize> {
    let telling = push.operation.registers.unwrap_or_default();
    let of_instance = |column: &ColumnName| {
        push.mapping.fields.iter().any(|mapping| {
            telling.contains(&mapping.name().as_str())
                && matches!(&mapping.take, Take::Column(name) if name == column)
        })
    };
    let columns = push.mapping.key.iter().enumerate();
    let learner: Vec<usize> =
        columns.filter(|(_, column)| !of_instance(column)).map(|(place, _)| place).collect();
    if learner.is_empty() { (0..push.mapping.key.len()).collect() } else { learner }
}

/// An address without what makes no other address: the case of its host, a slash or `#/` at its end. Any
/// other text as it stands.
fn plain_address(text: &str) -> String {
    let Ok(mut url) = reqwest::Url::parse(text) else { return text.to_owned() };
    if !matches!(url.scheme(), "http" | "https") {
        return text.to_owned();
    }
    if url.fragment().is_some_and(|fragment| fragment.trim_end_matches('/').is_empty()) {
        url.set_fragment(None);
    }
    url.to_string().trim_end_matches('/').to_owned()
}

/// A link that was made.
#[derive(Debug)]
pub struct MadeLink {
    /// The push that it belongs to.
    pub push: String,
    /// The link.
    pub link: Link,
}

/// What became of the file of a push's links.
#[derive(Debug)]
pub(super) enum Exported {
    /// So many links are there, and so many records have none, the first one for this reason.
    Written {
        /// How many links.
        links: u64,
        /// How many records without one.
        failed: u64,
        /// Why the first one has none.
        reason: Option<String>,
        /// Whether anything of the file or folder was other than it had to be.
        changed: bool,
        /// The file or folder.
        path: PathBuf,
    },
    /// It could not be written, for this reason.
    Failed(String),
}

impl Engine {
    /// The links of one record of a job, as the last run has left them: one for each push of links.
    ///
    /// # Errors
    /// When the job makes no links, the record is not known, or a link can't be made.
    pub async fn links(&self, job: &Job, key: &Key) -> Result<Vec<MadeLink>, EngineError> {
        let pushes: Vec<&Push> =
            job.pushes.iter().filter(|push| push.operation.kind == OperationKind::Links).collect();
        if pushes.is_empty() {
            return Err(EngineError::Link(format!("job {} makes no links", job.name)));
        }
        let mut made = Vec::new();
        for push in pushes {
            let name = &push.operation.name;
            let Some(found) = self.store.find_push(&job.name, &push.id, &push.connection, name).await? else {
                continue;
            };
            let Some(row) = self.store.snapshot_row(found, key).await? else { continue };
            let connector = self.connector(push)?;
            let item = self.item_of(push, &row).await?;
            if let Some(item) = item {
                made.push(MadeLink { push: push.id.to_string(), link: link(connector.as_ref(), &item)? });
            }
        }
        if made.is_empty() {
            let reason = format!(
                "job {} has no link for key {key}: it was not in a file yet, was turned down, or has been \
                 withdrawn; `rollbook runs --job {}` lists the runs, and `rollbook show RUN` tells what became of \
                 its rows",
                job.name, job.name
            );
            return Err(EngineError::NoSuchKey(reason));
        }
        Ok(made)
    }

    /// How people know the learner of a registration: by what the key of the push that made it says of them; of
    /// that only by what names the person, where the push says so (`person`). Several values stand as a key does.
    pub(super) fn learner_name(&self, connection: &ConnectionName, enrolment: &Enrolment) -> String {
        let pushes = self.config.jobs.values().flat_map(|job| &job.pushes);
        let values = Key::from_stored(enrolment.learner.clone()).values();
        let people = values.first().map(String::as_str);
        let values = values.get(1..).unwrap_or_default();
        let mut made = pushes.filter(|push| {
            let links = push.connection == *connection && push.operation.registers.is_some();
            links && people == Some(push.learners.as_str())
        });
        let named = made.find_map(|push| {
            let key = &push.mapping.key;
            let columns: Vec<_> =
                learner_places(push).into_iter().filter_map(|place| key.get(place)).collect();
            let persons = &push.mapping.person;
            let usable = !persons.is_empty() && persons.iter().all(|column| columns.contains(&column));
            let named = columns.iter().zip(values).filter(|(column, _)| persons.contains(column));
            (usable && columns.len() == values.len())
                .then(|| named.map(|(_, value)| value.as_str()).collect())
        });
        let named: Vec<&str> = named.unwrap_or_else(|| values.iter().map(String::as_str).collect());
        match named.as_slice() {
            [only] => (*only).to_owned(),
            several => Key::from_values(several.iter().copied()).to_string(),
        }
    }

    /// Writes the links of a push anew, where they are not what stands there. A table is replaced as a
    /// whole, a folder form by form.
    ///
    /// # Errors
    /// When the database fails. What is wrong with the file or a link is told in what is given back.
    pub(super) async fn export_links(
        &self,
        push: &Push,
        push_ref: PushRef,
    ) -> Result<Option<Exported>, EngineError> {
        let Some(path) = &push.export else { return Ok(None) };
        // One at a time: a late one that began before never puts its older links in the place of newer ones.
        let _turn = self.exporting.lock().await;
        match self.write_links(push, push_ref, path).await {
            Ok(written) => Ok(Some(written)),
            Err(error @ EngineError::Store(_)) => Err(error),
            Err(error) => Ok(Some(Exported::Failed(error.to_string()))),
        }
    }

    async fn write_links(
        &self,
        push: &Push,
        push_ref: PushRef,
        path: &Path,
    ) -> Result<Exported, EngineError> {
        let connector = self.connector(push)?;
        let mut file = LinkFile::begin(path, push)?;
        let mut after: Option<Key> = None;
        let (mut links, mut failed, mut reason) = (0, 0, None);
        loop {
            let page = self.store.snapshot_page(push_ref, after.as_ref(), None, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.key.clone());
            for row in &page {
                let Some(item) = self.item_of(push, row).await? else { continue };
                match connector.link(&item) {
                    Ok(made) => {
                        file.add(&item, &made)?;
                        links += 1;
                    }
                    // One record keeps no other from its link.
                    Err(why) => {
                        failed += 1;
                        reason.get_or_insert_with(|| format!("key {}: {why}", item.key));
                    }
                }
            }
        }
        let changed = file.finish()?;
        Ok(Exported::Written { links, failed, reason, changed, path: path.to_owned() })
    }

    /// The record of a link as the snapshot has it; `None` for what was withdrawn or is only presumed.
    async fn item_of(&self, push: &Push, row: &SnapshotRow) -> Result<Option<Item>, EngineError> {
        let Some(known) = row.known.as_ref().filter(|known| known.standing != Standing::Removed) else {
            return Ok(None);
        };
        let registration = match push.operation.registers {
            None => None,
            Some(_) => {
                let wanted = [enrolment(push, &row.key, &known.fields)];
                // Made here where a first load has taken the record for known.
                let wanted = wanted.map(|enrolment| (enrolment, uuid::Uuid::new_v4().to_string()));
                let now = self.clock.now();
                let found = self.store.registrations(&push.connection, &wanted, now).await?;
                found.into_iter().next()
            }
        };
        Ok(Some(Item {
            operation: push.operation.name.clone(),
            key: row.key.clone(),
            kind: ChangeKind::Create,
            resend: false,
            fields: known.fields.clone(),
            secrets: Vec::<(FieldName, SecretString)>::new(),
            registration,
        }))
    }

    fn connector(&self, push: &Push) -> Result<Box<dyn Connector>, EngineError> {
        let connection = self.connection(&push.connection)?;
        open_connection(connection, &self.files.processing()).map_err(EngineError::Link)
    }
}

fn link(connector: &dyn Connector, item: &Item) -> Result<Link, EngineError> {
    connector
        .link(item)
        .map_err(|reason| EngineError::Link(format!("the link of key {}: {reason}", item.key)))
}

/// The text of a link: an address, or a page.
pub(super) fn link_text(link: &Link) -> &str {
    match link {
        Link::Address(text) | Link::Form(text) => text.expose_secret(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_address_are_one() {
        for text in [
            "https://courses.example.org/one",
            "https://courses.example.org/one/",
            "HTTPS://Courses.Example.org/one",
            "https://courses.example.org/one/#/",
            "https://courses.example.org/one#",
        ] {
            assert_eq!(plain_address(text), "https://courses.example.org/one", "{text}");
        }
        for other in ["https://courses.example.org/One", "https://courses.example.org/one?lang=fr"] {
            assert_ne!(plain_address(other), "https://courses.example.org/one", "{other}");
        }
        assert_eq!(plain_address("2026/"), "2026/");
        assert_eq!(plain_address("A:b/"), "A:b/");
    }
}
