//! `[guard]` and `[push.guard]`: above which limits a plan is held.

use crate::model::{GuardLimits, HoldScope};

use super::cursor::Table;

/// The limits of a table; what it does not name stays as in `usual`.
pub(super) fn limits(table: Table<'_>, usual: GuardLimits) -> GuardLimits {
    let percent = |key: &str| table.get(key).and_then(|value| value.number(0.0..=100.0));
    let removed = table.get("max_removed").and_then(|value| value.whole(0..=u64::MAX));
    let factor = table.get("median_factor").and_then(|value| value.number(0.0..=f64::MAX));
    let words = [("removals", HoldScope::Removals), ("push", HoldScope::Push)];
    let limits = GuardLimits {
        max_removed_percent: percent("max_removed_percent").unwrap_or(usual.max_removed_percent),
        max_removed: removed.unwrap_or(usual.max_removed),
        median_factor: factor.unwrap_or(usual.median_factor),
        max_created_percent: percent("max_created_percent").unwrap_or(usual.max_created_percent),
        max_updated_percent: percent("max_updated_percent").unwrap_or(usual.max_updated_percent),
        hold: table.get("hold").and_then(|value| value.word(&words)).unwrap_or(usual.hold),
    };
    table.finish();
    limits
}
