# SPDX-License-Identifier: ISC
# Intake of 20,000 real files against what an officer does by hand: mcopy,
# sha256sum and file --mime-type, two jobs at a time, synced.
. "$(dirname "$0")/lib.sh"

by_hand() {
	rm -rf "$bench/copy" && mkdir -p "$bench/copy"
	from=$(now)
	MTOOLS_SKIP_CHECK=1 mcopy -i "$image" -s -Q -n -m ::/ "$bench/copy" >/dev/null 2>&1
	find "$bench/copy" -type f -print0 | xargs -0 -P 2 -n 500 sha256sum >"$bench/sums"
	find "$bench/copy" -type f -print0 | xargs -0 -P 2 -n 500 file --mime-type >"$bench/types"
	sync -f "$bench"
	took=$(since "$from")
	rm -rf "$bench/copy"
}

files_image
station_policy=$top/tests/bench/noengine.policy
hand='' ours=''
for i in $(seq "$rounds"); do
	by_hand
	hand=$(least "$hand" "$took")
	fresh "h$i" noclamd
	intake_s
	gone
	ours=$(least "$ours" "$took")
done
row "intake of $(wc -l <"$bench/sums") files, against mcopy, sha256sum, file" \
    "$(quotient "$ours" "$hand")" 0.6 ""
note "intake $ours s, by hand with two jobs $hand s"
