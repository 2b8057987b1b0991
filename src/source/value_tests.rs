use crate::model::{Empty, Field, Send, Take};

use super::*;

fn field(kind: FieldKind) -> FieldMapping {
    FieldMapping {
        field: Field {
            name: "f".into(),
            label: "F".to_owned(),
            required: false,
            kind,
            max_chars: None,
            secret: false,
        },
        take: Take::Column("c".into()),
        date: None,
        day_in: None,
        unit: None,
        values: None,
        default: None,
        separator: None,
        trim: true,
        empty: Empty::Omit,
        send: Send::Compared,
    }
}

fn check_cell(mapping: &FieldMapping, cell: Cell<'_>, expected: Result<&str, &str>) {
    let found = Rule::new(mapping, mapping.field.secret).value(cell.clone());
    let found = found.map_err(|reasons| reasons.join(" | "));
    assert_eq!(found.as_deref().map_err(String::as_str), expected, "{cell:?}");
}

fn check(mapping: &FieldMapping, text: &str, expected: Result<&str, &str>) {
    check_cell(mapping, Cell::Text(text.into()), expected);
}

#[test]
fn text_is_trimmed_unless_told_otherwise() {
    let mut text = field(FieldKind::Text);
    check(&text, " Ann\u{a0}", Ok("Ann"));
    check(&text, " \u{a0}", Ok(""));
    check_cell(&text, Cell::Number("42".into()), Ok("42"));
    check_cell(&text, Cell::Bool(true), Ok("TRUE"));
    text.trim = false;
    check(&text, " Ann ", Ok(" Ann "));
}

#[test]
fn errors_and_control_characters_are_problems() {
    let text = field(FieldKind::Text);
    let reason = "the cell holds the error #N/A; correct it in the spreadsheet";
    check_cell(&text, Cell::Error("#N/A".into()), Err(reason));
    let reason = "`12 High St` holds a line break, tab or other control character; take it out";
    check(&text, "12\nHigh St", Err(reason));
    check(&text, "12\u{85}High St", Err(reason));
}

#[test]
fn the_value_table_is_exact_then_in_any_case() {
    let mut status = field(FieldKind::OneOf(vec!["Active".to_owned(), "Inactive".to_owned()]));
    status.values = Some(
        [
            ("Y", "Active"),
            ("N", "Inactive"),
            ("n", "Active"),
            ("-", ""),
            ("No", "Inactive"),
            ("NO", "Active"),
        ]
        .map(|(cell, value)| (cell.to_owned(), value.to_owned()))
        .into(),
    );
    check(&status, " Y ", Ok("Active"));
    check(&status, "y", Ok("Active"));
    check(&status, "N", Ok("Inactive"));
    check(&status, "n", Ok("Active"));
    check(&status, "-", Ok(""));
    check(&status, "", Ok(""));
    check(&status, "X", Err("`X` is not in the value table, which has `-`, `N`, `NO`, `No`, `Y`, `n`"));
    check(&status, "no", Err("`no` is not in the value table, which has `-`, `N`, `NO`, `No`, `Y`, `n`"));
    status.default = Some("N".to_owned());
    check(&status, " ", Ok("Inactive"));
    status.default = Some("Active".to_owned());
    check(&status, " ", Ok("Active"));
    status.values = None;
    check(
        &status,
        "active",
        Err(
            "`active` is not one of `Active`, `Inactive`; correct it, or say with `values` in the job what it stands for",
        ),
    );
}

#[test]
fn dates_come_out_as_the_vendor_wants_them() {
    let mut date = field(FieldKind::Date { format: "%m/%d/%Y" });
    let day = NaiveDate::from_ymd_opt(2024, 2, 1).unwrap();
    check_cell(&date, Cell::Date(day.and_time(NaiveTime::MIN)), Ok("02/01/2024"));
    check(&date, "2/1/2024", Ok("02/01/2024"));
    let hint = "; if the export writes dates in another way, add `date = \"…\"` to the field";
    check(&date, "2024-02-01", Err(&format!("`2024-02-01` is not a date written as MM/DD/YYYY{hint}")));
    date.date = Some("%d/%m/%Y".to_owned());
    check(&date, "01/02/2024", Ok("02/01/2024"));
    check(&date, "01/02/2024 00:00", Ok("02/01/2024"));
    check(&date, "31/02/2024", Err("`31/02/2024` is no day of the calendar; it is read as DD/MM/YYYY"));
    check(
        &date,
        "1.2.2024",
        Err("`1.2.2024` is not a date written as DD/MM/YYYY; correct it, or `date` of the field in the job"),
    );
    check_cell(
        &date,
        Cell::Date(day.and_hms_opt(23, 0, 0).unwrap()),
        Err(
            "`2024-02-01T23:00:00` has a time of day, where a date is wanted; for the day of a point in time, \
             add `day_in = \"ZONE\"` to the field",
        ),
    );
}

#[test]
fn a_list_is_split_only_where_it_is_said_to_be_one() {
    let mut list = field(FieldKind::List { separator: '~', of: ListOf::Text });
    check(&list, "Sales, North", Ok("Sales, North"));
    let hint = "; if the cell is a list, add `separator = \",\"` (or what divides it) to the field";
    check(&list, "a~b", Err(&format!("`a~b` holds `~`, which separates values{hint}")));
    list.separator = Some(";".to_owned());
    check(&list, " a ;; b;", Ok("a~b"));
    check(&list, ";", Ok(""));
    check(&list, "a~b;c", Err("`a~b` holds `~`, which separates values"));
}

#[test]
fn addresses_are_checked_one_by_one() {
    let email = field(FieldKind::Email);
    check(&email, " zo\u{eb}@example.org", Ok("zo\u{eb}@example.org"));
    for wrong in ["ann", "ann@", "ann@example", "Ann <ann@example.org>", "a@b.org, c@d.org"] {
        check(&email, wrong, Err(&format!("`{wrong}` is not an e-mail address (name@example.org)")));
    }
    let mut list = field(FieldKind::List { separator: '~', of: ListOf::Email });
    check(&list, "a@b.org, c@d.org", Ok("a@b.org~c@d.org"));
    check(&list, "a@b.org,c", Err("`c` is not an e-mail address (name@example.org)"));
    check(&list, "a~@b.org", Err("`a~@b.org` holds `~`, which separates values"));
    list.separator = Some(";".to_owned());
    check(&list, "a@b.org;c@d.org,e@f.org", Ok("a@b.org~c@d.org~e@f.org"));
}

#[test]
fn length_is_counted_in_characters_of_what_is_sent() {
    let mut text = field(FieldKind::Text);
    text.field.max_chars = Some(3);
    check(&text, "Zo\u{eb}", Ok("Zo\u{eb}"));
    check(&text, " Anna ", Err("it is 4 characters long; at most 3 are allowed"));
}

#[test]
fn a_message_never_holds_a_secret() {
    let mut secret = field(FieldKind::Email);
    secret.field.secret = true;
    check(&secret, "hunter2", Err("the value is not an e-mail address (name@example.org)"));
    secret.values = Some(BTreeMap::new());
    check(&secret, "hunter2", Err("the value is not in the value table, which has "));
}

#[test]
fn times_come_out_as_iso_writes_them() {
    let mut time = field(FieldKind::DateTime);
    let day = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
    check_cell(&time, Cell::Date(day.and_time(NaiveTime::MIN)), Ok("2026-11-21T00:00:00"));
    check_cell(&time, Cell::Date(day.and_hms_opt(8, 30, 0).unwrap()), Ok("2026-11-21T08:30:00"));
    check(&time, "2026-11-21", Ok("2026-11-21T00:00:00"));
    check(&time, " 2026-11-21T08:30+01:00 ", Ok("2026-11-21T07:30:00Z"));
    let said = |time: &FieldMapping, text: &str| {
        Rule::new(time, false).value(Cell::Text(text.into())).unwrap_err().join(" | ")
    };
    let plain = ["21/11/2026", "2026-02-30", "2026-11-21 25:00", "26-11-21"].map(|text| said(&time, text));
    time.date = Some("%d/%m/%Y %H:%M".to_owned());
    check(&time, "21/11/2026 08:30", Ok("2026-11-21T08:30:00"));
    let given = ["21/11/2026", "31/02/2026 08:30"].map(|text| said(&time, text));
    insta::assert_snapshot!([plain.join("\n"), given.join("\n")].join("\n"), @r#"
    `21/11/2026` is not a date and time written as YYYY-MM-DDTHH:MM:SS; a zone may follow (Z, +01:00); if the export writes dates in another way, add `date = "…"` to the field
    `2026-02-30` names a day or a time that there is not; it is read as YYYY-MM-DDTHH:MM:SS
    `2026-11-21 25:00` names a day or a time that there is not; it is read as YYYY-MM-DDTHH:MM:SS
    `26-11-21` has no year of four digits; it is read as YYYY-MM-DDTHH:MM:SS
    `21/11/2026` is not a date and time written as DD/MM/YYYY HH:MM; a zone may follow (Z, +01:00); correct it, or `date` of the field in the job
    `31/02/2026 08:30` names a day or a time that there is not; it is read as DD/MM/YYYY HH:MM
    "#);
    time.values =
        Some([("then", "2026-11-21T08:30:00"), ("now", "")].map(|(a, b)| (a.into(), b.into())).into());
    check(&time, "then", Ok("2026-11-21T08:30:00"));
}

#[test]
fn a_table_says_what_is_sent_and_a_default_what_the_cell_would() {
    let mut date = field(FieldKind::Date { format: "%m/%d/%Y" });
    date.date = Some("%d.%m.%Y".to_owned());
    date.default = Some("02.01.2024".to_owned());
    check(&date, "", Ok("01/02/2024"));
    date.values = Some([("start", "01/02/2024")].map(|(a, b)| (a.into(), b.into())).into());
    date.default = Some("01/02/2024".to_owned());
    check(&date, "start", Ok("01/02/2024"));
    check(&date, "", Ok("01/02/2024"));
    let mut span = field(FieldKind::Milliseconds);
    span.unit = Some(TimeUnit::Minutes);
    span.default = Some("2".to_owned());
    check(&span, "", Ok("120000"));
    span.values = Some([("short", "60000")].map(|(a, b)| (a.into(), b.into())).into());
    check(&span, "Short", Ok("60000"));
}

#[test]
fn plain_kinds_are_read_and_refused_in_words() {
    let mut truth = field(FieldKind::Bool);
    check_cell(&truth, Cell::Bool(false), Ok("false"));
    check_cell(&truth, Cell::Number("1".into()), Ok("true"));
    check(&truth, " YES ", Ok("true"));
    truth.values = Some([("ja", "yes"), ("nein", "false")].map(|(a, b)| (a.into(), b.into())).into());
    check(&truth, "Ja", Ok("true"));
    check(&truth, "yes", Err("`yes` is not in the value table, which has `ja`, `nein`"));

    let number = field(FieldKind::Number { least: 0.0, greatest: 100.0 });
    check(&number, " 87.50 ", Ok("87.50"));
    check_cell(&number, Cell::Number("87.5".into()), Ok("87.5"));
    let comma = "`87,5` has a comma, which may stand for a point or for thousands; write 87.5 and 1234";
    check(&number, "87,5", Err(comma));
    check_cell(&number, Cell::Bool(true), Err("`TRUE` is not a number such as 87.5"));

    let mut span = field(FieldKind::Milliseconds);
    span.unit = Some(TimeUnit::Clock);
    check(&span, "36:00:00", Ok("129600000"));
    let day = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap();
    check_cell(
        &span,
        Cell::Date(day.and_hms_opt(12, 0, 0).unwrap()),
        Err(
            "`1900-01-01T12:00:00` is a date, where a span of time is wanted; give the column the format [h]:mm:ss",
        ),
    );
}

#[test]
fn a_part_may_be_an_address_too() {
    let part = field(FieldKind::Part { forbidden: &['~', '='], email: true });
    check(&part, "a@example.org", Ok("a@example.org"));
    check(&part, "a", Err("`a` is not an e-mail address (name@example.org)"));
    let reason = "`a=b@example.org` holds `=`, which separates values in what the LMS gets; take it out (it may hold no `~`, no `=`)";
    check(&part, "a=b@example.org", Err(reason));
    let mut secret = field(FieldKind::Part { forbidden: &['~'], email: false });
    secret.field.secret = true;
    let reason =
        "the value holds `~`, which separates values in what the LMS gets; take it out (it may hold no `~`)";
    check(&secret, "hunter~2", Err(reason));
}

#[test]
fn a_time_of_a_workbook_is_written_as_the_job_reads_it() {
    let moment = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap().and_hms_opt(8, 30, 0).unwrap();
    let midnight = moment.date().and_time(NaiveTime::MIN);
    let text = |mapping: &FieldMapping, moment| Rule::new(mapping, false).moment_text(moment);
    let mut time = field(FieldKind::DateTime);
    time.date = Some("%d/%m/%Y %H:%M".to_owned());
    assert_eq!(text(&time, moment).as_deref(), Some("21/11/2026 08:30"));
    let mut date = field(FieldKind::Date { format: "%m/%d/%Y" });
    date.date = Some("%d/%m/%Y".to_owned());
    assert_eq!(text(&date, midnight).as_deref(), Some("21/11/2026"));
    assert_eq!(text(&date, moment), None);
    assert_eq!(text(&field(FieldKind::Text), moment), None);
    time.values = Some(BTreeMap::new());
    assert_eq!(text(&time, moment), None);
}

#[test]
fn a_point_in_time_is_the_day_of_a_zone() {
    let day = |date: Option<&str>| FieldMapping {
        date: date.map(str::to_owned),
        day_in: Some(chrono_tz::Europe::Zurich),
        ..field(FieldKind::Date { format: "%d-%b-%Y" })
    };
    check(&day(None), "2026-11-20T23:30:00Z", Ok("21-Nov-2026"));
    check(&day(None), "2026-07-20T22:30:00Z", Ok("21-Jul-2026"));
    check(&day(None), "2026-11-20T22:59:59Z", Ok("20-Nov-2026"));
    check(&day(None), "2026-11-20T23:30:00", Ok("20-Nov-2026"));
    check(&day(None), "2026-11-20", Ok("20-Nov-2026"));
    check(&day(Some("%d/%m/%Y %H:%M %z")), "20/11/2026 23:30 +0000", Ok("21-Nov-2026"));
    let wrong = "`soon` is not a date and time written as YYYY-MM-DDTHH:MM:SS; a zone may follow (Z, +01:00); if the \
                 export writes dates in another way, add `date = \"…\"` to the field";
    check(&day(None), "soon", Err(wrong));
}
