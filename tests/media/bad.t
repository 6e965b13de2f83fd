#!/bin/sh
# SPDX-License-Identifier: ISC
# Bad input: a clear word about each, and never a crash, a hang or a lie.
. "$(dirname "$0")/lib.sh"
SECONDS_MAX=20

quick() { # IMAGE NAME: ends in time and without a crash
	timeout $SECONDS_MAX "$lswalk" "$1" >list 2>walk.err
	quick_status=$?
	[ $quick_status -le 1 ] && [ ! -s walk.err ]
	ok "$2: ends well"
	[ $quick_status -le 1 ] || echo "# status $quick_status"
	sed 's/^/# /' walk.err | head -n 30
}

# --- no file system -----------------------------------------------------------------
: >empty
quick empty "an empty file"
is "$(cat list)" "failed: the medium is empty" "an empty file is told"
seq 1 1000 >text
quick text "a text file"
has list "region unread 3893 0000 -? | - | the medium at byte 0: no file system recognised" "a text file is one region"
perl -e 'srand 7; print pack "C*", map { int rand 256 } 1 .. 300000' >random
quick random "random bytes"
has list "region encrypted 300000" "random bytes are one region, which may be an encrypted volume"
printf x >one
quick one "one byte"
has list "region unread 1 " "one byte is one region"
is "$("$lswalk" /dev/null)" "failed: the source is neither a disk nor an image file" "/dev/null"

# --- cut images ------------------------------------------------------------------------
tree tree
fat fat.img 8M 12 tree
exfat exfat.img 8M tree
ext ext2.img 8M ext2 tree
ext ext4.img 8M ext4 tree
mkdir top
cp tree/sub/numbers* tree/readme.txt top
ntfs ntfs.img 8M top
{
	sums tree
	sums top
} >put
for kind in fat exfat ext2 ext4 ntfs; do
	for part in 2 5 20 100 1000; do
		head -c $((8 * 1048576 / part)) $kind.img >cut.img
		quick cut.img "$kind cut to 1/$part"
		files >got
		# every file that was read is one that was put in
		is "$(grep -cvxFf put got)" 0 "$kind cut to 1/$part: whatever was read is right"
	done
done

# --- a FAT that lies ----------------------------------------------------------------
# FAT16, 512 bytes and 4 sectors a cluster: table at 4 sectors reserved by mkfs
fat_value() { # IMAGE CLUSTER VALUE: in the first table
	reserved=$(od -An -tu2 -j14 -N2 "$1")
	perl -e 'print pack "v", shift' "$3" | overwrite "$1" $((reserved * 512 + 2 * $2))
}
first_cluster() { # IMAGE SHORT-NAME: of an entry of the root
	perl -0777 -ne 'BEGIN { $name = shift } /\Q$name\E.{15}(..)/s and print unpack "v", $1' "$2" "$1"
}
rm -f lies
mkdir lies
seq 1 2000 >lies/LOOP.TXT
seq 1 3000 >lies/CUT.TXT
seq 1 4000 >lies/GOOD.TXT
seq 1 5000 >lies/CROSS.TXT
mkdir lies/DIR lies/DIR/SUB
echo in >lies/DIR/SUB/IN.TXT
fat lies.img 20M 16 lies
loop=$(first_cluster lies.img 'LOOP    TXT')
fat_value lies.img $((loop + 1)) "$loop"
cut=$(first_cluster lies.img 'CUT     TXT')
fat_value lies.img "$cut" 65535
quick lies.img "FAT: chains that loop or end early"
has list "LOOP.TXT | file unreadable 8893" "FAT: a chain that loops costs one file"
has list "CUT.TXT | file unreadable 13893" "FAT: a chain that ends early costs one file"
has list "GOOD.TXT | file read 18893" "FAT: the others are read"
has list "DIR/SUB/IN.TXT | file read 3" "FAT: below them, too"
cross=$(first_cluster lies.img 'CROSS   TXT')
good=$(first_cluster lies.img 'GOOD    TXT')
fat_value lies.img "$cross" $((good + 1))
quick lies.img "FAT: two files that share clusters"
has list "GOOD.TXT | file read 18893" "FAT: cross-linked: the right owner"
# a directory that is its own child
fat dirs.img 20M 16 lies
dir=$(first_cluster dirs.img 'DIR        ')
perl -0777 -i -pe 'BEGIN { $c = pack "v", shift } s/(SUB        .{15})../$1$c/s' "$dir" dirs.img
quick dirs.img "FAT: a directory that contains itself"
has list "DIR/SUB | directory unreadable" "FAT: the loop is told"
has list "the file system has a loop" "FAT: by its name"
perl -0777 -i -pe 's/(GOOD    TXT.{17})..../$1\xFF\xFF\xFF\x7F/s' dirs.img
quick dirs.img "FAT: a size larger than the medium"
has list "GOOD.TXT | file unreadable 2147483647" "FAT: an impossible size costs one file"
has list "LOOP.TXT | file read 8893" "FAT: and no other"
perl -0777 -i -pe 's/(CUT     TXT.{15})../$1\xF0\xFF/s' dirs.img
quick dirs.img "FAT: a first cluster outside the volume"
has list "CUT.TXT | file unreadable" "FAT: a first cluster outside costs one file"

# A file whose clusters lie backwards, one apart: libtsk searches a list for each.
rm -rf lies
mkdir lies
echo x >lies/BACK.BIN
blank back.img 60M
mkfs.vfat -F 32 -s 1 back.img >/dev/null && mcopy -i back.img lies/BACK.BIN ::/
perl -e '
	open my $f, "+<:raw", "back.img" or die;
	read $f, my $boot, 512;
	my ($reserved, $copies, $sectors) = unpack "x14 v C x19 V", $boot;
	my $n = 50000;
	for my $k (1 .. $n) {
		seek $f, $reserved * 512 + 4 * (10 + 2 * $k), 0;
		print $f pack "V", $k == 1 ? 0x0FFFFFFF : 10 + 2 * ($k - 1);
	}
	my $root = ($reserved + $copies * $sectors) * 512;
	seek $f, $root, 0;
	read $f, my $dir, 512;
	my $at = $root + index $dir, "BACK    BIN";
	my $first = 10 + 2 * $n;
	seek $f, $at + 20, 0; print $f pack "v", $first >> 16;
	seek $f, $at + 26, 0; print $f pack "v V", $first & 0xFFFF, $n * 512;'
SECONDS_MAX=10 quick back.img "FAT: 50,000 pieces, backwards"
has list "BACK.BIN | file read 25600000" "FAT: 50,000 pieces, backwards, in no time"

# --- limits ---------------------------------------------------------------------------
deep() { # DEPTH: a file below so many directories
	rm -rf deep
	mkdir deep
	(
		cd deep || exit
		for deep_i in $(seq "$1"); do
			mkdir d
			cd d || exit
		done
		echo bottom >bottom
	)
}
path() { # DEPTH
	perl -e 'print "d/" x shift, "bottom"' "$1"
}
deep 60
ext deep.img 4M ext4 deep
walk deep.img
has list "$(path 60) | file read" "a path 60 directories deep"
deep 64
ext deep.img 4M ext4 deep
walk deep.img
has list "$(path 64) | file read" "LIM_PATH_DEPTH: 64 directories are accepted"
deep 65
ext deep.img 4M ext4 deep
walk deep.img
is "$(grep -c bottom list)" 0 "LIM_PATH_DEPTH: what lies below 65 is not read"
has list "d | directory unread 0 0755" "LIM_PATH_DEPTH: and that is told"
has list "lies below too many directories" "LIM_PATH_DEPTH: with the reason"

# paths: the limit leaves four bytes for a volume's prefix
long_path() { # LAST: directories of 255, 15 of them, then a name of LAST bytes
	rm -rf long
	perl -e '
		my $n = shift;
		mkdir "long"; chdir "long";
		for (1 .. 15) { my $d = "x" x 255; mkdir $d; chdir $d }
		open my $f, ">", "y" x $n or die; print $f "end"; close $f' "$1"
	ext long.img 4M ext4 long
	walk long.img
}
long_path 252 # 15 * 256 + 252 = 4092
is "$(grep -c 'y | file read 3' list)" 1 "LIM_PATH_BYTES: the longest path is read"
long_path 253
is "$(grep -c 'y | file' list)" 0 "LIM_PATH_BYTES: one byte more is not"
has list "the paths in it are too long" "LIM_PATH_BYTES: and that is told"

# --- a medium that is pulled out -----------------------------------------------------
# What was read holds; what was not is not called unreadable, file by file.
sums tree >put
for kind in fat exfat ext4; do
	case $kind in
	fat) fat pulled.img 8M 12 tree ;;
	exfat) exfat pulled.img 8M tree ;;
	ext4) ext pulled.img 8M ext4 tree ;;
	esac
	"$lswalk" -p 7 pulled.img >list 2>walk.err
	is "$?" 1 "$kind pulled while it is read: ends"
	has list "failed: the medium has gone" "$kind pulled while it is read: is told as that"
	has list "read 7 files" "$kind pulled while it is read: what was read stays"
	grep -q "; read .* 0 bad" list
	ok "$kind pulled while it is read: no file is blamed"
	files >got
	is "$(grep -cvxFf put got)" 0 "$kind pulled while it is read: whatever was read is right"
done

done_testing
