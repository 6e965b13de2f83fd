#!/bin/sh
# SPDX-License-Identifier: ISC
# Encrypted volumes: sallyport-unlock finds the key, the reader's code decrypts.
# Images are made here by cryptsetup, qemu-img and encrypted.py.  Images made by
# Windows and VeraCrypt are in ../shared/corpora/encrypted of whoever has them:
# without that folder the first half is all there is.
. "$(dirname "$0")/lib.sh"

drive=$B/tests/media/unlock_drive
py=$media/encrypted.py

# open NAME ARGUMENTS...: what the program said is in `said`
try() {
	"$drive" "$@" >said 2>&1
}
said() { # WORD: first word of the line that begins so
	sed -n "s/^$1 //p" said
}
refused() { # WORD TEXT NAME: it did not open, and says why
	grep -q "^$1 .*$2" said
	ok "$3"
	grep -q "^$1 .*$2" said || sed 's/^/# /' said
}
same() { # FILE NAME: the view is FILE, byte for byte
	[ "$(said sha256)" = "$(sha256sum <"$1" | cut -c1-64)" ]
	ok "$2"
	[ "$(said sha256)" = "$(sha256sum <"$1" | cut -c1-64)" ] || sed 's/^/# /' said
}

printf 'a passphrase' >pass
printf 'another one' >pass2
mkdir files
echo hello >files/hello.txt
seq 1 20000 >files/numbers
ext plain 12M ext4 files

# --- LUKS2, LUKS1 by cryptsetup; their contents by encrypted.py -------------------------
luks() { # IMAGE OPTIONS...
	luks_image=$1
	shift
	blank "$luks_image" 29M
	cryptsetup -q luksFormat --batch-mode --key-file pass --pbkdf-force-iterations 4 "$@" "$luks_image" 2>err ||
	    { sed 's/^/# /' err; return 1; }
}
argon="--type luks2 --pbkdf argon2id --pbkdf-memory 32768 --pbkdf-parallel 4"
fill() { # IMAGE SECTOR: the plain image into its data area; key and offset by cryptsetup
	fill_key=$(cryptsetup -q luksDump --dump-volume-key --key-file pass "$1" |
	    awk '/(MK|Volume Key|volume key) *dump:/ { on = 1; sub(/.*dump:/, "") } on { gsub(/[ \t]/, ""); printf "%s", $0 }')
	fill_at=$(cryptsetup luksDump "$1" | awk '/offset: .*bytes/ { print $2; exit } /Payload offset/ { print $3 * 512; exit }')
	truncate -s $((fill_at + 12582912)) "$1"
	"$py" xts "$fill_key" "$2" "$fill_at" plain "$1"
}

# shellcheck disable=SC2086
luks luks2 $argon --sector-size 512 && fill luks2 512
ok "LUKS2: cryptsetup made one"
try -p "a passphrase" luks2 luks
same plain "LUKS2, Argon2id, 512-byte sectors: every byte"
is "$(said key)" "$fill_key" "the key is the one that cryptsetup says"
try -k pass luks2 luks
same plain "a key file opens it, too"
try -k pass2 -k pass luks2 luks
same plain "the second of two key files opens it"
try -k pass -p wrong luks2 luks
same plain "a key file and a passphrase: one that fits is enough"
try -p "a passphrasf" luks2 luks
refused wrong "does not fit this LUKS volume" "a wrong passphrase is said to be wrong"
try -p "a passphrase" luks2 bitlocker
refused failed "damaged" "taken for another kind it does not open"
try -p "a passphrase" luks2 floppy
refused failed "no encrypted volumes of that kind" "an unknown kind is refused"

# shellcheck disable=SC2086
luks big $argon --sector-size 4096 && fill big 4096
try -p "a passphrase" big luks
same plain "LUKS2, 4096-byte sectors: every byte"
is "$(grep -c '"sector":4096' said)" 1 "and its sectors are 4096 bytes"

luks luks1 --type luks1 --pbkdf-force-iterations 1000 && fill luks1 512
try -p "a passphrase" luks1 luks
same plain "LUKS1: every byte"
printf 'a passphrase' | cryptsetup -q luksAddKey --pbkdf-force-iterations 1000 --key-file pass luks1 pass2
try -p "another one" luks1 luks
same plain "the second key slot opens it"

# Behind the beginning of a medium: nothing is read outside the partition.
(head -c 1048576 /dev/urandom; cat luks2; head -c 1048576 /dev/urandom) >medium
try -p "a passphrase" -o 1048576 -n "$(stat -c %s luks2)" medium luks
same plain "a partition in the middle of a medium"

# --- LUKS1 as qemu has it: its own code wrote the sectors -----------------------------
for way in "xts plain64" "xts plain" "cbc plain64" "cbc essiv"; do
	# shellcheck disable=SC2086
	set -- $way
	essiv=
	[ "$2" != essiv ] || essiv=,ivgen-hash-alg=sha256
	# It measures how fast it hashes, and gives up where its processor time did not move.
	for try_again in $(seq 1 100); do
		qemu-img convert -O luks --object secret,id=s,file=pass \
		    -o "key-secret=s,cipher-alg=aes-256,cipher-mode=$1,ivgen-alg=$2$essiv,iter-time=10" \
		    plain qemu 2>err && break
		grep -q 'Unable to get accurate CPU usage' err || break
	done
	sed 's/^/# /' err
	try -p "a passphrase" qemu luks
	same plain "LUKS1 by qemu, aes-$1 $2: every byte"
done

# --- headers that are damaged, or want too much ------------------------------------------
cp luks2 hurt
dd if=/dev/zero of=hurt bs=4096 count=4 conv=notrunc status=none
try -p "a passphrase" hurt luks
same plain "LUKS2 without its first header: the second one is used"
dd if=/dev/zero of=hurt bs=4096 count=16 conv=notrunc status=none
try -p "a passphrase" hurt luks
refused failed "header of the LUKS volume is damaged" "without both it says so"
cp luks2 hurt
dd if=/dev/urandom of=hurt bs=4096 seek=8 count=64 conv=notrunc status=none
try -p "a passphrase" hurt luks
refused wrong "does not fit" "a damaged key slot does not open"
head -c 20000 luks2 >hurt
try -p "a passphrase" hurt luks
refused failed "." "an image cut off in its header does not open"
cp luks2 heavy
"$py" json heavy '"memory":32768' '"memory":4194304'
try -p "a passphrase" heavy luks
refused failed "more work or memory" "4 GiB of memory for one try are refused"
cp luks2 heavy
"$py" json heavy '"time":4' '"time":4000000000'
try -p "a passphrase" heavy luks
refused failed "more work or memory" "so are four thousand million passes"
cp luks2 heavy
"$py" crowd heavy
try -p "a passphrase" heavy luks
refused failed "header of the LUKS volume is damaged" "4 MiB of header, all of it numbers: refused"
[ "$(said peak)" -lt 1024 ] 2>/dev/null
ok "and it took less than 1 GiB of memory ($(said peak) MiB)"
cp luks2 odd
"$py" json odd '"offset":"16777216"' '"offset":"922337203685477580"'
try -p "a passphrase" odd luks
refused failed "." "contents far outside the medium are refused"
cp luks2 odd
"$py" json odd '"iv_tweak":"0"' '"iv_tweak":"18446744073709551615"'
try -p "a passphrase" odd luks
refused failed "numbered in an unusual way" "an absurd sector number is refused"
cp luks2 odd
"$py" json odd '"hash":"sha256","iterations":1000' '"hash":"sha256","iterations":4294967295'
try -p "a passphrase" odd luks
refused failed "more rounds" "absurd rounds for the proof of a key are refused"
cp luks2 odd
"$py" json odd '"sector_size":512' '"sector_size":512,"integrity":{"type":"hmac(sha256)","journal_encryption":"none","journal_integrity":"none"}'
try -p "a passphrase" odd luks
refused failed "sums of its sectors" "sums beside the sectors are named"
cp luks1 odd
printf '\377\377\377\377' | overwrite odd 164
try -p "a passphrase" odd luks
refused failed "more rounds" "LUKS1: absurd rounds are refused before they are spent"
cp luks1 odd
printf '\377\377\377\377' | overwrite odd 212
printf '\377\377\377\377' | overwrite odd 260
try -p "a passphrase" odd luks
refused failed "more work or memory" "LUKS1: and those of a key slot"
cp luks1 odd
printf '\377\377\377\377' | overwrite odd 104
try -p "a passphrase" odd luks
refused failed "." "LUKS1: contents outside the medium are refused"
cp luks1 odd
printf 'serpent\0' | overwrite odd 8
try -p "a passphrase" odd luks
refused failed "serpent-xts-plain64, which this station does not read" "another cipher is named"
cp luks1 odd
printf 'xts-\033[31m\0' | overwrite odd 40
try -p "a passphrase" odd luks
refused failed "aes-xts-?\[31m, which" "a hostile name stays one line of ASCII"

# --- TrueCrypt by encrypted.py ------------------------------------------------------------
head -c 300 /dev/urandom >keyfile
"$py" truecrypt "open sesame" '' plain tc
try -p "open sesame" tc veracrypt
same plain "TrueCrypt: every byte"
"$py" truecrypt "open sesame" keyfile plain tck
try -p "open sesame" -k keyfile tck veracrypt
same plain "with a key file"
"$py" truecrypt "" keyfile plain tck
try -k keyfile tck veracrypt
same plain "with nothing but a key file"
head -c 70 /dev/urandom >keyfile2
"$py" truecrypt "open sesame" keyfile,keyfile2 plain tck
try -p "open sesame" -k keyfile -k keyfile2 tck veracrypt
same plain "with two key files"
try -p "open sesame" -k keyfile2 -k keyfile tck veracrypt
same plain "in any order"
try -m 2001 -p x tc veracrypt
refused failed "PIM of 2001" "a PIM over the limit is refused"

# --- images made by others -------------------------------------------------------------------
corpora=$top/../shared/corpora/encrypted
if [ ! -e "$corpora/bitlk-images.tar.xz" ]; then
	echo "# NOT TRIED: images made by Windows and VeraCrypt; there is no $corpora"
	echo "# What is above was made by cryptsetup, qemu-img and encrypted.py alone."
	done_testing
	exit 0
fi
# Unpacked once, below build/; a folder appears when it is complete.
there=$top/build/corpora/encrypted
for part in bitlk tcrypt; do
	[ ! -d "$there/$part-images" ] || continue
	mkdir -p "$there" && mkdir "$there/$$.$part" &&
	    tar -C "$there/$$.$part" -xSf "$corpora/$part-images.tar.xz" &&
	    chmod -R a+rX "$there/$$.$part" &&
	    mv -T "$there/$$.$part/$part-images" "$there/$part-images" 2>/dev/null
	rm -rf "$there/$$.$part"
done

# what IMAGE FIELD: of images.conf
what() {
	sed -n "/^\[$1\]/,/^$/s/^$2=//p" "$there/bitlk-images/images.conf"
}
bitlocker() { # IMAGE NAME ARGUMENTS...: decrypted whole it has the sum that its makers say
	bitlocker_image=$1
	bitlocker_name=$2
	shift 2
	try "$@" "$there/bitlk-images/$bitlocker_image.img" bitlocker
	is "$(said sha256)" "$(what "$bitlocker_image" SHA256SUM)" "BitLocker: $bitlocker_image, $bitlocker_name"
}
for image in aes-cbc-128 aes-cbc-256 aes-cbc-128-4k aes-xts-128 aes-xts-256 aes-xts-128-4k aes-xts-128-crc \
    aes-xts-128-new-entry aes-xts-128-two-recovery aes-xts-128-first-recovery togo-aes-cbc-128 togo-aes-xts-128; do
	bitlocker bitlk-$image passphrase -p anaconda
done
for image in aes-cbc-256 aes-xts-256 aes-xts-128-smart-card aes-xts-128-unicode aes-xts-128-startup-key; do
	bitlocker bitlk-$image "recovery key" -p "$(what bitlk-$image RP)"
done
bitlocker bitlk-aes-xts-128-two-recovery "second recovery key" -p "$(what bitlk-aes-xts-128-two-recovery RP2)"
bitlocker bitlk-aes-xts-256 "recovery key without its hyphens" -p "$(what bitlk-aes-xts-256 RP | tr -d -)"
bitlocker bitlk-aes-xts-256 "recovery key with blanks" -p "$(what bitlk-aes-xts-256 RP | tr - ' ')"
bitlocker bitlk-aes-xts-128-startup-key "start-up key file" -k "$there/bitlk-images/4381F759-C4F8-4DE0-BB61-FC33A831BDA5.BEK"
bitlocker bitlk-aes-xts-128-startup-key-win11 "start-up key file" -k "$there/bitlk-images/AA80A52B-9B66-47AE-B097-33F536FFBB07.BEK"

kept() { # IMAGE WORD TEXT NAME ARGUMENTS...: recognised, and why it stays closed
	kept_image=$1
	kept_word=$2
	kept_text=$3
	kept_name=$4
	shift 4
	try "$@" "$there/bitlk-images/bitlk-$kept_image.img" bitlocker
	refused "$kept_word" "$kept_text" "BitLocker: $kept_name"
}
kept aes-cbc-elephant-128 failed "Elephant" "the Elephant diffuser is named" -p anaconda
kept aes-cbc-elephant-256 failed "Elephant" "so is the one of 256 bits" -p anaconda
kept aes-xts-128-eow failed "only what is written" "encrypt on write is named" -p anaconda
kept partially-encrypted-aes-cbc-128 failed "not read" "half encrypted is named" -p anaconda
kept aes-xts-128-clearkey-only failed "suspended" "a key in the clear is named" -p x
kept aes-xts-128 wrong "does not fit this BitLocker volume" "a wrong passphrase" -p Anaconda
kept aes-xts-128 wrong "does not fit" "a recovery key of another volume" -p "$(what bitlk-aes-xts-256 RP)"
kept aes-xts-128 wrong "Group 8 of the recovery key was typed wrongly" "a mistyped recovery key: its group is named" \
    -p 235818-357951-253979-013365-241120-245575-342914-591911
kept aes-xts-128 wrong "Group 2 of the recovery key has 5 digits" "a digit is missing" \
    -p 235818-35795-253979-013365-241120-245575-342914-591910
kept aes-xts-128-unicode wrong "recovery key instead" "letters beyond ASCII" -p 'anaconda£'
kept aes-xts-128-startup-key wrong "does not fit" "the key file of another volume" \
    -k "$there/bitlk-images/AA80A52B-9B66-47AE-B097-33F536FFBB07.BEK"

# One copy of the metadata after the other is damaged: offsets are in the first sector.
cp "$there/bitlk-images/bitlk-aes-xts-128.img" hurt
want=$(what bitlk-aes-xts-128 SHA256SUM)
for copy in 0 1 2; do
	at=$(od -An -tu8 -j $((176 + 8 * copy)) -N 8 hurt | tr -d ' ')
	head -c 16 /dev/urandom | overwrite hurt $((at + 200))
	try -p anaconda hurt bitlocker
	[ $copy -lt 2 ] || break
	is "$(said sha256)" "$want" "BitLocker: opens with $((copy + 1)) damaged copies of its metadata"
done
refused failed "None of the three copies" "BitLocker: with three it does not"

# Of these images all but the first two sectors of the file system was wiped.
known() { # IMAGE NAME ARGUMENTS...: the FAT file system that belongs there
	known_image=$1
	known_name=$2
	known_serial='276 272 255 336' # DEADBABE
	case $1 in *-hidden) known_serial='276 272 376 312' ;; esac
	shift 2
	rm -f view
	try -w view "$@" "$there/tcrypt-images/$known_image" veracrypt
	is "$(od -An -to1 -j 39 -N 4 view | sed 's/^ //') $(head -c 11 view | tail -c 8) $(head -c 1024 view | tail -c 514 | od -An -tx1 -v | tr -d ' \n' | sed 's/0*$//')" \
	    "$known_serial MSDOS5.0 55aa" "$known_name: $known_image"
}
for image in tc_3-ripemd160-xts-aes tc_3-sha512-xts-aes tc_4-sha512-xts-aes tc_5-ripemd160-xts-aes \
    tc_5-sha512-xts-aes tc_5-whirlpool-xts-aes; do
	known $image TrueCrypt -p aaaaaaaaaaaa
done
for image in tc_3-sha512-xts-aes-hidden tc_4-sha512-xts-aes-hidden tc_5-sha512-xts-aes-hidden; do
	known $image "TrueCrypt, hidden" -p bbbbbbbbbbbb
done
known vc_1-sha512-xts-aes VeraCrypt -p aaaaaaaaaaaa
known vc_1-sha256-xts-aes VeraCrypt -p aaaaaaaaaaaa
known vc_1-sha512-xts-aes-hidden "VeraCrypt, hidden" -p bbbbbbbbbbbb
keys="-k $there/tcrypt-images/keyfile1 -k $there/tcrypt-images/keyfile2"
# shellcheck disable=SC2086
known vck_1_pw12-sha512-xts-aes "VeraCrypt, two key files and a passphrase" -p aaaaaaaaaaaa $keys
# shellcheck disable=SC2086
known vck_1_nopw-sha512-xts-aes "VeraCrypt, two key files alone" $keys
try -p aaaaaaaaaaaa "$there/tcrypt-images/tc_2-ripemd160-cbc-aes" veracrypt
refused failed "aes-cbc-tcw, which" "TrueCrypt: the old form is named"

done_testing
