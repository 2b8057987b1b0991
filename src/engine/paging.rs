//! Long lists as iterators over pages.

use std::collections::VecDeque;
use std::io;

use super::EngineError;

/// An iterator over pages that are fetched as they are needed.
pub(super) struct Paged<T, P, F> {
    fetch: F,
    items: VecDeque<T>,
    after: Option<P>,
    ended: bool,
}

impl<T, P: Clone, F: FnMut(Option<P>) -> Result<(VecDeque<T>, Option<P>), EngineError>> Paged<T, P, F> {
    /// `fetch` gives the page behind a place, and the place at its end; no place behind the last page.
    pub(super) fn new(fetch: F) -> Self {
        Self { fetch, items: VecDeque::new(), after: None, ended: false }
    }
}

impl<T, P: Clone, F: FnMut(Option<P>) -> Result<(VecDeque<T>, Option<P>), EngineError>> Iterator
    for Paged<T, P, F>
{
    type Item = io::Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.items.is_empty() && !self.ended {
            match (self.fetch)(self.after.clone()) {
                Ok((items, last)) => {
                    self.items = items;
                    self.ended = last.is_none();
                    self.after = last.or(self.after.take());
                }
                Err(error) => {
                    self.ended = true;
                    return Some(Err(io::Error::other(error)));
                }
            }
        }
        self.items.pop_front().map(Ok)
    }
}
