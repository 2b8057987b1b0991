//! Mails to a real mail server (`tests/peers/smtp_server.py`) on 127.0.0.1.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::*;
use crate::config::{SecretRef, SmtpSecurity, SmtpSettings};
use crate::report::{Attachment, Mail, compose, envelope};

const PASSWORD: &str = "s3cret-word";

/// The server's exit code where aiosmtpd is not installed.
const NOT_INSTALLED: i32 = 77;

struct Server {
    child: Child,
    port: u16,
    out: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// The mails that the server has accepted, with their envelopes.
    fn mails(&self) -> Vec<(Vec<u8>, Value)> {
        let mut files: Vec<PathBuf> =
            std::fs::read_dir(self.out.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|file| file.extension().is_some_and(|ending| ending == "eml"));
        files.sort();
        let read = |file: &PathBuf| {
            let facts = std::fs::read(file.with_extension("json")).unwrap();
            (std::fs::read(file).unwrap(), serde_json::from_slice(&facts).unwrap())
        };
        files.iter().map(read).collect()
    }
}

/// A certificate authority of our own and a certificate for 127.0.0.1; `None` without openssl.
static CERTIFICATES: LazyLock<Option<TempDir>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let openssl = |line: &str| {
        let made = Command::new("openssl")
            .args(line.split(' '))
            .current_dir(folder.path())
            .stderr(Stdio::null())
            .status();
        made.is_ok_and(|status| status.success())
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
    let authority = format!("req -x509 {key} -subj /CN=rollbook-test-ca -keyout ca.key -out ca.pem");
    let leaf = format!(
        "req -x509 {key} -subj /CN=127.0.0.1 -CA ca.pem -CAkey ca.key -keyout leaf.key -out leaf.pem \
         -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE"
    );
    (openssl(&authority) && openssl(&leaf)).then_some(folder)
});

/// Says why a test can't run here; with `ROLLBOOK_REQUIRE_PEERS=1` that is a failure.
fn skip<T>(why: &str) -> Option<T> {
    assert!(std::env::var_os("ROLLBOOK_REQUIRE_PEERS").is_none_or(|set| set != "1"), "{why}");
    // Not by a macro, whose output the harness would keep to itself.
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
    None
}

fn server(mode: &str, security: SmtpSecurity, login: bool) -> Option<Server> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let Some(certificates) = CERTIFICATES.as_ref() else { return skip("openssl made no certificates") };
    let out = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/smtp_server.py");
    let mut command = Command::new("python3");
    command.arg(script).arg("--out").arg(out.path()).args(["--mode", mode, "--security"]).arg(
        match security {
            SmtpSecurity::StartTls => "starttls",
            SmtpSecurity::Tls => "tls",
            SmtpSecurity::None => "none",
        },
    );
    command.arg("--cert").arg(certificates.path().join("leaf.pem"));
    command.arg("--key").arg(certificates.path().join("leaf.key"));
    if login {
        command.args(["--user", "reporter", "--password", PASSWORD]);
    }
    let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = started else { return skip("python3 is not installed") };
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    match line.trim().strip_prefix("listening ") {
        Some(port) => Some(Server { port: port.parse().unwrap(), child, out }),
        None => {
            let code = child.wait().unwrap().code();
            assert_eq!(code, Some(NOT_INSTALLED), "the server did not start");
            skip("aiosmtpd is not installed")
        }
    }
}

/// A mailer for a server, which trusts our certificate authority.
fn mailer(server: &Server, security: SmtpSecurity, password: Option<&str>) -> Mailer {
    mailer_within(Duration::from_secs(20), server, security, password)
}

fn mailer_within(
    timeout: Duration,
    server: &Server,
    security: SmtpSecurity,
    password: Option<&str>,
) -> Mailer {
    let settings = SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: server.port,
        security,
        login: password.map(|_| ("reporter".to_owned(), SecretRef::Env("UNUSED".to_owned()))),
        ca_file: CERTIFICATES.as_ref().map(|folder| folder.path().join("ca.pem")),
        timeout,
    };
    Mailer::open(&mail_settings(settings), password.map(|text| SecretString::from(text.to_owned()))).unwrap()
}

fn mail_settings(smtp: SmtpSettings) -> MailSettings {
    MailSettings { from: "Rollbook <rollbook@example.org>".to_owned(), transport: MailTransport::Smtp(smtp) }
}

async fn send(mailer: &Mailer, to: &[&str]) -> Result<(), SendError> {
    let mail = Mail {
        message_id: "run.1@rollbook.example.org".to_owned(),
        from: "Rollbook <rollbook@example.org>".to_owned(),
        to: to.iter().map(|address| (*address).to_owned()).collect(),
        subject: "[Rollbook] Prüfung".to_owned(),
        text: "first\n.\n..dots\nlast: Müller\n".to_owned(),
        html: "<p>Müller</p>".to_owned(),
        attachments: vec![Attachment {
            name: "rejects.csv".to_owned(),
            content_type: "text/csv".to_owned(),
            bytes: b"Id\r\nE1\r\n".to_vec(),
        }],
    };
    let bytes = compose(&mail, "2026-11-21T02:01:16Z".parse().unwrap()).unwrap();
    let envelope = envelope(&mail).unwrap();
    mailer.send(&envelope.from, &envelope.to, &mail.message_id, &bytes).await
}

async fn arrives(security: SmtpSecurity, login: bool) {
    let Some(server) = server("ok", security, login) else { return };
    let mailer = mailer(&server, security, login.then_some(PASSWORD));
    mailer.probe().await.unwrap();
    assert!(server.mails().is_empty(), "a probe sends nothing");
    send(&mailer, &["a@example.org", "Bé <b@example.org>"]).await.unwrap();
    let mails = server.mails();
    let [(bytes, facts)] = mails.as_slice() else { panic!("{} mails", mails.len()) };
    let read = mail_parser::MessageParser::default().parse(bytes).unwrap();
    assert_eq!(read.message_id(), Some("run.1@rollbook.example.org"));
    assert_eq!(read.subject(), Some("[Rollbook] Prüfung"));
    let text = read.body_text(0).unwrap().replace("\r\n", "\n");
    assert_eq!(text.trim_end(), "first\n.\n..dots\nlast: Müller");
    assert_eq!(facts["from"], "rollbook@example.org");
    assert_eq!(facts["to"], serde_json::json!(["a@example.org", "b@example.org"]));
    assert_eq!(facts["tls"], security != SmtpSecurity::None);
    assert_eq!(facts["login"].as_str(), login.then_some("reporter"));
}

#[tokio::test]
async fn a_mail_arrives_by_starttls_with_a_login() {
    arrives(SmtpSecurity::StartTls, true).await;
}

#[tokio::test]
async fn a_mail_arrives_by_tls_with_a_login() {
    arrives(SmtpSecurity::Tls, true).await;
}

#[tokio::test]
async fn a_mail_arrives_without_protection_where_that_is_set() {
    arrives(SmtpSecurity::None, false).await;
}

#[tokio::test]
async fn a_wrong_password_is_told_without_the_password_and_keeps_the_mail() {
    let Some(server) = server("echo", SmtpSecurity::StartTls, true) else { return };
    let mailer = mailer(&server, SmtpSecurity::StartTls, Some("wr0ng-word"));
    for error in [mailer.probe().await.unwrap_err(), send(&mailer, &["a@example.org"]).await.unwrap_err()] {
        assert_eq!((error.class, error.stage), (SendClass::Transient, SendStage::SignIn));
        let told = format!("{error} {error:?} {mailer:?}");
        assert!(told.contains("sign-in as `reporter` failed: 535"), "{told}");
        assert!(!told.contains("wr0ng-word"), "{told}");
    }
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn a_server_that_says_later_is_tried_again() {
    let Some(server) = server("tempfail", SmtpSecurity::None, false) else { return };
    let error = send(&mailer(&server, SmtpSecurity::None, None), &["a@example.org"]).await.unwrap_err();
    assert_eq!((error.class, error.stage), (SendClass::Transient, SendStage::Deliver));
    assert!(error.to_string().contains("451 4.3.0 try later"), "{error}");
    let to = ["a@example.org".to_owned()];
    assert_eq!(error.remaining(&to), to);
}

#[tokio::test]
async fn a_mail_that_is_turned_down_is_not_tried_again() {
    let Some(server) = server("reject", SmtpSecurity::None, false) else { return };
    let error = send(&mailer(&server, SmtpSecurity::None, None), &["a@example.org"]).await.unwrap_err();
    assert_eq!(error.class, SendClass::Permanent);
    assert!(error.to_string().contains("554 5.7.1 message looks like spam"), "{error}");
}

#[tokio::test]
async fn a_recipient_turned_down_does_not_keep_the_mail_from_the_others() {
    let Some(server) = server("reject-rcpt", SmtpSecurity::None, false) else { return };
    let mailer = mailer(&server, SmtpSecurity::None, None);
    let error = send(&mailer, &["bad@example.org", "a@example.org"]).await.unwrap_err();
    assert_eq!(error.class, SendClass::Permanent);
    assert_eq!(error.refused[0].address, "bad@example.org");
    assert_eq!(error.delivered, ["a@example.org"]);
    let told = error.to_string();
    assert!(told.contains("did not take bad@example.org: 550 5.1.1 no such user"), "{told}");
    assert_eq!(server.mails()[0].1["to"], serde_json::json!(["a@example.org"]));

    let to = ["bad@example.org", "busy@example.org", "a@example.org"];
    let error = send(&mailer, &to).await.unwrap_err();
    assert_eq!(error.class, SendClass::Transient);
    let all = to.map(str::to_owned);
    assert_eq!(error.remaining(&all), ["busy@example.org"]);

    let error = send(&mailer, &["bad@example.org"]).await.unwrap_err();
    assert_eq!((error.class, server.mails().len()), (SendClass::Permanent, 2));
    assert!(error.delivered.is_empty() && error.remaining(&["bad@example.org".to_owned()]).is_empty());
}

#[tokio::test]
async fn a_lost_answer_is_tried_again_under_the_same_message_id() {
    let Some(server) = server("drop-after-data", SmtpSecurity::None, false) else { return };
    let mailer = mailer(&server, SmtpSecurity::None, None);
    for copies in 1..=2 {
        let error = send(&mailer, &["a@example.org"]).await.unwrap_err();
        assert_eq!(error.class, SendClass::Transient);
        assert_eq!(server.mails().len(), copies);
    }
    let ids: Vec<_> = server
        .mails()
        .iter()
        .map(|(bytes, _)| {
            let read = mail_parser::MessageParser::default().parse(bytes.as_slice()).unwrap();
            read.message_id().map(str::to_owned)
        })
        .collect();
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn a_server_that_never_answers_is_left_in_time() {
    let Some(server) = server("slow", SmtpSecurity::None, false) else { return };
    let mailer = mailer_within(Duration::from_secs(1), &server, SmtpSecurity::None, None);
    // Only for the case that Rollbook's own limit does not work; the server would never answer.
    let sent = tokio::time::timeout(Duration::from_secs(8), send(&mailer, &["a@example.org"])).await;
    let error = sent.expect("the limit holds").unwrap_err();
    assert_eq!(error.class, SendClass::Transient);
    assert!(error.to_string().contains("no answer within 1s"), "{error}");
}

#[tokio::test]
async fn nothing_is_sent_in_the_clear_where_starttls_is_demanded() {
    let Some(server) = server("ok", SmtpSecurity::None, false) else { return };
    let mailer = mailer(&server, SmtpSecurity::StartTls, Some(PASSWORD));
    let error = send(&mailer, &["a@example.org"]).await.unwrap_err();
    assert_eq!((error.class, error.stage), (SendClass::Transient, SendStage::Connect));
    assert!(error.to_string().contains("offers no STARTTLS, so nothing was sent"), "{error}");
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    for security in [SmtpSecurity::StartTls, SmtpSecurity::Tls] {
        let Some(server) = server("ok", security, false) else { return };
        let settings = SmtpSettings {
            host: "127.0.0.1".to_owned(),
            port: server.port,
            security,
            login: None,
            ca_file: None,
            timeout: Duration::from_secs(20),
        };
        let mailer = Mailer::open(&mail_settings(settings), None).unwrap();
        let error = send(&mailer, &["a@example.org"]).await.unwrap_err();
        assert_eq!((error.class, error.stage), (SendClass::Transient, SendStage::Connect));
        assert!(error.to_string().contains("certificate"), "{error}");
        assert!(server.mails().is_empty());
    }
}

#[test]
fn settings_that_can_not_work_are_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("ca.pem");
    std::fs::write(&empty, "no certificate").unwrap();
    let settings = |login: bool, ca_file: Option<PathBuf>| {
        mail_settings(SmtpSettings {
            host: "mail.example.org".to_owned(),
            port: 587,
            security: SmtpSecurity::StartTls,
            login: login.then(|| ("reporter".to_owned(), SecretRef::Env("UNUSED".to_owned()))),
            ca_file,
            timeout: Duration::from_secs(20),
        })
    };
    let check = |settings: MailSettings, expected: &str| {
        let error = Mailer::open(&settings, None).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    check(settings(true, None), "mail.password is not there");
    check(settings(false, Some(empty)), "it holds no PEM certificate");
    check(settings(false, Some(folder.path().join("missing.pem"))), "missing.pem: No such file");
}
