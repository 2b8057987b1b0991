//! The unit under systemd itself, by the scripts in `tests/peers`.

use std::path::PathBuf;
use std::process::Command;

use crate::crash::support::{binary, installed, shown, skipped};

fn check(script: &str) {
    if !installed("timeout") || !installed("bash") {
        return skipped(script, "no bash, or no timeout");
    }
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/peers").join(script);
    let output = Command::new("timeout").arg("300").arg(script).arg(binary()).output().unwrap();
    println!("{}", shown(&output));
    assert!(output.status.success(), "{}", shown(&output));
}

#[test]
fn systemd_has_nothing_to_say_against_the_unit() {
    check("systemd_check.sh");
}

#[test]
fn the_unit_is_started_stopped_and_killed_under_systemd() {
    check("systemd_boot.sh");
}
