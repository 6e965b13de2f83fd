#!/bin/sh
# SPDX-License-Identifier: ISC
# The command line itself: help, usage, exit status, batch, founding with a
# threshold, and what the terminal asks for.
. "$(dirname "$0")/lib.sh"

# Help and usage need no station.
like "help lists the commands" "$("$bin/sallyport" -h)" '^  intake  '
"$bin/sallyport" -h | sed -n 's/^  \([a-z][a-z ]*[a-z]\)  .*/\1/p' | while read -r command; do
	# shellcheck disable=SC2086
	"$bin/sallyport" $command -h >"$work/help" 2>&1 || echo "status $? of: $command -h"
	grep -q "^usage: sallyport .*${command#* }" "$work/help" || echo "no usage: $command"
done >"$work/helps"
is "every command explains itself" "$(cat "$work/helps")" ""
refused "no command is usage" 2 'no command' "$bin/sallyport" --as otto
refused "an unknown command is usage" 2 'no command' "$bin/sallyport" frobnicate
refused "an unknown option is usage" 2 'no option' "$bin/sallyport" status --frobnicate
refused "an option before the command is usage" 2 'not known' "$bin/sallyport" --frobnicate status
refused "a limit is checked before anything is asked" 2 'no such field' \
    "$bin/sallyport" --as otto items K1-000001 --where 'size>1 and foo=1'
like "and a caret shows the place" "$err" '^ {13}\^'
refused "a descriptor that is not open" 2 'descriptor' "$bin/sallyport" --as otto --passphrase-fd 77 status
refused "without a station" 3 'does not answer' "$bin/sallyport" status

# Founding.
refused "R12: no passphrase is made up" 2 'passphrase' setsid "$bin/sallyport" init --demo --admin ada
printf 'short\n' >"$work/short"
run "$bin/sallyport" init --demo --admin ada --new-passphrase-fd 9 9<"$work/short"
is "a short passphrase is refused" "$status" 2
is "and nothing was founded" "$(ls "$SALLYPORT_HOME/ledger" "$SALLYPORT_HOME/keys" 2>/dev/null)" ""
refused "a threshold nobody can reach" 2 'threshold' "$bin/sallyport" init --demo --admin ada --threshold 2
refused "the site demo is for demo stations" 2 'demo' "$bin/sallyport" init --site demo --admin ada
printf '%s\n' 'ada opens the demo' 'bert opens the demo' 'cleo opens the demo' >"$work/three"
run "$bin/sallyport" init --demo --threshold 2 --admin ada --name 'Ada Admin' --admin bert --name 'Bert Admin' \
    --admin cleo --name 'Cleo Admin' --new-passphrase-fd 9 9<"$work/three"
is "a station with three admins is founded" "$status" 0
like "the founding page says DEMO" "$out" '^DEMO FOUNDING PAGE'
genesis=$(cat "$SALLYPORT_HOME/stager/genesis")
is "the page and the stager have the same genesis" \
    "$(printf '%s\n' "$out" | sed -n '4,5p' | tr -d ' \n')" "$genesis"
is "keys are nobody else's" "$(find "$SALLYPORT_HOME/keys" -perm /077)" ""

# The page is typed back, or there is no station.
printf '%s\n' "$out" >"$work/page"
refused "nobody works without the word" 3 'does not answer' "$bin/sallyport" status
no "sallyportd does not start" timeout 20 "$bin/sallyportd" -d "$SALLYPORT_HOME"
refused "a station that waits for it is not founded again" 1 'not typed back' \
    "$bin/sallyport" init --demo --admin ada
word=$(word_of "$work/page")
for wrong in xxxx "${word%?}" "${word}0" "$(tail -c 5 "$SALLYPORT_HOME/stager/genesis" | tr 0-9a-f 1-9a-f0)"; do
	refused "a wrong word: $wrong" 1 'not group [0-9]+ of the genesis' "$bin/sallyport" init --word "$wrong"
done
ok "the word of the page" "$bin/sallyport" init --word " $(echo "$word" | tr a-f A-F)"
refused "it is not asked for again" 1 'no station in .* waits' "$bin/sallyport" init --word "$word"
refused "a station is not founded twice" 1 'already' "$bin/sallyport" init --demo --admin ada

must station_start
by() { # ID PASSPHRASE COMMAND...: of the people here
	by_id=$1
	by_pass=$2
	shift 2
	"$bin/sallyport" --as "$by_id" --passphrase-fd 9 "$@" 9<<END
$by_pass
END
}
run by ada 'ada opens the demo' authority requester rita --name 'Rita Requester'
is "one admin proposes" "$status" 0
like "and is told that it is not in force" "$out" 'proposed'
run "$bin/sallyport" authority pending
like "anybody sees what waits, and for whom" "$out" 'waits +1 of 2 admins stand behind it; it waits for bert and cleo'
leaf=$(printf '%s\n' "$out" | sed -n 's/^ *\([0-9a-f]\{64\}\)$/\1/p')
refused "nobody endorses his own" 1 . by ada 'ada opens the demo' authority endorse "$leaf"
run by bert 'bert opens the demo' authority endorse "$leaf"
is "another admin endorses" "$status" 0
like "now it is in force" "$out" 'in force'
like "doctor knows her" "$("$bin/sallyport" doctor)" 'OK +requesters +1 enrolled'
refused "nobody signs in without a key" 1 'no key' by rita 'whatever it may be' status K1-000001
refused "nobody signs in who is not enrolled" 1 'enrolled' by zoe 'whatever it may be' status K1-000001
refused "signing in takes an id" 2 'as ID' "$bin/sallyport" status K1-000001

# Batch: one sign-in, stops at the first failure.
printf '%s\n' '# words as in sh' 'status' "frobnicate 'x y'" 'status' >"$work/lines"
batch() { # OPTION...
	"$bin/sallyport" --as ada --passphrase-fd 9 batch "$@" <"$work/lines" 9<<END
$(passphrase ada)
END
}
run batch
is "batch ends with the status of what failed" "$status" 2
is "and stops there" "$(printf '%s\n' "$out" | grep -c '^DEMO station')" 1
like "and names the line" "$err" 'line 3'
run batch -k
is "with -k it goes on" "$(printf '%s\n' "$out" | grep -c '^DEMO station')" 2
is "and still ends with that status" "$status" 2
printf 'report K1-000001 --out /tmp/sallyport-elsewhere\n' >"$work/lines"
refused "a batch writes only below its folder" 1 'Permission denied' batch
printf "status 'K1\n" >"$work/lines"
refused "an open quotation mark" 2 'quotation' batch

# The terminal: no echo, the echo comes back, every confirmation starts on No.
if command -v tmux >/dev/null; then
	# The account of a service has nologin for a shell; tmux must not ask it.
	tty="env SHELL=/bin/sh tmux -L sp$$ -f /dev/null"
	$tty new-session -d -x 80 -y 24 "env PS1='ready> ' sh"
	screen_has() {
		$tty capture-pane -p | grep -q -- "$1"
	}
	$tty send-keys "$bin/sallyport --as ada batch </dev/null; echo ended \$?" Enter
	ok "the passphrase is asked for" wait_for 20 screen_has 'Passphrase of ada'
	$tty send-keys "ada opens"
	sleep 0.3
	is "and not shown" "$($tty capture-pane -p | grep -c 'ada opens')" 0
	$tty send-keys " the demo" Enter
	ok "and is the right one" wait_for 20 screen_has 'ended 0'
	$tty send-keys clear Enter
	screen_is_clear() {
		! screen_has 'Passphrase of ada'
	}
	wait_for 20 screen_is_clear
	$tty send-keys "$bin/sallyport --as ada batch </dev/null; echo ended \$?" Enter
	ok "asked for again" wait_for 20 screen_has 'Passphrase of ada'
	$tty send-keys C-c
	ok "an interrupt ends it" wait_for 20 screen_has 'ended 130'
	$tty send-keys "clear; stty -a | tr -s ' ;' '\\n\\n' | grep -x -e echo -e -echo" Enter
	ok "and the echo is back" wait_for 20 screen_has '^echo'
	# Founding at a terminal: the word is asked for, and a wrong one is not taken.
	$tty send-keys "clear; $bin/sallyport --home $work/second init --demo --admin ada 2>&1 | tee $work/second.page" Enter
	for prompt in 'New passphrase for ada' 'The same again'; do
		ok "$prompt" wait_for 20 screen_has "$prompt"
		$tty send-keys 'ada opens the demo' Enter
	done
	ok "the page asks for its word" wait_for 20 screen_has 'of the genesis on the page:'
	$tty send-keys 'word' Enter
	ok "a wrong one is not taken" wait_for 20 screen_has 'not what the page says'
	no "and there is no station yet" test -e "$work/second/station.conf"
	$tty send-keys "$(word_of "$work/second.page")" Enter
	ok "the right one is" wait_for 20 screen_has 'Next: start sallyportd'
	ok "and there is a station" test -e "$work/second/station.conf"
	$tty kill-server
else
	fail "tmux is missing: the terminal was not tested"
fi
ok "the record verifies" "$bin/sallyport" verify
done_testing
