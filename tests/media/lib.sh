# SPDX-License-Identifier: ISC
# What the tests of file systems share: TAP, a directory of their own, and
# images built without mounting anything.
# A test begins:   . "$(dirname "$0")/lib.sh"
# and ends:        done_testing

top=$(cd "$(dirname "$0")/../.." && pwd)
B=${B:-build/asan}
case $B in
/*) ;;
*) B=$top/$B ;;
esac
lswalk=$B/tests/media/lswalk
media=$top/tests/media
PATH=$PATH:/usr/sbin:/sbin
LC_ALL=C.UTF-8
TZ=UTC0
export PATH LC_ALL TZ MTOOLS_SKIP_CHECK=1
umask 022
work=$(mktemp -d /tmp/sp.XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
cd "$work" || exit 3

tap_n=0
ok() { # NAME: the status of the command before
	tap_status=$?
	tap_n=$((tap_n + 1))
	[ $tap_status -eq 0 ] && echo "ok $tap_n - $1" || echo "not ok $tap_n - $1"
	return 0
}
is() { # GOT WANTED NAME
	[ "$1" = "$2" ]
	ok "$3"
	[ "$1" = "$2" ] || printf 'got:    %s\nwanted: %s\n' "$1" "$2" | sed 's/^/# /'
}
has() { # FILE TEXT NAME: a line holds this text
	grep -qF -- "$2" "$1"
	ok "$3"
	grep -qF -- "$2" "$1" || sed 's/^/# /' "$1" | head -n 20
}
done_testing() {
	echo "1..$tap_n"
}

# walk IMAGE: its items into the file `list`
walk() {
	"$lswalk" "$1" >list 2>walk.err
	walk_status=$?
	[ ! -s walk.err ] || sed 's/^/# /' walk.err | head -n 20
	return $walk_status
}
# Path and digest of the files in `list`, as `sums` prints them.
files() {
	awk -F ' [|] ' '$2 ~ /^file read/ && $3 != "-" { print substr($3, 1, 16), $1 }' list | LC_ALL=C sort -k 2
}
# Path and digest of the files below DIR.  Only plain names: `list` is escaped.
sums() {
	(cd "$1" && find . -type f -exec sha256sum {} +) | sed 's,^\(.\{16\}\)[^ ]*  \./,\1 ,' | LC_ALL=C sort -k 2
}

# A tree that all file systems can hold.
tree() { # DIR
	mkdir -p "$1/sub/deep/er" "$1/empty"
	echo hello >"$1/readme.txt"
	: >"$1/zero"
	echo long >"$1/A rather long name with several words in it.text"
	for tree_i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		seq $tree_i $((tree_i * 700)) >"$1/sub/numbers-$tree_i.txt"
	done
	seq 1 200000 >"$1/sub/deep/er/large"
	head -c 4096 /dev/zero >"$1/sub/deep/one-cluster"
	head -c 4097 /dev/zero >"$1/sub/deep/one-more"
}
blank() { # IMAGE SIZE
	rm -f "$1"
	truncate -s "$2" "$1"
}
fat() { # IMAGE SIZE BITS DIR
	blank "$1" "$2"
	mkfs.vfat -F "$3" -n "A LABEL" "$1" >/dev/null && mcopy -s -i "$1" "$4"/* ::/
}
ext() { # IMAGE SIZE TYPE DIR
	blank "$1" "$2"
	mke2fs -q -t "$3" -L "a label" -d "$4" "$1"
}
ntfs() { # IMAGE SIZE DIR: ntfscp makes no directories, so the files of its top only
	blank "$1" "$2"
	mkntfs -q -F -L "a label" "$1" >/dev/null 2>&1 || return 1
	for ntfs_file in "$3"/*; do
		[ ! -f "$ntfs_file" ] || ntfscp -q "$1" "$ntfs_file" "/${ntfs_file##*/}" || return 1
	done
}
exfat() { # IMAGE SIZE DIR
	blank "$1" "$2"
	mkfs.exfat -L "a label" "$1" >/dev/null && perl "$media/exfat.pl" "$1" "$3"
}
# overwrite IMAGE OFFSET: with standard input
overwrite() {
	dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
# patch IMAGE FROM TO: every occurrence, as perl strings of the same length
patch() {
	perl -0777 -i -pe 'BEGIN { $from = eval "qq($ARGV[0])"; $to = eval "qq($ARGV[1])"; splice @ARGV, 0, 2 }
		s/\Q$from\E/$to/g' "$2" "$3" "$1"
}
