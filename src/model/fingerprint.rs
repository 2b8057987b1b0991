//! Collision-resistant fingerprints of mapped records and of plans.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// 128 bits of BLAKE3: equal fingerprints mean equal content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// The bytes, as the store keeps them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// A fingerprint from the bytes that the store kept; `None` when they are not 16.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Takes parts, each with its length before it, so that `ab`+`c` and `a`+`bc` differ.
#[derive(Default)]
pub struct Digest(blake3::Hasher);

impl Digest {
    /// An empty digest.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one part.
    pub fn part(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        let bytes = bytes.as_ref();
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// The fingerprint of all parts so far.
    pub fn finish(&self) -> Fingerprint {
        let mut bytes = [0; 16];
        self.0.finalize_xof().fill(&mut bytes);
        Fingerprint(bytes)
    }
}

/// Hashes secrets under a key, so that two rows can be compared without their passwords (semantics 13).
#[derive(Clone)]
pub struct SecretHasher([u8; 32]);

impl SecretHasher {
    /// A hasher whose hashes mean nothing to anybody without `key`.
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The keyed hash of one secret.
    pub fn hash(&self, secret: &SecretString) -> Fingerprint {
        let mut bytes = [0; 16];
        blake3::Hasher::new_keyed(&self.0)
            .update(secret.expose_secret().as_bytes())
            .finalize_xof()
            .fill(&mut bytes);
        Fingerprint(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::Digest;

    #[test]
    fn parts_keep_their_borders() {
        let joined = Digest::new().part("ab").part("c").finish();
        let split = Digest::new().part("a").part("bc").finish();
        assert_ne!(joined, split);
        assert_eq!(joined, Digest::new().part("ab").part("c").finish());
    }
}
