# SPDX-License-Identifier: ISC
# Intake of one file of 1 GiB against dd bs=256K conv=fsync to the same disk.
. "$(dirname "$0")/lib.sh"

large_image
station_policy=$top/tests/bench/noengine.policy
hand='' ours=''
for i in $(seq "$rounds"); do
	rm -f "$bench/large.copy"
	sync -f "$bench"
	from=$(now)
	dd if="$bench/large.bin" of="$bench/large.copy" bs=256K conv=fsync 2>/dev/null
	hand=$(least "$hand" "$(since "$from")")
	rm -f "$bench/large.copy"
	fresh "h$i" noclamd
	sync -f "$bench"
	intake_s
	gone
	ours=$(least "$ours" "$took")
done
row "intake of one 1 GiB file, against dd bs=256K conv=fsync" "$(quotient "$ours" "$hand")" 1.25 ""
note "intake $ours s, dd $hand s"
