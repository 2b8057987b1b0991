//! How the simulated SmarterU account is set up.

/// How the simulated SmarterU account is set up.
#[derive(Clone)]
pub struct SmarteruOptions {
    /// The key of the account: `AccountAPI`.
    pub account_api: String,
    /// The key of the user in whose name calls are made: `UserAPI`.
    pub user_api: String,
    /// The users that exist; none listed: any, in every group.
    pub users: Vec<SmarteruUser>,
    /// The groups that exist; none listed: any.
    pub groups: Vec<SmarteruGroup>,
    /// The instructor-led courses that exist; none listed: any, with any session, graded by percentage.
    pub courses: Vec<SmarteruCourse>,
    /// The forms that `EnrolledDate` may have, as `strftime` writes them. The document names none.
    pub date_formats: Vec<String>,
    /// Messages name a block as `Enrollment [2] - ` in place of `Enrollment 2 - `: the document prints
    /// `Enrollment [block #] - `, which may mean either.
    pub bracketed_blocks: bool,
    /// Users, as they are sent, whose good enrolments get lost in a package of several: they are neither
    /// made nor named in the answer.
    pub lost_in_batches: Vec<String>,
    /// Users, as they are sent, whose good enrolments are made and not named in the answer.
    pub unnamed: Vec<String>,
    /// `Result` is `Failed` where anything is wrong, though others are enrolled and named.
    pub fails_beside_others: bool,
    /// The user of the call may call the method; else ESH:11.
    pub may_call: bool,
    /// The user of the call may assign courses under the group; else ESH:25.
    pub may_assign: bool,
    /// Whether enrolling works, once all checks are passed; else ESH:28.
    pub enrolling: SmarteruEnrolling,
    /// Whoever is enrolled already is enrolled again, so that it shows; else ESH:26.
    pub enrolls_again: bool,
    /// Enrolments, as `user / session` with the user as it is sent, that are answered like all others and get
    /// lost.
    pub forgotten: Vec<String>,
    /// The user of the call may view learner reports; else these say that nobody is enrolled.
    pub may_view: bool,
}

/// Everybody, every group and every course exists and nothing goes wrong. The keys hold characters that need
/// escaping, as real ones do.
impl Default for SmarteruOptions {
    fn default() -> Self {
        Self {
            account_api: "account*$^!&sandbox".to_owned(),
            user_api: "user*$^!&sandbox".to_owned(),
            users: Vec::new(),
            groups: Vec::new(),
            courses: Vec::new(),
            date_formats: ["%Y-%m-%d", "%m/%d/%Y", "%d-%b-%Y"].map(str::to_owned).into(),
            bracketed_blocks: false,
            lost_in_batches: Vec::new(),
            unnamed: Vec::new(),
            fails_beside_others: false,
            may_call: true,
            may_assign: true,
            enrolling: SmarteruEnrolling::Works,
            enrolls_again: false,
            forgotten: Vec::new(),
            may_view: true,
        }
    }
}

/// A user that exists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SmarteruUser {
    /// The e-mail; empty: there is none.
    pub email: String,
    /// The employee id; empty: there is none.
    pub employee_id: String,
    /// Names or ids of the groups that the user is in; none listed: every group.
    pub groups: Vec<String>,
}

/// A group that exists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SmarteruGroup {
    /// Its name.
    pub name: String,
    /// The identifier that the account's people gave it; empty: there is none.
    pub id: String,
}

/// An instructor-led course that exists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SmarteruCourse {
    /// `LearningModuleID`.
    pub id: String,
    /// Names or ids of the groups that it is assigned to; none listed: every group.
    pub groups: Vec<String>,
    /// The sessions that it has.
    pub sessions: Vec<SmarteruSession>,
}

/// A session of a course.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SmarteruSession {
    /// `LearningModuleSessionID`.
    pub id: String,
    /// How it is graded.
    pub graded: SmarteruGrades,
}

/// How a session is graded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SmarteruGrades {
    /// Up to 5 characters.
    LetterGrade,
    /// `Pass` or `Fail`.
    PassFail,
    /// A number from 0 to 100.
    #[default]
    Percentage,
    /// Not at all: no grade is taken.
    Ungraded,
}

/// Whether enrolling works, once all checks are passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SmarteruEnrolling {
    /// It works.
    #[default]
    Works,
    /// The first that gets so far fails.
    FailsOnce,
    /// It always fails.
    Fails,
}
