#!/bin/sh
# SPDX-License-Identifier: ISC
# By keyboard, on 80 x 24: an anchor page out and its words in after a start; a
# delivery recalled by two officers, and the tombstone that stands in its place.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/screen.sh"

station noclamd
{
	cat "$top/tests/bench/noengine.policy"
	echo 'anchor_words = "start";'
} >"$work/words.policy"
must as ada authority policy "$work/words.policy"
share=$SALLYPORT_HOME/share
mkdir "$work/m"
echo 'some text' >"$work/m/note.txt"
small_medium "$work/small.img" "$work/m"
intake "$work/small.img"
must as otto decide "$transfer" approve --proposed
must as otto submit "$transfer" --yes
must as paula approve "$transfer" --yes
must as paula close "$transfer" --disposition 'handed back'
is "something was delivered and closed" "$(state_of "$transfer")" CLOSED

station_stop
cp -a "$SALLYPORT_HOME" "$work/copy" # somebody keeps it
must station_start

terminal officers
begin_screens "$bin/sallyport"

# --- an anchor page out ---------------------------------------------------------------
sign_in otto
need '^ DEMO HOME'
shows "every screen says what is anchored" '^-+ [0-9,]+ entries, none anchored yet --'
go '^ DEMO ANCHORS' 5
shows "there is none yet" 'Last anchor +None'
go '^ DEMO ANCHOR PAGE' o
words=$(screen | sed -n 's/^      1  \([a-z]*\) *2  \([a-z]*\) *3  \([a-z]*\) *$/\1 \2 \3/p
    s/^      4  \([a-z]*\) *5  \([a-z]*\) *6  \([a-z]*\) *$/\1 \2 \3/p' | tr '\n' ' ')
is "six words to write down" "$(echo "$words" | wc -w)" 6
shows "of the newest entry" 'Record +demo/.*/custody/1'
gone '^ DEMO ANCHOR PAGE' Escape
shows "that it went out is known everywhere" '^-+ [0-9,]+ entries, 1 since the last anchor, now --'
go 'On the share: anchors/checkpoint' s
go 'agrees with the share' h
ok "the checkpoint is there" test -s "$share/anchors/checkpoint"
sign_out

# --- and its words in, after a start ------------------------------------------------------
go 'ended 0' F10
station_stop
must station_start
begin_screens "$bin/sallyport"
shows "the sign-in says that something is wrong" '\[FAIL\] anchors'
sign_in otto
shows "the words are the first screen" 'BEFORE WORK BEGINS: SIX WORDS OF THE NEWEST ANCHOR PAGE'
shows "and the rule says so" '^-+ .*WORDS ASKED --'
go 'Six words of the newest page:' Enter
enter 'these are not six words'
press Enter
shows "what is no list of words is not sent" 'not six words of the list'
gone 'Six words of the newest page: *these' Escape
go 'Six words of the newest page:' w
enter 'abide able about above abrupt absent'
press Enter
says "words of another page are refused" 'not the words of the last anchor'
go 'Six words of the newest page:' w
enter "$words"
press Enter
says "the right ones agree" 'The record agrees with the page'
shows "and work is possible" 'Work is possible'

# --- a recall by two ---------------------------------------------------------------------
go '^ DEMO TRANSFERS' 2
go "^ DEMO PROGRESS $transfer" s
shows "what was closed can be recalled" 't Retire'
go 'Recall: why' r
go 'the first of two signatures' 3
enter "$(passphrase otto)"
press Enter
shows "otto proposed it" 'Its recall waits for another officer'
shows "with the reason" 'Reason +a wrong version went'
is "nothing is moved by one" "$(cat "$share/transfers/$transfer/files/note.txt")" 'some text'
press F8
says "nor can he sign twice" 'you proposed it, and another officer signs'
sign_out
shows "the sign-in says that something waits" '1 transfer waits for a second officer'
sign_in paula
shows "it stands out at home" "^> $transfer +RECALL +.*sign the recall, or keep it"
go "^ DEMO PROGRESS $transfer" Enter
shows "she sees who and why" 'Proposed +by otto \(Otto Officer\)'
go 'the second signature' F8
shows "and what it means" 'You sign that it is recalled: a wrong version went'
enter "$(passphrase paula)"
press Enter
shows "it is recalled" 'Recalled: a tombstone stands in its place'
shows "by both" 'Agreed +by paula'
is "the tombstone stands there, alone" "$(ls -A "$share/transfers/$transfer")" TOMBSTONE.txt
like "with the reason" "$(cat "$share/transfers/$transfer/TOMBSTONE.txt")" 'a wrong version went'
go "^ DEMO RECORD $transfer" Enter
shows "the record has it" 'station +recalled +off the share; a tombstone sta'
go '^ DEMO HOME' 1
shows "nothing waits any more" 'no transfer waits for anybody'
sign_out
go 'ended 0' F10
ok "the ledger verifies" "$bin/sallyport" verify

# --- an older copy is put back; the share is another machine's, and stays --------------------
station_stop
mv "$SALLYPORT_HOME" "$work/station.now"
mv "$work/copy" "$SALLYPORT_HOME"
mv "$share" "$work/share.then"
mv "$work/station.now/share" "$share"
cp "$work/small.img" "$SALLYPORT_HOME/ports/R1/small.img"
must station_start
begin_screens "$bin/sallyport"
sign_in otto
shows "it is the first screen" 'DO NOT WORK ON THIS STATION: AN ANCHOR DOES NOT AGREE'
shows "with what happened" 'the share has a checkpoint of [0-9]+ entries'
shows "and what to do" 'Sign out with F10 and call an administrator now'
go '^ DEMO HOME' Escape
shows "the rule says it on every screen" '^-+ AN ANCHOR DOES NOT AGREE: .*5 tells more'
shows "and the ready checks" '\[FAIL\] +anchors: an anchor does not agree'
need '^ +R1 +small.img +8.0M +ready'
press i
says "no medium is read" 'i: an anchor does not agree with the record; 5 tells what to do'
sign_out
go 'ended 0' F10
done_testing
