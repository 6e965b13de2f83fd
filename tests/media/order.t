#!/bin/sh
# SPDX-License-Identifier: ISC
# Contents are read in the order in which they lie on the medium: a trace of
# every read of the reader's code (tests/bench/reading -r).  Between "begin" and
# "end" of an item are its contents; what is read outside of that is metadata.
. "$(dirname "$0")/lib.sh"
reading=$B/tests/bench/reading

# trace IMAGE [OPTIONS]: into the file `trace`
trace() {
	trace_image=$1
	shift
	"$reading" -r "$@" "$trace_image" >trace 2>told
}
# How many files were read; how many began in front of the one before; how many reads of
# contents did; how many items were read before one that was listed before them.
count() {
	awk '$1 == "begin" { on = 1; first = 1; unsorted += $2 < id; id = $2 }
	    $1 == "end" { on = 0 }
	    $1 == "read" && on {
		if (first) { files++; starts += $2 < start; start = $2; first = 0 }
		reads += $2 < last
		last = $2
	    }
	    END { print files + 0, starts + 0, reads + 0, (unsorted > 0) + 0 }' trace
}
in_order() { # NAME: no read of contents goes back
	count >counted
	read -r files starts reads unsorted <counted
	[ "$files" -gt 3 ] && [ "$starts $reads" = "0 0" ]
	ok "$1"
	[ "$starts $reads" = "0 0" ] || sed 's/^/# /' counted
}

tree tree
mkdir top
cp tree/readme.txt tree/A* tree/sub/deep/er/large tree/sub/deep/one-more tree/sub/numbers-*.txt top
mkdir -p tree/b tree/a
for i in 9 3 7 1; do
	seq $i 3000 >tree/a/$i
	seq $i 4000 >tree/b/$i
done
# A file that lies far behind the place of its name: the place of one that was deleted.
fat fat32.img 40M 32 tree
mdel -i fat32.img ::readme.txt
mcopy -i fat32.img -Q tree/sub/deep/er/large ::late
trace fat32.img
in_order "FAT32: reads of contents never go back"
is "$unsorted" 1 "FAT32: though it was listed in another order"
exfat exfat.img 16M tree
trace exfat.img
in_order "exFAT: reads of contents never go back"
ntfs ntfs.img 8M top
trace ntfs.img
in_order "NTFS: reads of contents never go back"
ext ext4.img 32M ext4 tree
trace ext4.img
in_order "ext4: reads of contents never go back"
genisoimage -quiet -R -J -o iso.img tree 2>/dev/null
trace iso.img
in_order "ISO 9660: reads of contents never go back"
genisoimage -quiet -udf -o udf.img tree 2>/dev/null
trace udf.img
in_order "UDF: reads of contents never go back"

# --- through an encrypted volume -----------------------------------------------------------
printf 'a passphrase' >pass
blank luks.img 29M
cryptsetup -q luksFormat --batch-mode --type luks2 --sector-size 512 --pbkdf pbkdf2 \
    --pbkdf-force-iterations 1000 --key-file pass luks.img 2>err || sed 's/^/# /' err
"$B/tests/media/unlock_drive" -p "a passphrase" luks.img luks >said
at=$(sed -n 's/.*"offset":\([0-9]*\).*/\1/p' said)
truncate -s $((at + 33554432)) luks.img
"$media/encrypted.py" xts "$(sed -n 's/^key //p' said)" 512 "$at" ext4.img luks.img
"$B/tests/media/unlock_drive" -p "a passphrase" luks.img luks >said
trace luks.img -l "$(sed -n 's/^opened //p' said)" -k "$(sed -n 's/^key //p' said)"
in_order "LUKS2 with ext4: reads of contents never go back"
is "$(awk -v at="$at" '$1 == "begin" { on = 1 } $1 == "end" { on = 0 } $1 == "read" && on && $2 < at' trace | wc -l)" 0 \
    "and all of them are in the data of the volume"
done_testing
