#!/bin/sh
# SPDX-License-Identifier: ISC
# Witnesses of the log of a new epoch: each adds it once more; nothing that it cosigned of the log before
# counts for a release, nor do words on paper; a late, a smaller, another checkpoint of that log.
. "$(dirname "$0")/lib.sh"

station noclamd
{
	cat "$top/tests/bench/noengine.policy"
	echo 'witness_quorum = 1;'
	echo 'anchor_words = "start";'
} >"$work/one.policy"
mkdir "$work/m" "$work/w1" "$work/req"
echo 'some text' >"$work/m/note.txt"
small_medium "$work/small.img" "$work/m"
share=$SALLYPORT_HOME/share

witness() { # COMMAND...
	"$bin/sallyport-witness" "$work/w1" "$@"
}
ask() { # a request in $work/req
	rm -f "$work/req"/*
	must as otto witness request w1.example --out "$work/req"
}
answer() { # [REQUEST]
	rm -f "$work/answer"
	witness sign "${1:-$work/req/add-checkpoint}" "$work/answer"
}
log_key() {
	"$bin/sallyport" witness | sed -n 's/.*log \([^ ]*+.*\)/\1/p'
}
waits() { # approves a transfer that waits for its witness
	intake "$work/small.img"
	must as otto decide "$transfer" approve --proposed
	must as otto submit "$transfer" --yes
	run as paula approve "$transfer" --yes
	is "$1" "$(state_of "$transfer")" APPROVED
}
released() {
	[ "$(state_of "$transfer")" = RELEASED ]
}

# --- epoch 1 -----------------------------------------------------------------------------------
must as ada authority policy "$work/one.policy"
witness init w1.example >"$work/vkey1"
must as ada witness set "$(cat "$work/vkey1")"
one=$(log_key)
must witness add "$one"
waits "a transfer of the first epoch waits for a witness"
ask
must answer
must as otto witness accept "$work/answer"
ok "it is released when it cosigned" wait_for 30 released
first=$transfer
waits "another waits when the epoch ends"
second=$transfer
must as otto anchor out --text
out1=$(cat "$work/must.out")
words1=$(echo "$out1" | sed -n 's/^ *Six words: *//p')
ask
cp "$work/req/add-checkpoint" "$work/late.request"

# --- epoch 2 -----------------------------------------------------------------------------------
run as ada authority epoch --reason check --why 'a check failed' --yes
is "an epoch is opened" "$status" 0
is "what waited has ended" "$(state_of "$second")" ABORTED
two=$(log_key)
like "the log has another name and key" "$two" '/custody/2\+'
like "who witnesses the station is told that they have cosigned nothing of it" \
    "$("$bin/sallyport" witness)" 'has cosigned nothing of this epoch'
like "and how they begin" "$("$bin/sallyport" witness)" 'sallyport-witness DIR add'
unlike "no anchor of the first epoch counts" "$("$bin/sallyport" anchor)" 'last anchor'
like "the new epoch is told with its reason" "$("$bin/sallyport" anchor | tr '\n' ' ')" 'epoch 2 since .* \(check\), by ada, in force by ada: a check failed'
ask
is "a request of the new log begins at nothing" "$(head -n 1 "$work/req/add-checkpoint")" 'old 0'
like "under its name" "$(cat "$work/req/add-checkpoint")" '/custody/2$'
refused "which the witness does not know yet" 1 'not added here' answer
ok "it is added there, as the first was" witness add "$two"
waits "a transfer of the second epoch waits, too"
refused "cosignatures of the first epoch release nothing" 1 'witnesses have cosigned' as otto release "$transfer"
ask
ok "the witness cosigns the new log" answer
must as otto witness accept "$work/answer"
ok "which releases it" wait_for 30 released
third=$transfer
whole() {
	[ -s "$share/custody/$third/witness-policy" ]
}
ok "its folder follows" wait_for 30 whole
like "and names log and witness" "$(cat "$share/custody/$third/witness-policy")" '^log .*/custody/2\+'
ok "it verifies" sallyport-verify "$share/custody/$third"
ok "by audit.py, too" python3 share/audit/audit.py "$share/custody/$third"

# --- the log of the first epoch goes no further ---------------------------------------------------
ok "a checkpoint of the first epoch that came late is still cosigned" answer "$work/late.request"
cp "$work/answer" "$work/late.answer"
refused "and taken for none of the second" 1 'no witness of this station signed' as otto witness accept "$work/late.answer"
refused "a smaller one is not" 1 'begins at' answer "$work/late.request"
is "with the size that it knows" "$(cat "$work/answer")" "$(sed -n '/custody\/1$/{n;p;}' "$work/late.request")"
# the same size with another tree, under the line that signed the first
station_stop
cat >"$work/fork.py" <<'END'
import base64, hashlib, sys
request, out = sys.argv[1:3]
lines = open(request, encoding="utf-8").read().split("\n")
at = next(i for i, l in enumerate(lines) if l.endswith("/custody/1"))
text = "\n".join([lines[at], lines[at + 1], base64.b64encode(hashlib.sha256(b"another").digest()).decode(), ""])
open(out, "w", encoding="utf-8").write(text)
END
python3 "$work/fork.py" "$work/late.request" "$work/fork.text"
{
	echo "old $(sed -n '/custody\/1$/{n;p;}' "$work/late.request")"
	echo
	cat "$work/fork.text"
	echo
	sed -n 's/^\(— .*\/custody\/1 .*\)/\1/p' "$work/late.request"
} >"$work/fork.request"
refused "another tree of the first epoch is not cosigned" 1 'not signed by its log' answer "$work/fork.request"

# --- words after a start: of the new epoch -----------------------------------------------------------
must station_start
unlike "the words of a page of the first epoch are not asked for" "$("$bin/sallyport" anchor)" 'words of the newest page'
must as otto anchor out --text
words2=$(sed -n 's/^ *Six words: *//p' "$work/must.out")
like "a page of the new epoch bears its name" "$(cat "$work/must.out")" 'ANCHOR of .*/custody/2$'
station_stop
must station_start
like "its words are asked for after a start" "$("$bin/sallyport" anchor)" 'words of the newest page'
refused "the old page does not fit" 1 'not the words' as otto anchor in --words "$words1"
ok "the new one does" as otto anchor in --words "$words2"
station_stop
run sallyport-verify --when all "$SALLYPORT_HOME/ledger/ledger.db"
is "the record verifies" "$status" 0
ok "by audit.py, too" python3 share/audit/audit.py "$SALLYPORT_HOME/ledger/ledger.db"
done_testing
