//! What tests find in XML that was written: a reading of its own, which knows namespaces, so that neither
//! prefixes nor where a namespace is declared play a part.

use quick_xml::NsReader;
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;

/// All elements but an empty header, one a line: depth, namespace, name, attributes, text. Entities stay.
pub(super) fn elements(xml: &str) -> Vec<String> {
    let mut reader = NsReader::from_str(xml);
    let (mut found, mut depth): (Vec<(String, String)>, usize) = (Vec::new(), 0);
    loop {
        let (namespace, event) = reader.read_resolved_event().unwrap();
        let namespace = match namespace {
            ResolveResult::Bound(namespace) => format!("{{{}}}", AsRef::<str>::as_ref(&namespace)),
            ResolveResult::Unbound => String::new(),
            ResolveResult::Unknown(prefix) => panic!("unknown prefix {prefix:?}"),
        };
        let text = match event {
            Event::Start(ref start) | Event::Empty(ref start) => {
                let attributes = start.attributes().map(Result::unwrap);
                let attributes: String = attributes
                    .map(|one| format!(" {}={}", one.key.as_ref() as &str, one.value.as_ref() as &str))
                    .filter(|text| !text.starts_with(" xmlns"))
                    .collect();
                let name = start.local_name();
                found.push((
                    format!("{depth} {namespace}{}{attributes}", name.as_ref() as &str),
                    String::new(),
                ));
                depth += usize::from(matches!(event, Event::Start(_)));
                continue;
            }
            Event::End(_) => {
                depth -= 1;
                continue;
            }
            Event::Text(text) => text.to_string(),
            Event::GeneralRef(name) => format!("&{};", &*name as &str),
            Event::Eof => break,
            _ => continue,
        };
        if let Some((_, all)) = found.last_mut() {
            all.push_str(&text);
        }
    }
    // SOAP leaves a header without anything in it to whoever calls.
    found.retain(|(head, _)| !head.ends_with("}Header"));
    found.into_iter().map(|(head, text)| format!("{head} {}", text.trim()).trim().to_owned()).collect()
}
