//! `rollbook fields`: the fields of an operation, from the one table that validation uses.

mod pulls;

use crate::connectors::{PRODUCTS, Settings};
use crate::model::{Field, Operation, OperationKind};

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
    if let Some(shape) = &operation.pull {
        return pulls::show(operation, shape);
    }
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
    say(format!("\n{}", below(operation).join("\n")));
}

fn values(field: &Field) -> String {
    let kind = field.kind.words();
    if field.secret { format!("{kind}; secret") } else { kind }
}

/// What is to be known beside the fields, one sentence a line.
fn below(operation: &Operation) -> Vec<String> {
    let mut lines: Vec<String> = operation.rules.iter().map(|rule| format!("Of each row: {rule}.")).collect();
    lines.extend(operation.advice.iter().map(|(field, text)| format!("Without `{field}`: {text}.")));
    if operation.kind == OperationKind::Links {
        let what = if operation.makes_forms() { "a form for each row" } else { "an address for each row" };
        lines.push(format!("It makes {what}; no call goes out."));
        return lines;
    }
    let records = match operation.batch {
        0 | 1 => "One record a call".to_owned(),
        most => format!("Up to {most} records a call"),
    };
    let agree = match operation.agree {
        [] => String::new(),
        names => format!(", if they agree in {}", names.join(", ")),
    };
    let calls = match operation.concurrency {
        None => "as many calls at a time as the connection allows (`concurrency`)".to_owned(),
        Some(1) => "one call at a time".to_owned(),
        Some(most) => format!("up to {most} calls at a time"),
    };
    lines.push(format!("{records}{agree}; {calls}."));
    lines.push(
        match (operation.repeatable, operation.reads_back) {
            (true, false) => "A call whose answer was lost is sent again.",
            (true, true) => {
                "A call whose answer was lost is sent again; where it had one new record, the LMS is asked first \
                 whether it has it."
            }
            (false, true) => {
                "A call whose answer was lost is never sent again blindly: the LMS is asked what became of it."
            }
            (false, false) => {
                "A call whose answer was lost is never sent again, and the LMS can't be asked: a person looks."
            }
        }
        .to_owned(),
    );
    if operation.mails_people {
        lines.push("The LMS may mail the person.".to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use crate::model::{FieldKind, Rule};

    use super::*;

    #[test]
    fn what_stands_below_the_fields() {
        let plain = Operation::new("a.b", OperationKind::PushUsers, "does it", Vec::new());
        let session = Operation {
            kind: OperationKind::PushCompletions,
            repeatable: false,
            reads_back: true,
            batch: 50,
            agree: &["courseId", "date"],
            concurrency: Some(1),
            rules: vec![
                Rule::ExactlyOne(&["Email", "EmployeeID"]),
                Rule::OnlyWith { field: "Grade", other: "EnrollmentStatus", value: "Completed" },
            ],
            advice: &[("EnrolledDate", "the LMS takes the day of the call")],
            mails_people: true,
            ..plain.clone()
        };
        let once = Operation { repeatable: false, concurrency: Some(2), ..plain.clone() };
        let forms = Operation { kind: OperationKind::Links, ..plain.clone() };
        let links = Operation { registers: Some(&["activity"]), ..forms.clone() };
        let shown = [plain, session, once, forms, links].map(|operation| below(&operation).join("\n"));
        insta::assert_snapshot!(shown.join("\n\n"), @"
        One record a call; as many calls at a time as the connection allows (`concurrency`).
        A call whose answer was lost is sent again.

        Of each row: exactly one of `Email` and `EmployeeID`.
        Of each row: `Grade` only where `EnrollmentStatus` is `Completed`.
        Without `EnrolledDate`: the LMS takes the day of the call.
        Up to 50 records a call, if they agree in courseId, date; one call at a time.
        A call whose answer was lost is never sent again blindly: the LMS is asked what became of it.
        The LMS may mail the person.

        One record a call; up to 2 calls at a time.
        A call whose answer was lost is never sent again, and the LMS can't be asked: a person looks.

        It makes a form for each row; no call goes out.

        It makes an address for each row; no call goes out.
        ");
    }

    #[test]
    fn every_kind_of_field_is_described() {
        let kinds = [
            FieldKind::Text,
            FieldKind::Date { format: "%m/%d/%Y" },
            FieldKind::DateTime,
            FieldKind::Bool,
            FieldKind::Number { least: 0.0, greatest: 100.0 },
            FieldKind::Number { least: f64::MIN, greatest: f64::MAX },
            FieldKind::Milliseconds,
            FieldKind::Grade,
            FieldKind::Url { hosts: Vec::new() },
            FieldKind::Url { hosts: vec!["a.example.org".to_owned(), "b.example.org".to_owned()] },
            FieldKind::Part { forbidden: &['~', '='], email: false },
            FieldKind::Part { forbidden: &['~'], email: true },
            FieldKind::Email,
            FieldKind::OneOf(vec!["Pass".to_owned(), "Fail".to_owned()]),
        ];
        let lines = kinds.map(|kind| {
            let secret = kind == FieldKind::Text;
            let label = "F".to_owned();
            values(&Field { name: "f".into(), label, required: false, kind, max_chars: None, secret })
        });
        insta::assert_snapshot!(lines.join("\n"), @"
        text; secret
        date, sent as MM/DD/YYYY
        date and time, sent as YYYY-MM-DDThh:mm:ss, with Z where the zone is known
        yes or no, sent as true or false
        a number from 0 to 100
        a number
        span of time in milliseconds, or by `unit`: seconds, minutes, hours, hh:mm
        up to 5 characters, or a number from 0 to 100
        https address
        https address at a.example.org or b.example.org
        text without `~`, `=`
        e-mail address without `~`
        e-mail address
        one of Pass, Fail
        ");
    }
}
