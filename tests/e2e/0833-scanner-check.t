#!/bin/sh
# SPDX-License-Identifier: ISC
# scanners --check names what a scanner breaks, says nothing against those of the
# station, and ends whatever the scanner does.
. "$(dirname "$0")/lib.sh"

mkdir -p "$work/s"
cd "$work/s" || exit 3
check() { # NAME: of a hostile scanner
	ln -sf "$B/tests/scanners/hostile" "scan-h-$1"
	cat >"h-$1.conf" <<END
name = "h-$1"; version = "1"; program = "scan-h-$1"; kind = "policy"; scope = "object";
window = 1; slots = 1; engine_socket = false; max_bytes = 0;
timeout_base_ms = 1000; timeout_per_mib_ms = 0; stall_ms = 1000; selftest = false;
memory_mib = 512;
END
	run timeout 100 "$bin/sallyport-check" -t 3 -o ready -o good "h-$1.conf"
}
breaks() { # NAME REGEX
	check "$1"
	is "$1: it breaks the contract" "$status" 1
	like "$1: and it is said how" "$out" "^BREAKS +(ready|good) +$2"
}
breaks unread 'clean, and it read 0 of [0-9]+ bytes: the station makes it error'
breaks part 'clean, and it read [0-9]+ of [0-9]+ bytes: the station makes it incomplete'
breaks size 'it answers for [0-9]+ bytes, the object has [0-9]+'
breaks other 'a result for an object it was not given'
breaks number 'scan.result about an object it was not given'
breaks word 'a verdict that is none: perfect'
breaks flood 'more than 10000 findings of one object'
breaks long 'scanner: a datagram is too long'
breaks utf8 'scanner: a datagram that is no JSON object'
breaks twice 'scanner: a datagram that is no JSON object'
breaks json 'scanner: a datagram that is no JSON object'
breaks nothing 'it ended without an answer'
breaks zero 'it ended without an answer'
breaks hang 'it did not answer in time'
breaks alive 'it did not answer in time'
breaks early 'it does not come up: scan.result came before scan.ready'
breaks name 'it is called type, its manifest says h-name'
breaks network 'it ended without an answer'
breaks crash 'it ended without an answer'
check escape
like "escape sequences do not reach the terminal" "$(printf '%s' "$out" | LC_ALL=C tr -d '\n\040-\176' | wc -c)" '^0$'
like "escape: and it is a note" "$out" "^note +good +a finding's title is not escaped"
check class
like "class: a note says what it counts as" "$out" "^note +good +a finding's class is none of the list"

# A scanner of whole transfers asks for what it needs, and takes a no.
run "$bin/sallyport-check" -o set -o missing "$B/share/sallyport/scanners.d/checksum.conf"
like "scan-checksum asks for the list in a set" "$out" '^ok +set +a set of two files is .*, 1 objects asked for'
like "and is not clean about what it cannot have" "$out" '^ok +missing +a set whose file cannot be had is (na, one object )?(error|incomplete),'

# The scanners of the station, and what is no scanner.
for manifest in "$B"/share/sallyport/scanners.d/*.conf; do
	# that one needs a clamd: 0310-av.t
	grep -q '^engine_socket = true' "$manifest" && continue
	run "$bin/sallyport" scanners --check "$manifest"
	is "$(basename "$manifest" .conf) keeps the contract" "$status: $(printf '%s\n' "$out" | grep '^BREAKS')" '0: '
done
like "scan-archive hands back what is inside" \
    "$("$bin/sallyport-check" -o inside "$B/share/sallyport/scanners.d/archive.conf")" \
    '^ok +inside +an archive of one file is clean: 1 inside, 32 bytes'
run "$bin/sallyport" scanners --check /bin/true
is "a program that speaks nothing is none" "$status: $(printf '%s\n' "$out" | grep '^BREAKS')" \
    '1: BREAKS  ready    it does not come up: no hello: it ended'
refused "a file that is no manifest" 3 'is no manifest' "$bin/sallyport" scanners --check /etc/passwd
refused "a file that is not there" 3 'No such file' "$bin/sallyport" scanners --check "$work/nothing"
echo 'scanners --check /bin/true' >batch
mkdir -p "$SALLYPORT_HOME"
like "the conversations can be listed" "$("$bin/sallyport-check" -l)" '^shrinks '
run "$bin/sallyport-check"
is "without a path there is the usage" "$status" 2
done_testing
