//! 77 Media: makes the links that launch its courses. No call is made for them.
//!
//! `wire` makes a link, `environment` keeps staging and production apart.

mod environment;
mod fields;
mod wire;

use secrecy::SecretString;

use super::{
    Access, BatchFuture, CallFuture, ConnectError, Connector, Item, Link, Product, Setting, SettingKind,
    Settings,
};
use crate::model::{ChangeKind, Operation, Outcome, Verdict};
use wire::{Launch, Portal};

/// 77 Media.
pub const PRODUCT: Product =
    Product { name: "media77", settings: SETTINGS, operations, connect, mistakes: environment::mistakes };

const SETTINGS: &[Setting] = &[
    Setting {
        key: "token",
        kind: SettingKind::Secret,
        required: false,
        about: "the token that reads progress; links need none",
    },
    Setting {
        key: "lms_id",
        kind: SettingKind::Text,
        required: true,
        about: "the LMSID that 77 Media names for this environment",
    },
    Setting {
        key: "domain",
        kind: SettingKind::Text,
        required: true,
        about: "the domain that courses are launched from, with subdomains, such as learn.example.org",
    },
    Setting {
        key: "environment",
        kind: SettingKind::OneOf(&["staging", "production"]),
        required: true,
        about: "which of 77 Media's environments the address, the lms_id and the courses belong to",
    },
    Setting {
        key: "hosts",
        kind: SettingKind::Texts,
        required: false,
        about: "the hosts of this environment's courses, which had better be named: a course elsewhere is \
                rejected; without them only one whose host says the other environment is refused",
    },
];

fn operations(settings: &Settings) -> Vec<Operation> {
    vec![fields::launch_link(settings)]
}

fn connect(access: Access) -> Result<Box<dyn Connector>, ConnectError> {
    Ok(Box::new(Media77::new(&access)?))
}

/// An open connection to one environment.
struct Media77 {
    portal: Portal,
}

impl Media77 {
    fn new(access: &Access) -> Result<Self, ConnectError> {
        let text = |key: &str| {
            let text = access.settings.text(key).map(str::trim).filter(|text| !text.is_empty());
            text.map(str::to_owned).ok_or_else(|| ConnectError(format!("{key} is missing or empty")))
        };
        let hosts = fields::hosts(&access.settings).map(str::to_ascii_lowercase).collect();
        Ok(Self {
            portal: Portal {
                domain: text("domain")?,
                lms_id: text("lms_id")?,
                environment: text("environment")?,
                hosts,
            },
        })
    }

    fn deliver_one(&self, item: &Item) -> Outcome {
        if item.operation.as_str() != fields::LAUNCH_LINK {
            let reason = format!("media77 has no operation {}", item.operation);
            return Outcome::new(Verdict::Refused, "operation", reason);
        }
        // What is taken back needs no link, nor the fields to make one.
        let made = if item.kind == ChangeKind::Remove { Ok(()) } else { self.link(item).map(|_| ()) };
        match made {
            Ok(()) => Outcome::new(Verdict::Accepted, "link", ""),
            Err(reason) => Outcome::new(Verdict::Refused, "link", reason),
        }
    }
}

impl Connector for Media77 {
    fn deliver<'a>(&'a self, items: &'a [Item]) -> BatchFuture<'a> {
        Box::pin(async move { items.iter().map(|item| self.deliver_one(item)).collect() })
    }

    fn link(&self, item: &Item) -> Result<Link, String> {
        let value = |name: &str| item.fields.get(&name.into()).unwrap_or_default();
        let registration = item.registration.as_deref();
        let launch = Launch {
            registration: registration
                .ok_or("the record has no registration, so a launch could not be resumed")?,
            email: value("em"),
            name: value("fn"),
            activity: value("activity"),
        };
        wire::encode(&self.portal, launch).map(|link| Link::Address(SecretString::from(link)))
    }

    fn probe(&self) -> CallFuture<'_> {
        let reason = match self.portal.hosts.as_slice() {
            [] => {
                "links are made here, so there is nothing to sign in to; name the hosts of this environment's \
                 courses in `hosts`, or a course of the other one may slip in"
            }
            _ => "links are made here, so there is nothing to sign in to",
        };
        Box::pin(async move { Outcome::new(Verdict::Accepted, "not checkable", reason) })
    }
}

#[cfg(test)]
mod tests;
