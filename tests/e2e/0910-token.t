#!/bin/sh
# SPDX-License-Identifier: ISC
# An officer whose key is in a FIDO2 token: enrolled, signs, and what goes wrong with tokens.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/token.sh"
must station_init
must station_start
must station_people

set_token "{\"pin\": \"$pin\", \"counter\": 5}"

# --- enrolment
set_token '{"flags": 1}'
refused "a token that skips the PIN is not enrolled" 1 'should|PIN' enrol tess 'Tess Holm'
set_token '{"flags": 5}'
run enrol tess 'Tess Holm'
is "an officer with a token is enrolled" "$status" 0
like "she was asked to touch it" "$err" 'Touch the token of tess'
key=$SALLYPORT_HOME/keys/tess.key
is "her file is one of a token" "$(head -n 1 "$key")" sallyport-token-v1
like "with its public key" "$(cat "$key")" '^public sk-ssh-ed25519@openssh.com '
sed -n 's/^public /tess /p' "$key" >"$work/allowed"
ok "which is one to ssh-keygen" sh -c "cut -d' ' -f2- '$work/allowed' >'$work/pub' && ssh-keygen -lf '$work/pub'"

# --- signatures
run tess exceptions
is "she signs in with it" "$status" 0
before=$(get_token counter)
ok "and again" tess exceptions
no "the counter of the token went on" [ "$(get_token counter)" = "$before" ]
sql() {
	sqlite3 -readonly "$SALLYPORT_HOME/ledger/ledger.db" "$1"
}
login="SELECT seq FROM entry WHERE body LIKE '%\"sess.login\"%\"id\":\"tess\"%' OR body LIKE '%\"id\":\"tess\"%\"sess.login\"%' ORDER BY seq DESC LIMIT 1"
n=$(sql "$login")
sql "SELECT CAST(body AS TEXT) FROM entry WHERE log=(SELECT max(log) FROM entry) AND seq=$n" >"$work/body"
{
	echo '-----BEGIN SSH SIGNATURE-----'
	sql "SELECT hex(sig) FROM entry WHERE log=(SELECT max(log) FROM entry) AND seq=$n" |
	    /usr/bin/python3 -c 'import sys, base64; print(base64.b64encode(bytes.fromhex(sys.stdin.read().strip())).decode())'
	echo '-----END SSH SIGNATURE-----'
} >"$work/sig"
ok "ssh-keygen verifies what she signed" sh -c \
    "ssh-keygen -Y verify -f '$work/allowed' -I tess -n custody-event-v1@sallyport -s '$work/sig' <'$work/body'"

# --- what goes wrong
refused "without a token she cannot" 1 'there is no token' \
    sh -c "'$bin/sallyport' --as tess --passphrase-fd 9 exceptions 9<'$work/allowed'"
set_token '{"counter": 2}'
refused "a counter that went back is refused" 1 'may have been copied' tess exceptions
set_token '{"counter": 4000}'
ok "one that grew is taken" tess exceptions
set_token '{"frozen": true}'
ok "once" tess exceptions
refused "and the same is refused" 1 'may have been copied' tess exceptions
set_token '{"frozen": false, "counter": 5000, "lie": true}'
refused "a signature over something else is not sent" 1 'no signature by the key' tess exceptions
set_token '{"lie": false, "flags": 4}'
refused "a token that was not touched is refused" 1 'no token should' tess exceptions
set_token '{"flags": 5}'
good=$pin
pin=141421
refused "a wrong PIN is told, and how many are left" 1 'not the PIN.*after 7 more|after 7 more' tess exceptions
pin=12
refused "one that is no PIN is not tried" 1 '4 to 63 characters' tess exceptions
is "the token was not asked" "$(get_token retries)" 7
pin=$good
cp "$token" "$work/before"
set_token '{"keys": {}}'
pin=141421
refused "another token does not hold the key" 1 'does not hold the key' tess exceptions
is "and none of its tries went for that" "$(get_token retries)" 7
pin=$good
set_token "$(cat "$work/before")"
set_token '{"retries": 0}'
refused "a blocked token is told" 1 'blocked' tess exceptions

# --- nobody touches it, and she gives up
set_token "$(cat "$work/before")"
set_token '{"touch": false, "retries": 8, "counter": 9000}'
tess exceptions 2>"$work/waits" &
waits=$!
asked() {
	grep -q 'Touch the token' "$work/waits"
}
until asked; do
	kill -0 $waits 2>/dev/null || break
done
ok "a touch is waited for" asked
pkill -P "$(pgrep -P $waits -f softtoken.py || echo $waits)" -x sallyport
wait $waits
is "the token is told to stop when she gives up" "$(get_token cancelled)" True

# --- what its file is
cp "$key" "$work/key"
sed 's/^credential ../credential AA/' "$work/key" >"$key"
refused "a damaged file is told" 3 'damaged' tess exceptions
cp "$work/key" "$key"

ok "the record verifies" "$bin/sallyport-verify" "$SALLYPORT_HOME/ledger/ledger.db"
station_stop
done_testing
