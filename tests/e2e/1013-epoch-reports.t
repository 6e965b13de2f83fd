#!/bin/sh
# SPDX-License-Identifier: ISC
# Reports over two epochs with a declared gap between them: the head of each log, the epoch a
# transfer ran in, what is missing, and a period that spans both.
. "$(dirname "$0")/lib.sh"

station noclamd
must as ada authority policy "$top/tests/bench/noengine.policy"
share=$SALLYPORT_HOME/share
mkdir "$work/m"
echo 'some text' >"$work/m/note.txt"
small_medium "$work/small.img" "$work/m"
delivered() { # reads, approves and delivers a transfer
	intake "$work/small.img"
	must as otto decide "$transfer" approve --proposed
	must as otto submit "$transfer" --yes
	must as paula approve "$transfer" --yes
}
fits() { # KIND FILE: JSON of that schema
	python3 tests/unit/schema.py "share/schema/$1.json" "$2"
}
told() { # FILE EXPRESSION: of the JSON j
	python3 -c 'import json, sys
j = json.load(open(sys.argv[1]))
print(eval(sys.argv[2]))' "$1" "$2"
}

# --- one epoch: nothing is said of any --------------------------------------------------------
delivered
first=$transfer
must as otto report "$first" --format text,json,html --out "$work/one"
text=$(cat "$work/one/report.txt")
unlike "nothing is missing" "$text" 'MISSING'
unlike "and no epoch is spoken of" "$text" '^Epochs'
is "programs are told of the first" "$(told "$work/one/report.json" '[j["epoch"], len(j["epochs"]), j["epochs"][0]["missing"]]')" '[1, 1, 0]'
intake "$work/small.img"
open=$transfer

# --- an older copy is put back, and goes on in another epoch -------------------------------------
station_stop
cp -a "$SALLYPORT_HOME" "$work/before"
must station_start
must as otto abort "$open" --reason 'the wrong stick'
delivered
must as otto anchor out --share
cp "$share/anchors/checkpoint" "$work/anchor"
known=$(sed -n 2p "$work/anchor")
station_stop
chmod -R u+w "$SALLYPORT_HOME"
rm -rf "$SALLYPORT_HOME"
cp -a "$work/before" "$SALLYPORT_HOME"
must station_start
must as ada authority epoch --reason restored --why 'the =disk was older' --checkpoint "$work/anchor" --transfers 3 --yes
delivered
second=$transfer
is "its number is a new one" "$second" K1-000004

# --- the custody report ---------------------------------------------------------------------------
must as otto report "$first" --format text,json,html,pdf,csv,slip --out "$work/r1"
text=$(cat "$work/r1/report.txt")
like "a transfer of the first epoch ran in its log" "$text" '^ *log +demo/K1/custody/1$'
like "which is said" "$text" '^ *epoch +1, of 2'
like "what is missing is told at the top" "$(head -n 30 "$work/r1/report.txt")" 'MISSING +entries [0-9]+ to'
like "of which log" "$text" 'demo/K1/custody/1, as epoch 2'
like "the newest head is there" "$text" 'log +demo/K1/custody/2$'
like "with why the epoch was opened" "$text" 'restored, the =disk was older'
is "and the head of the first" "$(told "$work/r1/report.json" 'j["epochs"][0]["root"]')" \
    "$(sqlite3 -readonly "$SALLYPORT_HOME/ledger/ledger.db" "SELECT note FROM checkpoint WHERE log=2 ORDER BY size DESC LIMIT 1" | sed -n 3p | base64 -d | od -An -tx1 | tr -d ' \n')"
ok "JSON fits its schema" fits custody-report "$work/r1/report.json"
is "it counts what is missing" "$(told "$work/r1/report.json" 'j["epochs"][1]["missing"] == j["epochs"][1]["continues"] - j["epochs"][0]["size"] > 0 and j["epochs"][1]["continues"]')" "$known"
ok "HTML is whole" python3 tests/unit/one_page.py "$work/r1/report.html"
like "and says it, too" "$(cat "$work/r1/report.html")" 'MISSING'
pdftotext -layout "$work/r1/report.pdf" "$work/pdf.txt"
like "and PDF" "$(cat "$work/pdf.txt")" 'MISSING +entries'
must as otto report "$second" --format text,json --out "$work/r2"
like "a transfer of the second epoch ran there" "$(cat "$work/r2/report.txt")" '^ *epoch +2, of 2'
is "with all its entries" "$(told "$work/r2/report.json" '[j["epoch"], [e["entries_here"] for e in j["epochs"]] == [0, len(j["entries"])]]')" '[2, True]'
must as otto report "$open" --format text,json --out "$work/r3"
is "what was under way ended with its epoch" "$(told "$work/r3/report.json" 'j["state"], j["epoch"]')" "('ABORTED', 1)"
like "the folder's report says so, too" "$(cat "$share/custody/$second/report.txt")" 'MISSING +entries'
like "and the first page of the folder" "$(cat "$share/custody/$second/README.txt")" 'ENTRIES OF THAT LOG ARE MISSING'
must as otto report "$first" --releasable --format json,text --out "$work/open"
ok "one that may be released fits its schema" fits releasable-report "$work/open/releasable-report.json"

# --- the period --------------------------------------------------------------------------------------
today=$(date -u +%Y-%m-%d)
yesterday=$(date -u -d yesterday +%Y-%m-%d)
must as otto report --from "$yesterday" --to "$today" --out "$work/p"
name=period-$yesterday-$today
text=$(cat "$work/p/$name.txt")
like "a period spans both" "$text" "$first +for rita"
like "with the second epoch's" "$text" "$second +for rita"
like "what ended with its epoch says so" "$text" 'approved by nobody; the record went on in a'
like "its gap is loud" "$text" 'MISSING +entries'
like "each head is told" "$text" '^ *epoch 1 +demo/K1/custody/1$'
ok "its JSON fits the schema" fits period-report "$work/p/$name.json"
is "each transfer has its epoch" "$(told "$work/p/$name.json" '[(t["state"], t["epoch"]) for t in j["lists"]["transfers"]]')" \
    "[('RELEASED', 1), ('ABORTED', 1), ('RELEASED', 2)]"
is "in CSV, too" "$(python3 -c '
import csv, sys
print([r["epoch"] for r in csv.DictReader(open(sys.argv[1], newline=""))])' "$work/p/$name.csv")" "['1', '1', '2']"
ok "HTML of it is whole" python3 tests/unit/one_page.py "$work/p/$name.html"
pdftotext -layout "$work/p/$name.pdf" "$work/pdf.txt"
like "PDF has the gap" "$(cat "$work/pdf.txt")" 'MISSING +entries'
must as otto report --people --out "$work/who" --format json
ok "the people's fits its schema" fits people-report "$work/who/people.json"
must as otto report --people --at 1 --out "$work/who1" --format json
ok "and that after the first entry" fits people-report "$work/who1/people.json"
station_stop
ok "the record verifies" sallyport-verify --anchor "$work/anchor" "$SALLYPORT_HOME/ledger/ledger.db"
done_testing
