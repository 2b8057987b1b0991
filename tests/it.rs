//! The integration tests, one binary: what holds for the source tree, the README and the program as a whole.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests, their helpers included: whatever is amiss must end them"
)]

mod harness;
mod operations;

mod architecture;
mod cli;
mod connectors;
mod crash;
mod daemon;
mod pipeline;
mod pulls;
mod readme;
