//! The learner report's question and answer, written by hand from the vendor's page and from recorded calls.

use super::*;

fn keys() -> Keys {
    Keys { account: "ACC*$".to_owned().into(), user: "usr&1".to_owned().into() }
}

#[test]
fn a_question_has_its_filters_and_its_empty_containers() {
    let sent: Fields = [("Email", "dana.brown@finashoes.com"), ("GroupID", "g&1")].into_iter().collect();
    let package = encode(&keys(), &sent, Some("Did Not Attend"), 1);
    assert_eq!(
        package.expose_secret(),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><SmarterU><AccountAPI><![CDATA[ACC*$]]></AccountAPI>\
         <UserAPI><![CDATA[usr&1]]></UserAPI><Method>getLearnerReport</Method><Parameters><Report><Page>1</Page>\
         <PageSize>1000</PageSize><Filters><Groups><GroupStatus><![CDATA[All]]></GroupStatus></Groups>\
         <LearningModules><EnrollmentStatuses><EnrollmentStatus><![CDATA[Did Not Attend]]></EnrollmentStatus>\
         </EnrollmentStatuses></LearningModules><Enrollments></Enrollments><Users><UserIdentifier><EmailAddress>\
         <![CDATA[dana.brown@finashoes.com]]></EmailAddress></UserIdentifier></Users></Filters><Columns>\
         <ColumnName><![CDATA[COURSE_SESSION_ID]]></ColumnName><ColumnName><![CDATA[GRADE]]></ColumnName>\
         <ColumnName><![CDATA[USER_EMAIL]]></ColumnName></Columns><CustomFields></CustomFields></Report></Parameters></SmarterU>"
    );
    let sent: Fields = [("EmployeeID", "E 7")].into_iter().collect();
    let package = encode(&keys(), &sent, None, 12);
    let package = package.expose_secret();
    assert!(package.contains("<Page>12</Page>"), "{package}");
    assert!(package.contains("<LearningModules></LearningModules>"), "{package}");
    assert!(package.contains("<ColumnName><![CDATA[EMPLOYEE_ID]]></ColumnName></Columns>"), "{package}");
    assert!(package.contains("<UserIdentifier><EmployeeID><![CDATA[E 7]]></EmployeeID></UserIdentifier>"));
}

#[test]
fn statuses_are_those_of_the_reports_filter() {
    assert_eq!(shown_as("NotAttended"), Some("Did Not Attend"));
    assert_eq!(shown_as("Attended"), Some("Attended"));
    assert_eq!(shown_as("Completed"), Some("Completed"));
    assert_eq!(shown_as("Enrolled"), None);
}

/// An answer laid out as the API was recorded to give it, with the columns that are asked for.
const RECORDED: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SmarterU>\n\t\t\t\t\t<Result>Success</Result>\n\
    \t\t\t\t\t<Info><LearnerReport rows=\"2\"><Learner><ID>91</ID><CourseName><![CDATA[First aid]]></CourseName>\
    <LastName><![CDATA[Brown]]></LastName><FirstName><![CDATA[Dana]]></FirstName>\
    <LearningModuleID><![CDATA[3860]]></LearningModuleID><CourseSessionID><![CDATA[77]]></CourseSessionID>\
    <Grade><![CDATA[95.25]]></Grade><UserEmail><![CDATA[d@x.org]]></UserEmail></Learner><Learner><CourseName><![CDATA[Online]]></CourseName>\
    <CourseSessionID/></Learner></LearnerReport></Info>\n\t\t\t\t\t<Errors>\n\t\t\t\t\t\t\n\t\t\t\t\t</Errors>\n\
    \t\t\t\t</SmarterU>\n";

#[test]
fn a_report_is_read() {
    let text = |text: &str| Some(text.to_owned());
    let report = Report {
        success: true,
        is_report: true,
        rows: Some(2),
        learners: vec![
            Learner {
                module: text("3860"),
                session: text("77"),
                grade: text("95.25"),
                email: text("d@x.org"),
                ..Learner::default()
            },
            Learner { session: text(""), ..Learner::default() },
        ],
        errors: Vec::new(),
    };
    assert_eq!(decode(RECORDED.as_bytes()), Ok(report));
}

#[test]
fn what_is_no_report_is_told_apart() {
    let failed = "<SmarterU><Result>Failed</Result><Info/><Errors><Error><ErrorID>GLR:01</ErrorID><ErrorMessage>\
                  no</ErrorMessage></Error></Errors></SmarterU>";
    let report = decode(failed.as_bytes()).unwrap();
    assert!(!report.success && !report.is_report && report.errors[0].code == "GLR:01", "{report:?}");
    assert!(decode(b"<html><body>Sign in</body></html>").is_err());
    assert!(decode(b"").is_err());
}
