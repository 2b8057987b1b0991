//! `rollbook run`: the daemon.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::trigger;

use super::args::Global;
use super::context::{Failure, busy_sync, configuration, engine, lock, logs};

/// Serves until SIGTERM or SIGINT.
pub(super) async fn run(global: &Global) -> Result<u8, Failure> {
    // The scheduler that ticks has nothing to say that an operator could use.
    logs(global, "info,tokio_cron_scheduler=warn");
    let config = configuration(global)?;
    let engine = engine(config, "rollbook run").await?;
    let Some(lock) = lock(&engine)? else {
        let data = engine.config.data_dir.display();
        return Err(Failure::failed(match busy_sync(&engine) {
            Some(command) => {
                format!("`{command}` is at work in {data}: wait until it has ended, then start again")
            }
            None => {
                format!("another Rollbook already delivers from {data}: one data directory has one daemon")
            }
        }));
    };
    lock.name("rollbook run");
    let stop = stop_on_signal()?;
    let served = trigger::serve(std::sync::Arc::clone(&engine), stop).await;
    engine.store.close().await;
    served?;
    Ok(0)
}

/// A token that SIGTERM or SIGINT cancels.
pub(super) fn stop_on_signal() -> Result<CancellationToken, Failure> {
    let failed = |error: std::io::Error| Failure::failed(format!("could not listen for signals: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let stop = CancellationToken::new();
    let token = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        token.cancel();
    });
    Ok(stop)
}
