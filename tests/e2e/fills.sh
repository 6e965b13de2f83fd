# SPDX-License-Identifier: ISC
# Full disks through whole transfers: read by 0530-full-anywhere.t and by
# long_space.t, after rooms.sh.  FILLS is a list of PLACE:STEP, MS after the
# beginning of STEP; "all" for every place and step, at several moments.
#
# vault, work, ledger and share are small file systems of their own.  Each round
# fills one of them before or during one step of a transfer.  The station may
# refuse the step or fault, in clear words, and it may end, saying why; it must
# not lose what it acknowledged nor show half a transfer, and when there is room
# again it goes on.

. "$top/tests/e2e/through.sh"
words='[Ss]pace|full|room|do not fit'

fill() { # PLACE: to the last byte
	avail=$(df --output=avail -k "$SALLYPORT_HOME/$1" | tail -n 1)
	[ "$avail" -eq 0 ] || fallocate -l "$avail"K "$SALLYPORT_HOME/$1/filler" 2>/dev/null
	cat /dev/zero >>"$SALLYPORT_HOME/$1/filler" 2>/dev/null
	[ "$(df --output=avail "$SALLYPORT_HOME/$1" | tail -n 1)" -eq 0 ] ||
	    trouble "$1 is not full" "$(df "$SALLYPORT_HOME/$1")"
}
free() { # PLACE
	rm -f "$SALLYPORT_HOME/$1/filler"
}
said() { # from here on, what the station and the command have said
	tail -n "+$lines" "$log"
	cat "$work/out" "$work/err" 2>/dev/null
}
# A station that has ended said why, and without room it says so again.
check_gone() { # PLACE
	wait "$station_pid" 2>/dev/null
	said | grep -qE "$words" || trouble "it ended without saying why" "$(said)"
	if station_start >"$work/start" 2>&1; then
		check_doctor "$1"
	else
		grep -qE "$words" "$work/start" ||
		    trouble "it does not start and does not say why" "$(cat "$work/start")"
	fi
}
check_doctor() { # PLACE
	"$bin/sallyport" doctor >"$work/doctor" 2>&1
	grep -qE "^(FAIL|WARN) +$1 " "$work/doctor" ||
	    trouble "doctor does not say that $1 is full" "$(cat "$work/doctor")"
}
reach() { # STEP: undisturbed, up to before it
	happened="nothing"
	while look_up && choose && [ "$step" != "$1" ]; do
		begin
		finish
		[ "$status" -eq 0 ] ||
		    trouble "undisturbed it fails" "$(cat "$work/out" "$work/err")"
	done
}
one_fill() { # PLACE STEP MS
	round=$((round + 1))
	reach "$2"
	lines=$(($(wc -l <"$log") + 1))
	happened="$1 full $3 ms after its beginning"
	[ "$3" -gt 0 ] || fill "$1"
	begin
	[ "$3" -eq 0 ] || {
		perl -e 'select undef, undef, undef, $ARGV[0] / 1000' "$3"
		fill "$1"
	}
	finish
	[ $status -eq 0 ] || said | grep -qE "$words" ||
	    trouble "it fails without saying why" "$(said)"
	# What follows by itself (a release, the papers) may be what finds no room.
	if station_gone || ! station_answers; then
		wait_for 30 station_gone || trouble "the station hangs"
		check_gone "$1"
	else
		check_doctor "$1"
	fi
	free "$1"
	if station_gone; then
		station_start >"$work/start" 2>&1 || {
			trouble "with room it does not start" "$(cat "$work/start")"
			done_testing
		}
	fi
	check_ledger
	check_acknowledged
	check_fault
	bring_to_the_end
	check_share
	state= # the next round has a transfer of its own
	transfer=
}

for place in vault work ledger share; do
	room "$SALLYPORT_HOME/$place" 160m
done
station_init >"$work/init" 2>&1 || {
	fail "a station on small disks" "$(cat "$work/init")"
	done_testing
}
sed -i 's/^\(vault\|share\)_floor = .*/\1_floor = "0";/' "$SALLYPORT_HOME/station.conf"
must sh "$demo/clamd-start" "$SALLYPORT_HOME"
must station_start
must station_people
small_files "$work/small.img" 200

if [ "$FILLS" = all ]; then
	FILLS=
	for place in vault work ledger share; do
		for step in intake decide submit approve close; do
			for ms in 0 20 60 90 120 150 200; do
				FILLS="$FILLS $place:$step:$ms"
			done
		done
	done
fi
for f in $FILLS; do
	place=${f%%:*}
	f=${f#*:}
	failed=$tap_failed
	one_fill "$place" "${f%:*}" "${f#*:}"
	[ $tap_failed -gt "$failed" ] || pass "$place full at ${f%:*}, after ${f#*:} ms"
done
check_all_papers
