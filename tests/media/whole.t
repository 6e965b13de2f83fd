#!/bin/sh
# SPDX-License-Identifier: ISC
# The medium as a whole: every byte belongs to something, what lies outside
# file systems is looked through, two tables are compared, bad sectors are
# named, a medium that lies about its size is known, and what was hashed before
# is hashed the same after.
. "$(dirname "$0")/lib.sh"

place() { # IMAGE SECTOR CONTENT
	dd if="$3" of="$1" bs=512 seek="$2" conv=notrunc status=none
}
adds_up() { # NAME: of `list`
	is "$(awk '/^# [0-9]* bytes, sector/ { all = $2 } /^# tables/ { gsub(",", ""); sum = $3 + $5 + $7 }
	    END { if (all > 0 && all == sum) print "ok"; else print all, sum }' list)" ok "$1: every byte is accounted for"
}
mkdir a b
echo one >a/one
echo two >b/two
fat fat.img 8M 12 a
ext ext.img 8M ext4 b

# --- regions -------------------------------------------------------------------------
blank mbr.img 40M
sfdisk -q mbr.img <<'T'
label: dos
start=2048, size=16384, type=6
start=20480, size=20480, type=83
start=43008, size=8192, type=27
T
place mbr.img 2048 fat.img
place mbr.img 20480 ext.img
walk mbr.img
adds_up "MBR"
has list "# tables 512, volumes 16777216, regions 25165312" "bytes of tables, volumes and regions"
has list "region unread 1048064 0000 -? | - | unpartitioned space at byte 512: all zero" "a gap of zeros"
has list "region unread 2097152 0000 -? | - | volume 2: space behind the end of its file system: all zero" "a volume smaller than its partition"
has list "the partition at byte 22020096 is one that systems hide: Windows recovery" "a hidden partition is named"
has list "region unread 15728640 0000 -? | - | unpartitioned space at byte 26214400: all zero" "what lies behind the last partition"
printf x | overwrite mbr.img 30000000
printf y | overwrite mbr.img 19922943
walk mbr.img
has list "unpartitioned space at byte 26214400: not empty: byte 30000000 of the medium is the first that is not zero" "and where it is not empty"
has list "volume 2: space behind the end of its file system: not empty: byte 19922943" "the last byte of the space behind a file system counts"
FAULTS=28000000-28000001 "$lswalk" mbr.img >list
has list "unpartitioned space at byte 26214400: not empty: byte 30000000" "a bad sector in front does not hide it"
FAULTS=31000000-31004096,35000000-35000001 "$lswalk" mbr.img >list
has list "unpartitioned space at byte 26214400: not empty: byte 30000000" "nor does one behind"
printf '\0' | overwrite mbr.img 30000000
FAULTS=31000000-31004096,35000000-35000001 "$lswalk" mbr.img >list
has list "unpartitioned space at byte 26214400: zero as far as it can be read: 12288 bytes, from byte 30998528 of the medium on, cannot" "what cannot be read is not called zero"
truncate -s 41943041 mbr.img
walk mbr.img
adds_up "a medium that is no multiple of its sectors"

# --- two tables ----------------------------------------------------------------------
blank gpt.img 40M
sfdisk -q gpt.img <<'T'
label: gpt
start=2048, size=16384, name="fat"
start=20480, size=16384
T
place gpt.img 2048 fat.img
place gpt.img 20480 ext.img
walk gpt.img
adds_up GPT
is "$(grep -c 'differ' list)" 0 "GPT: nothing to say against it"
mbr_entry() { # IMAGE NUMBER TYPE FIRST SECTORS
	perl -e 'print pack "C C3 C C3 V V", 0, 0, 2, 0, hex shift, 0, 0, 0, @ARGV' "$3" "$4" "$5" |
	    overwrite "$1" $((446 + 16 * $2))
}
cp gpt.img hybrid.img
mbr_entry hybrid.img 1 0c 2048 16384
walk hybrid.img
has list "table gpt, 2 volumes" "hybrid: the GPT is used"
is "$(grep -c 'differ' list)" 0 "hybrid: two views that agree"
adds_up "hybrid"
cp ext.img again.img
place hybrid.img 40960 again.img
mbr_entry hybrid.img 2 83 40960 16384
walk hybrid.img
has list "two partition tables differ: the MBR shows a partition of 8388608 bytes at byte 20971520 that the GPT does not show" "hybrid: a partition that only the MBR shows is told"
has list "v3/two | file read" "hybrid: and read"
adds_up "hybrid with a difference"
mbr_entry hybrid.img 3 0c 2050 16384
walk hybrid.img
has list "the partition at byte 1049600 overlaps another one" "hybrid: an overlap is told"
adds_up "hybrid with an overlap"

cp gpt.img larger.img
truncate -s 60M larger.img
walk larger.img
has list "the medium is larger than its partition table (GPT) says: the copy of the table lies at byte 41942528" "GPT on a larger medium"
is "$(grep -c 'damaged' list)" 0 "GPT on a larger medium: nothing is damaged"
adds_up "GPT on a larger medium"
cp gpt.img other.img
sfdisk -q --force --no-reread -N 2 other.img <<'T' >/dev/null 2>&1
start=20480, size=8192
T
# the copy of one medium behind the first table of another
tail -c 16896 other.img >tail
size=$(stat -c %s gpt.img)
overwrite gpt.img $((size - 16896)) <tail
walk gpt.img
has list "the two copies of the partition table (GPT) differ; the first one was used" "GPT: two copies that differ"
adds_up "GPT with two copies that differ"

# --- logical partitions ----------------------------------------------------------------
blank chain.img 40M
# in the order 60000, 30000: as tools leave it when one is made in a gap
link() { # SECTOR FIRST SECTORS NEXT: of the chain that begins at 20480
	perl -e 'my ($first, $n, $next) = @ARGV; print pack("C8 V V", 0, 0, 0, 0, 0x83, 0, 0, 0, $first, $n),
	    $next ? pack("C8 V V", 0, 0, 0, 0, 5, 0, 0, 0, $next, 1000) : "\0" x 16, "\0" x 32, "\x55\xAA"' "$2" "$3" "$4" |
	    overwrite chain.img $(($1 * 512 + 446))
}
mbr_entry chain.img 0 05 20480 61440
printf '\125\252' | overwrite chain.img 510
link 20480 39520 16384 9520
link 30000 2048 16384 0
place chain.img 60000 fat.img
place chain.img 32048 ext.img
walk chain.img
has list "v1/two | file read" "logical partitions out of order: the later one"
has list "v2/one | file read" "logical partitions out of order: the earlier one"
adds_up "logical partitions out of order"
link 30000 2048 16384 9520
walk chain.img
has list "the chain of logical partitions runs in a circle or has no end" "a circle is told"
has list "v2/one | file read" "and what is in it is read"
adds_up "a circle"
link 30000 2048 16384 9999999
walk chain.img
has list "the chain of logical partitions is damaged at byte" "a chain that leaves the medium is told"

# --- tables in tables ------------------------------------------------------------------
blank nested.img 20M
sfdisk -q nested.img <<'T'
label: dos
start=2048, size=32768, type=83
T
blank inner.img 16M
sfdisk -q inner.img <<'T'
label: dos
start=2048, size=16384, type=6
T
place inner.img 2048 fat.img
place nested.img 2048 inner.img
walk nested.img
has list "region unread 16777216 0000 -? | - | a partition at byte 1048576: a partition table of its own, which is not followed" "a table in a partition is told"
adds_up "nested tables"

# --- bad sectors -------------------------------------------------------------------------
mkdir many
seq 5 30000 >many/before
seq 1 20000 >many/numbers
seq 5 30000 >many/rest
fat bad.img 8M 12 many
at=$(perl -0777 -ne 'print index $_, "1\n2\n3\n4\n5\n"' bad.img)
FAULTS=$((at + 5000)) "$lswalk" bad.img >list
from=$(sed -n 's/^numbers .* bad at \([0-9]*\):.*/\1/p' list)
has list "bad at $from: bytes $from-$((from + 4095)) of 108,894 cannot be read" "a bad sector: the bytes are named"
is "$((from <= 5000 && from + 4096 > 5000))" 1 "and they are the right ones"
is "$(grep -c '^\(before\|rest\) | file read 168886 .* | [0-9a-f]\{16\} | $' list)" 2 "the next file goes on"
FAULTS=$((at + 5000)),$((at + 100000)) "$lswalk" bad.img >list
is "$(grep -c 'bytes [0-9]*-[0-9]* and [0-9]*-[0-9]* of 108,894 cannot be read' list)" 1 "two bad places are both named"
FAULTS=$at-$((at + 108894)) "$lswalk" bad.img >list
has list "and more behind them of 108,894 cannot be read" "a file that is bad from end to end is given up"
walk bad.img
files >wanted
FAULTS=$((at + 5000)) FAULTS_HEAL=4 "$lswalk" bad.img >list
files >got
cmp -s got wanted
ok "what can be read at the third try is read, byte for byte"

# --- a medium that lies about its size ----------------------------------------------------
mkdir lies
for i in 1 2 3 4 5 6; do
	head -c 400000 /dev/urandom >lies/file$i
done
blank stick.img 8M
sfdisk -q stick.img <<'T'
label: dos
start=2048, type=c
T
fat part.img 7M 12 lies
place stick.img 2048 part.img
walk stick.img
is "$(grep -c 'repeats itself\|may be smaller' list)" 0 "an honest stick is not accused"
cat stick.img stick.img stick.img stick.img >wraps.img
walk wraps.img
has list "the medium repeats itself every 8388608 bytes: it is smaller than the 33554432 bytes it says" "a stick that repeats itself is told"
adds_up "a stick that repeats itself"
cp stick.img zero.img
third=$(perl -e 'local $/; open F, "<", "lies/file3"; $f = <F>; open G, "<", "stick.img"; $g = <G>; print index $g, substr($f, 0, 4096)')
dd if=/dev/zero of=zero.img bs=4096 seek=$((third / 4096 + 1)) conv=notrunc status=none count=$(((8388608 - third) / 4096 - 1))
dd if=/dev/zero of=zero.img bs=1 seek="$third" conv=notrunc status=none count=8192
walk zero.img
has list "files, from byte $third of the medium on, hold nothing but one value" "a stick whose end reads as zero is told"
mkdir zeros
for i in 1 2 3 4 5 6; do
	head -c 400000 /dev/zero >zeros/file$i
done
fat zeros.img 8M 12 zeros
walk zeros.img
is "$(grep -c 'may be smaller' list)" 0 "a medium of nothing but zeros is not accused"

# --- digest ----------------------------------------------------------------------------------
digest() { "$lswalk" -d "$1" "$2"; }
is "$(digest none stick.img)" "none:" "no digest"
is "$(digest metadata stick.img)" "$(digest metadata stick.img)" "the digest of the structures is stable"
is "$(digest full stick.img | grep -c '^full:[0-9a-f]\{64\}$')" 1 "the digest of everything"
digest metadata stick.img >before
cp stick.img changed.img
for at in 0 440 1048577 8388607; do
	cp stick.img changed.img
	printf Q | overwrite changed.img $at
	[ "$(digest metadata changed.img)" != "$(cat before)" ]
	ok "byte $at is in the digest of the structures"
done
FAULTS=1048580 "$lswalk" -d metadata stick.img >bad
[ "$(cat bad)" != "$(cat before)" ] && grep -q '^metadata:' bad
ok "a structure that cannot be read is another digest, not a failure"

# --- what is left out ----------------------------------------------------------------------
mkdir -p out/in/deep
echo 1 >out/in/deep/x
echo 2 >out/in/y
echo 3 >out/z
ln out/in/y out/same
ext out.img 8M ext4 out
walk out.img
"$lswalk" -s 1 out.img >list
tail -n +2 list | grep -q '| file read'
ok "leaving out one item leaves the others"
n=0
for i in 1 2 3 4 5 6 7 8; do
	"$lswalk" -s $i out.img >list
	[ "$(sed -n 's/^in | directory.*/in/p' list)" ] || continue
	# all that lies in the folder has no digest, and the other name of y is read
	[ "$(grep -c '^in/.*| - |' list)" -ge 3 ] || continue
	is "$(grep '^in/y\|^in/deep/x' list | grep -c '| - |')" 2 "a folder that is left out is left out with all below"
	is "$(grep '^same' list | grep -c '| - |')" 0 "the other name of a file in it is read"
	n=1
	break
done
is "$n" 1 "a folder was left out"
done_testing
