#!/bin/sh
# SPDX-License-Identifier: ISC
# kill -9 of each program of the station in turn, with a transfer in review:
# systemd and the parent start it again, the screens come back, nothing of the
# record is lost, and the transfer goes on to its release.
. "$(dirname "$0")/lib.sh"

mkdir "$work/m"
echo 'a note' >"$work/m/note.txt"
stick "$work/stick.img" "$work/m" 40
head -c 12000000 /dev/urandom >"$work/m/data.bin"
stick "$work/slow.img" "$work/m" 40

kiosk
guest plug stick "$work/stick.img" port=1 serial=K9
ok "the stick is ready" wait_for 10 media_says R1 '"ready"'
run as otto intake "$(source_of R1)" --device --requester rita
like "it is read" "$out$err" 'K1-000001'

works() {
	sallyport status >/dev/null 2>&1
}
in_review() {
	as otto status K1-000001 --json 2>/dev/null | grep -q '"REVIEW"'
}
is_renewed() { # PROGRESS OLD-PIDS
	now=$(inside "pidof $1")
	[ -n "$now" ] && [ "$now" != "$2" ]
}
for program in sallyportd sallyport-desk sallyport-vault sallyport-ledger sallyport-stager clamd; do
	pids=$(inside "pidof $program")
	[ -n "$pids" ] || {
		fail "$program runs"
		continue
	}
	inside "kill -9 $pids"
	ok "$program is there again" wait_for 20 is_renewed "$program" "$pids"
	ok "$program: the station answers" wait_for 20 works
done
ok "the screens show the sign-in" guest wait-screen 240 'Officer id  \['
sign_in otto
shows "an officer can sign in" '^ HOME'
shows "the transfer is where it was" '^> +K1-000001 +REVIEW'
# The screens: the child of this sign-in, and then the guard.
child=$(inside 'pgrep -P $(systemctl show -p MainPID --value sallyport-screens) sallyport')
inside "kill -9 $child"
shows "the session's process is killed: the sign-in comes back" 'Officer id  \['
inside 'kill -9 $(systemctl show -p MainPID --value sallyport-screens)'
screens_run() {
	active sallyport-screens && has 'Officer id  \['
}
ok "the screens' guard is killed: they start again" wait_for 20 screens_run
ok "the record verifies" verifies
is "no unit gave up" "$(inside 'systemctl --failed --plain --no-legend')" ""

as otto batch -k >"$work/out" 2>&1 <<'END'
decide K1-000001 approve --proposed
decide K1-000001 reject --where 'decision=none' --reason 'not asked for'
submit K1-000001 --yes
END
run as paula approve K1-000001 --yes
released() {
	as otto status K1-000001 --json | grep -q '"RELEASED"'
}
ok "the transfer goes on to its release" wait_for 20 released
[ "$status" -eq 0 ] || diag "$(cat "$work/out")" "$out" "$err"

# The programs that are there only while a medium is read.
guest unplug stick
guest plug slow "$work/slow.img" port=1 serial=K10 bps=150000
ok "another stick is ready" wait_for 10 media_says R1 '"ready"'
as otto intake "$(source_of R1)" --device --requester rita --no-wait >"$work/out" 2>&1
for program in scan-type scan-av sallyport-reader; do
	ok "$program is at work" wait_for 20 is_renewed $program ""
	inside "kill -9 \$(pidof $program)"
	ok "$program is killed: the station answers" wait_for 20 works
done
faulted() {
	sallyport status | grep -q 'K1-000002.*FAULT'
}
ok "without its reader the transfer is at a fault" wait_for 20 faulted
guest unplug slow
guest plug slow "$work/slow.img" port=1 serial=K10
wait_for 10 media_says R1 '"ready"'
run as otto intake "$(source_of R1)" --device --requester rita --resume K1-000002
like "and the same stick is read again, to its end" "$(as otto status K1-000002 --json)" '"REVIEW"'
[ "$status" -eq 0 ] || diag "$out" "$err"

# Everything at once, in the order in which ps lists it.
inside 'kill -9 $(pgrep "^sallyport|^scan-")'
ok "everything is killed: the station answers again" wait_for 30 works
ok "and the record verifies" verifies
done_testing
