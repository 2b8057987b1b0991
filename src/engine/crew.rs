//! The deliveries that go on beside the runs: one line a connection, and the mails.

use std::sync::Arc;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{Engine, EngineError};

/// All deliveries of a data directory. Only the holder of its lock may start them.
#[derive(Debug)]
pub struct Crew {
    tasks: JoinSet<Result<(), EngineError>>,
    stop: CancellationToken,
}

impl Crew {
    /// Starts delivering.
    pub fn start(engine: &Arc<Engine>) -> Self {
        let mut tasks = JoinSet::new();
        let stop = CancellationToken::new();
        for connection in engine.config.connections.keys() {
            tasks.spawn(Arc::clone(engine).deliver(connection.clone(), stop.clone()));
        }
        tasks.spawn(Arc::clone(engine).deliver_mails(stop.clone()));
        Self { tasks, stop }
    }

    /// Waits until a delivery fails; they never end by themselves.
    pub async fn failed(&mut self) -> EngineError {
        loop {
            match self.tasks.join_next().await {
                Some(Ok(Ok(()))) => {}
                Some(Ok(Err(error))) => return error,
                Some(Err(error)) => return EngineError::Task(error.to_string()),
                None => std::future::pending().await,
            }
        }
    }

    /// Ends cleanly: calls that are out are waited for and settled.
    ///
    /// # Errors
    /// The first failure of a delivery.
    pub async fn stop(mut self) -> Result<(), EngineError> {
        self.stop.cancel();
        let mut first = Ok(());
        while let Some(ended) = self.tasks.join_next().await {
            let ended = ended.unwrap_or_else(|error| Err(EngineError::Task(error.to_string())));
            first = first.and(ended);
        }
        first
    }
}
