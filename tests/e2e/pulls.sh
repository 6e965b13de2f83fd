# SPDX-License-Identifier: ISC
# A medium that goes while it is read, for tests that come after lib.sh.
# $work/stick.master is what is on it; $files how many files there are.

reader() {
	pgrep -n -P "$(cat "$SALLYPORT_HOME/run/sallyportd.pid")" -f sallyport-reader
}
no_reader() {
	! reader >/dev/null
}
objects() { # in the vault
	find "$SALLYPORT_HOME/vault" -path '*/[0-9a-f][0-9a-f]/*' -type f -newer "$work/begun" | sort
}
insert() { # into the same file, and without the holes: what else is synced waits for all of it
	cp --sparse=always "$work/stick.master" "$work/stick.img"
}
pull() {
	: >"$work/stick.img"
}
flat() { # TEXT: on one line
	printf '%s\n' "$1" | tr '\n' ' ' | sed 's/  */ /g'
}
# stop_reader PID N: stops it as soon as N objects came to the vault, or came again.  It looks
# from when $work/looks is there; the reader makes way for it, however busy the machine is.
# When that takes longer than two minutes it says what the reader is at, and gives up.
stop_reader() {
	perl -MTime::HiRes=stat,time -e '
		my ($pid, $n, $dir, $looks) = @ARGV;
		# without one the signals below would be for ourselves and our parents
		$pid =~ /^[1-9][0-9]*$/ or die "# there is no reader to stop\n";
		my $since = time - 0.05;
		sub count { scalar grep { (stat $_)[9] >= $since } glob "$dir/[0-9a-f][0-9a-f]/*" }
		setpriority(0, $pid, 19);
		open my $f, ">", $looks or exit 1;
		my $limit = time + 120;
		while (kill(0, $pid) && count() < $n) {
			next if time < $limit;
			warn "# the reader stands still, after ", count(), " objects:\n";
			system "ps -o pid,stat,ni,wchan:20,args -p $pid >&2; cat /proc/$pid/syscall >&2";
			exit 1;
		}
		kill "STOP", $pid or exit 1;
	' "$1" "$2" "$SALLYPORT_HOME/vault" "$work/looks"
}
# reading COMMAND...: the intake waits, the word to go is given, and the reader stands still
# after a few files
reading() {
	run as otto intake "$work/stick.img" "$@" --hold --no-wait
	transfer=$(transfer_of "$out$err")
	[ -n "$transfer" ] || {
		fail "no transfer" "$out" "$err"
		done_testing
	}
	wait_for 60 choosing || fail "it does not wait" "$(as otto status "$transfer")"
	: >"$work/begun"
	rm -f "$work/looks"
	wait_for 20 reader >"$work/reader.pid"
	stop_reader "$(tail -n 1 "$work/reader.pid")" $((${had:-0} + 4)) &
	stopper=$!
	wait_for 30 test -e "$work/looks" || fail "nobody looks at the vault"
	must as otto go "$transfer" --no-wait
	wait $stopper || {
		fail "no reader was stopped" "$(as otto status "$transfer")"
		done_testing
	}
}
begin() {
	insert
	reading --requester rita
}
gone() {
	pull
	kill -CONT "$(reader)"
	wait_for 30 state_is "$transfer" FAULT || fail "no fault" "$(as otto status "$transfer")"
}
# A new transfer, whose medium goes in the middle.
pulled() {
	begin
	gone
}
pulled_again() {
	had=$(kept)
	reading --resume "$transfer"
	had=0
	gone
}
# The desk has written down what it heard of the vault.
committed() {
	python3 -c 'import sqlite3, sys
db = sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True)
n, = db.execute("SELECT count(*) FROM item WHERE sha256 IS NOT NULL").fetchone()
sys.exit(n < 4)' "$SALLYPORT_HOME/work/$transfer/work.db" 2>/dev/null
}
resume() {
	run as otto intake "$work/stick.img" --resume "$transfer"
}
kept() { # files whose bytes are in the vault, by what the work database knows
	as otto items "$transfer" --where 'kind=file' --json | grep -c '"sha256": *"[0-9a-f]'
}
resumed() { # KEY of the entry about the last reading
	as otto status "$transfer" --json | tr '\n' ' ' |
	    sed -n 's/.*"resumed": *{\([^}]*\)}.*/\1/p' | tr ',' '\n' |
	    sed -n 's/^ *"'"$1"'": *"\{0,1\}\([^"]*\)"\{0,1\} *$/\1/p'
}
release_all() {
	must as otto decide "$transfer" approve --where 'kind=file or kind=link' --reason 'asked for'
	must as otto submit "$transfer" --yes
	must as paula approve "$transfer" --yes
	wait_for 60 state_is "$transfer" RELEASED || fail "not released" "$(as otto status "$transfer")"
}
share_of() { # TRANSFER
	echo "$SALLYPORT_HOME/share/transfers/$1/files"
}
# Everything of the station dies at once.
power_cut() {
	parent=$(cat "$SALLYPORT_HOME/run/sallyportd.pid")
	# shellcheck disable=SC2046
	kill -9 "$parent" $(cat "/proc/$parent/task/$parent/children") 2>/dev/null
	wait "$station_pid" 2>/dev/null
	wait_for 20 station_gone
}
