//! A file has one job, and its size tells.

use super::scan::Source;

const PRODUCTION: usize = 300;
const WITH_TESTS: usize = 450;

/// Whether a file is longer than one job is.
pub(super) fn are_small(source: &Source) -> Vec<String> {
    let (production, all) = (source.production_lines(), source.text.lines().count());
    let path = &source.path;
    if production > PRODUCTION {
        vec![format!(
            "{path}: {production} lines without tests, {PRODUCTION} are allowed; it has two jobs, so split it"
        )]
    } else if all > WITH_TESTS {
        let way = if source.is_test { "split it" } else { "move its tests into a file of their own" };
        vec![format!("{path}: {all} lines with tests, {WITH_TESTS} are allowed; {way}")]
    } else {
        Vec::new()
    }
}

#[test]
fn a_long_file_is_found() {
    let check = |path: &str, product: usize, tests: usize, expected: &str| {
        let text = "a;\n".repeat(product)
            + &format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "b;\n".repeat(tests.saturating_sub(3)));
        let found = are_small(&Source::new(path, &text)).join("\n");
        assert!(found.contains(expected) && found.is_empty() == expected.is_empty(), "{found}");
    };
    check("src/a.rs", 300, 150, "");
    check("src/a.rs", 301, 3, "301 lines without tests, 300 are allowed; it has two jobs");
    check("src/a.rs", 300, 151, "451 lines with tests, 450 are allowed; move its tests");
    check("tests/a.rs", 440, 11, "451 lines with tests, 450 are allowed; split it");
}
