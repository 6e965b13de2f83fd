#!/bin/sh
# SPDX-License-Identifier: ISC
# Second machines that cosign: asked by a file, answered by a file.  A policy asks for two
# of them before a release; a witness notices a log that went back, or that is another.
. "$(dirname "$0")/lib.sh"

station noclamd
{
	cat "$top/tests/bench/noengine.policy"
	echo 'witness_quorum = 2;'
} >"$work/two.policy"
mkdir "$work/m" "$work/w1" "$work/w2" "$work/w3" "$work/req"
echo 'some text' >"$work/m/note.txt"
small_medium "$work/small.img" "$work/m"
share=$SALLYPORT_HOME/share

witness() { # N COMMAND...
	n=$1
	shift
	"$bin/sallyport-witness" "$work/w$n" "$@"
}
ask() { # N: a request for it in $work/req
	rm -f "$work/req"/*
	must as otto witness request "w$1.example" --out "$work/req"
}
answer() { # N
	rm -f "$work/answer"
	witness "$1" sign "$work/req/add-checkpoint" "$work/answer"
}

# --- who they are --------------------------------------------------------------------------
for n in 1 2 3; do
	witness $n init w$n.example >"$work/vkey$n"
done
like "a witness has a verifier key" "$(cat "$work/vkey1")" '^w1\.example\+[0-9a-f]{8}\+B'
refused "and keeps it" 1 'there is a witness' "$bin/sallyport-witness" "$work/w1" init again
like "a station has none at first" "$("$bin/sallyport" witness)" 'no witnesses'
no "an officer names none" as otto witness set "$(cat "$work/vkey1")"
refused "what is no key is told" 2 'no verifier key' as ada witness set "w1.example+00000000+AAAA"
ok "an admin names them" as ada witness set "$(cat "$work/vkey1")" "$(cat "$work/vkey2")"
like "and they are listed" "$("$bin/sallyport" witness)" '^w2\.example'
vkey=$("$bin/sallyport" witness | sed -n 's/.*log \(.*\)/\1/p')
refused "who is no witness is not asked" 1 'no witness of this name' as otto witness request w3.example --out "$work/req"

# --- a request and its answer -----------------------------------------------------------------
ask 1
refused "a log that was not added" 1 'not added here' answer 1
ok "the log is added once" witness 1 add "$vkey"
refused "and its key never changes" 1 'never changes' witness 1 add "$vkey"
must witness 2 add "$vkey"
must witness 3 add "$vkey"
cp -a "$work/w1" "$work/w1.copy"
ok "a witness cosigns" answer 1
like "its answer is one line" "$(cat "$work/answer")" '^— w1\.example [A-Za-z0-9+/=]{100,}$'
ok "which the station takes" as otto witness accept "$work/answer"
like "and tells of" "$("$bin/sallyport" witness)" 'cosigned [0-9]+ entries'
like "it is an anchor" "$("$bin/sallyport" anchor)" 'last anchor \(witness'
refused "twice is no news" 1 'already' as otto witness accept "$work/answer"
printf '— w1.example AAAA\n' >"$work/bad"
refused "a line that is no cosignature" 1 'no witness of this station signed' as otto witness accept "$work/bad"
cp "$work/req/add-checkpoint" "$work/old.request"
refused "an old request begins at another size" 1 'begins at 0 entries' answer 1
like "and the answer is the size" "$(cat "$work/answer")" '^[0-9]+$'
ask 1
unlike "the next request begins there" "$(head -n 1 "$work/req/add-checkpoint")" '^old 0$'
sed '2s/^./_/' "$work/req/add-checkpoint" >"$work/req/x" && mv "$work/req/x" "$work/req/add-checkpoint"
refused "a damaged one is none" 1 'no request' answer 1
ask 1
sed '2{h;d};3{G}' "$work/req/add-checkpoint" >"$work/req/x" && mv "$work/req/x" "$work/req/add-checkpoint"
refused "another proof is none" 1 'not proved|no request' answer 1
ask 1
rm -rf "$work/w1.now"
mv "$work/w1" "$work/w1.now" && mv "$work/w1.copy" "$work/w1"
refused "a witness put back from a copy signs nothing" 1 'is a copy' answer 1
rm -rf "$work/w1" && mv "$work/w1.now" "$work/w1"
ok "the real one goes on" answer 1
must as otto witness accept "$work/answer"

# --- two of them before a release ----------------------------------------------------------------
must as ada authority policy "$work/two.policy"
intake "$work/small.img"
must as otto decide "$transfer" approve --proposed
must as otto submit "$transfer" --yes
ask 2
must answer 2
must as otto witness accept "$work/answer"
run as paula approve "$transfer" --yes
is "it is approved and waits" "$(state_of "$transfer")" APPROVED
refused "nothing goes before they cosigned the approvals" 1 'witnesses have cosigned' as otto release "$transfer"
ask 1
must answer 1
must as otto witness accept "$work/answer"
is "one is not enough" "$(state_of "$transfer")" APPROVED
ask 2
must answer 2
must as otto witness accept "$work/answer"
released() {
	[ "$(state_of "$transfer")" = RELEASED ]
}
ok "the second one releases it" wait_for 30 released
is "it is on the share" "$(cat "$share/transfers/$transfer/files/note.txt")" 'some text'
released_whole() {
	[ -s "$share/custody/$transfer/witness-policy" ]
}
ok "its custody folder follows" wait_for 30 released_whole
like "the bundle names the witnesses" "$(cat "$share/custody/$transfer/witness-policy")" '^group witnesses 2 w1 w2$'
ok "the ledger verifies" "$bin/sallyport" verify
ok "and the folder" "$bin/sallyport" verify "$share/custody/$transfer"

# --- a log that was put back ---------------------------------------------------------------------
station_stop
cp -a "$SALLYPORT_HOME" "$work/before"
must station_start
ask 1
must answer 1
must as otto witness accept "$work/answer"
station_stop
chmod -R u+w "$SALLYPORT_HOME"
rm -rf "$SALLYPORT_HOME"
cp -a "$work/before" "$SALLYPORT_HOME"
must station_start
for i in 1 2 3 4 5 6; do
	must as otto exceptions
done
ask 1
refused "a witness does not cosign a log that was put back" 1 'begins at' answer 1
size=$(cat "$work/answer")
sed "1s/.*/old $size/" "$work/req/add-checkpoint" >"$work/req/x" && mv "$work/req/x" "$work/req/add-checkpoint"
refused "nor when the request lies about where it begins" 1 'not proved|two different|behind' answer 1
done_testing
