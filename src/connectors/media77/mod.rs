//! 77 Media: makes the links that launch its courses, without a call, and reads how far learners have come.
//!
//! `wire` makes a link, `progress` reads; `environment` keeps staging and production apart. A connection with a
//! token alone reads, one with the keys of links alone makes links.

mod environment;
mod fields;
mod progress;
mod wire;

use chrono::Utc;
use secrecy::SecretString;

use super::{
    Access, BatchFuture, CallFuture, ConnectError, Connector, Item, ItemSender, Link, Product, PullFuture,
    Question, Setting, SettingKind, Settings,
};
use crate::model::{ChangeKind, Operation, Outcome, Verdict};
use progress::{ACTIVITY_PROGRESS, CALLS_PER_DAY, PAGE_ROWS, PATH};
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
        required: false,
        about: "the LMSID that 77 Media names for this environment; links need it",
    },
    Setting {
        key: "domain",
        kind: SettingKind::Text,
        required: false,
        about: "the domain that courses are launched from, with subdomains, such as learn.example.org; links \
                need it",
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
    Setting {
        key: CALLS_PER_DAY,
        kind: SettingKind::Whole { least: 1, greatest: 1_000_000 },
        required: false,
        about: "how many calls a day (UTC) 77 Media allows for progress; 500 unless said",
    },
    Setting {
        key: PAGE_ROWS,
        kind: SettingKind::Whole { least: 10, greatest: 1_000 },
        required: false,
        about: "how many rows of progress one call asks for; 500 unless said",
    },
    Setting {
        key: PATH,
        kind: SettingKind::Text,
        required: false,
        about: "where progress is read, below base_url; /api/reports/progress unless said",
    },
];

fn operations(settings: &Settings) -> Vec<Operation> {
    vec![fields::launch_link(settings), progress::operation(settings, fields::REGISTERS)]
}

fn connect(access: Access) -> Result<Box<dyn Connector>, ConnectError> {
    Ok(Box::new(Media77::new(&access)?))
}

/// An open connection to one environment.
struct Media77 {
    /// What all links have in common, where the connection makes any.
    portal: Option<Portal>,
    /// The way to progress, where there is a token.
    progress: Option<progress::Client>,
}

impl Media77 {
    fn new(access: &Access) -> Result<Self, ConnectError> {
        let text = |key: &str| {
            let text = access.settings.text(key).map(str::trim).filter(|text| !text.is_empty());
            text.map(str::to_owned).ok_or_else(|| ConnectError(format!("{key} is missing or empty")))
        };
        let environment = text("environment")?;
        let progress = progress::Client::new(access)?;
        let portal = match (text("domain"), text("lms_id")) {
            // Progress alone: there is no link to put them into.
            (Err(_), Err(_)) if progress.is_some() => None,
            (domain, lms_id) => {
                let hosts = fields::hosts(&access.settings).map(str::to_ascii_lowercase).collect();
                Some(Portal { domain: domain?, lms_id: lms_id?, environment, hosts })
            }
        };
        Ok(Self { portal, progress })
    }

    fn deliver_one(&self, item: &Item) -> Outcome {
        if item.operation.as_str() != fields::LAUNCH_LINK {
            let reason = format!("media77 has no operation {}", item.operation);
            return Outcome::new(Verdict::Refused, "operation", reason);
        }
        if self.portal.is_none() {
            return Outcome::new(Verdict::StopConnection, "settings", NO_LINKS);
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
        let portal = self.portal.as_ref().ok_or(NO_LINKS)?;
        let value = |name: &str| item.fields.get(&name.into()).unwrap_or_default();
        let registration = item.registration.as_deref();
        let launch = Launch {
            registration: registration
                .ok_or("the record has no registration, so a launch could not be resumed")?,
            email: value("em"),
            name: value("fn"),
            activity: value("activity"),
        };
        wire::encode(portal, launch).map(|link| Link::Address(SecretString::from(link)))
    }

    fn pull<'a>(&'a self, question: &'a Question, items: ItemSender) -> PullFuture<'a> {
        Box::pin(async move {
            match (question.operation.as_str(), &self.progress) {
                (ACTIVITY_PROGRESS, Some(progress)) => progress.pull(question, items).await,
                (ACTIVITY_PROGRESS, None) => {
                    Err(Outcome::new(Verdict::StopConnection, "token", "token is missing or empty"))
                }
                (other, _) => {
                    Err(Outcome::new(Verdict::Refused, "operation", format!("{other} can't be pulled")))
                }
            }
        })
    }

    fn probe(&self) -> CallFuture<'_> {
        Box::pin(async move {
            if let Some(progress) = &self.progress {
                return progress.probe(Utc::now()).await;
            }
            let reason = match self.portal.as_ref().map(|portal| portal.hosts.as_slice()) {
                Some([]) => {
                    "links are made here, so there is nothing to sign in to; name the hosts of this \
                     environment's courses in `hosts`, or a course of the other one may slip in"
                }
                _ => "links are made here, so there is nothing to sign in to",
            };
            Outcome::new(Verdict::Accepted, "not checkable", reason)
        })
    }
}

/// Why a connection that is there for progress alone makes no links.
const NO_LINKS: &str = "the connection has neither `lms_id` nor `domain`, and a launch link needs both; 77 Media \
                        names the lms_id";

#[cfg(test)]
mod tests;
