#!/bin/sh
# SPDX-License-Identifier: ISC
# A request and the medium register at the screens, 80 x 24: a medium gets its number, its
# form is filled from a preset, the request that lies on it is known before contents are
# read, what nobody asked for is left out by one key, and the medium goes its way.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/screen.sh"

station
ssh-keygen -q -t ed25519 -N '' -C key -f "$work/nina"
must as ada authority requester nina --name 'Nina Ode' --key "$work/nina.pub"
station_stop
cat >>"$SALLYPORT_HOME/station.conf" <<END
presets = ( { name = "weekly"; requester = "nina";
	fields = ( { name = "purpose"; value = "weekly mirror"; }, { name = "target"; value = "hpc"; } ); } );
END
must station_start
"$bin/sallyport" scanners --selftest >/dev/null

mkdir -p "$work/m/data" "$work/m/private"
echo one >"$work/m/data/one.txt"
echo right >"$work/m/right.txt"
echo wrong >"$work/m/wrong.txt"
echo stray >"$work/m/stray.txt"
seq 1 20000 >"$work/m/private/photo.txt"
right=$(sha256sum "$work/m/right.txt" | cut -d' ' -f1)
cat >"$work/m/sallyport-request.json" <<END
{"sallyport_request": 1, "id": "REQ-7", "requester": "nina", "purpose": "weights for run 12",
 "approval": "A-9", "target": "hpc", "classification": "open", "files": [
  {"name": "right.txt", "sha256": "$right"}, {"name": "wrong.txt", "sha256": "$right"},
  {"name": "data/"}, {"name": "gone.txt"}]}
END
ssh-keygen -q -Y sign -f "$work/nina" -n request-v1@sallyport "$work/m/sallyport-request.json"
small_medium "$SALLYPORT_HOME/ports/R1/asked.img" "$work/m"
transfer=K1-000001
signs() { # ID: into the question that is open
	need "Passphrase of $1 +\[ "
	enter "$(passphrase "$1")"
	press Enter
}

# --- a medium gets its number ----------------------------------------------------------------
terminal officers
begin_screens "$bin/sallyport"
sign_in otto
need '^ +R1 +asked.img'
go '^ DEMO REGISTER' r
shows "an empty register says what comes next" 'n gives a control number'
press t
says "a key that does nothing says why" 'there is no medium under the cursor'
go '^ DEMO REGISTER NEW MEDIUM' n
enter 'm-1'
press Up Enter
says "a control number has a form" 'A control number has 1 to 32 capital letters'
press C-u
enter 'M-1'
press Up Enter
says "the register asks for a label" 'The register asks for this'
enter 'blue stick'
press Tab
enter 'K. Ode, courier'
press Tab
enter 'lab 4'
press Tab
enter 'open'
press Tab
enter 'S-77'
press Up Up Up Up Up Up Enter
shows "what is signed stands in the question" 'You sign that you received M-1'
press Escape
need '^ +Seal +\[S-77'
is "without the signature nothing is recorded" "$(as otto media --register --json | grep -c number)" 0
press Enter
signs otto
says "it is signed" 'M-1 is registered: signed and recorded'
shows "and stands in the list" '^> M-1 +HELD .* lab 4 +open +blue stick'
shows "with whom it came from" 'Received +.* from K. Ode, courier, sealed S-77'
shows "and what can be done" 'Next +return, retain, sanitise or destroy it'
press c
says "nothing is to be confirmed" 'there is nothing to confirm about it'

# --- the form --------------------------------------------------------------------------------------
press 1
need '^ +R1 +asked.img'
go '^ DEMO INTAKE' i
shows "the register is offered" 'Medium no. +< \(no control number: Space or Right picks\)'
go 'Medium no. +< M-1  blue stick' Tab Space
go 'Fill from +< preset weekly' Tab Space
shows "a preset picks the requester" 'Requester +< nina  Nina Ode'
shows "and fills what is empty" 'Purpose +\[weekly mirror '
press Up Up Up Up
need '\[ Read the medium \]'
press Enter

# --- the request that lies on it -------------------------------------------------------------------
shows "a medium with a request waits by itself" '^ READING, WAITS FOR YOU'
shows "because of it" 'a request says what was asked for|a request$'
shows "whose it is, and who signed it" 'Request +REQ-7 of nina, signed by nina \(enrolled key\)'
shows "a name that is not there is told" '4 names in it, 1 NOT ON THE MEDIUM'
shows "and what nobody asked for" 'Nobody asked for 2 files with 106K: O leaves them out'
go '^ DEMO REQUEST' w
shows "all of the request" 'Approval +A-9'
shows "what was typed otherwise is kept, and told" 'typed otherwise, and kept: weekly mirror'
shows "the missing name" 'gone.txt'
go '^ READING, WAITS FOR YOU' Escape
press O
says "one key leaves out what nobody asked for" 'Left out now: 2 things with 106K'
shows "the totals tell it" 'Left out +2 files with 106K'
go '^ DEMO LEAVE OUT' x
shows "the folder whole" 'LEFT OUT +106K +1 +private/'
shows "the file alone" 'LEFT OUT +6 +stray.txt'
press X
says "all of it is taken back by one key" 'Nothing is left out any more'
need 'to read +106K +1 +private/'
press O
need 'LEFT OUT +106K +1 +private/'
go '^ READING, WAITS FOR YOU' Escape
press Enter
shows "the rest is read" 'State +Everything was read and scanned: review is ready'

# --- the review ------------------------------------------------------------------------------------
go '^ DEMO REVIEW' Enter
says "the review says how it came out" 'Request: 2 asked for, 1 differs, 0 not asked for, 1 missing'
go '^ DEMO REQUEST' w
shows "another digest is told" 'Differ +1 item has another digest or size'
go '^ Limit class=request' Enter
shows "and leads to the item" 'wrong.txt'
shows "and to no other: what is left out is not judged" ' 1 rows '
go '^ DEMO REQUEST' Escape
go '^ DEMO REVIEW' Escape
as otto decide "$transfer" approve --proposed >/dev/null
as otto decide "$transfer" reject --where 'decision=none and kind=file' --reason 'not what was asked for' >/dev/null
press F5
need 'undecided 0 '
go '^ DEMO SIGN' F8
shows "so does the page of the signatures" 'Request REQ-7: 2 asked for, 1 differs'
go '^ DEMO REQUEST' w
go '^ DEMO SIGN' Escape
press 1
need '^ DEMO HOME'
ok "submitted" as otto submit "$transfer" --yes
ok "approved" as paula approve "$transfer" --yes
ok "closed" as otto close "$transfer" --disposition 'kept in safe 3'

# --- the medium goes its way -----------------------------------------------------------------------
go '^> M-1 +RETAINED' 3
shows "the register knows where it is" 'Where +kept: in safe 3'
shows "and which transfer read it" "Transfer +$transfer"
go '^ DEMO REGISTER SANITISE  M-1' s
enter 'purge, NIST 800-88r2'
press Up Enter
need 'You sign that you sanitised M-1'
enter 'not the passphrase'
press Enter
says "a wrong passphrase signs nothing" 'passphrase'
need '^ +Method \(needed\) +\[purge'
press Enter
signs otto
says "the right one does" 'M-1 is sanitised'
shows "it waits for another officer" '^> M-1 +WIPED'
press c
says "one does not confirm oneself" 'another officer confirms it'
press 1
need '^ DEMO HOME'
sign_out
sign_in paula
need '^ DEMO HOME'
go '^> M-1 +WIPED' 3
go '^ DEMO REGISTER CONFIRM  M-1' c
press Tab Tab Enter
signs paula
says "another does" 'M-1 is confirmed'
shows "and it is sanitised" '^> M-1 +SANITISED'
go '^ DEMO REGISTER RETURN  M-1' r
enter 'K. Ode'
press Tab Tab Tab Enter
signs paula
says "it is handed over" 'M-1 is returned'
shows "and is not here any more" 'No medium of the register is here'
go '^> M-1 +RETURNED' a
shows "but in the whole register" 'Where +handed to K. Ode'
ok "the record verifies" "$bin/sallyport" verify
done_testing
