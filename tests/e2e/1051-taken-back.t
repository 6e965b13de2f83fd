#!/bin/sh
# SPDX-License-Identifier: ISC
# What admins proposed is taken back before it is in force: by who proposed it,
# or by as many others as the threshold.
. "$(dirname "$0")/lib.sh"

by() { # ID COMMAND...
	by_id=$1
	shift
	"$bin/sallyport" --as "$by_id" --passphrase-fd 9 "$@" 9<"$work/pass.$by_id"
}
for who in ada bert cleo; do
	echo "$who opens the demo" >"$work/pass.$who"
done
cat "$work/pass.ada" "$work/pass.bert" "$work/pass.cleo" >"$work/three"
"$bin/sallyport" init --demo --threshold 2 --admin ada --name 'Ada Admin' --admin bert --name 'Bert Admin' \
    --admin cleo --name 'Cleo Admin' --new-passphrase-fd 9 9<"$work/three" >"$work/page" ||
    fail "founding" "$(cat "$work/page")"
must "$bin/sallyport" init --word "$(word_of "$work/page")"
must station_start

pending() {
	"$bin/sallyport" authority pending --json
}
leaf() {
	pending | sed -n 's/.*"leaf": *"\([0-9a-f]*\)".*/\1/p' | tail -n 1
}

must by ada authority requester rita --name 'Rita Requester'
first=$(leaf)
run by ada authority withdraw "$first" --reason 'the wrong Rita'
is "ada takes back what she proposed" "$status" 0
like "and is told" "$out" 'taken back, and never in force'
is "nothing waits" "$(pending)" ''
refused "it is not endorsed any more" 1 'no act with this leaf' by bert authority endorse "$first"
refused "nor taken back twice" 1 'no act with this leaf' by ada authority withdraw "$first" --reason again

must by ada authority requester rolf --name 'Rolf Requester'
second=$(leaf)
refused "a reason is asked for" 2 . by bert authority withdraw "$second"
run by bert authority withdraw "$second" --reason 'who is that'
like "bert speaks against it" "$out" '1 of 2 admins speak against it'
like "the list says so" "$("$bin/sallyport" authority pending | tr -s '\n ' ' ')" '1 speak against it, and 2 end it'
like "with his id" "$(pending)" '"against": *\["bert"\]'
run by cleo authority withdraw "$second" --reason 'not known to me either'
like "with cleo it has ended" "$out" 'never in force'
is "again nothing waits" "$(pending)" ''
is "and neither is enrolled" "$("$bin/sallyport" people --json | grep -c '"requester"')" 0
ok "the record verifies" "$bin/sallyport" verify
done_testing
