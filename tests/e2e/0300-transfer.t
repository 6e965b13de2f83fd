#!/bin/sh
# SPDX-License-Identifier: ISC
# The demo medium from intake to close, and what is then on the share, in the
# ledger and in the reports; checked with tools that are not ours.
. "$(dirname "$0")/lib.sh"

demo_medium
station
before=$(sha256sum "$demo_image")
intake "$demo_image"
is "after intake the transfer waits for decisions" "$(state_of "$transfer")" REVIEW
is "R8: the medium is not modified" "$(sha256sum "$demo_image")" "$before"

# Every item is there, hostile names as escaped text.
run as otto items "$transfer"
items=$out
is "R14: no byte of a hostile name reaches the terminal" \
    "$(printf '%s' "$items" | LC_ALL=C tr -d '\n\t -~' | wc -c)" 0
for name in eicar invoice.com report.pdf budget.xlsx pip-23 APPROVED chapter-07 settings; do
	[ "$name" = eicar ] || like "$name is listed" "$items" "$name"
done
run as otto items "$transfer" --where 'verdict=malicious' --json
like "the test virus is malicious" "$out" 'invoice\.com'
run as otto items "$transfer" --where 'class=mismatch' --json
like "a program that calls itself a report is a mismatch" "$out" 'report\.pdf'

# Rules hold against the command line.
refused "an item that does not exist" 1 'has no item 99999' as otto decide "$transfer" hold --item 99999
refused "the test virus cannot be approved" 1 . \
    as otto decide "$transfer" approve --where 'verdict=malicious' --reason 'please'
refused "nobody approves before submit" 1 . as paula approve "$transfer" --yes
refused "nothing is submitted while items are undecided" 1 'have no decision' as otto submit "$transfer" --yes
ok "what the policy proposes" as otto decide "$transfer" approve --proposed
ok "the rest stays out" as otto decide "$transfer" reject --where 'decision=none and gate=reason' \
    --reason 'not asked for'
ok "submit" as otto submit "$transfer" --yes
is "submitted" "$(state_of "$transfer")" SUBMITTED
refused "the submitter cannot approve" 1 . as otto approve "$transfer" --yes
is "one signature releases nothing" "$(ls "$SALLYPORT_HOME/share/transfers" 2>/dev/null)" ""
ok "approve" as paula approve "$transfer" --yes
is "the last signature releases" "$(state_of "$transfer")" RELEASED
ok "close" as otto close "$transfer" --disposition 'returned to rita'
is "closed" "$(state_of "$transfer")" CLOSED

# On the share.
released=$SALLYPORT_HOME/share/transfers/$transfer
custody=$SALLYPORT_HOME/share/custody/$transfer
ok "sha256sum agrees with the manifest" sh -c "cd '$released/files' && sha256sum -c ../MANIFEST.sha256"
is "the manifest names every released file" "$(wc -l <"$released/MANIFEST.sha256")" \
    "$(find "$released/files" -type f | wc -l)"
is "the test virus is not on the share" "$(grep -rlF "$(eicar)" "$released")" ""
is "released files are read-only" "$(find "$released" -perm /222 ! -type l)" ""
is "nothing half-made is visible" "$(ls -A "$SALLYPORT_HOME/share/transfers")" "$transfer"
like "INDEX has the delivery" "$(cat "$SALLYPORT_HOME/share/INDEX")" "$transfer.*rita"
like "INDEX says DEMO" "$(cat "$SALLYPORT_HOME/share/INDEX")" '^# DEMO '
is "executable bits are kept" "$(find "$released/files" -type f -perm 0555 -printf '%P\n' | sort)" \
    'v2/bin/bt
v2/bin/build-tools'
is "links that lead to what is released are made again, and no others" \
    "$(find "$released/files" -type l -printf '%P %l\n' | sort)" 'v2/bin/build build-tools
v2/lib/doc ../share/doc'
is "times are those of the medium" \
    "$(TZ=UTC find "$released/files/v2/bin/build-tools" -printf '%TY-%Tm-%Td')" 2024-03-05

# The record.
ok "the station's own check" "$bin/sallyport" verify
ok "the separate verifier, on the custody folder alone" "$bin/sallyport-verify" "$custody"
genesis=$("$bin/sallyport-verify" "$custody" | sed -n 's/^genesis *\([0-9a-f]*\).*/\1/p')
no "it refuses another genesis" "$bin/sallyport-verify" --genesis "$(printf '%s' "$genesis" | tr 0-9a-f 1-9a-f0)" "$custody"
ok "ssh-keygen verifies both approvals" signatures_of "$custody"
is "both, and by two people" "$(signatures_of "$custody" | grep -c '^Good .* for \(otto\|paula\) ')" 2
ok "report" as otto report "$transfer" --out "$work/report" --format text,json
report=$(cat "$work"/report/*.txt)
like "the report names what did not go" "$report" 'invoice\.com'
like "and says that the scanner stopped it, not an officer" "$report" 'blocked: malicious by '
like "the report has the type and the MIME type of what went" "$report" 'wheel, application/zip, [0-9]+ bytes, clean'
like "the report has the head of the log, to compare with an anchor" "$report" '^ *log root +[A-Za-z0-9+/]{43}='
like "the report says DEMO" "$report" 'DEMO'
ok "the JSON report is JSON" /usr/bin/python3 -c 'import json, sys; json.load(open(sys.argv[1]))' \
    "$(ls "$work"/report/*.json | head -n 1)"
slip=$(cat "$custody"/slip* 2>/dev/null)
like "the slip names what did not go" "$slip" 'invoice\.com'
done_testing
