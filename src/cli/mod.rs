//! The command line: one file a command. What people or programs asked for goes to standard output,
//! everything else to standard error.

mod args;
mod catalog;
mod check;
mod completions;
mod context;
mod demo;
mod doubt;
mod fields;
mod known;
mod learner;
mod link;
mod out;
mod plan;
mod run;
mod runs;
mod sandbox;
mod show;
mod status;
mod sync;
mod unseal;
mod watch;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Args, Command};
use context::Failure;

/// Runs the command that the arguments name, and gives the exit code.
pub fn main() -> ExitCode {
    // Two crates bring TLS; they share one provider, which has to be named before the first connection.
    let _already_installed = rustls::crypto::ring::default_provider().install_default();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            let _closed_pipe = error.print();
            return ExitCode::from(code);
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            out::diagnose(&format!("could not start: {error}"));
            return ExitCode::from(1);
        }
    };
    let ended = runtime.block_on(dispatch(args));
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    match ended {
        Ok(code) => ExitCode::from(code),
        Err(Failure { code, message }) => {
            out::diagnose(&message);
            ExitCode::from(code)
        }
    }
}

async fn dispatch(args: Args) -> Result<u8, Failure> {
    let global = args.global;
    match args.command {
        Command::Demo(own) => demo::demo(&own).await,
        Command::Run => run::run(&global).await,
        Command::Check(own) => check::check(&global, &own).await,
        Command::Plan(own) => plan::plan(&global, &own).await,
        Command::Sync(own) => sync::sync(&global, &own).await,
        Command::Status(own) => status::status(&global, &own).await,
        Command::Runs(own) => runs::runs(&global, &own).await,
        Command::Show(own) => show::show(&global, &own).await,
        Command::Doubt(own) => doubt::doubt(&global, &own).await,
        Command::Settle(own) => doubt::settle(&global, &own).await,
        Command::Catalog(own) => catalog::catalog(&global, &own).await,
        Command::Learner(own) => learner::learner(&global, &own).await,
        Command::Link(own) => link::link(&global, &own).await,
        Command::Fields(own) => fields::fields(&global, &own),
        Command::Sandbox(own) => sandbox::sandbox(&global, &own).await,
        Command::Unseal(own) => unseal::unseal(&global, &own),
        Command::Completions(own) => completions::completions(&own, &mut Args::command()),
        Command::Man => completions::man(Args::command()),
    }
}
