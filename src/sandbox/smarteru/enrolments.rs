//! Who is enrolled into which session.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::PRODUCT;
use super::package::{Enrolment, Group, User};
use super::report::Row;
use crate::sandbox::effects::SandboxEffect;

/// All enrolments, by user and session.
#[derive(Default)]
pub(super) struct Enrolments(BTreeMap<(String, String), Held>);

struct Held {
    fields: BTreeMap<String, String>,
    made: u32,
    repeats: u32,
}

impl Enrolments {
    /// Enrols the user with this key. `false` where the user is enrolled already and `again` is not allowed:
    /// then all stays as it was.
    pub(super) fn enrol(&mut self, key: String, sent: &Enrolment, again: bool) -> bool {
        let session = sent.session.clone().unwrap_or_default();
        match self.0.entry((key, session)) {
            Entry::Vacant(free) => {
                free.insert(Held { fields: fields(sent), made: 1, repeats: 0 });
                true
            }
            Entry::Occupied(mut taken) => {
                let held = taken.get_mut();
                held.repeats += 1;
                if again {
                    held.fields = fields(sent);
                    held.made += 1;
                }
                again
            }
        }
    }

    /// All enrolments, for a report.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let get = |held: &'_ Held| {
            let fields = held.fields.clone();
            move |name: &str| fields.get(name).cloned().unwrap_or_default()
        };
        (1..).zip(self.0.values()).map(move |(id, held)| Row { id, get: Box::new(get(held)) })
    }

    pub(super) fn effects(&self) -> impl Iterator<Item = SandboxEffect> {
        self.0.iter().map(|((user, session), held)| SandboxEffect {
            product: PRODUCT,
            key: format!("{user} / {session}"),
            fields: held.fields.clone(),
            applied: held.made,
            counts: BTreeMap::from([("repeats", held.repeats)]),
        })
    }
}

fn fields(sent: &Enrolment) -> BTreeMap<String, String> {
    let user = match &sent.user {
        User::Email(email) => ("Email", email),
        User::EmployeeId(id) => ("EmployeeID", id),
    };
    let group = match &sent.group {
        Group::Name(name) => ("GroupName", name),
        Group::Id(id) => ("GroupID", id),
    };
    let always = [
        user,
        group,
        ("LearningModuleID", &sent.course),
        ("EnrollmentStatus", &sent.status),
        ("EnrolledDate", &sent.date),
    ];
    let sometimes = [("LearningModuleSessionID", &sent.session), ("Grade", &sent.grade)];
    let sometimes = sometimes.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
    let all = always.into_iter().chain(sometimes);
    all.map(|(name, value)| (name.to_owned(), value.clone())).collect()
}
