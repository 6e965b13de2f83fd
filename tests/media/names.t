#!/bin/sh
# SPDX-License-Identifier: ISC
# Names are evidence: whatever bytes a medium holds come through unchanged, and
# two different names never become one.
. "$(dirname "$0")/lib.sh"

mkdir names
for i in 1 2 3 4 5; do
	echo $i >"names/QQQQ$i a long name.txt"
done
hostile() { # IMAGE: in UTF-16; mtools and ntfscp refuse such names, so the image is patched
	patch "$1" 'Q\0Q\0Q\0Q\x{0}1\0' '\x1B\0[\x{0}2\0J\x{0}1\0'     # clears a screen
	patch "$1" 'Q\0Q\0Q\0Q\x{0}2\0' '\x08\0\x08\0\x08\0\x08\x{0}2\0' # moves the cursor
	patch "$1" 'Q\0Q\0Q\0Q\x{0}3\0' '\x2E\x20g\0p\0j\x{0}3\0'      # right to left
	patch "$1" 'Q\0Q\0Q\0Q\x{0}4\0' '^\0^\0^\0^\x{0}2\0'          # what a careless reader shows for the second
	patch "$1" 'Q\0Q\0Q\0Q\x{0}5\0' '\x00\xD8/\0.\0.\x{0}5\0'      # half a character, a slash
}
check() { # KIND
	is "$(sed -n 's/^\(.x1B.*\) | file read.*/\1/p' list)" '\x1B[2J1 a long name.txt' "$1: an escape sequence"
	is "$(sed -n 's/^\(.x08.*\) | file read.*/\1/p' list)" '\x08\x08\x08\x082 a long name.txt' "$1: backspaces"
	is "$(sed -n 's/^\(.u{202E.*\) | file read.*/\1/p' list)" '\u{202E}gpj3 a long name.txt' "$1: a direction override"
	is "$(sed -n 's/^\(\^.*\) | file read.*/\1/p' list)" '^^^^2 a long name.txt' "$1: carets are carets"
	is "$(sed -n 's/^\(.xED.*\) | file unreadable.*/\1/p' list)" '\xED\xA0\x80\xC0\xAF..5 a long name.txt' \
	    "$1: half a character stays; a slash separates nothing, and nobody can use such a file"
	is "$(grep -c '^[^#]' list)" 5 "$1: five different names"
}
fat fat.img 4M 12 names
hostile fat.img
walk fat.img
check FAT
ntfs ntfs.img 8M names
hostile ntfs.img
walk ntfs.img
check NTFS
exfat exfat.img 8M names
hostile exfat.img
walk exfat.img
has list '\x1B[2J1 a long name.txt | file unreadable' "exFAT: an escape sequence; the checksum of a patched entry is wrong"
is "$(grep -c '^[^#]' list)" 5 "exFAT: five different names"

# Long FAT names of more than 15 parts (libtsk shows only their short names).
long=$(printf '%0240d.txt' 7)
mkdir long
echo long >"long/$long"
fat long.img 4M 12 long
walk long.img
has list "$long | file read 5" "FAT: a name of 244 characters"

# ext names are any bytes but NUL and slash
mkdir bytes
perl -e 'for ("bad\xFF\xFE", "new\nline", "-dash", "trail ", "x" x 255, "esc\e[2J", "\xE2\x80\xAEgpj.exe",
	"back\\slash", "caret^", "\xC0\xAF", "a" . "\x08" x 20 . "APPROVED") {
	open my $f, ">", "bytes/$_" or die; print $f $_; close $f }'
ext bytes.img 4M ext4 bytes
walk bytes.img
is "$(grep -c '| file read' list)" 11 "ext: eleven names"
for name in 'bad\xFF\xFE' 'new\x0Aline' '-dash' 'trail\x20' 'esc\x1B[2J' '\u{202E}gpj.exe' 'back\\slash' 'caret^' \
    '\xC0\xAF' 'a\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08\x08APPROVED'; do
	grep -qF -- "$name | file read" list
	ok "ext: $name"
done
grep -q "^x\{255\} | file read 255" list
ok "ext: 255 bytes"

# a slash in an ext directory is damage, not a path
mkdir slash
echo slash >slash/aQb
ext slash.img 4M ext4 slash
patch slash.img 'aQb' 'a/b'
walk slash.img
has list 'a\xC0\xAFb | file unreadable' "ext: a slash in a name"
patch slash.img 'a/b' '../'
walk slash.img
is "$(grep -c '^[^#].*unreadable.*no name can hold' list)" 1 "ext: nothing climbs out of its directory"
patch slash.img '\x03\x01../' '\x02\x01../'
walk slash.img
has list '.. | file unreadable' "ext: a file with the name of the parent directory"
done_testing
