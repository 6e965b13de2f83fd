#!/bin/sh
# SPDX-License-Identifier: ISC
# A test that stands still is ended, and says what its processes were at.
cd "$(dirname "$0")/../.." || exit 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0
is() { # NAME GOT WANTED
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		printf 'not ok %s - %s\n# got:    %s\n# wanted: %s\n' "$n" "$1" "$2" "$3"
	fi
}
limited() { # SECONDS SHELL-COMMAND: its status in $status, what is said in $work/said
	perl tests/deadline "$1" sh -c "$2" >"$work/out" 2>"$work/said" </dev/null
	status=$?
}
says() { # REGEX
	grep -cE -- "$1" "$work/said"
}

limited 60 'echo done; exit 7'
is "what ends in time ends as it did" "$status $(cat "$work/out")" '7 done'
is "and nothing is said of it" "$(cat "$work/said")" ''
limited 60 'kill -9 $$'
is "a signal is told as a shell tells it" "$status" 137

limited 3 'setsid sleep 47110 & echo $! >'"$work/apart"'; sleep 47111; true'
is "what stands still is ended" "$status" 124
is "it says so" "$(says '^deadline: sh stands still after 3 s')" 1
is "and what it waits for" "$(says '^[0-9]+ [0-9]+ S [^ ]+ [^ ]+ sleep 47111')" 1
is "also what has left its group" "$(says '^[0-9]+ [0-9]+ S [^ ]+ [^ ]+ sleep 47110')" 1
kill "$(cat "$work/apart")" 2>/dev/null

# One that has stopped itself and everybody around it.
limited 3 'kill -STOP 0'
is "what was stopped is ended, too" "$status" 124
is "and is told to have been" "$(says '^[0-9]+ [0-9]+ T ')" 1
limited 3 'trap "" TERM; while :; do sleep 0.1; done'
is "so is what does not listen" "$status" 124
echo "1..$n"
