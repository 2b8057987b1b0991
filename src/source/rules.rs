//! What must hold between the fields of one record, checked on the mapped values of a row.

use std::collections::BTreeMap;

use crate::model::{Problem, PushMapping, Rule, Take};

/// The rules of one push, with all that messages need to know of the fields.
pub(super) struct Rules<'a> {
    rules: &'a [Rule],
    /// The fields that the rules name and the job maps.
    mapped: BTreeMap<&'a str, Mapped<'a>>,
}

struct Mapped<'a> {
    /// Where the field stands in the operation's table: the order of messages.
    place: usize,
    take: &'a Take,
    /// Whether no message may hold its value.
    hidden: bool,
}

/// What a row has for a field.
#[derive(Clone)]
pub(super) enum Seen {
    /// A value.
    Value(String),
    /// Something that is wrong by itself, so that nobody knows which value it was to be.
    Unclear,
}

/// What a row has for the fields that the rules name; nothing for those that are empty.
pub(super) type SeenFields<'a> = BTreeMap<&'a str, Seen>;

impl<'a> Rules<'a> {
    /// `hidden` tells of each field of the mapping whether no message may hold its value.
    pub(super) fn new(mapping: &'a PushMapping, hidden: &[bool]) -> Self {
        let named: Vec<&str> = mapping.rules.iter().flat_map(Rule::fields).collect();
        let fields = mapping.fields.iter().zip(hidden).enumerate();
        let mapped = fields.map(|(place, (field, hidden))| {
            (field.name().as_str(), Mapped { place, take: &field.take, hidden: *hidden })
        });
        Self { rules: &mapping.rules, mapped: mapped.filter(|(name, _)| named.contains(name)).collect() }
    }

    /// Whether a rule names the field.
    pub(super) fn watch(&self, name: &str) -> bool {
        self.mapped.contains_key(name)
    }

    /// All that is wrong between the fields of a row, each with its place among the messages.
    pub(super) fn problems(&self, seen: &SeenFields<'_>) -> Vec<(usize, Problem)> {
        self.rules.iter().filter_map(|rule| self.problem(rule, seen)).collect()
    }

    fn problem(&self, rule: &Rule, seen: &SeenFields<'_>) -> Option<(usize, Problem)> {
        let (names, exactly) = match rule {
            Rule::ExactlyOne(names) => (*names, true),
            Rule::AtLeastOne(names) => (*names, false),
            Rule::OnlyWith { field, other, value } => return self.only_with(field, other, value, seen),
        };
        let filled: Vec<&str> = names.iter().copied().filter(|name| seen.contains_key(name)).collect();
        let reason = match filled.as_slice() {
            [] => format!(
                "{} {} a value; {rule} is needed, so fill in a cell",
                self.listed("neither", "none of", names),
                if names.len() == 2 { "has" } else { "have" }
            ),
            [_, _, ..] if exactly => format!(
                "{} have a value; {rule} is allowed, so empty all cells but one",
                self.listed("both", "all of", &filled)
            ),
            _ => return None,
        };
        let place = names.iter().filter_map(|name| self.mapped.get(name)).map(|mapped| mapped.place).min();
        Some((place.unwrap_or_default(), Problem { field: None, value: None, reason }))
    }

    fn only_with(
        &self,
        field: &str,
        other: &str,
        value: &str,
        seen: &SeenFields<'_>,
    ) -> Option<(usize, Problem)> {
        let found = seen.get(field)?;
        let decides = match seen.get(other) {
            Some(Seen::Unclear) => return None,
            Some(Seen::Value(decides)) if decides == value => return None,
            Some(Seen::Value(_)) if self.is_hidden(other) => "it has another value".to_owned(),
            Some(Seen::Value(decides)) => format!("it is `{decides}`"),
            None => "it has no value".to_owned(),
        };
        let reason = format!(
            "a value is allowed only where {} is `{value}`, and {decides}; empty the cell, or correct {}",
            self.label(other),
            self.label(other)
        );
        let value = match found {
            Seen::Value(value) if !self.is_hidden(field) => Some(value.clone()),
            _ => None,
        };
        let place = self.mapped.get(field).map(|mapped| mapped.place).unwrap_or_default();
        Some((place, Problem { field: Some(field.into()), value, reason }))
    }

    fn is_hidden(&self, name: &str) -> bool {
        self.mapped.get(name).is_some_and(|mapped| mapped.hidden)
    }

    /// `both A and B`, or with more names `all of A, B and C`.
    fn listed(&self, two: &str, more: &str, names: &[&str]) -> String {
        let labels: Vec<String> = names.iter().map(|name| self.label(name)).collect();
        match labels.as_slice() {
            [one, other] if two == "neither" => format!("{two} {one} nor {other}"),
            [one, other] => format!("{two} {one} and {other}"),
            [rest @ .., last] => format!("{more} {} and {last}", rest.join(", ")),
            [] => more.to_owned(),
        }
    }

    /// The field, and where its value comes from: who owns the data knows the column.
    fn label(&self, name: &str) -> String {
        match self.mapped.get(name).map(|mapped| mapped.take) {
            Some(Take::Column(column)) if column.as_str() == name => format!("`{name}`"),
            Some(Take::Column(column)) => format!("`{name}` (column `{column}`)"),
            Some(Take::Constant(_)) => format!("`{name}` (set in the job file)"),
            None => format!("`{name}` (not mapped by the job)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{FieldKind, FieldMapping};

    use super::super::testing::{Case, field, push};
    use super::*;

    const RULES: [Rule; 3] = [
        Rule::ExactlyOne(&["Email", "EmployeeID"]),
        Rule::AtLeastOne(&["GroupName", "GroupID", "City"]),
        Rule::OnlyWith { field: "Grade", other: "Status", value: "Completed" },
    ];

    /// What comes of a row of these cells: id, mail, Status, Grade, GroupName.
    fn row(change: impl Fn(&mut Vec<FieldMapping>), cells: &str) -> String {
        let mut fields = vec![field("Email"), field("EmployeeID"), field("GroupName")];
        fields[0].take = Take::Column("mail".into());
        fields[0].field.kind = FieldKind::Email;
        fields[1].take = Take::Column("id".into());
        let mut grade = field("Grade");
        grade.field.kind = FieldKind::Grade;
        fields.extend([field("Status"), grade]);
        change(&mut fields);
        let mut push = push(&["row"], fields);
        push.rules = RULES.into();
        let lines = Case::new(vec![push])
            .lines(format!("row,id,mail,Status,Grade,GroupName\nR,{cells}\n").as_bytes());
        lines.lines().find(|line| line.starts_with("2 ")).unwrap_or(&lines).to_owned()
    }

    #[test]
    fn a_row_that_keeps_the_rules_is_a_record() {
        assert_eq!(
            row(|_| {}, "E1,,Completed,A,Staff"),
            "2 R {EmployeeID=E1, Grade=A, GroupName=Staff, Status=Completed}"
        );
        assert_eq!(
            row(|_| {}, ",a@b.org,Attended,,Staff"),
            "2 R {Email=a@b.org, GroupName=Staff, Status=Attended}"
        );
    }

    #[test]
    fn every_broken_rule_is_said_beside_the_other_problems() {
        let lines = [
            row(|_| {}, "E1,a@b.org,Attended,A,"),
            row(|_| {}, ",,,A,Staff"),
            row(|fields| fields.truncate(1), ",,,,"),
            row(|fields| fields[1].take = Take::Constant("E9".to_owned()), "E1,a@b.org,Completed,A,Staff"),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r#"
        2 R rejected -="": both `Email` (column `mail`) and `EmployeeID` (column `id`) have a value; exactly one of `Email` and `EmployeeID` is allowed, so empty all cells but one & -="": none of `GroupName`, `GroupID` (not mapped by the job) and `City` (not mapped by the job) have a value; at least one of `GroupName`, `GroupID` and `City` is needed, so fill in a cell & Grade="A": a value is allowed only where `Status` is `Completed`, and it is `Attended`; empty the cell, or correct `Status`
        2 R rejected -="": neither `Email` (column `mail`) nor `EmployeeID` (column `id`) has a value; exactly one of `Email` and `EmployeeID` is needed, so fill in a cell & Grade="A": a value is allowed only where `Status` is `Completed`, and it has no value; empty the cell, or correct `Status`
        2 R rejected -="": neither `Email` (column `mail`) nor `EmployeeID` (not mapped by the job) has a value; exactly one of `Email` and `EmployeeID` is needed, so fill in a cell & -="": none of `GroupName` (not mapped by the job), `GroupID` (not mapped by the job) and `City` (not mapped by the job) have a value; at least one of `GroupName`, `GroupID` and `City` is needed, so fill in a cell
        2 R rejected -="": both `Email` (column `mail`) and `EmployeeID` (set in the job file) have a value; exactly one of `Email` and `EmployeeID` is allowed, so empty all cells but one
        "#);
    }

    #[test]
    fn what_is_wrong_by_itself_was_meant_to_be_there() {
        let lines = [
            row(|_| {}, ",nobody,Completed,101,Staff"),
            row(|_| {}, "E1,nobody,Completed,,Staff"),
            // The status is no choice, so nobody knows whether a grade goes with it.
            row(
                |fields| fields[3].field.kind = FieldKind::OneOf(vec!["Completed".to_owned()]),
                "E1,,Done,A,Staff",
            ),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r#"
        2 R rejected Email="nobody": column `mail`: `nobody` is not an e-mail address (name@example.org) & Grade="101": `101` is no grade: one in figures goes from 0 to 100
        2 R rejected Email="nobody": column `mail`: `nobody` is not an e-mail address (name@example.org) & -="": both `Email` (column `mail`) and `EmployeeID` (column `id`) have a value; exactly one of `Email` and `EmployeeID` is allowed, so empty all cells but one
        2 R rejected Status="Done": `Done` is not one of `Completed`; correct it, or say with `values` in the job what it stands for
        "#);
    }

    #[test]
    fn a_value_that_is_sent_empty_is_none() {
        let clear = |fields: &mut Vec<FieldMapping>| fields[0].empty = crate::model::Empty::Clear;
        assert_eq!(row(clear, "E1,,,,Staff"), "2 R {Email=, EmployeeID=E1, GroupName=Staff}");
    }

    #[test]
    fn a_secret_decides_unnamed() {
        let secret = |fields: &mut Vec<FieldMapping>| {
            fields[3].field.secret = true;
            fields[4].field.secret = true;
        };
        let line = row(secret, "E1,,hunter2,A,Staff");
        assert!(line.contains("and it has another value") && !line.contains("hunter2"), "{line}");
        assert!(line.contains("Grade=\"\""), "{line}");
    }
}
