//! Texts of the LMS's as they are kept and told: what can't be seen is not in them. Pure.

/// The text on one line, without blanks around it, and without signs that control a terminal or turn the order of
/// what is read.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            // A line break divides words as a blank does.
            '\t' | '\n' | '\r' if plain.ends_with(' ') => {}
            '\t' | '\n' | '\r' => plain.push(' '),
            sign if sign.is_control() || turns(sign) => {}
            sign => plain.push(sign),
        }
    }
    plain.trim().to_owned()
}

/// Whether a sign says in which direction the text around it runs.
fn turns(sign: char) -> bool {
    matches!(sign, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The words with everything that looks like an e-mail address as `***`.
pub(super) fn without_addresses(words: &str) -> String {
    let of_name = |sign: char| sign.is_alphanumeric() || "._%+-".contains(sign);
    let of_host = |sign: char| sign.is_alphanumeric() || ".-".contains(sign);
    let (mut clean, mut left) = (String::new(), words);
    while let Some((before, after)) = left.split_once('@') {
        let (begin, rest) = (before.trim_end_matches(of_name), after.trim_start_matches(of_host));
        if begin.len() < before.len() && rest.len() < after.len() {
            clean.push_str(begin);
            clean.push_str("***");
            left = rest;
        } else {
            clean.push_str(before);
            clean.push('@');
            left = after;
        }
    }
    clean + left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_unseen_is_kept() {
        assert_eq!(plain(" a\u{1b}[31mb\0\u{7f}\u{9b}c\r\n\td "), "a[31mbc d");
        assert_eq!(plain("x\u{202e}txt\u{2066}y\u{200f}"), "xtxty");
        assert_eq!(plain("Übung für Ärzte – 日本"), "Übung für Ärzte – 日本");
        assert_eq!(plain("\u{1}\u{202e}\n"), "");
    }

    #[test]
    fn addresses_are_hidden() {
        let check = |words: &str, expected: &str| assert_eq!(without_addresses(words), expected);
        check("no (Learner ID: ann.lee+1@example.org)", "no (Learner ID: ***)");
        check("<ü@x.de>,b@c", "<***>,***");
        check("at @ 5, @home, me@", "at @ 5, @home, me@");
        check("none", "none");
    }
}
