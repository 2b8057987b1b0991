//! The session that all calls of a connection share.

use std::sync::Arc;

use secrecy::SecretString;
use tokio::sync::Mutex;

use crate::model::Outcome;

use super::opening::judge_session;
use super::service::Service;
use super::wire::encode_session;

/// An open session, known by its token.
pub(super) type Token = Arc<SecretString>;

/// The session of one connection. Whoever needs one while it is being opened waits for it.
#[derive(Default)]
pub(super) struct Session {
    token: Mutex<Option<Token>>,
}

impl Session {
    /// The session that is open, or a new one where none is.
    ///
    /// # Errors
    /// Why none can be opened, always without effect.
    pub(super) async fn token(&self, service: &Service) -> Result<Token, Outcome> {
        let mut current = self.token.lock().await;
        match &*current {
            Some(token) => Ok(Arc::clone(token)),
            None => open(service, &mut current).await,
        }
    }

    /// A session other than the one that has ended: a new one, unless another call has opened one since.
    ///
    /// # Errors
    /// As `token`.
    pub(super) async fn renewed(&self, service: &Service, ended: &Token) -> Result<Token, Outcome> {
        let mut current = self.token.lock().await;
        match &*current {
            Some(token) if !Arc::ptr_eq(token, ended) => Ok(Arc::clone(token)),
            _ => open(service, &mut current).await,
        }
    }

    /// Opens a session whether one is open or not.
    ///
    /// # Errors
    /// As `token`.
    pub(super) async fn opened(&self, service: &Service) -> Result<Token, Outcome> {
        open(service, &mut *self.token.lock().await).await
    }

    /// Forgets a session that the LMS does not take.
    pub(super) async fn forget(&self, refused: &Token) {
        self.token.lock().await.take_if(|token| Arc::ptr_eq(token, refused));
    }
}

async fn open(service: &Service, current: &mut Option<Token>) -> Result<Token, Outcome> {
    *current = None;
    let call = &service.shape().await?.session;
    let body = encode_session(call, &service.values);
    let answer = service.call(&call.action, &body).await.map_err(Outcome::without_effect)?;
    let token = Arc::new(judge_session(&answer, call, &service.secrets())?);
    *current = Some(Arc::clone(&token));
    Ok(token)
}
