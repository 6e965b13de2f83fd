#!/bin/sh
# SPDX-License-Identifier: ISC
# Media that are wrong, hostile or restless: no driver of the kernel looks at
# them, what is refused says why, and the station stays as it is.  R17: the same
# stick again, after a cancel and after a removal.
. "$(dirname "$0")/lib.sh"

mkdir "$work/m"
echo 'one file' >"$work/m/one.txt"
stick "$work/plain.img" "$work/m" 40
truncate -s 256M "$work/btrfs.img"
mkfs.btrfs -q "$work/btrfs.img" >/dev/null 2>&1 || fail "mkfs.btrfs makes a stick"
truncate -s 8M "$work/empty.img"
# Twelve partitions, logical ones among them, each with a small volume.
truncate -s 64M "$work/twelve.img"
{
	echo 'label: gpt'
	for n in 1 2 3 4 5 6 7 8 9 10 11 12; do echo 'size=4M'; done
} | sfdisk -q "$work/twelve.img"
for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
	truncate -s 4M "$work/part"
	mkfs.vfat -n "PART$n" "$work/part" >/dev/null 2>&1
	echo "in part $n" >"$work/in.txt"
	mcopy -i "$work/part" "$work/in.txt" ::
	dd if="$work/part" of="$work/twelve.img" bs=1M seek=$((1 + 4 * (n - 1))) conv=notrunc status=none
	rm "$work/part"
done
# A label and a maker's name that would clear a terminal.
escape=$(printf '\033[2J\033]0;x')
cp "$work/plain.img" "$work/label.img"
perl -e 'open my $f, "+<", $ARGV[0]; read $f, my $b, 8 << 20; my $n = $b =~ s/STICK      /\e[2J\e[31mAB/g;
    seek $f, 0, 0; print $f $b; exit($n < 2)' "$work/label.img" || fail "the label is in the boot sector and the root folder"
images=$(cat "$work"/*.img | sha256sum)

kiosk
needed "the desk is at work" wait_for 60 inside 'pidof sallyport-desk'
desk=$(inside 'pidof sallyport-desk')
is_there() {
	inside 'udevadm wait -t 150 /dev/sda && udevadm settle'
}
is_gone() {
	inside 'udevadm wait -t 150 --removed /dev/sda && udevadm settle'
}
pull() { # NAME
	guest unplug "$1"
	is_gone
}
plain() { # NAME: nothing but printable ASCII is on the screen
	is "$1" "$(screen | LC_ALL=C grep -n '[^ -~]')" ""
}

# --- no driver looks at it -----------------------------------------------------------------
before=$(inside 'lsmod | sort | cut -d" " -f1; cat /proc/filesystems')
guest plug btrfs "$work/btrfs.img" port=1 serial=B1
ok "a btrfs stick is announced" is_there
is "and no driver of the kernel is loaded for it" "$(inside 'lsmod | sort | cut -d" " -f1; cat /proc/filesystems' |
    grep -E 'btrfs|ext[23]|vfat|raid')" "$(printf '%s\n' "$before" | grep -E 'btrfs|ext[23]|vfat|raid')"
is "udev asked nobody what is on it" "$(inside 'udevadm info /dev/sda' | grep -E 'ID_FS_|ID_PART_')" ""
is "nothing is mounted" "$(inside 'grep -c /dev/sd /proc/mounts')" 0
ok "it is in its port" wait_for 10 media_says R1 '"ready"'
pull btrfs

# --- what is refused ---------------------------------------------------------------------------
guest plug out "$work/plain.img" port=2 serial=OUT1
ok "a stick in the port for exports is announced" is_there
came() {
	journal 30 | grep -q 'OUT: a medium of [0-9]* bytes came'
}
ok "and waits to be written to" wait_for 10 came
run as otto intake /dev/disk/by-path/pci-0000:00:04.0-usb-0:2:1.0-scsi-0:0:0:0 --device --requester rita
is "nothing is read from it" "$status" 1
like "which says what to do" "$out$err" 'this port is for exports, and nothing is read from it'
pull out
guest plug stray "$work/plain.img" port=3 serial=X3
ok "a stick in no port is announced" is_there
ok "and refused" wait_for 10 media_tells 'it is in no port of the station'
pull stray
guest attach keys usb-kbd port=1
ok "a keyboard in the port for media is refused" wait_for 10 media_says R1 'a keyboard'
guest unplug keys
guest plug hub "$work/plain.img" port=1 vendor="$escape" product="$escape" serial=E5
ok "a maker's name of escape sequences is announced" is_there
sign_in otto
need '^ HOME'
shows "it is listed" '^[> ] +R1 '
plain "and shown escaped"
pull hub
plain "also when it has gone"
guest plug label "$work/label.img" port=1 serial=L1
shows "a stick with a label of escape sequences opens the form" '^ INTAKE port R1'
plain "which shows none of it"
begin_reading '^ PROGRESS K1-000001'
need 'review is ready'
go '^ REVIEW K1-000001' Enter
plain "nor does the review"
shows "the label is there, escaped" 'x1B\[2J'
press Escape Escape
pull label

# --- a stick without a file system, and one with twelve volumes -----------------------------------
guest plug empty "$work/empty.img" port=1 serial=N1
shows "a stick without a file system opens the form" '^ INTAKE port R1'
begin_reading '^ PROGRESS K1-000002'
need 'review is ready|Fault|Blocked'
go '^ REVIEW K1-000002' Enter
shows "what is on it is one region that nobody read" '1 items?|1 files?|unread|outside'
press Escape Escape
pull empty
guest plug twelve "$work/twelve.img" port=1 serial=T12
shows "a stick with twelve partitions opens the form" '^ INTAKE port R1'
begin_reading '^ PROGRESS K1-000003'
need 'review is ready'
run as otto items K1-000003 --json
is "a file of each of its volumes was read" "$(printf '%s\n' "$out" | grep -c 'in.txt')" 12
press Escape
pull twelve

# --- R17: the same stick again ----------------------------------------------------------------------
need '^ HOME'
guest plug same "$work/plain.img" port=1 serial=SAME
need '^ INTAKE port R1'
go '^ HOME' Escape
shows "R17: after a cancel the stick is still there" '^[> ] +R1 +.*ready'
go '^ INTAKE port R1' i
pass "R17: and its form opens again"
press Escape
pull same
need '^ HOME'
guest plug same "$work/plain.img" port=1 serial=SAME
shows "R17: the second insertion opens the form" '^ INTAKE port R1'
begin_reading '^ PROGRESS K1-000004'
shows "R17: and it is read" 'review is ready'
go '^ HOME' Escape
pull same
sign_out

# --- restless sticks -------------------------------------------------------------------------------
# Fifty insertions, half of them pulled before anybody has looked at them.
began=$(date +%s)
n=0
while [ $n -lt 50 ]; do
	n=$((n + 1))
	guest plug restless "$work/plain.img" port=1 serial=R$n
	case $n in
	*[02468]) is_there ;;
	*) sleep 0.$((n * 7 % 10)) ;;
	esac >/dev/null
	guest unplug restless
done
diag "fifty insertions in $(($(date +%s) - began)) s"
ok "after fifty insertions nothing is in the port" is_gone
none_ready() {
	! media_says R1 '"ready"'
}
ok "for the station neither" wait_for 10 none_ready
is "the desk is the same process" "$(inside 'pidof sallyport-desk')" "$desk"
guest plug last "$work/plain.img" port=1 serial=LAST
ok "the next stick is ready" wait_for 10 media_says R1 '"ready"'
# Pulled while it is read, at random moments.
n=0
while [ $n -lt 5 ]; do
	n=$((n + 1))
	wait_for 10 media_says R1 '"ready"'
	inside "runuser -u sallyport-officer -- true"
	source=$(source_of R1)
	as otto intake "$source" --device --requester rita --no-wait >"$work/out" 2>&1
	sleep 0.$((n * 3 % 10))
	guest unplug last
	is_gone
	guest plug last "$work/plain.img" port=1 serial=LAST
done
is "the desk is still the same process" "$(inside 'pidof sallyport-desk')" "$desk"
ok "the record verifies" verifies
guest unplug last
is "R8: no stick was written" "$(cat "$work"/*.img | sha256sum)" "$images"
done_testing
