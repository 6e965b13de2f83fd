#!/bin/sh
# SPDX-License-Identifier: ISC
# Two admins of three: people are appointed, suspended and retired, keys are
# changed and revoked, and the admins themselves are changed.
. "$(dirname "$0")/lib.sh"

pass_of() { # ID
	cat "$work/pass.$1"
}
by() { # ID COMMAND...
	by_id=$1
	shift
	"$bin/sallyport" --as "$by_id" --passphrase-fd 9 "$@" 9<"$work/pass.$by_id"
}
for who in ada bert cleo otto paula dora; do
	echo "$who opens the demo" >"$work/pass.$who"
done
cat "$work/pass.ada" "$work/pass.bert" "$work/pass.cleo" >"$work/three"
"$bin/sallyport" init --demo --policy "$plain_policy" --threshold 2 --admin ada --name 'Ada Admin' --admin bert --name 'Bert Admin' \
    --admin cleo --name 'Cleo Admin' --clamd "$SALLYPORT_HOME/clamav/clamd.sock" \
    --new-passphrase-fd 9 9<"$work/three" >"$work/page" || fail "founding" "$(cat "$work/page")"
must "$bin/sallyport" init --word "$(word_of "$work/page")"
must sh "$demo/clamd-start" "$SALLYPORT_HOME"
must station_start

# What ada proposes is the only thing that waits.
leaf() {
	"$bin/sallyport" authority pending --json | sed -n 's/.*"leaf": *"\([0-9a-f]*\)".*/\1/p' | tail -n 1
}
both() { # NAME COMMAND...: ada proposes, bert endorses
	both_name=$1
	shift
	run by ada "$@"
	if [ "$status" -ne 0 ]; then
		fail "$both_name: proposed" "status $status" "$out" "$err"
		return
	fi
	like "$both_name: proposed" "$out" 'proposed, not in force'
	run by bert authority endorse "$(leaf)"
	like "$both_name: in force" "$out$err" ': in force$'
}
person() { # ID: his row
	"$bin/sallyport" people --json | grep "\"id\": *\"$1\""
}

# People, from nothing.
for who in otto paula; do
	run by ada authority add $who --name "$who Officer" --role officer --new-passphrase-fd 8 8<"$work/pass.$who"
	is "$who is proposed" "$status" 0
	like "and it is said for whom it waits" "$out" 'it waits for bert and cleo'
	refused "nobody signs in before it is in force" 1 'nobody with the id' by $who exceptions
	run by cleo authority endorse "$(leaf)"
	like "then he is in force" "$out" 'in force$'
	ok "and signs in" by $who exceptions
done
both "a requester" authority requester rita --name 'Rita Requester'
refused "an officer proposes nothing" 1 'may not sign' by otto authority suspend paula --reason 'why not'
refused "and endorses nothing" 1 . by otto authority endorse "$(printf '%064d' 0)"

# Suspended: no sign-in, no signature.
both "otto is suspended" authority suspend otto --reason 'on leave'
refused "he does not sign in" 1 . by otto exceptions
like "people shows it" "$(person otto)" '"standing": *"suspended"'
both "and resumed" authority resume otto --reason 'back'
ok "then he signs in" by otto exceptions

# A transfer, to be looked at later.
mkdir "$work/files"
echo hello >"$work/files/hello.txt"
small_medium "$work/a.img" "$work/files"
intake_by() {
	run by otto intake "$work/a.img" --requester rita
	transfer=$(transfer_of "$out$err")
}
intake_by
by otto decide "$transfer" approve --proposed >/dev/null
run by otto submit "$transfer" --yes
is "otto submits" "$status" 0
both "paula is suspended" authority suspend paula --reason 'a question'
refused "who is suspended does not approve" 1 . by paula approve "$transfer" --yes
both "paula is back" authority resume paula --reason 'answered'
ok "and approves" by paula approve "$transfer" --yes

# Roles, with a last day.
both "paula becomes auditor" authority grant paula --role auditor --basis 'letter 17' --until 2199-12-31
like "with basis and last day" "$("$bin/sallyport" people)" 'auditor .*to the end of 2199-12-31'
refused "no appointment that is over" 1 'over|past' by ada authority grant paula --role auditor \
    --basis 'letter 18' --until 2001-01-01
both "and is not any more" authority revoke paula --role auditor --reason 'was for one audit'

# Rotation: the old key signs the new one.
old=$(person otto | sed 's/.*"key": *"\(SHA256:[^"]*\)".*/\1/')
echo 'otto has another key' >"$work/pass.new"
refused "not without the passphrase before" 1 'not its passphrase' by ada authority key enroll otto \
    --old-passphrase-fd 7 --new-passphrase-fd 8 7<"$work/pass.paula" 8<"$work/pass.new"
run by ada authority key enroll otto --old-passphrase-fd 7 --new-passphrase-fd 8 7<"$work/pass.otto" 8<"$work/pass.new"
is "a new key is proposed" "$status" 0
ok "the one before signs in until it is in force" by otto exceptions
run by cleo authority endorse "$(leaf)"
like "it is endorsed" "$out$err" 'in force$'
refused "the old passphrase is of no use then" 1 'not the passphrase' by otto exceptions
cp "$work/pass.new" "$work/pass.otto"
ok "the new key signs in" by otto exceptions
like "the old one is rotated" "$(person otto)" '"why": *"rotated"'

# Lost, or the passphrase forgotten: revoked, then a key without the old one.
both "paula forgot hers" authority key revoke paula --reason forgotten
refused "she does not sign in" 1 . by paula exceptions
echo 'paula thinks of another one' >"$work/pass.paula"
rm "$SALLYPORT_HOME/keys/paula.key"
run by ada authority key enroll paula --new-passphrase-fd 8 8<"$work/pass.paula"
is "she gets another key" "$status" 0
run by bert authority endorse "$(leaf)"
ok "and signs in with it" by paula exceptions

# Compromised: what it approved is listed, and stays.
refused "compromised from where on?" 2 'suspect-from' by ada authority key revoke otto --reason compromised
both "the key of otto before was compromised" authority key revoke otto --key "$old" --reason compromised --suspect-from 0
run "$bin/sallyport" people suspects
like "what it approved is listed" "$out" "$transfer  signed by otto"
is "once" "$("$bin/sallyport" people suspects --json | grep -c "\"transfer\": *\"$transfer\"")" 1
is "and the release stays" "$(by otto status "$transfer" --json | grep -c '"state": *"RELEASED"')" 1

# Who was what, as of an entry.
like "before all of it otto was not there" "$("$bin/sallyport" people --at 3)" 'as of .* entries'
unlike "not in the list" "$("$bin/sallyport" people --at 3)" 'otto'
refused "no such entry" 1 'the authority log has' "$bin/sallyport" people --at 99999

# The admins are changed: two of the old and two of the new ones.
both "dora comes, as auditor" authority add dora --name 'Dora Auditor' --role auditor --new-passphrase-fd 8 8<"$work/pass.dora"
run by ada authority admins --admin ada --admin dora --threshold 2
like "a new set is proposed" "$out" '1 of 2 admins stand behind it, and 1 of 2 of the new ones'
act=$(leaf)
run by bert authority endorse "$act"
like "two of the old are not enough" "$out" '2 of 2 admins stand behind it, and 1 of 2 of the new ones; it waits for'
run by dora authority endorse "$act"
like "the new one endorses, too" "$out$err" 'in force$'
refused "then bert is no admin any more" 1 . by bert authority suspend otto --reason 'too late'
run by dora authority suspend otto --reason 'left the team'
is "dora proposes" "$status" 0
run by ada authority endorse "$(leaf)"
like "ada endorses" "$out" 'in force$'
run by ada authority retire otto --reason 'left'
run by dora authority endorse "$(leaf)"
like "otto is retired" "$(person otto)" '"standing": *"retired"'
refused "his id does not come back" 1 . by ada authority add otto --name 'Otto Again' --role officer \
    --new-passphrase-fd 8 8<"$work/pass.otto"
ok "the record verifies" "$bin/sallyport" verify
done_testing
