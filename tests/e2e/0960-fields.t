#!/bin/sh
# SPDX-License-Identifier: ISC
# Fields of a transfer: what the policy asks for is there before anything is submitted, what
# a request says fills what is empty, and both officers sign the same.
. "$(dirname "$0")/lib.sh"

station
mkdir "$work/m"
echo 'some text' >"$work/m/note.txt"
small_medium "$work/small.img" "$work/m"
cat >"$work/m/sallyport-request.json" <<END
{ "sallyport_request": 1, "id": "REQ-7", "requester": "rita", "purpose": "weights for run 12",
  "classification": "open", "files": [ { "name": "note.txt" } ],
  "fields": { "origin": "https://pypi.example/simple", "downloaded": "2026-11-01",
    "ticket": "8841", "colour": "red" } }
END
small_medium "$work/asked.img" "$work/m"
{
	cat "$plain_policy"
	cat <<END
fields = [ "purpose", "source", "grade" ];
fields_optional = [ "downloaded", "ticket" ];
site_fields = (
	{ name = "grade"; label = "Grade"; kind = "choice"; choices = ["a", "b"]; },
	{ name = "ticket"; max_bytes = 8; } );
classifications = [ "open", "internal", "secret" ];
classification_ceiling = "internal";
END
} >"$work/site.policy"
sed 's/"grade" \]/"graed" ]/' "$work/site.policy" >"$work/odd.policy"
refused "a policy that asks for a field nobody knows" 1 'graed.*neither a standard field' \
    as ada authority policy "$work/odd.policy"
must as ada authority policy "$work/site.policy"
fields_of() { # TRANSFER
	as otto status "$1"
}

# --- nothing is submitted without what is asked for -----------------------------------------
refused "a day is a day" 1 'no day' \
    as otto intake "$work/small.img" --requester rita --set downloaded=yesterday
refused "a choice is one of them" 1 'no such choice' \
    as otto intake "$work/small.img" --requester rita --set grade=c
refused "a name is known" 1 'neither a standard' \
    as otto intake "$work/small.img" --requester rita --set colour=red
refused "nothing above the ceiling begins" 1 'nothing above "internal"' \
    as otto intake "$work/small.img" --requester rita --set classification=secret
is "and no transfer began" "$(as otto status --json | grep -c '"transfer"')" 0
run as otto intake "$work/small.img" --requester rita --set purpose=weights
t=$(transfer_of "$out$err")
is "a transfer begins without all of them" "$(state_of "$t")" REVIEW
like "and what is missing is named" "$(fields_of "$t")" 'missing +source, grade, classification'
ok "its items are decided" as otto decide "$t" approve --proposed
refused "it cannot be submitted" 1 'source, grade, classification' as otto submit "$t" --yes
is "and stays where it is" "$(state_of "$t")" REVIEW
refused "a field has a form" 1 'no such choice' as otto fields "$t" --set grade=c
refused "control characters are no text" 2 'control characters' \
    as otto fields "$t" --set "ticket=$(printf '\033[2J')"
refused "what cannot be shown is counted as it is shown" 1 'longer than 8 bytes' \
    as otto fields "$t" --set "ticket=ééé"
refused "nothing to change is no change" 2 'nothing is to be changed' as otto fields "$t"
run as otto fields "$t" --set source=lab-nas --set grade=a --set classification=open
is "they are filled in later" "$status" 0
like "and shown" "$(fields_of "$t")" 'grade = a'
unlike "nothing is missing now" "$(fields_of "$t")" 'missing'
like "the change is an entry" "$(as otto timeline "$t" --json)" 'xfer.fields'
refused "a mark is one of the words" 1 'none of the policy' \
    as otto fields "$t" --mark 'blue=path~"*"'
refused "a limit is a limit" 1 'there is no such field' as otto fields "$t" --mark 'internal=colour=1'
refused "what a limit picks stands above the transfer" 1 'not above that of the transfer' \
    as otto fields "$t" --mark 'open=name~note'
refused "and not above the ceiling" 1 'nothing above "internal"' \
    as otto fields "$t" --mark 'secret=name~note'
ok "what a limit picks is marked on its own" as otto fields "$t" --mark 'internal=name~note'
like "which is shown, too" "$(fields_of "$t")" 'marked +internal: name~note +\(1 items\)'
refused "the transfer does not come up to what a limit has" 1 'not above' \
    as otto fields "$t" --set classification=internal
item=$(as otto items "$t" --json | sed -n 's/.*"id": *\([0-9]*\).*note.txt.*/\1/p' | head -1)
like "the item says it" "$(as otto item "$t" "$item")" 'class +internal'
run as otto submit "$t" --yes
is "it is submitted" "$status" 0
like "and the signer is told how many bear what" "$out" 'internal: 1 items, of which 1 go'
refused "what was submitted is not changed" 1 'before it is submitted' \
    as otto fields "$t" --set grade=b
ok "paula signs the same" as paula approve "$t" --yes
is "and it is released" "$(state_of "$t")" RELEASED
like "the approval names what it covers" \
    "$(as otto timeline "$t" --json | grep -c '"fields": *"[0-9a-f]\{64\}"')" '^[2-9]'
ok "it is closed" as otto close "$t" --disposition 'returned to rita'
like "the report has the fields" "$(cat "$SALLYPORT_HOME/share/custody/$t/report.txt")" \
    'field +grade = a'
like "and the mark" "$(cat "$SALLYPORT_HOME/share/custody/$t/report.txt")" 'marked +internal: name~note'
ok "and its JSON fits its schema" python3 tests/unit/schema.py share/schema/custody-report.json \
    "$SALLYPORT_HOME/share/custody/$t/report.json"
like "the slip says how it is marked" "$(cat "$SALLYPORT_HOME/share/custody/$t"/slip*)" \
    'classification: open'
like "and what differs, and the highest" "$(cat "$SALLYPORT_HOME/share/custody/$t"/slip*)" \
    'The highest of what goes is internal'
like "the report counts them" "$(cat "$SALLYPORT_HOME/share/custody/$t/report.txt")" \
    'marked +internal: 1 items, of which 1 go'
like "and says it of each" "$(cat "$SALLYPORT_HOME/share/custody/$t/report.txt")" \
    'classification: internal'
is "the sealed inventory bears it once" \
    "$(grep -c '"class":"internal"' "$SALLYPORT_HOME/share/custody/$t/inventory")" 1

# --- from a request that lies on the medium ---------------------------------------------------
run as otto intake "$work/asked.img" --requester rita --set "purpose=what otto typed"
t=$(transfer_of "$out$err")
said=$(fields_of "$t")
like "what otto typed stays" "$said" 'purpose = what otto typed'
like "what was empty is the request's" "$said" 'downloaded = 2026-11-01 \(from the request\)'
like "the site's own, too" "$said" 'ticket = 8841 \(from the request\)'
like "and the classification" "$said" 'classification = open \(from the request\)'
unlike "what nobody knows is left out" "$said" 'colour'
like "what is still missing is named" "$said" 'missing +source, grade'

# --- the marking of the medium ------------------------------------------------------------------
must as otto media register M-1 --label 'blue stick' --from 'K. Ode' --classification open
must as otto media register M-2 --label 'red stick' --from 'K. Ode' --classification secret
refused "a medium above the ceiling is not read" 1 "medium's marking is \"secret\"" \
    as otto intake "$work/small.img" --requester rita --medium M-2
refused "a medium carries nothing above its marking" 1 'marked only "open"' \
    as otto intake "$work/small.img" --requester rita --medium M-1 --set classification=internal
run as otto intake "$work/small.img" --requester rita --medium M-1 --set classification=open
is "what is marked as it may be is read" "$(state_of "$(transfer_of "$out$err")")" REVIEW

# --- as last time ---------------------------------------------------------------------------------
run as otto intake "$work/small.img" --requester rita --as-last
like "the last fields are filled in" "$(fields_of "$(transfer_of "$out$err")")" \
    'classification = open'
ok "and the whole record verifies" "$bin/sallyport" verify
like "and an implementation of its own agrees" \
    "$(python3 share/audit/audit.py "$SALLYPORT_HOME/ledger/ledger.db")" '^GOOD'
done_testing
