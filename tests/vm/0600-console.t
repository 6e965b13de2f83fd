#!/bin/sh
# SPDX-License-Identifier: ISC
# The console of a kiosk: keys that leave it, print the kernel's state or reset
# the machine do nothing; so do the control keys of a terminal; what the system
# has to say does not get onto the screen.
. "$(dirname "$0")/lib.sh"

kiosk
boot=$(inside 'cat /proc/sys/kernel/random/boot_id')
guard=$(service_pid sallyport-screens)
is "tty1 is the console" "$(inside 'cat /sys/class/tty/tty0/active')" tty1
sign_in otto
need '^ HOME'

# As it was: the same boot, the same process, tty1 in front, the same screen.
# What a key would have done it has done when the next key has got through.
gets_to() { # SCREEN KEY: by the key, which is thrown away when it comes while a screen opens
	has "^ $1" && return
	press "$2"
	guest wait-screen 5 "^ $1" >"$work/help"
}
same() { # NAME KEYS...
	same_name=$1
	shift
	guest key "$@"
	still
	wait_for 15 gets_to HELP '?' || {
		fail "$same_name" "the next key does not get through" "$(cat "$work/help")"
		return
	}
	wait_for 15 gets_to HOME Escape
	is "$same_name" "$(inside 'cat /sys/class/tty/tty0/active') $(service_pid sallyport-screens) $(screen | sed -n '1s/^ \([A-Z]*\) .*/\1/p')" \
	    "tty1 $guard HOME"
}
for n in 1 2 3 6 7 9 12; do
	same "Ctrl-Alt-F$n" ctrl-alt-f$n
done
same "Alt-F2" alt-f2
same "Alt-Left, Alt-Right" alt-left alt-right
same "Alt-Up" alt-up
same "Shift-PageUp" shift-pgup
same "Scroll Lock and its variants" scroll_lock shift-scroll_lock ctrl-scroll_lock alt_r-scroll_lock
# Pause is F1 for the screens; Esc leaves its help.
same "Pause" pause esc
same "Ctrl-C, Ctrl-Z, Ctrl-\\, Ctrl-S, Ctrl-Q, Ctrl-D" ctrl-c ctrl-z 'ctrl-backslash' ctrl-s ctrl-q ctrl-d
same "Ctrl-Alt-Pause" ctrl-alt-pause esc
same "Alt-Print" alt-sysrq
for key in r k e i s u h t m l c o b; do
	same "SysRq $key" alt-sysrq-$key
done
same "Ctrl-Alt-Del" ctrl-alt-delete
same "Ctrl-Alt-Del ten times" ctrl-alt-delete ctrl-alt-delete ctrl-alt-delete ctrl-alt-delete ctrl-alt-delete \
    ctrl-alt-delete ctrl-alt-delete ctrl-alt-delete ctrl-alt-delete ctrl-alt-delete
is "the machine has not restarted" "$(inside 'cat /proc/sys/kernel/random/boot_id')" "$boot"

# --- what others want to say ------------------------------------------------------------
before=$(screen | sed 1d)
inside 'logger -p kern.emerg "an emergency"; echo "<0>the kernel speaks" >/dev/kmsg; echo "a wall" | wall; systemctl daemon-reload; echo done'
is "messages of the system do not get onto the screen" "$(screen | sed 1d)" "$before"
is "there is no other login" "$(inside 'systemctl list-units --plain --no-legend "getty@*" "serial-getty@*" "autovt@*" | grep running')" ""
is "nor a shell of debugging" "$(inside 'systemctl is-enabled debug-shell.service')" masked

# --- keys in a flood ------------------------------------------------------------------------
enter 'zxcvbnzxcvbnzxcvbnzxcvbnzxcvbnzxcvbn'
press Escape Escape Escape
wait_for 10 has '^ HOME'
is "a cat on the keyboard ends nothing" "$(service_pid sallyport-screens)" "$guard"
sign_out
run inside 'sallyport-kiosk status'
is "status finds every part in its place" "$status" 0
[ "$status" -eq 0 ] || diag "$out" "$err"
is "the kernel was not sent to a console that nobody sees" "$(inside 'grep -c tty12 /proc/cmdline')" 0

# --- the way back in for an administrator -----------------------------------------------------
# As KIOSK.md says: once with other words for the kernel, and a login on tty1.
inside 'useradd -m -s /bin/bash boss && echo boss:way-back-in | chpasswd'
guest stop
way_back=$(sed -n 's/.*add `\(systemd.mask=[^`]*\)`.*/\1/p' "$top/share/doc/KIOSK.md" | head -n 1)
like "KIOSK.md names the words for the kernel" "$way_back" 'systemd.mask=sallyport-screens'
needed "the machine starts with them" guest start --boot "$top/$root" --watch $$ --append "$kiosk_line $way_back"
needed "and boots" guest wait
need 'login:'
enter boss
go 'Password' Enter
enter way-back-in
go '\$$' Enter
enter 'id -un; exit 0'
shows "the administrator logs in on tty1" 'boss@kiosk'
ok "the station works behind it" wait_for 30 sallyport status
is "no other console opens" "$(guest key ctrl-alt-f2; inside 'cat /sys/class/tty/tty0/active; systemctl list-units --plain --no-legend "getty@tty2*"')" tty1

# --- the console again -----------------------------------------------------------------------
run inside 'sallyport-kiosk status'
is "status does not take an open console for a kiosk's" "$status" 1
like "and says so" "$out" '^OFF .*sallyport-console\.service is inactive'
is "all else is in its place" "$(printf '%s\n' "$out" | grep -c '^OFF')" 1
run inside 'sallyport-kiosk off'
is "an administrator switches the lock-down off" "$status" 0
is "nothing of it stays in /etc" "$(inside 'find /etc -name "*sallyport-kiosk*"; find /etc/initramfs-tools/hooks -name sallyport; find /etc/systemd/system -lname /dev/null' |
    grep -v 'apt-daily\|timesyncd\|lvm2\|blk-availability\|mdadm\|mdmonitor\|mdcheck')" ""
# The same keys do something on a console that is not locked down: they get there.
guest stop
needed "the machine starts as it was before" guest start --boot "$top/$root" --watch $$
needed "and boots" guest wait
on_tty2() {
	[ "$(inside 'cat /sys/class/tty/tty0/active')" = tty2 ]
}
guest key ctrl-alt-f2
ok "Ctrl-Alt-F2 leaves the screens now" wait_for 10 on_tty2
boot=$(inside 'cat /proc/sys/kernel/random/boot_id')
again() {
	other=$(inside 'cat /proc/sys/kernel/random/boot_id' 2>/dev/null)
	[ -n "$other" ] && [ "$other" != "$boot" ]
}
guest key alt-sysrq-b
ok "and SysRq b resets the machine" wait_for 100 again
done_testing
