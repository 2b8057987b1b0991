//! What the tests of this product share: the document's example, records and answers.

use super::shape::Shape;
use super::wsdl::{Found, Wsdl};
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

/// This WSDL.
pub(super) fn wsdl(text: &str) -> Wsdl {
    match Wsdl::read(text.as_bytes()) {
        Found::Wsdl(wsdl) => wsdl,
        Found::Nothing => panic!("no WSDL: {text}"),
        Found::Broken(problem) => panic!("{problem}: {text}"),
    }
}

/// The calls by this WSDL, or by the document where there is none.
pub(super) fn shape(text: Option<&str>, pairs: &[(&str, &str)]) -> Result<Shape, String> {
    let setup = super::setup::Setup::read(&settings(pairs)).ok().unwrap();
    match text {
        Some(text) => Shape::of_wsdl(&wsdl(text), &setup),
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
