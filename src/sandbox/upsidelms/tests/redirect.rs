//! Redirection, with and without SSO. The form's fields are those of the document's sample code.

use super::*;

/// The document's sample of 2, and by openssl 31, 32 and 99.
const TWO: &str = "EgmNBXILCppdFtCqcdg36Q==";
const THIRTY_ONE: &str = "Vws+B44c5U9v0uw+dmjN+w==";
const THIRTY_TWO: &str = "VL37aYv+yneAnw5DEGuaMg==";
const NINETY_NINE: &str = "Od2IP3oWRdzdV/TOLLheNA==";
/// By openssl, `4861`, `pallavi`, `pallavi.mali@upsidelearning.com` and `john`.
const ID: &str = "Swb3GbaEPGgZb5lfyJrADg==";
const LOGIN: &str = "6BJI9hQHuqHkRDxbZIYLxw==";
const EMAIL: &str = "XXOBQFJ0y37Oso4X/Q8P/9OeBVflBFEvyLl2Sy1+xAw=";
const JOHN: &str = "mUYa7JISC7GxKdHl6ZZRGQ==";

/// Pallavi has 31; 2 is in the catalog, 32 isn't.
async fn prepared() -> (Sandbox, Client) {
    let curriculum = |(id, off_catalog): (&str, bool)| UpsideLmsCurriculum {
        id: id.to_owned(),
        off_catalog,
        ..UpsideLmsCurriculum::default()
    };
    let curricula = [("31", true), ("2", false), ("32", true)].map(curriculum).into();
    let (sandbox, client) = portal(UpsideLmsOptions { curricula, ..plain() }).await;
    give(&sandbox, &client, "31").await;
    (sandbox, client)
}

/// Posts the sample form, every input of it as browsers do, and checks where it leads.
async fn check(
    at: &(Sandbox, Client),
    (key, curriculum, identifiers): (&str, &str, [&str; 3]),
    location: &str,
    outcome: &str,
) {
    let (sandbox, client) = at;
    let [id, login, email] = identifiers;
    let form = [
        ("clientKey", key),
        ("curriculumId", curriculum),
        ("uniqueIdentifier1", id),
        ("uniqueIdentifier2", login),
        ("uniqueIdentifier3", email),
        ("submit", "Go"),
    ];
    let address = format!("{}/navigationcontroller", sandbox.base_url());
    let response = client.post(&address).form(&form).send().await.expect("an answer");
    assert_eq!(response.status(), StatusCode::FOUND);
    assert_eq!(response.headers()["location"], location);
    let call = sandbox.calls().pop().expect("a call");
    assert_eq!((call.method.as_str(), call.outcome.as_str()), ("navigationcontroller", outcome));
    let page = format!("{}/{location}", sandbox.base_url());
    let page = client.get(page).send().await.expect("a page").text().await.expect("a body");
    assert!(page.contains(&format!("<title>{outcome}</title>")), "{page}");
}

#[tokio::test]
async fn with_sso() {
    let at = prepared().await;
    for who in [[ID, "", ""], ["", LOGIN, ""], ["", "", EMAIL], [ID, LOGIN, EMAIL]] {
        check(&at, ("sandbox", THIRTY_ONE, who), "learningPlan.jsp", "learning plan").await;
    }
    check(&at, ("sandbox", TWO, [ID, "", ""]), "catalog.jsp", "catalog").await;
    check(&at, ("sandbox", THIRTY_TWO, [ID, "", ""]), "landingPage.jsp", "landing page").await;
    check(&at, ("sandbox", "", [ID, "", ""]), "landingPage.jsp", "landing page").await;
    check(&at, ("sandbox", THIRTY_ONE, ["", JOHN, ""]), "landingPage.jsp", "landing page").await;
}

#[tokio::test]
async fn without_sso() {
    let at = prepared().await;
    check(&at, ("sandbox", "", [""; 3]), "login.jsp", "login page").await;
    check(&at, ("sandbox", TWO, [""; 3]), "login.jsp", "login page").await;
}

#[tokio::test]
async fn anything_invalid_leads_to_the_error_page() {
    let at = prepared().await;
    let error = "error page";
    for (key, curriculum, who, parameter) in [
        ("", TWO, [ID, "", ""], "clientKey"),
        ("other", TWO, [ID, "", ""], "clientKey"),
        ("sandbox", "31", [ID, "", ""], "curriculumId"),
        ("sandbox", NINETY_NINE, [ID, "", ""], "curriculumId"),
        ("sandbox", NINETY_NINE, [""; 3], "curriculumId"),
        ("sandbox", TWO, ["4861", "", ""], "uniqueIdentifier1"),
        ("sandbox", TWO, ["", "pallavi", ""], "uniqueIdentifier2"),
        ("sandbox", TWO, ["", "", LOGIN], "uniqueIdentifier"),
        ("sandbox", TWO, [ID, JOHN, ""], "uniqueIdentifier"),
    ] {
        check(&at, (key, curriculum, who), &format!("common_errorPage.jsp?invalid={parameter}"), error).await;
    }
}

#[tokio::test]
async fn browsers_meet_no_faults() {
    let (sandbox, client) = prepared().await;
    sandbox.set_faults(Faults::scripted([FaultKind::Fail]));
    let address = format!("{}/navigationcontroller", sandbox.base_url());
    let response = client.post(&address).form(&[("clientKey", "sandbox")]).send().await.expect("an answer");
    assert_eq!(response.status(), StatusCode::FOUND);
}
