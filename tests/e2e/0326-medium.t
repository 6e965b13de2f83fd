#!/bin/sh
# SPDX-License-Identifier: ISC
# The medium as a whole in the record: what of it was counted, that it was the
# same before and after, what lies outside its volumes, a policy that holds a
# transfer for that, and a medium that does not answer.
. "$(dirname "$0")/lib.sh"

mkdir "$work/m"
for i in 1 2 3; do
	seq 1 $((i * 1000)) >"$work/m/file$i"
done
small_medium "$work/part.img" "$work/m" 7
truncate -s 10M "$work/disk.img"
printf 'label: dos\nstart=2048, size=14336, type=6\n' | sfdisk -q "$work/disk.img"
dd if="$work/part.img" of="$work/disk.img" bs=512 seek=2048 conv=notrunc status=none
cp "$work/disk.img" "$work/hidden.img"
printf secret | dd of="$work/hidden.img" bs=1 seek=9000000 conv=notrunc status=none
plain=$top/tests/bench/noengine.policy
station_policy=$plain
station noclamd

# --- counted, hashed, looked through ------------------------------------------------
value() { # KEY of the status in $json
	printf '%s' "$json" | tr ',{}' '\n\n\n' | sed -n 's/^ *"'"$1"'": *"\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' | head -n 1
}
intake "$work/disk.img"
json=$(as otto status "$transfer" --json)
is "an image file is one" "$(value write_protect)" image
like "its structures were hashed" "$(value before)" '^metadata:[0-9a-f]{64}$'
is "and were the same after" "$(value after)" "$(value before)"
is "every byte of it belongs to something" "$(($(value tables) + $(value volumes) + $(value regions)))" 10485760
regions=$(as otto items "$transfer" --where 'kind=region')
like "space in front of the volume: all zero" "$(as otto items "$transfer" --where 'kind=region' --json)" \
    'unpartitioned space at byte 512: all zero'
is "two regions" "$(printf '%s\n' "$regions" | grep -c 'v0-')" 2
clean=$transfer
intake "$work/hidden.img"
like "space behind the volume that is not" "$(as otto items "$transfer" --where 'kind=region' --json)" \
    'not empty: byte 9000000 of the medium is the first that is not zero'
is "no policy holds it for that" "$(state_of "$transfer")" "$(state_of "$clean")"
must as otto report "$clean" --out "$work/report" --format text
out=$(cat "$work/report"/*.txt)
like "the report says so" "$out" 'written +image'
like "with the digest" "$out" 'before +metadata:[0-9a-f]{64}'

# --- a policy may hold it -----------------------------------------------------------
{
	echo 'block_medium = ( { kind = "region"; types = "region-data"; state = "unread"; why = "bytes outside the volumes"; } );'
	echo 'region_look_bytes = "64M"; medium_digest = "full";'
	cat "$plain"
} >"$work/strict.policy"
must as ada authority policy "$work/strict.policy"
run as otto intake "$work/hidden.img" --requester rita
transfer=$(transfer_of "$out$err")
is "a transfer with something hidden is blocked" "$(state_of "$transfer")" BLOCKED
like "and why" "$(as otto status "$transfer")" 'bytes outside the volumes'
run as otto intake "$work/disk.img" --requester rita
transfer=$(transfer_of "$out$err")
unlike "one with empty regions is not blocked for them" "$(as otto status "$transfer")" 'bytes outside the volumes'
json=$(as otto status "$transfer" --json)
like "the whole medium was hashed" "$(value after)" '^full:[0-9a-f]{64}$'
is "before and after" "$(value before)" "$(value after)"
must as ada authority policy "$plain"

# --- a medium that does not answer ------------------------------------------------------
reader() {
	pgrep -P "$station_pid" -f sallyport-reader
}
held() { # leaves $transfer: a reading that waits, and its reader stopped
	run as otto intake "$work/part.img" --requester rita --hold --no-wait
	transfer=$(transfer_of "$out$err")
	wait_for 20 reader >/dev/null
	waits() { as otto status "$transfer" | grep -qi 'wait\|choos'; }
	wait_for 20 waits
}
held
refused "what is not read is not skipped" 1 'no contents of this transfer' as otto skip "$transfer"
kill -STOP "$(reader)"
must as otto go "$transfer" --no-wait
as otto watch "$transfer" >"$work/watch" 2>&1 &
watch=$!
said() {
	grep -q 'the medium has not answered for [5-9] s' "$work/watch"
}
ok "after five seconds it is said" wait_for 20 said
ok "the file can be skipped" as otto skip "$transfer"
kill -CONT "$(reader)"
over() {
	! reader >/dev/null
}
ok "and the rest is read" wait_for 30 over
wait $watch 2>/dev/null
is "one file is unreadable" "$(as otto items "$transfer" --where 'kind=file and state=unreadable' | grep -c 'file[123]')" 1
like "and says who did not wait" "$(as otto items "$transfer" --where 'state=unreadable' --json)" 'an officer gave it up'
is "the others are read" "$(as otto items "$transfer" --where 'kind=file and state=read' | grep -c 'file[123]')" 2
refused "a medium that answers is not skipped" 1 'no contents of this transfer' as otto skip "$transfer"

held
kill -STOP "$(reader)"
must as otto go "$transfer" --no-wait
ok "a reading that stands still can be stopped" as otto stop "$transfer" --reason 'it does not answer'
is "which is a fault" "$(state_of "$transfer")" FAULT
ok "and its reader is gone" wait_for 10 over
done_testing
