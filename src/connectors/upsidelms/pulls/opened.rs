//! Opens an answer, which may be plain JSON or enciphered, and reads it through. Pure: what it is read from is
//! the caller's.

use std::io::{self, BufRead, BufReader, Read};

use super::super::cipher::{Cipher, begins_as_json, is_text};
use super::super::decipher::{Deciphering, NoEnd};
use super::super::wire::Answer;
use super::reading::{Flaw, Heard, Take, read};
use crate::connectors::http::looks_like;
use crate::model::PullShape;

/// How much is read at one time, which is also what is looked at to tell what an answer is.
const AT_ONCE: usize = 64 * 1024;

/// Reads an answer and hands on the items of its curricula; `None` where nobody takes them any more.
///
/// It is JSON where it begins as such, or else enciphered JSON: portals were seen to answer either way, whatever
/// was asked.
pub(super) fn open(
    body: impl Read,
    cipher: &Cipher,
    shape: &PullShape,
    take: Take<'_>,
) -> Option<Answer<Heard>> {
    let mut body = BufReader::with_capacity(AT_ONCE, body);
    let Ok((first, like)) = skip_to_text(&mut body) else { return Some(UNREAD) };
    match first {
        Some(b'{' | b'[') => answer(read(body, shape, take), "JSON that is cut off or broken"),
        Some(byte) if byte.is_ascii_alphanumeric() || b"+/\"'".contains(&byte) => {
            enciphered(Deciphering::new(body, cipher), like, shape, take)
        }
        _ => Some(Answer::Unreadable(like)),
    }
}

const UNREAD: Answer<Heard> = Answer::Unreadable("a file that can't be read again");

fn enciphered(
    mut plain: Deciphering<impl Read>,
    like: &'static str,
    shape: &PullShape,
    take: Take<'_>,
) -> Option<Answer<Heard>> {
    let begin = match skip_mark(&mut plain) {
        Ok(begin) => begin,
        Err(error) => return Some(no_end(&error).map_or(UNREAD, |_| Answer::Unreadable(like))),
    };
    if begins_as_json(&begin) {
        return match read(&mut plain, shape, take) {
            Err(Flaw::Source(error)) => Some(match no_end(&error) {
                Some(NoEnd::NotBlocks | NoEnd::NoPadding) => {
                    Answer::Spoilt("enciphered JSON without its end".to_owned())
                }
                None => UNREAD,
            }),
            other => answer(other, "enciphered, but no JSON inside"),
        };
    }
    // Whether it was enciphered at all shows at its end.
    let end = io::copy(&mut plain, &mut io::sink());
    Some(match end.map_err(|error| no_end(&error)) {
        Ok(_) if is_text(&begin) => Answer::Unreadable("enciphered, but no JSON inside"),
        Ok(_) | Err(Some(NoEnd::NoPadding)) => Answer::WrongKey,
        Err(Some(NoEnd::NotBlocks)) => Answer::Unreadable(like),
        Err(None) => UNREAD,
    })
}

fn answer(read: Result<Heard, Flaw>, broken: &'static str) -> Option<Answer<Heard>> {
    Some(match read {
        Ok(heard) => Answer::Reply(heard),
        Err(Flaw::Broken) => Answer::Unreadable(broken),
        Err(Flaw::Odd(what)) => Answer::Unreadable(what),
        Err(Flaw::Spoilt(what)) => Answer::Spoilt(what),
        Err(Flaw::Source(_)) => UNREAD,
        Err(Flaw::Gone) => return None,
    })
}

/// Skips the byte order mark and blanks; gives the first byte behind them, and what the text looks like.
fn skip_to_text(body: &mut impl BufRead) -> io::Result<(Option<u8>, &'static str)> {
    skip_mark(body)?;
    loop {
        let held = body.fill_buf()?;
        let like = looks_like(held);
        if held.is_empty() {
            return Ok((None, like));
        }
        match held.iter().position(|byte| !byte.is_ascii_whitespace()) {
            Some(blanks) => {
                let first = held.get(blanks).copied();
                body.consume(blanks);
                return Ok((first, like));
            }
            None => {
                let blanks = held.len();
                body.consume(blanks);
            }
        }
    }
}

/// Skips the byte order mark; gives a block of what stands behind it.
fn skip_mark(text: &mut impl BufRead) -> io::Result<Vec<u8>> {
    if text.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
        text.consume(3);
    }
    let held = text.fill_buf()?;
    Ok(held.get(..held.len().min(16)).unwrap_or_default().to_vec())
}

/// What was wrong with the end, where that is the error.
fn no_end(error: &io::Error) -> Option<NoEnd> {
    error.get_ref()?.downcast_ref().copied()
}

#[cfg(test)]
#[path = "opened_tests.rs"]
mod tests;
