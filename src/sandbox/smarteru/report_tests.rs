//! Learner reports over real HTTP; the packages are written by hand from the vendor's template.

use super::super::options::SmarteruOptions;
use super::super::tests::{DANA, account, enrol, listed, send};

/// A package with these filters in place of those for users and statuses, and this page.
fn package(users: &str, modules: &str, page: &str) -> String {
    format!(
        "<SmarterU>
   <AccountAPI><![CDATA[account*$^!&sandbox]]></AccountAPI>
   <UserAPI>user*$^!&amp;sandbox</UserAPI>
   <Method>getLearnerReport</Method>
   <Parameters>
      <Report>
         {page}
         <Filters>
            <Groups><GroupStatus><![CDATA[All]]></GroupStatus></Groups>
            <LearningModules>{modules}</LearningModules>
            <Enrollments></Enrollments>
            <Users>{users}</Users>
         </Filters>
         <Columns><ColumnName>COURSE_SESSION_ID</ColumnName><ColumnName>GRADE</ColumnName></Columns>
         <CustomFields></CustomFields>
      </Report>
   </Parameters>
</SmarterU>"
    )
}

const DANAS: &str = "<UserIdentifier><EmailAddress>Dana.Brown@finashoes.com</EmailAddress></UserIdentifier>";

fn rows(answer: &str) -> usize {
    answer.matches("<Learner>").count()
}

#[tokio::test]
async fn a_report_shows_who_is_enrolled() {
    let (sandbox, client) = account(SmarteruOptions::default()).await;
    let other = DANA.replace("71", "72").replace("Completed", "Attended");
    let other = other.replace("            <Grade><![CDATA[85]]></Grade>\n", "");
    enrol(&sandbox, &client, &[DANA, &other, &DANA.replace("dana", "erin")]).await;
    let answer = send(&sandbox, &client, &package(DANAS, "", "")).await;
    assert!(answer.contains("<LearnerReport rows=\"2\">"), "{answer}");
    for part in [
        "<LearningModuleID><![CDATA[3860]]></LearningModuleID>",
        "<CourseSessionID><![CDATA[71]]></CourseSessionID><Grade><![CDATA[85]]></Grade>",
        "<CourseSessionID><![CDATA[72]]></CourseSessionID><Grade/>",
    ] {
        assert!(answer.contains(part), "{part} in {answer}");
    }
    let status = |status: &str| {
        let filter =
            format!("<EnrollmentStatuses><EnrollmentStatus>{status}</EnrollmentStatus></EnrollmentStatuses>");
        package(DANAS, &filter, "")
    };
    for (name, expected) in [("Completed", 1), ("Attended", 1), ("Did Not Attend", 0), ("Overdue", 0)] {
        assert_eq!(rows(&send(&sandbox, &client, &status(name)).await), expected, "{name}");
    }
    assert!(send(&sandbox, &client, &status("NotAttended")).await.contains("SU:12"));
    let all = package("<UserStatus>All</UserStatus>", "", "");
    assert_eq!(rows(&send(&sandbox, &client, &all).await), 3);
    for (page, expected) in [("1", 2), ("2", 1), ("3", 0)] {
        let page = format!("<Page>{page}</Page><PageSize>2</PageSize>");
        let paged = package("<UserStatus>All</UserStatus>", "", &page);
        assert_eq!(rows(&send(&sandbox, &client, &paged).await), expected, "{page}");
    }
}

#[tokio::test]
async fn a_listed_user_is_found_by_either_identifier() {
    let (sandbox, client) = account(listed()).await;
    enrol(&sandbox, &client, &[DANA]).await;
    let by_id = package("<UserIdentifier><EmployeeID>D1</EmployeeID></UserIdentifier>", "", "");
    assert_eq!(rows(&send(&sandbox, &client, &by_id).await), 1);
}

#[tokio::test]
async fn what_must_be_there_is_missed() {
    let (sandbox, client) = account(SmarteruOptions::default()).await;
    let whole = package(DANAS, "", "");
    for tag in [
        "<Groups><GroupStatus><![CDATA[All]]></GroupStatus></Groups>",
        "<GroupStatus><![CDATA[All]]></GroupStatus>",
        "<LearningModules></LearningModules>",
        "<Enrollments></Enrollments>",
        "<CustomFields></CustomFields>",
        DANAS,
    ] {
        assert!(whole.contains(tag), "{tag}");
        let answer = send(&sandbox, &client, &whole.replace(tag, "")).await;
        assert!(answer.contains("SU:12"), "{tag}: {answer}");
    }
    let keys = whole.replace("sandbox]]", "sandpit]]");
    assert!(send(&sandbox, &client, &keys).await.contains("SU:10"));
    let odd = whole.replace("</Report>", "</Report><Columns></Columns>");
    assert!(send(&sandbox, &client, &odd).await.contains("SU:13"));
}

#[tokio::test]
async fn some_is_forgotten_and_some_may_not_be_viewed() {
    let forgets = SmarteruOptions {
        forgotten: vec!["dana.brown@finashoes.com / 71".to_owned()],
        ..SmarteruOptions::default()
    };
    let (sandbox, client) = account(forgets).await;
    assert!(enrol(&sandbox, &client, &[DANA]).await.contains("<Result>Success</Result>"));
    assert_eq!(rows(&send(&sandbox, &client, &package(DANAS, "", "")).await), 0);
    let (sandbox, client) = account(SmarteruOptions { may_view: false, ..SmarteruOptions::default() }).await;
    enrol(&sandbox, &client, &[DANA]).await;
    let answer = send(&sandbox, &client, &package(DANAS, "", "")).await;
    assert!(rows(&answer) == 0 && answer.contains("<Result>Success</Result>"), "{answer}");
}
