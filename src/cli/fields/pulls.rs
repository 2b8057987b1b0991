//! What `rollbook fields` says of a pull: its parameters, the columns of what it brings, and whom it asks for.

use crate::model::{Asks, Column, ColumnKind, Field, FieldKind, ItemShape, Keep, Operation, PullShape};

use super::super::out::{say, table};
use super::values;

/// Lists the parameters and the columns.
pub(super) fn show(operation: &Operation, shape: &PullShape) {
    if !operation.fields.is_empty() {
        let mut lines = table(["parameter", "label", "required", "takes", "values"]);
        for field in &operation.fields {
            lines.add_row([
                field.name.to_string(),
                field.label.clone(),
                if field.required { "yes" } else { "" }.to_owned(),
                takes(field).to_owned(),
                values(field),
            ]);
        }
        say(lines.to_string());
    }
    for (place, item) in shape.items.iter().enumerate() {
        say(format!("\n{}", heading(item, place > 0)));
        let mut lines = table(["column", "label", "type", "in an export"]);
        for column in item.columns {
            let demand = if column.internal { "on demand" } else { "" };
            lines.add_row([column.name, column.label, &kind(column), demand]);
        }
        say(lines.to_string());
    }
    say(format!("\n{}", below(operation, shape).join("\n")));
}

fn takes(field: &Field) -> &'static str {
    match field.kind {
        FieldKind::List { .. } => "one or several",
        _ => "one",
    }
}

fn heading(item: &ItemShape, is_part: bool) -> String {
    let (one, many) = item.nouns;
    let part = if is_part { ", a part, in columns named content.…" } else { "" };
    format!("{many} ({}{part}); one {one} is told from another by {}:", item.kind, item.id)
}

/// What the values of a column are and how they are kept, in words.
fn kind(column: &Column) -> String {
    let kind = match column.kind {
        ColumnKind::Text => "text",
        ColumnKind::Whole => "whole number",
        ColumnKind::Decimal => "decimal number",
        ColumnKind::Date { .. } => "date, as 2026-11-21",
        ColumnKind::Moment { .. } => "date and time, as 2026-11-21T08:30:00, with Z for UTC",
        ColumnKind::Flag { .. } => "true or false",
    };
    let keep = match column.keep {
        Keep::Latest => "",
        Keep::Greatest => "; never goes down",
        Keep::Filled => "; never becomes empty",
    };
    format!("{kind}{keep}")
}

/// What is to be known beside the columns, one sentence a line.
fn below(operation: &Operation, shape: &PullShape) -> Vec<String> {
    let mut lines: Vec<String> =
        operation.rules.iter().map(|rule| format!("Of a question: {rule}.")).collect();
    lines.push(
        match shape.learners {
            Asks::Nobody => "It asks once, for all.",
            Asks::Maybe => "It asks once, for all; or, with `learners`, once for each learner.",
            Asks::EachLearner => "It asks once for each learner of `learners`.",
        }
        .to_owned(),
    );
    let names: Vec<String> = shape
        .identifiers
        .iter()
        .map(|(name, field)| format!("{name} (`{field}` of a push of users)"))
        .collect();
    if !names.is_empty() {
        lines.push(format!("A learner is named by {}.", names.join(", ")));
    }
    lines.push(
        match shape.windowed {
            true => "It asks for a span of time, and what lies outside is not gone: nothing is ever retired.",
            false => "What is no longer in its answer is retired.",
        }
        .to_owned(),
    );
    if let Some((column, _)) = shape.registration {
        lines.push(format!("`{column}` leads to the learner to whom a launch link was given."));
    }
    if let Some(calls) = shape.daily_calls {
        lines.push(format!("At most {calls} calls a day (UTC)."));
    }
    lines
}

#[cfg(test)]
mod tests {
    use crate::model::{ListOf, OperationKind, Rule};

    use super::*;

    const SHAPE: PullShape = PullShape {
        items: &[],
        learners: Asks::Maybe,
        identifiers: &[("Email", "email_id"), ("Uniqueid", "unique_id")],
        selects: None,
        windowed: false,
        daily_calls: None,
        registration: None,
    };

    #[test]
    fn what_stands_below_the_columns() {
        let plain = Operation::new("a.b", OperationKind::Pull, "asks", Vec::new());
        let ruled = Operation { rules: vec![Rule::AtLeastOne(&["from", "to"])], ..plain.clone() };
        let each = PullShape { learners: Asks::EachLearner, ..SHAPE };
        let progress = PullShape {
            learners: Asks::Nobody,
            identifiers: &[],
            windowed: true,
            daily_calls: Some(500),
            registration: Some(("registration", &["activity"])),
            ..SHAPE
        };
        let shown = [below(&plain, &SHAPE), below(&ruled, &each), below(&plain, &progress)];
        insta::assert_snapshot!(shown.map(|lines| lines.join("\n")).join("\n\n"), @"
        It asks once, for all; or, with `learners`, once for each learner.
        A learner is named by Email (`email_id` of a push of users), Uniqueid (`unique_id` of a push of users).
        What is no longer in its answer is retired.

        Of a question: at least one of `from` and `to`.
        It asks once for each learner of `learners`.
        A learner is named by Email (`email_id` of a push of users), Uniqueid (`unique_id` of a push of users).
        What is no longer in its answer is retired.

        It asks once, for all.
        It asks for a span of time, and what lies outside is not gone: nothing is ever retired.
        `registration` leads to the learner to whom a launch link was given.
        At most 500 calls a day (UTC).
        ");
    }

    #[test]
    fn every_kind_of_column_is_described() {
        let column = |kind| Column::new("c", "C", kind);
        let columns = [
            column(ColumnKind::Text),
            column(ColumnKind::Whole).keeping(Keep::Greatest),
            column(ColumnKind::Decimal),
            column(ColumnKind::Date { format: "%m/%d/%Y" }).keeping(Keep::Filled),
            column(ColumnKind::Moment { formats: &[] }),
            column(ColumnKind::Flag { yes: &["Yes"], no: &["No"] }),
        ];
        insta::assert_snapshot!(columns.map(|column| kind(&column)).join("\n"), @"
        text
        whole number; never goes down
        decimal number
        date, as 2026-11-21; never becomes empty
        date and time, as 2026-11-21T08:30:00, with Z for UTC
        true or false
        ");
    }

    #[test]
    fn parameters_and_kinds_are_described() {
        let of = ListOf::Words(&["Public", "Paid"]);
        let several = Field::new("Accessibility", "Access", false, FieldKind::List { separator: ',', of });
        let single = Field::new("Start_Date", "Start", false, FieldKind::Date { format: "%m/%d/%Y" });
        let item = ItemShape {
            kind: "Course",
            nouns: ("course", "courses"),
            id: "course_id",
            title: "course_name",
            telling: &[],
            columns: &[],
        };
        let parameters = [several, single].map(|field| format!("{}: {}", takes(&field), values(&field)));
        let shown = [parameters.join("\n"), heading(&item, false), heading(&item, true)];
        insta::assert_snapshot!(shown.join("\n"), @"
        one or several: one or several of Public, Paid, `,` between them
        one: date, sent as MM/DD/YYYY
        courses (Course); one course is told from another by course_id:
        courses (Course, a part, in columns named content.…); one course is told from another by course_id:
        ");
    }
}
