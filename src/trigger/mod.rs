//! What starts runs: schedules, drop folders, requests of the command line; all end in one queue a job.

mod daemon;
mod desk;
mod drop;
mod due;
mod files;
mod looking;
mod schedule;
mod watch;

pub use daemon::serve;
pub use drop::{Folder, Look, matches};
pub use due::{next_due, overdue};
pub use files::settled_files;
pub use schedule::{due_times, next_times};
pub use watch::Watch;
