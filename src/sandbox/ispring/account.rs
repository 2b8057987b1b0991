//! The account: its tokens, its tasks, and the statuses of modules that tasks have set.

use std::collections::BTreeMap;
use std::sync::Mutex;

use tokio::time::Instant;

use super::PRODUCT;
use super::options::{IspringOptions, IspringStates};
use super::refusal::Refusal;
use super::request::Update;
use crate::sandbox::effects::{SandboxEffect, SandboxEffects, SandboxTask};
use crate::sandbox::lock;

/// The first task has the number that the document's sample has.
const FIRST_TASK: usize = 100_027;

/// The account: how it is set up, and what it holds.
pub(in crate::sandbox) struct Account {
    options: Mutex<IspringOptions>,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    tokens: BTreeMap<String, Token>,
    /// How many tokens were ever issued.
    issued: u32,
    tasks: Vec<Task>,
    statuses: BTreeMap<String, SandboxEffect>,
    /// How often results were asked for, by enrolment.
    asked: BTreeMap<String, u32>,
}

/// How an enrolment stands with one content item.
pub(super) struct Enrolled {
    pub(super) enrollment: String,
    pub(super) course: String,
    pub(super) item: String,
    /// What a task has set, by the document's names.
    pub(super) held: Option<BTreeMap<String, String>>,
}

/// A content item of every course whose status nobody sets.
const INTRODUCTION: &str = "introduction";

struct Token {
    until: Instant,
    used: u32,
}

struct Task {
    update: Update,
    polls: u32,
    /// How often results were asked for meanwhile.
    waited: u32,
    end: Option<End>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Complete,
    Failed,
    Cancelled,
}

impl Account {
    pub(in crate::sandbox) fn new(options: IspringOptions) -> Self {
        Self { options: Mutex::new(options), held: Mutex::default() }
    }

    /// Tells the tasks, and the statuses by enrolment and content item.
    pub(in crate::sandbox) fn effects(&self, effects: &mut SandboxEffects) {
        let held = lock(&self.held);
        effects.completions.extend(held.statuses.values().cloned());
        effects.tasks.extend((FIRST_TASK..).zip(&held.tasks).map(|(number, task)| SandboxTask {
            product: PRODUCT,
            task: number.to_string(),
            state: word(task, IspringStates::Documents),
            polls: task.polls,
            records: u32::try_from(task.update.records()).unwrap_or(u32::MAX),
        }));
    }

    pub(in crate::sandbox) fn set(&self, set: impl FnOnce(&mut IspringOptions)) {
        set(&mut lock(&self.options));
    }

    pub(in crate::sandbox) fn expire_tokens(&self) {
        lock(&self.held).tokens.clear();
    }

    pub(super) fn options(&self) -> IspringOptions {
        lock(&self.options).clone()
    }

    /// A new token; those before it stay good.
    pub(super) fn issue_token(&self, options: &IspringOptions) -> String {
        let mut held = lock(&self.held);
        held.issued += 1;
        let token = format!("p-{}sJDjmULL5DdpXPJTcbm4jVIaWVHvNmrjAxATRbNE", held.issued);
        let until = Instant::now() + options.token_life;
        held.tokens.insert(token.clone(), Token { until, used: 0 });
        token
    }

    /// A call with this token may go on.
    pub(super) fn admit(&self, token: &str, options: &IspringOptions) -> Result<(), Refusal> {
        let mut held = lock(&self.held);
        let known = held.tokens.get_mut(token).ok_or(Refusal::AuthorizationFailed)?;
        let worn = options.token_calls.is_some_and(|calls| known.used >= calls);
        if worn || Instant::now() >= known.until {
            held.tokens.remove(token);
            return Err(Refusal::AuthorizationFailed);
        }
        known.used += 1;
        if options.subscription_expired { Err(Refusal::SubscriptionExpired) } else { Ok(()) }
    }

    /// The number of the new task.
    pub(super) fn queue(&self, update: Update) -> String {
        let mut held = lock(&self.held);
        held.tasks.push(Task { update, polls: 0, waited: 0, end: None });
        (FIRST_TASK + held.tasks.len() - 1).to_string()
    }

    /// The content items of a course that are known.
    pub(super) fn items_of(&self, course: &str) -> Vec<String> {
        let held = lock(&self.held);
        let updates = held.tasks.iter().map(|task| &task.update).filter(|update| update.course == course);
        let items = updates.flat_map(|update| update.items().map(str::to_owned));
        let mut items: Vec<String> = items.chain([INTRODUCTION.to_owned()]).collect();
        items.sort();
        items.dedup();
        items
    }

    /// How these enrolments stand, or all where none is named. Time goes by for tasks meanwhile.
    pub(super) fn enrolled(&self, enrollments: &[String], options: &IspringOptions) -> Vec<Enrolled> {
        let mut held = lock(&self.held);
        let Held { tasks, statuses, asked, .. } = &mut *held;
        for task in tasks.iter_mut() {
            go_on(task, statuses, options);
            task.waited += 1;
        }
        let mut places: Vec<(String, String, String)> = Vec::new();
        for task in tasks.iter() {
            for enrollment in &task.update.enrollments {
                let items = task.update.items().chain([INTRODUCTION]);
                let place = |item: &str| (enrollment.clone(), task.update.course.clone(), item.to_owned());
                places.extend(items.map(place));
            }
        }
        places.retain(|(enrollment, ..)| enrollments.is_empty() || enrollments.contains(enrollment));
        places.sort();
        places.dedup();
        let before = asked.clone();
        for enrollment in places.iter().map(|(enrollment, ..)| enrollment) {
            let times = before.get(enrollment).copied().unwrap_or_default();
            asked.insert(enrollment.clone(), times + 1);
        }
        let shown = |enrollment: &String| {
            let times = before.get(enrollment).copied().unwrap_or_default();
            times >= options.shown_after && !options.forgotten_enrollments.contains(enrollment)
        };
        let enrolled = places.into_iter().map(|(enrollment, course, item)| {
            let effect = statuses.get(&format!("{enrollment} / {item}")).filter(|_| shown(&enrollment));
            Enrolled { held: effect.map(|effect| effect.fields.clone()), enrollment, course, item }
        });
        enrolled.collect()
    }

    /// Where a task stands; time goes by for tasks as they are asked for.
    pub(super) fn poll(&self, task: &str, options: &IspringOptions) -> Result<&'static str, Refusal> {
        let unknown = Refusal::UnknownContentItem;
        let number = task.parse::<usize>().ok().and_then(|number| number.checked_sub(FIRST_TASK));
        let mut held = lock(&self.held);
        let Held { tasks, statuses, .. } = &mut *held;
        let task = number.and_then(|number| tasks.get_mut(number)).ok_or(unknown)?;
        go_on(task, statuses, options);
        let word = word(task, options.states);
        task.polls += 1;
        Ok(word)
    }
}

/// Ends a task that is due.
fn go_on(task: &mut Task, statuses: &mut BTreeMap<String, SandboxEffect>, options: &IspringOptions) {
    if task.end.is_some() || task.polls + task.waited < options.polls {
        return;
    }
    let fails = task.update.enrollments.iter().any(|id| options.failing_enrollments.contains(id));
    task.end = Some(match (fails, options.cancels) {
        (false, _) => End::Complete,
        (true, false) => End::Failed,
        (true, true) => End::Cancelled,
    });
    if !fails {
        apply(&task.update, statuses);
    }
}

fn apply(update: &Update, statuses: &mut BTreeMap<String, SandboxEffect>) {
    for enrollment in &update.enrollments {
        for status in &update.statuses {
            let item = status.get("contentItemId").map(String::as_str).unwrap_or_default();
            let key = format!("{enrollment} / {item}");
            let effect = statuses.entry(key.clone()).or_default();
            effect.product = PRODUCT;
            effect.key = key;
            effect.applied += 1;
            effect.fields = status.clone();
            effect.fields.insert("enrollmentId".to_owned(), enrollment.clone());
            effect.fields.insert("courseId".to_owned(), update.course.clone());
        }
    }
}

fn word(task: &Task, states: IspringStates) -> &'static str {
    match (task.end, states) {
        (None, IspringStates::OpenApi) if task.polls == 0 => "waiting",
        (None, IspringStates::OpenApi) => "in_progress",
        (None, IspringStates::Documents) => "in progress",
        (Some(End::Complete), _) => "complete",
        (Some(End::Cancelled), IspringStates::OpenApi) => "cancelled",
        (Some(End::Failed), IspringStates::OpenApi) => "error",
        (Some(End::Failed | End::Cancelled), IspringStates::Documents) => "failed",
    }
}
