//! Sound files, and what they come to.

use std::time::Duration;

use crate::config::{Archive, CatchUp, MailTransport, ReportWhen, SecretRef, SmtpSecurity};
use crate::model::{Empty, FirstLoad, HoldScope, Missing, RowsKind, Send, Take};

use super::*;

const FULL: &str = r#"
archive = "keep"
deadline = "90m"
[source]
folder = "/in/hr"
pattern = "hr-*.csv"
rows = "full"
where = { Country = ["IN", "UK"], Leaver = "" }
where_absent = "missing"
delimiter = "\t"
encoding = "UTF-8"
sheet = "Staff"
header_row = 3
settle_s = 0
[schedule]
cron = "0 2 * * 1-5"
timezone = "Europe/London"
due_by = "06:30"
catch_up = "all"
[[push]]
id = "users"
connection = "upside"
operation = "upsidelms.manage_user"
key = ["id", "company"]
first_load = "existing"
on_missing = { status = "Inactive" }
on_return = { status = "Active" }
shared = true
[push.fields]
password = { column = "pw", send = "always", empty = "omit", trim = false }
joining_data = { column = "Start", date = "%d.%m.%y", empty = "clear" }
status = { column = "Active", values = { Y = "Active", N = "Inactive", "?" = "" }, default = "Active" }
lmsrole = { value = "Learner" }
groups = { column = "Groups", separator = "; " }
cc = { value = "a@example.org, b@example.org" }
unique_id = "id"
firstname = { column = "First name" }
[push.guard]
hold = "push"
max_removed = 0
[guard]
max_removed_percent = 1
median_factor = 2.5
[report]
to = "lms@example.org"
when = "problems"
"#;

#[test]
fn a_job_that_says_nothing_extra_gets_the_defaults() {
    let files = Files::new(MAIN, &[("hr.toml", JOB), (".draft.toml", "x"), ("notes.txt", "y")]);
    let loaded = files.load();
    assert_eq!(files.shown(&loaded.problems), "");
    assert_eq!(loaded.files, [files.path("rollbook.toml"), files.path("jobs/hr.toml")]);
    let config = loaded.config.unwrap();
    assert_eq!(config.data_dir, files.path("data"));

    let account = &config.connections["upside"];
    assert_eq!(account.base_url, "https://lms.example.org");
    assert_eq!((account.requests_per_second, account.concurrency, account.timeout.as_secs()), (5, 4, 60));
    assert!(matches!(account.secrets["portal_key"], SecretRef::Value(_)));
    assert!(matches!(&account.secrets["password"], SecretRef::Credential(name) if name == "upside-password"));

    let job = &config.jobs["hr"];
    assert_eq!(
        (job.description.as_str(), job.archive, job.deadline.as_secs()),
        ("Nightly", Archive::Keep, 14_400)
    );
    let folder = job.source.drop_folder().unwrap();
    assert_eq!((folder.folder.clone(), folder.pattern.as_str()), (files.path("jobs/in"), "*.{csv,xlsx}"));
    assert_eq!((folder.settle, job.source.filtered_is_absent), (Duration::from_secs(5), false));
    assert!(job.schedule.on_arrival && job.schedule.cron.is_none());
    assert_eq!(job.report.to, Vec::<String>::new());
    let push = &job.pushes[0];
    assert_eq!(
        (push.id.as_str(), push.operation.name.as_str()),
        ("upside.manage_user", "upsidelms.manage_user")
    );
    assert_eq!((push.policy.on_missing.clone(), push.shared), (Missing::Ignore, false));
    assert_eq!(push.policy.guard, crate::model::GuardLimits::default());
    let mapping = &push.mapping.fields[0];
    assert_eq!((mapping.empty, mapping.send, mapping.trim), (Empty::Reject, Send::Compared, true));
}

#[test]
fn a_job_that_says_everything_is_taken_at_its_word() {
    let files = Files::new(MAIN, &[("hr.toml", FULL)]);
    let loaded = files.load();
    assert_eq!(files.shown(&loaded.problems), "");
    let config = loaded.config.unwrap();
    let job = &config.jobs["hr"];
    assert_eq!((job.archive, job.deadline), (Archive::Keep, Duration::from_secs(5400)));
    let source = &job.source;
    assert_eq!((source.rows, source.filtered_is_absent), (RowsKind::Full, true));
    assert_eq!((source.format.delimiter, source.format.header_row), (Some(b'\t'), Some(3)));
    assert_eq!(source.format.sheet.as_deref(), Some("Staff"));
    let filters: Vec<_> = source.filters.iter().map(|filter| filter.values.clone()).collect();
    assert_eq!(filters, [vec!["IN".to_owned(), "UK".to_owned()], vec![String::new()]]);
    let schedule = &job.schedule;
    assert_eq!((schedule.on_arrival, schedule.catch_up), (false, CatchUp::All));
    assert_eq!(schedule.due_by.unwrap().to_string(), "06:30:00");
    assert_eq!((job.report.to.len(), job.report.when), (1, ReportWhen::Problems));

    let push = &job.pushes[0];
    assert_eq!((push.id.as_str(), push.shared), ("users", true));
    assert_eq!(push.mapping.key.iter().map(|key| key.as_str()).collect::<Vec<_>>(), ["id", "company"]);
    assert_eq!(push.policy.first_load, Some(FirstLoad::Existing));
    assert_eq!(push.policy.on_missing, Missing::Set([("status", "Inactive")].into_iter().collect()));
    let guard = &push.policy.guard;
    assert_eq!((guard.max_removed_percent, guard.median_factor, guard.max_removed), (1.0, 2.5, 0));
    assert_eq!((guard.hold, guard.max_updated_percent), (HoldScope::Push, 30.0));

    let names: Vec<_> = push.mapping.fields.iter().map(|mapping| mapping.name().as_str()).collect();
    let order = ["unique_id", "firstname", "joining_data", "status", "lmsrole", "groups", "cc", "password"];
    assert_eq!(names, order, "the order of the operation's table");
    let [.., date, status, role, groups, _, password] = push.mapping.fields.as_slice() else { panic!() };
    assert_eq!((date.date.as_deref(), date.empty), (Some("%d.%m.%y"), Empty::Clear));
    assert_eq!((status.values.as_ref().unwrap().len(), status.default.as_deref()), (3, Some("Active")));
    assert_eq!(role.take, Take::Constant("Learner".to_owned()));
    assert_eq!(groups.separator.as_deref(), Some("; "));
    assert_eq!((password.send, password.trim), (Send::Always, false));
}

#[test]
fn a_secret_column_is_sealed_and_sent_once_unless_said() {
    let job = changed(
        JOB,
        &[
            ("operation =", "first_load = \"create\"\noperation ="),
            ("unique_id", "password = \"pw\"\nunique_id"),
        ],
    );
    let loaded = Files::new(MAIN, &[("hr.toml", &job)]).load();
    let config = loaded.config.unwrap();
    let job = &config.jobs["hr"];
    assert_eq!(job.archive, Archive::Sealed);
    assert_eq!(job.pushes[0].mapping.fields[2].send, Send::Create);
}

#[test]
fn another_text_is_another_job() {
    let hash = |text: &str| Files::new(MAIN, &[("hr.toml", text)]).load().config.unwrap().jobs["hr"].hash;
    assert_eq!(hash(JOB), hash(JOB));
    assert_ne!(hash(JOB), hash(&format!("{JOB}# a remark\n")));
}

#[test]
fn the_form_of_the_portal_shapes_the_operations() {
    let form = r#"fields = { required = ["email"], absent = ["groups"], extra = ["grade", { name = "shift", label = "Shift", max_chars = 2 }] }"#;
    let main = format!("{MAIN}{form}\n");
    let job = changed(
        JOB,
        &[("unique_id", "grade = \"Grade\"\nshift = { value = \"ABC\" }\ngroups = \"g\"\nunique_id")],
    );
    insta::assert_snapshot!(Files::new(&main, &[("hr.toml", &job)]).problems(), @"
    jobs/hr.toml:12 push.fields.email: missing; upsidelms.manage_user demands this field (Email)
    jobs/hr.toml:14 push.fields.shift.value: found 3 characters; `shift` holds at most 2
    jobs/hr.toml:15 push.fields.groups: no such field of upsidelms.manage_user; `rollbook fields upsidelms.manage_user` lists them
    ");
}

#[test]
fn a_mail_server_has_the_usual_port_of_its_protection() {
    let smtp = |lines: &str| {
        let changes = [(
            "transport = \"directory\"\ndirectory = \"mail\"",
            format!("transport = \"smtp\"\nhost = \"mail.example.org\"\n{lines}"),
        )];
        let main = changed(MAIN, &[(changes[0].0, &changes[0].1)]);
        let files = Files::new(&main, &[("hr.toml", JOB)]);
        let loaded = files.load();
        assert_eq!(files.shown(&loaded.problems), "");
        match loaded.config.unwrap().mail.unwrap().transport {
            MailTransport::Smtp(smtp) => smtp,
            MailTransport::Directory(_) => panic!("a folder"),
        }
    };
    assert_eq!((smtp("").port, smtp("").security), (587, SmtpSecurity::StartTls));
    assert_eq!(smtp("security = \"tls\"").port, 465);
    assert_eq!(smtp("security = \"none\"").port, 25);
    let said = smtp(
        "port = 2525\nusername = \"u\"\npassword = { env = \"P\" }\ntimeout_s = 5\nca_file = \"ca.pem\"",
    );
    assert_eq!((said.port, said.timeout.as_secs()), (2525, 5));
    assert!(matches!(said.login, Some((name, SecretRef::Env(_))) if name == "u"));
    assert!(said.ca_file.unwrap().ends_with("ca.pem"));
}
