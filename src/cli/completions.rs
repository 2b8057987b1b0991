//! `rollbook completions` and `rollbook man`.

use std::io::{self, Write};

use super::args::Completions;
use super::context::Failure;

/// Writes completions for a shell.
pub(super) fn completions(args: &Completions, command: &mut clap::Command) -> Result<u8, Failure> {
    clap_complete::generate(args.shell, command, "rollbook", &mut io::stdout());
    Ok(0)
}

/// Writes the manual page: that of the program, and behind it one for each command with its options.
pub(super) fn man(mut command: clap::Command) -> Result<u8, Failure> {
    // Names the commands `rollbook-sync`, as their pages are called.
    command.build();
    let commands: Vec<_> =
        command.get_subcommands().filter(|own| own.get_name() != "help").cloned().collect();
    let mut out = io::stdout().lock();
    let pages = std::iter::once(command).chain(commands);
    let written = pages.into_iter().try_for_each(|page| clap_mangen::Man::new(page).render(&mut out));
    written
        .and_then(|()| out.flush())
        .map_err(|error| Failure::failed(format!("could not write the page: {error}")))?;
    Ok(0)
}
