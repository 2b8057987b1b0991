//! The command line: exit codes, documents and texts.

mod check;
mod daemon;
mod documents;
mod pulls;
mod texts;
