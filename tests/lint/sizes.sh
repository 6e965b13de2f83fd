# SPDX-License-Identifier: ISC
# A function fits a screen (60 lines; over 100 is an error), a file a sitting
# (400; over 800).  Lines over 100 columns are an error (tabs count as 8).
find src scanners db ui tests -name '*.[ch]' | sort | xargs awk '
function report(limit, n, text) {
	if (n > limit * 2 || (limit == 60 && n > 100))
		print text
	else if (n > limit)
		print "warning: " text
}
function end_file() {
	if (path != "")
		report(400, lines, path ":1: " lines " lines in one file (400 is a sitting)")
}
FNR == 1 { end_file(); path = FILENAME; name = "" }
{ lines = FNR }
/^[a-z_][a-zA-Z0-9_]*\(/ { name = $0; sub(/\(.*/, "", name); start = FNR }
/^static .*[ *][a-z_][a-zA-Z0-9_]*\(.*[^;]$/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name); start = FNR }
/^}/ {
	if (name != "")
		report(60, FNR - start + 1, FILENAME ":" start ": " name " has " FNR - start + 1 " lines (60 is a screen)")
	name = ""
}
/^[^\t].*;$/ { if (FNR == start) name = "" }
END { end_file() }' >"${TMPDIR:-/tmp}/sizes.$$"
cat "${TMPDIR:-/tmp}/sizes.$$"
grep -v '^warning: ' "${TMPDIR:-/tmp}/sizes.$$" | grep -q . && status=1 || status=0
rm -f "${TMPDIR:-/tmp}/sizes.$$"
exit $status
