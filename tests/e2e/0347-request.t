#!/bin/sh
# SPDX-License-Identifier: ISC
# What a requester asked for, on the medium or in the officer's hand, signed or not, against
# what was read: each item asked for, not asked for, or another one; each name missing.
. "$(dirname "$0")/lib.sh"

station
for who in nina eve; do
	ssh-keygen -q -t ed25519 -N '' -C "$who's key" -f "$work/$who"
done
ok "a requester is enrolled with a key" as ada authority requester nina --name 'Nina Ode' --key "$work/nina.pub"
refused "a key is a public key" 1 'no ssh-ed25519 public key' \
    as ada authority requester oleg --name 'Oleg Ode' --key "$work/nina"

sign() { # WHO FILE [NAMESPACE]
	rm -f "$2.sig"
	ssh-keygen -q -Y sign -f "$work/$1" -n "${3:-request-v1@sallyport}" "$2"
}
sum() {
	sha256sum "$1" | cut -d' ' -f1
}
# A request of nina for what lies in $work/m: request FILE
request() {
	cat >"$1" <<END
{"sallyport_request": 1, "id": "REQ-7", "requester": "nina", "purpose": "weights for run 12",
 "approval": "A-9", "target": "hpc", "classification": "open", "files": [
  {"name": "right.txt", "sha256": "$(sum "$work/m/right.txt")"},
  {"name": "wrong.txt", "sha256": "$(sum "$work/m/right.txt")"},
  {"name": "data/"},
  {"name": "gone.txt"}, {"name": "never/"}]}
END
}
medium() { # IMAGE
	rm -f "$1"
	small_medium "$1" "$work/m"
}
said() { # TRANSFER KEY: of the request in its status
	as otto status "$1" --json | tr -d '\n' | sed 's/.*"request": *{/{/' | grep -o "\"$2\": *[^,}]*" |
	    head -n 1 | sed 's/^[^:]*: *//; s/"//g'
}
findings() { # TRANSFER NAME
	as otto items "$1" --json | grep -F "$2" >"$work/row"
	id=$(sed -n 's/.*"id": *\([0-9]*\).*/\1/p' "$work/row" | head -n 1)
	as otto item "$1" "$id"
}

# --- on the medium, signed -----------------------------------------------------------
mkdir -p "$work/m/data/deep"
echo right >"$work/m/right.txt"
echo wrong >"$work/m/wrong.txt"
echo one >"$work/m/data/one.txt"
echo two >"$work/m/data/deep/two.txt"
echo stray >"$work/m/stray.txt"
request "$work/m/sallyport-request.json"
sign nina "$work/m/sallyport-request.json"
medium "$work/a.img"
run as otto intake "$work/a.img" --requester nina
a=$(transfer_of "$out$err")
is "the medium is read" "$(state_of "$a")" REVIEW
status_a=$(as otto status "$a")
like "its request is found, and whose key signed it" "$status_a" \
    'REQ-7 of nina, signed by nina \(enrolled key\)'
is "what was asked for" "$(said "$a" asked)" 3
is "what is another file" "$(said "$a" differ)" 1
is "what nobody asked for" "$(said "$a" other)" 1
is "what is missing" "$(said "$a" missing)" 2
like "a missing file is named" "$status_a" 'missing: gone.txt'
like "and a missing folder" "$status_a" 'missing: never/'
like "the file with another digest has a finding" "$(findings "$a" wrong.txt)" 'Not what was asked for'
like "and the one that nobody asked for" "$(findings "$a" stray.txt)" 'Not asked for'
unlike "what was asked for has none" "$(findings "$a" right.txt)" 'asked for'
unlike "nor has what is in a folder that was" "$(findings "$a" two.txt)" 'asked for'
unlike "nor has the request" "$(findings "$a" sallyport-request.json)" 'asked for'
ok "the proposals are taken" as otto decide "$a" approve --proposed
run as otto submit "$a" --yes
refused "another digest needs a reason in writing" 1 'no decision' as otto submit "$a" --yes
ok "the rest is rejected" as otto decide "$a" reject --where 'decision=none' --reason 'not what was asked for'
ok "otto submits" as otto submit "$a" --yes
ok "paula signs" as paula approve "$a" --yes
report=$(cat "$SALLYPORT_HOME/share/custody/$a/report.txt")
like "the report has the request" "$report" 'signature +signed by nina \(enrolled key\)'
like "with its digest" "$report" "sha256 +$(sum "$work/m/sallyport-request.json")"
like "and what is missing" "$report" 'missing +2 names'

# --- other signatures -------------------------------------------------------------------
signature_case() { # NAME WORD TEXT
	medium "$work/b.img"
	run as otto intake "$work/b.img" --requester nina
	b=$(transfer_of "$out$err")
	is "$1" "$(said "$b" signed)" "$2"
	like "$1: in words" "$(as otto status "$b" | tr '\n' ' ' | tr -s ' ')" "$3"
}
sign eve "$work/m/sallyport-request.json"
signature_case "another key" "other key" 'another key than the one enrolled for nina'
sign nina "$work/m/sallyport-request.json" file
signature_case "a signature for another use" wrong 'signature does not fit'
sign nina "$work/m/sallyport-request.json"
echo ' ' >>"$work/m/sallyport-request.json"
signature_case "a request changed after it was signed" wrong 'signature does not fit'
like "which is a finding on the request" "$(findings "$b" sallyport-request.json)" 'not taken'
rm "$work/m/sallyport-request.json.sig"
signature_case "no signature" no 'not signed'

# --- hostile ---------------------------------------------------------------------------
printf '{"sallyport_request": 1, "id": "\\u001b[2J", "requester": "nina"' >"$work/m/sallyport-request.json"
medium "$work/c.img"
run as otto intake "$work/c.img" --requester nina
c=$(transfer_of "$out$err")
is "a request that is none does not stop the transfer" "$(state_of "$c")" REVIEW
like "it is said" "$(as otto status "$c")" 'cannot be read: it is no JSON'
python3 -c 'print("[" * 100000)' >"$work/m/sallyport-request.json"
medium "$work/c.img"
run as otto intake "$work/c.img" --requester nina
c=$(transfer_of "$out$err")
is "nor does one that is nested without end" "$(state_of "$c")" REVIEW
like "it is said, too" "$(as otto status "$c")" 'cannot be read'

# --- in the officer's hand ----------------------------------------------------------------
rm "$work/m/sallyport-request.json"
medium "$work/d.img"
request "$work/given.json"
sign nina "$work/given.json"
refused "a file that is no request opens no transfer" 1 'is no request' \
    as otto intake "$work/d.img" --request "$work/nina.pub"
run as otto intake "$work/d.img" --request "$work/given.json" --request-signature "$work/given.json.sig"
d=$(transfer_of "$out$err")
is "a request fills the form" "$(state_of "$d")" REVIEW
like "whom it is for" "$(as otto status "$d")" 'for +nina'
like "and the fields" "$(as otto status "$d" --json)" '"weights for run 12"'
is "it is signed" "$(said "$d" signed)" signed
is "and where it came from" "$(said "$d" source)" given
is "its bytes are in the ledger" \
    "$(sum "$SALLYPORT_HOME/ledger/docs/$(sum "$work/given.json")")" "$(sum "$work/given.json")"
run as otto intake "$work/d.img" --request "$work/given.json" --requester rita
like "a request of somebody else is named" "$(as otto status "$(transfer_of "$out$err")" | tr '\n' ' ' | tr -s ' ')" \
    'request of nina, and this transfer is for rita'

# --- the policy asks for one ---------------------------------------------------------------
sed 's/^approvals/request_required = "signed";\napprovals/' "$plain_policy" >"$work/strict.policy"
must as ada authority policy "$work/strict.policy"
run as otto intake "$work/d.img" --requester nina
e=$(transfer_of "$out$err")
is "without a request it is blocked" "$(state_of "$e")" BLOCKED
like "and says why" "$(as otto status "$e")" 'policy asks for a request'
ok "a request is laid to it" as otto request "$e" "$work/given.json"
run as otto rescan "$e"
is "which is not signed" "$(state_of "$e")" BLOCKED
ok "a signed one is laid to it" as otto request "$e" "$work/given.json" --request-signature "$work/given.json.sig"
ok "it is scanned again" as otto rescan "$e"
is "and goes to review" "$(state_of "$e")" REVIEW
refused "no request is laid to what is in review" 1 'REVIEW' as otto request "$e" "$work/given.json"
sed 's/^approvals/request_required = "perhaps";\napprovals/' "$plain_policy" >"$work/odd.policy"
refused "the policy's word is one of three" 1 'none, present or signed' as ada authority policy "$work/odd.policy"
ok "the record verifies" "$bin/sallyport" verify
like "and an implementation of its own agrees" \
    "$(python3 share/audit/audit.py "$SALLYPORT_HOME/ledger/ledger.db")" '^GOOD'

# --- presets --------------------------------------------------------------------------------
refused "a preset that is not there" 1 'no preset weekly' as otto intake "$work/d.img" --preset weekly
must as ada authority policy "$plain_policy"
station_stop
cat >>"$SALLYPORT_HOME/station.conf" <<END
presets = ( { name = "weekly"; requester = "rita";
	fields = ( { name = "purpose"; value = "weekly mirror"; } ); } );
END
must station_start
run as otto intake "$work/d.img" --preset weekly --set purpose=today
f=$(transfer_of "$out$err")
like "a preset names the requester" "$(as otto status "$f")" 'for +rita'
like "and what is typed counts before it" "$(as otto status "$f" --json)" '"value": *"today"'
run as otto intake "$work/d.img" --preset weekly
like "it fills what is not" "$(as otto status "$(transfer_of "$out$err")" --json)" '"value": *"weekly mirror"'
done_testing
