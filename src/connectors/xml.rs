//! XML of small documents for all products: written with every value escaped, read into a tree.
//!
//! It knows no vendor. A document type is refused: an answer has no use for one, and entities that it
//! declares can make a kilobyte into gigabytes.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesCData, BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::{Writer, XmlVersion};
use secrecy::SecretString;

/// The deepest nesting that is read.
const DEPTH: usize = 64;

/// The most elements that are read: far more than any answer has, and far less than the memory that 64 MB
/// of them would take.
const ELEMENTS: usize = 200_000;

/// The most attributes of one element: each is held against all others of it.
const ATTRIBUTES: usize = 200;

/// An element as it was read; names are without their prefixes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    /// Its local name.
    pub(super) name: String,
    /// The local names and values of its attributes; what declares namespaces and types is none.
    pub(super) attributes: Vec<(String, String)>,
    /// Its own text, with the blanks around it cut off.
    pub(super) text: String,
    /// The elements in it.
    pub(super) children: Vec<Element>,
}

/// Why something is no XML that we read. The words hold nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum XmlProblem {
    /// It has a document type.
    #[error("the answer has a DOCTYPE, which is never read")]
    Doctype,
    /// It is not well-formed, or not whole.
    #[error("the answer is not well-formed XML")]
    Malformed,
    /// It is nested too deeply.
    #[error("the answer is nested more than {DEPTH} elements deep")]
    TooDeep,
    /// It has too many elements or attributes.
    #[error("the answer has more than {ELEMENTS} elements, or {ATTRIBUTES} attributes in one")]
    TooMany,
    /// Its bytes are not of the charset that it declares, or of none that we know.
    #[error("the answer is not in the charset that it declares, or else UTF-8")]
    Charset,
    /// It is an envelope with several elements in its body.
    #[error("the body of the answer holds more than one element")]
    Several,
}

impl Element {
    /// The first child of that local name.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All children of that local name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first element of that local name anywhere in this one, itself included.
    pub(super) fn find(&self, name: &str) -> Option<&Self> {
        if self.name == name {
            return Some(self);
        }
        self.children.iter().find_map(|child| child.find(name))
    }

    /// The text of the first child of that local name; `None` where there is none or it is empty.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str()).filter(|text| !text.is_empty())
    }

    /// The value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// Reads a document.
///
/// # Errors
/// When it is none, is cut off, has a document type or more of anything than we read.
pub(super) fn parse(bytes: &[u8]) -> Result<Element, XmlProblem> {
    let text = text(bytes.trim_ascii_start())?;
    let mut reader = Reader::from_str(&text);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut elements = 0;
    loop {
        let event = reader.read_event();
        elements += usize::from(matches!(event, Ok(Event::Start(_) | Event::Empty(_))));
        if elements > ELEMENTS {
            return Err(XmlProblem::TooMany);
        }
        match event.map_err(|_| XmlProblem::Malformed)? {
            Event::DocType(_) => return Err(XmlProblem::Doctype),
            Event::Start(start) => {
                if open.len() >= DEPTH {
                    return Err(XmlProblem::TooDeep);
                }
                open.push(element(&start)?);
            }
            Event::Empty(start) => put(&mut open, &mut root, element(&start)?)?,
            Event::End(_) => {
                let mut ended = open.pop().ok_or(XmlProblem::Malformed)?;
                ended.text = ended.text.trim().to_owned();
                put(&mut open, &mut root, ended)?;
            }
            Event::Text(text) => add(&mut open, &text.xml10_content())?,
            Event::CData(text) => add(&mut open, &text.xml10_content())?,
            Event::GeneralRef(entity) => {
                let resolved = match entity.resolve_char_ref().map_err(|_| XmlProblem::Malformed)? {
                    Some(character) => character.to_string(),
                    None => resolve_predefined_entity(&entity).ok_or(XmlProblem::Malformed)?.to_owned(),
                };
                add(&mut open, &resolved)?;
            }
            Event::Eof if open.is_empty() => return root.ok_or(XmlProblem::Malformed),
            Event::Eof => return Err(XmlProblem::Malformed),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
        }
    }
}

/// The text of a document: by its mark, by the charset that its declaration names, or else as UTF-8.
fn text(bytes: &[u8]) -> Result<Cow<'_, str>, XmlProblem> {
    let head = bytes.get(..bytes.len().min(200)).unwrap_or_default();
    let charset = match Encoding::for_bom(bytes) {
        Some((charset, _)) => charset,
        None => match declared(&String::from_utf8_lossy(head)) {
            // Bytes in which a declaration can be read are not of UTF-16, whatever it says.
            Some(label) => {
                Encoding::for_label(label.as_bytes()).ok_or(XmlProblem::Charset)?.output_encoding()
            }
            None => UTF_8,
        },
    };
    match charset.decode(bytes) {
        (text, _, false) => Ok(text),
        _ => Err(XmlProblem::Charset),
    }
}

fn declared(head: &str) -> Option<&str> {
    let (declaration, _) = head.strip_prefix("<?xml")?.split_once("?>")?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    value.strip_prefix('"').or_else(|| value.strip_prefix('\''))?.split(['"', '\'']).next()
}

fn element(start: &BytesStart<'_>) -> Result<Element, XmlProblem> {
    let mut attributes = Vec::new();
    for (count, attribute) in start.attributes().enumerate() {
        if count >= ATTRIBUTES {
            return Err(XmlProblem::TooMany);
        }
        let attribute = attribute.map_err(|_| XmlProblem::Malformed)?;
        let prefix = attribute.key.prefix();
        // They say how something is written, and would pass for attributes of their local names.
        if attribute.key.as_namespace_binding().is_some()
            || prefix.is_some_and(|prefix| prefix.as_ref() == "xsi")
        {
            continue;
        }
        let value = attribute.normalized_value(XmlVersion::Explicit1_0).map_err(|_| XmlProblem::Malformed)?;
        attributes.push((attribute.key.local_name().as_ref().to_owned(), value.into_owned()));
    }
    Ok(Element { name: start.local_name().as_ref().to_owned(), attributes, ..Element::default() })
}

fn put(open: &mut [Element], root: &mut Option<Element>, ended: Element) -> Result<(), XmlProblem> {
    match (open.last_mut(), &root) {
        (Some(parent), _) => parent.children.push(ended),
        (None, None) => *root = Some(ended),
        (None, Some(_)) => return Err(XmlProblem::Malformed),
    }
    Ok(())
}

fn add(open: &mut [Element], text: &str) -> Result<(), XmlProblem> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err(XmlProblem::Malformed),
    }
    Ok(())
}

/// A document in the making: elements are opened and closed, values are escaped.
pub(super) struct Document {
    writer: Writer<Vec<u8>>,
    open: Vec<String>,
}

impl Document {
    /// A document with its declaration.
    pub(super) fn new() -> Self {
        let mut document = Self { writer: Writer::new(Vec::new()), open: Vec::new() };
        document.write(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        document
    }

    /// Opens an element; names and attributes are the caller's own, the values of attributes are escaped.
    pub(super) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) -> &mut Self {
        let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
        self.write(Event::Start(start));
        self.open.push(name.to_owned());
        self
    }

    /// An element with text.
    pub(super) fn text(&mut self, name: &str, text: &str) -> &mut Self {
        self.open(name, &[]).put(text).close()
    }

    /// Text in the element that was opened last.
    pub(super) fn put(&mut self, text: &str) -> &mut Self {
        self.write(Event::Text(BytesText::new(text)));
        self
    }

    /// An element whose text stands in a CDATA section, as some vendors print it.
    pub(super) fn cdata(&mut self, name: &str, text: &str) -> &mut Self {
        self.open(name, &[]);
        for part in BytesCData::escaped(text) {
            self.write(Event::CData(part));
        }
        self.close()
    }

    /// Closes the element that was opened last.
    pub(super) fn close(&mut self) -> &mut Self {
        if let Some(name) = self.open.pop() {
            self.write(Event::End(BytesEnd::new(name)));
        }
        self
    }

    /// Closes all that is open and gives the document.
    pub(super) fn finish(mut self) -> SecretString {
        while !self.open.is_empty() {
            self.close();
        }
        String::from_utf8(self.writer.into_inner()).unwrap_or_default().into()
    }

    fn write(&mut self, event: Event<'_>) {
        // Writing into memory does not fail.
        let _ = self.writer.write_event(event);
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn names_lose_their_prefixes_and_texts_their_entities() {
        let read = parse(
            b"<?xml version=\"1.0\"?>\n<s:a xmlns:s=\"urn:x\" s:n=\"1 &amp; 2\"><!-- no --><b> x&lt;&#65;<![CDATA[<&>]]> </b><c/><b>2</b></s:a>",
        )
        .unwrap();
        assert_eq!((read.name.as_str(), read.attribute("n")), ("a", Some("1 & 2")));
        assert_eq!(read.text_of("b"), Some("x<A<&>"));
        assert_eq!(read.all("b").count(), 2);
        assert_eq!((read.text_of("c"), read.find("c").is_some()), (None, true));
    }

    #[test]
    fn what_is_no_xml_is_refused() {
        for (bytes, problem) in [
            ("", XmlProblem::Malformed),
            ("text", XmlProblem::Malformed),
            ("<a><b></a>", XmlProblem::Malformed),
            ("<a><b>", XmlProblem::Malformed),
            ("<a/><b/>", XmlProblem::Malformed),
            ("<a>&unknown;</a>", XmlProblem::Malformed),
            ("<!DOCTYPE html><html></html>", XmlProblem::Doctype),
            ("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", XmlProblem::Doctype),
        ] {
            assert_eq!(parse(bytes.as_bytes()), Err(problem), "{bytes}");
        }
        let deep = "<a>".repeat(DEPTH + 1);
        assert_eq!(parse(deep.as_bytes()), Err(XmlProblem::TooDeep));
    }

    #[test]
    fn values_are_escaped() {
        let mut document = Document::new();
        document.open("a", &[("n", "\"&")]).text("b", "<&]]>é").cdata("c", "x]]>y&");
        let text = document.finish();
        assert_eq!(
            text.expose_secret(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a n=\"&quot;&amp;\"><b>&lt;&amp;]]&gt;é</b>\
             <c><![CDATA[x]]]]><![CDATA[>y&]]></c></a>"
        );
    }

    #[test]
    fn what_declares_namespaces_and_types_is_no_attribute() {
        let read = parse(
            b"<r xmlns='u' xmlns:code='urn:x' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>\
              <a xsi:type='x:int' type='own' xsi:nil='false'/></r>",
        );
        let read = read.unwrap();
        assert_eq!(read.attributes, []);
        assert_eq!(read.child("a").unwrap().attributes, [("type".to_owned(), "own".to_owned())]);
    }

    /// Bytes as Python's `"…".encode(…)` has them.
    #[test]
    fn a_document_is_read_in_the_charset_that_it_declares() {
        let latin = b"<?xml version='1.0' encoding=\"ISO-8859-1\"?><a>Andr\xe9</a>";
        let utf_16 = b"\xff\xfe<\0a\0>\0\xe9\0<\0/\0a\0>\0";
        let marked = b"\xef\xbb\xbf<a>Andr\xc3\xa9</a>";
        for (bytes, expected) in [(&latin[..], "Andr\u{e9}"), (utf_16, "\u{e9}"), (marked, "Andr\u{e9}")] {
            assert_eq!(parse(bytes).unwrap().text, expected);
        }
        for bytes in [
            &b"<a>Andr\xe9</a>"[..],
            b"<?xml version='1.0' encoding='UTF-8'?><a>\xe9</a>",
            b"<?xml version='1.0' encoding='x-own'?><a/>",
        ] {
            assert_eq!(parse(bytes), Err(XmlProblem::Charset));
        }
    }

    #[test]
    fn a_document_has_a_bound_of_elements_and_of_attributes() {
        let many = |count: usize| format!("<a>{}</a>", "<b/>".repeat(count - 1));
        assert!(parse(many(ELEMENTS).as_bytes()).is_ok());
        assert_eq!(parse(many(ELEMENTS + 1).as_bytes()), Err(XmlProblem::TooMany));
        let attributes: String = (0..=ATTRIBUTES).map(|count| format!(" a{count}=''")).collect();
        assert_eq!(parse(format!("<a{attributes}/>").as_bytes()), Err(XmlProblem::TooMany));
    }
}
