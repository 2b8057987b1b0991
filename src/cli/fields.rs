//! `rollbook fields`: the fields of an operation, from the one table that validation uses.

use crate::connectors::{PRODUCTS, Settings};
use crate::model::{Field, FieldKind, ListOf, Operation};

use super::args::{Fields, Global};
use super::context::{Failure, configuration};
use super::out::{say, table};

/// Lists operations, or the fields of one.
pub(super) fn fields(global: &Global, args: &Fields) -> Result<u8, Failure> {
    let operations: Vec<Operation> =
        PRODUCTS.iter().flat_map(|product| (product.operations)(&Settings::default())).collect();
    let Some(asked) = &args.operation else {
        let mut lines = table(["operation", "kind", "what it does"]);
        for operation in &operations {
            lines.add_row([operation.name.as_str(), operation.kind.label(), operation.summary]);
        }
        say(lines.to_string());
        return Ok(0);
    };
    if let Some(operation) = operations.iter().find(|operation| operation.name.as_str() == asked) {
        show(operation);
        return Ok(0);
    }
    // `upside.manage_user`: the operation as the portal of that connection has it.
    if let Some((connection, name)) = asked.split_once('.')
        && let Ok(config) = configuration(global)
        && let Some(connection) = config.connections.get(connection)
        && let Some(operation) = connection
            .operations
            .iter()
            .find(|operation| operation.name.as_str().ends_with(&format!(".{name}")))
    {
        show(operation);
        return Ok(0);
    }
    let known: Vec<&str> = operations.iter().map(|operation| operation.name.as_str()).collect();
    let nearest = known.iter().min_by_key(|known| strsim::damerau_levenshtein(known, asked));
    let hint = nearest.map(|nearest| format!("did you mean `{nearest}`? ")).unwrap_or_default();
    Err(Failure::wrong(format!("there is no operation `{asked}`; {hint}There are {}", known.join(", "))))
}

fn show(operation: &Operation) {
    say(format!("{}: {}\n", operation.name, operation.summary));
    let mut lines = table(["field", "label", "required", "longest", "values"]);
    for field in &operation.fields {
        lines.add_row([
            field.name.to_string(),
            field.label.clone(),
            if field.required { "yes" } else { "" }.to_owned(),
            field.max_chars.map(|longest| longest.to_string()).unwrap_or_default(),
            values(field),
        ]);
    }
    say(lines.to_string());
}

fn values(field: &Field) -> String {
    let kind = match &field.kind {
        FieldKind::Text => "text".to_owned(),
        FieldKind::Date { format } => {
            format!("date, sent as {}", format.replace("%m", "MM").replace("%d", "DD").replace("%Y", "YYYY"))
        }
        FieldKind::DateTime => "date and time, sent as YYYY-MM-DDThh:mm:ss".to_owned(),
        FieldKind::Bool => "true or false".to_owned(),
        FieldKind::Number { least, greatest } if greatest.is_infinite() => format!("number from {least}"),
        FieldKind::Number { least, greatest } => format!("number from {least} to {greatest}"),
        FieldKind::Milliseconds => "time spent, sent as milliseconds".to_owned(),
        FieldKind::Grade => "up to 5 characters, or a number from 0 to 100".to_owned(),
        FieldKind::Url { hosts } if hosts.is_empty() => "https address".to_owned(),
        FieldKind::Url { hosts } => format!("https address at {}", hosts.join(" or ")),
        FieldKind::Email => "e-mail address".to_owned(),
        FieldKind::OneOf(values) => format!("one of {}", values.join(", ")),
        FieldKind::List { separator, of: ListOf::Email } => {
            format!("e-mail addresses, sent with `{separator}` between")
        }
        FieldKind::List { separator, of: ListOf::Text } => format!("list, sent with `{separator}` between"),
    };
    if field.secret { format!("{kind}; secret") } else { kind }
}
