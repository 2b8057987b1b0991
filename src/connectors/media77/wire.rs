//! The launch link: the vendor's section "Course Launch Query String". Pure.

use std::net::IpAddr;

use reqwest::Url;

use super::environment::foreign_host;
use super::fields::LONGEST;

/// What is the same in every link of a connection.
#[derive(Debug)]
pub(super) struct Portal {
    /// `dom`: the domain that the courses are launched from, with its subdomains.
    pub(super) domain: String,
    /// `lmsId`.
    pub(super) lms_id: String,
    /// `staging` or `production`.
    pub(super) environment: String,
    /// The hosts of the courses, in small letters; none means any that does not say the other environment.
    pub(super) hosts: Vec<String>,
}

/// A learner and a course.
#[derive(Clone, Copy, Debug)]
pub(super) struct Launch<'a> {
    /// `reg`: the registration of this learner for this instance of the course.
    pub(super) registration: &'a str,
    /// `em`.
    pub(super) email: &'a str,
    /// `fn`: first and last name.
    pub(super) name: &'a str,
    /// The course's address as the vendor's list has it.
    pub(super) activity: &'a str,
}

/// The address that launches the course for the learner.
///
/// # Errors
/// Why there can be none, in words that hold no value.
pub(super) fn encode(portal: &Portal, launch: Launch<'_>) -> Result<String, String> {
    let parameters = [
        ("reg", launch.registration),
        ("em", launch.email),
        ("fn", launch.name),
        ("dom", &portal.domain),
        ("lmsId", &portal.lms_id),
    ];
    for (name, value) in parameters {
        let chars = value.chars().count();
        if value.trim().is_empty() {
            return Err(format!("{name} is empty; a launch link needs it"));
        }
        if u32::try_from(chars).unwrap_or(u32::MAX) > LONGEST {
            return Err(format!("{name} has {chars} characters; at most {LONGEST} are allowed"));
        }
    }
    let (course, between) = course(portal, launch.activity)?;
    Ok(format!("{course}{between}{}", query(&parameters)))
}

/// Percent-encoded, blanks as `%20`: in the form that addresses' queries mostly have, a blank is a `+`, and
/// every other `+` is encoded, so what is left of them is blanks.
fn query(parameters: &[(&str, &str)]) -> String {
    let Ok(mut carrier) = Url::parse("https://localhost/") else { return String::new() };
    carrier.query_pairs_mut().extend_pairs(parameters);
    carrier.query().unwrap_or_default().replace('+', "%20")
}

/// The course's address up to where the query begins, and the sign that it begins with.
fn course(portal: &Portal, activity: &str) -> Result<(String, char), String> {
    let allowed = "allowed: the course's address as 77 Media lists it, such as https://HOST/#/";
    let mut url = Url::parse(activity.trim())
        .map_err(|error| format!("activity is no address ({error}); {allowed}"))?;
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&host)) {
        return Err(format!("activity begins with {}:; {allowed}", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("activity holds a user or a password; {allowed}"));
    }
    if !portal.hosts.is_empty() && !portal.hosts.contains(&host) {
        let hosts = portal.hosts.join(", ");
        return Err(format!(
            "activity is at {host}; hosts of the connection allows {hosts}: is it a course of this environment?"
        ));
    }
    if let Some((said, other)) = foreign_host(&portal.environment, &host) {
        let environment = &portal.environment;
        return Err(format!(
            "activity is at {host}, which says `{said}`, and environment of the connection is {environment}: \
             take the course of {environment}, or a connection of {other}"
        ));
    }
    if url.query().is_some() {
        return Err(format!(
            "activity has a query (?) before /#/, where the launch link can't keep it; {allowed}"
        ));
    }
    let fragment = url.fragment().map(str::to_owned);
    url.set_fragment(None);
    let file = url.path().rsplit('/').next().is_some_and(|last| last.contains('.'));
    let mut course = url.as_str().to_owned();
    // The query has to come after `/#/`; only a file's own address can't take the slash.
    if !file && !course.ends_with('/') {
        course.push('/');
    }
    let (route, query) = match fragment.as_deref() {
        None if file => {
            return Err(format!("activity ends in a file, and where its query goes is not known; {allowed}"));
        }
        None | Some("") => ("/", None),
        Some(fragment) => match fragment.split_once('?') {
            Some((route, query)) => (route, Some(query).filter(|query| !query.is_empty())),
            None => (fragment, None),
        },
    };
    if !route.starts_with('/') {
        return Err(format!("activity has a # that /#/ does not begin with; {allowed}"));
    }
    let Some(query) = query else { return Ok((format!("{course}#{route}"), '?')) };
    let names = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
    if names.into_iter().any(|name| ["reg", "em", "fn", "dom", "lmsId"].contains(&name)) {
        return Err(format!("activity is a launch link already, of some learner; {allowed}"));
    }
    Ok((format!("{course}#{route}?{query}"), '&'))
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
