#!/bin/sh
# SPDX-License-Identifier: ISC
# Policy rescan_at_release: what was approved is scanned once more before anybody can
# see it, by scanners that neither the desk nor the vault can speak for.
. "$(dirname "$0")/lib.sh"

mkdir "$work/m"
echo plain >"$work/m/plain.txt"
echo other >"$work/m/other.txt"
mkdir "$work/m/d"
head -c 300000 /dev/zero >"$work/m/d/zeros.bin"
: >"$work/m/d/empty"
(cd "$work/m" && tar cf "$work/t.tar" other.txt && mv "$work/t.tar" d/t.tar)
small_medium "$work/small.img" "$work/m"
station
db=$SALLYPORT_HOME/clamav/db
share=$SALLYPORT_HOME/share

# New signatures over night: plain.txt is bad from now on; or not any more.
learn() {
	printf '%s:%s:Learned.Plain\n' "$(md5sum <"$work/m/plain.txt" | cut -d' ' -f1)" \
	    "$(wc -c <"$work/m/plain.txt")" >"$db/learned.hdb"
	sh "$demo/clamd-start" "$SALLYPORT_HOME" >/dev/null
}
unlearn() {
	rm "$db/learned.hdb"
	sh "$demo/clamd-start" "$SALLYPORT_HOME" >/dev/null
}
policy() { # NAME MORE
	cat >"$work/$1.policy" <<END2
name = "$1";
required = ( { scanner = "type"; types = "*"; part = true; }, { scanner = "av"; types = "*"; },
	{ scanner = "archive"; types = ["tar", "zip"]; } );
$2
rules = ( { kind = "file"; verdict = "clean"; gate = "pass"; }, { kind = "directory"; gate = "pass"; } );
medium_digest = "none";
END2
	must as ada authority policy "$work/$1.policy"
}
submitted() {
	intake "$work/small.img"
	must as otto decide "$transfer" approve --proposed
	must as otto decide "$transfer" approve --where 'kind=file' --reason 'known'
	must as otto submit "$transfer" --yes
}
deliveries() {
	as otto timeline "$transfer" --json | grep -c '"xfer.deliver"'
}
nothing() { # WORDS
	is "nothing of it is on the share: $1" "$(ls -A "$share/transfers" | grep "$transfer")" ""
	is "it is a fault: $1" "$(state_of "$transfer")" FAULT
	is "no delivery is recorded: $1" "$(deliveries)" 0
}

# Not asked for: nobody scans, and the record says nothing of it.
policy plain ""
submitted
ok "without it" as paula approve "$transfer" --yes
is "it goes" "$(state_of "$transfer")" RELEASED
no "and nothing was scanned at release" grep -q '"rescan":' "$share/custody/$transfer"/entries/*

policy again 'rescan_at_release = true;'
like "doctor says who would scan" "$("$bin/sallyport" doctor)" '^OK +release +.*type.* scan again what goes; what was said stands of archive'
submitted
ok "what is clean" as paula approve "$transfer" --yes
like "it is shown" "$(cat "$work/ok.out")" 'scan-again'
is "goes" "$(state_of "$transfer")" RELEASED
like "the record names the scan: every file" "$(cat "$share/custody/$transfer"/entries/*)" '"rescan":{"bytes":310252,"objects":5,'
like "and its scanners" "$(cat "$share/custody/$transfer"/entries/*)" '"rescan":.*"engine":"ClamAV.*"name":"av","sandbox":true'
like "the report tells of it" "$(cat "$share/custody/$transfer/report.txt")" 'scanned again at release'
ok "the station's own check" "$bin/sallyport" verify
ok "the separate verifier" "$bin/sallyport-verify" "$share/custody/$transfer"
ok "the auditor's program" /usr/bin/python3 "$top/share/audit/audit.py" "$share/custody/$transfer"

# The engine learns after the last scan, and nobody scans again but the stager.
submitted
must learn
refused "the last approval" 3 "plain.txt was clean and is malicious .av found: .*Learned.Plain" as paula approve "$transfer" --yes
nothing "an engine that learned"
like "it says which file, and who says so" "$(as otto status "$transfer")" \
    'plain\.txt was clean and is malicious \(av found.*1 of 5'
refused "again, and it is as bad" 3 'plain\.txt was clean and is malicious' as otto release "$transfer"
nothing "again"
must unlearn
ok "the engine was wrong, and is put right" as otto release "$transfer"
is "then it goes" "$(state_of "$transfer")" RELEASED

# An engine that is not there vouches for nothing.
submitted
sh "$demo/clamd-stop" "$SALLYPORT_HOME"
refused "without its engine" 3 "cannot be scanned again" as paula approve "$transfer" --yes
nothing "no engine"
like "it says so" "$(as otto status "$transfer")" 'cannot be scanned again: the scanner av'
sh "$demo/clamd-start" "$SALLYPORT_HOME" >/dev/null
ok "with it" as otto release "$transfer"
is "it goes after all" "$(state_of "$transfer")" RELEASED

# The program that scans again is killed in the middle: the engine takes its time.
rescan_pid() {
	for p in /proc/[0-9]*; do
		[ "$(sed 's/.*) . \([0-9]*\) .*/\1/' "$p/stat" 2>/dev/null)" = "$station_pid" ] &&
		    grep -q '^sallyport-resca$' "$p/comm" 2>/dev/null && echo "${p#/proc/}"
	done
}
at_work() {
	[ -n "$(rescan_pid)" ] && ls -A "$share/transfers" | grep -q "^\.$transfer\.part$"
}
submitted
kill -STOP $(cat "$SALLYPORT_HOME/clamav/clamd.pid")
as paula approve "$transfer" --yes >"$work/killed.out" 2>&1 &
approving=$!
ok "it is being scanned again" wait_for 30 at_work
no "and nobody can see it yet" test -e "$share/transfers/$transfer"
kill -9 $(rescan_pid)
wait $approving
is "what was approved did not go" $? 3
kill -CONT $(cat "$SALLYPORT_HOME/clamav/clamd.pid")
nothing "it was killed"
like "the reason is told" "$(as otto status "$transfer")" 'ended in the middle'
none_left() {
	[ -z "$(rescan_pid)" ]
}
ok "nothing of it is left" wait_for 20 none_left
ok "once more" as otto release "$transfer"
is "and it goes" "$(state_of "$transfer")" RELEASED

# Other bytes in the vault than were scanned and approved.
submitted
sha256=$(sha256sum <"$work/m/plain.txt" | cut -d' ' -f1)
object=$(find "$SALLYPORT_HOME/vault" -type f -name "*$(echo "$sha256" | cut -c 3-)*" | head -n 1)
must test -n "$object"
chmod u+w "$object"
echo PLAIN >"$object"
refused "a vault that gives other bytes" 3 'other bytes|another size|not whole|damaged|gone' as paula approve "$transfer" --yes
nothing "other bytes"
done_testing
