# SPDX-License-Identifier: ISC
# share/doc/STATES.md says what src/core/transfer.def says.
#   sh tests/lint/states.sh           compares
#   sh tests/lint/states.sh --write   writes it again
doc=share/doc/STATES.md
B=${B:-build/release}
make -s TREE=release B="$B" "$B/tests/ledger/print_states" >/dev/null || exit 1
if [ "${1:-}" = --write ]; then
	"$B/tests/ledger/print_states" >$doc
else
	"$B/tests/ledger/print_states" | cmp -s - $doc || {
		echo "$doc:1: is not what src/core/transfer.def says: sh tests/lint/states.sh --write"
		exit 1
	}
fi
