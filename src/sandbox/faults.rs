//! Faults that the sandbox commits on purpose, and how people ask for them.
//!
//! Knows no product: what a fault's answer looks like inside a product's envelope is the product's own.

use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

/// What goes wrong with one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FaultKind {
    /// Nothing: the call is answered as the product would.
    #[default]
    None,
    /// HTTP 503; the call has no effect.
    Fail,
    /// The call takes effect, then the connection is closed without an answer.
    Lose,
    /// HTTP 429 with `Retry-After: 1`; no effect.
    Throttle,
    /// The product's own "Internal server error."; no effect.
    Err500,
    /// HTTP 200 with an HTML error page, as a proxy in between would; no effect.
    Html,
    /// The call takes effect, and is answered with bytes that are neither text nor a ciphertext.
    Garbage,
    /// No answer until the client gives up; no effect.
    Hang,
    /// The call takes effect, and the connection is closed in the middle of the answer's body.
    Cut,
    /// The call takes effect, and is answered with HTTP 503 and `Retry-After: 1`, as a cache in between would
    /// that gives up on the product while that goes on.
    Busy,
    /// The product's own "Access Disabled"; no effect.
    Disabled,
}

impl FaultKind {
    /// Whether the call is carried out before it goes wrong.
    pub(super) fn takes_effect(self) -> bool {
        matches!(self, Self::None | Self::Lose | Self::Garbage | Self::Cut | Self::Busy)
    }

    /// What the list of calls says about the call, where the fault and not the product's answer decides it.
    pub(super) fn outcome(self) -> Option<&'static str> {
        match self {
            Self::None | Self::Err500 | Self::Disabled => None,
            Self::Fail | Self::Busy => Some("http 503"),
            Self::Lose => Some("lost"),
            Self::Throttle => Some("http 429"),
            Self::Html => Some("html"),
            Self::Garbage => Some("garbage"),
            Self::Hang => Some("hang"),
            Self::Cut => Some("cut"),
        }
    }
}

/// The faults to commit. The default commits none.
///
/// Every share is between 0 and 1 and one call meets at most one fault, so the shares add up to at most 1.
/// The same faults, seed included, hit the same calls again, counted in the order of their arrival.
///
/// As a command-line word: `slow=200ms,fail=0.1,lose=0.05,seed=7,disabled,script=lose+none+fail,only=token`.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Faults {
    /// How long each answer is held back after the call took effect, scripted answers included. In JSON
    /// a text such as `"200ms"`.
    #[serde(deserialize_with = "duration")]
    pub slow: Duration,
    /// Share of [`FaultKind::Fail`].
    #[serde(deserialize_with = "share")]
    pub fail: f64,
    /// Share of [`FaultKind::Lose`].
    #[serde(deserialize_with = "share")]
    pub lose: f64,
    /// Share of [`FaultKind::Throttle`].
    #[serde(deserialize_with = "share")]
    pub throttle: f64,
    /// Share of [`FaultKind::Err500`].
    #[serde(deserialize_with = "share")]
    pub err500: f64,
    /// Share of [`FaultKind::Html`].
    #[serde(deserialize_with = "share")]
    pub html: f64,
    /// Share of [`FaultKind::Garbage`].
    #[serde(deserialize_with = "share")]
    pub garbage: f64,
    /// Share of [`FaultKind::Hang`].
    #[serde(deserialize_with = "share")]
    pub hang: f64,
    /// Share of [`FaultKind::Cut`].
    #[serde(deserialize_with = "share")]
    pub cut: f64,
    /// Share of [`FaultKind::Busy`].
    #[serde(deserialize_with = "share")]
    pub busy: f64,
    /// The name of the one method or product that the faults are aimed at; `None`: every call.
    pub only: Option<String>,
    /// The switch: every call that the script leaves over meets [`FaultKind::Disabled`].
    pub disabled: bool,
    /// Used up first, one a call, in this order; only then the switch and the shares count.
    pub script: Vec<FaultKind>,
    /// What the random choices start from.
    pub seed: u64,
}

impl Faults {
    /// Faults that follow this script and then stop.
    pub fn scripted(script: impl IntoIterator<Item = FaultKind>) -> Self {
        Self { script: script.into_iter().collect(), ..Self::default() }
    }

    /// The share of each fault that chance decides on.
    pub(super) fn shares(&self) -> [(FaultKind, f64); 9] {
        [
            (FaultKind::Fail, self.fail),
            (FaultKind::Lose, self.lose),
            (FaultKind::Throttle, self.throttle),
            (FaultKind::Err500, self.err500),
            (FaultKind::Html, self.html),
            (FaultKind::Garbage, self.garbage),
            (FaultKind::Hang, self.hang),
            (FaultKind::Cut, self.cut),
            (FaultKind::Busy, self.busy),
        ]
    }

    /// Faults from JSON, checked as a whole.
    pub(super) fn from_json(json: Value) -> Result<Self, FaultsError> {
        let faults: Self = serde_json::from_value(json).map_err(|error| FaultsError(error.to_string()))?;
        let sum: f64 = faults.shares().iter().map(|(_, share)| share).sum();
        // Ten tenths add up to a little more than one.
        if sum > 1.0 + 1e-9 {
            return Err(FaultsError(format!(
                "the shares add up to {sum}, and one call meets at most one fault"
            )));
        }
        Ok(faults)
    }
}

/// Why a text or a JSON document is no [`Faults`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("faults: {0}")]
pub struct FaultsError(String);

impl FromStr for Faults {
    type Err = FaultsError;

    fn from_str(text: &str) -> Result<Self, FaultsError> {
        let mut json = Map::new();
        for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let (name, value) = item.split_once('=').unwrap_or((item, "true"));
            let (name, value) = (name.trim(), value.trim());
            let value = match name {
                "slow" | "only" => Value::from(value),
                "script" => value.split('+').map(str::trim).collect(),
                _ => serde_json::from_str(value).unwrap_or_else(|_| Value::from(value)),
            };
            if json.insert(name.to_owned(), value).is_some() {
                return Err(FaultsError(format!("`{name}` is given twice")));
            }
        }
        Self::from_json(Value::Object(json))
    }
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = String::deserialize(deserializer)?;
    humantime::parse_duration(&text)
        .map_err(|error| serde::de::Error::custom(format!("slow is `{text}`: {error}; write it as `200ms`")))
}

fn share<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let share = f64::deserialize(deserializer)?;
    if (0.0..=1.0).contains(&share) {
        return Ok(share);
    }
    Err(serde::de::Error::custom(format!("a share is {share}; it is between 0 and 1")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &Faults) {
        assert_eq!(text.parse::<Faults>().as_ref(), Ok(expected), "{text}");
    }

    fn refused(text: &str, part: &str) {
        let error = text.parse::<Faults>().expect_err(text).to_string();
        assert!(error.contains(part), "{text}: {error}");
    }

    #[test]
    fn command_line_word() {
        check("", &Faults::default());
        check(
            "slow=200ms,fail=0.1, lose=0.05,seed=7",
            &Faults { slow: Duration::from_millis(200), fail: 0.1, lose: 0.05, seed: 7, ..Faults::default() },
        );
        check("only=setCompletion", &Faults { only: Some("setCompletion".to_owned()), ..Faults::default() });
        check("disabled", &Faults { disabled: true, ..Faults::default() });
        check(
            "script=lose+none+err500,throttle=1",
            &Faults {
                throttle: 1.0,
                ..Faults::scripted([FaultKind::Lose, FaultKind::None, FaultKind::Err500])
            },
        );
    }

    #[test]
    fn ten_tenths_are_a_whole() {
        check("fail=0.7,lose=0.2,cut=0.1", &Faults { fail: 0.7, lose: 0.2, cut: 0.1, ..Faults::default() });
    }

    #[test]
    fn mistakes_are_named() {
        refused("lost=0.1", "unknown field `lost`");
        refused("fail=1.5", "a share is 1.5");
        refused("fail=-0.1", "a share is -0.1");
        refused("fail=often", "often");
        refused("fail=0.6,lose=0.6", "add up to 1.2");
        refused("slow=soon", "write it as `200ms`");
        refused("script=sulk", "unknown variant `sulk`");
        refused("fail=0.1,fail=0.2", "`fail` is given twice");
        refused("fail", "true");
    }
}
