//! A WSDL as far as calls need it: methods, the elements in them and their order. Pure.
//!
//! Names are compared without their prefixes: one service's WSDL does not have two of a name. What it does
//! not describe (a schema that lies elsewhere) is unknown, never an error.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::connectors::xml::{Element, XmlProblem, parse};

use super::setup::is_name;

/// How deep types are built of one another before we look no further.
const DEPTH: usize = 8;
/// More elements than any record has.
const MOST_NODES: usize = 300;
/// How many elements are looked at in all until what is left counts as not described: types may be built of
/// themselves and of one another, and look endless.
const MOST_LOOKS: usize = 1_000_000;

/// A WSDL, with the documents that it imports.
pub(super) struct Wsdl {
    documents: Vec<Element>,
    /// How many more elements are looked at.
    looks: AtomicUsize,
}

/// What an answer to the question for a WSDL is.
pub(super) enum Found {
    /// One.
    Wsdl(Wsdl),
    /// Something else.
    Nothing,
    /// One that can't be read, and why.
    Broken(XmlProblem),
}

/// A method.
pub(super) struct Method<'a> {
    /// `soapAction`, empty where there is none.
    pub(super) action: String,
    /// The namespace of its element.
    pub(super) namespace: Option<&'a str>,
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
    /// The namespace that it has where it is sent.
    pub(super) namespace: Option<&'a str>,
    /// Whether it has to be there, with a value.
    pub(super) required: bool,
    declaration: &'a Element,
    schema: Option<&'a Element>,
}

impl Wsdl {
    /// Reads a WSDL.
    pub(super) fn read(bytes: &[u8]) -> Found {
        let begins = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
        match parse(bytes) {
            Ok(root) if root.name == "definitions" => {
                Found::Wsdl(Self { documents: vec![root], looks: AtomicUsize::new(MOST_LOOKS) })
            }
            Err(problem) if begins(b":definitions") || begins(b"<definitions") => Found::Broken(problem),
            Ok(_) | Err(_) => Found::Nothing,
        }
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
            (Some((schema, declaration)), _) => self.children_of(declaration, Some(schema)),
            // Of the style `rpc` the parts of the message stand in the method themselves.
            (None, Some(input)) if wrapper(input).is_none() => Some(Children {
                ordered: true,
                nodes: input
                    .all("part")
                    .filter_map(|part| self.node(part, None, false))
                    .take(MOST_NODES)
                    .collect(),
            }),
            _ => None,
        };
        Some(Method {
            action: action.unwrap_or_default().to_owned(),
            namespace: element.and_then(|(schema, _)| schema.attribute("targetNamespace")),
            children,
            response,
        })
    }

    /// The elements in an element; `None` where it has a type that is not described here.
    pub(super) fn children<'a>(&'a self, node: Node<'a>) -> Option<Children<'a>> {
        self.children_of(node.declaration, node.schema)
    }

    fn children_of<'a>(
        &'a self,
        declaration: &'a Element,
        schema: Option<&'a Element>,
    ) -> Option<Children<'a>> {
        let (schema, complex) = match declaration.attribute("type") {
            Some(name) => {
                self.global("complexType", local(name)).map(|(schema, found)| (Some(schema), found))?
            }
            None => (schema, declaration.child("complexType")?),
        };
        let mut children = Children { ordered: true, nodes: Vec::new() };
        self.collect((complex, schema), 0, false, &mut children);
        Some(children)
    }

    fn collect<'a>(
        &'a self,
        (holder, schema): (&'a Element, Option<&'a Element>),
        depth: usize,
        optional: bool,
        into: &mut Children<'a>,
    ) {
        if depth > DEPTH {
            return;
        }
        for child in &holder.children {
            if !self.looks() {
                return;
            }
            let optional = optional || child.name == "choice" || is_optional(child);
            match child.name.as_str() {
                "element" if into.nodes.len() < MOST_NODES => {
                    into.nodes.extend(self.node(child, schema, optional));
                }
                "sequence" | "complexContent" => self.collect((child, schema), depth + 1, optional, into),
                "all" | "choice" => {
                    into.ordered = false;
                    self.collect((child, schema), depth + 1, optional, into);
                }
                "extension" => {
                    // What the base has comes first.
                    let base =
                        child.attribute("base").and_then(|base| self.global("complexType", local(base)));
                    if let Some((schema, base)) = base {
                        self.collect((base, Some(schema)), depth + 1, optional, into);
                    }
                    self.collect((child, schema), depth + 1, optional, into);
                }
                _ => {}
            }
        }
    }

    /// A declaration, or the one that it refers to. Names that are none can't be sent and are left out.
    fn node<'a>(
        &'a self,
        declaration: &'a Element,
        schema: Option<&'a Element>,
        optional: bool,
    ) -> Option<Node<'a>> {
        // What may be nil need have no value.
        let required =
            !optional && !is_optional(declaration) && declaration.attribute("nillable") != Some("true");
        let referred = declaration.attribute("ref").map(|name| self.global("element", local(name)));
        let (schema, declaration, qualified) = match referred {
            Some(found) => found.map(|(schema, found)| (Some(schema), found, true))?,
            None => {
                let by_default = || schema.and_then(|schema| schema.attribute("elementFormDefault"));
                let form = declaration.attribute("form").or_else(by_default);
                (schema, declaration, form == Some("qualified"))
            }
        };
        let name = declaration.attribute("name").filter(|name| is_name(name))?;
        let namespace = schema.and_then(|schema| schema.attribute("targetNamespace")).filter(|_| qualified);
        Some(Node { name, namespace, required, declaration, schema })
    }

    /// A declaration at the top of a schema, with its schema.
    fn global(&self, kind: &str, name: &str) -> Option<(&Element, &Element)> {
        let schemas = self.documents.iter().flat_map(|document| {
            let own = Some(document).filter(|document| document.name == "schema");
            own.into_iter().chain(document.all("types").flat_map(|types| types.all("schema")))
        });
        let mut all = schemas.flat_map(|schema| schema.children.iter().map(move |child| (schema, child)));
        let mut all = std::iter::from_fn(|| all.next().filter(|_| self.looks()));
        all.find(|(_, child)| child.name == kind && child.attribute("name") == Some(name))
    }

    /// Whether one more element may be looked at.
    fn looks(&self) -> bool {
        let left = self.looks.load(Ordering::Relaxed);
        self.looks.store(left.saturating_sub(1), Ordering::Relaxed);
        left > 0
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

fn is_optional(declaration: &Element) -> bool {
    declaration.attribute("minOccurs").is_some_and(|least| least.trim() == "0")
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
