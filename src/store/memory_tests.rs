//! What is remembered of pulls, how it changes, and how it is found.

use super::*;
