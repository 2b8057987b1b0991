//! The one integration binary: what holds for the source tree, the README and the program as a whole.

#[cfg(test)]
mod architecture;
#[cfg(test)]
mod readme;
