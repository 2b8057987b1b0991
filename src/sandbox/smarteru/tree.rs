//! Well-formed XML as a tree of elements; attributes, comments and instructions are left out. Pure.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// One element.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    /// Its own text, CDATA included, without the blanks around it.
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    /// The root of the document. `None` where it is not well-formed, or declares a document type: an account
    /// has no use for one, and entities of one's own are an attack.
    pub(super) fn parse(xml: &str) -> Option<Self> {
        if !xml.chars().all(is_allowed) {
            return None;
        }
        let mut reader = Reader::from_str(xml);
        let mut open: Vec<Element> = Vec::new();
        let mut root = None;
        loop {
            match reader.read_event().ok()? {
                Event::Start(start) => open.push(Self::opened(&start)?),
                Event::Empty(start) => close(Self::opened(&start)?, &mut open, &mut root)?,
                Event::End(_) => {
                    let closed = open.pop()?;
                    close(closed, &mut open, &mut root)?;
                }
                Event::Text(text) => append(&text.xml10_content(), &mut open)?,
                Event::CData(text) => open.last_mut()?.text.push_str(&text.xml10_content()),
                Event::GeneralRef(name) => open.last_mut()?.text.push_str(&referred(&name)?),
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
                Event::DocType(_) => return None,
                Event::Eof => break,
            }
        }
        if open.is_empty() { root } else { None }
    }

    /// The first child with this name.
    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    fn opened(start: &BytesStart) -> Option<Self> {
        if start.attributes().any(|attribute| attribute.is_err()) {
            return None;
        }
        Some(Self { name: start.name().as_ref().to_owned(), text: String::new(), children: Vec::new() })
    }
}

/// Puts a finished element where it belongs; `None` where it would be a second root.
fn close(mut closed: Element, open: &mut [Element], root: &mut Option<Element>) -> Option<()> {
    let text = closed.text.trim();
    if text.len() < closed.text.len() {
        closed.text = text.to_owned();
    }
    match open.last_mut() {
        Some(parent) => parent.children.push(closed),
        None if root.is_none() => *root = Some(closed),
        None => return None,
    }
    Some(())
}

/// `None` where there is text outside the root.
fn append(text: &str, open: &mut [Element]) -> Option<()> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return None,
    }
    Some(())
}

fn referred(name: &BytesRef) -> Option<String> {
    match name.resolve_char_ref().ok()? {
        Some(char) => is_allowed(char).then(|| char.to_string()),
        None => resolve_predefined_entity(name).map(str::to_owned),
    }
}

/// The characters that XML 1.0 has.
fn is_allowed(char: char) -> bool {
    match char {
        '\t' | '\n' | '\r' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        char => char >= ' ',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(xml: &str) -> Option<String> {
        Element::parse(xml).map(|root| root.text)
    }

    #[test]
    fn values_are_unescaped() {
        let sent = "<a>\n <![CDATA[x & <y>]]> \n</a>";
        assert_eq!(text(sent).as_deref(), Some("x & <y>"));
        assert_eq!(text("<a>1 &lt; 2 &amp;&#38;&#x26; 3</a>").as_deref(), Some("1 < 2 &&& 3"));
        assert_eq!(text("<a><![CDATA[1 ]]]]><![CDATA[> 2]]></a>").as_deref(), Some("1 ]]> 2"));
        assert_eq!(text("<?xml version=\"1.0\"?>\n<a b='c'><!-- d --></a>\n").as_deref(), Some(""));
    }

    #[test]
    fn children_are_kept_in_order() {
        let root = Element::parse("<a><b>1</b><c/><b>2</b></a>").expect("well-formed");
        let names: Vec<_> = root.children.iter().map(|child| (child.name.as_str(), &*child.text)).collect();
        assert_eq!(names, [("b", "1"), ("c", ""), ("b", "2")]);
        assert_eq!(root.child("b").map(|child| child.text.as_str()), Some("1"));
        assert_eq!(root.child("d"), None);
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for xml in [
            "",
            "text",
            "<a>",
            "<a></b>",
            "</a>",
            "<a/><b/>",
            "<a/>text",
            "<a/>&amp;",
            "<a>AT&T</a>",
            "<a>&unknown;</a>",
            "<a>\u{1}</a>",
            "<a>&#1;</a>",
            "<a b=c/>",
            "<a><![CDATA[x</a>",
            "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>",
            "<!DOCTYPE a><a/>",
        ] {
            assert_eq!(Element::parse(xml), None, "{xml}");
        }
    }
}
