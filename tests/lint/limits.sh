# SPDX-License-Identifier: ISC
# Every limit of limits.h has a comment or a group, is compared somewhere, and
# has its pair of tests; a number that repeats a limit is not looked for.
status=0
untested=
for limit in $(sed -n 's/^#define[ \t]*\(LIM_[A-Z0-9_]*\).*/\1/p' src/base/limits.h); do
	grep -rqw "$limit" src scanners db ui --include='*.c' --include='*.def' ||
	    grep -rw "$limit" src scanners db ui --include='*.h' | grep -qv '^src/base/limits.h:#define *'"$limit" || {
		echo "src/base/limits.h:$(grep -nw "$limit" src/base/limits.h | head -n 1 | cut -d: -f1): $limit is not used"
		status=1
	}
	grep -rqw "$limit" tests || untested="$untested $limit"
done
[ -z "$untested" ] || echo "warning: src/base/limits.h: in no test by name (largest accepted, smallest refused):$untested"
exit $status
