#!/bin/sh
# SPDX-License-Identifier: ISC
# A report that may be released: nothing in it names what was brought in, each name can be opened
# later with the key, and the key is nowhere but with whoever asked.
. "$(dirname "$0")/lib.sh"

station
mkdir "$work/m"
echo 'of the first' >"$work/m/codename-heron.txt"
echo 'of the second' >"$work/m/=Grüße.csv"
head -c 3000 /dev/urandom >"$work/m/heron-annex.bin"
# what mtools takes names for
LC_ALL=C.UTF-8 && export LC_ALL
small_medium "$work/small.img" "$work/m"
unset LC_ALL
run as otto intake "$work/small.img" --requester rita --set purpose='parts of heron'
transfer=$(transfer_of "$out$err")
must as otto report "$transfer" --releasable --out "$work/early" --format json
must as otto decide "$transfer" approve --proposed
must as otto decide "$transfer" reject --where 'name=heron-annex.bin' --reason 'heron has no annex'
must as otto decide "$transfer" approve --where 'decision=none' --reason 'heron is what was asked for'
must as otto submit "$transfer" --yes
must as paula approve "$transfer" --yes
is "it is released" "$(state_of "$transfer")" RELEASED

# openssl's idea of the commitment, as the manual has it; $1: a file with the key, $2: the name
openssl_commit()
{
	printf 'sallyport-name-v1\0%s' "$2" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(cat "$1")" -r | cut -d' ' -f1
}

# --- every format, to a folder -------------------------------------------------------------------
run as otto report "$transfer" --releasable --out "$work/r" --format text,json,csv,csv-findings,html,pdf
is "every format is made" "$status" 0
is "each has its name" "$(ls "$work/r" | sed 's/-[0-9a-f]*\.key/-MARK.key/' | sort | tr '\n' ' ')" \
    'releasable-MARK.key releasable-findings.csv releasable-items.csv releasable-report.html releasable-report.json releasable-report.pdf releasable-report.txt '
key=$(echo "$work"/r/releasable-*.key)
is "the key is for its owner alone" "$(stat -c %a "$key")" 600
like "and 64 digits" "$(cat "$key")" '^[0-9a-f]{64}$'
pdftotext -layout "$work/r/releasable-report.pdf" "$work/r/pdf.txt"
for word in heron annex codename 'Gr\u{FC}' 'Grü' '=G' "'="; do
	is "nothing says $word" "$(grep -rliF --exclude="*.pdf" -e "$word" "$work/r" || :)" ''
done
digest=$(sha256sum <"$work/m/codename-heron.txt" | cut -d' ' -f1)
is "nor the digest of a file" "$(grep -rl "$digest" "$work/r" || :)" ''
must as otto report "$transfer" --out "$work/full" --format text,json
like "the full one has it" "$(cat "$work/full/report.json")" "$digest"
ok "its JSON fits its schema" \
    python3 tests/unit/schema.py share/schema/releasable-report.json "$work/r/releasable-report.json"
ok "so does one before the seal" \
    python3 tests/unit/schema.py share/schema/releasable-report.json "$work/early/releasable-report.json"
ok "HTML is whole" python3 tests/unit/one_page.py "$work/r/releasable-report.html"
text=$(cat "$work/r/releasable-report.txt")
like "it says what it is" "$text" 'RELEASABLE CUSTODY REPORT'
like "who signed is told" "$text" 'I reviewed the inventory'
like "and the counts are" "$text" 'in all +[0-9]+ items'
like "how to check speaks of what is there" "$text" 'who has the key'
like "PDF, too, says what it is" "$(cat "$work/r/pdf.txt")" 'Names are not told'

# --- names are opened -------------------------------------------------------------------------------
run "$bin/sallyport" report --open codename-heron.txt --key "$key"
is "a name is opened without a station" "$status" 0
is "openssl gives the same" "$(openssl_commit "$key" codename-heron.txt)" "$out"
is "and it is that item's" "$(python3 -c '
import json, sys
j = json.load(open(sys.argv[1]))["lists"]
print([r["dest"] == r["name"] for r in j["went"] if r["name"] == sys.argv[2]])' \
    "$work/r/releasable-report.json" "$out")" '[True]'
like "in the text, too" "$text" "$out"
run "$bin/sallyport" report --open heron-annex.bin --key "$key"
is "what did not go is there, with its outcome and without its name" "$(python3 -c '
import json, sys
j = json.load(open(sys.argv[1]))["lists"]
print([(r["name"] == sys.argv[2], r["outcome"], "size" in r) for r in j["not_gone"]])' \
    "$work/r/releasable-report.json" "$out")" "[(True, 'rejected', False)]"
run "$bin/sallyport" report --open '=Grüße.csv' --key "$key"
like "a name that is not ASCII is opened by its bytes" "$(cat "$work/r/releasable-items.csv")" "$out"
run "$bin/sallyport" report --open 'parts of heron' --key "$key"
like "a field" "$text" "purpose = $out"
run "$bin/sallyport" report --open "$digest" --key "$key"
like "and a digest" "$(cat "$work/r/releasable-items.csv")" "$out"
run "$bin/sallyport" report --open codename-heron.tx --key "$key"
is "another name is not in it" "$(printf %s "$text" | grep -c "$out")" 0
run sh -c "printf %s \"\$(cat '$key')\" >'$work/short'; printf 0 >>'$work/short'; '$bin/sallyport' report --open x --key '$work/short'"
is "65 digits are no key" "$status" 1
like "and it is said" "$out$err" 'is no key of a report'
refused "a name wants a key" 2 'give --open NAME --key FILE' "$bin/sallyport" report --open x

# --- another report, another key; to the share ---------------------------------------------------------
must as otto report "$transfer" --releasable --out "$work/r" --format json
is "the older key is still there" "$(ls "$work"/r/*.key | wc -l)" 2
is "and the keys are two" "$(cat "$work"/r/*.key | sort -u | wc -l)" 2
run as otto report "$transfer" --releasable --share --format html
is "to the share" "$status" 0
shown=$(printf '%s\n' "$out" | grep -oE '[0-9a-f]{64}' | head -n 1)
is "the key is printed" "${#shown}" 64
ok "the report is there" test -s "$SALLYPORT_HOME/share/reports/$transfer/releasable-report.html"
like "it is under that key" "$(cat "$SALLYPORT_HOME/share/reports/$transfer/releasable-report.html")" \
    "$(printf %s "$shown" >"$work/shown.key"; openssl_commit "$work/shown.key" codename-heron.txt)"
refused "no slip without names" 2 'a slip is not releasable' \
    as otto report "$transfer" --releasable --out "$work/r" --format text,slip
refused "nor a period" 2 'what the report is about' as otto report --people --releasable --out "$work/r"

# --- the station keeps none of the keys --------------------------------------------------------------
station_stop
for k in $(cat "$work"/r/*.key "$work"/early/*.key) "$shown"; do
	raw=$(printf %s "$k" | cut -c 1-16)
	is "key $raw.. is nowhere in the station" "$(grep -rlaiE "$raw" "$SALLYPORT_HOME" || :)" ''
	is "nor as bytes" "$(python3 -c '
import os, sys
key = bytes.fromhex(sys.argv[2])
for top, dirs, files in os.walk(sys.argv[1]):
    for f in files:
        p = os.path.join(top, f)
        if os.path.isfile(p) and key in open(p, "rb").read():
            print(p)' "$SALLYPORT_HOME" "$k")" ''
done
ok "and the record is sound" "$bin/sallyport-verify" "$SALLYPORT_HOME/ledger/ledger.db"
done_testing
