#!/bin/sh
# SPDX-License-Identifier: ISC
# Review by command line: orders of a list, decisions taken back and made again,
# through a crash, another officer, and a submission.  Bulk decisions of the
# screens are in tests/ipc/t_review.c.
. "$(dirname "$0")/lib.sh"

station noclamd
mkdir -p "$work/m/a" "$work/m/b"
for n in 1 2 3 4 5; do
	head -c $((n * 1000)) /dev/zero | tr '\0' "$n" >"$work/m/a/size$n.txt"
done
echo 'one more' >"$work/m/b/one more.txt"
small_medium "$work/small.img" "$work/m"
must as ada authority policy tests/bench/noengine.policy
intake "$work/small.img"

names() { # OPTIONS...: the last components, in the order of the list
	as otto items "$transfer" --json "$@" | sed -n 's/.*"base": *"\([^"]*\)".*/\1/p' | tr '\n' ' '
}
decisions() { # the decisions of the files, by size
	as otto items "$transfer" --json --sort=size --where 'name~size' |
	    sed -n 's/.*"decision": *"\([^"]*\)".*/\1/p' | tr '\n' ' '
}

is "by path unless told otherwise" "$(names --where 'kind=file')" \
    'size1.txt size2.txt size3.txt size4.txt size5.txt one more.txt '
is "largest first" "$(names --where 'kind=file' --sort=size)" \
    'size5.txt size4.txt size3.txt size2.txt size1.txt one more.txt '
is "and the other way round" "$(names --where 'kind=file' --sort=size --reverse)" \
    'one more.txt size1.txt size2.txt size3.txt size4.txt size5.txt '
refused "an order that does not exist" 2 'no such order' as otto items "$transfer" --sort=colour
refused "a limit with a mistake" 2 'there is no such field' as otto items "$transfer" --where 'colour=red'

refused "nothing to take back yet" 1 'no decision to take back' as otto undo "$transfer"
ok "two are held" as otto decide "$transfer" hold --where 'name~size4 or name~size5' --reason 'ask rita'
ok "one of them is rejected" as otto decide "$transfer" reject --where 'name~size5' --reason 'too large'
is "so it stands" "$(decisions)" 'reject hold none none none '
run as otto undo "$transfer"
like "the last decision is taken back in words" "$out" 'rejection of item [0-9]+ taken back'
is "and the one before it is there again" "$(decisions)" 'hold hold none none none '

# Nothing of it is lost when everything dies.
kill -9 "$station_pid"
wait "$station_pid" 2>/dev/null
must station_start
is "decisions survive a crash" "$(decisions)" 'hold hold none none none '
ok "so does what can be made again" as otto redo "$transfer"
is "it stands again" "$(decisions)" 'reject hold none none none '
ok "back" as otto undo "$transfer"
ok "and back" as otto undo "$transfer"
is "to the beginning" "$(decisions)" 'none none none none none '
refused "there is no more" 1 'no decision to take back' as otto undo "$transfer"
ok "forward once" as otto redo "$transfer"
ok "a new decision" as otto decide "$transfer" reject --where 'name~size1' --reason 'no'
refused "ends what could be made again" 1 'nothing was taken back' as otto redo "$transfer"

refused "another officer takes nothing back" 1 'otto has this transfer' as paula undo "$transfer"
ok "she takes it over" as paula take "$transfer"
ok "then she does" as paula undo "$transfer"
is "also what otto decided" "$(decisions)" 'hold hold none none none '
like "what is left is still otto's" "$(as otto items "$transfer" --json --where 'name~size4')" '"by": *"otto"'
ok "otto has it again" as otto take "$transfer"
ok "the rest" as otto decide "$transfer" approve --where 'decision=none and kind=file'
ok "submit" as otto submit "$transfer" --yes
ok "paula returns it" as paula return "$transfer" --reason 'look again'
refused "what was submitted is not taken back step by step" 1 'until the transfer is submitted' \
    as otto undo "$transfer"
is "it is decided anew" "$(decisions)" 'hold hold approve approve approve '
ok "which is possible" as otto decide "$transfer" approve --where 'name~size4' --reason 'rita says yes'
ok "abort" as otto abort "$transfer" --reason 'never mind'
refused "and then nothing more" 1 'not possible while the transfer is ABORTED' as otto undo "$transfer"
ok "the record verifies" "$bin/sallyport" verify
done_testing
