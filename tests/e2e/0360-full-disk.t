#!/bin/sh
# SPDX-License-Identifier: ISC
# A full disk: told clearly and in time, nothing is lost, and the step can be
# repeated when there is space.
. "$(dirname "$0")/lib.sh"

mkdir "$work/m"
echo 'some text' >"$work/m/note.txt"
head -c 2000000 /dev/zero | tr '\0' 'x' >"$work/m/data.txt"
small_medium "$work/small.img" "$work/m" 16
station

floor() { # vault|share SIZE: what must stay free, from the next start on
	station_stop
	sed -i "s/^$1_floor = .*/$1_floor = \"$2\";/" "$SALLYPORT_HOME/station.conf"
	must station_start
}

# --- the vault ---------------------------------------------------------------------------
floor vault 900T
like "doctor says that the vault is full" "$("$bin/sallyport" doctor)" '^FAIL +vault'
run as otto intake "$work/small.img" --requester rita
transfer=$(transfer_of "$out$err")
is "an intake that does not fit ends with a fault" "$status" 3
is "in the state FAULT" "$(state_of "$transfer")" FAULT
like "whose message says what may go" "$err" '[Pp]urge'
floor vault 1M
is "after a start it waits where it was" "$(state_of "$transfer")" FAULT
ok "the intake is repeated when there is space" as otto intake "$work/small.img" --resume "$transfer"
is "and ends in review" "$(state_of "$transfer")" REVIEW

# --- the share ---------------------------------------------------------------------------
ok "decided" as otto decide "$transfer" approve --proposed
ok "submitted" as otto submit "$transfer" --yes
floor share 900T
like "doctor says that the share is full" "$("$bin/sallyport" doctor)" '^FAIL +share'
refused "a share without space is told before the second signature" 1 '[Ss]pace|fit' \
    as paula approve "$transfer" --yes
is "and nothing was signed" "$(state_of "$transfer")" SUBMITTED
floor share 1M
ok "approved when there is space" as paula approve "$transfer" --yes
is "released" "$(state_of "$transfer")" RELEASED
ok "the record verifies" "$bin/sallyport" verify
done_testing
