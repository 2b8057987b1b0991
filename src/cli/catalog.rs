//! `rollbook catalog`: what pulls know of an account that is nobody's in particular.

use super::args::{Catalog, Global};
use super::context::{Failure, configuration, engine, logs};
use super::known::{self, Whose};

/// Shows what is known.
pub(super) async fn catalog(global: &Global, args: &Catalog) -> Result<u8, Failure> {
    logs(global, "error");
    let engine = engine(configuration(global)?, &format!("rollbook catalog {}", args.connection)).await?;
    known::tell(&engine, &args.connection, Whose::Nobodys, &args.known).await
}
