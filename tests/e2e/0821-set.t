#!/bin/sh
# SPDX-License-Identifier: ISC
# A scanner of scope "transfer": it sees all there is and asks for what it wants,
# and however it fails, nothing is clean for its sake.
. "$(dirname "$0")/lib.sh"

mkdir "$work/prog" "$work/m"
cp -r "$B/bin" "$B/share" "$work/prog/"
programs=$B/tests/e2e
bin=$work/prog/bin
PATH=$bin:$PATH
manifests=$work/prog/share/sallyport/scanners.d
cp "$programs/scan_hostile" "$bin/scan-facts"
cp "$programs/scan_whole" "$bin/scan-whole"
# manifest NAME KIND LINE...
manifest() {
	{
		printf 'name = "%s"\nversion = "1"\nprogram = "scan-%s"\nkind = "%s"\n' "$1" "$1" "$2"
		printf 'engine_socket = false\nmax_bytes = 0\ntimeout_per_mib_ms = 1\n'
		name=$1
		shift 2
		printf '%s\n' "$@"
	} >"$work/manifest"
	mv "$work/manifest" "$manifests/$name.conf"
}
manifest facts code 'scope = "object"' 'window = 8' 'slots = 2' 'timeout_base_ms = 60000' \
    'stall_ms = 0' 'selftest = true'
manifest whole integrity 'scope = "transfer"' 'window = 1' 'slots = 1' 'timeout_base_ms = 6000' \
    'stall_ms = 3000' 'selftest = false'
rows='{ scanner = "facts"; types = "*"; }, { scanner = "whole"; types = "*"; part = true; }'
sed "s/{ scanner = \"av\"; types = \"\\*\"; }/$rows/" "$plain_policy" \
    >"$work/whole.policy"
id_of() { # FILE
	as otto items "$transfer" --json --where "name=$1" |
	    sed -n 's/.*"id": *\([0-9]*\).*/\1/p' | head -n 1
}
said() { # FILE
	as otto item "$transfer" "$(id_of "$1")" | tr '\n' ' '
}
verdict_of() { # FILE
	as otto items "$transfer" --json --where "name=$1" |
	    sed -n 's/.*"verdict": *"\([a-z]*\)".*/\1/p' | head -n 1
}
# medium FILE=TEXT...: one file for each; then it is read.
n=0
medium() {
	n=$((n + 1))
	mkdir "$work/m/$n"
	for file; do
		printf '%s\n' "${file#*=}" >"$work/m/$n/${file%%=*}.txt"
	done
	small_medium "$work/$n.img" "$work/m/$n"
	intake "$work/$n.img"
}

station noclamd
must as ada authority policy "$work/whole.policy"

medium a=plain b='fact one' c='fact two' bad='bad here' place='place it' vouch='vouch for me'
is "a set is judged, and the transfer goes to review" "$(state_of "$transfer")" REVIEW
like "it saw every file and every fact" \
    "$(for f in a b c bad place vouch; do said $f.txt; done)" 'saw 6 files and 2 facts'
is "what it says nothing about stays what it is" "$(verdict_of a.txt)" clean
is "what it calls invalid is" "$(verdict_of bad.txt)" invalid
like "with its finding" "$(said bad.txt)" 'it is bad'
like "a finding may be about a place" "$(said place.txt)" 'in this place'
like "what it read counts as read" "$(said vouch.txt)" 'whole: clean, 13 of 13'
like "what it did not read does not" "$(said bad.txt)" 'whole: invalid, 0 of'

# Every way to fail, and what becomes of a file that nobody says anything about.
while read -r word verdict why; do
	medium plain=plain "$word=$word"
	is "$word: a plain file is $verdict" "$(verdict_of plain.txt)" "$verdict"
	like "$word: $why" "$(said plain.txt)" "$why"
	[ "$word" != crash ] || crashed=$transfer
done <<'WAYS'
twice error it judged one object twice
strange error it asked for an object that is not in the set
unread error it read an object it did not ask for
crash error it ended with status 42
hang timeout did not get on with the set
half incomplete all of it
unknown incomplete it did not read the whole set
WAYS
like "the record counts the processes it took" \
    "$(as otto timeline "$crashed" --json | tr -d ' ')" '"strikes":2'

# At any depth: what is inside is in the set, too.
sed 's/scanner = "whole"; types = "\*"/&/; s/^required = (/required = ( { scanner = "archive"; types = "*"; part = true; },/' \
    "$work/whole.policy" >"$work/deep.policy"
must as ada authority policy "$work/deep.policy"
mkdir "$work/m/deep"
echo 'bad inside' >"$work/inner.txt"
(cd "$work" && tar -cf m/deep/outer.tar inner.txt)
small_medium "$work/deep.img" "$work/m/deep"
intake "$work/deep.img"
like "it saw what is inside" "$(said outer.tar)" 'saw 2 files'
is "and what it said of that is the item's verdict" "$(verdict_of outer.tar)" invalid

# Not even started.
station_stop
rm "$bin/scan-whole"
must station_start
run as otto intake "$work/1.img" --requester rita
transfer=$(transfer_of "$out$err")
is "without it the transfer is blocked" "$(state_of "$transfer")" BLOCKED
is "and nothing is clean" "$(verdict_of a.txt)" error
done_testing
