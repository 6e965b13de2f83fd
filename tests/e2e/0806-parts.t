#!/bin/sh
# SPDX-License-Identifier: ISC
# Parts of split sets: a whole set is joined, and each part is as bad as what all of them
# make together; of others nobody looked at that, so none of them is clean.
. "$(dirname "$0")/lib.sh"

mkdir "$work/m" "$work/w"
cd "$work/w" || exit 3
# Bytes of its own for each set: parts that two sets have in common are another matter.
fresh() { # FILE BYTES
	head -c "$2" /dev/urandom >"$1"
}
fresh noise 20000
echo 'nothing to see here' >readme.txt
eicar >c.exe

# Whole sets, made by the tools that people use.
7zz a -bso0 -bsp0 -v8k "$work/m/seven.7z" noise
fresh noise 20000
zip -q whole.zip noise
split -b 9k whole.zip "$work/m/whole.zip.part-"
cp whole.zip "$work/m/only.zip.001"
fresh noise 150000
zip -q -s 64k "$work/m/spanned.zip" noise readme.txt
fresh noise 20000
tar czf - noise readme.txt | split -b 7k - "$work/m/packed.tgz.part"
fresh noise 20000
split -b 8k -a 3 --numeric-suffixes=1 noise "$work/m/film."
# What is bad shows only when they are joined.
fresh noise 150000
zip -q -s 64k "$work/m/evil.zip" noise c.exe
eicar | head -c 30 >"$work/m/cut.com.001"
eicar | tail -c +31 >"$work/m/cut.com.002"
# A set inside an archive.
fresh noise 20000
7zz a -bso0 -bsp0 -v8k inner.7z noise readme.txt
zip -q -0 "$work/m/holds.zip" inner.7z.*
# Half of one, whose first part is too short to tell anything.
fresh noise 20000
tar czf half.tgz noise
head -c 1 half.tgz >half.tgz.001
tail -c +2 half.tgz >half.tgz.003
zip -q -0 "$work/m/half.zip" half.tgz.00*
# One that is locked.
fresh noise 20000
zip -q -P open-sesame locked.zip noise
split -b 9k -a 3 --numeric-suffixes=1 locked.zip "$work/m/locked.zip."
# Not whole, or not only that.
fresh noise 20000
7zz a -bso0 -bsp0 -v7k gap.7z noise
cp gap.7z.001 gap.7z.003 "$work/m/"
fresh noise 20000
split -b 8k -a 3 --numeric-suffixes=0 noise "$work/m/zero."
fresh noise 20000
7zz a -bso0 -bsp0 -v9k "$work/m/twin.7z" noise readme.txt
cp "$work/m/twin.7z.002" "$work/m/loose.dat"
fresh noise 20000
7zz a -bso0 -bsp0 -v6k short.7z noise
cp short.7z.001 short.7z.002 "$work/m/"
fresh noise 150000
zip -q -s 64k moved.zip noise
cat moved.z01 readme.txt >"$work/m/moved.z01"
cp moved.z02 moved.zip "$work/m/"
fresh noise 20000
head -c 9000 noise >"$work/m/lost.z01"
tail -c 9000 noise >"$work/m/alone.bin"
echo 'step 1' >"$work/m/run.001"
# Behind a line of text a whole archive is none any more, and is one for whoever gets it.
echo 'only a line of text' >"$work/m/behind.001"
fresh noise 20000
tar czf "$work/m/behind.002" c.exe noise
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
item() { # FILE
	as otto item "$transfer" "$(id_of "$1")" | tr -s ' \n' ' '
}
each() { # VERDICT FILE...
	wanted=$1
	shift
	for f; do
		is "$f is $wanted" "$(verdict_of "$f")" "$wanted"
	done
}

each clean seven.7z.001 seven.7z.002 seven.7z.003
each clean whole.zip.part-aa whole.zip.part-ab whole.zip.part-ac
each clean spanned.z01 spanned.z02 spanned.zip
each clean packed.tgz.partaa packed.tgz.partab packed.tgz.partac
each clean film.001 film.002 film.003 holds.zip
each clean only.zip.001 alone.bin run.001 loose.dat
said=$(item seven.7z.002)
like "a part says which one it is" "$said" 'scan archive: clean, 8192 of 8192 bytes looked at joined: part 2 of 3, '
like "and what came out of all of them" "$said" 'inside opened: 2 members; everything inside is clean'
like "and that it goes with the others" "$said" 'finding info archive by name, name/part .*let all of them go, or none number 2 of the set "seven\.7z"'
like "a set inside an archive is joined, too" "$(item holds.zip)" 'opened: 1[0-9] members; everything inside is clean'

is "parts that were not joined are no cleaner in an archive" "$(verdict_of half.zip)" incomplete
like "and it says which" "$(item half.zip)" \
    'worst inside: incomplete, half\.tgz\.001 \(a part of a split set that was not joined\)'

each malicious evil.z01 evil.z02 evil.zip cut.com.001 cut.com.002
for f in evil.z01 evil.z02 evil.zip; do
	like "$f says where it is" "$(item $f)" "finding critical malware by av, .* $f > evil\.zip > c\.exe: "
done
for f in cut.com.001 cut.com.002; do
	like "$f says what it is half of" "$(item $f)" "finding critical malware by av, .* $f > cut\.com: "
done

each invalid moved.z01 moved.z02 moved.zip
like "a zip whose places do not fit says why" "$(item moved.z02)" 'moved\.z02 > moved\.zip'
each incomplete gap.7z.001 gap.7z.003 twin.7z.001 twin.7z.002 twin.7z.003 short.7z.001 short.7z.002 \
    zero.001 zero.002 lost.z01
like "a part whose set has a gap says which" "$(item gap.7z.003)" \
    'name/part A part of a split set.*number 3 of the set "gap\.7z": number 2 is missing'
like "one of a zip says what is missing" "$(item lost.z01)" 'number 1 of the set "lost": its last part, the \.zip, is missing'
like "where to begin is not guessed" "$(item zero.001)" 'its numbers begin with 0'
like "a part that is something else, too, is not joined" "$(item twin.7z.001)" 'number 2 of it is there under another name, too'
like "a part that is an archive by itself was looked into" "$(item behind.002)" \
    'worst inside: malicious, c\.exe .*number 2 of it is a container by itself'
like "a last part that is missing shows when it is opened" "$(item short.7z.001)" \
    'archive/cut .*short\.7z\.001 > short\.7z'
refused "a part of no set does not go without a reason" 1 '' \
    as otto decide "$transfer" approve --item "$(id_of gap.7z.003)"

each incomplete locked.zip.001 locked.zip.002 locked.zip.003
echo open-sesame >"$work/secret"
ok "a password is typed for one part" \
    as otto password "$transfer" "$(id_of locked.zip.002)" --password-fd 8 8<"$work/secret"
each clean locked.zip.001 locked.zip.002 locked.zip.003

# Once more, by fresh scanners: what was inside is not in the vault any more.
must as otto rescan "$transfer"
each clean seven.7z.002 spanned.z02
each malicious evil.z02 cut.com.002
like "parts are joined again" "$(item seven.7z.001)" 'joined: part 1 of 3, '

ok "what policy proposes is approved" as otto decide "$transfer" approve --proposed
ok "the rest is not" as otto decide "$transfer" reject --where 'decision=none' --reason 'not needed'
must as otto submit "$transfer" --yes
must as paula approve "$transfer" --yes
is "it is released" "$(state_of "$transfer")" RELEASED
files=$SALLYPORT_HOME/share/transfers/$transfer/files
ok "all parts are on the share" cmp "$files/seven.7z.002" "$work/m/seven.7z.002"
ok "and make what they made" 7zz t -bso0 -bsp0 "$files/seven.7z.001"
no "nothing of what is bad is" ls "$files/evil.z01"
is "nothing of what was joined is left in the vault" \
    "$(find "$SALLYPORT_HOME/vault/inside" -type f | wc -l)" 0
ok "the record verifies" sallyport verify
done_testing
