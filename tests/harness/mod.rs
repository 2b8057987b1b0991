//! What the tests share: a world in a temporary folder with a simulated LMS, a configuration, a drop
//! folder and the real binary.

mod account;
mod command;
mod export;
mod job;
mod mail;
mod world;

pub(crate) use account::Account;
pub(crate) use command::{Ended, PATIENCE, Program};
pub(crate) use export::{Export, PASSWORD};
pub(crate) use job::JobFile;
pub(crate) use mail::Mail;
pub(crate) use world::{Setup, World};
