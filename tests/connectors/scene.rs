//! A job of one connection or more, with its export: what the tests of connectors begin with.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

use crate::harness::{Account, Setup, World};

/// Values that go wrong where something is not escaped, or escaped twice.
pub(super) const AWKWARD: [&str; 8] = [
    "* $ ^ ! & key",
    "O'Brien & \"Söhne\" <GmbH>",
    "end ]]> of data",
    "&amp; &lt;b&gt; &#65;",
    "Ünïcödé – 日本語 🎓",
    "a+b=c%20d/e?f#g",
    "back\\slash {curly} [square]",
    "x;y,z|w~",
];

/// What becomes a `rollbook.toml`, a job called `trial` and an export.
#[derive(Default)]
pub(super) struct Scene {
    connections: String,
    secrets: Vec<(String, String)>,
    pushes: String,
    pulls: String,
    keys: &'static str,
}

impl Scene {
    /// With a connection that is called like its product.
    pub(super) fn connection(self, product: &str, base_url: &str, keys: &str) -> Self {
        self.connection_called(product, product, base_url, keys)
    }

    /// With a connection of that name.
    pub(super) fn connection_called(mut self, name: &str, product: &str, base_url: &str, keys: &str) -> Self {
        self.connections += &format!(
            "[connections.{name}]\nproduct = \"{product}\"\nbase_url = \"{base_url}\"\n\
             requests_per_second = 0\n{keys}\n"
        );
        self
    }

    /// With these keys of the job itself.
    pub(super) fn keys(mut self, keys: &'static str) -> Self {
        self.keys = keys;
        self
    }

    /// With a secret in `secrets/NAME`.
    pub(super) fn secret(mut self, name: &str, value: &str) -> Self {
        self.secrets.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a push; `fields` are lines of `[push.fields]`.
    pub(super) fn push(mut self, connection: &str, operation: &str, keys: &str, fields: &str) -> Self {
        self.pushes += &format!(
            "[[push]]\nconnection = \"{connection}\"\noperation = \"{operation}\"\n\
             {keys}\n[push.fields]\n{fields}\n"
        );
        self
    }

    /// With a pull, in place of an export and pushes; `parameters` are lines of `[pull.parameters]`.
    pub(super) fn pull(mut self, connection: &str, operation: &str, keys: &str, parameters: &str) -> Self {
        self.pulls += &format!(
            "[[pull]]\nconnection = \"{connection}\"\noperation = \"{operation}\"\n\
             {keys}\n[pull.parameters]\n{parameters}\n"
        );
        self
    }

    /// The world in which it plays.
    pub(super) fn start(self) -> World {
        let source = "[source]\nfolder = \"../inbox\"\npattern = \"*.csv\"\nkey = [\"key\"]\nrows = \"full\"\n\
                      settle_s = 0\n";
        let source = if self.pulls.is_empty() { source } else { "" };
        let text = format!(
            "{}\n{source}{}{}[report]\nto = [\"lms-admins@example.org\"]\n",
            self.keys, self.pushes, self.pulls
        );
        let setup = Setup { jobs: vec![("trial".to_owned(), text)], portals: Vec::new(), ..Setup::default() };
        let world = setup.start();
        let path = world.path("rollbook.toml");
        let mut config = fs::OpenOptions::new().append(true).open(path).unwrap();
        config.write_all(self.connections.as_bytes()).unwrap();
        for (name, value) in &self.secrets {
            let path = world.path("secrets").join(name);
            let made = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
            made.unwrap().write_all(value.as_bytes()).unwrap();
        }
        world
    }
}

/// Drops an export with these rows, the first of them the heading, and runs the job.
#[track_caller]
pub(super) fn sync<const N: usize>(world: &mut World, rows: &[[&str; N]]) -> Account {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).unwrap();
    }
    world.drop_file("trial.csv", &writer.into_inner().unwrap());
    world.sync_job("trial")
}

/// The rows that were refused or stand in doubt, as `row code: reason`.
pub(super) fn refusals(account: &Account) -> Vec<String> {
    let refusals = account.json["refusals"].as_array().unwrap().iter();
    let line = |refusal: &serde_json::Value| {
        let text = |key: &str| refusal[key].as_str().unwrap_or("-").to_owned();
        format!("{} {}: {}", refusal["row"], text("code"), text("reason"))
    };
    refusals.map(line).collect()
}
