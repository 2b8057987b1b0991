#!/usr/bin/env bash
# The unit under a real systemd: installed, started, fed, stopped and killed.
#
# Boots systemd as PID 1 of its own namespaces over an overlay of this machine's file system, which is not
# touched. In there BINARY is /usr/bin/rollbook, the unit and its user are installed as a package would, the
# LMS is `rollbook sandbox` on the loopback, and mail goes into a folder.
#
# usage: tests/peers/systemd_boot.sh BINARY
# Prints one line a check, and fails if one of them does; `skipped: …` without root or without systemd.
# KEEP=1 prints the journal at the end also when all is well.
set -uo pipefail

binary=$(readlink -f "${1:?usage: $0 BINARY}")
top=$(readlink -f "$(dirname "$(readlink -f "$0")")/../..")
[ -x "$binary" ] || { echo "failed: $binary can't be executed"; exit 1; }
[ "$(id -u)" = 0 ] || { echo "skipped: not root"; exit 0; }
for needed in unshare nsenter systemd-sysusers systemd-tmpfiles ip; do
    command -v "$needed" >/dev/null || { echo "skipped: no $needed"; exit 0; }
done
systemd=
for place in /usr/lib/systemd/systemd /lib/systemd/systemd; do
    [ -x "$place" ] && systemd=$place && break
done
[ -n "$systemd" ] || { echo "skipped: no systemd"; exit 0; }

lms=127.0.0.1:18470
drop=/srv/sftp/hr

# ---- a place of our own, taken down again whatever happens ----
work=$(mktemp -d /var/tmp/rollbook-boot.XXXXXX)
root=$work/root groups=$work/cgroup init= outer=
take_down() {
    [ -n "$init" ] && kill -9 "$init" 2>/dev/null
    [ -n "$outer" ] && kill -9 "$outer" 2>/dev/null && wait "$outer" 2>/dev/null
    if mountpoint -q "$groups"; then
        for _ in $(seq 100); do
            find "$groups/rollbook-boot.$$" -depth -type d -exec rmdir {} + 2>/dev/null
            [ -d "$groups/rollbook-boot.$$" ] || break
            sleep 0.05
        done
        umount "$groups"
    fi
    umount -R "$root" 2>/dev/null
    umount -l "$work" 2>/dev/null
    rmdir "$work"
}
trap take_down EXIT
trap 'exit 1' INT TERM

unsupported() { echo "skipped: $1"; exit 0; }
mount -t tmpfs -o size=1g,mode=755 tmpfs "$work" || unsupported "no right to mount"
mkdir "$work/upper" "$work/work" "$root" "$groups"
mount -t overlay overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/work" "$root" || unsupported "no overlay"
mount -t cgroup2 cgroup2 "$groups" || unsupported "no cgroup2"
mkdir "$groups/rollbook-boot.$$"

# ---- what a package and an administrator would install ----
install -D -m 755 "$binary" "$root/usr/bin/rollbook"
install -D -m 644 "$top/systemd/rollbook.service" "$root/etc/systemd/system/rollbook.service"
install -D -m 644 "$top/systemd/rollbook.sysusers" "$root/usr/lib/sysusers.d/rollbook.conf"
install -D -m 644 "$top/systemd/rollbook.tmpfiles" "$root/usr/lib/tmpfiles.d/rollbook.conf"
if ! words=$(systemd-sysusers --root="$root" "$root/usr/lib/sysusers.d/rollbook.conf" 2>&1) ||
    ! words=$(systemd-tmpfiles --root="$root" --create "$root/usr/lib/tmpfiles.d/rollbook.conf" 2>&1); then
    echo "failed: the service's user or its folders: $words"
    exit 1
fi

secret() { (umask 077; printf '%s\n' "$2" >"$root/etc/rollbook/credentials/$1"); }
secret data-key "$(head -c 32 /dev/urandom | base64 -w0)"
secret smtp-password unused
secret upside-portal-key sandbox
# The password of the vendor's samples, which the sandbox takes.
secret upside-password Upside@2016

cat >"$root/etc/rollbook/rollbook.toml" <<TOML
data_dir = "/var/lib/rollbook"
jobs_dir = "jobs"
data_key = { credential = "data-key" }

[mail]
from      = "Rollbook <rollbook@example.org>"
transport = "directory"
directory = "/var/lib/rollbook/mail"

[connections.upside]
product    = "upsidelms"
base_url   = "http://$lms/upsidelms"
portal_key = { credential = "upside-portal-key" }
password   = { credential = "upside-password" }
TOML
cat >"$root/etc/rollbook/jobs/hr.toml" <<TOML
description = "People, for the trial of the service"

[source]
folder   = "$drop"
pattern  = "hr-*.csv"
key      = ["id"]
rows     = "full"
settle_s = 1

[schedule]
on_arrival = true

[[push]]
connection = "upside"
operation  = "manage_user"
first_load = "create"

[push.fields]
unique_id = "id"
firstname = "first"
email     = "mail"
username  = "login"
password  = { column = "password", send = "create" }
status    = { value = "Active" }

[report]
to = ["lms-admins@example.org"]
TOML
cat >"$root/etc/systemd/system/lms.service" <<UNIT
[Unit]
Description=The simulated LMS
[Service]
ExecStart=/usr/bin/rollbook sandbox --listen $lms
DynamicUser=yes
UNIT
cat >"$root/etc/systemd/system/trial.target" <<UNIT
[Unit]
Description=Enough of a system for the trial
Requires=basic.target
# Naming the service here starts nothing, but keeps systemd from forgetting how it ended.
After=basic.target rollbook.service
AllowIsolate=yes
UNIT
# What this machine starts besides has no place here.
for other in systemd-udevd.service systemd-udev-trigger.service systemd-logind.service systemd-networkd.service \
    systemd-networkd-wait-online.service systemd-resolved.service systemd-timesyncd.service NetworkManager.service \
    sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount sys-fs-fuse-connections.mount \
    dev-hugepages.mount dev-mqueue.mount timers.target; do
    ln -sf /dev/null "$root/etc/systemd/system/$other"
done
rm -f "$root/etc/fstab" && : >"$root/etc/fstab"
owner=$(awk -F: '$1 == "rollbook" { print $3 ":" $4 }' "$root/etc/passwd")
mkdir -p "$root$drop" && chown "$owner" "$root$drop" && chmod 770 "$root$drop"

# ---- boot ----
cat >"$work/boot.sh" <<BOOT
mount --make-rprivate /
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
    : >"$root/dev/\$device" && mount --bind "/dev/\$device" "$root/dev/\$device"
done
# PrivateDevices= takes over these.
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts" && ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount --make-rshared /
ip link set lo up
echo 0123456789abcdef0123456789abcdef >"$root/run/machine-id"
exec env -i container=lxc PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$root" \
    $systemd --system --unit=trial.target --log-target=journal-or-kmsg --log-level=info --show-status=false
BOOT
(
    echo "$BASHPID" >"$groups/rollbook-boot.$$/cgroup.procs" || exit 1
    exec unshare --fork --pid --mount --cgroup --net --uts --ipc --kill-child bash "$work/boot.sh"
) >"$work/console" 2>&1 &
outer=$!

inside() { nsenter -t "$init" -p -m -n -u -i -C -r -w env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }

# until_true SECONDS COMMAND…: asks until it holds.
until_true() {
    local last=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$last" ] || return 1
        sleep 0.1
    done
}

failures=0
check() {
    local what=$1
    shift
    if "$@"; then echo "ok: $what"; else
        echo "FAILED: $what"
        failures=$((failures + 1))
    fi
}

property() { inside systemctl show --property="$1" --value "${2:-rollbook.service}"; }
is() { [ "$(property "$1")" = "$2" ]; }
is_active() { [ "$(inside systemctl is-active rollbook.service)" = active ]; }
booted() {
    init=$(cat "/proc/$outer/task/$outer/children" 2>/dev/null)
    init=${init%% *}
    [ -n "$init" ] && [ "$(inside systemctl is-active trial.target 2>/dev/null)" = active ]
}
listening() { inside bash -c "exec 3<>/dev/tcp/${lms/://}" 2>/dev/null; }
drop_file() {
    # As an SFTP client that renames at the end.
    { echo "id,first,mail,login,password"; printf '%s\n' "${@:2}"; } >"$work/export"
    inside bash -c "cat >$drop/.upload && chown $owner $drop/.upload && mv $drop/.upload $drop/$1" <"$work/export"
}
taken() { inside test ! -e "$drop/$1"; }
mails() { [ "$(inside find /var/lib/rollbook/mail -name '*.eml' 2>/dev/null | wc -l)" -ge "$1" ]; }
restarted() { [ "$(property MainPID)" != "$1" ] && [ "$(property MainPID)" != 0 ] && is_active; }
killed_and_restarted() {
    # `kill 0` would be our own process group.
    [ "$1" -gt 1 ] && inside kill -9 "$1" && until_true 30 restarted "$1"
}

if ! until_true 60 booted; then
    echo "failed: systemd does not boot in namespaces here"
    tail -15 "$work/console"
    exit 1
fi

inside systemctl start lms.service
check "the simulated LMS listens" until_true 20 listening

check "the service starts" inside systemctl start rollbook.service
check "it is active" is_active
main=$(property MainPID)
check "it runs as rollbook, not as root" [ "$(inside stat -c %U "/proc/$main")" = rollbook ]
check "its data is closed to others" [ "$(inside stat -c %a:%U /var/lib/rollbook)" = 700:rollbook ]
check "its credentials are there, and closed to others" inside bash -c \
    'cd /run/credentials/rollbook.service && [ "$(ls | wc -l)" = 4 ] && [ -z "$(find . -type f -perm /077)" ]'

drop_file hr-1.csv "E1,Anwen,anwen@example.org,anwen,Start-11!" "E2,Bram,bram@example.org,bram,Start-22!"
check "a dropped file is taken" until_true 60 taken hr-1.csv
check "a report is mailed" until_true 60 mails 1

check "the service stops" inside systemctl stop rollbook.service
check "its result is success" is Result success
check "its exit code is 0" is ExecMainStatus 0
check "it exited by itself" is ExecMainCode 1

drop_file hr-2.csv "E1,Anwen,anwen@example.org,anwen,Start-11!" "E2,Bramwell,bram@example.org,bram,Start-22!"
check "it starts again" inside systemctl start rollbook.service
check "a file dropped in between is taken" until_true 60 taken hr-2.csv
check "its report is mailed" until_true 60 mails 2

main=$(property MainPID)
check "killed, it is started again" killed_and_restarted "$main"
check "systemd counts one restart" is NRestarts 1
check "it stops once more" inside systemctl stop rollbook.service
check "its result is success again" is Result success

if [ "$failures" -gt 0 ] || [ -n "${KEEP:-}" ]; then
    echo "---- what the service and systemd said ----"
    inside journalctl --no-pager -q -o short-monotonic | tail -60
fi
[ "$failures" -eq 0 ]
