//! What connectors send, read and answered by implementations that share no code with them.

mod crowdwisdom;
mod hostile;
mod ispring;
mod media77;
mod peer;
mod pulls_upsidelms;
mod reticent;
mod scene;
mod smarteru;
mod strict;
mod upsidelms;
