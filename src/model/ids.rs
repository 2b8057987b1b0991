//! Names that must not be mixed up, each a type of its own.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

macro_rules! name_types {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<T: Into<Arc<str>>> From<T> for $name {
            fn from(text: T) -> Self {
                Self(text.into())
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
    )*};
}

name_types! {
    /// A job: the name of its file in `jobs/` without `.toml`.
    JobName;
    /// A push of a job (`upside.manage_user`): it names the snapshot, so it outlives renames.
    PushId;
    /// An account on one LMS, as `rollbook.toml` names it.
    ConnectionName;
    /// What a connector can do, in full: `upsidelms.manage_user`.
    OperationName;
    /// A field of an operation, in the vendor's own spelling.
    FieldName;
    /// A column of an export, as its header spells it after cleaning.
    ColumnName;
    /// One execution of a job: `2026-11-21.3` is the third run of that day (UTC).
    RunId;
}
