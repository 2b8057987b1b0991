//! Every operation of the registry, from a file to what the simulated LMS holds. The numbers in the names of
//! tests are those of the rules about people that they hold Rollbook to.

mod faults;
mod settling;
mod stands;

mod furnish;

mod already;
mod bad_input;
mod batches;
mod blocks;
mod doubts;
mod forms;
mod links;
mod links_kept;
mod live;
mod on_change;
mod one_job;
mod outages;
mod people_first;
mod tasks;
mod vanished;
mod verify;
