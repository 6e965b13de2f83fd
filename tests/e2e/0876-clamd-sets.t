#!/bin/sh
# SPDX-License-Identifier: ISC
# Signatures for a real clamd by stick: signed, brought in, confirmed, loaded on trial by
# clamscan, loaded by clamd, seen in it, and taken back when any of that fails.
. "$(dirname "$0")/lib.sh"

# Policy asks the engine for everything.
one_line() {
	tr -s ' \n' ' '
}
medium() { # FOLDER
	rm -f "$work/$(basename "$1").img"
	small_medium "$work/$(basename "$1").img" "$1"
}
sets() {
	as ada signatures | one_line
}
tried() {
	! sets | grep -q 'being tried'
}
# A set with one text signature: set NAME VERSION WORD
set_of() {
	mkdir "$work/$1"
	printf 'Test.%s:0:*:%s\n' "$1" "$(printf %s "$3" | od -An -tx1 | tr -d ' \n')" >"$work/$1/site.ndb"
	must as ada signatures sign av --version "$2" --out "$work/$1" --file "$work/$1/site.ndb" >/dev/null
	medium "$work/$1"
}
bring() { # FOLDER: read, brought in, confirmed, tried
	intake "$work/$1.img"
	ok "$1: an administrator brings it in" as ada signatures import "$transfer"
	ok "$1: another person confirms it" as otto signatures confirm av
	ok "$1: it is tried" wait_for 180 tried
}
# How many items of a fresh reading the engine calls bad: bad_in FOLDER
bad_in() {
	intake "$work/$1.img"
	as otto items "$transfer" --where 'verdict=malicious' | grep -c "^.*one.txt"
}
dir=$SALLYPORT_HOME/signatures/av
db=$SALLYPORT_HOME/clamav/db

station noclamd
must sh "$demo/clamd-start" "$SALLYPORT_HOME" sets
mkdir "$work/payload" "$work/other"
echo 'this has a forbidden word in it' >"$work/payload/one.txt"
echo 'this has something else in it' >"$work/other/one.txt"
medium "$work/payload"
medium "$work/other"
is "nothing knows the word" "$(bad_in payload)" 0

# --- forward ----------------------------------------------------------------------------
set_of first 1 'forbidden word'
bring first
like "it is in use" "$(sets)" 'av 1 of [-0-9]+ in use'
is "clamd's folder has its file" "$(cmp "$db/site.ndb" "$work/first/site.ndb" && echo same)" same
is "now the engine finds the word" "$(bad_in payload)" 1
like "scanners names the set behind the engine's own signatures" \
    "$("$bin/sallyport" scanners --selftest | one_line)" "set-$(readlink "$dir/current" | cut -c1-16)"
is "what was in its folder before is there still" "$(ls "$db" | grep -c '^sallyport-test')" 1

set_of second 2 'something else'
bring second
like "a second one is in use" "$(sets)" 'av 2 of [-0-9]+ in use.*av 1 of'
is "it finds what it is for" "$(bad_in other)" 1
is "and the engine has forgotten the first" "$(bad_in payload)" 0

# --- back -------------------------------------------------------------------------------
ok "an administrator goes back" as ada signatures back av
ok "another person confirms it" as otto signatures confirm av
ok "it is tried" wait_for 180 tried
like "the first is in use again" "$(sets)" 'av 1 of [-0-9]+ in use, gone back to'
is "it finds the word again" "$(bad_in payload)" 1
is "and not what the second was for" "$(bad_in other)" 0

# --- sets that are no good ---------------------------------------------------------------
mkdir "$work/broken"
echo 'Test.Broken:0:*:no hexadecimal' >"$work/broken/site.ndb"
as ada signatures sign av --version 3 --out "$work/broken" --file "$work/broken/site.ndb" >/dev/null
medium "$work/broken"
bring broken
like "a set that clamd cannot load is refused" "$(sets)" 'av 3 of [-0-9]+ refused.*cannot load the set'
like "its log says what clamscan said" "$(cat "$SALLYPORT_HOME/clamav/sets.log")" 'clamscan says of the set'
is "the engine has never lost the one before" "$(bad_in payload)" 1

mkdir "$work/false"
echo 'ClamAV-VDB:20 Nov 2026 00-00 +0000:99999:1:90:X:X:nobody:1795132800' >"$work/false/daily.cvd"
as ada signatures sign av --version 4 --out "$work/false" --file "$work/false/daily.cvd" >/dev/null
medium "$work/false"
bring false
like "a database that its maker did not sign is refused, whoever of us signed the list" "$(sets)" 'av 4 of [-0-9]+ refused'
like "the log says what sigtool said" "$(cat "$SALLYPORT_HOME/clamav/sets.log")" 'refused: sigtool says of daily.cvd'
no "and did not come to clamd's folder" test -e "$db/daily.cvd"

mkdir "$work/taken"
cp "$db/sallyport-test.ndb" "$work/taken/other.ndb"
echo 'Test.Mine:0:*:6d696e65206f776e20776f7264' >"$db/mine.ndb"
cp "$db/mine.ndb" "$work/taken/mine.ndb"
as ada signatures sign av --version 5 --out "$work/taken" --file "$work/taken/mine.ndb" >/dev/null
medium "$work/taken"
bring taken
like "a set does not replace what an administrator of the machine put there" "$(sets)" 'av 5 of [-0-9]+ refused'
like "the log says so" "$(cat "$SALLYPORT_HOME/clamav/sets.log")" 'mine.ndb is there already'

# The harmless object is called bad: only its trial tells.
set_of blind 6 'This text is harmless'
bring blind
like "a set that calls everything bad is refused" "$(sets)" 'av 6 of [-0-9]+ refused'
is "the first is in use" "$(bad_in payload)" 1
like "and the scanner is fit" "$("$bin/sallyport" scanners --selftest | one_line)" 'av fit'

refused "names of the station's own files are no names of a set" 1 'no set of signatures' \
    as ada signatures sign av --version 7 --out "$work/false" --file "$dir/current/sallyport-set.hsb"
mkdir "$work/weak"
echo 'x' >"$work/weak/site.ign2"
refused "nor is what weakens" 1 'no set of signatures' as ada signatures sign av --version 7 --out "$work/weak" --file "$work/weak/site.ign2"

# --- the station ends in the middle -------------------------------------------------------
set_of third 8 'a third word'
echo 'this has a third word in it' >"$work/other/one.txt"
medium "$work/other"
intake "$work/third.img"
ok "third: brought in" as ada signatures import "$transfer"
ok "third: confirmed" as otto signatures confirm av
station_stop
must station_start
ok "a station that ended then tries it again" wait_for 180 tried
like "third: in use" "$(sets)" 'av 8 of [-0-9]+ in use'
is "third: it finds" "$(bad_in other)" 1
ok "the record is whole" "$bin/sallyport-verify" "$SALLYPORT_HOME/ledger/ledger.db"
like "an auditor's recipe finds nothing wrong with it" \
    "$(python3 "$top/share/audit/audit.py" "$SALLYPORT_HOME/ledger/ledger.db" 2>&1)" '^GOOD'
done_testing
