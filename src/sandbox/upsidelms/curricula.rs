//! Which curricula the simulated portal has, what is the matter with them, and who holds them.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::PRODUCT;
use super::complaints::Complaint;
use super::learners::Learner;
use super::options::UpsideLmsOptions;
use crate::sandbox::effects::SandboxEffect;

/// A curriculum that exists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UpsideLmsCurriculum {
    /// Its id.
    pub id: String,
    /// Its name; empty: `Curriculum` and the id.
    pub name: String,
    /// Why it can't be assigned, if it can't.
    pub trouble: Option<UpsideLmsTrouble>,
    /// Learners don't see it in their catalog.
    pub off_catalog: bool,
}

/// Why a curriculum can't be assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpsideLmsTrouble {
    /// Err008.
    SessionConflict,
    /// Err009 by the document's table; its sample gives this code to what is assigned already.
    Expired,
    /// Err011.
    SeatLimit,
    /// Err012.
    VcsCapacity,
    /// Err013.
    Unavailable,
    /// Err014.
    NoContents,
}

/// What a learner holds of a curriculum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Held {
    assigned_on: NaiveDate,
    assigned: u32,
    mails: u32,
    repeats: u32,
}

/// All assignments, by learner and curriculum.
#[derive(Default)]
pub(super) struct Assignments(BTreeMap<(String, String), Held>);

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
        if let Some(trouble) = listed(curriculum, options).and_then(|listed| listed.trouble) {
            return Err(Complaint::trouble(trouble, options.already_is_err009));
        }
        let key = (learner.id.clone(), curriculum.to_owned());
        if let Some(held) = self.0.get_mut(&key) {
            held.repeats += 1;
            if !options.assigns_again {
                return Err(Complaint::already_assigned(options.already_is_err009));
            }
            held.assigned += 1;
            held.mails += 1;
            return Ok(());
        }
        self.0.insert(key, Held { assigned_on: today, assigned: 1, mails: 1, repeats: 0 });
        Ok(())
    }

    /// Whether the learner has the curriculum.
    pub(super) fn has(&self, learner: &Learner, curriculum: &str) -> bool {
        self.0.contains_key(&(learner.id.clone(), curriculum.to_owned()))
    }

    /// The learner's curricula by their ids, and when each was assigned.
    pub(super) fn of(&self, learner: &Learner) -> Vec<(&str, NaiveDate)> {
        let own = self.0.iter().filter(|((id, _), _)| *id == learner.id);
        own.map(|((_, curriculum), held)| (curriculum.as_str(), held.assigned_on)).collect()
    }

    /// How many learners have the curriculum.
    pub(super) fn holders(&self, curriculum: &str) -> usize {
        self.0.keys().filter(|(_, id)| id == curriculum).count()
    }

    pub(super) fn effects(&self) -> impl Iterator<Item = SandboxEffect> {
        self.0.iter().map(|((learner, curriculum), held)| SandboxEffect {
            product: PRODUCT,
            key: format!("{learner} / {curriculum}"),
            fields: BTreeMap::new(),
            applied: held.assigned,
            counts: BTreeMap::from([("mails", held.mails), ("repeats", held.repeats)]),
        })
    }
}

/// Whether there is such a curriculum; where none are listed, there is.
pub(super) fn exists(curriculum: &str, options: &UpsideLmsOptions) -> bool {
    options.curricula.is_empty() || listed(curriculum, options).is_some()
}

/// What the options say of a curriculum.
pub(super) fn listed<'a>(curriculum: &str, options: &'a UpsideLmsOptions) -> Option<&'a UpsideLmsCurriculum> {
    options.curricula.iter().find(|listed| listed.id == curriculum)
}
