#!/bin/sh
# SPDX-License-Identifier: ISC
# Discs: ISO 9660 with Rock Ridge and Joliet, several sessions, UDF beside it.
. "$(dirname "$0")/lib.sh"

iso() { # IMAGE DIR OPTIONS...
	iso_image=$1
	iso_dir=$2
	shift 2
	genisoimage -quiet -input-charset utf-8 -V "A LABEL" "$@" -o "$iso_image" "$iso_dir" 2>iso.err ||
	    { sed 's/^/# /' iso.err; return 1; }
}
check() { # IMAGE KIND WANTED
	walk "$1"
	ok "$1: read without a complaint"
	has list "# v1 $2 " "$1: recognised as $2"
	has list "\"A LABEL\"" "$1: its label"
	files >got
	cmp -s got "$3"
	ok "$1: all files, byte for byte"
	cmp -s got "$3" || diff got "$3" | sed 's/^/# /' | head -n 20
}

tree tree
sums tree >wanted
iso rr.iso tree -R && check rr.iso "iso9660 (Rock Ridge)" wanted
is "$(grep -c ' region ' list)" 0 "Rock Ridge: nothing to remark"
iso joliet.iso tree -J && check joliet.iso "iso9660 (Joliet)" wanted
is "$(grep -c ' region ' list)" 0 "Joliet: nothing to remark"
iso both.iso tree -R -J && check both.iso "iso9660 (Rock Ridge)" wanted
is "$(grep -c ' region ' list)" 0 "Rock Ridge and Joliet agree"
xorriso -as mkisofs -quiet -R -J -V "A LABEL" -o xo.iso tree 2>/dev/null
check xo.iso "iso9660 (Rock Ridge)" wanted
is "$(grep -c ' region ' list)" 0 "the same by another maker"
mkdir plain plain/DIR
cp tree/readme.txt plain/README.TXT
cp tree/sub/deep/er/large plain/DIR/LARGE
sums plain >wanted.plain
iso plain.iso plain && check plain.iso iso9660 wanted.plain
walk rr.iso
has list "empty | directory read 0 0755" "an empty directory is an item"
touch -d '2001-02-03 04:05:06 UTC' tree/readme.txt
iso time.iso tree -R
walk time.iso
has list "readme.txt | file read 6 0644 2001-02-03T04:05:06Z |" "a time with its zone"
(
	TZ=UTC-3
	export TZ
	iso zone.iso tree -J
)
walk zone.iso
has list "readme.txt | file read 6 0000 2001-02-03T04:05:06Z |" "a time written three hours east"

# --- what Rock Ridge can hold ----------------------------------------------------------
mkdir -p odd/dir
echo same >odd/first
ln odd/first odd/dir/second
ln -s ../first odd/dir/inside
ln -s /etc/passwd odd/outside
ln -s "$(printf 'a\033[31mb\nc^')" odd/hostile
ln -s "$(perl -e 'print "long/" x 200')" odd/long
printf x >"odd/bad$(printf '\377\376')"
printf x >"odd/new
line"
printf x >"odd/$(printf '\033[2J')"
printf x >"odd/$(perl -e 'print "n" x 250')"
chmod 6755 odd/first
xorriso -as mkisofs -quiet -R -o odd.iso odd 2>/dev/null
walk odd.iso
ok "Rock Ridge: odd names are read"
has list 'first | file read 5 6755' "mode bits are kept"
is "$(grep -c '^dir/second.* same |\|^first.* same |' list)" 1 "of two hard links one is read"
has list 'dir/inside | link read 8 0777' "a link inside"
has list ' -> ../first |' "its target"
has list ' -> /etc/passwd |' "a target outside"
has list ' -> a\x1B[31mb\x0Ac^ |' "the bytes of a target"
has list " -> $(perl -e 'print "long/" x 199')" "a target of a thousand bytes"
has list 'bad\xFF\xFE | file read 1' "bytes that are no text"
has list 'new\x0Aline | file read 1' "a line end in a name"
has list '\x1B[2J | file read 1' "an escape sequence"
has list "$(perl -e 'print "n" x 250') | file read 1" "250 bytes"

# --- directories deeper than ISO 9660 allows: moved, and shown in their place -------------
mkdir -p deep/a/b/c/d/e/f/g/h/i/j
echo bottom >deep/a/b/c/d/e/f/g/h/i/j/bottom
iso deep.iso deep -R
walk deep.iso
has list 'a/b/c/d/e/f/g/h/i/j/bottom | file read 7' "a directory that was moved is in its place"
is "$(grep -c bottom list)" 1 "and nowhere else"

# --- trees that differ -----------------------------------------------------------------
iso hides.iso tree -R -J -hide-joliet 'zero' -hide-joliet 'readme.txt'
walk hides.iso
has list "volume 1: files that its Rock Ridge names show and its Joliet names do not: 1" "a file that Joliet does not show"
iso shows.iso tree -R -J -hide 'readme.txt'
walk shows.iso
has list "volume 1: files that only its Joliet names show, and not its Rock Ridge names, which were not read: 1" "a file that only Joliet shows"
cp both.iso renamed.iso
perl -0777 -i -pe 's/\0r\0e\0a\0d\0m\0e/\0r\0e\0a\0l\0l\0y/' renamed.iso
walk renamed.iso
has list "volume 1: files that Rock Ridge and Joliet name differently, of which the first was taken: 1" "another name for Joliet"

# --- boot images, compression ---------------------------------------------------------
cp -r tree boot
head -c 1474560 /dev/zero >boot/floppy.img
iso boot.iso boot -R -b floppy.img -c catalog
walk boot.iso
has list "region unread 1474560 0000 -? | - | volume 1: a boot image at byte" "a boot image is told"
has list "floppy.img | file read 1474560" "and read as the file it is"
xorriso -outdev zf.iso -zisofs level=6 -map tree / -set_filter_r --zisofs /sub/deep/er/large -- -commit >/dev/null 2>&1
walk zf.iso
has list "sub/deep/er/large | file unread" "compressed contents are not read"
has list "it is compressed (zisofs), which is not read" "and that is told"
has list "readme.txt | file read 6" "the others are"

# --- several sessions -------------------------------------------------------------------
mkdir one two
echo first >one/first
echo old >one/changed
echo second >two/second
echo new >two/changed
touch -d 2001-01-01 one/*
iso one.iso one -R
size=$(($(stat -c %s one.iso) / 2048))
start=$((size + 11400))
genisoimage -quiet -R -V "A LABEL" -C 0,$start -M one.iso -o two.part two 2>/dev/null
blank disc.iso $((start * 2048))
dd if=one.iso of=disc.iso conv=notrunc status=none
cat two.part >>disc.iso
walk disc.iso
ok "two sessions: read"
has list "second | file read 7" "two sessions: the second is read"
has list "first | file read 6" "two sessions: what it took over from the first"
printf 'new\n' | sha256sum | cut -c1-16 >want
is "$(sed -n 's/^changed .*| \([0-9a-f]\{16\}\) .*/\1/p' list)" "$(cat want)" "two sessions: the later one counts"
has list "volume 1: an earlier session of the disc, at byte 0, was not read" "two sessions: the earlier one is told"
xorriso -outdev over.iso -map one / -commit -map two / -commit >/dev/null 2>&1
walk over.iso
has list "second | file read 7" "an overwritable disc: the last session is read"
has list "volume 1: an earlier session of the disc, at byte 65536, was not read" "an overwritable disc: the earlier one is told"

# LIM_ISO_SESSIONS: the largest number is followed, behind it one is told
mkdir session
echo many >session/many
genisoimage -quiet -no-pad -o session.iso session
sessions() { # COUNT: the same session so many times
	perl -e 'local $/; my $s = <STDIN>; print $s x shift' "$1" <session.iso >sessions.iso
	walk sessions.iso
}
sessions 100
has list "MANY | file read 5" "LIM_ISO_SESSIONS: a disc of 100 sessions is read"
is "$(grep -c 'an earlier session of the disc' list) $(grep -c 'more than 100 sessions' list)" "99 0" "LIM_ISO_SESSIONS: each earlier one is told"
sessions 101
is "$(grep -c 'an earlier session of the disc' list) $(grep -c 'more than 100 sessions: those behind byte' list)" "99 1" "LIM_ISO_SESSIONS: behind the hundredth there is a word"

# --- a file in several pieces -----------------------------------------------------------
# Two neighbours become one: the flag of the first, the name of both.
mkdir pieces
head -c 4096 /dev/urandom >pieces/PIECE1
seq 1 1000 >pieces/PIECE2
seq 1 10 >pieces/ZLAST
iso pieces.iso pieces
perl -0777 -i -pe 's/(.)(.{7}PIECE)1/chr(ord($1)|0x80)."$2" . "1"/se; s/PIECE2/PIECE1/g' pieces.iso
walk pieces.iso
cat pieces/PIECE1 pieces/PIECE2 | sha256sum | cut -c1-16 >want
has list "PIECE1 | file read $((4096 + $(stat -c %s pieces/PIECE2)))" "a file in two extents is one"
is "$(sed -n 's/^PIECE1 .*| \([0-9a-f]\{16\}\) .*/\1/p' list)" "$(cat want)" "its bytes in their order"
has list "ZLAST | file read 21" "what follows is read"

# LIM_ISO_EXTENTS: the largest number of pieces is read, one more is not
many_pieces() { # COUNT: the top directory of pieces.iso becomes one file of so many blocks
	cp pieces.iso many.iso
	perl -e '
		my $n = shift;
		open my $f, "+<:raw", "many.iso" or die;
		my $blocks = (-s $f) / 2048;
		my ($dir, $used) = ("", 0);
		for my $i (0, 0, 1 .. $n) {
			my $name = $i ? "MANY" : $dir eq "" ? "\0" : "\1";
			my $record = pack "C C V N V N x7 C x6 C a*", 0, 0, 20, 20, 2048, 2048,
			    ($i ? ($i < $n ? 0x80 : 0) : 2), length $name, $name;
			$record .= "\0" if length($record) % 2;
			substr($record, 0, 1) = chr length $record;
			$dir .= "\0" x (2048 - length($dir) % 2048)
			    if length($dir) % 2048 + length $record > 2048;
			$dir .= $record;
		}
		$dir .= "\0" x (2048 - length($dir) % 2048);
		seek $f, 2048 * $blocks, 0;
		print $f $dir;
		seek $f, 32768 + 158, 0;
		print $f pack "V N V N", $blocks, $blocks, length $dir, length $dir;
		seek $f, 32768 + 80, 0;
		print $f pack "V N", $blocks + length($dir) / 2048, 0;' "$1"
	truncate -s 4M many.iso
	walk many.iso
}
many_pieces 1024
has list "MANY | file read 2097152" "LIM_ISO_EXTENTS: a file of 1,024 extents is read"
many_pieces 1025
has list "MANY | file unread" "LIM_ISO_EXTENTS: one of 1,025 is not"
has list "it lies in too many pieces" "and that is told"

# --- discs that lie ---------------------------------------------------------------------
lie() { # NAME PERL: changes the directory record of LARGE in plain.iso
	cp plain.iso lie.iso
	perl -0777 -i -pe "$2" lie.iso
	timeout 20 "$lswalk" lie.iso >list 2>walk.err
	lie_status=$?
	[ $lie_status -le 1 ] && [ ! -s walk.err ]
	ok "$1: ends well"
}
root=$(od -An -tu4 -j$((32768 + 158)) -N4 plain.iso | tr -d ' ')
lie "a directory that contains itself" 's/(..)....(.{26}\x03DIR)/$1.pack("V",'"$root"').$2/se'
has list "DIR | directory unreadable" "a directory that contains itself is told"
has list "the file system has a loop" "and why"
has list "README.TXT | file read 6" "and the rest is read"
lie "an extent behind the end" 's/(..)....(.{26}\x05LARGE)/$1.pack("V",0x7FFFFFF0).$2/se'
lie "a size of 4 GiB" 's/(..)(.{8})....(.{18})(\x05LARGE)/$1.$2."\xFF\xFF\xFF\xFF".$3.$4/se'
lie "a record that is too short" 's/.(.{31}\x05LARGE)/\x05$1/s'
has list "README.TXT | file read 6" "a record that is too short costs its sector"
lie "a slash in a name" 's/README/REA\/ME/'
has list "its name holds a byte that no name can hold" "a slash separates nothing"
lie "a NUL in a name" 's/README/REA\0ME/'
has list "its name holds a byte that no name can hold" "a NUL ends nothing"

# --- a disc with a partition table, as images of installers are -----------------------------
mkdir small
echo hello >small/SMALL.TXT
fat part.img 1M 12 small
xorriso -as mkisofs -quiet -R -append_partition 2 0xef part.img -o hybrid.iso tree 2>/dev/null
hybrid() { # WHAT PREFIX
	walk hybrid.iso
	files | sed -n "s, $2/, ,p" >got
	cmp -s got wanted
	ok "$1: the disc is read"
	is "$(grep -c '/SMALL.TXT | file read 6' list)" 1 "$1: and its other partition"
}
hybrid "a partition over the disc" v1
printf '\000' | overwrite hybrid.iso 450
hybrid "a disc whose partition says it is empty" v2
tables=$(sed -n 's/^# tables \([0-9]*\), volumes \([0-9]*\), regions \([0-9]*\)/\1 + \2 + \3/p' list)
is "$(($tables))" "$(stat -c %s hybrid.iso)" "and every byte counts once"

# --- UDF beside ISO 9660 ------------------------------------------------------------------
iso bridge.iso tree -R -J -udf
walk bridge.iso
ok "a bridge disc: read"
has list "# v1 udf " "a bridge disc is read as UDF"
has list "also bears the mark of ISO 9660, which was not read" "and its other name is told"
files >got
cmp -s got wanted
ok "a bridge disc: all files, byte for byte"
cmp -s got wanted || diff got wanted | sed 's/^/# /' | head -n 20
is "$(grep -c 'files that' list)" 0 "a bridge disc: both agree"
has list "readme.txt | file read 6 0444 2001-02-03T04:05:06Z |" "UDF: a time with its zone"
cp bridge.iso differ.iso
perl -0777 -i -pe 's/(..)(....)(.{26}\x0CREADME\.TXT;1)/$1.pack("V",1+unpack("V",$2)).$3/sge' differ.iso
walk differ.iso
has list "files that only its ISO 9660 names show, and not its UDF names, which were not read: 1" "a file that UDF does not show"
has list "files that its UDF names show and its ISO 9660 names do not: 1" "a file that ISO 9660 does not show"
perl -e 'print "x" x 16' | overwrite bridge.iso $((256 * 2048))
size=$(stat -c %s bridge.iso)
perl -e 'print "x" x 16' | overwrite bridge.iso $((size - 2048))
perl -e 'print "x" x 16' | overwrite bridge.iso $((size - 2048 - 256 * 2048))
walk bridge.iso
has list "# v1 iso9660 (Rock Ridge)" "UDF without an anchor: read as ISO 9660"
has list "also bears the mark of UDF, which was not read" "and that is told"
done_testing
