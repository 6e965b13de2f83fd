# SPDX-License-Identifier: ISC
# An archive of MEMBERS (1,000,000) members, composed by the desk: what it costs, and the
# longest time for which the desk serves nobody.
. "$(dirname "$0")/lib.sh"
members=${MEMBERS:-1000000}

must "$B/tests/bench/compose" "$work/work.db" "$members"
longest=$(sed -n 's/^in slices .*longest *\([0-9.]*\) ms.*/\1/p' "$work/must.out" | head -n 1)
row "the desk stands while it composes $members members" "$longest" 250 ms
cat "$work/must.out"
