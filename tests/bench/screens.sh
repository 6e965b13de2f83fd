# SPDX-License-Identifier: ISC
# The screens as an officer feels them: a transfer of ITEMS (100,000) items in
# review, keys typed on a pseudo-terminal (tests/screens/pty.c), the time to the
# last byte of the answer.  Prints each number with its target.
[ "$(id -u)" -ne 0 ] || exec sh "$(dirname "$0")/../../share/demo/as-user" sh tests/bench/screens.sh
. "$(dirname "$0")/../e2e/lib.sh"
out=${BENCH:-build/bench}
items=${ITEMS:-100000} # thousands
folders=$((items / 1000))
mkdir -p "$out"
out=$(cd "$out" && pwd)
image=$out/items-$items.img
pty=$B/tests/screens/pty

# Many small files with a thousand contents: lists are about names, not bytes.
screens_image() {
	[ -s "$image" ] && return
	rm -rf "$out/tree" && mkdir -p "$out/tree"
	folder=0
	while [ $((folder * 1000)) -lt "$items" ]; do
		mkdir "$out/tree/folder-$(printf %04d $folder)"
		seq 1000 | split -l 1 -a 3 -d --additional-suffix=.txt - \
		    "$out/tree/folder-$(printf %04d $folder)/a-text-of-some-length-"
		folder=$((folder + 1))
	done
	: >"$image.tmp"
	mke2fs -q -F -t ext4 -b 1024 -N $((items + items / 50 + 1000)) -d "$out/tree" "$image.tmp" \
	    $((items * 3 / 2 + 65536))k
	rm -rf "$out/tree"
	mv "$image.tmp" "$image"
}

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
# limit EXPRESSION ROWS: one that is new to the desk; then back to all.
limit() {
	printf '%s\n' 'key l' 'wait Limit:' 'settle 100' "text $1" 'settle 100' \
	    "answer limit Enter $(commas "$2") rows" 'key l' 'wait Limit:' 'key Ctrl-U' 'settle 100' \
	    'key Enter' 'wait Limit none' 'settle 200'
}
limits() {
	limit 'size>=3' $((991 * folders))
	limit 'type=text' "$items"
	limit 'kind=directory' $((folders + 1))
	limit 'name~"-777"' "$folders"
	limit 'severity>=medium' 0
}

# row NAME FIELD RANK TARGET UNIT TITLE: a line of the table; RANK is max or p50 of all.
missed=0
row() {
	value=$(sed -n "s/^[a-z]* $1 .*\<$2=\([0-9.]*\).*/\1/p" "$work/measured" | sort -n |
		awk -v rank="$3" '{ v[NR] = $1 } END { if (NR) print rank == "max" ? v[NR] : v[int((NR + 1) / 2)] }')
	verdict=$(awk -v v="${value:-x}" -v t="$4" 'BEGIN { print v == "x" ? "NOT MEASURED" : v + 0 <= t ? "OK" : "MISS" }')
	[ "$verdict" = OK ] || missed=$((missed + 1))
	printf '  %-44s %9s %-4s at most %-6s %s\n' "$6" "${value:--}" "$5" "$4" "$verdict"
}

screens_image
station_policy=$top/tests/bench/noengine.policy
station noclamd >/dev/null
intake "$image"
for i in 1 2 3 4 5; do
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

echo "screens, $items items in review, through a pseudo-terminal"
row start ms max 150 ms "start to sign-in"
row move p50_ms max 10 ms "key to screen, cursor move, p50"
row move p99_ms max 50 ms "key to screen, cursor move, p99"
row page p99_ms max 50 ms "key to screen, page, p99"
row end p99_ms max 50 ms "key to screen, first and last row, p99"
row decide p99_ms max 50 ms "key to screen, decide and undo, p99"
row item p99_ms max 50 ms "key to screen, next item in details, p99"
row esc ms max 60 ms "Esc"
row limit ms max 100 ms "first page of a new limit, slowest"
row move max_bytes max 2048 B "bytes for a cursor move, most"
row after now_kib max 65536 KiB "memory, outside key derivation"
[ "$missed" -eq 0 ] || echo "  $missed missed"
[ -z "${KEEP:-}" ] || cat "$work/measured"
[ "$missed" -eq 0 ]
