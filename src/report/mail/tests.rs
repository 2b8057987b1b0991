//! Read back with `mail-parser`, which shares no code with the library that composes.

use mail_parser::{Message, MessageParser, MimeHeaders};

use super::*;

fn mail() -> Mail {
    Mail {
        message_id: "2026-11-21.3.1@rollbook.example.org".to_owned(),
        from: "Rollbook <rollbook@example.org>".to_owned(),
        to: vec!["lms-admins@example.org".to_owned(), "Renée Müller <renee@example.org>".to_owned()],
        subject: "[Rollbook] hr-users: 3 created (run 2026-11-21.3)".to_owned(),
        text: "All well.\n\n  row 7, key Müller\n.\nlast line\n".to_owned(),
        html: "<!DOCTYPE html>\n<html><body><p>All well, Müller.</p></body></html>\n".to_owned(),
        attachments: vec![Attachment {
            name: "rejects.csv".to_owned(),
            content_type: "text/csv; charset=utf-8".to_owned(),
            bytes: "\u{feff}Id,Name\r\nE1,\"Jo\nMüller\"\r\n".into(),
        }],
    }
}

fn composed(mail: &Mail) -> Vec<u8> {
    compose(mail, "2026-11-21T02:01:16Z".parse().unwrap()).unwrap()
}

fn parsed(bytes: &[u8]) -> Message<'_> {
    MessageParser::default().parse(bytes).expect("a mail")
}

fn header_names(bytes: &[u8]) -> Vec<String> {
    parsed(bytes).headers().iter().map(|header| header.name().to_owned()).collect()
}

#[test]
fn structure_and_content_arrive() {
    let (mail, bytes) = (mail(), composed(&mail()));
    let read = parsed(&bytes);
    assert_eq!(read.message_id(), Some("2026-11-21.3.1@rollbook.example.org"));
    assert_eq!(read.subject(), Some(mail.subject.as_str()));
    assert_eq!(read.date().unwrap().to_rfc3339(), "2026-11-21T02:01:16Z");
    assert_eq!(read.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
    assert_eq!(read.from().unwrap().first().unwrap().address(), Some("rollbook@example.org"));
    let to: Vec<_> =
        read.to().unwrap().iter().map(|to| (to.name(), to.address().unwrap_or_default())).collect();
    assert_eq!(to, [(None, "lms-admins@example.org"), (Some("Renée Müller"), "renee@example.org")]);
    let kinds: Vec<_> = read
        .parts
        .iter()
        .map(|part| {
            let kind = part.content_type().unwrap();
            format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default())
        })
        .collect();
    assert_eq!(kinds, ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/csv"]);
    let text = read.body_text(0).unwrap().replace("\r\n", "\n");
    assert_eq!(text.trim_end(), mail.text.trim_end());
    assert_eq!(read.body_html(0).unwrap().replace("\r\n", "\n").trim_end(), mail.html.trim_end());
    let attachment = read.attachment(0).unwrap();
    assert_eq!(attachment.attachment_name(), Some("rejects.csv"));
    assert_eq!(attachment.contents(), mail.attachments[0].bytes, "to the byte");
    assert!(bytes.is_ascii() && bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= 998));
}

#[test]
fn the_same_mail_gives_the_same_bytes() {
    assert_eq!(composed(&mail()), composed(&mail()));
}

#[test]
fn other_alphabets_arrive() {
    let subject =
        "[Rollbook] утверждение: 3 созданы, 漢字 (run 2026-11-21.3), und noch viel länger als eine Zeile";
    let mut mail = mail();
    mail.subject = subject.to_owned();
    mail.attachments[0].name = "Ablehnungen-Käufer-漢字.csv".to_owned();
    let bytes = composed(&mail);
    let read = parsed(&bytes);
    assert_eq!(read.subject(), Some(subject));
    assert_eq!(read.attachment(0).unwrap().attachment_name(), Some("Ablehnungen-Käufer-漢字.csv"));
}

#[test]
fn no_name_makes_a_header() {
    let plain = header_names(&composed(&mail()));
    let mut mail = mail();
    mail.subject = "x\r\nBcc: thief@example.org\r\n\r\nbody".to_owned();
    mail.attachments[0].name = "a\"\r\nBcc: thief@example.org\r\nX: .csv".to_owned();
    let bytes = composed(&mail);
    assert_eq!(header_names(&bytes), plain);
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(!text.lines().any(|line| line.starts_with("Bcc") || line.starts_with("X:")), "{text}");
    let read = parsed(&bytes);
    assert_eq!(read.attachment(0).unwrap().attachment_name(), Some("a_  Bcc: thief@example.org  X: .csv"));
    assert_eq!(read.attachments().count(), 1);
}

#[test]
fn what_is_no_address_or_id_is_refused() {
    let check = |change: fn(&mut Mail), expected: &str| {
        let mut mail = mail();
        change(&mut mail);
        let error = compose(&mail, "2026-11-21T02:01:16Z".parse().unwrap()).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    };
    check(|mail| mail.to = vec!["no address".to_owned()], "`no address` is no mail address");
    check(|mail| mail.to = vec!["a@b.org\r\nBcc: c@d.org".to_owned()], "control character");
    check(|mail| mail.to.clear(), "no recipient");
    check(|mail| mail.message_id = "a@b\r\nBcc: c@d".to_owned(), "no Message-ID");
    check(|mail| mail.message_id = "a@b@c".to_owned(), "no Message-ID");
    check(|mail| mail.message_id = "@b".to_owned(), "no Message-ID");
    check(|mail| mail.attachments[0].content_type = "csv".to_owned(), "no media type");
}

#[test]
fn the_envelope_has_bare_addresses() {
    let envelope = envelope(&mail()).unwrap();
    assert_eq!(envelope.from, "rollbook@example.org");
    assert_eq!(envelope.to, ["lms-admins@example.org", "renee@example.org"]);
}
