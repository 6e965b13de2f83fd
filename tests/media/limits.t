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

# LIM_DIR_BYTES: a directory of 1 GiB, zeros behind its names (sectors of padding)
mkdir one
echo hello >one/HELLO.TXT
genisoimage -quiet -o one.iso one
padded() { # BYTES: of the top directory
	cp one.iso padded.iso
	perl -e '
		my $n = shift;
		open my $f, "+<:raw", "padded.iso" or die;
		my $image = do { local $/; <$f> };
		my $blocks = length($image) / 2048;
		my $top = substr $image, 2048 * unpack("V", substr $image, 32768 + 158, 4), 2048;
		my $put = sub { seek $f, 32768 + $_[0], 0; print $f pack "V N", $_[1], $_[1] };
		$put->(158, $blocks);
		$put->(166, $n);
		$put->(80, $blocks + $n / 2048 + 1);
		seek $f, 2048 * $blocks, 0;
		print $f $top;
		truncate $f, 2048 * $blocks + $n + 4096;' "$1"
	walk padded.iso
	has list "HELLO.TXT | file read 6" "LIM_DIR_BYTES: a directory of $1 bytes: its names are read"
}
padded 1073741824
is "$(grep -c 'impossibly large' list)" 0 "LIM_DIR_BYTES: 1 GiB is read to its end"
padded 1073743872
has list "region unreadable 0 0000 -? | - | the top directory of volume 1: it is impossibly large" "LIM_DIR_BYTES: more is told"
rm padded.iso

# LIM_HFS_NODES: a catalog with as many, all but a few of them not in use
xorriso -as mkisofs -quiet -hfsplus -o hfs.iso one 2>/dev/null
perl -e '
	undef $/;
	open my $f, "<:raw", "hfs.iso" or die;
	my $d = <$f>;
	for my $k (1 .. 16) {
		my ($mark, $start, $blocks, $type) = unpack "a2 x6 N N x32 Z32", substr $d, 512 * $k, 80;
		next unless $mark eq "PM" && $type eq "Apple_HFS";
		print substr $d, 512 * $start, 512 * $blocks;
		exit;
	}' >hfs.img
nodes() { # COUNT
	cp hfs.img nodes.img
	perl -e '
		my $n = shift;
		open my $f, "+<:raw", "nodes.img" or die;
		my $d = do { local $/; <$f> };
		my ($block, $all) = unpack "N N", substr $d, 1064, 8;
		my ($first, $has) = unpack "N N", substr $d, 1024 + 288, 8;
		my $node = unpack "n", substr $d, $block * $first + 32, 2;
		my $more = $n * $node / $block - $has;
		seek $f, 1068, 0;
		print $f pack "N", $all + $more;
		seek $f, 1024 + 272, 0;
		print $f pack "Q> N N N4", $n * $node, 0, $has + $more, $first, $has, $all, $more;
		truncate $f, $block * ($all + $more);' "$1"
	"$lswalk" -b nodes.img >list
}
nodes 16777216
has list "HELLO.TXT | file read 6" "LIM_HFS_NODES: a catalog of 16,777,216 nodes is read"
nodes 16777217
has list "its HFS+ file system has a catalog that is too large" "LIM_HFS_NODES: a larger one is told"
rm nodes.img
done_testing
