#!/bin/sh
# SPDX-License-Identifier: ISC
# Scanned again: in review the verdicts are made anew; after submission it is an
# addendum that the next officer signs, and only what is worse returns the transfer.
. "$(dirname "$0")/lib.sh"

mkdir "$work/m"
echo plain >"$work/m/plain.txt"
echo other >"$work/m/other.txt"
small_medium "$work/small.img" "$work/m"
station
db=$SALLYPORT_HOME/clamav/db

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
entries_of() { # TYPE
	as otto timeline "$transfer" --json | grep -c "\"$1\""
}
verdict_of() {
	as otto items "$transfer" --json | sed -n 's/.*"name": *"plain.txt".*"verdict": *"\([a-z]*\)".*/\1/p;s/.*"verdict": *"\([a-z]*\)".*"name": *"plain.txt".*/\1/p' | head -n 1
}

intake "$work/small.img"
ok "decided" as otto decide "$transfer" approve --proposed
is "clean at first" "$(verdict_of)" clean

# In review: as often as one likes; decisions stay.
must learn
ok "scanned again in review" as otto rescan "$transfer"
is "still in review" "$(state_of "$transfer")" REVIEW
is "with what the engine knows now" "$(verdict_of)" malicious
must unlearn
ok "and again" as otto rescan "$transfer"
is "clean again" "$(verdict_of)" clean
is "each is an entry" "$(entries_of xfer.scan)" 3
is "the decisions stand" "$(as otto items "$transfer" --where 'decision=none and kind=file' --json | wc -l)" 0
ok "submit" as otto submit "$transfer" --yes

# Submitted, and nothing is worse: an addendum, signed by the second officer.
ok "scanned again after it was submitted" as paula rescan "$transfer"
is "nothing is worse: it stays submitted" "$(state_of "$transfer")" SUBMITTED
is "that is an addendum" "$(entries_of xfer.addendum)" 1

# Something is worse: back to review, with the reason.
must learn
ok "scanned again with new signatures" as paula rescan "$transfer"
is "something is worse: it is in review again" "$(state_of "$transfer")" REVIEW
like "it says what, and how it was judged before" "$(as otto status "$transfer")" \
    'plain\.txt was clean and approve, is malicious'
refused "the second officer has nothing to sign" 1 'is REVIEW' as paula approve "$transfer" --yes
is "nothing is on the share" "$(ls "$SALLYPORT_HOME/share/transfers" 2>/dev/null)" ""
ok "rejected" as otto decide "$transfer" reject --where 'verdict=malicious' --reason 'the engine knows better'
ok "submit without it" as otto submit "$transfer" --yes
must unlearn
ok "better is not worse" as paula rescan "$transfer"
is "it stays submitted" "$(state_of "$transfer")" SUBMITTED
ok "approve" as paula approve "$transfer" --yes
like "the signer was told" "$(cat "$work/ok.out")" 'Scanned again since it was submitted: 2 objects; nothing is worse, 1'
is "released" "$(state_of "$transfer")" RELEASED
no "without the file that was rejected" test -e "$SALLYPORT_HOME/share/transfers/$transfer/files/plain.txt"

custody=$SALLYPORT_HOME/share/custody/$transfer
like "the report tells of every time" "$(cat "$custody/report.txt")" 'Scanned again after it was submitted'
like "and what came of it" "$(cat "$custody/report.txt")" '1 of them worse'
ok "the station's own check" "$bin/sallyport" verify
ok "the separate verifier, on the custody folder" "$bin/sallyport-verify" "$custody"
audit=$top/share/audit/audit.py
ok "the auditor's program, on the folder" /usr/bin/python3 "$audit" "$custody"
ok "and on the ledger" /usr/bin/python3 "$audit" "$SALLYPORT_HOME/ledger/ledger.db"
refused "what is released is not scanned again" 1 'is scanned again' as otto rescan "$transfer"

# An engine that does not answer vouches for nothing.
intake "$work/small.img"
ok "decided" as otto decide "$transfer" approve --proposed
ok "submit" as otto submit "$transfer" --yes
must sh "$demo/clamd-stop" "$SALLYPORT_HOME"
as paula rescan "$transfer" >"$work/rescan.out" 2>&1
is "without its engine it goes back, too" "$(state_of "$transfer")" REVIEW
must sh "$demo/clamd-start" "$SALLYPORT_HOME"
ok "scanned again with it" as otto rescan "$transfer"
is "it is as it was" "$(verdict_of)" clean
ok "submit" as otto submit "$transfer" --yes
ok "approve" as paula approve "$transfer" --yes
is "released" "$(state_of "$transfer")" RELEASED

done_testing
