#!/bin/sh
# SPDX-License-Identifier: ISC
# scan-archive in its sandbox: every kind of container, made by other programs,
# is opened to the last byte, and what comes out is what went in.
. "$(dirname "$0")/lib.sh"

driver=$B/tests/e2e/inside_driver
mkdir -p "$work/s/t/sub/deep"
cd "$work/s/t" || exit 3
printf 'hello\n' >a.txt
seq 1 100000 >sub/numbers.txt
: >empty
head -c 300000 /dev/urandom >sub/deep/random
printf 'x' >"sub/$(printf 'd\303\251j\303\240 vu')"
ln -s ../a.txt sub/up
cd ..

# BYTES SHA256 NAME of every file that went in, in the order of the names
files=$(cd t && find . -type f | LC_ALL=C sort | while read -r f; do
	printf '%s %s %s\n' "$(stat -c %s "$f")" "$(sha256sum "$f" | cut -d' ' -f1)" "${f#./}"
done)

inside() { # FILE: what the scanner said
	"$driver" "$B/bin/scan-archive" "$@" 2>&1
}
# The files it handed back, names undone where the container has its own way with them.
handed() {
	# the target of a link in a zip archive is handed back, too
	printf '%s\n' "$1" | awk '$1 == "link" { link = $5; next } $1 == "file" && $5 == link { link = ""; next } 1' |
	    sed -n 's/^file [0-7]* \([0-9]* [0-9a-f]\{64\}\) \(.*\)/\1 \2/p' |
	    sed 's|\\u{E9}|é|; s|\\u{E0}|à|; s| \./| |; s| t/| |' | LC_ALL=C sort -k3
}
verdict() {
	printf '%s\n' "$1" | sed -n 's/^= \([a-z]*\) .*/\1/p'
}
whole() { # WHAT FILE
	out=$(inside "$2")
	is "$1: whole" "$(verdict "$out"), $(printf '%s\n' "$out" | tail -n 1)" 'clean, gone 0'
	is "$1: all files" "$(handed "$out")" "$files"
}

for format in gnu ustar posix oldgnu v7; do
	tar --format=$format -cf $format.tar t
	whole "tar, $format" $format.tar
done
for filter in gzip bzip2 xz lzma lzip zstd lz4; do
	bsdtar --format=pax --$filter -cf tar.$filter t
	whole "tar in $filter" tar.$filter
done
for format in newc cpio; do
	bsdtar --format=$format -cf c.$format t
	whole "cpio, $format" c.$format
done
zip -qry p.zip t
whole "zip" p.zip
zip -qry0 stored.zip t
whole "zip, stored" stored.zip
(cd t && 7zz a -bso0 -bsp0 -snl ../s.7z . && 7zz a -bso0 -bsp0 -snl -mm=ppmd ../ppmd.7z . &&
    for m in bzip2 lzma xz; do 7zz a -bso0 -bsp0 -snl -tzip -mm=$m ../$m.zip .; done) || exit 3
whole "7z" s.7z
whole "7z, PPMd" ppmd.7z
for m in bzip2 lzma xz; do
	whole "zip, $m" $m.zip
done
genisoimage -quiet -R -J -o both.iso t
whole "an image of a disc" both.iso
xorriso -as mkisofs -quiet -o rock.iso t 2>/dev/null
whole "the same by xorriso" rock.iso
gcab -cz c.cab t/a.txt t/sub/numbers.txt
out=$(inside c.cab)
is "a cabinet: whole" "$(verdict "$out")" clean
is "a cabinet: all files" "$(handed "$out")" "$(printf '%s\n' "$files" | grep -E ' (a|sub/numbers)\.txt$')"
ar rc l.a t/a.txt 2>/dev/null || bsdtar --format=ar -cf l.a -C t a.txt
is "ar: whole" "$(verdict "$(inside l.a)")" clean

# --- one process, many objects -----------------------------------------------------
out=$(inside gnu.tar t/a.txt p.zip)
is "several objects are answered in turn" "$(verdict "$out" | tr '\n' ' ')" 'clean na clean '

# --- a package of Debian is an archive of archives: each layer is opened by itself ---
mkdir -p deb/DEBIAN deb/usr/share/x
printf 'Package: a\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b>\nDescription: a\n' >deb/DEBIAN/control
cp t/a.txt deb/usr/share/x/
dpkg-deb --root-owner-group -b deb a.deb >/dev/null
out=$(inside a.deb)
is "a package of Debian" "$(verdict "$out") $(printf '%s\n' "$out" | sed -n 's/^file .* //p' | tr '\n' ' ')" \
    'clean debian-binary control.tar.xz data.tar.xz '

# --- what is held back, and given up -------------------------------------------------
out=$(inside -d 9 p.zip)
like "too deep" "$out" '^= incomplete 0/.*more containers than this station opens'
out=$(inside -r 1000 p.zip)
like "no room" "$out" 'sub/numbers.txt \(too large\)'
like "no room is incomplete" "$out" '^= incomplete .*room'
out=$(inside -c 2 gnu.tar)
like "given up" "$out" '^= timeout'
is "and it goes on" "$(printf '%s\n' "$out" | tail -n 1)" 'gone 0'

done_testing
