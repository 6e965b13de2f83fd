#!/bin/sh
# SPDX-License-Identifier: ISC
# People at the screens: an act of one admin is endorsed by another; guessing a
# passphrase there is slow, too.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/screen.sh"

printf '%s\n' 'ada opens the demo' 'bert opens the demo' 'cleo opens the demo' >"$work/three"
"$bin/sallyport" init --demo --threshold 2 --admin ada --name 'Ada Admin' --admin bert --name 'Bert Admin' \
    --admin cleo --name 'Cleo Admin' --new-passphrase-fd 9 9<"$work/three" >"$work/page" ||
    fail "founding" "$(cat "$work/page")"
must "$bin/sallyport" init --word "$(word_of "$work/page")"
must station_start
must as ada authority requester rita --name 'Rita Requester'
must as ada authority requester rolf --name 'Rolf Requester'

terminal first
begin_screens "$bin/sallyport"
sign_in ada
need 'HOME'
go 'PEOPLE' p
shows "what waits stands on top" 'WAITS +enrol rita \(Rita Requester\) as requester'
shows "and for whom" 'it waits for bert and cleo'
shows "not for who proposed it" 'You +ada stands behind this act already'
press e
says "she cannot endorse it" 'you cannot endorse this act'
sign_out
sign_in bert 'bert opens the demo'
need 'HOME'
go 'PEOPLE' 4
go 'ENDORSE' e
shows "it says what is signed" 'You agree that this takes force: enrol rita'
gone 'ENDORSE' Escape
is "No leaves it waiting" "$("$bin/sallyport" authority pending --json | wc -l)" 2
go 'ENDORSE' e
enter 'not the passphrase'
press Enter
says "a wrong passphrase signs nothing" 'not the passphrase'
go 'ENDORSE' e
enter 'bert opens the demo'
press Enter
says "the right one puts it in force" 'Signed. The act is in force'
is "in the record" "$("$bin/sallyport" people --json | grep -c '"id": *"rita"')" 1
shows "the list has her" 'active +rita +requester'
shows "and the next act" 'WAITS +enrol rolf'
"$bin/sallyport" --as cleo --passphrase-fd 9 authority endorse "$("$bin/sallyport" authority pending --json |
    sed -n 's/.*"leaf": *"\([0-9a-f]*\)".*/\1/p')" 9<<END >/dev/null 2>&1
cleo opens the demo
END
go 'active +rolf' F5
shows "what another did is read again" '4 people|5 people, 0 acts wait'
sign_out

# The id stays in the form; only the passphrase is typed again.
sign_in cleo 'guess number 1'
says "a guess is refused" 'refused; the attempt is recorded'
for i in 2 3 4; do
	enter "guess number $i"
	press Enter
	says "guess $i is refused, too" 'refused; the attempt is recorded'
	need 'Passphrase  \[ '
done
like "the station counts them" "$(printf 'guess number 5\n' |
    "$bin/sallyport" --as cleo --passphrase-fd 0 exceptions 2>&1)" '4 sign-ins as cleo were refused'
enter 'cleo opens the demo'
press Enter
says "the right one waits, and it is said why" 'it waits, because sign-ins were refused'
shows "then she is in" 'HOME'
done_testing
