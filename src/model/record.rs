//! A record: a row mapped to the fields of one operation, and validated.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{Digest, FieldName, Fingerprint, Key, Origin, SecretHasher};

/// Field values by name, none of them secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fields(BTreeMap<FieldName, String>);

impl Fields {
    /// The value of a field; `None` where it is not sent at all.
    pub fn get(&self, name: &FieldName) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Sets a value.
    pub fn set(&mut self, name: FieldName, value: impl Into<String>) {
        self.0.insert(name, value.into());
    }

    /// All values, ordered by field name.
    pub fn iter(&self) -> impl Iterator<Item = (&FieldName, &str)> {
        self.0.iter().map(|(name, value)| (name, value.as_str()))
    }

    /// How many fields have a value.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no field has a value.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// These values with those of `newer` over them.
    pub fn overlaid(&self, newer: &Self) -> Self {
        let mut all = self.clone();
        all.0.extend(newer.0.iter().map(|(name, value)| (name.clone(), value.clone())));
        all
    }

    /// Whether every value of `self` stands in `other` as well.
    pub fn within(&self, other: &Self) -> bool {
        self.0.iter().all(|(name, value)| other.0.get(name) == Some(value))
    }

    /// The fingerprint of names and values.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut digest = Digest::new();
        self.digest_into(&mut digest);
        digest.finish()
    }

    fn digest_into(&self, digest: &mut Digest) {
        for (name, value) in &self.0 {
            digest.part(name.as_str()).part(value);
        }
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Fields {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(iter: I) -> Self {
        Self(iter.into_iter().map(|(name, value)| (name.into(), value.to_owned())).collect())
    }
}

impl FromIterator<(FieldName, String)> for Fields {
    fn from_iter<I: IntoIterator<Item = (FieldName, String)>>(iter: I) -> Self {
        Self(iter.into_iter().collect())
    }
}

/// What goes with a record beside its compared values and never makes a change itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extras {
    /// Sent only when the record is made (`send = "create"`).
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    pub create: Fields,
    /// Sent with every create and update (`send = "always"`).
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    pub always: Fields,
    /// The person whom the record is about, where the push names columns for it (semantics 19).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Key>,
}

impl Extras {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.create.is_empty() && self.always.is_empty() && self.person.is_none()
    }
}

/// Secret values of a record; they leave memory only sealed or on the wire.
#[derive(Clone, Default)]
pub struct Secrets {
    /// Sent only when the record is made.
    pub create: BTreeMap<FieldName, SecretString>,
    /// Sent with every create and update.
    pub always: BTreeMap<FieldName, SecretString>,
}

impl Secrets {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.create.is_empty() && self.always.is_empty()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secrets({} values)", self.create.len() + self.always.len())
    }
}

/// A row mapped to the fields of one operation and validated.
#[derive(Clone, Debug)]
pub struct Record {
    /// Who or what it is about.
    pub key: Key,
    /// The row it comes from.
    pub origin: Origin,
    /// The values that are compared with the snapshot.
    pub fields: Fields,
    /// Values beside the comparison.
    pub extras: Extras,
    /// Secret values, always beside the comparison.
    pub secrets: Secrets,
    /// Required create-only fields that are empty: no problem for an update, a reject for a create.
    pub missing_for_create: Vec<FieldName>,
}

impl Record {
    /// Tells two rows of one key apart, secrets included (by keyed hash, semantics 13).
    pub fn identity(&self, hasher: Option<&SecretHasher>) -> Fingerprint {
        let mut digest = Digest::new();
        for (mark, fields) in
            [("compared", &self.fields), ("create", &self.extras.create), ("always", &self.extras.always)]
        {
            digest.part(mark);
            fields.digest_into(&mut digest);
        }
        for (mark, secrets) in [("create", &self.secrets.create), ("always", &self.secrets.always)] {
            digest.part(mark);
            for (name, secret) in secrets {
                digest.part(name.as_str());
                match hasher {
                    Some(hasher) => digest.part(hasher.hash(secret).as_bytes()),
                    // Without a data key no secret may be mapped; the length still tells most rows apart.
                    None => digest.part(secret.expose_secret().len().to_le_bytes()),
                };
            }
        }
        digest.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_overlay_keeps_what_the_newer_one_does_not_name() {
        let known: Fields = [("city", "Pune"), ("phone", "1")].into_iter().collect();
        let newer: Fields = [("city", "Delhi")].into_iter().collect();
        let both = known.overlaid(&newer);
        assert_eq!(both, [("city", "Delhi"), ("phone", "1")].into_iter().collect());
        assert!(newer.within(&both) && !known.within(&both));
    }

    #[test]
    fn a_name_and_its_value_can_not_trade_letters() {
        let one: Fields = [("ab", "c")].into_iter().collect();
        let other: Fields = [("a", "bc")].into_iter().collect();
        assert_ne!(one.fingerprint(), other.fingerprint());
    }

    #[test]
    fn records_that_differ_only_in_a_secret_are_not_identical() {
        let record = |password: &str| Record {
            key: Key::from_values(["E1"]),
            origin: Origin { sheet: None, row: 2 },
            fields: Fields::default(),
            extras: Extras::default(),
            secrets: Secrets {
                create: BTreeMap::from([("password".into(), SecretString::from(password.to_owned()))]),
                always: BTreeMap::new(),
            },
            missing_for_create: Vec::new(),
        };
        let hasher = SecretHasher::new([7; 32]);
        assert_ne!(record("aaaa").identity(Some(&hasher)), record("bbbb").identity(Some(&hasher)));
        assert_eq!(record("aaaa").identity(Some(&hasher)), record("aaaa").identity(Some(&hasher)));
        assert!(!format!("{:?}", record("aaaa")).contains("aaaa"));
    }
}
