# SPDX-License-Identifier: ISC
# What lists, searches and decisions cost the desk alone: ITEMS (1,000,000) items.
# The rows of the table that are about lists are those of screens.sh.
. "$(dirname "$0")/lib.sh"
items=${ITEMS:-1000000}

must "$B/tests/bench/lists" "$work/work.db" "$items"
slowest=$(sed -n 's/^list *\([0-9.]*\) ms.*/\1/p' "$work/must.out" | sort -n | tail -n 1)
note "the desk alone, $items items: slowest new list $slowest ms"
cat "$work/must.out"
