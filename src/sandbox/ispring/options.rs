//! How the simulated iSpring Learn account is set up.

use std::time::Duration;

/// How the simulated iSpring Learn account is set up.
#[derive(Debug, Clone)]
pub struct IspringOptions {
    /// Who may ask for a token.
    pub client_id: String,
    /// What they must know.
    pub client_secret: String,
    /// How long a token is good.
    pub token_life: Duration,
    /// How many calls a token is good for, whatever it was promised to last; `None`: any number.
    pub token_calls: Option<u32>,
    /// Where SOAP listens.
    pub soap_path: String,
    /// The namespace of the service.
    pub service_namespace: String,
    /// The namespace of the envelopes that are answered; requests may have either.
    pub reply_envelope: String,
    /// The account's subscription has expired.
    pub subscription_expired: bool,
    /// The content items that exist; `None`: any.
    pub content_items: Option<Vec<String>>,
    /// Enrolments that the caller may not change.
    pub denied_enrollments: Vec<String>,
    /// Enrolments that make the whole of their task fail.
    pub failing_enrollments: Vec<String>,
    /// Whether what fails is told as cancelled, where the vocabulary has the word.
    pub cancels: bool,
    /// How often a task is said to be under way before it is said to have ended.
    pub polls: u32,
    /// The words for where a task stands.
    pub states: IspringStates,
    /// A status must have its reason.
    pub reason_required: bool,
    /// `getTaskStatus` must bear a token: the vendor's table says so, its sample has none. One that is there
    /// is checked either way.
    pub status_token_required: bool,
    /// The most rows of a page of a list, whatever is asked for.
    pub page_rows: usize,
    /// Enrolments of users who are not active.
    pub inactive_enrollments: Vec<String>,
    /// Enrolments whose statuses get lost after their task has ended well.
    pub forgotten_enrollments: Vec<String>,
    /// How many questions for an enrolment's results are answered before they show what tasks have set.
    pub shown_after: u32,
    /// The caller may read no results.
    pub results_denied: bool,
}

/// The words for where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IspringStates {
    /// `in progress`, `complete`, `failed`.
    Documents,
    /// `waiting`, `in_progress`, `complete`, `error`, `cancelled`.
    OpenApi,
}

/// Client `sandbox`, tokens of half an hour, every content item and enrolment, tasks that end with the second
/// look at them, and everything else as in the document's samples.
impl Default for IspringOptions {
    fn default() -> Self {
        Self {
            client_id: "sandbox".to_owned(),
            client_secret: "s3cret&=+%".to_owned(),
            token_life: Duration::from_secs(1800),
            token_calls: None,
            soap_path: "/go/services/api/soap".to_owned(),
            service_namespace: "https://ispringlearn.com/go/services/api/soap".to_owned(),
            reply_envelope: "https://schemas.xmlsoap.org/soap/envelope/".to_owned(),
            subscription_expired: false,
            content_items: None,
            denied_enrollments: Vec::new(),
            failing_enrollments: Vec::new(),
            cancels: false,
            polls: 1,
            states: IspringStates::Documents,
            reason_required: false,
            status_token_required: false,
            page_rows: 1000,
            inactive_enrollments: Vec::new(),
            forgotten_enrollments: Vec::new(),
            shown_after: 0,
            results_denied: false,
        }
    }
}
