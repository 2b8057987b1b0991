//! The daemon as a service manager sees it, and what happens when its surroundings fail.

mod environment;
mod logs;
mod mail;
mod schedule;
mod service;
mod support;
mod systemd;
