//! The account over real HTTP. The packages are written by hand, from the document's template.

use std::net::SocketAddr;

use reqwest::{Client, StatusCode};

use super::*;
use crate::sandbox::{Faults, Sandbox, SandboxOptions};

/// What the document prints before the values of an enrolment, and after.
const HEAD: &str = "<SmarterU>
   <AccountAPI><![CDATA[account*$^!&sandbox]]></AccountAPI>
   <UserAPI>user*$^!&amp;sandbox</UserAPI>
   <Method>enrollSessionHistory</Method>
   <Parameters>
      <LearningModuleEnrollment>";
const FOOT: &str = "
      </LearningModuleEnrollment>
   </Parameters>
</SmarterU>";

pub(super) const DANA: &str = "
         <Enrollment>
            <User>
               <Email><![CDATA[dana.brown@finashoes.com]]></Email>
            </User>

            <Group>
               <GroupName><![CDATA[Shoes & Co]]></GroupName>
            </Group>

            <LearningModuleID><![CDATA[3860]]></LearningModuleID>
            <LearningModuleSessionID><![CDATA[71]]></LearningModuleSessionID>
            <EnrollmentStatus><![CDATA[Completed]]></EnrollmentStatus>
            <Grade><![CDATA[85]]></Grade>
            <EnrolledDate><![CDATA[2020-02-29]]></EnrolledDate>
         </Enrollment>";

/// The document's example of an answer.
const SAMPLE: &str = r#"<SmarterU>
   <Result>Success</Result>
   <Info>
      <Enrollments>
         <Enrollment block="1">
            <User><![CDATA[dana.brown@finashoes.com]]></User>
            <LearningModuleID>3860</LearningModuleID>
         </Enrollment>
      </Enrollments>
   </Info>

   <Errors>
   </Errors>
</SmarterU>
"#;

/// Dana by both identifiers, in one of two groups; a course with a session of each kind, assigned to one.
pub(super) fn listed() -> SmarteruOptions {
    let text = |text: &str| text.to_owned();
    let session = |id, graded| SmarteruSession { id: text(id), graded };
    let course = |id, sessions| SmarteruCourse { id: text(id), groups: vec![text("g1")], sessions };
    SmarteruOptions {
        users: vec![SmarteruUser {
            email: text("Dana.Brown@finashoes.com"),
            employee_id: text("D1"),
            groups: vec![text("Shoes & Co"), text("Boots")],
        }],
        groups: [("Shoes & Co", "g1"), ("Boots", "g2"), ("Hats", "g3")]
            .map(|(name, id)| SmarteruGroup { name: text(name), id: text(id) })
            .into(),
        courses: vec![
            course(
                "3860",
                vec![
                    session("71", SmarteruGrades::Percentage),
                    session("72", SmarteruGrades::LetterGrade),
                    session("73", SmarteruGrades::PassFail),
                    session("74", SmarteruGrades::Ungraded),
                ],
            ),
            course("3861", vec![session("75", SmarteruGrades::Percentage)]),
        ],
        ..SmarteruOptions::default()
    }
}

pub(super) async fn account(smarteru: SmarteruOptions) -> (Sandbox, Client) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let options = SandboxOptions { smarteru, ..SandboxOptions::default() };
    let sandbox = Sandbox::start(SocketAddr::from(([127, 0, 0, 1], 0)), options).await.expect("a sandbox");
    (sandbox, Client::builder().no_proxy().build().expect("a client"))
}

fn address(sandbox: &Sandbox) -> String {
    format!("{}/apiv2/", sandbox.product_url(PRODUCT))
}

pub(super) async fn send(sandbox: &Sandbox, client: &Client, package: &str) -> String {
    let request = client.post(address(sandbox)).form(&[("Package", package)]);
    let response = request.send().await.expect("an answer");
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.headers()["content-type"].to_str().expect("text").starts_with("text/html"));
    response.text().await.expect("a body")
}

pub(super) async fn enrol(sandbox: &Sandbox, client: &Client, rows: &[&str]) -> String {
    send(sandbox, client, &format!("{HEAD}{}{FOOT}", rows.concat())).await
}

/// The result, what Info names, and the errors, in short.
fn short(xml: &str) -> Vec<String> {
    let between = |text: &str, end: &str| text.split(end).next().unwrap_or_default().to_owned();
    let values =
        |tag: &str, end: &str| -> Vec<_> { xml.split(tag).skip(1).map(|rest| between(rest, end)).collect() };
    let mut short = values("<Result>", "</Result>");
    short.extend(values("<Enrollment block=\"", "\">"));
    let texts = values("<ErrorMessage>", "</ErrorMessage>");
    let errors = values("<ErrorID>", "</ErrorID>").into_iter().zip(texts);
    short.extend(
        errors.map(|(id, text)| format!("{id} {}", text.replace("&apos;", "'").replace("&amp;", "&"))),
    );
    short
}

/// Sends Dana with this changed, to an account that lists what exists.
async fn check(at: &(Sandbox, Client), from: &str, to: &str, expected: &[&str]) {
    let (sandbox, client) = at;
    assert!(DANA.contains(from), "{from}");
    let answer = enrol(sandbox, client, &[&DANA.replace(from, to)]).await;
    assert_eq!(short(&answer), expected, "{from} -> {to}");
    let held = usize::from(expected[0] == "Success");
    assert_eq!(sandbox.effects().completions.len(), held, "{from} -> {to}");
}

async fn refused(at: &(Sandbox, Client), from: &str, to: &str, expected: &str) {
    check(at, from, to, &["Failed", expected]).await;
}

#[tokio::test]
async fn documents_example() {
    for options in [SmarteruOptions::default(), listed()] {
        let (sandbox, client) = account(options).await;
        assert_eq!(enrol(&sandbox, &client, &[DANA]).await, SAMPLE);
        let effects = sandbox.effects();
        let dana = effects.completion(PRODUCT, "dana.brown@finashoes.com / 71").expect("Dana");
        assert_eq!((dana.applied, dana.count("repeats")), (1, 0));
        let values = ["GroupName", "LearningModuleID", "EnrollmentStatus", "Grade", "EnrolledDate"];
        assert_eq!(
            values.map(|name| dana.field(name).expect(name)),
            ["Shoes & Co", "3860", "Completed", "85", "2020-02-29"]
        );
        let calls = sandbox.calls();
        let call = (calls[0].method.as_str(), calls[0].about.as_str(), calls[0].records, &*calls[0].outcome);
        assert_eq!(call, (package::METHOD, "dana.brown@finashoes.com", 1, "enrolled"));
    }
}

#[tokio::test]
async fn what_is_no_package() {
    let (sandbox, client) = account(SmarteruOptions::default()).await;
    let form = "application/x-www-form-urlencoded";
    for (kind, body, expected) in [
        (form, "", "SU:01 No POST data detected."),
        ("text/xml", "<SmarterU/>", "SU:01 No POST data detected."),
        (form, "package=%3CSmarterU%2F%3E", "SU:02 Package parameter not found."),
        (form, "Package=", "SU:03 Package data is not properly formatted XML."),
        // What becomes of a package that is put into a form as it is: it ends at the first ampersand.
        (form, "Package=<SmarterU>&amp;</SmarterU>", "SU:03 Package data is not properly formatted XML."),
        (form, "Package=%3CSmarterU%2F%3E", "SU:05 AccountAPI tag not found in Package data."),
    ] {
        let request = client.post(address(&sandbox)).header("content-type", kind).body(body);
        let answer = request.send().await.expect("an answer").text().await.expect("a body");
        assert_eq!(short(&answer), ["Failed", expected], "{body}");
    }
    let got = client.get(address(&sandbox)).send().await.expect("an answer").text().await.expect("a body");
    assert_eq!(short(&got), ["Failed", "SU:01 No POST data detected."]);
}

#[tokio::test]
async fn packages_that_are_built_wrong() {
    let (sandbox, client) = account(SmarteruOptions::default()).await;
    let structure = "SU:12 Incorrect/Missing Structure/Parameters.";
    let whole = format!("{HEAD}{DANA}{FOOT}");
    let list = &whole[whole.find("<LearningModuleEnrollment>").expect("a list")..];
    let list = &list[..list.find("\n   </Parameters>").expect("its end")];
    let unexpected = |tag: &str| format!("SU:13 Element {tag} was found where it should not exist.");
    let (email, group) = ("<Email><![CDATA[dana.brown@finashoes.com]]></Email>", "GroupName>");
    for (from, to, expected) in [
        ("</SmarterU>", "", "SU:03 Package data is not properly formatted XML.".to_owned()),
        (
            "<SmarterU>",
            "<!DOCTYPE SmarterU><SmarterU>",
            "SU:03 Package data is not properly formatted XML.".to_owned(),
        ),
        ("SmarterU>", "Smarteru>", "SU:04 SmarterU root tag not found in Package data.".to_owned()),
        ("AccountAPI>", "accountAPI>", "SU:05 AccountAPI tag not found in Package data.".to_owned()),
        ("UserAPI>", "userAPI>", "SU:06 UserAPI tag not found in Package data.".to_owned()),
        ("Method>", "method>", "SU:07 Method tag not found in Package data.".to_owned()),
        ("Parameters>", "parameters>", "SU:08 Parameters tag not found in Package data.".to_owned()),
        (list, "", "SU:09 Parameters tag contains no information.".to_owned()),
        ("[account*", "[account", "SU:10 User and Account API keys are invalid.".to_owned()),
        (">user*", ">user", "SU:10 User and Account API keys are invalid.".to_owned()),
        ("<Method>enroll", "<Method>Enroll", "SU:11 Requested method does not exist.".to_owned()),
        (DANA, "", structure.to_owned()),
        (email, "", structure.to_owned()),
        ("</Email>", "</Email><EmployeeID>D1</EmployeeID>", structure.to_owned()),
        ("</GroupName>", "</GroupName><GroupID/>", structure.to_owned()),
        ("<EnrolledDate><![CDATA[2020-02-29]]></EnrolledDate>", "", structure.to_owned()),
        ("EnrollmentStatus>", "Status>", unexpected("Status")),
        ("<Parameters>", "<Parameters><User/>", unexpected("User")),
        ("<Grade>", "<Grade/><Grade>", unexpected("Grade")),
        ("<User>", "<User xmlns='urn:x'>", unexpected("User")),
        ("</Enrollment>", "</Enrollment><Grade/>", unexpected("Grade")),
        (group, "Groupname>", unexpected("Groupname")),
        ("[CDATA[85]]", "[CDATA[85]]><b/><![CDATA[]]", unexpected("b")),
    ] {
        assert!(whole.contains(from), "{from}");
        let answer = send(&sandbox, &client, &whole.replace(from, to)).await;
        assert_eq!(short(&answer), ["Failed", &expected], "{from} -> {to}");
    }
    assert!(sandbox.effects().completions.is_empty());
}

#[tokio::test]
async fn values_that_are_none() {
    let at = account(listed()).await;
    refused(&at, "dana.brown@finashoes.com", "dana.brown", "ESH:01 The Email provided is not valid.").await;
    let employee = |id: &str| format!("<EmployeeID>{id}</EmployeeID>");
    let email = "<Email><![CDATA[dana.brown@finashoes.com]]></Email>";
    refused(&at, email, &employee(""), "ESH:02 The EmployeeID provided is not valid.").await;
    refused(&at, "Shoes & Co", "", "ESH:03 The GroupName provided is not valid.").await;
    let group = "<GroupName><![CDATA[Shoes & Co]]></GroupName>";
    refused(&at, group, "<GroupID> </GroupID>", "ESH:04 The GroupID provided is not valid.").await;
    refused(&at, "[3860]", "[Shoes]", "ESH:05 The LearningModuleID provided is not valid.").await;
    refused(&at, "[71]", "[7 1]", "ESH:06 The LearningModuleSessionID provided is not valid.").await;
    refused(&at, "[Completed]", "[]", "ESH:07 The EnrollmentStatus provided is not valid.").await;
    refused(&at, "[Completed]", "[Attended]", "ESH:09 The Grade provided is not valid.").await;
    refused(&at, "[71]", "[74]", "ESH:09 The Grade provided is not valid.").await;
    refused(&at, "[2020-02-29]", "[]", "ESH:10 The EnrolledDate provided is not valid.").await;
}

#[tokio::test]
async fn values_that_do_not_fit() {
    let at = account(listed()).await;
    for date in ["2021-02-29", "2/29/2020", "29.02.2020", " 20200229"] {
        refused(&at, "2020-02-29", date, "ESH:12 Enrollment 1 - Enrolled date provided is not valid.").await;
    }
    let status = "ESH:13 Enrollment 1 - Enrollment Status is not valid. Valid statuses are 'NotAttended', \
                  'Attended' or 'Completed'.";
    refused(&at, "[Completed]", "[completed]", status).await;
    refused(&at, "[3860]", "[3862]", "ESH:14 Enrollment 1 - The Learning Module ID provided is not valid.")
        .await;
    let session = "ESH:15 Enrollment 1 - The Learning Module Session ID provided is not valid.";
    refused(&at, "[71]", "[76]", session).await;
    refused(&at, "[71]", "[75]", session).await;
    let missing = "ESH:16 Enrollment 1 - The Learning Module Session ID was not provided.";
    refused(&at, "[71]", "[]", missing).await;
    let tag = "<LearningModuleSessionID><![CDATA[71]]></LearningModuleSessionID>";
    refused(&at, tag, "", missing).await;
    let email = "ESH:21 Enrollment 1 - The email address 'ed@finashoes.com' is not a valid user.";
    refused(&at, "dana.brown@", "ed@", email).await;
    let employee = "ESH:22 Enrollment 1 - The employee id 'd1' is not a valid user.";
    let by_id = "<EmployeeID>d1</EmployeeID>";
    refused(&at, "<Email><![CDATA[dana.brown@finashoes.com]]></Email>", by_id, employee).await;
    refused(&at, "Shoes &", "Socks &", "ESH:23 The group name 'Socks & Co' is not valid.").await;
    refused(&at, "Shoes & Co", "Hats", "ESH:23 The group name 'Hats' is not valid.").await;
    let group = "<GroupName><![CDATA[Shoes & Co]]></GroupName>";
    refused(&at, group, "<GroupID>g4</GroupID>", "ESH:24 The group identifier 'g4' is not valid.").await;
    refused(&at, group, "<GroupID>g2</GroupID>", "ESH:27 The course is not assigned to the learner's group.")
        .await;
    check(&at, group, "<GroupID>g1</GroupID>", &["Success", "1"]).await;
}

#[tokio::test]
async fn grades_by_the_sessions_kind() {
    let at = account(listed()).await;
    let letter = "ESH:17 Enrollment 1 - Grade is not valid for session with grade type 'Letter Grade'. Letter \
                  Grade must be 5 characters or less.";
    let pass = "ESH:18 Enrollment 1 - Grade is not valid for session with grade type 'Pass/Fail'. Valid values \
                are 'Pass' and 'Fail'.";
    let percent = "ESH:19 Enrollment 1 - Grade is not valid for session with grade type 'Percentage'.";
    let absent = "ESH:20 Enrollment 1 - If enrollment status is Not Attended, user cannot have a grade.";
    // Enrolling again and again shows the checks alone.
    let (sandbox, client) = account(SmarteruOptions { enrolls_again: true, ..listed() }).await;
    for (session, grades, error) in [
        ("71", ["0", "100", "99.5", ""].as_slice(), ""),
        ("71", &["101", "-1", "85%", "1e1", "85,5", "NaN", "."], percent),
        ("72", &["A", "A+ ñé", ""], ""),
        ("72", &["A+++++"], letter),
        ("73", &["Pass", "Fail", ""], ""),
        ("73", &["pass", "Passed", "85"], pass),
        ("74", &[""], ""),
    ] {
        for grade in grades {
            let sent = DANA.replace("[71]", &format!("[{session}]")).replace("[85]", &format!("[{grade}]"));
            let answer = short(&enrol(&sandbox, &client, &[&sent]).await);
            let expected = if error.is_empty() { ["Success", "1"] } else { ["Failed", error] };
            assert_eq!(answer, expected, "{grade}");
        }
    }
    refused(&at, "[Completed]", "[NotAttended]", absent).await;
    check(&at, "<Grade><![CDATA[85]]></Grade>", "", &["Success", "1"]).await;
}

#[tokio::test]
async fn success_with_errors() {
    let (bob, ed) = (DANA.replace("dana.brown", "bob"), DANA.replace("dana.brown@finashoes.com", "ed@"));
    for (bracketed_blocks, block) in [(false, "2"), (true, "[2]")] {
        let (sandbox, client) = account(SmarteruOptions { bracketed_blocks, ..listed() }).await;
        let wrong = bob.replace("[2020-02-29]", "[soon]");
        let answer = short(&enrol(&sandbox, &client, &[DANA, &wrong, &ed, DANA]).await);
        assert_eq!(
            answer,
            [
                "Success".to_owned(),
                "1".to_owned(),
                format!(
                    "ESH:21 Enrollment {block} - The email address 'bob@finashoes.com' is not a valid user."
                ),
                format!("ESH:12 Enrollment {block} - Enrolled date provided is not valid."),
                "ESH:01 The Email provided is not valid.".to_owned(),
                "ESH:26 The user provided is already enrolled into the session.".to_owned(),
            ]
        );
        let calls = sandbox.calls();
        assert_eq!((calls[0].records, &*calls[0].outcome), (4, "enrolled ESH:21 ESH:12 ESH:01 ESH:26"));
        assert_eq!(sandbox.effects().completions.len(), 1);
    }
}

#[tokio::test]
async fn nobody_is_enrolled_twice() {
    let by_id =
        DANA.replace("<Email><![CDATA[dana.brown@finashoes.com]]></Email>", "<EmployeeID>D1</EmployeeID>");
    let by_id = by_id.replace("[85]", "[90]");
    for (enrolls_again, applied, grade) in [(false, 1, "85"), (true, 2, "90")] {
        let (sandbox, client) = account(SmarteruOptions { enrolls_again, ..listed() }).await;
        enrol(&sandbox, &client, &[DANA]).await;
        let again = short(&enrol(&sandbox, &client, &[&by_id]).await);
        let refused = "ESH:26 The user provided is already enrolled into the session.";
        assert_eq!(again, if enrolls_again { ["Success", "1"] } else { ["Failed", refused] });
        let effects = sandbox.effects();
        let dana = effects.completion(PRODUCT, "dana.brown@finashoes.com / 71").expect("Dana");
        assert_eq!((dana.applied, dana.count("repeats"), dana.field("Grade")), (applied, 1, Some(grade)));
    }
}

#[tokio::test]
async fn switches() {
    let not_called =
        "ESH:11 The required permissions are not met to call the enrollmentSessionHistory method.";
    let not_assigned =
        "ESH:25 You do not have permissions to assign a user a course under the group selected.";
    let failed = "ESH:28 Historical Session enrollment failed.";
    let default = SmarteruOptions::default;
    for (options, first, second) in [
        (SmarteruOptions { may_call: false, ..default() }, not_called, not_called),
        (SmarteruOptions { may_assign: false, ..default() }, not_assigned, not_assigned),
        (SmarteruOptions { enrolling: SmarteruEnrolling::Fails, ..default() }, failed, failed),
        (SmarteruOptions { enrolling: SmarteruEnrolling::FailsOnce, ..default() }, failed, ""),
    ] {
        let (sandbox, client) = account(options).await;
        for expected in [first, second] {
            let answer = short(&enrol(&sandbox, &client, &[DANA]).await);
            assert_eq!(answer, if expected.is_empty() { ["Success", "1"] } else { ["Failed", expected] });
        }
    }
}

#[tokio::test]
async fn rows_get_lost_in_batches() {
    let bob = DANA.replace("dana.brown", "bob");
    let lost_in_batches = vec!["dana.brown@finashoes.com".to_owned()];
    let (sandbox, client) = account(SmarteruOptions { lost_in_batches, ..SmarteruOptions::default() }).await;
    assert_eq!(short(&enrol(&sandbox, &client, &[DANA, &bob]).await), ["Success", "2"]);
    let keys = |sandbox: &Sandbox| -> Vec<String> {
        sandbox.effects().completions.into_iter().map(|effect| effect.key).collect()
    };
    assert_eq!(keys(&sandbox), ["bob@finashoes.com / 71"]);
    assert_eq!(sandbox.calls()[0].outcome, "enrolled dropped");
    assert_eq!(short(&enrol(&sandbox, &client, &[DANA]).await), ["Success", "1"]);
    assert_eq!(keys(&sandbox).len(), 2);
}

#[tokio::test]
async fn one_call_at_a_time() {
    let (sandbox, client) = account(SmarteruOptions::default()).await;
    let unknown = ["Failed", "SU:9999 Unknown method call failure."];
    sandbox.set_faults("slow=1h".parse().expect("faults"));
    let request = client.post(address(&sandbox)).form(&[("Package", format!("{HEAD}{DANA}{FOOT}"))]);
    let slow = tokio::spawn(request.send());
    while sandbox.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    sandbox.set_faults(Faults::default());
    let bob = DANA.replace("dana.brown", "bob");
    for overlaps in 1..3 {
        assert_eq!(short(&enrol(&sandbox, &client, &[&bob]).await), unknown);
        assert_eq!((sandbox.effects().overlaps, sandbox.effects().completions.len()), (overlaps, 1));
    }
    slow.abort();
    sandbox.stop().await;

    let (sandbox, client) = account(SmarteruOptions::default()).await;
    for row in [DANA, &bob] {
        assert_eq!(short(&enrol(&sandbox, &client, &[row]).await), ["Success", "1"]);
    }
    assert_eq!(sandbox.effects().overlaps, 0);
}

#[tokio::test]
async fn a_hung_call_is_not_under_way() {
    let (sandbox, client) = account(SmarteruOptions::default()).await;
    sandbox.set_faults(Faults::scripted([FaultKind::Hang]));
    let request = client.post(address(&sandbox)).form(&[("Package", format!("{HEAD}{DANA}{FOOT}"))]);
    let hung = tokio::spawn(request.send());
    while sandbox.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(enrol(&sandbox, &client, &[DANA]).await, SAMPLE);
    assert_eq!(sandbox.effects().overlaps, 0);
    hung.abort();
}

#[tokio::test]
async fn faults_in_the_products_own_words() {
    let (sandbox, client) = account(SmarteruOptions::default()).await;
    sandbox.set_faults(Faults::scripted([FaultKind::Err500, FaultKind::Disabled, FaultKind::Lose]));
    for expected in ["SU:9999 Unknown method call failure.", "SU:10 User and Account API keys are invalid."] {
        assert_eq!(short(&enrol(&sandbox, &client, &[DANA]).await), ["Failed", expected]);
    }
    assert!(sandbox.effects().completions.is_empty());
    let lost = client.post(address(&sandbox)).form(&[("Package", format!("{HEAD}{DANA}{FOOT}"))]);
    assert!(lost.send().await.is_err());
    assert_eq!(sandbox.effects().completions.len(), 1);
}
