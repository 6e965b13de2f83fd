#!/bin/sh
# SPDX-License-Identifier: ISC
# 20,000 small real files through the checks of contents, type, code and text, one after the
# other in their sandboxes, against libmagic alone (file, told to look as far as scan-type does).
. "$(dirname "$0")/lib.sh"

small_files() { # COUNT
	find /usr -xdev -type f -size -64k -size +0 -readable 2>/dev/null |
		awk 'BEGIN { srand(1) } { print rand() "\t" $0 }' | sort -n | cut -f2 | head -n "$1"
}
[ -s "$bench/small" ] || small_files 20000 >"$bench/small"
xargs -d '\n' cat <"$bench/small" >/dev/null

checks() {
	from=$(now)
	for s in type code text; do
		xargs -d '\n' -n 5000 -s 2000000 -a "$bench/small" "$B/tests/e2e/scan_driver" "$bin/scan-$s"
	done >"$bench/said"
	took=$(since "$from")
}
alone() {
	from=$(now)
	file --mime-type -P bytes=65536 -f "$bench/small" >"$bench/magic"
	took=$(since "$from")
}

ours='' magic=''
for i in $(seq "$rounds"); do
	alone
	magic=$(least "$magic" "$took")
	checks
	ours=$(least "$ours" "$took")
done
files=$(wc -l <"$bench/small")
answers=$(grep -c ' | ' "$bench/said")
[ "$answers" -ge $((3 * files)) ] || ours=
row "type, code and text over $files small files, against libmagic" \
    "$(quotient "$ours" "$magic")" 1.5 ""
note "three scanners ${ours:-?} s, libmagic alone $magic s"
