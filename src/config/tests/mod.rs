//! Every rule of the files, on a product of our own, so that no vendor's table moves these messages.

mod academy;
mod accounts;
mod after;
mod exports;
mod feeding;
mod jobs;
mod kinds;
mod learners;
mod parameters;
mod pulls;
mod pushes;
mod questions;
mod rules;
mod syntax;
mod together;
mod valid;
mod world;

use std::path::PathBuf;

use tempfile::TempDir;

use super::load::{Loaded, load_with};
use crate::connectors::{ConnectError, Product, Setting, SettingKind};
use crate::model::{Field, FieldKind, ListOf, Operation, OperationKind};

const fn setting(key: &'static str, kind: SettingKind, required: bool) -> Setting {
    Setting { key, kind, required, about: "what the vendor calls so" }
}

static PRODUCT: Product = Product {
    name: "upsidelms",
    settings: &[
        setting("portal_key", SettingKind::SecretOrValue, true),
        setting("password", SettingKind::Secret, true),
        setting("cipher", SettingKind::OneOf(&["cbc", "ecb"]), false),
        setting("data_language", SettingKind::OneOf(&["en", "ar", "fr", "cn", "sp"]), false),
        setting("admin_set_password", SettingKind::Bool, false),
        setting("inactive_status", SettingKind::Texts, false),
        setting("label", SettingKind::Text, false),
    ],
    operations: |_| vec![manage_user(), assign_curriculum(), questions::catalog(), questions::plan()],
    connect: |_| Err(ConnectError("not in these tests".to_owned())),
    mistakes: |_| Vec::new(),
};

fn field(name: &str, label: &str, kind: FieldKind, max_chars: Option<u32>) -> Field {
    let required = ["unique_id", "firstname"].contains(&name);
    Field {
        name: name.into(),
        label: label.to_owned(),
        required,
        kind,
        max_chars,
        secret: name == "password",
    }
}

fn manage_user() -> Operation {
    let roles = ["Learner", "Manager", "Administrator"].map(str::to_owned).to_vec();
    let status = ["Active", "Inactive"].map(str::to_owned).to_vec();
    let fields = vec![
        field("unique_id", "Unique Id", FieldKind::Text, Some(50)),
        field("firstname", "First Name", FieldKind::Text, Some(10)),
        field("email", "Email", FieldKind::Email, None),
        field("joining_data", "Date of Joining", FieldKind::Date { format: "%m/%d/%Y" }, None),
        field("status", "Status", FieldKind::OneOf(status), None),
        field("lmsrole", "LMS Role", FieldKind::OneOf(roles), None),
        field("groups", "Groups", FieldKind::List { separator: '~', of: ListOf::Text }, None),
        field("cc", "Copies to", FieldKind::List { separator: '~', of: ListOf::Email }, None),
        field("password", "Password", FieldKind::Text, None),
    ];
    let summary = "creates and updates people";
    Operation {
        can_take_back: true,
        ..Operation::new("upsidelms.manage_user", OperationKind::PushUsers, summary, fields)
    }
}

fn assign_curriculum() -> Operation {
    Operation {
        name: "upsidelms.assign_curriculum".into(),
        kind: OperationKind::PushAssignments,
        fields: vec![field("curr_id", "Curriculum", FieldKind::Text, None)],
        can_take_back: false,
        mails_people: true,
        reads_back: true,
        ..manage_user()
    }
}

/// A sound `rollbook.toml`.
const MAIN: &str = r#"data_dir = "data"
data_key = { env = "ROLLBOOK_TEST_KEY" }

[mail]
from = "Rollbook <rollbook@example.org>"
transport = "directory"
directory = "mail"

[connections.upside]
product = "upsidelms"
base_url = "https://lms.example.org/"
portal_key = "plain-portal-key"
password = { credential = "upside-password" }
"#;

/// A sound job.
const JOB: &str = r#"description = "Nightly"

[source]
folder = "in"
key = ["id"]
rows = "full"

[[push]]
connection = "upside"
operation = "manage_user"

[push.fields]
unique_id = "id"
firstname = "First name"
"#;

/// The files of one test.
struct Files {
    folder: TempDir,
}

impl Files {
    fn new(main: &str, jobs: &[(&str, &str)]) -> Self {
        let files = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(files.path("jobs")).unwrap();
        std::fs::write(files.path("rollbook.toml"), main).unwrap();
        for (name, text) in jobs {
            std::fs::write(files.path("jobs").join(name), text).unwrap();
        }
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn load(&self) -> Loaded {
        load_with(&self.path("rollbook.toml"), &[&PRODUCT, &academy::PRODUCT])
    }

    /// Problems as people read them, one a line.
    fn shown(&self, problems: &[super::Problem]) -> String {
        let folder = format!("{}/", self.folder.path().display());
        let line = |problem: &super::Problem| {
            let text = problem.to_string().replace(&folder, "");
            if problem.is_error() { text } else { format!("(notice) {text}") }
        };
        problems.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    fn problems(&self) -> String {
        let loaded = self.load();
        let errors = loaded.problems.iter().any(super::Problem::is_error);
        assert_eq!(
            loaded.config.is_none(),
            errors,
            "an error, and only an error, takes the configuration away"
        );
        self.shown(&loaded.problems)
    }
}

/// The sound files with `change` made to `rollbook.toml`: (what stood there, what stands there now).
fn main_with(changes: &[(&str, &str)]) -> String {
    Files::new(&changed(MAIN, changes), &[("hr.toml", JOB)]).problems()
}

/// The sound files with `changes` made to the job.
fn job_with(changes: &[(&str, &str)]) -> String {
    Files::new(MAIN, &[("hr.toml", &changed(JOB, changes))]).problems()
}

/// A change that finds nothing to change would test nothing.
fn changed(text: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(text.to_owned(), |text, (old, new)| {
        assert!(text.contains(old), "{old} does not stand in {text}");
        text.replacen(old, new, 1)
    })
}
