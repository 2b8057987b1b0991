#!/usr/bin/env bash
# systemd's own opinion of the unit: every key known and well placed, the binary there, and an exposure of
# at most 2.0. The unit itself stays as it is; a copy is pointed at BINARY.
#
# usage: tests/peers/systemd_check.sh BINARY
# Prints `skipped: …` and succeeds where systemd-analyze is not installed.
set -euo pipefail

binary=$(readlink -f "${1:?usage: $0 BINARY}")
unit=$(dirname "$(readlink -f "$0")")/../../systemd/rollbook.service
[ -x "$binary" ] || { echo "failed: $binary can't be executed"; exit 1; }
command -v systemd-analyze >/dev/null || { echo "skipped: no systemd-analyze"; exit 0; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed "s|^ExecStart=/usr/bin/rollbook |ExecStart=$binary |" "$unit" >"$work/rollbook.service"
grep -q "^ExecStart=$binary " "$work/rollbook.service" ||
    { echo "failed: ExecStart does not begin with /usr/bin/rollbook"; exit 1; }

# An unknown key or section is only a warning with exit code 0, so any word at all is a failure.
if ! words=$(systemd-analyze verify "$work/rollbook.service" 2>&1) || [ -n "$words" ]; then
    echo "failed: systemd-analyze verify"
    echo "$words"
    exit 1
fi
echo "ok: systemd-analyze verify says nothing"

# The threshold is ten times the exposure.
if ! words=$(systemd-analyze security --offline=true --threshold=20 --no-pager "$work/rollbook.service" 2>&1); then
    echo "failed: the exposure is above 2.0"
    grep -v '✓' <<<"$words"
    exit 1
fi
echo "ok: $(grep -o 'Overall exposure level.*: [0-9.]*' <<<"$words")"
