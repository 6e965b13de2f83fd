#!/bin/sh
# SPDX-License-Identifier: ISC
# A port for media refuses the rest: keyboard, telephone, network card, a stick
# that is a keyboard as well or two disks in one, a stick that is not on the
# port's list.  Nothing of them reaches a driver, all of them are shown and
# entered.  A new keyboard anywhere locks the screen.  Members of arrays and
# volume groups stay what they are: bytes.  So do a memory card and a disk that
# is not the machine's.  The slots of a card reader are media of their own.
. "$(dirname "$0")/lib.sh"

mkdir "$work/m" "$work/phone"
echo 'one file' >"$work/m/one.txt"
echo 'a photograph' >"$work/phone/photo.txt"
stick "$work/plain.img" "$work/m" 40

# A memory card, and a disk that somebody puts into the machine: both with a volume of btrfs,
# whose driver the kernel would load for it.
truncate -s 128M "$work/btrfs.img"
mkfs.btrfs -q "$work/btrfs.img" >/dev/null 2>&1 || fail "mkfs.btrfs makes a disk"
cp "$work/btrfs.img" "$work/card.img"
cp "$work/btrfs.img" "$work/nvme.img"

# The kernel lets in nothing by itself, from the first moment on.
kiosk --append "$kiosk_line usbcore.authorized_default=0" --card "$work/card.img"

drivers() { # PLACE: the drivers of what is plugged in there
	inside "for i in /sys/bus/usb/devices/*:*; do
		case \$(readlink -f \$i) in *$1*) [ ! -e \$i/driver ] || basename \$(readlink \$i/driver) ;; esac; done"
}
locked() { # NAME REGEX: the screen is locked, says why, and opens again
	shows "$1" '^ +LOCKED|LOCKED'
	shows "which says why" "$2"
	go 'Passphrase for otto +\[[ *]' x
	press BSpace
	enter "$(passphrase otto)"
	go '^ HOME' Enter
}
protected() { # TRANSFER: what is recorded of write protection
	as otto timeline "$1" --json | grep -o '"write_protect": *"[^"]*"'
}
refused_as() { # REGEX: something in no port is refused, and shown
	sallyport media --json | grep '"refused"' | grep -qE -- "$1"
}
refused_in() { # NAME PORT REGEX
	ok "$1 is refused" wait_for 15 media_says "$2" "$3"
}

# --- ports of this machine ------------------------------------------------------------------
# A stick that fits in all but its descriptors, one that fits, and one that does not.
inside "sed -i '/^ports/,/^);/d' /var/lib/sallyport/station.conf"
guest run 'cat >>/var/lib/sallyport/station.conf' >"$work/conf.out" <<END
ports = (
	{ name = "R1"; kind = "block"; path = "pci-0000:00:04.0-usb-0:1"; },
	{ name = "L1"; kind = "block"; path = "pci-0000:00:04.0-usb-0:2";
	  allow = (
		{ vendor = "46f4"; product = "0001"; serial = "LISTED"; },
		{ serial = "OTHER"; descriptors = "$(printf %064d 0)"; }
	  ); },
	{ name = "G1"; kind = "block"; path = "platform-dummy_hcd.0-usb-0:1"; }
);
disks = "pci-0000:00:01.0-ata-7";
END
run inside 'sallyport-ports status'
is "status says that station.conf has changed" "$status" 1
like "and what to do" "$out" 'OLD .*sallyport-ports on'
run inside 'sallyport-ports on'
is "not while the machine works with a disk that is not named" "$status" 1
like "which it names" "$out" '^/dev/vda \(pci-0000:00:08.0\)$'
is "and that is written to still" "$(inside 'blockdev --getro /dev/vda; touch /root/written && echo yes')" "0
yes"
like "status names it as well" "$(inside 'sallyport-ports status')" 'disk +pci-0000:00:08.0 vda in-use, not named'
doctor_says() { # REGEX
	sallyport doctor | grep -qE -- "$1"
}
ok "doctor has a row for the rules of the ports" wait_for 30 doctor_says '^[A-Z]+ +ports '
inside "sed -i 's/^disks.*/disks = \"pci-0000:00:08.0\";/' /var/lib/sallyport/station.conf"
run inside 'sallyport-ports on && sallyport-ports status'
is "udev is told of the ports" "$status" 0
like "the controllers wait for it" "$out" 'usb1 authorized_default 0 interface_authorized_default 0'
inside 'systemctl restart sallyport.target' >/dev/null
wait_for 30 sallyport status
needed "the sign-in is back" guest wait-screen 240 'Officer id  \['
sign_in otto
need '^ HOME'

ok "doctor knows that the rules hold" wait_for 30 doctor_says '^OK +ports +2 USB controllers wait'

# --- disks that are not on USB ---------------------------------------------------------------------
ok "a memory card that was there is refused" wait_for 15 refused_as '"it is a memory card and in no port'
is "udev did not look into it" "$(inside 'udevadm info /dev/mmcblk0' | grep ^E: | grep -E 'ID_FS|SYSTEMD_READY=1')" ""
is "it cannot be written to" "$(inside 'blockdev --getro /dev/mmcblk0; stat -c %a%G /dev/mmcblk0')" "1
440sallyport-media"
guest plug nvme "$work/nvme.img" pci=1 serial=THUNDER
ok "a disk that comes by PCI is refused" wait_for 15 refused_as 'not among the machine.s own disks'
entered "with what it says of itself" device.refused '"serial": *"THUNDER"'
is "udev did not look into it, either" "$(inside 'udevadm info /dev/nvme0n1' | grep ^E: | grep -E 'ID_FS|SYSTEMD_READY=1')" ""
is "nor can it be written to" "$(inside 'blockdev --getro /dev/nvme0n1')" 1
is "no driver of a file system came for it" "$(inside 'lsmod | grep ^btrfs')" ""
is "the machine's own disk is as it was" "$(inside 'blockdev --getro /dev/vda; touch /root/written && echo yes')" "0
yes"
guest unplug nvme

# --- one after the other ------------------------------------------------------------------------
guest attach keys usb-kbd port=1
refused_in "a keyboard in a port for media" R1 'it is no storage: it is a keyboard'
is "no driver has it" "$(drivers usb1/1-1)" ""
# QEMU gives the keys that are pressed to the newest keyboard: so it goes first.
shows "it locks the screen" 'LOCKED'
guest unplug keys
locked "and leaves it locked" 'keyboard'
guest attach phone usb-mtp port=1 rootdir="$work/phone"
refused_in "a telephone" R1 'a camera or telephone'
is "no driver has it" "$(drivers usb1/1-1)$(drivers usb2/2-1)" ""
shows "home says so at once" 'Refused in the port R1: it is no storage'
guest unplug phone
guest attach net usb-net port=1
refused_in "a network card" R1 'a modem or network card'
is "there is no interface but lo" "$(inside 'ls /sys/class/net')" lo
shows "home says so, too" 'Refused in the port R1: '
guest unplug net
guest attach hub usb-hub port=1
refused_in "a hub" R1 'it is a hub'
shows "home says that, too" 'Refused in the port R1: .*it is a hub'
entered "the entry has what the device says of itself" device.refused \
    "\"descriptors\":\"$(inside 'sha256sum </sys/bus/usb/devices/1-1/descriptors' | cut -c1-64)\""
guest unplug hub
recorded() { # WORDS
	record_of device.refused | grep -q "$1"
}
for what in 'it is a keyboard' 'a camera or telephone' 'a modem or network card' 'it is a hub'; do
	ok "the record has it: $what" wait_for 15 recorded "$what"
done

# --- a stick that types ---------------------------------------------------------------------------
guest put "$work/plain.img" /root/plain.img
guest run 'cat >/root/gadget' <<'END'
# gadget SERIAL FUNCTION...: something in the socket of the emulated controller
set -e
g=/sys/kernel/config/usb_gadget/g
mkdir -p $g/strings/0x409 $g/configs/c.1
echo 0x1d6b >$g/idVendor
echo 0x0104 >$g/idProduct
echo "$1" >$g/strings/0x409/serialnumber
echo Duck >$g/strings/0x409/product
shift
for f; do
	mkdir -p $g/functions/$f
	case $f in
	mass*) echo 1 >$g/functions/$f/lun.0/ro; echo /root/plain.img >$g/functions/$f/lun.0/file ;;
	hid*)
		echo 1 >$g/functions/$f/protocol
		echo 1 >$g/functions/$f/subclass
		echo 8 >$g/functions/$f/report_length
		printf '\005\001\011\006\241\001\005\007\031\340\051\347\025\000\045\001\165\001\225\010\201\002\225\001\165\010\201\003\225\005\165\001\005\010\031\001\051\005\221\002\225\001\165\003\221\003\225\006\165\010\025\000\045\145\005\007\031\000\051\145\201\000\300' >$g/functions/$f/report_desc
		;;
	esac
	ln -s $g/functions/$f $g/configs/c.1/
done
echo dummy_udc.0 >$g/UDC
END
guest run 'cat >/root/ungadget' <<'END'
g=/sys/kernel/config/usb_gadget/g
echo >$g/UDC
rm $g/configs/c.1/*.*
rmdir $g/functions/* $g/configs/c.1 $g/strings/0x409 $g
END
ok "the guest has a controller for such sticks" inside \
    'modprobe -a dummy_hcd libcomposite usb_f_mass_storage usb_f_hid && udevadm settle; mount -t configfs none /sys/kernel/config 2>/dev/null; ls /sys/class/udc | grep dummy'
inputs=$(inside 'ls /sys/class/input | grep -c ^input')
ok "a stick that is a keyboard as well is plugged in" inside 'sh /root/gadget DUCK hid.0 mass_storage.0'
refused_in "it" G1 'besides storage it is a keyboard'
is "no driver has any part of it" "$(drivers 'dummy_hcd.0/usb*/*-1/')" ""
is "and it gives no keys" "$(inside 'ls /sys/class/input | grep -c ^input')" "$inputs"
is "nor a disk" "$(inside 'ls /dev/sd* 2>/dev/null')" ""
locked "it locks the screen" 'keyboard'
entered "the entry names its interfaces" device.refused '"interfaces": *"030101 080650"'
entered "and its numbers" device.refused '"id": *"1d6b:0104"'
inside 'sh /root/ungadget'
ok "the same without the keyboard" inside 'sh /root/gadget PLAIN mass_storage.0'
ok "is let in" wait_for 15 media_says G1 '"ready"'
need '^ INTAKE port G1'
go '^ HOME' Escape
inside 'sh /root/ungadget'

# udev names each kind of interface once: only the kernel knows that there are two.
ok "two disks in one stick" inside 'sh /root/gadget TWIN mass_storage.0 mass_storage.1'
refused_in "the pair" G1 'it is 2 storage devices in one'
is "udev sees one kind" "$(inside 'udevadm info --query=property $(readlink -f /sys/devices/platform/dummy_hcd.0/usb*/*-1) | grep ID_USB_INT')" \
    "ID_USB_INTERFACES=:080650:"
is "no driver has either" "$(drivers 'dummy_hcd.0/usb*/*-1/')" ""
is "nor is there a disk" "$(inside 'ls /dev/sd* 2>/dev/null')" ""
inside 'sh /root/ungadget'

# --- a card reader with two slots -------------------------------------------------------------------
mkdir "$work/m2"
echo 'another card' >"$work/m2/two.txt"
stick "$work/slot2.img" "$work/m2" 40
guest reader slots "$work/plain.img" "$work/slot2.img"
both() {
	[ "$(sallyport media --json | grep '"R1"' | grep -c '"ready"')" -eq 2 ]
}
ok "both slots of a card reader are media" wait_for 15 both
as otto intake R1 --device --requester rita >"$work/out" 2>&1
like "the port alone does not say which" "$(cat "$work/out")" 'several media in this port'
second=$(sallyport media --json | grep '"R1"' | grep '"ready"' |
    sed -n 's,.*"name": *"\([^"]*scsi-0:0:0:1\)".*,/dev/disk/by-path/\1,p')
run as otto intake "$second" --device --requester rita
is "the second is read by its place" "$status" 0
transfer=$(printf '%s\n' "$out" | grep -o 'K1-[0-9]*' | head -n 1)
like "it is the second" "$(as otto items "$transfer" --json)" 'two\.txt'
like "it was write-protected by itself" "$(protected "$transfer")" '"hardware"'
is "the first was not read" "$(sallyport media --json | grep '"R1"' | grep -c '"ready"')" 1
guest unplug slots
need '^ HOME|^ INTAKE'
press Escape
need '^ HOME'

# --- a list ---------------------------------------------------------------------------------------
guest plug listed "$work/plain.img" port=2 serial=LISTED
ok "a stick on the list is let in" wait_for 15 media_says L1 '"ready"'
run as otto intake L1 --device --requester rita
is "and read" "$status" 0
transfer=$(printf '%s\n' "$out" | grep -o 'K1-[0-9]*' | head -n 1)
like "the kernel alone kept it from being written" "$(protected "$transfer")" '"kernel"'
guest unplug listed
guest plug stranger "$work/plain.img" port=2 serial=STRANGER
refused_in "one that is not" L1 'this medium is not on the list of port L1; take it out'
is "it has no disk" "$(inside 'ls /dev/sd* 2>/dev/null')" ""
guest unplug stranger
guest plug other "$work/plain.img" port=2 serial=OTHER
refused_in "one with the serial of one that is" L1 'describes itself otherwise'
as otto intake L1 --device --requester rita >"$work/out" 2>&1
like "and nothing is read from it" "$(cat "$work/out")" 'not on the list of port L1'
guest unplug other
need '^ HOME|^ INTAKE'
press Escape
need '^ HOME'

# --- a keyboard of the station's own ------------------------------------------------------------------
guest attach own usb-kbd port=4
locked "a keyboard in no port locks the screen" 'A keyboard or mouse was plugged in'
press m
shows "who unlocks may read which it was" 'a keyboard was plugged in, and the screen locked: QEMU'
press Escape
entered "is an entry" device.keyboard '"a keyboard"'
is "and works" "$(inside 'ls /sys/class/input | grep -c ^input')" $((inputs + 1))
guest unplug own
guest attach own usb-mouse port=4
shows "a mouse, too" 'LOCKED'
enter "$(passphrase otto)"
go '^ HOME' Enter
guest unplug own
keyboards() {
	record_of device.keyboard | wc -l
}
becomes "each was one entry" 2 keyboards

# --- members of arrays and volume groups ----------------------------------------------------------------
guest run -t 600 'cd /root && truncate -s 24M lvm.img && truncate -s 24M md.img &&
    modprobe -a loop dm_mod raid1 && l=$(losetup -f --show lvm.img) && m=$(losetup -f --show md.img) &&
    pvcreate -q $l && vgcreate -q strange $l && lvcreate -q -an -Zn -Wn -l 100%FREE -n volume strange &&
    mdadm --create /dev/md9 --run --level=1 --force --raid-devices=1 --metadata=1.2 $m; mdadm --stop /dev/md9;
    vgchange -an strange; losetup -d $l; losetup -d $m; sync; udevadm settle
    for i in 1 2 3 4 5; do # udev may have put it together again in between
	grep -q ^md /proc/mdstat || break
	mdadm --stop /dev/md*; losetup -D; udevadm settle
    done' >"$work/members" 2>&1 </dev/null
needed "the images of members are there" guest get /root/lvm.img "$work/lvm.img"
needed "both" guest get /root/md.img "$work/md.img"
ok "one has a volume group" grep -q 'LVM2 001' "$work/lvm.img"
ok "one is a member of an array" sh -c "od -An -tx4 -j4096 -N4 '$work/md.img' | grep -q a92b4efc"
is "nothing is active" "$(inside 'dmsetup ls; grep ^md /proc/mdstat')" "No devices found"
for member in lvm md; do
	guest plug $member "$work/$member.img" port=1 serial=$member
	ok "a $member member is let in" wait_for 15 media_says R1 '"ready"'
	inside 'udevadm settle; sleep 2'
	is "and not activated: $member" "$(inside 'dmsetup ls; grep ^md /proc/mdstat; ls /dev/strange 2>/dev/null')" \
	    "No devices found"
	is "nobody looked what it is: $member" "$(inside 'udevadm info /dev/sda' | grep -E '^E: (ID_FS_|LVM_|MD_)')" ""
	guest unplug $member
	need '^ HOME|^ INTAKE'
	press Escape
	need '^ HOME'
done
# The same on a disk of the machine: what would have happened.
inside 'cd /root && losetup -f --show lvm.img; udevadm settle' >/dev/null
activated() {
	inside 'dmsetup ls' | grep -q strange
}
ok "elsewhere udev activates it" wait_for 20 activated

# --- without the rules ------------------------------------------------------------------------------
ok "the ports are forgotten" inside 'sallyport-ports off'
ok "the stick that types is plugged in once more" inside 'sh /root/gadget DUCK2 hid.0 mass_storage.0'
ok "the station refuses it all the same" wait_for 15 media_says G1 'DUCK2'
locked "and locks the screen" 'keyboard'
inside 'sh /root/ungadget'
ok "the record verifies" verifies
is "no program was killed by its sandbox" \
    "$(inside 'journalctl -b -q -o cat --no-pager' | grep -E 'type=1326|code=killed, status=31')" ""
done_testing
