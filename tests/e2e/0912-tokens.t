#!/bin/sh
# SPDX-License-Identifier: ISC
# A station whose founder has a FIDO2 token, and officers who have theirs: several tokens at
# once, a key that goes from one to another, a touch that comes too late, a policy that asks
# for no PIN.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/screen.sh"
. "$(dirname "$0")/token.sh"

of() { # ID: the token that is set and asked about
	token=$work/$1.json
}
for who in ada tess new; do
	of $who
	set_token '{"counter": 5}'
done
keys_in() { # ID: how many keys its token has
	/usr/bin/python3 -c 'import json, sys; print(len(json.load(open(sys.argv[1])).get("keys", {})))' "$work/$1.json"
}
# with IDS COMMAND...: @TOKEN, @TOKEN2, ... are theirs
with() {
	with_states=
	for with_id in $1; do
		with_states=$with_states${with_states:+,}$work/$with_id.json
	done
	shift
	/usr/bin/python3 tests/e2e/softtoken.py "$with_states" "$@"
}

# --- the founder -----------------------------------------------------------------------------
mkdir -p "$(dirname "$SALLYPORT_HOME")"
station_plain_policy >"$work/policy"
found() { # OPTION...
	with ada "$bin/sallyport" --token-fd @TOKEN init --demo --policy "$work/policy" --admin ada --name 'Ada Admin' \
	    --new-passphrase-fd 9 "$@" 9<<END
$pin
END
}
refused "the token must be an admin's" 2 'of nobody who is an admin' found --token bob
of ada
good=$pin
pin=141421
refused "a wrong PIN founds nothing" 1 'not the PIN of the token' found --token ada
no "nothing is there" [ -e "$SALLYPORT_HOME/station.conf.waits" ]
pin=$good
run found --token ada
is "a station is founded with a token" "$status" 0
printf '%s\n' "$out" >"$work/page"
like "the founding page has its key" "$out" '^      sk-ssh-ed25519@openssh.com '
must "$bin/sallyport" init --word "$(word_of "$work/page")"
is "the key is in the token" "$(keys_in ada)" 1
is "its file is one of a token" "$(head -n 1 "$SALLYPORT_HOME/keys/ada.key")" sallyport-token-v1
must station_start
ada() { # IDS-OF-TOKENS COMMAND...
	ada_tokens=
	for ada_n in $(seq $(echo "$1" | wc -w)); do
		ada_tokens="$ada_tokens --token-fd @TOKEN$([ "$ada_n" = 1 ] || echo "$ada_n")"
	done
	ada_ids=$1
	shift
	# shellcheck disable=SC2086
	with "$ada_ids" "$bin/sallyport" --as ada $ada_tokens --passphrase-fd 9 "$@" 9<<END 7<<OLD 8<<NEW
$pin
END
$pin
OLD
$pin
NEW
}
ok "she signs with it" ada ada authority requester rita --name 'Rita Requester'

# --- two tokens --------------------------------------------------------------------------------
enrol_tess() { # IDS-OF-TOKENS
	ada "$1" authority add tess --name 'Tess Holm' --role officer --token --new-passphrase-fd 8
}
refused "no key is made in the token of who signs" 1 'has the key of who signs here' enrol_tess ada
refused "nor where it could be made in two" 1 'two tokens or more' enrol_tess 'tess ada new'
is "nothing was made" "$(keys_in ada) $(keys_in tess) $(keys_in new)" '1 0 0'
ok "of two tokens it is made in the free one" enrol_tess 'ada tess'
is "which has it" "$(keys_in ada) $(keys_in tess)" '1 1'
tries() {
	echo "$(of ada && get_token retries) $(of tess && get_token retries)"
}
both() { # TOKENS COMMAND...: tess, with both tokens in
	both_ids=$1
	shift
	with "$both_ids" "$bin/sallyport" --as tess --token-fd @TOKEN --token-fd @TOKEN2 --passphrase-fd 9 "$@" 9<<END
$pin
END
}
ok "the right one signs" both 'ada tess' exceptions
ok "wherever it is" both 'tess ada' exceptions
pin=141421
refused "a wrong PIN is told" 1 'after 7 more' both 'ada tess' exceptions
is "and no other token loses a try" "$(tries)" '8 7'
pin=$good
refused "none of them is told" 1 'no token here holds the key' both 'ada new' exceptions
is "without a try" "$(tries)" '8 7'

# --- from one to another -----------------------------------------------------------------------
ok "a key goes from token to token" ada 'ada tess new' authority key enroll tess --token \
    --old-passphrase-fd 7 --new-passphrase-fd 8
is "the new one was made there" "$(keys_in ada) $(keys_in tess) $(keys_in new)" '1 1 1'
of new
ok "it signs" tess exceptions
of tess
refused "the old one does not" 1 'does not hold the key' tess exceptions

# --- too late ------------------------------------------------------------------------------------
of new
set_token '{"late": true}'
refused "a touch that comes too late is told" 1 'not touched in time; *try again|not touched in time' tess exceptions
set_token '{"late": false}'

# --- a policy without PINs -------------------------------------------------------------------------
sed '/^token_pin/d' "$work/policy" >"$work/touch.policy"
echo 'token_pin = false;' >>"$work/touch.policy"
no_pin() { # COMMAND...
	with new setsid "$bin/sallyport" --as tess --token-fd @TOKEN "$@" </dev/null
}
refused "without a PIN she is nobody yet" 2 'passphrase is needed' no_pin exceptions
ok "the policy changes" ada ada authority policy "$work/touch.policy"
run no_pin exceptions
is "now a touch is enough" "$status" 0
terminal first
begin_screens "/usr/bin/python3 tests/e2e/softtoken.py $token $bin/sallyport --token-fd @TOKEN"
set_token '{"touch": false}'
enter tess
press Tab Enter
shows "at the screens, too" 'Touch the token of tess'
set_token '{"touch": true}'
shows "touched, it leads home" '^ DEMO HOME'
press F9
shows "the lock has no other key" 'Locked for tess'
press Enter
shows "which opens it" '^ DEMO HOME'
sign_out
go 'ended 0' F10

ok "the record verifies" "$bin/sallyport-verify" "$SALLYPORT_HOME/ledger/ledger.db"
station_stop
done_testing
