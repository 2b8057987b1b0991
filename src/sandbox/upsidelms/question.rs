//! What a catalog or a learning plan is asked for: the parameters that the two calls share. Pure.

use std::collections::HashMap;

use super::complaints::Complaint;
use super::filter::Filter;
use super::learners::{Claim, Names};
use super::told::Kind;
use super::wire::{Cipher, Read};

const NAMES: Names = Names { unique_id: "Uniqueid", username: "Login", email: "Email" };

/// What the text of `outputlist` begins with.
const OUTPUT_LIST: &str = "Parameter_List=";

/// A question, its parameters deciphered.
pub(super) struct Question {
    kind: Kind,
    portal_key: String,
    pub(super) token: Read<String>,
    pub(super) learner: Read<String>,
    contents: Read<String>,
    filter: Read<String>,
    only: Read<String>,
}

/// What is wanted.
pub(super) struct Wanted {
    pub(super) kind: Kind,
    /// Whose; `None`: everybody's.
    pub(super) learner: Option<Claim>,
    pub(super) contents: bool,
    pub(super) filter: Filter,
    /// The names of the output list; `None`: all that there are.
    pub(super) only: Option<Vec<String>>,
}

impl Question {
    pub(super) fn read(kind: Kind, form: &HashMap<String, String>, cipher: &Cipher) -> Self {
        let parameter = |name: &str| Read::parameter(form, name, cipher);
        Self {
            kind,
            portal_key: form.get("lmsportalid").cloned().unwrap_or_default(),
            token: parameter("lmstokenid"),
            learner: parameter("lmslearnerid"),
            contents: parameter("contentlist"),
            filter: parameter("filterby"),
            only: parameter("outputlist"),
        }
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether it bears this portal key.
    pub(super) fn bears(&self, portal_key: &str) -> bool {
        self.portal_key == portal_key
    }

    /// What is wanted, or the first thing that is wrong, in the order of the document's table of errors.
    pub(super) fn wanted(&self) -> Result<Wanted, Complaint> {
        let invalid = Complaint::invalid_close;
        if self.token.as_ref().is_none() {
            return Err(invalid("Token ID"));
        }
        let learner = match &self.learner {
            // Everybody's catalog, but nobody's plan.
            Read::Missing if self.kind == Kind::Catalog => None,
            Read::Missing | Read::Unreadable => return Err(invalid("Learner ID")),
            Read::Value(text) => Some(Claim::read(text, &NAMES).ok_or_else(|| invalid("Learner ID"))?),
        };
        let contents = match &self.contents {
            Read::Missing => false,
            Read::Value(word) if word == "On" => true,
            Read::Value(word) if word == "Off" => false,
            Read::Value(_) | Read::Unreadable => return Err(invalid("Content Mode")),
        };
        let only = match &self.only {
            Read::Missing => None,
            Read::Value(text) => Some(self.names(text).ok_or_else(|| invalid("Output List"))?),
            Read::Unreadable => return Err(invalid("Output List")),
        };
        let filter = match &self.filter {
            Read::Missing => Filter::default(),
            Read::Value(text) => Filter::read(text, self.kind)?,
            // The table of codes has none for a filter as a whole; Access is the first of its parts.
            Read::Unreadable => return Err(invalid("Access")),
        };
        Ok(Wanted { kind: self.kind, learner, contents, filter, only })
    }

    /// The names of `Parameter_List=name,name`, each of them known.
    fn names(&self, text: &str) -> Option<Vec<String>> {
        let named = text.strip_prefix(OUTPUT_LIST)?.split(',');
        named.map(|name| self.kind.names().any(|known| known == name).then(|| name.to_owned())).collect()
    }
}
