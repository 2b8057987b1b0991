//! Connections that mix staging and production, and such as only look like it.

use super::*;
use crate::connectors::{SettingValue, Settings};
use crate::model::ConnectionName;

/// A connection: its environment, base address, id and hosts.
type Shown<'a> = (&'a str, &'a str, &'a str, &'a [&'a str]);

fn found(connections: &[Shown<'_>], domain: &str) -> Vec<Mistake> {
    let made: Vec<(ConnectionName, &str, Settings)> = connections
        .iter()
        .enumerate()
        .map(|(place, (environment, base_url, lms_id, hosts))| {
            let mut settings = Settings::default();
            settings.set("environment", SettingValue::Text((*environment).to_owned()));
            settings.set("lms_id", SettingValue::Text((*lms_id).to_owned()));
            settings.set("domain", SettingValue::Text(domain.to_owned()));
            let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
            settings.set("hosts", SettingValue::Texts(hosts));
            (format!("media{}", place + 1).into(), *base_url, settings)
        })
        .collect();
    let peers: Vec<_> =
        made.iter().map(|(connection, base_url, settings)| Peer { connection, base_url, settings }).collect();
    mistakes(&peers)
}

/// The connections and keys of the mistakes.
#[track_caller]
fn check(connections: &[Shown<'_>], expected: &[(&str, &str)]) {
    let found = found(connections, "learn.example.org");
    let places: Vec<_> = found.iter().map(|mistake| (mistake.connection.as_str(), mistake.key)).collect();
    assert_eq!(places, expected, "{found:#?}");
}

const STAGING_ONE: Shown<'_> =
    ("staging", "https://staging.example.com", "9901", &["courses-staging.example.com"]);
const PRODUCTION_ONE: Shown<'_> =
    ("production", "https://media.example.com", "1001", &["courses.example.com"]);

#[test]
fn connections_of_their_own_are_fine() {
    check(&[STAGING_ONE, PRODUCTION_ONE], &[]);
    check(&[], &[]);
    // Two jobs' worth of one environment may share everything.
    check(&[PRODUCTION_ONE, PRODUCTION_ONE], &[]);
    check(&[("production", "http://127.0.0.1:8080", "1", &[])], &[]);
}

#[test]
fn the_keys_of_links_come_together() {
    let name: ConnectionName = "media".into();
    let alone = |keys: &[&str]| {
        let mut settings = Settings::default();
        for key in ["environment"].iter().chain(keys) {
            let value = if *key == "environment" { "staging" } else { "one" };
            settings.set(*key, SettingValue::Text(value.to_owned()));
        }
        let peer = Peer { connection: &name, base_url: "https://media.example.org", settings: &settings };
        mistakes(&[peer]).iter().map(|mistake| mistake.key).collect::<Vec<_>>()
    };
    assert_eq!(alone(&[]), [] as [&str; 0]);
    assert_eq!(alone(&["lms_id", "domain"]), [] as [&str; 0]);
    assert_eq!(alone(&["lms_id"]), ["domain"]);
    assert_eq!(alone(&["domain"]), ["lms_id"]);
}

#[test]
fn environments_share_nothing() {
    let (_, base_url, lms_id, hosts) = PRODUCTION_ONE;
    check(&[PRODUCTION_ONE, ("staging", "https://s.example.com", lms_id, &[])], &[("media2", "lms_id")]);
    check(&[PRODUCTION_ONE, ("staging", "https://s.example.com", "2", hosts)], &[("media2", "hosts")]);
    check(&[PRODUCTION_ONE, ("staging", base_url, "2", &[])], &[("media2", "base_url")]);
    check(
        &[("staging", "HTTPS://MEDIA.example.com/", "2", &["a.org"]), PRODUCTION_ONE],
        &[("media2", "base_url")],
    );
    let said =
        found(&[PRODUCTION_ONE, ("staging", "https://s.example.com", "1001", &[])], "learn.example.org");
    assert_eq!(
        said[0].message,
        "found \"1001\", which connection media1 with environment = \"production\" has too; allowed: that of \
         environment = \"staging\"; 77 Media has others for staging and for production, so set the right one \
         or change environment"
    );
}

#[test]
fn a_name_that_says_the_other_environment_is_found() {
    for host in ["stag", "staging", "courses-staging", "a.stage2", "test", "sandbox.courses", "uat", "STG"] {
        let host = format!("{host}.example.com");
        check(&[("production", &format!("https://{host}/api"), "1", &[])], &[("media1", "base_url")]);
        check(&[("production", "https://m.example.com", "1", &[&host])], &[("media1", "hosts")]);
    }
    for host in ["prod", "production-courses", "live"] {
        let host = format!("{host}.example.com");
        check(&[("staging", &format!("https://{host}"), "1", &[])], &[("media1", "base_url")]);
        check(&[("staging", "https://m.example.com", "1", &["a.org", &host])], &[("media1", "hosts")]);
    }
    for id in ["acme-staging", "acmeStaging", "ACME_TEST_2", "uat7"] {
        check(&[("production", "https://m.example.com", id, &[])], &[("media1", "lms_id")]);
        check(&[("staging", "https://m.example.com", id, &[])], &[]);
    }
    for id in ["acme-prod", "acmeLive"] {
        check(&[("staging", "https://m.example.com", id, &[])], &[("media1", "lms_id")]);
        check(&[("production", "https://m.example.com", id, &[])], &[]);
    }
    let said = found(&[("production", "https://uat.example.com", "1", &[])], "learn.example.org");
    assert_eq!(
        said[0].message,
        "found \"uat.example.com\", which says `uat`, and environment = \"production\"; allowed: the address \
         that 77 Media names for production; set it, or environment = \"staging\""
    );
}

#[test]
fn a_name_that_only_holds_such_letters_is_not() {
    let hosts: &[&str] =
        &["latest.example.com", "backstage.example.com", "contest.example.com", "a.example.test"];
    check(&[("production", "https://attestation.example.com", "protest", hosts)], &[]);
    check(
        &[("staging", "https://products.example.com", "delivery", &["olive.example.com", "example.live"])],
        &[],
    );
    // It says what it is beside a word of the other.
    check(&[("staging", "https://live-staging.example.com", "prod-test", &[])], &[]);
}

#[test]
fn a_host_is_no_address_and_an_id_is_not_without_end() {
    let keys = |connection: Shown<'_>, domain: &str| {
        found(&[connection], domain).iter().map(|mistake| mistake.key).collect::<Vec<_>>()
    };
    let base = "https://m.example.com";
    assert_eq!(keys(("staging", base, "1", &["https://a.org/"]), "learn.example.org"), ["hosts"]);
    assert_eq!(keys(("staging", base, "1", &[]), "https://learn.example.org"), ["domain"]);
    assert_eq!(keys(("staging", base, "1", &[]), "learn.example.org/courses"), ["domain"]);
    assert_eq!(keys(("staging", base, " ", &[]), ""), ["domain", "lms_id"]);
    assert_eq!(keys(("staging", base, &"1".repeat(256), &[]), &"a".repeat(256)), ["domain", "lms_id"]);
    assert_eq!(keys(("staging", base, &"1".repeat(255), &[]), &"a".repeat(255)), [""; 0]);
}
