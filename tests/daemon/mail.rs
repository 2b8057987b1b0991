//! A mail server that is down delays reports and loses none.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::support::Daemon;
use crate::crash::support::{Lms, Running, World, export, mail, skipped, until};

/// The server's exit code where aiosmtpd is not installed.
const NOT_INSTALLED: i32 = 77;

/// A real mail server on this port; `None` where there is no aiosmtpd.
fn server(world: &World, port: u16) -> Option<Running> {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/peers/smtp_server.py");
    let mut command = Command::new("python3");
    command.arg(script).arg("--out").arg(world.path("mail")).args(["--security", "none"]);
    command.arg("--port").arg(port.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut server = Running::spawn(&mut command);
    let mut line = String::new();
    BufReader::new(server.child().stdout.take().unwrap()).read_line(&mut line).unwrap();
    if line.starts_with("listening") {
        return Some(server);
    }
    assert_eq!(until("the server ends", || server.ended()).code(), Some(NOT_INSTALLED));
    None
}

#[test]
fn a_mail_server_that_is_down_delays_a_report_and_loses_none() {
    let test = "a mail server that is down";
    if !crate::crash::support::installed("python3") {
        return skipped(test, "no python3");
    }
    // A port that was free a moment ago and that nobody listens on.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let lms = Lms::start("");
    let settings =
        format!("transport = \"smtp\"\nhost = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\n");
    let world = World::with_mail(&lms.base_url(), &settings);
    let daemon = Daemon::start(&world);
    world.drop_file("hr", "hr-1.csv", export(20));
    let run = world.ended_runs("hr", 1).remove(0);
    assert_eq!(run["status"], "ok", "the run itself has gone well");
    until("the mail was tried", || world.log().contains("mail not sent yet").then_some(()));
    assert_eq!(world.json(&["status", "--json"])["mails_waiting"], 1);
    assert!(daemon.stop().success());

    let Some(_server) = server(&world, port) else { return skipped(test, "aiosmtpd is not installed") };
    let daemon = Daemon::start(&world);
    until("the mail is there", || {
        world.names("mail").iter().any(|name| name.ends_with(".json")).then_some(())
    });
    until("the mail is settled", || (world.json(&["status", "--json"])["mails_waiting"] == 0).then_some(()));
    daemon.wait_for_a_round();
    assert!(daemon.stop().success());
    let mails: Vec<String> = world.names("mail").into_iter().filter(|name| name.ends_with(".eml")).collect();
    assert_eq!(mails.len(), 1, "{mails:?}");
    let (id, subject) = mail(&std::fs::read(world.path("mail").join(&mails[0])).unwrap());
    assert!(id.starts_with(&format!("{}.1.", run["run"].as_str().unwrap())), "{id}");
    assert!(subject.contains("20 created"), "{subject}");
}
