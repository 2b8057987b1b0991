//! The integration tests: one binary.

#[cfg(test)]
mod crash;
#[cfg(test)]
mod daemon;
