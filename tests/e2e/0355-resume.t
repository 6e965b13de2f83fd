#!/bin/sh
# SPDX-License-Identifier: ISC
# A medium that was pulled out while it was read, and a station that lost its
# power: the same medium is read on from there, and nothing counts as read that
# is not proved to be what was read.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hold.sh"
. "$(dirname "$0")/pulls.sh"

mkdir -p "$work/m/sub"
i=10
while [ $i -lt 50 ]; do
	head -c 3000000 /dev/urandom >"$work/m/data$i.bin"
	i=$((i + 1))
done
cp "$work/m/data10.bin" "$work/m/sub/twin.bin"
echo last >"$work/m/sub/note.txt"
files=42
small_medium "$work/stick.master" "$work/m" 160
plain=$top/tests/bench/noengine.policy
station_policy=$plain
station noclamd

# --- pulled ------------------------------------------------------------------------------
pulled
is "a medium that is pulled out is a fault" "$(state_of "$transfer")" FAULT
run as otto status "$transfer"
like "which says so" "$out" 'pulled out while it was read'
like "and how much was read until then" "$(flat "$out")" "\([1-9][0-9]* of $files files were read until then\)"
like "and what comes next" "$(flat "$out")" 'resume .*what was read is not read again'
before=$(kept)
like "what was read stays as evidence" "$before" '^[1-9]'
like "items, too" "$(as otto items "$transfer" --where 'kind=file')" 'data10'
insert
resume
is "the same medium again: it is read on" "$(state_of "$transfer")" REVIEW
is "what was kept is not read again" "$(resumed files)" "$before"
is "the rest is read" "$(($(resumed files) + $(resumed read)))" "$files"
is "nothing was read in vain" "$(resumed why)" ''
like "status tells it" "$(flat "$(as otto status "$transfer")")" "$before files \(.*\) were read before and not again"
release_all
ok "all of it is on the share, byte for byte" diff -r "$work/m" "$(share_of "$transfer")"
ok "the record verifies" "$bin/sallyport" verify

# twice, and what was kept the first time counts at the third
pulled
first=$(kept)
insert
pulled_again
second=$(kept)
ok "a medium pulled a second time: more is kept" test "$second" -gt "$first"
insert
resume
is "of both readings nothing is read again" "$(resumed files)" "$second"
release_all
ok "and it is whole" diff -r "$work/m" "$(share_of "$transfer")"

# --- no power --------------------------------------------------------------------------------
begin
wait_for 30 committed || fail "nothing was written down"
power_cut
must station_start
is "after kill -9 of everything: a fault" "$(state_of "$transfer")" FAULT
like "which says what comes next" "$(flat "$(as otto status "$transfer")")" 'what was read is not read again'
# what the disk had not got when the power went: one object gone, one half there, one wrong
set -- $(objects)
ok "enough was kept" test $# -ge 4
there=$#
rm -f "$1"
chmod u+w "$2" "$3"
truncate -s 1000 "$2"
printf wrong | dd of="$3" bs=1 seek=2000000 conv=notrunc status=none
resume
is "it is read on" "$(state_of "$transfer")" REVIEW
ok "what the vault has whole is not read again" test "$(resumed files)" -ge $((there - 3))
ok "what it has not is" test "$(resumed files)" -le $((there - 2))
is "and nothing is missing" "$(($(resumed files) + $(resumed read)))" "$files"
like "the vault says what was damaged" "$(cat "$SALLYPORT_HOME/run/sallyportd.log")" 'was not what its name says'
release_all
ok "byte for byte" diff -r "$work/m" "$(share_of "$transfer")"

# --- another medium, or the same one with other bytes --------------------------------------------
pulled
# in the middle of the first file, and the file system as it was
cp "$work/stick.master" "$work/stick.was"
printf 'other bytes' | dd of="$work/stick.master" bs=1 seek=2500000 conv=notrunc status=none
cp "$work/stick.was" "$work/other.master"
MTOOLS_SKIP_CHECK=1 mdel -i "$work/other.master" ::data49.bin
cp "$work/other.master" "$work/stick.img"
resume
is "a medium that changed is read" "$(state_of "$transfer")" REVIEW
is "from its beginning" "$(resumed files)" 0
like "and that is said" "$(resumed why)" 'has changed since then'
like "by status, too" "$(flat "$(as otto status "$transfer")")" 'files were read again: the medium has changed'
as otto abort "$transfer" --reason 'next, please' >/dev/null
cp "$work/stick.was" "$work/stick.master"

for digest in full none; do
	{
		echo "medium_digest = \"$digest\";"
		cat "$plain"
	} >"$work/$digest.policy"
	must as ada authority policy "$work/$digest.policy"
	pulled
	insert
	[ $digest = none ] || printf 'other bytes' | dd of="$work/stick.img" bs=1 seek=2500000 conv=notrunc status=none
	resume
	is "$digest: it is read" "$(state_of "$transfer")" REVIEW
	is "$digest: from its beginning" "$(resumed files)" 0
	case $digest in
	full) like "a file of the same size and time with other bytes is noticed" "$(resumed why)" 'digest is another' ;;
	none) like "a policy without digest keeps nothing, and says so" "$(resumed why)" 'takes no digest' ;;
	esac
	as otto abort "$transfer" --reason 'next, please' >/dev/null
done

# what only an earlier reading brought is no item's: it goes when the transfer is over
{
	echo 'keep_days = { released = 0; rejected = 0; held = 0; blocked = 0; };'
	cat "$plain"
} >"$work/short.policy"
must as ada authority policy "$work/short.policy"
printf 'first bytes' | dd of="$work/stick.master" bs=1 seek=2500000 conv=notrunc status=none
first=$(MTOOLS_SKIP_CHECK=1 mcopy -n -i "$work/stick.master" ::data10.bin - | sha256sum | cut -d' ' -f1)
pulled
ok "the first file of a reading that ended in the middle" sh -c "ls '$SALLYPORT_HOME/vault/'*/$first"
insert
printf 'other bytes' | dd of="$work/stick.img" bs=1 seek=2500000 conv=notrunc status=none
printf 'another label' | dd of="$work/stick.img" bs=1 seek=100 conv=notrunc status=none
resume
is "changed once more: from its beginning" "$(resumed files)" 0
release_all
ok "closed" as otto close "$transfer" --disposition 'handed back'
must as otto purge
no "does not stay in the vault" sh -c "ls '$SALLYPORT_HOME/vault/'*/$first"
cp "$work/stick.was" "$work/stick.master"
must as ada authority policy "$plain"

# --- hard links --------------------------------------------------------------------------------------
ln "$work/m/data10.bin" "$work/m/another name.bin"
ln "$work/m/data20.bin" "$work/m/sub/third name.bin"
ln "$work/m/data49.bin" "$work/m/last name.bin"
files=45
truncate -s 170M "$work/stick.master"
mke2fs -q -F -t ext4 -d "$work/m" "$work/stick.master"
pulled
before=$(kept)
insert
resume
is "a medium with hard links is read on" "$(state_of "$transfer")" REVIEW
is "names of what was kept are not read either" "$(resumed files)" "$before"
is "every name is there" "$(($(resumed files) + $(resumed read)))" "$files"
release_all
ok "and every one has its bytes" diff -r -x lost+found "$work/m" "$(share_of "$transfer")"

# --- an encrypted volume ----------------------------------------------------------------------------
mkdir -p "$work/plain/two/inside"
for i in 1 2 3 4 5 6 7 8 9; do
	head -c 3000000 /dev/urandom >"$work/plain/two/inside/big$i.bin"
done
must held_medium "$work/stick.master" 40
files=15
insert
run as otto intake "$work/stick.img" --requester rita --hold --no-wait
transfer=$(transfer_of "$out$err")
wait_for 60 choosing
must unlock "$luks_pass"
: >"$work/begun"
rm -f "$work/looks"
stop_reader "$(reader)" 7 &
stopper=$!
wait_for 30 test -e "$work/looks" || fail "nobody looks at the vault"
must as otto go "$transfer" --no-wait
wait $stopper
gone
before=$(kept)
insert
resume
like "a volume that was opened is locked again, and that is waited for" "$out" 'READING, choosing'
must unlock "$luks_pass"
run as otto go "$transfer"
is "opened again it is read on" "$(state_of "$transfer")" REVIEW
is "without what was kept of it" "$(resumed files)" "$before"
ok "which was some of the encrypted volume" test "$before" -gt 4
is "and nothing is missing" "$(($(resumed files) + $(resumed read)))" "$files"
release_all
ok "byte for byte" diff -r -x lost+found "$plain/two" "$(share_of "$transfer")/v2"
done_testing
