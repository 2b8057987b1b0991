//! The questions to `/rest/trainingcatalog` and `/rest/trainingplan`. Pure.

use secrecy::SecretString;

use super::super::learner::Learner;
use super::super::portal::Portal;
use super::fields::{CONTENT_LIST, OUTPUT_LIST};
use crate::connectors::Question;
use crate::model::{FieldKind, Operation};

/// What every list of values has to name: without it no curriculum can be told from another.
const CURRICULUM_ID: &str = "curriculum_id";

/// The form of a question that carries `token`; what is not asked for is not in it.
///
/// # Errors
/// Why it can't be asked, in words that hold no value.
pub(super) fn encode(
    portal: &Portal,
    token: &str,
    operation: &Operation,
    question: &Question,
) -> Result<Vec<(&'static str, SecretString)>, String> {
    let secret = |text: &str| SecretString::from(portal.cipher.encrypt(text));
    let mut form = vec![("lmsportalid", portal.key.clone()), ("lmstokenid", secret(token))];
    if let Some(mode) = parameter(question, CONTENT_LIST) {
        form.push(("contentlist", secret(mode)));
    }
    if let Some(learner) = &question.learner {
        form.push(("lmslearnerid", secret(&Learner::named(&learner.names)?.for_plan())));
    }
    let filter = filter(operation, question)?;
    if !filter.is_empty() {
        form.push(("filterby", secret(&filter)));
    }
    if let Some(list) = parameter(question, OUTPUT_LIST) {
        form.push(("outputlist", secret(&output(list)?)));
    }
    Ok(form)
}

/// Whether a question asks for the contents of curricula.
pub(super) fn wants_contents(question: &Question) -> bool {
    parameter(question, CONTENT_LIST).is_some_and(|mode| mode.eq_ignore_ascii_case("On"))
}

/// `Accessibility=Public~Rating=1`, in the order of the document's example.
fn filter(operation: &Operation, question: &Question) -> Result<String, String> {
    let mut filters = Vec::new();
    for field in &operation.fields {
        let name = field.name.as_str();
        if [CONTENT_LIST, OUTPUT_LIST].contains(&name) {
            continue;
        }
        let Some(value) = parameter(question, name) else { continue };
        let several = matches!(field.kind, FieldKind::List { .. });
        let value = match several {
            true => list(value).join(","),
            false => value.to_owned(),
        };
        filters.push(format!("{name}={}", undivided(name, &value)?));
    }
    match question.parameters.iter().find(|(name, _)| operation.field(name.as_str()).is_none()) {
        Some((name, _)) => Err(format!("{name} is no parameter of {}", operation.name)),
        None => Ok(filters.join("~")),
    }
}

/// `Parameter_List=curriculum_id,curriculum_name`.
fn output(value: &str) -> Result<String, String> {
    let mut names = list(undivided(OUTPUT_LIST, value)?);
    if !names.contains(&CURRICULUM_ID) {
        names.insert(0, CURRICULUM_ID);
    }
    Ok(format!("Parameter_List={}", names.join(",")))
}

fn parameter<'a>(question: &'a Question, name: &str) -> Option<&'a str> {
    question.parameters.get(&name.into()).map(str::trim).filter(|value| !value.is_empty())
}

fn list(value: &str) -> Vec<&str> {
    value.split(',').map(str::trim).filter(|value| !value.is_empty()).collect()
}

/// The value, if the LMS would not read it as something else (semantics 16).
fn undivided<'a>(name: &str, value: &'a str) -> Result<&'a str, String> {
    match ['~', '='].iter().find(|sign| value.contains(**sign)) {
        Some(sign) => Err(format!(
            "{name} holds `{sign}`, which divides values in this call: the LMS would ask for something else; \
             correct it in the job"
        )),
        None => Ok(value),
    }
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
