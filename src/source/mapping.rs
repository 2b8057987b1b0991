//! A row becomes one record for each push, or is turned down with every reason.

use chrono::NaiveDate;
use secrecy::SecretString;

use crate::model::{
    Empty, Extras, FieldName, Key, Origin, Problem, PushMapping, Record, Secrets, Send, Take,
};

use super::Mapped;
use super::cell::{Cell, Row, trim};
use super::header::Wanted;
use super::value::{Rule, has_control};

/// How one push reads the rows of one file: every column found.
pub(super) struct PushPlan<'a> {
    key: Vec<(usize, String)>,
    /// Whether nothing but key columns stands left of a key column, so that a row that is too long or
    /// too short can't have moved the key.
    key_leads: bool,
    /// Ordered by field name, as records keep them.
    fields: Vec<FieldPlan<'a>>,
    /// How many cells a row must have to reach all its columns.
    reach: usize,
}

struct FieldPlan<'a> {
    /// Where the field stands in the operation's table: the order of messages.
    place: usize,
    rule: Rule<'a>,
    source: Source<'a>,
    name: &'a FieldName,
    required: bool,
    empty: Empty,
    send: Send,
    /// Whether it goes among the secrets.
    secret: bool,
    /// Whether its messages may not hold the value: another push may map the same column as secret.
    hidden: bool,
}

enum Source<'a> {
    Column { index: usize, name: &'a str },
    Constant(&'a str),
}

/// Whether the row has the cells that the header promises.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// Enough of them; how many.
    Fits(usize),
    /// Too many: found and expected.
    TooLong(usize, usize),
}

/// Values by field.
type Values = Vec<(FieldName, String)>;

impl<'a> PushPlan<'a> {
    /// `secret` are the columns that any push maps to a secret field; `reach` is how many cells a row must
    /// have for other reasons.
    pub(super) fn new(
        mapping: &'a PushMapping,
        secret: &[usize],
        reach: usize,
        wanted: &mut Wanted<'_>,
    ) -> Self {
        let key: Vec<(usize, String)> =
            mapping.key.iter().map(|name| (wanted.column(name), name.to_string())).collect();
        let mut fields: Vec<FieldPlan<'a>> = mapping
            .fields
            .iter()
            .enumerate()
            .map(|(place, field)| {
                let source = match &field.take {
                    Take::Column(name) => Source::Column { index: wanted.column(name), name: name.as_str() },
                    Take::Constant(value) => Source::Constant(value),
                };
                let shared = matches!(&source, Source::Column { index, .. } if secret.contains(index));
                let hidden = field.field.secret || shared;
                FieldPlan {
                    place,
                    rule: Rule::new(field, hidden),
                    source,
                    name: field.name(),
                    required: field.field.required,
                    empty: field.empty,
                    send: field.send,
                    secret: field.field.secret,
                    hidden,
                }
            })
            .collect();
        fields.sort_by(|one, other| one.name.cmp(other.name));
        let columns = fields.iter().filter_map(|field| match field.source {
            Source::Column { index, .. } => Some(index),
            Source::Constant(_) => None,
        });
        let columns = columns.chain(key.iter().map(|(index, _)| *index));
        let reach = columns.map(|column| column + 1).max().unwrap_or_default().max(reach);
        let key_leads = key.iter().all(|(index, _)| *index < key.len());
        Self { key, key_leads, fields, reach }
    }

    /// The columns that make the key.
    pub(super) fn key_columns(&self) -> impl Iterator<Item = usize> {
        self.key.iter().map(|(index, _)| *index)
    }

    /// The key of a row, or all that is wrong with it.
    pub(super) fn key(&self, row: &Row<'_>) -> Result<Key, Vec<Problem>> {
        let mut problems = Vec::new();
        let cells: Vec<_> = self.key.iter().map(|(index, name)| (row.cell(*index), name)).collect();
        let mut texts = Vec::with_capacity(cells.len());
        for (cell, name) in cells {
            let error = matches!(cell, Cell::Error(_));
            let text = cell.into_text();
            let reason = if error {
                format!("the key column `{name}` holds the error {text}; correct it in the spreadsheet")
            } else if trim(&text).is_empty() {
                format!("the key column `{name}` is empty")
            } else if has_control(trim(&text)) {
                format!("the key column `{name}` holds a line break, tab or other control character")
            } else {
                texts.push(text);
                continue;
            };
            let value = (!text.is_empty()).then(|| text.into_owned());
            problems.push(Problem { field: None, value, reason });
        }
        if problems.is_empty() {
            Ok(Key::from_values(texts.iter().map(|text| trim(text))))
        } else {
            Err(problems)
        }
    }

    /// A date as this push reads it from text in that column; `None` where it does not.
    pub(super) fn date_text(&self, column: usize, date: NaiveDate) -> Option<String> {
        let here = |field: &&FieldPlan<'_>| matches!(&field.source, Source::Column { index, .. } if *index == column);
        self.fields.iter().filter(here).find_map(|field| field.rule.date_text(date))
    }

    /// The record of a row.
    pub(super) fn map(&self, row: &Row<'_>, origin: &Origin, shape: Shape) -> Mapped {
        if let Some(reason) = self.misfit(shape) {
            let key = if self.key_leads { self.key(row).ok() } else { None };
            return turned_down(key, reason);
        }
        let (key, mut problems) = match self.key(row) {
            Ok(key) => (Some(key), Vec::new()),
            Err(problems) => (None, problems.into_iter().map(|problem| (0, problem)).collect()),
        };
        let mut compared = Values::with_capacity(self.fields.len());
        let (mut create, mut always) = (Values::new(), Values::new());
        let mut secrets = Secrets::default();
        let mut missing_for_create = Vec::new();
        for field in &self.fields {
            let cell = match field.source {
                Source::Column { index, .. } => row.cell(index),
                Source::Constant(value) => Cell::Text(value.into()),
            };
            let value = match field.rule.value(cell) {
                Ok(value) => value,
                Err(reasons) => {
                    problems.extend(reasons.into_iter().map(|reason| field.problem(row, &reason)));
                    continue;
                }
            };
            if value.is_empty() {
                match (field.required, field.send, field.empty) {
                    (true, Send::Create, _) => {
                        missing_for_create.push((field.place, field.name.clone()));
                        continue;
                    }
                    (true, ..) | (_, _, Empty::Reject) => {
                        problems.push(field.problem(row, "it is required, and there is no value"));
                        continue;
                    }
                    (_, _, Empty::Omit) => continue,
                    (_, _, Empty::Clear) => {}
                }
            }
            let name = field.name.clone();
            match (field.secret, field.send) {
                (true, Send::Always) => drop(secrets.always.insert(name, SecretString::from(value))),
                // A secret is never compared in the clear, whatever the mapping says.
                (true, _) => drop(secrets.create.insert(name, SecretString::from(value))),
                (false, Send::Compared) => compared.push((name, value)),
                (false, Send::Create) => create.push((name, value)),
                (false, Send::Always) => always.push((name, value)),
            }
        }
        match key {
            Some(key) if problems.is_empty() => {
                missing_for_create.sort_by_key(|(place, _)| *place);
                Mapped::Record(Record {
                    key,
                    origin: origin.clone(),
                    fields: compared.into_iter().collect(),
                    extras: Extras {
                        create: create.into_iter().collect(),
                        always: always.into_iter().collect(),
                        person: None,
                    },
                    secrets,
                    missing_for_create: missing_for_create.into_iter().map(|(_, name)| name).collect(),
                })
            }
            key => {
                problems.sort_by_key(|(place, _)| *place);
                let problems = problems.into_iter().map(|(_, problem)| problem).collect();
                Mapped::Rejected { key, problems }
            }
        }
    }

    fn misfit(&self, shape: Shape) -> Option<String> {
        match shape {
            Shape::Fits(found) if found >= self.reach => None,
            Shape::Fits(found) => Some(format!(
                "the row ends after {found} cells, and the job reads columns up to {}; it may be cut off, \
                 or a quotation mark is not closed",
                self.reach
            )),
            Shape::TooLong(found, expected) => Some(format!(
                "the row has {found} cells, and the header {expected}; a value that holds the delimiter \
                 must stand in quotation marks"
            )),
        }
    }
}

/// A row turned down for what it is as a whole.
pub(super) fn turned_down(key: Option<Key>, reason: String) -> Mapped {
    Mapped::Rejected { key, problems: vec![Problem { field: None, value: None, reason }] }
}

impl FieldPlan<'_> {
    fn problem(&self, row: &Row<'_>, reason: &str) -> (usize, Problem) {
        let (value, reason) = match self.source {
            Source::Column { index, name } => {
                let text = row.cell(index).into_text();
                // Who owns the data knows the column, not the vendor's parameter.
                let reason = if name == self.name.as_str() {
                    reason.to_owned()
                } else {
                    format!("column `{name}`: {reason}")
                };
                ((!text.is_empty()).then(|| text.into_owned()), reason)
            }
            Source::Constant(value) => (Some(value.to_owned()), reason.to_owned()),
        };
        let value = value.filter(|_| !self.hidden);
        (self.place + 1, Problem { field: Some(self.name.clone()), value, reason })
    }
}

#[cfg(test)]
mod tests {
    use crate::model::{FieldKind, FieldMapping};

    use super::super::testing::{Case, field, push};
    use super::*;

    fn check(fields: Vec<FieldMapping>, row: &str, expected: &str) {
        let lines = Case::new(vec![push(&["id"], fields)]).lines(format!("id,name,city\n{row}\n").as_bytes());
        let found = lines.lines().find(|line| line.starts_with("2 ")).unwrap_or(&lines);
        assert_eq!(found, expected);
    }

    fn required(name: &str, send: Send) -> FieldMapping {
        let mut field = field(name);
        field.field.required = true;
        field.send = send;
        field
    }

    #[test]
    fn values_go_where_they_are_sent_from() {
        check(vec![field("name"), field("city")], "E1, Ann ,Pune", "2 E1 {city=Pune, name=Ann}");
        let fields =
            || [("name", Send::Create), ("city", Send::Always)].map(|(name, send)| required(name, send));
        check(fields().into(), "E1,Ann,Pune", "2 E1 {create name=Ann, always city=Pune}");
        let secret = |mut field: FieldMapping| {
            field.field.secret = true;
            field
        };
        let sealed = "2 E1 {secret create name=Ann, secret always city=Pune}";
        check(fields().map(secret).into(), "E1,Ann,Pune", sealed);
        check(vec![secret(field("name"))], "E1,Ann,Pune", "2 E1 {secret create name=Ann}");
    }

    #[test]
    fn what_is_empty_is_left_out_cleared_or_turned_down() {
        let with = |empty| {
            let mut field = field("name");
            field.empty = empty;
            vec![field]
        };
        check(with(Empty::Omit), "E1,,", "2 E1 {}");
        check(with(Empty::Clear), "E1, ,", "2 E1 {name=}");
        let reason = "2 E1 rejected name=\"\": it is required, and there is no value";
        check(with(Empty::Reject), "E1,,", reason);
        check(vec![required("name", Send::Compared)], "E1,,", reason);
        check(vec![required("name", Send::Always)], "E1,,", reason);
        check(vec![required("name", Send::Create)], "E1,,", "2 E1 {missing name}");
    }

    #[test]
    fn a_key_must_be_readable() {
        check(vec![field("name")], " ,Ann,", "2 ? rejected -=\" \": the key column `id` is empty");
        check(
            vec![field("name")],
            "\"E\n1\",Ann,",
            "2 ? rejected -=\"E\\n1\": the key column `id` holds a line break, tab or other control character",
        );
        check(vec![field("name")], "\u{a0}E1\u{200b},Ann,", "2 E1 {name=Ann}");
    }

    #[test]
    fn all_problems_are_listed_in_the_order_of_the_table() {
        let mut name = field("name");
        name.field.max_chars = Some(2);
        let mut town = field("town");
        town.take = Take::Column("city".into());
        town.field.kind = FieldKind::Email;
        check(
            vec![town, name],
            ",Anna,Pune",
            "2 ? rejected -=\"\": the key column `id` is empty \
             & town=\"Pune\": column `city`: `Pune` is not an e-mail address (name@example.org) \
             & name=\"Anna\": it is 4 characters long; at most 2 are allowed",
        );
    }

    #[test]
    fn no_push_tells_what_is_secret_to_another() {
        let mut plain = field("name");
        plain.field.kind = FieldKind::Email;
        let mut secret = field("name");
        secret.field.secret = true;
        secret.field.max_chars = Some(3);
        let pushes = vec![push(&["id"], vec![plain]), push(&["id"], vec![secret])];
        let lines = Case::new(pushes).lines(b"id,name\nE1,hunter2\n");
        assert_eq!(
            lines,
            "header id|name\n\
             secret [1] correction false\n\
             2 E1 rejected name=\"\": the value is not an e-mail address (name@example.org) \
             ## E1 rejected name=\"\": it is 7 characters long; at most 3 are allowed\n  \
             cells E1|hunter2\n\
             1 rows, 0 filtered"
        );
    }

    #[test]
    fn a_row_of_another_width_is_turned_down() {
        let fields = || vec![field("city")];
        check(fields(), "E1,Ann,Pune,,", "2 E1 {city=Pune}");
        check(
            fields(),
            "E1,Ann,B,Pune",
            "2 E1 rejected -=\"\": the row has 4 cells, and the header 3; a value that holds the delimiter \
             must stand in quotation marks",
        );
        check(
            fields(),
            "E1,Ann",
            "2 E1 rejected -=\"\": the row ends after 2 cells, and the job reads columns up to 3; it may be cut \
             off, or a quotation mark is not closed",
        );
        check(vec![field("name")], "E1,Ann", "2 E1 {name=Ann}");
    }

    #[test]
    fn a_key_that_may_have_moved_is_not_believed() {
        let lines = Case::new(vec![push(&["id"], vec![])]).lines(b"name,id\nDoe, Ann,E1\n");
        assert!(lines.contains("2 ? rejected"), "{lines}");
    }
}
