//! What the scenarios are furnished with: jobs, and words for what the sandbox has seen.

use rollbook::sandbox::{Sandbox, SandboxEffect, SandboxOptions, UpsideLmsLearner};

use crate::harness::{Setup, World};

/// `[push.fields]` of people in UpsideLMS.
pub(crate) const PEOPLE: &str =
    "unique_id = \"id\"\nfirstname = \"name\"\nemail = \"mail\"\nusername = \"id\"\nline_manager = \"boss\"";
/// The header of such people.
pub(crate) const PEOPLE_HEADER: &str = "id,name,mail,boss";
/// `[push.fields]` of assignments.
pub(crate) const ASSIGN: &str = "unique_id = \"id\"\ncurr_id = \"course\"";
/// `[push.fields]` of completions in CrowdWisdom.
pub(crate) const CROWD: &str = "customerId = \"id\"\nproductId = \"course\"\ncompletion = \"result\"\nscore = \"score\"\n\
     completionDate = { column = \"day\", date = \"%Y-%m-%d\" }";
/// The header of completions.
pub(crate) const CROWD_HEADER: &str = "id,course,result,score,day";
/// `[push.fields]` of completions in iSpring Learn.
pub(crate) const ISPRING: &str = "enrollmentId = \"id\"\ncourseId = \"course\"\ncontentItemId = { value = \"item-1\" }\n\
     date = { column = \"day\", date = \"%Y-%m-%d\" }\nstatus = { value = \"complete\" }\nawardedScore = \"score\"";
/// The header of those.
pub(crate) const ISPRING_HEADER: &str = "id,course,day,score";
/// `[push.fields]` of enrolments in SmarterU.
pub(crate) const SMARTERU: &str = "Email = \"mail\"\nGroupName = \"group\"\nLearningModuleID = \"course\"\n\
     LearningModuleSessionID = \"session\"\nEnrollmentStatus = \"status\"\nGrade = \"grade\"\n\
     EnrolledDate = { column = \"day\", date = \"%Y-%m-%d\" }";
/// The header of those.
pub(crate) const SMARTERU_HEADER: &str = "id,mail,group,course,session,status,grade,day";

/// A job that reads `NAME-*.csv`, with its keys at the top, and its pushes.
pub(crate) fn job(name: &str, more: &str, rows: &str, key: &str, pushes: &[String]) -> (String, String) {
    let source = format!(
        "[source]\nfolder = \"../inbox\"\npattern = \"{name}-*.csv\"\nkey = {key}\nrows = \"{rows}\"\nsettle_s = 0\n"
    );
    let report = "[report]\nto = [\"lms-admins@example.org\"]\n";
    (name.to_owned(), format!("{more}\n{source}{report}\n{}", pushes.join("\n")))
}

/// A push, such as `crowd.set_completion`, with further keys and its fields.
pub(crate) fn push(id: &str, more: &str, fields: &str) -> String {
    let (connection, operation) = id.split_once('.').unwrap();
    format!(
        "[[push]]\nconnection = \"{connection}\"\noperation = \"{operation}\"\n{more}\n[push.fields]\n{fields}\n"
    )
}

/// A world with these jobs, a connection to every product, calls that wait for a second, and the learners
/// L1 to L9.
pub(crate) fn world(jobs: &[(String, String)], set: impl FnOnce(&mut SandboxOptions)) -> World {
    let mut setup = Setup::products().connection("timeout_s = 1");
    setup.jobs = jobs.to_vec();
    let learner =
        |number| UpsideLmsLearner { unique_id: format!("L{number}"), ..UpsideLmsLearner::default() };
    setup.portals[0].1.upsidelms.learners = (1..10).map(learner).collect();
    set(&mut setup.portals[0].1);
    setup.start()
}

/// The calls of a method, as `about: outcome`.
pub(crate) fn calls(sandbox: &Sandbox, method: &str) -> Vec<String> {
    let calls = sandbox.calls().into_iter().filter(|call| call.method == method);
    calls.map(|call| format!("{}: {}", call.about, call.outcome)).collect()
}

/// A completion of a product, by the product's own key.
#[track_caller]
pub(crate) fn completion(world: &World, product: &str, key: &str) -> SandboxEffect {
    let effects = world.lms().effects();
    let found = effects.completion(product, key).cloned();
    found.unwrap_or_else(|| panic!("{product} has no {key}: {:#?}", effects.completions))
}

/// How often each thing of a product was applied, as `key: times`, in the order of the keys.
pub(crate) fn applied(world: &World, product: &str) -> Vec<String> {
    let effects = world.lms().effects();
    let of_it = effects.assignments.iter().chain(&effects.completions);
    let of_it = of_it.filter(|effect| effect.product == product);
    of_it.map(|effect| format!("{}: {}", effect.key, effect.applied)).collect()
}
