//! For tests: the document's samples, and the reading of an answer as items.
//!
//! The samples are the document's byte for byte; its captions "with content" and "without content" stand over
//! each other's. The enciphered ones come from
//!   openssl enc -aes-128-cbc -K KEY -iv KEY -a -A
//! (and `-aes-128-ecb` without `-A`), where KEY is 55707369646540323031360000000000, the hex of Upside@2016.

use std::io::Read;

use super::super::samples::portal;
use super::super::wire::Answer;
use super::fields::{training_catalog, training_plan};
use super::opened::open;
use super::reading::Heard;
use crate::model::{Fields, PullShape, Pulled};

/// The token of all samples.
pub(super) const TOKEN: &str = "Upside@2016";

pub(super) const CATALOG_ON: &str = include_str!("samples/catalog_on.json");
pub(super) const CATALOG_OFF: &str = include_str!("samples/catalog_off.json");
pub(super) const PLAN_ON: &str = include_str!("samples/plan_on.json");
pub(super) const PLAN_OFF: &str = include_str!("samples/plan_off.json");

pub(super) const CATALOG_ON_CBC: &str = include_str!("samples/catalog_on.cbc.txt");
pub(super) const CATALOG_OFF_CBC: &str = include_str!("samples/catalog_off.cbc.txt");
pub(super) const PLAN_ON_CBC: &str = include_str!("samples/plan_on.cbc.txt");
pub(super) const PLAN_OFF_CBC: &str = include_str!("samples/plan_off.cbc.txt");
/// In lines of 64 signs.
pub(super) const CATALOG_ON_ECB: &str = include_str!("samples/catalog_on.ecb.txt");

pub(super) fn catalog() -> PullShape {
    training_catalog().pull.unwrap()
}

pub(super) fn plan() -> PullShape {
    training_plan().pull.unwrap()
}

/// An answer as it is read, and the items that were handed on.
pub(super) fn heard(body: impl Read, shape: &PullShape) -> (Answer<Heard>, Vec<Pulled>) {
    let mut items = Vec::new();
    let answer = open(body, &portal().cipher, shape, &mut |batch| {
        items.extend(batch);
        true
    });
    (answer.unwrap(), items)
}

/// The items of an answer that is whole.
#[track_caller]
pub(super) fn items(body: &str, shape: &PullShape) -> Vec<Pulled> {
    let (answer, items) = heard(body.as_bytes(), shape);
    let Answer::Reply(heard) = answer else { panic!("{answer:?}: {body}") };
    assert_eq!(heard.token.as_deref(), Some(TOKEN), "{body}");
    assert_eq!((heard.errors.as_slice(), heard.no_data), (&[][..], false), "{body}");
    items
}

/// Values by name, as a test writes them.
pub(super) fn values(of: &[(&str, &str)]) -> Fields {
    of.iter().copied().collect()
}
