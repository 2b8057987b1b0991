//! A product is its folder and a line of the registry: nothing else in the program knows it by name.

use rollbook::connectors::PRODUCTS;

use super::scan::Source;

/// Files and folders that name products: the registry, the simulated LMSs' own list, and the commands that
/// show the simulated LMSs.
const MAY_NAME: [&str; 4] =
    ["src/connectors/mod.rs", "src/sandbox/mod.rs", "src/cli/demo/", "src/cli/sandbox/"];

/// What is told of users is told in the words of the first product that had any; another product adds nothing
/// here.
const OF_USERS: [&str; 2] = ["src/sandbox/effects.rs", "src/sandbox/inspect.rs"];

/// Every place where a file that is no product's own names a product, in code or in a text.
pub(super) fn are_named_by_their_own(source: &Source) -> Vec<String> {
    let path = source.path.as_str();
    if !path.starts_with("src/") || MAY_NAME.iter().chain(&OF_USERS).any(|may| path.starts_with(may)) {
        return Vec::new();
    }
    let (code, texts) = (source.code.to_lowercase(), source.texts.to_lowercase());
    let mut offences = Vec::new();
    for product in PRODUCTS.iter().map(|product| product.name) {
        let own = [format!("src/connectors/{product}/"), format!("src/sandbox/{product}/")];
        if own.iter().any(|own| path.starts_with(own)) {
            continue;
        }
        let places = code.match_indices(product).chain(texts.match_indices(product)).map(|(at, _)| at);
        offences.extend(places.filter(|at| !source.in_test(*at)).map(|at| {
            format!(
                "{path}:{}: names `{product}`; put it into the product's folder, or declare it in its operation \
                 or its settings",
                source.line(at)
            )
        }));
    }
    offences
}

#[test]
fn a_product_named_elsewhere_is_found() {
    let check = |path: &str, text: &str, expected: &[&str]| {
        let found = are_named_by_their_own(&Source::new(path, text));
        let found: Vec<_> = found.iter().map(|line| line.split(": names").next().unwrap()).collect();
        assert_eq!(found, expected, "{path}");
    };
    check("src/engine/run.rs", "\nif name == \"ispring\" {}", &["src/engine/run.rs:2"]);
    check("src/plan/order.rs", "use crate::connectors::smarteru::X;", &["src/plan/order.rs:1"]);
    check("src/report/lines.rs", "let a = \"UpsideLMS says\";", &["src/report/lines.rs:1"]);
    check(
        "src/connectors/ispring/judge.rs",
        "let a = \"ispring, not smarteru\";",
        &["src/connectors/ispring/judge.rs:1"],
    );
    check("src/sandbox/faults.rs", "let a = \"media77\";", &["src/sandbox/faults.rs:1"]);
    check(
        "src/model/ids.rs",
        "// `upsidelms.manage_user`\n#[cfg(test)]\nmod tests { const A: &str = \"upsidelms\"; }",
        &[],
    );
    check("src/connectors/mod.rs", "pub mod smarteru;", &[]);
    check("src/cli/demo/words.rs", "\"smarteru\"", &[]);
    check("tests/a.rs", "\"smarteru\"", &[]);
}
