//! Temporary.
use crate::config::Source;
use std::io;
use std::time::{Duration, Instant, SystemTime};
/// F
#[derive(Default, Debug)]
pub struct Folder;
/// L
#[derive(Default, Debug)]
pub struct Look {
    /// r
    pub ready: Vec<String>,
    /// s
    pub settling: Option<Duration>,
    /// o
    pub odd: Vec<(String, String)>,
}
/// m
pub fn matches(source: &Source, name: &str) -> bool {
    globset::Glob::new(&source.pattern).is_ok_and(|g| g.compile_matcher().is_match(name))
}
impl Folder {
    /// l
    pub fn look(&mut self, source: &Source, _n: Instant, _w: SystemTime) -> io::Result<Look> {
        let mut ready = Vec::new();
        for e in std::fs::read_dir(&source.folder)? {
            let n = e?.file_name().to_string_lossy().into_owned();
            if matches(source, &n) {
                ready.push(n);
            }
        }
        Ok(Look { ready, ..Look::default() })
    }
}
