#!/bin/sh
# SPDX-License-Identifier: ISC
# The scope from the requester's list: the request on the medium is read before all else,
# what it does not name is left out before contents are read, and its missing names are told.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hold.sh"

station
ssh-keygen -q -t ed25519 -N '' -C key -f "$work/rita"
must as ada authority requester nina --name 'Nina Ode' --key "$work/rita.pub"

mkdir -p "$work/m/data/deep" "$work/m/mixed/in" "$work/m/private/photos"
echo one >"$work/m/data/one.txt"
echo two >"$work/m/data/deep/two.txt"
echo wanted >"$work/m/mixed/in/wanted.txt"
seq 1 20000 >"$work/m/mixed/in/stray.txt"
seq 1 200000 >"$work/m/private/photos/a.jpg"
echo b >"$work/m/private/b.txt"
echo top >"$work/m/top.txt"
echo short >"$work/m/short.txt"
cat >"$work/m/sallyport-request.json" <<END
{"sallyport_request": 1, "id": "REQ-8", "requester": "nina", "purpose": "run 12", "files": [
  {"name": "data/"}, {"name": "mixed/in/wanted.txt"},
  {"name": "short.txt", "bytes": 7, "sha256": "$(sha256sum "$work/m/short.txt" | cut -d' ' -f1)"},
  {"name": "gone.txt"}, {"name": "never/"}]}
END
ssh-keygen -q -Y sign -f "$work/rita" -n request-v1@sallyport "$work/m/sallyport-request.json"
small_medium "$work/a.img" "$work/m" 8
hold_for() { # WHO IMAGE [OPTION...]
	hold_who=$1
	shift
	run as otto intake "$@" --requester "$hold_who" --hold
	transfer=$(transfer_of "$out$err")
}
plain() {
	tr '\n' ' ' | tr -s ' '
}

# --- before contents are read ------------------------------------------------------------
hold_for nina "$work/a.img"
is "it waits" "$status" 0
text=$(as otto status "$transfer" | plain)
like "the request is known already, and whose key signed it" "$text" \
    'request REQ-8 of nina, signed by nina \(enrolled key\)'
like "what of it is there, by name and size" "$text" \
    '5 names: 4 items are there, 1 of another size; 2 names missing'
like "a name that is not on the medium is told" "$text" 'missing: gone.txt'
like "and a folder" "$text" 'missing: never/'
like "and what nobody asked for" "$text" 'nobody asked for 4 other files with 1.3M'
like "and how to leave it out" "$text" "scope $transfer --requested"

# --- its list --------------------------------------------------------------------------------
run as otto scope "$transfer" --requested
is "the scope is taken from the list" "$status" 0
like "in as few pieces as it takes" "$out" 'left out: 3 folders and files with 1.3M'
like "a folder with nothing asked for is left out whole" "$out" 'left out +private/'
like "a file is left out alone" "$out" 'left out +top.txt'
like "a folder that was asked for is to be read" "$out" 'yes +data/'
like "and one with something asked for in it" "$out" 'yes +mixed/'
like "without the rest of it" "$(as otto scope "$transfer" --in mixed/in)" 'left out +stray.txt'
run as otto scope "$transfer" --requested
like "twice the same is no mistake" "$out" 'left out: 3 folders'
refused "the request is not left out: it was read" 1 'was read already' \
    as otto scope "$transfer" --leave sallyport-request.json
like "all of it is taken back" "$(as otto scope "$transfer" --everything)" 'nothing is left out'
unlike "really" "$(as otto scope "$transfer")" 'left out '
ok "by hand" as otto scope "$transfer" --leave data/deep
run as otto scope "$transfer" --requested
like "what was left out by hand stays out" "$out" 'left out: 4 folders and files'
ok "and is taken back by hand" as otto scope "$transfer" --take data/deep

# --- the rest is read ---------------------------------------------------------------------------
run as otto go "$transfer"
is "the rest is read" "$(state_of "$transfer")" REVIEW
run as otto items "$transfer"
like "the folder is one item with its counts" "$out" 'left out by otto: 2 files, 1[0-9]{6} bytes'
unlike "nothing below it is" "$out" 'photos'
like "the single file is one, too" "$out" 'left out by otto: 1 file, 108894 bytes'
run as otto status "$transfer"
like "what was asked for" "$(echo "$out" | plain)" \
    '5 names: 3 items asked for, 1 differ, 0 not asked for; 2 names missing'
like "the request is an item that was read once" "$(as otto items "$transfer" --where 'name~sallyport-request and state=read')" '2 items'
ok "the objects of both are in the vault" test -s \
    "$SALLYPORT_HOME/vault/$(sha256sum "$work/m/sallyport-request.json" | sed 's/^\(..\).*/\1/')/$(sha256sum "$work/m/sallyport-request.json" | cut -d' ' -f1)"
as otto decide "$transfer" approve --proposed >/dev/null
as otto decide "$transfer" reject --where 'decision=none and kind=file' --reason 'not what was asked for' >/dev/null
ok "submitted" as otto submit "$transfer" --yes
ok "approved" as paula approve "$transfer" --yes
is "released" "$(state_of "$transfer")" RELEASED
ok "what was asked for is on the share" cmp "$work/m/mixed/in/wanted.txt" \
    "$SALLYPORT_HOME/share/transfers/$transfer/files/mixed/in/wanted.txt"
no "what was not is not" test -e "$SALLYPORT_HOME/share/transfers/$transfer/files/private"
slip=$(cat "$SALLYPORT_HOME/share/custody/$transfer/"slip*)
like "the slip names what was left out" "$slip" 'private'
like "and what was asked for and is not on the medium" "$slip" 'gone.txt'
ok "the record verifies" "$bin/sallyport" verify

# --- more than one message to the reader takes ------------------------------------------------------
mkdir -p "$work/many/all"
for i in $(seq 1 1100); do echo "$i" >"$work/many/all/$i.txt"; done
cat >"$work/many.json" <<END
{"sallyport_request": 1, "id": "REQ-10", "requester": "rita", "purpose": "one of many", "files": [
  {"name": "all/7.txt"}]}
END
small_medium "$work/many.img" "$work/many" 16
run as otto intake "$work/many.img" --request "$work/many.json" --hold
transfer=$(transfer_of "$out$err")
run as otto scope "$transfer" --requested
like "many files are left out one by one" "$out" 'left out: 1099 folders and files'
ok "the rest is read" as otto go "$transfer"
like "and it is one file" "$(as otto items "$transfer" --where 'state=read and kind=file')" '1 item'
like "each of the others is told" "$(as otto items "$transfer" --where 'state=excluded')" '1099 items'

# --- no list to go by -----------------------------------------------------------------------------
rm "$work/m/sallyport-request.json.sig"
echo '{' >"$work/m/sallyport-request.json"
rm "$work/a.img"
small_medium "$work/a.img" "$work/m" 8
hold_for nina "$work/a.img"
like "a request that is none is told" "$(as otto status "$transfer" | plain)" 'request the request cannot be read: it is no JSON'
refused "and no list" 1 'it is no JSON' as otto scope "$transfer" --requested
as otto abort "$transfer" --reason 'another medium' >/dev/null
rm "$work/m/sallyport-request.json" "$work/a.img"
small_medium "$work/a.img" "$work/m" 8
hold_for nina "$work/a.img"
refused "without a request there is none" 1 'there is no list to go by' as otto scope "$transfer" --requested
as otto abort "$transfer" --reason 'another medium' >/dev/null

# --- in the officer's hand, and on one of several volumes ---------------------------------------------
cat >"$work/given.json" <<END
{"sallyport_request": 1, "id": "REQ-9", "requester": "rita", "purpose": "notes", "files": [
  {"name": "docs/"}, {"name": "v2/inside/report.txt"}]}
END
must held_medium "$work/held.img"
run as otto intake "$work/held.img" --request "$work/given.json" --hold
transfer=$(transfer_of "$out$err")
like "a request that was given is a list, too" "$(as otto status "$transfer" | plain)" \
    'request REQ-9 of rita, not signed 2 names: 1 items are there.*missing: v2/inside/report.txt'
ok "with it" as otto scope "$transfer" --requested
unlock "$luks_pass" >/dev/null 2>&1
text=$(as otto status "$transfer" | plain)
like "what is in an opened volume is held against it as well" "$text" '2 names: 2 items are there'
unlike "and nothing is missing" "$text" 'missing: '
ok "again" as otto scope "$transfer" --requested
ok "read" as otto go "$transfer"
run as otto items "$transfer" --where 'state=read and kind=file'
like "what was asked for from both volumes" "$out" 'v1/docs/note.txt'
like "and the other" "$out" 'v2/inside/report.txt'
like "and nothing else" "$out" '2 items'
done_testing
