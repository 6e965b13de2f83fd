#!/bin/sh
# SPDX-License-Identifier: ISC
# Ledger, vault and stager as services with sockets of their own, started and
# restarted as a service manager does it (activate.py reads the units of
# share/systemd): a whole transfer, kill -9 of each in turn, a stop in good order.
. "$(dirname "$0")/lib.sh"

sockets=$work/s
mkdir "$sockets"
log() {
	cat "$SALLYPORT_HOME/run/services.log"
}
# The station of lib.sh, but by activate.py; station_stop ends it.
station_start() {
	mkdir -p "$SALLYPORT_HOME/run"
	rm -rf "$sockets"
	mkdir "$sockets"
	setsid python3 tests/e2e/activate.py "$sockets" "$SALLYPORT_HOME" "$bin" \
	    "$bin/../share/sallyport/scanners.d" </dev/null >>"$SALLYPORT_HOME/run/services.log" 2>&1 &
	station_pid=$!
	echo $station_pid >"$SALLYPORT_HOME/run/sallyportd.pid"
	wait_for 30 station_up_or_dead && kill -0 "$station_pid" && return
	tail -n 12 "$SALLYPORT_HOME/run/services.log" >&2
	return 3
}
running() { # PROGRAM: its pid
	cat "$sockets/$1.pid" 2>/dev/null
}
of_desk() { # the desk's pid: a child of sallyportd
	pgrep -P "$(running sallyportd)" -f sallyport-desk
}

station
for program in sallyport-ledger sallyport-vault sallyport-stager sallyportd; do
	ok "$program was started" test -n "$(running $program)"
done
is "sallyportd started the desk and no other service" \
    "$(pgrep -P "$(running sallyportd)" -af . | sed 's,^[0-9]* ,,; s, .*,,' | grep -c -e ledger -e vault -e stager)" 0
like "the desk says that it is ready" "$(log)" 'sallyport-desk\[[0-9]*\]: ready'
ok "the station's programs agree that they are well" as otto doctor

# --- a whole transfer ------------------------------------------------------------
mkdir "$work/m"
echo 'some text' >"$work/m/note.txt"
head -c 2000000 /dev/urandom >"$work/m/data.bin"
small_medium "$work/small.img" "$work/m" 16
intake "$work/small.img"
must as otto decide "$transfer" approve --proposed
must as otto decide "$transfer" approve --where decision=none --reason 'looked at by hand'
ok "submitted" as otto submit "$transfer" --yes
ok "approved by the second officer, which starts the release" as paula approve "$transfer" --yes
is "released" "$(state_of "$transfer")" RELEASED
ok "what is on the share is what was on the medium" \
    cmp "$work/m/data.bin" "$SALLYPORT_HOME/share/transfers/$transfer/files/data.bin"
ok "a report comes out" as otto report "$transfer" --out "$work/report" --format text
ok "closed" as otto close "$transfer" --disposition 'returned to rita'

# --- kill -9 of each in turn --------------------------------------------------------
answers_anew() { # another sallyportd, and it answers
	now=$(running sallyportd)
	[ -n "$now" ] && [ "$now" != "$before" ] && station_answers
}
killed() { # PROGRAM PID
	before=$(running sallyportd)
	kill -9 "$2"
	if wait_for 20 answers_anew; then
		pass "after kill -9 of $1 the station works again by itself"
	else
		fail "after kill -9 of $1 the station does not come back" "$(log | tail -n 20)" "$(cat "$sockets/log")"
		done_testing
	fi
	ok "and its ledger verifies" "$bin/sallyport" verify
	is "and the transfer is where it was" "$(state_of "$transfer")" REVIEW
}
for program in sallyport-ledger sallyport-vault sallyport-stager sallyportd; do
	intake "$work/small.img"
	killed $program "$(running $program)"
	must as otto abort "$transfer" --reason 'next, please'
done
intake "$work/small.img"
killed sallyport-desk "$(of_desk)"

# --- at bad moments: while they find each other -----------------------------------------
# Each round ends two of them; what is left over from one conversation must never
# hold up the next.
for pair in 'sallyport-stager sallyport-ledger' 'sallyport-vault sallyport-stager' \
    'sallyport-ledger sallyportd' 'sallyport-stager sallyportd' 'sallyport-ledger sallyport-vault'; do
	before=$(running sallyportd)
	for program in $pair; do
		kill -9 "$(running "$program")" 2>/dev/null
	done
	ok "after kill -9 of $pair at once it works again" wait_for 20 answers_anew
done
# As soon as a service is there again it is killed again: it has not met all its peers then.
there() {
	[ -n "$(running "$program")" ]
}
for program in sallyport-ledger sallyport-vault sallyport-stager; do
	before=$(running sallyportd)
	for round in 1 2 3 4; do
		wait_for 20 there && kill -9 "$(running $program)" 2>/dev/null
	done
	ok "$program killed four times as soon as it is there" wait_for 30 answers_anew
done
is "the transfer is still where it was" "$(state_of "$transfer")" REVIEW

# --- one desk: others are turned away -----------------------------------------------------
# A second sallyportd finds the lock, not the services.
refused "a second sallyportd does not disturb the first" 3 'is running already' \
    "$bin/sallyportd" -d "$SALLYPORT_HOME" -S "$sockets" -s "$bin/../share/sallyport/scanners.d"
ok "which works on" station_answers

# --- the end in good order --------------------------------------------------------------------
must as otto abort "$transfer" --reason 'the end'
station_stop
no "every program has ended" pgrep -f "(sallyport|scan)[a-z-]*( .*)? $SALLYPORT_HOME"
like "the ledger was the last to speak" "$(tail -n 3 "$sockets/log")" '^end sallyport-ledger 0'
last=$("$bin/sallyport-verify" --help >/dev/null 2>&1; strings "$SALLYPORT_HOME/ledger/ledger.db" | grep -o '"type":"station.st[a-z]*"' | tail -n 1)
is "and its last entry is station.stop" "$last" '"type":"station.stop"'

# --- a station that does not come up, again and again ---------------------------------------------
starts_and_stops() {
	strings "$SALLYPORT_HOME/ledger/ledger.db" | grep -o '"type":"station.st[a-z]*"' | wc -l
}
recorded=$(starts_and_stops)
rm -rf "$sockets"
mkdir "$sockets" "$work/scanners"
echo nonsense >"$work/scanners/bad.conf"
: >"$SALLYPORT_HOME/run/services.log"
setsid python3 tests/e2e/activate.py "$sockets" "$SALLYPORT_HOME" "$bin" "$work/scanners" \
    </dev/null >>"$SALLYPORT_HOME/run/services.log" 2>&1 &
echo $! >"$SALLYPORT_HOME/run/sallyportd.pid"
three_times() {
	[ "$(log | grep -c 'sallyport-desk.*fatal: .*bad\.conf')" -ge 3 ]
}
ok "its desk ends as soon as it begins" wait_for 30 three_times
station_stop
is "leaves no entries in the ledger" "$(starts_and_stops)" "$recorded"

# --- without services ------------------------------------------------------------------------------
refused "without sockets the reason is said" 3 'cannot connect to .*ledger-desk' \
    "$bin/sallyportd" -d "$SALLYPORT_HOME" -S "$work/nowhere" -s "$bin/../share/sallyport/scanners.d"
done_testing
