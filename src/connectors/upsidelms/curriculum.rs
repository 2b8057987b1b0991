//! When two IDs mean one curriculum. Pure.
//!
//! The LMS holds IDs as numbers, and exports write them as they like: what went out as `031` comes back as
//! `31`. Taken for another one it would be assigned, and mailed, twice.

/// Whether two IDs surely mean one curriculum: numbers by their value, others as they stand, without the
/// blanks around them.
pub(super) fn same_id(one: &str, other: &str) -> bool {
    let (one, other) = (one.trim(), other.trim());
    let numbers = is_number(one) && is_number(other);
    one == other || (numbers && without_zeros(one) == without_zeros(other))
}

/// Whether two IDs may mean one curriculum: they differ in blanks, case or leading zeros alone.
pub(super) fn alike(one: &str, other: &str) -> bool {
    bare(one) == bare(other)
}

fn is_number(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// IDs may be longer than any number type.
fn without_zeros(number: &str) -> &str {
    number.trim_start_matches('0')
}

/// In small letters, without blanks, and without the zeros that begin a number.
fn bare(id: &str) -> String {
    let mut bare = String::new();
    let mut in_number = false;
    for c in id.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase) {
        if c != '0' || in_number {
            bare.push(c);
        }
        in_number = c.is_ascii_digit() && (in_number || c != '0');
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(one: &str, other: &str, same: bool, may_be: bool) {
        for (one, other) in [(one, other), (other, one)] {
            assert_eq!((same_id(one, other), alike(one, other)), (same, may_be), "{one:?} {other:?}");
        }
    }

    #[test]
    fn numbers_are_compared_by_their_value() {
        check("31", "31", true, true);
        check("031", "31", true, true);
        check(" 31\t", "0031", true, true);
        check("00", "0", true, true);
        check("0123456789012345678901234567890", "123456789012345678901234567890", true, true);
        check("31", "310", false, false);
        check("31", "301", false, false);
        check("0", "10", false, false);
        check("", "0", false, true);
    }

    #[test]
    fn other_ids_may_be_the_same_but_for_case_and_zeros() {
        check("UL-7", " UL-7 ", true, true);
        check("ul-7", "UL-7", false, true);
        check("UL-07", "UL-7", false, true);
        check("UL - 7", "UL-7", false, true);
        check("UL-70", "UL-7", false, false);
        check("UL-7", "VL-7", false, false);
        check("31", "C31", false, false);
    }
}
