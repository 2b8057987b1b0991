//! What a text under a name says of a completion: a closed list of forms, and all others are doubtful. Pure.
//!
//! The document lists codes with their words and shows no answer. A call had surely no effect where the
//! answer has the words of a code, or is a fault with its number; a bare number elsewhere may be a count, a
//! state or another system's code.

use super::fields;
use super::wire::{SESSION_TOKEN, SYSTEM_ID};

/// The table "Error Codes" of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// 1: the session has ended, or never was.
    SessionToken,
    /// 2: the system identifier is not known.
    SystemId,
    /// 201: the product is not known.
    Product,
    /// 501: a field is missing that has to be there.
    Parameter,
    /// 600: the catalog is closed for now, or to us.
    Catalog,
}

/// Codes, numbers and words as the document prints them.
const CODES: [(Code, i64, &str); 5] = [
    (Code::SessionToken, 1, "Invalid Session Token"),
    (Code::SystemId, 2, "Invalid System ID"),
    (Code::Product, 201, "Invalid Product Identifier"),
    (Code::Parameter, 501, "Missing Mandatory Parameter"),
    (Code::Catalog, 600, "Catalog is not accessible"),
];

impl Code {
    /// The number.
    pub(super) fn number(self) -> i64 {
        CODES.iter().find(|(code, ..)| *code == self).map_or(0, |(_, number, _)| *number)
    }

    /// The code of that number.
    pub(super) fn of(number: i64) -> Option<Self> {
        CODES.iter().find(|(_, other, _)| *other == number).map(|(code, ..)| *code)
    }

    fn of_words(text: &str) -> Option<Self> {
        let text = plain(text);
        CODES.iter().find(|(.., words)| text.contains(&plain(words))).map(|(code, ..)| *code)
    }
}

/// What a text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// That it went well.
    Good,
    /// The words of a code.
    Words(Code),
    /// The number of a code where codes stand.
    Number(Code),
    /// Something else where only a success was expected.
    Bad,
    /// Words of any meaning.
    Free,
}

/// What names of elements promise.
enum Class {
    /// A code.
    Code,
    /// How it went, as a number or a word.
    Result,
    /// Whether it went well.
    Success,
    /// Whether, how often or why it went wrong.
    Alarm,
    /// Words.
    Message,
    /// The code of a fault: a word of SOAP's, or a number.
    FaultCode,
    /// Something else.
    Other,
}

/// What the text under a name says; the name is plain. Nothing where it is empty, or is an echo of what was
/// sent.
pub(super) fn sign(name: &str, text: &str) -> Option<Sign> {
    let class = class(name);
    if text.is_empty() || is_echo(name, text) {
        return None;
    }
    if let Some(code) = Code::of_words(text) {
        return Some(Sign::Words(code));
    }
    let number = text.parse::<i64>().ok();
    match (class, number) {
        (Class::Code | Class::Result, Some(0 | 200)) => Some(Sign::Good),
        (Class::Code, Some(number)) => Some(Code::of(number).map_or(Sign::Bad, Sign::Number)),
        (Class::Code | Class::Result | Class::Success, _) => {
            Some(if is_good(text) { Sign::Good } else { Sign::Bad })
        }
        (Class::Alarm, _) if is_none(text) => None,
        (Class::Alarm, _) => Some(Sign::Bad),
        (Class::Message, _) => Some(if is_good(text) { Sign::Good } else { Sign::Free }),
        (Class::FaultCode, _) => {
            let number = text.rsplit([':', '.']).next().and_then(|last| last.parse().ok());
            number.and_then(Code::of).map(Sign::Number)
        }
        (Class::Other, _) => Some(Sign::Free),
    }
}

/// Whether an attribute of that plain name says anything of how it went.
pub(super) fn is_telling(name: &str) -> bool {
    !matches!(class(name), Class::Other)
}

/// Whether an element or attribute of that plain name tells one record from others.
pub(super) fn names_a_record(name: &str) -> bool {
    matches!(
        name,
        "customerid"
            | "productid"
            | "index"
            | "recordindex"
            | "recordnumber"
            | "row"
            | "rownumber"
            | "position"
    )
}

/// A name or words in lower-case letters and figures alone.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn class(name: &str) -> Class {
    match name {
        "code" | "errorcode" | "errcode" | "errornumber" | "errorno" | "errno" | "errorid"
        | "exceptioncode" => Class::Code,
        "status" | "statuscode" | "return" | "returncode" | "result" | "resultcode" | "responsecode"
        | "outcome" => Class::Result,
        "success" | "successful" | "succeeded" | "ok" => Class::Success,
        "error" | "errors" | "fault" | "exception" | "haserror" | "haserrors" | "iserror" | "failed"
        | "failedcount" | "errorcount" | "errormessage" | "errortext" | "errordescription" | "errmsg"
        | "errormsg" => Class::Alarm,
        "message" | "msg" | "statusmessage" | "resultmessage" | "description" | "text" | "reason"
        | "detail" | "details" | "faultstring" => Class::Message,
        "faultcode" => Class::FaultCode,
        _ => Class::Other,
    }
}

/// Whether this is a value of the record or of the call, sent back: it says nothing of how it went,
/// whatever it is. Of `status` only the field's own words are.
fn is_echo(name: &str, text: &str) -> bool {
    let own = [SESSION_TOKEN, SYSTEM_ID];
    match name {
        "status" => matches!(text, "Active" | "Finished"),
        _ => names_a_record(name) || fields::names().chain(own).any(|field| plain(field) == name),
    }
}

fn is_good(text: &str) -> bool {
    const GOOD: [&str; 14] = [
        "ok",
        "true",
        "yes",
        "success",
        "successful",
        "successfully",
        "succeeded",
        "saved",
        "completed",
        "accepted",
        "done",
        "completionsaved",
        "savedsuccessfully",
        "completionsavedsuccessfully",
    ];
    GOOD.contains(&plain(text).as_str())
}

fn is_none(text: &str) -> bool {
    matches!(plain(text).as_str(), "0" | "false" | "no" | "none" | "null" | "nil" | "na" | "ok" | "success")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, text: &str, expected: Option<Sign>) {
        assert_eq!(sign(name, text), expected, "{name} {text}");
    }

    /// The document's table, code and description.
    #[test]
    fn every_code_is_known_by_its_words_and_where_codes_stand_by_its_number() {
        for (number, words) in [
            ("1", "Invalid Session Token"),
            ("2", "Invalid System ID"),
            ("201", "Invalid Product Identifier"),
            ("501", "Missing Mandatory Parameter(s)"),
            ("600", "Catalog is not accessible"),
        ] {
            let code = Code::of(number.parse().unwrap()).unwrap();
            assert_eq!(code.number().to_string(), number);
            for name in ["code", "errorcode"] {
                check(name, number, Some(Sign::Number(code)));
            }
            check("message", words, Some(Sign::Words(code)));
            check("return", &words.to_uppercase(), Some(Sign::Words(code)));
            check("faultstring", &format!("{number}: {words} (abc)"), Some(Sign::Words(code)));
            check("faultcode", &format!("soap:Server.{number}"), Some(Sign::Number(code)));
            for name in ["status", "return", "result", "success", "error", "errors"] {
                check(name, number, Some(Sign::Bad));
            }
            // No number is read out of words.
            check("message", &format!("code {number}"), Some(Sign::Free));
            check("processed", number, Some(Sign::Free));
        }
    }

    #[test]
    fn a_success_is_one_of_few_words() {
        for (name, text) in [
            ("code", "0"),
            ("errorcode", "200"),
            ("status", "0"),
            ("result", "OK"),
            ("return", "true"),
            ("status", "Completed"),
            ("success", "true"),
            ("message", "Completion saved."),
            ("message", "Success"),
        ] {
            check(name, text, Some(Sign::Good));
        }
        for (name, text) in [
            ("code", "999"),
            ("code", "E7"),
            ("status", "500"),
            ("status", "Not saved"),
            ("resultcode", "-1"),
            ("return", "Customer not found"),
            ("return", "48213"),
            ("result", "N"),
            ("success", "0"),
            ("success", "1"),
            ("success", "false"),
            ("error", "Out of order"),
            ("failed", "1"),
            ("haserrors", "true"),
        ] {
            check(name, text, Some(Sign::Bad));
        }
        for (name, text) in
            [("error", "none"), ("errors", "0"), ("haserrors", "false"), ("faultcode", "x:Server")]
        {
            check(name, text, None);
        }
        for (name, text) in
            [("message", "Customer does not exist"), ("message", "201 Created"), ("id", "501")]
        {
            check(name, text, Some(Sign::Free));
        }
    }

    #[test]
    fn an_echo_of_what_was_sent_says_nothing() {
        for (name, text) in [
            ("completion", "Failed"),
            ("status", "Finished"),
            ("productid", "201"),
            ("customerlastname", "Missing Mandatory Parameter"),
            ("sessiontoken", "t"),
            ("index", "1"),
        ] {
            check(name, text, None);
        }
    }
}
