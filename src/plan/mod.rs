//! Decides what would change: pure functions of the records, the snapshot, the open outbox, the policy
//! and the day; and what an answer to a pull makes of what is known.
//!
//! Nothing here reads a clock, a file or a database; the engine brings the input in key order and
//! carries the decisions out.

mod concluding;
mod corrections;
mod decide;
mod entry;
mod finding;
mod guard;
mod order;
mod remember;
mod tally;

pub use concluding::{Absent, Asked, Conclusion, conclude_question};
pub use corrections::Corrections;
pub use decide::{Context, Contradiction, Decision, Step, Withdraw, decide};
pub use entry::{Candidate, Doubt, Entry, Load, Prior, Seen};
pub use finding::{Evidence, Finding, Scope};
pub use guard::{guards, shared_keys};
pub use order::{Order, Ranks, email_mark};
pub use remember::{FieldChange, News, Remembered, remember};
pub use tally::Tally;
