//! `[pull.parameters]`: single and several values, and how they are kept.

use super::academy::main;
use super::questions::{pulling, said_of};
use super::*;

fn with(parameters: &str) -> String {
    said_of("training_catalog", &format!("[pull.parameters]\n{parameters}"))
}

/// How a parameter is kept.
#[track_caller]
fn kept(line: &str, expected: &str) {
    let job = pulling("training_catalog", &format!("[pull.parameters]\n{line}"));
    let files = Files::new(MAIN, &[("catalog.toml", &job)]);
    let loaded = files.load();
    assert_eq!(files.shown(&loaded.problems), "", "{line}");
    let config = loaded.config.unwrap();
    let parameters = &config.jobs["catalog"].pulls[0].parameters;
    let name = line.split(' ').next().unwrap();
    assert_eq!(parameters.get(&name.into()), Some(expected), "{line}");
}

#[test]
fn one_way_of_keeping_for_all_ways_of_writing() {
    kept("Accessibility = \"Public\"", "Public");
    kept("Accessibility = \"Public,Paid\"", "Public,Paid");
    kept("Accessibility = \" Public , Paid \"", "Public,Paid");
    kept("Accessibility = [\"Public\", \"Paid\"]", "Public,Paid");
    kept("Rating = 3", "3");
    kept("Rating = [1, \"02\", 5]", "1,2,5");
    kept("Rating = \"1,2\"", "1,2");
    kept("validity_days = [365]", "365");
    kept("Start_Date = \"01/31/2026\"", "01/31/2026");
    kept("Start_Date = \"1/31/2026\"", "01/31/2026");
    kept("Start_Date = 2026-01-31", "01/31/2026");
    kept("contentlist = \"On\"", "On");
    kept("search = 101", "101");
}

#[test]
fn values_that_the_document_does_not_allow_are_said() {
    let bad = [
        "Accessibility = \"Publik\"",
        "Accessibility = [\"Public\", \"public\", \"Public,Paid\", 3, true]",
        "Accessibility = \"Public,,Public\"",
        "Accessibility = []",
        "Accessibility = { value = \"Public\" }",
        "Rating = [0, 6, \"x\", 2.5, \"+3\"]",
        "Rating = [\"1\", 1]",
        "validity_days = -1",
        "contentlist = [\"On\"]",
        "contentlist = \"On,Off\"",
        "contentlist = true",
        "contentlist = \"\"",
        "Start_Date = \"2026-01-31\"",
        "Start_Date = \"01/31/26\"",
        "Start_Date = \"02/30/2026\"",
        "Start_Date = 2026-01-31T08:00:00",
        "Start_Date = [\"01/31/2026\"]",
        "Order_By = \"rating\"",
        "colour = \"red\"",
    ];
    insta::assert_snapshot!(bad.map(with).join("\n"), @r#"
    jobs/catalog.toml:5 pull.parameters.Accessibility: found "Publik"; allowed: `Private`, `Public`, `Paid`; did you mean `Public`?
    jobs/catalog.toml:5 pull.parameters.Accessibility: found true; allowed: a text in quotes
    jobs/catalog.toml:5 pull.parameters.Accessibility: found "public"; allowed: `Private`, `Public`, `Paid`; did you mean `Public`?
    jobs/catalog.toml:5 pull.parameters.Accessibility: found "Public,Paid"; allowed: `Private`, `Public`, `Paid`
    jobs/catalog.toml:5 pull.parameters.Accessibility: found "3"; allowed: `Private`, `Public`, `Paid`
    jobs/catalog.toml:5 pull.parameters.Accessibility: found "Public,,Public"; a value is missing beside a `,`
    jobs/catalog.toml:5 pull.parameters.Accessibility: "Public" stands there twice
    jobs/catalog.toml:5 pull.parameters.Accessibility: found an empty list; at least one is needed
    jobs/catalog.toml:5 pull.parameters.Accessibility: found a table; allowed: a text in quotes
    jobs/catalog.toml:5 pull.parameters.Rating: found "0"; allowed: a whole number from 1 to 5
    jobs/catalog.toml:5 pull.parameters.Rating: found "6"; allowed: a whole number from 1 to 5
    jobs/catalog.toml:5 pull.parameters.Rating: found "x"; allowed: a whole number from 1 to 5
    jobs/catalog.toml:5 pull.parameters.Rating: found "2.5"; allowed: a whole number from 1 to 5
    jobs/catalog.toml:5 pull.parameters.Rating: found "+3"; allowed: a whole number from 1 to 5
    jobs/catalog.toml:5 pull.parameters.Rating: "1" stands there twice
    jobs/catalog.toml:5 pull.parameters.validity_days: found "-1"; allowed: a whole number, 1 or more
    jobs/catalog.toml:5 pull.parameters.contentlist: found a list; the LMS takes a single value for `contentlist`
    jobs/catalog.toml:5 pull.parameters.contentlist: found "On,Off"; the LMS takes a single value for `contentlist`
    jobs/catalog.toml:5 pull.parameters.contentlist: found true; allowed: a text in quotes
    jobs/catalog.toml:5 pull.parameters.contentlist: found an empty text
    jobs/catalog.toml:5 pull.parameters.Start_Date: found "2026-01-31"; allowed: a date written MM/DD/YYYY, such as 11/21/2026, or without quotes as 2026-11-21
    jobs/catalog.toml:5 pull.parameters.Start_Date: found "01/31/26"; allowed: a date written MM/DD/YYYY, such as 11/21/2026, or without quotes as 2026-11-21
    jobs/catalog.toml:5 pull.parameters.Start_Date: found "02/30/2026"; allowed: a date written MM/DD/YYYY, such as 11/21/2026, or without quotes as 2026-11-21
    jobs/catalog.toml:5 pull.parameters.Start_Date: found a date or a time without quotes; allowed: a date written MM/DD/YYYY, such as 11/21/2026, or without quotes as 2026-11-21
    jobs/catalog.toml:5 pull.parameters.Start_Date: found a list; the LMS takes a single value for `Start_Date`
    jobs/catalog.toml:5 pull.parameters.Order_By: no such parameter of upsidelms.training_catalog; did you mean `Order_by`?
    jobs/catalog.toml:5 pull.parameters.colour: no such parameter of upsidelms.training_catalog; `rollbook fields upsidelms.training_catalog` lists them
    "#);
}

#[test]
fn names_of_the_answer_lead_to_those_of_the_list() {
    let bad = ["outputlist = [\"status\"]", "outputlist = \"curriculum_nam\"", "outputlist = \"salary\""];
    insta::assert_snapshot!(bad.map(with).join("\n"), @r#"
    jobs/catalog.toml:5 pull.parameters.outputlist: found "status"; allowed: `curriculum_id`, `curriculum_name`, `start_date`, `certification`, `modified_on`, `seat_hours`, `curriculum_status`, `a`, `b`, `c`, `d`, `e` and 1 more: `rollbook fields upsidelms.training_catalog` lists them; did you mean `curriculum_status`?
    jobs/catalog.toml:5 pull.parameters.outputlist: found "curriculum_nam"; allowed: `curriculum_id`, `curriculum_name`, `start_date`, `certification`, `modified_on`, `seat_hours`, `curriculum_status`, `a`, `b`, `c`, `d`, `e` and 1 more: `rollbook fields upsidelms.training_catalog` lists them; did you mean `curriculum_name`?
    jobs/catalog.toml:5 pull.parameters.outputlist: found "salary"; allowed: `curriculum_id`, `curriculum_name`, `start_date`, `certification`, `modified_on`, `seat_hours`, `curriculum_status`, `a`, `b`, `c`, `d`, `e` and 1 more: `rollbook fields upsidelms.training_catalog` lists them
    "#);
}

#[test]
fn days_stand_in_their_order() {
    assert_eq!(with("Start_Date = \"12/31/2026\"\nEnd_Date = 2026-12-31"), "");
    assert_eq!(with("Start_Date = \"12/31/2026\"\nEnd_Date = \"never\"").lines().count(), 1);
    insta::assert_snapshot!(with("End_Date = \"01/31/2026\"\nStart_Date = \"02/01/2026\""), @"jobs/catalog.toml:6 pull.parameters.Start_Date: lies after `End_Date`, so nothing can be there; change one of them");
}

#[test]
fn a_question_keeps_the_rules_of_its_operation() {
    assert_eq!(with("Order_by = \"rating\"\ncontentlist = \"Off\""), "");
    let progress = |lines: &str| {
        let job = pulling("progress", lines).replace("upside", "academy");
        Files::new(&main(), &[("p.toml", &job)]).problems()
    };
    let bad = [
        with("Order_by = \"rating\""),
        with("Order_by = \"rating\"\ncontentlist = \"off\""),
        progress(""),
        progress("[pull.parameters]\ndone = \"maybe\""),
        progress("parameters = \"p\""),
    ];
    insta::assert_snapshot!(bad.join("\n"), @r#"
    jobs/catalog.toml:5 pull.parameters.Order_by: upsidelms.training_catalog allows `Order_by` only where `contentlist` is `Off`
    jobs/catalog.toml:6 pull.parameters.contentlist: found "off"; allowed: `On`, `Off`; did you mean `Off`?
    jobs/p.toml:1 pull.parameters: missing; academy.progress demands `platform` (Platform)
    jobs/p.toml:4 pull.parameters.platform: missing; academy.progress demands `platform` (Platform)
    jobs/p.toml:5 pull.parameters.done: found "maybe"; allowed: true or false
    jobs/p.toml:4 pull.parameters: found "p"; allowed: a table
    "#);
}
