//! Answers of any size are read in bounded memory.

use std::cell::Cell;

use serde_json::json;

use super::super::super::samples::portal;
use super::super::super::wire::Answer;
use super::super::opened::open;
use super::super::samples::{CATALOG_ON, TOKEN, catalog, heard, plan};
use super::*;

/// An answer that is made while it is read: so many curricula like the sample's, each with two of its contents.
struct Made<'a> {
    one: String,
    curricula: usize,
    made: usize,
    ready: Vec<u8>,
    at: usize,
    /// How many bytes have been given out.
    given: &'a Cell<usize>,
}

impl<'a> Made<'a> {
    fn new(curricula: usize, given: &'a Cell<usize>) -> Self {
        Self {
            one: curriculum(),
            curricula,
            made: 0,
            ready: b"{\"curriculumCatalogDTO\":[ ".to_vec(),
            at: 0,
            given,
        }
    }
}

/// The sample's curriculum, with a course and a test.
fn curriculum() -> String {
    let mut sample: Value = serde_json::from_str(CATALOG_ON).unwrap();
    let curriculum = &mut sample["curriculumCatalogDTO"][0];
    curriculum["Content"].as_array_mut().unwrap().truncate(2);
    curriculum.to_string()
}

impl Read for Made<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.at == self.ready.len() && self.made <= self.curricula {
            self.ready = if self.made < self.curricula {
                let id = format!("\"curriculum_id\":\"{:05}\"", self.made);
                (self.one.replacen("\"curriculum_id\":\"31\"", &id, 1) + ",\n").into_bytes()
            } else {
                format!("{{\"Token\":\"{TOKEN}\"}}]}}").into_bytes()
            };
            self.at = 0;
            self.made += 1;
        }
        let count = (&self.ready[self.at..]).read(to)?;
        self.at += count;
        self.given.set(self.given.get() + count);
        Ok(count)
    }
}

/// However many there are, no more of them is held than one batch: what has been read and not yet handed on.
#[test]
fn a_catalog_of_20_000_curricula_is_read_a_batch_at_a_time() {
    let curricula = 20_000;
    let given = Cell::new(0);
    // Its ID has three digits more than the sample's, and there is a comma and a line break behind it.
    let of_one = curriculum().len() + 5;
    let (mut seen, mut items) = (0, 0);
    let body = Made::new(curricula, &given);
    let answer = open(body, &portal().cipher, &catalog(), &mut |batch| {
        assert!(batch.len() <= BATCH, "{}", batch.len());
        items += batch.len();
        seen += batch.iter().filter(|item| item.parent.is_none()).count();
        // The last one's contents may follow in the next batch.
        let ahead = given.get().saturating_sub(seen * of_one);
        assert!(ahead < 128 * 1024, "{ahead} bytes ahead of what was handed on");
        true
    });
    let Some(Answer::Reply(heard)) = answer else { panic!("{answer:?}") };
    assert_eq!((seen, items, heard.curricula), (curricula, 3 * curricula, 20_000));
    assert!(given.get() > 20_000_000, "{}", given.get());
}

#[test]
fn one_curriculum_has_its_bounds() {
    let hostile = |body: &str, expected: &str| {
        let (answer, items) = heard(body.as_bytes(), &plan());
        assert_eq!(
            answer,
            match expected {
                "broken" => Answer::Unreadable("JSON that is cut off or broken"),
                more => Answer::Spoilt(more.to_owned()),
            },
            "{}",
            &body[..60]
        );
        assert!(items.is_empty());
    };
    let more = 5 * 1024 * 1024;
    let of = |most| {
        format!("a list whose element 1 has more than {most}, which is the most that a curriculum may have")
    };
    let (bytes, values) = (&of("4 MiB"), &of("40,000 values"));
    hostile(&format!("[{{\"curriculum_id\":\"{}\"}}]", "1".repeat(more)), bytes);
    hostile(&format!("[{{\"{}\":1}}]", "k".repeat(more)), bytes);
    hostile(&format!("[{}]", " ".repeat(more)), bytes);
    hostile(&format!("[{{\"curriculum_id\":\"1\",\"Content\":[{}{{}}]}}]", "{},".repeat(40_000)), values);
    hostile(&format!("[{{\"x\":[{}0]}}]", "0,".repeat(40_000)), values);
    hostile(
        &format!("{{{}\"y\":0}}", "\"x\":0,".repeat(40_000)),
        "JSON with more than 40,000 values beside its list",
    );
    let second = "a list whose element 2 has more than 4 MiB, which is the most that a curriculum may have";
    let behind = format!("[{{\"curriculum_id\":\"1\"}},{{\"x\":\"{}\"}}]", "1".repeat(more));
    hostile(&behind, second);
    // A curriculum as deep as this.
    hostile(&"[".repeat(200), "broken");
    hostile(&format!("[{{\"x\":{}", "[".repeat(1_000_000)), "broken");
    hostile(&"{\"x\":".repeat(200), "broken");
}

/// A curriculum with more contents than go on together.
#[test]
fn no_batch_is_larger_than_another() {
    let contents: Vec<_> = (0..600).map(|id| json!({"content_type": "Video", "video_id": id})).collect();
    let body = json!([{"curriculum_id": "1", "Content": contents}, {"Token": TOKEN}]).to_string();
    let mut batches = Vec::new();
    let answer = open(body.as_bytes(), &portal().cipher, &plan(), &mut |batch| {
        batches.push(batch.len());
        true
    });
    assert!(matches!(answer, Some(Answer::Reply(_))), "{answer:?}");
    assert_eq!(batches, [BATCH, BATCH, 601 - 2 * BATCH]);
}

/// What is left for one does not depend on those before it.
#[test]
fn the_bounds_are_of_each_curriculum() {
    let curriculum = json!({"curriculum_id": "1", "feedback": "x".repeat(1024 * 1024)}).to_string();
    let body = format!("[{}{{\"Token\":\"{TOKEN}\"}}]", format!("{curriculum},").repeat(9));
    let (answer, items) = heard(body.as_bytes(), &plan());
    assert!(matches!(answer, Answer::Reply(_)), "{answer:?}");
    assert_eq!(items.len(), 9);
}
