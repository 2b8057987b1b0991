//! When a job's cron line comes: next, and between the last time and now.
//!
//! Pure: the caller gives the time, and claims each (job, time) that it takes, so that a clock which
//! steps back, or a look too many, never starts one time twice.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

use crate::config::{CatchUp, Schedule};

/// A time that was not taken at once is still not *missed* for so long.
const FRESH: TimeDelta = TimeDelta::minutes(5);

/// How many missed times are made up for at most (`catch_up = "all"`).
const MOST: usize = 100;

/// The next `count` times of the cron line strictly after `after`, in order and in whole seconds.
///
/// A line of one time a day comes once on every day: 02:30 at 03:00 where the spring clock skips it, and
/// the first time where the autumn clock shows it twice. A line of several times a day follows the clock:
/// none in the skipped hour, and all of them in both of the repeated ones. Empty without a cron line, or
/// where it never comes.
pub fn next_times(schedule: &Schedule, after: DateTime<Utc>, count: usize) -> Vec<DateTime<Utc>> {
    times_after(schedule, after).take(count).collect()
}

/// The times of the cron line to run for now, in order: those after `last_taken` (or after `since`, when
/// the job was first seen: a new job makes up for nothing) and not after `now`, as `catch_up` has it.
///
/// - `skip`: the newest, and only if it is not older than five minutes;
/// - `once`: the newest;
/// - `all`: all of them, the newest hundred at most.
pub fn due_times(
    schedule: &Schedule,
    last_taken: Option<DateTime<Utc>>,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Vec<DateTime<Utc>> {
    let from = last_taken.unwrap_or(since);
    match schedule.catch_up {
        // A nanosecond more, since a time of exactly five minutes ago is still taken.
        CatchUp::Skip => newest(schedule, from.max(now - FRESH - TimeDelta::nanoseconds(1)), now, 1),
        CatchUp::Once => newest(schedule, from, now, 1),
        CatchUp::All => newest(schedule, from, now, MOST),
    }
}

/// The zone of a schedule. The configuration demands one with a cron line or a due time.
pub(super) fn zone(schedule: &Schedule) -> Tz {
    schedule.timezone.unwrap_or(Tz::UTC)
}

/// The newest `most` times in (from, now].
fn newest(schedule: &Schedule, from: DateTime<Utc>, now: DateTime<Utc>, most: usize) -> Vec<DateTime<Utc>> {
    // Looking back in growing steps: a job of every minute has half a million times a year, of which
    // the newest are wanted. Searching backwards would have to agree with croner's forward rules.
    let mut window = TimeDelta::hours(1);
    loop {
        let start = now.checked_sub_signed(window).map_or(from, |start| start.max(from));
        let mut times: Vec<_> = times_after(schedule, start).take_while(|time| *time <= now).collect();
        if start <= from || times.len() >= most {
            return times.split_off(times.len().saturating_sub(most));
        }
        window = window * 8;
    }
}

/// Every time of the cron line strictly after `after`.
fn times_after(schedule: &Schedule, after: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
    let cron = schedule.cron.as_deref().and_then(parse);
    // Versions of croner have carried the fraction of a second of their start into the times they find,
    // and a claim of such a time would never meet the same time again.
    let mut last = after.trunc_subsecs(0).with_timezone(&zone(schedule));
    std::iter::from_fn(move || {
        last = cron.as_ref()?.find_next_occurrence(&last, false).ok()?;
        Some(last.with_timezone(&Utc))
    })
}

/// Reads a line of five fields with the standard meaning: where both days are given, either will do.
fn parse(line: &str) -> Option<Cron> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    parser.parse(line).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(cron: &str, zone: &str, catch_up: CatchUp) -> Schedule {
        Schedule {
            on_arrival: false,
            cron: Some(cron.to_owned()),
            timezone: Some(zone.parse().unwrap()),
            due_by: None,
            catch_up,
        }
    }

    fn utc(text: &str) -> DateTime<Utc> {
        format!("{text}Z").parse().unwrap()
    }

    /// Checks the next times after `after` (UTC), written in the local time of the zone.
    fn check(cron: &str, zone: &str, after: &str, expected: &[&str]) {
        let schedule = schedule(cron, zone, CatchUp::Once);
        let times = next_times(&schedule, utc(after), expected.len());
        let zone = schedule.timezone.unwrap();
        let local = times.iter().map(|time| time.with_timezone(&zone).format("%a %F %R%:z").to_string());
        assert_eq!(local.collect::<Vec<_>>(), expected, "{cron} {zone} after {after}");
    }

    #[test]
    fn daily_weekly_monthly() {
        let expected = ["Mon 2026-06-01 02:00+01:00", "Tue 2026-06-02 02:00+01:00"];
        check("0 2 * * *", "Europe/London", "2026-05-31T12:00:00", &expected);
        let expected = ["Sun 2026-06-07 23:15+02:00", "Sun 2026-06-14 23:15+02:00"];
        check("15 23 * * 0", "Europe/Berlin", "2026-05-31T22:00:00", &expected);
        check("15 23 * * 7", "Europe/Berlin", "2026-05-31T22:00:00", &expected);
        check("15 23 * * SUN", "Europe/Berlin", "2026-05-31T22:00:00", &expected);
        let expected =
            ["Sat 2026-01-31 06:00+05:30", "Tue 2026-03-31 06:00+05:30", "Sun 2026-05-31 06:00+05:30"];
        check("0 6 31 * *", "Asia/Kolkata", "2026-01-15T00:00:00", &expected);
        let expected = ["Mon 2026-06-01 07:00+00:00", "Mon 2026-06-01 07:20+00:00"];
        check("*/20 7-8 * * 1-5", "UTC", "2026-05-29T23:00:00", &expected);
    }

    #[test]
    fn either_day_will_do_where_both_are_given() {
        let expected = [
            "Sat 2026-08-01 02:00+00:00",
            "Mon 2026-08-03 02:00+00:00",
            "Mon 2026-08-10 02:00+00:00",
            "Sat 2026-08-15 02:00+00:00",
            "Mon 2026-08-17 02:00+00:00",
        ];
        check("0 2 1,15 * 1", "UTC", "2026-07-31T12:00:00", &expected);
    }

    #[test]
    fn leap_day() {
        let expected = ["Tue 2028-02-29 02:00+00:00", "Sun 2032-02-29 02:00+00:00"];
        check("0 2 29 2 *", "Europe/London", "2026-01-01T00:00:00", &expected);
    }

    #[test]
    fn strictly_after_and_in_whole_seconds() {
        let daily = schedule("0 2 * * *", "UTC", CatchUp::Once);
        let next = |after| next_times(&daily, utc(after), 1);
        assert_eq!(next("2026-06-01T01:59:59.817757204"), [utc("2026-06-01T02:00:00")]);
        assert_eq!(next("2026-06-01T02:00:00"), [utc("2026-06-02T02:00:00")]);
        assert_eq!(next("2026-06-01T02:00:00.999"), [utc("2026-06-02T02:00:00")]);
    }

    #[test]
    fn a_line_that_never_comes_has_no_times() {
        let now = utc("2026-06-01T02:00:00");
        assert!(next_times(&schedule("0 0 31 2 *", "UTC", CatchUp::All), now, 5).is_empty());
        let none = Schedule { cron: None, ..schedule("0 0 * * *", "UTC", CatchUp::All) };
        assert!(next_times(&none, now, 5).is_empty());
        assert!(due_times(&none, None, now - TimeDelta::days(9), now).is_empty());
    }

    #[test]
    fn spring() {
        let london = [
            "Sat 2026-03-28 01:30+00:00",
            // 01:30 does not exist.
            "Sun 2026-03-29 02:00+01:00",
            "Mon 2026-03-30 01:30+01:00",
        ];
        check("30 1 * * *", "Europe/London", "2026-03-27T12:00:00", &london);
        let berlin =
            ["Sat 2026-03-28 02:30+01:00", "Sun 2026-03-29 03:00+02:00", "Mon 2026-03-30 02:30+02:00"];
        check("30 2 * * *", "Europe/Berlin", "2026-03-27T12:00:00", &berlin);
        // A line of several times a day has none in the skipped hour, and the next day has all of them.
        let several =
            ["Sat 2026-03-28 02:45+01:00", "Mon 2026-03-30 02:15+02:00", "Mon 2026-03-30 02:45+02:00"];
        check("15,45 2 * * *", "Europe/Berlin", "2026-03-28T01:30:00", &several);
        // The job of an hour later is not moved, and neither is doubled.
        let later =
            ["Sat 2026-03-28 03:30+01:00", "Sun 2026-03-29 03:30+02:00", "Mon 2026-03-30 03:30+02:00"];
        check("30 3 * * *", "Europe/Berlin", "2026-03-27T12:00:00", &later);
    }

    #[test]
    fn autumn() {
        let london =
            ["Sat 2026-10-24 01:30+01:00", "Sun 2026-10-25 01:30+01:00", "Mon 2026-10-26 01:30+00:00"];
        check("30 1 * * *", "Europe/London", "2026-10-23T12:00:00", &london);
        let berlin =
            ["Sat 2026-10-24 02:30+02:00", "Sun 2026-10-25 02:30+02:00", "Mon 2026-10-26 02:30+01:00"];
        check("30 2 * * *", "Europe/Berlin", "2026-10-23T12:00:00", &berlin);
        let both = [
            "Sun 2026-10-25 02:15+02:00",
            "Sun 2026-10-25 02:45+02:00",
            "Sun 2026-10-25 02:15+01:00",
            "Sun 2026-10-25 02:45+01:00",
            "Mon 2026-10-26 02:15+01:00",
        ];
        check("15,45 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00", &both);
    }

    #[test]
    fn midnight_jobs_are_not_doubled() {
        for (zone, before, after) in
            [("Europe/London", "+00:00", "+01:00"), ("Europe/Berlin", "+01:00", "+02:00")]
        {
            let spring = [
                format!("Sun 2026-03-29 00:00{before}"),
                format!("Mon 2026-03-30 00:00{after}"),
                format!("Tue 2026-03-31 00:00{after}"),
            ];
            let spring: Vec<_> = spring.iter().map(String::as_str).collect();
            check("0 0 * * *", zone, "2026-03-28T12:00:00", &spring);
            let autumn = [
                format!("Sun 2026-10-25 00:00{after}"),
                format!("Mon 2026-10-26 00:00{before}"),
                format!("Tue 2026-10-27 00:00{before}"),
            ];
            let autumn: Vec<_> = autumn.iter().map(String::as_str).collect();
            check("0 0 * * *", zone, "2026-10-24T12:00:00", &autumn);
        }
    }

    /// Wherever one starts, even inside the repeated hour, the same times follow.
    #[test]
    fn every_start_sees_the_same_times() {
        let days = [utc("2026-03-28T22:00:00"), utc("2026-10-24T22:00:00")];
        for cron in ["30 1 * * *", "30 2 * * *", "0 0 * * *", "15,45 2 * * *", "*/30 1-3 * * *"] {
            for zone in ["Europe/London", "Europe/Berlin"] {
                let schedule = schedule(cron, zone, CatchUp::Once);
                for day in days {
                    let all = next_times(&schedule, day, 15);
                    for minute in 0..5 * 60 {
                        let start = day + TimeDelta::minutes(minute) + TimeDelta::milliseconds(minute % 7);
                        let expected = all.iter().find(|time| **time > start);
                        let found = next_times(&schedule, start, 1);
                        assert_eq!(found.first(), expected, "{cron} {zone} after {start}");
                    }
                }
            }
        }
    }

    /// Checks what is due for a job of 02:00 UTC on 10 June at 02:01:30.
    fn due(catch_up: CatchUp, last_taken: Option<&str>, since: &str, expected: &[&str]) {
        let daily = schedule("0 2 * * *", "UTC", catch_up);
        let now = utc("2026-06-10T02:01:30.5");
        let times = due_times(&daily, last_taken.map(utc), utc(since), now);
        let expected: Vec<_> = expected.iter().map(|text| utc(text)).collect();
        assert_eq!(times, expected, "{catch_up:?} after {last_taken:?}, seen since {since}");
    }

    #[test]
    fn the_time_that_has_come_is_due() {
        for catch_up in [CatchUp::Skip, CatchUp::Once, CatchUp::All] {
            due(catch_up, Some("2026-06-09T02:00:00"), "2026-05-01T00:00:00", &["2026-06-10T02:00:00"]);
            due(catch_up, Some("2026-06-10T02:00:00"), "2026-05-01T00:00:00", &[]);
            // The job file was put there a second before, or a second after.
            due(catch_up, None, "2026-06-10T01:59:59", &["2026-06-10T02:00:00"]);
            due(catch_up, None, "2026-06-10T02:00:01", &[]);
        }
    }

    #[test]
    fn missed_times_are_made_up_for_as_the_job_says() {
        let last = Some("2026-06-07T02:00:00");
        let since = "2026-05-01T00:00:00";
        due(CatchUp::Skip, last, since, &["2026-06-10T02:00:00"]);
        due(CatchUp::Once, last, since, &["2026-06-10T02:00:00"]);
        let all = ["2026-06-08T02:00:00", "2026-06-09T02:00:00", "2026-06-10T02:00:00"];
        due(CatchUp::All, last, since, &all);
        // A new job never makes up for the past.
        due(CatchUp::All, None, "2026-06-09T12:00:00", &["2026-06-10T02:00:00"]);
    }

    #[test]
    fn skip_takes_no_time_older_than_five_minutes() {
        let daily = schedule("0 2 * * *", "UTC", CatchUp::Skip);
        let since = utc("2026-05-01T00:00:00");
        let at = |now| due_times(&daily, None, since, utc(now));
        assert_eq!(at("2026-06-10T02:00:00"), [utc("2026-06-10T02:00:00")]);
        assert_eq!(at("2026-06-10T02:05:00"), [utc("2026-06-10T02:00:00")]);
        assert!(at("2026-06-10T02:05:00.001").is_empty());
        assert!(at("2026-06-10T01:59:59.999").is_empty());
    }

    #[test]
    fn all_stops_at_the_newest_hundred() {
        let minutely = schedule("* * * * *", "Europe/London", CatchUp::All);
        let now = utc("2026-06-10T02:01:30");
        let times = due_times(&minutely, None, utc("2024-01-01T00:00:00"), now);
        assert_eq!(times.len(), 100);
        assert_eq!(times.first(), Some(&utc("2026-06-10T00:22:00")));
        assert_eq!(times.last(), Some(&utc("2026-06-10T02:01:00")));
    }

    #[test]
    fn once_finds_the_newest_however_long_ago_it_was() {
        let leap = schedule("0 2 29 2 *", "Europe/London", CatchUp::Once);
        let times = due_times(&leap, None, utc("2020-01-01T00:00:00"), utc("2027-06-01T00:00:00"));
        assert_eq!(times, [utc("2024-02-29T02:00:00")]);
    }

    /// The caller claims (job, time): what it must get is the very same times again.
    #[test]
    fn a_clock_that_steps_back_gives_the_same_times_again() {
        let schedule = schedule("*/10 * * * *", "Europe/Berlin", CatchUp::All);
        let since = utc("2026-10-24T23:55:00.25");
        let before = due_times(&schedule, None, since, utc("2026-10-25T01:30:00.75"));
        assert_eq!(before.len(), 10);
        // Stepped back by an hour, with the last time lost and with it kept.
        let again = due_times(&schedule, None, since, utc("2026-10-25T00:30:00.125"));
        assert_eq!(again, before[..4]);
        let last = before.last().copied();
        assert!(due_times(&schedule, last, since, utc("2026-10-25T00:30:00.125")).is_empty());
        assert!(before.iter().all(|time| time.timestamp_subsec_nanos() == 0));
    }
}
