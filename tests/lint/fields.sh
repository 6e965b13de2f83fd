# SPDX-License-Identifier: ISC
# share/doc/FIELDS.md says what src/core/field.def says.
#   sh tests/lint/fields.sh           compares
#   sh tests/lint/fields.sh --write   writes it again
doc=share/doc/FIELDS.md
B=${B:-build/release}
make -s TREE=release B="$B" "$B/tests/ledger/print_fields" >/dev/null || exit 1
if [ "${1:-}" = --write ]; then
	"$B/tests/ledger/print_fields" >$doc
else
	"$B/tests/ledger/print_fields" | cmp -s - $doc || {
		echo "$doc:1: is not what src/core/field.def says: sh tests/lint/fields.sh --write"
		exit 1
	}
fi
