//! What of an LMS's own words may be told: without secrets, and not endless.

use secrecy::{ExposeSecret, SecretString};

/// The text with every one of these secrets as `***`, cut after `max_chars` characters. Secrets of fewer
/// than four characters are left: they would mask ordinary words, and tell nobody anything.
pub(super) fn clean(text: &str, max_chars: usize, secrets: &[&SecretString]) -> String {
    mask(text, max_chars, secrets.iter().map(|secret| secret.expose_secret()))
}

/// The same for values that are no secrets, and are still nobody's business (whom a call was about).
pub(super) fn mask<'a>(text: &str, max_chars: usize, hidden: impl Iterator<Item = &'a str>) -> String {
    let mut hidden: Vec<&str> = hidden.filter(|hidden| hidden.chars().count() >= 4).collect();
    // One may be a part of another: the longer goes first.
    hidden.sort_by_key(|hidden| std::cmp::Reverse(hidden.len()));
    let clean = hidden.iter().fold(text.to_owned(), |text, hidden| text.replace(hidden, "***"));
    match clean.char_indices().nth(max_chars) {
        Some((end, _)) => format!("{}…", clean.get(..end).unwrap_or_default()),
        None => clean,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_the_longer_first_and_words_are_cut() {
        let (inner, outer, short) =
            ("abcd".to_owned().into(), "abcdef".to_owned().into(), "abc".to_owned().into());
        assert_eq!(clean("abcdef abcd abc", 99, &[&inner, &outer, &short]), "*** *** abc");
        assert_eq!(clean(&"ü".repeat(9), 3, &[]), "üüü…");
    }
}
