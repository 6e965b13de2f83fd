#!/bin/sh
# SPDX-License-Identifier: ISC
# Bad input: a clear message and an exit status, an entry where a transfer had
# begun, never a crash, a hang or a half-visible release.
. "$(dirname "$0")/lib.sh"

station
demo_medium

# bad NAME SOURCE: intake ends with 0, 1 or 3 in time, says something, and the
# station still answers and verifies.
bad() {
	bad_name=$1
	run timeout 120 "$bin/sallyport" --as otto --passphrase-fd 9 intake "$2" --requester rita 9<<END
$(passphrase otto)
END
	case $status in
	0 | 1 | 3) ;;
	*)
		fail "$bad_name" "status $status" "$out" "$err"
		return
		;;
	esac
	if [ $status -ne 0 ] && [ -z "$err" ]; then
		fail "$bad_name" "status $status and not a word"
	elif ! station_answers; then
		fail "$bad_name" "the station is gone" "$(tail -n 5 "$SALLYPORT_HOME/run/sallyportd.log")"
		must station_start
	else
		pass "$bad_name (status $status)"
	fi
}

printf 'just a text\n' >"$work/text.img"
bad "a text file" "$work/text.img"
like "and is told to hold no file" "$out" 'no file was found'
: >"$work/empty.img"
bad "an empty file" "$work/empty.img"
like "and says why" "$err" 'is FAULT: the medium is empty'
head -c 700000 "$demo_image" >"$work/truncated.img"
bad "a truncated image" "$work/truncated.img"
head -c 40000000 "$demo_image" >"$work/truncated2.img"
bad "an image cut off in the middle of the first volume" "$work/truncated2.img"
head -c 3000000 /dev/urandom >"$work/random.img"
bad "random bytes" "$work/random.img"
like "and are told to hold no file" "$out" 'no file was found'
bad "/dev/null" /dev/null
bad "a missing path" "$work/missing.img"
like "and says so" "$err" 'No such file'
bad "a directory" "$work"
for device in /dev/loop0 /dev/vda /dev/sda /dev/nvme0n1; do
	[ -b $device ] || continue
	bad "a real block device, at a demo station" $device
	is "with a no, not a fault" "$status" 1
	ok "which is an entry" grep -q 'device\.refused' "$SALLYPORT_HOME/ledger/ledger.db"
	like "and is refused for that" "$err" 'demo station.*never a real device'
	break
done
truncate -s 5G "$work/sparse.img"
bad "a sparse file of 5 GiB with nothing on it" "$work/sparse.img"

# A FAT whose chain of one file runs in a circle, and whose directory says impossible sizes.
mkdir "$work/m"
head -c 60000 /dev/urandom >"$work/m/loop.bin"
echo fine >"$work/m/fine.txt"
small_medium "$work/loop.img" "$work/m"
cp "$work/loop.img" "$work/cross.img"
harm() { # IMAGE loop|cross
	perl -e '
		my ($path, $what) = @ARGV;
		open my $f, "+<:raw", $path or die;
		local $/;
		my $b = <$f>;
		my ($sector, $reserved, $fats, $fatsize) = (unpack("v", substr $b, 11),
		    unpack("v", substr $b, 14), ord(substr $b, 16), unpack("v", substr $b, 22));
		my $root = ($reserved + $fats * $fatsize) * $sector;
		my $big = index($b, "LOOP    BIN", $root);
		my $small = index($b, "FINE    TXT", $root);
		die "no entries" if $big < 0 || $small < 0;
		if ($what eq "cross") {
			# Two files with the same clusters.
			substr($b, $small + 26, 2) = substr($b, $big + 26, 2);
			substr($b, $small + 28, 4) = substr($b, $big + 28, 4);
		} else {
			# Every cluster leads back to the third; the size is impossible.
			substr($b, $big + 28, 4) = pack("V", 0xfffffff0);
			for my $n (0 .. $fats - 1) {
				my $fat = ($reserved + $n * $fatsize) * $sector;
				substr($b, $fat, $fatsize * $sector) =
				    substr(substr($b, $fat, 6) . "\x03\x30\x00" x $fatsize x $sector, 0, $fatsize * $sector);
			}
		}
		seek $f, 0, 0;
		print $f $b;
	' "$1" "$2"
}
must harm "$work/loop.img" loop
bad "a FAT chain in a circle and an impossible size" "$work/loop.img"
must harm "$work/cross.img" cross
bad "two files in the same clusters" "$work/cross.img"

# Deep paths: 60 levels are read, one over the limit is told.
limit=$(sed -n 's/^#define LIM_PATH_DEPTH *\([0-9]*\).*/\1/p' src/base/limits.h)
deep() { # LEVELS
	rm -rf "$work/deep"
	path=$work/deep
	i=0
	while [ $i -lt "$1" ]; do
		path=$path/d
		i=$((i + 1))
	done
	mkdir -p "$path"
	echo deep >"$path/file.txt"
	truncate -s 16M "$work/deep.img"
	rm -f "$work/deep.img"
	mke2fs -q -t ext4 -d "$work/deep" "$work/deep.img" 16M >/dev/null 2>&1
}
deep 60
bad "a path 60 levels deep" "$work/deep.img"
transfer=$(transfer_of "$out$err")
like "its file is read" "$(as otto items "$transfer" --where 'name=file.txt and state=read' 2>&1)" 'file\.txt'
deep $((limit + 2))
bad "a path over the limit" "$work/deep.img"

is "nothing was released" "$(ls -A "$SALLYPORT_HOME/share/transfers" 2>/dev/null)" ""
ok "the record verifies" "$bin/sallyport" verify
done_testing
