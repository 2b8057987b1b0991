//! What a run says to people: one value, rendered as text, HTML, CSV and JSON, and mailed.
//!
//! Rendering is pure; only `transport` touches a folder or a mail server.

mod model;

pub use model::{
    ChangeLine, GuardLine, OpenLine, PushSection, RefusalLine, RejectLine, Report, SourceSection, StoppedLine,
};
