//! A simulated UpsideLMS portal: users, assignments, catalog, learning plans and redirection. Here is
//! `POST /rest/manageuser`, as the vendor's document has it under "Create/Update user in LMS Database".
//!
//! A failure is answered HTTP 200, like a success.

mod options;

mod checks;
mod complaints;
mod fields;
mod users;
mod wire;

mod assign;
mod assign_reply;
mod assignments;
mod learners;

mod built_in;
mod contents;
mod curricula;
mod study;

mod catalog;
mod filter;
mod pieces;
mod plan;
mod question;
mod reply;
mod told;

mod redirect;

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex};

use axum::extract::rejection::FormRejection;
use axum::extract::{ConnectInfo, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Form, Router};
use chrono::NaiveDate;

pub use self::contents::{UpsideLmsContent, UpsideLmsContentKind};
pub use self::curricula::{UpsideLmsCurriculum, UpsideLmsTrouble};
pub use self::learners::UpsideLmsLearner;
pub use self::options::{
    UpsideLmsAssignJson, UpsideLmsCatalog, UpsideLmsIdentifier, UpsideLmsOptions, UpsideLmsPlans,
};
pub use self::study::UpsideLmsStudy;
pub use self::users::SandboxUser;

use self::assignments::Assignments;
use self::complaints::Complaint;
use self::users::{Effect, Users};
use self::wire::{Call, Read, Reply};
use super::deliver::Seen;
use super::effects::SandboxEffects;
use super::faults::FaultKind;
use super::line::Line;
use super::{World, lock};

const PRODUCT: &str = "upsidelms";

const LANGUAGES: [&str; 5] = ["en", "ar", "fr", "cn", "sp"];

pub(super) fn router() -> Router<Arc<World>> {
    Router::new()
        .route("/rest/manageuser", post(manage_user))
        .route("/rest/assigncurriculum", post(assign::assign_curriculum))
        .route("/rest/trainingcatalog", post(catalog::training_catalog))
        .route("/rest/trainingplan", post(plan::training_plan))
        .merge(redirect::routes())
}

/// The portal: how it is set up, and whom it holds.
pub(super) struct Portal {
    /// Never changed in place: an answer that goes out while it is made keeps what it began with.
    options: Mutex<Arc<UpsideLmsOptions>>,
    users: Mutex<Users>,
    /// Locked after the users, where both are needed.
    assignments: Mutex<Assignments>,
    plans_asked: AtomicU32,
}

/// What the portal made of a call.
type Verdict = Result<Effect, Vec<Complaint>>;

async fn manage_user(
    State(world): State<Arc<World>>,
    ConnectInfo(line): ConnectInfo<Line>,
    form: Result<Form<HashMap<String, String>>, FormRejection>,
) -> Response {
    // A body that is no form has no parameters, so no portal key either.
    let parameters = form.map(|Form(parameters)| parameters).unwrap_or_default();
    let portal = &world.upsidelms;
    let call = Call::read(&parameters, &portal.options().cipher());
    let arrival = world.arrival(PRODUCT, "manageuser");
    let (verdict, answer) = portal.answer(&call, arrival.fault);
    let seen = Seen {
        about: call.unique_id().to_owned(),
        records: 1,
        outcome: outcome(&verdict),
        password_sent: call.password().is_some(),
    };
    world.finish(arrival, seen, answer, &line).await
}

fn outcome(verdict: &Verdict) -> String {
    match verdict {
        Ok(Effect::Created) => "created".to_owned(),
        Ok(Effect::Updated) => "updated".to_owned(),
        Err(complaints) => {
            let mut codes: Vec<&str> = Vec::new();
            for complaint in complaints {
                if !codes.contains(&complaint.code) {
                    codes.push(complaint.code);
                }
            }
            codes.join(" ")
        }
    }
}

impl Portal {
    pub(super) fn new(options: UpsideLmsOptions) -> Self {
        Self {
            options: Mutex::new(Arc::new(options)),
            users: Mutex::default(),
            assignments: Mutex::default(),
            plans_asked: AtomicU32::new(0),
        }
    }

    /// How the portal is set up now.
    fn options(&self) -> Arc<UpsideLmsOptions> {
        Arc::clone(&lock(&self.options))
    }

    /// Sets the portal up anew.
    pub(super) fn set(&self, set: impl FnOnce(&mut UpsideLmsOptions)) {
        set(Arc::make_mut(&mut lock(&self.options)));
    }

    /// Gives a learner a curriculum, which mails nobody.
    pub(super) fn give(&self, learner: &str, curriculum: &str, on: NaiveDate) {
        lock(&self.assignments).give(learner, curriculum, on);
    }

    /// Sets how far a learner is.
    pub(super) fn study(&self, learner: &str, curriculum: &str, study: UpsideLmsStudy) -> bool {
        lock(&self.assignments).study(learner, curriculum, study)
    }

    /// Copies of all users, by unique id.
    pub(super) fn users(&self) -> BTreeMap<String, SandboxUser> {
        lock(&self.users).all().clone()
    }

    /// Tells what was assigned; the users are asked for apart.
    pub(super) fn effects(&self, effects: &mut SandboxEffects) {
        effects.assignments.extend(lock(&self.assignments).effects());
    }

    fn answer(&self, call: &Call, fault: FaultKind) -> (Verdict, Response) {
        // Without a valid portal key no portal is known, so neither is a cipher: the answer is plain, and
        // the token, which is encrypted, can't be echoed.
        if call.portal_key.is_empty() || call.portal_key != self.options().portal_key {
            let complaints = vec![Complaint::invalid("Portal key")];
            let body = Reply::failure(&complaints, None).to_json();
            return (Err(complaints), self.respond(body, false));
        }
        let verdict = match fault {
            FaultKind::Disabled => Err(vec![Complaint::access_disabled()]),
            FaultKind::Err500 => Err(vec![Complaint::internal()]),
            fault if fault.takes_effect() => self.manage_user(call),
            // Never shown: the fault has an answer of its own, or none.
            _ => Err(Vec::new()),
        };
        let token = call.token.as_ref().map(String::as_str);
        let body = match &verdict {
            Ok(_) => Reply::success(token),
            Err(complaints) => Reply::failure(complaints, token),
        }
        .to_json();
        (verdict, self.respond(body, true))
    }

    /// Encrypted for those who bore a valid portal key, unless answers are plain.
    fn respond(&self, json: String, key_is_valid: bool) -> Response {
        let options = self.options();
        if key_is_valid && !options.plain_answers {
            return options.cipher().encrypt(&json).into_response();
        }
        ([(header::CONTENT_TYPE, "application/json")], json).into_response()
    }

    /// Checks and effect are one step: two calls at once can't both be the first with an e-mail.
    fn manage_user(&self, call: &Call) -> Verdict {
        let mut complaints = Vec::new();
        match &call.token {
            Read::Missing => complaints.push(Complaint::mandatory("Token ID")),
            Read::Unreadable => complaints.push(Complaint::invalid("Token ID")),
            Read::Value(_) => {}
        }
        match &call.language {
            Read::Missing => complaints.push(Complaint::mandatory("Data Language")),
            Read::Value(language) if LANGUAGES.contains(&language.as_str()) => {}
            Read::Unreadable | Read::Value(_) => complaints.push(Complaint::invalid("Data Language")),
        }
        let mut users = lock(&self.users);
        match &call.user {
            Read::Missing => complaints.push(Complaint::mandatory("User Details")),
            Read::Unreadable => complaints.push(Complaint::invalid("User Details")),
            Read::Value(user) => {
                complaints.extend(checks::complaints(user, &self.options(), &users));
                if complaints.is_empty() {
                    return Ok(users.upsert(user));
                }
            }
        }
        Err(complaints)
    }
}

#[cfg(test)]
mod tests;
