//! Who a call is about: learners by one or several identifiers that must agree. Pure.

use super::options::{UpsideLmsIdentifier, UpsideLmsOptions};
use super::users::Users;

/// A learner beside the simulated users.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UpsideLmsLearner {
    /// The unique id; empty: there is none.
    pub unique_id: String,
    /// The login; empty: there is none.
    pub username: String,
    /// The e-mail; empty: there is none.
    pub email: String,
    /// Has no 'Learner' access, so no curriculum can be assigned.
    pub no_learner_access: bool,
}

/// Somebody whom the portal knows.
pub(super) struct Learner {
    /// The unique id; of those listed who have none, the login or else the e-mail.
    pub(super) id: String,
    pub(super) may_learn: bool,
}

/// How a call names the identifiers. The names are case-sensitive.
pub(super) struct Names {
    pub(super) unique_id: &'static str,
    pub(super) username: &'static str,
    pub(super) email: &'static str,
}

/// Who is meant.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) unique_id: Option<String>,
    pub(super) username: Option<String>,
    pub(super) email: Option<String>,
}

impl Claim {
    /// Reads `name=value~name=value`. `None` where it is anything else, or one name stands there twice.
    pub(super) fn read(text: &str, names: &Names) -> Option<Self> {
        let mut claim = Self::default();
        for part in text.split('~') {
            let (name, value) = part.split_once('=')?;
            let slot = match name {
                name if name == names.unique_id => &mut claim.unique_id,
                name if name == names.username => &mut claim.username,
                name if name == names.email => &mut claim.email,
                _ => return None,
            };
            if value.trim().is_empty() || slot.replace(value.to_owned()).is_some() {
                return None;
            }
        }
        Some(claim)
    }

    /// Whether it names anybody.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// With this identifier alone.
    pub(super) fn only(self, identifier: UpsideLmsIdentifier) -> Self {
        match identifier {
            UpsideLmsIdentifier::UniqueId => Self { unique_id: self.unique_id, ..Self::default() },
            UpsideLmsIdentifier::Username => Self { username: self.username, ..Self::default() },
            UpsideLmsIdentifier::Email => Self { email: self.email, ..Self::default() },
        }
    }

    /// The one whom all identifiers fit; `None` if there is nobody, or they are different people's.
    pub(super) fn find(&self, users: &Users, options: &UpsideLmsOptions) -> Option<Learner> {
        let by_username = || users.id_by_username(self.username.as_deref()?);
        let by_email = || users.id_by_email(self.email.as_deref()?);
        let id = self.unique_id.as_deref().or_else(by_username).or_else(by_email);
        let user = id.and_then(|id| users.get(id).map(|user| (id, user)));
        if let Some((id, user)) = user {
            let field = |keyword| user.field(keyword).unwrap_or_default();
            if self.fits(id, field("username"), field("email")) {
                return Some(Learner { id: id.to_owned(), may_learn: true });
            }
        }
        self.find_listed(options)
    }

    fn find_listed(&self, options: &UpsideLmsOptions) -> Option<Learner> {
        let learner = options
            .learners
            .iter()
            .find(|learner| self.fits(&learner.unique_id, &learner.username, &learner.email))?;
        let names = [&learner.unique_id, &learner.username, &learner.email];
        let id = names.into_iter().find(|name| !name.is_empty())?;
        Some(Learner { id: id.clone(), may_learn: !learner.no_learner_access })
    }

    fn fits(&self, unique_id: &str, username: &str, email: &str) -> bool {
        let same = |claimed: &Option<String>, own: &str| {
            claimed.as_ref().is_none_or(|claimed| claimed.trim().to_lowercase() == own.trim().to_lowercase())
        };
        self.unique_id.as_ref().is_none_or(|claimed| claimed == unique_id)
            && same(&self.username, username)
            && same(&self.email, email)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NAMES: Names = Names { unique_id: "unique_id", username: "username", email: "email_id" };

    fn check(text: &str, expected: Option<&str>) {
        let mut users = Users::default();
        for id in ["E1", "E2"] {
            let user = json!({"unique_id": id, "email": format!("{id}@example.org"), "username": id});
            users.upsert(user.as_object().expect("an object"));
        }
        let listed = UpsideLmsLearner { username: "Only".to_owned(), ..UpsideLmsLearner::default() };
        let options = UpsideLmsOptions { learners: vec![listed], ..UpsideLmsOptions::default() };
        let claim = Claim::read(text, &NAMES);
        let found = claim.and_then(|claim| claim.find(&users, &options)).map(|learner| learner.id);
        assert_eq!(found.as_deref(), expected, "{text}");
    }

    #[test]
    fn all_identifiers_agree() {
        check("unique_id=E1", Some("E1"));
        check("username=e2", Some("E2"));
        check("email_id=e1@EXAMPLE.org", Some("E1"));
        check("email_id=e1@example.org~unique_id=E1~username=E1", Some("E1"));
        check("username=only", Some("Only"));
        check("unique_id=e1", None);
        check("unique_id=E1~username=E2", None);
        check("username=E1~email_id=E2@example.org", None);
        check("unique_id=E1~username=only", None);
        check("unique_id=E3", None);
    }

    #[test]
    fn what_is_no_claim() {
        for text in [
            "",
            "E1",
            "unique_id=",
            "unique_id=E1~",
            "Unique_id=E1",
            "unique_id=E1~unique_id=E1",
            " unique_id=E1",
            "Email=e1@example.org",
        ] {
            assert_eq!(Claim::read(text, &NAMES), None, "{text}");
        }
    }
}
