//! `rollbook.toml`, the job files and secrets by reference: all problems at once, with file and line.
//!
//! [`load`] reads the files and judges their content; it touches nothing else. [`check_world`] looks at
//! the folders and secrets that they name. Nothing here changes anything, and no message repeats a secret.

mod load;
mod locate;
mod model;
mod place;

// rollbook.toml
mod connection;
mod fields;
mod mail;
mod settings;

// jobs/*.toml
mod across;
mod feeding;
mod guard;
mod job;
mod learners;
mod mapping;
mod options;
mod parameters;
mod policy;
mod pull;
mod push;
mod rules;
mod scalar;
mod schedule;
mod source;
mod target;

// What both are read with
mod address;
mod check;
mod cursor;
mod date;
mod document;
mod fits;
mod header;
mod problem;
mod secret;
mod syntax;

pub use check::{World, check_world};
pub use load::{Loaded, load};
pub use locate::locate;
pub use model::{
    Archive, CatchUp, Config, Connection, Job, Learners, MailSettings, MailTransport, Pull, Push,
    ReportSettings, ReportWhen, Schedule, SmtpSecurity, SmtpSettings,
};
pub use place::{DropFolder, Feed, Place, Source};
pub use problem::{Problem, ProblemKind};
pub use secret::{SecretProblem, SecretRef};
pub use source::NameMatcher;

#[cfg(test)]
mod tests;
