#!/bin/sh
# SPDX-License-Identifier: ISC
# The copy of every entry on a second medium: kept, caught up, cut, changed, taken away, and
# ahead of a ledger that was put back.
. "$(dirname "$0")/lib.sh"

copy=$work/second
ledger=$SALLYPORT_HOME/ledger/ledger.db
log=$SALLYPORT_HOME/run/sallyportd.log
same() {
	"$bin/sallyport-verify" --copy "$copy" "$ledger" >"$work/verify" 2>&1
}
# Whether the copy holds all of the ledger, not only nothing else.
whole() {
	same && [ "$(grep -c "^.*The copy's file .* holds the same" "$work/verify")" = 2 ]
}
recorded() { # TYPE -> how often
	sqlite3 -readonly -cmd '.timeout 5000' "$ledger" "SELECT count(*) FROM entry WHERE type = '$1'"
}
restart() {
	must station_stop
	must station_start
}

must station_init
mkdir -m 700 "$copy"
echo "copy = \"$copy\";" >>"$SALLYPORT_HOME/station.conf"
must station_start
ok "a copy is begun at the first start, founding and all" whole
is "and that is an entry" "$(recorded copy.whole)" 1
must station_people
must as ada authority policy "$top/tests/bench/noengine.policy"
ok "every entry goes there, too" whole
must station_stop
ok "to the last one" whole
cp -a "$copy" "$work/kept"
cp -a "$ledger" "$work/earlier.db"

must station_start
is "a start with a whole copy adds no word about it" "$(recorded copy.whole)" 1
must station_stop
cp -a "$copy" "$work/newest"

# --- behind and cut ------------------------------------------------------------------------
cp "$work/kept/"* "$copy/"
no "a copy that lacks entries is not whole" whole
ok "and not of another ledger either" same
like "verify says how many there are" "$(cat "$work/verify")" 'custody-1 ends behind [0-9]* of [0-9]* entries'
must station_start
ok "the ledger puts there what is missing" whole
must station_stop

size=$(stat -c %s "$copy/custody-1")
for bytes in 1 40 400; do
	truncate -s $((size - bytes)) "$copy/custody-1"
	same
	like "a record of which $bytes bytes are missing is known to be cut" "$(cat "$work/verify")" 'in a record that was cut'
done
printf '00000000' | dd of="$copy/custody-1" conv=notrunc oflag=seek_bytes seek=$((size - 100)) 2>/dev/null
must station_start
ok "what a cut write left is written again" whole
must station_stop

# --- changed, of another ledger -------------------------------------------------------------
cp -a "$copy" "$work/good"
changed() { # NAME FILE OFFSET
	printf '\001' | dd of="$copy/$2" conv=notrunc oflag=seek_bytes seek="$3" 2>/dev/null
	no "$1: verify says so" same
	before=$(sha256sum <"$copy/$2")
	failed=$(recorded copy.failed)
	must station_start
	is "$1: the station begins all the same, and it is an entry" "$(recorded copy.failed)" $((failed + 1))
	is "$1: the copy is left as it is" "$(sha256sum <"$copy/$2")" "$before"
	like "$1: the log says so" "$(cat "$log")" 'copy on a second medium is not kept'
	run "$bin/sallyport" doctor
	like "$1: doctor says so" "$out" 'copy.*(changed|another)'
	must station_stop
	rm -r "$copy"
	cp -a "$work/good" "$copy"
	must station_start
	ok "$1: with a good one there all is well again" whole
	must station_stop
	rm -r "$work/good"
	cp -a "$copy" "$work/good"
}
changed "a bit in the middle" custody-1 5000
changed "a bit of the authority log" authority 3000
changed "a first line of another ledger" custody-1 40
changed "a length" custody-1 "$(($(head -n 1 "$copy/custody-1" | wc -c) + 3))"

# --- away and back ----------------------------------------------------------------------------
mv "$copy" "$work/away"
failed=$(recorded copy.failed)
must station_start
is "a medium that is not there is an entry" "$(recorded copy.failed)" $((failed + 1))
cat "$top/tests/bench/noengine.policy" >"$work/strict.policy"
echo 'copy_required = true;' >>"$work/strict.policy"
must as ada authority policy "$work/strict.policy"
mkdir "$work/m"
echo text >"$work/m/a.txt"
small_medium "$work/m.img" "$work/m"
refused "a policy that wants the copy lets nothing begin without it" 1 'copy of every entry on a second medium' \
    as otto intake "$work/m.img" --requester rita
must station_stop
mv "$work/away" "$copy"
must station_start
ok "a medium that is back is caught up" whole
intake "$work/m.img"
ok "and work goes on" whole
must station_stop

# --- an older ledger in the place of a newer one ---------------------------------------------
cp "$ledger" "$work/newer.db"
cp "$work/earlier.db" "$ledger"
no "verify sees an older ledger by its copy" same
like "and says what it is" "$(cat "$work/verify")" 'the ledger is older than its copy'
no "a station does not begin on an older ledger" station_start
like "and says why" "$(cat "$log")" 'An older ledger was put in the place of a newer one'
ok "nothing was recorded" cmp "$work/earlier.db" "$ledger"
cp "$work/newer.db" "$ledger"
must station_start
ok "with the newer one it does" whole
must station_stop
sed -i '/^copy = /d' "$SALLYPORT_HOME/station.conf"
failed=$(recorded copy.failed)
must station_start
is "a copy that station.conf names no more is an entry" "$(recorded copy.failed)" $((failed + 1))
must station_stop
ok "the ledger verifies after all that" "$bin/sallyport-verify" "$ledger"
done_testing
