#!/bin/sh
# SPDX-License-Identifier: ISC
# A share that is read-only, missing, moved, not mounted, or on a file system
# that knows less than Linux's own: told by doctor, refused before anything is
# signed, and taken up again.  A full one: 0530-full-anywhere.t.
. "$(dirname "$0")/rooms.sh"

share=$SALLYPORT_HOME/share
room "$share" 64m
station noclamd
must as ada authority policy "$top/tests/bench/noengine.policy"
station_stop
sed -i 's/^share_floor = .*/share_floor = "1M";/' "$SALLYPORT_HOME/station.conf"
must station_start
mkdir "$work/m"
echo 'some text' >"$work/m/note.txt"
small_medium "$work/small.img" "$work/m"

submitted() {
	intake "$work/small.img"
	must as otto decide "$transfer" approve --proposed
	must as otto submit "$transfer" --yes
}
doctor_says() { # NAME REGEX
	like "$1" "$("$bin/sallyport" doctor | grep -A 3 '^[A-Z]* *share ' | tr '\n' ' ' | tr -s ' ')" "$2"
}
begin_again() {
	station_stop
	must station_start
}

# --- read-only ------------------------------------------------------------------------
submitted
must mounting mount -o remount,ro "$share"
doctor_says "doctor says that the share is read-only" '^FAIL share .*cannot be written: Read-only file system'
refused "nothing is signed for a share that is read-only" 1 'Read-only' as paula approve "$transfer" --yes
is "the transfer waits where it was" "$(state_of "$transfer")" SUBMITTED
begin_again
doctor_says "a station starts with it, and says it again" '^FAIL share .*Read-only'
must mounting mount -o remount,rw "$share"
ok "released when it can be written, without a new start" as paula approve "$transfer" --yes
is "and it is there" "$(cat "$share/transfers/$transfer/files/note.txt")" 'some text'

# Read-only after the second signature: a fault with its reason, and no half a transfer.
submitted
as paula approve "$transfer" --yes >"$work/out" 2>&1 &
mounting mount -o remount,ro "$share"
wait $!
mounting mount -o remount,rw "$share"
case $(state_of "$transfer") in
FAULT)
	like "read-only in the middle is a fault that says so" "$(as otto status "$transfer")" 'Read-only'
	ok "and the release is repeated" as otto release "$transfer"
	;;
SUBMITTED)
	like "read-only just before is refused and says so" "$(cat "$work/out")" 'Read-only'
	ok "and it is approved" as paula approve "$transfer" --yes
	;;
*)
	pass "the share was read-only too late to matter"
	pass "it is released"
	;;
esac
is "in the end it is released" "$(state_of "$transfer")" RELEASED

# --- moved away while the station runs ---------------------------------------------------
submitted
must mounting mount -n --move "$share" "$work/m"
doctor_says "doctor says that the share was moved or unmounted" '^FAIL share .*unmounted, moved or replaced'
refused "nothing is signed for it" 1 'unmounted, moved or replaced' as paula approve "$transfer" --yes
is "nothing is put where it was mounted" "$(ls -A "$share")" ""
begin_again
doctor_says "at a start, too: the empty folder is not the share" '^FAIL share .*neither INDEX nor any of the 2 transfers'
refused "nothing is signed for it" 1 'neither INDEX' as paula approve "$transfer" --yes
station_stop
must mounting mount -n --move "$work/m" "$share"
must station_start
ok "released when it is mounted again" as paula approve "$transfer" --yes
is "INDEX names all three" "$(grep -cv '^#' "$share/INDEX")" 3

# A new share: an administrator says that it is right.
submitted
station_stop
must mounting umount "$share"
room "$share" 64m
: >"$share/INDEX"
must station_start
ok "an empty INDEX says that a new share is right" as paula approve "$transfer" --yes
like "INDEX begins as ever" "$(head -n 1 "$share/INDEX")" '^# DEMO transfer'
is "and names what was delivered to it" "$(grep -v '^#' "$share/INDEX" | cut -f 1)" "$transfer"

# --- not there at all ----------------------------------------------------------------------
station_stop
cp "$SALLYPORT_HOME/station.conf" "$work/station.conf"
sed -i 's,^share = .*,share = "/nowhere/share";,' "$SALLYPORT_HOME/station.conf"
must station_start
doctor_says "a station starts without its share, and says it" '^FAIL share .*/nowhere/share cannot be used: No such file'
intake "$work/small.img"
must as otto decide "$transfer" approve --proposed
refused "and signs nothing" 1 '/nowhere/share cannot be used' as otto submit "$transfer" --yes
station_stop
cp "$work/station.conf" "$SALLYPORT_HOME/station.conf"

# --- a file system without hard links, RENAME_NOREPLACE and RENAME_EXCHANGE ------------------
real=$bin
mkdir "$work/plain"
cat >"$work/plain/sallyportd" <<END
#!/bin/sh
exec "$B/tests/e2e/plain_names" "$real/sallyportd" "\$@"
END
chmod 755 "$work/plain/sallyportd"
no "the stand-in has no RENAME_NOREPLACE" "$B/tests/e2e/plain_names" perl -e '
	mkdir "/tmp/plain.$$"; my $r = syscall 316, -100, "/tmp/plain.$$", -100, "/tmp/plain.$$.2", 1;
	rmdir "/tmp/plain.$$"; exit($r == 0 ? 0 : 1)'
bin=$work/plain
for p in "$real"/*; do
	[ -e "$work/plain/$(basename "$p")" ] || ln -s "$p" "$work/plain/"
done
must station_start
like "doctor has nothing against it" "$("$bin/sallyport" doctor | grep ' share ')" '^OK +share'
ok "submitted" as otto submit "$transfer" --yes
ok "and released there" as paula approve "$transfer" --yes
ok "bit for bit" sh -c "cd '$share/transfers/$transfer/files' && sha256sum -c ../MANIFEST.sha256"
ok "closed" as otto close "$transfer" --disposition returned
closed() {
	grep -q CLOSED "$share/custody/$transfer/report.txt" && [ -z "$(ls -A "$share/custody" | grep '^\.')" ]
}
ok "its custody folder is replaced whole" wait_for 20 closed
ok "and verifies" "$real/sallyport-verify" "$share/custody/$transfer"
ok "the record verifies" "$real/sallyport-verify" "$SALLYPORT_HOME/ledger/ledger.db"
done_testing
