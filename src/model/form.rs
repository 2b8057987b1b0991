//! How the values of the plain kinds are written, the same for cells and for what stands in a job file.
//!
//! A reason is a fragment that stands behind the value: "`87%` has a percent sign; …". It never repeats
//! the value itself, which may be secret.

use std::borrow::Cow;

use reqwest::Url;

use super::amount::{TooMuch, decimal, milliseconds};
use super::{FieldKind, TimeUnit};

/// Ways to say yes and no, in lower case.
const WORDS: [(&str, [&str; 5]); 2] =
    [("true", ["true", "yes", "y", "1", "on"]), ("false", ["false", "no", "n", "0", "off"])];

/// The longest grade that is no number.
const GRADE_CHARS: usize = 5;

impl FieldKind {
    /// The value as it is sent, or what is wrong with it; `None` for kinds that are more than a plain value
    /// (texts, dates, lists, choices). A span of time is written in `unit`.
    pub fn plain<'t>(&self, text: &'t str, unit: TimeUnit) -> Option<Result<Cow<'t, str>, String>> {
        let as_is = |found: Result<(), String>| found.map(|()| Cow::Borrowed(text));
        Some(match self {
            Self::Bool => truth(text).map(Cow::Borrowed),
            Self::Number { least, greatest } => as_is(number(text, *least, *greatest)),
            Self::Milliseconds => milliseconds(text, unit).map(|span| Cow::Owned(span.to_string())),
            Self::Grade => as_is(grade(text)),
            Self::Url { hosts } => as_is(address(text, hosts)),
            Self::Part { forbidden, .. } => as_is(part(text, forbidden)),
            Self::Text
            | Self::Date { .. }
            | Self::DateTime
            | Self::Email
            | Self::OneOf(_)
            | Self::List { .. } => return None,
        })
    }
}

fn truth(text: &str) -> Result<&'static str, String> {
    let lower = text.to_lowercase();
    let found = WORDS.iter().find(|(_, words)| words.contains(&lower.as_str()));
    found.map(|(word, _)| *word).ok_or_else(|| {
        "says neither yes nor no; allowed, in any case: true, yes, y, 1, on, and false, no, n, 0, off; \
         for other words add a table to the field: values = { … = \"true\", … = \"false\" }"
            .to_owned()
    })
}

fn number(text: &str, least: f64, greatest: f64) -> Result<(), String> {
    if let Err(TooMuch::Form(reason)) = decimal(text) {
        return Err(reason);
    }
    let within = text.parse().is_ok_and(|number: f64| (least..=greatest).contains(&number));
    if within { Ok(()) } else { Err(format!("is not {}", bounds(least, greatest))) }
}

/// What numbers are allowed, in words: `a number from 0 to 100`.
pub(super) fn bounds(least: f64, greatest: f64) -> String {
    // The ends of the type bound nothing that people write.
    match (least > f64::MIN, greatest < f64::MAX) {
        (true, true) => format!("a number from {least} to {greatest}"),
        (true, false) => format!("a number of {least} or more"),
        (false, true) => format!("a number of {greatest} or less"),
        (false, false) => "a number".to_owned(),
    }
}

fn grade(text: &str) -> Result<(), String> {
    let is_meant_as_number = text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.,% ".contains(&byte));
    if is_meant_as_number {
        return match decimal(text) {
            Err(TooMuch::Form(reason)) => Err(reason),
            _ => number(text, 0.0, 100.0)
                .map_err(|_| "is no grade: one in figures goes from 0 to 100".to_owned()),
        };
    }
    match text.chars().count() {
        count if count > GRADE_CHARS => Err(format!(
            "is {count} characters long; a grade has up to {GRADE_CHARS} characters, or is a number from 0 to 100"
        )),
        _ => Ok(()),
    }
}

fn part(text: &str, forbidden: &[char]) -> Result<(), String> {
    match text.chars().find(|c| forbidden.contains(c)) {
        Some(sign) => {
            let signs: Vec<_> = forbidden.iter().map(|sign| format!("`{sign}`")).collect();
            Err(format!(
                "holds `{sign}`, which separates values in what the LMS gets; take it out (it may hold no {})",
                signs.join(", no ")
            ))
        }
        None => Ok(()),
    }
}

/// An address is sent as it stands, so nothing may be left to a parser that mends it in silence.
fn address(text: &str, hosts: &[String]) -> Result<(), String> {
    if text.contains(char::is_whitespace) {
        return Err("holds a blank; an address has %20 for it".to_owned());
    }
    if let Some(sign) = text.chars().find(|c| !c.is_ascii() || "\\\"<>^`{|}".contains(*c)) {
        return Err(format!("holds `{sign}`, which no address may; write it percent-encoded"));
    }
    let hex = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_hexdigit);
    let stray = |at: usize| !(hex(text.as_bytes().get(at + 1)) && hex(text.as_bytes().get(at + 2)));
    if text.match_indices('%').any(|(at, _)| stray(at)) {
        return Err(
            "holds a `%` without two hexadecimal digits behind it; write %25 for the sign itself".to_owned()
        );
    }
    let scheme = text.split_once("://").map(|(scheme, rest)| (scheme.to_ascii_lowercase(), rest));
    let secure = match scheme {
        Some((_, rest)) if rest.is_empty() || rest.starts_with('/') => None,
        Some((scheme, _)) if scheme == "https" => Some(true),
        Some((scheme, _)) if scheme == "http" => Some(false),
        _ => None,
    };
    let Some(secure) = secure else { return Err("is no address; allowed: https://HOST/…".to_owned()) };
    let url =
        Url::parse(text).map_err(|error| format!("is no address ({error}); allowed: https://HOST/…"))?;
    let host = url.host_str().unwrap_or_default();
    if !url.username().is_empty() || url.password().is_some() {
        return Err("holds a user name or a password; take them out of the address".to_owned());
    }
    if !secure && !is_loopback(host) {
        return Err("begins with http://; allowed: https://".to_owned());
    }
    if hosts.is_empty() || hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(host)) {
        return Ok(());
    }
    let allowed: Vec<_> = hosts.iter().map(|host| format!("`{host}`")).collect();
    Err(format!("leads to another host than allowed; allowed: {}", allowed.join(", ")))
}

/// Whether a host is this machine.
pub fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
#[path = "form_tests.rs"]
mod tests;
