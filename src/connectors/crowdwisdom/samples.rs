//! What the tests of this product share: the document's example, records, answers, and a reading of XML
//! that is not the product's own.

use quick_xml::NsReader;
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;

use super::shape::Shape;
use super::wsdl::Wsdl;
use crate::connectors::{Item, SettingValue, Settings};
use crate::model::{ChangeKind, Key};

/// The service as the document describes it.
pub(super) const WSDL: &str = include_str!("sample.wsdl");

/// The document's example as it is printed, but for two blanks a line.
pub(super) const PRINTED: &str = r#"<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"
xmlns:int="http://ws.mycrowdwisdom.com/integration/">
  <soapenv:Header/>
  <soapenv:Body>
    <int:setCompletion>
      <systemId?</systemId>
      <sessionToken?</sessionToken>
      <record>
        <customerId?</customerId>
        <productId?</productId>
        <completion>Completed</completion>
        <!--Optional:-->
        <status>Active</status>
        <!--Optional:-->
        <score?</score>
        <!--Optional:-->
        <timeSpent?</timeSpent>
        <!--Optional:-->
        <completionDate?</completionDate>
        <!--Optional:-->
        <grantCredits>true</grantCredits>
        <!--Optional:-->
        <issueCertificates>true</issueCertificates>
        <!--Optional:-->
        <publishToAms>true</publishToAms>
        <!--Optional:-->
        <startDate?</startDate>
        <!--Optional:-->
        <endDate?</endDate>
        <!--Optional:-->
        <packageId?</packageId>
        <!--Optional:-->
        <credits>
          <!--Zero or more repetitions:-->
          <credit name="?" title="?"></credit>
        </credits>
        <!--Optional:-->
        <autoGrantCredits?</autoGrantCredits>
        <!--Optional:-->
        <customerFirstName?</customerFirstName>
        <!--Optional:-->
        <customerLastName?</customerLastName>
        <!--Optional:-->
        <customerEmail?</customerEmail>
        <!--Optional:-->
        <createDate?</createDate>
      </record>
    </int:setCompletion>
  </soapenv:Body>
</soapenv:Envelope>"#;

/// The example mended: its start tags without values lack their end (`<systemId?</systemId>`).
pub(super) fn mended() -> String {
    PRINTED.replace("?</", ">?</")
}

/// A record that is made, with these fields.
pub(super) fn item(fields: &[(&str, &str)]) -> Item {
    Item {
        operation: "crowdwisdom.set_completion".into(),
        key: Key::from_values(["C1"]),
        kind: ChangeKind::Create,
        resend: false,
        fields: fields.iter().copied().collect(),
        secrets: Vec::new(),
        registration: None,
    }
}

/// A record with nothing beside what it needs.
pub(super) fn record(customer: &str, product: &str) -> Item {
    item(&[("customerId", customer), ("productId", product), ("completion", "Completed")])
}

/// These settings; what is a number is one, and `session_parameters` is a list of names.
pub(super) fn settings(pairs: &[(&str, &str)]) -> Settings {
    let mut settings = Settings::default();
    for (key, value) in pairs {
        let set = match (*key, value.parse()) {
            ("session_parameters", _) => {
                SettingValue::Texts(value.split_whitespace().map(str::to_owned).collect())
            }
            (_, Ok(number)) => SettingValue::Whole(number),
            _ => SettingValue::Text((*value).to_owned()),
        };
        settings.set(*key, set);
    }
    settings
}

/// The calls by this WSDL, or by the document where there is none.
pub(super) fn shape(wsdl: Option<&str>, pairs: &[(&str, &str)]) -> Result<Shape, String> {
    let setup = super::setup::Setup::read(&settings(pairs)).ok().unwrap();
    match wsdl {
        Some(wsdl) => Shape::of_wsdl(&Wsdl::read(wsdl.as_bytes()).unwrap(), &setup),
        None => Ok(Shape::of_document(&setup)),
    }
}

/// An answer around this body.
pub(super) fn soap(body: &str) -> String {
    format!(
        "<?xml version='1.0' encoding='UTF-8'?>\
         <S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Body>{body}</S:Body></S:Envelope>"
    )
}

/// A fault of the server's in these words.
pub(super) fn fault(code: &str, words: &str, detail: &str) -> String {
    soap(&format!(
        "<S:Fault><faultcode>S:{code}</faultcode><faultstring>{words}</faultstring>\
         <detail>{detail}</detail></S:Fault>"
    ))
}

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
