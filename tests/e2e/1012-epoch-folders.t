#!/bin/sh
# SPDX-License-Identifier: ISC
# Custody folders and bundles over two epochs: what was delivered in the first is exported, recalled,
# retired, drawn for a sample and reconciled in the second; both verifiers take the folders, and refuse damaged ones.
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
mkdir "$work/m"
echo 'some text' >"$work/m/note.txt"
small_medium "$work/small.img" "$work/m"
genesis=$(cat "$SALLYPORT_HOME/stager/genesis")
delivered() { # reads, approves and delivers a transfer
	intake "$work/small.img"
	must as otto decide "$transfer" approve --proposed
	must as otto submit "$transfer" --yes
	must as paula approve "$transfer" --yes
}
both() { # NAME FOLDER-OR-TAR OPTION...: both verifiers take it
	both_name=$1
	both_what=$2
	shift 2
	ok "$both_name" sallyport-verify --genesis "$genesis" "$@" "$both_what"
	ok "$both_name: audit.py" python3 "$top/share/audit/audit.py" --genesis "$genesis" "$@" "$both_what"
}
neither() { # NAME REASON FOLDER: both refuse it, audit.py by this name
	run sallyport-verify --genesis "$genesis" "$3"
	is "$1" "$status" 1
	run python3 "$top/share/audit/audit.py" --genesis "$genesis" "$3"
	like "$1: audit.py: $2" "$status $out$err" "^1 .*\[($2)\]"
}
damaged() { # a copy of the folder of two epochs, to be damaged
	chmod -R u+w "$work/d" 2>/dev/null
	rm -rf "$work/d"
	cp -R "$share/custody/$second" "$work/d"
	chmod -R u+w "$work/d"
}
sums() { # whoever damages a folder writes its sums again
	(cd "$work/d" && find . -type f ! -name SHA256SUMS | sed 's,^\./,,' | LC_ALL=C sort |
		xargs sha256sum >"$work/sums" && cp "$work/sums" SHA256SUMS)
}
log_of() { # FILE: the origin in a checkpoint, or in the checkpoint of a proof
	grep -E '^[a-z].*/custody/[0-9]+$' "$1"
}

# --- the first epoch ---------------------------------------------------------------------------
delivered
first=$transfer
must as otto close "$first" --disposition 'returned to Rita'
delivered
second=$transfer
intake "$work/small.img"
open=$transfer
is "one is under way" "$(state_of "$open")" REVIEW
cp -R "$share/custody/$second" "$work/then"

run as ada authority epoch --reason key --why 'the key of the log was seen' --yes
is "an epoch is opened" "$status" 0
is "what was under way has ended" "$(state_of "$open")" ABORTED
is "what was released has not" "$(state_of "$second")" RELEASED

# --- exported in the second epoch ------------------------------------------------------------------
run as otto export bundle "$first"
is "a bundle of a transfer of the first epoch" "$status" 0
bundle=$share/reports/$(echo "$out" | sed -n 's,.*on the share: reports/,,p')
both "it verifies" "$bundle"
both "with a checkpoint of the first epoch as an anchor" "$bundle" --anchor "$work/then/checkpoint"
mkdir "$work/b"
must tar -C "$work/b" -xf "$bundle"
like "its head is that of the second epoch" "$(log_of "$work/b/checkpoint")" '/custody/2$'
is "its proofs lead to the head of the first" "$(cat "$work/b"/proofs/* | grep -c '/custody/1$')" \
    "$(ls "$work/b/proofs" | wc -l)"
run as otto export bundle "$open"
both "a bundle of what ended with its epoch" "$share/reports/$(echo "$out" | sed -n 's,.*on the share: reports/,,p')"
delivered
third=$transfer
both "the folder of a transfer of the second epoch" "$share/custody/$third"
is "its entries are all of that" "$(cat "$share/custody/$third"/proofs/* | grep -c '/custody/1$')" 0
run as otto export bundle "$third"
both "and its bundle" "$share/reports/$(echo "$out" | sed -n 's,.*on the share: reports/,,p')"
both "a folder that was written in the first epoch" "$work/then"

# --- after the release, in the next epoch -----------------------------------------------------------
must as otto close "$second" --disposition 'kept in the safe'
must as otto recall "$second" --reason 'a wrong version went'
must as paula recall "$second" --yes
is "a delivery of the first epoch is recalled" "$(state_of "$second")" RECALLED
ok "its tombstone stands on the share" test -f "$share/transfers/$second/TOMBSTONE.txt"
followed() {
	grep -q '"type":"xfer.recalled"' "$share/custody/$second"/entries/*.entry
}
ok "its folder follows" wait_for 30 followed
both "and holds entries of both epochs" "$share/custody/$second"
is "proofs of each" "$(cat "$share/custody/$second"/proofs/* | log_of - | sort -u | sed 's,.*/,,' | tr '\n' ' ')" '1 2 '
must as paula retire "$first" --reason 'nobody needs it any more'
must as otto retire "$first" --yes
is "another is retired" "$(state_of "$first")" RETIRED
run as audrey sample --n 2 --seed epochs
is "a sample is drawn of both epochs' deliveries" "$status" 0
leaf=$(echo "$out" | sed -n 's/.* attest \([0-9a-f]*\) .*/\1/p')
ok "and attested" as audrey attest "$leaf" --checked 1
run as otto reconcile
is "share, register and record agree" "$status" 0

run as ada export leaves
is "the leaves leave" "$status" 0
cat >"$work/roots.py" <<'END'
import hashlib, sys
def root(x):
    k = 1
    while 2 * k < len(x):
        k *= 2
    return x[0] if len(x) == 1 else hashlib.sha256(b"\1" + root(x[:k]) + root(x[k:])).digest()
logs = []
for line in open(sys.argv[1]).read().splitlines():
    if " leaves, root " in line:
        logs[-1][1:] = [line, []]
    elif line.startswith("# "):
        logs.append([line])
    else:
        logs[-1][2].append(bytes.fromhex(line))
for origin, said, leaves in logs:
    assert said == "# %d leaves, root %s" % (len(leaves), root(leaves).hex()), said
    print(origin)
END
is "the root of each epoch's log comes out of them" \
    "$(python3 "$work/roots.py" "$share/reports/$(echo "$out" | sed -n 's,.*on the share: reports/,,p')" | sed 's,.*/,,' | tr '\n' ' ')" '1 2 '
must as otto anchor out --share
ok "an anchor on the share has a name of its own" test -n "$(ls "$share/anchors" | grep '^2-[0-9]*\.add-checkpoint$')"

# --- damaged folders ------------------------------------------------------------------------------------
damaged
cp "$work/then/checkpoint" "$work/d/checkpoint"
cp "$work/then/log.vkey" "$work/d/log.vkey"
sums
neither "the checkpoint of the other epoch" proof "$work/d"
damaged
old=$(grep -l '/custody/1$' "$work/d"/proofs/* | head -n 1)
new=$(grep -l '/custody/2$' "$work/d"/proofs/* | head -n 1)
{ sed '/^$/,$d' "$old" && echo && cat "$work/d/checkpoint"; } >"$work/x"
cp "$work/x" "$old"
sums
neither "a proof that leads to the other epoch's head" checkpoint "$work/d"
damaged
cp "$work/d/entries/$(basename "$new" .tlog-proof).entry" "$work/d/entries/$(basename "$old" .tlog-proof).entry"
sums
neither "an entry of the other epoch in the place of one" prev "$work/d"
damaged
name=$(basename "$new" .tlog-proof)
index=$(printf %08d "$(sed -n 's/^index //p' "$new")")
mv "$new" "$work/d/proofs/$index.tlog-proof"
mv "$work/d/entries/$name.entry" "$work/d/entries/$index.entry"
sums
neither "an entry under the number it has in its own log" prev "$work/d"
damaged
cp -R "$work/then/authority/." "$work/d/authority"
sums
neither "no epoch.open in the authority log" 'checkpoint|vkey|proof' "$work/d"
damaged
for f in $(grep -l '/custody/1$' "$work/d"/proofs/* | tail -n 1); do
	rm "$f" "$work/d/entries/$(basename "$f" .tlog-proof).entry"
done
sums
neither "the last entry of the first epoch left out" 'prev|state' "$work/d"
station_stop
ok "the record verifies" sallyport-verify "$SALLYPORT_HOME/ledger/ledger.db"
ok "by audit.py, too" python3 share/audit/audit.py "$SALLYPORT_HOME/ledger/ledger.db"
done_testing
