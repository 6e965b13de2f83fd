# SPDX-License-Identifier: ISC
# The custody report of ITEMS (100,000) items in every form: how long, and how much memory
# beside the documents it is made from.  Expected before it was written: PDF in 10 s, the others
# in 4 s, 8 MiB; the fonts are most of that.
. "$(dirname "$0")/lib.sh"
items=${ITEMS:-100000}

for format in pdf html json csv text; do
	best='' peak=''
	for _ in $(seq "$rounds"); do
		must "$B/tests/bench/paper" "$items" $format "$work/report"
		best=$(least "$best" "$(sed -n 's/^seconds //p' "$work/must.out")")
		peak=$(most "$peak" "$(sed -n 's/^megabytes //p' "$work/must.out")")
	done
	row "report of $items items, $format" "$best" 20 s
	row "memory beside the documents" "$peak" 32 MiB
	note "$(wc -c <"$work/report") bytes"
done
