//! `POST /rest/trainingplan`, as the document has it under "Learning/Training Plan API": what one learner
//! was given to do, and how far it is done.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Form;
use axum::extract::rejection::FormRejection;
use axum::extract::{ConnectInfo, State};
use axum::response::Response;

use super::complaints::Complaint;
use super::curricula;
use super::options::UpsideLmsOptions;
use super::question::{Question, Wanted};
use super::reply::{self, Answer};
use super::told::{Kind, Told};
use super::{PRODUCT, Portal, lock};
use crate::sandbox::World;
use crate::sandbox::line::Line;

pub(super) async fn training_plan(
    State(world): State<Arc<World>>,
    ConnectInfo(line): ConnectInfo<Line>,
    form: Result<Form<HashMap<String, String>>, FormRejection>,
) -> Response {
    let form = form.map(|Form(parameters)| parameters).unwrap_or_default();
    let (portal, options) = (&world.upsidelms, world.upsidelms.options());
    let arrival = world.arrival(PRODUCT, "trainingplan");
    let question = Question::read(Kind::Plan, &form, &options.cipher());
    let answer = reply::answer(&question, &options, arrival.fault, |wanted| portal.plan(wanted, &options));
    let seen = reply::seen(&question, &answer);
    let answer = reply::respond(&question, answer, &options);
    world.finish(arrival, seen, answer, &line).await
}

impl Portal {
    fn plan(&self, mut wanted: Wanted, options: &UpsideLmsOptions) -> Result<Answer, Complaint> {
        let plans = &options.plans;
        let mut claim = wanted.learner.take().unwrap_or_default();
        if let Some(identifier) = plans.known_by {
            claim = claim.only(identifier);
            if claim.is_empty() {
                return Err(Complaint::no_data());
            }
        }
        let users = lock(&self.users);
        let learner = claim.find(&users, options).ok_or_else(|| Complaint::invalid_close("Learner ID"))?;
        if self.plans_asked.fetch_add(1, Ordering::AcqRel) < plans.late {
            return Err(Complaint::no_data());
        }
        let assignments = lock(&self.assignments);
        let own = assignments.of(&learner).filter(|(id, _)| !plans.hidden.iter().any(|hidden| hidden == id));
        let mut list: Vec<Told> = Vec::new();
        for (id, held) in own {
            let curriculum = curricula::described(id, options);
            let told = Told::to_learner(&curriculum, assignments.learners(id), held);
            if wanted.filter.wants(&told) {
                list.push(if wanted.contents { told.with_contents(&curriculum, Some(held)) } else { told });
            }
        }
        wanted.filter.sort(&mut list);
        Answer::of(list, wanted, options)
    }
}
