#!/bin/sh
# SPDX-License-Identifier: ISC
# Keys at the terminal: the passphrase is changed, and guessing it is slow.
. "$(dirname "$0")/lib.sh"
must station_init
must station_start
must station_people

by() { # ID PASSPHRASE COMMAND...
	by_id=$1
	by_pass=$2
	shift 2
	"$bin/sallyport" --as "$by_id" --passphrase-fd 9 "$@" 9<<END
$by_pass
END
}
change() { # ID OLD NEW
	"$bin/sallyport" --as "$1" --passphrase-fd 9 passphrase --new-passphrase-fd 8 9<<END 8<<NEW
$2
END
$3
NEW
}
old='otto opens the demo'
new='another few words of otto'
key=$SALLYPORT_HOME/keys/otto.key
line() { # WORD
	sed -n "s/^$1 //p" "$key"
}
public=$(line public)
salt=$(line salt)

run change otto 'not the passphrase' "$new"
is "the passphrase before is asked for" "$status" 1
run change otto "$old" 'too short'
is "a short one is refused" "$status" 2
run change otto "$old" "$old"
is "and the same one again" "$status" 2
is "nothing was changed" "$(line salt)" "$salt"
run change otto "$old" "$new"
is "the passphrase is changed" "$status" 0
like "the parameters are said" "$out" 'Argon2id, 2 passes over 64 MiB'
is "the key is the same" "$(line public)" "$public"
no "the salt is another" [ "$(line salt)" = "$salt" ]
is "the file is nobody else's" "$(find "$key" -perm /077)" ""
is "nothing lies beside it" "$(cd "$SALLYPORT_HOME/keys" && echo *)" "ada.key otto.key paula.key"
ok "the new one signs in" by otto "$new" exceptions
refused "the old one does not" 1 'not the passphrase' by otto "$old" exceptions

# A key that was sealed dearer than this station asks stays so; one below the floor is no key.
forge() { # OPS
	sed "s/^ops .*/ops $1/; /^sum /d" "$key" >"$work/forged"
	echo "sum $(sha256sum <"$work/forged" | cut -d' ' -f1)" >>"$work/forged"
}
cp "$key" "$work/key"
forge 1
cp "$work/forged" "$key"
refused "a key below the floor is refused" 3 'damaged|range' by otto "$new" exceptions
cp "$work/key" "$key"

# Guessing: three are free, then each waits, and a restart does not help.
ok "a good one begins anew" by otto "$new" exceptions
for i in 1 2 3; do
	refused "guess $i is refused at once" 1 'not the passphrase' by otto "guess $i" exceptions
	unlike "and did not wait" "$err" 'the next is tried in'
done
station_stop
must station_start
refused "a fourth is refused" 1 'not the passphrase' by otto 'guess 4' exceptions
refused "then the next one waits" 1 'not the passphrase' by otto 'guess 5' exceptions
like "and says so" "$err" '4 sign-ins as otto were refused; the next is tried in 1 s'
refused "a name that nobody bears is refused" 1 'nobody with the id zoe' by zoe 'guess 1' exceptions
unlike "and waits for its own guesses alone" "$err" 'the next is tried in'
station_stop
must station_start
run by otto "$new" exceptions
is "after a restart the right one waits, too, and signs in" "$status" 0
like "longer than the one before" "$err" '5 sign-ins as otto were refused; the next is tried in 2 s'
run by otto "$new" exceptions
is "then nothing is left of it" "$status$err" 0
ok "the record verifies" "$bin/sallyport" verify
done_testing
