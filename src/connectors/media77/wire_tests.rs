//! Launch links, against the document's sample and another implementation's percent-encoding.

use super::*;

/// The sample of the document, byte for byte.
const SAMPLE: &str =
    "https://sample.com/#/?reg=registration&em=email&fn=firstName%20lastName&dom=domain&lmsId=lmsId";

fn portal(hosts: &[&str]) -> Portal {
    let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
    Portal {
        domain: "domain".to_owned(),
        lms_id: "lmsId".to_owned(),
        environment: "production".to_owned(),
        hosts,
    }
}

fn launch(activity: &str) -> Launch<'_> {
    Launch { registration: "registration", email: "email", name: "firstName lastName", activity }
}

#[test]
fn the_sample_of_the_document() {
    let ways = ["https://sample.com", "https://sample.com/", "https://sample.com/#", "https://sample.com/#/"];
    for activity in
        ways.into_iter().chain(["https://sample.com#/", "https://sample.com/#/?", " HTTPS://Sample.com "])
    {
        assert_eq!(encode(&portal(&[]), launch(activity)).as_deref(), Ok(SAMPLE), "{activity}");
    }
}

// By `urllib.parse.quote(value, safe='')`.
#[test]
fn every_value_is_percent_encoded() {
    let portal =
        Portal { domain: "learn.example.org".to_owned(), lms_id: "A-1_2.3".to_owned(), ..portal(&[]) };
    let launch = Launch {
        registration: "5f0c1b3e-8a52-4c1f-9a3d-2f6f1f6f0c11",
        email: "zoë+a&b=c@example.org",
        name: "Zoë #1? O'Neil 100% / 李",
        activity: "https://sample.com",
    };
    let expected = "https://sample.com/#/?reg=5f0c1b3e-8a52-4c1f-9a3d-2f6f1f6f0c11\
        &em=zo%C3%AB%2Ba%26b%3Dc%40example.org\
        &fn=Zo%C3%AB%20%231%3F%20O%27Neil%20100%25%20%2F%20%E6%9D%8E&dom=learn.example.org&lmsId=A-1_2.3";
    assert_eq!(encode(&portal, launch).as_deref(), Ok(expected));
}

/// Where the query goes: what stands before `reg`.
#[track_caller]
fn check_course(activity: &str, expected: Result<&str, &str>) {
    let made = encode(&portal(&["sample.com", "127.0.0.1"]), launch(activity));
    let made = made.map(|link| link.split_once("reg=registration&em=").unwrap().0.to_owned());
    match expected {
        Ok(course) => assert_eq!(made.as_deref(), Ok(course), "{activity}"),
        Err(why) => assert!(made.as_ref().is_err_and(|found| found.contains(why)), "{activity}: {made:?}"),
    }
}

#[test]
fn the_query_comes_after_the_courses_own_path() {
    check_course("https://sample.com/course", Ok("https://sample.com/course/#/?"));
    check_course("https://sample.com/course/", Ok("https://sample.com/course/#/?"));
    check_course("https://sample.com/course#/", Ok("https://sample.com/course/#/?"));
    check_course("https://sample.com/a%20b/1.2/", Ok("https://sample.com/a%20b/1.2/#/?"));
    check_course("https://sample.com/index.html#/", Ok("https://sample.com/index.html#/?"));
    check_course("https://sample.com/#/unit/7", Ok("https://sample.com/#/unit/7?"));
    check_course("https://sample.com/#/?course=7", Ok("https://sample.com/#/?course=7&"));
    check_course("http://127.0.0.1:8080/c", Ok("http://127.0.0.1:8080/c/#/?"));
}

#[test]
fn an_address_that_is_no_courses_is_refused_with_its_reason() {
    check_course("https://sample.com/index.html", Err("activity ends in a file"));
    check_course("https://sample.com/?course=7", Err("activity has a query (?) before /#/"));
    check_course("https://sample.com/?course=7#/", Err("activity has a query (?) before /#/"));
    check_course("https://sample.com/#top", Err("activity has a # that /#/ does not begin with"));
    check_course("https://sample.com/#/?a=1&reg=2", Err("activity is a launch link already"));
    check_course(SAMPLE, Err("activity is a launch link already"));
    check_course("http://sample.com/", Err("activity begins with http:"));
    check_course("javascript:alert(1)", Err("activity begins with javascript:"));
    check_course("https://u:p@sample.com/", Err("activity holds a user or a password"));
    check_course("sample.com/course", Err("activity is no address"));
    check_course("", Err("activity is no address"));
    check_course("https://staging.sample.com/", Err("hosts of the connection allows sample.com, 127.0.0.1"));
    check_course("https://sample.com.evil.org/", Err("is it a course of this environment?"));
}

/// Without `hosts` the words of a host are all that tells a test course from one that counts.
#[test]
fn a_course_whose_host_says_the_other_environment_is_refused() {
    let made = |environment: &str, activity: &str| {
        let portal = Portal { environment: environment.to_owned(), ..portal(&[]) };
        encode(&portal, launch(activity)).map(|link| link.len())
    };
    assert_eq!(
        made("production", "https://courses-staging.77media.com/x").unwrap_err(),
        "activity is at courses-staging.77media.com, which says `staging`, and environment of the connection \
         is production: take the course of production, or a connection of staging"
    );
    for (environment, activity) in [
        ("production", "https://UAT.example.com/x"),
        ("production", "https://test.courses.example.com/#/"),
        ("staging", "https://live.example.com/x"),
        ("staging", "https://courses-prod.example.com/x"),
    ] {
        assert!(made(environment, activity).unwrap_err().contains("which says `"), "{activity}");
    }
    for (environment, activity) in [
        ("production", "https://courses.77media.com/staging/x"),
        ("production", "https://latest.example.com/x"),
        ("production", "https://courses.example.test/x"),
        ("staging", "https://courses-staging.77media.com/x"),
        ("staging", "https://courses.77media.com/x"),
    ] {
        assert!(made(environment, activity).is_ok(), "{activity}");
    }
}

#[test]
fn a_value_has_1_to_255_characters() {
    let long = "é".repeat(255);
    let longer = "é".repeat(256);
    let with = |name: &str, value: &str| {
        let mut portal = portal(&[]);
        let mut launch = launch("https://sample.com");
        let value: &'static str = value.to_owned().leak();
        match name {
            "reg" => launch.registration = value,
            "em" => launch.email = value,
            "fn" => launch.name = value,
            "dom" => portal.domain = value.to_owned(),
            _ => portal.lms_id = value.to_owned(),
        }
        encode(&portal, launch)
    };
    for name in ["reg", "em", "fn", "dom", "lmsId"] {
        assert!(with(name, &long).unwrap().contains(&format!("{name}={}", "%C3%A9".repeat(255))));
        let expected = format!("{name} has 256 characters; at most 255 are allowed");
        assert_eq!(with(name, &longer), Err(expected));
        assert_eq!(with(name, " "), Err(format!("{name} is empty; a launch link needs it")));
    }
}
