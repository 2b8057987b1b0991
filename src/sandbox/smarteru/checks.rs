//! What the account finds wrong with an enrolment. Pure.
//!
//! The document has two texts for most values: one without the block (ESH:01 to ESH:10), one with it (ESH:12
//! to ESH:24), and does not say when it gives which. Here the first stand for what is no such value at all
//! (empty, no address, no number), the others for what does not exist or does not fit.

use chrono::NaiveDate;

use super::complaints::{Block, Complaint};
use super::options::{
    SmarteruCourse, SmarteruGrades, SmarteruGroup, SmarteruOptions, SmarteruSession, SmarteruUser,
};
use super::package::{Enrolment, Group, User};

/// All that is wrong with the enrolment of this block, in the order of its tags; if nothing is, whether the
/// enrolment may be made at all.
pub(super) fn complaints(sent: &Enrolment, block: &Block, options: &SmarteruOptions) -> Vec<Complaint> {
    let check = Check { sent, block, options };
    let mut complaints = Vec::new();
    complaints.extend(check.user());
    complaints.extend(check.group());
    complaints.extend(check.course());
    complaints.extend(check.session());
    complaints.extend(check.status());
    complaints.extend(check.grade());
    complaints.extend(check.date());
    if complaints.is_empty() {
        complaints.extend(check.permission());
    }
    complaints
}

/// Whom the account knows by this identifier; `None` where no users are listed, or this is none of them.
pub(super) fn known<'a>(user: &User, options: &'a SmarteruOptions) -> Option<&'a SmarteruUser> {
    options.users.iter().find(|known| match user {
        User::Email(email) => known.email.eq_ignore_ascii_case(email),
        User::EmployeeId(id) => known.employee_id == *id,
    })
}

struct Check<'a> {
    sent: &'a Enrolment,
    block: &'a Block,
    options: &'a SmarteruOptions,
}

impl<'a> Check<'a> {
    fn user(&self) -> Option<Complaint> {
        match &self.sent.user {
            User::Email(email) if !is_email(email) => Some(Complaint::invalid("ESH:01", "Email")),
            User::EmployeeId(id) if id.is_empty() => Some(Complaint::invalid("ESH:02", "EmployeeID")),
            user if self.options.users.is_empty() || known(user, self.options).is_some() => None,
            User::Email(email) => Some(self.block.email(email)),
            User::EmployeeId(id) => Some(self.block.employee(id)),
        }
    }

    /// A group that the user is not in has no code of its own; its name is wrong for this user.
    fn group(&self) -> Option<Complaint> {
        let group = &self.sent.group;
        match group {
            Group::Name(name) if name.is_empty() => return Some(Complaint::invalid("ESH:03", "GroupName")),
            Group::Id(id) if id.is_empty() => return Some(Complaint::invalid("ESH:04", "GroupID")),
            Group::Name(_) | Group::Id(_) => {}
        }
        let exists = self.options.groups.is_empty() || self.listed_group().is_some();
        let user = known(&self.sent.user, self.options);
        if exists && user.is_none_or(|user| self.is_among(&user.groups)) {
            return None;
        }
        Some(match group {
            Group::Name(name) => Complaint::group_name(name),
            Group::Id(id) => Complaint::group_id(id),
        })
    }

    fn course(&self) -> Option<Complaint> {
        if !is_number(&self.sent.course) {
            return Some(Complaint::invalid("ESH:05", "LearningModuleID"));
        }
        let exists = self.options.courses.is_empty() || self.listed_course().is_some();
        (!exists).then(|| self.block.course())
    }

    fn session(&self) -> Option<Complaint> {
        match self.sent.session.as_deref() {
            None | Some("") => Some(self.block.no_session()),
            Some(id) if !is_number(id) => Some(Complaint::invalid("ESH:06", "LearningModuleSessionID")),
            // Of a course that does not exist nothing is known.
            Some(_) if self.listed_course().is_some() && self.listed_session().is_none() => {
                Some(self.block.session())
            }
            Some(_) => None,
        }
    }

    fn status(&self) -> Option<Complaint> {
        match self.sent.status.as_str() {
            "" => Some(Complaint::invalid("ESH:07", "EnrollmentStatus")),
            "NotAttended" | "Attended" | "Completed" => None,
            _ => Some(self.block.status()),
        }
    }

    /// A grade goes with Completed alone, and with graded sessions alone; left out, it is not missed.
    fn grade(&self) -> Option<Complaint> {
        let grade = self.sent.grade.as_deref().filter(|grade| !grade.is_empty())?;
        match self.sent.status.as_str() {
            "NotAttended" => return Some(self.block.not_attended()),
            "Attended" => return Some(Complaint::invalid("ESH:09", "Grade")),
            _ => {}
        }
        match self.listed_session().map_or(SmarteruGrades::Percentage, |session| session.graded) {
            SmarteruGrades::LetterGrade => (grade.chars().count() > 5).then(|| self.block.letter()),
            SmarteruGrades::PassFail => (!["Pass", "Fail"].contains(&grade)).then(|| self.block.pass_fail()),
            SmarteruGrades::Percentage => (!is_percentage(grade)).then(|| self.block.percentage()),
            SmarteruGrades::Ungraded => Some(Complaint::invalid("ESH:09", "Grade")),
        }
    }

    fn date(&self) -> Option<Complaint> {
        let date = self.sent.date.as_str();
        if date.is_empty() {
            return Some(Complaint::invalid("ESH:10", "EnrolledDate"));
        }
        // Formatted back: parsing alone would let blanks and missing zeros pass.
        let has = |format: &String| {
            NaiveDate::parse_from_str(date, format).is_ok_and(|read| read.format(format).to_string() == date)
        };
        (!self.options.date_formats.iter().any(has)).then(|| self.block.date())
    }

    fn permission(&self) -> Option<Complaint> {
        if !self.options.may_assign {
            return Some(Complaint::may_not_assign());
        }
        let assigned = self.listed_course().is_none_or(|course| self.is_among(&course.groups));
        (!assigned).then(Complaint::not_assigned)
    }

    fn listed_group(&self) -> Option<&'a SmarteruGroup> {
        self.options.groups.iter().find(|known| match &self.sent.group {
            Group::Name(name) => known.name == *name,
            Group::Id(id) => known.id == *id,
        })
    }

    fn listed_course(&self) -> Option<&'a SmarteruCourse> {
        self.options.courses.iter().find(|course| course.id == self.sent.course)
    }

    fn listed_session(&self) -> Option<&'a SmarteruSession> {
        let id = self.sent.session.as_deref()?;
        self.listed_course()?.sessions.iter().find(|session| session.id == id)
    }

    /// Whether the group is one of these, which are names or ids; none are all.
    fn is_among(&self, groups: &[String]) -> bool {
        groups.is_empty()
            || groups.iter().any(|one| match self.listed_group() {
                Some(group) => *one == group.name || *one == group.id,
                None => one == self.sent.group.sent(),
            })
    }
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Digits with at most one point among them, of a number up to 100.
fn is_percentage(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && text.parse::<f64>().is_ok_and(|number| number <= 100.0)
}
