//! `[schedule]`: when a job runs, and when its file should have come.

use chrono::{DateTime, NaiveTime};
use chrono_tz::{TZ_VARIANTS, Tz};
use croner::parser::{CronParser, Seconds, Year};

use super::cursor::{Table, Value};
use super::problem::nearest;
use super::{CatchUp, Schedule};

/// Reads `[schedule]`; without one a job runs when a file arrives, and one that pulls by hand alone.
pub(super) fn schedule(table: Option<Table<'_>>, pulls: bool) -> Schedule {
    let Some(table) = table else {
        return Schedule {
            on_arrival: !pulls,
            cron: None,
            timezone: None,
            due_by: None,
            catch_up: CatchUp::Once,
        };
    };
    let of_files = |value: &Value<'_>| {
        if pulls {
            value.problem(
                "means nothing in a job of [[pull]], which waits for no file; `cron` says when it asks",
            );
        }
        !pulls
    };
    let on_arrival = table.get("on_arrival").filter(of_files).and_then(|value| value.flag());
    let cron = table.get("cron");
    let due_by = table.get("due_by").filter(of_files);
    let timezone = table.get("timezone");
    if timezone.is_none() {
        let asking = [("cron", &cron), ("due_by", &due_by)];
        if let Some((key, _)) = asking.iter().find(|(_, value)| value.is_some()) {
            let example = "such as \"Europe/London\"";
            table.missing(
                "timezone",
                format!("missing; `{key}` needs to know in which zone it is, {example}"),
            );
        }
    }
    let words = [("skip", CatchUp::Skip), ("once", CatchUp::Once), ("all", CatchUp::All)];
    let catch_up = table.get("catch_up").and_then(|value| value.word(&words));
    let found = Schedule {
        on_arrival: on_arrival.unwrap_or(cron.is_none() && !pulls),
        cron: cron.and_then(|value| cron_line(&value)),
        timezone: timezone.and_then(|value| zone(&value)),
        due_by: due_by.and_then(|value| time_of_day(&value)),
        catch_up: catch_up.unwrap_or(CatchUp::Once),
    };
    table.finish();
    found
}

fn cron_line(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    let fields = text.split_whitespace().count();
    if fields != 5 {
        let allowed = "minute, hour, day of the month, month, day of the week";
        value.problem(format!(
            "found {} with {fields} field{}; allowed are five: {allowed}",
            value.found(),
            if fields == 1 { "" } else { "s" }
        ));
        return None;
    }
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    let cron = match parser.parse(text) {
        Ok(cron) => cron,
        Err(error) => {
            value.problem(format!("found {}, which is no cron line: {error}", value.found()));
            return None;
        }
    };
    // Any start will do: five fields come again within 28 years, or never (`0 0 31 2 *`).
    if cron.find_next_occurrence(&DateTime::UNIX_EPOCH, true).is_err() {
        value.problem(format!("found {}, a time that never comes", value.found()));
        return None;
    }
    Some(text.to_owned())
}

/// A zone, by the name that the IANA database has for it.
pub(super) fn zone(value: &Value<'_>) -> Option<Tz> {
    let text = value.text()?;
    let zone = text.parse().ok();
    if zone.is_none() {
        // People write the city alone; its name is the end of the zone's.
        let city = text.trim().replace(' ', "_").to_lowercase();
        let is_city =
            |zone: &&Tz| zone.name().rsplit_once('/').is_some_and(|(_, last)| last.to_lowercase() == city);
        // Of the names without a place most are too short to be near anything but by chance.
        let places = TZ_VARIANTS.iter().map(|zone| zone.name()).filter(|name| name.contains('/'));
        let near = TZ_VARIANTS.iter().find(is_city).map(|zone| zone.name());
        let near = near.or_else(|| nearest(text, places));
        let near = match near {
            Some(name) => format!("; did you mean `{name}`?"),
            None => "; allowed: a name of the IANA database, such as `Europe/London`".to_owned(),
        };
        value.problem(format!("no such time zone: {}{near}", value.found()));
    }
    zone
}

fn time_of_day(value: &Value<'_>) -> Option<NaiveTime> {
    let time = value.as_text().and_then(|text| NaiveTime::parse_from_str(text, "%H:%M").ok());
    if time.is_none() {
        value.wrong("a time of day in quotes, such as \"06:30\"");
    }
    time
}
