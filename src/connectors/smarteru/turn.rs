//! Whose turn it is to call: an account takes one call at a time, whichever connection makes it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

/// Held while a call is under way.
pub(super) type Turn = tokio::sync::Mutex<()>;

/// The turns of all accounts that somebody is connected to, by a digest of the account.
static TURNS: Mutex<BTreeMap<[u8; 32], Weak<Turn>>> = Mutex::new(BTreeMap::new());

/// The turn of the account with this key of its own at the host of `base_url`: the same for everybody in this
/// process who is connected to it, under whatever name and with whichever user.
pub(super) fn of_account(base_url: &str, account: &SecretString) -> Arc<Turn> {
    let host = Url::parse(base_url).map(|url| url.origin().ascii_serialization());
    let mut digest = blake3::Hasher::new();
    digest.update(host.as_deref().unwrap_or(base_url).as_bytes());
    digest.update(&[0]);
    digest.update(account.expose_secret().as_bytes());
    let digest = *digest.finalize().as_bytes();

    let mut turns = TURNS.lock().unwrap_or_else(PoisonError::into_inner);
    turns.retain(|_, turn| turn.strong_count() > 0);
    if let Some(turn) = turns.get(&digest).and_then(Weak::upgrade) {
        return turn;
    }
    let turn = Arc::default();
    turns.insert(digest, Arc::downgrade(&turn));
    turn
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_to_one_account_share_its_turn() {
        let key = |text: &str| SecretString::from(text.to_owned());
        let turn = of_account("https://turns.example.org", &key("a"));
        let same = |base_url: &str, account: &str| Arc::ptr_eq(&turn, &of_account(base_url, &key(account)));
        assert!(same("https://turns.example.org", "a"));
        assert!(same("https://TURNS.example.org:443/apiv2", "a"));
        assert!(!same("https://turns.example.org", "b"));
        assert!(!same("https://other.example.org", "a"));
        assert!(!same("https://turns.example.org:8443", "a"));
    }

    #[test]
    fn an_account_that_nobody_is_connected_to_is_forgotten() {
        let key = SecretString::from("gone".to_owned());
        let turn = Arc::downgrade(&of_account("https://turns.example.org", &key));
        assert_eq!(turn.strong_count(), 0);
        assert!(of_account("https://turns.example.org", &key).try_lock().is_ok());
    }
}
