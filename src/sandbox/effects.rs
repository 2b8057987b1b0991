//! What calls have done to the simulated systems, told the same way for every product: tests count here that
//! what may not happen twice happened once.

use std::collections::BTreeMap;

use serde::Serialize;

use super::upsidelms::SandboxUser;

/// All that the simulated systems hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct SandboxEffects {
    /// The users of UpsideLMS, by unique id.
    pub users: BTreeMap<String, SandboxUser>,
    /// What learners were given to do.
    pub assignments: Vec<SandboxEffect>,
    /// What learners have done.
    pub completions: Vec<SandboxEffect>,
    /// What a product has promised to do later.
    pub tasks: Vec<SandboxTask>,
    /// How many calls of SmarterU, which takes one at a time, came while another was under way.
    pub overlaps: u32,
}

impl SandboxEffects {
    /// The completion of `product` with this key.
    pub fn completion(&self, product: &str, key: &str) -> Option<&SandboxEffect> {
        self.completions.iter().find(|effect| effect.product == product && effect.key == key)
    }

    /// The assignment of `product` with this key.
    pub fn assignment(&self, product: &str, key: &str) -> Option<&SandboxEffect> {
        self.assignments.iter().find(|effect| effect.product == product && effect.key == key)
    }
}

/// One thing that a product holds of one learner: an assignment or a completion.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct SandboxEffect {
    /// The product, by the name that its address has.
    pub product: &'static str,
    /// What it is by the product's own identifiers, joined by ` / ` (`customer / product`).
    pub key: String,
    /// What was sent of it last, by the document's names; never a password.
    pub fields: BTreeMap<String, String>,
    /// How often it was applied, a repetition that changed nothing included.
    pub applied: u32,
    /// How often it had a further effect, by the name of that effect (`credits`, `certificates`, `mails`).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub counts: BTreeMap<&'static str, u32>,
}

impl SandboxEffect {
    /// A field's value, if it was sent.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    /// How often a further effect happened.
    pub fn count(&self, name: &str) -> u32 {
        self.counts.get(name).copied().unwrap_or_default()
    }
}

/// What a product has promised to do later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SandboxTask {
    /// The product, by the name that its address has.
    pub product: &'static str,
    /// The product's name for it.
    pub task: String,
    /// Where it stands: `in progress`, `complete`, `failed`.
    pub state: &'static str,
    /// How often its state was asked for.
    pub polls: u32,
    /// How many records it is to change.
    pub records: u32,
}
