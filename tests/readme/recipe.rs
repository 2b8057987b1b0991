//! What the README says of products holds for every product: the operations, the keys, and what a new one owes.

use std::collections::BTreeSet;
use std::path::Path;

use rollbook::connectors::{PRODUCTS, Product, Settings};

use super::markdown::{spans, table};
use super::{TOP, readme};

const OPERATIONS: &str = "| product | operation | what it does |";
const KEYS: &str = "| key | default | what it is |";
const RECIPE: &str = "| file | what goes there |";

fn operations() -> Vec<(&'static Product, String)> {
    let of = |product: &&'static Product| {
        let product = *product;
        (product.operations)(&Settings::default()).into_iter().map(move |one| (product, one.name.to_string()))
    };
    PRODUCTS.iter().flat_map(of).collect()
}

#[test]
fn every_operation_has_its_row_and_every_row_its_operation() {
    let readme = readme();
    let rows = table(&readme, OPERATIONS);
    let told: Vec<&str> = rows.iter().flat_map(|row| spans(row[1])).collect();
    let known: Vec<String> = operations().into_iter().map(|(_, name)| name).collect();
    assert_eq!(told, known, "the table of products, in the order of the registry");
    assert!(rows.iter().all(|row| row.len() == 3 && spans(row[1]).len() == 1), "one row each: {rows:#?}");
}

/// A key may mean another thing for another product, so each product has a table of its own.
#[test]
fn every_key_of_every_product_is_explained_where_that_product_is() {
    let readme = readme();
    for product in PRODUCTS {
        let heading = format!("`product = \"{}\"`", product.name);
        let behind = readme.split_once(&heading).unwrap_or_else(|| panic!("README.md lacks {heading}")).1;
        let rows = table(behind, KEYS);
        let told: BTreeSet<&str> = rows.iter().flat_map(|row| spans(row[0])).collect();
        let known: BTreeSet<&str> = product.settings.iter().map(|setting| setting.key).collect();
        assert_eq!(told, known, "the keys of {heading}");
        for setting in product.settings {
            let row = rows.iter().find(|row| spans(row[0]).contains(&setting.key)).unwrap();
            let (key, default) = (setting.key, row[1]);
            assert_eq!(
                default == "required",
                setting.required,
                "{heading}: the default of `{key}`: {default}"
            );
        }
    }
}

/// `PRODUCT` in a path stands for each product. A product with more than one operation may have a folder for
/// each, and the same files in it.
#[test]
fn every_product_has_what_the_recipe_asks_for() {
    let readme = readme();
    let rows = table(&readme, RECIPE);
    let files: Vec<&str> = rows.iter().flat_map(|row| spans(row[0])).collect();
    let owed = [
        "src/connectors/PRODUCT/mod.rs",
        "src/connectors/PRODUCT/wire.rs",
        "src/connectors/PRODUCT/fields.rs",
        "src/connectors/mod.rs",
        "src/connectors/conformance.rs",
        "src/sandbox/PRODUCT/",
        "src/sandbox/mod.rs",
        "src/cli/sandbox/accounts.rs",
        "tests/operations/stands.rs",
        "README.md",
    ];
    assert_eq!(files, owed, "the recipe under \"Extend\"");
    let mut missing = Vec::new();
    for product in PRODUCTS.iter().map(|product| product.name) {
        for file in &files {
            let path = Path::new(TOP).join(file.replace("PRODUCT", product));
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let there = match file.contains("PRODUCT") {
                true => path.exists() || in_each_operation(&path),
                // What all products share names each of them.
                false => text.contains(product),
            };
            if !there {
                missing.push(format!("{product}: {file}"));
            }
        }
    }
    assert!(missing.is_empty(), "the recipe asks for what these do not have: {missing:#?}");
}

/// Whether folders beside a file that is not there have one of its name.
fn in_each_operation(path: &Path) -> bool {
    let (folder, name) = (path.parent().unwrap(), path.file_name().unwrap());
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.filter(|entry| entry.as_ref().unwrap().path().join(name).is_file()).count() > 0
}
