//! `[connections.NAME]`: an account, with the settings that its product declares.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::connectors::{Peer, Product, SettingKind, SettingValue, Settings};

use super::address::{base_url, name_problem};
use super::cursor::{Table, Value};
use super::problem::{hint, several};
use super::secret::{self, SecretRef};
use super::{Connection, fields};

/// Reads an account; `None` where its product is not known, so that nothing more can be said of it.
pub(super) fn connection(
    name: &str,
    table: &Table<'_>,
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
    let concurrency = table.get("concurrency");
    let calls = concurrency.as_ref().and_then(|value| value.whole(1..=64));
    let timeout_s = table.get("timeout_s").and_then(|value| value.whole(1..=3600));
    let form = table.get("fields");
    // Without the product every key may be one of its own, so none can be called unknown.
    let product = product?;
    let (settings, secrets) = settings(table, product);
    let mut operations = (product.operations)(&settings);
    if let Some(form) = form {
        fields::apply(&form, product.name, &mut operations);
    }
    let calls = calls.and_then(|calls| usize::try_from(calls).ok());
    for (value, calls) in concurrency.iter().zip(calls) {
        for (operation, most) in operations.iter().filter_map(|o| Some((o, o.concurrency?))) {
            if calls > most {
                let times = if most == 1 { "one call".to_owned() } else { format!("{most} calls") };
                let name = &operation.name;
                value.notice(format!(
                    "found {calls}, but {name} makes {times} at a time, whatever stands here"
                ));
            }
        }
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
        concurrency: calls.unwrap_or(4),
        timeout: Duration::from_secs(timeout_s.unwrap_or(60)),
    })
}

/// Reports what settings get wrong together; of the connections only those that are right by themselves.
pub(super) fn compare(read: &[(&Connection, &Table<'_>)]) {
    let products: BTreeMap<_, _> =
        read.iter().map(|(found, _)| (found.product.name, found.product)).collect();
    for product in products.values() {
        let of_it = read.iter().filter(|(found, _)| found.product.name == product.name);
        let peers: Vec<Peer<'_>> = of_it
            .map(|(found, _)| Peer {
                connection: &found.name,
                base_url: &found.base_url,
                settings: &found.settings,
            })
            .collect();
        for mistake in (product.mistakes)(&peers) {
            if let Some((_, table)) = read.iter().find(|(found, _)| found.name == mistake.connection) {
                table.problem_at(mistake.key, mistake.message);
            }
        }
    }
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
            SettingKind::Parameters => value.table().map(|table| {
                // The vendor may mind their order.
                let entries = table.written();
                for (name, value) in &entries {
                    if name.trim().is_empty() {
                        value.problem("a parameter without a name; write it as the LMS names it");
                    }
                    let found = secret::reference_or_value(value);
                    secrets.extend(found.map(|found| (format!("{}.{name}", setting.key), found)));
                }
                SettingValue::Texts(entries.into_iter().map(|(name, _)| name).collect())
            }),
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
