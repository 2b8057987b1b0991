//! UpsideLMS: creates and updates users, assigns curricula to them, makes the forms that sign them in, and asks
//! for the catalog and for learning plans.
//!
//! One folder an operation; only `client` calls. In each, `wire` encodes and decodes, and `judge` says what
//! an answer means; what they share stands in the files of these names here.

mod users;

mod assign;

mod redirect;

mod pulls;

mod cipher;
mod client;
mod curriculum;
mod decipher;
mod judge;
mod learner;
mod plan;
mod portal;
mod wire;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

use super::{
    Access, BatchFuture, CallFuture, ConnectError, Connector, Item, ItemSender, Link, Product, PullFuture,
    Question, Setting, SettingKind, Settings, all_alike,
};
use crate::model::{Operation, Outcome, Verdict};
use assign::ASSIGN_CURRICULUM;
use client::Client;
use pulls::{TRAINING_CATALOG, TRAINING_PLAN};
use redirect::REDIRECT_FORM;
use users::MANAGE_USER;

/// UpsideLMS.
pub const PRODUCT: Product =
    Product { name: "upsidelms", settings: SETTINGS, operations, connect, mistakes: redirect::mistakes };

const SETTINGS: &[Setting] = &[
    Setting {
        key: "portal_key",
        kind: SettingKind::SecretOrValue,
        required: true,
        about: "the Portal Key (also Client Key) of the portal, sent in clear with every call",
    },
    Setting {
        key: "password",
        kind: SettingKind::Secret,
        required: true,
        about: "the password that the portal's AES key is made of (also public key)",
    },
    Setting {
        key: "cipher",
        kind: SettingKind::OneOf(&["cbc", "ecb"]),
        required: false,
        about: "how AES chains its blocks; cbc unless the portal is known to use ecb",
    },
    Setting {
        key: "data_language",
        kind: SettingKind::OneOf(&["en", "ar", "fr", "cn", "sp"]),
        required: false,
        about: "the language of the master data (roles, grades) in the export; en unless said",
    },
    Setting {
        key: "admin_set_password",
        kind: SettingKind::Bool,
        required: false,
        about: "whether Admin Set Password is on at the portal, which makes password a required field",
    },
    Setting {
        key: "inactive_status",
        kind: SettingKind::Texts,
        required: false,
        about: "the values of status, in any case, that mean inactive; [\"Inactive\"] unless said",
    },
    Setting {
        key: "encrypt_assign",
        kind: SettingKind::Bool,
        required: false,
        about: "whether assign_curriculum sends its records enciphered, as a portal with a public key takes \
                them; true unless said",
    },
    Setting {
        key: "batch",
        kind: SettingKind::Whole { least: 1, greatest: 200 },
        required: false,
        about: "the most assignments in one call of assign_curriculum; 20 unless said",
    },
    Setting {
        key: redirect::CONTEXT_PATH,
        kind: SettingKind::Text,
        required: false,
        about: "the address below which redirect_form finds navigationcontroller, or a path such as /lms on \
                the host of base_url; base_url unless said",
    },
];

fn operations(settings: &Settings) -> Vec<Operation> {
    vec![
        users::operation(settings),
        assign::operation(settings),
        redirect::operation(),
        pulls::training_catalog(),
        pulls::training_plan(),
    ]
}

fn connect(access: Access) -> Result<Box<dyn Connector>, ConnectError> {
    Ok(Box::new(UpsideLms(Client::new(&access)?)))
}

/// An open connection to one portal.
struct UpsideLms(Client);

impl Connector for UpsideLms {
    fn deliver<'a>(&'a self, items: &'a [Item]) -> BatchFuture<'a> {
        let Self(client) = self;
        Box::pin(async move {
            let Some(first) = items.first() else { return Vec::new() };
            match first.operation.as_str() {
                MANAGE_USER => {
                    let mut outcomes = Vec::with_capacity(items.len());
                    for item in items {
                        outcomes.push(users::deliver(client, &client.token(), item).await);
                    }
                    outcomes
                }
                ASSIGN_CURRICULUM => assign::deliver(client, &client.token(), items).await,
                // The form is made where it is written, and nothing can keep it from being made.
                REDIRECT_FORM => all_alike(&Outcome::new(Verdict::Accepted, "form", ""), items),
                other => {
                    let reason = format!("upsidelms has no operation {other}");
                    all_alike(&Outcome::new(Verdict::Refused, "operation", reason), items)
                }
            }
        })
    }

    fn read_back<'a>(&'a self, item: &'a Item) -> CallFuture<'a> {
        let Self(client) = self;
        Box::pin(async move {
            match item.operation.as_str() {
                ASSIGN_CURRICULUM => assign::read_back(client, &client.token(), item).await,
                other => Outcome::new(Verdict::InDoubt, "read back", format!("{other} can't be read back")),
            }
        })
    }

    fn pull<'a>(&'a self, question: &'a Question, items: ItemSender) -> PullFuture<'a> {
        let Self(client) = self;
        Box::pin(async move {
            match question.operation.as_str() {
                TRAINING_CATALOG | TRAINING_PLAN => {
                    pulls::pull(client, &client.token(), question, items).await
                }
                other => {
                    Err(Outcome::new(Verdict::Refused, "operation", format!("upsidelms has no pull {other}")))
                }
            }
        })
    }

    fn link(&self, item: &Item) -> Result<Link, String> {
        match item.operation.as_str() {
            REDIRECT_FORM => Ok(redirect::link(&self.0.portal, item)),
            other => Err(format!("{other} makes no links")),
        }
    }

    fn probe(&self) -> CallFuture<'_> {
        let Self(client) = self;
        Box::pin(async move { users::probe(client, &client.token()).await })
    }
}
