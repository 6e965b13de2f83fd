#!/bin/sh
# SPDX-License-Identifier: ISC
# sallyport-kiosk in a root folder of its own: on, off, status; and the keymap
# that is made out of a site's.  What a console then does: tests/vm.
. "$(dirname "$0")/lib.sh"

must env -u MAKEFLAGS make -s -o all TREE=release B="$B" DESTDIR="$work/i" prefix=/usr install
kiosk() {
	ROOT=$work/root sh "$work/i/usr/sbin/sallyport-kiosk" "$@"
}
there() {
	(cd "$work/root" && find . ! -type d | LC_ALL=C sort)
}
files=$(grep -vc '^#' share/kiosk/files)
mkdir -p "$work/root/etc/systemd/system"

refused "it wants to be told what" 2 'usage' kiosk
no "status of a machine that is no kiosk" kiosk status
is "nothing is there before" "$(there)" ""
ok "on" kiosk on
is "everything in the list is there" "$(there | wc -l)" "$files"
on=$(there)
ok "status of a kiosk" kiosk status
run kiosk on
is "twice is as once" "$status$out$(there)" "0$on"
is "units are masked" "$(readlink "$work/root/etc/systemd/system/ctrl-alt-del.target")" /dev/null
is "all that is put can be read by everybody, and scripts run" "$(find "$work/root" -type f ! -perm 644 -printf '%m %P\n')" \
    "755 etc/initramfs-tools/hooks/sallyport"

rm "$work/root/etc/systemd/system/debug-shell.service"
echo 'kernel.sysrq = 1' >"$work/root/etc/sysctl.d/90-sallyport-kiosk.conf"
run kiosk status
is "status fails when something is off" "$status" 1
like "and names a mask that is gone" "$out" '^OFF .*debug-shell\.service'
like "and a file that was changed" "$out" '^OFF .*sysctl'
: >"$work/root/etc/systemd/system/debug-shell.service"
run kiosk on
like "a unit of the site's own is left alone" "$out" '^left .*debug-shell\.service'
like "a file of the kiosk's is as it should be again" "$(cat "$work/root/etc/sysctl.d/90-sallyport-kiosk.conf")" '^kernel\.sysrq = 0'
ok "off" kiosk off
is "nothing but the site's own is there after" "$(there)" ./etc/systemd/system/debug-shell.service

# --- encrypted disks ---------------------------------------------------------------------
echo '# <target name> <source device> <key file> <options>' >"$work/root/etc/crypttab"
rm "$work/root/etc/systemd/system/debug-shell.service"
ok "on, with no volume in crypttab" kiosk on
is "nobody is asked for passphrases" "$(readlink "$work/root/etc/systemd/system/systemd-ask-password-console.path")" /dev/null
echo 'data UUID=0 none luks' >>"$work/root/etc/crypttab"
run kiosk on
like "with a volume the question for its passphrase is left alone" "$out" '^left .*ask-password-console\.path'
is "and what was masked before is not" "$(there | grep ask-password)" ""
run kiosk status
is "which is as it should be" "$status$(printf '%s\n' "$out" | grep '^OFF')" 0
ok "off again" kiosk off
rm "$work/root/etc/crypttab"
unlike "no console is named to the kernel: a passphrase is asked for on the last one" "$(grep -v '^#' share/kiosk/grub.cfg)" 'console=[a-z]'

# --- what could not be done --------------------------------------------------------------
rm -r "$work/root/etc/sysctl.d"
: >"$work/root/etc/sysctl.d"
run kiosk on
is "a file that cannot be put makes it fail" "$status" 1
like "and is named" "$err" 'sysctl\.d/90-sallyport-kiosk\.conf could not be written'
is "all others are there" "$(there | grep -c kiosk.conf)" 4
rm "$work/root/etc/sysctl.d"
ok "which are gone after off" kiosk off

# --- on a machine that runs: its own /etc, /proc and /boot, and programs that say what they are asked
live=$work/i/usr/sbin/live
sed "s,^root=.*,root=$work/machine,; s,/run/systemd/system ,$work ,; s,/proc/,$work/proc/,g; s,/boot/,$work/boot/,g;
    s,/lib/systemd/systemd-sysctl,systemd-sysctl," share/kiosk/sallyport-kiosk >"$live"
mkdir -p "$work/machine" "$work/proc/sys/kernel" "$work/boot/grub" "$work/asked.d"
for program in systemctl systemd-sysctl update-initramfs update-grub; do
	cat >"$work/asked.d/$program" <<'END'
#!/bin/sh
echo "${0##*/} $*" >>"$ASKED"
case "${0##*/} $*" in
"systemctl is-active"*) cat "$ASKED.active" ;;
"$FAILS"*) exit 1 ;;
esac
END
	chmod 755 "$work/asked.d/$program"
done
machine() {
	: >"$work/asked"
	PATH=$work/asked.d:$PATH ASKED=$work/asked FAILS=${fails:-none} sh "$live" "$@"
}
words=$(sed -n 's/^GRUB_CMDLINE_LINUX_DEFAULT="[^ ]* \(.*\)"$/\1/p' share/kiosk/grub.cfg)
echo 'menuentry Debian' >"$work/boot/grub/grub.cfg"
echo "BOOT_IMAGE=/vmlinuz ro $words" >"$work/proc/cmdline"
printf '1\t4\t1\t7\n' >"$work/proc/sys/kernel/printk"
echo 0 >"$work/proc/sys/kernel/sysrq"
echo active >"$work/asked.active"
everything='systemctl daemon-reexec
systemctl restart systemd-journald
systemctl try-restart systemd-logind
systemd-sysctl 90-sallyport-kiosk.conf
update-initramfs -u -k all
update-grub '
run machine on
is "on has everything read anew" "$status $(cat "$work/asked")" "0 $everything"
like "and misses the password of the boot loader" "$out" '^WARNING .*superusers'
run machine on
is "also when every file was there" "$status $(cat "$work/asked")" "0 $everything"
fails=update-initramfs
run machine on
is "an initramfs that cannot be made is a failure, and the rest is done" "$status $(cat "$work/asked")" "1 $everything"
like "which is named" "$err" 'failed: update-initramfs'
fails=
ok "status of a kiosk that holds" machine status
echo 'set superusers="admin"' >>"$work/boot/grub/grub.cfg"
run machine status
unlike "a password is no warning" "$out" WARNING
state() { # NAME FILE TEXT REGEX
	cp "$2" "$work/saved"
	printf '%s\n' "$3" >"$2"
	run machine status
	is "status fails: $1" "$status" 1
	like "and says what: $1" "$out" "^OFF .*$4"
	cp "$work/saved" "$2"
}
state "another command line" "$work/proc/cmdline" "ro quiet" 'without panic=10'
state "SysRq" "$work/proc/sys/kernel/sysrq" 438 'sysrq is 438'
state "kernel messages" "$work/proc/sys/kernel/printk" "7	4	1	7" 'printk is 7'
state "a console that was not locked" "$work/asked.active" failed 'sallyport-console\.service is failed'
run machine off
is "off lets go of the screens before the console stops" "$status $(head -n 2 "$work/asked")" \
    "0 systemctl daemon-reload
systemctl -q stop sallyport-console.service"
is "and leaves nothing" "$(cd "$work/machine" && find . ! -type d)" ""

# --- the initramfs ------------------------------------------------------------------------
modules=$work/initramfs/usr/lib/modules/6.1.0-1-amd64/kernel/drivers
for module in usb/storage/usb-storage usb/storage/uas usb/storage/ums-realtek usb/host/xhci-hcd scsi/sr_mod scsi/sd_mod; do
	mkdir -p "$modules/${module%/*}"
	: >"$modules/$module.ko"
done
is "the hook asks for no other before it" "$(sh share/kiosk/initramfs prereqs)" ""
ok "the hook works" env DESTDIR="$work/initramfs" sh share/kiosk/initramfs
is "no driver for media is left, every other is" "$(cd "$modules" && find . -type f | LC_ALL=C sort | tr '\n' ' ')" \
    "./scsi/sd_mod.ko ./usb/host/xhci-hcd.ko "
is "nor can one be loaded" "$(cat "$work/initramfs/etc/modprobe.d/"*)" "install usb_storage /bin/true
install uas /bin/true
install sr_mod /bin/true"
unlike "its name is one that initramfs-tools runs" "$(awk '$1 == "initramfs" { print $2 }' share/kiosk/files)" '\.'
like "the screens open on no console that was not locked" "$(cat share/kiosk/screens.conf)" '^Requires=sallyport-console\.service'
like "and what was done to it is taken back also when it was not all" "$(cat share/kiosk/console.service)" '^ExecStopPost=.*loadkeys'

# Every name in the list is a file of the folder or a mask, and every file is in the list.
is "the list and the folder agree" \
    "$(awk '!/^#/ && $1 != "null" { print $1 }' share/kiosk/files | LC_ALL=C sort)" \
    "$(ls share/kiosk | grep -vxE 'files|sallyport-kiosk' | LC_ALL=C sort)"
is "systemd's own configuration has no word it does not know" \
    "$(cat share/kiosk/logind.conf share/kiosk/journald.conf share/kiosk/system.conf | grep -vE '^(#.*|\[(Login|Journal|Manager)\]|[A-Za-z]+=[a-z0-9]+)$')" ""

# --- the keymap ------------------------------------------------------------------------------
# As dumpkeys --separate-lines prints it: names padded with blanks.
tab=$(printf '\t')
cat >"$work/all" <<END
keymaps 0-15
plain${tab}keycode  16 = +q
plain${tab}keycode  59 = F1
${tab}alt${tab}keycode  59 = Console_1
${tab}altgr${tab}keycode  59 = Console_13
${tab}control${tab}alt${tab}keycode 111 = Boot
plain${tab}keycode  70 = Scroll_Lock
${tab}shift${tab}keycode  70 = Show_Memory
${tab}control${tab}keycode  70 = Show_State
${tab}altgr${tab}keycode  70 = Show_Registers
${tab}shift${tab}keycode 104 = Scroll_Backward
${tab}alt${tab}keycode 105 = Decr_Console
${tab}alt${tab}keycode 106 = Incr_Console
${tab}alt${tab}keycode 103 = KeyboardSignal
${tab}alt${tab}keycode  99 = Last_Console
${tab}control${tab}alt${tab}keycode 119 = SAK
${tab}control${tab}keycode  52 = Compose
${tab}control${tab}keycode  46 = Control_c
plain${tab}keycode  58 = Caps_Lock
plain${tab}keycode 105 = Left
string F1 = "\033[[A"
string Console_like = "= Boot"
END
sed -i 's/= \([A-Z][A-Za-z_0-9]*\)$/= \1          /' "$work/all"
sed -f share/kiosk/keymap.sed "$work/all" >"$work/site"
is "the keys that go" "$(sed 's/.*= //; s/ *$//' "$work/site" | LC_ALL=C sort | tr '\n' ' ')" \
    "Boot Compose Console_1 Console_13 Decr_Console Incr_Console KeyboardSignal Last_Console SAK Scroll_Backward Scroll_Lock Show_Memory Show_Registers Show_State "
sed 's/=.*/= VoidSymbol/' "$work/site" >"$work/kiosk"
ok "loadkeys understands what replaces them" sh -c "loadkeys --mktable $work/kiosk >$work/table"
ok "loadkeys understands what comes back" sh -c "loadkeys --mktable $work/site >$work/table"
like "the service does the same" "$(cat share/kiosk/console.service)" 's/=\.\*/= VoidSymbol/'
done_testing
