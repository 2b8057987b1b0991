//! `POST /rest/trainingplan`, as the document has it under "Learning/Training Plan API": what one learner
//! was given to do. Filters and lists of parameters are read, and then left aside.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{ConnectInfo, State};
use axum::response::Response;
use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use super::complaints::Complaint;
use super::curricula::{self, Assignments, UpsideLmsTrouble};
use super::learners::{Claim, Learner, Names};
use super::options::UpsideLmsOptions;
use super::wire::Read;
use super::{PRODUCT, Portal, lock};
use crate::sandbox::World;
use crate::sandbox::deliver::Seen;
use crate::sandbox::faults::FaultKind;
use crate::sandbox::line::Line;

const NAMES: Names = Names { unique_id: "Uniqueid", username: "Login", email: "Email" };

/// The learner's curricula, and whether their contents are wanted.
type Answer = Result<Vec<Value>, Complaint>;

pub(super) async fn training_plan(
    State(world): State<Arc<World>>,
    ConnectInfo(line): ConnectInfo<Line>,
    form: Result<Form<HashMap<String, String>>, FormRejection>,
) -> Response {
    let form = form.map(|Form(parameters)| parameters).unwrap_or_default();
    let portal = &world.upsidelms;
    let arrival = world.arrival(PRODUCT, "trainingplan");
    let parameter = |name: &str| Read::parameter(&form, name, &portal.cipher);
    let (token, learner) = (parameter("lmstokenid"), parameter("lmslearnerid"));
    let key_is_valid = form.get("lmsportalid") == Some(&portal.options.portal_key);
    let answer: Answer = match arrival.fault {
        _ if !key_is_valid => Err(Complaint::invalid_close("Portal Key")),
        FaultKind::Disabled => Err(Complaint::access_disabled()),
        FaultKind::Err500 => Err(Complaint::internal()),
        _ => portal.plan(&form, &token, &learner),
    };
    let outcome = match &answer {
        Ok(_) => "read",
        Err(complaint) => complaint.code,
    };
    let seen = Seen {
        about: learner.as_ref().cloned().unwrap_or_default(),
        records: 1,
        outcome: outcome.to_owned(),
        password_sent: false,
    };
    let token = token.as_ref().filter(|_| key_is_valid && !portal.options.plans.without_token);
    let answer = portal.respond(reply(answer, token.map(String::as_str)), key_is_valid);
    world.finish(arrival, seen, answer, &line).await
}

/// A list that the token ends, with an error in the place of the curricula. No sample shows an error of this
/// call.
fn reply(answer: Answer, token: Option<&str>) -> String {
    let mut list = answer.unwrap_or_else(|complaint| vec![json!(complaint)]);
    list.extend(token.map(|token| json!({"Token": token})));
    // The document escapes slashes, and they occur in texts alone.
    json!({"learningPlanDTO": list}).to_string().replace('/', "\\/")
}

impl Portal {
    fn plan(&self, form: &HashMap<String, String>, token: &Read<String>, learner: &Read<String>) -> Answer {
        let parameter = |name: &str| Read::parameter(form, name, &self.cipher);
        let invalid = |label: &str| Err(Complaint::invalid_close(label));
        if token.as_ref().is_none() {
            return invalid("Token ID");
        }
        let content = match parameter("contentlist").as_ref().map(String::as_str) {
            Some("On") => true,
            Some("Off") => false,
            None if parameter("contentlist") == Read::Missing => false,
            _ => return invalid("Content Mode"),
        };
        let plans = &self.options.plans;
        let Some(mut claim) = learner.as_ref().and_then(|learner| Claim::read(learner, &NAMES)) else {
            return invalid("Learner ID");
        };
        if let Some(identifier) = plans.known_by {
            claim = claim.only(identifier);
            if claim.is_empty() {
                return Err(Complaint::no_data());
            }
        }
        let users = lock(&self.users);
        let Some(learner) = claim.find(&users, &self.options) else { return invalid("Learner ID") };
        // The table of codes has none for a filter as a whole; Access is the first of its parts.
        for (name, label) in [("outputlist", "Output List"), ("filterby", "Access")] {
            if parameter(name) == Read::Unreadable {
                return invalid(label);
            }
        }
        if self.plans_asked.fetch_add(1, Ordering::AcqRel) < plans.late {
            return Err(Complaint::no_data());
        }
        let plan = entries(&lock(&self.assignments), &learner, &self.options, content);
        if plan.is_empty() { Err(Complaint::no_data()) } else { Ok(plan) }
    }
}

fn entries(
    assignments: &Assignments,
    learner: &Learner,
    options: &UpsideLmsOptions,
    content: bool,
) -> Vec<Value> {
    let own = assignments
        .of(learner)
        .into_iter()
        .filter(|(id, _)| !options.plans.hidden.iter().any(|one| one == id));
    own.map(|(id, on)| entry(id, on, assignments.holders(id), options, content)).collect()
}

/// What the document's sample tells of a curriculum. Where its table has other keywords, the sample's stand.
fn entry(
    id: &str,
    assigned_on: NaiveDate,
    holders: usize,
    options: &UpsideLmsOptions,
    content: bool,
) -> Value {
    const NOT_AVAILABLE: [&str; 18] = [
        "last_access_date",
        "instructor",
        "learner_rating",
        "modified_date",
        "feedback",
        "end_date",
        "nomination_date",
        "expired_date",
        "started_on",
        "seat_mins",
        "community",
        "cancellation_date",
        "completion_date",
        "seat_limit",
        "avgratings",
        "start_date",
        "modified_by",
        "created_date",
    ];
    let listed = curricula::listed(id, options);
    let name = listed.map(|listed| listed.name.clone()).filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| format!("Curriculum {id}"));
    let status = match listed.and_then(|listed| listed.trouble) {
        Some(UpsideLmsTrouble::Expired) => "expired",
        Some(UpsideLmsTrouble::Unavailable) => "unavailable",
        _ => "available",
    };
    let mut entry: Map<String, Value> =
        NOT_AVAILABLE.iter().map(|keyword| ((*keyword).to_owned(), Value::from("NA"))).collect();
    let known = [
        ("curriculum_id", id),
        ("curriculum_name", &name),
        ("reference_title", &name),
        ("assigned_date", &assigned_on.format("%m/%d/%Y").to_string()),
        ("assignment_count", &holders.to_string()),
        ("completion_count", "0"),
        ("nomination_count", "0"),
        ("purchase_count", "0"),
        ("validity", "5"),
        ("seat_hours", "0"),
        ("cost_per_person", "10.00"),
        ("currency", "USD"),
        ("certification", "no"),
        ("access", "private"),
        ("created_by", "Upside Admin"),
        ("curriculum_status", status),
        ("curriculum_completion_status", "not started"),
    ];
    entry.extend(known.map(|(keyword, value)| (keyword.to_owned(), Value::from(value))));
    if content {
        entry.insert("Content".to_owned(), json!([]));
    }
    Value::Object(entry)
}
