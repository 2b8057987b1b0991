//! What a run says to people: one value, rendered as text, HTML, CSV and JSON, and mailed.
//!
//! Rendering is pure; only `transport` touches a folder or a mail server.

mod csv;
mod json;
mod late;
mod lines;
mod mail;
mod model;
mod needs;
mod pullcsv;
mod pulled;
mod pulling;
mod pullneeds;
mod render;
mod sums;
mod transport;
mod unanswered;
mod verified;
mod view;
mod wording;

#[cfg(test)]
mod pullsamples;
#[cfg(test)]
mod samples;

pub use csv::{ChangesCsv, RejectsCsv, neutralise, restore};
pub use json::{Document, Lists, json, write_json};
pub use late::Late;
pub use mail::{Attachment, Envelope, Mail, MailError, compose, envelope};
pub use model::{
    ChangeLine, GuardLine, OpenLine, PushSection, RefusalLine, RejectLine, Report, SourceSection,
    StoppedLine, VanishedLine,
};
pub use pullcsv::{EventsCsv, FailuresCsv};
pub use pulled::{EventLine, FailureLine, FieldLine, KindLine, PullSection};
pub use pulling::pull_words;
pub use render::{html, subject, text};
pub use transport::{Mailer, RefusedRecipient, SendClass, SendError, SendStage};
pub use unanswered::{NOT_ANSWERED, left_out};
pub use verified::{Verified, VerifiedLine};
