//! What decides and what renders is pure: the time, the files, the network are arguments.

use super::paths::{Named, from_root};
use super::scan::{Source, is_name};

/// Where pure files lie.
const PURE: &[&str] = &["src/model/", "src/source/", "src/plan/", "src/report/", "src/config/"];

/// What lies there and has effects.
const EFFECTS: &[&str] = &[
    "src/report/transport",
    "src/config/load.rs",
    "src/config/check.rs",
    "src/config/secret.rs",
    "src/config/locate.rs",
];

/// The pure files of a product's folder.
const OF_A_PRODUCT: &[&str] = &[
    "wire.rs",
    "judge.rs",
    "fields.rs",
    "cipher.rs",
    "learner.rs",
    "plan.rs",
    "redirect.rs",
    "rows.rs",
    "environment.rs",
    "paging.rs",
    "wsdl.rs",
    "decipher.rs",
    "pulls/kinds.rs",
    "pulls/columns.rs",
    "pulls/progress.rs",
    "pulls/opened.rs",
    "pulls/reading.rs",
    "pulls/bounded.rs",
    "pulls/items.rs",
];

/// Clocks, by the call that reads them.
const CLOCKS: &[&str] = &["Utc::now", "Local::now", "SystemTime::now", "Instant::now"];

/// Crates and modules that reach outside.
const OUTSIDE: &[&str] =
    &["std::fs", "std::env", "std::net", "tokio", "reqwest", "sqlx", "rand", "getrandom"];

/// What is in one of these, and is a mere value.
const VALUES: &[&str] =
    &["std::net::IpAddr", "std::net::Ipv4Addr", "std::net::Ipv6Addr", "std::net::SocketAddr", "reqwest::Url"];

/// Every place where a pure file touches a clock or the system.
pub(super) fn touch_nothing(source: &Source) -> Vec<String> {
    if !is_pure(&source.path) {
        return Vec::new();
    }
    let code = source.production_code();
    let clocks = CLOCKS.iter().flat_map(|call| {
        let whole = |at: &usize| !code.as_bytes()[..*at].last().is_some_and(|byte| is_name(*byte));
        let found = code.match_indices(call).map(|(at, _)| at).filter(whole);
        found.map(|at| (at, (*call).to_owned())).collect::<Vec<_>>()
    });
    let outside = OUTSIDE.iter().flat_map(|path| reached(&code, path));
    let mut found: Vec<(usize, String)> = clocks.chain(outside).collect();
    found.sort();
    found
        .into_iter()
        .map(|(at, what)| {
            format!(
                "{}:{}: `{what}` in a pure module; take the value as an argument",
                source.path,
                source.line(at)
            )
        })
        .collect()
}

fn is_pure(path: &str) -> bool {
    let effect = EFFECTS.iter().any(|effect| path.starts_with(effect));
    let of_a_product = path.starts_with("src/connectors/")
        && path.split('/').count() >= 4
        && OF_A_PRODUCT.iter().any(|name| path.ends_with(&format!("/{name}")));
    of_a_product || (PURE.iter().any(|folder| path.starts_with(folder)) && !effect)
}

/// The paths named in the code that lead into `path` and are no mere values.
fn reached(code: &str, path: &str) -> Vec<(usize, String)> {
    let root = path.split("::").next().unwrap_or_default();
    let whole = |named: Named| (named.at, format!("{root}::{}", named.parts.join("::")));
    let into = |name: &str, path: &str| name == path || name.starts_with(&format!("{path}::"));
    from_root(code, root)
        .into_iter()
        .map(whole)
        .filter(|(_, name)| into(name, path) && !VALUES.iter().any(|value| into(name, value)))
        .collect()
}

#[test]
fn a_pure_file_that_looks_outside_is_found() {
    let check = |path: &str, code: &str, expected: &[&str]| {
        let found = touch_nothing(&Source::new(path, code));
        let found: Vec<_> = found.iter().map(|line| line.split(" in a pure").next().unwrap()).collect();
        assert_eq!(found, expected);
    };
    check("src/plan/guard.rs", "fn f() {\n    chrono::Utc::now()\n}", &["src/plan/guard.rs:2: `Utc::now`"]);
    check(
        "src/plan/guard.rs",
        "use std::{\n    fs::File,\n    io,\n};",
        &["src/plan/guard.rs:2: `std::fs::File`"],
    );
    check("src/model/run.rs", "use tokio::time::sleep;", &["src/model/run.rs:1: `tokio::time::sleep`"]);
    check("src/report/render.rs", "std::env::var(x)", &["src/report/render.rs:1: `std::env::var`"]);
    check("src/report/transport/smtp.rs", "std::env::var(x); Utc::now()", &[]);
    check(
        "src/connectors/upsidelms/wire.rs",
        "Instant::now()",
        &["src/connectors/upsidelms/wire.rs:1: `Instant::now`"],
    );
    check("src/connectors/upsidelms/mod.rs", "Instant::now()", &[]);
    check("src/config/address.rs", "std::net::IpAddr; use reqwest::Url;", &[]);
    check(
        "src/config/address.rs",
        "std::net::TcpStream",
        &["src/config/address.rs:1: `std::net::TcpStream`"],
    );
    check("src/model/run.rs", "// std::fs\n#[cfg(test)]\nmod tests { use std::fs; }", &[]);
}
