# SPDX-License-Identifier: ISC
# share/doc/SCREENS.md shows what tests/screens/golden holds, for the pages that
# tests/screens/pages lists; and no golden file is left that no script makes.
#   sh tests/lint/screens.sh           compares
#   sh tests/lint/screens.sh --write   writes it again
doc=share/doc/SCREENS.md
pages=tests/screens/pages
print() {
	cat <<'END'
# The screens

Made from `tests/screens/golden` by `sh tests/lint/screens.sh --write`; do not edit.

Every screen as it is drawn on 80 columns and 24 rows, from the tests that compare it cell by cell. Names, labels and what scanners said
are hostile on purpose in most of them. The manual page sallyport-screens(7) lists the keys.
END
	grep -v '^#' $pages | while IFS='|' read -r golden heading words; do
		printf '\n## %s\n\n%s\n\n```text\n' "$heading" "$words"
		head -n 24 "tests/screens/golden/$golden-80x24.txt"
		printf '```\n'
	done
}
check() {
	grep -v '^#' $pages | while IFS='|' read -r golden heading words; do
		[ -e "tests/screens/golden/$golden-80x24.txt" ] ||
		    echo "$pages:1: there is no golden/$golden-80x24.txt"
		[ -n "$heading" ] && [ -n "$words" ] || echo "$pages:1: $golden has no heading or no words"
	done
	for f in tests/screens/golden/*.txt; do
		name=$(basename "$f" .txt)
		grep -qx "golden ${name%-*}" tests/screens/*.play || echo "$f:1: no script makes it"
	done
	sed -n 's/^golden //p' tests/screens/*.play | sort -u | while read -r name; do
		ls "tests/screens/golden/$name"-*x*.txt >/dev/null 2>&1 ||
		    echo "tests/screens/golden:1: there is no $name-80x24.txt: play --write makes it"
	done
}
if [ "${1:-}" = --write ]; then
	print >$doc
	exit
fi
new=$(mktemp)
{
	check
	print >"$new"
	cmp -s "$new" $doc || echo "$doc:1: not what tests/screens/golden shows: sh tests/lint/screens.sh --write"
} >"$new.out" 2>&1
cat "$new.out"
[ ! -s "$new.out" ]
status=$?
rm -f "$new" "$new.out"
exit $status
