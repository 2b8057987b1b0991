//! `GET /courses/modules` and `GET /learners/modules/results`: what courses hold, and how learners stand.
//!
//! Of a course the account knows the content items that somebody has set a status of, and an introduction
//! that nobody has; of enrolments those that were named in a call.

use std::sync::Arc;

use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::PRODUCT;
use super::options::IspringOptions;
use super::refusal::Refusal;
use crate::sandbox::World;
use crate::sandbox::deliver::Seen;
use crate::sandbox::faults::FaultKind;
use crate::sandbox::line::Line;
use crate::sandbox::xml::escaped;

/// The largest page, which is also the usual one.
const LARGEST: usize = 1_000;

/// Rows, and the token of the next page.
type Page = (Vec<Map<String, Value>>, Option<String>);

/// The parameters of a question, a list as `name[]=value` or `name=value`, each as often as it has values.
struct Asked(Vec<(String, String)>);

impl Asked {
    /// A question with none but these parameters.
    fn of(query: Vec<(String, String)>, known: &[&str]) -> Result<Self, Refusal> {
        let plain = |name: String| name.strip_suffix("[]").map(str::to_owned).unwrap_or(name);
        let query: Vec<_> = query.into_iter().map(|(name, value)| (plain(name), value)).collect();
        let all_known = query.iter().all(|(name, _)| {
            known.contains(&name.as_str()) || ["pageSize", "pageToken"].contains(&name.as_str())
        });
        if all_known { Ok(Self(query)) } else { Err(Refusal::WrongParameters) }
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(asked, _)| asked == name).map(|(_, value)| value.as_str())
    }

    /// Whether a list has the value, or is not there at all.
    fn admits(&self, name: &str, value: &str) -> bool {
        let mut values = self.all(name).peekable();
        values.peek().is_none() || values.any(|asked| asked == value)
    }

    /// The rows of the page that is asked for, and the token of the next one.
    fn page(&self, rows: Vec<Map<String, Value>>, options: &IspringOptions) -> Result<Page, Refusal> {
        let size = match self.all("pageSize").next() {
            None => LARGEST,
            Some(text) => text
                .parse()
                .ok()
                .filter(|size| (1..=LARGEST).contains(size))
                .ok_or(Refusal::WrongParameters)?,
        };
        let size = size.min(options.page_rows.max(1));
        let from = match self.all("pageToken").next() {
            None => 0,
            Some(token) => {
                let place = token.strip_prefix("from-").and_then(|place| place.parse().ok());
                place.ok_or(Refusal::WrongParameters)?
            }
        };
        let left = rows.len().saturating_sub(from);
        let next = (left > size).then(|| format!("from-{}", from + size));
        Ok((rows.into_iter().skip(from).take(size).collect(), next))
    }
}

pub(super) async fn modules(
    State(world): State<Arc<World>>,
    ConnectInfo(line): ConnectInfo<Line>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Response {
    let list = |options: &IspringOptions| {
        let asked = Asked::of(query, &["courseIds"])?;
        let courses: Vec<String> = asked.all("courseIds").map(str::to_owned).collect();
        let rows = courses.iter().flat_map(|course| {
            let items = world.ispring.items_of(course);
            items.into_iter().map(|item| module(course, &item)).collect::<Vec<_>>()
        });
        asked.page(rows.collect(), options).map(|page| (courses.join(", "), page))
    };
    answer(&world, &line, &headers, "courses/modules", "modules", "module", list).await
}

fn module(course: &str, item: &str) -> Map<String, Value> {
    let module = json!({
        "moduleId": module_id(course, item), "contentItemId": item, "courseId": course,
        "title": format!("Module {item}"), "description": "", "authorId": "author",
        "addedDate": "2020-01-31T09:00:00+00:00", "viewUrl": "https://learn.example.org/view",
    });
    module.as_object().cloned().unwrap_or_default()
}

/// A module is not the content item that is in it.
fn module_id(course: &str, item: &str) -> String {
    format!("module of {item} in {course}")
}

pub(super) async fn results(
    State(world): State<Arc<World>>,
    ConnectInfo(line): ConnectInfo<Line>,
    Query(query): Query<Vec<(String, String)>>,
    headers: HeaderMap,
) -> Response {
    let list = |options: &IspringOptions| {
        let lists = ["userIds", "courseIds", "moduleIds", "courseItemIds", "enrollmentIds", "userStatuses"];
        let asked = Asked::of(query, &lists)?;
        let statuses: Vec<&str> = asked.all("userStatuses").collect();
        if statuses.iter().any(|status| !["1", "3", "5"].contains(status)) {
            return Err(Refusal::WrongParameters);
        }
        let enrollments: Vec<String> = asked.all("enrollmentIds").map(str::to_owned).collect();
        let mut rows = Vec::new();
        for one in world.ispring.enrolled(&enrollments, options) {
            // Active users alone, unless more is asked for.
            let status = if options.inactive_enrollments.contains(&one.enrollment) { "3" } else { "1" };
            let shown = if statuses.is_empty() { status == "1" } else { statuses.contains(&status) };
            let module = module_id(&one.course, &one.item);
            if !shown || !asked.admits("courseIds", &one.course) || !asked.admits("moduleIds", &module) {
                continue;
            }
            let mut row = json!({
                "userId": format!("user of {}", one.enrollment), "courseId": one.course, "moduleId": module,
                "moduleTitle": format!("Module {}", one.item), "courseItemId": format!("item {}", one.item),
                "enrollmentId": one.enrollment, "accessDate": "2020-01-31T09:00:00+00:00",
                "completionStatus": "not_started", "isOverdue": false,
            });
            if let (Some(held), Some(row)) = (&one.held, row.as_object_mut()) {
                let score = held.get("awardedScore").and_then(|score| score.parse::<f64>().ok());
                let date = held.get("date").map(|date| format!("{date}T00:00:00+00:00"));
                row.insert("completionStatus".to_owned(), json!(held.get("status")));
                row.insert("completionDate".to_owned(), json!(date));
                row.insert("awardedScore".to_owned(), json!(score));
            }
            rows.extend(row.as_object().cloned());
        }
        asked.page(rows, options).map(|page| (enrollments.join(", "), page))
    };
    answer(&world, &line, &headers, "learners/modules/results", "results", "result", list).await
}

/// Whom a list is about, and its page.
type Listed = (String, Page);

/// Answers with a list, in JSON where the question says exactly that, else in XML.
async fn answer(
    world: &World,
    line: &Line,
    headers: &HeaderMap,
    method: &str,
    list: &str,
    row: &str,
    make: impl FnOnce(&IspringOptions) -> Result<Listed, Refusal>,
) -> Response {
    let options = world.ispring.options();
    let arrival = world.arrival(PRODUCT, method);
    let says = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let token = says(header::AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
    let done = match arrival.fault {
        FaultKind::Err500 => Err(Refusal::Internal),
        FaultKind::Disabled => Err(Refusal::SubscriptionExpired),
        fault if fault.takes_effect() => {
            let admitted = world.ispring.admit(token.unwrap_or_default(), &options);
            admitted.and_then(|()| {
                if options.results_denied { Err(Refusal::PermissionDenied) } else { make(&options) }
            })
        }
        // Never shown: the fault has an answer of its own, or none.
        _ => Err(Refusal::Internal),
    };
    let (about, outcome, answer) = match done {
        Ok((about, (rows, next))) => {
            let outcome = format!("{} rows", rows.len());
            let answer = if says(header::ACCEPT) == Some("application/json") {
                as_json(list, rows, next)
            } else {
                as_xml(list, row, &rows, next.as_deref())
            };
            (about, outcome, answer)
        }
        Err(refusal) => (String::new(), refusal.name().to_owned(), refusal.response()),
    };
    world.finish(arrival, Seen { about, outcome, ..Seen::default() }, answer, line).await
}

fn as_json(list: &str, rows: Vec<Map<String, Value>>, next: Option<String>) -> Response {
    let mut body = Map::new();
    body.insert(list.to_owned(), rows.into_iter().map(Value::Object).collect());
    if let Some(next) = next {
        body.insert("nextPageToken".to_owned(), Value::String(next));
    }
    ([(header::CONTENT_TYPE, "application/json")], Value::Object(body).to_string()).into_response()
}

fn as_xml(list: &str, row: &str, rows: &[Map<String, Value>], next: Option<&str>) -> Response {
    let text = |value: &Value| match value {
        Value::String(text) => escaped(text),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let rows: String = rows
        .iter()
        .map(|fields| {
            let fields: String =
                fields.iter().map(|(name, value)| format!("<{name}>{}</{name}>", text(value))).collect();
            format!("<{row}>{fields}</{row}>")
        })
        .collect();
    let next = next.map(|next| format!("<nextPageToken>{next}</nextPageToken>")).unwrap_or_default();
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<response><{list}>{rows}</{list}>{next}</response>"
    );
    ([(header::CONTENT_TYPE, "application/xml; charset=utf-8")], body).into_response()
}

#[cfg(test)]
#[path = "results_tests.rs"]
mod tests;
