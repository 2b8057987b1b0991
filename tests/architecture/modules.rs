//! Dependencies run one way: `model` ← (`source`, `plan`, rendering: pure) and (`store`, `connectors`,
//! mail: effects, which do not know each other) ← `engine` ← `trigger` ← `cli` ← `main`.

use super::paths::in_crate;
use super::scan::Source;

/// Which modules the files below a path may use; the first line that fits counts.
const MAY_USE: &[(&str, &[&str])] = &[
    ("src/lib.rs", &[]),
    ("src/main.rs", &["cli"]),
    ("src/model/", &[]),
    ("src/source/", &["model"]),
    ("src/plan/", &["model"]),
    ("src/report/transport", &["model", "config"]),
    ("src/report/", &["model"]),
    ("src/store/", &["model"]),
    ("src/connectors/", &["model"]),
    ("src/config/", &["model", "connectors"]),
    ("src/observe/", &["model"]),
    ("src/engine/", &["model", "config", "observe", "source", "plan", "report", "store", "connectors"]),
    ("src/trigger/", &["model", "config", "observe", "store", "engine"]),
    (
        "src/cli/",
        &[
            "model",
            "config",
            "observe",
            "source",
            "plan",
            "report",
            "store",
            "connectors",
            "engine",
            "trigger",
            "sandbox",
        ],
    ),
    // It stands for the other side: a mistake shared by both sides would never be found.
    ("src/sandbox/", &[]),
];

/// Every use of a module that this file may not use.
pub(super) fn use_only_what_they_may(source: &Source) -> Vec<String> {
    let path = source.path.as_str();
    if !path.starts_with("src/") {
        return Vec::new();
    }
    let Some((_, allowed)) = MAY_USE.iter().find(|(below, _)| path.starts_with(below)) else {
        return vec![format!(
            "{path}:1: this module is not in the table of who may use whom; add it to tests/architecture/modules.rs"
        )];
    };
    let own = own_module(path);
    let mut offences = Vec::new();
    for named in in_crate(source) {
        let Some(used) = named.parts.first() else { continue };
        let place = format!("{path}:{}", source.line(named.at));
        if is_module(used) && used != own && !allowed.contains(&used.as_str()) {
            let may = if allowed.is_empty() { "nothing of the crate".to_owned() } else { allowed.join(", ") };
            offences.push(format!(
                "{place}: uses `{used}`, and may use {may}; take what you need as an argument, or move this \
                 to where both meet"
            ));
        } else if own == "config" && used == "connectors" && !is_declaration(&named.parts[1..]) {
            offences.push(format!(
                "{place}: uses `{}`; of the connectors config may use the registry and the settings alone",
                named.parts.join("::")
            ));
        }
    }
    offences
}

fn own_module(path: &str) -> &str {
    path.trim_start_matches("src/").split(['/', '.']).next().unwrap_or_default()
}

/// Whether this names a module of the top level; all others are the crate's own re-exports.
fn is_module(name: &str) -> bool {
    let own = |(below, _): &(&str, _)| own_module(below) == name;
    MAY_USE.iter().any(own) && name != "lib" && name != "main"
}

/// Whether a path below `connectors` is a part of what products declare about themselves.
fn is_declaration(parts: &[String]) -> bool {
    let Some(first) = parts.first() else { return false };
    first.starts_with(|c: char| c.is_ascii_uppercase()) || ["product", "settings"].contains(&first.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, code: &str, expected: &[&str]) {
        let found = use_only_what_they_may(&Source::new(path, code));
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{found}");
        }
    }

    #[test]
    fn the_way_down_is_open_and_the_way_up_is_not() {
        check("src/plan/decide.rs", "use crate::model::Key;\nuse super::order;", &[]);
        check(
            "src/plan/decide.rs",
            "\nuse crate::{model::Key, store::Store};",
            &["src/plan/decide.rs:2: uses `store`, and may use model"],
        );
        check("src/store/runs.rs", "fn f(x: crate::connectors::Call) {}", &["uses `connectors`"]);
        check("src/engine/mod.rs", "use super::trigger::matches;", &["uses `trigger`"]);
        check("src/model/mod.rs", "use crate::config;", &["nothing of the crate"]);
        check("src/report/render.rs", "use crate::config::Job;", &["uses `config`"]);
        check("src/report/transport/smtp.rs", "use crate::config::SmtpSettings;", &[]);
        check("src/main.rs", "use rollbook::engine::Engine;", &["uses `engine`"]);
        check("src/cli/demo.rs", "use crate::sandbox::Sandbox;", &[]);
    }

    #[test]
    fn the_sandbox_and_the_rest_do_not_know_each_other() {
        check(
            "src/sandbox/wire.rs",
            "use crate::sandbox::Faults;\nuse crate::model::Key;",
            &["uses `model`"],
        );
        check("src/engine/run.rs", "use crate::sandbox::Sandbox;", &["uses `sandbox`"]);
    }

    #[test]
    fn config_sees_of_the_connectors_what_they_declare() {
        check("src/config/load.rs", "use crate::connectors::{PRODUCTS, Product, settings::Setting};", &[]);
        check(
            "src/config/load.rs",
            "use crate::connectors::http::Http;",
            &["registry and the settings alone"],
        );
    }

    #[test]
    fn a_new_module_has_to_be_placed() {
        check("src/extra/mod.rs", "", &["add it to tests/architecture/modules.rs"]);
    }
}
