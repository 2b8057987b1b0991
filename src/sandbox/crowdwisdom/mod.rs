//! A simulated CrowdWisdom portal: the SOAP service `integration/v1` with its session method, `setCompletion`
//! and `setCompletions`, as the vendor's document "Set Completion API" has it.
//!
//! What the document leaves open (the session method's parameters, the wrapper of several records, every
//! answer) is set in [`CrowdWisdomOptions`].

mod options;
mod portal;
mod record;
mod reply;
mod wsdl;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;

pub use self::options::{CrowdWisdomErrors, CrowdWisdomOptions};

pub(super) use self::portal::Portal;

use self::record::Record;
use self::reply::{Done, RecordResult, Refusal};
use super::World;
use super::deliver::Seen;
use super::faults::FaultKind;
use super::line::Line;
use super::soap::{self, Fault};

const PRODUCT: &str = "crowdwisdom";

/// Where the service is, below the product's own address.
const SERVICE: &str = "/diweb/ws/integration/v1";

pub(super) fn router() -> Router<Arc<World>> {
    Router::new().route(SERVICE, post(service).get(describe))
}

async fn service(
    State(world): State<Arc<World>>,
    ConnectInfo(line): ConnectInfo<Line>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let portal = &world.crowdwisdom;
    let options = portal.options();
    let operation = soap::operation(&headers, &body, &[soap::ENVELOPE]).map_err(Refusal::Fault);
    let method = operation.as_ref().map_or("unreadable", |operation| &operation.name).to_owned();
    let arrival = world.arrival(PRODUCT, &method);
    let mut seen = Seen::default();
    if let Ok(operation) = &operation {
        let records = Portal::records(operation, &options);
        seen.records = u32::try_from(records.len()).unwrap_or(u32::MAX);
        let keys = records.into_iter().filter_map(|record| Record::read(record).ok());
        seen.about = keys.map(|record| record.key()).collect::<Vec<_>>().join(", ");
    }
    let done = match arrival.fault {
        FaultKind::Err500 => Err(Refusal::Fault(Fault::server("Internal server error"))),
        FaultKind::Disabled => Err(Refusal::CATALOG),
        fault if fault.takes_effect() => operation.and_then(|operation| portal.call(&operation)),
        // Never shown: the fault has an answer of its own, or none.
        _ => Err(Refusal::client("nothing was done")),
    };
    seen.outcome = match &done {
        Ok(Done::Session(_)) => "session".to_owned(),
        Ok(Done::Completed) => "completed".to_owned(),
        Ok(Done::Each(results)) => {
            let one = |result: &RecordResult| {
                result.refusal.as_ref().map_or("completed".to_owned(), Refusal::outcome)
            };
            results.iter().map(one).collect::<Vec<_>>().join(" ")
        }
        Err(refusal) => refusal.outcome(),
    };
    let answer = reply::answer(&method, &done, &options, &headers);
    world.finish(arrival, seen, answer, &line).await
}

/// The WSDL, for who asks for it by name.
async fn describe(
    State(world): State<Arc<World>>,
    ConnectInfo(line): ConnectInfo<Line>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let asked = query.is_some_and(|query| query.eq_ignore_ascii_case("wsdl"));
    let options = world.crowdwisdom.options();
    let arrival = world.arrival(PRODUCT, "wsdl");
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let address = format!("http://{host}/{PRODUCT}{SERVICE}");
    let (answer, outcome) = match arrival.fault {
        FaultKind::Err500 | FaultKind::Disabled => {
            (StatusCode::INTERNAL_SERVER_ERROR.into_response(), "http 500")
        }
        _ if asked && options.wsdl => {
            let kind = [(header::CONTENT_TYPE, "text/xml; charset=utf-8")];
            ((kind, wsdl::document(&options, &address)).into_response(), "wsdl")
        }
        _ => (StatusCode::NOT_FOUND.into_response(), "http 404"),
    };
    let seen = Seen { outcome: outcome.to_owned(), ..Seen::default() };
    world.finish(arrival, seen, answer, &line).await
}

#[cfg(test)]
mod tests;
