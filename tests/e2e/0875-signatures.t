#!/bin/sh
# SPDX-License-Identifier: ISC
# Rules by stick: signed by an administrator, brought in and confirmed by two people,
# tried, swapped, and swapped back.
. "$(dirname "$0")/lib.sh"

mkdir "$work/prog" "$work/s"
cp -r "$B/bin" "$B/share" "$work/prog/"
bin=$work/prog/bin
manifests=$work/prog/share/sallyport/scanners.d
[ -d "$manifests" ] || manifests=$work/prog/share/scanners.d
for other in "$manifests"/*.conf; do
	case $other in */type.conf | */yara.conf | */av.conf) ;; *) rm "$other" ;; esac
done
sed 's/{ scanner = "av"; types = "\*"; }/{ scanner = "yara"; types = "*"; }/
/{ scanner = "\(code\|text\|checksum\)"; /d' \
    "$plain_policy" >"$work/yara.policy"
station_policy=$work/yara.policy

one_line() {
	tr -s ' \n' ' '
}
rule() { # NAME TEXT
	printf 'rule %s { strings: $a = "%s" condition: $a }\n' "$1" "$2"
}
# A medium with what is in the folder.
medium() { # FOLDER
	rm -f "$work/$(basename "$1").img"
	small_medium "$work/$(basename "$1").img" "$1"
}
sets() {
	as ada signatures | one_line
}
tried() {
	! sets | grep -q 'being tried'
}
sets_dir=$SALLYPORT_HOME/signatures/yara

station noclamd
mkdir "$work/payload"
echo 'this has a forbidden word in it' >"$work/payload/one.txt"
medium "$work/payload"
intake "$work/payload.img"
is "nothing knows the word" "$(as otto items "$transfer" --where 'verdict=malicious or verdict=suspicious' | grep -c one.txt)" 0

# --- a set ------------------------------------------------------------------------------
mkdir "$work/first"
rule forbidden 'forbidden word' >"$work/first/site.yar"
ok "an administrator signs a set" as ada signatures sign yara --version 1 --out "$work/first" --file "$work/first/site.yar"
is "list and signature lie beside it" "$(ls "$work/first" | one_line)" "SIGNATURES SIGNATURES.sig site.yar "
as ada people >/dev/null 2>&1
mkdir "$work/keys"
refused "what weakens is no set" 1 'no set of signatures' as ada signatures sign av --version 1 --out "$work/keys" --file "$work/yara.policy"
refused "compiled rules are none" 1 'no set' as ada signatures sign yara --version 1 --out "$work/keys" --file "$B/bin/scan-yara"
medium "$work/first"
intake "$work/first.img"
first=$transfer
refused "an officer brings nothing in" 1 'administrator' as otto signatures import "$first"
refused "a folder without a list" 1 'no SIGNATURES' as ada signatures import "$first" --folder nowhere
ok "an administrator does" as ada signatures import "$first"
like "it waits" "$(sets)" 'yara 1 of .* waits for a second signature'
no "and is not in use" test -e "$sets_dir/current"
refused "who brought it in does not confirm it" 1 'another person' as ada signatures confirm yara
ok "another person does" as otto signatures confirm yara
ok "it is tried" wait_for 30 tried
like "and in use" "$(sets)" 'yara 1 of [-0-9]+ in use'
is "its file is what was signed" "$(cmp "$sets_dir/current/site.yar" "$work/first/site.yar" && echo same)" same
intake "$work/payload.img"
is "now the word is found" "$(as otto items "$transfer" --where 'verdict=malicious or verdict=suspicious' | grep -c one.txt)" 1

# --- sets that are no good ---------------------------------------------------------------
cp -r "$work/first" "$work/other"
echo '// one more line' >>"$work/other/site.yar"
medium "$work/other"
intake "$work/other.img"
refused "a file that the list does not name so" 1 'not the one that the list names' as ada signatures import "$transfer"
cp -r "$work/first" "$work/edited"
sed -i 's/^version 1/version 9/' "$work/edited/SIGNATURES"
medium "$work/edited"
intake "$work/edited.img"
refused "a list that somebody edited" 1 'not a signature of SIGNATURES' as ada signatures import "$transfer"
cp -r "$work/first" "$work/missing"
rm "$work/missing/site.yar"
medium "$work/missing"
intake "$work/missing.img"
refused "a set with a file missing" 1 'not in its folder' as ada signatures import "$transfer"
cp -r "$work/first" "$work/stranger"
ssh-keygen -q -t ed25519 -N '' -f "$work/s/key"
rm "$work/stranger/SIGNATURES.sig"
ssh-keygen -q -Y sign -n signatures-v1@sallyport -f "$work/s/key" "$work/stranger/SIGNATURES" 2>/dev/null
medium "$work/stranger"
intake "$work/stranger.img"
refused "signed by a stranger" 1 'not signed with the key of an administrator' as ada signatures import "$transfer"
ssh-keygen -Y check-novalidate -n signatures-v1@sallyport -s "$work/first/SIGNATURES.sig" <"$work/first/SIGNATURES" >"$work/s/said" 2>&1
like "ssh-keygen reads the station's signature" "$(cat "$work/s/said")" 'Good "signatures-v1@sallyport" signature'

mkdir "$work/engine"
echo 'Test.Site:0:*:666f7262696464656e' >"$work/engine/site.ndb"
ok "a set for an engine can be signed" as ada signatures sign av --version 1 --out "$work/engine" --file "$work/engine/site.ndb"
medium "$work/engine"
intake "$work/engine.img"
ok "and is brought in as any" as ada signatures import "$transfer"
like "an engine has it when it was seen to have loaded it, and here is none" "$(sets)" 'av 1 of [-0-9]+ waits'

mkdir "$work/broken"
echo 'rule broken { strings: $a = "x" condition: $b }' >"$work/broken/site.yar"
as ada signatures sign yara --version 2 --out "$work/broken" --file "$work/broken/site.yar" >/dev/null
medium "$work/broken"
intake "$work/broken.img"
ok "a set that does not load is brought in" as ada signatures import "$transfer"
ok "and confirmed" as otto signatures confirm yara
ok "and tried" wait_for 30 tried
like "and refused, with the reason" "$(sets)" 'yara 2 of [-0-9]+ refused.*cannot be used'
like "the one before is in use again" "$(sets)" 'yara 1 of [-0-9]+ in use'
is "on the disk, too" "$(cmp "$sets_dir/current/site.yar" "$work/first/site.yar" && echo same)" same
like "and the scanner is fit" "$("$bin/sallyport" scanners --selftest | one_line)" 'yara fit'

# --- forward and back ---------------------------------------------------------------------
refused "there is nothing to go back to" 1 'no other set' as ada signatures back yara
mkdir "$work/second"
rule other 'something else' >"$work/second/site.yar"
as ada signatures sign yara --version 3 --out "$work/second" --file "$work/second/site.yar" >/dev/null
mkdir "$work/deep"
mkdir "$work/deep/rules"
cp "$work/second"/* "$work/deep/rules/"
medium "$work/deep"
intake "$work/deep.img"
ok "a set in a folder" as ada signatures import "$transfer" --folder rules/
ok "confirmed" as paula signatures confirm yara
ok "tried" wait_for 30 tried
like "in use" "$(sets)" 'yara 3 of [-0-9]+ in use'
ok "back to the first" as ada signatures back yara
station_stop
must station_start
ok "confirmed after the station was started again" as otto signatures confirm yara
ok "tried once more" wait_for 30 tried
like "it is in use again" "$(sets)" 'yara 1 of [-0-9]+ in use, gone back to'
is "and on the disk" "$(cmp "$sets_dir/current/site.yar" "$work/first/site.yar" && echo same)" same
ok "the record is whole" "$bin/sallyport-verify" "$SALLYPORT_HOME/ledger/ledger.db"
like "an auditor's recipe finds nothing wrong with it" \
    "$(python3 "$top/share/audit/audit.py" "$SALLYPORT_HOME/ledger/ledger.db" 2>&1)" '^GOOD'
done_testing
