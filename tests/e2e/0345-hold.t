#!/bin/sh
# SPDX-License-Identifier: ISC
# Everything is listed, then the reading waits: an encrypted volume is opened
# with its passphrase, folders are left out, and the rest goes the whole way.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hold.sh"

must held_medium "$work/held.img"
station

# --- without an officer's word -----------------------------------------------------------------
run as otto intake "$work/held.img" --requester rita
transfer=$(transfer_of "$out$err")
unlike "an intake that nobody wants held does not wait" "$out" 'choosing'
like "its encrypted volume is one item" "$(as otto items "$transfer" --where 'state=encrypted')" '1 item'
as otto abort "$transfer" --reason 'read again' >/dev/null

# --- the whole way ---------------------------------------------------------------------------------
hold "$work/held.img"
like "a held one waits" "$out" 'READING, choosing'
like "and tells of the locked volume" "$out" 'v2 luks, 24M, LOCKED'
like "the wrong passphrase does not open it" "$(unlock 'correct horse' 2>&1)" 'does not fit'
like "nor does it with capitals" "$(unlock 'Correct horse battery staple' 2>&1)" 'does not fit'
ok "it waits on" choosing
run unlock "$luks_pass"
is "the right one opens it" "$status" 0
like "what is in it is listed" "$out" 'v2 ext4 in luks'
is "two tries failed" "$(as otto timeline "$transfer" --json | grep '"xfer.unlock"' | grep -c '"ok": *false')" 2
is "and one did not" "$(as otto timeline "$transfer" --json | grep '"xfer.unlock"' | grep -c '"ok": *true')" 1
run as otto scope "$transfer" --in v1/data
like "folders are looked into" "$out" 'raw/'
ok "a folder is left out" as otto scope "$transfer" --leave v1/data
run as otto go "$transfer"
is "the rest is read" "$status" 0
is "into review" "$(state_of "$transfer")" REVIEW
run as otto items "$transfer"
like "the folder is one item with its counts" "$out" 'left out by otto: 2 files, 1[0-9]{6} bytes'
unlike "nothing below it is" "$out" 'numbers.txt'
like "the opened volume's files are" "$out" 'v2/inside/report.txt'
unlike "and it is no item itself" "$out" 'encrypted: '
as otto decide "$transfer" approve --proposed >/dev/null
as otto decide "$transfer" reject --where 'decision=none and (kind=file or kind=link)' --reason 'not needed' >/dev/null
ok "submitted" as otto submit "$transfer" --yes
ok "approved" as paula approve "$transfer" --yes
is "released" "$(state_of "$transfer")" RELEASED
files=$SALLYPORT_HOME/share/transfers/$transfer/files
ok "the report from the encrypted volume is on the share, byte for byte" \
    cmp "$plain/two/inside/report.txt" "$files/v2/inside/report.txt"
ok "so is a file from the other one" cmp "$plain/one/docs/note.txt" "$files/v1/docs/note.txt"
no "what was left out is not" test -e "$files/v1/data"
like "the slip tells whoever waits for it" "$(cat "$SALLYPORT_HOME/share/custody/$transfer/"slip*)" 'left out by otto'
inventory=$(cat "$SALLYPORT_HOME/share/custody/$transfer/"inventory*)
is "the inventory has one line for it" "$(printf '%s\n' "$inventory" | grep -c '"excluded"')" 1
ok "the record verifies" "$bin/sallyport" verify
ok "the custody folder, too" "$bin/sallyport" verify "$SALLYPORT_HOME/share/custody/$transfer"

# --- gone on without unlocking ---------------------------------------------------------------------
hold "$work/held.img"
ok "it can be read without being opened" as otto go "$transfer"
like "the volume is one item then" "$(as otto items "$transfer" --where 'state=encrypted')" '1 item'
like "and the record says that it was locked" "$(as otto status "$transfer" --json)" '"locked": *true'

# --- the reader dies while it is held -----------------------------------------------------------------
hold "$work/held.img"
as otto scope "$transfer" --leave v1/data/raw >/dev/null
reader=$(pgrep -x sallyport-reade -P "$(cat "$SALLYPORT_HOME/run/sallyportd.pid")")
kill -9 "$reader"
ok "a reader that dies meanwhile is a fault" wait_for 20 state_is "$transfer" FAULT
hold_again() {
	run as otto intake "$work/held.img" --resume "$transfer" --hold
}
ok "the reading is repeated" hold_again
like "with the choice as it was" "$out" 'left out +1 file with'
unlock "$luks_pass" >/dev/null 2>&1
ok "the volume is opened anew" as otto go "$transfer"
like "what was left out before is left out" "$(as otto items "$transfer")" 'left out by otto: 1 file,'

like "the auditor's own script knows unlocking" \
    "$(python3 share/audit/audit.py "$SALLYPORT_HOME/ledger/ledger.db")" '^GOOD'

# --- secrets -------------------------------------------------------------------------------------------
grep -rlF -e "$luks_pass" -e 'Correct horse battery staple' "$SALLYPORT_HOME" >"$work/found" 2>/dev/null
is "no passphrase is in the station's folder" "$(cat "$work/found")" ""
key_bytes=$(printf '%s' "$luks_key" | cut -c1-64)
LC_ALL=C grep -rlP "$(printf '%s' "$key_bytes" | sed 's/../\\x&/g')" "$SALLYPORT_HOME" >"$work/found" 2>/dev/null
is "nor is the volume's key" "$(cat "$work/found")" ""
done_testing
