//! What the calls look like as the client's own WSDL has them, and what it lacks. Pure.

use super::fields;
use super::setup::Setup;
use super::shape::{Call, Completions, MANY, Name, ONE, Shape, head, locals};
use super::wire::{CREDIT, SESSION_TOKEN, SYSTEM_ID};
use super::wsdl::{Children, Method, Node, Wsdl};

impl Shape {
    /// The calls as the WSDL has them; otherwise all that it lacks.
    pub(super) fn of_wsdl(wsdl: &Wsdl, setup: &Setup) -> Result<Self, String> {
        if wsdl.methods().is_empty() {
            // They stand in a document that is not at hand.
            return Ok(Self::of_document(setup));
        }
        let mut shape = Self { described: true, ..Self::of_document(setup) };
        let mut lacks = Vec::new();
        let offered = wsdl.methods().join(", ");
        let mut need = |name: &str, way: &str| {
            let method = wsdl.method(name);
            if method.is_none() {
                lacks.push(format!("the WSDL offers no method {name} (it offers {offered}): {way}"));
            }
            method
        };
        let session = need(&setup.session_method, "set session_method to the one that opens a session");
        let one = need(ONE, "is this the integration service? see base_url and soap_path");
        let many = if setup.many { need(MANY, "set batch to 1") } else { wsdl.method(MANY) };
        if let Some(method) = &session {
            describe(&mut shape.session, method, setup).unwrap_or_else(|lack| lacks.push(lack));
            match parameters(method, setup) {
                Ok(Some(names)) => shape.session.children = names,
                Ok(None) => {}
                Err(lack) => lacks.push(lack),
            }
        }
        // What lies in the record of many is of no matter while there are no calls of many.
        for (method, completions) in [(one, &mut shape.one), (many.filter(|_| setup.many), &mut shape.many)] {
            let Some(method) = method else { continue };
            let fits = describe(&mut completions.call, &method, setup)
                .and_then(|()| place_record(wsdl, &method, completions, setup));
            lacks.extend(fits.err());
        }
        if lacks.is_empty() { Ok(shape) } else { Err(lacks.join("; ")) }
    }
}

/// Takes over what the WSDL says of a call as a whole.
fn describe(call: &mut Call, method: &Method<'_>, setup: &Setup) -> Result<(), String> {
    call.action.clone_from(&method.action);
    if let Some(response) = method.response {
        call.response = response.to_owned();
    }
    match (method.namespace, &setup.namespace) {
        (Some(found), Some(set)) if found != set => Err(format!(
            "the WSDL has {} in the namespace {found}, and namespace is {set}: set namespace to that, or take \
             it out",
            call.method
        )),
        (Some(found), _) => {
            call.namespace = found.to_owned();
            Ok(())
        }
        (None, _) => Ok(()),
    }
}

/// The parameters of the session method, in the WSDL's order; `None` where it does not say.
fn parameters(method: &Method<'_>, setup: &Setup) -> Result<Option<Vec<Name>>, String> {
    let Some(children) = &method.children else { return Ok(None) };
    let configured = &setup.parameters;
    let set = |node: &&Node<'_>| node.name == SYSTEM_ID || configured.iter().any(|name| name == node.name);
    let missing: Vec<_> =
        children.nodes.iter().filter(|node| node.required && !set(node)).map(|node| node.name).collect();
    let is_there = |name: &&String| children.nodes.iter().any(|node| node.name == name.as_str());
    let superfluous: Vec<_> = configured.iter().filter(|name| !is_there(name)).map(String::as_str).collect();
    if missing.is_empty() && superfluous.is_empty() {
        return Ok(Some(children.nodes.iter().filter(set).map(named).collect()));
    }
    let list = |names: Vec<&str>| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let mut ways = Vec::new();
    if !missing.is_empty() {
        ways.push(format!("add {}", missing.join(", ")));
    }
    if !superfluous.is_empty() {
        ways.push(format!("take out {}", superfluous.join(", ")));
    }
    Err(format!(
        "the WSDL's parameters of {} are {} (systemId is sent by itself), and session_parameters has {}: {}",
        setup.session_method,
        list(children.nodes.iter().map(|node| node.name).collect()),
        list(configured.iter().map(String::as_str).collect()),
        ways.join(" and ")
    ))
}

/// Finds the record in a method, and its fields; says what is missing.
fn place_record(
    wsdl: &Wsdl,
    method: &Method<'_>,
    completions: &mut Completions,
    setup: &Setup,
) -> Result<(), String> {
    let Some(children) = &method.children else { return Ok(()) };
    let name = &completions.call.method;
    let has = children.nodes.iter().map(|node| node.name).collect::<Vec<_>>();
    let own = [SYSTEM_ID, SESSION_TOKEN];
    if let Some(missing) = own.iter().find(|name| !has.contains(name)) {
        return Err(format!(
            "the WSDL's {name} has no {missing} (it has {}): ask the vendor",
            has.join(", ")
        ));
    }
    let others = children.nodes.iter().filter(|node| !own.contains(&node.name));
    let found = others.clone().find_map(|node| record_in(wsdl, *node));
    let (path, record) = match found {
        Some((path, record)) => (path, Some(record)),
        // Its type lies in a schema that is not at hand.
        None => match others.clone().collect::<Vec<_>>().as_slice() {
            [only] if completions.path.len() < 2 => (vec![named(only)], None),
            _ if completions.path.first().is_some_and(|first| has.contains(&first.local.as_str())) => {
                (completions.path.clone(), None)
            }
            _ => {
                return Err(format!(
                    "the WSDL's {name} has no record with a customerId (it has {}): ask the vendor",
                    has.join(", ")
                ));
            }
        },
    };
    if let (MANY, Some(set)) = (name.as_str(), &setup.records)
        && record.is_some()
        && locals(&path) != *set
    {
        return Err(format!(
            "the WSDL has the records of {MANY} in {}, and records is {}: set records to that, or take it out",
            locals(&path).join("/"),
            set.join("/")
        ));
    }
    let head = head(&path);
    let is_sent =
        |node: &&Node<'_>| own.contains(&node.name) || head.iter().any(|head| head.local == node.name);
    let mut sent: Vec<Name> = children.nodes.iter().filter(is_sent).map(named).collect();
    if !children.ordered {
        let places = [own.as_slice(), &locals(&head)].concat();
        sent.sort_by_key(|name| places.iter().position(|place| *place == name.local));
    }
    completions.call.children = sent;
    completions.path = path;
    if let Some(record) = record {
        completions.required =
            record.nodes.iter().filter(|node| node.required).map(|node| node.name.to_owned()).collect();
        let credits = record.nodes.iter().find(|node| node.name == "credits");
        let held = credits.and_then(|credits| wsdl.children(*credits));
        if let Some(credit) = held.iter().flat_map(|held| &held.nodes).find(|node| node.name == CREDIT) {
            completions.credit = named(credit);
        }
        completions.fields = fields_of(&record);
        completions.closed = true;
    }
    Ok(())
}

/// The way to the record that this element is, or wraps, and what is in the record.
fn record_in<'a>(wsdl: &'a Wsdl, node: Node<'a>) -> Option<(Vec<Name>, Children<'a>)> {
    let is_record = |children: &Children<'_>| children.nodes.iter().any(|node| node.name == "customerId");
    let children = wsdl.children(node)?;
    if is_record(&children) {
        return Some((vec![named(&node)], children));
    }
    children.nodes.iter().find_map(|inner| {
        let record = wsdl.children(*inner).filter(is_record)?;
        Some((vec![named(&node), named(inner)], record))
    })
}

/// The fields of a record, in its order or else the document's.
fn fields_of(record: &Children<'_>) -> Vec<Name> {
    let mut fields: Vec<Name> = record.nodes.iter().map(named).collect();
    if !record.ordered {
        fields.retain(|field| fields::names().any(|name| name == field.local));
        fields.sort_by_key(|field| fields::names().position(|name| name == field.local));
    }
    fields
}

fn named(node: &Node<'_>) -> Name {
    Name { local: node.name.to_owned(), namespace: node.namespace.map(str::to_owned) }
}
