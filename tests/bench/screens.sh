# SPDX-License-Identifier: ISC
# The screens as an officer feels them: a transfer of ITEMS (1,000,000) items in
# review, keys typed on a pseudo-terminal (tests/screens/pty.c), the time to the
# last byte of the answer.
. "$(dirname "$0")/lib.sh"
items=${ITEMS:-1000000} # thousands
folders=$((items / 1000))
pty=$B/tests/screens/pty

# plays SIZE: plays standard input; what it measured goes to $work/measured.
plays() {
	cat >"$work/script"
	must "$pty" -w 60 -s "$1" "$work/script" "$bin/sallyport"
	cat "$work/must.out" >>"$work/measured"
}
sign_in() {
	printf '%s\n' 'wait Officer id' 'wait checks are good' 'text otto' 'key Tab' "text $(passphrase otto)" 'key Enter' \
	    'wait HOME' "wait $transfer" 'key Enter' 'wait REVIEW' 'wait folder-0000' 'settle 300'
}
# again COUNT LINE...: so often the same lines.
again() {
	count=$1
	shift
	while [ "$count" -gt 0 ]; do
		printf '%s\n' "$@"
		count=$((count - 1))
	done
}
moves() {
	printf '%s\n' 'measure move 300 Down Down Down Up' 'measure page 100 PgDn PgDn PgUp' \
	    'measure end 40 End Home' 'key Down' 'settle 200' 'measure decide 60 a u' 'measure item 1 Enter' \
	    'measure item 60 n n p' 'key Esc' 'wait REVIEW' 'settle 200'
}
commas() {
	echo "$1" | sed ':a; s/\([0-9]\)\([0-9]\{3\}\)\($\|,\)/\1,\2\3/; ta'
}
# limit EXPRESSION ROWS: one that is new to the desk; then back to all.  The blanks
# before a number keep it from being found at the end of another.
limit() {
	printf '%s\n' 'key l' 'wait Limit:' 'settle 100' "text $1" 'settle 100' \
	    "answer limit Enter    $(commas "$2") rows" 'key l' 'wait Limit:' 'key Ctrl-U' 'settle 100' \
	    'key Enter' "wait    $(commas $((items + folders))) rows" 'wait Limit none' 'settle 200'
}
limits() {
	limit 'size>=3' $((991 * folders))
	limit 'type=text' "$items"
	limit 'kind=directory' $folders
	limit 'name~"-777"' "$folders"
	limit 'severity>=medium' 0
}

# measured NAME FIELD RANK: RANK is max or p50 of all, or best of all.
measured() {
	sed -n "s/^[a-z]* $1 .*\<$2=\([0-9.]*\).*/\1/p" "$work/measured" | sort -n |
		awk -v rank="$3" '{ v[NR] = $1 }
		    END { if (NR) print rank == "max" ? v[NR] : rank == "best" ? v[1] : v[int((NR + 1) / 2)] }'
}

crowd_image "$items"
station_policy=$top/tests/bench/noengine.policy
fresh home noclamd
intake "$image"
for _ in $(seq "$rounds"); do
	plays 24x80 <<-'END'
		wait Officer id
		lap start
	END
done
for size in 24x80 60x200; do
	{
		sign_in
		echo "memory before"
		moves
		again 20 'key Enter' 'wait DETAILS' 'settle 100' 'answer esc Esc REVIEW'
		[ $size != 24x80 ] || limits
		echo "memory after"
	} | plays $size
done

row "start to first screen" "$(measured start ms best)" 150 ms
for name in move page end decide item; do
	slowest=$(most "${slowest:-}" "$(measured $name p99_ms max)")
done
row "key to screen in a list of $items items, p99" "$slowest" 50 ms
row "first page of a new limit, slowest of five" "$(measured limit ms max)" 100 ms
note "p99 of a cursor move $(measured move p99_ms max) ms (p50 $(measured move p50_ms max)), a page $(measured page p99_ms max)," \
    "first and last row $(measured end p99_ms max), decide and undo $(measured decide p99_ms max), next item in details $(measured item p99_ms max)" \
    "Esc $(measured esc ms max) ms; most bytes for a cursor move $(measured move max_bytes max); memory $(measured after now_kib max) KiB"
[ -z "${KEEP:-}" ] || cat "$work/measured"
