# SPDX-License-Identifier: ISC
# Request and answer between two processes, best of five.
. "$(dirname "$0")/lib.sh"

must "$B/tests/bench/channel"
while IFS= read -r line; do
	note "$line"
done <"$work/must.out"
