//! A WSDL as far as calls need it: methods, the elements in them and their order. Pure.
//!
//! Names are compared without their prefixes: one service's WSDL does not have two of a name. What it does
//! not describe (a schema that lies elsewhere) is unknown, never an error.

use crate::connectors::xml::{Element, parse};

use super::setup::is_name;

/// How deep types are built of one another before we look no further.
const DEPTH: usize = 8;
/// More elements than any record has.
const MOST_NODES: usize = 300;

/// A WSDL, with the documents that it imports.
pub(super) struct Wsdl {
    documents: Vec<Element>,
}

/// A method.
pub(super) struct Method<'a> {
    /// `soapAction`, empty where there is none.
    pub(super) action: String,
    /// The namespace of its element.
    pub(super) namespace: Option<&'a str>,
    /// Whether the elements in it have that namespace too.
    pub(super) qualified: bool,
    /// The elements in it; `None` where the WSDL does not say.
    pub(super) children: Option<Children<'a>>,
    /// The element of its answer.
    pub(super) response: Option<&'a str>,
}

/// The elements in an element.
pub(super) struct Children<'a> {
    /// Whether they have to come in this order.
    pub(super) ordered: bool,
    /// Their declarations.
    pub(super) nodes: Vec<Node<'a>>,
}

/// The declaration of an element.
#[derive(Clone, Copy)]
pub(super) struct Node<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// Whether it has to be there.
    pub(super) required: bool,
    declaration: &'a Element,
}

impl Wsdl {
    /// Reads a WSDL; `None` where it is none.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let root = parse(bytes).ok().filter(|root| root.name == "definitions")?;
        Some(Self { documents: vec![root] })
    }

    /// Where the documents lie that it imports itself, as it says it.
    pub(super) fn imports(&self) -> Vec<&str> {
        let mut found = Vec::new();
        if let Some(root) = self.documents.first() {
            descend(root, &mut |element| {
                if matches!(element.name.as_str(), "import" | "include") {
                    let place = element.attribute("schemaLocation").or_else(|| element.attribute("location"));
                    found.extend(place.filter(|place| !place.trim().is_empty()));
                }
            });
        }
        found
    }

    /// Adds an imported document, and says whether it is one.
    pub(super) fn add(&mut self, bytes: &[u8]) -> bool {
        let document = parse(bytes).ok();
        let document = document.filter(|root| matches!(root.name.as_str(), "definitions" | "schema"));
        let is_one = document.is_some();
        self.documents.extend(document);
        is_one
    }

    /// The names of all methods, in its order.
    pub(super) fn methods(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for method in self.port_types().iter().flat_map(|port| port.all("operation")) {
            let name = method.attribute("name").filter(|name| !names.contains(name));
            names.extend(name);
        }
        names
    }

    /// The method of that name.
    pub(super) fn method(&self, name: &str) -> Option<Method<'_>> {
        let named = |element: &&Element| element.attribute("name") == Some(name);
        let operation = self.port_types().into_iter().flat_map(|port| port.all("operation")).find(named)?;
        let bound = self.bindings().into_iter().flat_map(|binding| binding.all("operation")).find(named);
        let action = bound.and_then(|bound| bound.child("operation")?.attribute("soapAction"));
        // A header can hold no other signs, and one that does is of no use.
        let action = action.filter(|action| action.chars().all(|c| c.is_ascii_graphic() && c != '"'));
        let input = operation.child("input").and_then(|input| self.message(input));
        let element = input.and_then(|input| self.global("element", wrapper(input)?));
        let response = operation.child("output").and_then(|output| wrapper(self.message(output)?));
        let children = match (element, input) {
            (Some((_, declaration)), _) => self.children_of(declaration),
            // Of the style `rpc` the parts of the message stand in the method themselves.
            (None, Some(input)) if wrapper(input).is_none() => Some(Children {
                ordered: true,
                nodes: input.all("part").filter_map(|part| self.node(part)).take(MOST_NODES).collect(),
            }),
            _ => None,
        };
        Some(Method {
            action: action.unwrap_or_default().to_owned(),
            namespace: element.and_then(|(schema, _)| schema.attribute("targetNamespace")),
            qualified: element
                .is_some_and(|(schema, _)| schema.attribute("elementFormDefault") == Some("qualified")),
            children,
            response,
        })
    }

    /// The elements in an element; `None` where it has a type that is not described here.
    pub(super) fn children<'a>(&'a self, node: Node<'a>) -> Option<Children<'a>> {
        self.children_of(node.declaration)
    }

    fn children_of<'a>(&'a self, declaration: &'a Element) -> Option<Children<'a>> {
        let complex = match declaration.attribute("type") {
            Some(name) => self.global("complexType", local(name))?.1,
            None => declaration.child("complexType")?,
        };
        let mut children = Children { ordered: true, nodes: Vec::new() };
        self.collect(complex, 0, &mut children);
        Some(children)
    }

    fn collect<'a>(&'a self, holder: &'a Element, depth: usize, into: &mut Children<'a>) {
        if depth > DEPTH {
            return;
        }
        for child in &holder.children {
            match child.name.as_str() {
                "element" if into.nodes.len() < MOST_NODES => into.nodes.extend(self.node(child)),
                "sequence" | "complexContent" => self.collect(child, depth + 1, into),
                "all" | "choice" => {
                    into.ordered = false;
                    self.collect(child, depth + 1, into);
                }
                "extension" => {
                    // What the base has comes first.
                    let base =
                        child.attribute("base").and_then(|base| self.global("complexType", local(base)));
                    if let Some((_, base)) = base {
                        self.collect(base, depth + 1, into);
                    }
                    self.collect(child, depth + 1, into);
                }
                _ => {}
            }
        }
    }

    /// A declaration, or the one that it refers to. Names that are none can't be sent and are left out.
    fn node<'a>(&'a self, declaration: &'a Element) -> Option<Node<'a>> {
        let required = declaration.attribute("minOccurs").is_none_or(|least| least.trim() != "0");
        let declaration = match declaration.attribute("ref") {
            Some(name) => self.global("element", local(name))?.1,
            None => declaration,
        };
        let name = declaration.attribute("name").filter(|name| is_name(name))?;
        Some(Node { name, required, declaration })
    }

    /// A declaration at the top of a schema, with its schema.
    fn global(&self, kind: &str, name: &str) -> Option<(&Element, &Element)> {
        let mut schemas = Vec::new();
        for document in &self.documents {
            descend(document, &mut |element| {
                if element.name == "schema" {
                    schemas.push(element);
                }
            });
        }
        schemas.into_iter().find_map(|schema| {
            let found = schema
                .children
                .iter()
                .find(|child| child.name == kind && child.attribute("name") == Some(name))?;
            Some((schema, found))
        })
    }

    /// The message that an `input` or `output` names.
    fn message(&self, end: &Element) -> Option<&Element> {
        let name = local(end.attribute("message")?);
        let messages = self.documents.iter().flat_map(|document| document.all("message"));
        messages.into_iter().find(|message| message.attribute("name") == Some(name))
    }

    /// The bindings of SOAP: others have the same methods in another form.
    fn bindings(&self) -> Vec<&Element> {
        let all = self.documents.iter().flat_map(|document| document.all("binding"));
        all.filter(|binding| binding.child("binding").is_some_and(|inner| inner.attribute("verb").is_none()))
            .collect()
    }

    fn port_types(&self) -> Vec<&Element> {
        let all: Vec<_> = self.documents.iter().flat_map(|document| document.all("portType")).collect();
        let bound: Vec<_> =
            self.bindings().into_iter().filter_map(|binding| binding.attribute("type")).map(local).collect();
        let soap: Vec<_> = all
            .iter()
            .copied()
            .filter(|port| port.attribute("name").is_some_and(|name| bound.contains(&name)))
            .collect();
        if soap.is_empty() { all } else { soap }
    }
}

/// The element that a message of the style `document` consists of.
fn wrapper(message: &Element) -> Option<&str> {
    message.all("part").find_map(|part| part.attribute("element")).map(local)
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name).trim()
}

fn descend<'a>(element: &'a Element, visit: &mut impl FnMut(&'a Element)) {
    visit(element);
    for child in &element.children {
        descend(child, visit);
    }
}

#[cfg(test)]
#[path = "wsdl_tests.rs"]
mod tests;
