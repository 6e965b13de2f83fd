#!/bin/sh
# SPDX-License-Identifier: ISC
# An officer types the password of one archive: it is opened with it, and what is in it
# is scanned like everything else.  The record says that one was used, never which.
. "$(dirname "$0")/lib.sh"

mkdir "$work/m" "$work/w"
cd "$work/w" || exit 3
echo 'nothing to see here' >readme.txt
eicar >c.exe
zip -q -P open-sesame "$work/m/old.zip" readme.txt
7zz a -bso0 -bsp0 -tzip -popen-sesame -mem=AES256 "$work/m/aes.zip" readme.txt c.exe
zip -q -P open-sesame inner.zip readme.txt
zip -q "$work/m/outer.zip" inner.zip readme.txt
zip -q -P one one.zip readme.txt
zip -q -P two two.zip c.exe
tar cf "$work/m/two.tar" one.zip two.zip
zip -q -P one "$work/m/mixed.zip" readme.txt
zip -q -P two "$work/m/mixed.zip" c.exe
7zz a -bso0 -bsp0 -popen-sesame "$work/m/locked.7z" readme.txt
cp readme.txt "$work/m/"
cd "$top" || exit 3

station
small_medium "$work/m.img" "$work/m" 8
intake "$work/m.img"
is "it is in review" "$(state_of "$transfer")" REVIEW

id_of() { # FILE
	as otto items "$transfer" --json --where "name=$1" | sed -n 's/.*"id": *\([0-9]*\).*/\1/p' | head -n 1
}
verdict_of() { # FILE
	as otto items "$transfer" --json --where "name=$1" |
	    sed -n 's/.*"verdict": *"\([a-z]*\)".*/\1/p' | head -n 1
}
password() { # FILE PASSWORD [ARGUMENT...]
	password_id=$(id_of "$1")
	printf '%s\n' "$2" >"$work/secret"
	shift 2
	as otto password "$transfer" "$password_id" "$@" --password-fd 8 8<"$work/secret"
}
item() { # FILE: everything about it, on one line
	as otto item "$transfer" "$(id_of "$1")" | tr -s ' \n' ' '
}
for f in old.zip aes.zip outer.zip two.tar mixed.zip locked.7z; do
	is "$f cannot be looked into" "$(verdict_of $f)" incomplete
done

# --- one that does not fit
refused "a wrong password is told as that" 1 'the password does not fit' \
    password old.zip open-sesamo
wait_state() { # STATE
	must as otto watch "$transfer"
	is "and it is in review again" "$(state_of "$transfer")" "$1"
}
wait_state REVIEW
is "the archive is as it was" "$(verdict_of old.zip)" incomplete

# --- the right one
ok "the right one opens it" password old.zip open-sesame
is "what is in it was scanned: it is clean" "$(verdict_of old.zip)" clean
all=$(item old.zip)
like "it is shown that a password was used" "$all" 'opened with a password that an officer typed'
like "and what is inside" "$(as otto item "$transfer" "$(id_of old.zip)" --inside)" 'old\.zip > readme\.txt'
ok "AES, too" password aes.zip open-sesame
is "a virus behind AES is found" "$(verdict_of aes.zip)" malicious
like "with the way to it" "$(item aes.zip)" 'aes\.zip > c\.exe'

# --- inside another
ok "the only locked archive inside an item needs no way" password outer.zip open-sesame
is "and what is in it was scanned" "$(verdict_of outer.zip)" clean
is "what was opened before is still open" "$(verdict_of aes.zip)" malicious
refused "of two it has to be said which" 1 '2 archives in it are locked' \
    password two.tar two
refused "a way that leads nowhere is refused" 1 'nothing inside it that was found locked' \
    password two.tar two --inside three.zip
ok "with the way it is opened" password two.tar two --inside 'two.tar > two.zip'
is "and the virus in it is found" "$(verdict_of two.tar)" malicious

# --- what one password cannot do
refused "a password for some of the members is told" 1 'some of what is locked' \
    password mixed.zip one
wait_state REVIEW
is "it stays incomplete" "$(verdict_of mixed.zip)" incomplete
refused "a kind that cannot be opened is told" 1 'only zip can' password locked.7z open-sesame
wait_state REVIEW
refused "what is not locked needs none" 1 'no archive that was found locked' \
    password readme.txt open-sesame
refused "nor an item that is not there" 1 'no such file' \
    as otto password "$transfer" 9999 --password-fd 8 8<"$work/secret"
: >"$work/secret"
refused "an empty password is none" 2 'passphrase is empty' \
    as otto password "$transfer" "$(id_of old.zip)" --password-fd 8 8<"$work/secret"

# --- the record, and what is in no file
timeline=$(as otto timeline "$transfer" --json | grep xfer.password)
like "the record has the one that fitted" "$timeline" '"officer":"otto","ok":true,"why":"opened"'
like "and the one that did not" "$timeline" '"officer":"otto","ok":false,"why":"the password does not fit'
is "the password itself is nowhere" \
    "$(grep -rlaE 'open-sesam[eo]' "$SALLYPORT_HOME" | grep -v '/vault/' | head -n 3)" ""
is "and nothing of what was inside stays in the vault" \
    "$(find "$SALLYPORT_HOME/vault/inside" -type f 2>/dev/null | wc -l)" 0

# --- scanned again without it
ok "scanned again" as otto rescan "$transfer"
like "it is said what becomes of passwords" "$(cat "$work/ok.out")" 'Passwords are not kept'
is "without the password it is locked again" "$(verdict_of old.zip)" incomplete
like "and says that one fitted before" "$(item old.zip)" 'before: *it was opened with a password, which is not kept'
ok "and opened again with it" password old.zip open-sesame
is "clean again" "$(verdict_of old.zip)" clean

# --- nobody guesses: LIM_PASSWORD_WRONG (5) that do not fit are too many for one archive
for word in a b c; do
	refused "$word does not fit" 1 'does not fit' password outer.zip $word
	wait_state REVIEW
done
refused "nor does the fourth" 1 'does not fit' password outer.zip d
wait_state REVIEW
ok "after four the right one opens it" password outer.zip open-sesame
ok "scanned again" as otto rescan "$transfer"
refused "the fifth that does not fit" 1 'does not fit' password outer.zip e
wait_state REVIEW
refused "is the last: not even the right one is tried" 1 'takes no more in this transfer' \
    password outer.zip open-sesame
ok "another archive is none of that" password aes.zip open-sesame
done_testing
