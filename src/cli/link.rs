//! `rollbook link`: one launch or redirection link.

use secrecy::ExposeSecret;

use crate::connectors::Link;
use crate::model::Key;

use super::args::{Global, LinkArgs};
use super::context::{Failure, configuration, engine, logs};
use super::out::say;

/// Prints the links of one record; an address on a line, a form as its page.
pub(super) async fn link(global: &Global, args: &LinkArgs) -> Result<u8, Failure> {
    logs(global, "error");
    let key = Key::parse(&args.key).map_err(|error| Failure::wrong(format!("{}: {error}", args.key)))?;
    let engine = engine(configuration(global)?, &format!("rollbook link {}", args.job)).await?;
    let job = engine.job(&args.job)?;
    for made in engine.links(job, &key).await? {
        match &made.link {
            Link::Address(text) | Link::Form(text) => say(text.expose_secret()),
        }
    }
    Ok(0)
}
