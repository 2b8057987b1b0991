//! The plain text of what openssl has enciphered, however it comes in.

use std::io::{self, Read};

use base64::Engine;
use secrecy::SecretString;

use super::super::cipher::Mode;
use super::*;

/// Lines of mode, length and Base64: texts of 0 to 70 signs, by
///   openssl enc -aes-128-cbc -K 55707369646540323031360000000000 -iv (the same) -a -A
/// and `-aes-128-ecb`.
const OPENSSL: &str = include_str!("decipher_openssl.txt");

fn cipher(mode: Mode) -> Cipher {
    Cipher::new(&SecretString::from("Upside@2016".to_owned()), mode)
}

fn plain(length: usize) -> String {
    "0123456789abcdefghijklmnopqrstuvwxyz{}\"".chars().cycle().take(length).collect()
}

/// A source that gives a few bytes at a time.
struct Slow<'a>(&'a [u8], usize);

impl Read for Slow<'_> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let most = self.1.min(to.len()).min(self.0.len());
        let count = (&self.0[..most]).read(to)?;
        self.0 = &self.0[count..];
        Ok(count)
    }
}

/// The plain text, and what was wrong with its end.
fn read(text: &str, mode: Mode, piece: usize, at_once: usize) -> (String, Option<NoEnd>) {
    let mut reading = Deciphering::in_pieces(Slow(text.as_bytes(), at_once), &cipher(mode), piece);
    let mut plain = Vec::new();
    let end = reading.read_to_end(&mut plain).err();
    let no_end = end.map(|error| *error.get_ref().unwrap().downcast_ref().unwrap());
    (String::from_utf8_lossy(&plain).into_owned(), no_end)
}

#[test]
fn every_length_comes_out_as_openssl_put_it_in() {
    let mut lines = 0;
    for line in OPENSSL.lines() {
        let [mode, length, text] = <[&str; 3]>::try_from(line.split(' ').collect::<Vec<_>>()).unwrap();
        let mode = if mode == "cbc" { Mode::Cbc } else { Mode::Ecb };
        let expected = plain(length.parse().unwrap());
        for (piece, at_once) in [(BLOCK, 1), (BLOCK, 99), (2 * BLOCK, 7), (3 * BLOCK, 16), (PIECE, 8_192)] {
            assert_eq!(read(text, mode, piece, at_once), (expected.clone(), None), "{line}");
        }
        lines += 1;
    }
    assert_eq!(lines, 2 * 71);
}

/// Around the size of a piece.
#[test]
fn long_texts_are_put_together_again() {
    for length in [PIECE - 1, PIECE, PIECE + 1, PIECE + 15, PIECE + 16, 2 * PIECE, 5 * PIECE + 3] {
        for mode in [Mode::Cbc, Mode::Ecb] {
            let text = cipher(mode).encrypt(&plain(length));
            assert_eq!(read(&text, mode, PIECE, 5_000), (plain(length), None), "{length}");
        }
    }
}

/// `{"status":"success","lmstoken_id":"upsidelmstoken00009"}` by openssl, with Upside@2016.
const ECB: &str = "prgfjC6BEsBvZy7WUi0Da3M1zIkEo6+1IhG7oKtYj4ptEEd2PONS6onFn52EEw8ySSXon46j6zpBjj2ScGcFtQ==";
const JSON: &str = "{\"status\":\"success\",\"lmstoken_id\":\"upsidelmstoken00009\"}";

#[test]
fn base64_is_taken_as_portals_write_it() {
    let lines = ECB.as_bytes().chunks(20).map(|line| String::from_utf8_lossy(line)).collect::<Vec<_>>();
    for text in [
        ECB.to_owned(),
        format!("\"{ECB}\""),
        format!(" '{ECB}'\r\n"),
        format!("\"{}\"\n", ECB.replace('/', "\\/")),
        format!("\"{}\"", ECB.replace('=', "\\u003d").replace('+', "\\u002B")),
        lines.join("\r\n"),
        format!("\"{}\"", lines.join("\\r\\n")),
    ] {
        for at_once in [1, 1_000] {
            assert_eq!(read(&text, Mode::Ecb, PIECE, at_once), (JSON.to_owned(), None), "{text}");
        }
    }
}

#[test]
fn what_has_no_end_is_told_behind_all_that_can_be_read() {
    let half = STANDARD.encode(&STANDARD.decode(ECB).unwrap()[..32]);
    let no_padding = (JSON[..32].to_owned(), Some(NoEnd::NoPadding));
    assert_eq!(read(&half, Mode::Ecb, BLOCK, 9), no_padding);
    assert_eq!(read(&half, Mode::Ecb, PIECE, 9), no_padding);
    for text in ["", "Forbidden", "Service Unavailable", &ECB[..50], &ECB[..52], &format!("\"{ECB}\" x")] {
        assert_eq!(read(text, Mode::Ecb, PIECE, 9).1, Some(NoEnd::NotBlocks), "{text}");
    }
    // Another key.
    let mut other = Deciphering::new(ECB.as_bytes(), &cipher(Mode::Cbc));
    let error = io::copy(&mut other, &mut io::sink()).unwrap_err();
    assert_eq!(error.get_ref().unwrap().downcast_ref(), Some(&NoEnd::NoPadding));
}
