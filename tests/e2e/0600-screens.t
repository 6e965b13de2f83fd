#!/bin/sh
# SPDX-License-Identifier: ISC
# The screens on a real terminal: sign-in and lock, a station that goes and
# comes back, terminals and windows that do not fit, ends of every kind.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/screen.sh"

keys() {
	$tty send-keys -t "$on" "$@"
}
cursor() {
	$tty display-message -p -t "$on" '#{cursor_y},#{cursor_x}'
}
column() {
	cursor | sed 's/.*,//'
}

station noclamd
terminal first
start="$bin/sallyport"

# --- a terminal that will not do -------------------------------------------------
for term in dumb no-such-terminal; do
	keys "clear; TERM=$term $start; echo $term ended \$?" Enter
	shows "TERM=$term is refused" "$term ended 2"
	shows "and it says what to do" 'next: '
done
keys "clear; $start --kiosk status; echo kiosk ended \$?" Enter
shows "--kiosk goes with no command" 'kiosk ended 2'
run "$bin/sallyport" </dev/null
is "without a terminal it is usage, as ever" "$status" 2
like "and lists the commands" "$out" '^  intake  '
refused "--kiosk needs a terminal" 2 'terminal' setsid "$bin/sallyport" --kiosk

# --- signing in --------------------------------------------------------------------
keys "clear; $start; echo ended \$?" Enter
shows "it begins with the sign-in" 'SIGN IN'
shows "the station is named, and that it is a demo" '^ DEMO Station K1, site demo'
shows "its state is told" 'checks are good'
shows "and who waits" 'Waiting +no transfer waits'
hides "nobody is listed" 'otto|paula|ada'
becomes "the cursor is in the first field" 9,25 cursor
recorded() { # OFFICER: refused sign-ins under this id that are entries
	grep -ao "\"data\":{\"officer\":\"$1\"" "$SALLYPORT_HOME/ledger/ledger.db" | wc -l
}
sign_in zoe 'whatever it may be'
shows "a person who is not enrolled is refused" 'Sign-in refused; the attempt is recorded'
one=$(message)
keys Up
keys C-u
sign_in otto 'not the passphrase'
need 'Officer id  \[otto'
shows "a wrong passphrase is refused" 'Sign-in refused; the attempt is recorded'
becomes "with the same words" "$one" message
unlike "and what was typed is not shown" "$(screen)" 'passphrase$|not the'
keys -l 'otto opens the demo'
unlike "not while it is typed, either" "$(screen)" 'otto opens'
both_recorded() {
	[ "$(recorded zoe)" -ge 1 ] && [ "$(recorded otto)" -ge 1 ]
}
ok "both are entries" wait_for 15 both_recorded
keys Enter
shows "the right one leads home" '^ DEMO HOME'
shows "with the ready checks and their remedies" '\[FAIL\] +antivirus'
shows "and what to do about them" 'do: an administrator starts clamd'
shows "what is in progress" 'In progress +State'
shows "and the ports" '^ +R1 .*empty'
becomes "the cursor is on the focus" 0 column
screen >"$work/screen"

# --- keys ------------------------------------------------------------------------------
keys '?'
shows "? explains the keys of the screen" 'HELP of the screen HOME'
keys Escape
shows "and Esc goes back" '^ DEMO HOME'
keys C-c
shows "Ctrl-C is a key" 'Nothing is under way'
keys C-z
shows "and Ctrl-Z" 'on purpose'
keys m
shows "m shows what was said" 'MESSAGES'
shows "all of it" 'Nothing is under way'
keys q
shows "q goes back as well" 'In progress'
keys x
shows "a key that does nothing says so" 'x does nothing on this screen'

# --- windows -----------------------------------------------------------------------------
$tty resize-window -t "$on" -x 72 -y 20
shows "a window that is too small is told so" 'Window too small: 72 x 20'
$tty resize-window -t "$on" -x 1 -y 1
$tty resize-window -t "$on" -x 160 -y 40
shows "and a larger one is used" 'sandbox: vault, ledger and stager'
for size in '200 60' '3 3' '80 10' '10 24' '81 25' '200 5'; do
	$tty resize-window -t "$on" -x "${size% *}" -y "${size#* }"
done
$tty resize-window -t "$on" -x 80 -y 24
shows "after a storm of sizes the screen is as it was" 'In progress +State'
keys C-l
rows_are_back() {
	[ "$(screen | sed -n '4,21p')" = "$(sed -n '4,21p' "$work/screen")" ]
}
wait_for 15 rows_are_back
is "row by row" "$(screen | sed -n '4,21p')" "$(sed -n '4,21p' "$work/screen")"

# --- the lock ------------------------------------------------------------------------------
keys F9
shows "F9 locks" 'LOCKED'
hides "nothing of the screen is left" 'HOME|antivirus|In progress'
keys -l 'not the passphrase'
keys Enter
shows "a wrong passphrase does not unlock" 'Not unlocked; the attempt is recorded'
keys F1
shows "help is there" 'HELP of the screen LOCKED'
keys 1
shows "but no way around the lock" '1 does nothing'
keys Escape
shows "back at the lock" 'Passphrase for otto'
keys -l 'otto opens the demo'
keys Enter
shows "the officer unlocks" 'In progress'

# --- the station goes, and comes back --------------------------------------------------------
station_stop
shows "a station that has gone is told" 'Station gone since [0-9:]+; this is the last state'
shows "and the last state stays" '\[FAIL\] +antivirus'
keys F9
shows "the lock works without it" 'The station does not answer'
keys -l 'not the passphrase'
keys Enter
shows "and still refuses" 'Not unlocked; the station has gone'
keys -l 'otto opens the demo'
keys Enter
shows "and opens" 'In progress'
must station_start
shows "when it is back, the officer is asked again" 'Enter signs in again'
keys -l 'otto opens the demo'
keys Enter
shows "and goes on where he was" 'In progress'
keys t
shows "on the new connection" 'TRANSFERS'
keys 1
shows "home again" '^ DEMO HOME'

# --- ends -------------------------------------------------------------------------------------
must child
first=$(child)
kill -9 "$first"
shows "a session that was killed is told on the next sign-in" 'ended by the signal KILL'
second=$(child)
is "which is a process of its own" "$([ -n "$second" ] && [ "$second" != "$first" ] && echo fresh)" fresh
sign_in otto 'otto opens the demo'
shows "who signs in again" 'In progress'
is "by that process" "$(child)" "$second"
keys F10
shows "signing out is asked for, and begins on Cancel" '\[ Cancel \]  \[ Sign out \]'
keys Enter
wait_for 20 lacks 'Cancel'
shows "Enter alone leaves all as it was" 'In progress'
keys F10
need 'Sign out \]'
keys Tab
keys Enter
shows "signing out ends in a sign-in" 'SIGN IN'
third=$(child)
is "of a fresh process" "$([ -n "$third" ] && [ "$third" != "$second" ] && echo fresh)" fresh
hides "that knows nobody" 'otto'
station_stop
shows "a sign-in without a station says so" 'The station does not answer'
must station_start
shows "and goes on by itself" 'checks are good'
kill "$(guard)"
shows "the guard is told to end, and everything ends" 'ended 0'
keys "clear; stty -a | tr -s ' ;' '\\n\\n' | grep -x -e echo -e -echo" Enter
shows "the terminal is as it was" '^echo'

# --- a kiosk ------------------------------------------------------------------------------------
keys "clear; $start --kiosk; echo ended \$?" Enter
shows "a kiosk's sign-in" 'SIGN IN'
need 'checks are good'
keys F10
shows "cannot be left" 'it cannot be left'
kill "$(guard)"
shows "but is ended by a signal" 'ended 0'

keys "clear; $start; echo ended \$?" Enter
need 'checks are good'
must child
# at once, each as soon as it is there: six within ten seconds on any machine
strike "$(guard)"
shows "screens that only die are given up" 'ended 3'
shows "in words" 'died 6 times within 10 seconds'

keys "clear; $start; echo ended \$?" Enter
need 'checks are good'
keys F10
shows "where it is no kiosk, F10 leaves" 'ended 0'

# --- the record ------------------------------------------------------------------------------------
ok "the record verifies" "$bin/sallyport" verify
done_testing
