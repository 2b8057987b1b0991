//! What all calls of a connection share once it is there: a token, a session, a description of the service.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Mutex;

use crate::model::Outcome;

/// A value that is fetched when it is needed, by one call for all.
pub(super) struct Kept<T> {
    held: Mutex<Held<T>>,
    /// How often it was fetched.
    tries: AtomicU64,
}

struct Held<T> {
    value: Option<T>,
    /// Why the last try got none.
    failure: Option<Outcome>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { held: Mutex::new(Held { value: None, failure: None }), tries: AtomicU64::new(0) }
    }
}

impl<T: Clone> Kept<T> {
    /// The value that is there where it is `good`, else a new one. Calls that need one at the same time
    /// fetch one, and are told of one failure.
    ///
    /// # Errors
    /// What `fetch` gives.
    pub(super) async fn get(
        &self,
        good: impl FnOnce(&T) -> bool,
        fetch: impl Future<Output = Result<T, Outcome>>,
    ) -> Result<T, Outcome> {
        let seen = self.tries.load(Ordering::Relaxed);
        let mut held = self.held.lock().await;
        if let Some(value) = held.value.as_ref().filter(|value| good(value)) {
            return Ok(value.clone());
        }
        // Calls that waited while another one was told why there is none would be told the same.
        if self.tries.load(Ordering::Relaxed) != seen
            && let Some(failure) = &held.failure
        {
            return Err(failure.clone());
        }
        // A call that is given up in the middle leaves none behind.
        *held = Held { value: None, failure: None };
        let fetched = fetch.await;
        self.tries.fetch_add(1, Ordering::Relaxed);
        match &fetched {
            Ok(value) => held.value = Some(value.clone()),
            Err(failure) => held.failure = Some(failure.clone()),
        }
        fetched
    }

    /// Forgets the value where it is `bad`.
    pub(super) async fn forget(&self, bad: impl FnOnce(&mut T) -> bool) {
        self.held.lock().await.value.take_if(bad);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Verdict;

    async fn fetched(tries: &AtomicU64, well: bool) -> Result<u64, Outcome> {
        let count = tries.fetch_add(1, Ordering::Relaxed) + 1;
        // Whoever waits gets its turn.
        tokio::task::yield_now().await;
        if well { Ok(count) } else { Err(Outcome::new(Verdict::Retry, "none", count.to_string())) }
    }

    #[tokio::test]
    async fn calls_at_one_time_share_a_value_and_a_failure() {
        let (kept, tries) = (Kept::default(), AtomicU64::new(0));
        let get = |well| kept.get(|_| true, fetched(&tries, well));
        let (one, two, three) = tokio::join!(get(false), get(false), get(false));
        assert_eq!((&one, &one), (&two, &three));
        assert_eq!((one.unwrap_err().reason.as_str(), tries.load(Ordering::Relaxed)), ("1", 1));
        // A later call asks anew.
        let (one, two) = tokio::join!(get(true), get(true));
        assert_eq!((one, two), (Ok(2), Ok(2)));
        assert_eq!(kept.get(|value| *value != 2, fetched(&tries, true)).await, Ok(3));
        kept.forget(|value| *value == 2).await;
        assert_eq!(get(false).await, Ok(3));
        kept.forget(|value| *value == 3).await;
        assert_eq!(get(true).await, Ok(4));
    }
}
