#!/bin/sh
# SPDX-License-Identifier: ISC
# HFS+: filled by xorriso, which lays one out on its discs.
. "$(dirname "$0")/lib.sh"

hfs() { # IMAGE DIR: the HFS+ volume of a disc with both
	xorriso -as mkisofs -quiet -hfsplus -V "A LABEL" -o hfs.iso "$2" 2>/dev/null &&
	    perl -e '
		open my $f, "<:raw", $ARGV[0] or die;
		for my $k (1 .. 16) {
			seek $f, 512 * $k, 0;
			read $f, my $entry, 512;
			my ($mark, $start, $blocks, $type) = unpack "a2 x6 N N x32 Z32", $entry;
			next unless $mark eq "PM" && $type eq "Apple_HFS";
			seek $f, 512 * $start, 0;
			read $f, my $volume, 512 * $blocks;
			open my $g, ">:raw", $ARGV[1] or die;
			print $g $volume;
			exit;
		}
		exit 1' hfs.iso "$1"
}

tree tree
sums tree >wanted
hfs hfs.img tree
ok "xorriso makes an HFS+ volume"
walk hfs.img
ok "read without a complaint"
has list "# v1 hfs+ " "recognised as HFS+"
has list '"A LABEL"' "its label"
is "$(grep -c ' region ' list)" 0 "nothing to remark"
files >got
cmp -s got wanted
ok "all files, byte for byte"
cmp -s got wanted || diff got wanted | sed 's/^/# /' | head -n 20
has list "empty | directory read 0 0755" "an empty directory is an item"

mkdir -p odd/sub
printf x >"odd/colon:is a slash"
printf x >"odd/$(printf '\033[2J')"
printf x >"odd/new
line"
printf x >"odd/caret^"
printf x >"odd/$(printf '\303\244\342\202\254\360\237\230\200')"
printf x >"odd/$(perl -e 'print "n" x 240')"
ln -s ../readme.txt odd/sub/link
ln -s /etc/passwd odd/outside
chmod 640 "odd/caret^"
touch -d '2001-02-03 04:05:06 UTC' "odd/caret^"
hfs odd.img odd
walk odd.img
has list 'colon:is a slash | file read 1' "what a Mac stores as a slash is a colon"
has list '\x1B[2J | file read 1' "an escape sequence"
has list 'new\x0Aline | file read 1' "a line end in a name"
has list 'caret^ | file read 1 0640 2001-02-03T04:05:06Z |' "a caret is a caret; mode and time"
is "$(grep -c ' file read 1 ' list)" 6 "six files of one byte"
has list "$(perl -e 'print "n" x 240') | file read 1" "240 characters"
has list 'sub/link | link read 13 0777' "a symbolic link"
has list ' -> ../readme.txt |' "its target"
has list ' -> /etc/passwd |' "a target outside"

# A thousand names: a catalog of several levels
mkdir many
(cd many && seq -f 'a name that takes some room in its directory %04.0f' 1 3000 | while read -r f; do : >"$f"; done)
hfs many.img many
walk many.img
is "$(grep -c '^a name that takes' list)" 3000 "a directory of 3,000 names"

# A catalog that lies
lie() { # NAME PERL
	cp odd.img lie.img
	perl -0777 -i -pe "$2" lie.img
	timeout 20 "$lswalk" lie.img >list 2>walk.err
	lie_status=$?
	[ $lie_status -le 1 ] && [ ! -s walk.err ]
	ok "$1: ends well"
}
lie "a NUL in a name" 's/\0c\0a\0r\0e\0t/\0c\0a\0\0\0e\0t/'
has list "its name holds a byte that no name can hold" "a NUL in a name is told"
lie "a stored colon" 's/\0c\0a\0r\0e\0t/\0c\0a\0:\0e\0t/'
has list "its name holds a byte that no name can hold" "a stored colon is told"
for seed in 1 2 3 4 5 6 7 8; do
	cp many.img lie.img
	perl -e '
		srand shift;
		open my $f, "+<:raw", "lie.img" or die;
		my $size = -s $f;
		for (1 .. 40) {
			seek $f, int rand($size), 0;
			print $f chr int rand 256;
		}' "$seed"
	timeout 20 "$lswalk" lie.img >list 2>walk.err
	lie_status=$?
	[ $lie_status -le 1 ] && [ ! -s walk.err ]
	ok "forty changed bytes, seed $seed: ends well"
	sed 's/^/# /' walk.err | head -n 20
done

# --- a catalog whose nodes lead in circles, or not in order -----------------------------------
# tree.pl CODE: perl on $_, the image, with node(N) where a node of the catalog is
cat >tree.pl <<'P'
undef $/;
open my $f, '<:raw', 'many.img' or die;
$_ = <$f>;
my $block = unpack 'N', substr $_, 1064, 4;
our $at = $block * unpack 'N', substr $_, 1024 + 288, 4;
our ($root, $leaves, $first, $last, $size) = unpack 'N N N N n', substr $_, $at + 16, 18;
sub node { $at + $size * shift }
sub record { my ($n, $i) = @_; node($n) + unpack 'n', substr $_, node($n) + $size - 2 * ($i + 1), 2 }
sub child { my $r = record(@_); $r + 2 + unpack 'n', substr $_, $r, 2 }
our $next = unpack 'N', substr $_, node($first), 4;
die "no leaf follows" unless $next && ord(substr $_, node($root) + 8, 1) == 0;
eval "$ARGV[0]; 1" or die $@;
open my $g, '>:raw', 'lie.img' or die;
print $g $_;
P
catalog() { # NAME CODE
	perl tree.pl "$2"
	timeout 20 "$lswalk" -b lie.img >list 2>walk.err
	lie_status=$?
	[ $lie_status -le 1 ] && [ ! -s walk.err ]
	ok "$1: ends well"
	sed 's/^/# /' walk.err | head -n 20
}
damaged() { # NAME: not followed
	has list "its HFS+ file system has a damaged catalog" "$1: it is told"
	lie_bytes=$(sed -n 's/^# asked [0-9]* times for \([0-9]*\) bytes/\1/p' list)
	[ "${lie_bytes:-999999999}" -le $((4 * $(stat -c %s lie.img))) ]
	ok "$1: the medium is not read again and again"
}
catalog "leaves that follow each other" 'substr($_, node($last), 4) = pack "N", $first'
damaged "leaves that follow each other"
catalog "a leaf that follows itself" 'substr($_, node($first), 4) = pack "N", $first'
damaged "a leaf that follows itself"
catalog "a leaf that goes on in the root" 'substr($_, node($last), 4) = pack "N", $root'
damaged "a leaf that goes on in the root"
catalog "a root that is its own child" 'substr($_, child($root, 1), 4) = pack "N", $root'
damaged "a root that is its own child"
catalog "two records that lead to one node" 'substr($_, child($root, 1), 4) = substr $_, child($root, 0), 4'
damaged "two records that lead to one node"
catalog "a node behind the last one" 'substr($_, child($root, 1), 4) = pack "N", 1 << 20'
damaged "a node behind the last one"
catalog "2^32-1 nodes claimed" 'substr($_, $at + 36, 4) = "\xFF" x 4; substr($_, node($last), 4) = pack "N", $first'
damaged "2^32-1 nodes claimed"
# names that nobody would find
catalog "a leaf that is passed over" 'substr($_, node($first), 4) = substr $_, node($next), 4'
has list "volume 1: its catalog is not in order: names may be missing" "a leaf that is passed over is told"
catalog "a leaf out of order" 'my $r = record($first, 5); substr($_, $r + 2, 4) = pack "N", 999999'
has list "volume 1: its catalog is not in order: names may be missing" "a leaf out of order is told"
grep -q 'its list of names is damaged' list
ok "a leaf out of order: and where"
# what overflows goes on in a tree of its own: the same circle
perl -e '
	undef $/;
	open my $f, "<:raw", "many.img" or die;
	$_ = <$f>;
	my $block = unpack "N", substr $_, 1064, 4;
	my ($start, $blocks) = unpack "N N", substr $_, 1024 + 208, 8;
	die "no extents file" unless $blocks;
	my $at = $block * $start;
	my $size = unpack "n", substr $_, $at + 32, 2;
	substr($_, $at + 16, 4) = pack "N", 1;
	substr($_, $at + 36, 4) = "\xFF" x 4;
	my $node = pack("N N C C n n", 1, 1, 255, 1, 1, 0) . pack("n C C N N", 10, 0, 0, 1, 0) . "\0" x 64;
	substr($_, $at + $size, length $node) = $node;
	substr($_, $at + 2 * $size - 4, 4) = pack "n n", 90, 14;
	print' >lie.img
timeout 20 "$lswalk" lie.img >list 2>walk.err
has list "its HFS+ file system has a damaged catalog" "a list of extents that follows itself is told"

# --- files that the file system compressed: no tool but a Mac writes them -------------------
# The flag in the record of the file; its bytes are in an attribute then, and the fork is empty.
mkdir packed
echo hello >packed/plain.txt
echo packed >packed/squeezed.txt
hfs packed.img packed
perl -0777 -i -pe '
	my $name = pack "n*", map ord, split //, "squeezed.txt";
	s/(\Q$name\E\0\x02.{39}).(.{46}).{8}/$1 . "\x20" . $2 . "\0" x 8/se or die "no record"' packed.img
walk packed.img
ok "a compressed file: the volume is read"
has list "squeezed.txt | file unread 0 " "a compressed file is an item that was not read"
has list "| - | the file system compressed it, which is not read" "and it says why"
has list "plain.txt | file read 6" "and the others are read"
is "$(grep -c 'squeezed' list)" 1 "and nothing of it passes for its contents"
done_testing
