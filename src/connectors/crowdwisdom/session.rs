//! The session that all calls of a connection share.

use std::sync::Arc;

use secrecy::SecretString;

use crate::connectors::kept::Kept;
use crate::model::Outcome;

use super::opening::judge_session;
use super::service::Service;
use super::wire::encode_session;

/// An open session, known by its token.
pub(super) type Token = Arc<SecretString>;

/// The session of one connection. Whoever needs one while it is being opened waits for it, and is told why
/// there is none.
#[derive(Default)]
pub(super) struct Session(Kept<Token>);

impl Session {
    /// The session that is open, or a new one where none is.
    ///
    /// # Errors
    /// Why none can be opened, always without effect.
    pub(super) async fn token(&self, service: &Service) -> Result<Token, Outcome> {
        self.0.get(|_| true, open(service)).await
    }

    /// A session other than the one that has ended: a new one, unless another call has opened one since.
    ///
    /// # Errors
    /// As `token`.
    pub(super) async fn renewed(&self, service: &Service, ended: &Token) -> Result<Token, Outcome> {
        self.0.get(|token| !Arc::ptr_eq(token, ended), open(service)).await
    }

    /// Opens a session whether one is open or not.
    ///
    /// # Errors
    /// As `token`.
    pub(super) async fn opened(&self, service: &Service) -> Result<Token, Outcome> {
        self.0.get(|_| false, open(service)).await
    }

    /// Forgets a session that the LMS does not take.
    pub(super) async fn forget(&self, refused: &Token) {
        self.0.forget(|token| Arc::ptr_eq(token, refused)).await;
    }
}

async fn open(service: &Service) -> Result<Token, Outcome> {
    let shape = service.shape().await?;
    let body = encode_session(&shape.session, &service.values);
    let answer = service.call(&shape.session.action, &body).await.map_err(Outcome::without_effect)?;
    Ok(Arc::new(judge_session(&answer, &shape.session, &service.secrets())?))
}
