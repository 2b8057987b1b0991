//! What the portal answers. The document has codes and no answers, so every form here is an assumption.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::options::{CrowdWisdomErrors, CrowdWisdomOptions};
use crate::sandbox::soap::{self, Fault};
use crate::sandbox::xml::escaped;

/// The namespace of the operations.
pub(super) const NAMESPACE: &str = "http://ws.mycrowdwisdom.com/integration/";

/// Why the portal did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// One of the document's codes, with its description.
    Code(u16, &'static str),
    /// The message itself is at fault, or something went wrong inside.
    Fault(Fault),
}

impl Refusal {
    pub(super) const INVALID_TOKEN: Self = Self::Code(1, "Invalid Session Token");
    pub(super) const INVALID_SYSTEM: Self = Self::Code(2, "Invalid System ID");
    pub(super) const INVALID_PRODUCT: Self = Self::Code(201, "Invalid Product Identifier");
    pub(super) const MISSING: Self = Self::Code(501, "Missing Mandatory Parameter(s)");
    pub(super) const CATALOG: Self = Self::Code(600, "Catalog is not accessible");

    pub(super) fn client(text: impl Into<String>) -> Self {
        Self::Fault(Fault::client(text))
    }

    /// For the list of calls.
    pub(super) fn outcome(&self) -> String {
        match self {
            Self::Code(code, _) => code.to_string(),
            Self::Fault(fault) => fault.code.clone(),
        }
    }
}

/// What a call came to.
pub(super) enum Done {
    /// A session is open, with this token.
    Session(String),
    /// The records are in.
    Completed,
    /// What became of each record, by `customerId` and `productId`.
    Each(Vec<RecordResult>),
}

/// What became of one record of several.
pub(super) struct RecordResult {
    pub(super) customer: String,
    pub(super) product: String,
    pub(super) refusal: Option<Refusal>,
}

/// The answer to `method`.
pub(super) fn answer(
    method: &str,
    done: &Result<Done, Refusal>,
    options: &CrowdWisdomOptions,
    headers: &HeaderMap,
) -> Response {
    let result = |code: u16, description: &str| {
        let description = escaped(description);
        format!("<return><code>{code}</code><description>{description}</description></return>")
    };
    let content = match done {
        Ok(Done::Session(token)) => {
            let name = &options.session_result;
            format!("<{name}>{}</{name}>", escaped(token))
        }
        Ok(Done::Each(results)) => results.iter().map(each).collect(),
        Ok(Done::Completed) if options.errors == CrowdWisdomErrors::Result => result(0, "Success"),
        Ok(Done::Completed) => String::new(),
        Err(Refusal::Code(code, description)) if options.errors == CrowdWisdomErrors::Result => {
            result(*code, description)
        }
        Err(refusal) => return fault(refusal, options, headers),
    };
    let name = format!("{}Response", escaped(method));
    soap::answer(soap::ENVELOPE, &format!("<ns2:{name} xmlns:ns2=\"{NAMESPACE}\">{content}</ns2:{name}>"))
}

/// The result of one record of several.
fn each(result: &RecordResult) -> String {
    let (code, description) = match &result.refusal {
        None => (0, "Success".to_owned()),
        Some(Refusal::Code(code, description)) => (*code, (*description).to_owned()),
        Some(Refusal::Fault(fault)) => (0, fault.text.clone()),
    };
    format!(
        "<return><customerId>{}</customerId><productId>{}</productId><code>{code}</code>\
         <description>{}</description></return>",
        escaped(&result.customer),
        escaped(&result.product),
        escaped(&description)
    )
}

fn fault(refusal: &Refusal, options: &CrowdWisdomOptions, headers: &HeaderMap) -> Response {
    let fault = match refusal {
        Refusal::Fault(fault) => fault.clone(),
        Refusal::Code(code, description) if options.errors == CrowdWisdomErrors::FaultCode => {
            Fault { code: code.to_string(), text: (*description).to_owned(), detail: String::new() }
        }
        Refusal::Code(code, description) => Fault {
            detail: format!(
                "<ns2:ServiceException xmlns:ns2=\"{NAMESPACE}\"><code>{code}</code>\
                 <description>{}</description></ns2:ServiceException>",
                escaped(description)
            ),
            ..Fault::server(*description)
        },
    };
    // Such servers have been seen to answer errors as plain text to clients that don't say what they accept,
    // and who accepts anything does not.
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if matches!(accepted.trim(), "" | "*/*") {
        return (StatusCode::INTERNAL_SERVER_ERROR, format!("{}\n", fault.text)).into_response();
    }
    soap::fault(soap::ENVELOPE, &fault)
}
