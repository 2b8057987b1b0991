//! Calls and answers of SmarterU, against the document's own print of them.

use super::*;

/// The document's "Example API Response XML Package", byte for byte.
pub(in super::super) const SAMPLE: &str = "<SmarterU>
   <Result>Success</Result>
   <Info>
      <Enrollments>
         <Enrollment block=\"1\">
            <User><![CDATA[dana.brown@finashoes.com]]></User>
            <LearningModuleID>3860</LearningModuleID>
         </Enrollment>
      </Enrollments>
   </Info>

   <Errors>
   </Errors>
</SmarterU>";

/// An answer as the API was recorded to give it, with its declaration and its own indents.
pub(in super::super) const RECORDED_KEYS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SmarterU>\n\
    \t\t\t\t\t<Result>Failed</Result>\n\t\t\t\t\t<Info/>\n\t\t\t\t\t<Errors>\n\t\t\t\t\t\t\n\
    \t\t\t\t\t\t\t<Error>\n\t\t\t\t\t\t\t\t<ErrorID>SU:10</ErrorID>\n\
    \t\t\t\t\t\t\t\t<ErrorMessage>User and Account API keys are invalid</ErrorMessage>\n\
    \t\t\t\t\t\t\t</Error>\n\t\t\t\t\t\t\n\t\t\t\t\t</Errors>\n\t\t\t\t</SmarterU>\n";

pub(in super::super) fn keys() -> Keys {
    Keys { account: "ACC*$^!&1".to_owned().into(), user: "usr<*$^!&>]]>2".to_owned().into() }
}

/// An answer with these errors, and these blocks in its `Info`.
pub(in super::super) fn answer(result: &str, info: &str, errors: &[(&str, &str)]) -> Reply {
    let errors = errors.iter().map(|(code, text)| {
        format!("<Error><ErrorID>{code}</ErrorID><ErrorMessage><![CDATA[{text}]]></ErrorMessage></Error>")
    });
    let body = format!(
        "<SmarterU><Result>{result}</Result><Info><Enrollments>{info}</Enrollments></Info>\
         <Errors>{}</Errors></SmarterU>",
        errors.collect::<String>()
    );
    decode(body.as_bytes()).unwrap()
}

// The package as the document prints it: its tags filled by a script of another language from the vendor's
// own page, and put on one line.
#[test]
fn a_package_is_the_documents() {
    let one: Fields = [
        ("Email", "dana.brown@finashoes.com"),
        ("EmployeeID", ""),
        ("GroupName", "R&D <Shoes>"),
        ("LearningModuleID", "3860"),
        ("LearningModuleSessionID", "77"),
        ("EnrollmentStatus", "Completed"),
        ("Grade", "95.25"),
        ("EnrolledDate", "01-Nov-2026"),
    ]
    .into_iter()
    .collect();
    let two: Fields = [
        ("EmployeeID", "E 7+é"),
        ("GroupID", "g%1"),
        ("LearningModuleID", "3860"),
        ("LearningModuleSessionID", "77"),
        ("EnrollmentStatus", "NotAttended"),
        ("EnrolledDate", "01-Nov-2026"),
    ]
    .into_iter()
    .collect();
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><SmarterU>\
        <AccountAPI><![CDATA[ACC*$^!&1]]></AccountAPI>\
        <UserAPI><![CDATA[usr<*$^!&>]]]]><![CDATA[>2]]></UserAPI>\
        <Method>enrollSessionHistory</Method><Parameters><LearningModuleEnrollment>";
    let first = "<Enrollment><User><Email><![CDATA[dana.brown@finashoes.com]]></Email></User>\
        <Group><GroupName><![CDATA[R&D <Shoes>]]></GroupName></Group>\
        <LearningModuleID><![CDATA[3860]]></LearningModuleID>\
        <LearningModuleSessionID><![CDATA[77]]></LearningModuleSessionID>\
        <EnrollmentStatus><![CDATA[Completed]]></EnrollmentStatus><Grade><![CDATA[95.25]]></Grade>\
        <EnrolledDate><![CDATA[01-Nov-2026]]></EnrolledDate></Enrollment>";
    let second = "<Enrollment><User><EmployeeID><![CDATA[E 7+é]]></EmployeeID></User>\
        <Group><GroupID><![CDATA[g%1]]></GroupID></Group>\
        <LearningModuleID><![CDATA[3860]]></LearningModuleID>\
        <LearningModuleSessionID><![CDATA[77]]></LearningModuleSessionID>\
        <EnrollmentStatus><![CDATA[NotAttended]]></EnrollmentStatus>\
        <EnrolledDate><![CDATA[01-Nov-2026]]></EnrolledDate></Enrollment>";
    let foot = "</LearningModuleEnrollment></Parameters></SmarterU>";
    let check = |records: &[&Fields], enrollments: &str| {
        let package = encode(&keys(), records);
        assert_eq!(package.expose_secret(), format!("{head}{enrollments}{foot}"));
    };
    check(&[&one], first);
    check(&[&one, &two], &format!("{first}{second}"));
    check(&[], "");
}

#[test]
fn the_sample_answer_of_the_document() {
    let processed = Processed {
        block: Some(1),
        user: Some("dana.brown@finashoes.com".to_owned()),
        module: Some("3860".to_owned()),
    };
    let expected = Reply { success: true, processed: vec![processed], errors: Vec::new() };
    assert_eq!(decode(SAMPLE.as_bytes()), Ok(expected));
}

#[test]
fn an_answer_as_it_was_recorded() {
    let error =
        LmsError { code: "SU:10".to_owned(), text: "User and Account API keys are invalid".to_owned() };
    let expected = Reply { success: false, processed: Vec::new(), errors: vec![error] };
    assert_eq!(decode(RECORDED_KEYS.as_bytes()), Ok(expected));
}

#[test]
fn nothing_in_errors_is_passed_over() {
    let codes = |errors: &str| {
        let body = format!("<SmarterU><Result>success</Result><Errors>{errors}</Errors></SmarterU>");
        let reply = decode(body.as_bytes()).unwrap();
        assert!(reply.success);
        reply.errors.into_iter().map(|error| (error.code, error.text)).collect::<Vec<_>>()
    };
    let pair = |code: &str, text: &str| (code.to_owned(), text.to_owned());
    assert_eq!(codes(""), []);
    assert_eq!(codes("<Error/>"), [pair("", "")]);
    assert_eq!(codes("<Error>no</Error>"), [pair("", "no")]);
    assert_eq!(codes("<Fault><ErrorID>X:1</ErrorID></Fault>"), [pair("X:1", "")]);
    assert_eq!(codes("no"), [pair("", "no")]);
}

#[test]
fn what_is_no_answer_of_the_lms_is_named() {
    let check =
        |body: &str, expected: &str| assert_eq!(decode(body.as_bytes()).unwrap_err(), expected, "{body}");
    let html = "the answer is no reply of the LMS but an HTML page";
    check("<!DOCTYPE html>\n<html><body>503</body></html>", html);
    check("<html><body><br></body></html>", html);
    check("<html><body/></html>", html);
    let doctype = "the answer has a DOCTYPE, which is never read";
    check("<!DOCTYPE a [<!ENTITY b \"c\">]><SmarterU><Result>&b;</Result></SmarterU>", doctype);
    let broken = "the answer is no reply of the LMS but XML or HTML that is broken or cut off";
    check("<SmarterU><Result>Success</Result>", broken);
    let other = "the answer is no reply of the LMS but XML of another kind";
    check("<Smart><Result>Success</Result></Smart>", other);
    check("<SmarterU><Info/></SmarterU>", other);
    check("<SmarterU><Result/></SmarterU>", other);
    check("{\"Result\":\"Success\"}", "the answer is no reply of the LMS but JSON");
    check("", "the answer is no reply of the LMS but an empty answer");
    check("Success", "the answer is no reply of the LMS but text or bytes of another kind");
}
