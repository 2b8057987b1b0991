//! The code blocks of the README, and the commands that it names.

use std::collections::BTreeSet;

/// A fenced block.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Block {
    /// The line of its first content.
    pub(super) line: usize,
    /// The words behind the opening fence.
    pub(super) info: Vec<String>,
    /// The content.
    pub(super) text: String,
}

/// A command in the README, as written.
#[derive(Debug, PartialEq)]
pub(super) struct Mention {
    /// Its line.
    pub(super) line: usize,
    /// The command, without `rollbook`.
    pub(super) command: String,
    /// The long options that it is shown with.
    pub(super) options: BTreeSet<String>,
}

/// All fenced blocks.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (number, line) in text.lines().enumerate() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(info), None) => {
                let info = info.split_whitespace().map(str::to_owned).collect();
                open = Some(Block { line: number + 2, info, text: String::new() });
            }
            (None, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "README.md: the last fence is not closed");
    blocks
}

impl Block {
    /// Whether it is a shell block of this kind.
    pub(super) fn is_shell(&self, kind: &str) -> bool {
        self.info == ["console", kind]
    }

    /// The file that it is a sample of.
    pub(super) fn sample_of(&self) -> Option<&str> {
        match self.info.as_slice() {
            [toml, file] if toml == "toml" => Some(file),
            _ => None,
        }
    }

    /// Whether it goes on where the sample of `rollbook.toml` ends.
    pub(super) fn is_more_of_the_configuration(&self) -> bool {
        self.info == ["toml", "rollbook.toml", "more"]
    }

    /// Its commands, each with its line and the exit code that a comment `# exit N` announces.
    pub(super) fn commands(&self) -> Vec<(usize, String, i32)> {
        let lines = self.text.lines().enumerate();
        let lines = lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
        lines
            .map(|(number, line)| {
                let (command, code) = line.rsplit_once("# exit ").unwrap_or((line, "0"));
                (self.line + number, command.trim().to_owned(), code.trim().parse().unwrap())
            })
            .collect()
    }
}

/// The rows of the table below this heading row, in order, each with its cells.
pub(super) fn table<'t>(text: &'t str, heading: &str) -> Vec<Vec<&'t str>> {
    let lines = text.lines().skip_while(|line| *line != heading).skip(2);
    lines
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect()
}

/// What stands between backticks.
pub(super) fn spans(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// Every command of Rollbook in shell blocks and between backticks.
pub(super) fn mentions(text: &str) -> Vec<Mention> {
    let mut found = Vec::new();
    let (mut in_block, mut in_shell) = (false, false);
    for (number, line) in text.lines().enumerate() {
        if let Some(info) = line.strip_prefix("```") {
            in_block = !in_block;
            in_shell = in_block && info.starts_with("console");
        } else if in_shell {
            found.extend(mention(number + 1, line.split(" #").next().unwrap_or(line)));
        } else if !in_block {
            found.extend(line.split('`').skip(1).step_by(2).filter_map(|span| mention(number + 1, span)));
        }
    }
    found
}

/// The command behind the last `rollbook` that stands alone: before it may stand `sudo -u rollbook`.
fn mention(line: usize, text: &str) -> Option<Mention> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let program = words.iter().rposition(|word| *word == "rollbook" || word.ends_with("/rollbook"))?;
    let mut behind = words[program + 1..].iter().copied();
    let mut options = BTreeSet::new();
    let command = loop {
        match behind.next()? {
            // The only options before a command take a value.
            option if option.starts_with("--") => {
                options.insert(option.to_owned());
                behind.next();
            }
            word if word.starts_with(|c: char| c.is_ascii_lowercase()) => break word.to_owned(),
            _ => return None,
        }
    };
    let more = behind.map(|word| word.trim_matches(['[', ']'])).filter(|word| word.starts_with("--"));
    options.extend(more.map(str::to_owned));
    Some(Mention { line, command, options })
}

#[test]
fn blocks_have_their_kind_and_their_commands() {
    let text = "a\n```console run\nrollbook check\n\n# why\nrollbook plan x  # exit 4\n```\n```toml a.toml\nb = 1\n```\n";
    let [shell, toml] = blocks(text).try_into().unwrap();
    assert!(shell.is_shell("run") && !shell.is_shell("ci"));
    let commands = [(3, "rollbook check".to_owned(), 0), (6, "rollbook plan x".to_owned(), 4)];
    assert_eq!(shell.commands(), commands);
    assert_eq!((toml.sample_of(), toml.line, toml.text.as_str()), (Some("a.toml"), 9, "b = 1\n"));
}

#[test]
fn tables_have_rows_and_cells() {
    let text = "| a | b |\n|---|---|\n| `x` | 1 |\n| `y`, `z` | a \\| b |\n\n| c | d |\n";
    assert_eq!(table(text, "| a | b |"), [["`x`", "1"], ["`y`, `z`", "a \\| b"]]);
    assert_eq!(table(text, "| e |"), [[""; 0]; 0]);
    assert_eq!(spans("`y`, `z` and y"), ["y", "z"]);
}

#[test]
fn commands_are_found_wherever_they_stand() {
    let check = |text: &str, expected: &[(&str, &[&str])]| {
        let found = mentions(text);
        let found: Vec<_> = found.iter().map(|m| (m.command.as_str(), Vec::from_iter(&m.options))).collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(c, options)| (*c, options.iter().map(|o| o.to_string()).collect::<Vec<_>>()))
            .collect();
        let expected: Vec<_> = expected.iter().map(|(c, options)| (*c, Vec::from_iter(options))).collect();
        assert_eq!(found, expected, "{text}");
    };
    check("With `rollbook check [--live]`, or `rollbook`.", &[("check", &["--live"])]);
    check("Rollbook sync is no command, `rollbook.toml` neither.", &[]);
    check(
        "```console root\nsudo -u rollbook rollbook --config f sync j --json # x\n```",
        &[("sync", &["--config", "--json"])],
    );
    check("```console root\nsystemctl restart rollbook\n```\n```toml\n# rollbook dance\n```", &[]);
}
