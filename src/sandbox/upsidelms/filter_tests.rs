use super::super::assignments::{Held, Learners};
use super::super::curricula::UpsideLmsCurriculum;
use super::super::study::UpsideLmsStudy;
use super::*;

/// The ids of the built-in curricula that a filter lets through, in its order.
fn catalog(text: &str) -> String {
    let nobody = Learners::default();
    let list = UpsideLmsCurriculum::built_in().iter().map(|one| Told::of(one, nobody)).collect();
    ids(Filter::read(text, Kind::Catalog), list)
}

/// The same in the plan of a learner who has completed 167, begun 203, let 311 expire, and not looked at 512.
fn plan(text: &str) -> String {
    let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).expect("a day");
    let nothing = UpsideLmsStudy::default;
    let studies = [
        ("167", UpsideLmsStudy::completed(day(1), day(9))),
        ("203", UpsideLmsStudy::started(day(3))),
        ("311", UpsideLmsStudy { expired_on: Some(day(5)), ..nothing() }),
        ("512", nothing()),
    ];
    let known = UpsideLmsCurriculum::built_in();
    let told = |(id, study): (&str, UpsideLmsStudy)| {
        let curriculum = known.iter().find(|one| one.id == id).expect("a curriculum");
        let mut held = Held::on(day(1));
        held.study = study;
        Told::to_learner(curriculum, Learners::default(), &held)
    };
    ids(Filter::read(text, Kind::Plan), studies.map(told).into())
}

fn ids(filter: Result<Filter, Complaint>, list: Vec<Told>) -> String {
    let filter = match filter {
        Ok(filter) => filter,
        Err(complaint) => return format!("{} {}", complaint.code, complaint.text),
    };
    let mut list: Vec<Told> = list.into_iter().filter(|told| filter.wants(told)).collect();
    filter.sort(&mut list);
    list.iter().map(|told| told.value("curriculum_id")).collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check(found: String, expected: &str) {
    assert_eq!(found, expected);
}

#[test]
fn what_is_wanted() {
    check(catalog("Certification=Yes"), "167 203 440 512");
    check(catalog("Certification=No"), "311 604 702 733 611 618");
    check(catalog("Certification=Yes,No"), "167 203 311 440 512 604 702 733 611 618");
    check(catalog("Accessibility=Paid"), "611 618");
    check(catalog("Accessibility=Public,Paid"), "512 604 702 611 618");
    check(catalog("validity_days=20"), "203 311");
    check(catalog("validity_days=20,60"), "203 311 604");
    check(catalog("validity_days=21"), "");
    check(catalog("Status=Available~Certification=Yes"), "167 203 512");
    check(catalog("Status=expired"), "440");
    check(plan("Completion_Status=Completed"), "167");
    check(plan("Completion_Status=In Progress"), "203");
    check(plan("Completion_Status=not started"), "311 512");
    check(plan("Accessibility=Private~Completion_Status=Completed~Certification=Yes~Rating=1"), "167");
}

#[test]
fn ratings_are_the_least_and_more() {
    check(catalog("Rating=5"), "");
    check(catalog("Rating=4"), "167 512 604 702 611");
    check(catalog("Rating=5,4"), "167 512 604 702 611");
    // What nobody has rated has no rating of one either.
    check(catalog("Rating=1"), "167 203 311 512 604 702 611");
}

#[test]
fn days_are_the_first_and_the_last() {
    check(catalog("Start_Date=01/01/2026"), "512 702");
    check(catalog("Start_Date=01/02/2026"), "702");
    check(catalog("End_Date=12/31/2025"), "440");
    check(catalog("End_Date=12/30/2025"), "");
    check(catalog("Start_Date=01/01/2022~End_Date=12/31/2027"), "440 512");
    check(plan("Start_Date=01/01/2026"), "512");
    check(plan("Expiry_Date=03/05/2026"), "311");
    check(plan("Expiry_Date=03/04/2026"), "");
}

#[test]
fn orders() {
    let own = "167 203 311 440 512 604 702 733 611 618";
    check(catalog("Order_by=curriculum_name_default"), own);
    check(catalog("Order_by=curriculum_name_asc"), "311 203 733 167 512 618 440 702 611 604");
    check(catalog("Order_by=curriculum_name_desc"), "604 611 702 440 618 512 167 733 203 311");
    check(catalog("Order_by=accessibility"), "611 618 167 203 311 440 733 512 604 702");
    check(catalog("Order_by=rating"), "512 702 611 167 604 203 311 440 733 618");
    check(catalog("Order_by=assigned"), own);
    check(catalog("Order_by=nominated"), "512 618 167 203 311 440 604 702 733 611");
    check(catalog("Order_by=Purchased"), "611 618 167 203 311 440 512 604 702 733");
    check(plan("Order_by=curriculum_name_desc"), "512 167 203 311");
    check(plan("Order_by=curriculum_name_asc"), "311 203 167 512");
    check(plan("Order_by=accessibility"), "167 203 311 512");
}

#[test]
fn what_is_invalid() {
    let invalid = |label: &str| format!("Err001 Invalid value received against parameter.({label})");
    let date = |label: &str| format!("Err004 Invalid Date format.({label})");
    for (filter, label) in [
        ("Certification=", "Certification"),
        ("Certification=yes", "Certification"),
        ("Certification=Yes, No", "Certification"),
        ("Accessibility=public", "Access"),
        ("Accessibility=Public~Accessibility=Paid", "Access"),
        ("Rating=0", "Rating"),
        ("Rating=6", "Rating"),
        ("Rating=4.5", "Rating"),
        ("Rating=", "Rating"),
        ("validity_days=0", "Validity"),
        ("validity_days=+5", "Validity"),
        ("validity_days=1,,2", "Validity"),
        ("Order_by= curriculum_name_asc", "Order By"),
        ("Order_by=purchased", "Order By"),
        ("Order_by=rating,assigned", "Order By"),
        ("Public", "Access"),
        ("", "Access"),
        ("Access=Public", "Access"),
        ("validity_Days=5", "validity_Days"),
    ] {
        check(catalog(filter), &invalid(label));
        if filter != "Order_by=rating,assigned" {
            check(plan(filter), &invalid(label));
        }
    }
    for day in ["", "2026-01-01", "13/01/2026", "02/30/2026", "1/1/2026", "01/01/26", " 01/01/2026"] {
        check(catalog(&format!("Start_Date={day}")), &date("Start Date"));
        check(catalog(&format!("End_Date={day}")), &date("End Date"));
        check(plan(&format!("Start_Date={day}")), &date("Start Date"));
        check(plan(&format!("Expiry_Date={day}")), &date("End Date"));
    }
    check(catalog("Status=Available,Expired"), &invalid("Status"));
    check(plan("Completion_Status=Completed,In Progress"), &invalid("Completion Status"));
}

#[test]
fn each_call_has_its_own() {
    let unknown = |name: &str| format!("Err001 Invalid value received against parameter.({name})");
    check(catalog("Expiry_Date=01/01/2026"), &unknown("Expiry_Date"));
    check(catalog("Completion_Status=Completed"), &unknown("Completion_Status"));
    check(plan("End_Date=01/01/2026"), &unknown("End_Date"));
    check(plan("Status=Available"), &unknown("Status"));
    for order in ["rating", "assigned", "nominated", "Purchased"] {
        check(plan(&format!("Order_by={order}")), &unknown("Order By"));
    }
}
