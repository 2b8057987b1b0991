//! Secrets by reference: where one lies, and how it is fetched.

use std::fmt;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use zeroize::Zeroizing;

use super::check::Thing;
use super::cursor::Value;
use super::problem::hint;

/// Where a secret lies.
#[derive(Clone, Debug)]
pub enum SecretRef {
    /// `{ env = "NAME" }`
    Env(String),
    /// `{ file = "path" }`
    File(PathBuf),
    /// `{ credential = "name" }`: a file in systemd's credentials directory.
    Credential(String),
    /// The value itself, where a test system may have one.
    Value(SecretString),
}

/// A secret that can't be fetched.
#[derive(Debug, thiserror::Error)]
pub enum SecretProblem {
    /// It is not there, can't be read or is empty.
    #[error("{0}")]
    Missing(String),
    /// A credential, and no credentials directory: only systemd hands these out.
    #[error("credential `{0}` is not checkable here: systemd hands credentials to the service alone")]
    NotCheckableHere(String),
}

impl SecretRef {
    /// Fetches the secret; one line end after it falls away.
    ///
    /// # Errors
    /// When it is not there, can't be read or is empty. The error names the reference, never the value.
    pub fn resolve(&self) -> Result<SecretString, SecretProblem> {
        self.resolve_in(&|name| std::env::var(name).ok())
    }

    /// The same with another environment.
    pub(super) fn resolve_in(
        &self,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<SecretString, SecretProblem> {
        let missing = |why: &str| SecretProblem::Missing(format!("{self} {why}"));
        let secret = match self {
            Self::Value(value) => return Ok(value.clone()),
            Self::Env(name) => Zeroizing::new(
                environment(name).ok_or_else(|| missing("is not set, or not readable as text"))?,
            ),
            Self::File(path) => read(path).map_err(|why| missing(&why))?,
            Self::Credential(name) => {
                let folder = environment("CREDENTIALS_DIRECTORY").filter(|folder| !folder.is_empty());
                let folder = folder.ok_or_else(|| SecretProblem::NotCheckableHere(name.clone()))?;
                read(&Path::new(&folder).join(name)).map_err(|why| {
                    missing(&format!("{why}; the service needs `LoadCredential={name}:PATH` or the like"))
                })?
            }
        };
        let text = secret.strip_suffix('\n').unwrap_or(&secret);
        let text = text.strip_suffix('\r').unwrap_or(text);
        if text.is_empty() { Err(missing("is empty")) } else { Ok(SecretString::from(text)) }
    }
}

/// The reference, for messages; never the secret.
impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "environment variable `{name}`"),
            Self::File(path) => write!(f, "secret file {}", path.display()),
            Self::Credential(name) => write!(f, "credential `{name}`"),
            Self::Value(_) => f.write_str("the value in the file"),
        }
    }
}

fn read(path: &Path) -> Result<Zeroizing<String>, String> {
    let metadata = std::fs::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "is not there".to_owned(),
        _ => format!("can't be reached: {error}"),
    })?;
    if !metadata.is_file() {
        return Err("is not a regular file".to_owned());
    }
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Zeroizing::new(text)),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => Err("is not UTF-8".to_owned()),
        Err(error) => Err(format!("can't be read: {error}")),
    }
}

/// What a reference to a secret looks like.
const FORMS: &str = "{ env = \"NAME\" }, { file = \"path\" } or { credential = \"name\" }";

/// Reads a reference.
pub(super) fn reference(value: &Value<'_>) -> Option<SecretRef> {
    reference_to(value, Thing::Secret)
}

/// Reads a reference to `thing`; nothing of what stands there is repeated, for it may be the secret itself.
pub(super) fn reference_to(value: &Value<'_>, thing: impl Fn(SecretRef) -> Thing) -> Option<SecretRef> {
    if value.as_text().is_some() {
        value.problem(format!("a secret written as a plain value; write {FORMS}"));
        return None;
    }
    let Some(table) = value.as_table() else {
        value.problem(format!("found {}; allowed: {FORMS}", value.kind()));
        return None;
    };
    let entries = table.entries();
    let [(kind, place)] = entries.as_slice() else {
        let found = if entries.is_empty() { "no key" } else { "several keys" };
        value.problem(format!("found {found}; allowed is exactly one of {FORMS}"));
        return None;
    };
    let kinds = ["env", "file", "credential"];
    if !kinds.contains(&kind.as_str()) {
        let near = hint(kind, &kinds, "");
        // Somebody may have put the secret itself between the braces.
        value.problem(format!("found another key; allowed: {FORMS}{near}"));
        return None;
    }
    let Some(text) = place.as_text().filter(|text| !text.trim().is_empty()) else {
        place.problem("found no text; allowed: the name or path of the secret, in quotes");
        return None;
    };
    let found = match kind.as_str() {
        "env" if text.contains(['=', '\0']) => None,
        "env" => Some(SecretRef::Env(text.to_owned())),
        "file" => place.path().map(SecretRef::File),
        _ if text.contains(['/', '\0']) || text.starts_with('.') => None,
        _ => Some(SecretRef::Credential(text.to_owned())),
    };
    match &found {
        Some(reference) => value.requires(thing(reference.clone())),
        None => place.problem("found something that is no name: it holds `/` or `=`, or begins with a dot"),
    }
    found
}

/// Reads a reference or, on a test system, the secret itself.
pub(super) fn reference_or_value(value: &Value<'_>) -> Option<SecretRef> {
    match value.as_text() {
        Some("") => {
            value.problem(format!("found an empty text; allowed: the value, or {FORMS}"));
            None
        }
        Some(text) => Some(SecretRef::Value(SecretString::from(text))),
        None if value.as_table().is_none() => {
            value.problem(format!("found {}; allowed: the value in quotes, or {FORMS}", value.kind()));
            None
        }
        None => reference(value),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn check(reference: &SecretRef, expected: Result<&str, &str>) {
        let environment = |name: &str| match name {
            "SET" => Some("of the environment".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        let found = reference.resolve_in(&environment).map(|secret| secret.expose_secret().to_owned());
        assert_eq!(found.as_deref().map_err(ToString::to_string), expected.map_err(str::to_owned));
    }

    #[test]
    fn a_secret_comes_from_where_its_reference_says() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            SecretRef::File(path)
        };
        check(&SecretRef::Env("SET".to_owned()), Ok("of the environment"));
        check(
            &SecretRef::Env("UNSET".to_owned()),
            Err("environment variable `UNSET` is not set, or not readable as text"),
        );
        check(&SecretRef::Env("EMPTY".to_owned()), Err("environment variable `EMPTY` is empty"));
        check(&file("one", b" of a file \n"), Ok(" of a file "));
        check(&file("two", b"lines\n\r\n"), Ok("lines\n"));
        check(&SecretRef::Value("as it is\n".into()), Ok("as it is\n"));

        let error = |reference: &SecretRef| reference.resolve().unwrap_err().to_string();
        assert!(error(&file("bytes", b"\xff\xfe")).ends_with("bytes is not UTF-8"));
        assert!(error(&SecretRef::File(folder.path().join("none"))).ends_with("none is not there"));
        assert!(error(&SecretRef::File(folder.path().to_owned())).ends_with("is not a regular file"));
    }

    #[test]
    fn a_credential_is_read_where_systemd_put_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("key"), "of systemd\n").unwrap();
        let path = folder.path().to_str().unwrap().to_owned();
        let inside = |name: &str| (name == "CREDENTIALS_DIRECTORY").then(|| path.clone());

        let secret = SecretRef::Credential("key".to_owned()).resolve_in(&inside).unwrap();
        assert_eq!(secret.expose_secret(), "of systemd");
        let missing = SecretRef::Credential("other".to_owned()).resolve_in(&inside).unwrap_err();
        assert_eq!(
            missing.to_string(),
            "credential `other` is not there; the service needs `LoadCredential=other:PATH` or the like"
        );
        let outside = SecretRef::Credential("key".to_owned()).resolve_in(&|_| None).unwrap_err();
        assert!(matches!(outside, SecretProblem::NotCheckableHere(name) if name == "key"));
    }
}
