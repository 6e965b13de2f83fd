#!/bin/sh
# SPDX-License-Identifier: ISC
# An antivirus engine that is kept from reading: not there, ended, not allowed,
# hanging, hiding what it skips, reading too little, without signatures.  The
# scanners and doctor say which, and nothing is clean.
. "$(dirname "$0")/lib.sh"

mkdir "$work/m"
echo 'some text' >"$work/m/note.txt"
head -c 3000000 /dev/urandom >"$work/m/large.bin"
small_medium "$work/small.img" "$work/m" 16
station
conf=$SALLYPORT_HOME/clamav/clamd.conf
socket=$SALLYPORT_HOME/clamav/clamd.sock
cp "$conf" "$work/clamd.conf"

engine_stop() {
	sh "$demo/clamd-stop" "$SALLYPORT_HOME"
}
# Another configuration than clamd-start writes: engine COMMAND-OF-SED
engine() {
	engine_stop
	rm -f "$socket"
	sed "$1" "$work/clamd.conf" >"$conf"
	setsid "$SALLYPORT_HOME/bin/clamd" --foreground --config-file="$conf" </dev/null \
	    >"$work/clamd.log" 2>&1 &
	echo $! >"$SALLYPORT_HOME/clamav/clamd.pid"
	must wait_for 30 perl "$demo/clamd-ping.pl" "$socket"
}
one_line() {
	tr '\n' ' ' | tr -s ' '
}
# kept NAME REGEX: the scanner is unfit for this reason, doctor says it, a transfer is blocked by it.
kept() {
	like "$1: the scanners say it" "$("$bin/sallyport" scanners --selftest 2>&1 | one_line)" "av .*UNFIT.*$2"
	like "$1: doctor says it" "$("$bin/sallyport" doctor | one_line)" "FAIL antivirus .*$2"
	run as otto intake "$work/small.img" --requester rita
	transfer=$(transfer_of "$out$err")
	is "$1: the transfer is blocked" "$(state_of "$transfer")" BLOCKED
	like "$1: and says why" "$(as otto status "$transfer" | one_line)" "$2"
	is "$1: nothing is clean" "$(as otto items "$transfer" --where 'verdict=clean' --json | grep -c '"verdict": *"clean"')" 0
	must as otto abort "$transfer" --reason 'next, please'
}

# Nobody asks: each is tried when the station starts, and one whose engine comes late once it is there.
says() { # REGEX: doctor, in one line
	"$bin/sallyport" doctor | one_line | grep -qE "$1"
}
ok "scanners are tried at the start" wait_for 30 says 'OK scanners .*type good'
unlike "all of them" "$("$bin/sallyport" doctor)" 'not tried|being tried|WARN scanners|FAIL'
engine_stop
rm -f "$socket"
station_stop
must station_start
ok "an engine that is not there yet is told" wait_for 30 says 'FAIL scanners .*av UNFIT.*clamd is not running'
like "with what to look at" "$("$bin/sallyport" doctor | one_line)" \
    'there is no such socket.*starts clamd.*no signatures.*AppArmor.*systemctl status sallyport-clamd; ls /var/lib/sallyport-clamd; journalctl -k -g apparmor'
engine s/x/x/
ok "and tried again when it is" wait_for 60 says 'OK antivirus socket.*OK scanners .*av good'

like "a sound engine is fit" "$("$bin/sallyport" scanners --selftest)" '^av .*fit'
like "and doctor says so" "$("$bin/sallyport" doctor)" '^OK +antivirus'

engine_stop
rm -f "$socket"
like "no engine: doctor sees that there is no socket" "$("$bin/sallyport" doctor | one_line)" 'FAIL antivirus socket .*there is no such socket'
run as otto intake "$work/small.img" --requester rita
transfer=$(transfer_of "$out$err")
is "no engine: the transfer is blocked" "$(state_of "$transfer")" BLOCKED
like "no engine: and says why" "$(as otto status "$transfer" | one_line)" 'clamd is not running'
engine s/x/x/
ok "with an engine it is scanned again" as otto rescan "$transfer"
is "and comes to review" "$(state_of "$transfer")" REVIEW
like "and doctor is content again" "$("$bin/sallyport" doctor)" '^OK +antivirus'

kill -9 "$(cat "$SALLYPORT_HOME/clamav/clamd.pid")"
refuses() {
	[ "$(perl -MIO::Socket::UNIX -e 'print IO::Socket::UNIX->new(Peer => $ARGV[0]) ? 1 : 0' "$socket")" = 0 ]
}
must wait_for 20 refuses
kept "a dead engine" 'nobody listens there: clamd has ended'

engine s/x/x/
chmod 0 "$socket"
kept "a socket without permission" 'may not be used'
chmod 600 "$socket"

engine 's/^AlertExceedsMax .*/AlertExceedsMax no/'
kept "an engine that hides what it skips" 'Set .*AlertExceedsMax yes'

mkdir "$work/db"
grep -v Eicar "$top/share/clamav/sallyport-test.ndb" >"$work/db/some.ndb"
engine "s,^DatabaseDirectory .*,DatabaseDirectory $work/db,"
kept "an engine without the signatures" 'did not recognise the known-bad object'

# It reads less of a file than our limit says: it admits it, and the file is not clean.
engine 's/^MaxFileSize .*/MaxFileSize 1M/; s/^StreamMaxLength .*/StreamMaxLength 1M/'
run as otto intake "$work/small.img" --requester rita
transfer=$(transfer_of "$out$err")
like "a file over the engine's own limit is incomplete" \
    "$(as otto items "$transfer" --where 'verdict=incomplete' 2>&1)" 'large\.bin'
unlike "and not clean" "$(as otto items "$transfer" --where 'verdict=clean' 2>&1)" 'large\.bin'
like "the others are" "$(as otto items "$transfer" --where 'verdict=clean' 2>&1)" 'note\.txt'

# It takes connections and never answers.  Enough of them fill its queue: nobody waits for it.
engine s/x/x/
kill -STOP "$(cat "$SALLYPORT_HOME/clamav/clamd.pid")"
perl -MSocket -e '
	my @held;
	for (1 .. 300) {
		socket(my $s, PF_UNIX, SOCK_STREAM | 0x800, 0);
		connect($s, pack_sockaddr_un($ARGV[0])) or last;
		push @held, $s;
	}
	print scalar(@held), "\n";
	close STDOUT;
	sleep 1000 while 1;' "$socket" >"$work/held" &
holder=$!
held() {
	[ -s "$work/held" ]
}
must wait_for 20 held
kept "an engine whose queue is full" 'takes no connections: it hangs'
kill $holder
wait $holder 2>/dev/null
engine_stop
kill -CONT "$(cat "$SALLYPORT_HOME/clamav/clamd.pid" 2>/dev/null)" 2>/dev/null
engine s/x/x/
kill -STOP "$(cat "$SALLYPORT_HOME/clamav/clamd.pid")"
like "an engine that hangs is told" "$("$bin/sallyport" scanners --selftest 2>&1 | one_line)" \
    'av .*UNFIT.*takes the connection and does not answer'
like "by doctor, too" "$("$bin/sallyport" doctor | one_line)" 'FAIL antivirus .*does not answer: it hangs'
kill -CONT "$(cat "$SALLYPORT_HOME/clamav/clamd.pid")"
ok "the record verifies" "$bin/sallyport" verify
done_testing
