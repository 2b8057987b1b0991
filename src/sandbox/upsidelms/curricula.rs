//! Which curricula the simulated portal has, and what there is to know of them. Pure.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::built_in;
use super::contents::{UpsideLmsContent, UpsideLmsContentKind};
use super::options::UpsideLmsOptions;

/// A curriculum that exists.
///
/// One that has an id and nothing else is told of like the [built-in](Self::built_in) one with that id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UpsideLmsCurriculum {
    /// Its id.
    pub id: String,
    /// Its name; empty: `Curriculum` and the id.
    pub name: String,
    /// Why it can't be assigned, if it can't.
    pub trouble: Option<UpsideLmsTrouble>,
    /// Learners don't see it in their catalog.
    pub off_catalog: bool,
    /// What else is told of it, by the names that an output list has (`validity`, `avgratings`), in the form in
    /// which it is sent (`05/06/2016`). What is not here is told as in the document's samples.
    pub fields: BTreeMap<String, String>,
    /// What it consists of.
    pub contents: Vec<UpsideLmsContent>,
}

/// Why a curriculum can't be assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpsideLmsTrouble {
    /// Err008.
    SessionConflict,
    /// Err009 by the document's table; its sample gives this code to what is assigned already.
    Expired,
    /// Err011.
    SeatLimit,
    /// Err012.
    VcsCapacity,
    /// Err013.
    Unavailable,
    /// Err014.
    NoContents,
}

impl UpsideLmsCurriculum {
    /// One with this id and name, and for the rest as in the document's samples.
    pub fn new(id: &str, name: &str) -> Self {
        Self { id: id.to_owned(), name: name.to_owned(), ..Self::default() }
    }

    /// The curricula of a portal for which no others are listed: ten of them, with contents of all kinds.
    pub fn built_in() -> Vec<Self> {
        built_in::CURRICULA.clone()
    }

    /// The same, with this told of it.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The same, with this in it.
    #[must_use]
    pub fn content(mut self, content: UpsideLmsContent) -> Self {
        self.contents.push(content);
        self
    }

    /// The same, which can't be assigned.
    #[must_use]
    pub fn troubled(self, trouble: UpsideLmsTrouble) -> Self {
        Self { trouble: Some(trouble), ..self }
    }

    fn says_nothing(&self) -> bool {
        self.name.is_empty() && self.fields.is_empty() && self.contents.is_empty()
    }
}

/// Whether there is such a curriculum; where none are listed, there is.
pub(super) fn exists(curriculum: &str, options: &UpsideLmsOptions) -> bool {
    options.curricula.is_empty()
        || listed(curriculum, options).is_some()
        || made_up(curriculum, options).is_some()
}

/// What the options say of a curriculum.
pub(super) fn listed<'a>(curriculum: &str, options: &'a UpsideLmsOptions) -> Option<&'a UpsideLmsCurriculum> {
    options.curricula.iter().find(|listed| listed.id == curriculum)
}

/// All that there is to know of a curriculum, the little that is known of any included.
pub(super) fn described<'a>(curriculum: &str, options: &'a UpsideLmsOptions) -> Cow<'a, UpsideLmsCurriculum> {
    match listed(curriculum, options) {
        Some(listed) => furnished(listed),
        None => made_up(curriculum, options).map_or_else(
            || match built_in(curriculum) {
                Some(known) if options.curricula.is_empty() => Cow::Borrowed(known),
                _ => Cow::Owned(UpsideLmsCurriculum::new(curriculum, "")),
            },
            Cow::Owned,
        ),
    }
}

/// What the catalog shows that is listed, in the portal's own order; the built-in curricula where nothing is.
pub(super) fn shown(options: &UpsideLmsOptions) -> Vec<Cow<'_, UpsideLmsCurriculum>> {
    if options.curricula.is_empty() {
        return built_in::CURRICULA.iter().map(Cow::Borrowed).collect();
    }
    options.curricula.iter().map(furnished).collect()
}

/// How the number of a curriculum that is made up stands in its texts.
pub(super) fn made_up_number(number: u32) -> String {
    format!("{number:06}")
}

/// A curriculum that is made up, its number written like this.
pub(super) fn make_up(number: &str, options: &UpsideLmsOptions) -> UpsideLmsCurriculum {
    let contents = (1..=options.catalog.contents).map(|content| {
        let kind = UpsideLmsContentKind::nth(content);
        let name = format!("{} {content} of {number}", kind.word());
        UpsideLmsContent::new(kind, &format!("{number}{content:02}"), &name)
    });
    UpsideLmsCurriculum {
        contents: contents.collect(),
        ..UpsideLmsCurriculum::new(&format!("M{number}"), &format!("Made-up curriculum {number}"))
    }
}

fn made_up(curriculum: &str, options: &UpsideLmsOptions) -> Option<UpsideLmsCurriculum> {
    let number = curriculum.strip_prefix('M')?;
    let read = number.parse().ok().filter(|read| (1..=options.catalog.made_up).contains(read))?;
    (made_up_number(read) == number).then(|| make_up(number, options))
}

fn furnished(listed: &UpsideLmsCurriculum) -> Cow<'_, UpsideLmsCurriculum> {
    match built_in(&listed.id) {
        Some(known) if listed.says_nothing() => Cow::Owned(UpsideLmsCurriculum {
            trouble: listed.trouble,
            off_catalog: listed.off_catalog,
            ..known.clone()
        }),
        _ => Cow::Borrowed(listed),
    }
}

fn built_in(curriculum: &str) -> Option<&'static UpsideLmsCurriculum> {
    built_in::CURRICULA.iter().find(|known| known.id == curriculum)
}
