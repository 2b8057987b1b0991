//! How catalogs and learning plans answer: one list, which the token of the question ends. Pure, but for the body
//! that goes out while it is made.

use std::iter;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::assignments::Learners;
use super::complaints::Complaint;
use super::curricula::{made_up_number, make_up};
use super::options::UpsideLmsOptions;
use super::pieces;
use super::question::{Question, Wanted};
use super::told::{Kind, Told};
use crate::sandbox::deliver::Seen;
use crate::sandbox::faults::FaultKind;

/// Stands for the number of a curriculum that is made up, in the pattern of all of them.
const NUMBER: &str = "######";

/// The curricula of an answer.
pub(super) struct Answer {
    list: Vec<Value>,
    /// How those are told that are made up on the way.
    made_up: Option<Wanted>,
}

impl Answer {
    /// These curricula, as they are wanted, and behind them those that are made up.
    pub(super) fn of(list: Vec<Told>, wanted: Wanted, options: &UpsideLmsOptions) -> Result<Self, Complaint> {
        let list: Vec<Value> = list
            .iter()
            .map(|told| told.to_json(wanted.kind, wanted.only.as_deref(), wanted.contents))
            .collect();
        // All of them are alike to a filter.
        let one_more = || wanted.filter.wants(&Told::of(&make_up(NUMBER, options), Learners::default()));
        let more = wanted.kind == Kind::Catalog && options.catalog.made_up > 0 && one_more();
        if list.is_empty() && !more {
            return Err(Complaint::no_data());
        }
        Ok(Self { list, made_up: more.then_some(wanted) })
    }
}

/// What the portal makes of a question: what is wrong with the call comes before what is wrong with the portal.
pub(super) fn answer(
    question: &Question,
    options: &UpsideLmsOptions,
    fault: FaultKind,
    find: impl FnOnce(Wanted) -> Result<Answer, Complaint>,
) -> Result<Answer, Complaint> {
    match fault {
        _ if !question.bears(&options.portal_key) => Err(Complaint::invalid_close("Portal Key")),
        FaultKind::Disabled => Err(Complaint::access_disabled()),
        FaultKind::Err500 => Err(Complaint::internal()),
        _ => question.wanted().and_then(find),
    }
}

/// What the list of calls says.
pub(super) fn seen(question: &Question, answer: &Result<Answer, Complaint>) -> Seen {
    let outcome = match answer {
        Ok(_) => "read",
        Err(complaint) => complaint.code,
    };
    Seen {
        about: question.learner.as_ref().cloned().unwrap_or_default(),
        records: 1,
        outcome: outcome.to_owned(),
        password_sent: false,
    }
}

/// A list that the token ends, with an error in the place of the curricula: no sample shows an error of these
/// calls. Enciphered for those who bore a valid portal key, unless answers are plain.
pub(super) fn respond(
    question: &Question,
    answer: Result<Answer, Complaint>,
    options: &UpsideLmsOptions,
) -> Response {
    let key_is_valid = question.bears(&options.portal_key);
    let with_token = key_is_valid && !options.plans.without_token;
    let token = question.token.as_ref().filter(|_| with_token).map(|token| json!({"Token": token}));
    let list = question.kind().list();
    let cipher = (key_is_valid && !options.plain_answers).then(|| options.cipher());
    let (answer, made_up) = match answer {
        Ok(Answer { list, made_up }) => (list, made_up),
        Err(complaint) => (vec![json!(complaint)], None),
    };
    let head = [(header::CONTENT_TYPE, if cipher.is_some() { "text/plain" } else { "application/json" })];
    let Some(wanted) = made_up else {
        let whole = json!({ list: answer.into_iter().chain(token).collect::<Vec<_>>() });
        let mut whole = escaped(&whole);
        if options.cut_pulls {
            whole.truncate(middle(&whole));
        }
        let body = cipher.map_or_else(|| whole.clone(), |cipher| cipher.encrypt(&whole));
        return (head, body).into_response();
    };
    let curriculum = make_up(NUMBER, options);
    let told = Told::of(&curriculum, Learners::default()).with_contents(&curriculum, None);
    let pattern = escaped(&told.to_json(wanted.kind, wanted.only.as_deref(), wanted.contents));
    let last = options.catalog.made_up / if options.cut_pulls { 2 } else { 1 };
    let made_up = (1..=last).map(move |number| pattern.replace(NUMBER, &made_up_number(number)));
    let token = token.filter(|_| !options.cut_pulls);
    let (first, last) = (answer.into_iter(), token.into_iter());
    let elements = first.map(|one| escaped(&one)).chain(made_up).chain(last.map(|one| escaped(&one)));
    let texts = elements.enumerate().map(|(place, element)| match place {
        0 => element,
        _ => format!(",{element}"),
    });
    let end = if options.cut_pulls { ",{\"curriculum_id\":" } else { "]}" };
    let texts = iter::once(format!("{{\"{list}\":[")).chain(texts).chain(iter::once(end.to_owned()));
    (head, pieces::body(texts, cipher.as_ref())).into_response()
}

/// The document escapes slashes, and they occur in texts alone.
fn escaped(json: &Value) -> String {
    json.to_string().replace('/', "\\/")
}

fn middle(text: &str) -> usize {
    (0..=text.len() / 2).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}
