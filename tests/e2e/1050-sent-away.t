#!/bin/sh
# SPDX-License-Identifier: ISC
# Somebody is suspended, retired, loses his role or his key while he is signed
# in: the session ends at that entry, and the screen says why.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/screen.sh"

station noclamd

ends() { # ID: what the station said when it ended sessions of this person
	python3 -c 'import json, sqlite3, sys
c = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
for (body,) in c.execute("SELECT body FROM entry WHERE type = ? ORDER BY seq", ("sess.logout",)):
    data = json.loads(body)["data"]
    if data["officer"] == sys.argv[2] and "why" in data:
        print(data["why"])' "$SALLYPORT_HOME/ledger/ledger.db" "$1"
}
key_of() { # ID
	"$bin/sallyport" people --json | grep "\"id\": *\"$1\"" | grep -o 'SHA256:[A-Za-z0-9+/]*' | head -n 1
}
sent_away() { # NAME ID SENTENCE WORD COMMAND...: ada signs it while ID is signed in
	away=$1 away_id=$2 away_sentence=$3 away_word=$4
	shift 4
	if has "Officer id  .$away_id "; then # the id stays in the form
		enter "$(passphrase "$away_id")"
		press Enter
	else
		sign_in "$away_id"
	fi
	need 'HOME'
	run as ada "$@"
	is "$away: ada signs it" "$status" 0
	shows "$away: the sign-in is shown again" 'Officer id  \['
	shows "$away: and why" "$away_sentence"
	ok "$away: nothing else is shown" lacks 'HOME'
	is "$away: the record says it" "$(ends "$away_id" | tail -n 1)" "$away_word"
}

terminal first
begin_screens "$bin/sallyport"
sent_away "suspended" otto 'You were signed out: you are suspended' suspended authority suspend otto --reason 'a question'
sign_in otto
says "who is suspended does not come in again" 'Sign-in refused'
must as ada authority resume otto --reason 'answered'
sent_away "no role" otto 'You were signed out: you hold no role' role authority revoke otto --role officer --reason 'another post'
must as ada authority grant otto --role officer --basis 'back again'
sent_away "retired" otto 'You were signed out: you are retired' retired authority retire otto --reason 'left'
sent_away "key lost" paula 'the key you signed in with was revoked' key authority key revoke paula --reason lost
is "each was sent away once for each" "$(ends otto | tr '\n' ' ')$(ends paula)" 'suspended role retired key'

# What is shown to one is no matter of another's.
run as ada people suspects
is "who was not meant goes on" "$status" 0
ok "the record verifies" "$bin/sallyport" verify
done_testing
