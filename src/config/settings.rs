//! `rollbook.toml`: folders, the data key, the mail server, the accounts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::connectors::{Product, Settings};
use crate::model::ConnectionName;

use super::check::Thing;
use super::cursor::{Table, Value};
use super::secret::{self, SecretRef};
use super::{Connection, MailSettings, connection, mail};

/// What `rollbook.toml` says; jobs are checked against it.
pub(super) struct Main {
    /// `data_dir`; `None` where it is missing.
    pub(super) data_dir: Option<PathBuf>,
    /// Where the job files lie, and the line that says so.
    pub(super) jobs_dir: (PathBuf, Option<usize>),
    /// `data_key`.
    pub(super) data_key: Option<SecretRef>,
    /// Whether there is a `data_key`, be it a wrong one.
    pub(super) has_data_key: bool,
    /// `[mail]`.
    pub(super) mail: Option<MailSettings>,
    /// Whether there is a `[mail]`, be it a wrong one.
    pub(super) has_mail: bool,
    /// The accounts whose product is known.
    pub(super) connections: BTreeMap<ConnectionName, Connection>,
    /// The operations of all products, by their names in full.
    pub(super) operations: Vec<String>,
    /// The names of all accounts.
    pub(super) names: BTreeSet<String>,
    /// Whether no syntax error hides a part of the file.
    pub(super) complete: bool,
}

/// Reads `rollbook.toml`.
pub(super) fn main(root: &Table<'_>, products: &[&'static Product]) -> Main {
    let data_dir = root.need("data_dir", "the folder of the database and of the files in work");
    let data_dir = data_dir.and_then(|value| {
        let path = value.path()?;
        value.requires(Thing::OwnFolder(path.clone()));
        Some(path)
    });
    let jobs_dir = root.get("jobs_dir");
    let jobs_line = jobs_dir.as_ref().map(Value::line);
    let jobs_dir = jobs_dir.and_then(|value| value.path()).unwrap_or_else(|| root.page().path("jobs"));
    let data_key = root.get("data_key");
    let mail = root.get("mail");
    let mut main = Main {
        data_dir,
        jobs_dir: (jobs_dir, jobs_line),
        has_data_key: data_key.is_some(),
        data_key: data_key.as_ref().and_then(|value| secret::reference_to(value, Thing::DataKey)),
        has_mail: mail.is_some(),
        mail: mail.and_then(|value| mail::mail(value.table()?)),
        connections: BTreeMap::new(),
        operations: products
            .iter()
            .flat_map(|product| (product.operations)(&Settings::default()))
            .map(|operation| operation.name.to_string())
            .collect(),
        names: BTreeSet::new(),
        complete: root.page().complete(),
    };
    let connections = root.get("connections").and_then(|value| value.table());
    let mut sound = Vec::new();
    for (name, value) in connections.map(|table| table.entries()).unwrap_or_default() {
        let before = root.page().errors();
        if let Some(table) = value.table()
            && let Some(connection) = connection::connection(&name, &table, &value, products)
        {
            if root.page().errors() == before {
                sound.push((connection.name.clone(), table));
            }
            main.connections.insert(connection.name.clone(), connection);
        }
        main.names.insert(name);
    }
    let known = |name| main.connections.get(name);
    let sound: Vec<_> = sound.iter().filter_map(|(name, table)| Some((known(name)?, table))).collect();
    connection::compare(&sound);
    root.finish();
    main
}
