#!/bin/sh
# SPDX-License-Identifier: ISC
# A false positive goes out by an exception that an administrator signed, and by
# nothing else: not by one that is over, of another object, of another scanner, or
# taken back; and whoever reads the record afterwards sees it and can check it.
. "$(dirname "$0")/lib.sh"

mkdir "$work/m"
eicar >"$work/m/sample.txt"
echo plain >"$work/m/plain.txt"
small_medium "$work/small.img" "$work/m"
object=$(eicar | sha256sum | cut -d' ' -f1)
other=$(printf other | sha256sum | cut -d' ' -f1)
month=$(date -u -d '+30 days' +%F)
station

verdict_of() { # TRANSFER NAME
	as otto items "$1" --json | /usr/bin/python3 -c '
import json, sys
for line in sys.stdin:
    row = json.loads(line)
    if row["name"] == sys.argv[1].upper() or row["name"] == sys.argv[1]:
        print(row["verdict"], row["gate"], row["flags"] if "E" in row["flags"] else "-")' "$2"
}
leaf_of() {
	printf '%s\n' "$1" | sed -n 's/^  leaf \([0-9a-f]\{64\}\)$/\1/p'
}
item_of() { # TRANSFER NAME
	as otto items "$1" --json | /usr/bin/python3 -c '
import json, sys
for line in sys.stdin:
    row = json.loads(line)
    if row["name"] == sys.argv[1]:
        print(row["id"])' "$2"
}

intake "$work/small.img"
is "without an exception: malicious, blocked" "$(verdict_of "$transfer" sample.txt)" "malicious block -"

# Who may, and what is narrow enough.
refused "an officer signs no exception" 1 'may not sign' as otto exception add --scanner av \
    --object "$object" --reason 'a test file' --until "$month"
refused "a whole scanner is never excepted" 1 'one object' as ada exception add --scanner av \
    --reason 'it annoys' --until "$month"
refused "nor a scanner for a type" 1 'must name a rule' as ada exception add --scanner av --type text \
    --reason 'it annoys' --until "$month"
refused "nor for ever" 2 'must be a day' as ada exception add --scanner av --object "$object" \
    --reason 'a test file' --until never
refused "nor for more than a year" 1 'at most 366 days' as ada exception add --scanner av --object "$object" \
    --reason 'a test file' --until 2199-12-31
refused "nor until yesterday" 1 'is over already' as ada exception add --scanner av --object "$object" \
    --reason 'a test file' --until "$(date -u -d yesterday +%F)"

# Exceptions for something else change nothing.
ok "an exception for another object" as ada exception add --scanner av --object "$other" \
    --reason 'another file' --until "$month"
ok "one for another scanner" as ada exception add --scanner type --object "$object" \
    --reason 'another scanner' --until "$month"
ok "one for a rule that is not that one" as ada exception add --scanner av --object "$object" --rule av/none \
    --reason 'another rule' --until "$month"
ok "one for its rule and its type: findings, no verdict" as ada exception add --scanner av --rule av/malware \
    --type text --reason 'its rule' --until "$month"
is "wrong object, wrong scanner, wrong rule, rule alone: still malicious" \
    "$(verdict_of "$transfer" sample.txt | cut -d' ' -f1)" malicious
refused "and nobody can approve it" 1 . as otto decide "$transfer" approve \
    --item "$(item_of "$transfer" sample.txt)" --reason 'please'

# The right one: the item is judged anew where it stands.
run as ada exception add --scanner av --object "$object" --reason 'the EICAR file, see ticket 7' --until "$month"
is "an admin signs for this object" "$status" 0
leaf=$(leaf_of "$out")
is "in review it is judged with it" "$(verdict_of "$transfer" sample.txt)" "clean pass E"
run as otto item "$transfer" "$(item_of "$transfer" sample.txt)"
like "the details say what does not count, until when and why" "$out" 'the EICAR file, see ticket 7'
like "and still what the scanner said" "$out" 'av: malicious'
like "the list of exceptions has it" "$(as otto exceptions)" "$leaf"
like "not used yet" "$(as otto exceptions)" 'nowhere yet'

# Taken back before the signatures: it counts again.
ok "taken back" as ada exception end "$leaf" --reason 'it was no test file'
is "it is malicious again" "$(verdict_of "$transfer" sample.txt | cut -d' ' -f1,2)" "malicious block"
refused "ended twice" 1 'ended already' as ada exception end "$leaf" --reason again
run as ada exception add --scanner av --object "$object" --reason 'it is one after all' --until "$month"
leaf=$(leaf_of "$out")
ok "what the policy proposes" as otto decide "$transfer" approve --proposed
ok "submit" as otto submit "$transfer" --yes
like "the signer is shown it" "$(cat "$work/ok.out")" 'until .*it is one after all'

# Taken back between two signatures: the second one is not possible.
ok "taken back after the first signature" as ada exception end "$leaf" --reason 'wait'
refused "the second signature is refused, with its reason" 1 'was ended' as paula approve "$transfer" --yes
is "nothing is on the share" "$(ls "$SALLYPORT_HOME/share/transfers" 2>/dev/null)" ""
ok "it is returned" as paula return "$transfer" --reason 'the exception was ended'
is "and there it is malicious" "$(verdict_of "$transfer" sample.txt | cut -d' ' -f1)" malicious

# Once more, to the end.
run as ada exception add --scanner av --object "$object" --reason 'ticket 8: it is one' --until "$month"
leaf=$(leaf_of "$out")
ok "submit" as otto submit "$transfer" --yes
ok "approve" as paula approve "$transfer" --yes
is "it is released" "$(state_of "$transfer")" RELEASED
released=$SALLYPORT_HOME/share/transfers/$transfer
custody=$SALLYPORT_HOME/share/custody/$transfer
ok "the file is on the share" sh -c "sha256sum '$released/files/sample.txt' | grep -q $object"
like "the list says where it was used" "$(as otto exceptions)" "$transfer"
like "ended ones are listed, too" "$(as otto exceptions --all)" 'it was no test file'
like "the slip says it" "$(cat "$custody/slip.txt")" 'ticket 8'
like "the report says it, with the leaf" "$(cat "$custody/report.txt")" "$leaf"
like "the inventory's header has it" "$(head -n 1 "$custody/inventory")" "\"exceptions\":\\[\\{.*$leaf"

# The record is checked by the verifier and by the independent auditor.
ok "the station's own check" "$bin/sallyport" verify
ok "the separate verifier, on the custody folder" "$bin/sallyport-verify" "$custody"
audit=$top/share/audit/audit.py
ok "the auditor's program, on the folder" /usr/bin/python3 "$audit" "$custody"
ok "and on the ledger" /usr/bin/python3 "$audit" "$SALLYPORT_HOME/ledger/ledger.db"

# Inside an archive: one exception is about what lies in it, and covers nothing else.
mkdir "$work/z"
/usr/bin/python3 -c '
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as z:
    z.write(sys.argv[2], "sample.txt")
    z.writestr("plain.txt", "plain\n" * 50)' "$work/z/set.zip" "$work/m/sample.txt"
small_medium "$work/zip.img" "$work/z"
intake "$work/zip.img"
is "the engine sees it in the archive; for the file alone there is an exception" \
    "$(verdict_of "$transfer" set.zip | cut -d' ' -f1)" malicious
run as ada exception add --scanner av --until "$month" --reason 'it holds that test file' \
    --object "$(sha256sum <"$work/z/set.zip" | cut -d' ' -f1)"
whole=$(leaf_of "$out")
is "both together: nothing is left that counts" "$(verdict_of "$transfer" set.zip | cut -d' ' -f1,3)" "clean E"
ok "decided" as otto decide "$transfer" approve --where 'kind=file' --reason 'both were looked into'
ok "submit" as otto submit "$transfer" --yes
ok "approve" as paula approve "$transfer" --yes
is "released" "$(state_of "$transfer")" RELEASED
head=$(head -n 1 "$SALLYPORT_HOME/share/custody/$transfer/inventory")
like "the exception for the archive is named" "$head" "$whole"
like "and the one for what lies in it" "$head" "$leaf"
ok "the verifier agrees" "$bin/sallyport-verify" "$SALLYPORT_HOME/share/custody/$transfer"
ok "and the auditor's program" /usr/bin/python3 "$audit" "$SALLYPORT_HOME/share/custody/$transfer"
like "the report tells of both" "$(cat "$SALLYPORT_HOME/share/custody/$transfer/report.txt")" 'it holds that test file'

done_testing
