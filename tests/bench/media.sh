# SPDX-License-Identifier: ISC
# Reading alone, for each file system: the reader's own code (tests/bench/reading)
# walks an image and reads its files, against `cat` of the same image in the same
# run.  The reader hands its bytes to another process, the vault; so both sides
# write into a pipe that `cat` empties: `cat IMAGE | cat >/dev/null`.  Rates are
# bytes of files on one side, of the image on the other, all from page cache.
# Then: metadata of a million files, and the order in which contents are read.
#   LARGE_MIB, SMALL, ITEMS, CROWD: sizes; MEDIA: which file systems
. "$(dirname "$0")/lib.sh"
reading=$B/tests/bench/reading
large_mib=${LARGE_MIB:-512}
small=${SMALL:-4000}
items=${ITEMS:-1000000}
crowd=${CROWD:-200000}
kinds=${MEDIA:-fat32 exfat ntfs ext4 iso udf luks2 luks2_512}
here=$bench/media
mkdir -p "$here"

# What the rows call it.
name_of() {
	case $1 in
	fat32) echo FAT32 ;;
	exfat) echo exFAT ;;
	ntfs) echo NTFS ;;
	iso) echo ISO 9660 ;;
	udf) echo UDF ;;
	luks2) echo LUKS2, sectors of 4096 ;;
	luks2_512) echo LUKS2, sectors of 512 ;;
	*) echo "$1" ;;
	esac
}

# --- images, made once -----------------------------------------------------------------
real_bytes() { # MIB: what /usr holds, as one archive
	while tar -C / -cf - usr 2>/dev/null; do :; done | head -c "$1M"
}
folder() { # large|small: into $here/tree
	[ ! -e "$here/tree/.$1" ] || return 0
	rm -rf "$here/tree" && mkdir -p "$here/tree"
	if [ "$1" = large ]; then
		real_bytes "$large_mib" >"$here/tree/large.tar"
	else
		real_files "$small" >"$here/list"
		n=0
		while read -r f; do
			d=$here/tree/d$((n / 200))
			[ $((n % 200)) -ne 0 ] || mkdir -p "$d"
			cp "$f" "$d/f$n" 2>/dev/null
			n=$((n + 1))
		done <"$here/list"
	fi
	touch "$here/tree/.$1"
}
empty() { # IMAGE: with room for the tree, in clusters of 32 KiB
	mib=$(du -sm "$here/tree" | cut -f1)
	files=$(find "$here/tree" | wc -l)
	rm -f "$1"
	truncate -s $((mib + mib / 16 + 48 + files / 32))M "$1"
}
make_fat32() {
	cp -rl "$here/tree" "$here/copy" && fat_image "$1" "$here/copy"
}
make_exfat() {
	empty "$1" && mkfs.exfat "$1" >/dev/null && perl "$top/tests/media/exfat.pl" "$1" "$here/tree"
}
make_ntfs() { # ntfscp makes no folders: some of the files, all at the top
	empty "$1" && mkntfs -q -F -f "$1" >/dev/null 2>&1 || return 1
	find "$here/tree" -type f | head -n "${NTFS_FILES:-400}" | while read -r f; do
		ntfscp -q -f "$1" "$f" "$(basename "$f")" >/dev/null 2>&1
	done
}
make_ext4() {
	empty "$1" && mke2fs -q -t ext4 -d "$here/tree" "$1"
}
make_iso() { genisoimage -quiet -R -J -o "$1" "$here/tree" 2>/dev/null; }
make_udf() { genisoimage -quiet -udf -allow-limited-size -o "$1" "$here/tree" 2>/dev/null; }
make_luks2() { luks "$1" 4096; }
make_luks2_512() { luks "$1" 512; }
luks() { # IMAGE SECTOR: an ext4 inside; its sectors are written by other code than ours
	make_ext4 "$here/plain" && printf 'a passphrase' >"$here/pass"
	rm -f "$1"
	truncate -s 29M "$1"
	cryptsetup -q luksFormat --batch-mode --type luks2 --sector-size "$2" --pbkdf pbkdf2 \
	    --pbkdf-force-iterations 1000 --key-file "$here/pass" "$1" || return 1
	key=$(cryptsetup -q luksDump --dump-volume-key --key-file "$here/pass" "$1" |
	    awk '/(MK|Volume Key|volume key) *dump:/ { on = 1; sub(/.*dump:/, "") } on { gsub(/[ \t]/, ""); printf "%s", $0 }')
	at=$(cryptsetup luksDump "$1" | awk '/offset: .*bytes/ { print $2; exit }')
	truncate -s $((at + $(stat -c %s "$here/plain"))) "$1"
	python3 "$top/tests/media/encrypted.py" xts "$key" "$2" "$at" "$here/plain" "$1"
	rm -f "$here/plain"
}
image_of() { # large|small KIND
	image=$here/$1.$2.img
	[ -s "$image" ] && return
	folder "$1"
	rm -f "$image.tmp"
	"make_$2" "$image.tmp" && [ -s "$image.tmp" ] || return 1
	# no holes: cat would have nothing to read there
	cp --sparse=never "$image.tmp" "$image.full" && mv "$image.full" "$image"
	rm -f "$image.tmp"
}

# --- one image: our time, and that of cat -----------------------------------------------
opened() { # KIND: what the reader needs to read it, in "$@" of whoever calls: $layout, $key
	layout= key=
	case $1 in
	luks2*)
		"$B/tests/media/unlock_drive" -p "a passphrase" "$image" luks >"$here/said" || return 1
		layout=$(sed -n 's/^opened //p' "$here/said")
		key=$(sed -n 's/^key //p' "$here/said")
		;;
	esac
}
read_it() { # [-o|-r]: the image, once
	"$reading" "$@" ${layout:+-l "$layout" -k "$key"} "$image" 2>"$here/told"
}
told() { # WORD: the number behind it
	sed -n "s/.*\\<$1 \\([0-9]*\\).*/\\1/p" "$here/told"
}
measure() { # leaves $ours, $theirs (seconds), $files and $bytes
	ours= theirs=
	cat "$image" >/dev/null
	i=0
	while [ $i -lt "$rounds" ]; do
		from=$(now)
		# shellcheck disable=SC2002
		cat "$image" | cat >/dev/null
		theirs=$(least "$theirs" "$(since "$from")")
		from=$(now)
		read_it -o | cat >/dev/null
		ours=$(least "$ours" "$(since "$from")")
		i=$((i + 1))
	done
	files=$(told files)
	bytes=$(told bytes)
	[ "${files:-0}" -gt 0 ]
}
for what in large small; do
	for kind in $kinds; do
		image_of $what "$kind" && opened "$kind" && measure || {
			row "reading from $(name_of "$kind"), $what files" "" 0.5 "" min
			continue
		}
		all=$(stat -c %s "$image")
		if [ $what = large ]; then
			row "one large file from $(name_of "$kind"), rate against cat" \
			    "$(awk -v b="$bytes" -v o="$ours" -v a="$all" -v t="$theirs" 'BEGIN { printf "%.2f", b / o / (a / t) }')" 0.5 "" min
			note "$(awk -v b="$bytes" -v o="$ours" -v a="$all" -v t="$theirs" 'BEGIN {
			    printf "%.0f MB/s; cat of the image %.0f MB/s", b / o / 1e6, a / t / 1e6 }')"
		else
			note "$(awk -v k="$(name_of "$kind")" -v b="$bytes" -v o="$ours" -v a="$all" -v t="$theirs" -v f="$files" 'BEGIN {
			    printf "%d files from %s: %.0f files/s, %.0f MB/s; cat of the image %.0f MB/s", f, k, f / o, b / o / 1e6, a / t / 1e6 }')"
		fi
	done
done
# What the cipher itself can do here, on one processor, is the bound of the encrypted ones.
for bytes in 512 4096; do
	openssl speed -evp aes-256-xts -bytes $bytes -seconds 1 -mr 2>/dev/null |
	    awk -F: -v n=$bytes '/^\+F:/ { printf "AES-256-XTS alone, %d bytes at once: %.0f MB/s\n", n, $NF / 1e6 }'
done >"$here/speed"
while read -r line; do note "$line"; done <"$here/speed"

# --- metadata of many files ----------------------------------------------------------------
walk_s() { # leaves $best (seconds) and $mib
	best=
	layout= key=
	cat "$image" >/dev/null
	for i in 1 2 3; do
		read_it
		best=$(least "$best" "$(told walk | awk '{ print $1 / 1000 }')")
	done
	mib=$(sed -n 's/.* \([0-9]*\) KiB$/\1/p' "$here/told" | awk '{ printf "%.0f", $1 / 1024 }')
}
crowd_image $((items / 10))
walk_s
few=$mib
crowd_image "$items"
walk_s
row "metadata of $items files on FAT32" "$best" 30 s
row "memory of the reader's code for them" "$mib" 256 MiB
note "with a tenth of the files $few MiB"
# Folders of exFAT, made as sets of entries.
image=$here/crowd.exfat.img
[ -s "$image" ] || {
	rm -rf "$here/tree" && mkdir -p "$here/tree"
	truncate -s 256M "$image.tmp"
	mkfs.exfat "$image.tmp" >/dev/null && "$B/tests/media/many" 10000 >"$here/sets" &&
	    perl "$top/tests/media/exfat.pl" "$image.tmp" "$here/tree" \
		$(seq -f "d%g=$here/sets" $((items / 10000))) && mv "$image.tmp" "$image"
	rm -rf "$here/sets" "$here/tree"
}
walk_s
row "metadata of $items files on exFAT" "$best" 30 s
crowd_tree() {
	rm -rf "$here/tree" && mkdir -p "$here/tree"
	perl -e 'my ($d, $n) = @ARGV;
	    for my $f (0 .. $n / 1000 - 1) {
		my $p = sprintf "%s/folder-%04d", $d, $f;
		mkdir $p;
		for my $k (0 .. 999) { open my $h, ">", sprintf "%s/a-text-of-some-length-%03d.txt", $p, $k }
	    }' "$here/tree" "$crowd"
}
for kind in ext4 iso udf; do
	image=$here/crowd.$kind.img
	[ -s "$image" ] || {
		[ -d "$here/tree/folder-0000" ] || crowd_tree
		rm -f "$image.tmp"
		case $kind in
		ext4) truncate -s 1G "$image.tmp" && mke2fs -q -t ext4 -N $((crowd + crowd / 10)) -d "$here/tree" "$image.tmp" ;;
		*) "make_$kind" "$image.tmp" ;;
		esac && mv "$image.tmp" "$image"
	}
	walk_s
	row "metadata of $crowd files on $(name_of $kind), for a million" \
	    "$(awk -v s="$best" -v n="$crowd" 'BEGIN { if (s != "") printf "%.1f", s * 1000000 / n }')" 30 s
done
rm -rf "$here/tree"

# --- the order of what is read ----------------------------------------------------------------
# Of the reads of contents, how many begin in front of the one before (tests/media/order.t
# has the images where that may be).
for kind in $kinds; do
	image=$here/small.$kind.img
	[ -s "$image" ] && opened "$kind" && read_it -r >"$here/trace" || continue
	row "reads of contents that go back, $(name_of "$kind")" "$(awk '
	    $1 == "begin" { on = 1 }
	    $1 == "end" { on = 0 }
	    $1 == "read" && on { all++; back += $2 < last; last = $2 }
	    END { if (all) printf "%d", back }' "$here/trace")" 0 ""
done
