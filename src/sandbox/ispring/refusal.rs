//! Why the account refuses a call, by the names that the vendor's faults have.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::sandbox::soap::Fault;

/// Why the account refuses a call.
#[derive(Debug, Clone, PartialEq, Eq, Copy)]
pub(super) enum Refusal {
    AuthorizationFailed,
    SubscriptionExpired,
    WrongParameters,
    PermissionDenied,
    UnknownContentItem,
    /// What the vendor has no name for.
    Internal,
}

impl Refusal {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::AuthorizationFailed => "Authorization failed",
            Self::SubscriptionExpired => "Account subscription expired",
            Self::WrongParameters => "Wrong parameters",
            Self::PermissionDenied => "Permission denied",
            Self::UnknownContentItem => "Unknown content item",
            Self::Internal => "Internal server error",
        }
    }

    pub(super) fn fault(self) -> Fault {
        match self {
            Self::Internal => Fault::server(self.name()),
            _ => Fault::client(self.name()),
        }
    }

    /// As the REST half answers.
    pub(super) fn response(self) -> Response {
        let status = match self {
            Self::AuthorizationFailed => StatusCode::UNAUTHORIZED,
            Self::SubscriptionExpired | Self::PermissionDenied => StatusCode::FORBIDDEN,
            Self::WrongParameters | Self::UnknownContentItem => StatusCode::BAD_REQUEST,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let body = json!({"code": status.as_u16(), "message": self.name()}).to_string();
        (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
    }
}
