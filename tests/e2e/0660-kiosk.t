#!/bin/sh
# SPDX-License-Identifier: ISC
# A kiosk: the screens before there is a station, without one, after one was
# killed; and no key that leads out of them.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/screen.sh"

alive() {
	guard >/dev/null && child >/dev/null
}

# --- before there is a station -------------------------------------------------------
terminal kiosk
$tty send-keys -t "$on" "clear; SALLYPORT_HOME='$SALLYPORT_HOME' $bin/sallyport --kiosk; echo ended \$?" Enter
shows "a kiosk that starts before its station says so" 'The station does not answer: it is starting'
shows "and what happens next" 'It is tried again'
hides "in a screen without fields" 'Officer id|Passphrase'
hides "or errors" 'next:|errno|No such file|refused'
becomes "the cursor is on the sentence" 9 $tty display-message -p -t "$on" '#{cursor_y}'

# Nobody at the keyboard gets out.
for key in F10 C-c C-z 'C-\' C-s C-q Escape q C-d C-l F1 Escape F12 ; do
	press "$key"
done
enter '!exit'
press Enter
shows "no key leads out of it" 'SIGN IN'
ok "and nothing has ended" alive

# Its folder of keys comes with the station, after the screens have begun.
station noclamd
shows "the sign-in comes by itself" 'Officer id  \['
shows "with the state of the station" 'System +(\[|[0-9])'
sign_in otto
shows "and an officer signs in, whose key was made meanwhile" '^ DEMO HOME'

# --- the station is killed ---------------------------------------------------------------
kill -9 "$station_pid"
wait "$station_pid" 2>/dev/null
shows "a station that was killed is told to who is signed in" 'Station gone since [0-9:]+; this is the last state'
station_start >"$work/start" 2>&1 || fail "the station starts again" "$(cat "$work/start")"
shows "when it is back it asks for a new sign-in" 'LOCKED'
shows "and says why" 'Enter signs in again: the connection to the station is a'
enter "$(passphrase otto)"
press Enter
shows "which leads back to where he was" '^ DEMO HOME'
sign_out
kill -9 "$station_pid"
wait "$station_pid" 2>/dev/null
shows "at the sign-in a station that was killed is one sentence" 'The station does not answer: it has stopped, or is'
hides "and not many" 'next:|gone while at work|Sign-in refused'
station_start >"$work/start" 2>&1 || fail "the station starts again" "$(cat "$work/start")"
shows "the sign-in comes back" 'Officer id  \['

# --- keys ------------------------------------------------------------------------------------
need 'System +(\[|[0-9])'
press F10
says "F10 does not leave a kiosk" 'it cannot be left'
for key in C-c C-z 'C-\' C-s C-q C-d; do
	press "$key"
done
enter 'zoe'
shows "Ctrl-S stops nothing" 'Officer id  \[.*zoe'
ok "and nothing has ended" alive

# --- a child that dies --------------------------------------------------------------------------
must child
kill -9 "$(child)"
shows "a session that was killed is told on the next sign-in" 'ended by the signal KILL'
hides "which holds nothing of the last one" 'zoe'
# at once, each as soon as it is there: six within ten seconds on any machine
strike "$(guard)"
shows "screens that only die are waited with" 'tried again in 10 seconds'
hides "the kiosk does not end" 'ended [0-9]'
enter 'typed into nothing'
unlike "and shows nothing that is typed" "$(screen)" 'typed into'
shows "they come back by themselves" 'Officer id  \['
ok "in a child of the same guard" alive
need 'System +(\[|[0-9])'
sign_in otto
shows "who signs in" '^ DEMO HOME'
kill "$(guard)"
shows "a service manager ends it" 'ended 0'
$tty send-keys -t "$on" "clear; stty -a | tr -s ' ;' '\\n\\n' | grep -x -e echo -e -echo -e icanon -e isig" Enter
shows "and the terminal is as it was" '^icanon'
shows "with its echo" '^echo'
shows "and its signals" '^isig'

done_testing
