#!/bin/sh
# SPDX-License-Identifier: ISC
# Every fuzz target takes its seeds, and a moment of inputs of its own.
set -u
cd "$(dirname "$0")/../.." || exit 3
targets=$(find tests/fuzz -name 'fuzz_*.c' | LC_ALL=C sort)
echo "1..$(printf '%s\n' "$targets" | grep -c .)"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0
for target in $targets; do
	n=$((n + 1))
	name=$(basename "$target" .c)
	seeds=tests/fuzz/corpus/${name#fuzz_}
	[ -d "$seeds" ] || seeds=
	mkdir -p "$work/$name"
	# shellcheck disable=SC2086
	if "$B/${target%.c}" -runs=20000 -max_total_time="${SMOKE_SECS:-1}" -timeout=10 -verbosity=0 \
	    -artifact_prefix="$work/$name/" "$work/$name" $seeds >"$work/out" 2>&1; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		tail -n 30 "$work/out" | sed 's/^/# /'
		for f in "$work/$name"/crash-* "$work/$name"/leak-* "$work/$name"/timeout-*; do
			[ ! -e "$f" ] || echo "# input: $(base64 -w 0 "$f" | head -c 2000)"
		done
	fi
done
