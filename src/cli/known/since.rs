//! A point in time as people type it.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

/// A day or a time, in UTC unless it says otherwise, or how long ago.
pub(super) fn parse(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    let text = text.trim();
    let time = point(text, now)?;
    if time < now {
        return Ok(time);
    }
    let found = time.format("%Y-%m-%d %H:%M");
    Err(format!("`{text}` is not in the past ({found} UTC): give a day or a time that is over, or `3 days`"))
}

fn point(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    let wrong = || {
        format!(
            "`{text}` is no time: give a day (2026-11-21), a time in UTC (2026-11-21T08:30), one with its zone \
             (2026-11-21T08:30:00+01:00), or how long ago (`3 days`)"
        )
    };
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Ok(day.and_time(NaiveTime::MIN).and_utc());
    }
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.to_utc());
    }
    let forms = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"];
    if let Some(time) = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()) {
        return Ok(time.and_utc());
    }
    let ago = humantime::parse_duration(text.trim_end_matches(" ago")).map_err(|_| wrong())?;
    let ago = chrono::TimeDelta::from_std(ago).map_err(|_| wrong())?;
    now.checked_sub_signed(ago).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let now = "2026-11-21T08:30:00Z".parse().unwrap();
        let found = parse(text, now).map(|time| time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
        assert_eq!(found.as_deref().ok(), expected, "{text}: {found:?}");
    }

    #[test]
    fn days_times_and_spans_are_read() {
        check("2026-11-20", Some("2026-11-20T00:00:00Z"));
        check("2026-11-20T07:15", Some("2026-11-20T07:15:00Z"));
        check("2026-11-20 07:15:30", Some("2026-11-20T07:15:30Z"));
        check("2026-11-20T07:15:00+05:30", Some("2026-11-20T01:45:00Z"));
        check("3 days", Some("2026-11-18T08:30:00Z"));
        check("12h ago", Some("2026-11-20T20:30:00Z"));
        check("20/11/2026", None);
        check("2026-11-31", None);
        check("yesterday", None);
        check("-3 days", None);
        check("0 days", None);
        check("2026-11-22", None);
        check("2026-11-21T08:30:00Z", None);
        check("2026-11-21", Some("2026-11-21T00:00:00Z"));
        check("999999999 years", None);
    }
}
