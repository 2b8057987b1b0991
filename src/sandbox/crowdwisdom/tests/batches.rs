//! Several records in one call.

use super::*;

#[tokio::test]
async fn several_records_in_a_call() {
    let records = record("C1", "P", "") + &record("C2", "P", "") + &record("C1", "P", "");
    let (sandbox, client) = portal(|_| {}).await;
    let (status, _) = send(&sandbox, &client, completions("setCompletions", &records)).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(completion(&sandbox, "C1 / P").applied, 2);
    let call = sandbox.calls().remove(1);
    assert_eq!((call.records, call.about.as_str()), (3, "C1 / P, C2 / P, C1 / P"));
    // One is what the other method is for.
    refused(|_| {}, completions("setCompletion", &records), "SOAP-ENV:Client", "unexpected element record")
        .await;

    let wrapped = |options: &mut CrowdWisdomOptions| options.batch_wrapper = Some("records".to_owned());
    refused(wrapped, completions("setCompletions", &records), "SOAP-ENV:Client", "unexpected element record")
        .await;
    let (sandbox, client) = portal(wrapped).await;
    let records = format!("<records>{records}</records>");
    send(&sandbox, &client, completions("setCompletions", &records)).await;
    send(&sandbox, &client, completions("setCompletion", &record("C1", "P", ""))).await;
    assert_eq!(completion(&sandbox, "C1 / P").applied, 3);
    assert_eq!(sandbox.calls().iter().map(|call| call.records).sum::<u32>(), 4);
}

#[tokio::test]
async fn a_batch_can_fail_as_a_whole_or_half_way() {
    let batch = |last: &str| {
        completions(
            "setCompletions",
            &(record("C1", "P", "") + &record("C2", last, "") + &record("C3", "P", "")),
        )
    };
    let known = |options: &mut CrowdWisdomOptions| {
        options.products = Some(vec!["P".to_owned(), "Shut".to_owned()]);
        options.closed_products = vec!["Shut".to_owned()];
    };
    // A missing parameter keeps all of them out.
    refused(known, batch(""), "SOAP-ENV:Server 501", "Missing").await;
    for (product, code) in [("Other", "201"), ("Shut", "600")] {
        let (sandbox, client) = portal(known).await;
        let (status, answer) = send(&sandbox, &client, batch(product)).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(fault(&answer).0, format!("SOAP-ENV:Server {code}"));
        assert!(!answer.contains("C2") && !answer.contains(product), "{answer}");
        let done: Vec<_> = sandbox.effects().completions.into_iter().map(|done| done.key).collect();
        assert_eq!(done, ["C1 / P"], "the first stays, the third was not reached");
        assert_eq!(outcomes(&sandbox), ["session", code]);
    }
}

#[tokio::test]
async fn each_record_of_a_batch_can_have_a_result_of_its_own() {
    let (sandbox, client) = portal(|options| {
        options.batch_results = true;
        options.products = Some(vec!["P".to_owned()]);
    })
    .await;
    let records = ["P", "", "Other", "P"].iter().zip(1..);
    let records: String =
        records.map(|(product, number)| record(&format!("C{number}"), product, "")).collect();
    let (status, answer) = send(&sandbox, &client, completions("setCompletions", &records)).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    for (customer, product, code, description) in [
        ("C1", "P", 0, "Success"),
        ("C2", "", 501, "Missing Mandatory Parameter(s)"),
        ("C3", "Other", 201, "Invalid Product Identifier"),
        ("C4", "P", 0, "Success"),
    ] {
        let result = format!(
            "<return><customerId>{customer}</customerId><productId>{product}</productId><code>{code}</code>\
             <description>{description}</description></return>"
        );
        assert!(answer.contains(&result), "{answer}");
    }
    let done: Vec<_> = sandbox.effects().completions.into_iter().map(|done| done.key).collect();
    assert_eq!(done, ["C1 / P", "C4 / P"]);
    assert_eq!(outcomes(&sandbox), ["session", "completed 501 201 completed"]);
    assert!(wsdl(&sandbox, &client).await.contains("name=\"recordResult\""));
    let bad = completions("setCompletions", &records).replace(TOKEN, "x");
    assert_eq!(fault(&send(&sandbox, &client, bad).await.1).0, "SOAP-ENV:Server 1");
}
