#!/bin/sh
# SPDX-License-Identifier: ISC
# The record leaves the station: bundle, ledger and leaves on the share, each entered before, and
# checked by both verifiers from the share alone.
. "$(dirname "$0")/lib.sh"

station
mkdir "$work/m"
echo 'some text' >"$work/m/note.txt"
small_medium "$work/small.img" "$work/m"
run as otto intake "$work/small.img" --requester rita --set purpose=weights
transfer=$(transfer_of "$out$err")

# --- before anything is sealed: what there is ------------------------------------------------
run as otto export bundle "$transfer"
is "a bundle before the seal" "$status" 0
reports=$SALLYPORT_HOME/share/reports
early=$(echo "$out" | sed -n 's,.*on the share: reports/,,p')
genesis=$(cat "$SALLYPORT_HOME/stager/genesis")
ok "is what it says" sallyport-verify --genesis "$genesis" "$reports/$early"

must as otto decide "$transfer" approve --proposed
must as otto decide "$transfer" approve --where 'decision=none' --reason 'it is what was asked for'
must as otto submit "$transfer" --yes
must as paula approve "$transfer" --yes
is "it is released" "$(state_of "$transfer")" RELEASED

# --- the bundle --------------------------------------------------------------------------------
run as otto export bundle "$transfer"
is "the bundle of a delivery" "$status" 0
bundle=$(echo "$out" | sed -n 's,.*on the share: reports/,,p')
like "has the number of entries in its name" "$bundle" "^$transfer/bundle-[0-9]{8}\.tar\$"
ok "sallyport-verify takes it from the share" sallyport-verify --genesis "$genesis" "$reports/$bundle"
ok "audit.py does" python3 share/audit/audit.py --genesis "$genesis" "$reports/$bundle"
mkdir "$work/b"
ok "tar unpacks it" tar -C "$work/b" -xf "$reports/$bundle"
ok "its sums are right" sh -c "cd '$work/b' && sha256sum -c --quiet SHA256SUMS"
is "it has every file of the custody folder" \
    "$(cd "$work/b" && find . -type f ! -name '*.entry' ! -name '*.tlog-proof' | sort)" \
    "$(cd "$SALLYPORT_HOME/share/custody/$transfer" && find . -type f ! -name '*.entry' ! -name '*.tlog-proof' | sort)"
is "nobody can write it" "$(stat -c %a "$reports/$bundle")" 444
is "nothing half made lies beside it" "$(find "$reports" -name '.*' | wc -l)" 0

# one with a byte changed
cp "$reports/$bundle" "$work/bad.tar"
chmod u+w "$work/bad.tar"
at=$(grep -abo "xfer.approve" "$work/bad.tar" | head -n 1 | cut -d: -f1)
printf X | dd of="$work/bad.tar" bs=1 seek="$at" conv=notrunc 2>/dev/null
no "a changed byte is found" sallyport-verify --genesis "$genesis" "$work/bad.tar"
no "by the other, too" python3 share/audit/audit.py --genesis "$genesis" "$work/bad.tar"

# --- the ledger ----------------------------------------------------------------------------------
run as ada export ledger
is "an administrator has the ledger" "$status" 0
ledger=$(echo "$out" | sed -n 's,.*on the share: reports/,,p')
like "it lies in the folder of the record" "$ledger" '^record/ledger-[0-9]{8}\.db$'
ok "sallyport-verify takes it" sallyport-verify --genesis "$genesis" "$reports/$ledger"
ok "audit.py takes it" python3 share/audit/audit.py --genesis "$genesis" "$reports/$ledger"
like "it is a whole database" "$(sqlite3 -readonly "$reports/$ledger" 'PRAGMA integrity_check')" '^ok$'
is "with as many entries as its name says" \
    "$(sqlite3 -readonly "$reports/$ledger" 'SELECT printf("%08d", count(*)) FROM entry WHERE log=2')" \
    "$(expr "$ledger" : '.*-\([0-9]*\)\.db')"
is "nothing of the copy is left in the ledger's folder" "$(find "$SALLYPORT_HOME/ledger" -name 'copy*' | wc -l)" 0
run as ada export ledger --documents "$transfer"
is "with the documents of a transfer" "$status" 0
packed=$(echo "$out" | sed -n 's,.*on the share: reports/,,p')
mkdir "$work/l"
ok "it is an archive" tar -C "$work/l" -xf "$reports/$packed"
run sallyport-verify --genesis "$genesis" "$work/l/ledger.db"
is "which verifies where it was unpacked" "$status" 0
like "manifests and all" "$out" 'manifest'
ok "audit.py agrees" python3 share/audit/audit.py --genesis "$genesis" "$work/l/ledger.db"
is "its documents have the names of their digests" \
    "$(cd "$work/l/docs" && sha256sum -- * | awk '$1 != $2' | wc -l)" 0
is "inventory, findings and policy" "$(ls "$work/l/docs" | wc -l)" 3
refused "of no transfer" 1 'there is no such transfer' as ada export ledger --documents K1-999999

# --- the leaves ---------------------------------------------------------------------------------
run as ada export leaves
leaves=$reports/$(echo "$out" | sed -n 's,.*on the share: reports/,,p')
cat >"$work/root.py" <<'PY'
import hashlib, sys
lines = open(sys.argv[1]).read().split("\n")
leaves = [bytes.fromhex(l) for l in lines[2:-1]]
def root(x):
    if len(x) == 1:
        return x[0]
    k = 1
    while 2 * k < len(x):
        k *= 2
    return hashlib.sha256(b"\1" + root(x[:k]) + root(x[k:])).digest()
assert lines[1] == "# %d leaves, root %s" % (len(leaves), root(leaves).hex()), lines[1]
print(len(leaves), root(leaves).hex())
PY
run python3 "$work/root.py" "$leaves"
is "the root comes out of the leaves" "$status" 0
size=${out% *}
is "and is that of the signed checkpoint" "$(sqlite3 -readonly "$SALLYPORT_HOME/ledger/ledger.db" \
    "SELECT note FROM checkpoint WHERE log=2 AND size=$size" | sed -n 3p | base64 -d | od -An -tx1 | tr -d ' \n')" "${out#* }"
run as ada export leaves --log authority
like "those of the authority log" "$(head -n 1 "$reports/$(echo "$out" | sed -n 's,.*on the share: reports/,,p')")" '^# demo/authority$'
refused "there are two logs" 2 'authority\|custody|authority or custody' as ada export leaves --log other

# --- what the record says --------------------------------------------------------------------------
entries() {
	sqlite3 -readonly "$SALLYPORT_HOME/ledger/ledger.db" "SELECT body FROM entry WHERE type='audit.export'"
}
for file in $bundle $ledger $packed; do
	digest=$(sha256sum "$reports/$file" | cut -d' ' -f1)
	like "$file is entered with its digest" "$(entries | grep "$digest")" "\"name\":\"reports/$file\""
done
like "and who asked" "$(entries | grep "$ledger")" '"officer":"ada"'

# --- a share that does not take it -------------------------------------------------------------------
size=$(sqlite3 -readonly "$SALLYPORT_HOME/ledger/ledger.db" 'SELECT count(*) FROM entry WHERE log=2')
mkdir -p "$reports/record"
for i in 0 1 2 3 4 5 6; do
	echo other >"$reports/record/$(printf 'ledger-%08d.db' $((size + i)))"
done
refused "a name that is taken is left alone" 3 'is there already, and is something else' as ada export ledger
is "what was there is there" "$(cat "$reports/record/$(printf 'ledger-%08d.db' $((size + 1)))")" other
find "$reports/record" -size -2 -name 'ledger*' -delete
chmod 500 "$reports/record"
refused "a folder that cannot be written" 3 'cannot be written to the share' as ada export ledger
chmod 755 "$reports/record"
ok "it works again" as ada export ledger
ok "the whole record verifies with all of this" sallyport verify
done_testing
