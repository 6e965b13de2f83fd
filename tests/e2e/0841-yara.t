#!/bin/sh
# SPDX-License-Identifier: ISC
# YARA rules of the site: where they come from, which are refused, what a match
# does to a transfer.
. "$(dirname "$0")/lib.sh"

driver=$B/tests/e2e/scan_driver
mkdir -p "$work/s" "$work/m" "$work/there" "$work/prog"
cp -r "$B/bin" "$B/share" "$work/prog/"
chmod -R go-w "$work/prog/share"
cd "$work/s" || exit 3
eicar >eicar
echo 'nothing to see' >clean
: >empty
echo 'this is a DRAFT-INTERNAL note, DRAFT-INTERNAL' >draft
printf 'stratum+tcp://pool.example:3333' >miner
cd "$top" || exit 3
cat >"$work/there/station.conf" <<'END'
site = "demo"; station = "D1";
END
yara() { # FILE...
	(cd "$work/s" && SALLYPORT_HOME=$work/there timeout 60 "$driver" "$work/prog/bin/scan-yara" "$@") 2>"$work/yara.err"
}
field() { # NAME NUMBER
	printf '%s\n' "$said" | awk -F ' [|] ' -v name="$1" -v n="$2" '$1 == name { print $n }'
}
signatures() {
	printf '%s\n' "$said" | awk -F ' [|] ' '/^ready/ { print $3, $4 }'
}
draft_rule() { # FILE SEVERITY
	cat >"$1" <<END
rule Draft
{
	meta:
		description = "a draft that may not leave the office"
		severity = "$2"
	strings:
		\$mark = "DRAFT-INTERNAL"
	condition:
		#mark > 1
}
END
}

said=$(yara eicar clean empty draft miner)
like "with the rules that come with it alone: engine, digest of the rules, no day" "$said" \
    '^ready yara \| YARA [0-9.]+ \| [0-9a-f]{64} \|  \|'
is "the test file" "$(field eicar 2)" malicious
like "and where it was seen" "$(field eicar 8)" 'yara/EICAR_test_file=critical=\$first at 0; \$second at 39'
is "others" "$(field clean 2), $(field empty 2), $(field draft 2), $(field miner 2)" 'clean, clean, clean, suspicious'
first=$(signatures)

mkdir "$work/there/yara"
draft_rule "$work/there/yara/site.yar" medium
touch -d '2026-05-06T07:08:09Z' "$work/there/yara/site.yar"
said=$(yara eicar clean draft miner)
is "rules of the site, besides" "$(field eicar 2), $(field clean 2), $(field draft 2), $(field miner 2)" \
    'malicious, clean, suspicious, suspicious'
like "with their places" "$(field draft 8)" '^yara/Draft=medium=\$mark at 10, 31$'
like "the set has the day of the site's rules" "$(signatures)" '^[0-9a-f]{64} 2026-05-06T07:08:09Z$'
no "and another digest" test "$(signatures)" = "$first"
sed -i 's/"medium"/"high"/' "$work/there/yara/site.yar"
said=$(yara draft)
is "a rule of high severity makes it malicious" "$(field draft 2)" malicious

sed -i '$a yara = [ "rules/a", "rules/b" ];' "$work/there/station.conf"
mkdir -p "$work/there/rules/a" "$work/there/rules/b"
draft_rule "$work/there/rules/a/one.yara" low
said=$(yara draft miner)
is "station.conf names the folders: only those" "$(field draft 2), $(field miner 2)" 'suspicious, clean'

unfit() { # NAME REGEX
	like "unfit: $1" "$(yara clean)" "^unfit .*$2"
}
echo 'rule broken { condition: nothing }' >"$work/there/rules/b/two.yar"
unfit "a rule that cannot be compiled" "rules/b/two\\.yar, line 1: undefined identifier \"nothing\""
printf 'include "/etc/passwd"\n' >"$work/there/rules/b/two.yar"
unfit "an include" 'rules/b/two\.yar, line 1'
printf 'YARA\014\000\000\000' >"$work/there/rules/b/two.yar"
unfit "compiled rules" 'holds compiled rules, which are never loaded'
printf 'import "magic"\nrule m { condition: magic.type() contains "x" }\n' >"$work/there/rules/b/two.yar"
unfit "a module that opens files" 'imports the module magic'
echo 'rule fine { condition: false }' >"$work/there/rules/b/two.yar"
chmod 666 "$work/there/rules/b/two.yar"
unfit "a file that others can write" 'others can write it'
rm "$work/there/rules/b/two.yar" "$work/there/rules/a/one.yara"
unfit "no rules" 'there are no rules'
rmdir "$work/there/rules/b"
unfit "a folder that is not there" 'rules/b cannot be listed: No such file'

# --- in a station whose policy needs it ------------------------------------------------------
bin=$work/prog/bin
for f in clean draft; do
	cp "$work/s/$f" "$work/m/$f.txt"
done
small_medium "$work/small.img" "$work/m"
sed 's/{ scanner = "av"; types = "\*"; }/{ scanner = "av"; types = "*"; }, { scanner = "yara"; types = "*"; }/' \
    "$plain_policy" >"$work/yara.policy"
grep -q '"yara"' "$work/yara.policy" || fail "the policy of this test needs yara"
station_policy=$work/yara.policy
station
mkdir "$SALLYPORT_HOME/yara"
draft_rule "$SALLYPORT_HOME/yara/site.yar" high
said=$("$bin/sallyport" scanners --selftest 2>&1)
like "it is fit, and says what it is" "$said" 'YARA [0-9.]+'
run as otto intake "$work/small.img" --requester rita
transfer=$(transfer_of "$out$err")
is "the transfer comes to review" "$(state_of "$transfer")" REVIEW
like "what a rule knows is malicious" "$(as otto items "$transfer" --where 'verdict=malicious')" 'draft\.txt'
like "the rest is clean" "$(as otto items "$transfer" --where 'verdict=clean')" 'clean\.txt'
echo 'rule' >"$SALLYPORT_HOME/yara/site.yar"
run as otto intake "$work/small.img" --requester rita
transfer=$(transfer_of "$out$err")
is "with a rule that cannot be compiled it is blocked" "$(state_of "$transfer")" BLOCKED
like "and says which" "$(as otto status "$transfer" | tr '\n' ' ')" 'site\.yar, line'
ok "the record verifies" "$bin/sallyport" verify
done_testing
