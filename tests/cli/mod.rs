//! The command line: exit codes, documents and texts.
