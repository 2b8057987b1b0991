//! Tests of the file of that name.

use super::super::samples::{WSDL, wsdl};
use super::*;

fn names(children: &Children<'_>) -> Vec<String> {
    children
        .nodes
        .iter()
        .map(|node| format!("{}{}", node.name, if node.required { "" } else { "?" }))
        .collect()
}

#[test]
fn the_projects_own_wsdl_is_read() {
    let wsdl = wsdl(WSDL);
    assert_eq!(wsdl.methods(), ["diConnect", "setCompletion", "setCompletions"]);
    assert!(wsdl.method("ymConnect").is_none() && wsdl.imports().is_empty());
    let method = wsdl.method("setCompletions").unwrap();
    assert_eq!(method.namespace, Some("http://ws.mycrowdwisdom.com/integration/"));
    assert_eq!((method.action.as_str(), method.response), ("", Some("setCompletionsResponse")));
    let children = method.children.unwrap();
    assert!(children.ordered);
    assert_eq!(names(&children), ["systemId", "sessionToken", "record"]);
    let record = wsdl.children(children.nodes[2]).unwrap();
    assert_eq!(record.nodes.len(), 19);
    assert_eq!(names(&record)[..4], ["customerId", "productId", "completion", "status?"]);
    // Of a word's type nothing lies within it.
    assert!(wsdl.children(record.nodes[2]).is_none() && wsdl.children(record.nodes[0]).is_none());
}

/// Every construct that the sample lacks, with other prefixes.
const ODD: &str = r#"<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:x="http://www.w3.org/2001/XMLSchema">
  <import location="more.wsdl"/>
  <types>
    <x:schema targetNamespace="urn:a"><x:include schemaLocation="?xsd=1"/><x:import namespace="urn:b"/></x:schema>
    <x:schema targetNamespace="urn:b">
      <x:element name="go"><x:complexType><x:complexContent><x:extension base="b:base"><x:sequence>
        <x:element ref="b:other" minOccurs="0"/><x:element name="a b"/><x:element name="loop" type="b:loop"/>
      </x:sequence></x:extension></x:complexContent></x:complexType></x:element>
      <x:element name="other" type="x:string"/>
      <x:complexType name="base"><x:all><x:element name="first"/></x:all></x:complexType>
      <x:complexType name="loop"><x:complexContent><x:extension base="b:loop"/></x:complexContent></x:complexType>
    </x:schema>
  </types>
  <message name="goIn"><part name="p" element="b:go"/></message>
  <message name="rpcIn"><part name="one" type="x:string"/><part name="two" type="b:base"/></message>
  <message name="farIn"><part name="p" element="b:far"/></message>
  <portType name="Http"><operation name="go"><input message="t:rpcIn"/></operation></portType>
  <portType name="Soap">
    <operation name="go"><input message="t:goIn"/></operation>
    <operation name="rpc"><input message="t:rpcIn"/></operation>
    <operation name="far"><input message="t:farIn"/></operation>
  </portType>
  <binding name="H" type="t:Http"><http:binding xmlns:http="urn:h" verb="GET"/>
    <operation name="go"><http:operation xmlns:http="urn:h" location="/go"/></operation></binding>
  <binding name="S" type="t:Soap"><s:binding xmlns:s="urn:s" transport="t"/>
    <operation name="go"><s:operation xmlns:s="urn:s" soapAction="urn:go"/></operation>
    <operation name="rpc"><s:operation xmlns:s="urn:s" soapAction="urn:&quot;rpc"/></operation></binding>
</definitions>"#;

#[test]
fn other_constructs_are_read() {
    let wsdl = wsdl(ODD);
    assert_eq!(wsdl.imports(), ["more.wsdl", "?xsd=1"]);
    assert_eq!(wsdl.methods(), ["go", "rpc", "far"]);
    let go = wsdl.method("go").unwrap();
    assert_eq!((go.action.as_str(), go.namespace, go.response), ("urn:go", Some("urn:b"), None));
    let children = go.children.unwrap();
    // What a base takes in any order makes no order; a name that is none is left out.
    assert!(!children.ordered);
    assert_eq!(names(&children), ["first", "other?", "loop"]);
    assert_eq!(wsdl.children(children.nodes[2]).unwrap().nodes.len(), 0);
    let rpc = wsdl.method("rpc").unwrap();
    assert_eq!(names(rpc.children.as_ref().unwrap()), ["one", "two"]);
    assert_eq!(names(&wsdl.children(rpc.children.unwrap().nodes[1]).unwrap()), ["first"]);
    assert_eq!((rpc.action.as_str(), rpc.namespace), ("", None));
    assert!(wsdl.method("far").unwrap().children.is_none());
}

#[test]
fn an_imported_schema_describes_what_the_wsdl_leaves_open() {
    let mut wsdl = wsdl(ODD);
    assert!(!wsdl.add(b"<html/>") && !wsdl.add(b"no"));
    let schema = "<x:schema xmlns:x='u' targetNamespace='urn:c'><x:element name='far'><x:complexType>\
                  <x:sequence><x:element name='n'/></x:sequence></x:complexType></x:element></x:schema>";
    assert!(wsdl.add(schema.as_bytes()));
    let far = wsdl.method("far").unwrap();
    assert_eq!((names(far.children.as_ref().unwrap()), far.namespace), (vec!["n".to_owned()], Some("urn:c")));
}

#[test]
fn what_is_no_wsdl_is_none_and_what_breaks_off_may_be_one() {
    for body in ["", "<html><body/></html>", "<!DOCTYPE html><html/>", "no"] {
        assert!(matches!(Wsdl::read(body.as_bytes()), Found::Nothing), "{body}");
    }
    for body in ["<definitions>", &WSDL[..WSDL.len() / 2]] {
        assert!(matches!(Wsdl::read(body.as_bytes()), Found::Broken(_)), "{body}");
    }
}

/// A type that is built of itself in many ways.
#[test]
fn a_wsdl_without_end_is_read_to_a_bound() {
    let again = "<x:complexContent><x:extension base=\"b:base\"/></x:complexContent>".repeat(60);
    let endless = ODD.replace("<x:all><x:element name=\"first\"/></x:all>", &again);
    assert_ne!(endless, ODD);
    let wsdl = wsdl(&endless);
    assert!(wsdl.method("go").is_some());
    assert_eq!(wsdl.looks.load(Ordering::Relaxed), 0);
}

#[test]
fn each_element_has_the_namespace_that_its_own_schema_gives_it() {
    let schemas = "<x:schema targetNamespace='urn:a' elementFormDefault='qualified'>\
                   <x:element name='go'><x:complexType><x:sequence>\
                   <x:element name='here'/><x:element name='bare' form='unqualified'/>\
                   <x:element name='there' type='b:there' nillable='true'/><x:element ref='b:far'/>\
                   <x:choice><x:element name='either'/></x:choice>\
                   </x:sequence></x:complexType></x:element></x:schema>\
                   <x:schema targetNamespace='urn:b'><x:element name='far'/>\
                   <x:complexType name='there'><x:sequence>\
                   <x:element name='inner'/><x:element name='own' form='qualified'/>\
                   </x:sequence></x:complexType></x:schema>";
    let (begin, end) = (ODD.find("<types>").unwrap() + 7, ODD.find("</types>").unwrap());
    let wsdl = wsdl(&format!("{}{schemas}{}", &ODD[..begin], &ODD[end..]));
    let children = wsdl.method("go").unwrap().children.unwrap();
    let namespaces = |children: &Children<'_>| {
        children.nodes.iter().map(|node| node.namespace.unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&children), ["here", "bare", "there?", "far", "either?"]);
    assert_eq!(namespaces(&children), ["urn:a", "", "urn:a", "urn:b", "urn:a"]);
    assert_eq!(namespaces(&wsdl.children(children.nodes[2]).unwrap()), ["", "urn:b"]);
}
