//! Staging and production: the vendor has addresses and ids for each, and a mixture would count a test as a
//! course taken, or the other way round. Pure.

use reqwest::Url;

use super::fields::{LONGEST, hosts};
use crate::connectors::{Mistake, Peer};

/// What a name says that belongs to a staging environment.
const STAGING: &[&str] = &["stag", "staging", "stage", "stg", "test", "testing", "sandbox", "uat"];

/// What a name says that belongs to production.
const PRODUCTION: &[&str] = &["prod", "production", "live"];

/// What the settings of these connections get wrong, each by itself and with one another.
pub(super) fn mistakes(peers: &[Peer<'_>]) -> Vec<Mistake> {
    let mut found: Vec<Mistake> = peers.iter().flat_map(alone).collect();
    for (place, peer) in peers.iter().enumerate() {
        let earlier = peers.iter().take(place).filter(|other| environment(other) != environment(peer));
        found.extend(earlier.flat_map(|other| together(other, peer)));
    }
    found
}

fn environment<'a>(peer: &Peer<'a>) -> &'a str {
    peer.settings.text("environment").unwrap_or_default()
}

fn mistake(peer: &Peer<'_>, key: &'static str, message: String) -> Mistake {
    Mistake { connection: peer.connection.clone(), key, message }
}

/// What one connection says that does not go with itself.
fn alone(peer: &Peer<'_>) -> Vec<Mistake> {
    let mut found = Vec::new();
    for (key, what) in
        [("domain", "the domain that courses are launched from"), ("lms_id", "the id from 77 Media")]
    {
        let Some(text) = peer.settings.text(key) else { continue };
        let chars = text.chars().count();
        if text.trim().is_empty() {
            found.push(mistake(peer, key, format!("found nothing; allowed: {what}")));
        } else if u32::try_from(chars).unwrap_or(u32::MAX) > LONGEST {
            found.push(mistake(peer, key, format!("found {chars} characters; allowed: at most {LONGEST}")));
        }
    }
    for (key, other) in [("domain", "lms_id"), ("lms_id", "domain")] {
        if peer.settings.text(key).is_none() && peer.settings.text(other).is_some() {
            let message = format!(
                "missing, and {other} is there; allowed: both, which a launch link needs, or neither where the \
                 connection reads progress alone"
            );
            found.push(mistake(peer, key, message));
        }
    }
    let domain = peer.settings.text("domain");
    for (key, name) in domain
        .map(|domain| ("domain", domain))
        .into_iter()
        .chain(hosts(peer.settings).map(|host| ("hosts", host)))
    {
        if name.contains(['/', ':', '?', '#', '@']) || name.trim().contains(char::is_whitespace) {
            let message = format!(
                "found {name:?}; allowed: a host with its subdomains, such as learn.example.org, without \
                 https:// and path"
            );
            found.push(mistake(peer, key, message));
        }
    }
    let base_host = host_of(peer.base_url);
    let names = [
        ("base_url", base_host.as_str(), "address"),
        ("lms_id", peer.settings.text("lms_id").unwrap_or_default(), "id"),
    ];
    let names = names.into_iter().chain(hosts(peer.settings).map(|host| ("hosts", host, "address")));
    for (key, name, what) in names {
        let environment = environment(peer);
        let said = if key == "lms_id" { foreign(environment, name) } else { foreign_host(environment, name) };
        let Some((said, word)) = said else { continue };
        let message = format!(
            "found {name:?}, which says `{said}`, and environment = {environment:?}; allowed: the {what} that 77 \
             Media names for {environment}; set it, or environment = {word:?}"
        );
        found.push(mistake(peer, key, message));
    }
    found
}

/// The word of a course's host that belongs to the other environment, and that environment. `hosts` may have
/// been left out, and then this is all that keeps a test course out of production.
pub(super) fn foreign_host(environment: &str, host: &str) -> Option<(String, &'static str)> {
    foreign(environment, labels(host))
}

/// The same of any name.
fn foreign(environment: &str, name: &str) -> Option<(String, &'static str)> {
    let (own, others, other) = match environment {
        "staging" => (STAGING, PRODUCTION, "production"),
        "production" => (PRODUCTION, STAGING, "staging"),
        _ => return None,
    };
    let words = words(name);
    let says = |list: &[&str]| words.iter().find(|word| list.contains(&word.as_str())).cloned();
    // It says what it is beside a word of the other.
    says(others).filter(|_| says(own).is_none()).map(|said| (said, other))
}

/// What two connections of different environments may not share, said of the later one.
fn together(other: &Peer<'_>, peer: &Peer<'_>) -> Vec<Mistake> {
    let message = |what: &str| {
        format!(
            "found {what}, which connection {} with environment = {:?} has too; allowed: that of environment = \
             {:?}; 77 Media has others for staging and for production, so set the right one or change environment",
            other.connection,
            environment(other),
            environment(peer),
        )
    };
    let mut found = Vec::new();
    let same = |one: &str, two: &str| !one.trim().is_empty() && one.trim().eq_ignore_ascii_case(two.trim());
    if same(other.base_url.trim_end_matches('/'), peer.base_url.trim_end_matches('/')) {
        found.push(mistake(peer, "base_url", message(&format!("{:?}", peer.base_url))));
    }
    if let (Some(one), Some(two)) = (other.settings.text("lms_id"), peer.settings.text("lms_id"))
        && same(one, two)
    {
        found.push(mistake(peer, "lms_id", message(&format!("{two:?}"))));
    }
    for host in hosts(peer.settings).filter(|host| hosts(other.settings).any(|other| same(other, host))) {
        found.push(mistake(peer, "hosts", message(&format!("{host:?}"))));
    }
    found
}

fn host_of(base_url: &str) -> String {
    let url = Url::parse(base_url).ok();
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// A host without its last label: `.live` and `.test` are top-level domains.
fn labels(host: &str) -> &str {
    host.trim_end_matches('.').rsplit_once('.').map_or("", |(labels, _)| labels)
}

/// The words of a name in small letters and without their numbers: `acmeStaging-2` is `acme`, `staging`.
fn words(name: &str) -> Vec<String> {
    let mut spaced = String::new();
    let mut small = false;
    for c in name.chars() {
        // A capital behind a small letter begins a word.
        if c.is_uppercase() && small {
            spaced.push(' ');
        }
        small = c.is_lowercase();
        spaced.push(if c.is_alphabetic() { c } else { ' ' });
    }
    spaced.split_whitespace().map(str::to_lowercase).collect()
}

#[cfg(test)]
#[path = "environment_tests.rs"]
mod tests;
