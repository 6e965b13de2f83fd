#!/bin/sh
# SPDX-License-Identifier: ISC
# A fault that the full disk of the ledger keeps out of the record: told at once,
# recorded when there is room, and no transfer is left where nobody can take it up.
. "$(dirname "$0")/rooms.sh"
. "$(dirname "$0")/screen.sh"
trap 'ended=$?; $tty kill-server 2>/dev/null; (exit $ended); rooms_end' EXIT

room "$SALLYPORT_HOME/ledger" 64m
mkdir "$work/m"
for i in 1 2 3 4; do
	head -c 16000000 /dev/urandom >"$work/m/data$i.bin"
done
small_medium "$work/big.img" "$work/m" 80
station noclamd
must as ada authority policy "$top/tests/bench/noengine.policy"

reader_pid() {
	parent=$(cat "$SALLYPORT_HOME/run/sallyportd.pid")
	for p in $(cat "/proc/$parent/task/$parent/children"); do
		case $(tr '\0' ' ' <"/proc/$p/cmdline") in
		*"sallyport-reader "*) echo "$p" >"$work/reader" && return ;;
		esac
	done
	false
}
seen() { # STATE: without a sign-in, which would be an entry
	"$bin/sallyport" status | grep -q "$transfer  *$1 "
}
run as otto intake "$work/big.img" --requester rita --no-wait
transfer=$(transfer_of "$out$err")
must wait_for 20 reader_pid
kill -STOP "$(cat "$work/reader")"
fallocate -l "$(df --output=avail -k "$SALLYPORT_HOME/ledger" | tail -n 1)"K "$SALLYPORT_HOME/ledger/filler"
cat /dev/zero >>"$SALLYPORT_HOME/ledger/filler" 2>/dev/null
kill -9 "$(cat "$work/reader")"
ok "a fault that cannot be recorded is shown all the same" wait_for 20 seen FAULT
like "doctor says what is wrong" "$("$bin/sallyport" doctor)" '^FAIL +ledger .* 0 MiB free'
refused "nobody signs in without a record" 3 'disk is full' as otto status "$transfer"
rm "$SALLYPORT_HOME/ledger/filler"
recorded() {
	as otto timeline "$transfer" | grep -q xfer.fault
}
ok "with room it is recorded, by itself" wait_for 20 recorded
recorded_release() {
	as otto timeline "$transfer" | grep 'xfer.fault' | grep -c . | grep -qx 2
}
like "with its reason" "$(as otto status "$transfer")" 'reader ended'
unlike "which waits no longer" "$(as otto status "$transfer")" 'not recorded yet'
ok "and the reading is repeated" as otto intake "$work/big.img" --resume "$transfer"
ok "the record verifies" "$bin/sallyport" verify

# A release that fails while the ledger has no room even for the fault.
must as otto decide "$transfer" approve --proposed
must as otto submit "$transfer" --yes
# the copy waits for the vault, behind the entry that the release began
vault=$(pgrep -P "$(cat "$SALLYPORT_HOME/run/sallyportd.pid")" -f 'sallyport-vault ')
kill -STOP "$vault"
as paula approve "$transfer" --yes >"$work/approve.out" 2>&1 &
approve=$!
released() {
	"$bin/sallyport-verify" "$SALLYPORT_HOME/ledger/ledger.db" >"$work/verify" && seen APPROVED &&
	    [ -d "$SALLYPORT_HOME/share/transfers/.$transfer.part" ]
}
ok "the last signature is given, and the copy begins" wait_for 20 released
fallocate -l "$(df --output=avail -k "$SALLYPORT_HOME/ledger" | tail -n 1)"K "$SALLYPORT_HOME/ledger/filler"
cat /dev/zero >>"$SALLYPORT_HOME/ledger/filler" 2>/dev/null
kill -CONT "$vault"
ok "without room the release is a fault" wait_for 30 seen FAULT
wait $approve
rm "$SALLYPORT_HOME/ledger/filler"
ok "with room the release is repeated at once" as otto release "$transfer"
ok "behind the record of its fault" recorded_release
ok "to its end" seen RELEASED
ok "the record verifies" "$bin/sallyport" verify

# A ledger without any room at the start: the station does not start, and says why.
station_stop
fallocate -l "$(df --output=avail -k "$SALLYPORT_HOME/ledger" | tail -n 1)"K "$SALLYPORT_HOME/ledger/filler"
cat /dev/zero >>"$SALLYPORT_HOME/ledger/filler" 2>/dev/null
no "without room for the first entry the station does not start" station_start
like "the log says why, and what to do" "$(tail -n 8 "$SALLYPORT_HOME/run/sallyportd.log")" \
    'cannot record station.start: .*full.* Make sure that its disk has room'
like "so does a command" "$("$bin/sallyport" status 2>&1)" "disk of its ledger is full"
terminal kiosk
$tty send-keys -t "$on" "clear; SALLYPORT_HOME='$SALLYPORT_HOME' $bin/sallyport --kiosk" Enter
shows "so do the screens" 'disk of its ledger is'
on_one_line() {
	screen | tr '\n' ' ' | tr -s ' ' | grep -oE 'administrator makes room on it.*Tell the administrator' | sed 's/ on it.*\./ on it./; s/ on it.*Tell/ ... Tell/'
}
becomes "with who does what" 'administrator makes room ... Tell the administrator' on_one_line
rm "$SALLYPORT_HOME/ledger/filler"
shows "which look again by themselves" 'it is starting, or'
ok "with room it does" station_start
shows "and ask who it is" 'Officer id  \['
ok "the record verifies" "$bin/sallyport" verify
done_testing
