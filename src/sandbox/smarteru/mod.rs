//! A simulated SmarterU account: `enrollSessionHistory` and `getLearnerReport`, posted to `/apiv2/` in the form
//! field `Package`.
//!
//! A failure is answered HTTP 200 and `text/html`, like a success. The account takes one call at a time.

mod checks;
mod complaints;
mod enrolments;
mod options;
mod package;
mod reply;
mod report;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::rejection::FormRejection;
use axum::extract::{ConnectInfo, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::post;
use axum::{Form, Router};

pub use self::options::{
    SmarteruCourse, SmarteruEnrolling, SmarteruGrades, SmarteruGroup, SmarteruOptions, SmarteruSession,
    SmarteruUser,
};

use self::complaints::{Block, Complaint};
use self::enrolments::Enrolments;
use self::package::{Enrolment, Package, REPORT, User};
use self::reply::Reply;
use super::deliver::Seen;
use super::effects::SandboxEffects;
use super::faults::FaultKind;
use super::line::Line;
use super::{World, lock};

const PRODUCT: &str = "smarteru";

pub(super) fn router() -> Router<Arc<World>> {
    Router::new().route("/apiv2/", post(call).get(nothing_posted))
}

/// The account: how it is set up, and what it holds.
pub(super) struct Account {
    options: SmarteruOptions,
    enrolments: Mutex<Enrolments>,
    /// Whether enrolling fails next time.
    enrolling: Mutex<SmarteruEnrolling>,
    under_way: AtomicU32,
    overlaps: AtomicU32,
}

async fn nothing_posted() -> Response {
    Html(Reply::refused(Complaint::no_post()).to_xml()).into_response()
}

async fn call(
    State(world): State<Arc<World>>,
    ConnectInfo(line): ConnectInfo<Line>,
    form: Result<Form<HashMap<String, String>>, FormRejection>,
) -> Response {
    let account = &world.smarteru;
    let turn = account.begin();
    let package = match form {
        Ok(Form(form)) if !form.is_empty() => {
            form.get("Package").ok_or_else(Complaint::no_package).and_then(|xml| Package::read(xml))
        }
        // A body that is no form has no parameters.
        Ok(_) | Err(_) => Err(Complaint::no_post()),
    };
    let method = package.as_ref().map_or("", |package| &package.method);
    let arrival = world.arrival(PRODUCT, method);
    if let Ok(asked) = package.as_ref()
        && asked.method == REPORT
    {
        let (seen, answer) = account.report(asked, &turn, arrival.fault);
        drop(turn);
        return world.finish(arrival, seen, Html(answer).into_response(), &line).await;
    }
    let sent = package.and_then(|package| package.enrolments(&account.options));
    let reply = match &sent {
        _ if turn.overlaps => Reply::refused(Complaint::unknown()),
        Err(complaint) => Reply::refused(complaint.clone()),
        Ok(_) if arrival.fault == FaultKind::Disabled => Reply::refused(Complaint::keys()),
        Ok(_) if arrival.fault == FaultKind::Err500 => Reply::refused(Complaint::unknown()),
        Ok(_) if !account.options.may_call => Reply::refused(Complaint::may_not_call()),
        Ok(sent) if arrival.fault.takes_effect() => account.enrol_all(sent),
        // Never shown: the fault has an answer of its own, or none.
        Ok(_) => Reply::default(),
    };
    let rows = sent.as_deref().unwrap_or_default();
    let about: Vec<_> = rows.iter().map(|row| row.user.sent()).collect();
    let seen = Seen {
        about: about.join(", "),
        records: u32::try_from(rows.len()).unwrap_or(u32::MAX),
        outcome: outcome(&reply),
        password_sent: false,
    };
    let answer = Html(reply.to_xml()).into_response();
    if arrival.fault == FaultKind::Hang {
        // The client can't tell when the account notices that it gave up, so its next call is no overlap.
        drop(turn);
        return world.finish(arrival, seen, answer, &line).await;
    }
    world.finish(arrival, seen, answer, &line).await
}

/// `enrolled`, the distinct codes, `dropped`: each where there is some of it.
fn outcome(reply: &Reply) -> String {
    let mut words: Vec<&str> = Vec::new();
    if reply.enrolled_any() {
        words.push("enrolled");
    }
    for complaint in &reply.complaints {
        if !words.contains(&complaint.code) {
            words.push(complaint.code);
        }
    }
    if reply.lost > 0 {
        words.push("dropped");
    }
    words.join(" ")
}

impl Account {
    pub(super) fn new(options: SmarteruOptions) -> Self {
        let enrolling = Mutex::new(options.enrolling);
        Self {
            options,
            enrolments: Mutex::default(),
            enrolling,
            under_way: AtomicU32::new(0),
            overlaps: AtomicU32::new(0),
        }
    }

    /// Tells who is enrolled, and how many calls came while another was under way.
    pub(super) fn effects(&self, effects: &mut SandboxEffects) {
        effects.completions.extend(lock(&self.enrolments).effects());
        effects.overlaps = self.overlaps.load(Ordering::Acquire);
    }

    fn begin(&self) -> Turn<'_> {
        let overlaps = self.under_way.fetch_add(1, Ordering::AcqRel) > 0;
        if overlaps {
            self.overlaps.fetch_add(1, Ordering::AcqRel);
        }
        Turn { under_way: &self.under_way, overlaps }
    }

    /// Who is enrolled, as a package asks.
    fn report(&self, asked: &Package, turn: &Turn<'_>, fault: FaultKind) -> (Seen, String) {
        let refused = |complaint: Complaint| {
            let seen = Seen { outcome: complaint.code.to_owned(), ..Seen::default() };
            (seen, Reply::refused(complaint).to_xml())
        };
        let question = match asked.question(&self.options) {
            _ if turn.overlaps || fault == FaultKind::Err500 => return refused(Complaint::unknown()),
            Ok(_) if fault == FaultKind::Disabled => return refused(Complaint::keys()),
            Ok(question) => question,
            Err(complaint) => return refused(complaint),
        };
        let enrolments = lock(&self.enrolments);
        let rows = enrolments.rows().filter(|_| self.options.may_view);
        let (answer, shown) = question.answer(rows, &self.options);
        let about = question.users.map(|users| users.join(", ")).unwrap_or_default();
        (Seen { about, outcome: format!("{shown} rows"), ..Seen::default() }, answer)
    }

    /// Good ones are enrolled, whatever is wrong with others.
    fn enrol_all<'a>(&self, sent: &'a [Enrolment]) -> Reply<'a> {
        let mut reply = Reply::default();
        for (number, row) in (1..).zip(sent) {
            let block = Block::new(number, self.options.bracketed_blocks);
            let mut complaints = checks::complaints(row, &block, &self.options);
            if complaints.is_empty() {
                if sent.len() > 1 && self.options.lost_in_batches.iter().any(|lost| lost == row.user.sent()) {
                    reply.lost += 1;
                    continue;
                }
                match self.enrol(row) {
                    Ok(()) if self.options.unnamed.iter().any(|user| user == row.user.sent()) => {
                        reply.unnamed += 1;
                    }
                    Ok(()) => reply.enrolled.push((number, row)),
                    Err(complaint) => complaints.push(complaint),
                }
            }
            reply.complaints.append(&mut complaints);
        }
        reply.failed = self.options.fails_beside_others && !reply.complaints.is_empty();
        reply
    }

    fn enrol(&self, row: &Enrolment) -> Result<(), Complaint> {
        let mut enrolling = lock(&self.enrolling);
        match *enrolling {
            SmarteruEnrolling::Works => {}
            SmarteruEnrolling::Fails => return Err(Complaint::failed()),
            SmarteruEnrolling::FailsOnce => {
                *enrolling = SmarteruEnrolling::Works;
                return Err(Complaint::failed());
            }
        }
        let place = format!("{} / {}", row.user.sent(), row.session.as_deref().unwrap_or_default());
        if self.options.forgotten.contains(&place) {
            return Ok(());
        }
        let key = self.key(&row.user);
        let enrolled = lock(&self.enrolments).enrol(key, row, self.options.enrolls_again);
        if enrolled { Ok(()) } else { Err(Complaint::enrolled()) }
    }

    /// One user, by whichever identifier: of a listed one the e-mail or else the employee id, of others what
    /// was sent. E-mails differ in more than case.
    fn key(&self, user: &User) -> String {
        match (checks::known(user, &self.options), user) {
            (Some(known), _) if known.email.is_empty() => known.employee_id.clone(),
            (Some(known), _) => known.email.to_lowercase(),
            (None, User::Email(email)) => email.to_lowercase(),
            (None, User::EmployeeId(id)) => id.clone(),
        }
    }
}

/// A call under way, until this is dropped.
struct Turn<'a> {
    under_way: &'a AtomicU32,
    /// Whether another was under way when it came.
    overlaps: bool,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.under_way.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests;
