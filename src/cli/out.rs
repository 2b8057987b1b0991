//! Standard output and standard error. A reader that has gone (`| head`) is no failure.

use std::io::{self, IsTerminal, Write};

use comfy_table::{ContentArrangement, Table, presets::NOTHING};

/// Writes a line for people or programs to standard output.
pub(super) fn say(line: impl AsRef<str>) {
    let _closed_pipe = writeln!(io::stdout().lock(), "{}", line.as_ref());
}

/// Writes a diagnostic to standard error.
pub(super) fn diagnose(line: &str) {
    let _closed_pipe = writeln!(io::stderr().lock(), "rollbook: {line}");
}

/// Writes a JSON document to standard output.
pub(super) fn say_json(document: &serde_json::Value) {
    say(serde_json::to_string_pretty(document).unwrap_or_default());
}

/// Whether a person watches standard error.
pub(super) fn is_watched() -> bool {
    io::stderr().is_terminal()
}

/// An empty table with these headings.
pub(super) fn table<'a>(headings: impl IntoIterator<Item = &'a str>) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).set_header(headings.into_iter().map(str::to_uppercase));
    table.set_content_arrangement(ContentArrangement::Dynamic);
    if !io::stdout().is_terminal() {
        // Whoever reads through a pipe gets whole lines.
        table.set_content_arrangement(ContentArrangement::Disabled);
    }
    table
}
