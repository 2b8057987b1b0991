//! Tests of the file of that name.

use secrecy::ExposeSecret;

use super::super::samples::{item, mended, record, shape};
use super::*;
use crate::connectors::namespaces::elements;

const INT: &str = "{http://ws.mycrowdwisdom.com/integration/}";

fn sent(settings: &[(&str, &str)], wsdl: Option<&str>, items: &[Item]) -> Vec<String> {
    let shape = shape(wsdl, settings).unwrap();
    let items: Vec<&Item> = items.iter().collect();
    let (system_id, token) = ("?".to_owned().into(), "?".to_owned().into());
    let body = encode_completions(shape.completions(items.len()), &system_id, &token, &items);
    elements(body.expose_secret())
}

/// Without what all calls have before the record.
fn fields_sent(item: Item) -> Vec<String> {
    let lines = sent(&[], None, &[item]);
    lines.iter().skip(6).map(|line| line.split_once(' ').unwrap().1.to_owned()).collect()
}

fn example() -> Item {
    let mut all = item(&[]);
    for name in super::super::fields::names() {
        let value = match name {
            "completion" => "Completed",
            "status" => "Active",
            "grantCredits" | "issueCertificates" | "publishToAms" => "true",
            "credits" => "?=?",
            _ => "?",
        };
        all.fields.set(name.into(), value);
    }
    all
}

#[test]
fn the_call_is_the_documents_example_element_by_element() {
    let expected = elements(&mended());
    assert_eq!(expected.len(), 26);
    assert_eq!(expected[2], format!("2 {INT}setCompletion"));
    assert_eq!(expected[20], "5 credit name=? title=?");
    assert_eq!(sent(&[], None, &[example()]), expected);
    // The project's own WSDL describes the same call.
    let parameters = [("session_parameters", "userName password")];
    assert_eq!(sent(&parameters, Some(super::super::samples::WSDL), &[example()]), expected);
}

#[test]
fn what_has_no_value_is_left_to_the_server() {
    let lines = fields_sent(record("C1", "P1"));
    assert_eq!(lines, ["customerId C1", "productId P1", "completion Completed"]);
}

#[test]
fn a_correction_grants_nothing_unless_the_job_says_so() {
    let mut correction = Item { kind: ChangeKind::Update, ..record("C1", "P1") };
    assert_eq!(
        fields_sent(correction.clone())[3..],
        ["grantCredits false", "issueCertificates false", "autoGrantCredits false"]
    );
    correction.fields.set("issueCertificates".into(), "true");
    assert_eq!(
        fields_sent(correction)[3..],
        ["grantCredits false", "issueCertificates true", "autoGrantCredits false"]
    );
}

#[test]
fn credits_have_names_and_titles() {
    let mut some = record("C1", "P1");
    some.fields.set("credits".into(), "CME=Medical = good| CPE |X=");
    assert_eq!(
        fields_sent(some.clone())[3..],
        ["credits", "credit name=CME title=Medical = good", "credit name=CPE", "credit name=X"]
    );
    assert_eq!(unsendable(&some), None);
    for odd in ["", "=Title", "A||B", "A|=B"] {
        some.fields.set("credits".into(), odd);
        assert!(unsendable(&some).unwrap().starts_with("credits has one without a name"), "{odd}");
    }
}

#[test]
fn values_are_escaped() {
    let mut some = record("<&]]>\"é", "P1");
    some.fields.set("credits".into(), "a\"<&");
    let lines = fields_sent(some);
    assert_eq!(lines[0], "customerId &lt;&amp;]]&gt;&quot;é");
    assert_eq!(lines[4], "credit name=a&quot;&lt;&amp;");
}

#[test]
fn many_records_stand_in_one_call() {
    let items = [record("C1", "P1"), record("C2", "P2")];
    let expected = [
        format!("2 {INT}setCompletions"),
        "3 systemId ?".into(),
        "3 sessionToken ?".into(),
        "3 record".into(),
        "4 customerId C1".into(),
        "4 productId P1".into(),
        "4 completion Completed".into(),
        "3 record".into(),
        "4 customerId C2".into(),
        "4 productId P2".into(),
        "4 completion Completed".into(),
    ];
    assert_eq!(sent(&[("batch", "2")], None, &items)[2..], expected);
    let wrapped = sent(&[("batch", "2"), ("records", "records/item")], None, &items);
    assert_eq!(wrapped[5..8], ["3 records", "4 item", "5 customerId C1"]);
    assert_eq!(wrapped[10..12], ["4 item", "5 customerId C2"]);
}

#[test]
fn a_session_is_asked_for_with_its_parameters_in_their_order() {
    let values = [("systemId", "S&1"), ("userName", "u"), ("password", "p")];
    let values = values.map(|(name, value)| (name.to_owned(), value.to_owned().into())).into();
    let sent = |wsdl, settings: &[(&str, &str)]| {
        let body = encode_session(&shape(wsdl, settings).unwrap().session, &values);
        elements(body.expose_secret()).split_off(2)
    };
    let method = |name: &str| format!("2 {INT}{name}");
    assert_eq!(sent(None, &[]), [method("diConnect"), "3 systemId S&amp;1".into()]);
    let other = [("session_method", "ymConnect"), ("session_parameters", "password userName")];
    let expected =
        [method("ymConnect"), "3 systemId S&amp;1".into(), "3 password p".into(), "3 userName u".into()];
    assert_eq!(sent(None, &other), expected);
    let placed = sent(None, &[("session_parameters", "userName systemId")]);
    assert_eq!(placed, [method("diConnect"), "3 userName u".into(), "3 systemId S&amp;1".into()]);
    // By the WSDL, its order, and the identifier by itself.
    let described = sent(Some(super::super::samples::WSDL), &[("session_parameters", "password userName")]);
    let expected =
        [method("diConnect"), "3 systemId S&amp;1".into(), "3 userName u".into(), "3 password p".into()];
    assert_eq!(described, expected);
}

#[test]
fn all_elements_are_qualified_where_the_wsdl_says_so() {
    let wsdl =
        super::super::samples::WSDL.replace("Default=\"unqualified\" attr", "Default=\"qualified\" attr");
    let mut some = record("C1", "P1");
    some.fields.set("credits".into(), "A=B");
    let sent = sent(&[("session_parameters", "userName password")], Some(&wsdl), &[some]);
    assert_eq!(sent.iter().filter(|line| line.contains(INT)).count(), 9);
    assert_eq!(sent[9..], [format!("4 {INT}credits"), format!("5 {INT}credit name=A title=B")]);
}

/// The record's type lies in a schema of its own, which qualifies what is in it.
#[test]
fn each_element_is_qualified_as_its_own_schema_says() {
    let (begin, end) = (
        super::super::samples::WSDL.find("<xs:complexType name=\"completionRecord\">").unwrap(),
        super::super::samples::WSDL.find("<xs:simpleType name=\"completionType\">").unwrap(),
    );
    let wsdl = super::super::samples::WSDL;
    let types = format!(
        "<xs:schema targetNamespace=\"urn:types\" elementFormDefault=\"qualified\">{}</xs:schema>",
        &wsdl[begin..end]
    );
    let wsdl = format!("{}{}", &wsdl[..begin], &wsdl[end..])
        .replace("</wsdl:types>", &format!("{types}</wsdl:types>"));
    let wsdl = wsdl.replace("name=\"sessionToken\"", "form=\"qualified\" name=\"sessionToken\"");
    let mut some = record("C1", "P1");
    some.fields.set("credits".into(), "A=B");
    let sent = sent(&[("session_parameters", "userName password")], Some(&wsdl), &[some]);
    assert_eq!(
        sent[2..],
        [
            format!("2 {INT}setCompletion"),
            "3 systemId ?".to_owned(),
            format!("3 {INT}sessionToken ?"),
            "3 record".to_owned(),
            "4 {urn:types}customerId C1".to_owned(),
            "4 {urn:types}productId P1".to_owned(),
            "4 {urn:types}completion Completed".to_owned(),
            "4 {urn:types}credits".to_owned(),
            "5 {urn:types}credit name=A title=B".to_owned(),
        ]
    );
}
