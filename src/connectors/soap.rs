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

/// Whom a fault blames, by its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blame {
    /// What was sent.
    Call,
    /// How it was wrapped: no call would get through, and none was looked into.
    Envelope,
    /// The server, and all codes that we don't know: nobody is refused for good on their word.
    Server,
}

/// Whom this `faultcode` blames. It may go on behind a point, and vendors differ in its case.
pub(super) fn blame(code: &str) -> Blame {
    match code.split('.').next().unwrap_or_default().to_lowercase().as_str() {
        "client" | "sender" => Blame::Call,
        "versionmismatch" | "mustunderstand" => Blame::Envelope,
        _ => Blame::Server,
    }
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
    let is_envelope = root.name == "Envelope";
    let body = root.children.into_iter().find(|child| is_envelope && child.name == "Body");
    let mut held = body.map(|body| body.children).unwrap_or_default().into_iter();
    let first = held.next().ok_or(XmlProblem::Malformed)?;
    // What an answer refers to may stand beside it, and would be read by nobody.
    if held.next().is_some() {
        return Err(XmlProblem::Several);
    }
    if first.name != "Fault" {
        return Ok(SoapAnswer::Body(first));
    }
    let code = first.text_of("faultcode").unwrap_or_default();
    let code = code.rsplit(':').next().unwrap_or_default().to_owned();
    let text = first.text_of("faultstring").unwrap_or_default().to_owned();
    Ok(SoapAnswer::Fault { code, text, fault: first })
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
        assert_eq!(
            text.expose_secret(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
             <soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body>\
             <int:go xmlns:int=\"urn:x\"><n>1</n></int:go></soapenv:Body></soapenv:Envelope>"
        );
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
        let beside = b"<Envelope><Body><a/><multiRef id='1'><code>201</code></multiRef></Body></Envelope>";
        assert_eq!(read(beside), Err(XmlProblem::Several));
    }

    #[test]
    fn a_fault_blames_the_call_the_envelope_or_the_server() {
        for (blamed, codes) in [
            (Blame::Call, vec!["Client", "client", "CLIENT.Bad", "Sender"]),
            (Blame::Envelope, vec!["VersionMismatch", "MustUnderstand", "mustunderstand"]),
            (Blame::Server, vec!["Server", "Server.Busy", "HTTP", "Clients", ""]),
        ] {
            for code in codes {
                assert_eq!(blame(code), blamed, "{code}");
            }
        }
    }
}
