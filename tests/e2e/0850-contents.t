#!/bin/sh
# SPDX-License-Identifier: ISC
# Checks of contents: what runs, what a text hides, and whether files are what the lists that
# came with them say; on their own, and in a whole station.
. "$(dirname "$0")/lib.sh"

driver=$B/tests/e2e/scan_driver
mkdir -p "$work/s" "$work/m/set/sub" "$work/m/more"
cd "$work/s" || exit 3

# --- each scanner alone, in its sandbox ---------------------------------------------------
cp /bin/ls elf
head -c 2000 /bin/ls >elf-cut
{ cat /bin/ls; head -c 100 /dev/urandom; } >elf-more
printf '#!/bin/sh\necho hi\n' >script
{ printf '#!/bin/sh\n# generated using Makeself 2.4\nexit\n'; printf hi | gzip; } >installer
printf '[Desktop Entry]\nName=Report\nExec=sh -c evil\n' >starter
printf '%%PDF-1.4\n1 0 obj\nendobj\n%%%%EOF\n' >pdf
printf 'plain words\n' >plain
printf 'if (a /* \342\200\256 */)\n' >bidi
printf 'p\320\260ypal = 1\n' >lookalike
printf 'a,b\n1,"=cmd|'"'/C calc'"'!A0"\n' >cells
printf 'see \033]0;title\007this\n' >terminal
head -c 300000 /dev/urandom >random
set -- elf elf-cut elf-more script installer starter pdf plain bidi lookalike cells terminal random

said() { # SCANNER FILE: verdict and rules
	awk -F ' [|] ' -v name="$2" '$1 == name { print $2, $8 }' "$1.tsv" |
	    grep -oE '^[a-z]+|[a-z]+/[a-z-]+=|-$' | tr -d = | tr '\n' ' ' | sed 's/ *$//'
}
for s in code text; do
	"$driver" "$bin/scan-$s" "$@" >$s.tsv 2>$s.err
	is "scan-$s ends with the desk" "$(tail -n 1 $s.tsv)" "gone 0"
	is "scan-$s says nothing on standard error" "$(cat $s.err)" ""
	like "scan-$s says who it is" "$(head -n 1 $s.tsv)" "^ready $s [|] $s checks "
done
is "a program of this machine" "$(said code elf)" "clean exec/runs"
like "what it is" "$(grep '^elf ' code.tsv)" "ELF program, "
is "a program that is cut" "$(said code elf-cut)" "invalid exec/broken exec/runs"
is "a program with more behind it" "$(said code elf-more)" "clean exec/behind exec/runs"
is "a script" "$(said code script)" "clean exec/runs"
is "an installer" "$(said code installer)" "clean exec/behind exec/runs"
is "a desktop starter" "$(said code starter)" "suspicious exec/desktop exec/runs"
is "a text does not run" "$(said code plain)" "na -"
for s in code text; do
	like "PDF is na for $s, and it says why" "$(grep '^pdf ' $s.tsv)" \
	    '^pdf [|] na [|] A PDF document: scripts, links and files in it are not checked'
	is "random bytes are na for $s" "$(said $s random)" "na -"
done
is "plain words" "$(said text plain)" "clean -"
is "a direction that is not changed back" "$(said text bidi)" "suspicious text/bidi-open"
is "letters that look alike" "$(said text lookalike)" "suspicious text/lookalike"
is "a cell that runs a program" "$(said text cells)" "suspicious text/formula-runs"
is "sequences for a terminal" "$(said text terminal)" "suspicious text/control text/terminal"

# --- keys of the site ----------------------------------------------------------------------
# keyring BYTES: what scan-checksum says with a key file of so many
keyring() {
	mkdir -p "$work/k/keyring"
	{ echo 'untrusted comment: a key of signify'
	  echo RWRUgWC+Jhey4tQH8gW9aGATw96pT+WIimoqdr3D9UXyiTAsM1be0gJr; yes '#'; } |
	    head -c "$1" >"$work/k/keyring/site.pub"
	chmod 644 "$work/k/keyring/site.pub"
	SALLYPORT_HOME=$work/k timeout 20 "$driver" "$bin/scan-checksum" plain 2>/dev/null | head -n 1
}
like "a key file of LIM_SUMS_KEY_BYTES" "$(keyring 65536)" '^ready checksum [|] checksums .*, 1 keys [0-9a-f]{16} '
like "and one of a byte more" "$(keyring 65537)" '^unfit .*site\.pub'
like "a file without a key in it" "$(keyring 20)" '^unfit there is no key in keyring/site\.pub'

# --- lists of digests in a whole station ----------------------------------------------------
command -v ssh-keygen >/dev/null || fail "needed: ssh-keygen"
cd "$work/m" || exit 3
printf 'one\n' >set/one.bin
printf 'two\n' >set/sub/two.bin
printf 'three\n' >set/three.bin
printf 'not in the list\n' >set/more.bin
# its name says nothing: what it is, its content says
(cd set && sha256sum one.bin sub/two.bin three.bin gone.bin 2>/dev/null >../contents
	printf '%064d  gone.bin\n' 0 >>../contents && mv ../contents what-is-here)
printf 'changed on the way\n' >set/three.bin
printf 'signed\n' >more/signed.bin
printf 'weak\n' >more/weak.bin
(cd more && md5sum weak.bin >MD5SUMS && sha512sum --tag signed.bin >SUMS)
ssh-keygen -q -t ed25519 -N '' -C site -f "$work/key" </dev/null
ssh-keygen -q -Y sign -n file -f "$work/key" more/SUMS 2>/dev/null
# a file that is no list, signed; and one that was changed behind its signature
printf 'a tool\n' >more/tool.bin
printf 'a tool\n' >more/other.bin
ssh-keygen -q -Y sign -n file -f "$work/key" more/tool.bin 2>/dev/null
ssh-keygen -q -Y sign -n file -f "$work/key" more/other.bin 2>/dev/null
printf 'another tool\n' >more/other.bin
# a Debian package with its own list, and an archive with two names for one file
mkdir -p deb/DEBIAN deb/usr/share/tables
printf 'a table\n' >deb/usr/share/tables/one.txt
printf 'Package: tables\nVersion: 1.0\nArchitecture: all\nMaintainer: Me <me@example.org>\nDescription: tables\n' >deb/DEBIAN/control
(cd deb && md5sum usr/share/tables/one.txt >DEBIAN/md5sums)
dpkg-deb --root-owner-group -b deb tables.deb >/dev/null
printf '%032d  usr/share/tables/one.txt\n' 0 >deb/DEBIAN/md5sums
dpkg-deb --root-owner-group -b deb wrong.deb >/dev/null
rm -r deb
mkdir two && printf 'two names\n' >two/a && ln two/a two/b && (cd two && sha256sum a b >list && tar -cf ../two.tar a b list)
rm -r two
mkdir zip && printf 'inside\n' >zip/in.bin && (cd zip && sha256sum in.bin >list && zip -q ../boxed.zip in.bin list)
rm -r zip
cp "$work/s/elf" program.bin
cp "$work/s/bidi" source.txt
small_medium "$work/medium.img" "$work/m" 16

cat >"$work/contents.policy" <<'END'
name = "checks of contents";
approvals = 2;
required = (
	{ scanner = "type"; types = "*"; part = true; },
	{ scanner = "code"; types = "*"; part = true; },
	{ scanner = "text"; types = "*"; },
	{ scanner = "archive"; types = ["zip", "deb", "tar", "xz", "zstd"]; part = true; },
	{ scanner = "checksum"; types = "*"; part = true; }
);
rules = (
	{ verdict = ["suspicious", "invalid", "incomplete"]; gate = "reason"; why = "look at it"; },
	{ gate = "pass"; why = "it is plain"; }
);
END
station_policy=$work/contents.policy
mkdir -p "$SALLYPORT_HOME"
must station_init
mkdir "$SALLYPORT_HOME/keyring"
awk '{ print "site@example " $1 " " $2 }' "$work/key.pub" >"$SALLYPORT_HOME/keyring/site"
must station_start
must station_people
intake "$work/medium.img"

id_of() { # PATH
	as otto items "$transfer" --where "path=$1" | awk '$1 ~ /^[0-9]+$/ { print $1; exit }'
}
about() { # PATH
	as otto item "$transfer" "$(id_of "$1")" 2>&1 | tr -s ' \n' ' '
}
like "what runs is named" "$(about program.bin)" 'ELF program, '
like "what a text hides is named" "$(about source.txt)" 'text/bidi-open'
like "a changed file is not what the list says" "$(about set/three.bin)" 'checksum/mismatch'
like "and invalid" "$(about set/three.bin)" 'invalid'
unlike "a file as the list says has no finding of it" "$(about set/one.bin)" 'checksum/'
like "nor does its verdict speak of who made it" "$(about set/one.bin)" 'who made it is not shown'
list=$(about set/what-is-here)
like "the list tells what differs" "$list" 'checksum/list-mismatch'
like "the list tells what is missing" "$list" 'checksum/missing.*gone\.bin|gone\.bin.*checksum/missing'
like "the list tells what it does not name" "$list" 'checksum/extra'
like "a list that agrees shows integrity only" "$list" 'not who made them'
unlike "nobody is said to have signed it" "$list" 'checksum/authentic'
like "a list that the site's key signed" "$(about more/SUMS)" 'checksum/authentic'
like "and whose key it is" "$(about more/SUMS)" 'site@example'
like "what it says is as signed" "$(about more/signed.bin)" 'that a key of the site has signed'
like "MD5 is called weak" "$(about more/MD5SUMS)" 'checksum/weak'
like "a list inside an archive is read there" "$(about boxed.zip)" 'checksum/match'
like "a file with a signature of the site's key beside it" "$(about more/tool.bin)" 'checksum/authentic.*site@example'
like "its verdict says so" "$(about more/tool.bin)" 'It is what a key of the site has signed'
like "one that was changed behind its signature" "$(about more/other.bin)" 'invalid.*checksum/signature'
like "a Debian package's own list speaks of what it unpacks" "$(about tables.deb)" 'checksum/match.*md5sums: 1 of them'
unlike "and nothing is wrong with it" "$(about tables.deb)" 'checksum/(missing|weak|extra)|verdict invalid'
like "a package that is not what its list says" "$(about wrong.deb)" 'verdict invalid.*checksum/'
like "a file of two names is there by both" "$(about two.tar)" 'checksum/match.*list: 2 of them'
station_stop

# A key file that others can change ends it before it begins.
chmod g+w "$SALLYPORT_HOME/keyring/site"
must station_start
refused_key() {
	as otto scanners 2>&1 | tr -s ' \n' ' ' | grep -q 'keyring/site can be changed by others'
}
ok "a key file that others can change is refused, and why" wait_for 60 refused_key
done_testing
