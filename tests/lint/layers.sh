# SPDX-License-Identifier: ISC
# Includes point downwards, are written from the top, and dangerous headers
# have one owner (layers.rules).
find src scanners db ui tests -name '*.[ch]' | sort | xargs awk '
FILENAME == "tests/lint/layers.rules" { next }
function fits(path, from, to,   i) {
	for (i = from; i <= to; i++)
		if (index(path, word[i]) == 1)
			return 1
	return 0
}
BEGIN {
	while ((getline line < "tests/lint/layers.rules") > 0) {
		n = split(line, w, /[ \t]+/)
		if (w[1] != "layer" && w[1] != "owner")
			continue
		rules++
		verb[rules] = w[1]; what[rules] = w[2]; first[rules] = words + 1
		for (i = 3; i <= n; i++)
			word[++words] = w[i]
		last[rules] = words
	}
}
FNR == 1 {
	allowed = 0
	for (i = 1; i <= rules && !allowed; i++)
		if (verb[i] == "layer" && index(FILENAME, what[i]) == 1)
			allowed = i
	if (!allowed)
		print FILENAME ":1: no layer in tests/lint/layers.rules fits this file"
}
/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, p, "\"")
	if (p[2] ~ /\.\.\//)
		print FILENAME ":" FNR ": include of \"" p[2] "\": write it from the top, without .."
	else if (p[2] !~ /\//)
		print FILENAME ":" FNR ": include of \"" p[2] "\": write it from the top (\"src/...\")"
	else if (allowed && !fits(p[2], first[allowed], last[allowed]))
		print FILENAME ":" FNR ": " what[allowed] " may not include \"" p[2] "\""
	# The parts of one program belong to that program.
	if (match(p[2], /^src\/proc\/[a-z]+\//) && FILENAME !~ /^tests\//) {
		home = substr(p[2], 1, RLENGTH - 1)
		if (FILENAME != home ".c" && index(FILENAME, home "/") != 1)
			print FILENAME ":" FNR ": \"" p[2] "\" belongs to the program " home
	}
}
/^[ \t]*#[ \t]*include[ \t]*</ {
	if (FILENAME ~ /^tests\//)
		next
	split($0, p, /[<>]/)
	for (i = 1; i <= rules; i++)
		if (verb[i] == "owner" && (p[2] == what[i] || (what[i] ~ /\/$/ && index(p[2], what[i]) == 1)) &&
		    !fits(FILENAME, first[i], last[i]))
			print FILENAME ":" FNR ": <" p[2] "> may be used only by tests/lint/layers.rules: owner " what[i]
}' | grep . && exit 1
exit 0
