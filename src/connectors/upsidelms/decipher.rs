//! Answers that are too large to be deciphered at once: Base64 and AES, read through piece by piece. Pure.

use std::io::{self, BufRead, Read};

use base64::engine::general_purpose::{GeneralPurpose, STANDARD};
use base64::read::DecoderReader;

use super::cipher::{BLOCK, Blocks, Cipher, padding};

/// How much is deciphered at one time; whole blocks.
const PIECE: usize = 512 * BLOCK;

/// Why an enciphered text has no end that is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoEnd {
    /// Something in it is no Base64, or it does not end with a whole block: it was never enciphered, or it is cut
    /// off.
    #[error("not whole blocks in Base64")]
    NotBlocks,
    /// What stands behind its last block is not the padding: another key or mode, or it is cut off.
    #[error("no padding at its end")]
    NoPadding,
}

/// The plain text of an enciphered one. What is wrong with its end is known there: as the cause of an error, once
/// all that stands before it has been read.
pub(super) struct Deciphering<R: Read> {
    source: DecoderReader<'static, GeneralPurpose, Base64Text<R>>,
    blocks: Blocks,
    piece: usize,
    /// Plain bytes; those from `end` on are held back, since they may turn out to be the padding.
    plain: Vec<u8>,
    at: usize,
    end: usize,
    ended: Option<Result<(), NoEnd>>,
}

impl<R: Read> Deciphering<R> {
    /// The plain text of what stands in `source`, as `cipher` has it.
    pub(super) fn new(source: R, cipher: &Cipher) -> Self {
        Self::in_pieces(source, cipher, PIECE)
    }

    fn in_pieces(source: R, cipher: &Cipher, piece: usize) -> Self {
        Self {
            source: DecoderReader::new(Base64Text::new(source), &STANDARD),
            blocks: cipher.blocks(),
            piece,
            plain: Vec::with_capacity(piece + BLOCK),
            at: 0,
            end: 0,
            ended: None,
        }
    }

    /// Deciphers the next piece.
    fn advance(&mut self) -> io::Result<()> {
        self.plain.drain(..self.end);
        (self.at, self.end) = (0, 0);
        let before = self.plain.len();
        let wanted = u64::try_from(self.piece).unwrap_or(u64::MAX);
        let read = match self.source.by_ref().take(wanted).read_to_end(&mut self.plain) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                self.ended = Some(Err(NoEnd::NotBlocks));
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        self.blocks.decipher(self.plain.get_mut(before..).unwrap_or_default());
        if read == self.piece {
            self.end = self.plain.len().saturating_sub(BLOCK);
            return Ok(());
        }
        let length = self.plain.len();
        let over = length % BLOCK;
        let (end, ended) = match padding(&self.plain) {
            _ if length == 0 || over > 0 => (length - over, Err(NoEnd::NotBlocks)),
            Some(fill) => (length - fill, Ok(())),
            None => (length, Err(NoEnd::NoPadding)),
        };
        (self.end, self.ended) = (end, Some(ended));
        Ok(())
    }
}

impl<R: Read> BufRead for Deciphering<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.at == self.end {
            match self.ended {
                None => self.advance()?,
                Some(Ok(())) => break,
                Some(Err(no_end)) => return Err(io::Error::other(no_end)),
            }
        }
        Ok(self.plain.get(self.at..self.end).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.at = (self.at + count).min(self.end);
    }
}

impl<R: Read> Read for Deciphering<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(to)?;
        self.consume(count);
        Ok(count)
    }
}

/// Base64 as portals send it, as Base64 alone: without line breaks and blanks, and out of its quotation marks,
/// within which a JSON text may have any of its characters escaped.
struct Base64Text<R> {
    source: R,
    raw: Vec<u8>,
    begun: bool,
    quote: Option<u8>,
    closed: bool,
    escape: Escape,
}

#[derive(Clone, Copy)]
enum Escape {
    None,
    Begun,
    /// `\u`, and so many digits of a number that is this so far.
    Number(u8, u32),
}

/// Nothing that Base64 has: what is not to be read makes the text unreadable, and is not passed over.
const ALIEN: u8 = b'!';

impl<R: Read> Base64Text<R> {
    fn new(source: R) -> Self {
        Self { source, raw: vec![0; 8192], begun: false, quote: None, closed: false, escape: Escape::None }
    }

    /// What a byte adds to the text.
    fn take(&mut self, byte: u8) -> Option<u8> {
        match self.escape {
            Escape::Begun => {
                self.escape = if byte == b'u' { Escape::Number(0, 0) } else { Escape::None };
                return match byte {
                    b'u' | b'n' | b'r' | b't' => None,
                    other => Some(other),
                };
            }
            Escape::Number(digits, number) => {
                let digit = char::from(byte).to_digit(16);
                let number = number * 16 + digit.unwrap_or(0);
                self.escape = if digits == 3 { Escape::None } else { Escape::Number(digits + 1, number) };
                return match (digit, digits) {
                    (None, _) => Some(ALIEN),
                    (_, 3) => Some(u8::try_from(number).unwrap_or(ALIEN)).filter(|byte| !blank(*byte)),
                    _ => None,
                };
            }
            Escape::None => {}
        }
        match byte {
            byte if blank(byte) => None,
            _ if self.closed => Some(ALIEN),
            b'"' | b'\'' if !self.begun => {
                (self.begun, self.quote) = (true, Some(byte));
                None
            }
            byte if Some(byte) == self.quote => {
                self.closed = true;
                None
            }
            b'\\' => {
                self.escape = Escape::Begun;
                None
            }
            byte => {
                self.begun = true;
                Some(byte)
            }
        }
    }
}

fn blank(byte: u8) -> bool {
    byte.is_ascii_whitespace()
}

impl<R: Read> Read for Base64Text<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let mut raw = std::mem::take(&mut self.raw);
        let mut count = 0;
        let most = raw.len().min(to.len());
        let mut outcome = Ok(());
        // A piece may hold nothing but line breaks, which is no end.
        while count == 0 && most > 0 {
            let read = match self.source.read(raw.get_mut(..most).unwrap_or_default()) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) => {
                    outcome = Err(error);
                    break;
                }
            };
            let taken = raw.iter().take(read).filter_map(|byte| self.take(*byte));
            for (slot, byte) in to.iter_mut().zip(taken) {
                *slot = byte;
                count += 1;
            }
        }
        self.raw = raw;
        outcome.map(|()| count)
    }
}

#[cfg(test)]
#[path = "decipher_tests.rs"]
mod tests;
