//! Reads the JSON of an answer as it streams by, one curriculum at a time, whatever its size. Pure.

mod top;

use std::io::{self, Read};

use serde::de::{DeserializeSeed, Error};
use serde_json::{Map, Value};

use super::super::wire::{LmsError, errors, is_no_data, says_no_data, word, word_of};
use super::bounded::{Allowance, Metered};
use super::items::{curriculum, names_curriculum, says_contents, title};
use crate::model::{PullShape, Pulled};
use top::Top;

/// What the lists of both calls are called; the token tells whose answer it is.
const LISTS: [&str; 2] = ["curriculumCatalogDTO", "learningPlanDTO"];

/// How many items go on together, at most.
const BATCH: usize = 256;

/// The most errors that are kept: they all say one thing or two.
const ERRORS: usize = 50;

/// What an answer says beside its items.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Heard {
    /// The token of the question that it answers: in the element at the end of a list, or beside the list.
    pub(super) token: Option<String>,
    /// How many curricula it holds.
    pub(super) curricula: u64,
    /// Whether any of them says which contents it has, be it none.
    pub(super) contents: bool,
    /// Whether it says that there are none (Msg001).
    pub(super) no_data: bool,
    /// Every error item, wherever it stands.
    pub(super) errors: Vec<LmsError>,
}

/// Why an answer was not read to its end.
#[derive(Debug)]
pub(super) enum Flaw {
    /// It is no JSON, or it breaks off.
    Broken,
    /// It is JSON that the LMS does not send; what it is.
    Odd(&'static str),
    /// It is the LMS's, and not to be taken; what it is.
    Spoilt(String),
    /// What it is read from failed.
    Source(io::Error),
    /// Nobody takes the items any more.
    Gone,
}

/// Takes a batch of items; whether more are wanted.
pub(super) type Take<'a> = &'a mut dyn FnMut(Vec<Pulled>) -> bool;

/// Reads an answer to its end, and hands on the items of its curricula, which are of this shape.
///
/// # Errors
/// Why it can't be read; what was handed on is void then.
pub(super) fn read(source: impl Read, shape: &PullShape, take: Take<'_>) -> Result<Heard, Flaw> {
    let left = Allowance::new();
    let mut reader = Reader {
        shape,
        take,
        left: &left,
        heard: Heard::default(),
        listed: false,
        ours: false,
        place: 0,
        flaw: None,
        batch: Vec::new(),
    };
    let mut json = serde_json::Deserializer::from_reader(Metered { source, left: &left });
    let read = Top(&mut reader).deserialize(&mut json).and_then(|()| {
        left.renew();
        json.end()
    });
    match read {
        Ok(()) => reader.finish(),
        Err(error) => Err(reader.flaw(error)),
    }
}

/// What has been read so far.
struct Reader<'a> {
    shape: &'a PullShape,
    take: Take<'a>,
    left: &'a Allowance,
    heard: Heard,
    /// Whether there was a list, be it empty.
    listed: bool,
    /// Whether it is surely the LMS's: its list has our name, or holds a curriculum.
    ours: bool,
    /// How many elements of the list have been read.
    place: u64,
    flaw: Option<Flaw>,
    batch: Vec<Pulled>,
}

impl Reader<'_> {
    /// What was wrong, once reading has failed with this error.
    fn flaw(&mut self, error: serde_json::Error) -> Flaw {
        let flaw = match (self.flaw.take(), self.left.spent()) {
            (Some(flaw), _) => flaw,
            (None, Some(most)) if self.listed => Flaw::Spoilt(format!(
                "a list whose element {} has more than {most}, which is the most that a curriculum may have",
                self.place + 1
            )),
            (None, Some(most)) => Flaw::Spoilt(format!("JSON with more than {most} beside its list")),
            (None, None) if error.is_io() => Flaw::Source(error.into()),
            (None, None) if error.is_data() => Flaw::Odd("JSON of another kind"),
            (None, None) => Flaw::Broken,
        };
        match flaw {
            Flaw::Odd(what) if self.ours => Flaw::Spoilt(what.to_owned()),
            Flaw::Broken if self.ours => {
                Flaw::Spoilt(format!("a list that is cut off or broken after {} whole elements", self.place))
            }
            flaw => flaw,
        }
    }

    /// What is wrong with a list whose latest element can't be told from others.
    fn without_id(&self, object: &Map<String, Value>) -> Flaw {
        match title(self.shape, object) {
            None if !self.ours => Flaw::Odd("a list of something else than curricula"),
            title => Flaw::Spoilt(format!(
                "a list with a curriculum that has no curriculum_id that can be read: element {}{}",
                self.place,
                title.map(|title| format!(", {title:?}")).unwrap_or_default()
            )),
        }
    }

    /// Takes one element of the list, or what stands in its place.
    fn element(&mut self, element: &Value) -> Result<(), Flaw> {
        self.place += 1;
        let object = match element {
            Value::Null => return Ok(()),
            Value::Object(object) if object.is_empty() => return Ok(()),
            Value::Object(object) => object,
            _ => return Err(Flaw::Odd("a list of something else than curricula")),
        };
        let holds_data = names_curriculum(self.shape, object);
        self.ours |= holds_data;
        if self.remark(element, holds_data) && !holds_data {
            return Ok(());
        }
        if self.heard.token.is_some() {
            return Err(Flaw::Odd("a list that goes on behind its token"));
        }
        self.heard.token = token(object);
        if object.contains_key("Token") && !holds_data {
            return Ok(());
        }
        self.heard.curricula += 1;
        self.heard.contents |= says_contents(object);
        let items = curriculum(self.shape, object).ok_or_else(|| self.without_id(object))?;
        self.batch.extend(items);
        while self.batch.len() >= BATCH {
            let rest = self.batch.split_off(BATCH);
            self.hand_on()?;
            self.batch = rest;
        }
        Ok(())
    }

    /// Takes note of what is said of the answer as a whole; whether anything is.
    fn remark(&mut self, value: &Value, holds_data: bool) -> bool {
        let (mut errors, no_data) = (errors(value, None), says_no_data(value));
        errors.retain(|error| !is_no_data(&error.code));
        if !holds_data {
            messages(value, &mut errors);
        }
        let says = no_data || !errors.is_empty();
        let room = ERRORS.saturating_sub(self.heard.errors.len());
        self.heard.errors.extend(errors.into_iter().take(room));
        self.heard.no_data |= no_data;
        says
    }

    fn hand_on(&mut self) -> Result<(), Flaw> {
        let batch = std::mem::take(&mut self.batch);
        if batch.is_empty() || (self.take)(batch) { Ok(()) } else { Err(Flaw::Gone) }
    }

    /// What stands beside the list, or in its place.
    fn beside(&mut self, object: Map<String, Value>) -> Result<(), Flaw> {
        if names_curriculum(self.shape, &object) {
            self.listed = true;
            return self.element(&Value::Object(object));
        }
        let token = token(&object);
        let object = Value::Object(object);
        self.remark(&object, self.listed);
        // A reply without a list bears its token as the replies to other calls do.
        let token = token.or_else(|| word_of(&object, "lmstoken_id"));
        self.heard.token = self.heard.token.take().or(token);
        Ok(())
    }

    fn finish(mut self) -> Result<Heard, Flaw> {
        self.hand_on()?;
        let told = self.heard.no_data || !self.heard.errors.is_empty();
        if self.listed || told { Ok(self.heard) } else { Err(Flaw::Odd("JSON of another kind")) }
    }

    fn give_up<E: Error>(&mut self, flaw: Flaw) -> E {
        self.flaw.get_or_insert(flaw);
        E::custom("given up")
    }
}

/// Messages that the document does not know: where there are no data they are all that is said.
fn messages(value: &Value, found: &mut Vec<LmsError>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| messages(item, found)),
        Value::Object(object) => {
            for (key, value) in object {
                let begin = key.trim().get(..3).unwrap_or_default();
                let is_message = begin.eq_ignore_ascii_case("Msg") && !is_no_data(key);
                match word(value).filter(|_| is_message) {
                    Some(text) => found.push(LmsError { code: key.trim().to_owned(), text }),
                    None => messages(value, found),
                }
            }
        }
        _ => {}
    }
}

fn token(object: &Map<String, Value>) -> Option<String> {
    object.get("Token").and_then(word)
}

#[cfg(test)]
#[path = "reading_tests.rs"]
mod tests;
