//! Tests of the file of that name.

use super::super::samples::{WSDL, item, record as some_record, shape};
use super::*;

const PARAMETERS: (&str, &str) = ("session_parameters", "userName password");

fn lacks(wsdl: &str, settings: &[(&str, &str)]) -> String {
    shape(Some(wsdl), settings).err().unwrap_or_default()
}

#[test]
fn the_document_is_followed_where_no_wsdl_answers() {
    let shape = shape(None, &[]).unwrap();
    assert!(!shape.described && !shape.one.closed);
    assert_eq!(locals(&shape.session.children), ["systemId"]);
    assert_eq!(locals(&shape.one.call.children), ["systemId", "sessionToken", "record"]);
    assert_eq!(shape.completions(1).call.method, "setCompletion");
    assert_eq!(shape.completions(2).call.method, "setCompletions");
}

#[test]
fn methods_that_the_wsdl_lacks_are_named() {
    assert_eq!(lacks(WSDL, &[PARAMETERS]), "");
    assert_eq!(
        lacks(WSDL, &[("session_method", "ymConnect")]),
        "the WSDL offers no method ymConnect (it offers diConnect, setCompletion, setCompletions): set \
         session_method to the one that opens a session"
    );
    let single = WSDL.replace("operation name=\"setCompletions\"", "operation name=\"x\"");
    assert_eq!(lacks(&single, &[PARAMETERS]), "");
    assert_eq!(lacks(&single, &[PARAMETERS, ("batch", "1")]), "");
    assert_eq!(
        lacks(&single, &[PARAMETERS, ("batch", "2")]),
        "the WSDL offers no method setCompletions (it offers diConnect, setCompletion, x): set batch to 1"
    );
    let other = WSDL.replace("operation name=\"setCompletion\"", "operation name=\"x\"");
    assert!(lacks(&other, &[PARAMETERS]).starts_with("the WSDL offers no method setCompletion (it offers"));
}

#[test]
fn the_parameters_of_the_session_are_held_against_the_wsdl() {
    assert_eq!(
        lacks(WSDL, &[("session_parameters", "user password")]),
        "the WSDL's parameters of diConnect are systemId, userName, password (systemId is sent by itself), and \
         session_parameters has user, password: add userName and take out user"
    );
    assert!(lacks(WSDL, &[]).ends_with("session_parameters has none: add userName, password"));
    // What need not be there may be left out.
    let optional = WSDL.replace("name=\"userName\"", "minOccurs=\"0\" name=\"userName\"");
    let shape = shape(Some(&optional), &[("session_parameters", "password")]).unwrap();
    assert_eq!(locals(&shape.session.children), ["systemId", "password"]);
}

#[test]
fn the_order_is_the_wsdls() {
    let swapped = WSDL
        .replace("name=\"productId\"", "name=\"held\"")
        .replace("name=\"customerId\"", "name=\"productId\"")
        .replace("name=\"held\"", "name=\"customerId\"");
    let swapped = swapped.replace(
        "<xs:element name=\"systemId\" type=\"xs:string\"/>\n          <xs:element name=\"sessionToken\" type=\"xs:string\"/>",
        "<xs:element name=\"sessionToken\" type=\"xs:string\"/>\n          <xs:element name=\"systemId\" type=\"xs:string\"/>",
    );
    let found = shape(Some(&swapped), &[PARAMETERS]).unwrap();
    assert_eq!(locals(&found.one.call.children), ["sessionToken", "systemId", "record"]);
    assert_eq!(locals(&found.one.fields)[..2], ["productId", "customerId"]);
    assert!(found.one.closed && found.described);
    // Where any order will do it is the document's.
    let all = swapped.replace("xs:sequence", "xs:all");
    let found = shape(Some(&all), &[PARAMETERS]).unwrap();
    assert_eq!(locals(&found.one.call.children), ["systemId", "sessionToken", "record"]);
    assert_eq!(locals(&found.one.fields)[..2], ["customerId", "productId"]);
}

#[test]
fn fields_that_the_wsdl_lacks_are_named() {
    let fewer = WSDL.replace("name=\"packageId\"", "name=\"package\"");
    let found = shape(Some(&fewer), &[PARAMETERS]).unwrap();
    let with = item(&[("customerId", "1"), ("packageId", "2")]);
    let lacks = found.one.lacks(&[&with]).unwrap();
    let begins = "the WSDL's record of setCompletion has no packageId (it has customerId, productId,";
    assert!(
        lacks.starts_with(begins) && lacks.ends_with("take it out of [push.fields] of the job"),
        "{lacks}"
    );
    assert_eq!(found.one.lacks(&[&some_record("1", "2")]), None);
    assert_eq!(shape(None, &[]).unwrap().one.lacks(&[&with]), None);
}

#[test]
fn a_correction_is_not_sent_where_its_grants_can_not_be_switched_off() {
    let fewer = WSDL.replace("name=\"issueCertificates\"", "name=\"certificates\"");
    let found = shape(Some(&fewer), &[PARAMETERS]).unwrap();
    let mut item = some_record("1", "2");
    assert_eq!(found.unfit(&item), None);
    item.kind = ChangeKind::Update;
    assert!(found.unfit(&item).unwrap().contains("has no issueCertificates, so a correction"));
    assert_eq!(shape(Some(WSDL), &[PARAMETERS]).unwrap().unfit(&item), None);
}

#[test]
fn a_record_that_lacks_what_the_wsdl_demands_is_not_sent() {
    let more = WSDL.replace(
        "name=\"packageId\" type=\"xs:string\" minOccurs=\"0\"",
        "name=\"packageId\" type=\"xs:string\"",
    );
    let more = more.replace(
        "name=\"grantCredits\" type=\"xs:boolean\" default=\"true\" minOccurs=\"0\"",
        "name=\"grantCredits\" type=\"xs:boolean\"",
    );
    assert_ne!(more, WSDL);
    let found = shape(Some(&more), &[PARAMETERS]).unwrap();
    let mut item = some_record("1", "2");
    assert_eq!(
        found.unfit(&item).unwrap(),
        "the WSDL's record of setCompletion must have grantCredits and packageId, and this one has none: map \
         it in [push.fields] of the job, or ask the vendor"
    );
    item.fields.set("packageId".into(), "K");
    assert!(found.unfit(&item).unwrap().contains("must have grantCredits, and"));
    // A correction is sent with its grants off.
    item.kind = ChangeKind::Update;
    assert_eq!(found.unfit(&item), None);
    assert_eq!(shape(Some(WSDL), &[PARAMETERS]).unwrap().unfit(&some_record("1", "2")), None);
}

#[test]
fn the_place_of_many_records_is_the_wsdls() {
    let batch = [PARAMETERS, ("batch", "2")];
    assert_eq!(locals(&shape(Some(WSDL), &batch).unwrap().many.path), ["record"]);
    let wrapped = WSDL.replace(
        "<xs:element name=\"record\" type=\"int:completionRecord\" maxOccurs=\"unbounded\"/>",
        "<xs:element name=\"list\"><xs:complexType><xs:sequence><xs:element name=\"one\" \
         type=\"int:completionRecord\" maxOccurs=\"unbounded\"/></xs:sequence></xs:complexType></xs:element>",
    );
    let found = shape(Some(&wrapped), &batch).unwrap();
    assert_eq!(
        (locals(&found.many.path).join("/"), locals(&found.many.call.children).join(" ")),
        ("list/one".to_owned(), "systemId sessionToken list".to_owned())
    );
    assert_eq!(found.many.fields.len(), 19);
    let set = [PARAMETERS, ("batch", "2"), ("records", "record")];
    assert_eq!(
        lacks(&wrapped, &set),
        "the WSDL has the records of setCompletions in list/one, and records is record: set records to that, or \
         take it out"
    );
}

#[test]
fn the_namespace_and_the_action_are_the_wsdls_unless_set() {
    let other = WSDL
        .replace("http://ws.mycrowdwisdom.com/integration/", "urn:other")
        .replace("soapAction=\"\"", "soapAction=\"urn:go\"");
    let found = shape(Some(&other), &[PARAMETERS]).unwrap();
    assert_eq!((found.one.call.namespace.as_str(), found.one.call.action.as_str()), ("urn:other", "urn:go"));
    assert_eq!(found.session.namespace, "urn:other");
    let set = lacks(&other, &[PARAMETERS, ("namespace", "urn:mine")]);
    assert!(
        set.starts_with("the WSDL has diConnect in the namespace urn:other, and namespace is urn:mine: set"),
        "{set}"
    );
}

#[test]
fn methods_that_are_described_elsewhere_are_the_documents() {
    let far = WSDL.replace("wsdl:portType", "wsdl:elsewhere");
    assert!(!shape(Some(&far), &[]).unwrap().described);
}

#[test]
fn a_record_that_is_described_elsewhere_is_the_documents() {
    let far = WSDL.replace("complexType name=\"completionRecord\"", "complexType name=\"elsewhere\"");
    let found = shape(Some(&far), &[PARAMETERS, ("batch", "2")]).unwrap();
    assert!(!found.one.closed && !found.many.closed);
    assert_eq!((locals(&found.one.path).join("/"), found.one.fields.len()), ("record".to_owned(), 19));
    let none = WSDL.replace(
        "name=\"sessionToken\" type=\"xs:string\"/>\n          <xs:element name=\"record\"",
        "name=\"record\"",
    );
    assert!(
        lacks(&none, &[PARAMETERS]).contains("setCompletion has no sessionToken (it has systemId, record)")
    );
}
