//! XML of small documents for all products: written with every value escaped, read into a tree.
//!
//! It knows no vendor. A document type is refused: an answer has no use for one, and entities that it
//! declares can make a kilobyte into gigabytes.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesCData, BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::{Writer, XmlVersion};
use secrecy::SecretString;

/// The deepest nesting that is read.
const DEPTH: usize = 64;

/// An element as it was read; names are without their prefixes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    /// Its local name.
    pub(super) name: String,
    /// The local names and values of its attributes.
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
/// When it is none, is cut off, or has a document type.
pub(super) fn parse(bytes: &[u8]) -> Result<Element, XmlProblem> {
    let text = std::str::from_utf8(bytes.trim_ascii()).map_err(|_| XmlProblem::Malformed)?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        match reader.read_event().map_err(|_| XmlProblem::Malformed)? {
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

fn element(start: &BytesStart<'_>) -> Result<Element, XmlProblem> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| XmlProblem::Malformed)?;
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
        self.open(name, &[]);
        self.write(Event::Text(BytesText::new(text)));
        self.close()
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
        let read = parse(text.expose_secret().as_bytes()).unwrap();
        assert_eq!((read.text_of("b"), read.text_of("c")), (Some("<&]]>é"), Some("x]]>y&")));
    }
}
