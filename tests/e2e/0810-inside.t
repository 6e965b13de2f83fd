#!/bin/sh
# SPDX-License-Identifier: ISC
# Archives are opened, and an item is as bad as the worst thing in it: what is inside is
# found, named with the way to it, and what an engine cannot read as a whole it reads in parts.
. "$(dirname "$0")/lib.sh"

# The antivirus takes 20,000 bytes here, so that a small archive is too large for it.
mkdir "$work/prog" "$work/m" "$work/w"
cp -r "$B/bin" "$B/share" "$work/prog/"
bin=$work/prog/bin
PATH=$bin:$PATH
sed -i 's/^max_bytes.*/max_bytes = 20000/' "$work/prog/share/sallyport/scanners.d/av.conf"

cd "$work/w" || exit 3
echo 'nothing to see here' >readme.txt
eicar >c.exe
tar cf b.tar c.exe readme.txt
zip -q "$work/m/a.zip" b.tar readme.txt
zip -q -P secret locked.zip readme.txt
zip -q "$work/m/holds-locked.zip" locked.zip readme.txt
mkdir parts
i=0
while [ $i -lt 30 ]; do
	seq $i $((i + 300)) >parts/$i.txt
	i=$((i + 1))
done
tar cf "$work/m/parts.tar" parts
tar czf "$work/m/packed.tgz" parts
cp -r parts mixed
head -c 30000 /dev/urandom | base64 >mixed/large.txt
tar cf "$work/m/mixed.tar" mixed
# nested NAME COUNT: so many zips in each other, and none in another nest.
nested() {
	echo "$1" >"$1.txt"
	zip -q "$1.1.zip" "$1.txt"
	i=1
	while [ $i -lt "$2" ]; do
		zip -q "$1.$((i + 1)).zip" "$1.$i.zip"
		i=$((i + 1))
	done
	cp "$1.$2.zip" "$work/m/$1.zip"
}
nested shallow 9
nested deep 10
head -c 60000000 /dev/zero | gzip -9 >"$work/m/bomb.gz"
cp readme.txt "$work/m/"
zip -q "$work/m/twice.zip" readme.txt
printf 'PK\003\004 and then nothing' >"$work/m/torn.zip"
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
item() { # FILE: everything about it, on one line
	as otto item "$transfer" "$(id_of "$1")" | tr -s ' \n' ' '
}
inside() { # FILE
	as otto item "$transfer" "$(id_of "$1")" --inside
}

# --- as bad as the worst inside
is "a virus in a tar in a zip makes the zip malicious" "$(verdict_of a.zip)" malicious
all=$(item a.zip)
like "how much was inside, and the worst of it" "$all" \
    'inside opened: 4 members; worst inside: malicious, b\.tar > c\.exe'
like "the finding tells the way to it" "$all" 'a\.zip > b\.tar > c\.exe: Sallyport\.Test\.Eicar'
all=$(inside a.zip)
like "the list of what is inside has the virus with its verdict" "$all" '68 +[a-z]+ +malicious'
like "and with the way to it" "$all" '^ +a\.zip > b\.tar > c\.exe$'
like "and what is clean beside it" "$all" '^ +a\.zip > b\.tar > readme\.txt$'
is "each thing inside once" "$(printf '%s\n' "$all" | grep -c '^ *a\.zip > ')" 4

is "an encrypted member makes its archive incomplete" "$(verdict_of holds-locked.zip)" incomplete
like "and is named" "$(item holds-locked.zip)" \
    'worst inside: incomplete, locked\.zip > readme\.txt \(encrypted\)'
like "in the list as well" "$(inside holds-locked.zip)" 'not there: encrypted'

is "a clean zip is clean" "$(verdict_of twice.zip)" clean
unlike "a torn zip is not" "$(verdict_of torn.zip)" '^clean$'

# --- read in parts
is "an archive over the engine's limit whose members are all clean is clean" \
    "$(verdict_of parts.tar)" clean
like "because it was read in parts" "$(item parts.tar)" 'scan av: read in 30 parts, each of them clean'
is "a packed one, too" "$(verdict_of packed.tgz)" clean
like "its tar is one of the parts" "$(item packed.tgz)" 'opened: 3[12] members; everything inside is clean'
is "one member over the limit that is no archive leaves it incomplete" "$(verdict_of mixed.tar)" incomplete
like "and has a name" "$(item mixed.tar)" 'worst inside: incomplete, mixed/large\.txt'

# --- depth, bombs
is "eight containers inside one are opened" "$(verdict_of shallow.zip)" clean
is "nine are not, to their end" "$(verdict_of deep.zip)" incomplete
like "and it is said why" "$(item deep.zip)" 'too deep'
unlike "a bomb is not clean" "$(verdict_of bomb.gz)" '^clean$'

is "nothing of what was inside is left in the vault" \
    "$(find "$SALLYPORT_HOME/vault/inside" -type f | wc -l)" 0

# --- released as signed, and checked by others
ok "what policy proposes is approved" as otto decide "$transfer" approve --proposed
ok "the rest is not" as otto decide "$transfer" reject --where 'decision=none and gate!=block' \
    --reason 'not vouched for'
# a desk that was started anew has to compose what is inside before anybody can sign
station_stop
must station_start
must as otto submit "$transfer" --yes
must as paula approve "$transfer" --yes
must wait_for 60 sh -c "[ -d '$SALLYPORT_HOME/share/transfers/$transfer' ]"
files=$SALLYPORT_HOME/share/transfers/$transfer/files
ok "what was read in parts went" cmp "$files/parts.tar" "$work/m/parts.tar"
no "what holds a virus did not" test -e "$files/a.zip"
must wait_for 60 sh -c "[ -e '$SALLYPORT_HOME/share/custody/$transfer/slip.txt' ]"
slip=$(cat "$SALLYPORT_HOME/share/custody/$transfer/"slip*)
like "the slip names the worst inside what did not go" "$(printf '%s' "$slip" | tr -s ' \n' ' ')" \
    'a\.zip .*worst inside: malicious, b\.tar > c\.exe'
like "the report says how it was read" \
    "$(as otto report "$transfer" --format text 2>/dev/null | tr -s ' \n' ' ')$(cat "$SALLYPORT_HOME/share/custody/$transfer/"report*.txt 2>/dev/null | tr -s ' \n' ' ')" \
    'everything inside is clean; av: read in 30 parts'
ok "the record verifies" sallyport verify

# --- scanned once more: what is inside is opened again
sh "$demo/clamd-stop" "$SALLYPORT_HOME"
intake_blocked() {
	as otto intake "$work/m.img" --requester rita >"$work/blocked.out" 2>&1
	transfer=$(transfer_of "$(cat "$work/blocked.out")")
}
intake_blocked
is "without its engine the transfer is blocked" "$(state_of "$transfer")" BLOCKED
unlike "and nothing is clean" "$(as otto items "$transfer" --json | grep '"kind":"file"')" '"verdict":"clean"'
must sh "$demo/clamd-start" "$SALLYPORT_HOME"
ok "it is scanned again" as otto rescan "$transfer"
must wait_for 120 sh -c "'$bin/sallyport' --as otto --passphrase-fd 9 status '$transfer' 9<<X | grep -q REVIEW
$(passphrase otto)
X"
is "the virus in the tar in the zip is found again" "$(verdict_of a.zip)" malicious
like "on its way" "$(item a.zip)" 'worst inside: malicious, b\.tar > c\.exe'
is "and what was read in parts is, again" "$(verdict_of parts.tar)" clean
is "nothing of it is left in the vault" "$(find "$SALLYPORT_HOME/vault/inside" -type f | wc -l)" 0
done_testing
