//! SOAP 1.1 as the simulated systems speak it: the one operation of an envelope, answers and faults.

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::xml::{self, Node, Unread, escaped};

/// The envelope's namespace.
pub(super) const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// A failure as SOAP tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// `Client`, `Server`, `VersionMismatch`, or a code of the product's.
    pub(super) code: String,
    pub(super) text: String,
    /// What stands inside `detail`; none where this is empty.
    pub(super) detail: String,
}

impl Fault {
    pub(super) fn client(text: impl Into<String>) -> Self {
        Self { code: "Client".to_owned(), text: text.into(), detail: String::new() }
    }

    pub(super) fn server(text: impl Into<String>) -> Self {
        Self { code: "Server".to_owned(), text: text.into(), detail: String::new() }
    }
}

/// The operation that a request asks for; `envelopes` are the namespaces that an envelope may have.
pub(super) fn operation(headers: &HeaderMap, body: &Bytes, envelopes: &[&str]) -> Result<Node, Fault> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("text/xml") {
        return Err(Fault::client("SOAP 1.1 travels as text/xml"));
    }
    let envelope = xml::read(body).map_err(|unread| match unread {
        Unread::Doctype => Fault::client("a SOAP message has no document type"),
        Unread::Malformed => Fault::client("the message is no well-formed XML"),
    })?;
    let namespace = envelope.namespace.clone().unwrap_or_default();
    if envelope.name != "Envelope" || !envelopes.contains(&namespace.as_str()) {
        let text = "the message is no SOAP 1.1 envelope".to_owned();
        return Err(Fault { code: "VersionMismatch".to_owned(), text, detail: String::new() });
    }
    let part = |node: &Node, name: &str| node.name == name && node.namespace == envelope.namespace;
    let body = match envelope.children.as_slice() {
        [body] if part(body, "Body") => body,
        [head, body] if part(head, "Header") && part(body, "Body") => body,
        _ => return Err(Fault::client("an envelope holds an optional Header and a Body")),
    };
    match body.children.as_slice() {
        [operation] => Ok(operation.clone()),
        _ => Err(Fault::client("a Body holds one operation")),
    }
}

/// An answer: `content` inside an envelope of this namespace.
pub(super) fn answer(envelope: &str, content: &str) -> Response {
    reply(StatusCode::OK, envelope, content)
}

/// A fault, which SOAP 1.1 wants to be HTTP 500.
pub(super) fn fault(envelope: &str, fault: &Fault) -> Response {
    let Fault { code, text, detail } = fault;
    let prefix = match code.as_str() {
        "Client" | "Server" | "VersionMismatch" => "SOAP-ENV:",
        _ => "",
    };
    let detail = if detail.is_empty() { String::new() } else { format!("<detail>{detail}</detail>") };
    let content = format!(
        "<SOAP-ENV:Fault><faultcode>{prefix}{}</faultcode><faultstring>{}</faultstring>{detail}</SOAP-ENV:Fault>",
        escaped(code),
        escaped(text)
    );
    reply(StatusCode::INTERNAL_SERVER_ERROR, envelope, &content)
}

fn reply(status: StatusCode, envelope: &str, content: &str) -> Response {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"{envelope}\">\
         <SOAP-ENV:Body>{content}</SOAP-ENV:Body></SOAP-ENV:Envelope>"
    );
    (status, [(header::CONTENT_TYPE, "text/xml; charset=utf-8")], text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(kind: &'static str, body: &str) -> Result<String, Fault> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
        operation(&headers, &Bytes::from(body.to_owned()), &[ENVELOPE]).map(|node| node.name)
    }

    fn envelope(inside: &str) -> String {
        format!("<e:Envelope xmlns:e='{ENVELOPE}'>{inside}</e:Envelope>")
    }

    #[test]
    fn one_operation_in_a_body() {
        let call = envelope("<e:Header/><e:Body><a/></e:Body>");
        assert_eq!(asked("text/xml", &call), Ok("a".to_owned()));
        assert_eq!(asked("TEXT/xml; charset=utf-8", &call), Ok("a".to_owned()));
        assert_eq!(asked("text/xml", &envelope("<e:Body><a/></e:Body>")), Ok("a".to_owned()));
    }

    #[test]
    fn what_is_no_call() {
        let refused = |kind, body: &str, code: &str, part: &str| {
            let fault = asked(kind, body).expect_err(body);
            assert!(fault.code == code && fault.text.contains(part), "{body}: {fault:?}");
        };
        let call = envelope("<e:Body><a/></e:Body>");
        refused("application/soap+xml", &call, "Client", "text/xml");
        refused("text/xml", "<a", "Client", "well-formed");
        refused("text/xml", &format!("<!DOCTYPE a>{call}"), "Client", "document type");
        refused("text/xml", &call.replace("http:", "https:"), "VersionMismatch", "SOAP 1.1");
        refused("text/xml", &call.replace("Envelope", "Letter"), "VersionMismatch", "SOAP 1.1");
        for inside in ["", "<Body><a/></Body>", "<e:Body><a/></e:Body><e:Header/>", "<e:Head/>"] {
            refused("text/xml", &envelope(inside), "Client", "optional Header and a Body");
        }
        for inside in ["<e:Body/>", "<e:Body><a/><b/></e:Body>"] {
            refused("text/xml", &envelope(inside), "Client", "one operation");
        }
    }
}
