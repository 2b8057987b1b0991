//! XML as the simulated systems read it: strictly, and without document types.

use quick_xml::XmlVersion;
use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::reader::NsReader;

/// Nothing that the documents show is a quarter as deep.
const DEEPEST: usize = 32;

/// An element, with everything in it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Node {
    /// What its prefix, or the lack of one, stands for.
    pub(super) namespace: Option<String>,
    /// Its name without the prefix.
    pub(super) name: String,
    /// Its attributes, by the names as they stand; declarations of namespaces are none.
    pub(super) attributes: Vec<(String, String)>,
    /// Its text, that of its children left out.
    pub(super) text: String,
    pub(super) children: Vec<Node>,
}

/// Why a document was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// It has a document type, which can name files and grow without bounds.
    Doctype,
    /// It is no well-formed XML in UTF-8.
    Malformed,
}

impl Node {
    /// The first child of this name.
    pub(super) fn child(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child of this name, without the blanks around it; `None` where that is empty.
    pub(super) fn child_text(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim()).filter(|text| !text.is_empty())
    }

    /// The first element, itself or anything in it, that is not in `namespace`.
    pub(super) fn stray(&self, namespace: Option<&str>) -> Option<&Node> {
        if self.namespace.as_deref() != namespace {
            return Some(self);
        }
        self.children.iter().find_map(|child| child.stray(namespace))
    }
}

/// Reads a whole document.
pub(super) fn read(body: &[u8]) -> Result<Node, Unread> {
    let text = std::str::from_utf8(body).map_err(|_| Unread::Malformed)?;
    let mut reader = NsReader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    let mut open: Vec<Node> = Vec::new();
    let mut root = None;
    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(|_| Unread::Malformed)?;
        let closed = match event {
            Event::Start(start) if open.len() < DEEPEST && root.is_none() => {
                open.push(node(namespace, &start)?);
                None
            }
            Event::Empty(start) if open.len() < DEEPEST && root.is_none() => Some(node(namespace, &start)?),
            Event::Start(_) | Event::Empty(_) => return Err(Unread::Malformed),
            Event::End(_) => open.pop(),
            Event::Text(text) if text.as_ref().contains("]]>") => return Err(Unread::Malformed),
            Event::Text(text) => {
                add(&mut open, &text.xml10_content())?;
                None
            }
            Event::CData(text) if !open.is_empty() => {
                add(&mut open, &text.xml10_content())?;
                None
            }
            Event::GeneralRef(reference) if !open.is_empty() => {
                add(&mut open, &referred(&reference)?)?;
                None
            }
            Event::CData(_) | Event::GeneralRef(_) => return Err(Unread::Malformed),
            Event::Decl(declaration) => {
                let utf8 = match declaration.encoding() {
                    None => true,
                    Some(name) => name.is_ok_and(|name| name.eq_ignore_ascii_case("utf-8")),
                };
                if !utf8 {
                    return Err(Unread::Malformed);
                }
                None
            }
            Event::DocType(_) => return Err(Unread::Doctype),
            Event::Comment(_) | Event::PI(_) => None,
            Event::Eof => break,
        };
        if let Some(node) = closed {
            match open.last_mut() {
                Some(parent) => parent.children.push(node),
                None => root = Some(node),
            }
        }
    }
    root.filter(|_| open.is_empty()).ok_or(Unread::Malformed)
}

/// Text as it stands between tags and in quotes.
pub(super) fn escaped(text: &str) -> String {
    escape(text).into_owned()
}

fn node(namespace: ResolveResult<'_>, start: &BytesStart<'_>) -> Result<Node, Unread> {
    let namespace = match namespace {
        ResolveResult::Unbound => None,
        ResolveResult::Bound(namespace) => Some(namespace.as_ref().to_owned()),
        ResolveResult::Unknown(_) => return Err(Unread::Malformed),
    };
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| Unread::Malformed)?;
        if attribute.value.contains('<') {
            return Err(Unread::Malformed);
        }
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| Unread::Malformed)?;
        if attribute.key.as_namespace_binding().is_none() {
            attributes.push((attribute.key.as_ref().to_owned(), checked(&value)?.to_owned()));
        }
    }
    let name = start.local_name().as_ref().to_owned();
    Ok(Node { namespace, name, attributes, ..Node::default() })
}

/// Adds text to the innermost open element; between elements at the top only blanks may stand.
fn add(open: &mut [Node], text: &str) -> Result<(), Unread> {
    match open.last_mut() {
        Some(node) => node.text.push_str(checked(text)?),
        None if text.trim().is_empty() => {}
        None => return Err(Unread::Malformed),
    }
    Ok(())
}

fn referred(reference: &BytesRef<'_>) -> Result<String, Unread> {
    if let Some(character) = reference.resolve_char_ref().map_err(|_| Unread::Malformed)? {
        return Ok(character.to_string());
    }
    let entity = resolve_predefined_entity(&reference.xml10_content()).ok_or(Unread::Malformed)?;
    Ok(entity.to_owned())
}

/// XML has no place for most control characters, not even escaped.
fn checked(text: &str) -> Result<&str, Unread> {
    let allowed = |character: char| match character {
        '\t' | '\n' | '\r' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        character => character >= ' ',
    };
    if text.chars().all(allowed) { Ok(text) } else { Err(Unread::Malformed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str, why: Unread) {
        assert_eq!(read(text.as_bytes()), Err(why), "{text}");
    }

    #[test]
    fn elements_with_their_namespaces() {
        let text = "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- x --><p:a xmlns:p=\"urn:p\">\
            <b c=\"1 &amp; 2\" d=''/><e xmlns=\"urn:e\"><f> x &lt;&#x41;<![CDATA[<&]]>\r\n</f></e></p:a>\n";
        let root = read(text.as_bytes()).expect("a document");
        assert_eq!((root.namespace.as_deref(), root.name.as_str()), (Some("urn:p"), "a"));
        let b = root.child("b").expect("b");
        assert_eq!(b.namespace, None);
        assert_eq!(b.attributes, [("c".to_owned(), "1 & 2".to_owned()), ("d".to_owned(), String::new())]);
        let e = root.child("e").expect("e");
        assert_eq!(e.children[0].namespace.as_deref(), Some("urn:e"), "a default holds inside");
        assert_eq!(e.children[0].text, " x <A<&\n");
        assert_eq!(e.child_text("f"), Some("x <A<&"));
        assert_eq!(root.child_text("b"), None);
        assert_eq!(e.stray(Some("urn:e")), None);
        assert_eq!(root.stray(Some("urn:p")), Some(b));
    }

    #[test]
    fn what_is_no_document() {
        for text in [
            "",
            "x",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "<a/>x",
            "<a>&x;</a>",
            "<a>&</a>",
            "<p:a/>",
            "<a b=1/>",
            "<a b='1' b='2'/>",
            "<a>&#1;</a>",
            "<a>\u{1}</a>",
            "<a b='&#0;'/>",
            "<a b='<'/>",
            "<?xml version='1.0' encoding='latin1'?><a/>",
            "<a?</a>",
            "<a>]]></a>",
            "&amp;<a/>",
        ] {
            refused(text, Unread::Malformed);
        }
        assert_eq!(read(b"<a>\xff</a>"), Err(Unread::Malformed));
        refused(&format!("{}{}", "<a>".repeat(33), "</a>".repeat(33)), Unread::Malformed);
        assert!(read(format!("{}{}", "<a>".repeat(32), "</a>".repeat(32)).as_bytes()).is_ok());
    }

    #[test]
    fn document_types_are_refused_before_they_do_harm() {
        refused("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", Unread::Doctype);
        refused("<!DOCTYPE html><a/>", Unread::Doctype);
    }

    #[test]
    fn text_is_escaped() {
        assert_eq!(escaped("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&apos;");
    }
}
