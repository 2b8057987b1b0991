//! The portal's side of the wire: parameters in, replies out. Pure.

use std::collections::HashMap;

use aes::Aes128;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use serde::Serialize;
use serde_json::{Map, Value};

use super::complaints::Complaint;

/// AES-128-CBC with PKCS#7 padding, in standard Base64.
///
/// The key is the password's bytes, filled up with zeros or cut to 16; the initialisation vector is the key.
pub(super) struct Cipher([u8; 16]);

impl Cipher {
    pub(super) fn new(password: &str) -> Self {
        let mut key = [0; 16];
        for (slot, byte) in key.iter_mut().zip(password.bytes()) {
            *slot = byte;
        }
        Self(key)
    }

    /// `None` where the text is no Base64 of such a ciphertext of UTF-8 text.
    pub(super) fn decrypt(&self, text: &str) -> Option<String> {
        let bytes = STANDARD.decode(text).ok()?;
        let cipher = cbc::Decryptor::<Aes128>::new(&self.0.into(), &self.0.into());
        String::from_utf8(cipher.decrypt_padded_vec::<Pkcs7>(&bytes).ok()?).ok()
    }

    /// Enciphers a text that comes in pieces.
    pub(super) fn sealing(&self) -> Sealing {
        Sealing { cipher: cbc::Encryptor::<Aes128>::new(&self.0.into(), &self.0.into()), rest: Vec::new() }
    }

    pub(super) fn encrypt(&self, text: &str) -> String {
        let cipher = cbc::Encryptor::<Aes128>::new(&self.0.into(), &self.0.into());
        STANDARD.encode(cipher.encrypt_padded_vec::<Pkcs7>(text.as_bytes()))
    }
}

/// A text under way to its ciphertext.
pub(super) struct Sealing {
    cipher: cbc::Encryptor<Aes128>,
    /// What does not fill three blocks yet.
    rest: Vec<u8>,
}

impl Sealing {
    /// So much of the ciphertext as these bytes make whole: three blocks at a time, since in Base64 they end even.
    pub(super) fn push(&mut self, text: &[u8]) -> String {
        self.rest.extend_from_slice(text);
        let mut whole: Vec<u8> = self.rest.drain(..self.rest.len() / 48 * 48).collect();
        for block in whole.as_chunks_mut::<16>().0 {
            self.cipher.encrypt_block(block.into());
        }
        STANDARD.encode(whole)
    }

    /// The end of the ciphertext.
    pub(super) fn end(self) -> String {
        STANDARD.encode(self.cipher.encrypt_padded_vec::<Pkcs7>(&self.rest))
    }
}

/// One parameter that was to be encrypted.
#[derive(Debug, PartialEq)]
pub(super) enum Read<T> {
    /// Not sent, or empty.
    Missing,
    /// Sent, but no ciphertext of what it should be.
    Unreadable,
    /// What it says.
    Value(T),
}

impl<T> Read<T> {
    pub(super) fn as_ref(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Missing | Self::Unreadable => None,
        }
    }

    fn and_then<U>(self, read: impl FnOnce(T) -> Option<U>) -> Read<U> {
        match self {
            Self::Missing => Read::Missing,
            Self::Unreadable => Read::Unreadable,
            Self::Value(value) => read(value).map_or(Read::Unreadable, Read::Value),
        }
    }
}

impl Read<String> {
    pub(super) fn parameter(parameters: &HashMap<String, String>, name: &str, cipher: &Cipher) -> Self {
        match parameters.get(name).map(String::as_str) {
            None | Some("") => Self::Missing,
            Some(text) => match cipher.decrypt(text) {
                None => Self::Unreadable,
                Some(plain) if plain.trim().is_empty() => Self::Missing,
                Some(plain) => Self::Value(plain),
            },
        }
    }
}

/// A call of manageuser as it came in.
pub(super) struct Call {
    pub(super) portal_key: String,
    pub(super) token: Read<String>,
    pub(super) language: Read<String>,
    pub(super) user: Read<Map<String, Value>>,
}

impl Call {
    pub(super) fn read(parameters: &HashMap<String, String>, cipher: &Cipher) -> Self {
        let encrypted = |name: &str| Read::parameter(parameters, name, cipher);
        Self {
            portal_key: parameters.get("lmsportalid").cloned().unwrap_or_default(),
            token: encrypted("lmstokenid"),
            language: encrypted("data_language"),
            user: encrypted("json").and_then(|json| serde_json::from_str(&json).ok()),
        }
    }

    /// Empty where it can't be told.
    pub(super) fn unique_id(&self) -> &str {
        self.text("unique_id").unwrap_or_default()
    }

    /// The password that was sent, if it is one.
    pub(super) fn password(&self) -> Option<&str> {
        self.text("password").filter(|password| !password.is_empty())
    }

    fn text(&self, keyword: &str) -> Option<&str> {
        self.user.as_ref()?.get(keyword)?.as_str()
    }
}

/// The answer, its members in the order of the document's samples.
#[derive(Serialize)]
pub(super) struct Reply<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    error_list: &'a [Complaint],
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    lmstoken_id: Option<&'a str>,
}

impl<'a> Reply<'a> {
    pub(super) fn success(token: Option<&'a str>) -> Self {
        Self { error_list: &[], status: "success", lmstoken_id: token }
    }

    pub(super) fn failure(complaints: &'a [Complaint], token: Option<&'a str>) -> Self {
        Self { error_list: complaints, status: "fail", lmstoken_id: token }
    }

    pub(super) fn to_json(&self) -> String {
        // Text and lists of text always make JSON.
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vendor's own samples, made with the password `Upside@2016`.
    const SAMPLES: [(&str, &str); 10] = [
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
    ];

    #[test]
    fn vendors_samples() {
        let cipher = Cipher::new("Upside@2016");
        for (plain, encrypted) in SAMPLES {
            assert_eq!(cipher.decrypt(encrypted).as_deref(), Some(plain));
            assert_eq!(cipher.encrypt(plain), encrypted);
        }
    }

    #[test]
    fn long_password_is_cut() {
        // openssl enc -aes-128-cbc with the 16 bytes of `Upside@2016-and-` as key and initialisation vector.
        let cipher = Cipher::new("Upside@2016-and-more");
        assert_eq!(cipher.decrypt("cd4vPla2+wFbuF9/rK5Krw==").as_deref(), Some("On"));
    }

    #[test]
    fn no_ciphertext() {
        let cipher = Cipher::new("Upside@2016");
        // Clear text; half a block; the `en` sample with its plus turned into a blank, as happens to Base64
        // that was put into a form as it is; another portal's password; nothing.
        for text in ["en", "O+6XoofOQzE=", "O 6XoofOQzGhdUk1zPoe1A==", "cd4vPla2+wFbuF9/rK5Krw==", ""] {
            assert_eq!(cipher.decrypt(text), None, "{text}");
        }
    }

    #[test]
    fn parameters_are_missing_unreadable_or_read() {
        let read = |json: &str| {
            let parameters = HashMap::from([("json".to_owned(), json.to_owned())]);
            Call::read(&parameters, &Cipher::new("Upside@2016")).user
        };
        assert_eq!(read(""), Read::Missing);
        // Nothing, encrypted by openssl.
        assert_eq!(read("tm6LeDb1oWFu71b+6c10EA=="), Read::Missing);
        assert_eq!(read("O+6XoofOQzGhdUk1zPoe1A"), Read::Unreadable);
        // `en` and, by openssl, `[1]`: neither is an object.
        assert_eq!(read("O+6XoofOQzGhdUk1zPoe1A=="), Read::Unreadable);
        assert_eq!(read("clUFML+iBZUZyojT0EUtsg=="), Read::Unreadable);
    }

    #[test]
    fn replies_are_the_documents() {
        let complaints =
            [Complaint::date("Date of Birth"), Complaint::date("Date of Joining"), Complaint::unknown_role()];
        assert_eq!(
            Reply::failure(&complaints, Some("upsidelmstoken00009")).to_json(),
            r#"{"error_list":[{"Err004":"Invalid  Date format. (Date of Birth)"},{"Err004":"Invalid  Date format. (Date of Joining)"},{"Err001":"Record does not exists in system. (LMS Role)"}],"status":"fail","lmstoken_id":"upsidelmstoken00009"}"#
        );
        assert_eq!(
            Reply::success(Some("upsidelmstoken00009")).to_json(),
            r#"{"status":"success","lmstoken_id":"upsidelmstoken00009"}"#
        );
    }
}
