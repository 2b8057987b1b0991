//! `upsidelms.redirect_form`: the form that leads a person to the portal, with sign-in and without. Pure.
//!
//! The vendor's sections are "UpsideLMS Redirection with SSO" and "UpsideLMS Redirection without SSO". A
//! form holds no time and never expires: with an identifier in it, it is a key to that person's account.

use std::fmt::Write;

use quick_xml::escape::escape;
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use super::learner::value;
use super::portal::Portal;
use crate::connectors::{Item, Link, Mistake, Peer, Settings};
use crate::model::{Field, FieldKind, Operation, OperationKind};

/// The operation's name in full.
pub(super) const REDIRECT_FORM: &str = "upsidelms.redirect_form";

/// The setting that says where the form goes.
pub(super) const CONTEXT_PATH: &str = "context_path";

/// Name, label and kind, in the document's order. None is demanded: without identifiers it is the
/// redirection without SSO, without a curriculum the portal opens at its first page.
const TABLE: [(&str, &str, FieldKind); 4] = [
    ("curriculumId", "Curriculum Id", FieldKind::Text),
    ("uniqueIdentifier1", "User Id", FieldKind::Text),
    ("uniqueIdentifier2", "User Name", FieldKind::Text),
    ("uniqueIdentifier3", "Email Id", FieldKind::Email),
];

/// `upsidelms.redirect_form`.
pub(super) fn operation() -> Operation {
    let fields = TABLE.map(|(name, label, kind)| Field::new(name, label, false, kind));
    let summary = "makes a form that opens the portal, a curriculum of it, and signs a person in";
    Operation {
        // The form of a vanished row is left out of the next ones.
        can_take_back: true,
        ..Operation::new(REDIRECT_FORM, OperationKind::Links, summary, fields.into())
    }
}

/// The form of a record: a page that works by itself and can stand in a portal's own.
pub(super) fn link(portal: &Portal, item: &Item) -> Link {
    let mut inputs = String::new();
    let mut input = |name: &str, value: &str| {
        // Writing into a text never fails.
        let _ = writeln!(inputs, "<input type=\"hidden\" name=\"{name}\" value=\"{}\">", escape(value));
    };
    input("clientKey", portal.key.expose_secret());
    for (name, ..) in TABLE {
        if let Some(value) = value(&item.fields, name) {
            input(name, &portal.cipher.encrypt(value));
        }
    }
    let action = format!("{}/navigationcontroller", portal.context);
    let page = format!(
        "<!DOCTYPE html>\n\
         <html lang=\"en\">\n\
         <head>\n<meta charset=\"utf-8\">\n<title>UpsideLMS</title>\n</head>\n\
         <body>\n\
         <form name=\"navigationForm\" id=\"navigationForm\" method=\"POST\" action=\"{}\" target=\"_blank\">\n\
         {inputs}\
         <button type=\"submit\">Go</button>\n\
         </form>\n\
         </body>\n\
         </html>\n",
        escape(&action)
    );
    Link::Form(SecretString::from(page))
}

/// Where `navigationcontroller` lies, without a slash at the end.
///
/// # Errors
/// What is wrong with the setting.
pub(super) fn context(base_url: &str, settings: &Settings) -> Result<String, String> {
    let Some(context) = settings.text(CONTEXT_PATH) else {
        return Ok(base_url.trim_end_matches('/').to_owned());
    };
    let wrong = |found: &str| {
        format!(
            "{CONTEXT_PATH} is {found}; write an address that begins with https:// (http:// is for loopback \
             addresses only) or a path that begins with a slash, with nothing behind the path"
        )
    };
    // An address is read as browsers read it: a backslash is a slash, and a tab is not there.
    if context.contains(|c: char| c == '\\' || c.is_control()) {
        return Err(wrong("an address with a backslash or a control character"));
    }
    let is_path = context.starts_with('/') && !context.starts_with("//");
    let base = Url::parse(base_url);
    let url = match &base {
        Ok(base) if is_path => base.join(context),
        _ => Url::parse(context),
    };
    let url = url.map_err(|_| wrong("no address"))?;
    if is_path && base.is_ok_and(|base| base.origin() != url.origin()) {
        return Err(wrong("an address of another host than base_url"));
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => return Err(wrong("an http:// address of another machine")),
        _ => return Err(wrong("no web address")),
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("an address with ? or #"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("an address with a user name or password"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Settings that make no address for the form.
pub(super) fn mistakes(peers: &[Peer<'_>]) -> Vec<Mistake> {
    let mistake = |peer: &Peer<'_>| {
        let message = context(peer.base_url, peer.settings).err()?;
        Some(Mistake { connection: peer.connection.clone(), key: CONTEXT_PATH, message })
    };
    peers.iter().filter_map(mistake).collect()
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
#[path = "redirect_tests.rs"]
mod tests;
