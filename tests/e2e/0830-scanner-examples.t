#!/bin/sh
# SPDX-License-Identifier: ISC
# The examples a site starts from, in C, Python and sh: each keeps the contract
# (scanners --check), each finds what it is for, and in a station nothing that
# bears a marking passes without a reason.
. "$(dirname "$0")/lib.sh"

examples=$top/share/examples/scanners
lib=$work/lib
mkdir -p "$work/prog" "$work/m" "$lib"
cp -r "$B/bin" "$B/share" "$work/prog/"
bin=$work/prog/bin
manifests=$work/prog/share/sallyport/scanners.d
find "$manifests" -name '*.conf' ! -name type.conf -delete
umask 022

# As their manual says: the C one is built against the sources, the others are copied.
ok "the example in C builds by its own Makefile" make -s -C "$examples/c" SALLYPORT="$top" O="$work/c"
cp "$work/c/scan-marking" "$bin/"
cp "$examples/c/marking.conf" "$manifests/"
install -m 755 "$examples/python/scan_marking.py" "$examples/sh/scan-marking.sh" "$lib/"
for name in python/marking-py sh/marking-sh; do
	sed "s|/usr/local/lib/site-scanners|$lib|" "$examples/$name.conf" >"$manifests/${name#*/}.conf"
done

for name in marking marking-py marking-sh; do
	run "$bin/sallyport" scanners --check "$manifests/$name.conf"
	is "$name keeps the contract" "$status: $(printf '%s\n' "$out" | grep -v '^ok' | grep -v '^/' )" \
	    "0: $(printf '%s\n' "$out" | grep -c '^ok') kept, 0 broken, 0 notes"
	like "$name: it is in a sandbox" "$out" '^ok +ready +it is in a sandbox'
done

# --- in a station -------------------------------------------------------------------
echo 'nothing of interest' >"$work/m/plain.txt"
printf 'This is COMPANY CONFIDENTIAL, and NOT FOR RELEASE.\n' >"$work/m/marked.txt"
# a marking that lies across the chunks in which it is read
{ head -c 1048570 /dev/zero; printf 'COMPANY CONFIDENTIAL'; head -c 1000 /dev/zero; } >"$work/m/deep.bin"
: >"$work/m/empty"
python3 -c 'import sys, zipfile
zipfile.ZipFile(sys.argv[1], "w").writestr("a.txt", "inside")' "$work/inside.zip"
cat /bin/true "$work/inside.zip" >"$work/m/both.bin"
small_medium "$work/small.img" "$work/m"
station noclamd
{
	sed '/^required = (/,/^);/d' "$plain_policy"
	echo 'required = ( { scanner = "type"; types = "*"; part = true; }'
	for name in marking marking-py marking-sh; do
		echo "	, { scanner = \"$name\"; types = \"*\"; }"
	done
	echo ');'
} >"$work/site.policy"
must as ada authority policy "$work/site.policy"
intake "$work/small.img"
as otto items "$transfer" --where kind=file --json |
    python3 -c 'import json, sys
for line in sys.stdin:
    print(json.loads(line)["id"])' | while read -r item; do
	as otto item "$transfer" "$item" --json
done | python3 -c 'import json, sys
for line in sys.stdin:
    item = json.loads(line)
    for s in item["scans"]:
        if s["scanner"] != "type":
            found = sorted(f["detail"] for f in item["findings"] if f["scanner"] == s["scanner"])
            print(item["base"], item["gate"], s["scanner"], s["verdict"], s["read"] == s["bytes"], ", ".join(found), sep="|")' >"$work/seen"
for name in marking marking-py marking-sh; do
	is "$name: what it says of each file" "$(grep -F "|$name|" "$work/seen" | sort)" \
	    "both.bin|reason|$name|clean|True|
deep.bin|reason|$name|suspicious|True|COMPANY CONFIDENTIAL
empty|pass|$name|clean|True|
marked.txt|reason|$name|suspicious|True|COMPANY CONFIDENTIAL, NOT FOR RELEASE
plain.txt|pass|$name|clean|True|"
done
polyglot=$(as otto items "$transfer" --where 'name=both.bin' --json | grep -o '"finds": *[0-9]*')
unlike "R15: a program that is an archive, too, is not only what its first bytes say" "$polyglot" ' 0$'
is "the transfer can be decided" "$(state_of "$transfer")" REVIEW
ok "and sealed: all of them were in their sandbox" sh -c "
	'$bin/sallyport' scanners | grep -q marking-sh"
done_testing
