//! Where the configuration lies.

use std::path::{Path, PathBuf};

/// The places looked at without `--config`.
const PLACES: [&str; 2] = ["rollbook.toml", "/etc/rollbook/rollbook.toml"];

/// The configuration: the one of the command line, else `./rollbook.toml`, else
/// `/etc/rollbook/rollbook.toml`.
///
/// # Errors
/// When there is none; the text names the places looked at.
pub fn locate(explicit: Option<&Path>) -> Result<PathBuf, String> {
    match explicit {
        Some(path) if there(path) => Ok(path.to_owned()),
        Some(path) => Err(format!("no such file: {} (named by --config)", path.display())),
        None => first_of(&PLACES.map(PathBuf::from)),
    }
}

fn first_of(places: &[PathBuf]) -> Result<PathBuf, String> {
    places.iter().find(|path| there(path)).cloned().ok_or_else(|| {
        let shown = |path: &PathBuf| match path.is_relative() {
            true => format!("./{}", path.display()),
            false => path.display().to_string(),
        };
        let places: Vec<_> = places.iter().map(shown).collect();
        format!("no configuration: neither {} is there; name one with --config FILE", places.join(" nor "))
    })
}

/// What can't be looked at is taken for there, so that reading it says why.
fn there(path: &Path) -> bool {
    path.try_exists().unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_place_with_a_file_wins_and_none_names_them_all() {
        let folder = tempfile::tempdir().unwrap();
        let places = ["a.toml", "b.toml"].map(|name| folder.path().join(name));
        let shown = folder.path().display().to_string();
        let error = first_of(&places).unwrap_err().replace(&shown, "DIR");
        assert_eq!(
            error,
            "no configuration: neither DIR/a.toml nor DIR/b.toml is there; name one with --config FILE"
        );
        std::fs::write(&places[1], "").unwrap();
        assert_eq!(first_of(&places).unwrap(), places[1]);
        assert_eq!(locate(Some(&places[1])).unwrap(), places[1]);
        let error = locate(Some(&places[0])).unwrap_err().replace(&shown, "DIR");
        assert_eq!(error, "no such file: DIR/a.toml (named by --config)");
    }
}
