//! `rollbook completions` and `rollbook man`.

use std::io;

use super::args::Completions;
use super::context::Failure;

/// Writes completions for a shell.
pub(super) fn completions(args: &Completions, command: &mut clap::Command) -> Result<u8, Failure> {
    clap_complete::generate(args.shell, command, "rollbook", &mut io::stdout());
    Ok(0)
}

/// Writes the manual page.
pub(super) fn man(command: clap::Command) -> Result<u8, Failure> {
    let page = clap_mangen::Man::new(command);
    page.render(&mut io::stdout())
        .map_err(|error| Failure::failed(format!("could not write the page: {error}")))?;
    Ok(0)
}
