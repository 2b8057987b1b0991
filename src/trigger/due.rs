//! Punctuality: whether a file should have come by now.
//!
//! Pure: the caller gives the times, and claims a due moment before it tells anybody, so that people are
//! told once.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::config::Schedule;

use super::schedule::{next_times, zone};

/// How long after its moment a missing file is still worth a mail.
const NEWS: TimeDelta = TimeDelta::hours(24);

/// The moment by which a file should have come and has not: the latest `due_by` within the last 24 hours
/// and after `since` (when the job was first seen), if no file came after the due moment before it.
///
/// `last_file` is when the last file came. A file that came at a due moment came in time for it.
pub fn overdue(
    schedule: &Schedule,
    last_file: Option<DateTime<Utc>>,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let mut latest = None;
    let mut after = since.max(now - NEWS);
    while let Some(due) = next_due(schedule, after).filter(|due| *due <= now) {
        latest = Some(due);
        after = due;
    }
    let latest = latest?;
    let Some(file) = last_file else { return Some(latest) };
    // The file answers the first due moment that is not before it, and none after that one.
    let answered = next_due(schedule, file - TimeDelta::nanoseconds(1))?;
    (answered < latest).then_some(latest)
}

/// The next moment strictly after `after` by which a file should have come: `due_by` in the job's zone,
/// on the days on which the cron line has a time, or every day without one.
///
/// A time that the spring clock skips is due when the clock goes on; one that the autumn clock repeats is
/// due the first time. `None` without `due_by`, or where the cron line never comes.
pub fn next_due(schedule: &Schedule, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let due_by = schedule.due_by?;
    let zone = zone(schedule);
    let mut day = after.with_timezone(&zone).date_naive();
    loop {
        day = day_of_cron(schedule, zone, day)?;
        let due = moment(zone, day.and_time(due_by))?;
        if due > after {
            return Some(due);
        }
        day = day.succ_opt()?;
    }
}

/// The first day from `day` on (a local date) on which the cron line has a time.
fn day_of_cron(schedule: &Schedule, zone: Tz, day: NaiveDate) -> Option<NaiveDate> {
    if schedule.cron.is_none() {
        return Some(day);
    }
    let midnight = moment(zone, day.and_time(NaiveTime::MIN))?;
    let first = next_times(schedule, midnight - TimeDelta::seconds(1), 1).into_iter().next()?;
    Some(first.with_timezone(&zone).date_naive())
}

/// A local time as a moment: the first one where the clock shows it twice, and the first one after the gap
/// where the clock never shows it.
fn moment(zone: Tz, local: NaiveDateTime) -> Option<DateTime<Utc>> {
    // The longest gap so far was a whole day, when Samoa moved across the date line.
    let shown = (0..=24 * 60)
        .find_map(|minutes| (local + TimeDelta::minutes(minutes)).and_local_timezone(zone).earliest());
    shown.map(|time| time.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::CatchUp;

    fn schedule(cron: Option<&str>, due_by: &str, zone: &str) -> Schedule {
        Schedule {
            on_arrival: true,
            cron: cron.map(str::to_owned),
            timezone: Some(zone.parse().unwrap()),
            due_by: Some(due_by.parse().unwrap()),
            catch_up: CatchUp::Once,
        }
    }

    fn utc(text: &str) -> DateTime<Utc> {
        format!("{text}Z").parse().unwrap()
    }

    /// Checks the next due moments after `after` (UTC), written in the local time of the zone.
    fn check(schedule: &Schedule, after: &str, expected: &[&str]) {
        let mut after = utc(after);
        for text in expected {
            after = next_due(schedule, after).unwrap();
            let local = after.with_timezone(&schedule.timezone.unwrap());
            assert_eq!(local.format("%a %F %R%:z").to_string(), *text);
        }
    }

    #[test]
    fn every_day_without_a_cron_line() {
        let schedule = schedule(None, "06:30:00", "Europe/London");
        let expected = ["Mon 2026-06-01 06:30+01:00", "Tue 2026-06-02 06:30+01:00"];
        check(&schedule, "2026-06-01T05:29:59.5", &expected);
        check(&schedule, "2026-06-01T05:30:00", &expected[1..]);
    }

    #[test]
    fn on_the_days_of_the_cron_line() {
        let expected = ["Fri 2026-06-05 06:30+01:00", "Mon 2026-06-08 06:30+01:00"];
        check(&schedule(Some("0 2 * * 1-5"), "06:30:00", "Europe/London"), "2026-06-05T00:00:00", &expected);
        // The day counts, not the hour: a file can be due before the run and in the small hours of its day.
        check(&schedule(Some("0 8 * * 1-5"), "06:30:00", "Europe/London"), "2026-06-05T00:00:00", &expected);
        check(&schedule(Some("0 0 * * 1-5"), "06:30:00", "Europe/London"), "2026-06-05T00:00:00", &expected);
        // Monday's run in Kolkata begins on Sunday in UTC.
        let kolkata = schedule(Some("*/5 1 * * 1"), "02:00:00", "Asia/Kolkata");
        check(&kolkata, "2026-06-05T00:00:00", &["Mon 2026-06-08 02:00+05:30", "Mon 2026-06-15 02:00+05:30"]);
        let leap = schedule(Some("0 2 29 2 *"), "06:30:00", "Europe/London");
        check(&leap, "2026-01-01T00:00:00", &["Tue 2028-02-29 06:30+00:00", "Sun 2032-02-29 06:30+00:00"]);
    }

    #[test]
    fn nothing_is_due_without_a_time_or_a_day() {
        let now = utc("2026-06-01T12:00:00");
        let none = Schedule { due_by: None, ..schedule(Some("0 2 * * *"), "06:30:00", "UTC") };
        assert_eq!(next_due(&none, now), None);
        assert_eq!(overdue(&none, None, now - TimeDelta::days(9), now), None);
        assert_eq!(next_due(&schedule(Some("0 0 31 2 *"), "06:30:00", "UTC"), now), None);
    }

    #[test]
    fn clock_changes() {
        let skipped = schedule(None, "01:30:00", "Europe/London");
        let expected =
            ["Sat 2026-03-28 01:30+00:00", "Sun 2026-03-29 02:00+01:00", "Mon 2026-03-30 01:30+01:00"];
        check(&skipped, "2026-03-27T12:00:00", &expected);
        let expected =
            ["Sat 2026-10-24 01:30+01:00", "Sun 2026-10-25 01:30+01:00", "Mon 2026-10-26 01:30+00:00"];
        check(&skipped, "2026-10-23T12:00:00", &expected);
        let berlin = schedule(Some("0 0 * * *"), "02:30:00", "Europe/Berlin");
        let expected =
            ["Sat 2026-03-28 02:30+01:00", "Sun 2026-03-29 03:00+02:00", "Mon 2026-03-30 02:30+02:00"];
        check(&berlin, "2026-03-27T12:00:00", &expected);
        let expected =
            ["Sat 2026-10-24 02:30+02:00", "Sun 2026-10-25 02:30+02:00", "Mon 2026-10-26 02:30+01:00"];
        check(&berlin, "2026-10-23T12:00:00", &expected);
    }

    /// Checks whether Tuesday's file (due 05:30 UTC, 06:30 in London) is overdue.
    fn late(last_file: Option<&str>, since: &str, now: &str, expected: bool) {
        let schedule = schedule(Some("0 2 * * *"), "06:30:00", "Europe/London");
        let found = overdue(&schedule, last_file.map(utc), utc(since), utc(now));
        let expected = expected.then(|| utc("2026-06-02T05:30:00"));
        assert_eq!(found, expected, "last file {last_file:?}, seen since {since}, now {now}");
    }

    #[test]
    fn a_file_is_overdue_once_its_time_has_passed() {
        let long_ago = "2026-01-01T00:00:00";
        late(None, long_ago, "2026-06-02T05:30:00", true);
        late(None, long_ago, "2026-06-03T05:29:59", true);
        // A file for Monday, in time and at the last moment.
        late(Some("2026-06-01T01:00:00"), long_ago, "2026-06-02T05:31:00", true);
        late(Some("2026-06-01T05:30:00"), long_ago, "2026-06-02T05:31:00", true);
        // A file since Monday's time; a file that came late, before anybody looked.
        late(Some("2026-06-01T05:30:00.5"), long_ago, "2026-06-02T05:31:00", false);
        late(Some("2026-06-02T05:30:00"), long_ago, "2026-06-02T05:31:00", false);
        late(Some("2026-06-02T05:45:00"), long_ago, "2026-06-02T06:00:00", false);
    }

    #[test]
    fn a_new_job_owes_nothing_for_the_past() {
        late(None, "2026-06-02T05:29:59", "2026-06-02T05:31:00", true);
        late(None, "2026-06-02T05:30:00", "2026-06-02T05:31:00", false);
    }

    #[test]
    fn yesterday_is_no_news() {
        let weekly = schedule(Some("0 2 * * 1"), "06:30:00", "Europe/London");
        let since = utc("2026-01-01T00:00:00");
        let monday = utc("2026-06-01T05:30:00");
        assert_eq!(overdue(&weekly, None, since, monday + TimeDelta::hours(23)), Some(monday));
        assert_eq!(overdue(&weekly, None, since, monday + TimeDelta::hours(24)), None);
        // Last week's file, however late it came, was last week's.
        let file = Some(monday - TimeDelta::days(7));
        assert_eq!(overdue(&weekly, file, since, monday), Some(monday));
        let file = Some(monday - TimeDelta::days(6));
        assert_eq!(overdue(&weekly, file, since, monday), None);
    }

    #[test]
    fn overdue_on_the_days_when_the_clock_changes() {
        let schedule = schedule(None, "01:30:00", "Europe/London");
        let since = utc("2026-01-01T00:00:00");
        let spring = utc("2026-03-29T01:00:00");
        assert_eq!(
            overdue(&schedule, None, since, spring - TimeDelta::seconds(1)),
            Some(utc("2026-03-28T01:30:00"))
        );
        assert_eq!(overdue(&schedule, None, since, spring), Some(spring));
        // 01:30 comes again an hour later, and is no second moment.
        let autumn = utc("2026-10-25T00:30:00");
        assert_eq!(overdue(&schedule, None, since, autumn + TimeDelta::minutes(61)), Some(autumn));
        let file = Some(autumn - TimeDelta::hours(1));
        assert_eq!(overdue(&schedule, file, since, autumn + TimeDelta::minutes(61)), None);
    }
}
