#!/bin/sh
# SPDX-License-Identifier: ISC
# Recall and retirement of what was delivered, with the real stager and share: two officers, a
# tombstone, INDEX, slip and custody folder; a stager that dies on the way; a delivery that stays.
. "$(dirname "$0")/lib.sh"

share=$SALLYPORT_HOME/share
people() {
	cat <<END
ada admin Ada Admin: ada opens the demo
otto officer Otto Officer: otto opens the demo
paula officer Paula Officer: paula opens the demo
quinn officer Quinn Third: quinn opens the demo
END
}
station noclamd
must as ada authority policy "$top/tests/bench/noengine.policy"
mkdir "$work/m"
echo 'some text' >"$work/m/note.txt"
small_medium "$work/small.img" "$work/m"

released() {
	intake "$work/small.img"
	must as otto decide "$transfer" approve --proposed
	must as otto submit "$transfer" --yes
	must as paula approve "$transfer" --yes
}
index_of() { # TRANSFER: the state it has in INDEX
	sed -n "s/^$1	.*	//p" "$share/INDEX"
}
folder_says() { # TRANSFER TYPE: the custody folder holds such an entry, and verifies
	grep -q "\"type\":\"$2\"" "$share/custody/$1/entries/"*.entry &&
	    "$bin/sallyport-verify" "$share/custody/$1" >"$work/verified"
}
service_pid() { # PROGRAM of this station
	for p in /proc/[0-9]*; do
		cat "$p/cmdline" 2>/dev/null | tr "\0" " " | grep -qE "^([^ ]*/)?$1 (.* )?$SALLYPORT_HOME( |\$)" &&
		    echo "${p#/proc/}"
	done
}

# --- what cannot be recalled ------------------------------------------------------------
intake "$work/small.img"
refused "what is not released cannot be recalled" 1 'xfer.recall cannot follow: .* is REVIEW' \
    as otto recall "$transfer" --reason 'too early'
refused "nor retired" 1 'xfer.retire cannot follow: .* is REVIEW' as otto retire "$transfer" --reason 'too early'
refused "nor is there anything to keep" 1 'no recall or retirement of it is proposed' \
    as otto keep "$transfer" --reason 'nothing'
must as otto abort "$transfer" --reason 'next, please'
refused "what was aborted cannot be recalled" 1 'is ABORTED' as otto recall "$transfer" --reason 'never went'

# --- recall -----------------------------------------------------------------------------
released
t=$transfer
is "INDEX calls it delivered" "$(index_of "$t")" delivered
refused "a recall needs a reason first" 1 'no recall of .* is proposed yet' as otto recall "$t"
refused "an empty one is none" 2 'reason is empty' as otto recall "$t" --reason ''
ok "the first officer proposes" as otto recall "$t" --reason 'a wrong version went'
is "the transfer waits for the second" "$(state_of "$t")" RECALL
is "nothing is moved before" "$(cat "$share/transfers/$t/files/note.txt")" 'some text'
is "and INDEX says what is" "$(index_of "$t")" delivered
refused "the same person is no second" 1 'another officer' as otto recall "$t" --yes
refused "a second proposal is refused" 1 'proposed already' as paula recall "$t" --reason 'me too'
refused "a retirement is not what was proposed" 1 'xfer.retire cannot follow' as paula retire "$t" --reason 'old'
like "status tells who is waited for" "$(as paula status "$t")" 'another officer signs the recall'
ok "the first takes it back" as otto keep "$t" --reason 'it was the right one'
is "and it is released as before" "$(state_of "$t")" RELEASED
refused "what was taken back cannot be signed" 1 'no recall of .* is proposed yet' as paula recall "$t" --yes
must as otto recall "$t" --reason 'a wrong version went'
ok "the second officer signs" as paula recall "$t" --yes
is "it is recalled" "$(state_of "$t")" RECALLED
is "a tombstone stands in its place, alone" "$(ls -A "$share/transfers/$t")" TOMBSTONE.txt
like "with the reason" "$(cat "$share/transfers/$t/TOMBSTONE.txt")" 'a wrong version went'
like "and both names" "$(tr '\n' ' ' <"$share/transfers/$t/TOMBSTONE.txt")" 'otto .* paula '
is "INDEX says so" "$(index_of "$t")" recalled
is "the files are where no client looks" "$(stat -c %a "$share/transfers/.recalled")" 700
is "and are kept" "$(cat "$share/transfers/.recalled/$t/files/note.txt")" 'some text'
ok "the custody folder has it, and verifies" wait_for 20 folder_says "$t" xfer.recalled
like "the slip warns" "$(cat "$share/custody/$t/slip.txt")" 'Do not use its files'
like "the report names both signatures" "$(tr '\n' ' ' <"$share/custody/$t/report.txt")" 'proposed +otto .*agreed +paula '
refused "what was recalled cannot be closed" 1 'is RECALLED' as otto close "$t" --disposition returned
ok "but its medium can leave" as otto medium "$t" --disposition returned
refused "nor recalled again" 1 'is RECALLED' as otto recall "$t" --reason again
like "the record tells it in words" "$(as otto timeline "$t")" 'a wrong version went'

agrees() { # ledger and share, when the custody folder is behind no more
	as otto reconcile >/dev/null
}
# --- its files are removed afterwards, and the recall stays known ----------------------------
ok "what was recalled is proposed for retirement" as paula retire "$t" --reason 'room is needed'
is "the tombstone is that of the recall" "$(grep -c 'It was retired since' "$share/transfers/$t/TOMBSTONE.txt")" 0
is "and INDEX as well" "$(index_of "$t")" recalled
ok "and all is as recorded" wait_for 20 agrees
ok "a third officer declines" as quinn keep "$t" --reason 'it is evidence'
is "and it is recalled as before" "$(state_of "$t")" RECALLED
must as paula retire "$t" --reason 'room is needed'
ok "another signs" as quinn retire "$t" --yes
is "it is retired" "$(state_of "$t")" RETIRED
is "the files are gone" "$(ls -A "$share/transfers/.recalled" | grep -cx "$t")" 0
is "the tombstone stays, alone" "$(ls -A "$share/transfers/$t")" TOMBSTONE.txt
like "it warns as before" "$(cat "$share/transfers/$t/TOMBSTONE.txt")" 'do not use it, nor copies of it'
like "and tells both reasons" "$(tr '\n' ' ' <"$share/transfers/$t/TOMBSTONE.txt")" \
    'It was retired since.*a wrong version went.*retired +room is needed.*quinn'
is "nothing is left over beside it" "$(ls -A "$share/transfers" | grep -c '[.]part$')" 0
is "INDEX still says that it was recalled" "$(index_of "$t")" recalled
ok "the custody folder has it, and verifies" wait_for 20 folder_says "$t" xfer.retired
like "the slip still warns" "$(cat "$share/custody/$t/slip.txt")" 'Do not use its files'
like "the report tells both" "$(tr '\n' ' ' <"$share/custody/$t/report.txt")" 'a wrong version went.*room is needed'
ok "all is as recorded" wait_for 20 agrees

# --- retirement, of what was closed -------------------------------------------------------
released
t=$transfer
must as otto close "$t" --disposition returned
ok "an old delivery is proposed for retirement" as paula retire "$t" --reason 'a year old'
ok "a third officer declines" as quinn keep "$t" --reason 'still in use'
is "and it is closed as before" "$(state_of "$t")" CLOSED
must as paula retire "$t" --reason 'a year old'
ok "another signs" as quinn retire "$t" --yes
is "it is retired" "$(state_of "$t")" RETIRED
is "the tombstone stays" "$(ls -A "$share/transfers/$t")" TOMBSTONE.txt
is "the files are gone" "$(ls -A "$share/transfers/.recalled" | grep -cx "$t")" 0
is "INDEX says so" "$(index_of "$t")" retired
ok "the custody folder has it, and verifies" wait_for 20 folder_says "$t" xfer.retired

# --- the stager dies on the way -------------------------------------------------------------
# Stopped before it can move anything, killed, and started again: the station does it by itself.
recalled() {
	[ "$(state_of "$t")" = RECALLED ]
}
for when in before after; do
	released
	t=$transfer
	must as otto recall "$t" --reason 'it must go'
	kill -STOP "$(service_pid sallyport-stager)"
	as paula recall "$t" --yes >"$work/out" 2>&1 &
	signing=$!
	confirmed() {
		as otto status "$t" --json | grep -q '"agreed_by": *"paula"'
	}
	ok "the second signature is there, and the stager stands" wait_for 20 confirmed
	if [ $when = after ]; then
		# what an earlier run may have left: the delivery away, and nothing in its place
		mkdir -p -m 700 "$share/transfers/.recalled"
		chmod 755 "$share/transfers/$t"
		mv "$share/transfers/$t" "$share/transfers/.recalled/$t"
	fi
	kill -9 "$(service_pid sallyport-stager)"
	wait $signing
	wait_for 20 station_gone || fail "the station goes on without its stager"
	wait "$station_pid" 2>/dev/null
	must station_start
	ok "killed $when the move, it is recalled at the next start" wait_for 20 recalled
	is "one tombstone, and nothing else" "$(ls -A "$share/transfers/$t")" TOMBSTONE.txt
	is "INDEX says so" "$(index_of "$t")" recalled
	is "the files are kept" "$(cat "$share/transfers/.recalled/$t/files/note.txt")" 'some text'
	ok "the custody folder has it, and verifies" wait_for 20 folder_says "$t" xfer.recalled
done

ok "the record verifies" "$bin/sallyport-verify" "$SALLYPORT_HOME/ledger/ledger.db"
done_testing
