//! The errors that the vendor's documents name, and what a person can do.

/// An error by its words in `faultstring`, or in REST's `message`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// "account or user cannot be found"; also what an ended token comes to.
    AuthorizationFailed,
    /// "subscription for a given account has already expired".
    SubscriptionExpired,
    /// "parameters passed to the system have invalid values".
    WrongParameters,
    /// "The user doesn't have permission to handle the request or can't edit the content item."
    PermissionDenied,
    /// "The module with the specified ID has not been found", and of a task: "the request ID".
    UnknownContentItem,
}

impl Named {
    const ALL: [Self; 5] = [
        Self::AuthorizationFailed,
        Self::SubscriptionExpired,
        Self::WrongParameters,
        Self::PermissionDenied,
        Self::UnknownContentItem,
    ];

    /// The error whose words stand in this text, in any case and with any blanks.
    pub(super) fn of(text: &str) -> Option<Self> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        Self::ALL.into_iter().find(|named| text.contains(&named.words().to_lowercase()))
    }

    /// As the documents print it.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::AuthorizationFailed => "Authorization failed",
            Self::SubscriptionExpired => "Account subscription expired",
            Self::WrongParameters => "Wrong parameters",
            Self::PermissionDenied => "Permission denied",
            Self::UnknownContentItem => "Unknown content item",
        }
    }
}

pub(super) const NEW_TOKEN_REFUSED: &str = "a new token was refused too: is the account of this API key still \
                                            there, and is base_url its own?";
pub(super) const RENEW_SUBSCRIPTION: &str = "renew the subscription of the account";
pub(super) const CHECK_PARAMETERS: &str = "check the ids, the date, the status and the score";
pub(super) const CHECK_PERMISSIONS: &str = "the account of the API key must be allowed to edit the content item, \
                                            and the person must belong to a department that it manages";
pub(super) const CHECK_CONTENT_ITEM: &str = "contentItemId is not the moduleId (GET /courses/modules lists \
                                             both); it is tried again at the next run";
pub(super) const CHECK_ENVELOPE: &str = "is soap_path the address of a SOAP 1.1 service?";
pub(super) const CHECK_RECORD: &str = "check that enrollmentId is an enrolment in this course, that contentItemId \
                                       is not the moduleId, and that the item is no training, whose status \
                                       can't be set";
pub(super) const TASK_UNKNOWN: &str = "the LMS does not know the task; its records are sent again";
pub(super) const TASK_NOT_SHOWN: &str = "the LMS does not show the task, so it may have ended well or not: allow \
                                         the account of the API key to edit the content item";
