//! The program: arguments, the library, the exit code; nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    rollbook::cli::main()
}
