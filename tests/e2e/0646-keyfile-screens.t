#!/bin/sh
# SPDX-License-Identifier: ISC
# Key files at the screens: they are named as they lie in keys/volumes of the
# station.  And a secret whose trying takes too long is given up with a key.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/screen.sh"
. "$(dirname "$0")/hold.sh"

must held_medium "$work/held.img"
# The LUKS volume alone, and noise that may be VeraCrypt's.
truncate -s 29M "$work/locked.img"
printf 'label: dos\nstart=2048,size=49152,type=83\nstart=51200,size=4096,type=83\n' |
    sfdisk -q "$work/locked.img" >/dev/null
dd if="$work/luks.img" of="$work/locked.img" bs=1M seek=1 conv=notrunc 2>/dev/null
head -c 2097152 /dev/urandom | dd of="$work/locked.img" bs=1M seek=25 conv=notrunc 2>/dev/null
station
cp "$work/locked.img" "$SALLYPORT_HOME/ports/R1/locked.img"
mkdir -m 700 "$SALLYPORT_HOME/keys/volumes"
printf '%s' "$luks_pass" >"$SALLYPORT_HOME/keys/volumes/stick.key"
head -c 64 /dev/urandom >"$SALLYPORT_HOME/keys/volumes/other.key"
: >"$SALLYPORT_HOME/keys/volumes/empty.key"
transfer=K1-000001
"$bin/sallyport" scanners --selftest >/dev/null

terminal officers
begin_screens "$bin/sallyport"
sign_in otto
need '^ +R1 +locked.img'
go '^ DEMO INTAKE' i
go 'Requester +< rita ' Space
press Up Up Enter
shows "the reading waits" '^ READING, WAITS FOR YOU'
shows "both volumes are locked" 'v2 +veracrypt +2.0M +LOCKED'

# --- it takes too long ----------------------------------------------------------------------
go 'Open which volume' u
go '^ DEMO UNLOCK' 2
shows "the second one is asked for" 'Volume +v2 +veracrypt'
enter 'a passphrase'
press Tab
enter 2000
press Enter
shows "a PIM of 2000 takes long" 'v2 .*being opened'
shows "it is said how not to wait" 's gives it up'
press s
says "given up, it is not opened" 'v2 was not opened'
shows "and the reason stands there" 'Not opened +v2: an officer gave it up'
none_tries() {
	! pgrep -u "$(id -u)" -f "$bin/sallyport-unlock" >/dev/null
}
ok "nothing goes on trying" wait_for 20 none_tries

# --- key files -----------------------------------------------------------------------------------
go 'Open which volume' u
go '^ DEMO UNLOCK' 1
shows "the first one is asked for" 'Volume +v1 +luks'
press Enter
says "neither secret nor key file is no try" 'or name a key file'
press Tab
enter 'nothing.key'
press Enter
says "one that is not there is named" 'The station has no key file nothing.key'
press C-u
enter '../otto.key'
press Enter
says "one outside the folder is none" 'The station has no key file ../otto.key'
press C-u
enter 'empty.key'
press Enter
says "an empty one is none" 'A key file is empty'
press C-u
enter 'other.key'
press Enter
says "a wrong one is tried" 'v1 was not opened'
shows "and said not to fit" 'Not opened +v1: The passphrase or key file does not fit'
go 'Open which volume' u
go '^ DEMO UNLOCK' 1
press Tab
enter 'other.key, stick.key'
press Enter
says "of two the one that fits opens it" 'v1 is open: what is on it is listed'
shows "and it is locked no more" 'v1 +ext4 in luks '
is "every try is in the record" "$(entries xfer.unlock)" 3
is "one of them fitted" "$(as ada timeline "$transfer" --json | grep '"type": *"xfer.unlock"' | grep -c '"ok": *true')" 1
press 1
need '^ DEMO HOME'
sign_out

rm -r "$SALLYPORT_HOME/keys/volumes"
grep -rlF -e "$luks_pass" "$SALLYPORT_HOME" >"$work/found" 2>/dev/null
is "no secret is anywhere else in the station's folder" "$(cat "$work/found")" ""
done_testing
