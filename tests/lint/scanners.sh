# SPDX-License-Identifier: ISC
# Two tables of share/doc/SCANNERS.md are made: the messages from
# src/ipc/messages.def, the ways to fail from tests/e2e/hostile.rows.
#   sh tests/lint/scanners.sh           compares
#   sh tests/lint/scanners.sh --write   writes them again
doc=share/doc/SCANNERS.md
messages() {
	echo '| message | from → to | descriptor | bytes | fields |'
	echo '|---|---|---|---|---|'
	# the rows of the protocol's own page, which has its own check
	sed -n '/^## everybody/,/^## /p; /^## scanners/,/^## /p' share/doc/PROTOCOL.md | awk -F' [|] ' '
	/^[|] `(hello|scan\.[a-z_]*)`/ {
		sub(/^[|] /, "", $1)
		gsub(/scanner, preview/, "scanner", $2)
		if ($1 == "`hello`")
			$2 = "both ways"
		sub(/ [|]$/, "", $6)
		printf "| %s | %s | %s | %s | %s |\n", $1, $2, $3, $4, $6
	}'
}
failures() {
	echo '| what the scanner does | verdict | gate of the default policy | what the officer reads |'
	echo '|---|---|---|---|'
	awk -F' *[|] *' '/^#/ || NF < 6 { next }
	{
		why = $6
		gsub(/`/, "", why)
		printf "| %s | %s | %s | %s |\n", $3, $4, $5, why == "" ? "" : "`" why "`"
	}' tests/e2e/hostile.rows
}
print() {
	awk -v messages="$(messages)" -v failures="$(failures | sed 's/\\/\\\\/g')" '
	/^<!-- (messages|failures) -->$/ {
		print
		print ""
		print $2 == "messages" ? messages : failures
		print ""
		print "<!-- end -->"
		skip = 1
		next
	}
	/^<!-- end -->$/ { skip = 0; next }
	!skip' $doc
}
if [ "${1:-}" = --write ]; then
	print >$doc.new && mv $doc.new $doc
else
	print | cmp -s - $doc || {
		echo "$doc:1: is not what its sources say: sh tests/lint/scanners.sh --write"
		exit 1
	}
fi
