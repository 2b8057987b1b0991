//! What an operation demands between the fields of a record, as far as a job file alone can break it.

use crate::model::{Empty, FieldMapping, Operation, PushId, Rule, Take};

use super::cursor::Table;

/// Reports every rule that no row can ever keep. `named` are the fields that the table names, be they wrong.
pub(super) fn check(table: &Table<'_>, operation: &Operation, named: &[&str], mappings: &[FieldMapping]) {
    let found = |name: &str| mappings.iter().find(|mapping| mapping.name().as_str() == name);
    // Of a field that is wrong by itself nobody knows what it was to be.
    let unclear = |name: &str| named.contains(&name) && found(name).is_none();
    for rule in &operation.rules {
        if rule.fields().into_iter().any(unclear) {
            continue;
        }
        match rule {
            Rule::ExactlyOne(names) | Rule::AtLeastOne(names) => {
                let mapped: Vec<_> = names.iter().filter_map(|name| found(name)).collect();
                if !mapped.iter().any(|mapping| may_be_there(mapping)) {
                    let first = names.first().copied().unwrap_or_default();
                    table.missing(first, format!("missing; {} demands {rule}", operation.name));
                    continue;
                }
                let always: Vec<_> = mapped.into_iter().filter(|mapping| is_always_there(mapping)).collect();
                if let (Rule::ExactlyOne(_), [one, other, ..]) = (rule, always.as_slice()) {
                    table.problem_at(
                        other.name().as_str(),
                        format!(
                            "has a value in every row, and so has `{}`; {} allows {rule}",
                            one.name(),
                            operation.name
                        ),
                    );
                }
            }
            Rule::OnlyWith { field, other, value } => {
                if !found(field).is_some_and(may_be_there) {
                    continue;
                }
                let why = match found(other).map(|mapping| &mapping.take) {
                    None => format!("`{other}` is not mapped"),
                    Some(Take::Constant(text)) if text != value => format!("`{other}` is always `{text}`"),
                    Some(_) => continue,
                };
                let message = format!("no row may have it, for {why}; {} allows {rule}", operation.name);
                table.problem_at(field, message);
            }
        }
    }
}

/// Says what happens where a field is not mapped that had better be.
pub(super) fn advise(table: &Table<'_>, operation: &Operation, push: Option<&PushId>, named: &[&str]) {
    for (field, text) in operation.advice.iter().filter(|(field, _)| !named.contains(field)) {
        let push = push.map(|push| format!(" by the push `{push}`")).unwrap_or_default();
        table.notice_missing(field, format!("not mapped{push}: {text}"));
    }
}

fn may_be_there(mapping: &FieldMapping) -> bool {
    !matches!(&mapping.take, Take::Constant(text) if text.is_empty())
}

/// Whether a row without a value for the field is turned down, or none can be without.
fn is_always_there(mapping: &FieldMapping) -> bool {
    let by_default =
        mapping.values.is_none() && mapping.default.as_ref().is_some_and(|text| !text.is_empty());
    match &mapping.take {
        Take::Constant(text) => !text.is_empty(),
        Take::Column(_) => by_default || mapping.empty == Empty::Reject,
    }
}
