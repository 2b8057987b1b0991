//! The users that the simulated portal holds.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

/// A simulated user.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct SandboxUser {
    /// What was sent for the user, merged over all calls, by the document's keywords; never the password.
    pub fields: BTreeMap<String, String>,
    /// How often the user was created: 1.
    pub creates: u32,
    /// How often the user was updated.
    pub updates: u32,
    /// How often a password was set, when created or later.
    pub password_sets: u32,
    #[serde(skip)]
    password: Option<Password>,
}

impl SandboxUser {
    /// A field's value, if it was ever sent.
    pub fn field(&self, keyword: &str) -> Option<&str> {
        self.fields.get(keyword).map(String::as_str)
    }

    /// Whether this is the user's password. The password itself can't be read.
    pub fn has_password(&self, password: &str) -> bool {
        self.password.as_ref().is_some_and(|own| own.0 == password)
    }

    /// No document lists the values of `status`: `Inactive`, in whatever case, is an assumption.
    pub(in crate::sandbox) fn is_inactive(&self) -> bool {
        self.field("status").is_some_and(is_inactive)
    }
}

pub(super) fn is_inactive(status: &str) -> bool {
    status.trim().eq_ignore_ascii_case("inactive")
}

/// Text that is never shown.
#[derive(Clone, PartialEq, Eq)]
struct Password(String);

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(..)")
    }
}

/// What a call did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Created,
    Updated,
}

/// All users, and what finding duplicates among many thousands of them needs.
#[derive(Default)]
pub(super) struct Users {
    by_id: BTreeMap<String, SandboxUser>,
    ids_by_email: HashMap<String, String>,
    ids_by_username: HashMap<String, String>,
    inactive: usize,
}

impl Users {
    pub(super) fn all(&self) -> &BTreeMap<String, SandboxUser> {
        &self.by_id
    }

    pub(super) fn get(&self, unique_id: &str) -> Option<&SandboxUser> {
        self.by_id.get(unique_id)
    }

    /// The unique id of the user with this e-mail, in whatever case.
    pub(super) fn id_by_email(&self, email: &str) -> Option<&str> {
        self.ids_by_email.get(&folded(email)).map(String::as_str)
    }

    /// The unique id of the user with this login, in whatever case.
    pub(super) fn id_by_username(&self, username: &str) -> Option<&str> {
        self.ids_by_username.get(&folded(username)).map(String::as_str)
    }

    /// Licences in use: one for everybody who isn't inactive.
    pub(super) fn licences_used(&self) -> u64 {
        (self.by_id.len() - self.inactive) as u64
    }

    /// Creates the user, or merges what was sent into the one there is. `sent` has passed the checks.
    pub(super) fn upsert(&mut self, sent: &Map<String, Value>) -> Effect {
        let text = |keyword: &str| sent.get(keyword).and_then(Value::as_str);
        let unique_id = text("unique_id").unwrap_or_default();
        let before = self.by_id.remove(unique_id);
        if let Some(user) = &before {
            self.inactive -= usize::from(user.is_inactive());
            self.ids_by_email.remove(&folded(user.field("email").unwrap_or_default()));
            self.ids_by_username.remove(&folded(user.field("username").unwrap_or_default()));
        }
        let effect = if before.is_some() { Effect::Updated } else { Effect::Created };
        let mut user = before.unwrap_or_default();
        match effect {
            Effect::Created => user.creates += 1,
            Effect::Updated => user.updates += 1,
        }
        for (keyword, value) in sent.iter().filter(|(keyword, _)| *keyword != "password") {
            user.fields.insert(keyword.clone(), value.as_str().unwrap_or_default().to_owned());
        }
        if let Some(password) = text("password").filter(|password| !password.is_empty()) {
            user.password = Some(Password(password.to_owned()));
            user.password_sets += 1;
        }
        self.inactive += usize::from(user.is_inactive());
        self.ids_by_email.insert(folded(user.field("email").unwrap_or_default()), unique_id.to_owned());
        self.ids_by_username.insert(folded(user.field("username").unwrap_or_default()), unique_id.to_owned());
        self.by_id.insert(unique_id.to_owned(), user);
        effect
    }
}

fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn upsert(users: &mut Users, json: Value) -> Effect {
        users.upsert(json.as_object().expect("an object"))
    }

    fn ana(users: &mut Users, more: Value) -> Effect {
        let mut json =
            json!({"unique_id": "E1", "firstname": "Ana", "email": "ana@example.org", "username": "ana"});
        json.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        upsert(users, json)
    }

    #[test]
    fn update_merges_what_was_sent() {
        let mut users = Users::default();
        assert_eq!(ana(&mut users, json!({"city": "Pune", "grade": "5"})), Effect::Created);
        assert_eq!(ana(&mut users, json!({"grade": ""})), Effect::Updated);
        let user = users.get("E1").expect("E1");
        assert_eq!(user.field("city"), Some("Pune"));
        assert_eq!(user.field("grade"), Some(""), "an empty value empties");
        assert_eq!((user.creates, user.updates), (1, 1));
        assert_eq!(users.get("e1"), None);
    }

    #[test]
    fn password_is_kept_but_never_shown() {
        let mut users = Users::default();
        ana(&mut users, json!({"password": "S3cret!pw"}));
        ana(&mut users, json!({"password": ""}));
        let user = users.get("E1").expect("E1");
        assert_eq!(user.password_sets, 1);
        assert!(user.has_password("S3cret!pw"));
        let shown = format!("{user:?} {}", serde_json::to_string(user).expect("JSON"));
        assert!(!shown.contains("S3cret"), "{shown}");
        assert_eq!(user.field("password"), None);
    }

    #[test]
    fn a_changed_email_is_free_again() {
        let mut users = Users::default();
        ana(&mut users, json!({}));
        assert_eq!(users.id_by_email("ANA@example.org"), Some("E1"));
        ana(&mut users, json!({"email": "ana.b@example.org", "username": "Ana.B"}));
        assert_eq!(users.id_by_email("ana@example.org"), None);
        assert_eq!(users.id_by_email("ana.b@example.org"), Some("E1"));
        assert_eq!(users.id_by_username("ana"), None);
        assert_eq!(users.id_by_username("ana.b"), Some("E1"));
    }

    #[test]
    fn the_inactive_use_no_licence() {
        let mut users = Users::default();
        ana(&mut users, json!({}));
        assert_eq!(users.licences_used(), 1);
        ana(&mut users, json!({"status": "Inactive"}));
        assert_eq!(users.licences_used(), 0);
        ana(&mut users, json!({"status": "Active"}));
        assert_eq!(users.licences_used(), 1);
    }
}
