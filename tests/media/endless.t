#!/bin/sh
# SPDX-License-Identifier: ISC
# What would be read for ever, or for days: a small image whose structures share
# what they lead to.  Counted in reads and bytes, for seconds depend on machines.
. "$(dirname "$0")/lib.sh"

asks() { # IMAGE: lists it; how often and for how much the medium was asked
	timeout 120 "$lswalk" -b "$1" >list 2>walk.err
	asks_status=$?
	sed 's/^/# /' walk.err | head -n 20
	set -- $(sed -n 's/^# asked \([0-9]*\) times for \([0-9]*\) bytes/\1 \2/p' list)
	times=${1:-999999999}
	bytes=${2:-999999999999}
	return $asks_status
}
under() { # NUMBER LIMIT NAME
	[ "$1" -le "$2" ]
	ok "$3"
	[ "$1" -le "$2" ] || echo "# $1, and $2 are allowed"
}

# --- UDF: lists of places that go on in themselves, and are those of every file -----------
mkdir many
for i in $(seq 40); do
	head -c 3000 /dev/zero >many/f$i
done
genisoimage -quiet -udf -o many.iso many 2>/dev/null
asks many.iso
honest=$bytes
perl -e '
	open my $f, "<:raw", "many.iso" or die;
	my $d = do { local $/; <$f> };
	my @crc = map { my $c = $_ << 8; $c = $c << 1 ^ ($c & 0x8000 ? 0x1021 : 0) for 1 .. 8; $c & 0xFFFF } 0 .. 255;
	my $fix = sub {
		my ($at, $n) = @_;
		my $c = 0;
		$c = ($c << 8 ^ $crc[$c >> 8 ^ $_]) & 0xFFFF for unpack "C*", substr $d, $at + 16, $n;
		substr($d, $at + 8, 4) = pack "v v", $c, $n;
		substr($d, $at + 4, 1) = "\0";
		my $sum = 0;
		$sum += $_ for unpack "C*", substr $d, $at, 16;
		substr($d, $at + 4, 1) = chr($sum & 255);
	};
	my ($start, @files);
	for my $b (0 .. length($d) / 2048 - 1) {
		my $tag = unpack "v", substr $d, 2048 * $b, 2;
		$start //= unpack "V", substr $d, 2048 * $b + 188, 4 if $tag == 5;
		push @files, 2048 * $b if $tag == 261 && ord(substr $d, 2048 * $b + 27, 1) == 5;
	}
	my $areas = sub { $_[0] + 176 + unpack "V", substr $d, $_[0] + 168, 4 };
	my $block = unpack "x4 V", substr $d, $areas->($files[0]), 8;
	my $list = pack("V V", 2048 | 1 << 30, 0) x 252 . pack "V V", 2048 | 3 << 30, $block;
	my $at = 2048 * ($start + $block);
	substr($d, $at, 24 + length $list) =
	    pack("v v C C v v v V", 258, 2, 0, 0, 1, 0, 0, $block) . pack("V V", 0, length $list) . $list;
	$fix->($at, 2032);
	for my $file (@files[1 .. $#files]) {
		substr($d, $areas->($file), 8) = pack "V V", 2048 | 3 << 30, $block;
		substr($d, $file + 172, 4) = pack "V", 8;
		$fix->($file, 0);
	}
	print $d;' >circle.iso
asks circle.iso
ok "UDF: lists that go on in themselves: ends well"
under "$bytes" $((honest + 20 * $(stat -c %s circle.iso))) "UDF: and the medium is not read again and again"
is "$(grep -c '^f[0-9]* | file unread 3000 ' list)" 39 "UDF: each such file is told"
has list "it, or all files together, lie in too many pieces" "LIM_NODE_TIMES: UDF: with the reason"

# --- ext: files that share the blocks which say where they lie ------------------------------
mkdir shared
for i in $(seq 200); do
	: >shared/copy$i
done
perl -e '
	open my $f, ">", "shared/large" or die;
	for (0 .. 599) { seek $f, $_ * 262144 + 65536, 0; print $f "x" }'
ext shared.img 6M ext2 shared
asks shared.img
ok "ext2: a file of 600 pieces far from each other"
honest=$bytes
for i in $(seq 200); do
	echo "copy_inode large copy$i"
done | debugfs -w -f - shared.img >/dev/null 2>&1
asks shared.img
ok "ext2: 200 files that share its blocks: ends well"
under "$bytes" $((honest + 10 * 6291456)) "ext2: and the medium is not read again and again"
grep -q '^copy[0-9]* | file unread ' list
ok "LIM_NODE_TIMES: ext2: files that are too much are told"

# --- a region that is dead from end to end --------------------------------------------------
fat dead.img 2M 12 many
truncate -s 256M dead.img
FAULTS=4194304-268435456 "$lswalk" -c dead.img >list
has list "and the last " "a dead region: what was not tried is told"
set -- $(sed -n 's/^# asked \([0-9]*\) times.*/\1/p' list)
under "${1:-999999999}" 400 "a dead region: reads that fail are given up"
done_testing
