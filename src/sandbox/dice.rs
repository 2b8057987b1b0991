//! Chooses which of the faults a call meets: scripted ones first, then by seeded chance.

use std::collections::VecDeque;
use std::time::Duration;

use super::faults::{FaultKind, Faults};

/// Decides the fault of each call.
pub(super) struct Dice {
    faults: Faults,
    script: VecDeque<FaultKind>,
    // The keyed stream of a hash is a seeded generator whose output is fixed by its specification, and it
    // is at hand already.
    stream: blake3::OutputReader,
}

impl Dice {
    pub(super) fn new(mut faults: Faults) -> Self {
        let script = std::mem::take(&mut faults.script).into();
        let stream = blake3::Hasher::new().update(&faults.seed.to_le_bytes()).finalize_xof();
        Self { faults, script, stream }
    }

    /// The next call's fault, and how long its answer is held back. A call that is not aimed at goes by
    /// untouched, and uses up neither script nor chance.
    pub(super) fn roll(&mut self, product: &str, method: &str) -> (FaultKind, Duration) {
        if self.faults.only.as_ref().is_some_and(|only| only != product && only != method) {
            return (FaultKind::None, Duration::ZERO);
        }
        (self.kind(), self.faults.slow)
    }

    fn kind(&mut self) -> FaultKind {
        if let Some(kind) = self.script.pop_front() {
            return kind;
        }
        if self.faults.disabled {
            return FaultKind::Disabled;
        }
        let mut draw = self.draw();
        for (kind, share) in self.faults.shares() {
            if draw < share {
                return kind;
            }
            draw -= share;
        }
        FaultKind::None
    }

    /// A number from 0 up to, not including, 1.
    fn draw(&mut self) -> f64 {
        let mut bytes = [0; 4];
        self.stream.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rolled(faults: Faults, calls: usize) -> Vec<FaultKind> {
        let mut dice = Dice::new(faults);
        (0..calls).map(|_| dice.roll("ispring", "token").0).collect()
    }

    #[test]
    fn aimed_faults_pass_the_others_by() {
        let rolls = |only: &str| {
            let faults = Faults {
                only: Some(only.to_owned()),
                slow: Duration::from_secs(1),
                ..Faults::scripted([FaultKind::Lose, FaultKind::Cut])
            };
            let mut dice = Dice::new(faults);
            let calls =
                [("crowdwisdom", "diConnect"), ("crowdwisdom", "setCompletion"), ("ispring", "token")];
            calls.map(|(product, method)| dice.roll(product, method))
        };
        let (meant, other) = (|kind| (kind, Duration::from_secs(1)), (FaultKind::None, Duration::ZERO));
        assert_eq!(rolls("setCompletion"), [other, meant(FaultKind::Lose), other]);
        assert_eq!(rolls("crowdwisdom"), [meant(FaultKind::Lose), meant(FaultKind::Cut), other]);
        assert_eq!(rolls("nothing"), [other; 3]);
    }

    #[test]
    fn script_first_then_the_switch() {
        let faults = Faults { disabled: true, ..Faults::scripted([FaultKind::None, FaultKind::Cut]) };
        assert_eq!(
            rolled(faults, 4),
            [FaultKind::None, FaultKind::Cut, FaultKind::Disabled, FaultKind::Disabled]
        );
    }

    #[test]
    fn same_seed_same_faults() {
        let faults = |seed| Faults { fail: 0.3, lose: 0.3, seed, ..Faults::default() };
        assert_eq!(rolled(faults(7), 200), rolled(faults(7), 200));
        assert_ne!(rolled(faults(7), 200), rolled(faults(8), 200));
    }

    #[test]
    fn shares_come_out_as_asked() {
        let rolls = rolled("fail=0.1,cut=0.25".parse().expect("faults"), 10_000);
        let share = |kind| rolls.iter().filter(|roll| **roll == kind).count();
        assert!((900..1100).contains(&share(FaultKind::Fail)), "{}", share(FaultKind::Fail));
        assert!((2350..2650).contains(&share(FaultKind::Cut)), "{}", share(FaultKind::Cut));
        assert_eq!(share(FaultKind::Fail) + share(FaultKind::Cut) + share(FaultKind::None), 10_000);
    }

    #[test]
    fn certain_faults_are_certain() {
        assert_eq!(rolled("hang=1".parse().expect("faults"), 100), [FaultKind::Hang; 100]);
        assert_eq!(rolled(Faults::default(), 100), [FaultKind::None; 100]);
    }
}
