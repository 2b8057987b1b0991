//! What needs a person after a run of pulls. Pure.

use minijinja::Value;

use super::needs::{need, show};
use super::sums::count;
use super::wording::clean;
use super::{PullSection, Report};

/// The list, the gravest first.
pub(super) fn needs(report: &Report) -> Vec<Value> {
    let each = |find: fn(&PullSection, &Report) -> Option<Value>| {
        report.pulls.iter().filter_map(move |pull| find(pull, report))
    };
    each(unanswered).chain(each(held)).chain(each(odd)).chain(each(unasked)).chain(each(unwritten)).collect()
}

/// Questions that have no answer.
fn unanswered(pull: &PullSection, report: &Report) -> Option<Value> {
    let name = clean(pull.pull.as_str());
    let title = match (pull.by_learner, pull.answered) {
        (true, 0) => format!("{name} has no answer for any learner"),
        (true, _) => {
            let learners = count(pull.failed, "learner", "learners");
            format!("{name} has no answer for {learners}")
        }
        (false, _) => format!("{name} has no answer"),
    };
    let words = [
        "Listed below, each with the reason.",
        "What was known before stays as it was, and nothing counts as gone. The next run asks again: put right \
         what stands below before that, or ask now.",
    ];
    let words = words.map(str::to_owned).to_vec();
    let command = clean(&format!("rollbook sync {}", report.job));
    (pull.failed > 0).then(|| need(title, Vec::new(), words, vec![command]))
}

/// Learners who were kept though nobody asks for them any more.
fn held(pull: &PullSection, report: &Report) -> Option<Value> {
    let reason = clean(pull.held.as_ref()?);
    let title = format!("{} no longer asks for most of its learners", clean(pull.pull.as_str()));
    let command = clean(&format!("rollbook sync {}", report.job));
    Some(need(title, Vec::new(), vec![reason], vec![command]))
}

/// Answers that came, and can't be the whole truth.
fn odd(pull: &PullSection, report: &Report) -> Option<Value> {
    let name = clean(pull.pull.as_str());
    let (title, words) = if pull.by_learner {
        let learners = count(pull.doubtful, "learner", "learners");
        let words = "Listed below. Nothing of theirs counts as gone: look in the LMS for a few of them.";
        (format!("{name} has an odd answer for {learners}"), words.to_owned())
    } else {
        let line = report.failures.iter().find(|line| line.pull == pull.pull);
        let words = line.map_or_else(|| "Nothing counts as gone.".to_owned(), |line| clean(&line.reason));
        (format!("{name} has an odd answer"), words)
    };
    (pull.doubtful > 0).then(|| need(title, Vec::new(), vec![words], vec![show(report)]))
}

/// Questions that nobody came to.
fn unasked(pull: &PullSection, report: &Report) -> Option<Value> {
    let left = pull.unasked();
    let whom = if pull.by_learner { count(left, "learner", "learners") } else { "anything".to_owned() };
    let title = format!("{} could not ask for {whom} before the run's deadline", clean(pull.pull.as_str()));
    let words = "What was known stays as it was; the next run asks. If that happens again, give the job a \
                 longer `deadline` or the connection more requests_per_second.";
    let command = clean(&format!("rollbook sync {}", report.job));
    (left > 0).then(|| need(title, Vec::new(), vec![words.to_owned()], vec![command]))
}

/// A file that could not be written.
fn unwritten(pull: &PullSection, _: &Report) -> Option<Value> {
    let reason = clean(pull.unwritten.as_ref()?);
    let title = format!("The file of {} could not be written", clean(pull.pull.as_str()));
    let rest = "The file is as it was, and what was pulled is kept: put this right, and it is written with the \
                job's next run.";
    Some(need(title, Vec::new(), vec![reason, rest.to_owned()], Vec::new()))
}
