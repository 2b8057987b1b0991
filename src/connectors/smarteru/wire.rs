//! What goes over the wire for `enrollSessionHistory`, and what comes back; the form of every answer. Pure.
//!
//! The vendor's sections are "API Call XML Package" and "API Response XML Package".

use secrecy::{ExposeSecret, SecretString};

use super::fields::value;
use crate::connectors::http::looks_like;
use crate::connectors::xml::{Document, Element, XmlProblem, parse};
use crate::model::Fields;

/// The form field that holds the package.
pub(super) const PACKAGE: &str = "Package";

/// The keys of an account; they hold signs that XML would take for its own.
pub(super) struct Keys {
    /// `AccountAPI`.
    pub(super) account: SecretString,
    /// `UserAPI`.
    pub(super) user: SecretString,
}

/// The package that enrolls these records, in the document's order of tags. A tag without a value is left
/// out: of two exclusive ones both would be there otherwise, and a grade where none may be.
pub(super) fn encode(keys: &Keys, records: &[&Fields]) -> SecretString {
    let mut package = Document::new();
    package
        .open("SmarterU", &[])
        .cdata("AccountAPI", keys.account.expose_secret())
        .cdata("UserAPI", keys.user.expose_secret())
        .text("Method", "enrollSessionHistory")
        .open("Parameters", &[])
        .open("LearningModuleEnrollment", &[]);
    for record in records {
        package.open("Enrollment", &[]);
        package.open("User", &[]);
        put(&mut package, record, &["Email", "EmployeeID"]);
        package.close().open("Group", &[]);
        put(&mut package, record, &["GroupName", "GroupID"]);
        package.close();
        let others =
            ["LearningModuleID", "LearningModuleSessionID", "EnrollmentStatus", "Grade", "EnrolledDate"];
        put(&mut package, record, &others);
        package.close();
    }
    package.finish()
}

fn put(package: &mut Document, record: &Fields, names: &[&str]) {
    for name in names {
        if let Some(value) = value(record, name) {
            package.cdata(name, value);
        }
    }
}

/// An answer of the LMS.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Reply {
    /// Whether `Result` is `Success`; there may be errors beside it.
    pub(super) success: bool,
    /// `Info/Enrollments`: the enrollments that were processed.
    pub(super) processed: Vec<Processed>,
    /// `Errors`.
    pub(super) errors: Vec<LmsError>,
}

/// One `Enrollment` of `Info`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Processed {
    /// Its place in the call, from 1.
    pub(super) block: Option<usize>,
    /// `User`: the e-mail or employee ID that was sent.
    pub(super) user: Option<String>,
    /// `LearningModuleID` as it was sent.
    pub(super) module: Option<String>,
}

/// One `Error`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct LmsError {
    /// `ErrorID`: `ESH:21`.
    pub(super) code: String,
    /// `ErrorMessage`.
    pub(super) text: String,
}

/// Reads an answer, whatever its content type says: the LMS calls its XML `text/html`.
///
/// # Errors
/// When it is none, in words that hold nothing of it.
pub(super) fn decode(body: &[u8]) -> Result<Reply, String> {
    let (root, success) = root(body)?;
    let enrollments = root.child("Info").and_then(|info| info.find("Enrollments"));
    Ok(Reply {
        success,
        processed: enrollments.map(|all| all.all("Enrollment").map(processed).collect()).unwrap_or_default(),
        errors: root.child("Errors").map(errors).unwrap_or_default(),
    })
}

/// The root of an answer to any call, and whether it says success.
///
/// # Errors
/// When it is none, in words that hold nothing of it.
pub(super) fn root(body: &[u8]) -> Result<(Element, bool), String> {
    let nothing = |what: &str| format!("the answer is no reply of the LMS but {what}");
    let root = parse(body).map_err(|problem| match looks_like(body) {
        "XML or HTML" if problem == XmlProblem::Malformed => nothing("XML or HTML that is broken or cut off"),
        "XML or HTML" => problem.to_string(),
        what => nothing(what),
    })?;
    let result = root.text_of("Result").filter(|_| root.name == "SmarterU");
    let result = result.ok_or_else(|| match looks_like(body) {
        "XML or HTML" => nothing("XML of another kind"),
        what => nothing(what),
    })?;
    let success = result.eq_ignore_ascii_case("Success");
    Ok((root, success))
}

fn processed(enrollment: &Element) -> Processed {
    Processed {
        block: enrollment.attribute("block").and_then(|block| block.trim().parse().ok()),
        user: enrollment.text_of("User").map(str::to_owned),
        module: enrollment.text_of("LearningModuleID").map(str::to_owned),
    }
}

/// A success has no error, so nothing that stands in `Errors` is passed over.
pub(super) fn errors(errors: &Element) -> Vec<LmsError> {
    let own_words = Some(&errors.text).filter(|text| !text.is_empty());
    let own_words = own_words.map(|text| LmsError { code: String::new(), text: text.clone() });
    let each = errors.children.iter().map(|error| LmsError {
        code: error.text_of("ErrorID").unwrap_or_default().to_owned(),
        text: error.text_of("ErrorMessage").unwrap_or(&error.text).to_owned(),
    });
    each.chain(own_words).collect()
}

#[cfg(test)]
#[path = "wire_tests.rs"]
pub(super) mod tests;
