//! The vendor's cipher: AES-128, the key made of the password, standard Base64. Pure.
//!
//! The scheme is the vendor's, and weak (the IV never changes and is the key): it hides nothing that
//! HTTPS does not hide, and is only ever used inside it.

use aes::Aes128;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{
    Array, BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, KeyInit, KeyIvInit,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// The bytes of one block.
pub(super) const BLOCK: usize = 16;

/// How blocks are chained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// With the key as IV: what every sample of the document is made with.
    Cbc,
    /// Each block by itself: seen at a portal, in no document.
    Ecb,
}

/// The cipher of one portal.
#[derive(Clone)]
pub(super) struct Cipher {
    key: Zeroizing<[u8; BLOCK]>,
    mode: Mode,
}

/// What came of deciphering.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Deciphered {
    /// The plain bytes.
    Plain(Vec<u8>),
    /// It begins as JSON does and then breaks off: the key is right, and the end is missing.
    CutOff,
    /// Another key or mode.
    WrongKey,
    /// Not whole blocks in Base64, so it was never enciphered.
    NotEnciphered,
}

impl Cipher {
    /// The cipher whose key is the UTF-8 bytes of the password, filled up with zeros to 16 or cut there.
    /// No document has a longer password than 16: that it is cut is a judgement.
    pub(super) fn new(password: &SecretString, mode: Mode) -> Self {
        let mut key = Zeroizing::new([0; BLOCK]);
        for (to, from) in key.iter_mut().zip(password.expose_secret().bytes()) {
            *to = from;
        }
        Self { key, mode }
    }

    /// The text enciphered, in Base64. In a form its `+` has to be percent-encoded.
    pub(super) fn encrypt(&self, plain: &str) -> String {
        let key = Array::from(*self.key);
        let bytes = match self.mode {
            Mode::Cbc => {
                cbc::Encryptor::<Aes128>::new(&key, &key).encrypt_padded_vec::<Pkcs7>(plain.as_bytes())
            }
            Mode::Ecb => {
                let cipher = Aes128::new(&key);
                let fill = BLOCK - plain.len() % BLOCK;
                let mut bytes = plain.as_bytes().to_vec();
                bytes.extend(std::iter::repeat_n(fill as u8, fill));
                for block in bytes.as_chunks_mut::<BLOCK>().0 {
                    cipher.encrypt_block(block.into());
                }
                bytes
            }
        };
        STANDARD.encode(bytes)
    }

    /// Base64 text deciphered; line breaks in it don't matter.
    pub(super) fn decrypt(&self, text: &str) -> Deciphered {
        let compact: String = text.split_ascii_whitespace().collect();
        let mut plain = match STANDARD.decode(compact) {
            Ok(bytes) if !bytes.is_empty() && bytes.len().is_multiple_of(BLOCK) => bytes,
            _ => return Deciphered::NotEnciphered,
        };
        self.blocks().decipher(&mut plain);
        match padding(&plain) {
            Some(fill) if is_text(&plain) => {
                plain.truncate(plain.len() - fill);
                Deciphered::Plain(plain)
            }
            _ if begins_as_json(&plain) => Deciphered::CutOff,
            _ => Deciphered::WrongKey,
        }
    }

    /// What deciphers a text from its first block on.
    pub(super) fn blocks(&self) -> Blocks {
        let key = Array::from(*self.key);
        match self.mode {
            Mode::Cbc => Blocks::Cbc(cbc::Decryptor::new(&key, &key)),
            Mode::Ecb => Blocks::Ecb(Aes128::new(&key)),
        }
    }
}

/// Deciphers blocks, one after the other.
pub(super) enum Blocks {
    /// Each block needs the one before it.
    Cbc(cbc::Decryptor<Aes128>),
    /// Each block by itself.
    Ecb(Aes128),
}

impl Blocks {
    /// Deciphers the whole blocks of `bytes` where they stand. They always decipher to something; the padding
    /// at the end is the caller's to look at.
    pub(super) fn decipher(&mut self, bytes: &mut [u8]) {
        for block in bytes.as_chunks_mut::<BLOCK>().0 {
            match self {
                Self::Cbc(chained) => chained.decrypt_block(block.into()),
                Self::Ecb(cipher) => cipher.decrypt_block(block.into()),
            }
        }
    }
}

/// The length of the PKCS#7 padding, if there is one.
pub(super) fn padding(plain: &[u8]) -> Option<usize> {
    let fill = *plain.last()?;
    let length = usize::from(fill);
    let tail = plain.get(plain.len().checked_sub(length)?..)?;
    ((1..=BLOCK).contains(&length) && tail.iter().all(|byte| *byte == fill)).then_some(length)
}

/// Whether the first block reads as text: noise of a wrong key practically never does.
pub(super) fn is_text(plain: &[u8]) -> bool {
    let fill = if plain.len() == BLOCK { padding(plain).unwrap_or(0) } else { 0 };
    let first = plain.get(..BLOCK - fill).unwrap_or_default();
    let whole_letters = match std::str::from_utf8(first) {
        Ok(_) => true,
        // The block may end within a letter.
        Err(error) => error.error_len().is_none(),
    };
    whole_letters && first.iter().all(|byte| !byte.is_ascii_control() || byte.is_ascii_whitespace())
}

/// Whether it reads as the beginning of JSON.
pub(super) fn begins_as_json(plain: &[u8]) -> bool {
    is_text(plain) && matches!(plain.trim_ascii_start().first(), Some(b'{' | b'['))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cipher(password: &str, mode: Mode) -> Cipher {
        Cipher::new(&SecretString::from(password.to_owned()), mode)
    }

    fn check(password: &str, mode: Mode, plain: &str, base64: &str) {
        let cipher = cipher(password, mode);
        assert_eq!(cipher.encrypt(plain), base64, "{plain}");
        assert_eq!(cipher.decrypt(base64), Deciphered::Plain(plain.into()), "{base64}");
    }

    /// The samples of the vendor's document (API and SSO), made with its sample password. Its sample for
    /// `1` is a misprint by the case of one letter and is left out.
    #[test]
    fn the_samples_of_the_document() {
        for (plain, base64) in [
            ("On", "VvBCHVQSd0dNrKy2mqfjjA=="),
            ("Off", "iGJtxeqAfNADutGTcjk7og=="),
            ("en", "O+6XoofOQzGhdUk1zPoe1A=="),
            ("ar", "E1eCT0swv5Ft62wwoli73Q=="),
            (
                "Email=amrit.ansarwadkar@upsidelearning.com",
                "7ckj8BeXjHxmMMl1p4hyylLq7MKY4EHithdDXxNbObsc/lWk4RbK800LjKTrgpx0",
            ),
            ("2", "EgmNBXILCppdFtCqcdg36Q=="),
            ("3", "HtaSvQ4p+Bb5m+V/oR0dgg=="),
            ("404", "Cn+dHbpVHr7U+IQG7brCIQ=="),
            ("aasif", "SD8/6XxGX0xGdz3VANhjlA=="),
            ("aasif.iqbal@upsidelearning.com", "eOexakogmIho1ax30vnilRSPs3XJvBnUSEt3+aoHsgQ="),
        ] {
            check("Upside@2016", Mode::Cbc, plain, base64);
        }
    }

    /// `printf %s en | openssl enc -aes-128-ecb -K 55707369646540323031360000000000 -a -A`
    #[test]
    fn the_other_mode_as_openssl_has_it() {
        check("Upside@2016", Mode::Ecb, "en", "TQ5u8GOxc2nr/v40HIHJpw==");
        check(
            "Upside@2016",
            Mode::Ecb,
            "Email=amrit.ansarwadkar@upsidelearning.com",
            "9n+VdseXUBBGpkbzQ3SqgAuoYSHq71faeSCbS2nxiRE3rj7Kc9dmVupEWgt9OrE9",
        );
    }

    /// `openssl enc -aes-128-cbc`, key and IV the hex of the first 16 bytes.
    #[test]
    fn a_long_password_is_cut() {
        check("A-password-longer-than-16", Mode::Cbc, "en", "MyoSsG8DS/NTb8ClQcFXvA==");
    }

    #[test]
    fn a_wrong_key_a_lost_end_and_plain_words_are_told_apart() {
        // {"status":"success","lmstoken_id":"upsidelmstoken00009"} by openssl, with Upside@2016, ECB.
        let ecb = "prgfjC6BEsBvZy7WUi0Da3M1zIkEo6+1IhG7oKtYj4ptEEd2PONS6onFn52EEw8ySSXon46j6zpBjj2ScGcFtQ==";
        let right = cipher("Upside@2016", Mode::Ecb);
        assert!(matches!(right.decrypt(ecb), Deciphered::Plain(_)));
        assert_eq!(cipher("Upside@2016", Mode::Cbc).decrypt(ecb), Deciphered::WrongKey);
        assert_eq!(cipher("Upside@2017", Mode::Ecb).decrypt(ecb), Deciphered::WrongKey);
        // Two blocks of four, and no padding at their end.
        let half = STANDARD.encode(STANDARD.decode(ecb).unwrap().get(..32).unwrap());
        assert_eq!(right.decrypt(&half), Deciphered::CutOff);
        assert_eq!(right.decrypt(&ecb[..50]), Deciphered::NotEnciphered);
        for words in ["Forbidden", "", "Service Unavailable", "<html>"] {
            assert_eq!(right.decrypt(words), Deciphered::NotEnciphered, "{words}");
        }
    }
}
