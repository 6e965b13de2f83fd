#!/bin/sh
# SPDX-License-Identifier: ISC
# A FIDO2 token at an installed station, as the kernel and udev have it: its node is for
# the user of the screens alone, an officer is enrolled with it, and signs in at tty1.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../e2e/token.sh"
kiosk

set_token '{"counter": 5}'
/usr/bin/python3 "$top/tests/e2e/softtoken.py" --at "$GUEST/token" "$token" 2>"$work/softtoken.log" &
node() { # the token's: /dev/hidrawN
	inside "grep -l 'HID_NAME=Sallyport test token' /sys/class/hidraw/*/device/uevent" |
	    sed -n 's,.*/\(hidraw[0-9]*\)/.*,/dev/\1,p'
}
there() {
	[ -n "$(node)" ] && inside "udevadm settle && udevadm info -q property -n $(node)" | grep -qx ID_FIDO_TOKEN=1
}
plug_in() {
	inside 'setsid perl /root/uhid.pl >/root/uhid.log 2>&1 </dev/null & echo $! >/root/uhid.pid'
	wait_for 20 there
}
take_out() {
	inside 'kill $(cat /root/uhid.pid)'
	wait_for 20 prints '' node
}
guest put "$top/tests/vm/uhid.pl" /root/uhid.pl
inside 'modprobe uhid'
needed "the token is plugged in, and udev knows it for one" plug_in

# --- the node ------------------------------------------------------------------------------
at=$(node)
becomes "its node is the user's of the screens" 'sallyport-officer:root 600' \
    inside "stat -c '%U:%G %a' $at"
may_open() { # USER
	inside "runuser -u $1 -- perl -e 'open my \$f, \"+<\", \"$at\" or exit 1'"
}
ok "who opens it" may_open sallyport-officer
for user in sallyport sallyport-vault sallyport-ledger sallyport-stager nobody; do
	no "$user does not" may_open $user
done

# --- enrolment -----------------------------------------------------------------------------
run guest run -t 300 "runuser -u sallyport-officer -- sallyport --as ada --passphrase-fd 9 authority add tess \
    --name 'Tess Holm' --role officer --token --new-passphrase-fd 8 9<<END 8<<NEW
$(passphrase ada)
END
$pin
NEW"
is "an officer is enrolled with it" "$status" 0
like "her key is there" "$(inside 'head -n 1 /var/lib/sallyport/keys/tess.key')" '^sallyport-token-v1$'

# --- the screens ---------------------------------------------------------------------------
sign_in tess 141421
shows "a wrong PIN is told at tty1" 'not the PIN of the token; .*after 7 more'
set_token '{"touch": false}'
enter "$pin"
press Enter
shows "the screen says what to do" 'Touch the token of tess when it blinks'
set_token '{"touch": true}'
shows "touched, she is signed in" '^ HOME| HOME '
go 'Sign out \]' F10
go 'Officer id  \[' Tab Enter

take_out
sign_in tess "$pin"
shows "a token that was taken out is told" 'there is no token; put it in, and try again'
needed "it is put in again" plug_in
enter "$pin"
press Enter
shows "and found" '^ HOME| HOME '
like "the record is whole" "$(verifies)" '.'
done_testing
