//! What a text under a name says of an error: the codes of the document, by word and by number. Pure.

use super::fields;

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

/// What a text says of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// The words of a code.
    Words(Code),
    /// The number of a code.
    Number(Code),
    /// An error without a code, or what may be one.
    Unsure,
}

/// What names of elements promise.
enum Class {
    /// A code: each number but 0 and 200 is an error.
    Code,
    /// The code of a fault: a word of SOAP's, or a number.
    FaultCode,
    /// A number among the codes is an error only where it is hardly anything else.
    Status,
    /// What the method gives back: it may be a number of any meaning.
    Result,
    /// Whether it went well.
    Success,
    /// Whether, or how often, it went wrong.
    Alarm,
    /// The words of an error.
    ErrorText,
    /// Words.
    Message,
    /// Something else.
    Other,
}

/// What the text under a name says of an error; the name is plain.
pub(super) fn sign(name: &str, text: &str) -> Option<Sign> {
    let class = class(name);
    // An echo of a record's own values says nothing of an error, whatever they are.
    if matches!(class, Class::Other) && fields::names().any(|field| plain(field) == name) {
        return None;
    }
    if let Some(code) = Code::of_words(text) {
        return Some(Sign::Words(code));
    }
    let number = text.parse::<i64>().ok();
    match (class, number) {
        (Class::Code, Some(0 | 200)) => None,
        (Class::Code, Some(number)) => Some(Code::of(number).map_or(Sign::Unsure, Sign::Number)),
        (Class::Code, None) if is_well(text) => None,
        (Class::Code, None) => {
            let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
            let code = number_in(text).or_else(|| Code::of(digits.parse().ok()?));
            Some(code.filter(|code| code.number() > 100).map_or(Sign::Unsure, Sign::Number))
        }
        (Class::FaultCode, _) => {
            let last = text.rsplit([':', '.']).next().and_then(|last| last.parse().ok());
            last.and_then(Code::of).map(Sign::Number)
        }
        // A status 1 may be a success, and so may 2 and 201 ("created"): to take it for a code could send
        // a record again that has had its effect.
        (Class::Status, Some(501)) => Some(Sign::Number(Code::Parameter)),
        (Class::Status, Some(600)) => Some(Sign::Number(Code::Catalog)),
        (Class::Status | Class::Result, Some(number)) => Code::of(number).map(|_| Sign::Unsure),
        (Class::Status | Class::Result, None) => is_ill(text).then_some(Sign::Unsure),
        (Class::Success, number) => (number == Some(0) || is_ill(text)).then_some(Sign::Unsure),
        (Class::Alarm, Some(count)) => (count != 0).then_some(Sign::Unsure),
        (Class::Alarm, None) => (!is_well(text) && !is_ill_flag(text)).then_some(Sign::Unsure),
        (Class::ErrorText, Some(0)) => None,
        (Class::ErrorText, Some(number)) => Some(Code::of(number).map_or(Sign::Unsure, Sign::Number)),
        (Class::ErrorText, None) if is_well(text) || is_ill_flag(text) => None,
        (Class::ErrorText, None) => Some(number_in(text).map_or(Sign::Unsure, Sign::Number)),
        (Class::Message, None) => {
            number_in(text).map(Sign::Number).or_else(|| is_ill(text).then_some(Sign::Unsure))
        }
        (Class::Message, Some(_)) | (Class::Other, _) => None,
    }
}

/// Whether an attribute or a leaf of that plain name tells a code.
pub(super) fn is_code_name(name: &str) -> bool {
    matches!(class(name), Class::Code)
}

/// Whether the text under that plain name is what the LMS says in words.
pub(super) fn is_words_name(name: &str) -> bool {
    matches!(class(name), Class::ErrorText | Class::Message | Class::Result)
}

/// A name or words in lower-case letters and figures alone.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn class(name: &str) -> Class {
    match name {
        "code" | "errorcode" | "errcode" | "errornumber" | "errorno" | "errno" | "errorid"
        | "exceptioncode" => Class::Code,
        "faultcode" => Class::FaultCode,
        "status" | "statuscode" | "resultcode" | "returncode" | "responsecode" => Class::Status,
        "return" | "result" | "outcome" => Class::Result,
        "success" | "successful" | "succeeded" | "ok" => Class::Success,
        "haserror" | "haserrors" | "iserror" | "failed" | "failedcount" | "errorcount" => Class::Alarm,
        "error" | "errors" | "fault" | "exception" | "errormessage" | "errortext" | "errordescription"
        | "errmsg" | "errormsg" | "faultstring" => Class::ErrorText,
        "message" | "msg" | "statusmessage" | "description" | "text" | "reason" | "detail" | "details" => {
            Class::Message
        }
        _ => Class::Other,
    }
}

fn is_well(text: &str) -> bool {
    matches!(plain(text).as_str(), "ok" | "success" | "successful" | "none" | "null" | "nil" | "na" | "")
}

fn is_ill_flag(text: &str) -> bool {
    matches!(plain(text).as_str(), "false" | "no")
}

/// Whether a text begins as words of failure do.
fn is_ill(text: &str) -> bool {
    const ILL: [&str; 16] = [
        "false",
        "ko",
        "nok",
        "fail",
        "failed",
        "failure",
        "error",
        "errors",
        "exception",
        "invalid",
        "missing",
        "unknown",
        "unable",
        "cannot",
        "denied",
        "rejected",
    ];
    let first = text.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty());
    is_ill_flag(text) || first.is_some_and(|first| ILL.contains(&first.to_lowercase().as_str()))
}

/// The number of a code at the beginning of a text, or behind the word "code". Alone in a text the small
/// numbers 1 and 2 are too often something else ("error 1 of 3").
fn number_in(text: &str) -> Option<Code> {
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(plain).collect();
    words.iter().enumerate().find_map(|(at, word)| {
        let digits = word.trim_start_matches(|c: char| c.is_alphabetic());
        let code = Code::of(digits.parse().ok()?)?;
        let before = at.checked_sub(1).and_then(|before| words.get(before)).map(String::as_str);
        let behind_code = matches!(before, Some("code" | "errorcode"));
        let leads = at == 0 || matches!(before, Some("error" | "err") if at == 1);
        (behind_code || (leads && code.number() > 100)).then_some(code)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, text: &str, expected: Option<Sign>) {
        assert_eq!(sign(name, text), expected, "{name} {text}");
    }

    /// The document's table, code and description.
    #[test]
    fn every_code_is_known_by_its_number_and_by_its_words() {
        for (number, words) in [
            ("1", "Invalid Session Token"),
            ("2", "Invalid System ID"),
            ("201", "Invalid Product Identifier"),
            ("501", "Missing Mandatory Parameter(s)"),
            ("600", "Catalog is not accessible"),
        ] {
            let code = Code::of(number.parse().unwrap()).unwrap();
            assert_eq!(code.number().to_string(), number);
            for name in ["code", "errorcode", "error"] {
                check(name, number, Some(Sign::Number(code)));
            }
            check("message", words, Some(Sign::Words(code)));
            check("return", &words.to_uppercase(), Some(Sign::Words(code)));
            check("faultstring", &format!("Error: {words} (abc)"), Some(Sign::Words(code)));
            check("faultcode", &format!("soap:Server.{number}"), Some(Sign::Number(code)));
            check("faultstring", &format!("code {number}"), Some(Sign::Number(code)));
        }
    }

    #[test]
    fn a_number_that_may_be_a_success_is_a_doubt() {
        for text in ["1", "2", "201"] {
            check("status", text, Some(Sign::Unsure));
            check("return", text, Some(Sign::Unsure));
        }
        check("status", "501", Some(Sign::Number(Code::Parameter)));
        check("status", "600", Some(Sign::Number(Code::Catalog)));
        for (name, text) in
            [("status", "0"), ("status", "200"), ("return", "48213"), ("code", "0"), ("code", "200")]
        {
            check(name, text, None);
        }
    }

    #[test]
    fn errors_that_the_document_does_not_know_are_errors() {
        for (name, text) in [
            ("code", "999"),
            ("code", "E7"),
            ("error", "Out of order"),
            ("success", "false"),
            ("success", "0"),
            ("status", "Failed"),
            ("return", "error: no"),
            ("message", "Unable to save"),
            ("failed", "1"),
            ("haserrors", "true"),
        ] {
            check(name, text, Some(Sign::Unsure));
        }
        for (name, text) in [
            ("error", "none"),
            ("error", "false"),
            ("success", "true"),
            ("status", "Finished"),
            ("message", "Completion saved"),
            ("failed", "0"),
            ("haserrors", "false"),
            ("id", "501"),
        ] {
            check(name, text, None);
        }
    }

    #[test]
    fn an_echo_of_the_record_is_no_error() {
        check("completion", "Failed", None);
        check("productid", "201", None);
        check("customerlastname", "Missing Mandatory Parameter", None);
    }

    #[test]
    fn a_number_within_words_counts_only_where_a_code_stands() {
        check("faultstring", "201: no such thing", Some(Sign::Number(Code::Product)));
        check("faultstring", "ERR501 x", Some(Sign::Number(Code::Parameter)));
        check("faultstring", "error 1 of 3", Some(Sign::Unsure));
        check("message", "1 record saved", None);
        check("message", "saved 201 records", None);
        check("code", "CW-600", Some(Sign::Number(Code::Catalog)));
    }
}
