//! kill -9 at any moment: what was committed stays and is not repeated, the rest goes on.

mod kills;
pub(crate) mod support;
mod windows;
