//! The words of the product as types: what an export, a record, a change and an outcome are.
//!
//! Nothing here reads a file, a clock or a network, and nothing knows a vendor.

mod amount;
mod change;
mod column;
mod field;
mod fingerprint;
mod form;
mod ids;
mod item;
mod key;
mod mapping;
mod operation;
mod outcome;
mod policy;
mod pull;
mod record;
mod reject;
mod run;
mod snapshot;

pub use change::{Change, ChangeKind, PushCounts};
pub use column::{Column, ColumnKind, Keep};
pub use field::{Field, FieldKind, ListOf, date_pattern};
pub use fingerprint::{Digest, Fingerprint, SecretHasher};
pub use form::is_loopback;
pub use ids::{ColumnName, ConnectionName, FieldName, JobName, OperationName, PushId, RunId};
pub use item::{ItemEvent, ItemStanding, Learner, Pulled};
pub use key::{Key, KeyError};
pub use mapping::{ANY, Empty, FieldMapping, PushMapping, Send, SourceFormat, Take, TimeUnit, Where};
pub use operation::{Operation, OperationKind, Roles, Rule};
pub use outcome::{ChangeState, Outcome, Verdict};
pub use policy::{FirstLoad, GuardLimits, HoldScope, Missing, OnChange, PushPolicy, RowsKind};
pub use pull::{Asks, ItemShape, LEARNER, PART, PART_KIND, PART_TITLE, PullShape, Selects, TableColumn};
pub use record::{Extras, Fields, Record, Secrets};
pub use reject::{Origin, Problem, RowReject};
pub use run::{PushStatus, RunStatus};
pub use snapshot::{Known, Standing};
