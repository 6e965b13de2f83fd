#!/bin/sh
# SPDX-License-Identifier: ISC
# A ledger without its keys, as it comes out of a backup: people sign in, administrators
# open a new epoch, and nothing else is possible before.
. "$(dirname "$0")/lib.sh"

by() { # ID COMMAND...
	by_id=$1
	shift
	"$bin/sallyport" --as "$by_id" --passphrase-fd 9 "$@" 9<"$work/pass.$by_id"
}
for who in ada bert otto paula; do
	echo "$who opens the demo" >"$work/pass.$who"
done
cat "$work/pass.ada" "$work/pass.bert" >"$work/two"
"$bin/sallyport" init --demo --policy "$top/tests/bench/noengine.policy" --threshold 2 --admin ada --name 'Ada Admin' \
    --admin bert --name 'Bert Admin' --clamd "$SALLYPORT_HOME/clamav/clamd.sock" \
    --new-passphrase-fd 9 9<"$work/two" >"$work/page" || fail "founding" "$(cat "$work/page")"
must "$bin/sallyport" init --word "$(word_of "$work/page")"
must station_start
leaf() {
	"$bin/sallyport" authority pending --json | sed -n 's/.*"leaf": *"\([0-9a-f]*\)".*/\1/p' | tail -n 1
}
both() { # COMMAND...: ada proposes, bert endorses
	must by ada "$@"
	must by bert authority endorse "$(leaf)"
}
enrol() { # ID NAME
	"$bin/sallyport" --as ada --passphrase-fd 9 authority add "$1" --name "$2" --role officer \
	    --new-passphrase-fd 8 9<"$work/pass.ada" 8<"$work/pass.$1"
}
must enrol otto 'Otto Officer'
must by bert authority endorse "$(leaf)"
must enrol paula 'Paula Second'
must by bert authority endorse "$(leaf)"
both authority requester rita --name 'Rita Requester'
share=$SALLYPORT_HOME/share
ledger=$SALLYPORT_HOME/ledger
mkdir "$work/m"
echo 'some text' >"$work/m/note.txt"
small_medium "$work/small.img" "$work/m"
reads() { # reads a medium; $transfer
	run by otto intake "$work/small.img" --requester rita
	transfer=$(transfer_of "$out$err")
	[ -n "$transfer" ] || { fail "intake" "$out$err"; done_testing; }
	must by otto decide "$transfer" approve --proposed
}
reads
must by otto submit "$transfer" --yes
must by paula approve "$transfer" --yes
delivered=$transfer
reads
waiting=$transfer
must by otto submit "$waiting" --yes

# --- without keys ------------------------------------------------------------------------
station_stop
rm -f "$ledger/log.key" "$ledger/station.key"
ok "it starts" station_start
ok "people sign in" by otto exceptions
refused "nothing is read" 1 'put back|sallyport authority epoch' by otto intake "$work/small.img" --requester rita
refused "nothing is approved" 1 'put back' by paula approve "$waiting" --yes
refused "and no officer is enrolled" 1 'put back' by ada authority requester rolf --name 'Rolf Requester'
ok "what there is verifies" "$bin/sallyport-verify" "$ledger/ledger.db"

# --- the next epoch ----------------------------------------------------------------------
run by ada authority epoch --reason key --why 'the keys are gone' --yes
is "an administrator proposes an epoch" "$status" 0
unlike "nothing is missing" "$out" 'entries are missing'
like "one signature is not enough" "$out" 'proposed, not in force'
ok "what there is verifies, with the proposal" "$bin/sallyport-verify" "$ledger/ledger.db"
run by bert authority endorse "$(leaf)"
is "the second puts it in force" "$status" 0
is "what was not delivered has ended" "$(by otto status "$waiting" --json | sed -n 's/.*"state": *"\([A-Z]*\)".*/\1/p' | head -n 1)" ABORTED
must by otto close "$delivered" --disposition 'returned to Rita'
pass "what was delivered is closed in the new epoch"
reads
is "numbers go on" "$transfer" K1-000003
must by otto submit "$transfer" --yes
must by paula approve "$transfer" --yes
ok "the next transfer is delivered" test -f "$share/transfers/$transfer/files/note.txt"
run "$bin/sallyport-verify" "$ledger/ledger.db"
is "the record verifies" "$status" 0
unlike "and nothing is missing" "$out" 'MISSING'
like "the epoch is named" "$out" 'Epoch 2 \(key, .*\) continues demo/K1/custody/1'
run "$bin/sallyport-verify" "$share/custody/$delivered"
is "a folder with entries of both epochs verifies" "$status" 0
unlike "which says nothing of how long the earlier log was" "$out" "^earlier"
ok "and so does one of the new epoch" "$bin/sallyport-verify" "$share/custody/$transfer"
station_stop
ok "it starts again" station_start
ok "with its new keys" by otto exceptions
ok "the ledger verifies" "$bin/sallyport" verify
done_testing
