//! What starts a run: a time of the schedule, a file in a drop folder, a file that has not come.
//!
//! Decisions are values and time is an argument; only [`Folder`] and [`Watch`] touch the file system.

mod drop;
mod due;
mod schedule;
mod watch;

pub use drop::{Folder, Look, matches};
pub use due::{next_due, overdue};
pub use schedule::{due_times, next_times};
pub use watch::Watch;
