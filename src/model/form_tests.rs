use super::*;

const PERCENT: FieldKind = FieldKind::Number { least: 0.0, greatest: 100.0 };

fn check_in(unit: TimeUnit, kind: &FieldKind, text: &str, expected: Result<&str, &str>) {
    let found = kind.plain(text, unit).expect("a plain kind");
    assert_eq!(found.as_deref().map_err(String::as_str), expected, "{text}");
}

fn check(kind: &FieldKind, text: &str, expected: Result<&str, &str>) {
    check_in(TimeUnit::Milliseconds, kind, text, expected);
}

/// What is said of each text, one a line.
fn said(kind: &FieldKind, unit: TimeUnit, texts: &[&str]) -> String {
    let line = |text: &&str| match kind.plain(text, unit).expect("a plain kind") {
        Ok(value) => format!("{text} = {value}"),
        Err(reason) => format!("{text} {reason}"),
    };
    texts.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn yes_and_no_in_any_words_that_exports_have() {
    for yes in ["true", "TRUE", "Yes", "y", "1", "On"] {
        check(&FieldKind::Bool, yes, Ok("true"));
    }
    for no in ["false", "FALSE", "no", "N", "0", "off"] {
        check(&FieldKind::Bool, no, Ok("false"));
    }
    insta::assert_snapshot!(said(&FieldKind::Bool, TimeUnit::Milliseconds, &["ja", "2", "yes!"]), @r#"
    ja says neither yes nor no; allowed, in any case: true, yes, y, 1, on, and false, no, n, 0, off; for other words add a table to the field: values = { … = "true", … = "false" }
    2 says neither yes nor no; allowed, in any case: true, yes, y, 1, on, and false, no, n, 0, off; for other words add a table to the field: values = { … = "true", … = "false" }
    yes! says neither yes nor no; allowed, in any case: true, yes, y, 1, on, and false, no, n, 0, off; for other words add a table to the field: values = { … = "true", … = "false" }
    "#);
}

#[test]
fn a_number_stays_as_it_is_written() {
    for good in ["0", "100", "87.50", "007", "0.001", "-0"] {
        check(&PERCENT, good, Ok(good));
    }
    let wide = FieldKind::Number { least: f64::MIN, greatest: f64::MAX };
    for good in ["-12.5", "123456789012345678901234567890.123456789012345678901234567890"] {
        check(&wide, good, Ok(good));
    }
    let bad = [
        "1,234", "87,5", "87%", "87 %", "1e2", "1 234", "1'234", "+5", ".5", "5.", "1.2.3", "--5", "A",
        "NaN", "inf", "٣", "100.01", "-1",
    ];
    insta::assert_snapshot!(said(&PERCENT, TimeUnit::Milliseconds, &bad), @"
    1,234 has a comma, which may stand for a point or for thousands; write 87.5 and 1234
    87,5 has a comma, which may stand for a point or for thousands; write 87.5 and 1234
    87% has a percent sign; write the number alone (87), and format a spreadsheet's column as a number
    87 % has a percent sign; write the number alone (87), and format a spreadsheet's column as a number
    1e2 has an exponent; write the number in full
    1 234 has a blank or an apostrophe between its digits; write 1234
    1'234 has a blank or an apostrophe between its digits; write 1234
    +5 is not a number such as 87.5
    .5 is not a number such as 87.5
    5. is not a number such as 87.5
    1.2.3 is not a number such as 87.5
    --5 is not a number such as 87.5
    A is not a number such as 87.5
    NaN is not a number such as 87.5
    inf is not a number such as 87.5
    ٣ is not a number such as 87.5
    100.01 is not a number from 0 to 100
    -1 is not a number from 0 to 100
    ");
    let open = FieldKind::Number { least: 0.0, greatest: f64::MAX };
    insta::assert_snapshot!(said(&open, TimeUnit::Milliseconds, &["1000000", "-0.5"]), @"
    1000000 = 1000000
    -0.5 is not a number of 0 or more
    ");
}

#[test]
fn time_is_reckoned_in_whole_milliseconds() {
    use TimeUnit::{Clock, Hours, Milliseconds, Minutes, Seconds};
    let span = FieldKind::Milliseconds;
    let cases = [
        (Milliseconds, "90000", "90000"),
        (Milliseconds, "90000.0", "90000"),
        (Seconds, "1.5", "1500"),
        (Seconds, "0.001", "1"),
        (Minutes, "90", "5400000"),
        (Minutes, "0.5", "30000"),
        (Hours, "1.1", "3960000"),
        (Hours, "0", "0"),
        (Hours, "-0", "0"),
        (Clock, "1:30", "5400000"),
        (Clock, "00:00:01", "1000"),
        (Clock, "36:00:00", "129600000"),
        (Milliseconds, "9223372036854775807", "9223372036854775807"),
    ];
    for (unit, text, expected) in cases {
        check_in(unit, &span, text, Ok(expected));
    }
    let bad = [
        (Milliseconds, "0.5"),
        (Milliseconds, "9223372036854775808"),
        (Milliseconds, "99999999999999999999999999999999999999999"),
        (Milliseconds, "1:30"),
        (Seconds, "0.0001"),
        (Hours, "0.3333333"),
        (Minutes, "-5"),
        (Minutes, "1,5"),
        (Minutes, "soon"),
        (Clock, "90"),
        (Clock, "1:60"),
        (Clock, "1:5"),
        (Clock, "-1:00"),
        (Clock, "1:00:00:00"),
        (Clock, "1234567890:00"),
        (Clock, ":30"),
    ];
    let lines: Vec<_> = bad.iter().map(|(unit, text)| said(&span, *unit, &[text])).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    0.5 milliseconds give no whole number of milliseconds, which is what the LMS takes; round it
    9223372036854775808 is longer than the LMS can hold
    99999999999999999999999999999999999999999 is longer than the LMS can hold
    1:30 is written hh:mm, where milliseconds are wanted; for cells that are written so set unit = "hh:mm"
    0.0001 seconds give no whole number of milliseconds, which is what the LMS takes; round it
    0.3333333 hours give no whole number of milliseconds, which is what the LMS takes; round it
    -5 is less than nothing; time spent is 0 or more
    1,5 has a comma, which may stand for a point or for thousands; write 87.5 and 1234; it is read as minutes
    soon is not a number such as 87.5; it is read as minutes
    90 is not a time written hh:mm or hh:mm:ss, such as 1:30 or 36:00:00
    1:60 is not a time written hh:mm or hh:mm:ss, such as 1:30 or 36:00:00
    1:5 is not a time written hh:mm or hh:mm:ss, such as 1:30 or 36:00:00
    -1:00 is not a time written hh:mm or hh:mm:ss, such as 1:30 or 36:00:00
    1:00:00:00 is not a time written hh:mm or hh:mm:ss, such as 1:30 or 36:00:00
    1234567890:00 is not a time written hh:mm or hh:mm:ss, such as 1:30 or 36:00:00
    :30 is not a time written hh:mm or hh:mm:ss, such as 1:30 or 36:00:00
    "#);
}

#[test]
fn a_grade_is_short_or_a_number_up_to_100() {
    for good in ["A", "A-", "Pass", "Fail", "Merit", "0", "100", "99.25", "100.000", "B+", "-"] {
        check(&FieldKind::Grade, good, Ok(good));
    }
    let bad = ["101", "100.5", "-1", "87%", "87,5", "Passed", "12345678"];
    insta::assert_snapshot!(said(&FieldKind::Grade, TimeUnit::Milliseconds, &bad), @"
    101 is no grade: one in figures goes from 0 to 100
    100.5 is no grade: one in figures goes from 0 to 100
    -1 is no grade: one in figures goes from 0 to 100
    87% has a percent sign; write the number alone (87), and format a spreadsheet's column as a number
    87,5 has a comma, which may stand for a point or for thousands; write 87.5 and 1234
    Passed is 6 characters long; a grade has up to 5 characters, or is a number from 0 to 100
    12345678 is no grade: one in figures goes from 0 to 100
    ");
}

#[test]
fn an_address_is_one_that_can_be_sent_as_it_stands() {
    let any = FieldKind::Url { hosts: Vec::new() };
    for good in [
        "https://courses.example.org/#/",
        "https://courses.example.org:8443/a%20b?x=1&y=%2F#/z",
        "HTTPS://Courses.Example.org",
        "http://127.0.0.1:8080/x",
        "http://[::1]/",
        "http://localhost/",
    ] {
        check(&any, good, Ok(good));
    }
    let bad = [
        "courses.example.org",
        "http://courses.example.org/",
        "http://127.0.0.1.example.org/",
        "ftp://courses.example.org/",
        "https:///courses",
        "https://",
        "https:courses.example.org",
        "https://u:p@courses.example.org/",
        "https://u@courses.example.org/",
        "https://courses.example.org/a b",
        "https://courses.example.org/100%",
        "https://courses.example.org/%zz",
        "https://courses.example.org\\@evil.example.org/",
        "https://courses.example.org/caf\u{e9}",
        "https://courses.example.org:99999/",
        "javascript://x/%0aalert(1)",
    ];
    insta::assert_snapshot!(said(&any, TimeUnit::Milliseconds, &bad), @r#"
    courses.example.org is no address; allowed: https://HOST/…
    http://courses.example.org/ begins with http://; allowed: https://
    http://127.0.0.1.example.org/ begins with http://; allowed: https://
    ftp://courses.example.org/ is no address; allowed: https://HOST/…
    https:///courses is no address; allowed: https://HOST/…
    https:// is no address; allowed: https://HOST/…
    https:courses.example.org is no address; allowed: https://HOST/…
    https://u:p@courses.example.org/ holds a user name or a password; take them out of the address
    https://u@courses.example.org/ holds a user name or a password; take them out of the address
    https://courses.example.org/a b holds a blank; an address has %20 for it
    https://courses.example.org/100% holds a `%` without two hexadecimal digits behind it; write %25 for the sign itself
    https://courses.example.org/%zz holds a `%` without two hexadecimal digits behind it; write %25 for the sign itself
    https://courses.example.org\@evil.example.org/ holds `\`, which no address may; write it percent-encoded
    https://courses.example.org/café holds `é`, which no address may; write it percent-encoded
    https://courses.example.org:99999/ is no address (invalid port number); allowed: https://HOST/…
    javascript://x/%0aalert(1) is no address; allowed: https://HOST/…
    "#);
    let hosts = ["courses.example.org", "www.example.org"].map(str::to_owned).to_vec();
    let named = FieldKind::Url { hosts };
    check(&named, "https://WWW.example.org/a", Ok("https://WWW.example.org/a"));
    let bad = ["https://courses.example.org.evil.example/", "https://example.org/"];
    insta::assert_snapshot!(said(&named, TimeUnit::Milliseconds, &bad), @"
    https://courses.example.org.evil.example/ leads to another host than allowed; allowed: `courses.example.org`, `www.example.org`
    https://example.org/ leads to another host than allowed; allowed: `courses.example.org`, `www.example.org`
    ");
}

#[test]
fn a_part_holds_no_sign_that_separates_parts() {
    let part = FieldKind::Part { forbidden: &['~', '=', ','], email: false };
    check(&part, "E-1 (Pune)", Ok("E-1 (Pune)"));
    insta::assert_snapshot!(said(&part, TimeUnit::Milliseconds, &["E1~E2", "a=b", "Doe, Ann"]), @"
    E1~E2 holds `~`, which separates values in what the LMS gets; take it out (it may hold no `~`, no `=`, no `,`)
    a=b holds `=`, which separates values in what the LMS gets; take it out (it may hold no `~`, no `=`, no `,`)
    Doe, Ann holds `,`, which separates values in what the LMS gets; take it out (it may hold no `~`, no `=`, no `,`)
    ");
}

#[test]
fn other_kinds_need_more_than_their_text() {
    for kind in [FieldKind::Text, FieldKind::DateTime, FieldKind::Email, FieldKind::OneOf(Vec::new())] {
        assert_eq!(kind.plain("x", TimeUnit::Milliseconds), None, "{kind:?}");
    }
}
