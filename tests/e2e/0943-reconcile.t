#!/bin/sh
# SPDX-License-Identifier: ISC
# The ledger against a share that lies: changed, missing and extra files, a tombstone that was
# taken away, an INDEX that says something else.  The stager finds all of it.
. "$(dirname "$0")/lib.sh"

share=$SALLYPORT_HOME/share
station noclamd
must as ada authority policy "$top/tests/bench/noengine.policy"
mkdir "$work/m"
echo 'some text' >"$work/m/note.txt"
small_medium "$work/small.img" "$work/m"
deliver() {
	intake "$work/small.img"
	must as otto decide "$transfer" approve --proposed
	must as otto submit "$transfer" --yes
	must as paula approve "$transfer" --yes
}
ok "an empty share is as recorded" as otto reconcile
deliver
one=$transfer
deliver
two=$transfer
deliver
gone=$transfer
must as otto recall "$gone" --reason 'a wrong version'
must as paula recall "$gone" --yes
papers() {
	grep -q xfer.recalled "$share/custody/$gone/entries/"*.entry
}
ok "the papers are written" wait_for 20 papers
run as otto reconcile
is "what was delivered and recalled is as recorded" "$status" 0
like "and counted" "$out" '3 transfers, 9 parts are as recorded, 0 differ'

finds() { # NAME TRANSFER PART FINDING WHY: exactly this differs
	run as otto reconcile
	is "$1: exit status 1" "$status" 1
	like "$1: told" "$(printf '%s\n' "$out" | grep -A 3 "^$2 " | tr -s '\n ' ' ')" "^$2 $3 $4 .*$5"
	like "$1: and nothing else" "$out" '3 transfers, [0-9]+ parts are as recorded, 1 differ'
}
open_up() { # FOLDER
	chmod -R u+w "$1"
}
cp -a "$share/transfers/$one" "$work/kept"

open_up "$share/transfers/$one"
echo 'other text' >"$share/transfers/$one/files/note.txt"
chmod 444 "$share/transfers/$one/files/note.txt" "$share/transfers/$one/MANIFEST.sha256"
finds "a file that was changed" "$one" delivery changed 'note.txt was read back with other bytes'
run as otto reconcile --json
is "as JSON, too: exit status 1" "$status" 1
is "and one row differs" "$(printf '%s' "$out" | python3 -c '
import json, sys
print([(r["transfer"], r["part"], r["finding"]) for r in json.load(sys.stdin) if r["finding"] not in ("same", "open")])')" \
    "[('$one', 'delivery', 'changed')]"
rm -rf "$share/transfers/$one"
finds "a delivery that is gone" "$one" delivery missing 'does not have it'
cp -a "$work/kept" "$share/transfers/$one"
open_up "$share/transfers/$one"
echo more >"$share/transfers/$one/files/more.txt"
chmod 444 "$share/transfers/$one/files/"* "$share/transfers/$one/MANIFEST.sha256"
finds "a file too many" "$one" delivery changed 'not hold just what was approved'
open_up "$share/transfers/$one"
rm -rf "$share/transfers/$one"
cp -a "$work/kept" "$share/transfers/$one"

mkdir "$share/transfers/K1-000099"
finds "a folder that nobody delivered" K1-000099 delivery extra 'knows no such transfer'
rmdir "$share/transfers/K1-000099"

cp "$share/INDEX" "$work/INDEX"
sed -i "s/^\($gone	.*	\)recalled\$/\1delivered/" "$share/INDEX"
finds "INDEX calls delivered what was recalled" "$gone" INDEX changed 'another state'
grep -v "^$two	" "$work/INDEX" >"$share/INDEX"
finds "INDEX lacks a line" "$two" INDEX missing 'no line of INDEX'
cp "$work/INDEX" "$share/INDEX"
printf 'K1-000099\t2026-01-01T00:00:00Z\trita\t-\t1\t1\t0\tdelivered\n' >>"$share/INDEX"
finds "INDEX has a line that nobody delivered" K1-000099 INDEX extra 'never delivered'
{
	cat "$work/INDEX"
	grep "^$one	" "$work/INDEX" | sed 's/delivered$/recalled/'
} >"$share/INDEX"
finds "INDEX has two lines about one" "$one" INDEX extra 'more than one line'
cp "$work/INDEX" "$share/INDEX"

# Everything that differs is told at once, up to LIM_RECONCILE_ROWS; then it is said that there is more.
many() { # N folders that nobody delivered
	for i in $(seq "$1"); do
		mkdir -p "$share/transfers/X-$i"
	done
	run as otto reconcile
}
many 64
is "64 of them: exit status 1" "$status" 1
is "all are told" "$(printf '%s\n' "$out" | grep -c '^X-[0-9]* .*extra')" 64
like "and counted" "$out" '64 differ'
unlike "nothing more" "$out" '^more '
many 65
is "of one more 63" "$(printf '%s\n' "$out" | grep -c '^X-[0-9]* .*extra')" 63
like "and that there is more" "$(printf '%s\n' "$out" | tr -s '\n ' ' ')" 'more share extra more is wrong than is listed'
rm -r "$share"/transfers/X-*
mkdir "$share/transfers/$(printf '%0250d' 0)"
run as otto reconcile --json
is "a long name is cut" "$(printf '%s' "$out" | grep -o '"00*"' | wc -c)" 123
rmdir "$share/transfers/$(printf '%0250d' 0)"

open_up "$share/transfers/$gone"
echo 'it is fine, use it' >"$share/transfers/$gone/TOMBSTONE.txt"
finds "a tombstone that was rewritten" "$gone" tombstone changed 'not the tombstone'
rm -r "$share/transfers/$gone"
finds "a tombstone that was taken away" "$gone" tombstone missing 'nothing is in its place'
mv "$share/transfers/.recalled/$gone" "$share/transfers/$gone" 2>/dev/null ||
    { chmod u+w "$share/transfers/.recalled/$gone"; mv "$share/transfers/.recalled/$gone" "$share/transfers/$gone"; }
finds "a recalled delivery that was put back" "$gone" tombstone changed 'not the tombstone'
ok "the record verifies" "$bin/sallyport-verify" "$SALLYPORT_HOME/ledger/ledger.db"
done_testing
