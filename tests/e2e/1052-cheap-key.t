#!/bin/sh
# SPDX-License-Identifier: ISC
# A key sealed as cheaply as those of a demo signs nothing at another station,
# and the refusal says what to do.
. "$(dirname "$0")/lib.sh"

real=$SALLYPORT_HOME
export SALLYPORT_HOME="$work/trial"
echo 'ada opens the demo' >"$work/pass"
must "$bin/sallyport" init --demo --admin ada --name 'Ada Admin' --new-passphrase-fd 9 9<"$work/pass"
SALLYPORT_HOME=$real
"$bin/sallyport" init --site lab.test --station K1 --policy "$plain_policy" --admin ada --name 'Ada Admin' \
    --new-passphrase-fd 9 9<"$work/pass" >"$work/page" 2>&1 || fail "founding" "$(cat "$work/page")"
must "$bin/sallyport" init --word "$(word_of "$work/page")"
must station_start
as_ada() {
	"$bin/sallyport" --as ada --passphrase-fd 9 "$@" 9<"$work/pass"
}
key=$SALLYPORT_HOME/keys/ada.key
is "a station's own keys cost more" "$(sed -n 's/^ops //p' "$key") $(sed -n 's/^mem_bytes //p' "$key")" "3 268435456"
ok "and sign in" as_ada exceptions
cp "$key" "$work/own.key"
cp "$work/trial/keys/ada.key" "$key"
refused "one of a demo does not" 3 'sealed like those of a demo.*2 passes over 64 MiB' as_ada exceptions
like "it is said what to do" "$err" 'an administrator gives another key: sallyport authority key enroll'
like "the record has it" "$(python3 -c 'import sqlite3, sys
c = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
print(*c.execute("SELECT body FROM entry WHERE type = ?", ("sess.fail",)))' "$SALLYPORT_HOME/ledger/ledger.db")" 'a key file of demo strength'
cp "$work/own.key" "$key"
ok "the own one still does" as_ada exceptions
done_testing
