#!/bin/sh
# SPDX-License-Identifier: ISC
# The screens when things go wrong: processes that are killed or stopped in the
# middle of a review, keys that are typed before their question is there, sizes
# and pastes, terminals and environments that lie, and officers who may not.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/screen.sh"
pty=$B/tests/screens/pty

station
demo_medium
intake "$demo_image"
must as ada authority add audrey --name 'Audrey Auditor' --role auditor --new-passphrase-fd 8 8<<END_OF_IT
audrey opens the demo
END_OF_IT

counts() { # "files undecided APPR REJ HOLD BLCK"
	screen | sed -n 2p | tr -dc '0-9 ' | tr -s ' ' | sed 's/^ //; s/ $//'
}
part_of_station() { # PROGRAM
	pgrep -x -P "$station_pid" "$(printf '%.15s' "$1")"
}
nothing_signed() { # NAME
	is "$1" "$(entries xfer.approve) $(state_of "$transfer")" '0 REVIEW'
}
review() { # opens the transfer from home
	need "^> $transfer +REVIEW"
	go "^ DEMO REVIEW $transfer" Enter
	need '^--- [0-9]+ of '
}

# --- a session that is killed in mid-review ------------------------------------------
terminal otto
begin_screens "$bin/sallyport"
sign_in otto
review
go 'APPROVE WHAT' P
go '188 items: APPR' Tab Enter
go '^ > ----' '}'
go 'REJECT ITEM .*WHY' r
go 'APPR 188  REJ 1 ' 4
go 'HOLD ITEM .*WHY' h
kill -9 "$(child)"
shows "a session that is killed is told" 'ended by the signal KILL'
sign_in otto
review
becomes "its drafts are all there, and the question it was at decided nothing" '204 14 188 1 0 1' counts
go 'APPR 188  REJ 0 ' u
go 'APPR 0  REJ 0 ' u
pass "and can be taken back one after the other"
go 'APPR 188  REJ 0 ' U

# --- a desk that is killed ---------------------------------------------------------------
kill -9 "$(part_of_station sallyport-desk)"
shows "a desk that is killed is told" 'Station gone since [0-9:]+; this is the last state'
becomes "and the last state stays" '204 15 188 0 0 1' counts
press a
wait_for 20 station_gone
wait "$station_pid" 2>/dev/null
must station_start
shows "when it is back, the officer is asked again" 'Enter signs in again'
enter "$(passphrase otto)"
press Enter
need '^ DEMO REVIEW'
wait_for 20 has 'APPR 188'
becomes "and every draft is there" '204 15 188 0 0 1' counts

# --- a desk that hangs ---------------------------------------------------------------------

# Typed while the desk or the session is stopped, all at once.
go 'APPR 0  REJ 0 ' u
go '^ >      UNRD' Home
go '^ > ---- .*README.TXT' '}'
desk=$(part_of_station sallyport-desk)
storm() { # KEY...: while the desk hangs
	kill -STOP "$desk"
	press "$@"
	need 'The station is slow to answer'
	kill -CONT "$desk"
	wait_for 20 lacks 'slow to answer'
	calm
}
calm() { # nothing changes any more: the same at three looks
	calm_looks=0
	calm_before=
	while [ $calm_looks -lt 3 ]; do
		calm_looks=$((calm_looks + 1))
		! is_not "$calm_before" || calm_looks=0
		calm_before=$(screen)
		sleep 0.2
	done
}
# A key that came before what it opened was ready is thrown away, and a question takes
# the first Esc: home, wherever this is.
homewards() {
	has '^ DEMO HOME' && return
	press Escape
	false
}
storm a y Enter F8 a Enter y F8 S Enter Tab Enter
shows "a desk that hung: what was typed meanwhile is at most a draft" 'Decision +APPR by otto'
shows "that can be taken back" 'u takes it back|^ a Appr .* u Undo'
go '^ DEMO HOME' 1
review
becomes "of the one item" '204 202 1 0 0 1' counts
storm P Tab Enter y Tab Enter
go '^ DEMO HOME' 1
review
becomes "an answer that comes late confirms nothing" '204 202 1 0 0 1' counts
storm B 2 0 2 Tab Tab Enter Enter
shows "nor does a number that was typed before its question" 'How many items change +\[ '
gone 'IN BULK' Escape
go 'undecided 203  APPR 0 ' u
ahead() { # KEY...: typed while the session is stopped, so all of it is there at once
	kill -STOP "$(child)"
	press "$@"
	kill -CONT "$(child)"
}
ahead F10 Tab Enter
shows "keys typed before their question are thrown away: nobody is signed out" '\[ Cancel \]  \[ Sign out \]'
calm
gone 'Sign out' Escape
ahead r 4
shows "no reason is chosen" 'REJECT ITEM .*WHY'
calm
gone 'REJECT ITEM' Escape
ahead P Tab Enter P Tab Enter
calm
must wait_for 20 homewards
review
becomes "nothing was decided" '204 203 0 0 0 1' counts
nothing_signed "and nothing signed"

# --- sizes ---------------------------------------------------------------------------------------
go 'APPROVE WHAT' P
go '188 items: APPR' Tab Enter
go '^ > ----' '}'
calm
body() { # all but the clock and the message
	screen | sed '1d;23d'
}
body >"$work/before"
as_before() {
	body | cmp -s - "$work/before"
}
for size in '200 60' '1 1' '80 24' '1 24' '300 2' '79 23' '200 60' '2 2' '120 36' '1 1'; do
	$tty resize-window -t otto -x "${size% *}" -y "${size#* }"
done
$tty resize-window -t otto -x 200 -y 60
shows "a storm of sizes down to 1 x 1 ends in a screen of the last size" '^ DEMO REVIEW .{140}'
go 'REJECT ITEM .*WHY' r
$tty resize-window -t otto -x 1 -y 1
$tty resize-window -t otto -x 80 -y 24
need '^ Esc Back  F9 Lock  F1 Help'
press Escape
wait_for 20 as_before
is "row by row" "$(body | diff "$work/before" -)" ""
becomes "and nothing was decided by it" '204 15 188 0 0 1' counts

# --- limits with mistakes -----------------------------------------------------------------------------
go 'An empty limit shows all' l
mark() { # the column of the limit over which it stands
	screen | awk '/^ Limit: / { print index(above, "v") - 8 } { above = $0 }'
}
mistake() { # LIMIT PLACE WORDS
	press C-u
	enter "$1"
	press Enter
	shows "\"$1\": $3" "v $3|$3 v"
	becomes "and the mark stands over it" "$2" mark
}
mistake 'severity>=mediun' 11 'severity has no such value'
mistake 'colour=red' 1 'there is no such field'
mistake 'size>1 and (gate=pass' 12 'the bracket is not closed'
press C-u
go '^ dec ' Enter

# --- two officers, one transfer --------------------------------------------------------------------------
terminal paula
begin_screens "$bin/sallyport"
sign_in paula
review
shows "a transfer that another officer has says so" 'otto has it'
becomes "with his drafts" '204 15 188 0 0 1' counts
press a
says "his drafts are not hers" 'a: otto has this transfer; T takes it over'
press u
says "nor to be taken back" 'u: otto has this transfer'
press F8
says "nor to be submitted" 'F8: otto has this transfer'
go 'Passphrase of paula' T
press Enter
says "it is taken over with a signature only" 'nothing is signed without it'
enter "$(passphrase otto)"
go 'this is not the passphrase of paula' Enter
shows "by the right one" 'otto has it'
go 'Passphrase of paula' T
enter "$(passphrase paula)"
go 'DRAFT, not submitted' Enter
says "then it is hers" 'You have K1-000001 now'
becomes "with all drafts" '204 15 188 0 0 1' counts
go 'APPR 0 ' u
press U
says "what another officer decided she cannot decide again in one step" 'another officer decided'
go 'APPROVE WHAT' P
go '188 items: APPR' Tab Enter
on=otto
says "who had it is told without a key" 'paula has taken K1-000001 over'
shows "and on the screen" 'paula has it'
press a
says "and how he gets it back" 'paula has this transfer'
becomes "and nothing was decided" '204 15 188 0 0 1' counts
on=paula
sign_out

# --- who may not ------------------------------------------------------------------------
for who in ada audrey; do
	sign_in $who "$who opens the demo"
	review
	press a
	says "$who, who is no officer, decides nothing" 'a: only a transfer officer'
	press T
	says "takes nothing over" 'T: only a transfer officer'
	press F8
	says "and submits nothing" 'F8: only a transfer officer'
	press x
	is "no passphrase is asked for" "$(screen | grep -c 'Passphrase of')" 0
	go '^ DEMO HOME' 1
	press i
	says "nor reads a medium" 'i: only an officer'
	sign_out
done
sign_in rita 'rita opens the demo'
says "a requester cannot sign in" 'Sign-in refused; the attempt is recorded'
gone 'Sign-in refused' Up C-u
sign_in paula 'the passphrase of somebody'
says "nor who has the wrong passphrase" 'Sign-in refused; the attempt is recorded'
is "nothing of it is in the record of the transfer" "$(entries xfer.approve) $(entries xfer.take)" '0 1'

# --- signatures --------------------------------------------------------------------------------
gone 'Sign-in refused' Up C-u
sign_in paula
review
go 'An empty limit shows' l
enter 'decision=none and gate=reason'
go ' 15 rows ' Enter
go 'IN BULK' B
go 'Decision +< reject >' Tab Tab Space
go 'Reason +< not asked' Tab Space
enter 15
go '15 items: REJ' Tab Tab Enter
desk=$(part_of_station sallyport-desk)
kill -STOP "$desk"
press F8 F8 S
enter "$(passphrase paula)"
press Enter Enter
need 'slow to answer'
kill -CONT "$desk"
wait_for 20 lacks 'slow to answer'
calm
nothing_signed "nothing is signed by what was typed before its question"
must wait_for 20 homewards
review
go "^ DEMO SIGN $transfer" F8
look_at_all
kill -STOP "$(child)"
press F8
enter "$(passphrase paula)"
press Enter
kill -CONT "$(child)"
need 'Passphrase of paula +\[ '
calm
nothing_signed "nor by a passphrase that was typed before the field is there"
press Enter
says "nor without one" 'nothing is signed without it'
enter 'paula opens the dome'
go 'this is not the passphrase of paula; try again; the refusal is recorded' Enter
nothing_signed "nor by a wrong one"
go 'Passphrase of paula +\[ ' F8
kill -9 "$(child)"
shows "a session may die at the passphrase" 'ended by the signal KILL'
nothing_signed "nothing is signed by it"
sign_in paula
review
becomes "and no draft is lost" '204 0 188 15 0 1' counts
go "^ DEMO SIGN $transfer" F8
shows "what was looked at counts for one session" '8 say "not yet"|say "not yet"'
look_at_all
go 'Passphrase of paula' F8
enter "$(passphrase paula)"
go '^ DEMO HOME' Enter
need "^> $transfer +SUBMITTED"
is "signed once" "$(entries xfer.approve) $(state_of "$transfer")" '1 SUBMITTED'
go 'You cannot sign: paula has signed' Enter
press F8
says "nobody signs twice" 'F8: you cannot sign'
on=otto
press a
says "who still looks at the review changes nothing" 'a: paula has this transfer|a: the transfer is SUBMITTED'
go '^ DEMO HOME' 1
need "^> $transfer +SUBMITTED"
go 'another person, who may sign' Enter
look_at_all
go 'Passphrase of otto' F8
on=paula
go 'Withdraw, why' W
enter 'it was the wrong medium'
go 'Passphrase of paula' Enter
enter "$(passphrase paula)"
go 'your submission is taken back' Enter
on=otto
enter "$(passphrase otto)"
go 'it is in review' Enter
is "a submission that was taken back is not signed" "$(entries xfer.approve) $(state_of "$transfer")" '1 REVIEW'
is "and nothing is released" "$(find "$SALLYPORT_HOME/share/transfers" -type f)" ""
$tty kill-server

# --- pastes, on a terminal whose every byte is judged ---------------------------------------------
as_paula() {
	printf '%s\n' 'wait Officer id' 'wait checks are good' 'text paula' 'key Tab' "text $(passphrase paula)" \
	    'key Enter' 'wait DEMO HOME' "wait $transfer" 'settle 150'
}
in_review() {
	as_paula
	printf '%s\n' 'key Enter' 'wait DEMO REVIEW' 'wait item 1' 'settle 150'
}
plays() { # NAME COMMAND...: what $work/script says
	name=$1
	shift
	ok "$name" "$pty" -w 60 "$work/script" "$@"
	peak=$(sed -n 's/^memory end peak_kib=\([0-9]*\) .*/\1/p' "$work/ok.out")
	[ -z "$peak" ] || [ "$peak" -lt 102400 ] || fail "$name: at most 100 MiB, the key's derivation included" "$peak KiB"
}
{
	in_review
	printf '%s\n' 'key l' 'wait An empty limit' 'fill 1048576 name~"a" or ' 'settle 300' 'expect Limit:' 'key Enter' \
	    'settle 300' 'key Esc' 'wait dec ' 'wait APPR 188'
	echo 'memory end'
} >"$work/script"
plays "a megabyte in the field of a limit" "$bin/sallyport"
{
	printf '%s\n' 'wait Officer id' 'wait checks are good' 'text paula' 'key Tab' 'fill 1048576 paula opens the demo' \
	    'settle 300' 'expect SIGN IN' 'key Enter' 'wait Sign-in refused'
	echo 'memory end'
} >"$work/script"
plays "a megabyte in the field of the passphrase" "$bin/sallyport"
{
	in_review
	printf '%s\n' 'key F8' 'wait not before you opened' 'wait Enter Items' "snapshot $work/sign"
} >"$work/script"
plays "what must be looked at is on the screen" "$bin/sallyport"
awk 'on { g = substr($0, 36, 27); sub(/ +$/, "", g); if (g == "") exit; print g } /You must look at/ { on = 1 }' \
    "$work/sign" >"$work/groups"
{
	in_review
	printf '%s\n' 'key F8' 'wait not before you opened'
	# each step waits for all that the one before brings about: a frame may come in two parts
	while read -r group; do
		printf '%s\n' "cursor > $group" 'key Enter' 'wait seen by you' 'gone You must look at' 'key Esc' \
		    'wait You must look at' 'gone seen by you' 'key Down'
	done <"$work/groups"
	printf '%s\n' 'wait Sign: F8, then your passphrase'
	printf '%s\n' 'key F8' 'wait Passphrase of paula' 'settle 100' 'fill 1048576 paula opens the demo' 'settle 300' \
	    'expect Passphrase of paula' 'key Enter' 'wait this is not the passphrase of paula'
	echo 'memory end'
} >"$work/script"
plays "a megabyte in the field of the signature" "$bin/sallyport"
is "nothing is signed by it" "$(entries xfer.approve) $(state_of "$transfer")" '1 REVIEW'
{
	in_review
	printf '%s\n' 'paste 1048576' 'settle 500'
	echo 'memory end'
} >"$work/script"
plays "a megabyte of any bytes in the review" "$bin/sallyport"
is "signs nothing" "$(entries xfer.approve) $(state_of "$transfer")" '1 REVIEW'

# --- terminals and environments ---------------------------------------------------------------------
for lie in LC_ALL=xx_YY.UTF-9 LANG=no LINES=9999 COLUMNS=1 ESCDELAY=99999 TERMINFO=/nowhere HOME=/nowhere; do
	cat >"$work/script" <<-END
		wait Officer id
		wait checks are good
		expect F2 Status  F10 Leave  F1 Help
		snapshot $work/lie
		key F10
		end 0
	END
	plays "$lie" env "$lie" "$bin/sallyport"
	is "has all of 80 x 24" "$(awk 'NR == 2 { n = length } NR == 24 { print NR, n, $1 }' "$work/lie")" '24 80 F2'
done
for type in vt220 linux tmux-256color; do
	printf '%s\n' 'wait Officer id' 'wait checks are good' 'key F10' 'end 0' >"$work/script"
	ok "TERM=$type will do" "$pty" -t $type "$work/script" "$bin/sallyport"
done
for type in dumb unknown '' '../../etc/passwd' "$(printf 'x\033[2J')"; do
	printf '%s\n' 'end 2' 'expect next:' >"$work/script"
	ok "TERM=$(printf '%s' "$type" | tr -dc ' -~') is refused politely" "$pty" -t "$type" "$work/script" "$bin/sallyport"
done
ok "the record verifies" "$bin/sallyport" verify
done_testing
