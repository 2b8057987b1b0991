//! What an answer of the Activity Progress API means. Pure.
//!
//! No document shows a failure, neither its form nor its words nor its status. So the words count first, where
//! they are plain, and then the status.

use secrecy::SecretString;

use super::wire::{Page, Read};
use crate::connectors::http::{asks_for_pause, unreadable};
use crate::connectors::mask;
use crate::model::{Outcome, Verdict};

/// What to look at where the platform does not take the token.
const WRONG_TOKEN: &str = "is `token` that of the platform at base_url?";

/// What may be known of the limit.
const LIMIT: &str = "77 Media allows 500 calls a day unless more were agreed, see calls_per_day";

/// What words are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    /// The token, or that it may read.
    Token,
    /// How many calls a day has.
    Quota,
    /// How fast they come.
    Pace,
    /// The platform's own trouble.
    Trouble,
    /// Anything else: the question, most likely.
    Other,
}

const TOKEN: &[&str] = &[
    "token",
    "unauthor",
    "not authori",
    "unauthen",
    "not authen",
    "authentication",
    "forbidden",
    "permission",
    "access denied",
    "access disabled",
    "credential",
    "not provisioned",
];

/// The limit of a day is the only one that the vendor's page has.
const QUOTA: &[&str] = &[
    "quota",
    "daily",
    "per day",
    "calls a day",
    "requests a day",
    "call limit",
    "request limit",
    "api limit",
    "limit exceeded",
    "limit reached",
];

/// What comes of it may be over in a moment.
const PACE: &[&str] =
    &["too many requests", "too many calls", "throttl", "rate limit", "per second", "per minute", "per hour"];

/// What leaves no doubt that it is a day's.
const DAY: &[&str] = &["daily", "per day", "calls a day", "requests a day"];

const TROUBLE: &[&str] =
    &["internal", "server error", "timeout", "timed out", "unavailable", "try again", "temporar", "deadlock"];

fn about(words: &str) -> About {
    // What a parser says of a body has nothing to do with ours.
    let words = words.to_lowercase().replace("unexpected token", "");
    let says = |list: &[&str]| list.iter().any(|part| words.contains(part));
    // "Token limit exceeded" is about calls.
    if says(PACE) && !says(DAY) {
        About::Pace
    } else if says(QUOTA) {
        About::Quota
    } else if says(TOKEN) {
        About::Token
    } else if says(TROUBLE) {
        About::Trouble
    } else {
        About::Other
    }
}

/// The page in an answer; `failure` is what its status says where that is none of success, `search` what was
/// looked for, which may be a person.
///
/// # Errors
/// The outcome where there is none.
pub(super) fn page(
    status: u16,
    failure: Option<Outcome>,
    read: Read,
    token: &SecretString,
    search: &str,
) -> Result<Page, Outcome> {
    let clean = |words: &str| mask::reason(words, mask::texts(&[token]).chain([search]));
    let told = match read {
        Read::Page(page) => return failure.map_or(Ok(page), |failure| Err(advised(status, failure))),
        Read::Told(words) => Some((about(&words), words)),
        // Words that may be a proxy's count only where they are plain.
        Read::Bare(words) => Some((about(&words), words)).filter(|(about, _)| *about != About::Other),
        Read::OddRow(_) | Read::Unreadable(_) if failure.is_some() => None,
        Read::OddRow(row) => return Err(unreadable(format!("row {row} of the answer is no row"))),
        Read::Unreadable(kind) => return Err(not_an_answer(kind)),
    };
    match (told, failure) {
        // A pause of seconds does not give a day back.
        (Some((About::Quota, words)), _) if asks_for_pause(status) && is_of_a_day(&words) => {
            Err(outcome(About::Quota, &clean(&words)))
        }
        // Whoever asks for a pause gets it.
        (_, Some(failure)) if asks_for_pause(status) => Err(advised(status, failure)),
        (Some((About::Other, _)), Some(failure)) if !(400..=499).contains(&status) => Err(failure),
        (Some((About::Trouble, _)) | None, Some(failure)) => Err(advised(status, failure)),
        (Some((About::Other, _)), Some(failure)) if is_wrong_address(status) => Err(advised(status, failure)),
        (Some((about, words)), _) => Err(outcome(about, &clean(&words))),
        (None, None) => Err(not_an_answer("text of another kind")),
    }
}

fn not_an_answer(kind: &str) -> Outcome {
    unreadable(format!("the answer is no list of progress but {kind}: is base_url right?"))
}

fn is_of_a_day(words: &str) -> bool {
    let words = words.to_lowercase();
    words.contains("quota") || DAY.iter().any(|part| words.contains(part))
}

/// Whether a status rather says that something else than the API was met.
fn is_wrong_address(status: u16) -> bool {
    matches!(status, 401 | 403 | 404 | 405 | 407 | 408 | 410)
}

fn outcome(about: About, words: &str) -> Outcome {
    let passing = Verdict::RetryConnection { after: None };
    match about {
        About::Token => Outcome::new(Verdict::StopConnection, "token", format!("{words}; {WRONG_TOKEN}")),
        // Nothing more is asked today: every question would be one more that is not answered.
        About::Quota => Outcome::new(
            Verdict::StopConnection,
            "quota",
            format!("{words}; {LIMIT}; nothing more is asked in this run, and the next one asks again"),
        )
        .without_effect(),
        About::Pace => Outcome::new(passing, "pace", words).without_effect(),
        About::Trouble => Outcome::new(passing, "trouble", words),
        About::Other => Outcome::new(Verdict::Refused, "refused", words),
    }
}

/// What the status says, and what it may mean at this API.
fn advised(status: u16, failure: Outcome) -> Outcome {
    let advice = match status {
        401 | 403 => WRONG_TOKEN,
        429 => LIMIT,
        _ => return failure,
    };
    Outcome { reason: format!("{}; {advice}", failure.reason), ..failure }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
