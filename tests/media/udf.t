#!/bin/sh
# SPDX-License-Identifier: ISC
# UDF written like a disk.  No tool fills one without a driver: the images were
# made by mkudffs (blocks of 512 and 4096 bytes; 2048 with a sparing table, as a
# rewritable disc) and filled by Linux 6.1, with the tree that is made here.
. "$(dirname "$0")/lib.sh"

mkdir -p tree/sub/deep/er
echo hello >tree/readme.txt
: >tree/zero
echo long >"tree/A rather long name with several words in it.text"
seq 1 30000 >tree/sub/deep/er/large
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	seq $i $((i * 70)) >tree/sub/numbers-$i.txt
done
echo same >tree/first
echo same >tree/sub/second
truncate -s 200001 tree/sparse
sums tree >wanted

for block in 512 2048 4096; do
	gunzip -c "$media/fixtures/udf-$block.img.gz" >udf.img
	walk udf.img
	ok "blocks of $block: read without a complaint"
	has list "# v1 udf " "blocks of $block: recognised"
	has list '"A LABEL"' "blocks of $block: its label"
	is "$(grep -c ' region ' list)" 0 "blocks of $block: nothing to remark"
	files >got
	grep -v '\\' got >got.plain
	cmp -s got.plain wanted
	ok "blocks of $block: all files, byte for byte"
	cmp -s got.plain wanted || diff got.plain wanted | sed 's/^/# /' | head -n 20
	has list 'a\x09b | file read 4' "blocks of $block: a tab in a name"
	has list '\x1B[2J | file read 4' "blocks of $block: an escape sequence"
	has list '\u{E4}\u{20AC} | file read 4 0644 2024-02-29T12:34:5' "blocks of $block: characters of 16 bits; a time"
	has list 'first | file read 5 0751' "blocks of $block: mode bits"
	is "$(grep -c '^first.* same |\|^sub/second.* same |' list)" 1 "blocks of $block: of two hard links one is read"
	has list 'sub/inside | link read 13 0777' "blocks of $block: a symbolic link"
	has list ' -> ../readme.txt |' "blocks of $block: its target"
	has list ' -> /etc/passwd |' "blocks of $block: a target outside"
	has list 'fifo | fifo unread' "blocks of $block: a fifo"
	has list 'empty | directory read 0 0755' "blocks of $block: an empty directory"
	is "$(grep -c gone list)" 0 "blocks of $block: what was deleted is no item"

	# The anchor at block 256 is gone: there are others
	perl -e 'print "x" x 16' | overwrite udf.img $((256 * block))
	walk udf.img
	has list "# v1 udf " "blocks of $block: without its first anchor"

	# A damaged entry costs its file: the sums of the descriptor tell
	gunzip -c "$media/fixtures/udf-$block.img.gz" >udf.img
	perl -e '
		open my $f, "+<:raw", "udf.img" or die;
		local $/;
		my $image = <$f>;
		my $at = index $image, "hello\n";
		die "no file" if $at < 0;
		$at -= $at % $ARGV[0];
		seek $f, $at + 200, 0;
		print $f "damage";' "$block"
	walk udf.img
	has list "readme.txt | other unreadable 0" "blocks of $block: a damaged entry costs its file"
	has list "sub/deep/er/large | file read 168894" "blocks of $block: and no other"

	head -c $(($(stat -c %s udf.img) / 3)) udf.img >cut.img
	walk cut.img
	[ $walk_status -le 1 ] && [ ! -s walk.err ]
	ok "blocks of $block: cut to a third"
	files | grep -v '\\' >got
	is "$(grep -cvxFf wanted got)" 0 "blocks of $block: whatever is read of it is right"
done

# --- a metadata partition, a virtual allocation table: made by udf.pl ------------------
# No tool at hand writes either; mkudffs makes neither.
made() { # KIND [LIE]
	perl "$media/udf.pl" "$1" made.img ${2:+"$2"} || return 1
	timeout 20 "$lswalk" made.img >list 2>walk.err
	made_status=$?
	[ $made_status -le 1 ] && [ ! -s walk.err ]
}
printf 'inside\n' | sha256sum | cut -c1-16 >inside
seq 1 3000 | sha256sum | cut -c1-16 >large
echo hello | sha256sum | cut -c1-16 >hello
for kind in metadata vat200 vat150; do
	made $kind
	ok "$kind: read without a complaint"
	has list '# v1 udf 1048576 "A LABEL"' "$kind: recognised"
	has list "readme.txt | file read 6 0555 2024-02-29T12:34:56Z | $(cat hello) | " "$kind: the file as it was last written"
	has list "sub/large | file read 13893 0555 2024-02-29T12:34:56Z | $(cat large) | " "$kind: a file behind the first piece"
	has list "sub/inside | file read 7 0555 2024-02-29T12:34:56Z | $(cat inside) | " "$kind: a file in its entry"
	is "$(grep -c ' region ' list)" 0 "$kind: nothing to remark"
	made $kind size
	ok "$kind: a size of -1: ends well"
	has list "readme.txt | file unreadable" "$kind: a size of -1 costs one file"
	has list "sub/inside | file read 7" "$kind: and no other"
	made $kind self
	has list "sub | directory unreadable" "$kind: a directory that contains itself is told"
	has list "the file system has a loop" "$kind: and why"
	made $kind huge-dir
	ok "$kind: a directory that claims 2^32 names: ends well"
	has list "region unreadable 0 0000 -? | - | the top directory of volume 1: nearly all of it is holes" "$kind: a directory that claims 2^32 names: that is told"
	made $kind slash
	is "$(sed -n 's/^a.xC0.xAFb | file \([a-z]*\).*/\1/p' list)" unreadable "$kind: a slash separates nothing"
	made $kind nul
	is "$(sed -n 's/^a.xC0.x80b | file \([a-z]*\).*/\1/p' list)" unreadable "$kind: a NUL ends nothing"
	made $kind long
	has list "$(perl -e 'print "x" x 254') | file read 7" "$kind: the longest name"
	made $kind twice
	is "$(grep -c '^readme.txt | file read [67] ' list)" 2 "$kind: two files of one name are two items"
	made $kind circle
	ok "$kind: a list of extents that goes on in itself: ends well"
	has list "readme.txt | file un" "$kind: it costs one file"
	made $kind many-maps
	ok "$kind: 2^32 partitions claimed: ends well"
	has list "its UDF file system is damaged" "$kind: and that is told"
	made $kind no-table
	has list "its UDF file system is damaged" "$kind: without its table it is damaged, not empty"
done
made metadata mirror
has list "sub/large | file read 13893" "metadata: the mirror of a damaged table"
done_testing
