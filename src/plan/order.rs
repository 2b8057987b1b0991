//! Managers before those they manage (semantics 12).

use std::collections::HashMap;

use crate::model::{Digest, Fields, Roles};

/// Stands for an e-mail address in the order: 64 bits of its fingerprint, so that a million people
/// cost little memory. Two addresses that collide cost at most a needless wait.
pub fn email_mark(address: &str) -> Option<u64> {
    let address = address.trim().to_lowercase();
    if address.is_empty() {
        return None;
    }
    let fingerprint = Digest::new().part(address).finish();
    fingerprint.as_bytes().first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

/// Collects who manages whom among the changes of a plan, in the order in which they were found.
#[derive(Debug, Default)]
pub struct Order {
    people: Vec<(Option<u64>, Option<u64>, bool)>,
}

/// The rank of each change, and what had to be cut.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Ranks {
    /// One rank a change: all of a rank may go at once, a lower one goes first.
    pub ranks: Vec<u32>,
    /// The changes (by position) at which a cycle of managers was cut.
    pub cut: Vec<usize>,
}

impl Order {
    /// Adds the next change.
    pub fn add(&mut self, roles: &Roles, sent: &Fields, removes: bool) {
        let mark = |field: &Option<_>| field.as_ref().and_then(|name| sent.get(name)).and_then(email_mark);
        self.people.push((mark(&roles.email), mark(&roles.manager), removes));
    }

    /// Ranks all changes: a manager's rank is below that of everybody under them, removals come last.
    pub fn ranks(&self) -> Ranks {
        let by_email: HashMap<u64, usize> = self
            .people
            .iter()
            .enumerate()
            .filter(|(_, (_, _, removes))| !removes)
            .filter_map(|(position, (email, _, _))| email.map(|email| (email, position)))
            .collect();
        let manager = |position: usize| {
            let (email, manager, removes) = self.people.get(position)?;
            let above = by_email.get(manager.as_ref()?).copied()?;
            (!removes && manager != email && above != position).then_some(above)
        };
        let mut found: Vec<Option<u32>> = vec![None; self.people.len()];
        let mut on_path = vec![false; self.people.len()];
        let mut cut = Vec::new();
        for start in 0..self.people.len() {
            let mut path = Vec::new();
            let mut at = start;
            let mut rank = loop {
                if let Some(rank) = found.get(at).copied().flatten() {
                    break rank + 1;
                }
                if on_path.get(at).copied().unwrap_or_default() {
                    cut.push(at);
                    break 0;
                }
                mark(&mut on_path, at, true);
                path.push(at);
                match manager(at) {
                    Some(above) => at = above,
                    None => break 0,
                }
            };
            while let Some(position) = path.pop() {
                mark(&mut on_path, position, false);
                mark(&mut found, position, Some(rank));
                rank += 1;
            }
        }
        let last = found.iter().flatten().max().map_or(0, |rank| rank + 1);
        let ranks = found
            .iter()
            .zip(&self.people)
            .map(|(rank, (_, _, removes))| if *removes { last } else { rank.unwrap_or_default() })
            .collect();
        Ranks { ranks, cut }
    }
}

fn mark<T>(marks: &mut [T], position: usize, value: T) {
    if let Some(slot) = marks.get_mut(position) {
        *slot = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(people: &[(&str, &str)], ranks: &[u32], cut: &[usize]) {
        let roles =
            Roles { email: Some("email".into()), manager: Some("line_manager".into()), ..Roles::default() };
        let mut order = Order::default();
        for (email, manager) in people {
            let fields = [("email", *email), ("line_manager", *manager)].into_iter().collect();
            order.add(&roles, &fields, email.starts_with("gone"));
        }
        assert_eq!(order.ranks(), Ranks { ranks: ranks.to_vec(), cut: cut.to_vec() }, "{people:?}");
    }

    #[test]
    fn managers_come_first_wherever_they_stand() {
        check(&[], &[], &[]);
        check(&[("a@x", ""), ("b@x", "A@X ")], &[0, 1], &[]);
        check(&[("c@x", "b@x"), ("b@x", "a@x"), ("a@x", "")], &[2, 1, 0], &[]);
        check(&[("a@x", "elsewhere@x"), ("", "a@x")], &[0, 1], &[]);
    }

    #[test]
    fn cycles_are_cut_and_said() {
        check(&[("a@x", "a@x")], &[0], &[]);
        check(&[("a@x", "b@x"), ("b@x", "a@x"), ("c@x", "b@x")], &[1, 0, 1], &[0]);
    }

    #[test]
    fn removals_come_last_and_hold_nobody_up() {
        check(&[("gone@x", ""), ("a@x", "gone@x"), ("b@x", "a@x")], &[2, 0, 1], &[]);
    }
}
