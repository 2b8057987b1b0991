//! Rollbook keeps learning management systems in step with the systems an organisation already has.
//!
//! The modules stand in the order in which data goes through them.

pub mod cli;
pub mod config;
pub mod connectors;
pub mod engine;
pub mod model;
pub mod observe;
pub mod plan;
pub mod report;
pub mod sandbox;
pub mod source;
pub mod store;
pub mod trigger;
