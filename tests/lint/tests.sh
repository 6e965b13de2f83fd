# SPDX-License-Identifier: ISC
# Every test on disk can be run: a links line on top, a plan, a mode, a corpus.
{
	for f in tests/*/t_*.c tests/fuzz/fuzz_*.c; do
		[ -e "$f" ] || continue
		objects=$(sed -n '1s,^/\* links: \(.*\) \*/$,\1,p' "$f")
		[ -n "$objects" ] || echo "$f:1: the first line must be /* links: the objects it links */"
		for o in $objects; do
			case $o in @*) continue ;; esac
			[ -e "$o.c" ] || echo "$f:1: links $o, but there is no $o.c"
		done
	done
	for f in tests/fuzz/fuzz_*.c; do
		[ -e "$f" ] || continue
		name=$(basename "$f" .c)
		[ -n "$(ls -A "tests/fuzz/corpus/${name#fuzz_}" 2>/dev/null)" ] ||
		    echo "warning: $f:1: no seeds in tests/fuzz/corpus/${name#fuzz_}/"
	done
	for f in tests/*/*.t; do
		[ -e "$f" ] || continue
		[ -x "$f" ] || echo "$f:1: not executable (chmod +x)"
		grep -qE '(^|[ \t;])(plan|done_testing|exec) ?|1\.\.|^end\(\)$' "$f" || echo "$f:1: prints no plan"
	done
	find tests -name '*.c' -path 'tests/*/t*' ! -name 't_*.c' | while read -r f; do
		grep -q cmocka_run_group_tests "$f" && echo "$f:1: a test that no rule runs: call it t_*.c"
	done
} | grep . >"${TMPDIR:-/tmp}/tests.$$"
cat "${TMPDIR:-/tmp}/tests.$$"
grep -v '^warning: ' "${TMPDIR:-/tmp}/tests.$$" | grep -q . && status=1 || status=0
rm -f "${TMPDIR:-/tmp}/tests.$$"
exit $status
