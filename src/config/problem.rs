//! What is wrong with a file that people write, in words for the person who wrote it.

use std::fmt;
use std::path::PathBuf;

/// Whether a problem stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// Nothing runs until it is put right.
    Error,
    /// Worth knowing, and no failure.
    Notice,
}

/// One problem of a configuration file, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Whether it stands in the way.
    pub kind: ProblemKind,
    /// The file.
    pub file: PathBuf,
    /// The line, counted from 1; `None` where the whole file is meant.
    pub line: Option<usize>,
    /// The keys down to the place (`push.fields.lmsrole`); empty where the file as such is meant.
    pub key: String,
    /// What was found, what is allowed, the nearest name. Never a secret.
    pub message: String,
}

impl Problem {
    /// An error that concerns a whole file.
    pub(super) fn of_file(file: impl Into<PathBuf>, message: impl Into<String>) -> Self {
        let (file, message) = (file.into(), message.into());
        Self { kind: ProblemKind::Error, file, line: None, key: String::new(), message }
    }

    /// Whether it stands in the way.
    pub fn is_error(&self) -> bool {
        self.kind == ProblemKind::Error
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.key.is_empty() {
            write!(f, " {}", self.key)?;
        }
        write!(f, ": {}", self.message)
    }
}

/// The name that was most probably meant: few slips away, and of those the most alike. `None` when none is
/// near.
pub(super) fn nearest<'a>(found: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = found.to_lowercase();
    names
        .into_iter()
        .filter_map(|name| {
            let distance = strsim::damerau_levenshtein(&wanted, &name.to_lowercase());
            let longest = wanted.chars().count().max(name.chars().count());
            (distance <= (longest / 3).max(1)).then_some((distance, name))
        })
        .min_by(|(one, name), (two, other)| {
            let unlike = |name: &str| 1.0 - strsim::jaro_winkler(&wanted, &name.to_lowercase());
            one.cmp(two).then_with(|| unlike(name).total_cmp(&unlike(other)))
        })
        .map(|(_, name)| name)
}

/// `; did you mean …?`, else what `otherwise` says of the names there are, else nothing.
pub(super) fn hint(found: &str, names: &[&str], otherwise: &str) -> String {
    match nearest(found, names.iter().copied()) {
        Some(name) => format!("; did you mean `{name}`?"),
        None if names.is_empty() || otherwise.is_empty() => String::new(),
        None => format!("; {otherwise}{}", several(names)),
    }
}

/// How many names are shown at most.
pub(super) const SHOWN: usize = 12;

/// Names in a row: the first dozen, and how many there are where there are more.
pub(super) fn several(names: &[&str]) -> String {
    let mut text = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_as_place_key_and_message() {
        let problem = Problem {
            kind: ProblemKind::Error,
            file: "jobs/hr-users.toml".into(),
            line: Some(14),
            key: "push.fields.lmsrol".to_owned(),
            message: "no such field".to_owned(),
        };
        assert_eq!(problem.to_string(), "jobs/hr-users.toml:14 push.fields.lmsrol: no such field");
        assert_eq!(Problem::of_file("jobs", "no such folder").to_string(), "jobs: no such folder");
    }

    #[test]
    fn the_nearest_name_is_near() {
        let names = ["lmsrole", "firstname", "lastname"];
        assert_eq!(nearest("lmsrol", names), Some("lmsrole"));
        assert_eq!(nearest("First_Name", names), Some("firstname"));
        assert_eq!(nearest("salary", names), None);
        assert_eq!(nearest("valus", ["value", "values"]), Some("values"));
        assert_eq!(hint("salary", &names, "there are "), "; there are `lmsrole`, `firstname`, `lastname`");
    }
}
