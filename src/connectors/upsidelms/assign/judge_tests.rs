//! What the answers of `/rest/assigncurriculum` mean, code by code and level by level.

use super::super::super::samples::portal;
use super::super::super::wire::decode;
use super::super::samples::{
    FAIL, FAIL_ENCIPHERED, PARTIAL, PARTIAL_ENCIPHERED, PORTAL_KEY, PORTAL_KEY_ENCIPHERED, SUCCESS, TOKEN,
    TOKEN_ID, TOKEN_ID_ENCIPHERED, item, items,
};
use super::super::wire::read;
use super::*;
use crate::connectors::Item;
use crate::model::ChangeKind;

const PASSING: Verdict = Verdict::RetryConnection { after: None };

fn judged(body: &str, items: &[Item]) -> Vec<Outcome> {
    let portal = portal();
    let (call, asked) = Call::of(items);
    let answer = decode(body.as_bytes(), &portal.cipher, read);
    let reply = believe(&answer, TOKEN, &call);
    let judged = asked.iter().map(|asked| match &reply {
        Ok(reply) => judge(reply, asked.as_ref().unwrap(), &portal.secrets()),
        Err(outcome) => outcome.clone(),
    });
    judged.collect()
}

fn ann() -> Item {
    item(&[("username", "ann"), ("curr_id", "31")])
}

fn check(body: &str, expected: (Verdict, &str, &str)) {
    let outcomes = judged(body, &[ann()]);
    let outcome = &outcomes[0];
    assert_eq!((outcome.verdict.clone(), outcome.code.as_str(), outcome.reason.as_str()), expected, "{body}");
}

/// A reply about one learner; `rest` stands behind the assignment ID.
fn about_ann(final_status: &str, rest: &str) -> String {
    format!(
        r#"{{"curr_learner_assignment_info":{{"assignment_status_info":[{{"assignment_id":"1"{rest}}}]}},
            "final_status":"{final_status}","lmstoken_id":"token 1"}}"#
    )
}

/// An error item beside the curriculum of the one record.
fn check_item(code: &str, text: &str, verdict: Verdict) {
    let rest = format!(
        r#","curriculum_assignment_status":[{{"status":"fail","{code}":"{text}","curr_id":"31"}}],
           "assignment_status":"fail""#
    );
    let hint = "; is portal_key that of the portal at base_url?";
    let hint = if text.contains("(Portal Key)") { hint } else { "" };
    check(&about_ann("fail", &rest), (verdict, code, &format!("{text}{hint}")));
}

#[test]
fn the_samples_of_the_document() {
    let verdicts =
        |body: &str| judged(body, &items()).into_iter().map(|o| (o.verdict, o.code)).collect::<Vec<_>>();
    let known = |verdict: Verdict, code: &str| (verdict, code.to_owned());
    let unknown = known(Verdict::MissingReference, "Err003");
    for body in [FAIL, FAIL_ENCIPHERED] {
        let already = known(Verdict::Already, "Err009");
        assert_eq!(verdicts(body), [unknown.clone(), already.clone(), already]);
    }
    for body in [PARTIAL, PARTIAL_ENCIPHERED] {
        let accepted = known(Verdict::Accepted, "success");
        assert_eq!(verdicts(body), [unknown.clone(), accepted.clone(), accepted]);
    }
    for body in [PORTAL_KEY, PORTAL_KEY_ENCIPHERED] {
        assert_eq!(verdicts(body), vec![known(Verdict::StopConnection, "Err001"); 3]);
    }
    for body in [TOKEN_ID, TOKEN_ID_ENCIPHERED] {
        assert_eq!(verdicts(body), vec![known(Verdict::StopConnection, "Err002"); 3]);
    }
    // Of the sample of success, two learners with two curricula each.
    let of = |learner, curr_id| item(&[("unique_id", learner), ("curr_id", curr_id)]);
    let asked = [of("4202", "167"), of("4202", "166"), of("4201", "166"), of("4201", "167")];
    assert_eq!(judged(SUCCESS, &asked), vec![Outcome::new(Verdict::Accepted, "success", ""); 4]);
    // It has a success for 4201 and 167, which this call did not ask for.
    assert!(judged(SUCCESS, &asked[..3]).iter().all(|outcome| outcome.verdict == PASSING));
}

/// The examples of the document's table, one a code.
#[test]
fn every_error_code_of_the_document() {
    use Verdict::{Already, InDoubt, MissingReference, Refused, StopConnection};
    let session = "Session within this curriculum conflicts with a session in another Curriculum already \
                   assigned to the learner";
    let learners = "Curriculum can only be assigned to a user with 'Learner' access.";
    check_item("Err001", "Invalid value received against parameter. (Learner Unique Identifier)", Refused);
    check_item("Err002", "Mandatory Field. (Portal Key)", StopConnection);
    check_item("Err002", "Mandatory Field. (curr_ids)", Refused);
    check_item("Err003", "Record does not exist in system. (Curriculum ID)", MissingReference);
    check_item("Err500", "Internal server error.", InDoubt);
    check_item("Err007", "Access Disabled.", StopConnection);
    check_item("Err008", session, Refused);
    check_item("Err009", "Curriculum is expired", Refused);
    check_item("Err010", "Curriculum already assigned", Already);
    check_item("Err011", "Session seat limit exceeds", Refused);
    check_item("Err012", "Capacity of VCS exceeds", Refused);
    check_item("Err013", "Curriculum Unavailable", Refused);
    check_item("Err014", "Curriculum does not have any Contents", Refused);
    check_item("Err015", learners, Refused);
}

#[test]
fn the_message_goes_before_the_code_and_the_code_before_nothing() {
    check_item("Err009", "Curriculum already  assigned", Verdict::Already);
    check_item("Err010", "Curriculum is EXPIRED", Verdict::Refused);
    check_item("Err010", "Curriculum expired", Verdict::Refused);
    check_item("Err010", "Session conflict: already assigned", Verdict::Refused);
    check_item("Err001", "Record does not exists in system. (Curriculum ID)", Verdict::MissingReference);
    check_item("Err001", "Invalid value received against parameter.(Portal Key)", Verdict::StopConnection);
    check_item("Err001", "Invalid value received against parameter. (Token ID)", Verdict::StopConnection);
    check_item("Err010", "Vorhanden", Verdict::Already);
    check_item("Err009", "Abgelaufen", Verdict::Refused);
    check_item("Err003", "Unbekannt", Verdict::MissingReference);
    check_item("Err007", "Gesperrt", Verdict::StopConnection);
    check_item("Err500", "Fehler", Verdict::InDoubt);
    check_item("Err099", "Fehler", Verdict::Refused);
}

#[test]
fn what_an_update_finds_there_is_refused() {
    let body = about_ann(
        "fail",
        r#","curriculum_assignment_status":[{"status":"fail","Err010":"Curriculum already assigned","curr_id":"31"}]"#,
    );
    let update = Item { kind: ChangeKind::Update, ..ann() };
    let resent = Item { resend: true, ..update.clone() };
    assert_eq!(judged(&body, &[update])[0].verdict, Verdict::Refused);
    assert_eq!(judged(&body, &[resent])[0].verdict, Verdict::Already);
}

#[test]
fn an_error_of_the_learner_or_of_the_call_is_the_records() {
    let unknown = "Record does not exist in system. (Learner Unique Identifier)";
    let expected = || (Verdict::MissingReference, "Err003", unknown);
    check(&about_ann("fail", &format!(r#","Err003":"{unknown}","assignment_status":"fail""#)), expected());
    check(
        &about_ann("partially_success", &format!(r#","error_list":[{{"Err003":"{unknown}"}}]"#)),
        expected(),
    );
    let empty = format!(
        r#","Err003":"{unknown}","curriculum_assignment_status":[{{"status":"fail","curr_id":"31"}}]"#
    );
    check(&about_ann("fail", &empty), expected());
    let of_the_call = |error: &str, status: &str| {
        format!(r#"{{"curr_learner_assignment_info":{{"error_list":[{error}]}}{status}}}"#)
    };
    let words = "Invalid value received against parameter. (Learner Unique Identifier)";
    let error = format!(r#"{{"Err001":"{words}"}}"#);
    check(&of_the_call(&error, r#","final_status":"fail""#), (Verdict::Refused, "Err001", words));
    check(&of_the_call(&error, ""), (Verdict::Refused, "Err001", words));
    let failed = r#"{"Err500":"Internal server error."}"#;
    let expected = (Verdict::InDoubt, "Err500", "Internal server error.");
    check(&of_the_call(failed, r#","final_status":"fail""#), expected);
    // The weightiest decides, and all are told.
    let both = r#"{"Err500":"Internal server error."},{"Err007":"Access Disabled"}"#;
    let told = "Err500: Internal server error.; Err007: Access Disabled";
    check(&of_the_call(both, r#","final_status":"fail""#), (Verdict::InDoubt, "Err500", told));
}

/// Enciphered for a portal that takes it in clear, or the other way round: no call would get through.
#[test]
fn a_call_that_the_portal_makes_nothing_of_stops_the_connection() {
    for (code, label) in [
        ("Err001", " (Curriculum-learner Details)"),
        ("Err001", ".(JSON)"),
        ("Err002", ". (curr_learner_info)"),
        ("Err002", ""),
    ] {
        let words = format!("Invalid value received against parameter{label}");
        let body = format!(
            r#"{{"curr_learner_assignment_info":{{"error_list":[{{"{code}":"{words}"}}]}},"final_status":"fail",
                "lmstoken_id":"token 1"}}"#
        );
        let reason =
            format!("{words}; the portal makes nothing of the call: is encrypt_assign right for it?");
        check(&body, (Verdict::StopConnection, code, &reason));
    }
    // Beside a learner it is about that learner.
    check_item("Err001", "Invalid value received against parameter. (json)", Verdict::Refused);
}

/// None of them says that the one curriculum was not assigned.
#[test]
fn a_word_that_may_be_said_of_anything_does_not_decide() {
    check_item("Err500", "Service Unavailable.", Verdict::InDoubt);
    check_item("Err500", "Session expired.", Verdict::InDoubt);
    check_item("Err500", "Server capacity reached", Verdict::InDoubt);
    check_item("Err500", "Record does not exist in system.", Verdict::InDoubt);
    check_item("Err007", "Access expired", Verdict::StopConnection);
    check_item("Err007", "Curriculum Unavailable", Verdict::StopConnection);
    check_item("Err013", "Curriculum already assigned elsewhere", Verdict::Refused);
    // Without a code at all.
    let body = about_ann("fail", r#","error_list":[{"Error":"Curriculum Unavailable"}]"#);
    check(&body, (Verdict::InDoubt, "Error", "Curriculum Unavailable"));
}

#[test]
fn what_the_answer_does_not_say_plainly_is_in_doubt() {
    let unmentioned = || (Verdict::InDoubt, "unmentioned", "the answer does not say what became of it");
    check(r#"{"final_status":"success","lmstoken_id":"token 1"}"#, unmentioned());
    check(r#"{"final_status":"fail","lmstoken_id":"token 1"}"#, unmentioned());
    check(&about_ann("success", r#","assignment_status":"success""#), unmentioned());
    check(
        &about_ann(
            "partially_success",
            r#","assignment_status":"success","curriculum_assignment_status":[]"#,
        ),
        unmentioned(),
    );
    let other = r#","curriculum_assignment_status":[{"status":"fail","Err009":"Curriculum is expired","curr_id":"32"}]"#;
    check(&about_ann("fail", other), unmentioned());
    let pending = r#","curriculum_assignment_status":[{"status":"pending","curr_id":"31"}]"#;
    check(&about_ann("partially_success", pending), unmentioned());
    // A call that went through in part says nothing of the rest by an error of the whole.
    let rest = r#"{"curr_learner_assignment_info":{"error_list":[{"Err013":"Curriculum Unavailable"}]},"final_status":"partially_success","lmstoken_id":"token 1"}"#;
    check(rest, unmentioned());

    let refused = (Verdict::Refused, "fail", "the LMS says that it failed, and not why");
    check(&about_ann("fail", r#","assignment_status":"fail""#), refused.clone());
    let failed = r#","curriculum_assignment_status":[{"status":"fail","curr_id":"31"}]"#;
    check(&about_ann("fail", failed), refused);
}

#[test]
fn what_the_answer_says_both_ways_is_in_doubt() {
    let both = || {
        let why = "the answer says of it both that it was assigned and that it was not";
        (Verdict::InDoubt, "contradiction", why)
    };
    let went = r#","curriculum_assignment_status":[{"status":"success","curr_id":"31"}]"#;
    check(&about_ann("partially_success", went), (Verdict::Accepted, "success", ""));
    check(&about_ann("fail", went), both());
    check(&about_ann("success", &format!(r#"{went},"Err003":"Record does not exist in system.""#)), both());
    let twice = r#","curriculum_assignment_status":[{"status":"success","curr_id":"31"},{"status":"fail","Err009":"Curriculum is expired","curr_id":"31"}]"#;
    check(&about_ann("partially_success", twice), both());
    let error = r#","curriculum_assignment_status":[{"status":"success","Err009":"Curriculum is expired","curr_id":"31"}]"#;
    check(&about_ann("success", error), both());
    // A learner who is unknown, and has got another curriculum all the same.
    let items = [ann(), item(&[("username", "ann"), ("curr_id", "32")])];
    let other = r#","Err003":"Record does not exist in system.","curriculum_assignment_status":[{"status":"success","curr_id":"32"}]"#;
    let outcomes = judged(&about_ann("partially_success", other), &items);
    assert!(outcomes.iter().all(|outcome| outcome.code == "contradiction"), "{outcomes:?}");
}

#[test]
fn an_answer_that_is_not_to_this_call_says_nothing_of_any_record() {
    let went = r#","curriculum_assignment_status":[{"status":"success","curr_id":"31"}]"#;
    let unreadable = |why| (PASSING, "unreadable", why);
    let other = "the answer belongs to another call: it has another token";
    check(&about_ann("success", went).replace("token 1", "token 2"), unreadable(other));
    check(&PORTAL_KEY.replace("token 1", "token 2"), unreadable(other));
    let none = "the answer says success without the token of the call";
    check(&about_ann("success", went).replace("token 1", ""), unreadable(none));
    check(&about_ann("partially_success", went).replace("token 1", ""), unreadable(none));
    check(r#"{"status":"success"}"#, unreadable(none));
    let foreign = "the answer says success for what was not asked for";
    check(&about_ann("success", &went.replace("31", "32")), unreadable(foreign));
    check(&about_ann("success", went).replace(r#":"1""#, r#":"2""#), unreadable(foreign));
    check(
        &about_ann("success", r#","curriculum_assignment_status":{"status":"success"}"#),
        unreadable(foreign),
    );
    check("", unreadable("the answer is no reply of the LMS but an empty answer: is base_url right?"));
    // The call went out whole, so nothing that can't be read is without effect for sure.
    for body in [
        "",
        "<html>",
        &about_ann("success", went).replace("token 1", "token 2"),
        // {"status":"success","lmstoken_id":"upsidelmstoken00009"} with the password Other@2017
        "Pc97yYzyLQ4MdV+kMUwwGlT7hiw14moz81jupir3VhAOKagR2YLtYQdsXWrhy0+rE5BflVHHw5sYnXO+KWc/jw==",
    ] {
        let outcome = judged(body, &[ann()]).remove(0);
        assert!(!outcome.had_no_effect, "{outcome:?}");
    }
    let other_key = judged(
        "Pc97yYzyLQ4MdV+kMUwwGlT7hiw14moz81jupir3VhAOKagR2YLtYQdsXWrhy0+rE5BflVHHw5sYnXO+KWc/jw==",
        &[ann()],
    );
    assert_eq!(
        (other_key[0].verdict.clone(), other_key[0].code.as_str()),
        (Verdict::StopConnection, "undecipherable")
    );
}

#[test]
fn a_secret_stays_out_of_the_reason() {
    let error =
        r#","assignment_status":"fail","Err001":"Invalid value portal-key-1 received. (Upside@2016)""#;
    check(&about_ann("fail", error), (Verdict::Refused, "Err001", "Invalid value *** received. (***)"));
}
