//! The account's error codes with their texts, as the documents print them. Pure.

/// One `Error` of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Complaint {
    pub(super) code: &'static str,
    pub(super) text: String,
}

impl Complaint {
    fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    pub(super) fn no_post() -> Self {
        Self::new("SU:01", "No POST data detected.")
    }

    pub(super) fn no_package() -> Self {
        Self::new("SU:02", "Package parameter not found.")
    }

    pub(super) fn malformed() -> Self {
        Self::new("SU:03", "Package data is not properly formatted XML.")
    }

    pub(super) fn no_root() -> Self {
        Self::new("SU:04", "SmarterU root tag not found in Package data.")
    }

    /// SU:05 to SU:08.
    pub(super) fn no_tag(code: &'static str, tag: &str) -> Self {
        Self::new(code, format!("{tag} tag not found in Package data."))
    }

    pub(super) fn no_parameters() -> Self {
        Self::new("SU:09", "Parameters tag contains no information.")
    }

    pub(super) fn keys() -> Self {
        Self::new("SU:10", "User and Account API keys are invalid.")
    }

    pub(super) fn no_method() -> Self {
        Self::new("SU:11", "Requested method does not exist.")
    }

    pub(super) fn structure() -> Self {
        Self::new("SU:12", "Incorrect/Missing Structure/Parameters.")
    }

    pub(super) fn unexpected(tag: &str) -> Self {
        Self::new("SU:13", format!("Element {tag} was found where it should not exist."))
    }

    pub(super) fn unknown() -> Self {
        Self::new("SU:9999", "Unknown method call failure.")
    }

    /// ESH:01 to ESH:10, which name no block.
    pub(super) fn invalid(code: &'static str, tag: &str) -> Self {
        Self::new(code, format!("The {tag} provided is not valid."))
    }

    pub(super) fn may_not_call() -> Self {
        Self::new(
            "ESH:11",
            "The required permissions are not met to call the enrollmentSessionHistory method.",
        )
    }

    pub(super) fn group_name(name: &str) -> Self {
        Self::new("ESH:23", format!("The group name '{name}' is not valid."))
    }

    pub(super) fn group_id(id: &str) -> Self {
        Self::new("ESH:24", format!("The group identifier '{id}' is not valid."))
    }

    pub(super) fn may_not_assign() -> Self {
        Self::new("ESH:25", "You do not have permissions to assign a user a course under the group selected.")
    }

    pub(super) fn enrolled() -> Self {
        Self::new("ESH:26", "The user provided is already enrolled into the session.")
    }

    pub(super) fn not_assigned() -> Self {
        Self::new("ESH:27", "The course is not assigned to the learner's group.")
    }

    pub(super) fn failed() -> Self {
        Self::new("ESH:28", "Historical Session enrollment failed.")
    }
}

/// Makes the complaints that name their block: ESH:12 to ESH:22.
pub(super) struct Block(String);

impl Block {
    /// Of the block with this number, counted from 1.
    pub(super) fn new(number: usize, bracketed: bool) -> Self {
        Self(if bracketed { format!("Enrollment [{number}] - ") } else { format!("Enrollment {number} - ") })
    }

    fn complaint(&self, code: &'static str, text: &str) -> Complaint {
        Complaint::new(code, format!("{}{text}", self.0))
    }

    pub(super) fn date(&self) -> Complaint {
        self.complaint("ESH:12", "Enrolled date provided is not valid.")
    }

    pub(super) fn status(&self) -> Complaint {
        self.complaint(
            "ESH:13",
            "Enrollment Status is not valid. Valid statuses are 'NotAttended', 'Attended' or 'Completed'.",
        )
    }

    pub(super) fn course(&self) -> Complaint {
        self.complaint("ESH:14", "The Learning Module ID provided is not valid.")
    }

    pub(super) fn session(&self) -> Complaint {
        self.complaint("ESH:15", "The Learning Module Session ID provided is not valid.")
    }

    pub(super) fn no_session(&self) -> Complaint {
        self.complaint("ESH:16", "The Learning Module Session ID was not provided.")
    }

    pub(super) fn letter(&self) -> Complaint {
        self.complaint(
            "ESH:17",
            "Grade is not valid for session with grade type 'Letter Grade'. Letter Grade must be 5 characters \
             or less.",
        )
    }

    pub(super) fn pass_fail(&self) -> Complaint {
        self.complaint(
            "ESH:18",
            "Grade is not valid for session with grade type 'Pass/Fail'. Valid values are 'Pass' and 'Fail'.",
        )
    }

    pub(super) fn percentage(&self) -> Complaint {
        self.complaint("ESH:19", "Grade is not valid for session with grade type 'Percentage'.")
    }

    pub(super) fn not_attended(&self) -> Complaint {
        self.complaint("ESH:20", "If enrollment status is Not Attended, user cannot have a grade.")
    }

    pub(super) fn email(&self, email: &str) -> Complaint {
        self.complaint("ESH:21", &format!("The email address '{email}' is not a valid user."))
    }

    pub(super) fn employee(&self, id: &str) -> Complaint {
        self.complaint("ESH:22", &format!("The employee id '{id}' is not a valid user."))
    }
}
