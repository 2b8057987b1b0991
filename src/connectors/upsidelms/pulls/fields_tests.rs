//! The parameters, by the document's text.

use super::*;
use crate::connectors::Settings;
use crate::connectors::upsidelms::users;

/// What a parameter takes, in words.
fn printed(operation: &Operation) -> String {
    let line = |field: &Field| format!("{} [{}] {}\n", field.name, field.label, field.kind.words());
    operation.fields.iter().map(line).collect()
}

#[test]
fn the_parameters_are_the_documents() {
    let catalog = "\
contentlist [Content] one of On, Off
Accessibility [Access] one or several of Private, Public, Paid, `,` between them
Status [Status] text without `~`, `=`, `,`
Certification [Certification] one or several of Yes, No, `,` between them
Rating [Rating] one or several whole numbers from 1 to 5, `,` between them
validity_days [Validity Days] one or several whole numbers from 1 to 99999, `,` between them
Start_Date [Start Date] date, sent as MM/DD/YYYY
End_Date [End Date] date, sent as MM/DD/YYYY
Order_by [Order By] one of curriculum_name_asc, curriculum_name_desc, curriculum_name_default, accessibility, \
rating, assigned, nominated, Purchased
outputlist [Parameter List] one or several of curriculum_id, curriculum_name, reference_title, validity, \
start_date, end_date, cost_per_person, currency, certification, instructor, seat_hours, seat_mins, created_by, \
created_date, modified_by, modified_date, curriculum_status, access, cancellation_date, nomination_date, \
seat_limit, community, assignment_count, completion_count, avgratings, nomination_count, purchase_count, \
`,` between them
";
    assert_eq!(printed(&training_catalog()), catalog);
    let plan = "\
contentlist [Content] one of On, Off
Accessibility [Access] one or several of Private, Public, Paid, `,` between them
Completion_Status [Completion Status] text without `~`, `=`, `,`
Certification [Certification] one or several of Yes, No, `,` between them
Rating [Rating] one or several whole numbers from 1 to 5, `,` between them
validity_days [Validity Days] one or several whole numbers from 1 to 99999, `,` between them
Start_Date [Start Date] date, sent as MM/DD/YYYY
Expiry_Date [Expiry Date] date, sent as MM/DD/YYYY
Order_by [Order By] one of curriculum_name_asc, curriculum_name_desc, curriculum_name_default, accessibility
outputlist [Parameter List] one or several of curriculum_id, curriculum_name, reference_title, validity, \
start_date, end_date, cost_per_person, currency, certification, instructor, seat_hours, seat_mins, created_by, \
created_date, modified_by, modified_date, curriculum_status, access, cancellation_date, nomination_date, \
seat_limit, community, assignment_count, completion_count, avgratings, nomination_count, purchase_count, \
started_on, last_access_date, assigned_date, expired_date, completion_date, feedback, learner_rating, \
curriculum_completion_status, `,` between them
";
    assert_eq!(printed(&training_plan()), plan);
}

#[test]
fn both_ask_and_change_nothing() {
    for (operation, learners) in [(training_catalog(), Asks::Maybe), (training_plan(), Asks::EachLearner)] {
        assert_eq!(operation.kind, OperationKind::Pull);
        assert!(operation.fields.iter().all(|field| !field.required && !field.secret));
        let shape = operation.pull.unwrap();
        assert_eq!(shape.learners, learners);
        assert!(!shape.windowed && shape.daily_calls.is_none() && shape.registration.is_none());
        let users = users::operation(&Settings::default());
        for (_, field) in shape.identifiers {
            assert!(users.field(field).is_some(), "{field}");
        }
    }
}
