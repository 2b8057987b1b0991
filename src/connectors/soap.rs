//! SOAP 1.1 for all products that speak it: the envelope, and what an answer's body or fault says.

use secrecy::SecretString;

use super::xml::{Document, Element, XmlProblem, parse};

/// The envelope's namespace.
const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// The media type of a call.
pub(super) const CONTENT_TYPE: &str = "text/xml; charset=utf-8";

/// What the body of an answer holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SoapAnswer {
    /// The element in it.
    Body(Element),
    /// A fault.
    Fault {
        /// `faultcode`, without its prefix.
        code: String,
        /// `faultstring`.
        text: String,
        /// The whole fault, for a vendor's own detail.
        fault: Element,
    },
}

/// An envelope around what `body` writes into it.
pub(super) fn envelope(body: impl FnOnce(&mut Document)) -> SecretString {
    let mut document = Document::new();
    document.open("soapenv:Envelope", &[("xmlns:soapenv", ENVELOPE)]).open("soapenv:Body", &[]);
    body(&mut document);
    document.finish()
}

/// Reads an answer. Envelope and fault are known by their local names: vendors print several namespaces.
///
/// # Errors
/// When it is no XML; `Malformed` too where it is no envelope.
pub(super) fn read(bytes: &[u8]) -> Result<SoapAnswer, XmlProblem> {
    let root = parse(bytes)?;
    let body = root.child("Body").filter(|_| root.name == "Envelope");
    let first = body.and_then(|body| body.children.first()).ok_or(XmlProblem::Malformed)?;
    if first.name != "Fault" {
        return Ok(SoapAnswer::Body(first.clone()));
    }
    let code = first.text_of("faultcode").unwrap_or_default();
    let code = code.rsplit(':').next().unwrap_or_default().to_owned();
    let text = first.text_of("faultstring").unwrap_or_default().to_owned();
    Ok(SoapAnswer::Fault { code, text, fault: first.clone() })
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn an_envelope_holds_what_is_written_into_it() {
        let text = envelope(|body| {
            body.open("int:go", &[("xmlns:int", "urn:x")]).text("n", "1");
        });
        let read = read(text.expose_secret().as_bytes()).unwrap();
        assert!(matches!(read, SoapAnswer::Body(element) if element.text_of("n") == Some("1")));
    }

    #[test]
    fn a_fault_is_told_from_an_answer() {
        let fault = "<e:Envelope xmlns:e='x'><e:Header/><e:Body><e:Fault><faultcode>e:Server</faultcode>\
                     <faultstring> Out of order </faultstring></e:Fault></e:Body></e:Envelope>";
        let SoapAnswer::Fault { code, text, .. } = read(fault.as_bytes()).unwrap() else {
            panic!("no fault")
        };
        assert_eq!((code.as_str(), text.as_str()), ("Server", "Out of order"));
        assert_eq!(read(b"<html><Body><p/></Body></html>"), Err(XmlProblem::Malformed));
        assert_eq!(read(b"<Envelope><Body/></Envelope>"), Err(XmlProblem::Malformed));
    }
}
