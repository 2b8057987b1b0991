//! `POST /rest/trainingcatalog`, as the document has it under "Catalog API": what there is to learn, for
//! everybody or for one learner.
//!
//! In the document, the rows of `lmslearnerid` and `filterby` have run into one another; both are taken as those
//! of the learning plan.

use std::collections::HashMap;
use std::sync::Arc;

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

pub(super) async fn training_catalog(
    State(world): State<Arc<World>>,
    ConnectInfo(line): ConnectInfo<Line>,
    form: Result<Form<HashMap<String, String>>, FormRejection>,
) -> Response {
    let form = form.map(|Form(parameters)| parameters).unwrap_or_default();
    let (portal, options) = (&world.upsidelms, world.upsidelms.options());
    let arrival = world.arrival(PRODUCT, "trainingcatalog");
    let question = Question::read(Kind::Catalog, &form, &options.cipher());
    let answer = reply::answer(&question, &options, arrival.fault, |wanted| portal.catalog(wanted, &options));
    let seen = reply::seen(&question, &answer);
    let answer = reply::respond(&question, answer, &options);
    world.finish(arrival, seen, answer, &line).await
}

impl Portal {
    fn catalog(&self, wanted: Wanted, options: &UpsideLmsOptions) -> Result<Answer, Complaint> {
        if let Some(claim) = &wanted.learner {
            let found = claim.find(&lock(&self.users), options);
            found.ok_or_else(|| Complaint::invalid_close("Learner ID"))?;
        }
        if options.catalog.empty {
            return Err(Complaint::no_data());
        }
        let assignments = lock(&self.assignments);
        let mut list: Vec<Told> = Vec::new();
        for curriculum in curricula::shown(options) {
            if wanted.learner.is_some() && curriculum.off_catalog {
                continue;
            }
            let told = Told::of(&curriculum, assignments.learners(&curriculum.id));
            if wanted.filter.wants(&told) {
                list.push(if wanted.contents { told.with_contents(&curriculum, None) } else { told });
            }
        }
        wanted.filter.sort(&mut list);
        Answer::of(list, wanted, options)
    }
}
