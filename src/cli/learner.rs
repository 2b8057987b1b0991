//! `rollbook learner`: what pulls know of one learner.

use super::args::{Global, Learner};
use super::context::{Failure, configuration, engine, logs};
use super::known::{self, Whose};

/// Shows what is known.
pub(super) async fn learner(global: &Global, args: &Learner) -> Result<u8, Failure> {
    logs(global, "error");
    let engine = engine(configuration(global)?, &format!("rollbook learner {}", args.connection)).await?;
    known::tell(&engine, &args.connection, Whose::Learner(&args.key), &args.known).await
}
