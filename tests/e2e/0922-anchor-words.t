#!/bin/sh
# SPDX-License-Identifier: ISC
# A policy that asks for the words of the newest page after each start.
. "$(dirname "$0")/lib.sh"

station noclamd
{
	cat "$top/tests/bench/noengine.policy"
	echo 'anchor_words = "start";'
} >"$work/words.policy"
must as ada authority policy "$work/words.policy"
mkdir "$work/m"
echo 'some text' >"$work/m/note.txt"
small_medium "$work/small.img" "$work/m"

station_stop
must station_start
intake "$work/small.img"
pass "without a page there is nothing to ask for"
must as otto decide "$transfer" approve --proposed
run as otto anchor out --text
page=$(printf '%s\n' "$out" | sed -n 's/^  Six words:  //p')
is "a page for those who cannot print pictures has the words" "$(echo "$page" | wc -w)" 6
unlike "and no QR code" "$out" '█'
ok "who printed it just now is not asked" as otto submit "$transfer" --yes

station_stop
must station_start
like "after a start the words are asked for" "$("$bin/sallyport" anchor)" 'words of the newest page are asked for'
refused "nothing is read before" 1 'words of the newest anchor' as otto intake "$work/small.img" --requester rita
refused "nothing is approved" 1 'words of the newest anchor' as paula approve "$transfer" --yes
is "the transfer waits" "$(state_of "$transfer")" SUBMITTED
no "an administrator does not give them" as ada anchor in --words "$page"
ok "an officer gives them" as paula anchor in --words "$page"
ok "and the work goes on" as paula approve "$transfer" --yes
ok "the ledger verifies" "$bin/sallyport" verify
done_testing
