//! The README says what is so: its commands run, its samples are right, and nothing is left out.

mod markdown;
mod recipe;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rollbook::connectors::PRODUCTS;
use tempfile::TempDir;

use markdown::{Block, blocks, mentions};

const TOP: &str = env!("CARGO_MANIFEST_DIR");

fn readme() -> String {
    fs::read_to_string(Path::new(TOP).join("README.md")).unwrap()
}

/// A folder as the README presumes it: `rollbook` on the path, the configuration shown, its folders and
/// its credentials, the jobs and the sample data of the repository.
struct Place {
    folder: TempDir,
}

impl Place {
    /// The samples of the README, with absolute paths moved into the folder.
    fn with_samples() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for block in blocks(&readme()) {
            let Some(file) = block.sample_of() else { continue };
            let file = folder.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, block.text.replace("\"/", &format!("\"{}/", folder.path().display()))).unwrap();
        }
        let place = Self { folder };
        place.make_drop_folders();
        place.make_credentials();
        place
    }

    /// The same with the repository's own jobs and data.
    fn with_the_repositorys_jobs() -> Self {
        let place = Self::with_samples();
        for folder in ["jobs", "sample-data"] {
            let to = place.path().join(folder);
            fs::create_dir_all(&to).unwrap();
            for entry in fs::read_dir(Path::new(TOP).join(folder)).unwrap() {
                let from = entry.unwrap().path();
                fs::copy(&from, to.join(from.file_name().unwrap())).unwrap();
            }
        }
        place.make_drop_folders();
        place
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn make_drop_folders(&self) {
        let jobs = self.path().join("jobs");
        for entry in fs::read_dir(&jobs).unwrap() {
            let job: toml::Table = fs::read_to_string(entry.unwrap().path()).unwrap().parse().unwrap();
            // A job that pulls, or that a pull feeds, has none.
            let folder = job.get("source").and_then(|source| source.get("folder"));
            if let Some(folder) = folder.and_then(toml::Value::as_str) {
                fs::create_dir_all(jobs.join(folder)).unwrap();
            }
        }
    }

    fn make_credentials(&self) {
        let folder = self.path().join("credentials");
        fs::create_dir(&folder).unwrap();
        let config = fs::read_to_string(self.path().join("rollbook.toml")).unwrap();
        for rest in config.split("credential = \"").skip(1) {
            let file = folder.join(rest.split('"').next().unwrap());
            fs::write(&file, "0123456789abcdef0123456789abcdef\n").unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        }
    }

    /// Runs a line as a shell would.
    fn run(&self, line: &str) -> Output {
        let binary = Path::new(env!("CARGO_BIN_EXE_rollbook")).parent().unwrap();
        let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap());
        Command::new("sh")
            .args(["-c", line])
            .current_dir(self.path())
            .env("PATH", path)
            .env("HOME", self.path())
            .env("CREDENTIALS_DIRECTORY", self.path().join("credentials"))
            .env_remove("ROLLBOOK_CONFIG")
            .env_remove("RUST_LOG")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Runs a line that must end with this exit code.
    fn expect(&self, place: &str, line: &str, code: i32) -> String {
        let output = self.run(line);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(
            output.status.code(),
            Some(code),
            "{place}: `{line}` ended with {}, not with {code}; it said:\n{said}{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        said
    }
}

fn shell_blocks(kind: &str) -> Vec<Block> {
    let found: Vec<_> = blocks(&readme()).into_iter().filter(|block| block.is_shell(kind)).collect();
    assert!(!found.is_empty(), "README.md has no block marked `console {kind}`");
    found
}

#[test]
fn every_shell_block_says_who_runs_it() {
    for block in blocks(&readme()) {
        let shell = block
            .info
            .first()
            .is_some_and(|word| ["console", "sh", "bash", "shell"].contains(&word.as_str()));
        let known = ["run", "ci", "root"].iter().any(|kind| block.is_shell(kind));
        assert!(
            !shell || known,
            "README.md:{}: mark this block `console run` (tests run it), `console ci` (.ci/run does) or \
             `console root` (needs root or systemd)",
            block.line
        );
    }
}

#[test]
fn the_run_blocks_run() {
    let place = Place::with_the_repositorys_jobs();
    for (line, command, code) in shell_blocks("run").iter().flat_map(Block::commands) {
        place.expect(&format!("README.md:{line}"), &command, code);
    }
}

/// `.ci/run` takes the test command from here, so there must be exactly one.
#[test]
fn there_is_one_test_command() {
    let blocks = shell_blocks("ci");
    let tests: Vec<_> = blocks.iter().filter(|block| block.text.starts_with("cargo test")).collect();
    assert_eq!(tests.len(), 1, "one block marked `console ci` begins with `cargo test`: {tests:?}");
    let demo = blocks.iter().any(|block| block.text.contains("cargo run --release -- demo"));
    assert!(demo, "no block marked `console ci` runs the demo");
}

#[test]
fn the_samples_are_right() {
    let blocks = blocks(&readme());
    let samples: Vec<_> = blocks.iter().filter_map(|b| b.sample_of().map(str::to_owned)).collect();
    assert_eq!(samples, ["rollbook.toml", "jobs/hr-users.toml"]);
    Place::with_samples().expect("README.md", "rollbook check", 0);
}

/// What is shown as more of `rollbook.toml` fits behind it, and the jobs of the repository fit both.
#[test]
fn the_other_connections_are_right() {
    let more: Vec<Block> =
        blocks(&readme()).into_iter().filter(Block::is_more_of_the_configuration).collect();
    assert!(!more.is_empty(), "README.md has no block marked `toml rollbook.toml more`");
    let place = Place::with_the_repositorys_jobs();
    let config = place.path().join("rollbook.toml");
    let mut text = fs::read_to_string(&config).unwrap();
    more.iter().for_each(|block| text += &block.text);
    fs::write(&config, text).unwrap();
    fs::remove_dir_all(place.path().join("credentials")).unwrap();
    place.make_credentials();
    let said = place.expect("README.md", "rollbook check", 0);
    assert!(said.contains("no problem"), "{said}");
    let named: Vec<&str> =
        PRODUCTS.iter().map(|product| product.name).filter(|name| !more[0].text.contains(name)).collect();
    assert_eq!(named, ["upsidelms"], "each other product has its connection in the README");
}

#[test]
fn the_readme_and_the_help_name_the_same_commands() {
    let place = Place::with_samples();
    let help = place.expect("help", "rollbook --help", 0);
    let list = help.split("Commands:").nth(1).expect("`rollbook --help` lists its commands");
    let known: BTreeSet<&str> = list
        .lines()
        .skip(1)
        .take_while(|line| !line.trim().is_empty())
        // What is set in further is the rest of a description.
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .collect();
    let readme = readme();
    let mentions = mentions(&readme);
    let named: BTreeSet<&str> = mentions.iter().map(|mention| mention.command.as_str()).collect();
    let silent: Vec<_> = known.difference(&named).collect();
    assert!(silent.is_empty(), "README.md says nothing of the commands {silent:?}");
    for mention in &mentions {
        let (line, command) = (mention.line, mention.command.as_str());
        assert!(known.contains(command), "README.md:{line}: there is no command `rollbook {command}`");
        let help = place.expect("help", &format!("rollbook {command} --help"), 0);
        for option in &mention.options {
            assert!(help.contains(option), "README.md:{line}: `rollbook {command}` has no option `{option}`");
        }
    }
}

/// The keys stand in the source where they are read; those of a product stand in the registry.
#[test]
fn every_key_of_the_configuration_is_explained() {
    let readme = readme();
    let mut keys = BTreeSet::new();
    for entry in fs::read_dir(Path::new(TOP).join("src/config")).unwrap() {
        let path = entry.unwrap().path();
        let text = if path.is_file() { fs::read_to_string(path).unwrap() } else { String::new() };
        keys.extend(behind(&text, &[".get(\"", ".need(\"", "percent(\""]));
    }
    assert!(keys.len() > 40, "only {} keys found: {keys:?}", keys.len());
    let missing: Vec<_> = keys.iter().filter(|key| !readme.contains(&format!("`{key}`"))).collect();
    assert!(missing.is_empty(), "README.md does not explain {missing:?}");
}

fn behind(text: &str, marks: &[&str]) -> Vec<String> {
    let found = marks.iter().flat_map(|mark| text.split(mark).skip(1));
    found.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect()
}
