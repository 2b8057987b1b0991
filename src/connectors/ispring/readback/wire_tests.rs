//! The questions and answers of the two lists, written by hand from the vendor's pages on them.

use super::*;

#[test]
fn questions_are_as_the_vendors_pages_have_them() {
    assert_eq!(modules_path("", "c 1&"), "/courses/modules?courseIds[]=c%201%26&pageSize=1000");
    assert_eq!(
        results_path("/api/v3", "c-1", "e-1"),
        "/api/v3/learners/modules/results?enrollmentIds[]=e-1&courseIds[]=c-1&userStatuses[]=1&userStatuses[]=3\
         &userStatuses[]=5&pageSize=1000"
    );
    assert_eq!(page_path("/x?a=b", None), "/x?a=b");
    assert_eq!(page_path("/x?a=b", Some("t=/+")), "/x?a=b&pageToken=t%3D%2F%2B");
}

#[test]
fn a_list_of_modules_is_read() {
    let body = r#"{
      "modules": [
        {
          "moduleId": "ec712528-6a8a-11ef-8749-be6337f13907",
          "contentItemId": "ec5e8328-6a8a-11ef-9bd7-36bad3a603e7",
          "courseId": "a849d840-6a8a-11ef-b992-36bad3a603e7",
          "title": "Fire safety", "description": "", "authorId": "1", "addedDate": "2024-09-04T07:30:35+00:00",
          "viewUrl": "https://learn.example.org/view"
        },
        { "moduleId": "m2", "courseId": "c2" }
      ],
      "nextPageToken": "page 2"
    }"#;
    let module = Module {
        id: "ec712528-6a8a-11ef-8749-be6337f13907".to_owned(),
        content: "ec5e8328-6a8a-11ef-9bd7-36bad3a603e7".to_owned(),
        course: "a849d840-6a8a-11ef-b992-36bad3a603e7".to_owned(),
    };
    let next = Some("page 2".to_owned());
    assert_eq!(modules(body.as_bytes()), Listing::Page(Page { rows: vec![module], next }));
}

#[test]
fn results_are_read_with_what_they_may_lack() {
    let body = r#"{
      "results": [
        {
          "userId": "u1", "courseId": "c1", "moduleId": "m1", "moduleTitle": "Fire safety",
          "courseItemId": "i1", "enrollmentId": "e1", "accessDate": "2020-03-01T08:00:00+00:00",
          "completionDate": "2020-03-12T00:00:00+00:00", "timeSpent": 0, "completionStatus": "complete",
          "awardedScore": 87.5, "passingScore": 80, "progress": 100, "isOverdue": false, "viewsCount": 1
        },
        {
          "userId": "u1", "courseId": "c1", "moduleId": "m2", "moduleTitle": "More", "courseItemId": "i2",
          "accessDate": "2020-03-01T08:00:00+00:00", "completionStatus": "not_started", "isOverdue": false
        }
      ]
    }"#;
    let text = |text: &str| Some(text.to_owned());
    let first = Standing {
        enrolment: text("e1"),
        course: text("c1"),
        module: text("m1"),
        status: text("complete"),
        completed: text("2020-03-12T00:00:00+00:00"),
        score: Some(87.5),
    };
    let second = Standing {
        enrolment: None,
        course: text("c1"),
        module: text("m2"),
        status: text("not_started"),
        completed: None,
        score: None,
    };
    assert_eq!(results(body.as_bytes()), Listing::Page(Page { rows: vec![first, second], next: None }));
    assert_eq!(results(b"{\"results\":[]}"), Listing::Page(Page { rows: Vec::new(), next: None }));
}

#[test]
fn what_is_no_list_is_told_apart() {
    let denied = Denial { code: Some("403".to_owned()), text: "Permission denied".to_owned() };
    assert_eq!(results(br#"{"code":403,"message":"Permission denied"}"#), Listing::Denied(denied));
    assert_eq!(results(b"<response/>"), Listing::Unreadable("XML or HTML"));
    assert_eq!(results(b"{\"modules\":[]}"), Listing::Unreadable("JSON of another kind"));
    assert_eq!(results(b""), Listing::Unreadable("an empty answer"));
}
