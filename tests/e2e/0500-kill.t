#!/bin/sh
# SPDX-License-Identifier: ISC
# kill -9 of any program leaves a station that starts again and verifies.
. "$(dirname "$0")/lib.sh"

station
mkdir "$work/m"
echo 'some text' >"$work/m/note.txt"
head -c 2000000 /dev/urandom >"$work/m/data.bin"
small_medium "$work/small.img" "$work/m" 16

service_pid() { # PROGRAM: of this station (its executable cannot be looked at: it is not dumpable)
	for p in /proc/[0-9]*; do
		cat "$p/cmdline" 2>/dev/null | tr "\0" " " | grep -qE "^([^ ]*/)?$1 (.* )?$SALLYPORT_HOME( |\$)" &&
		    echo "${p#/proc/}"
	done
}
for program in sallyport-desk sallyport-ledger sallyport-vault sallyport-stager; do
	intake "$work/small.img"
	victim=$(service_pid $program)
	if [ -z "$victim" ]; then
		fail "$program is not running"
		continue
	fi
	kill -9 $victim
	wait_for 20 station_gone || fail "the station goes on without $program"
	wait "$station_pid" 2>/dev/null
	must station_start
	pass "after kill -9 of $program the station starts again"
	ok "and its ledger verifies" "$bin/sallyport" verify
	is "and the transfer is where it was" "$(state_of "$transfer")" REVIEW
	ok "and can be aborted" as otto abort "$transfer" --reason 'next, please'
done

kill -9 "$station_pid"
wait "$station_pid" 2>/dev/null
for program in sallyport-desk sallyport-ledger sallyport-vault sallyport-stager; do
	gone() {
		[ -z "$(service_pid $program)" ]
	}
	ok "$program ends with its parent" wait_for 20 gone
done
must station_start
pass "after kill -9 of sallyportd the station starts again"
ok "and its ledger verifies" "$bin/sallyport" verify
done_testing
