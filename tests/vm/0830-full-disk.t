#!/bin/sh
# SPDX-License-Identifier: ISC
# The disk of the ledger is full, on a file system of its own in the guest: the
# station gives up the room that it kept for that, enters so, brings to an end
# what is under way and begins nothing; with room again it goes on by itself.
. "$(dirname "$0")/lib.sh"

mkdir "$work/m"
echo 'a note' >"$work/m/note.txt"
stick "$work/stick.img" "$work/m" 40
stick "$work/other.img" "$work/m" 40 OTHER
images=$(cat "$work/stick.img" "$work/other.img" | sha256sum)
home=/var/lib/sallyport
ledger=$home/ledger

kiosk
# A ballast is kept on a disk that is large enough for it: LIM_BALLAST_TIMES.
needed "the station stops" inside 'systemctl stop sallyport.target sallyportd sallyport-screens sallyport-ledger'
needed "its ledger moves to a disk of its own" inside "modprobe loop && truncate -s 1200M /root/disk.img &&
    mkfs.ext4 -q -m 0 /root/disk.img && cp -a $ledger /root/ledger && mount -o loop /root/disk.img $ledger &&
    cp -a /root/ledger/. $ledger/ && chown --reference=/root/ledger $ledger && chmod --reference=/root/ledger $ledger"
needed "the station starts" inside 'systemctl start sallyport.target'
needed "and answers" wait_for 60 sallyport status
has_ballast() {
	[ "$(inside "stat -c %s $ledger/ballast 2>/dev/null")" = 16777216 ]
}
ok "it keeps 16 MiB for a full disk" wait_for 30 has_ballast
entries_are() { # TYPE NUMBER
	[ "$(record_of "$1" | wc -l)" -eq "$2" ]
}
state_says() { # TRANSFER STATE
	as otto status "$1" --json | grep -q "\"$2\""
}

# --- two transfers are under way ------------------------------------------------------------
guest plug stick "$work/stick.img" port=1 serial=F1
needed "the stick is ready" wait_for 10 media_says R1 '"ready"'
run as otto intake R1 --device --requester rita
is "one is read" "$status" 0
guest unplug stick
guest plug stick "$work/other.img" port=1 serial=F2
needed "another stick is ready" wait_for 10 media_says R1 '"ready"'
run as otto intake R1 --device --requester rita
is "and another one" "$status" 0
as otto batch -k >"$work/out" 2>&1 <<'END'
decide K1-000001 approve --proposed
decide K1-000001 reject --where 'decision=none' --reason 'not asked for'
END

# --- the disk is full -----------------------------------------------------------------------
inside "cat /dev/zero >$ledger/filler; sync; df --output=avail -k $ledger" >"$work/full" 2>&1
like "not a block is left" "$(tail -n 1 "$work/full")" '^ *0$'
run as otto submit K1-000001 --yes
is "an officer signs in and signs all the same" "$status" 0
[ "$status" -eq 0 ] || diag "$out" "$err" "$(journal 10)"
ok "it is an entry that the room for that was used" wait_for 30 entries_are disk.full 1
like "with how much it was" "$(newest disk.full)" '"ballast":16777216'
no "the ballast is gone" inside "test -e $ledger/ballast"
ok "what is under way can be ended" as otto abort K1-000002 --reason full
guest unplug stick
guest plug stick "$work/stick.img" port=1 serial=F3
wait_for 10 media_says R1 '"ready"'
run as otto intake R1 --device --requester rita
no "nothing is begun" test "$status" -eq 0
like "which is said, with what to do" "$(printf '%s\n' "$out$err" | tr -s ' \n' ' ')" 'disk of the ledger .* makes room on it'
as paula approve K1-000001 --yes >"$work/approve" 2>&1
no "and nothing is released" state_says K1-000001 RELEASED
is "nothing is on the share" "$(inside "ls $home/share/transfers 2>/dev/null")" ""
run sallyport doctor
like "doctor says what is wrong" "$out" '^(FAIL|WARN) +ledger'
diag "$(printf '%s\n' "$out" | grep -A 2 -E '^(FAIL|WARN)')"
ok "the record verifies" verifies

# --- and has room again ---------------------------------------------------------------------
inside "rm $ledger/filler"
ok "with room the station keeps some of it again, by itself" wait_for 30 has_ballast
ok "which is an entry, too" wait_for 30 entries_are disk.room 1
released() {
	state_says K1-000001 RELEASED && return
	as otto release K1-000001 >"$work/release" 2>&1
	false
}
ok "what was approved is released" wait_for 60 released
run inside "cd $home/share/transfers/K1-000001/files && sha256sum -c ../MANIFEST.sha256"
is "and whole" "$status" 0
run as otto intake R1 --device --requester rita
is "and the next stick is read" "$status" 0
[ "$status" -eq 0 ] || diag "$out" "$err"
ok "the record verifies after it" verifies
is "no unit gave up" "$(inside 'systemctl --failed --plain --no-legend')" ""
guest unplug stick
is "R8: no stick was written" "$(cat "$work/stick.img" "$work/other.img" | sha256sum)" "$images"
done_testing
