//! Every operation of the registry, from a file to what the simulated LMS holds.

mod faults;
mod settling;
mod stands;
