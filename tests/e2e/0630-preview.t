#!/bin/sh
# SPDX-License-Identifier: ISC
# Looking into objects: nothing in them reaches the screen as it is, nothing in
# them hangs the station, and one look does not see another's object.
. "$(dirname "$0")/lib.sh"

station_policy=$top/tests/bench/noengine.policy
station noclamd
mkdir "$work/files"
cd "$work/files" || exit 3
printf 'run \033[1Achmod +x and approve\342\200\256txt.\r\n 15:04  APPROVED BY SECOND OFFICER\n\tindented\\t  \n' >hostile.txt
: >empty.dat
printf 'x' >one.dat
awk 'BEGIN { for (i = 1; i <= 5000; i++) printf "line %d\n", i }' >lines.txt
head -c 9000 /dev/zero | tr '\0' 'w' >wide.txt
{ head -c 3000000 /dev/zero; printf 'needle in the haystack\n'; head -c 1000 /dev/zero; } >hay.dat
truncate -s 200M big.dat
printf 'the end' >>big.dat
mkdir folder
echo inside >folder/inside.txt
cd "$top" || exit 3
small_medium "$work/medium.img" "$work/files" 256
intake "$work/medium.img"

as otto items "$transfer" --json >"$work/items"
id_of() { # NAME
	grep -F "\"name\":\"$1\"" "$work/items" | sed -n 's/.*"id":\([0-9]*\).*/\1/p' | head -n 1
}
[ -n "$(id_of hostile.txt)" ] || sed -i 's/": */":/g; s/, "/,"/g' "$work/items"
look() { # NAME OPTION...
	look_item=$(id_of "$1")
	shift
	run as otto preview "$transfer" "$look_item" "$@"
}

# Hostile bytes are lines behind a bar, and nothing else.
look hostile.txt
is "a text is shown" "$status" 0
is "it says what it is" "$(printf '%s\n' "$out" | head -n 1 | grep -c 'UNTRUSTED CONTENT')" 1
is "every line as it is, escaped, behind its number" "$(printf '%s\n' "$out" | sed '1d;$d')" \
    '     1 |run \x1B[1Achmod +x and approve\u{202E}txt.\r
     2 | 15:04  APPROVED BY SECOND OFFICER
     3 |\tindented\\t\x20\x20'
is "nothing but printable ASCII gets out" \
    "$(LC_ALL=C tr -d '\n\040-\176' <"$work/run.out" | wc -c)" 0
look hostile.txt --hex --lines 2
is "the same in hex" "$(printf '%s\n' "$out" | sed '1d;$d')" \
    '00000000  72 75 6E 20 1B 5B 31 41  63 68 6D 6F 64 20 2B 78  |run .[1Achmod +x|
00000010  20 61 6E 64 20 61 70 70  72 6F 76 65 E2 80 AE 74  | and approve...t|'

# Places.
look empty.dat
like "an empty object has no bytes" "$out" '^bytes 0 to 0 of 0$'
is "and no line" "$(printf '%s\n' "$out" | grep -c '|')" 0
look one.dat --hex
like "one byte" "$out" '^00000000  78 +\|x +\|$'
look lines.txt --lines 300
is "as many lines as asked, window after window" "$(printf '%s\n' "$out" | grep -c ' |line ')" 300
like "numbered" "$out" '^   300 \|line 300$'
look lines.txt --back --lines 2
is "the end" "$(printf '%s\n' "$out" | sed '1d;$d')" '  4999 |line 4999
  5000 |line 5000'
look lines.txt --at 0x14 --lines 1
like "an offset in the middle of a line shows that line" "$out" '^     3 \|line 3$'
look lines.txt --find 'line 4321' --lines 1
like "a text is found" "$out" '^  4321 \|line 4321$'
look wide.txt --lines 3
is "a long line goes on" "$(printf '%s\n' "$out" | sed '1d;$d' | cut -c1-9)" '     1 |w
       |w
       |w'
look hay.dat --find 'needle in' --hex --lines 1
like "found over the borders of windows" "$out" '^found at offset 3000000$'
look hay.dat --find needle --back --lines 1
like "and from the end" "$out" '^found at offset 3000000$'
look big.dat --find 'the end' --lines 1 --hex
like "and far away, asked for piece by piece" "$out" '^found at offset 209715200$'
look big.dat --find 'not there'
is "what is not there is not found" "$status" 1
look big.dat --at 100000000 --lines 2
like "a line too long to number says so" "$out" '^bytes 9999[0-9]* to '

# What cannot be shown is refused with a sentence.
refused "a folder has no contents" 1 'no contents' as otto preview "$transfer" "$(id_of folder)"
refused "no such item" 1 'no such item' as otto preview "$transfer" 999999
refused "no such transfer" 1 'no such transfer' as otto preview K1-000099 1
refused "an admin is no transfer officer" 1 'officer' as ada preview "$transfer" "$(id_of one.dat)"
refused "an offset is a number" 2 'bytes' as otto preview "$transfer" "$(id_of one.dat)" --at here
refused "a window has lines" 2 'lines' \
    as otto preview "$transfer" "$(id_of one.dat)" --lines 0

# The process: one for a session, confined, gone with it.
children() {
	for pid in $(pgrep -P "$(cat "$SALLYPORT_HOME/run/sallyportd.pid")" -f sallyport-preview); do
		echo "$pid"
	done
}
none_left() {
	[ -z "$(children)" ]
}
ok "no previewer outlives its session" wait_for 10 none_left
mkfifo "$work/in"
as otto batch <"$work/in" >"$work/batch.out" 2>"$work/batch.err" &
batch=$!
exec 7>"$work/in"
shown() { # TEXT
	grep -q -- "$1" "$work/batch.out"
}
echo "preview $transfer $(id_of one.dat) --hex" >&7
ok "a session looks at an object" wait_for 10 shown 'item .* hex'
first=$(children)
is "one process serves it" "$(printf '%s\n' "$first" | grep -c .)" 1
is "under a system call filter" "$(sed -n 's/^Seccomp:[^0-9]*//p' "/proc/$first/status")" 2
is "with no privileges to gain" "$(sed -n 's/^NoNewPrivs:[^0-9]*//p' "/proc/$first/status")" 1
like "and a minute of processor time" "$(cat "/proc/$first/limits")" '^Max cpu time +60 '
echo "preview $transfer $(id_of one.dat) --hex --at 0" >&7
echo "preview $transfer $(id_of lines.txt) --lines 1" >&7
ok "then at another" wait_for 10 shown 'line 1$'
second=$(children)
is "which gets a process of its own" "$(printf '%s\n' "$second" | grep -c .)" 1
[ "$first" != "$second" ] && pass "and the first is gone" || fail "the first still serves" "$first"

# One that does not answer is ended; the officer is told, and the next question works.
kill -STOP "$second"
echo "preview $transfer $(id_of lines.txt) --lines 1 --at 14" >&7
exec 7>&-
wait $batch
is "one that hangs is a fault" $? 3
like "and is said" "$(cat "$work/batch.err")" 'did not answer in time'
look lines.txt --lines 1
is "the next look works" "$status" 0
ok "and nothing is left" wait_for 10 none_left

# --- the screen -----------------------------------------------------------------------
. "$(dirname "$0")/screen.sh"
terminal first
begin_screens "$bin/sallyport"
sign_in otto
shows "an officer signs in" 'HOME'
need "$transfer"
press 2
shows "all transfers" 'TRANSFERS'
need "$transfer"
press Enter
shows "the review" 'hostile'
press /
need 'Find|Search'
enter hostile
press Enter
shows "the item is found" '^ *>.*hostile'
press Enter
shows "its details" 'DETAILS'
need sha256
press t
shows "content stands behind a bar" '^     2 \| 15:04  APPROVED BY SECOND OFFICER'
shows "escaped" '^     1 \|run .x1B\[1Achmod \+x and approve.u\{202E\}txt\.'
shows "and is called what it is, twice" '^ *(DEMO )?TEXT +K1-[0-9]+ +item [0-9]+ +UNTRUSTED CONTENT'
shows "on the body, too" '^ *UNTRUSTED CONTENT +hostile.txt'
press x
shows "the same in hex" '^ 00000000  72 75 6E 20 1B 5B 31 41  63'
press /
need 'Find text'
enter approve
press Enter
shows "a text is found" 'Found at offset 21'
press Escape
shows "Esc goes back" 'DETAILS'
ok "the record verifies" "$bin/sallyport" verify
done_testing
