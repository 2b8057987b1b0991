//! The peers themselves: what is as the document has it they take, and anything else they refuse. A peer that
//! took everything would prove nothing.

use serde_json::Value;

use super::peer::Peer;

/// Posts a body; the status of the answer, and what the journal says is wrong.
fn post(peer: &Peer, path: &str, media_type: &str, body: &str) -> (u16, String) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let call = client.post(format!("{}{path}", peer.base_url())).header("SOAPAction", "\"\"");
    let call = call.header("Content-Type", media_type).body(body.to_owned());
    let status = runtime.block_on(async { call.send().await.unwrap().status().as_u16() });
    let wrong = peer.journal().pop().map(|mut call| call["error"].take());
    (status, wrong.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned())
}

/// A body that is taken, and others that differ from it in one place and are not.
struct Strict<'a> {
    peer: Peer,
    path: &'a str,
    media_type: &'a str,
    wrap: fn(&str) -> String,
    body: &'a str,
}

impl Strict<'_> {
    #[track_caller]
    fn takes(&self) {
        let (status, wrong) = post(&self.peer, self.path, self.media_type, &(self.wrap)(self.body));
        assert_eq!((status, wrong.as_str()), (200, ""));
    }

    #[track_caller]
    fn refuses(&self, from: &str, to: &str, reason: &str) {
        assert!(self.body.contains(from), "{from}");
        let body = (self.wrap)(&self.body.replacen(from, to, 1));
        let (status, wrong) = post(&self.peer, self.path, self.media_type, &body);
        assert!(status >= 400 && wrong.contains(reason), "{from} → {to}: {status} {wrong}");
    }
}

fn as_it_is(body: &str) -> String {
    body.to_owned()
}

fn as_package(body: &str) -> String {
    format!("Package={}", percent(body))
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The example of the document with its places filled in.
const COMPLETION: &str = r#"<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"
xmlns:int="http://ws.mycrowdwisdom.com/integration/">
  <soapenv:Header/>
  <soapenv:Body>
    <int:setCompletion>
      <systemId>1</systemId>
      <sessionToken>tok-&amp;amp;&lt;1>"'ü]]&gt;</sessionToken>
      <record>
        <customerId>c</customerId>
        <productId>p</productId>
        <completion>Completed</completion>
        <!--Optional:-->
        <status>Active</status>
        <score>87.5</score>
        <timeSpent>90000</timeSpent>
        <completionDate>2026-11-21T08:30:00</completionDate>
        <grantCredits>true</grantCredits>
        <packageId>k</packageId>
        <credits><credit name="n" title="t"></credit></credits>
      </record>
    </int:setCompletion>
  </soapenv:Body>
</soapenv:Envelope>"#;

#[test]
fn of_crowdwisdom() {
    let Some(peer) = Peer::start("soap_peer.py", &["--product", "crowdwisdom"]) else { return };
    let path = "/diweb/ws/integration/v1";
    let strict = Strict { peer, path, media_type: "text/xml", wrap: as_it_is, body: COMPLETION };
    strict.takes();
    for (from, to, reason) in [
        (
            "<customerId>c</customerId>",
            "<int:customerId>c</int:customerId>",
            "integration/}customerId': This",
        ),
        ("crowdwisdom.com/integration/", "crowdwisdom.com/integration", "one operation"),
        ("<int:setCompletion>", "<int:setCompletion xmlns=\"urn:x\">", "{urn:x}systemId': This"),
        ("<customerId>c</customerId>", "", "productId': This element is not expected"),
        ("<customerId>c</customerId>", "<customerId/>", "minLength"),
        ("<productId>p</productId>", "<productId>p</productId><productId>p</productId>", "not expected"),
        ("<status>Active</status>", "<status>active</status>", "not an element of the set"),
        ("<status>Active</status>", "<note/>", "note': This element is not expected"),
        ("<score>87.5</score>", "<score>87,5</score>", "xs:float"),
        ("<score>87.5</score>", "<timeSpent>1</timeSpent><score>87.5</score>", "score': This element"),
        ("<timeSpent>90000</timeSpent>", "<timeSpent>90.5</timeSpent>", "xs:long"),
        ("2026-11-21T08:30:00", "2026-11-21 08:30:00", "xs:dateTime"),
        ("<grantCredits>true<", "<grantCredits>True<", "xs:boolean"),
        ("<sessionToken>tok", "<sessionToken>rot", "Invalid Session Token"),
        ("http://schemas", "https://schemas", "no envelope of SOAP 1.1"),
        ("<soapenv:Envelope", "<!DOCTYPE x []><soapenv:Envelope", "a document type"),
        ("</record>", "</records>", "no XML"),
    ] {
        strict.refuses(from, to, reason);
    }
}

/// The vendor's sample, with its misprints (the envelope's namespace, and `</soap>` for `</id>`) put right.
const STATUSES: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"
xmlns="https://ispringlearn.com/go/services/api/soap">
<SOAP-ENV:Body>
<updateModulesStatusesRequest>
<credentials>
<token>p-1sJDjm&amp;&lt;>'"/+=~</token>
</credentials>
<enrollmentIds>
<id>e1f2c50e-c1ae-11ea-8592-a6eabe1809b2</id>
</enrollmentIds>
<courseId>14b847e8-c10f-11ea-b4e1-ae33e75597e9</courseId>
<moduleStatuses>
<moduleStatus>
<contentItemId>17502fac-c10f-11ea-8fbd-a6eabe1809b2</contentItemId>
<date>2020-03-12</date>
<reason>Completed offline</reason>
<status>complete</status>
<awardedScore>100</awardedScore>
</moduleStatus>
</moduleStatuses>
</updateModulesStatusesRequest>
</SOAP-ENV:Body>
</SOAP-ENV:Envelope>"#;

#[test]
fn of_ispring() {
    let Some(peer) = Peer::start("soap_peer.py", &["--product", "ispring", "--client", "a", "b"]) else {
        return;
    };
    let path = "/go/services/api/soap";
    let strict = Strict { peer, path, media_type: "text/xml", wrap: as_it_is, body: STATUSES };
    strict.takes();
    for (from, to, reason) in [
        ("</id>", "</soap>", "no XML"),
        ("http://schemas", "https://schemas", "no envelope of SOAP 1.1"),
        ("api/soap", "api/soap2", "one operation"),
        ("<courseId>", "<courseId xmlns=\"\">", "courseId': This element is not expected"),
        ("<credentials>", "<courseId>c</courseId><credentials>", "courseId': This element is not expected"),
        ("<date>2020-03-12</date>", "<date>12.03.2020</date>", "xs:date"),
        ("<status>complete<", "<status>\u{441}omplete<", "not an element of the set"),
        ("<awardedScore>100</awardedScore>", "", "Missing child element"),
        ("<awardedScore>100<", "<awardedScore>100 %<", "pattern"),
        ("p-1sJDjm", "p-1sJDjn", "Authorization failed"),
    ] {
        strict.refuses(from, to, reason);
    }
}

/// The document's package with one enrollment of its example.
const PACKAGE: &str = "<SmarterU>
   <AccountAPI><![CDATA[a*b]]></AccountAPI>
   <UserAPI><![CDATA[u&v]]></UserAPI>
   <Method>enrollSessionHistory</Method>
   <Parameters>
      <LearningModuleEnrollment>
         <Enrollment>
            <User><Email><![CDATA[dana.brown@finashoes.com]]></Email></User>
            <Group><GroupName><![CDATA[g]]></GroupName></Group>
            <LearningModuleID><![CDATA[3860]]></LearningModuleID>
            <LearningModuleSessionID><![CDATA[7]]></LearningModuleSessionID>
            <EnrollmentStatus><![CDATA[Completed]]></EnrollmentStatus>
            <Grade><![CDATA[Pass]]></Grade>
            <EnrolledDate><![CDATA[1]]></EnrolledDate>
         </Enrollment>
      </LearningModuleEnrollment>
   </Parameters>
</SmarterU>";

#[test]
fn of_smarteru() {
    let arguments = ["--product", "smarteru", "--keys", "a*b", "u&v"];
    let Some(peer) = Peer::start("form_peer.py", &arguments) else { return };
    let strict = Strict { peer, path: "/apiv2/", media_type: FORM, wrap: as_package, body: PACKAGE };
    strict.takes();
    for (from, to, reason) in [
        ("</Email>", "</Email><EmployeeID>7</EmployeeID>", "EmployeeID': This element is not expected"),
        ("<GroupName><![CDATA[g]]></GroupName>", "", "Missing child element"),
        ("<![CDATA[Completed]]>", "completed", "not an element of the set"),
        ("<Grade>", "<Mark/><Grade>", "Mark': This element is not expected"),
        ("<Method>enroll", "<Method>Enroll", "not the document's package"),
        ("<UserAPI><![CDATA[u&v]]>", "<UserAPI>u&v", "no XML"),
        ("<UserAPI><![CDATA[u&v]]>", "<UserAPI>u&amp;amp;v", "other keys"),
        ("<EnrolledDate><![CDATA[1]]></EnrolledDate>", "", "Missing child element"),
    ] {
        strict.refuses(from, to, reason);
    }
}

/// The document's first record, with its password.
const ASSIGNMENT: &str = r#"{"curr_learner_info":[{"assignment_id":"1","learner_info":"unique_id=4861~username=Alex","curr_ids":"1~2~3"}]}"#;

fn as_assignment(json: &str) -> String {
    format!("lmsportal_id=p&lmstoken_id=t&json={}", percent(json))
}

#[test]
fn of_upsidelms() {
    let arguments = ["--product", "upsidelms", "--keys", "p", "Upside@2016"];
    let Some(peer) = Peer::start("form_peer.py", &arguments) else { return };
    // The vendor's own vector: `2`, and an identifier that is not enciphered.
    let form = "clientKey=p&curriculumId=EgmNBXILCppdFtCqcdg36Q%3D%3D";
    let strict = Strict { peer, path: "/navigationcontroller", media_type: FORM, wrap: as_it_is, body: form };
    strict.takes();
    assert_eq!(strict.peer.decoded("navigationcontroller")[0]["curriculumId"], "2");
    strict.refuses("Egm", "Egn", "openssl can't decipher it");
    strict.refuses("clientKey=p", "clientKey=q", "another portal");
    strict.refuses("clientKey", "lmsportalid", "a form of");

    let Some(peer) = Peer::start("form_peer.py", &[&arguments[..], &["--plain"]].concat()) else { return };
    let path = "/rest/assigncurriculum";
    let strict = Strict { peer, path, media_type: FORM, wrap: as_assignment, body: ASSIGNMENT };
    strict.takes();
    for (from, to, reason) in [
        ("curr_learner_info", "Curr_learner_info", "json holds"),
        ("curr_ids", "curr_id", "an assignment of"),
        ("\"1\"", "1", "an assignment of"),
        ("unique_id", "Unique_id", "a learner of"),
    ] {
        strict.refuses(from, to, reason);
    }
}

const FORM: &str = "application/x-www-form-urlencoded";
