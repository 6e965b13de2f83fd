# SPDX-License-Identifier: ISC
# External symbols of foo.o start with foo_ (or are foo, or main; a file in a
# program's folder may use the program's name; foo_bar.c, split from foo.c, may
# use foo_), and nobody exports writable data.  Looks at the objects of the release tree.
: "${B:?is not set. It names the release tree, as in: B=build/release sh $0}"
errors=$(make -s -k B="$B" TREE=release objects 2>&1 >/dev/null | grep -E 'error:' | head -n 5)
[ -z "$errors" ] || printf '%s\n' "$errors"
{
[ -z "$errors" ] || echo 'Makefile:1: some objects do not build: make'
find src scanners db ui -name '*.c' | sort | while read -r source; do
	object=$B/${source%.c}.o
	[ -e "$object" ] || continue
	nm -g --defined-only "$object" | awk -v source="$source" '
	function excepted(check, name,   line, w) {
		while ((getline line < "tests/lint/exceptions") > 0) {
			split(line, w, /[ \t]+/)
			if (w[1] == check && w[2] == name) {
				close("tests/lint/exceptions")
				return 1
			}
		}
		close("tests/lint/exceptions")
		return 0
	}
	BEGIN {
		n = split(source, part, "/")
		stem = part[n]
		sub(/\.c$/, "", stem)
		folder = part[n - 1]
		# Is foo_bar.c a part of foo?
		noun = stem
		sub(/_[^_]*$/, "", noun)
		dir = source
		sub(/[^\/]*$/, "", dir)
		if (noun == stem || (getline line < (dir noun ".h")) <= 0)
			noun = stem
	}
	{
		kind = $2; name = $3
		if (kind ~ /[DBCGSV]/)
			print source ":1: exports writable data: " name " (make it static, or const)"
		if (name == "main" || name == stem || index(name, stem "_") == 1 || index(name, noun "_") == 1)
			next
		if (n >= 3 && (name == folder || index(name, folder "_") == 1))
			next
		if (n == 4 && index(name, part[3] "_") == 1)
			next
		if (!excepted("symbol", name))
			print source ":1: external symbol " name " does not start with " stem "_"
	}'
done
} | grep . && exit 1
exit 0
