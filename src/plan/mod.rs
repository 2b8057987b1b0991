//! Decides what would change: pure functions of the records, the snapshot, the open outbox, the policy
//! and the day.
//!
//! Nothing here reads a clock, a file or a database; the engine brings the input in key order and
//! carries the decisions out.

mod corrections;
mod decide;
mod entry;
mod finding;
mod guard;
mod order;
mod tally;

pub use corrections::Corrections;
pub use decide::{Context, Contradiction, Decision, Step, Withdraw, decide};
pub use entry::{Candidate, Doubt, Entry, Load, Prior, Seen};
pub use finding::{Evidence, Finding, Scope};
pub use guard::{guards, shared_keys};
pub use order::{Order, Ranks, email_mark};
pub use tally::Tally;
