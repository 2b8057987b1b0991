//! What can go wrong with a call by HTTP, and what each failure means for the record and the connection.

use std::time::{Duration, SystemTime};

use crate::model::{Outcome, Verdict};

/// The longest pause that a server may ask for.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 60 * 60);

/// A call that came to nothing for a reason of HTTP.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HttpFailure {
    /// There was no connection, so nothing was sent.
    #[error("no connection: {0}")]
    Connect(String),
    /// The call took longer than it may; it may have had its effect.
    #[error("no complete answer within {}", humantime::format_duration(*.0))]
    Timeout(Duration),
    /// Nothing came of a download for so long, whatever had come before.
    #[error(
        "nothing more of the answer came within {}, the connection's timeout_s",
        humantime::format_duration(*.0)
    )]
    Stalled(Duration),
    /// A download went on and on.
    #[error(
        "the answer was not whole after {}, which is {} times the connection's timeout_s",
        humantime::format_duration(*.0), super::download::TIMES
    )]
    Endless(Duration),
    /// The connection ended before the answer did; the call may have had its effect.
    #[error("the connection ended before the answer did: {0}")]
    CutOff(String),
    /// The answer is larger than any answer of a vendor.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(u64),
    /// The answer can't be put aside on this machine's disk.
    #[error("the answer can't be kept on disk while it is read: {0}")]
    Scratch(String),
    /// The answer has another status than 2xx.
    #[error("HTTP {status}: {}", status_words(*.status, .location.as_deref()))]
    Status {
        /// The status.
        status: u16,
        /// `Retry-After` as it was sent: seconds, or an HTTP date.
        retry_after: Option<String>,
        /// Where a redirect leads, without query.
        location: Option<String>,
    },
}

impl HttpFailure {
    /// The failure as the engine takes it; `now` is what an HTTP date of `Retry-After` is measured from.
    pub fn outcome(&self, now: SystemTime) -> Outcome {
        let passing = Verdict::RetryConnection { after: None };
        let (verdict, code) = match self {
            Self::Connect(_) => (passing, "connect".to_owned()),
            Self::Timeout(_) | Self::Stalled(_) | Self::Endless(_) => (passing, "timeout".to_owned()),
            Self::CutOff(_) => (passing, "cut off".to_owned()),
            Self::TooLarge(_) => (passing, "too large".to_owned()),
            Self::Scratch(_) => (passing, "disk".to_owned()),
            Self::Status { status, retry_after, .. } => {
                let after = retry_after.as_deref().and_then(|value| pause(value, now));
                (status_verdict(*status, after), format!("HTTP {status}"))
            }
        };
        let outcome = Outcome::new(verdict, code, self.to_string());
        if self.had_no_effect() { outcome.without_effect() } else { outcome }
    }
}

impl HttpFailure {
    /// Whether the call surely had no effect: no connection came about, or the server did not take the call.
    /// A 503 may come from something in front of an LMS that goes on, and caches set a time on their own.
    fn had_no_effect(&self) -> bool {
        match self {
            Self::Connect(_) => true,
            Self::Status { status, .. } => matches!(status, 300..=407 | 409..=499),
            Self::Timeout(_)
            | Self::Stalled(_)
            | Self::Endless(_)
            | Self::CutOff(_)
            | Self::TooLarge(_)
            | Self::Scratch(_) => false,
        }
    }
}

fn status_verdict(status: u16, after: Option<Duration>) -> Verdict {
    match status {
        300..=399 | 401 | 403 | 404 | 405 | 407 | 410 => Verdict::StopConnection,
        408 | 429 | 500.. => Verdict::RetryConnection { after },
        // Some other 4xx comes from something in front of the LMS, which answers its own refusals in
        // the body. It may be about this one call only, so the connection goes on; and nobody is
        // refused for good on the word of something that is not the LMS.
        _ => Verdict::Retry,
    }
}

fn status_words(status: u16, location: Option<&str>) -> String {
    match (status, location) {
        (300..=399, Some(target)) => {
            format!("the server answers with a redirect to {target}: is base_url right?")
        }
        (300..=399, None) => "the server answers with a redirect: is base_url right?".to_owned(),
        (401, _) => "the server asks for a sign-in: is base_url right?".to_owned(),
        (403, _) => "the server forbids access: is this machine's address allowed there?".to_owned(),
        (404 | 410, _) => "nothing is there: is base_url right?".to_owned(),
        (405, _) => "the address does not take such a call: is base_url right?".to_owned(),
        (407, _) => "a proxy asks for a sign-in".to_owned(),
        (429, _) => "the server takes no more calls for now".to_owned(),
        (503, _) => "the server is not available for now".to_owned(),
        (500.., _) => "the server failed".to_owned(),
        _ => "the server did not take the call".to_owned(),
    }
}

/// The innermost cause, which is the one that says something ("Connection refused").
pub(super) fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// The pause that `Retry-After` asks for. None at all is for the caller's own pause, which grows.
fn pause(value: &str, now: SystemTime) -> Option<Duration> {
    let asked = match value.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => httpdate::parse_http_date(value).ok()?.duration_since(now).ok()?,
    };
    (!asked.is_zero()).then_some(asked.min(LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_surely_had_no_effect() {
        let status = |status, retry_after: Option<&str>| HttpFailure::Status {
            status,
            retry_after: retry_after.map(str::to_owned),
            location: None,
        };
        for (failure, none) in [
            (HttpFailure::Connect("refused".to_owned()), true),
            (HttpFailure::Timeout(Duration::from_secs(1)), false),
            (HttpFailure::Stalled(Duration::from_secs(1)), false),
            (HttpFailure::Endless(Duration::from_secs(30)), false),
            (HttpFailure::CutOff("reset".to_owned()), false),
            (HttpFailure::TooLarge(1), false),
            (HttpFailure::Scratch("no space left".to_owned()), false),
            (status(429, None), true),
            (status(429, Some("5")), true),
            // A proxy in front may give up on a call that goes on behind it, and say when to come back.
            (status(503, Some("5")), false),
            (status(503, None), false),
            (status(500, None), false),
            (status(408, None), false),
            (status(404, None), true),
            (status(302, None), true),
        ] {
            assert_eq!(failure.outcome(SystemTime::UNIX_EPOCH).had_no_effect, none, "{failure}");
        }
    }

    #[test]
    fn each_status_has_its_class() {
        let verdict = |status| {
            let failure = HttpFailure::Status { status, retry_after: None, location: None };
            failure.outcome(SystemTime::UNIX_EPOCH).verdict
        };
        let passing = Verdict::RetryConnection { after: None };
        for (statuses, expected) in [
            (vec![301, 302, 303, 307, 308, 401, 403, 404, 405, 407, 410], Verdict::StopConnection),
            (vec![408, 429, 500, 502, 503, 504, 599], passing),
            (vec![400, 409, 413, 415, 422], Verdict::Retry),
        ] {
            for status in statuses {
                assert_eq!(verdict(status), expected, "HTTP {status}");
            }
        }
    }

    #[track_caller]
    fn check_pause(value: &str, expected: Option<u64>) {
        // Sun, 06 Nov 1994 08:49:37 GMT
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        assert_eq!(pause(value, now), expected.map(Duration::from_secs), "{value}");
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        check_pause("120", Some(120));
        check_pause("Sun, 06 Nov 1994 08:50:37 GMT", Some(60));
        check_pause("Sun, 06 Nov 1994 08:49:37 GMT", None);
        check_pause("Sat, 05 Nov 1994 08:49:37 GMT", None);
        check_pause("0", None);
        check_pause("-5", None);
        check_pause("soon", None);
        check_pause("999999999999", Some(86_400));
    }
}
