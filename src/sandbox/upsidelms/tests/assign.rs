//! Assignments. The answers that the document prints are its own, but for the blanks between their parts.

use super::*;

const SAMPLE_FAIL: &str = r#"{"curr_learner_assignment_info":{"assignment_status_info":[{"learner_info":"email_id=pallavi.mali@upsidelearning.com~unique_id=4861~username=pallavi","Err003":"Record does not exists in system.(Learner Unique Identifier)","assignment_status":"fail","assignment_id":"1"},{"learner_info":"unique_id=4201~username=pallavi","curriculum_assignment_status":[{"status":"fail","Err009":"Curriculum already assigned","curr_id":"167"},{"status":"fail","Err009":"Curriculum already assigned","curr_id":"166"}],"assignment_status":"fail","assignment_id":"2"}]},"final_status":"fail","lmstoken_id":"token 1"}"#;
const SAMPLE_PARTIAL: &str = r#"{"curr_learner_assignment_info":{"assignment_status_info":[{"learner_info":"email_id=pallavi.mali@upsidelearning.com~unique_id=4861~username=pallavi","Err003":"Record does not exists in system.(Learner Unique Identifier)","assignment_status":"fail","assignment_id":"1"},{"learner_info":"unique_id=4201~username=pallavi","curriculum_assignment_status":[{"status":"success","curr_id":"167"},{"status":"success","curr_id":"166"}],"assignment_status":"success","assignment_id":"2"}]},"final_status":"partially_success","lmstoken_id":"token 1"}"#;
const SAMPLE_SUCCESS: &str = r#"{"curr_learner_assignment_info":{"assignment_status_info":[{"learner_info":"unique_id=4202","curriculum_assignment_status":[{"status":"success","curr_id":"167"},{"status":"success","curr_id":"166"}],"assignment_status":"success","assignment_id":"1"},{"learner_info":"unique_id=4201~username=pallavi","curriculum_assignment_status":[{"status":"success","curr_id":"167"},{"status":"success","curr_id":"166"}],"assignment_status":"success","assignment_id":"2"}]},"final_status":"success","lmstoken_id":"token 1"}"#;
const SAMPLE_PORTAL_KEY: &str = r#"{"curr_learner_assignment_info":{"error_list":[{"Err001":"Invalid value received against parameter.(Portal Key)"}]},"final_status":"fail","lmstoken_id":"token 1"}"#;
const SAMPLE_TOKEN: &str = r#"{"curr_learner_assignment_info":{"error_list":[{"Err002":"Mandatory Field. (Token id)"}]},"final_status":"fail","lmstoken_id":""}"#;

/// `{"curr_learner_info":[{"assignment_id":"1",
/// "learner_info":"email_id=pallavi.mali@upsidelearning.com~unique_id=4861~username=pallavi",
/// "curr_ids":"166~167"}]}`, in one line.
const ENCRYPTED: &str = "g2xLeHvgMK2YAvmxxy9CrzQAQWi3MD4OUZ7w4Iti+pidMQRHuQslFTurWqySn2SwhhzOxHUKoLXS1BWPk24RLStaxYFQMyK3O+j/uPZcafK+Pw6HsIP6ZeYU/hulBe/JSMY5N7wDJNmkwYKFgQjLL6aPb/6zkyiHfmvPH4vO3vNe5vy2jTM3gNvE+R4+ANxcTAPE+PzdvuuHJxgna6P9zQ==";
/// That both were assigned.
const ENCRYPTED_SUCCESS: &str = "Sm7xLyaEqfodOUVJXBfPHqnchtZMV1NJfg70enFEf/q9GUpVSHmUYw/zKj4RD+QdRWajSq6dmlJXDjI96DtcDv8vDaUtU8uNM3NZNWk/NdG62vbIvsYf9ahN8LbLvg5HFpeb+1QAkZQ4LVAkajuupS2wDpcupic3irI3JoyEa7fFW7zXQl6Y/IMTb8PysHmtQNRJ9Xt69ELxf8r8eTF2oVd3vm8iPfY4MFfO5DMrRs1C7VRXUt8d1x9UHEblS+0SFNQHo8sNcEe3gw2S7JFxHCVEIIOpeZacjF+nhtzmehPwRrEktDHl28mZAjlO50Po/44IOn+bjKtmkhRgZT6LKCnvgnAzuJMyXdtU5lDM534Ugz7VFxiOQ/CRgU072cZSLl5W6qxxdAXoGkX8Gc0oMkSDkfAfOgOeDpmaOqbhk2vdlB1CSYtL+9Q5VFywnqLtwqQT1aNQjzbY01fjl6FYqJjEEAGg3SCrr2JgBMTMzd0=";

const UNKNOWN_AND_PALLAVI: &str = r#"{"curr_learner_info":[{"assignment_id":"1","learner_info":"email_id=pallavi.mali@upsidelearning.com~unique_id=4861~username=pallavi","curr_ids":"1"},{"assignment_id":"2","learner_info":"unique_id=4201~username=pallavi","curr_ids":"167~166"}]}"#;
const TWO: &str = r#"{"curr_learner_info":[{"assignment_id":"1","learner_info":"unique_id=4202","curr_ids":"167~166"},{"assignment_id":"2","learner_info":"unique_id=4201~username=pallavi","curr_ids":"167~166"}]}"#;

/// The portal of the samples, in which 4201 is called pallavi.
fn samples() -> UpsideLmsOptions {
    let learner = |unique_id: &str, username: &str| UpsideLmsLearner {
        unique_id: unique_id.to_owned(),
        username: username.to_owned(),
        ..UpsideLmsLearner::default()
    };
    let learners = vec![learner("4201", "pallavi"), learner("4202", "")];
    UpsideLmsOptions { learners, already_is_err009: true, ..plain() }
}

#[tokio::test]
async fn documents_samples() {
    let (sandbox, client) = portal(samples()).await;
    assert_eq!(assign(&sandbox, &client, UNKNOWN_AND_PALLAVI).await, SAMPLE_PARTIAL);
    assert_eq!(assign(&sandbox, &client, UNKNOWN_AND_PALLAVI).await, SAMPLE_FAIL);
    assert_eq!(outcomes(&sandbox), ["partially_success Err003", "fail Err003 Err009"]);
    let effects = sandbox.effects();
    let keys: Vec<_> = effects.assignments.iter().map(|effect| effect.key.as_str()).collect();
    assert_eq!(keys, ["4201 / 166", "4201 / 167"]);
    for effect in &effects.assignments {
        assert_eq!((effect.applied, effect.count("mails"), effect.count("repeats")), (1, 1, 1));
    }

    let (sandbox, client) = portal(samples()).await;
    assert_eq!(assign(&sandbox, &client, TWO).await, SAMPLE_SUCCESS);
    assert_eq!(sandbox.effects().assignments.len(), 4);
    let wrong = [("lmsportal_id", "other"), ("lmstoken_id", "token 1"), ("json", TWO)];
    assert_eq!(post(&sandbox, &client, "assigncurriculum", &wrong).await, SAMPLE_PORTAL_KEY);
    let none = [("lmsportal_id", "sandbox"), ("json", TWO)];
    assert_eq!(post(&sandbox, &client, "assigncurriculum", &none).await, SAMPLE_TOKEN);
    let none = post(&sandbox, &client, "assigncurriculum", &[("lmstoken_id", "token 1")]).await;
    assert!(none.contains(r#"{"Err002":"Mandatory Field. (Portal Key)"}"#), "{none}");
    let calls = sandbox.calls();
    assert_eq!((&*calls[0].about, calls[0].records), ("unique_id=4202, unique_id=4201~username=pallavi", 2));
    assert_eq!(outcomes(&sandbox), ["success", "fail Err001", "fail Err002", "fail Err002"]);
}

#[tokio::test]
async fn details_may_be_encrypted() {
    let given = ENCRYPTED_SUCCESS;
    let (sandbox, client) = portal(UpsideLmsOptions { plain_answers: false, ..plain() }).await;
    assert_eq!(assign(&sandbox, &client, ENCRYPTED).await, given);
    // Without a valid portal key, the answer is in clear.
    let wrong = [("lmsportal_id", "other"), ("lmstoken_id", "token 1"), ("json", ENCRYPTED)];
    assert_eq!(post(&sandbox, &client, "assigncurriculum", &wrong).await, SAMPLE_PORTAL_KEY);

    let refused = "Invalid value received against parameter. (Curriculum-learner Details)";
    for (assign_json, taken, other) in
        [(UpsideLmsAssignJson::Encrypted, ENCRYPTED, TWO), (UpsideLmsAssignJson::Plain, TWO, ENCRYPTED)]
    {
        let (sandbox, client) = portal(UpsideLmsOptions { assign_json, ..plain() }).await;
        let answer = assign(&sandbox, &client, other).await;
        assert!(answer.contains(refused), "{answer}");
        assert!(sandbox.effects().assignments.is_empty());
        assign(&sandbox, &client, taken).await;
        assert!(!sandbox.effects().assignments.is_empty());
    }
}

#[tokio::test]
async fn details_that_are_none() {
    let (sandbox, client) = portal(plain()).await;
    let (missing, invalid) =
        ("Err002\":\"Mandatory Field. (", "Err001\":\"Invalid value received against parameter. (");
    for (json, error, label) in [
        ("", missing, "Curriculum-learner Details"),
        ("{", invalid, "Curriculum-learner Details"),
        // By openssl, `[1]`: no object.
        ("clUFML+iBZUZyojT0EUtsg==", invalid, "Curriculum-learner Details"),
        ("{}", missing, "curr_learner_info"),
        (r#"{"Curr_Learner_Info":[]}"#, missing, "curr_learner_info"),
        (r#"{"curr_learner_info":[]}"#, missing, "curr_learner_info"),
        (r#"{"curr_learner_info":{}}"#, invalid, "curr_learner_info"),
        (r#"{"curr_learner_info":["1"]}"#, invalid, "curr_learner_info"),
    ] {
        let answer = assign(&sandbox, &client, json).await;
        let expected = format!(
            r#"{{"curr_learner_assignment_info":{{"error_list":[{{"{error}{label})"}}]}},"final_status":"fail","lmstoken_id":"token 1"}}"#
        );
        assert_eq!(answer, expected, "{json}");
    }
}

/// Sends one record, and checks what is said of it between `learner_info` and `assignment_status`.
async fn record(sandbox: &Sandbox, client: &Client, members: &str, expected: &str) {
    let answer = assign(sandbox, client, &format!(r#"{{"curr_learner_info":[{{{members}}}]}}"#)).await;
    assert!(answer.contains(&format!(r#"","{expected},"assignment_status":"#)), "{members}: {answer}");
}

#[tokio::test]
async fn records_that_are_wrong() {
    let (sandbox, client) = portal(plain()).await;
    let id = r#"Err001":"Invalid value received against parameter. (Assignment ID)""#;
    let no_id = r#"Err002":"Mandatory Field. (Assignment ID)""#;
    let learner = r#"Err001":"Invalid value received against parameter. (Learner Unique Identifier)""#;
    let no_learner = r#"Err002":"Mandatory Field. (Learner Unique Identifier)""#;
    let unknown = r#"Err003":"Record does not exists in system.(Learner Unique Identifier)""#;
    let no_curricula = r#"Err002":"Mandatory Field. (Curriculum ID)""#;
    for (members, expected) in [
        (r#""assignment_id":1,"learner_info":"unique_id=4201","curr_ids":"1""#, id),
        (r#""Assignment_id":"1","learner_info":"unique_id=4201","curr_ids":"1""#, no_id),
        (r#""assignment_id":"1","learner_info":"Unique_id=4201","curr_ids":"1""#, learner),
        (r#""assignment_id":"1","learner_info":"Uniqueid=4201","curr_ids":"1""#, learner),
        (r#""assignment_id":"1","learner_info":" unique_id=4201","curr_ids":"1""#, learner),
        (r#""assignment_id":"1","learner_info":"unique_id=4201~","curr_ids":"1""#, learner),
        (r#""assignment_id":"1","learner_info":"","curr_ids":"1""#, no_learner),
        (r#""assignment_id":"1","learner_info":"unique_id=4201~username=pallavi","curr_ids":"1""#, unknown),
        (r#""assignment_id":"1","learner_info":"username=nobody","curr_ids":"1""#, unknown),
        (r#""assignment_id":"1","learner_info":"unique_id=4201","curr_id":"1""#, no_curricula),
    ] {
        record(&sandbox, &client, members, expected).await;
    }
    assert!(sandbox.effects().assignments.is_empty());
    let twice =
        TWO.replace(r#""assignment_id":"2""#, r#""assignment_id":"1""#).replace("~username=pallavi", "");
    let answer = assign(&sandbox, &client, &twice).await;
    assert!(answer.contains(id) && answer.contains(r#""final_status":"partially_success""#), "{answer}");
}

#[tokio::test]
async fn curricula_that_cannot_be_assigned() {
    let expired = |table| if table { "Err009" } else { "Err010" };
    for table in [true, false] {
        let curriculum = |(id, trouble): (&str, UpsideLmsTrouble)| UpsideLmsCurriculum {
            id: id.to_owned(),
            trouble: Some(trouble),
            ..UpsideLmsCurriculum::default()
        };
        let mut curricula: Vec<_> = [
            ("8", UpsideLmsTrouble::SessionConflict),
            ("9", UpsideLmsTrouble::Expired),
            ("11", UpsideLmsTrouble::SeatLimit),
            ("12", UpsideLmsTrouble::VcsCapacity),
            ("13", UpsideLmsTrouble::Unavailable),
            ("14", UpsideLmsTrouble::NoContents),
        ]
        .map(curriculum)
        .into();
        curricula.push(UpsideLmsCurriculum { id: "1".to_owned(), ..UpsideLmsCurriculum::default() });
        let options = UpsideLmsOptions { curricula, already_is_err009: !table, ..plain() };
        let (sandbox, client) = portal(options).await;
        let answer = give(&sandbox, &client, "8~9~11~12~13~14~1~1~2~").await;
        let fail = |code: &str, text: &str, id: &str| {
            format!(r#"{{"status":"fail","{code}":"{text}","curr_id":"{id}"}}"#)
        };
        let conflict = "Session within this curriculum conflicts with a session in another Curriculum already \
                        assigned to the learner";
        let parts = [
            fail("Err008", conflict, "8"),
            fail(expired(table), "Curriculum is expired", "9"),
            fail("Err011", "Session seat limit exceeds", "11"),
            fail("Err012", "Capacity of VCS exceeds", "12"),
            fail("Err013", "Curriculum Unavailable", "13"),
            fail("Err014", "Curriculum does not have any Contents", "14"),
            r#"{"status":"success","curr_id":"1"}"#.to_owned(),
            fail(expired(!table), "Curriculum already assigned", "1"),
            fail("Err003", "Record does not exist in system. (Curriculum ID)", "2"),
            fail("Err001", "Invalid value received against parameter. (Curriculum ID)", ""),
        ];
        let expected = format!(
            r#""curriculum_assignment_status":[{}],"assignment_status":"partially_success","assignment_id":"1"}}]}},"final_status":"partially_success""#,
            parts.join(",")
        );
        assert!(answer.contains(&expected), "{answer}");
        assert_eq!(sandbox.effects().assignments.len(), 1);
    }
}

#[tokio::test]
async fn only_learners_learn() {
    let (sandbox, client) = portal(plain()).await;
    let text = "Curriculum can only be assigned to a user with 'Learner' access.";
    let expected =
        format!(r#"curriculum_assignment_status":[{{"status":"fail","Err015":"{text}","curr_id":"1"}}]"#);
    let members = r#""assignment_id":"1","learner_info":"username=ADMIN","curr_ids":"1""#;
    record(&sandbox, &client, members, &expected).await;
    assert!(sandbox.effects().assignments.is_empty());
}

#[tokio::test]
async fn a_portal_that_does_not_mind_repetitions() {
    let (sandbox, client) = portal(UpsideLmsOptions { assigns_again: true, ..plain() }).await;
    for _ in 0..2 {
        assert!(give(&sandbox, &client, "1").await.contains(r#""final_status":"success""#));
    }
    let effects = sandbox.effects();
    let effect = effects.assignment(PRODUCT, "4861 / 1").expect("an assignment");
    assert_eq!((effect.applied, effect.count("mails"), effect.count("repeats")), (2, 2, 1));
}

#[tokio::test]
async fn ids_may_be_numbers() {
    let (sandbox, client) = portal(UpsideLmsOptions { ids_are_numbers: true, ..plain() }).await;
    let answer = give(&sandbox, &client, "031~ 32~31").await;
    let results = r#"[{"status":"success","curr_id":"31"},{"status":"success","curr_id":"32"},{"status":"fail","Err010":"Curriculum already assigned","curr_id":"31"}]"#;
    assert!(answer.contains(results), "{answer}");
    assert!(sandbox.effects().assignment(PRODUCT, "4861 / 31").is_some());
}

#[tokio::test]
async fn faults_in_the_products_own_words() {
    let (sandbox, client) = portal(plain()).await;
    sandbox.set_faults(Faults::scripted([FaultKind::Err500, FaultKind::Disabled, FaultKind::Lose]));
    for error in [r#"{"Err500":"Internal server error."}"#, r#"{"Err007":"Access Disabled."}"#] {
        let answer = give(&sandbox, &client, "1").await;
        let expected =
            format!(r#"{{"curr_learner_assignment_info":{{"error_list":[{error}]}},"final_status":"fail""#);
        assert!(answer.starts_with(&expected), "{answer}");
    }
    assert!(sandbox.effects().assignments.is_empty());
    let address = format!("{}/rest/assigncurriculum", sandbox.base_url());
    let form = [("lmsportal_id", "sandbox"), ("lmstoken_id", "token 1"), ("json", TWO)];
    assert!(client.post(address).form(&form).send().await.is_err());
    assert!(!sandbox.effects().assignments.is_empty());
    assert_eq!(outcomes(&sandbox), ["fail Err500", "fail Err007", "lost"]);
}
