//! How a learner is named to the portal: by unique ID, user name and e-mail address, in any combination.
//! Pure.

use crate::model::Fields;

/// What divides the identifiers, and a key from its value.
const SEPARATORS: [char; 2] = ['~', '='];

/// The identifiers of one learner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Learner<'a> {
    email_id: Option<&'a str>,
    unique_id: Option<&'a str>,
    username: Option<&'a str>,
}

impl<'a> Learner<'a> {
    /// The learner of a record.
    ///
    /// # Errors
    /// Why they can't be named, in words that hold no value.
    pub(super) fn of(fields: &'a Fields) -> Result<Self, String> {
        let identifier = |name| match value(fields, name) {
            Some(value) => free_of(name, value, &SEPARATORS).map(Some),
            None => Ok(None),
        };
        let learner = Self {
            email_id: identifier("email_id")?,
            unique_id: identifier("unique_id")?,
            username: identifier("username")?,
        };
        if learner.email_id.is_none() && learner.unique_id.is_none() && learner.username.is_none() {
            return Err("the record names no learner: map unique_id, username or email_id".to_owned());
        }
        Ok(learner)
    }

    /// The learner whom a question names by the keywords of `lmslearnerid`.
    ///
    /// # Errors
    /// Why they can't be named, in words that hold no value.
    pub(super) fn named(names: &'a [(String, String)]) -> Result<Self, String> {
        let mut learner = Self { email_id: None, unique_id: None, username: None };
        for (name, value) in names.iter().filter(|(_, value)| !value.trim().is_empty()) {
            let identifier = match name.as_str() {
                "Email" => &mut learner.email_id,
                "Uniqueid" => &mut learner.unique_id,
                "Login" => &mut learner.username,
                other => return Err(format!("{other} names no learner: use Uniqueid, Login or Email")),
            };
            *identifier = Some(free_of(name, value.trim(), &SEPARATORS)?);
        }
        match learner {
            Self { email_id: None, unique_id: None, username: None } => {
                Err("the question names no learner: give Uniqueid, Login or Email".to_owned())
            }
            named => Ok(named),
        }
    }

    /// As `learner_info` of `/rest/assigncurriculum` has it.
    pub(super) fn for_assignment(&self) -> String {
        joined([("email_id", self.email_id), ("unique_id", self.unique_id), ("username", self.username)])
    }

    /// As `lmslearnerid` of `/rest/trainingplan` has it.
    pub(super) fn for_plan(&self) -> String {
        joined([("Email", self.email_id), ("Login", self.username), ("Uniqueid", self.unique_id)])
    }
}

/// The value of a field, if it has one.
pub(super) fn value<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields.get(&name.into()).filter(|value| !value.trim().is_empty())
}

/// The value of the field `name`, if it holds none of these characters (semantics 16).
///
/// # Errors
/// Which one it holds.
pub(super) fn free_of<'a>(name: &str, value: &'a str, characters: &[char]) -> Result<&'a str, String> {
    match characters.iter().find(|character| value.contains(**character)) {
        Some(found) => Err(format!(
            "{name} holds `{found}`, which divides values in this call: the LMS would read another value; \
             correct it in the export"
        )),
        None => Ok(value),
    }
}

fn joined<const N: usize>(identifiers: [(&str, Option<&str>); N]) -> String {
    let named = identifiers.into_iter().filter_map(|(key, value)| Some(format!("{key}={}", value?)));
    named.collect::<Vec<_>>().join("~")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(values: &[(&str, &str)]) -> Fields {
        values.iter().copied().collect()
    }

    /// The document's examples of both calls.
    #[test]
    fn the_examples_of_the_document() {
        let check = |values: &[(&str, &str)], for_assignment: &str, for_plan: &str| {
            let fields = fields(values);
            let learner = Learner::of(&fields).unwrap();
            assert_eq!(
                (learner.for_assignment().as_str(), learner.for_plan().as_str()),
                (for_assignment, for_plan)
            );
        };
        check(
            &[
                ("email_id", "pallavi.mali@upsidelearning.com"),
                ("unique_id", "4861"),
                ("username", "pallavi"),
            ],
            "email_id=pallavi.mali@upsidelearning.com~unique_id=4861~username=pallavi",
            "Email=pallavi.mali@upsidelearning.com~Login=pallavi~Uniqueid=4861",
        );
        check(
            &[
                ("email_id", "amrit.ansarwadkar@upsidelearning.com"),
                ("unique_id", "101"),
                ("username", "amrita"),
            ],
            "email_id=amrit.ansarwadkar@upsidelearning.com~unique_id=101~username=amrita",
            "Email=amrit.ansarwadkar@upsidelearning.com~Login=amrita~Uniqueid=101",
        );
        check(
            &[("unique_id", "4201"), ("username", "pallavi"), ("email_id", " ")],
            "unique_id=4201~username=pallavi",
            "Login=pallavi~Uniqueid=4201",
        );
        check(&[("username", "pallavi")], "username=pallavi", "Login=pallavi");
    }

    #[test]
    fn a_learner_who_would_be_read_as_another_is_not_named() {
        let check = |values: &[(&str, &str)], expected: &str| {
            let refused = Learner::of(&fields(values)).unwrap_err();
            assert!(refused.starts_with(expected), "{refused}");
            assert!(!refused.contains("pall"), "{refused}");
        };
        check(&[("username", "pall~avi")], "username holds `~`");
        check(&[("unique_id", "1"), ("email_id", "pall=avi@example.org")], "email_id holds `=`");
        check(&[("unique_id", "~")], "unique_id holds `~`");
        check(&[("unique_id", "")], "the record names no learner");
    }
}
