# SPDX-License-Identifier: ISC
# What lists, searches and decisions cost the desk: 100,000 items, and a million
# with ITEMS=1000000.  First page of any new list at 100,000: at most 60 ms.
set -eu
cd "$(dirname "$0")/../.."
B=${B:-build/release}
make -s TREE=release B="$B" "$B/tests/bench/lists"
dir=$(mktemp -d "${TMPDIR:-/tmp}/sp-bench-XXXXXX")
trap 'rm -rf "$dir"' EXIT
"$B/tests/bench/lists" "$dir/work.db" "${ITEMS:-100000}"
