//! What connectors send, read and answered by implementations that share no code with them.

mod ispring;
mod peer;
mod scene;
