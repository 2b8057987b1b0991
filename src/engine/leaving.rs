//! What becomes of learners whom a pull does not ask for any more. Pure.

use crate::store::{Leaving, Unasked};

/// So many may leave in one run, however few are known.
const FEW: u64 = 3;

/// Whether those who are not asked for leave, and what is said of it. `by_learner`: whether the pull asks for
/// learners at all.
pub(super) fn leaving(unasked: &Unasked, by_learner: bool) -> Leaving {
    let Unasked { asked, answered, unusable, known, learners, items } = *unasked;
    let stay = |note: Option<String>, held: Option<String>| Leaving { stay: true, note, held };
    if by_learner && asked == 0 && learners > 0 {
        let held = format!(
            "There is no learner to ask for, though {} known: nobody was taken off, and what is known of them \
             stays as it is. Look at the list of learners, put it right, and run the job again.",
            are(known.max(learners), "learner", "learners")
        );
        return stay(None, Some(held));
    }
    if learners == 0 || answered == 0 {
        return Leaving::default();
    }
    if unusable > 0 {
        let note = format!(
            "{} not among those asked for, and nobody was taken off all the same: as long as the list of learners \
             has entries that name nobody ({unusable} now), they may be meant by one",
            are(learners, "learner", "learners")
        );
        return stay(Some(note), None);
    }
    if by_learner && learners > FEW && learners.saturating_mul(2) > known {
        let held = format!(
            "{learners} of {known} learners that are known would be taken off, more than half: nobody was, and what \
             is known of them stays as it is. If the list of learners is not whole, put it right and run the job \
             again. If they are to leave, take at most half of them off before each run, or give the pull another \
             `id`: it begins anew."
        );
        return stay(None, Some(held));
    }
    let note = format!(
        "{} no longer asked for; their {} no longer in the export and {} nothing",
        are(learners, "learner", "learners"),
        are(items, "item", "items"),
        if items == 1 { "feeds" } else { "feed" }
    );
    Leaving { stay: false, note: Some(note), held: None }
}

fn are(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one} is") } else { format!("{count} {many} are") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: Unasked = Unasked { asked: 10, answered: 10, unusable: 0, known: 12, learners: 2, items: 5 };

    #[track_caller]
    fn check(unasked: Unasked, stay: bool, note: &str, held: &str) {
        let found = leaving(&unasked, true);
        assert_eq!(found.stay, stay, "{found:?}");
        let found = [found.note, found.held].map(Option::unwrap_or_default);
        for (found, expected) in found.iter().zip([note, held]) {
            assert!(found.starts_with(expected) && found.is_empty() == expected.is_empty(), "{found}");
        }
    }

    #[test]
    fn who_leaves_is_said() {
        let note =
            "2 learners are no longer asked for; their 5 items are no longer in the export and feed nothing";
        check(USUAL, false, note, "");
        let note =
            "1 learner is no longer asked for; their 1 item is no longer in the export and feeds nothing";
        check(Unasked { learners: 1, items: 1, ..USUAL }, false, note, "");
        check(Unasked { learners: 0, items: 0, ..USUAL }, false, "", "");
        // Nothing was answered: nobody leaves anyway.
        check(Unasked { answered: 0, ..USUAL }, false, "", "");
    }

    #[test]
    fn nobody_leaves_by_a_broken_list() {
        check(
            Unasked { unusable: 1, ..USUAL },
            true,
            "2 learners are not among those asked for, and nobody",
            "",
        );
        let held = "There is no learner to ask for, though 12 learners are known: nobody was taken off";
        check(Unasked { asked: 0, answered: 0, learners: 12, ..USUAL }, true, "", held);
    }

    #[test]
    fn more_than_half_do_not_leave_at_once() {
        check(Unasked { learners: 6, ..USUAL }, false, "6 learners are no longer", "");
        check(
            Unasked { learners: 7, ..USUAL },
            true,
            "",
            "7 of 12 learners that are known would be taken off",
        );
        // A few may, however few there are.
        check(Unasked { known: 3, learners: 3, ..USUAL }, false, "3 learners are no longer", "");
        check(Unasked { known: 4, learners: 4, ..USUAL }, true, "", "4 of 4 learners");
        // A pull for everybody asks for no learner.
        assert!(!leaving(&Unasked { learners: 12, ..USUAL }, false).stay);
    }
}
