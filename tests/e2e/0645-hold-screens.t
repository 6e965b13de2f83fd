#!/bin/sh
# SPDX-License-Identifier: ISC
# A medium with an encrypted volume at the screens, 80 x 24: it waits without
# being asked, the passphrase is typed into a form, a folder is left out, the
# officer signs out meanwhile, and another goes on.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/screen.sh"
. "$(dirname "$0")/hold.sh"

must held_medium "$work/held.img"
station
cp "$work/held.img" "$SALLYPORT_HOME/ports/R1/held.img"
transfer=K1-000001
"$bin/sallyport" scanners --selftest >/dev/null

terminal officers
$tty pipe-pane -t officers "cat >'$work/bytes'"
begin_screens "$bin/sallyport"
sign_in otto
need '^ +R1 +held.img'
go '^ DEMO INTAKE' i
shows "the form offers to choose folders first" '\[ Choose folders first \]'
go 'Requester +< rita ' Space
press Up Up Enter
shows "the reading waits for the officer by itself" '^ READING, WAITS FOR YOU'
shows "because of the locked volume" 'v2 +luks +24M +LOCKED: u opens it'
shows "with what is on it" 'On it +[0-9]+ items: 4 files with 1.3M'
shows "and what is largest" 'Largest +1.3M +2 files +v1/data/'

# --- Enter is no accident ----------------------------------------------------------------------
go 'Read without opening it\?' Enter
shows "going on without it is asked first" 'The encrypted volume v2 will not be read'
gone 'Read without opening it\?' Escape

# --- the passphrase -------------------------------------------------------------------------------
go '^ DEMO UNLOCK' u
shows "the form says whose secret it asks for" 'Volume +v2 +luks +24M'
press Enter
says "nothing typed is nothing tried" 'Type the passphrase'
enter 'not the passphrase'
shows "what is typed is not shown" 'Passphrase +\[\*{18} '
press Enter
says "a wrong one is said to be wrong" 'v2 was not opened'
shows "with the reason below" 'Not opened +v2: The passphrase or key file does not fit'
go '^ DEMO UNLOCK' u
enter "$luks_pass"
press Enter
says "the right one opens it" 'v2 is open: what is on it is listed'
shows "and it is locked no more" 'v2 +ext4 in luks '
shows "with what is in it" 'On it +[0-9]+ items: 6 files with 1.4M'

# --- parts are left out ----------------------------------------------------------------------------
go '^ DEMO LEAVE OUT' x
shows "folders and files, the largest first" '^> to read +1.3M +2 +v1/data/'
go '^> to read +1.2M +1 +raw/' Enter
go '^> LEFT OUT +1.2M +1 +raw/' x
shows "the totals tell it" 'left out 1.2M'
go '^> to read +106K +1 +v1/data/' Escape
go '^> LEFT OUT +1.[23]M +2 +v1/data/' x
go '^> to read +1.3M +2 +v1/data/' x
go '^> LEFT OUT' x
go '^ READING, WAITS FOR YOU' Escape
shows "the screen before has it" 'Left out +2 files with 1.3M'

# --- another officer -----------------------------------------------------------------------------
press 1
need '^ DEMO HOME'
shows "home says that it waits" "$transfer +READING +otto .*waits: choose what is read"
sign_out
sign_in paula
need "^> $transfer"
go "^ DEMO PROGRESS $transfer" Enter
shows "the choice is there for the next officer" 'Left out +2 files with 1.3M'
press Enter
shows "who reads the rest" 'State +Everything was read and scanned: review is ready'
is "both tries are in the record" "$(entries xfer.unlock)" 2

press 1
need '^ DEMO HOME'
sign_out
grep -rlF -e "$luks_pass" -e 'not the passphrase' "$SALLYPORT_HOME" "$work/bytes" >"$work/found" 2>/dev/null
is "no passphrase is in the station's folder, nor went to the terminal" "$(cat "$work/found")" ""
done_testing
