//! Rust files with code, comments and texts apart, and with their tests known.
//!
//! No parser: just enough of the grammar to tell these apart, so that a word in a comment or a text is
//! not taken for code.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::Path;

/// One file. The views have the length of the file, and its line ends; all else in them is blank.
pub(super) struct Source {
    /// Its path from the top of the repository, with `/`.
    pub(super) path: String,
    /// Everything.
    pub(super) text: String,
    /// Without comments and texts.
    pub(super) code: String,
    /// Comments alone.
    pub(super) comments: String,
    /// The insides of texts alone.
    pub(super) texts: String,
    /// Whether all of it is for tests.
    pub(super) is_test: bool,
    /// The items marked `#[cfg(test)]`.
    tests: Vec<Range<usize>>,
}

/// All files.
pub(super) struct Tree {
    /// Ordered by path.
    pub(super) sources: Vec<Source>,
}

impl Tree {
    /// Reads every `.rs` file in the folders.
    pub(super) fn read(top: &Path, folders: &[&str]) -> Self {
        let mut files = Vec::new();
        folders.iter().for_each(|folder| collect(&top.join(folder), &mut files));
        let files = files.into_iter().map(|path| {
            let name = path.strip_prefix(top).unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        });
        Self::new(files)
    }

    /// The files with these paths and contents.
    pub(super) fn new(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut sources: Vec<_> = files.into_iter().map(|(path, text)| Source::new(&path, &text)).collect();
        sources.sort_by(|a, b| a.path.cmp(&b.path));
        let for_tests: BTreeSet<String> = sources.iter().flat_map(Source::test_modules).collect();
        for source in &mut sources {
            let path = &source.path;
            let below =
                |module: &String| *path == format!("{module}.rs") || path.starts_with(&format!("{module}/"));
            source.is_test |= for_tests.iter().any(below);
        }
        Self { sources }
    }
}

fn collect(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

impl Source {
    /// Takes a file apart.
    pub(super) fn new(path: &str, text: &str) -> Self {
        let parts = parts(text);
        let view = |wanted: Part| {
            let mut view: Vec<u8> =
                text.bytes().map(|byte| if byte == b'\n' { byte } else { b' ' }).collect();
            for (_, range) in parts.iter().filter(|(part, _)| *part == wanted) {
                view[range.clone()].copy_from_slice(&text.as_bytes()[range.clone()]);
            }
            String::from_utf8(view).unwrap()
        };
        let code = view(Part::Code);
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            tests: test_items(&code),
            code,
            comments: view(Part::Comment),
            texts: view(Part::Text),
            is_test: path.starts_with("tests/"),
        }
    }

    /// The code that is part of the product: empty in a file for tests.
    pub(super) fn production_code(&self) -> String {
        let mut code = self.code.clone().into_bytes();
        let blank = |byte: &mut u8| *byte = if *byte == b'\n' { b'\n' } else { b' ' };
        if self.is_test {
            code.iter_mut().for_each(blank);
        }
        self.tests.iter().for_each(|range| code[range.clone()].iter_mut().for_each(blank));
        String::from_utf8(code).unwrap()
    }

    /// Whether the place is in code for tests.
    pub(super) fn in_test(&self, at: usize) -> bool {
        self.is_test || self.tests.iter().any(|range| range.contains(&at))
    }

    /// The number of the line at a place.
    pub(super) fn line(&self, at: usize) -> usize {
        self.text.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1
    }

    /// How many lines are part of the product.
    pub(super) fn production_lines(&self) -> usize {
        let of_tests: BTreeSet<usize> =
            self.tests.iter().flat_map(|range| self.line(range.start)..=self.line(range.end - 1)).collect();
        if self.is_test { 0 } else { self.text.lines().count() - of_tests.len() }
    }

    /// The modules (paths without `.rs`) that this file declares for tests alone.
    fn test_modules(&self) -> Vec<String> {
        let (folder, file) = self.path.rsplit_once('/').unwrap_or(("", &self.path));
        let stem = file.trim_end_matches(".rs");
        let below = match stem {
            "mod" | "lib" | "main" => folder.to_owned(),
            _ => format!("{folder}/{stem}"),
        };
        let declared = self.tests.iter().filter_map(|range| {
            let item = self.code[range.clone()].strip_suffix(';')?;
            let name = item.rsplit_once("mod ")?.1.trim();
            let item = &self.text[range.clone()];
            Some(match item.split_once("#[path = \"").and_then(|(_, rest)| rest.split_once(".rs\"")) {
                Some((path, _)) => format!("{folder}/{path}"),
                None => format!("{below}/{name}"),
            })
        });
        declared.collect()
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    Code,
    Comment,
    Text,
}

fn parts(text: &str) -> Vec<(Part, Range<usize>)> {
    let mut parts = Vec::new();
    let (mut at, mut code_from) = (0, 0);
    while at < text.len() {
        let (part, end) = match next(text, at) {
            Some(found) => found,
            None => {
                at += 1;
                continue;
            }
        };
        parts.push((Part::Code, code_from..at));
        parts.push((part, at..end));
        (at, code_from) = (end, end);
    }
    parts.push((Part::Code, code_from..text.len()));
    parts
}

/// The comment or text that begins here, and its end.
fn next(text: &str, at: usize) -> Option<(Part, usize)> {
    let bytes = text.as_bytes();
    let rest = &bytes[at..];
    let after_name = at > 0 && is_name(bytes[at - 1]);
    match rest {
        [b'/', b'/', ..] => Some((Part::Comment, at + until(rest, b"\n").unwrap_or(rest.len()))),
        [b'/', b'*', ..] => Some((Part::Comment, at + block_comment(rest))),
        [b'"', ..] => Some((Part::Text, at + quoted(rest, b'"'))),
        [b'r', b'#' | b'"', ..] if !after_name => raw(rest).map(|length| (Part::Text, at + length)),
        [b'b' | b'c', b'r', b'#' | b'"', ..] if !after_name => {
            raw(&rest[1..]).map(|length| (Part::Text, at + 1 + length))
        }
        [b'\'', b'\\', ..] => Some((Part::Text, at + quoted(rest, b'\''))),
        [b'\'', ..] => {
            // A character has its closing quote right behind it, a lifetime has none.
            let length = 1 + text[at + 1..].chars().next()?.len_utf8();
            (rest.get(length) == Some(&b'\'')).then_some((Part::Text, at + length + 1))
        }
        _ => None,
    }
}

fn until(bytes: &[u8], sign: &[u8]) -> Option<usize> {
    bytes.windows(sign.len()).position(|window| window == sign)
}

fn block_comment(bytes: &[u8]) -> usize {
    let (mut at, mut depth) = (0, 0);
    while at < bytes.len() {
        match &bytes[at..] {
            [b'/', b'*', ..] => (at, depth) = (at + 2, depth + 1),
            [b'*', b'/', ..] => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn quoted(bytes: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < bytes.len() && bytes[at] != quote {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

/// The length of a raw text; `None` where it is a raw name.
fn raw(bytes: &[u8]) -> Option<usize> {
    let signs = bytes[1..].iter().take_while(|byte| **byte == b'#').count();
    let open = 1 + signs + 1;
    (bytes.get(open - 1) == Some(&b'"')).then(|| {
        let close = [b"\"".as_slice(), &b"#".repeat(signs)].concat();
        open + until(&bytes[open..], &close).map_or(bytes.len() - open, |end| end + close.len())
    })
}

/// Whether a byte can be part of a name.
pub(super) fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Every item marked `#[cfg(test)]`, or `#[cfg(all(test, …))]`, from the mark to its end.
fn test_items(code: &str) -> Vec<Range<usize>> {
    let mut items: Vec<Range<usize>> = Vec::new();
    for (start, mark) in code.match_indices("#[cfg(") {
        let Some(end) = until(&code.as_bytes()[start..], b"]") else { continue };
        let condition = &code[start + mark.len()..start + end];
        let mut words = condition.split(|c: char| !c.is_ascii_alphanumeric());
        let inside = items.last().is_some_and(|item| item.contains(&start));
        if !inside && words.any(|word| word == "test") && !condition.contains("not(") {
            items.push(start..item_end(code.as_bytes(), start + end + 1));
        }
    }
    items
}

fn item_end(code: &[u8], from: usize) -> usize {
    let (mut depth, mut at) = (0, from);
    while at < code.len() {
        match code[at] {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' => depth -= 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            b';' if depth == 0 => return at + 1,
            _ => {}
        }
        at += 1;
    }
    code.len()
}

#[test]
fn code_comments_and_texts_are_told_apart() {
    let text = "let a = \"x // \\\" y\"; // z \"q\"\nlet b = r#\"c \" d\"#; /* e /* f */ 'g' */ h('\"', '\\'', i::<'j>());";
    let source = Source::new("src/a.rs", text);
    let words = |view: &str| view.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words(&source.code), "let a = ; let b = ; h( , , i::<'j>());");
    assert_eq!(words(&source.comments), "// z \"q\" /* e /* f */ 'g' */");
    assert_eq!(words(&source.texts), "\"x // \\\" y\" r#\"c \" d\"# '\"' '\\''");
    assert_eq!(source.line(text.find("let b").unwrap()), 2);
}

#[test]
fn tests_are_told_from_the_product() {
    let text = "use a;\n#[cfg(test)]\nmod proofs {\n    fn f() { g() }\n}\n#[cfg(not(test))]\nfn h() {}\n";
    let source = Source::new("src/a.rs", text);
    assert_eq!(source.production_lines(), 3);
    assert!(!source.production_code().contains("proofs") && source.production_code().contains("fn h"));
    assert!(source.in_test(text.find("g()").unwrap()) && !source.in_test(text.find("fn h").unwrap()));
}

#[test]
fn files_that_a_test_declares_are_tests() {
    let files = [
        ("src/a/mod.rs", "#[cfg(test)]\nmod samples;\nmod b;"),
        ("src/a/samples.rs", ""),
        ("src/a/samples/more.rs", ""),
        ("src/a/b.rs", "#[cfg(test)]\n#[path = \"b_tests.rs\"]\nmod tests;"),
        ("src/a/b_tests.rs", ""),
        ("src/a/c.rs", "#[cfg(test)]\nmod proofs;"),
        ("src/a/c/proofs.rs", ""),
        ("tests/it.rs", ""),
    ];
    let tree = Tree::new(files.map(|(path, text)| (path.to_owned(), text.to_owned())));
    let tests: Vec<_> =
        tree.sources.iter().filter(|source| source.is_test).map(|s| s.path.as_str()).collect();
    let expected =
        ["src/a/b_tests.rs", "src/a/c/proofs.rs", "src/a/samples.rs", "src/a/samples/more.rs", "tests/it.rs"];
    assert_eq!(tests, expected);
}
