#!/bin/sh
# SPDX-License-Identifier: ISC
# A sample for an auditor: drawn by the station, drawn again by python from the record's own
# words, checked with sed and sha256sum on the share, and attested.
. "$(dirname "$0")/lib.sh"

share=$SALLYPORT_HOME/share
people() {
	cat <<END
ada admin Ada Admin: ada opens the demo
otto officer Otto Officer: otto opens the demo
paula officer Paula Officer: paula opens the demo
audrey auditor Audrey Auditor: audrey opens the demo
END
}
station noclamd
must as ada authority policy "$top/tests/bench/noengine.policy"
refused "there is nothing to draw from before a delivery" 1 'nothing is delivered' as otto sample --n 3 --seed s
for files in 3 5; do
	rm -rf "$work/m" "$work/small.img"
	mkdir "$work/m"
	for i in $(seq $files); do
		echo "text $i of $files" >"$work/m/file-$i.txt"
	done
	small_medium "$work/small.img" "$work/m"
	intake "$work/small.img"
	must as otto decide "$transfer" approve --proposed
	must as otto submit "$transfer" --yes
	must as paula approve "$transfer" --yes
done

refused "a seed of other characters is refused" 1 'its seed 1 to 64' as audrey sample --n 3 --seed 'a b'
refused "so is a sample of none" 1 'a sample is 1 to 10000' as audrey sample --n 0 --seed s
run as audrey sample --n 4 --seed audit-2026.1
is "an auditor draws" "$status" 0
printf '%s\n' "$out" >"$work/sample"
is "as many as asked for" "$(grep -c '^(cd transfers/' "$work/sample")" 4
ok "each file drawn is checked by its command" sh -e -c "cd '$share' && . '$work/sample' && [ \$(grep -c '^(cd' '$work/sample') = 4 ]"
list=$(sed -n 's/^# .*list \([0-9a-f]*\)$/\1/p' "$work/sample")
leaf=$(sed -n 's/.* attest \([0-9a-f]*\) .*/\1/p' "$work/sample")
is "the list is a document of the ledger, under its digest" \
    "$(sha256sum <"$SALLYPORT_HOME/ledger/docs/$list" | cut -d ' ' -f 1)" "$list"
cat >"$work/draw.py" <<'END'
import hashlib, re, sys
lines = open(sys.argv[1]).read().split("\n")
head = dict(line.split(" ", 1) for line in lines[1:7])
index = [line.split("\t") for line in open(sys.argv[2]) if not line.startswith("#")]
files = [(r[0], k) for r in sorted(index) if r[7].strip() == "delivered" for k in range(1, int(r[4]) + 1)]
count, drawn, j = len(files), [], 0
assert lines[0] == "sallyport-sample-v1" and int(head["population"]) == count, (head, count)
while len(drawn) < min(int(head["drawn"]), count):
    text = "sallyport-sample-v1\n%s\n%s\n%d\n" % (head["root"], head["seed"], j)
    x, j = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"), j + 1
    if x < 2**64 - 2**64 % count and x % count not in drawn:
        drawn.append(x % count)
assert ["%s %d" % files[i] for i in drawn] == lines[7:-1], (drawn, lines)
END
ok "python draws the same" python3 "$work/draw.py" "$SALLYPORT_HOME/ledger/docs/$list" "$share/INDEX"
first=$(grep '^(cd' "$work/sample")
run as audrey sample --n 4 --seed audit-2026.2
no "another seed draws something else" test "$(printf '%s\n' "$out" | grep '^(cd')" = "$first"

refused "more than were drawn cannot be attested" 1 '1 to 4 can be checked' as audrey attest "$leaf" --checked 5
refused "what differs goes with a note" 1 'say in note what differs' as audrey attest "$leaf" --checked 4 --differ 1
refused "nor what is no sample" 1 'not the leaf of a sample' as audrey attest "$list" --checked 1
ok "the auditor attests" as audrey attest "$leaf" --checked 4
ok "so does an officer" as otto attest "$leaf" --checked 2 --differ 1 --note 'file 2 was changed on the client'
ok "the record verifies" "$bin/sallyport-verify" "$SALLYPORT_HOME/ledger/ledger.db"
done_testing
