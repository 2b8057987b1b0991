//! `[connections.NAME]`: an account, with the settings that its product declares.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::connectors::{Product, SettingKind, SettingValue, Settings};

use super::address::{base_url, name_problem};
use super::cursor::{Table, Value};
use super::problem::{hint, several};
use super::secret::{self, SecretRef};
use super::{Connection, fields};

/// Reads an account; `None` where its product is not known, so that nothing more can be said of it.
pub(super) fn connection(
    name: &str,
    table: Table<'_>,
    place: &Value<'_>,
    products: &[&'static Product],
) -> Option<Connection> {
    if let Some(problem) = name_problem(name, true) {
        place.problem(problem);
    }
    let names: Vec<_> = products.iter().map(|product| product.name).collect();
    let product = table.need("product", &format!("allowed: {}", several(&names)));
    let product = product.and_then(|value| {
        let text = value.text()?;
        let product = products.iter().copied().find(|product| product.name == text);
        if product.is_none() {
            let hint = hint(text, &names, "allowed: ");
            value.problem(format!("no such product: {}{hint}", value.found()));
        }
        product
    });
    let url = table.need("base_url", "the address of the LMS, such as \"https://lms.example.org\"");
    let url = url.and_then(|value| base_url(&value));
    let rate = table.get("requests_per_second").and_then(|value| value.whole(0..=10_000));
    let concurrency = table.get("concurrency").and_then(|value| value.whole(1..=64));
    let timeout_s = table.get("timeout_s").and_then(|value| value.whole(1..=3600));
    let form = table.get("fields");
    // Without the product every key may be one of its own, so none can be called unknown.
    let product = product?;
    let (settings, secrets) = settings(&table, product);
    let mut operations = (product.operations)(&settings);
    if let Some(form) = form.and_then(|value| value.table()) {
        fields::apply(form, &mut operations);
    }
    table.finish();
    Some(Connection {
        name: name.into(),
        product,
        base_url: url.unwrap_or_default(),
        settings,
        secrets,
        operations,
        requests_per_second: rate.and_then(|rate| u32::try_from(rate).ok()).unwrap_or(5),
        concurrency: concurrency.and_then(|calls| usize::try_from(calls).ok()).unwrap_or(4),
        timeout: Duration::from_secs(timeout_s.unwrap_or(60)),
    })
}

fn settings(table: &Table<'_>, product: &Product) -> (Settings, BTreeMap<String, SecretRef>) {
    let mut settings = Settings::default();
    let mut secrets = BTreeMap::new();
    for setting in product.settings {
        let value = if setting.required {
            table.need(setting.key, &format!("{} needs it: {}", product.name, setting.about))
        } else {
            table.get(setting.key)
        };
        let Some(value) = value else { continue };
        let set = match setting.kind {
            SettingKind::Text => value.text().map(|text| SettingValue::Text(text.to_owned())),
            SettingKind::Bool => value.flag().map(SettingValue::Bool),
            SettingKind::OneOf(words) => {
                let words: Vec<_> = words.iter().map(|word| (*word, *word)).collect();
                value.word(&words).map(|word| SettingValue::Text(word.to_owned()))
            }
            SettingKind::Texts => {
                let texts: Vec<_> =
                    value.one_or_texts().into_iter().map(|(text, _)| text.to_owned()).collect();
                (!texts.is_empty()).then_some(SettingValue::Texts(texts))
            }
            SettingKind::Whole { least, greatest } => value.whole(least..=greatest).map(SettingValue::Whole),
            SettingKind::Parameters => {
                let entries = value.table().map(|table| table.entries()).unwrap_or_default();
                let names: Vec<_> = entries.iter().map(|(name, _)| name.clone()).collect();
                for (name, value) in &entries {
                    let found = secret::reference_or_value(value);
                    secrets.extend(found.map(|found| (format!("{}.{name}", setting.key), found)));
                }
                Some(SettingValue::Texts(names))
            }
            SettingKind::Secret | SettingKind::SecretOrValue => {
                let found = match setting.kind {
                    SettingKind::Secret => secret::reference(&value),
                    _ => secret::reference_or_value(&value),
                };
                secrets.extend(found.map(|reference| (setting.key.to_owned(), reference)));
                None
            }
        };
        if let Some(set) = set {
            settings.set(setting.key, set);
        }
    }
    (settings, secrets)
}
