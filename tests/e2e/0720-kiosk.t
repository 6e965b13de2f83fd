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
is "all that is put can be read by everybody" "$(find "$work/root" -type f ! -perm 644)" ""

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
