#!/bin/sh
# SPDX-License-Identifier: ISC
# One transfer in every format of the report, to a folder and to the share; each is an entry
# before it leaves.
. "$(dirname "$0")/lib.sh"

station
mkdir "$work/m"
echo 'some text' >"$work/m/note.txt"
echo 'more text' >"$work/m/=cmd.csv"
echo 'of a person' >"$work/m/Grüße aus Bonn.txt"
# what mtools takes names for
LC_ALL=C.UTF-8 && export LC_ALL
small_medium "$work/small.img" "$work/m"
unset LC_ALL
run as otto intake "$work/small.img" --requester rita --set purpose=weights
transfer=$(transfer_of "$out$err")

# --- before anything is sealed -----------------------------------------------------------------
ok "a report before the seal" as otto report "$transfer" --out "$work/early" --format text,json,csv,html,pdf
like "says what is not" "$(cat "$work/early/report.txt")" 'NOT DELIVERED'
is "and has no items yet" "$(wc -l <"$work/early/items.csv")" 1

must as otto decide "$transfer" approve --proposed
must as otto decide "$transfer" approve --where 'decision=none' --reason 'it is what was asked for'
must as otto submit "$transfer" --yes
must as paula approve "$transfer" --yes
is "it is released" "$(state_of "$transfer")" RELEASED

# --- every format ------------------------------------------------------------------------------
all=text,json,csv,csv-findings,html,pdf,slip
run as otto report "$transfer" --out "$work/r" --format $all
is "every format is made" "$status" 0
is "each has its name" "$(ls "$work/r" | tr '\n' ' ')" \
    'findings.csv items.csv report.html report.json report.pdf report.txt slip.txt '
ok "the JSON fits its schema" python3 tests/unit/schema.py share/schema/custody-report.json "$work/r/report.json"
ok "so does the one before the seal" \
    python3 tests/unit/schema.py share/schema/custody-report.json "$work/early/report.json"
ok "and the one in the custody folder" \
    python3 tests/unit/schema.py share/schema/custody-report.json "$SALLYPORT_HOME/share/custody/$transfer/report.json"
is "CSV: a line for each item, the formula disarmed" "$(python3 -c '
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], newline="")))
print(sorted(r["name"] for r in rows), {r["outcome"] for r in rows})' "$work/r/items.csv")" \
    "[\"'=cmd.csv\", 'Gr\\\\u{FC}\\\\u{DF}e aus Bonn.txt', 'note.txt'] {'released'}"
like "HTML: a person reads the name beside its escaped form" "$(cat "$work/r/report.html")" 'Grüße aus Bonn\.txt</bdi>'
like "on paper the mark of a demo is behind every page" "$(cat "$work/r/report.html")" '<p class="mark" aria-hidden="true">DEMO'
like "being fixed there" "$(cat "$work/r/report.html")" '^\.mark\{display:block;position:fixed'
ok "it is whole, runs nothing, fetches nothing" python3 tests/unit/one_page.py "$work/r/report.html"
is "it is a PDF" "$(head -c 5 "$work/r/report.pdf")" %PDF-
pdftotext -layout "$work/r/report.pdf" "$work/pdf.txt"
like "with the mark of a demo on it" "$(cat "$work/pdf.txt")" 'DEMO: made by a demo station'
like "both signatures with their meaning" "$(grep -c 'I reviewed the inventory' "$work/pdf.txt")" '^2$'
like "and the page's number" "$(cat "$work/pdf.txt")" 'page 1 of [2-9]'
refused "there are no others" 2 'format must be of' as otto report "$transfer" --out "$work/r" --format docx

# --- to the share, and what the record says -------------------------------------------------------
run as otto report "$transfer" --share --format pdf,html
is "to the share" "$status" 0
share=$SALLYPORT_HOME/share/reports/$transfer
ok "as a PDF" test -s "$share/report.pdf"
ok "as one page of HTML" python3 tests/unit/one_page.py "$share/report.html"
station_stop
entries=$(cat "$SALLYPORT_HOME/ledger/ledger.db" | strings | grep -c '"type":"audit.export"' || :)
ok "each of the fourteen is an entry" test "$entries" -ge 14
like "which names what went to the share" "$(strings "$SALLYPORT_HOME/ledger/ledger.db" | grep audit.export)" \
    "\"document\":\"$(sha256sum "$share/report.pdf" | cut -d' ' -f1)\",\"format\":\"pdf\",\"name\":\"reports/$transfer/report.pdf\",\"officer\":\"otto\""
ok "and the record is sound" "$bin/sallyport-verify" "$SALLYPORT_HOME/ledger/ledger.db"
done_testing
