//! Decimal numbers and spans of time as people and exports write them, read exactly.

use super::TimeUnit;

/// A decimal number: its digits as one whole number, and how many of them stand behind the point.
pub(super) struct Decimal {
    negative: bool,
    digits: u128,
    behind: u32,
}

/// Why a text can't be worked with as a decimal number.
pub(super) enum TooMuch {
    /// It is written in another way, as said.
    Form(String),
    /// It is one, with more digits than can be reckoned with.
    Digits,
}

/// Reads a decimal number; neither blanks nor a sign for thousands nor an exponent may stand in it.
pub(super) fn decimal(text: &str) -> Result<Decimal, TooMuch> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return Err(TooMuch::Form(why_not(text).to_owned()));
    }
    let fraction = fraction.trim_end_matches('0');
    let all = format!("{whole}{fraction}").parse().map_err(|_| TooMuch::Digits)?;
    let behind = u32::try_from(fraction.len()).map_err(|_| TooMuch::Digits)?;
    Ok(Decimal { negative: text.starts_with('-') && all != 0, digits: all, behind })
}

fn why_not(text: &str) -> &'static str {
    let looks_like_one = text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || b"+-., '%eE".contains(&byte));
    if !looks_like_one {
        return "is not a number such as 87.5";
    }
    if text.contains('%') {
        return "has a percent sign; write the number alone (87), and format a spreadsheet's column as a number";
    }
    // 1,234 is one and a bit in one country, and a thousand and more in the next.
    if text.contains(',') {
        return "has a comma, which may stand for a point or for thousands; write 87.5 and 1234";
    }
    if text.contains([' ', '\'']) {
        return "has a blank or an apostrophe between its digits; write 1234";
    }
    if text.contains(['e', 'E']) {
        return "has an exponent; write the number in full";
    }
    "is not a number such as 87.5"
}

/// A span of time in whole milliseconds.
pub(super) fn milliseconds(text: &str, unit: TimeUnit) -> Result<u64, String> {
    let (milliseconds, name) = match unit {
        TimeUnit::Milliseconds => (1, "milliseconds"),
        TimeUnit::Seconds => (1_000, "seconds"),
        TimeUnit::Minutes => (60_000, "minutes"),
        TimeUnit::Hours => (3_600_000, "hours"),
        TimeUnit::Clock => return clock(text),
    };
    let number = decimal(text).map_err(|fault| match fault {
        TooMuch::Form(_) if clock(text).is_ok() => {
            format!(
                "is written hh:mm, where {name} are wanted; for cells that are written so set unit = \"hh:mm\""
            )
        }
        TooMuch::Form(reason) => format!("{reason}; it is read as {name}"),
        TooMuch::Digits => too_long(),
    })?;
    if number.negative {
        return Err("is less than nothing; time spent is 0 or more".to_owned());
    }
    let all = number.digits.checked_mul(milliseconds).ok_or_else(too_long)?;
    let one = 10_u128.checked_pow(number.behind).ok_or_else(|| fraction(name))?;
    if all % one != 0 {
        return Err(fraction(name));
    }
    // The vendors' number is signed.
    i64::try_from(all / one).ok().and_then(|span| u64::try_from(span).ok()).ok_or_else(too_long)
}

fn fraction(name: &str) -> String {
    format!("{name} give no whole number of milliseconds, which is what the LMS takes; round it")
}

fn too_long() -> String {
    "is longer than the LMS can hold".to_owned()
}

/// `hh:mm` or `hh:mm:ss`; a span may have more hours than a day.
fn clock(text: &str) -> Result<u64, String> {
    // Nine digits of hours are more than a hundred thousand years, and no product of theirs overflows.
    let hours = |part: &str| whole(part).filter(|_| part.len() <= 9);
    let sixtieth = |part: &str| whole(part).filter(|number| part.len() == 2 && *number < 60);
    let parts: Vec<&str> = text.split(':').collect();
    let seconds = match parts.as_slice() {
        [h, m] => hours(h).zip(sixtieth(m)).map(|(h, m)| (h * 60 + m) * 60),
        [h, m, s] => hours(h).zip(sixtieth(m)).zip(sixtieth(s)).map(|((h, m), s)| (h * 60 + m) * 60 + s),
        _ => None,
    };
    let wrong = "is not a time written hh:mm or hh:mm:ss, such as 1:30 or 36:00:00";
    seconds.map(|seconds| seconds * 1_000).ok_or_else(|| wrong.to_owned())
}

fn whole(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}
