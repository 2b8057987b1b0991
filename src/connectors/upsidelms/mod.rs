//! UpsideLMS: creates and updates users by `/rest/manageuser`.
//!
//! Only this file calls; `wire` encodes and decodes, `judge` says what an answer means.

mod cipher;
mod fields;
mod judge;
mod wire;

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use secrecy::{ExposeSecret, SecretString};

use super::http::Http;
use super::{
    Access, BatchFuture, CallFuture, ConnectError, Connector, Item, Product, Setting, SettingKind, Settings,
};
use crate::model::{FieldName, Fields, Outcome, Verdict};
use cipher::{Cipher, Mode};
use wire::{Answer, Portal};

/// UpsideLMS.
pub const PRODUCT: Product =
    Product { name: "upsidelms", settings: SETTINGS, operations, connect, mistakes: |_| Vec::new() };

const SETTINGS: &[Setting] = &[
    Setting {
        key: "portal_key",
        kind: SettingKind::SecretOrValue,
        required: true,
        about: "the Portal Key (also Client Key) of the portal, sent in clear with every call",
    },
    Setting {
        key: "password",
        kind: SettingKind::Secret,
        required: true,
        about: "the password that the portal's AES key is made of (also public key)",
    },
    Setting {
        key: "cipher",
        kind: SettingKind::OneOf(&["cbc", "ecb"]),
        required: false,
        about: "how AES chains its blocks; cbc unless the portal is known to use ecb",
    },
    Setting {
        key: "data_language",
        kind: SettingKind::OneOf(&["en", "ar", "fr", "cn", "sp"]),
        required: false,
        about: "the language of the master data (roles, grades) in the export; en unless said",
    },
    Setting {
        key: "admin_set_password",
        kind: SettingKind::Bool,
        required: false,
        about: "whether Admin Set Password is on at the portal, which makes password a required field",
    },
    Setting {
        key: "inactive_status",
        kind: SettingKind::Texts,
        required: false,
        about: "the values of status, in any case, that mean inactive; [\"Inactive\"] unless said",
    },
];

fn operations(settings: &Settings) -> Vec<crate::model::Operation> {
    vec![fields::manage_user(settings)]
}

fn connect(access: Access) -> Result<Box<dyn Connector>, ConnectError> {
    Ok(Box::new(UpsideLms::new(access)?))
}

/// An open connection to one portal.
struct UpsideLms {
    http: Http,
    portal: Portal,
    password: SecretString,
    /// Makes tokens: random by its seed, and no two alike by the count.
    token_seed: RandomState,
    calls: AtomicU64,
}

impl UpsideLms {
    fn new(access: Access) -> Result<Self, ConnectError> {
        let secret = |key: &str| {
            let value = access.settings.text(key).map(|value| SecretString::from(value.to_owned()));
            access.secrets.get(key).cloned().or(value).filter(|secret| !secret.expose_secret().is_empty())
        };
        let missing = |key: &str| ConnectError(format!("{key} is missing or empty"));
        let key = secret("portal_key").ok_or_else(|| missing("portal_key"))?;
        let password = secret("password").ok_or_else(|| missing("password"))?;
        let mode = match access.settings.text("cipher") {
            None | Some("cbc") => Mode::Cbc,
            Some("ecb") => Mode::Ecb,
            Some(other) => return Err(ConnectError(format!("cipher is cbc or ecb, not {other:?}"))),
        };
        let portal = Portal {
            key,
            data_language: access.settings.text("data_language").unwrap_or("en").to_owned(),
            cipher: Cipher::new(&password, mode),
        };
        Ok(Self {
            http: Http::new(&access.base_url, access.timeout)?,
            portal,
            password,
            token_seed: RandomState::new(),
            calls: AtomicU64::new(0),
        })
    }

    /// A token that no other call has; it tells nothing of the call.
    fn token(&self) -> String {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        format!("rb{:016x}", self.token_seed.hash_one(call))
    }

    /// One call of `/rest/manageuser`, and its answer as read; an outcome where HTTP says it all.
    async fn manage_user(
        &self,
        token: &str,
        fields: &Fields,
        secrets: &[(FieldName, SecretString)],
    ) -> Result<Answer, Outcome> {
        let form = wire::encode_manage_user(&self.portal, token, fields, secrets);
        let form = form.each_ref().map(|(name, value)| (*name, value.expose_secret()));
        let reply = self
            .http
            .post_form(wire::MANAGE_USER_PATH, &form)
            .await
            .map_err(|failure| failure.outcome(SystemTime::now()))?;
        let answer = wire::decode_reply(&reply.body, &self.portal.cipher);
        match reply.failure() {
            // The LMS's own words say more than a status over them, but for one that asks for a pause.
            Some(_) if !matches!(reply.status, 429 | 503) && answer.has_errors() => Ok(answer),
            Some(failure) => Err(failure.outcome(SystemTime::now())),
            None => Ok(answer),
        }
    }

    async fn deliver_as(&self, token: &str, item: &Item) -> Outcome {
        if item.operation.as_str() != fields::MANAGE_USER {
            let reason = format!("upsidelms has no operation {}", item.operation);
            return Outcome::new(Verdict::Refused, "operation", reason);
        }
        let mut secrets = vec![&self.portal.key, &self.password];
        secrets.extend(item.secrets.iter().map(|(_, secret)| secret));
        match self.manage_user(token, &item.fields, &item.secrets).await {
            Ok(answer) => judge::judge(&answer, token, &secrets),
            Err(outcome) => outcome,
        }
    }

    async fn probe_as(&self, token: &str) -> Outcome {
        // A user without unique_id can neither be found nor made.
        match self.manage_user(token, &Fields::default(), &[]).await {
            Ok(answer) => judge::judge_probe(&answer, token, &[&self.portal.key, &self.password]),
            Err(outcome) => outcome,
        }
    }
}

impl Connector for UpsideLms {
    fn deliver<'a>(&'a self, items: &'a [Item]) -> BatchFuture<'a> {
        Box::pin(async move {
            let mut outcomes = Vec::with_capacity(items.len());
            for item in items {
                outcomes.push(self.deliver_as(&self.token(), item).await);
            }
            outcomes
        })
    }

    fn probe(&self) -> CallFuture<'_> {
        Box::pin(async move { self.probe_as(&self.token()).await })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};
    use std::time::Duration;

    use super::wire::tests::{ENCIPHERED_SUCCESS, SAMPLE_ERRORS, SAMPLE_PORTAL_KEY};
    use super::*;
    use crate::connectors::SettingValue;
    use crate::connectors::scripted::{Script, answer, serve};

    const TOKEN: &str = "upsidelmstoken00009";

    fn access(base_url: &str) -> Access {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Access {
            connection: "upside".into(),
            base_url: base_url.to_owned(),
            settings: Settings::default(),
            secrets: BTreeMap::from([
                ("portal_key".to_owned(), "portal-key-1".to_owned().into()),
                ("password".to_owned(), "Upside@2016".to_owned().into()),
            ]),
            timeout: Duration::from_secs(5),
        }
    }

    fn item() -> Item {
        let fields =
            [("unique_id", "E1"), ("firstname", "Ann"), ("email", "a@example.org"), ("username", "ann")];
        Item {
            operation: fields::MANAGE_USER.into(),
            key: crate::model::Key::from_values(["E1"]),
            kind: crate::model::ChangeKind::Create,
            resend: false,
            registration: None,
            fields: fields.into_iter().collect(),
            secrets: vec![("password".into(), "Start+1234".to_owned().into())],
        }
    }

    async fn deliver(status: &str, body: &str) -> (Outcome, String) {
        let (base_url, request) = serve(Script::close(answer(status, &[], body))).await;
        let outcome = UpsideLms::new(access(&base_url)).unwrap().deliver_as(TOKEN, &item()).await;
        (outcome, String::from_utf8(request.await.unwrap()).unwrap())
    }

    /// The values are those that `openssl enc` makes, see `wire`; a `+` left bare would reach the
    /// portal as a blank.
    #[tokio::test]
    async fn a_user_goes_out_as_openssl_would_send_it_and_comes_back_accepted() {
        let (outcome, request) = deliver("200 OK", ENCIPHERED_SUCCESS).await;
        assert_eq!(outcome.verdict, Verdict::Accepted);
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /rest/manageuser HTTP/1.1\r\n"), "{head}");
        assert_eq!(
            body,
            "lmsportalid=portal-key-1\
             &lmstokenid=nBQey47f42XYVzFd2DvJXDMoSPQmZ42FolYOOCbL8Nw%3D\
             &data_language=O%2B6XoofOQzGhdUk1zPoe1A%3D%3D\
             &json=i5yJEdn9xNk84W%2Fe5CSW%2FB2DpU84q1R89KYTuLBXTnQ7eqMA12uOeJ%2FqDClaFgKJgc9A3KwoeYlOvXIYM23W1t3sc\
             EplFF9GUWaOiKrLGIPBpj5TJ9JnYJisMCFl3DXJ980FGkO4%2BtACnfBmUoytFw%3D%3D"
        );
    }

    #[tokio::test]
    async fn the_lms_is_heard_whatever_the_status() {
        for (status, body, verdict, code) in [
            ("200 OK", SAMPLE_ERRORS, Verdict::Refused, "Err004"),
            ("500 Internal Server Error", SAMPLE_ERRORS, Verdict::Refused, "Err004"),
            ("403 Forbidden", SAMPLE_PORTAL_KEY, Verdict::StopConnection, "Err001"),
            ("500 Oops", ENCIPHERED_SUCCESS, Verdict::RetryConnection { after: None }, "HTTP 500"),
            ("503 Busy", SAMPLE_ERRORS, Verdict::RetryConnection { after: None }, "HTTP 503"),
        ] {
            let (outcome, _) = deliver(status, body).await;
            assert_eq!((outcome.verdict, outcome.code.as_str()), (verdict, code), "{status}");
        }
    }

    #[tokio::test]
    async fn a_probe_sends_an_empty_user() {
        let mandatory = r#"{"error_list":[{"Err002":"Mandatory Field. (Unique ID)"}],"status":"fail"}"#;
        let (base_url, request) = serve(Script::close(answer("200 OK", &[], mandatory))).await;
        let outcome = UpsideLms::new(access(&base_url)).unwrap().probe_as(TOKEN).await;
        assert_eq!(outcome.verdict, Verdict::Accepted);
        let request = String::from_utf8(request.await.unwrap()).unwrap();
        // {}
        assert!(request.ends_with("&json=zIBfrgtfaaN0EeGZ3WhWIg%3D%3D"), "{request}");
    }

    #[tokio::test]
    async fn another_operation_is_not_sent_as_this_one() {
        let lms = UpsideLms::new(access("http://127.0.0.1:9")).unwrap();
        let item = Item { operation: "upsidelms.fly".into(), ..item() };
        assert_eq!(lms.deliver_as(TOKEN, &item).await.code, "operation");
    }

    #[test]
    fn no_two_calls_have_one_token() {
        let lms = UpsideLms::new(access("https://lms.example.org")).unwrap();
        let again = UpsideLms::new(access("https://lms.example.org")).unwrap();
        let tokens: HashSet<String> = (0..1_000).flat_map(|_| [lms.token(), again.token()]).collect();
        assert_eq!(tokens.len(), 2_000);
    }

    #[test]
    fn a_connection_without_its_secrets_does_not_open() {
        let refused = |access: Access| connect(access).map(|_| ()).unwrap_err().to_string();
        for key in ["portal_key", "password"] {
            let mut access = access("https://lms.example.org");
            access.secrets.insert(key.to_owned(), String::new().into());
            assert_eq!(refused(access), format!("{key} is missing or empty"));
        }
        let mut odd = access("https://lms.example.org");
        odd.settings.set("cipher", SettingValue::Text("ctr".to_owned()));
        assert_eq!(refused(odd), "cipher is cbc or ecb, not \"ctr\"");
        // On a test system the portal key may be a value.
        let mut test_system = access("https://lms.example.org");
        test_system.secrets.remove("portal_key");
        test_system.settings.set("portal_key", SettingValue::Text("key".to_owned()));
        assert!(connect(test_system).is_ok());
    }
}
