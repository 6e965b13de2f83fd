#!/bin/sh
# SPDX-License-Identifier: ISC
# An officer whose key is in a FIDO2 token, at the screens: signs in, signs, unlocks; and a
# token that is absent, another one, not touched, or given a wrong PIN.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/screen.sh"
. "$(dirname "$0")/token.sh"
must station_init
must station_start
must station_people
must as ada authority policy tests/bench/noengine.policy
set_token '{"counter": 5}'
must enrol tess 'Tess Holm'

mkdir "$work/m"
echo text >"$work/m/note.txt"
small_medium "$work/small.img" "$work/m"
intake "$work/small.img"
must as otto decide "$transfer" approve --proposed
must as otto submit "$transfer" --yes

told_to_stop() {
	wait_for 20 token_is cancelled True && set_token '{"cancelled": false}'
}

# --- without one
terminal first
begin_screens "$bin/sallyport"
sign_in tess "$pin"
says "an absent token is told, and what to do" 'there is no token; put it in, and try again'
go 'ended 0' F10

# --- signing in
begin_screens "/usr/bin/python3 tests/e2e/softtoken.py $token $bin/sallyport --token-fd @TOKEN"
enter tess
press Tab Enter
says "without a PIN nothing is tried" 'Type your passphrase, or the PIN of your token'
enter 141421
press Enter
says "a wrong PIN is told, and how many are left" 'not the PIN of the token; .*after 7 more'
is "it was tried once" "$(get_token retries)" 7
press Up C-u
sign_in tess 12
says "one that is no PIN is not tried" 'PIN has 4 to 63 characters'
is "the token was not asked" "$(get_token retries)" 7
set_token '{"touch": false}'
press Up C-u
sign_in tess "$pin"
shows "the screen says what to do" 'Touch the token of tess when it blinks'
shows "and for how long it waits" 'It waits [0-9]+ s more\. Esc gives up'
unlike "the PIN is not on it" "$(screen)" "$pin"
press Escape
says "Esc gives up" 'the token was not touched; nothing was signed; try again'
hides "the question is over" 'Touch the token'
ok "the token is told to stop" told_to_stop
press Up C-u
sign_in tess "$pin"
shows "it is asked again" 'Touch the token of tess'
set_token '{"touch": true}'
shows "touched, it leads home" '^ DEMO HOME'
need "^> $transfer +SUBMITTED"

# --- the lock
press F9
shows "the lock asks for the PIN" 'Token PIN for tess'
enter 141421
press Enter
says "a wrong one does not open it" 'not the PIN of the token'
enter "$pin"
set_token '{"touch": false}'
press Enter
shows "nor does the PIN without a touch" 'Touch the token of tess'
press Escape
says "given up" 'the token was not touched'
ok "the token is told" told_to_stop
shows "it stays locked" 'Locked for tess'
set_token '{"touch": true, "lie": true}'
enter "$pin"
press Enter
says "nor a token that signs something else" 'no signature by the key'
set_token '{"lie": false}'
enter "$pin"
press Enter
shows "PIN and touch do" '^ DEMO HOME'

# --- a signature
go "^ DEMO SIGN $transfer" Enter
look_at_all
shows "it says what a signature takes" 'Sign: F8, then the PIN and a touch of your token'
go 'Token PIN of tess' F8
set_token '{"touch": false}'
enter "$pin"
go 'Touch the token of tess' Enter
press C-c
says "nothing is signed when she gives up" 'the token was not touched'
ok "the token is told that, too" told_to_stop
is "the transfer waits" "$(state_of "$transfer")" SUBMITTED
go 'Token PIN of tess' F8
enter "$pin"
go 'Touch the token of tess' Enter
set_token '{"touch": true}'
shows "touched, it is the last signature" "^ DEMO PROGRESS $transfer"
shows "which releases" 'RELEASED'
go '^ DEMO HOME' Escape
sign_out
go 'ended 0' F10

ok "the record verifies" "$bin/sallyport-verify" "$SALLYPORT_HOME/ledger/ledger.db"
station_stop
done_testing
