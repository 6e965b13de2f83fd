#!/bin/sh
# SPDX-License-Identifier: ISC
# A vault with too little room for a medium: the reading waits, says how much is
# missing and what is largest, and goes on when enough of it is left out.
. "$(dirname "$0")/rooms.sh"
. "$(dirname "$0")/hold.sh"

mkdir -p "$work/m/big" "$work/m/small"
head -c 30000000 /dev/urandom >"$work/m/big/noise.bin"
echo small >"$work/m/small/note.txt"
small_medium "$work/large.img" "$work/m" 48
must station_init
must sh "$demo/clamd-start" "$SALLYPORT_HOME"
room "$SALLYPORT_HOME/vault" 24M
sed -i 's/^vault_floor = .*/vault_floor = "4M";/' "$SALLYPORT_HOME/station.conf"
must station_start
must station_people

run as otto intake "$work/large.img" --requester rita
transfer=$(transfer_of "$out$err")
is "nobody asked to wait: it is a fault" "$(state_of "$transfer")" FAULT
like "which says what can be done" "$err" 'choice of folders'
run as otto intake "$work/large.img" --resume "$transfer" --hold
is "repeated with a choice it waits" "$status" 0
like "says how much is missing" "$out" 'to read +29M; the vault has room for [0-9.]+M: [0-9.]+M too little'
like "and what is largest" "$out" 'largest +[0-9]+ +29M in +1 files +big'
refused "it does not go on like that" 1 'MiB too little' as otto go "$transfer"
ok "it waits on" choosing
ok "the largest is left out" as otto scope "$transfer" --leave big
ok "then it goes on" as otto go "$transfer"
is "into review" "$(state_of "$transfer")" REVIEW
like "with what has room" "$(as otto items "$transfer")" 'small/note.txt'
like "and one item for the rest" "$(as otto items "$transfer")" 'left out by otto: 1 file, 30000000 bytes'
done_testing
