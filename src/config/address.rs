//! Addresses: of people (e-mail) and of servers (http and https).

use email_address::{EmailAddress, Options};
use reqwest::Url;

use crate::model::is_loopback;

use super::cursor::Value;

/// Names that people choose and that stand in commands and JSON: what is wrong with one.
pub(super) fn name_problem(name: &str, dots: bool) -> Option<String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_' || (dots && c == '.');
    let allowed = if dots { "letters, digits, `-`, `_` and `.`" } else { "letters, digits, `-` and `_`" };
    let good = !name.is_empty() && name.chars().all(fits) && !name.starts_with(['.', '-']);
    (!good).then(|| format!("{name:?} can't be a name; allowed: {allowed}, the first one no sign but `_`"))
}

/// Whether a text is one e-mail address, without a name beside it.
pub(super) fn is_email(text: &str) -> bool {
    EmailAddress::parse_with_options(text, Options::default().without_display_text()).is_ok()
}

/// The addresses of a list, or the only one.
pub(super) fn emails(value: &Value<'_>) -> Vec<String> {
    let mut good = Vec::new();
    for (text, place) in value.one_or_texts() {
        if is_email(text) {
            good.push(text.to_owned());
        } else {
            place.problem(format!("found {}; allowed: an e-mail address", place.found()));
        }
    }
    good
}

/// A sender: an address, with a name before it or not.
pub(super) fn sender(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    if text.parse::<lettre::message::Mailbox>().is_err() {
        value.wrong("an e-mail address, such as \"Rollbook <rollbook@example.org>\"");
        return None;
    }
    Some(text.to_owned())
}

/// The address of a product, without a slash at its end.
pub(super) fn base_url(value: &Value<'_>) -> Option<String> {
    let text = value.text()?;
    let found = match Url::parse(text) {
        // The address may hold a password, so none of these messages repeats it.
        Err(error) => Err(format!("not an address ({error}); allowed: https://HOST, with a path or without")),
        Ok(url) if url.scheme() != "https" && url.scheme() != "http" => {
            Err(format!("found the scheme `{}`; allowed: https", url.scheme()))
        }
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            Err("found a user or a password in the address; neither is allowed here".to_owned())
        }
        Ok(url) if url.query().is_some() || url.fragment().is_some() => {
            Err("found `?` or `#` in the address; allowed: https://HOST, with a path or without".to_owned())
        }
        Ok(url) if url.scheme() == "http" && !is_loopback(url.host_str().unwrap_or_default()) => {
            Err(format!(
                "http:// is allowed on this machine alone (loopback); write https://{}",
                url.host_str().unwrap_or_default()
            ))
        }
        Ok(url) => Ok(url.as_str().trim_end_matches('/').to_owned()),
    };
    found.map_err(|message| value.problem(message)).ok()
}
