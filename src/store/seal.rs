//! Sealing: what is secret lies on disk only as XChaCha20-Poly1305 under a key derived from `data_key`.
//!
//! A sealed value is a nonce of 24 bytes and the ciphertext. A sealed file is a header and chunks of
//! 64 KiB, each sealed with its number and whether it is the last as associated data, so that chunks
//! can't be dropped, swapped or cut off unseen.

use std::io::{self, Read, Write};

use chacha20poly1305::aead::{Aead, Generate, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::model::SecretHasher;

const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
const CHUNK_BYTES: usize = 64 * 1024;
const MAGIC: &[u8; 16] = b"rollbook sealed1";

/// Something that can't be opened with this key, or was damaged.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// Another key, or damaged content; which of them can't be told.
    #[error("it can't be opened: it was sealed with another data_key, or is damaged")]
    Open,
    /// The file could not be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Seals and opens under the data key.
#[derive(Clone)]
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    hash_key: Zeroizing<[u8; 32]>,
}

impl Sealer {
    /// A sealer for the data key; any text of good length will do as a key.
    pub fn new(data_key: &SecretString) -> Self {
        let secret = data_key.expose_secret().as_bytes();
        let seal_key = Zeroizing::new(blake3::derive_key("rollbook 2026-11 seal secret fields", secret));
        let hash_key = Zeroizing::new(blake3::derive_key("rollbook 2026-11 compare secret fields", secret));
        Self { cipher: XChaCha20Poly1305::new((&*seal_key).into()), hash_key }
    }

    /// A new key for `data_key`: 64 hexadecimal digits from the system's randomness.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn random_key() -> Result<SecretString, SealError> {
        let key = chacha20poly1305::Key::try_generate().map_err(|_| SealError::Open)?;
        let text: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(SecretString::from(text))
    }

    /// A hasher that compares secrets without keeping them.
    pub fn hasher(&self) -> SecretHasher {
        SecretHasher::new(*self.hash_key)
    }

    /// Seals a value. `context` says what it belongs to; it opens only there.
    ///
    /// # Errors
    /// When the system has no randomness to give, or the value is absurdly long.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>, SealError> {
        let nonce = XNonce::try_generate().map_err(|_| SealError::Open)?;
        let sealed = self
            .cipher
            .encrypt(&nonce, Payload { msg: plain, aad: context.as_bytes() })
            .map_err(|_| SealError::Open)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what `seal` sealed.
    ///
    /// # Errors
    /// When it was sealed with another key or for another context, or is damaged.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(SealError::Open)?;
        self.cipher
            .decrypt(nonce.into(), Payload { msg: sealed, aad: context.as_bytes() })
            .map(Zeroizing::new)
            .map_err(|_| SealError::Open)
    }

    /// Seals a stream, in bounded memory.
    ///
    /// # Errors
    /// When reading or writing fails.
    pub fn seal_stream(&self, mut from: impl Read, mut to: impl Write) -> Result<(), SealError> {
        to.write_all(MAGIC)?;
        let mut chunk = read_chunk(&mut from, CHUNK_BYTES)?;
        for number in 0_u64.. {
            let next =
                if chunk.len() < CHUNK_BYTES { Vec::new() } else { read_chunk(&mut from, CHUNK_BYTES)? };
            let last = next.is_empty();
            to.write_all(&self.seal(&chunk_context(number, last), &chunk)?)?;
            if last {
                break;
            }
            chunk = next;
        }
        Ok(to.flush()?)
    }

    /// Opens a stream that `seal_stream` sealed.
    ///
    /// # Errors
    /// When it is no such stream, was sealed with another key, is cut off or damaged, or reading or
    /// writing fails.
    pub fn open_stream(&self, mut from: impl Read, mut to: impl Write) -> Result<(), SealError> {
        const SEALED_BYTES: usize = NONCE_BYTES + CHUNK_BYTES + TAG_BYTES;
        let mut magic = [0; MAGIC.len()];
        from.read_exact(&mut magic).map_err(|_| SealError::Open)?;
        if &magic != MAGIC {
            return Err(SealError::Open);
        }
        let mut chunk = read_chunk(&mut from, SEALED_BYTES)?;
        for number in 0_u64.. {
            let next =
                if chunk.len() < SEALED_BYTES { Vec::new() } else { read_chunk(&mut from, SEALED_BYTES)? };
            let last = next.is_empty();
            to.write_all(&self.open(&chunk_context(number, last), &chunk)?)?;
            if last {
                break;
            }
            chunk = next;
        }
        Ok(to.flush()?)
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer")
    }
}

fn chunk_context(number: u64, last: bool) -> String {
    format!("file chunk {number} {}", if last { "last" } else { "more" })
}

fn read_chunk(from: &mut impl Read, size: usize) -> io::Result<Vec<u8>> {
    let mut chunk = Vec::with_capacity(size);
    from.take(size as u64).read_to_end(&mut chunk)?;
    Ok(chunk)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealer(key: &str) -> Sealer {
        Sealer::new(&SecretString::from(key.to_owned()))
    }

    #[test]
    fn a_value_opens_with_its_key_and_its_context_only() {
        let sealed = sealer("one").seal("E1", b"geheim").unwrap();
        assert!(!sealed.windows(6).any(|window| window == b"geheim"));
        assert_eq!(sealer("one").open("E1", &sealed).unwrap().as_slice(), b"geheim");
        assert!(sealer("two").open("E1", &sealed).is_err());
        assert!(sealer("one").open("E2", &sealed).is_err());
        assert!(sealer("one").open("E1", &sealed[..10]).is_err());
    }

    fn check_stream(length: usize) {
        let plain: Vec<u8> = (0..length).map(|n| n as u8).collect();
        let mut sealed = Vec::new();
        sealer("one").seal_stream(plain.as_slice(), &mut sealed).unwrap();
        let mut opened = Vec::new();
        sealer("one").open_stream(sealed.as_slice(), &mut opened).unwrap();
        assert_eq!(opened, plain, "{length}");
        let whole_chunk = NONCE_BYTES + CHUNK_BYTES + TAG_BYTES;
        if sealed.len() > MAGIC.len() + whole_chunk {
            let cut = &sealed[..MAGIC.len() + whole_chunk];
            assert!(sealer("one").open_stream(cut, io::sink()).is_err(), "a lost end is noticed");
        }
        assert!(sealer("two").open_stream(sealed.as_slice(), io::sink()).is_err());
    }

    #[test]
    fn a_stream_opens_whole_or_not_at_all() {
        for length in [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES] {
            check_stream(length);
        }
    }
}
