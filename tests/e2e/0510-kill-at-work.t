#!/bin/sh
# SPDX-License-Identifier: ISC
# kill -9 in the middle of reading, scanning and releasing: the station starts
# again, says what was interrupted, verifies, and the step can be repeated.
. "$(dirname "$0")/lib.sh"

station
mkdir "$work/m"
for i in 1 2 3 4 5 6; do
	head -c 16000000 /dev/urandom >"$work/m/data$i.bin"
done
echo text >"$work/m/note.txt"
small_medium "$work/big.img" "$work/m" 160
released=$SALLYPORT_HOME/share/transfers

pid_of() { # PROGRAM: the first one that belongs to this station
	parent=$(cat "$SALLYPORT_HOME/run/sallyportd.pid")
	for p in $(cat "/proc/$parent/task/$parent/children"); do
		case $(tr '\0' ' ' <"/proc/$p/cmdline" 2>/dev/null) in
		*"$1 "*) echo "$p" && return ;;
		esac
	done
	false
}
is_there() {
	pid_of "$1" >"$work/pid"
}
kill_it() { # PROGRAM
	wait_for 20 is_there "$1" && kill -9 "$(cat "$work/pid")"
}
restart() {
	wait_for 20 station_gone || kill -9 "$station_pid"
	wait "$station_pid" 2>/dev/null
	must station_start
	ok "its ledger verifies" "$bin/sallyport" verify
}
state_is() { # TRANSFER STATE
	[ "$(state_of "$1")" = "$2" ]
}
begin() {
	run as otto intake "$work/big.img" --requester rita --no-wait
	transfer=$(transfer_of "$out$err")
	[ -n "$transfer" ] || fail "no transfer" "$out" "$err"
}
# However fast the disk is, the reader stands in the middle of its work: who
# stops it looks without a rest, for as long as many readings would take.
stop_reader() {
	tries=5000
	until pkill -STOP -P "$parent" -f sallyport-reader; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
	done
}
begin_reading() {
	parent=$(cat "$SALLYPORT_HOME/run/sallyportd.pid")
	stop_reader &
	stopper=$!
	begin
	wait $stopper || fail "no reader was there"
}
resume() {
	ok "the reading is repeated" as otto intake "$work/big.img" --requester rita --resume "$transfer"
	is "and comes to review" "$(state_of "$transfer")" REVIEW
}

# A reader or a scanner that dies costs a step, not the station.
begin_reading
if kill_it sallyport-reader; then
	ok "a killed reader is a fault" wait_for 20 state_is "$transfer" FAULT
	like "which says why" "$(as otto status "$transfer")" "reader ended"
	resume
else
	fail "no reader was there to be killed"
fi
ok "it can be ended" as otto abort "$transfer" --reason 'next, please'
begin
if kill_it scan-av; then
	ok "a killed scanner is replaced" wait_for 60 state_is "$transfer" REVIEW
	run as otto items "$transfer" --where 'kind=file and verdict!=clean'
	unlike "and everything is scanned after all" "$out" "data"
else
	fail "no scanner was there to be killed"
fi
ok "it can be ended" as otto abort "$transfer" --reason 'next, please'

# A service that dies takes the station with it.
for program in sallyport-vault sallyport-desk sallyport-ledger; do
	begin_reading
	kill_it $program || fail "$program was not there"
	restart
	is "after kill -9 of $program in mid-reading: a fault" "$(state_of "$transfer")" FAULT
	# the desk may see the reader's end before its own
	like "the log says what was interrupted" "$(tail -n 20 "$SALLYPORT_HOME/run/sallyportd.log")" \
	    "$transfer( was interrupted|: reading failed)"
	resume
	ok "it can be ended" as otto abort "$transfer" --reason 'next, please'
done

# The release: whoever dies, nothing is half visible, and it is finished after the start.
for program in sallyport-stager sallyport-vault sallyport-ledger sallyport-desk; do
	intake "$work/big.img"
	must as otto decide "$transfer" approve --where 'kind=file' --reason 'asked for'
	must as otto submit "$transfer" --yes
	as paula approve "$transfer" --yes >"$work/approve.out" 2>&1 &
	approving=$!
	part_there() {
		[ -e "$released/.$transfer.part" ] || [ -e "$released/$transfer" ]
	}
	wait_for 30 part_there || fail "no release began" "$(cat "$work/approve.out")"
	kill_it $program || fail "$program was not there"
	wait $approving
	restart
	ok "after kill -9 of $program in mid-release it is finished" \
	    wait_for 30 state_is "$transfer" RELEASED
	ok "bit for bit" sh -c "cd '$released/$transfer/files' && sha256sum -c ../MANIFEST.sha256"
	is "and nothing half-made stays" "$(ls -A "$released" | grep -c '^\.')" 0
	ok "it can be closed" as otto close "$transfer" --disposition 'returned'
done
done_testing
