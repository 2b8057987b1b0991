//! Who holds which curriculum, since when, and how far they are.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::PRODUCT;
use super::complaints::Complaint;
use super::curricula::{described, exists};
use super::learners::Learner;
use super::options::UpsideLmsOptions;
use super::study::UpsideLmsStudy;
use crate::sandbox::effects::SandboxEffect;

/// What a learner holds of a curriculum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) assigned_on: NaiveDate,
    pub(super) study: UpsideLmsStudy,
    assigned: u32,
    mails: u32,
    repeats: u32,
}

impl Held {
    pub(super) fn on(assigned_on: NaiveDate) -> Self {
        Self { assigned_on, study: UpsideLmsStudy::default(), assigned: 0, mails: 0, repeats: 0 }
    }
}

/// How many learners there are of a curriculum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Learners {
    pub(super) assigned: u32,
    pub(super) completed: u32,
}

/// All assignments, by learner and curriculum.
#[derive(Default)]
pub(super) struct Assignments {
    held: BTreeMap<(String, String), Held>,
    learners: BTreeMap<String, Learners>,
}

impl Assignments {
    /// Assigns the curriculum and mails the learner, or says why not.
    pub(super) fn assign(
        &mut self,
        learner: &Learner,
        curriculum: &str,
        options: &UpsideLmsOptions,
        today: NaiveDate,
    ) -> Result<(), Complaint> {
        if curriculum.is_empty() {
            return Err(Complaint::invalid("Curriculum ID"));
        }
        if !exists(curriculum, options) {
            return Err(Complaint::no_record("Curriculum ID"));
        }
        if !learner.may_learn {
            return Err(Complaint::no_learner());
        }
        if let Some(trouble) = described(curriculum, options).trouble {
            return Err(Complaint::trouble(trouble, options.already_is_err009));
        }
        let key = (learner.id.clone(), curriculum.to_owned());
        let is_new = !self.held.contains_key(&key);
        let held = self.hold(key, today);
        if !is_new {
            held.repeats += 1;
            if !options.assigns_again {
                return Err(Complaint::already_assigned(options.already_is_err009));
            }
        }
        held.assigned += 1;
        held.mails += 1;
        Ok(())
    }

    /// Gives a learner a curriculum by the portal's own hand, which mails nobody; the first day counts.
    pub(super) fn give(&mut self, learner: &str, curriculum: &str, on: NaiveDate) {
        self.hold((learner.to_owned(), curriculum.to_owned()), on);
    }

    /// Sets how far a learner is; `false` where they don't have the curriculum.
    pub(super) fn study(&mut self, learner: &str, curriculum: &str, study: UpsideLmsStudy) -> bool {
        let Some(held) = self.held.get_mut(&(learner.to_owned(), curriculum.to_owned())) else {
            return false;
        };
        let (before, after) = (held.study.is_completed(), study.is_completed());
        held.study = study;
        if before != after {
            let learners = self.learners.entry(curriculum.to_owned()).or_default();
            learners.completed =
                if after { learners.completed + 1 } else { learners.completed.saturating_sub(1) };
        }
        true
    }

    fn hold(&mut self, key: (String, String), on: NaiveDate) -> &mut Held {
        let learners = &mut self.learners;
        self.held.entry(key).or_insert_with_key(|(_, curriculum)| {
            learners.entry(curriculum.clone()).or_default().assigned += 1;
            Held::on(on)
        })
    }

    /// Whether the learner has the curriculum.
    pub(super) fn has(&self, learner: &Learner, curriculum: &str) -> bool {
        self.held.contains_key(&(learner.id.clone(), curriculum.to_owned()))
    }

    /// The learner's curricula by their ids, and what the learner holds of each.
    pub(super) fn of(&self, learner: &Learner) -> impl Iterator<Item = (&str, &Held)> {
        let own = self.held.range((learner.id.clone(), String::new())..);
        own.take_while(|((id, _), _)| *id == learner.id)
            .map(|((_, curriculum), held)| (curriculum.as_str(), held))
    }

    /// How many learners have the curriculum, and how many of them are through with it.
    pub(super) fn learners(&self, curriculum: &str) -> Learners {
        self.learners.get(curriculum).copied().unwrap_or_default()
    }

    pub(super) fn effects(&self) -> impl Iterator<Item = SandboxEffect> {
        self.held.iter().map(|((learner, curriculum), held)| SandboxEffect {
            product: PRODUCT,
            key: format!("{learner} / {curriculum}"),
            fields: BTreeMap::new(),
            applied: held.assigned,
            counts: BTreeMap::from([("mails", held.mails), ("repeats", held.repeats)]),
        })
    }
}
