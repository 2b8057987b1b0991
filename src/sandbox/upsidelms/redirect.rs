//! `POST /navigationcontroller`, as the document has it under "UpsideLMS Redirection", with and without SSO.
//!
//! A person's browser posts here, so faults pass it by.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::rejection::FormRejection;
use axum::extract::{ConnectInfo, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use axum::{Form, Router};

use super::curricula;
use super::learners::Claim;
use super::wire::Read;
use super::{PRODUCT, Portal, lock};
use crate::sandbox::World;
use crate::sandbox::deliver::Seen;
use crate::sandbox::line::Line;

/// Where the controller can lead: the page, and what it is.
const PAGES: [(Page, &str, &str); 5] = [
    (Page::LearningPlan, "learningPlan.jsp", "learning plan"),
    (Page::Catalog, "catalog.jsp", "catalog"),
    (Page::Landing, "landingPage.jsp", "landing page"),
    (Page::Login, "login.jsp", "login page"),
    (Page::Error, "common_errorPage.jsp", "error page"),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Page {
    LearningPlan,
    Catalog,
    Landing,
    Login,
    Error,
}

/// Where somebody is led.
struct Lead {
    page: Page,
    /// Of an error, the parameter that is invalid.
    about: String,
}

pub(super) fn routes() -> Router<Arc<World>> {
    let router = Router::new().route("/navigationcontroller", post(navigate));
    let page = |(_, file, name): &(Page, &str, &'static str)| (format!("/{file}"), show(name));
    PAGES.iter().map(page).fold(router, |router, (path, shown)| router.route(&path, shown))
}

fn show(name: &'static str) -> MethodRouter<Arc<World>> {
    get(move |uri: Uri| async move {
        // The pages themselves are no part of the document; the parameter names are the controller's own.
        let harmless = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'=';
        let about = uri.query().filter(|query| query.bytes().all(harmless)).unwrap_or_default();
        Html(format!(
            "<!DOCTYPE html>\n<html><head><title>{name}</title></head>\
             <body><h1>{name}</h1><p>{about}</p></body></html>\n"
        ))
    })
}

async fn navigate(
    State(world): State<Arc<World>>,
    ConnectInfo(line): ConnectInfo<Line>,
    form: Result<Form<HashMap<String, String>>, FormRejection>,
) -> Response {
    let form = form.map(|Form(parameters)| parameters).unwrap_or_default();
    let lead = world.upsidelms.lead(&form);
    let (file, name) = PAGES
        .iter()
        .find(|(page, _, _)| *page == lead.page)
        .map_or(("", ""), |(_, file, name)| (*file, *name));
    let query = if lead.page == Page::Error { format!("?invalid={}", lead.about) } else { String::new() };
    let seen = Seen { about: lead.about, records: 1, outcome: name.to_owned(), password_sent: false };
    let answer = (StatusCode::FOUND, [(header::LOCATION, format!("{file}{query}"))]).into_response();
    world.finish(world.visit(PRODUCT, "navigationcontroller"), seen, answer, &line).await
}

impl Portal {
    fn lead(&self, form: &HashMap<String, String>) -> Lead {
        let error = |parameter: &str| Lead { page: Page::Error, about: parameter.to_owned() };
        let options = self.options();
        let cipher = options.cipher();
        if form.get("clientKey") != Some(&options.portal_key) {
            return error("clientKey");
        }
        let curriculum = match Read::parameter(form, "curriculumId", &cipher) {
            Read::Missing => None,
            Read::Value(id) if curricula::exists(&id, &options) => Some(id),
            Read::Value(_) | Read::Unreadable => return error("curriculumId"),
        };
        let mut claim = Claim::default();
        for (name, slot) in [
            ("uniqueIdentifier1", &mut claim.unique_id),
            ("uniqueIdentifier2", &mut claim.username),
            ("uniqueIdentifier3", &mut claim.email),
        ] {
            match Read::parameter(form, name, &cipher) {
                Read::Missing => {}
                Read::Value(value) => *slot = Some(value),
                Read::Unreadable => return error(name),
            }
        }
        if claim.is_empty() {
            return Lead { page: Page::Login, about: curriculum.unwrap_or_default() };
        }
        let Some(learner) = claim.find(&lock(&self.users), &options) else {
            return error("uniqueIdentifier");
        };
        let page = match curriculum {
            Some(id) if lock(&self.assignments).has(&learner, &id) => Page::LearningPlan,
            Some(id) if curricula::listed(&id, &options).is_none_or(|listed| !listed.off_catalog) => {
                Page::Catalog
            }
            _ => Page::Landing,
        };
        Lead { page, about: learner.id }
    }
}
