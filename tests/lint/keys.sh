# SPDX-License-Identifier: ISC
# The key table of sallyport-screens(7) says what ui/keys.def and ui/acts.def say.
#   sh tests/lint/keys.sh           compares
#   sh tests/lint/keys.sh --write   writes it again
page=share/man/sallyport-screens.7
B=${B:-build/release}
make -s TREE=release B="$B" "$B/tests/screens/print_keys" >/dev/null || exit 1
table=$(mktemp)
trap 'rm -f "$table" "$table.page"' EXIT
"$B/tests/screens/print_keys" >"$table" || exit 1
awk -v table="$table" '
	/^\.\\" keys end$/ { inside = 0 }
	!inside { print }
	/^\.\\" keys begin/ {
		inside = 1
		while ((getline line < table) > 0)
			print line
	}' $page >"$table.page"
if [ "${1:-}" = --write ]; then
	cat "$table.page" >$page
else
	cmp -s "$table.page" $page || {
		echo "$page:1: is not what ui/keys.def and ui/acts.def say: sh tests/lint/keys.sh --write"
		exit 1
	}
fi
