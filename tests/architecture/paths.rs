//! The paths that code names: `use` trees unfolded, `super::` followed to the top of the crate.

use super::scan::{Source, is_name};

/// A path, and where it stands.
#[derive(Debug, PartialEq)]
pub(super) struct Named {
    /// Its place in the file.
    pub(super) at: usize,
    /// Its parts behind the root; `*` for all of them.
    pub(super) parts: Vec<String>,
}

/// Every path from `root` that this code names: `std::{fs, io::Read}` is two.
pub(super) fn from_root(code: &str, root: &str) -> Vec<Named> {
    let bytes = code.as_bytes();
    let mut found = Vec::new();
    for (at, _) in code.match_indices(root) {
        let before = &bytes[..at];
        let begins = !before.ends_with(b"::") && !before.last().is_some_and(|byte| is_name(*byte));
        let mut place = at + root.len();
        if begins && colons(bytes, &mut place) {
            branch(bytes, &mut place, &[], &mut found);
        }
    }
    found
}

/// Every path from the top of the crate that the product's part of a file names.
pub(super) fn in_crate(source: &Source) -> Vec<Named> {
    let code = source.production_code();
    let mut found = from_root(&code, "crate");
    // Only the program names the library like any other crate.
    if source.path == "src/main.rs" {
        found.extend(from_root(&code, "rollbook"));
    }
    let depth = depth(&source.path);
    for named in from_root(&code, "super") {
        let ups = 1 + named.parts.iter().take_while(|part| *part == "super").count();
        if ups >= depth {
            found.push(Named { at: named.at, parts: named.parts.into_iter().skip(ups - 1).collect() });
        }
    }
    found
}

/// How many modules above a file's own lies the top of the crate.
fn depth(path: &str) -> usize {
    let inside = path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    if ["lib", "main"].contains(&inside) { 0 } else { inside.split('/').count() }
}

fn branch(code: &[u8], at: &mut usize, above: &[String], found: &mut Vec<Named>) {
    blanks(code, at);
    let start = *at;
    match code.get(*at) {
        Some(b'{') => {
            *at += 1;
            loop {
                blanks(code, at);
                match code.get(*at) {
                    Some(b'}') | None => break,
                    Some(b',') => *at += 1,
                    Some(_) => {
                        let before = *at;
                        branch(code, at, above, found);
                        // `as name`, or something that is no tree at all.
                        while !matches!(code.get(*at), Some(b',' | b'}') | None) {
                            *at += 1;
                        }
                        if *at == before {
                            break;
                        }
                    }
                }
            }
            *at += 1;
        }
        Some(b'*') => {
            *at += 1;
            found.push(Named { at: start, parts: [above, &["*".to_owned()]].concat() });
        }
        Some(byte) if is_name(*byte) => {
            while code.get(*at).is_some_and(|byte| is_name(*byte)) {
                *at += 1;
            }
            let part = String::from_utf8_lossy(&code[start..*at]).into_owned();
            let path = [above, &[part]].concat();
            let mut next = *at;
            let goes_on = colons(code, &mut next)
                && code.get(next).is_some_and(|byte| is_name(*byte) || matches!(byte, b'{' | b'*'));
            if goes_on {
                *at = next;
                branch(code, at, &path, found);
            } else {
                found.push(Named { at: start, parts: path });
            }
        }
        _ => {}
    }
}

fn blanks(code: &[u8], at: &mut usize) {
    while code.get(*at).is_some_and(u8::is_ascii_whitespace) {
        *at += 1;
    }
}

/// Steps over `::` and the blanks around it.
fn colons(code: &[u8], at: &mut usize) -> bool {
    blanks(code, at);
    let there = code.get(*at..).is_some_and(|rest| rest.starts_with(b"::"));
    if there {
        *at += 2;
        blanks(code, at);
    }
    there
}

#[test]
fn use_trees_are_unfolded() {
    let code = "use std::{fs, io::{self, Read as _}, net::*};\nlet x = std::env::var::<u8>(); my_std::fs; a::std::b;";
    let found: Vec<_> = from_root(code, "std").into_iter().map(|named| named.parts.join("::")).collect();
    assert_eq!(found, ["fs", "io::self", "io::Read", "net::*", "env::var"]);
}

#[test]
fn a_way_through_super_is_one_too() {
    let paths = |path: &str, code: &str| {
        let found = in_crate(&Source::new(path, code)).into_iter();
        found.map(|named| named.parts.join("::")).collect::<Vec<_>>()
    };
    assert_eq!(paths("src/plan/mod.rs", "use super::store::Store;"), ["store::Store"]);
    assert_eq!(paths("src/plan/guard.rs", "use super::super::store; use super::order;"), ["store"]);
    assert_eq!(paths("src/plan/guard.rs", "use crate::{model::Key, store};"), ["model::Key", "store"]);
    assert_eq!(
        paths("src/plan/guard.rs", "// crate::store\n#[cfg(test)]\nmod t { use crate::store; }"),
        [""; 0]
    );
    assert_eq!(paths("src/main.rs", "rollbook::cli::main()"), ["cli::main"]);
}
