#!/bin/sh
# SPDX-License-Identifier: ISC
# The demo medium is what it says, seen with tools that are not ours.
. "$(dirname "$0")/lib.sh"

image=$work/medium.img
ok "the medium is built without root, mount or loop device" \
    sh "$demo/make-medium" "$image" "$top/build/cache"
table=$(sfdisk -d "$image")
is "two partitions in a GPT" "$(printf '%s\n' "$table" | grep -cE '^label: gpt|type=')" 3
dd if="$image" of="$work/fat.img" bs=1M skip=1 count=64 status=none
dd if="$image" of="$work/ext.img" bs=1M skip=65 count=24 status=none
ok "the FAT volume is sound" fsck.vfat -n "$work/fat.img"
ok "the ext4 volume is sound" e2fsck -fn "$work/ext.img"
export MTOOLS_SKIP_CHECK=1
names=$(mdir -i "$work/fat.img" -/ -b :: | LC_ALL=C cat -v)
files=$(printf '%s\n' "$names" | grep -vc '/$')
like "about 200 files (FAT part)" "$files" '^1[5-9][0-9]$'
like "a long name holds escape sequences" "$names" '\^\[\[2J\^\[\[1;32mclean\^\[\[0m\.txt'
like "20 backspaces, then APPROVED" "$names" 'malware-sample\.exe(\^H){20}APPROVED'
like "U+202E in a long name" "$names" 'statement-M-bM-\^@M-.fdp\.exe'
mcopy -n -i "$work/fat.img" ::/office/report.pdf ::/office/invoice.com ::/office/budget.xlsx "$work/"
like "a program calls itself report.pdf" "$(file -b "$work/report.pdf")" '^ELF'
is "the EICAR file is the test file" "$(md5sum <"$work/invoice.com" | cut -d' ' -f1)" \
    44d88612fea8a8f36de82e1278abb02f
is "a spreadsheet" "$(file -b --mime-type "$work/budget.xlsx")" \
    application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
like "real wheels and packages" "$names" 'packages/pip-.*\.whl'
like "an empty directory" "$names" '/empty folder/$'
is "no file of this tree holds the test virus" \
    "$(grep -rlF "$(eicar)" Makefile README.md db scanners share src tests ui .ci)" ""

ext=$(debugfs -R 'ls -l names' "$work/ext.img" 2>/dev/null | LC_ALL=C cat -v)
dev=$(debugfs -R 'ls -l dev' "$work/ext.img" 2>/dev/null)
is "a name of 255 bytes" "$(printf '%s\n' "$ext" | grep -cE ' n{251}\.txt$')" 1
like "a leading dash" "$ext" ' -rf$'
like "a trailing space" "$ext" 'trailing space $'
like "a newline in a name" "$ext" 'two(\\x0a|\^J|\\n)lines\.txt|two$'
like "a device node" "$dev" '^ +[0-9]+ +20[0-7]{3} .* null'
like "a hard link" "$(debugfs -R 'stat bin/bt' "$work/ext.img" 2>/dev/null)" 'Links: 2'
like "a link that leaves the tree" "$(debugfs -R 'stat share/settings' "$work/ext.img" 2>/dev/null)" \
    'Fast link dest: "../../../etc/shadow"'
like "a dangling link" "$(debugfs -R 'stat lib/libmissing.so' "$work/ext.img" 2>/dev/null)" 'Type: symlink'
done_testing
