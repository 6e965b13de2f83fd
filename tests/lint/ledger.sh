# SPDX-License-Identifier: ISC
# The tables of entries and states in share/doc/LEDGER.md are those of
# share/doc/STATES.md, which are those of src/core/transfer.def.
#   sh tests/lint/ledger.sh           compares
#   sh tests/lint/ledger.sh --write   writes them again
doc=share/doc/LEDGER.md
made=${TMPDIR:-/tmp}/ledger.$$
trap 'rm -f "$made"' EXIT
awk -F '|' '
FNR == NR {
	if (/^## Entries of the authority/) where = "authority"
	else if (/^## Entries of the custody/) where = "custody"
	else if (/^## The life/) where = "life"
	if (where == "life" && /^\| [A-Z]/)
		rows[where] = rows[where] "|" $2 "|" $3 "|" $4 "|" $7 "|\n"
	else if (where != "" && where != "life" && /^\| `/)
		rows[where] = rows[where] "|" $2 "|" $3 "|" $4 "|" $6 "|" $7 "|\n"
	next
}
/^<!-- end -->/ { skip = 0 }
!skip { print }
/^<!-- (authority|custody|life): / {
	skip = 1
	name = $0
	sub(/^<!-- /, "", name)
	sub(/:.*/, "", name)
	if (name == "life")
		printf "\n| state | entry | when | next state |\n|---|---|---|---|\n%s\n", rows[name]
	else
		printf "\n| entry | about | signed by | data | meaning |\n|---|---|---|---|---|\n%s\n", rows[name]
}' share/doc/STATES.md $doc >"$made"
if [ "${1:-}" = --write ]; then
	cat "$made" >$doc
else
	cmp -s "$made" $doc || {
		echo "$doc:1: has not the tables of share/doc/STATES.md: sh tests/lint/ledger.sh --write"
		exit 1
	}
fi
