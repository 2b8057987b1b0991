//! Points in time in text: a date, a time of day and perhaps a zone, sent as `2026-11-21T08:30:00`, with
//! `Z` behind it where the text says its zone.

use chrono::{FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Timelike};
use chrono_tz::Tz;

use super::date::{DateFormat, Fault, has_four_digits, time_of_day};

/// How points in time are sent.
const SENT: &str = "%Y-%m-%dT%H:%M:%S";

/// A way to write points in time.
pub(super) struct MomentFormat {
    dates: DateFormat,
    /// Whether the job says how they are written.
    given: bool,
}

impl MomentFormat {
    /// The way that a `strftime` format describes; ISO 8601's without one.
    pub(super) fn new(format: Option<&str>) -> Self {
        Self { dates: DateFormat::new(format.unwrap_or("%Y-%m-%d")), given: format.is_some() }
    }

    /// As people describe it.
    pub(super) fn words(&self) -> &str {
        if self.given { self.dates.words() } else { "YYYY-MM-DDTHH:MM:SS" }
    }

    /// The point in time as it is sent: midnight where no time stands, converted where a zone does.
    pub(super) fn read(&self, text: &str) -> Result<String, Fault> {
        match self.parse(text)? {
            (moment, None) => sent(moment),
            (moment, Some(zone)) => {
                let utc = moment.checked_sub_offset(zone).ok_or(Fault::Year)?;
                sent(utc).map(|text| text + "Z")
            }
        }
    }

    /// The day of the point in time: that of `zone` where the text says its own, else the one that it names.
    pub(super) fn day(&self, text: &str, zone: Tz) -> Result<NaiveDate, Fault> {
        let day = match self.parse(text)? {
            (moment, None) => moment.date(),
            (moment, Some(own)) => {
                let utc = moment.checked_sub_offset(own).ok_or(Fault::Year)?;
                zone.from_utc_datetime(&utc).date_naive()
            }
        };
        if has_four_digits(day) { Ok(day) } else { Err(Fault::Year) }
    }

    /// What the text says, and the zone that it names.
    fn parse(&self, text: &str) -> Result<(NaiveDateTime, Option<FixedOffset>), Fault> {
        let (date, parsed, rest) = self.dates.parse(text)?;
        let parts = [parsed.hour_div_12(), parsed.hour_mod_12(), parsed.minute(), parsed.second()];
        let (time, zone) = if parts.iter().any(Option::is_some) {
            let time = parsed.to_naive_time().map_err(|_| Fault::NoSuchTime)?;
            let zone = match rest.trim() {
                "" => None,
                rest => Some(zone(rest).ok_or(Fault::Form)?),
            };
            (time, zone)
        } else {
            clock(rest)?
        };
        // A leap second is none that the LMS could store.
        if time.nanosecond() >= 1_000_000_000 {
            return Err(Fault::NoSuchTime);
        }
        let moment = date.and_time(time);
        let zone = match parsed.offset() {
            Some(seconds) => Some(FixedOffset::east_opt(seconds).ok_or(Fault::NoSuchTime)?),
            None => zone,
        };
        Ok((moment, zone))
    }

    /// A point in time of a workbook as text that is read as this one; `None` where the format can't tell it.
    pub(super) fn write(&self, moment: NaiveDateTime) -> Option<String> {
        let text = self.dates.write_moment(moment)?;
        let expected = sent(moment);
        let with_time = format!("{text} {}", moment.format("%H:%M:%S"));
        [text, with_time].into_iter().find(|text| self.read(text) == expected)
    }
}

/// A point in time without a zone as it is sent.
pub(super) fn sent(moment: NaiveDateTime) -> Result<String, Fault> {
    if has_four_digits(moment.date()) { Ok(moment.format(SENT).to_string()) } else { Err(Fault::Year) }
}

/// What stands behind a date: a time of day, midnight where none does, and a zone.
fn clock(rest: &str) -> Result<(NaiveTime, Option<FixedOffset>), Fault> {
    let rest = rest.trim();
    let rest = rest.strip_prefix(['T', 't']).unwrap_or(rest);
    let zoned = rest.rfind(['+', '-', 'Z', 'z']).and_then(|at| rest.split_at_checked(at));
    let (time, zone) = match zoned {
        Some((time, text)) => (time, Some(zone(text).ok_or(Fault::Form)?)),
        None => (rest, None),
    };
    match time_of_day(time) {
        Some(time) => Ok((time, zone)),
        None if time.trim().bytes().all(|byte| byte.is_ascii_digit() || b":.".contains(&byte)) => {
            Err(Fault::NoSuchTime)
        }
        None => Err(Fault::Form),
    }
}

/// A distance from UTC: `Z`, `+01:00`, `+0100` or `+01`.
fn zone(text: &str) -> Option<FixedOffset> {
    if text.eq_ignore_ascii_case("z") {
        return FixedOffset::east_opt(0);
    }
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits = match digits.split_once(':') {
        Some((hours, minutes)) if hours.len() == 2 && minutes.len() == 2 => format!("{hours}{minutes}"),
        Some(_) => return None,
        None if digits.len() == 2 => format!("{digits}00"),
        None => digits.to_owned(),
    };
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i32 = digits.parse().ok()?;
    let (hours, minutes) = (number / 100, number % 100);
    // No place on earth is further from Greenwich than 14 hours.
    if hours > 14 || minutes > 59 {
        return None;
    }
    FixedOffset::east_opt(sign * (hours * 60 + minutes) * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(format: Option<&str>, text: &str, expected: Result<&str, Fault>) {
        let found = MomentFormat::new(format).read(text);
        assert_eq!(found, expected.map(str::to_owned), "{text} by {format:?}");
    }

    #[test]
    fn iso_needs_no_format() {
        check(None, "2026-11-21", Ok("2026-11-21T00:00:00"));
        check(None, "2026-11-21T08:30", Ok("2026-11-21T08:30:00"));
        check(None, "2026-11-21 08:30:15", Ok("2026-11-21T08:30:15"));
        check(None, "2026-11-21T08:30:15.999", Ok("2026-11-21T08:30:15"));
        check(None, "2026-11-21t08:30:00z", Ok("2026-11-21T08:30:00Z"));
        check(None, "2026-11-21T08:30:00+05:30", Ok("2026-11-21T03:00:00Z"));
        check(None, "2026-11-21T20:30:00-0400", Ok("2026-11-22T00:30:00Z"));
        check(None, "2026-12-31 23:30 -01", Ok("2027-01-01T00:30:00Z"));
        check(None, "2026-11-21 8:30 PM", Ok("2026-11-21T20:30:00"));
    }

    #[test]
    fn a_format_says_how_days_and_hours_stand() {
        let format = Some("%d/%m/%Y");
        check(format, "21/11/2026", Ok("2026-11-21T00:00:00"));
        check(format, "21/11/2026 08:30", Ok("2026-11-21T08:30:00"));
        check(format, "2026-11-21", Err(Fault::Form));
        let format = Some("%d.%m.%Y %H:%M");
        check(format, "21.11.2026 08:30", Ok("2026-11-21T08:30:00"));
        check(format, "21.11.2026 08:30Z", Ok("2026-11-21T08:30:00Z"));
        check(format, "21.11.2026 08:30 +01:00", Ok("2026-11-21T07:30:00Z"));
        check(format, "21.11.2026", Err(Fault::Form));
        check(format, "21.11.2026 08:30 CET", Err(Fault::Form));
        let format = Some("%d.%m.%Y %H:%M %z");
        check(format, "21.11.2026 08:30 +0100", Ok("2026-11-21T07:30:00Z"));
        check(format, "21.11.2026 08:30 Z", Ok("2026-11-21T08:30:00Z"));
        check(format, "21.11.2026 08:30", Err(Fault::Form));
        check(Some("%m/%d/%Y %I:%M %p"), "11/21/2026 08:30 PM", Ok("2026-11-21T20:30:00"));
    }

    #[test]
    fn what_can_not_be_is_no_moment() {
        check(None, "2026-02-30", Err(Fault::NoSuchDay));
        check(None, "2026-11-21T24:00", Err(Fault::NoSuchTime));
        check(None, "2026-11-21T08:61", Err(Fault::NoSuchTime));
        check(None, "2026-11-21T23:59:60", Err(Fault::NoSuchTime));
        check(None, "2026-11-21T08:30+15:00", Err(Fault::Form));
        check(None, "2026-11-21T08:30+1", Err(Fault::Form));
        check(None, "26-11-21", Err(Fault::Year));
        check(None, "21/11/2026", Err(Fault::Form));
        check(None, "2026-11-21 noon", Err(Fault::Form));
        check(Some("%Y-%m-%d %H:%M"), "2026-11-21 25:00", Err(Fault::NoSuchDay));
    }

    #[test]
    fn what_is_written_for_a_correction_reads_as_it_was() {
        let moment = chrono::NaiveDate::from_ymd_opt(2026, 11, 21).unwrap().and_hms_opt(8, 30, 0).unwrap();
        let check = |format: Option<&str>, expected: Option<&str>| {
            assert_eq!(MomentFormat::new(format).write(moment).as_deref(), expected, "{format:?}");
        };
        check(None, Some("2026-11-21 08:30:00"));
        check(Some("%d/%m/%Y"), Some("21/11/2026 08:30:00"));
        check(Some("%d/%m/%Y %H:%M"), Some("21/11/2026 08:30"));
        check(Some("%d/%m/%Y %H:%M %z"), None);
    }
}
