#!/bin/sh
# SPDX-License-Identifier: ISC
# Every object has a type and a MIME type: real files, and libmagic's own program as the judge.
. "$(dirname "$0")/lib.sh"

driver=$B/tests/e2e/scan_driver
mkdir "$work/s"
cd "$work/s" || exit 3

# --- samples -------------------------------------------------------------------
bytes() { # NAME PERL-EXPRESSION...
	name=$1
	shift
	perl -e "binmode STDOUT; print $*" >"$name"
}
: >empty
echo 'plain words' >ascii
printf 'd\303\251j\303\240 vu\n' >utf8
printf '\351t\351 en Latin 1\n' >latin1
printf '#!/bin/sh\necho hi\n' >script
printf '#!/usr/bin/python3\nprint(1)\n' >python
printf '{"a": [1, 2, {"b": null}]}\n' >json
printf '{"a": 1}\n{"a": 2}\n' >lines
bytes bigjson '"[", join(",", map { qq({"n": $_}) } 1..20000), "]"'
printf '<?xml version="1.0"?>\n<a/>\n' >xml
printf '<!DOCTYPE html>\n<html><body>404</body></html>\n' >html
eicar >eicar
{ eicar; printf '\r\n'; } >eicar-crlf
{ printf 'x'; eicar; } >not-eicar
printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 12345\n' 0 >pointer
head -c 70000 /dev/zero >zeros
head -c 3000000 /dev/zero >zero-tail && printf 'x' | dd of=zero-tail conv=notrunc 2>/dev/null
bytes npy '"\x93NUMPY\1\0", pack("v", 118), "{} " x 40'
bytes safetensors 'pack("Q<", 20), q({"__metadata__":{} }), "x" x 40'
bytes gguf '"GGUF", pack("L<Q<Q<", 3, 0, 0), "x" x 40'
bytes parquet '"PAR1", "x" x 40, pack("L<", 20), "PAR1"'
bytes parquet-cut '"PAR1", "x" x 40'
bytes arrow '"ARROW1\0\0", "x" x 40, "ARROW1"'
bytes hdf5 '"\x89HDF\r\n\x1a\n", "\0" x 600'
bytes hdf5-at-2048 '"\1" x 2048, "\x89HDF\r\n\x1a\n", "\0" x 600'
bytes pickle '"\x80\4\x95\5\0\0\0\0\0\0\0}\x94.\0\0"'
bytes pickle-reduce '"\x80\2cposix\nsystem\nq\0X\2\0\0\0idq\1\x85q\2Rq\3."'
bytes pickle-broken '"\x80\2cposix\nsystem\nq\0X\2\0\0\0idq\1\x85q\2Rq\3\xff"'
bytes not-pickle '"\x80\2\xff\xff", "\xfe" x 90'
bytes onnx '"\x08\x08\x12\x07pytorch\x3a\x06\x12\x04main\x42\x02\x10\x11"'
cp /bin/ls elf
printf 'hello' | gzip >gz
printf 'hello' | xz >xz 2>/dev/null || rm -f xz
printf 'hello' | bzip2 >bz2 2>/dev/null || rm -f bz2
tar cf tar ascii utf8
mkdir -p deb/DEBIAN torch/archive/data docx/word x/META-INF
printf 'Package: a\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b>\nDescription: a\n' >deb/DEBIAN/control
dpkg-deb --root-owner-group -b deb a.deb >/dev/null
touch torch/archive/data.pkl torch/archive/version torch/archive/data/0 'docx/[Content_Types].xml' \
    docx/word/document.xml x/META-INF/MANIFEST.MF a.npy b.npy
(cd torch && zip -qr ../torch.zip archive)
(cd docx && zip -qr ../a.docx .)
(cd x && zip -qr ../a.jar .)
zip -q a.npz a.npy b.npy
zip -q plain.zip ascii utf8
touch metadata.json pkg-a-1.tar.zst info-a-1.tar.zst
zip -q a.conda metadata.json pkg-a-1.tar.zst info-a-1.tar.zst
head -c 200 plain.zip >cut.zip
cp "$(find /usr/share/python-wheels -name 'pip-*.whl' | head -n 1)" a.whl
# two things at once
cat /bin/ls plain.zip >elf-zip
{ printf '#!/usr/bin/python3\n'; cat plain.zip; } >zipapp
{ cat plain.zip; head -c 200 /dev/zero | tr '\0' x; } >zip-trailing
bytes png '"\x89PNG\r\n\x1a\n", pack("N", 13), "IHDR", pack("NNCCCCCN", 1, 1, 8, 2, 0, 0, 0, 0), pack("N", 0), "IEND", pack("N", 0)'
{ cat png; cat plain.zip; } >png-zip
bytes pdf '"%PDF-1.4\n1 0 obj\nendobj\nstartxref\n0\n%%EOF\n"'
{ printf 'GIF89a'; head -c 100 /dev/zero; cat pdf; } >gif-pdf
printf 'This text speaks of %%PDF-1.4 files.\n' >about-pdf
tar cf tar-of-zip plain.zip

# --- what is said ------------------------------------------------------------------
find . -maxdepth 1 -type f ! -name '*.tsv' -printf '%P\n' | LC_ALL=C sort >names.tsv
xargs -d '\n' -a names.tsv "$driver" "$bin/scan-type" >said.tsv 2>err.tsv
is "the scanner ends with the desk" "$(tail -n 1 said.tsv)" "gone 0"
like "it says which libmagic it has" "$(head -n 1 said.tsv)" '^ready type \| libmagic [0-9.]+ '
is "every file was answered once" "$(grep -c ' | ' said.tsv)" "$(($(wc -l <names.tsv) + 1))"
is "nothing on standard error" "$(cat err.tsv)" ""
field() { # NAME NUMBER
	awk -F ' [|] ' -v name="$1" -v n="$2" '$1 == name { print $n }' said.tsv
}
typed() { # NAME TYPE [MIME]: no MIME: the one of file(1)
	[ -e "$1" ] || return 0
	want=${3:-$(file -b --mime-type "$1")}
	is "$1 is $2, $want" "$(field "$1" 6), $(field "$1" 7)" "$2, $want"
}
typed empty empty
typed ascii text
typed utf8 text
typed latin1 text
typed script script
typed python script
typed json json
typed lines json
typed bigjson json
typed xml xml
typed html html
typed eicar eicar
typed eicar-crlf eicar
typed not-eicar text
typed pointer lfs-pointer
typed zeros data
typed npy npy application/x-npy
typed safetensors safetensors application/x-safetensors
typed gguf gguf application/x-gguf
typed parquet parquet application/vnd.apache.parquet
typed arrow arrow application/vnd.apache.arrow.file
typed hdf5 hdf5
typed hdf5-at-2048 hdf5 application/x-hdf5
typed pickle pickle application/x-pickle
typed pickle-reduce pickle application/x-pickle
typed pickle-broken pickle application/x-pickle
typed not-pickle data
typed onnx onnx application/x-onnx
typed elf elf
typed gz gzip
typed xz xz
typed bz2 bzip2
typed tar tar
typed tar-of-zip tar
typed a.deb deb
typed torch.zip torch application/zip
typed a.docx docx application/vnd.openxmlformats-officedocument.wordprocessingml.document
typed a.jar jar application/java-archive
typed a.npz npz
typed a.conda conda
typed a.whl wheel
typed plain.zip zip
typed png png
typed pdf pdf

finds() { # NAME RULE...
	name=$1
	shift
	is "$name: $*" "$(field "$name" 8 | tr ' ' '\n' | sed -n 's/^\([a-z]*\/[a-z0-9-]*\)=.*/\1/p' | tr '\n' ' ')" "$*${1:+ }"
}
finds plain.zip
finds a.whl
finds tar-of-zip
finds about-pdf
finds elf
finds eicar type/eicar
finds eicar-crlf type/eicar
finds not-eicar
finds pointer type/lfs-pointer
finds cut.zip type/zip-no-end
finds parquet-cut type/parquet-no-end
finds pickle-broken type/pickle-broken
finds zero-tail type/zero-tail
finds elf-zip polyglot/zip
finds zipapp polyglot/zip
finds png-zip type/trailing polyglot/zip
finds gif-pdf polyglot/pdf type/no-end

is "EICAR is malicious" "$(field eicar 2)" malicious
is "everything else is clean" "$(awk -F ' [|] ' 'NF > 6 && $2 != "clean" { print $1 }' said.tsv | tr '\n' ' ')" \
    "eicar eicar-crlf "
is "coverage is the whole object" "$(awk -F ' [|] ' 'NF > 6 && $4 != $5' said.tsv)" ""

# --- what is on this machine ---------------------------------------------------------
find /usr/share/python-wheels /usr/share/doc/libc6 /usr/share/misc /usr/lib/os-release /usr/share/perl \
    /usr/share/zoneinfo /usr/sbin /usr/share/pixmaps -type f -size -2M 2>/dev/null | LC_ALL=C sort | head -n 1500 >many.tsv
xargs -d '\n' -n 3000 -a many.tsv "$driver" "$bin/scan-type" 2>/dev/null >many-said.tsv
file --mime-type -N -F ' |' -f many.tsv | sed 's/ |  */ | /' >many-file.tsv
awk -F ' [|] ' 'NR == FNR { said[$1] = $7; type[$1] = $6; next }
	!($1 in said) { print $1 ": not answered"; next }
	# the few words where libmagic is no judge: a jar is a zip to it, one byte is nothing
	said[$1] != $2 && type[$1] != "jar" && !(type[$1] == "text" && $2 == "application/octet-stream") {
		print $1 ": " said[$1] ", file(1) says " $2 }' many-said.tsv many-file.tsv >differ.tsv
is "$(wc -l <many.tsv) real files: MIME as file(1) says" "$(head -n 20 differ.tsv)" ""

# --- a vault that does not tell the truth -----------------------------------------------
like "an object of another size is an error" "$("$driver" -l 5 "$bin/scan-type" ascii 2>&1)" \
    '^ascii \| error \| the object is not as long as the vault says \| 5 \| 0 '
like "a directory is no object" "$("$driver" "$bin/scan-type" deb 2>&1)" '^deb \| error '
like "over the limit it is given, nothing is clean" "$("$driver" -m 10 "$bin/scan-type" ascii 2>&1)" \
    '^ascii \| incomplete \| size-limit \| 12 \| 0 '
done_testing
