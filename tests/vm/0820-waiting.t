#!/bin/sh
# SPDX-License-Identifier: ISC
# Media that wait for an officer, at the screens: a stick whose encrypted volume
# is opened with its passphrase, from the socket to the share, and one that does
# not answer: the officer skips, waits, or stops.
. "$(dirname "$0")/lib.sh"
. "$top/tests/e2e/hold.sh"

must held_medium "$work/held.img"
mkdir "$work/m"
echo 'before it' >"$work/m/a.txt"
# Longer than what the kernel reads ahead, so that the rest has to be waited for.
seq 1 600000 >"$work/m/b.txt"
echo 'behind it' >"$work/m/c.txt"
stick "$work/slow.img" "$work/m" 48 SLOW
images=$(cat "$work/held.img" "$work/slow.img" | sha256sum)

kiosk
share=/var/lib/sallyport/share
sign_in otto
need '^ HOME'
lap_began=$(date +%s)
lap() { # WORDS
	diag "$(printf '%4d s: %s' $(($(date +%s) - lap_began)) "$1")"
	lap_began=$(date +%s)
}

# --- an encrypted volume ------------------------------------------------------------------------
guest plug held "$work/held.img" port=1 serial=HELD1
need '^ INTAKE port R1'
begin_reading '^ READING, WAITS FOR YOU'
shows "a stick with an encrypted volume waits by itself" 'v2 +luks +24M +LOCKED: u opens it'
go '^ UNLOCK K1-000001' u
enter "$luks_pass"
press Enter
shows "the passphrase opens it" 'v2 +ext4 in luks '
is "without the kernel" "$(inside 'dmsetup ls; grep -c loop /proc/mounts')" "No devices found
0"
press Enter
shows "both volumes are read" 'review is ready'
guest unplug held
shows "the stick is taken out, and the transfer stays in review" 'review is ready'
lap "opened and read"
go '^ REVIEW K1-000001' Enter
go 'APPROVE WHAT THE POLICY LETS PASS' P
go 'items?: APPR' Tab Enter
becomes "all of it may pass" 0 counter undecided
go '^ SIGN K1-000001' F8
look_at_all
go 'Passphrase of otto' F8
enter "$(passphrase otto)"
go '^ HOME' Enter
shows "otto has signed" '^[> ] +K1-000001 +SUBMITTED'
lap "decided and signed"
run as paula approve K1-000001 --yes
is "paula signs, and it is released" "$status" 0
[ "$status" -eq 0 ] || diag "$out" "$err"
run inside "cd $share/transfers/K1-000001/files && sha256sum -c --quiet ../MANIFEST.sha256 && find . -type f | wc -l && sha256sum v1/docs/note.txt v2/inside/report.txt v2/list.txt"
is "byte for byte what lay in both volumes" "$out" "6
$(digest "$plain/one/docs/note.txt")  v1/docs/note.txt
$(digest "$plain/two/inside/report.txt")  v2/inside/report.txt
$(digest "$plain/two/list.txt")  v2/list.txt"
like "that the volume was opened is in the record" "$(record_of xfer.unlock)" '"ok":true'
is "the passphrase is nowhere in the station" "$(inside "grep -rlF '$luks_pass' /var/lib/sallyport /var/log /run/sallyport")" ""
lap "the second signature and the release"

# --- a medium that does not answer ----------------------------------------------------------------
stall() { # TRANSFER: everything is listed, and then it gives a byte in a second
	guest plug slow "$work/slow.img" port=1 serial=SLOW$1
	need '^ INTAKE port R1'
	begin_choosing
	# QEMU cannot take back what is under way: the kernel shall not ask for that
	inside 'for t in /sys/block/sd*/device/timeout; do echo 1800 >$t; done'
	guest pace slow 1
	press Enter
	shows "$1: after five seconds it is said" 'Medium +.*not answered for [0-9]+ s: wait, or s skips'
}
over() { # NAME
	guest pace slow 0
	shows "$1" 'review is ready'
	press Escape
	need '^ HOME'
	guest unplug slow
}
stall K1-000002
press s
over "the officer skips: the rest is read"
stall K1-000003
over "the officer waits, and it goes on"
stall K1-000004
go 'Stop: why' S
go '^ FAULT' 1
pass "the officer stops"
shows "which is not undone" 'Why +.*wrong medium'
guest pace slow 0
guest unplug slow
press Escape
need '^ HOME'
run as otto batch -k <<END
items K1-000002 --where 'kind=file' --json
status K1-000003 --json
END
is "skipped: one file is unreadable" "$(printf '%s\n' "$out" | grep '"b\.txt"' | grep -c '"unreadable".*an officer gave it up\|an officer gave it up.*"unreadable"')" 1
is "the others were read" "$(printf '%s\n' "$out" | grep '"[ac]\.txt"' | grep -c '"read"')" 2
like "waited for: nothing is" "$out" '"unreadable": *0'
lap "skipped, waited for, stopped"

is "R8: no stick was written" "$(cat "$work/held.img" "$work/slow.img" | sha256sum)" "$images"
ok "the record verifies" verifies
is "no program was killed by its sandbox" \
    "$(inside 'journalctl -b -q -o cat --no-pager' | grep -E 'type=1326|code=killed, status=31')" ""
done_testing
