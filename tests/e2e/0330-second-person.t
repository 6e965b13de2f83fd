#!/bin/sh
# SPDX-License-Identifier: ISC
# Two people, always: every way one person could be both is refused.
. "$(dirname "$0")/lib.sh"

station
mkdir "$work/m"
echo 'some text' >"$work/m/note.txt"
small_medium "$work/small.img" "$work/m"

refused "an unknown requester is refused" 1 . as otto intake "$work/small.img" --requester nobody
refused "an officer cannot be a requester too" 1 . as ada authority requester otto --name 'Otto again'
refused "only an admin enrols" 1 . as otto authority requester zoe --name Zoe
refused "R12: a wrong passphrase signs nobody in" 1 . \
    "$bin/sallyport" --as otto --passphrase-fd 9 status X1-000001 9<<END
not the passphrase
END
like "R12: and the refusal is in the ledger" "$("$bin/sallyport" verify 2>&1; "$bin/sallyport" status 2>&1)" .

intake "$work/small.img"
ok "otto decides" as otto decide "$transfer" approve --proposed
refused "paula does not decide what otto has" 1 'otto has this transfer' \
    as paula decide "$transfer" approve --where 'kind=file'
like "and is told how to take it over" "$err" "take it over first: sallyport .*take TRANSFER"
ok "paula takes it over" as paula take "$transfer"
ok "and decides one item too" as paula decide "$transfer" approve --where 'kind=file'
refused "now otto does not decide" 1 'paula has this transfer' as otto decide "$transfer" approve --proposed
ok "otto takes it back" as otto take "$transfer"
ok "otto submits" as otto submit "$transfer" --yes
refused "a decider cannot give the second signature" 1 . as paula approve "$transfer" --yes
refused "the submitter cannot give the second signature" 1 . as otto approve "$transfer" --yes
ok "the submitter takes it back" as otto withdraw "$transfer"
is "back in review" "$(state_of "$transfer")" REVIEW
ok "otto submits again" as otto submit "$transfer" --yes
ok "paula returns it" as paula return "$transfer" --reason 'look at the note again'
is "and it is in review" "$(state_of "$transfer")" REVIEW
like "with her reason" "$(as otto status "$transfer")" 'look at the note again'
ok "paula takes it over" as paula take "$transfer"
like "and holds it" "$(as otto status "$transfer")" 'held by +paula'
ok "the medium is handed back before the end" as otto medium "$transfer" --disposition 'returned to rita'
like "and the status says so" "$(as otto status "$transfer")" 'returned to rita'
ok "abort" as otto abort "$transfer" --reason 'never mind'
is "aborted" "$(state_of "$transfer")" ABORTED
ok "the record verifies" "$bin/sallyport" verify
is "nothing is on the share" "$(ls "$SALLYPORT_HOME/share/transfers" 2>/dev/null)" ""
done_testing
