#!/bin/sh
# SPDX-License-Identifier: ISC
# Signatures of OpenPGP that GnuPG made, in a whole station with a keyring of the site's own.
. "$(dirname "$0")/lib.sh"

driver=$B/tests/e2e/scan_driver
for tool in gpg gpgv zip; do
	command -v $tool >/dev/null || fail "needed: $tool"
done
GNUPGHOME=$work/gnupg
export GNUPGHOME
mkdir -m 700 "$GNUPGHOME"
mkdir "$work/m" "$work/s"
cd "$work/s" || exit 3

# --- keys --------------------------------------------------------------------------------
# Each is made in the past: one that has expired need not be waited for.
gpg_at() { # DATE ARGUMENT...
	at=$1
	shift
	must gpg -q --batch --yes --faked-system-time "$at" --passphrase '' --pinentry-mode loopback "$@"
}
made=20240101T000000
gpg_at $made --quick-generate-key 'Site <site@example>' ed25519 sign never
gpg_at $made --quick-generate-key 'Second <second@example>' rsa2048 sign never
gpg_at $made --quick-generate-key 'Old <old@example>' ed25519 sign 30d
gpg_at $made --quick-generate-key 'Gone <gone@example>' ed25519 sign never
# whoever it is calls themselves as they like
gpg_at $made --quick-generate-key 'Site (new) <site@example>' ed25519 sign never
key_of() { # NAME [WHICH]
	gpg -q --no-auto-check-trustdb --list-keys --with-colons "$1" | awk -F: '/^fpr/ { print $10 }' | sed -n "${2:-1}p"
}
site=$(key_of site@example)
thief=$(key_of site@example 2)
second=$(key_of second@example)
[ -n "$thief" ] || fail "needed: two keys of one name"

signed() { # KEY SIGNATURE FILE [OPTION...]
	key=$1 sig=$2 file=$3
	shift 3
	gpg_at 20240102T000000 -u "$key!" "$@" --output "$sig" --detach-sign "$file"
}
clear() { # KEY LIST FOLDER [OPTION...]: SUMS.asc of the list in it
	key=$1 list=$2 folder=$3
	shift 3
	gpg_at 20240102T000000 -u "$key!" "$@" --output "$folder/SUMS.asc" --clearsign "$list"
}
m=$work/m
# of KIND: a folder of its own with file.bin in it
of() {
	mkdir "$m/$1"
	printf 'the file of %s\n' "$1" >"$m/$1/file.bin"
}
for kind in armor binary sign large unknown thief old expired sha1 text revoked other both packet packed flipped hidden; do
	of "$kind"
	f=$m/$kind/file.bin
	case $kind in
	armor) signed "$site" "$f.asc" "$f" --armor ;;
	binary) signed "$second" "$f.sig" "$f" ;;
	# longer than what is held in memory (LIM_SUMS_LIST_BYTES)
	large) truncate -s 65M "$f" && signed "$site" "$f.sig" "$f" ;;
	sign) signed "$site" "$f.sign" "$f" --digest-algo SHA512 ;;
	unknown | thief) signed "$thief" "$f.asc" "$f" --armor ;;
	old) signed "$(key_of old@example)" "$f.gpg" "$f" ;;
	expired) signed "$site" "$f.asc" "$f" --armor --default-sig-expire 30d ;;
	sha1) signed "$second" "$f.asc" "$f" --armor --digest-algo SHA1 ;;
	text) signed "$site" "$f.asc" "$f" --armor --textmode ;;
	revoked) signed "$(key_of gone@example)" "$f.asc" "$f" --armor ;;
	# the second signature is of another file
	other)
		signed "$site" "$work/s/one" "$f"
		signed "$site" "$work/s/two" "$m/armor/file.bin"
		cat one two >"$f.sig"
		;;
	both)
		signed "$site" "$work/s/one" "$f"
		signed "$second" "$work/s/two" "$f"
		cat one two >"$f.sig"
		;;
	# a whole message of the site's key, which brings other data with it
	packet | packed)
		level=$([ $kind = packet ] && echo 0 || echo 6)
		gpg_at 20240102T000000 -u "$site!" -z "$level" --output "$f.sig" --sign "$m/armor/file.bin"
		;;
	# a signature in front of such a message
	hidden)
		signed "$site" "$work/s/one" "$m/armor/file.bin"
		gpg_at 20240102T000000 -u "$site!" -z 0 --output "$work/s/two" --sign "$m/armor/file.bin"
		cat one two >"$f.sig"
		;;
	flipped)
		signed "$site" "$f.asc" "$f" --armor
		printf 'the file of flippee\n' >"$f"
		;;
	esac
done

# lists: beside them, and around them
for kind in beside around changed line before behind blanks double; do
	of "l-$kind"
	(cd "$m/l-$kind" && sha256sum file.bin >"$work/s/list")
	case $kind in
	beside | changed)
		cp list "$m/l-$kind/SUMS"
		signed "$site" "$m/l-$kind/SUMS.gpg" list
		;;
	*) clear "$site" list "$m/l-$kind" ;;
	esac
	clean=$m/l-$kind/SUMS.asc
	case $kind in
	changed) printf '%064d  file.bin\n' 0 >"$m/l-changed/SUMS" ;;
	line) sed "s/^[0-9a-f]*  /$(printf '%064d' 0)  /" "$clean" >new && mv new "$clean" ;;
	before) { printf '%064d  file.bin\n' 0; cat "$clean"; } >new && mv new "$clean" ;;
	behind) printf '%064d  file.bin\n' 0 >>"$clean" ;;
	# blanks at the end are not signed: this is another name
	blanks) sed 's/  file\.bin$/  file.bin /' "$clean" >new && mv new "$clean" ;;
	double) cat "$m/l-around/SUMS.asc" >>"$clean" ;;
	esac
done
mkdir zip && printf 'inside\n' >zip/in.bin && signed "$site" zip/in.bin.asc zip/in.bin --armor
(cd zip && zip -q "$m/boxed.zip" in.bin in.bin.asc)
printf 'no signature\n' >"$m/plain.bin"
printf 'no signature\n' >"$m/plain.bin.asc"
small_medium "$work/medium.img" "$m" 96

# --- the site's keyring --------------------------------------------------------------------
sed 's/^:---/---/' "$GNUPGHOME/openpgp-revocs.d/$(key_of gone@example).rev" >revocation
must gpg -q --batch --import revocation
gpg --export "$site" old@example gone@example >site.gpg
gpg --export "$second" >second.gpg
gpg --export --armor "$site" >armored.gpg
gpg --batch --pinentry-mode loopback --passphrase '' --export-secret-keys "$site" >secret.gpg 2>/dev/null
gpgconf --kill all

# what scan-checksum says with these key files
with() { # FILE...
	rm -rf "$work/k"
	mkdir -p "$work/k/keyring"
	cp "$@" "$work/k/keyring/"
	chmod 644 "$work/k/keyring"/*
	SALLYPORT_HOME=$work/k timeout 20 "$driver" "$bin/scan-checksum" revocation 2>/dev/null | head -n 1
}
like "keys of OpenPGP are counted" "$(with site.gpg second.gpg)" '^ready checksum [|] checksums .*, 4 keys [0-9a-f]{16} '
one=$(with site.gpg)
two=$(with second.gpg)
ok "other keys are another engine" [ "${one#*keys }" != "${two#*keys }" ]
like "a keyring in text is refused, and how to mend it" "$(with armored.gpg)" \
    '^unfit .*keyring/armored\.gpg cannot be used: .*gpg --dearmor'
like "a secret key does not belong there" "$(with secret.gpg)" '^unfit .*keyring/secret\.gpg cannot be used: it has a secret key'
cp list text.gpg
like "a text is no keyring" "$(with text.gpg)" 'keyring/text\.gpg cannot be used: it is no file of public keys'
# LIM_SUMS_RING_BYTES: a name of the key that is as long as is needed
long() { # BYTES
	perl -e 'local $/; open my $f, "<", "site.gpg"; my $k = <$f>; my $n = $ARGV[0] - length($k) - 6;
	    print $k, "\xd1\xff", pack("N", $n), "x" x $n' "$1" >long.gpg
	with long.gpg
}
like "a keyring of LIM_SUMS_RING_BYTES" "$(long 1048576)" '^ready checksum '
like "and one of a byte more" "$(long 1048577)" '^unfit .*keyring/long\.gpg cannot be used: it is longer'
like "and two that are longer together" "$(long 1048500 >/dev/null && with long.gpg second.gpg)" \
    '^unfit .*keyring/second\.gpg cannot be used: .*more keys'
mkdir -p "$work/k/keyring"
rm -f "$work/k/keyring"/*
cp site.gpg "$work/k/keyring/site.gpg" && chmod 664 "$work/k/keyring/site.gpg"
like "one that others can change is refused" \
    "$(SALLYPORT_HOME=$work/k timeout 20 "$driver" "$bin/scan-checksum" revocation 2>/dev/null | head -n 1)" \
    '^unfit .*keyring/site\.gpg can be changed by others'
chmod 644 "$work/k/keyring/site.gpg"
without() {
	unshare --user --map-root-user --mount sh -c 'mount --bind /dev/null /usr/bin/gpgv && exec "$@"' sh \
	    env SALLYPORT_HOME="$work/k" timeout 20 "$driver" "$bin/scan-checksum" revocation 2>/dev/null | head -n 1
}
like "without gpgv it does not begin" "$(without)" '^unfit there are keys of OpenPGP in keyring, and gpgv, .* cannot run: '
rm "$work/k/keyring/site.gpg"
like "where there is no such key, gpgv is not needed" "$(without)" '^ready checksum '

# --- a station with these keys ----------------------------------------------------------------
cat >"$work/signed.policy" <<'END'
name = "signatures";
approvals = 2;
required = (
	{ scanner = "type"; types = "*"; part = true; },
	{ scanner = "archive"; types = ["zip"]; part = true; },
	{ scanner = "checksum"; types = "*"; part = true; }
);
rules = (
	{ verdict = ["suspicious", "invalid", "incomplete"]; gate = "reason"; why = "look at it"; },
	{ gate = "pass"; why = "it is plain"; }
);
END
station_policy=$work/signed.policy
mkdir -p "$SALLYPORT_HOME"
must station_init
mkdir "$SALLYPORT_HOME/keyring"
cp site.gpg second.gpg "$SALLYPORT_HOME/keyring/"
must station_start
must station_people
intake "$work/medium.img"

id_of() { # PATH
	as otto items "$transfer" --where "path=$1" | awk '$1 ~ /^[0-9]+$/ { print $1; exit }'
}
about() { # PATH
	as otto item "$transfer" "$(id_of "$1")" 2>&1 | tr -s ' \n' ' '
}
# The file in a folder, what it is, and what is said; none but these are authentic.
row() { # FOLDER NAME PATTERN
	text=$(about "$1/file.bin")
	like "$2" "$text" "$3"
	case $3 in
	*checksum/authentic*) like "$2: so it says" "$text" 'It is what a key of the site has signed' ;;
	*) unlike "$2: not authentic" "$text" 'checksum/authentic|It is what a key of the site has signed' ;;
	esac
}
row armor "a signature in text" "checksum/authentic.*file\.bin\.asc: OpenPGP, key $site"
row binary "a signature in packets, by RSA" "checksum/authentic.*key $second"
row sign "by SHA-512" "checksum/authentic.*file\.bin\.sign: OpenPGP, key $site"
row large "a file of any size" "checksum/authentic.*file\.bin\.sig: OpenPGP, key $site"
row both "two signatures of two keys" 'checksum/authentic'
row unknown "a key that the site does not have" "checksum/signer.*OpenPGP, key $(echo "$thief" | cut -c25-)"
row thief "whatever its name says" 'checksum/signer'
row old "a key that has expired" 'checksum/doubtful.*by a key that has expired, key '
row expired "a signature that has expired" 'checksum/doubtful.*and it has expired, key '
row revoked "a key that was revoked" 'checksum/doubtful.*by a key that was revoked, key '
row sha1 "SHA-1" 'checksum/doubtful.*by MD5 or SHA-1, which can be forged'
row text "a file that is signed as a text" 'checksum/doubtful.*of a text, whose line ends'
row flipped "a file that was changed" 'invalid.*checksum/signature'
row other "two signatures, one of them of another file" 'invalid.*checksum/signature'
row packet "a message that brings its own data is no signature" 'verdict'
row packed "nor is one that is packed" 'verdict'
row hidden "nor one that begins with a signature" 'checksum/doubtful.*not in the form that is checked'

# What lists say of themselves, and of a file.
row_of_list() { # FOLDER LIST NAME PATTERN
	like "$3" "$(about "l-$1/$2")" "$4"
	case $4 in
	*checksum/authentic*) like "$3: its file" "$(about "l-$1/file.bin")" 'a list of digests says that a key of the site has signed' ;;
	*)
		unlike "$3: not authentic" "$(about "l-$1/$2")" 'checksum/authentic|a key of the site has signed it'
		unlike "$3: nor its file" "$(about "l-$1/file.bin")" 'that a key of the site has signed'
		;;
	esac
}
row_of_list beside SUMS "a list with a signature beside it" "checksum/authentic.*OpenPGP, key $site"
row_of_list around SUMS.asc "a list with a signature around it" "checksum/authentic.*OpenPGP, key $site"
row_of_list changed SUMS "a list that was changed" 'invalid.*checksum/signature'
row_of_list line SUMS.asc "a line of it that was changed" 'invalid.*checksum/signature'
row_of_list before SUMS.asc "a line before the signed text" 'checksum/list-mismatch'
row_of_list behind SUMS.asc "a line behind it" 'checksum/doubtful.*not in the form that is checked'
row_of_list blanks SUMS.asc "blanks that are not signed" 'checksum/doubtful.*not in the form that is checked'
row_of_list double SUMS.asc "two signed texts in one file" 'checksum/doubtful.*not in the form that is checked'
like "a file inside an archive, with its signature" "$(about boxed.zip)" "checksum/authentic.*in\.bin\.asc: OpenPGP, key $site"
unlike "what is no signature is none" "$(about plain.bin)" 'checksum/'
station_stop
no "no gpgv is left" sh -c "pgrep -u $(id -u) -x gpgv >/dev/null"
done_testing
