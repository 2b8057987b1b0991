//! `POST /rest/assigncurriculum`, as the document has it under "Curriculum Assignment API".
//!
//! It names its parameters differently from the portal's other calls, and its token is not encrypted.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{ConnectInfo, State};
use axum::response::Response;
use chrono::Utc;
use serde_json::{Map, Value};

use super::assign_reply::{Item, Reply, Results};
use super::complaints::Complaint;
use super::learners::{Claim, Names};
use super::options::UpsideLmsAssignJson;
use super::{PRODUCT, Portal, lock};
use crate::sandbox::World;
use crate::sandbox::deliver::Seen;
use crate::sandbox::faults::FaultKind;
use crate::sandbox::line::Line;

const NAMES: Names = Names { unique_id: "unique_id", username: "username", email: "email_id" };
const DETAILS: &str = "Curriculum-learner Details";
const LEARNER: &str = "Learner Unique Identifier";

pub(super) async fn assign_curriculum(
    State(world): State<Arc<World>>,
    ConnectInfo(line): ConnectInfo<Line>,
    form: Result<Form<HashMap<String, String>>, FormRejection>,
) -> Response {
    let form = form.map(|Form(parameters)| parameters).unwrap_or_default();
    let parameter = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let portal = &world.upsidelms;
    let arrival = world.arrival(PRODUCT, "assigncurriculum");
    let (key, token) = (parameter("lmsportal_id"), parameter("lmstoken_id"));
    let sent = portal.read_details(parameter("json"));
    let result = match arrival.fault {
        _ if key.trim().is_empty() => Err(Complaint::mandatory("Portal Key")),
        _ if key != portal.options().portal_key => Err(Complaint::invalid_close("Portal Key")),
        _ if token.trim().is_empty() => Err(Complaint::mandatory("Token id")),
        FaultKind::Disabled => Err(Complaint::access_disabled_dot()),
        FaultKind::Err500 => Err(Complaint::internal()),
        fault if fault.takes_effect() => {
            sent.as_deref().map_err(Clone::clone).map(|sent| portal.assign(sent))
        }
        // Never shown: the fault has an answer of its own, or none.
        _ => Ok(Vec::new()),
    };
    let reply = Reply { result, token };
    let items = sent.as_deref().unwrap_or_default();
    let about: Vec<_> = items.iter().filter_map(|item| text(item, "learner_info")).collect();
    let seen = Seen {
        about: about.join(", "),
        records: u32::try_from(items.len()).unwrap_or(u32::MAX),
        outcome: reply.outcome(),
        password_sent: false,
    };
    // Without a valid portal key no portal is known, so neither is a cipher.
    let answer = portal.respond(reply.to_json(), key == portal.options().portal_key);
    world.finish(arrival, seen, answer, &line).await
}

/// The text of a member; members are told apart by case.
fn text<'a>(item: &'a Value, name: &str) -> Option<&'a str> {
    item.get(name)?.as_str()
}

impl Portal {
    fn read_details(&self, sent: &str) -> Result<Vec<Value>, Complaint> {
        if sent.trim().is_empty() {
            return Err(Complaint::mandatory(DETAILS));
        }
        let options = self.options();
        let object = |json: &str| serde_json::from_str::<Map<String, Value>>(json).ok();
        let plain = || object(sent);
        let encrypted = || object(&options.cipher().decrypt(sent)?);
        let read = match options.assign_json {
            UpsideLmsAssignJson::Either => plain().or_else(encrypted),
            UpsideLmsAssignJson::Encrypted => encrypted(),
            UpsideLmsAssignJson::Plain => plain(),
        };
        let mut details = read.ok_or_else(|| Complaint::invalid(DETAILS))?;
        match details.remove("curr_learner_info") {
            None | Some(Value::Null) => Err(Complaint::mandatory("curr_learner_info")),
            Some(Value::Array(items)) if items.is_empty() => Err(Complaint::mandatory("curr_learner_info")),
            Some(Value::Array(items)) if items.iter().all(Value::is_object) => Ok(items),
            Some(_) => Err(Complaint::invalid("curr_learner_info")),
        }
    }

    fn assign<'a>(&self, sent: &'a [Value]) -> Vec<Item<'a>> {
        let mut items: Vec<Item<'a>> = Vec::new();
        for item in sent {
            let id = text(item, "assignment_id").unwrap_or_default();
            // The id tells the records of a call apart.
            let taken = items.iter().any(|earlier| earlier.assignment_id == id);
            items.push(Item {
                learner_info: text(item, "learner_info").unwrap_or_default(),
                results: self.assign_one(item, taken),
                assignment_id: id,
            });
        }
        items
    }

    fn assign_one<'a>(&self, item: &'a Value, id_taken: bool) -> Result<Results<'a>, Complaint> {
        let member = |name: &str, label: &str| match item.get(name) {
            None | Some(Value::Null) => Err(Complaint::mandatory(label)),
            Some(Value::String(text)) if text.trim().is_empty() => Err(Complaint::mandatory(label)),
            Some(Value::String(text)) => Ok(text.as_str()),
            Some(_) => Err(Complaint::invalid(label)),
        };
        member("assignment_id", "Assignment ID")?;
        if id_taken {
            return Err(Complaint::invalid("Assignment ID"));
        }
        let learner = member("learner_info", LEARNER)?;
        let curricula = member("curr_ids", "Curriculum ID")?;
        let claim = Claim::read(learner, &NAMES).ok_or_else(|| Complaint::invalid(LEARNER))?;
        let options = self.options();
        let users = lock(&self.users);
        let learner = claim.find(&users, &options).ok_or_else(Complaint::no_such_learner)?;
        let mut assignments = lock(&self.assignments);
        let today = Utc::now().date_naive();
        let assign = |id: &'a str| {
            let zeros = id.trim().trim_start_matches('0');
            let id = if options.ids_are_numbers { zeros } else { id };
            (id, assignments.assign(&learner, id, &options, today))
        };
        Ok(curricula.split('~').map(assign).collect())
    }
}
