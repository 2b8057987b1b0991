//! What of an LMS's own words may be told: without secrets, and not endless.

use secrecy::{ExposeSecret, SecretString};

/// The longest reason that is kept, in characters.
pub(super) const REASON_CHARS: usize = 2_000;

/// The longest code that is kept, in characters.
const CODE_CHARS: usize = 40;

/// What may stand in nobody's place: too short to be told from ordinary words, unless it is one by itself.
const SHORT: usize = 4;

/// The LMS's words as a reason holds them, with every one of these texts as `***`.
pub(super) fn reason<'a>(words: &str, hidden: impl IntoIterator<Item = &'a str>) -> String {
    mask(words, REASON_CHARS, hidden)
}

/// The LMS's code, or a name of its own, with every one of these texts as `***`.
pub(super) fn code<'a>(code: &str, hidden: impl IntoIterator<Item = &'a str>) -> String {
    mask(code, CODE_CHARS, hidden)
}

/// The texts of secrets, which nothing may tell.
pub(super) fn texts<'a>(secrets: &'a [&'a SecretString]) -> impl Iterator<Item = &'a str> {
    secrets.iter().map(|secret| secret.expose_secret())
}

/// The words without these people, for what is about a connection as a whole: a person's name is hidden
/// however short it is, where it stands as a word.
pub(super) fn impersonal<'a>(words: &str, people: impl IntoIterator<Item = &'a str>) -> String {
    let mut people: Vec<&str> = people.into_iter().filter(|text| text.chars().count() > 1).collect();
    people.sort_by_key(|text| std::cmp::Reverse(text.len()));
    people.dedup();
    people.iter().fold(words.to_owned(), |words, person| match person.chars().count() {
        SHORT.. => words.replace(person, "***"),
        _ => without_word(&words, person),
    })
}

/// The text with every one of these as `***`, cut after `max_chars` characters. Of fewer than four
/// characters they are left: they would mask ordinary words, and tell nobody anything.
fn mask<'a>(text: &str, max_chars: usize, hidden: impl IntoIterator<Item = &'a str>) -> String {
    let mut hidden: Vec<&str> = hidden.into_iter().filter(|hidden| hidden.chars().count() >= SHORT).collect();
    // One may be a part of another: the longer goes first.
    hidden.sort_by_key(|hidden| std::cmp::Reverse(hidden.len()));
    let clean = hidden.iter().fold(text.to_owned(), |text, hidden| text.replace(hidden, "***"));
    match clean.char_indices().nth(max_chars) {
        Some((end, _)) => format!("{}…", clean.get(..end).unwrap_or_default()),
        None => clean,
    }
}

fn without_word(text: &str, word: &str) -> String {
    let mut left = text;
    let mut clean = String::new();
    while let Some((before, after)) = left.split_once(word) {
        let joined = |end: Option<char>| end.is_some_and(char::is_alphanumeric);
        let begun = before.chars().next_back().or_else(|| clean.chars().next_back());
        let whole = !joined(begun) && !joined(after.chars().next());
        clean.push_str(before);
        clean.push_str(if whole { "***" } else { word });
        left = after;
    }
    clean + left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_the_longer_first_and_words_are_cut() {
        assert_eq!(mask("abcdef abcd abc", 99, ["abcd", "abcdef", "abc"]), "*** *** abc");
        assert_eq!(mask("abcdef abcd abc", 5, ["abcd", "abcdef"]), "*** *…");
        assert_eq!(mask(&"ü".repeat(9), 3, []), "üüü…");
        assert_eq!(code(&"c".repeat(99), []).chars().count(), CODE_CHARS + 1);
        assert_eq!(reason(&"r".repeat(9_999), []).chars().count(), REASON_CHARS + 1);
        assert_eq!(reason("of secret-1", texts(&[&"secret-1".to_owned().into()])), "of ***");
    }

    #[test]
    fn people_are_masked_however_short_their_names_are() {
        let people = ["ann@example.org", "Ann", "Lee", "C-1", ""];
        let check = |words: &str, expected: &str| assert_eq!(impersonal(words, people), expected);
        check("could not process Ann Lee", "could not process *** ***");
        check("Annex, Leeds and Ann: ann@example.org", "Annex, Leeds and ***: ***");
        check("AnnAnn C-1", "AnnAnn ***");
    }
}
