#!/bin/sh
# SPDX-License-Identifier: ISC
# sallyport-ports in a root folder of its own: what it hands to udev, when it
# says that this is old, and that a line of another form goes nowhere.  What
# the kernel then does: tests/vm.
. "$(dirname "$0")/lib.sh"

must env -u MAKEFLAGS make -s -o all TREE=release B="$B" DESTDIR="$work/i" prefix=/usr install
rules=$work/root/etc/udev/rules.d/57-sallyport-ports.rules
ports() {
	ROOT=$work/root sh "$work/i/usr/sbin/sallyport-ports" "$@"
}
mkdir -p "$SALLYPORT_HOME" "$work/root"
conf() { # PORTS
	printf 'site = "lab.test"; station = "K1"; ports = ( %s );\n' "$1" >"$SALLYPORT_HOME/station.conf"
}
conf '{ name = "left"; kind = "block"; path = "pci-0000:00:14.0-usb-0:1"; allow = (
    { vendor = "0781"; product = "5581"; serial = "4C53#+-.:=@_"; }, { serial = "7"; } ); },
    { name = "images"; kind = "image"; path = "x"; }'

refused "it wants to be told what" 2 'usage' ports
no "status before" ports status
ok "on" ports on
ok "status then" ports status
is "the file can be read by everybody" "$(stat -c %a "$rules")" 644
is "the port is in it" "$(grep -c '^ENV{ID_PATH}=="pci-0000:00:14.0-usb-0:1\(:\*\)\{0,1\}", ENV{SALLYPORT_PORT}="1"$' "$rules")" 2
like "udev can tell which lines it has" "$(cat "$rules")" '^ENV.SALLYPORT_PORTS.="[0-9a-f]{16}"$'
unlike "no disk is the machine's own or another's" "$(cat "$rules")" SALLYPORT_DISK
is "and its list" "$(grep -c 'SALLYPORT_LISTED}="1"$' "$rules")" 2
unlike "no line runs anything" "$(cat "$rules")" 'RUN|PROGRAM|OPTIONS|OWNER|MODE[:=]'
before=$(cat "$rules")
ok "twice is as once" ports on
is "nothing has changed" "$(cat "$rules")" "$before"

conf '{ name = "left"; kind = "block"; path = "pci-0000:00:14.0-usb-0:3"; }'
run ports status
is "status fails when station.conf says otherwise" "$status" 1
like "and says so" "$out" '^OLD .*sallyport-ports on'
ok "on again" ports on
unlike "the other socket is a port no more" "$(cat "$rules")" 'usb-0:1'

# --- a port for exports: its disks are written to, and nobody else's unit can ----------------------
unit=$work/root/etc/systemd/system/sallyportd.service.d/50-sallyport-export.conf
no "without one the unit stays as it is" test -e "$unit"
conf '{ name = "left"; kind = "block"; path = "pci-0000:00:14.0-usb-0:3"; },
    { name = "images"; kind = "image"; role = "export"; path = "x"; }'
ok "images are no disks" ports on
no "so it stays for them" test -e "$unit"
conf '{ name = "left"; kind = "block"; path = "pci-0000:00:14.0-usb-0:3"; },
    { name = "out"; kind = "block"; role = "export"; path = "pci-0000:00:14.0-usb-0:4"; }'
no "one for disks is news" ports status
run ports on
is "on with it" "$status" 0
like "it says what the unit may do then" "$out" '^put .*50-sallyport-export\.conf: sallyportd may write to disks in ports for exports$'
is "the unit is given that and no more" "$(grep -v '^#' "$unit")" '[Service]
DeviceAllow=block-sd rw
Environment=SALLYPORT_DISKS=write'
ok "status knows both" ports status
echo 'DeviceAllow=block-nvme rw' >>"$unit"
run ports status
is "another unit is found" "$status" 1
like "and named" "$out" '^OLD .*50-sallyport-export\.conf'
ok "on makes it again" ports on
ok "status then" ports status
conf '{ name = "left"; kind = "block"; path = "pci-0000:00:14.0-usb-0:3"; }'
no "the port for exports is gone" ports status
run ports on
like "the unit loses it" "$out" '^removed .*50-sallyport-export\.conf$'
no "so that it may not write" test -e "$unit"

mark=$(sed -n 's,^ENV{SALLYPORT_PORTS}="\(.*\)"$,\1,p' "$rules")
printf 'disks = [ "pci-0000:00:17.0-ata-1", "pci-0000:01:00.0-nvme-1" ];\n' >>"$SALLYPORT_HOME/station.conf"
no "disks of the machine are news, too" ports status
ok "on with them" ports on
is "both are the machine's own" "$(grep -c '^ENV{ID_PATH}=="[a-z0-9:.-]*", ENV{SALLYPORT_DISK}="own"$' "$rules")" 2
is "and every other is not" "$(grep -c '^ENV{SALLYPORT_DISK}="other"$' "$rules")" 1
unlike "udev will know that these are other lines" "$(cat "$rules")" "$mark"

conf '{ name = "left"; kind = "block"; path = "pci*"; }'
before=$(cat "$rules")
no "a station.conf that is wrong" ports on
is "changes nothing" "$(cat "$rules")" "$before"

# The program that prints them taken over: root's udevd would run what it says.
mv "$work/i/usr/sbin/sallyportd" "$work/i/usr/sbin/was"
for line in 'RUN+="/bin/sh"' 'ENV{SALLYPORT_PORTS}="1", RUN+="/bin/sh"' 'ENV{ID_PATH}=="x", RUN+="y", ENV{SALLYPORT_PORT}="1"' \
    'ENV{ID_PATH}=="a\", RUN+=\"b", ENV{SALLYPORT_PORT}="1"' 'IMPORT{program}="x"' '# a comment \' \
    'ENV{ID_PATH}=="*", ENV{SALLYPORT_PORT}="1"' 'ENV{ID_PATH}=="x*", ENV{SALLYPORT_DISK}="own"' \
    'ENV{SALLYPORT_DISK}="own"' 'ENV{SALLYPORT_PORTS}="$kernel"' 'DEVPATH=="*", RUN+="x"'; do
	printf '#!/bin/sh\nprintf "%%s\\n" '"'%s'"'\n' "$line" >"$work/i/usr/sbin/sallyportd"
	chmod 755 "$work/i/usr/sbin/sallyportd"
	refused "no rule: $line" 1 'no rule of ports' ports on
	is "and changes nothing" "$(cat "$rules")" "$before"
done

mv "$work/i/usr/sbin/was" "$work/i/usr/sbin/sallyportd"
conf '{ name = "out"; kind = "block"; role = "export"; path = "pci-0000:00:14.0-usb-0:4"; }'
ok "on for exports" ports on
ok "off" ports off
is "nothing is there after" "$(find "$work/root" -type f)" ""
ok "twice" ports off
ok "udev understands the rules" sh -c '! command -v udevadm >/dev/null || ! udevadm verify --help >/dev/null 2>&1 ||
    udevadm verify share/udev/*.rules'
done_testing
