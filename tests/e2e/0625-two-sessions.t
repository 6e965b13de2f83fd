#!/bin/sh
# SPDX-License-Identifier: ISC
# One officer in two sessions: while he signs in to one, the other ends, which is an
# entry about him.  A passphrase may take as long as it likes.
. "$(dirname "$0")/lib.sh"

station noclamd
entered() { # TYPE: how many entries of it
	grep -ao "\"type\":\"$1\"" "$SALLYPORT_HOME/ledger/ledger.db" | wc -l
}
more() { # TYPE NUMBER
	[ "$(entered "$1")" -gt "$2" ]
}
# The other session, which lasts until it is told to end.
mkfifo "$work/orders" "$work/phrase"
begin_other() {
	: >"$work/other"
	as otto batch <"$work/orders" >"$work/other" 2>&1 8>&- &
	other=$!
	exec 7>"$work/orders"
	echo exceptions >&7
	must wait_for 20 grep -q . "$work/other"
}
end_other() {
	logouts=$(entered sess.logout)
	exec 7>&-
	wait $other
	must wait_for 20 more sess.logout "$logouts"
}

begin_other
"$bin/sallyport" --as otto --passphrase-fd 9 exceptions 9<"$work/phrase" >"$work/second" 2>&1 7>&- &
second=$!
exec 8>"$work/phrase" # opens when the other end is open: the program is there
waits() { # at five looks it slept: it has asked what it asks before, and reads what is typed
	for look in 1 2 3 4 5; do
		[ "$(cat "/proc/$second/comm")" = sallyport ] && grep -q '^State:.*S' "/proc/$second/status" || return
		sleep 0.1
	done
}
must wait_for 20 waits
end_other
passphrase otto >&8
exec 8>&-
wait $second
is "a passphrase takes its time: another session ends meanwhile" "$?" 0
is "and nothing was refused" "$(entered sess.fail)" 0

ok "the record verifies" "$bin/sallyport" verify
done_testing
