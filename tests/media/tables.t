#!/bin/sh
# SPDX-License-Identifier: ISC
# Partitioned media: every volume is read, every other byte is told.
. "$(dirname "$0")/lib.sh"

mkdir a b
echo one >a/one
echo two >b/two
fat fat.img 8M 12 a
ext ext.img 8M ext4 b
place() { # IMAGE SECTOR CONTENT
	dd if="$3" of="$1" bs=512 seek="$2" conv=notrunc status=none
}

# --- GPT -----------------------------------------------------------------------------
blank gpt.img 40M
sfdisk -q gpt.img <<'T'
label: gpt
start=2048, size=16384, name="fat"
start=20480, size=16384
start=40960, size=8192
start=61440, size=8192
T
place gpt.img 2048 fat.img
place gpt.img 20480 ext.img
printf 'LUKS\272\276\0\002' | overwrite gpt.img $((40960 * 512))
walk gpt.img
ok "GPT: read"
has list "table gpt, 3 volumes" "GPT: two of its four partitions are file systems, one is encrypted"
has list "v1/one | file read 4" "GPT: the first volume's prefix"
has list "v2/two | file read 4" "GPT: the second volume's prefix"
has list ".region/v0-1 | region unread 1031168 0000 -? | - | unpartitioned space at byte 17408: all zero" "GPT: the gap before"
has list "region encrypted 4194304 0000 -? | - | a partition at byte 20971520: an encrypted volume (LUKS)" "GPT: an encrypted partition is named"
has list "region unread 4194304 0000 -? | - | a partition at byte 31457280: no file system recognised" "GPT: an unknown partition is told"
echo x | overwrite gpt.img 20000
walk gpt.img
has list "unpartitioned space at byte 17408: not empty" "GPT: bytes between partitions are told"
cp gpt.img broken.img
printf x | overwrite broken.img 520
walk broken.img
has list "table gpt (backup), 3 volumes" "GPT: the backup of a damaged table"
has list "the first partition table (GPT) is damaged; its copy at the end of the medium was used" "GPT: and the damage is told"
has list "v2/two | file read 4" "GPT: everything is there"
printf 'x' | overwrite broken.img $((40 * 1048576 - 512))
walk broken.img
has list "table mbr, 0 volumes" "GPT: both copies damaged: the protective MBR is all there is"
has list "both copies of the partition table (GPT) are damaged or missing" "GPT: and nothing is hidden"
size=$(stat -c %s gpt.img)
truncate -s 20M broken.img
cp gpt.img cut.img
truncate -s $((size / 2)) cut.img
walk cut.img
has list "reaches behind the end of the medium" "GPT: a cut image"
has list "v1/one | file read 4" "GPT: what is there is read"

# --- MBR with logical partitions -------------------------------------------------
blank mbr.img 40M
sfdisk -q mbr.img <<'T'
label: dos
start=2048, size=16384, type=6
start=20480, size=40000, type=5
start=22528, size=16384, type=83
start=40960, size=2048, type=82
T
place mbr.img 2048 fat.img
place mbr.img 22528 ext.img
printf SWAPSPACE2 | overwrite mbr.img $((40960 * 512 + 4086))
walk mbr.img
has list "table mbr, 2 volumes" "MBR: two volumes"
has list "v1/one | file read" "MBR: a primary partition"
has list "v2/two | file read" "MBR: a logical partition"
has list "swap space is not read" "MBR: swap space is named"
is "$(grep -c 'unpartitioned space' list)" 5 "MBR: the gaps around the chain are told"

# --- more than one claim ------------------------------------------------------------
cp fat.img both.img
printf '\123\357' | overwrite both.img 1080
walk both.img
has list "one | file read" "a volume that bears two marks is read as what opens"
has list "also bears the mark of ext2/3/4, which was not read" "and the other mark is told"
fat stick.img 8M 12 a
sfdisk -q --force --no-reread stick.img >/dev/null 2>&1 <<'T'
label: dos
start=4096, size=4096, type=83
T
walk stick.img
has list "besides its partitions the medium bears the mark of FAT" "a file system beside a partition table is told"

# --- space behind a file system --------------------------------------------------------
cp ext.img slack.img
truncate -s 12M slack.img
walk slack.img
has list "region unread 4194304 0000 -? | - | volume 1: space behind the end of its file system" "space behind a file system is told"

named() { # NAME OFFSET BYTES: a medium that bears nothing but this mark
	blank other.img 2M
	printf %b "$3" | overwrite other.img "$2"
	walk other.img
	has list "region unread 2097152 0000 -? | - | the medium at byte 0: $1 is not read" "$1 is named"
}
named btrfs 65600 _BHRfS_M
named XFS 0 XFSB
named LVM 512 LABELONE
named APFS 32 NXSB
named F2FS 1024 '\0020\0040\0365\0362'
named ReFS 3 'ReFS\0000\0000\0000\0000'
named squashfs 0 hsqs
named ZFS 131072 '\0014\0261\0272\0000\0000\0000\0000\0000'
named HFS 1024 BD
named "Linux RAID" 4096 '\0374\0116\0053\0251'
named "Linux RAID" $((2097152 - 65536)) '\0374\0116\0053\0251'
named "Linux RAID" $((2097152 - 8192)) '\0374\0116\0053\0251'
named "swap space" 4086 SWAPSPACE2
# What is read, but is not there behind its mark
for magic in 'ISO_9660 32769 CD001' 'UDF 32769 BEA01' 'HFS+ 1024 H+' 'NTFS 3 NTFS____'; do
	set -- $magic
	blank other.img 2M
	printf %s "$3" | tr _ ' ' | overwrite other.img "$2"
	walk other.img
	has list "region unreadable 2097152 0000 -? | - | the medium at byte 0: its $(echo "$1" | tr _ ' ') file system is damaged" "$1 that is damaged is told"
done
done_testing
