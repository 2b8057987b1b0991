//! The integration tests: one binary.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests, their helpers included: whatever is amiss must end them"
)]

mod harness;

mod cli;
mod pipeline;
