//! The limits of a connection, which all that calls it shares: so many calls at a time, so many a second.

use std::future::Future;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};

use crate::config::Connection;

/// The leave to make one call, for as long as it lives.
pub(super) type Permit = OwnedSemaphorePermit;

/// A leave that is waited for.
pub(super) type PermitFuture = Pin<Box<dyn Future<Output = Permit> + Send + Sync>>;

/// The limits of one connection.
#[derive(Debug)]
pub(super) struct Limits {
    permits: Arc<Semaphore>,
    rate: Option<DefaultDirectRateLimiter>,
    /// Held by the one pull that waits for the rate: so a delivery never stands behind a crowd of them.
    turn: Mutex<()>,
}

impl Limits {
    /// Those of this connection.
    pub(super) fn new(connection: &Connection) -> Self {
        let products = connection.operations.iter().filter_map(|operation| operation.concurrency).min();
        let calls =
            connection.concurrency.min(products.unwrap_or(usize::MAX)).clamp(1, Semaphore::MAX_PERMITS);
        let rate = NonZeroU32::new(connection.requests_per_second).map(|rate| {
            // A burst of one keeps calls evenly apart: "5 a second" is never ten at once.
            RateLimiter::direct(Quota::per_second(rate).allow_burst(NonZeroU32::MIN))
        });
        Self { permits: Arc::new(Semaphore::new(calls)), rate, turn: Mutex::default() }
    }

    /// Leave to make a call, where it can be had at once and nobody has waited for it before.
    pub(super) fn permit_now(&self) -> Option<Permit> {
        Arc::clone(&self.permits).try_acquire_owned().ok()
    }

    /// Leave to make a call, in the order in which it was asked for.
    pub(super) fn permit(&self) -> PermitFuture {
        let permits = Arc::clone(&self.permits);
        Box::pin(async move {
            match permits.acquire_owned().await {
                Ok(permit) => permit,
                // Nobody closes it.
                Err(_) => std::future::pending().await,
            }
        })
    }

    /// Uses the rate for a call now.
    ///
    /// # Errors
    /// How long it does not allow one.
    pub(super) fn rate_now(&self) -> Result<(), Duration> {
        let checked = self.rate.as_ref().map_or(Ok(()), DefaultDirectRateLimiter::check);
        checked.map_err(|not_yet| not_yet.wait_time_from(DefaultClock::default().now()))
    }

    /// Waits until the rate allows a call.
    pub(super) async fn rate(&self) {
        let _turn = self.turn.lock().await;
        if let Some(rate) = &self.rate {
            rate.until_ready().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(calls: usize, rate: u32) -> Limits {
        let rate = NonZeroU32::new(rate)
            .map(|rate| RateLimiter::direct(Quota::per_second(rate).allow_burst(NonZeroU32::MIN)));
        Limits { permits: Arc::new(Semaphore::new(calls)), rate, turn: Mutex::default() }
    }

    #[tokio::test]
    async fn whoever_asked_first_goes_first() {
        let limits = limits(1, 0);
        let out = limits.permit_now().unwrap();
        assert!(limits.permit_now().is_none());
        // A delivery between two pulls that wait.
        let order = Arc::new(std::sync::Mutex::new(Vec::new()));
        let mut waiting = tokio::task::JoinSet::new();
        for name in ["pull", "delivery", "another pull"] {
            let (mut permit, order) = (limits.permit(), Arc::clone(&order));
            let queued = Arc::new(tokio::sync::Notify::new());
            let there = Arc::clone(&queued);
            waiting.spawn(async move {
                let asked = std::future::poll_fn(|context| {
                    let polled = permit.as_mut().poll(context);
                    there.notify_one();
                    polled
                });
                let permit = asked.await;
                order.lock().unwrap().push(name);
                drop(permit);
            });
            queued.notified().await;
        }
        // Nobody overtakes them, not even in the moment in which a leave is given back.
        drop(out);
        assert!(limits.permit_now().is_none());
        while waiting.join_next().await.is_some() {}
        assert_eq!(*order.lock().unwrap(), ["pull", "delivery", "another pull"]);
        assert!(limits.permit_now().is_some());
    }

    #[tokio::test]
    async fn the_rate_is_one_for_all() {
        let limits = limits(9, 1);
        limits.rate().await;
        let wait = limits.rate_now().unwrap_err();
        assert!(wait > Duration::from_millis(500) && wait <= Duration::from_secs(1), "{wait:?}");
    }
}
