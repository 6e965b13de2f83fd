# SPDX-License-Identifier: ISC
# Verify 100,000 entries: at most 10 s (DESIGN 6).  ENTRIES=n for another number.
set -eu
cd "$(dirname "$0")/../.."
B=${B:-build/release}
make -s TREE=release B="$B" "$B/tests/ledger/make_ledger" "$B/bin/sallyport-verify"
dir=$(mktemp -d "${TMPDIR:-/dev/shm}/sp-bench-XXXXXX")
trap 'rm -rf "$dir"' EXIT
transfers=$((${ENTRIES:-100000} / 9))
"$B/tests/ledger/make_ledger" "$dir/made" $transfers
best=
for _ in 1 2 3 4 5; do
	start=$(date +%s%N)
	"$B/bin/sallyport-verify" "$dir/made/ledger.db" >/dev/null
	took=$((($(date +%s%N) - start) / 1000000))
	[ -n "$best" ] && [ "$best" -le $took ] || best=$took
done
echo "verify: $((transfers * 9 + 9)) entries in $best ms, best of five; target 10000 ms"
