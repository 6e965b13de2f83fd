#!/bin/sh
# SPDX-License-Identifier: ISC
# Real clamds: with Debian's own configuration, with limits of their own, with
# signatures that are old or change; two of them, of which one is killed.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/engines.sh"

driver=$B/tests/e2e/scan_driver
limit=2097152000
mkdir -p "$work/s" "$work/m"
cd "$work/s" || exit 3
eicar >eicar
echo 'nothing to see' >clean
i=0
mkdir inner
while [ $i -lt 60 ]; do
	echo $i >inner/$i
	i=$((i + 1))
done
zip -q -r many.zip inner
cp clean level
for n in 1 2 3 4 5 6 7 8; do
	zip -q deep.new level
	mv deep.new.zip level 2>/dev/null || mv deep.new level
done
mv level deep.zip
truncate -s 30M thirty
cd "$top" || exit 3

av() { # NAME FILE...: what scan-av says with this engine
	socket=$work/$1/clamd.sock
	shift
	(cd "$work/s" && timeout 100 "$driver" -e "$socket" -m $limit "$bin/scan-av" "$@") 2>"$work/av.err"
}
field() { # NAME NUMBER
	printf '%s\n' "$said" | awk -F ' [|] ' -v name="$1" -v n="$2" '$1 == name { print $n }'
}

# --- Debian's own configuration -----------------------------------------------------
# What dpkg-reconfigure clamav-daemon writes, as far as it differs from ours.
engine_start debian '/^Alert/d; s/^MaxFileSize .*/MaxFileSize 25M/; s/^MaxScanSize .*/MaxScanSize 100M/
    s/^MaxScanTime .*/MaxScanTime 120000/; s/^MaxFiles .*/MaxFiles 10000/; s/^MaxRecursion .*/MaxRecursion 16/
    s/^StreamMaxLength .*/StreamMaxLength 25M/; s/^PCREMaxFileSize .*/PCREMaxFileSize 25M/'
said=$(av debian clean thirty)
like "Debian's configuration: the scanner does not work with it, and says what to set where" "$said" \
    "^unfit clamd answers OK for files it does not read\. Set \"AlertExceedsMax yes, AlertEncrypted yes\" in $work/debian/clamd\.conf"
unlike "and nothing has a verdict" "$said" '^(clean|thirty) '

# Honest about limits only: what is encrypted would be OK.
engine_start locked '/^AlertEncrypted /d'
like "an engine that calls OK what is encrypted" "$(av locked clean)" \
    '^unfit clamd answers OK for what is encrypted.* Set "AlertEncrypted yes"'
engine_start blind '$a ScanPDF no'
like "an engine that does not look into documents" "$(av blind clean)" \
    '^unfit clamd answers OK for files it does not look into\. Set "ScanPDF yes"'
engine_start halves 's/^AlertEncrypted .*/AlertEncryptedArchive yes/; $a AlertEncryptedDoc yes'
like "both halves of that setting are as good" "$(av halves clean)" '^clean \| clean '

# --- its limits are those of its configuration -------------------------------------------
engine_start small 's/^MaxFileSize .*/MaxFileSize 25M/; s/^MaxFiles .*/MaxFiles 20/; s/^MaxRecursion .*/MaxRecursion 4/'
said=$(av small clean thirty many.zip deep.zip eicar)
like "what it takes is what clamd reads" "$said" '^ready av \| .* \| 26214400$'
like "and what could be better is told" "$said" \
    '^advice it reads 25 MiB of a file, what is larger is incomplete; better in .*: MaxFileSize 2000M, MaxFiles 100000, MaxRecursion 17$'
is "a file over its limit" "$(field thirty 2), $(field thirty 3), $(field thirty 5)" 'incomplete, size-limit, 0'
is "an archive with more files than it opens" "$(field many.zip 2), $(field many.zip 3)" 'incomplete, size-limit: MaxFiles'
is "an archive that is deeper than it goes" "$(field deep.zip 2), $(field deep.zip 3)" 'incomplete, size-limit: MaxRecursion'
is "everything else as ever" "$(field clean 2), $(field eicar 2)" 'clean, malicious'
cp "$work/small/clamd.conf" "$work/small/other.conf"
sed -i "s|^LocalSocket .*|LocalSocket $work/small/other.sock|" "$work/small/clamd.conf"
said=$(av small clean thirty)
like "a configuration of another engine is not believed" "$said" '^advice no clamd\.conf names its socket'
is "and what is over its limit is incomplete all the same" "$(field thirty 2), $(field thirty 3)" 'incomplete, size-limit'

# --- its signatures -------------------------------------------------------------------------
now=$(date +%s)
today=$(date -u -d "@$now" +%Y-%m-%dT%H:%M)
mkdir -p "$work/dated/db"
cp "$top"/share/clamav/*.ndb "$work/dated/db/"
daily_signatures "$work/dated/db/daily.cud" 26000 $((now - 86400 * 3))
engine_start dated
like "number and day of the signatures" "$(av dated clean)" \
    "^ready av \\| ClamAV [0-9.]+ \\| 26000 \\| $(date -u -d "@$((now - 86400 * 3))" +%Y-%m-%dT%H:%M):"

# They change while objects are scanned: the scanner says so before it goes on.
mkdir "$work/s/n"
i=0
while [ $i -lt 400 ]; do
	echo "file $i" >"$work/s/n/$i"
	i=$((i + 1))
done
(cd "$work/s" && timeout 100 "$driver" -e "$work/dated/clamd.sock" -m $limit -w "$work/go" "$bin/scan-av" n/* eicar) \
    >"$work/changing" 2>"$work/av.err" &
changing=$!
begun() {
	grep -q '^ready' "$work/changing"
}
must wait_for 60 begun
daily_signatures "$work/dated/db/daily.cud" 26001 "$now"
engine_ask "$work/dated/clamd.sock" RELOAD >/dev/null
reloaded() {
	engine_ask "$work/dated/clamd.sock" VERSION | grep -q /26001/
}
must wait_for 60 reloaded
: >"$work/go"
wait $changing
said=$(cat "$work/changing")
like "a reload in mid-work is told" "$said" "^changed ClamAV [0-9.]+ \\| 26001 \\| $today"
is "once" "$(grep -c '^changed' "$work/changing")" 1
is "and every object has its verdict" "$(grep -c '^n/.* | clean' "$work/changing") $(field eicar 2)" '400 malicious'

# --- a station with two engines -----------------------------------------------------------
i=0
mkdir "$work/m/d"
while [ $i -lt 1500 ]; do
	echo "note $i of many" >"$work/m/d/n$i.txt"
	i=$((i + 1))
done
small_medium "$work/many.img" "$work/m" 64
rm -r "$work/m"
mkdir "$work/m"
echo 'a note' >"$work/m/note.txt"
small_medium "$work/small.img" "$work/m"
engine_start one
one=$engine_pid
engine_start two
two=$engine_pid
must station_init
sed -i "s|^clamd = .*|clamd = [ \"$work/one/clamd.sock\", \"$work/two/clamd.sock\" ];|" "$SALLYPORT_HOME/station.conf"
must station_start
must station_people
one_line() {
	tr '\n' ' ' | tr -s ' '
}
doctor_says() { # REGEX
	"$bin/sallyport" doctor 2>&1 | one_line | grep -qE "$1"
}
ok "two engines: doctor sees both" wait_for 30 doctor_says "OK antivirus socket $work/one/clamd.sock; socket $work/two/clamd.sock"
sessions() { # PROCESS: connections it has
	find "/proc/$1/fd" -lname 'socket:*' 2>/dev/null | wc -l
}
before_one=$(sessions $one)
before_two=$(sessions $two)
as otto intake "$work/many.img" --requester rita >"$work/intake.out" 2>&1 &
intake=$!
both_used() {
	[ "$(sessions $one)" -gt "$before_one" ] && [ "$(sessions $two)" -gt "$before_two" ]
}
ok "each scanner process has one of them" wait_for 60 both_used
# An engine that dies while it is tried makes the scanner unfit, and that is another story.
tried() { # both processes, before the objects
	logged | grep '"type":"scan.selftest"' | grep '"scanner":"av"' |
	    grep '"when":"before"' | grep -c '"pass":true' >"$work/tried"
	[ "$(cat "$work/tried")" -ge 2 ]
}
must wait_for 60 tried
kill -9 $one
ok "one of them is killed in mid-scan: the transfer goes on" wait $intake
transfer=$(transfer_of "$(cat "$work/intake.out")")
is "it comes to review" "$(state_of "$transfer")" REVIEW
clean() { # TRANSFER: how many of its files are
	as otto items "$1" --where 'kind=file and verdict=clean' --json | tr '{' '\n' | grep -c '"verdict": *"clean"'
}
is "and every file is clean" "$(clean "$transfer")" 1500
ok "doctor warns of the dead one" doctor_says "WARN antivirus socket $work/one/clamd.sock: nobody listens there.*; socket $work/two/clamd.sock "
run as otto intake "$work/small.img" --requester rita
transfer=$(transfer_of "$out$err")
is "the next transfer is scanned by the other" "$(state_of "$transfer")" REVIEW

# One that hides what it skips is left out as well; when none is left, nothing is clean.
engine_start one 's/^AlertExceedsMax .*/AlertExceedsMax no/'
one=$engine_pid
run as otto intake "$work/small.img" --requester rita
transfer=$(transfer_of "$out$err")
is "a dishonest one beside a good one is left out" "$(state_of "$transfer")" REVIEW
like "and the log tells" "$(cat "$SALLYPORT_HOME/run/sallyportd.log")" 'goes on with 1 of 2 processes: clamd answers OK'
kill -9 $two
run as otto intake "$work/small.img" --requester rita
transfer=$(transfer_of "$out$err")
is "when only the dishonest one is left, the transfer is blocked" "$(state_of "$transfer")" BLOCKED
ok "and doctor says what to set" doctor_says 'FAIL antivirus clamd answers OK for files it does not read\. Set "AlertExceedsMax yes"'

# --- an old database ------------------------------------------------------------------------
kill -9 $one
daily_signatures "$work/two/db/daily.cud" 25000 $((now - 86400 * 60))
engine_start two
run as otto intake "$work/small.img" --requester rita
transfer=$(transfer_of "$out$err")
is "signatures of sixty days ago: blocked" "$(state_of "$transfer")" BLOCKED
like "and it says why" "$(as otto status "$transfer" | one_line)" '60 days|signatures'
daily_signatures "$work/two/db/daily.cud" 26002 "$now"
engine_ask "$work/two/clamd.sock" RELOAD >/dev/null
fresh() {
	engine_ask "$work/two/clamd.sock" VERSION | grep -q /26002/
}
must wait_for 60 fresh
ok "with new ones it is scanned again" as otto rescan "$transfer"
is "and comes to review" "$(state_of "$transfer")" REVIEW
ok "the record verifies" "$bin/sallyport" verify
done_testing
