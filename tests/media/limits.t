#!/bin/sh
# SPDX-License-Identifier: ISC
# Very large directories, and the limits of a directory and of a medium.
. "$(dirname "$0")/lib.sh"

# entries of one directory, items of one medium
many() { # ENTRIES DIRECTORIES SIZE
	rm -rf none many.img
	mkdir none
	blank many.img "$3"
	mkfs.exfat many.img >/dev/null
	"$B/tests/media/many" "$1" >sets
	perl "$media/exfat.pl" many.img none $(seq -f d%g=sets "$2")
	rm sets
}
many 100000 1 16M
walk many.img
ok "a directory of 100,000 entries ends well"
is "$(grep -c '^d1/' list)" 100000 "a directory of 100,000 entries is listed"
many 1000000 1 128M
is "$("$lswalk" -t many.img | grep -c '1000001 items, 1000000 files, .* 0 unreadable')" 1 "LIM_DIR_ENTRIES: 1,000,000 are listed"
many 1000001 1 128M
walk many.img
has list "d1 | directory unread 0 0000 2024-02-29T12:34:28Z? | - | it has too many entries" "LIM_DIR_ENTRIES: one more is told"
many 999999 2 256M
is "$("$lswalk" -t many.img | grep -c '2000000 items, 1999998 files')" 1 "LIM_ITEMS: 2,000,000 are listed"
many 1000000 2 256M
is "$("$lswalk" -t many.img | grep failed)" "failed: more items than one medium may have" "LIM_ITEMS: more are a failure"
done_testing
