#!/bin/sh
# SPDX-License-Identifier: ISC
# Every file system: what was put in is what comes out.
. "$(dirname "$0")/lib.sh"

tree tree
sums tree >wanted
mkdir top
cp tree/readme.txt tree/zero tree/A* tree/sub/deep/er/large tree/sub/deep/one-more top
sums top >wanted.top

check() { # IMAGE KIND LABEL WANTED
	walk "$1.img"
	ok "$1: read without a complaint"
	has list "# v1 $2 " "$1: recognised as $2"
	has list "\"$3\"" "$1: its label"
	files >got
	cmp -s got "$4"
	ok "$1: all files, byte for byte"
	cmp -s got "$4" || diff got "$4" | sed 's/^/# /'
	is "$(grep -c unread list)" "$(grep -c '0 unreadable;' list)" "$1: nothing unread"
}
fat fat12.img 4M 12 tree && check fat12 fat12 "A LABEL" wanted
fat fat16.img 20M 16 tree && check fat16 fat16 "A LABEL" wanted
fat fat32.img 40M 32 tree && check fat32 fat32 "A LABEL" wanted
exfat exfat.img 16M tree && check exfat exfat "a label" wanted
fsck.exfat -n exfat.img >/dev/null 2>&1
ok "exfat: the image builder makes sound images"
ntfs ntfs.img 8M top && check ntfs ntfs "a label" wanted.top
for type in ext2 ext3 ext4; do
	ext $type.img 16M $type tree && check $type $type "a label" wanted
done

walk fat32.img
has list 'empty | directory read 0 0000' "an empty directory is an item"
has list 'sub/deep/er | directory read' "directories below others are items"
is "$(awk -F ' [|] ' '$1 == "readme.txt" { print $2 }' list | grep -c 'Z?$')" 1 "FAT times have no zone"
walk exfat.img
has list 'readme.txt | file read 6 0000 2024-02-29T12:34:28Z? |' "exFAT times without a zone stay as written"

# --- ext: what only it can hold ----------------------------------------------------
mkdir -p links/dir
echo same >links/first
ln links/first links/dir/second
ln -s ../first links/dir/inside
ln -s /etc/passwd links/outside
ln -s "$(printf 'a\033[31mb\nc^')" links/hostile
ln -s "$(printf 'long/%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20)" links/long
mkfifo links/fifo
chmod 6755 links/first
ext links.img 4M ext4 links
debugfs -w -R 'mknod device c 1 3' links.img >/dev/null 2>&1
debugfs -w -R 'mknod disk b 7 0' links.img >/dev/null 2>&1
walk links.img
is "$(grep -c '^dir/second.* same |\|^first.* same |' list)" 1 "of two hard links one is read"
has list 'first | file read 5 6755' "mode bits are kept"
has list 'dir/inside | link read 8 0777' "a link inside"
has list ' -> ../first |' "its target"
has list 'hostile | link read 10 0777' "a hostile target has its length"
has list ' -> a\x1B[31mb\x0Ac^ |' "and its bytes: no control byte became a caret"
has list ' -> long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/long/ |' \
    "a target in a block of its own"
has list 'fifo | fifo unread' "a fifo"
has list 'device | char unread' "a character device"
has list 'disk | block unread' "a block device"

# --- sparse and fragmented --------------------------------------------------------
mkdir sparse
truncate -s 5G sparse/large
printf Z | dd of=sparse/large bs=1 seek=5368709119 conv=notrunc status=none
for type in ext2 ext4; do
	ext sparse-$type.img 16M $type sparse
	B_SPARSE=$("$lswalk" -t sparse-$type.img | sed -n 's/.*read 1 files, \([0-9]*\) bytes, 0 bad/\1/p')
	is "$B_SPARSE" 5368709120 "$type: a sparse file of 5 GiB is read to its end"
done
blank holes.img 16M
mke2fs -q -t ext4 holes.img
# LIM_SPARSE_BYTES: 64 GiB of holes are read (not here: it takes a minute), more are not
truncate -s 65G sparse/large
ext holes.img 16M ext4 sparse
walk holes.img
has list 'large | file unread 69793218560 0644' "LIM_SPARSE_BYTES: 65 GiB of holes are not read"
truncate -s 68719476736 sparse/large
ext holes.img 16M ext4 sparse
timeout 1 "$lswalk" holes.img >list 2>/dev/null
is "$?" 124 "LIM_SPARSE_BYTES: 64 GiB of holes are"

# A directory of more than 340 pieces: two leaves of extents (libtsk refuses those).
mkdir -p pieces/d
(cd pieces/d && seq -f 'a-name-that-takes-a-good-deal-of-room-in-its-directory-so-that-blocks-fill-up-%05.0f' 1 4500 | xargs touch)
blank pieces.img 40M
mke2fs -q -t ext4 -b 1024 -N 6000 -d pieces pieces.img
walk pieces.img
is "$(grep -c '^d/a-name' list)" 4500 "ext4: a directory whose extents fill more than one leaf"

# --- NTFS: named streams are items of their own -----------------------------------------
ntfscp -q -N Zone.Identifier ntfs.img tree/readme.txt /readme.txt
printf large | cat - tree/sub/deep/er/large >stream
ntfscp -q -N "$(printf 'a\033[2Jb^')" ntfs.img stream /zero
ntfscp -q -N second ntfs.img tree/sub/numbers-1.txt /zero
walk ntfs.img
readme=$(sed -n 's/^readme.txt |.*| \([0-9a-f]\{16\}\) .*/\1/p' list)
has list 'readme.txt:Zone.Identifier | file read 6' "NTFS: a named stream is an item"
is "$(sed -n 's/^readme.txt:Zone.Identifier .*| \([0-9a-f]\{16\}\) .*/\1/p' list)" "$readme" "NTFS: and its bytes are read"
has list 'zero:a\x1B[2Jb^ | file read 1288900' "NTFS: a large stream; its name as stored"
is "$(sed -n 's/^zero:a.*| \([0-9a-f]\{16\}\) .*/\1/p' list)" "$(sha256sum stream | cut -c1-16)" "NTFS: byte for byte"
has list 'zero:second | file read ' "NTFS: a second stream of the same file"
has list 'zero | file read 0' "NTFS: the file itself stays empty"
is "$(grep -c '\$MFT\|\$Boot\|lost+found' list)" 0 "NTFS: the file system's own files are no items"
done_testing
