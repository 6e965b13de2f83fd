#!/bin/sh
# SPDX-License-Identifier: ISC
# A record that was put back: the share knows more, nothing is read, and two administrators
# open a new epoch, which says what is missing.
. "$(dirname "$0")/lib.sh"

station noclamd
must as ada authority policy "$top/tests/bench/noengine.policy"
share=$SALLYPORT_HOME/share
mkdir "$work/m"
echo 'some text' >"$work/m/note.txt"
small_medium "$work/small.img" "$work/m"
verify() {
	"$bin/sallyport-verify" "$@" "$SALLYPORT_HOME/ledger/ledger.db"
}
delivered() { # reads, approves and delivers a transfer
	intake "$work/small.img"
	must as otto decide "$transfer" approve --proposed
	must as otto submit "$transfer" --yes
	must as paula approve "$transfer" --yes
	must as otto close "$transfer" --disposition 'returned to Rita'
}

# --- what was, and is put back -----------------------------------------------------------
delivered
first=$transfer
station_stop
cp -a "$SALLYPORT_HOME" "$work/before"
must station_start
delivered
lost=$transfer
must as otto anchor out --share
known=$(sed -n 2p "$share/anchors/checkpoint")
cp "$share/anchors/checkpoint" "$work/anchor"
station_stop
mv "$share" "$work/share.now"
chmod -R u+w "$SALLYPORT_HOME"
rm -rf "$SALLYPORT_HOME"
cp -a "$work/before" "$SALLYPORT_HOME"
chmod -R u+w "$share"
rm -rf "$share"
mv "$work/share.now" "$share"
must station_start
must as otto exceptions
like "an older record is noticed by the share" "$("$bin/sallyport" anchor)" 'AN ANCHOR DOES NOT AGREE: the share has a checkpoint'
refused "nothing is read" 1 'does not agree' as otto intake "$work/small.img" --requester rita
like "the record as it is holds, without the anchor" "$(verify)" '^VERIFIED'
no "and not with it" verify --anchor "$work/anchor"

# --- the next epoch ----------------------------------------------------------------------
no "an officer opens no epoch" as otto authority epoch --reason restored --why 'an older copy' --yes
refused "an anchor must be one" 1 'not a checkpoint of' as ada authority epoch --reason restored \
    --why 'an older copy' --checkpoint "$work/m/note.txt" --yes
refused "numbers that were used are asked for" 2 'which numbers of transfers' as ada authority epoch \
    --reason restored --why 'an older copy' --checkpoint "$work/anchor" --yes
refused "and are not taken back" 2 'numbers of transfers are used' as ada authority epoch --reason restored \
    --why 'an older copy' --checkpoint "$work/anchor" --transfers 0 --yes
run as ada authority epoch --reason restored --why 'an older copy' --checkpoint "$work/anchor" --transfers 2 --yes
is "the epoch is opened" "$status" 0
like "it was said what it continues" "$out" "it continues $known entries"
like "and that entries are missing" "$out" 'entries are missing'
like "it is in force" "$out" 'epoch 2: in force'
unlike "the share is settled" "$("$bin/sallyport" anchor)" 'DOES NOT AGREE'
delivered
is "the next transfer has the next number" "$transfer" K1-000003
ok "it is on the share" test -f "$share/transfers/$transfer/files/note.txt"
must as otto anchor out --share
like "the share holds a checkpoint of the new log" "$(cat "$share/anchors/checkpoint")" '/custody/2$'

# --- what a verifier says ----------------------------------------------------------------
run verify --anchor "$work/anchor" --anchor "$share/anchors/checkpoint"
is "the record verifies" "$status" 0
like "with both logs" "$out" 'earlier   log  demo/K1/custody/1'
like "what is missing is said" "$out" "ENTRIES ARE MISSING, AND IT IS DECLARED: of demo/K1/custody/1, entries [0-9]+ to $((known - 1))"
like "and by whom" "$out" 'By ada, in force by ada'
like "the old anchor is among what is declared" "$out" "$work/anchor: it knows $known entries"
for t in "$first" "$transfer" "$lost"; do
	ok "the folder of $t verifies" "$bin/sallyport-verify" "$share/custody/$t"
done
station_stop
must station_start
ok "the station starts again" as otto exceptions
unlike "and agrees" "$("$bin/sallyport" anchor)" 'DOES NOT AGREE'
ok "the ledger verifies" "$bin/sallyport" verify
done_testing
