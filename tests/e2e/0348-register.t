#!/bin/sh
# SPDX-License-Identifier: ISC
# The medium register: a number is given once, two persons stand behind each move, and
# what a transfer says became of its medium is in it.
. "$(dirname "$0")/lib.sh"

station
mkdir "$work/m"
echo 'some text' >"$work/m/note.txt"
small_medium "$work/small.img" "$work/m"

register() { # [OPTIONS]: the list
	as otto media --register "$@"
}
row() { # NUMBER KEY
	as otto media --register --all --json |
	    sed -n 's/.*"'"$2"'": *"\([^"]*\)".*"number": *"'"$1"'".*/\1/p;t;s/.*"number": *"'"$1"'".*"'"$2"'": *"\([^"]*\)".*/\1/p'
}

# --- a number -------------------------------------------------------------------------
like "an empty register" "$(register)" '^none$'
refused "a medium has a label and came from somebody" 2 'label' as otto media register M-1
refused "a control number has a form" 2 'control number' \
    as otto media register m-1 --label blue --from 'K. Ode'
refused "an admin is no officer" 1 'may not sign' as ada media register M-1 --label blue --from 'K. Ode'
run as otto media register M-1 --label 'blue stick' --from 'K. Ode, courier' --owner 'lab 4' \
    --classification open --seal S-77
is "a medium is registered" "$status" 0
like "and what comes next is said" "$out" 'return, retain, sanitise or destroy'
run register
like "it is in the list" "$out" 'M-1 +HELD .*otto +blue stick'
like "with who brought it, whose it is and its seal" "$(echo "$out" | tr -s ' \n' ' ')" \
    'from K. Ode, courier, of lab 4, open, sealed S-77'
refused "a number is given once" 1 'given once' as paula media register M-1 --label red --from 'K. Ode'
refused "one that nobody gave is not returned" 1 'no medium M-9' as otto media return M-9 --to 'K. Ode'
refused "without a sign-in nobody reads the register" 2 '.' "$bin/sallyport" media --register </dev/null

# --- a transfer -------------------------------------------------------------------------
refused "a transfer of an unknown medium is not opened" 1 'no medium M-9' \
    as otto intake "$work/small.img" --requester rita --medium M-9
is "and no transfer began" "$(as otto status --json | grep -c transfer)" 0
run as otto intake "$work/small.img" --requester rita --medium M-1 --set purpose=weights
transfer=$(transfer_of "$out$err")
is "a transfer of a registered medium" "$(state_of "$transfer")" REVIEW
like "says its number" "$(as otto status "$transfer")" 'register +M-1'
is "and the register which transfer it was" "$(row M-1 transfer)" "$transfer"
ok "otto approves" as otto decide "$transfer" approve --proposed
ok "otto submits" as otto submit "$transfer" --yes
ok "paula signs" as paula approve "$transfer" --yes
is "it is released" "$(state_of "$transfer")" RELEASED
before=$(as otto timeline "$transfer" --json | wc -l)
refused "closing asks what became of a registered medium" 1 'begin with returned' \
    as otto close "$transfer" --disposition 'no idea'
refused "and to whom" 1 'to whom' as otto close "$transfer" --disposition 'returned'
ok "it is closed with the hand-over" as otto close "$transfer" --disposition 'returned to K. Ode, courier'
is "which is one entry" "$(as otto timeline "$transfer" --json | wc -l)" $((before + 1))
is "the register moved with it" "$(row M-1 state)" RETURNED
is "to the one it was handed to" "$(row M-1 words)" 'to K. Ode, courier'
like "what has gone is not in the list of what is here" "$(register)" '^none$'
report=$SALLYPORT_HOME/share/custody/$transfer/report.txt
like "the custody report shows the control number" "$(cat "$report")" 'control +M-1'
like "its seal" "$(cat "$report")" 'seal +S-77'
like "and where it went" "$(cat "$report")" 'register +RETURNED'

# --- as last time ----------------------------------------------------------------------
ok "a returned medium comes again" as paula media register M-1 --label 'blue stick' --from 'K. Ode'
run as otto intake "$work/small.img" --medium M-1 --as-last
refused "nobody knows the last transfer of what came just now" 1 'no transfer of M-1 yet' \
    as otto intake "$work/small.img" --medium M-1 --as-last
run as otto intake "$work/small.img" --requester rita --medium M-1 --as-last
again=$(transfer_of "$out$err")
like "the fields of rita's last transfer are filled in" \
    "$(as otto status "$again" --json)" '"value": *"weights"'
ok "the medium leaves before the end" as otto medium "$again" --disposition 'kept in the safe'
is "and the register knows" "$(row M-1 state)" RETAINED
ok "abort" as otto abort "$again" --reason 'never mind'

# --- its end -----------------------------------------------------------------------------
ok "it is sanitised" as otto media sanitise M-1 --method 'purge, NIST 800-88r2' --certificate C-12
is "which nobody confirmed yet" "$(row M-1 state)" WIPED
refused "it is not returned so" 1 'another officer' as otto media return M-1 --to 'K. Ode'
refused "one does not confirm oneself" 1 'another officer confirms' as otto media confirm M-1
ok "paula saw it" as paula media confirm M-1 --note 'saw the tool end'
is "now it is sanitised" "$(row M-1 state)" SANITISED
refused "what is sanitised is not read" 1 'cannot be read' \
    as otto intake "$work/small.img" --requester rita --medium M-1
ok "it is destroyed" as paula media destroy M-1 --method shredded
ok "otto saw it" as otto media confirm M-1
is "and that is its end" "$(row M-1 state)" DESTROYED
refused "its number is not given again" 1 'given once' as otto media register M-1 --label new --from 'K. Ode'
like "it stays in the register" "$(register --all)" 'M-1 +DESTROYED'
ok "the record verifies" "$bin/sallyport" verify
like "and an implementation of its own agrees" \
    "$(python3 share/audit/audit.py "$SALLYPORT_HOME/ledger/ledger.db")" '^GOOD'
ok "the custody folder verifies without the register's entries" \
    "$bin/sallyport" verify "$SALLYPORT_HOME/share/custody/$transfer"
done_testing
