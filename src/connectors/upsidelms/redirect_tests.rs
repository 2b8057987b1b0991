//! The document's sample data in a form, and what may not stand in one unescaped.

use super::super::samples::{access, portal};
use super::*;
use crate::connectors::SettingValue;
use crate::model::{ChangeKind, ConnectionName, Key};

fn item(values: &[(&str, &str)]) -> Item {
    Item {
        operation: REDIRECT_FORM.into(),
        key: Key::from_values(["E1"]),
        kind: ChangeKind::Create,
        resend: false,
        registration: None,
        fields: values.iter().copied().collect(),
        secrets: Vec::new(),
    }
}

fn form(portal: &Portal, values: &[(&str, &str)]) -> String {
    let Link::Form(page) = link(portal, &item(values)) else { panic!("an address") };
    page.expose_secret().to_owned()
}

/// A portal as the document's sample data has it.
fn sample_portal() -> Portal {
    let mut access = access("https://lms.example.org");
    access.secrets.insert("portal_key".to_owned(), "upsidelearning71".to_owned().into());
    let context = SettingValue::Text("http://localhost:8080/lmsv7.1".to_owned());
    access.settings.set(CONTEXT_PATH, context);
    Portal::new(&access).unwrap()
}

#[test]
fn the_sample_data_of_the_document() {
    let person = [
        ("uniqueIdentifier1", "404"),
        ("uniqueIdentifier2", "aasif"),
        ("uniqueIdentifier3", "aasif.iqbal@upsidelearning.com"),
    ];
    let with = |curriculum| [person.to_vec(), vec![("curriculumId", curriculum)]].concat();
    let page = r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>UpsideLMS</title>
</head>
<body>
<form name="navigationForm" id="navigationForm" method="POST" action="http://localhost:8080/lmsv7.1/navigationcontroller" target="_blank">
<input type="hidden" name="clientKey" value="upsidelearning71">
<input type="hidden" name="curriculumId" value="EgmNBXILCppdFtCqcdg36Q==">
<input type="hidden" name="uniqueIdentifier1" value="Cn+dHbpVHr7U+IQG7brCIQ==">
<input type="hidden" name="uniqueIdentifier2" value="SD8/6XxGX0xGdz3VANhjlA==">
<input type="hidden" name="uniqueIdentifier3" value="eOexakogmIho1ax30vnilRSPs3XJvBnUSEt3+aoHsgQ=">
<button type="submit">Go</button>
</form>
</body>
</html>
"#;
    let portal = sample_portal();
    assert_eq!(form(&portal, &with("2")), page);
    let third = page.replace("EgmNBXILCppdFtCqcdg36Q==", "HtaSvQ4p+Bb5m+V/oR0dgg==");
    assert_eq!(form(&portal, &with("3")), third);
}

#[test]
fn the_samples_of_all_calls_are_enciphered_alike() {
    for (plain, base64) in [
        ("On", "VvBCHVQSd0dNrKy2mqfjjA=="),
        ("Off", "iGJtxeqAfNADutGTcjk7og=="),
        ("en", "O+6XoofOQzGhdUk1zPoe1A=="),
        ("ar", "E1eCT0swv5Ft62wwoli73Q=="),
        (
            "Email=amrit.ansarwadkar@upsidelearning.com",
            "7ckj8BeXjHxmMMl1p4hyylLq7MKY4EHithdDXxNbObsc/lWk4RbK800LjKTrgpx0",
        ),
        ("2", "EgmNBXILCppdFtCqcdg36Q=="),
        ("3", "HtaSvQ4p+Bb5m+V/oR0dgg=="),
        ("404", "Cn+dHbpVHr7U+IQG7brCIQ=="),
        ("aasif", "SD8/6XxGX0xGdz3VANhjlA=="),
        ("aasif.iqbal@upsidelearning.com", "eOexakogmIho1ax30vnilRSPs3XJvBnUSEt3+aoHsgQ="),
    ] {
        let page = form(&portal(), &[("uniqueIdentifier2", plain)]);
        let input = format!("<input type=\"hidden\" name=\"uniqueIdentifier2\" value=\"{base64}\">\n");
        assert!(page.contains(&input), "{page}");
    }
}

#[test]
fn without_identifiers_it_signs_nobody_in() {
    let inputs = |values: &[(&str, &str)]| form(&portal(), values).matches("<input ").count();
    assert_eq!(inputs(&[]), 1);
    assert_eq!(inputs(&[("uniqueIdentifier1", ""), ("curriculumId", " ")]), 1);
    let page = form(&portal(), &[("curriculumId", "2")]);
    assert!(page.contains("EgmNBXILCppdFtCqcdg36Q==") && !page.contains("uniqueIdentifier"), "{page}");
    assert!(page.contains("action=\"https://lms.example.org/navigationcontroller\""), "{page}");
}

#[test]
fn what_would_end_an_attribute_is_escaped() {
    let mut access = access("https://lms.example.org");
    let key = "\"><script>alert('&')</script>";
    access.secrets.insert("portal_key".to_owned(), key.to_owned().into());
    access.settings.set(CONTEXT_PATH, SettingValue::Text("/lms'&amp".to_owned()));
    let page = form(&Portal::new(&access).unwrap(), &[]);
    let value = "value=\"&quot;&gt;&lt;script&gt;alert(&apos;&amp;&apos;)&lt;/script&gt;\"";
    assert!(page.contains(value) && !page.contains("<script"), "{page}");
    assert!(
        page.contains("action=\"https://lms.example.org/lms&apos;&amp;amp/navigationcontroller\""),
        "{page}"
    );
}

#[test]
fn the_form_goes_where_the_setting_says() {
    let check = |set: &str, expected: Result<&str, &str>| {
        let mut settings = Settings::default();
        settings.set(CONTEXT_PATH, SettingValue::Text(set.to_owned()));
        let context = context("https://lms.example.org/portal", &settings);
        match expected {
            Ok(expected) => assert_eq!(context.as_deref(), Ok(expected), "{set}"),
            Err(expected) => {
                let found = context.unwrap_err();
                assert!(found.starts_with(&format!("context_path is {expected}; ")), "{set}: {found}");
            }
        }
    };
    check("https://learn.example.org/lms/", Ok("https://learn.example.org/lms"));
    check("/lms", Ok("https://lms.example.org/lms"));
    check("/", Ok("https://lms.example.org"));
    check("http://127.0.0.1:80/lms", Ok("http://127.0.0.1/lms"));
    check("http://[::1]:8080", Ok("http://[::1]:8080"));
    check("http://learn.example.org/lms", Err("an http:// address of another machine"));
    check("javascript:alert(1)", Err("no web address"));
    check("//evil.example.org", Err("no address"));
    check("lms", Err("no address"));
    check("/lms?a=b", Err("an address with ? or #"));
    let odd = "an address with a backslash or a control character";
    // Browsers read each of them as //evil.example.org.
    check("/\\evil.example.org", Err(odd));
    check("/\t/evil.example.org", Err(odd));
    check("/\n/evil.example.org", Err(odd));
    check("https:\\\\evil.example.org", Err(odd));
    check("https://me:secret@learn.example.org", Err("an address with a user name or password"));
    assert_eq!(
        context("https://a.example.org/b/", &Settings::default()).as_deref(),
        Ok("https://a.example.org/b")
    );
}

#[test]
fn a_setting_that_leads_nowhere_is_a_mistake_of_its_connection() {
    let (good, bad) = (ConnectionName::from("good"), ConnectionName::from("bad"));
    let mut settings = Settings::default();
    settings.set(CONTEXT_PATH, SettingValue::Text("ftp://a".to_owned()));
    let none = Settings::default();
    let peers = [
        Peer { connection: &good, base_url: "https://lms.example.org", settings: &none },
        Peer { connection: &bad, base_url: "https://lms.example.org", settings: &settings },
    ];
    let found = mistakes(&peers);
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0].connection, found[0].key), (&bad, "context_path"));
}

#[test]
fn every_field_may_be_left_out_and_bears_the_vendors_label() {
    let operation = operation();
    let fields = operation.fields.iter().map(|field| (field.name.as_str(), field.label.as_str()));
    assert_eq!(
        fields.collect::<Vec<_>>(),
        [
            ("curriculumId", "Curriculum Id"),
            ("uniqueIdentifier1", "User Id"),
            ("uniqueIdentifier2", "User Name"),
            ("uniqueIdentifier3", "Email Id"),
        ]
    );
    assert!(operation.fields.iter().all(|field| !field.required));
    assert!(operation.can_take_back && operation.repeatable && operation.batch == 1);
}
