#!/bin/sh
# SPDX-License-Identifier: ISC
# The report of a span of days and that of people: every transfer in a line, what was refused,
# what left, and who might what at which entry.
. "$(dirname "$0")/lib.sh"

station
mkdir "$work/m"
echo 'some text' >"$work/m/note.txt"
small_medium "$work/small.img" "$work/m"
run as otto intake "$work/small.img" --requester rita --set purpose=weights
first=$(transfer_of "$out$err")
must as otto decide "$first" approve --proposed
must as otto submit "$first" --yes
must as paula approve "$first" --yes
run as otto intake "$work/small.img" --requester rita --set purpose=weights
second=$(transfer_of "$out$err")
must as otto abort "$second" --reason 'the wrong =stick'
must as otto media register M-1 --label 'blue stick' --from 'K. Ode' --owner 'lab 4'
today=$(date -u +%Y-%m-%d)

# --- a period ---------------------------------------------------------------------------------
run as otto report --from "$today" --to "$today" --out "$work/r"
is "a period has its report" "$status" 0
name=period-$today-$today
is "in every form" "$(ls "$work/r" | sed 's/.*\.//' | sort | tr '\n' ' ')" 'csv html json pdf txt '
text=$(cat "$work/r/$name.txt")
like "with every transfer" "$text" "$first +for rita"
like "and the aborted one" "$text" "$second +for rita"
like "and why" "$text" 'the wrong =stick'
like "totals" "$text" 'in all +2 items'
like "the media that are here" "$text" 'blue stick, from K. Ode, owner lab 4'
like "and the people" "$text" 'otto '
is "CSV has a line for each transfer" "$(python3 -c '
import csv, sys
print([r["transfer"] + " " + r["state"] for r in csv.DictReader(open(sys.argv[1], newline=""))])' "$work/r/$name.csv")" \
    "['$first RELEASED', '$second ABORTED']"
is "JSON has its lists" "$(python3 -c '
import json, sys
j = json.load(open(sys.argv[1]))
print(sorted(j["lists"]), len(j["lists"]["transfers"]), j["lists"]["refused"][-1]["type"])' "$work/r/$name.json")" \
    "['anchors', 'exceptions', 'exports', 'media', 'people', 'recalled', 'refused', 'transfers'] 2 xfer.abort"
ok "JSON fits its schema" python3 tests/unit/schema.py share/schema/period-report.json "$work/r/$name.json"
ok "HTML is whole" python3 tests/unit/one_page.py "$work/r/$name.html"
pdftotext -layout "$work/r/$name.pdf" "$work/pdf.txt"
like "PDF has it, too" "$(cat "$work/pdf.txt")" "$second +for rita"
must as otto report --from 2001-01-01 --to 2001-12-31 --out "$work/old" --format json
is "and nobody yet" "$(python3 -c '
import json, sys
j = json.load(open(sys.argv[1]))
print(j["people_size"], j["lists"]["people"])' "$work/old/period-2001-01-01-2001-12-31.json")" '0 []'
is "in other days there was nothing" "$(python3 -c '
import json, sys
j = json.load(open(sys.argv[1]))["lists"]
print(len(j["transfers"]), len(j["refused"]), len(j["exports"]))' "$work/old/period-2001-01-01-2001-12-31.json")" '0 0 0'
ok "an empty one fits the schema, too" python3 tests/unit/schema.py share/schema/period-report.json \
    "$work/old/period-2001-01-01-2001-12-31.json"
refused "days in the wrong order" 3 'two days in their order' \
    as otto report --from 2001-12-31 --to 2001-01-01 --out "$work/r"
refused "one day is no span" 2 'what the report is about' as otto report --from "$today" --out "$work/r"
refused "a transfer or a period" 2 'what the report is about' \
    as otto report "$first" --from "$today" --to "$today" --out "$work/r"
refused "no slip of a period" 3 'text, json, csv, html or pdf' \
    as otto report --from "$today" --to "$today" --out "$work/r" --format slip

# --- people -------------------------------------------------------------------------------------
must as otto report --people --out "$work/p" --format csv,text,json
ok "their JSON fits its schema" python3 tests/unit/schema.py share/schema/people-report.json "$work/p/people.json"
is "everybody with what he may" "$(python3 -c '
import csv, sys
print({r["id"]: r["roles"] for r in csv.DictReader(open(sys.argv[1], newline=""))}["otto"])' "$work/p/people.csv")" officer
must as otto report --people --at 1 --out "$work/p1" --format csv,json
ok "and so does that after the first entry" \
    python3 tests/unit/schema.py share/schema/people-report.json "$work/p1/people.json"
no "after the first entry there was no otto" grep -q otto "$work/p1/people.csv"
refused "an entry that is not there" 3 'no 99999 entries' as otto report --people --at 99999 --out "$work/p1"

# --- to the share -------------------------------------------------------------------------------
ok "to the share" as otto report --from "$today" --to "$today" --share --format pdf
ok "where it has a folder of its own" test -s "$SALLYPORT_HOME/share/reports/period/$name.pdf"
must as otto report --from "$today" --to "$today" --out "$work/again" --format json
is "which is in the next report" "$(python3 -c '
import json, sys
print(json.load(open(sys.argv[1]))["lists"]["exports"][-1]["data"]["name"])' "$work/again/$name.json")" \
    "reports/period/$name.pdf"
station_stop
ok "and the record is sound" "$bin/sallyport-verify" "$SALLYPORT_HOME/ledger/ledger.db"
done_testing
