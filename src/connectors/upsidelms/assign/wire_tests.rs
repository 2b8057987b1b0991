//! The document's samples of `/rest/assigncurriculum`, written and read.

use secrecy::ExposeSecret;

use super::super::super::samples::{access, portal};
use super::super::super::wire::{Answer, decode};
use super::super::samples::{
    FAIL, FAIL_ENCIPHERED, PARTIAL, PARTIAL_ENCIPHERED, PORTAL_KEY, PORTAL_KEY_ENCIPHERED, SUCCESS,
    SUCCESS_ENCIPHERED, TOKEN_ID, TOKEN_ID_ENCIPHERED, item,
};
use super::*;
use crate::connectors::SettingValue;

/// The example of the document's parameter `json`, but for its line breaks.
const EXAMPLE: &str = r#"{"curr_learner_info":[{"assignment_id":"1","learner_info":"email_id=pallavi.mali@upsidelearning.com~unique_id=4861~username=pallavi","curr_ids":"1~2~3"},{"assignment_id":"2","learner_info":"unique_id=4201~username=pallavi","curr_ids":"113"},{"assignment_id":"3","learner_info":"username=pallavi","curr_ids":"113~125"}]}"#;

/// The same, by openssl.
const EXAMPLE_ENCIPHERED: &str = "g2xLeHvgMK2YAvmxxy9CrzQAQWi3MD4OUZ7w4Iti+pidMQRHuQslFTurWqySn2SwhhzOxHUKoLXS1BWPk24RLStaxYFQMyK3O+j/uPZcafK+Pw6HsIP6ZeYU/hulBe/JSMY5N7wDJNmkwYKFgQjLL6aPb/6zkyiHfmvPH4vO3vNe5vy2jTM3gNvE+R4+ANxc5KJexyWOopjblupqxjJKTiEBRKG3fnKV9E1D5ukwKvuPMEiE1rtrTNz/IlcLPbSKX8YFfgFCiDQFNoYAoHA06q7jK2ySkekcvOX+A9S52oshgeKr8PgTVRBbQjF4HsDX25C/SgejXpbClVQSP4LG3AnKdhNqHltmLASnNaj/5gD5dVV4nbitPVWYuIgnrnArnDwBLestjtpzGaUVfcHCoyUGhs32e3d0Ux4CxyjHMCI=";

fn example() -> [Item; 6] {
    let first = |curr_id| {
        item(&[
            ("email_id", "pallavi.mali@upsidelearning.com"),
            ("unique_id", "4861"),
            ("username", "pallavi"),
            ("curr_id", curr_id),
        ])
    };
    let second = item(&[("unique_id", "4201"), ("username", "pallavi"), ("curr_id", "113")]);
    let third = |curr_id| item(&[("username", "pallavi"), ("curr_id", curr_id)]);
    // Not in the order of the entries.
    [first("1"), second, third("113"), first("2"), third("125"), first("3")]
}

#[test]
fn the_example_of_the_document() {
    let (call, asked) = Call::of(&example());
    let places = asked.iter().map(|asked| {
        let asked = asked.as_ref().unwrap();
        (asked.assignment_id.as_str(), asked.curr_id.as_str())
    });
    assert_eq!(
        places.collect::<Vec<_>>(),
        [("1", "1"), ("2", "113"), ("3", "113"), ("1", "2"), ("3", "125"), ("1", "3")]
    );

    let form = encode(&portal(), "token 1", &call);
    let form = form.each_ref().map(|(name, value)| (*name, value.expose_secret()));
    assert_eq!(
        form,
        [("lmsportal_id", "portal-key-1"), ("lmstoken_id", "token 1"), ("json", EXAMPLE_ENCIPHERED)]
    );

    let mut access = access("https://lms.example.org");
    access.settings.set("encrypt_assign", SettingValue::Bool(false));
    let form = encode(&Portal::new(&access).unwrap(), "token 1", &call);
    let form = form.each_ref().map(|(name, value)| (*name, value.expose_secret()));
    assert_eq!(form, [("lmsportal_id", "portal-key-1"), ("lmstoken_id", "token 1"), ("json", EXAMPLE)]);
}

#[test]
fn a_record_that_does_not_fit_stays_out_and_one_twice_goes_once() {
    let good = item(&[("username", "ann"), ("curr_id", "31")]);
    let again = Item { kind: ChangeKind::Update, ..good.clone() };
    let resent = Item { resend: true, ..again.clone() };
    let (call, asked) = Call::of(&[
        item(&[("username", "b~ob"), ("curr_id", "31")]),
        good,
        item(&[("username", "bob"), ("curr_id", "31~32")]),
        again,
        item(&[("username", "bob")]),
        item(&[("curr_id", "31")]),
        resent,
    ]);
    let found = |may_be_there| Ok(Asked { assignment_id: "1".into(), curr_id: "31".into(), may_be_there });
    let refused = |field: &str, sign: &str| {
        Err(format!(
            "{field} holds `{sign}`, which divides values in this call: the LMS would read another value; \
             correct it in the export"
        ))
    };
    assert_eq!(
        asked,
        [
            refused("username", "~"),
            found(true),
            refused("curr_id", "~"),
            found(false),
            Err("the record names no curriculum: map curr_id".to_owned()),
            Err("the record names no learner: map unique_id, username or email_id".to_owned()),
            found(true),
        ]
    );
    let json = &encode(&portal(), "t", &call)[2];
    // {"curr_learner_info":[{"assignment_id":"1","learner_info":"username=ann","curr_ids":"31"}]}
    assert_eq!(
        json.1.expose_secret(),
        "g2xLeHvgMK2YAvmxxy9CrzQAQWi3MD4OUZ7w4Iti+pidMQRHuQslFTurWqySn2SwUD5rUiAGdnvPynzFp1FViFYHbasTjvwGHXxDLgQaKG9Ggd5DtdPJ0GCBu2cxWYTF"
    );
    assert!(call.holds("1", "31") && !call.holds("1", "32") && !call.holds("2", "31") && !call.is_empty());
    assert!(Call::of(&[item(&[])]).0.is_empty());
}

fn check(body: &str, expected: Reply) {
    let read = decode(body.as_bytes(), &portal().cipher, read);
    assert_eq!(read, Answer::Reply(expected), "{body}");
}

fn error(code: &str, text: &str) -> Vec<LmsError> {
    vec![LmsError { code: code.to_owned(), text: text.to_owned() }]
}

fn curriculum(curr_id: &str, status: Status, errors: Vec<LmsError>) -> CurriculumResult {
    CurriculumResult { curr_id: Some(curr_id.to_owned()), status: Some(status), errors }
}

fn learner(
    id: &str,
    status: Status,
    errors: Vec<LmsError>,
    curricula: Vec<CurriculumResult>,
) -> LearnerResult {
    LearnerResult { assignment_id: Some(id.to_owned()), status: Some(status), errors, curricula }
}

fn reply(status: Status, errors: Vec<LmsError>, learners: Vec<LearnerResult>) -> Reply {
    Reply { status: Some(status), token: Some("token 1".to_owned()), errors, learners }
}

#[test]
fn the_samples_of_the_document() {
    let unknown = || {
        let error = error("Err003", "Record does not exists in system.(Learner Unique Identifier)");
        learner("1", Status::Fail, error, Vec::new())
    };
    let went = |id| {
        let curricula = ["167", "166"].map(|curr_id| curriculum(curr_id, Status::Success, Vec::new()));
        learner(id, Status::Success, Vec::new(), curricula.into())
    };
    let already = || {
        let text = "Curriculum already assigned";
        let curricula = ["167", "166"].map(|id| curriculum(id, Status::Fail, error("Err009", text)));
        vec![unknown(), learner("2", Status::Fail, Vec::new(), curricula.into())]
    };
    for body in [FAIL, FAIL_ENCIPHERED] {
        check(body, reply(Status::Fail, Vec::new(), already()));
    }
    for body in [PARTIAL, PARTIAL_ENCIPHERED] {
        check(body, reply(Status::Other, Vec::new(), vec![unknown(), went("2")]));
    }
    // In quotes, with its slashes escaped as the vendor escapes those of its JSON.
    let quoted = format!("\"{}\"", SUCCESS_ENCIPHERED.replace('/', "\\/"));
    assert!(quoted.contains("\\/"));
    for body in [SUCCESS, SUCCESS_ENCIPHERED, &quoted] {
        check(body, reply(Status::Success, Vec::new(), vec![went("1"), went("2")]));
    }
    for body in [PORTAL_KEY, PORTAL_KEY_ENCIPHERED] {
        let error = error("Err001", "Invalid value received against parameter.(Portal Key)");
        check(body, reply(Status::Fail, error, Vec::new()));
    }
    for body in [TOKEN_ID, TOKEN_ID_ENCIPHERED] {
        let error = error("Err002", "Mandatory Field. (Token id)");
        check(body, Reply { token: None, ..reply(Status::Fail, error, Vec::new()) });
    }
}

#[test]
fn one_without_brackets_and_numbers_are_read_alike() {
    check(
        r#"{"curr_learner_assignment_info":{"assignment_status_info":{"learner_info":"username=ann",
            "curriculum_assignment_status":{"status":"SUCCESS","curr_id":31},
            "assignment_status":"success","assignment_id":1}},"final_status":"success","lmstoken_id":"token 1"}"#,
        reply(
            Status::Success,
            Vec::new(),
            vec![learner(
                "1",
                Status::Success,
                Vec::new(),
                vec![curriculum("31", Status::Success, Vec::new())],
            )],
        ),
    );
    // As other calls of this vendor say it.
    check(
        r#"{"error_list":[{"Err007":"Access Disabled"}],"status":"fail"}"#,
        Reply { token: None, ..reply(Status::Fail, error("Err007", "Access Disabled"), Vec::new()) },
    );
    check(
        r#"[{"Err007":"Access Disabled"}]"#,
        Reply { errors: error("Err007", "Access Disabled"), ..Reply::default() },
    );
}
