#!/bin/sh
# SPDX-License-Identifier: ISC
# File systems that lie on purpose, one lie at a time: loops, chains that cross,
# directories that contain themselves, 2^32 of something, negative sizes, names
# that no path can hold or of 65,535 bytes, names that are there twice, tables in
# tables.  Each costs what it is about, is told, and ends in time.
. "$(dirname "$0")/lib.sh"
SECONDS_MAX=20

lie() { # IMAGE NAME: ends in time and without a crash; its items into `list`
	timeout $SECONDS_MAX "$lswalk" "$1" >list 2>walk.err
	lie_status=$?
	[ $lie_status -le 1 ] && [ ! -s walk.err ]
	ok "$2: ends well"
	[ $lie_status -le 1 ] || echo "# status $lie_status"
	sed 's/^/# /' walk.err | head -n 30
}
others() { # NAME: the file that nothing was done to
	is "$(grep -c '^good.txt | file read 6' list)" 1 "$1: the others are read"
}
mkdir -p tree/dir/below
echo hello >tree/good.txt
seq 1 2000 >tree/lies.txt
echo twin1 >tree/twin1.txt
echo twin2 >tree/twin2.txt
echo in >tree/dir/below/in.txt

# --- FAT: the top directory -----------------------------------------------------------
# In 50,000 pieces that lie backwards: libtsk needs the square of them to open it.
blank top.img 60M
mkfs.vfat -F 32 -s 1 top.img >/dev/null && mcopy -i top.img tree/good.txt ::/
perl -e '
	open my $f, "+<:raw", "top.img" or die;
	read $f, my $boot, 512;
	my ($reserved, $copies, $sectors) = unpack "x14 v C x19 V", $boot;
	my ($n, $from) = (50000, 10);
	my $heap = ($reserved + $copies * $sectors) * 512;
	my $deleted = "\xE5" x 512;
	my $at = 2;
	for my $k (reverse 0 .. $n) {
		my $next = $k ? $from + 2 * $k : 0x0FFFFFFF;
		seek $f, $reserved * 512 + 4 * $at, 0;
		print $f pack "V", $next;
		last unless $k;
		seek $f, $heap + ($next - 2) * 512, 0;
		print $f $deleted;
		$at = $next;
	}
	# no end in the first cluster
	seek $f, $heap, 0;
	read $f, my $dir, 512;
	$dir =~ s/\G((?:[^\0].{31})*)\0.*/$1/s;
	seek $f, $heap, 0;
	print $f substr $dir . $deleted, 0, 512;'
SECONDS_MAX=10 lie top.img "FAT: a top directory in 50,000 pieces"
others "FAT: a top directory in 50,000 pieces"

# 200 directories whose chains all run into one of 30 MiB, of deleted entries
blank share.img 40M
mkfs.vfat -F 32 -s 1 share.img >/dev/null && mcopy -i share.img tree/good.txt ::/
perl -e '
	open my $f, "+<:raw", "share.img" or die;
	read $f, my $boot, 512;
	my ($reserved, $copies, $sectors) = unpack "x14 v C x19 V", $boot;
	my $heap = ($reserved + $copies * $sectors) * 512;
	my $fat = sub { seek $f, $reserved * 512 + 4 * $_[0], 0; print $f pack "V", $_[1] };
	my ($n, $long) = (61440, 1000);
	$fat->($long + $_, $_ < $n - 1 ? $long + $_ + 1 : 0x0FFFFFFF) for 0 .. $n - 1;
	seek $f, $heap + ($long - 2) * 512, 0;
	print $f "\xE5" x (512 * $n);
	# the top directory: its first cluster, then 13 more
	$fat->(2, 100);
	$fat->(100 + $_, $_ < 12 ? 101 + $_ : 0x0FFFFFFF) for 0 .. 12;
	my $dirs = join "", map { sprintf("D%-10d", $_) . pack "C x8 v x4 v V", 0x10, 0, 500 + $_, 0 } 0 .. 199;
	seek $f, $heap, 0;
	read $f, my $top, 512;
	$top =~ s/\G((?:[^\0].{31})*)\0.*/$1/s;
	$top .= "\xE5" x (512 - length $top);
	seek $f, $heap, 0;
	print $f $top;
	seek $f, $heap + 98 * 512, 0;
	print $f $dirs;
	$fat->(500 + $_, $long) for 0 .. 199;
	seek $f, $heap + 498 * 512, 0;
	print $f "\xE5" x (512 * 200);'
SECONDS_MAX=60 lie share.img "FAT: 200 directories that share 30 MiB"
has list "the directories of this volume share their blocks" "FAT: directories that share their blocks are told"
others "FAT: 200 directories that share 30 MiB"

# --- exFAT -----------------------------------------------------------------------------
# Changes the set of entries of a name (perl on $_), and makes its sum right.
cat >exfat-lie.pl <<'P'
my ($image, $name, $code) = @ARGV;
open my $f, '+<:raw', $image or die;
local $/;
my $all = <$f>;
my $units = pack 'v*', map ord, split //, $name;
my $at = index $all, "\xC1\0$units";
die "no $name" if $at < 0;
$at -= 64;
my $n = 32 * (1 + ord substr $all, $at + 1, 1);
local $_ = substr $all, $at, $n;
eval "$code; 1" or die $@;
my ($sum, $i) = (0, 0);
for my $c (unpack 'C*', $_) {
	$sum = (($sum << 15 | $sum >> 1) + $c) & 0xFFFF unless $i == 2 || $i == 3;
	$i++;
}
substr($_, 2, 2) = pack 'v', $sum;
seek $f, $at, 0;
print $f $_;
P
exfat_lie() { # WHAT NAME CODE
	exfat exfat.img 4M tree || exit 1
	perl exfat-lie.pl exfat.img "$2" "$3"
	lie exfat.img "exFAT: $1"
	others "exFAT: $1"
}
exfat_lie "a size of -1" lies.txt 'substr($_, 40, 8) = substr($_, 56, 8) = "\xFF" x 8'
has list "lies.txt | file unread" "exFAT: a size of -1 costs one file"
exfat_lie "more bytes valid than there are" lies.txt 'substr($_, 40, 8) = pack "Q<", 1 << 40'
has list "lies.txt | file unreadable 8893" "exFAT: more bytes valid than there are cost one file"
exfat_lie "a first cluster of 2^32-1" lies.txt 'substr($_, 52, 4) = "\xFF" x 4'
has list "lies.txt | file unreadable" "exFAT: a first cluster of 2^32-1 costs one file"
exfat_lie "a slash in a name" lies.txt 'substr($_, 66, 2) = "/\0"'
has list "its name holds a byte that no name can hold" "exFAT: a slash separates nothing"
exfat_lie "a NUL in a name" lies.txt 'substr($_, 68, 2) = "\0\0"'
has list "its name holds a byte that no name can hold" "exFAT: a NUL ends nothing"
exfat_lie "a name twice" twin2.txt 'substr($_, 74, 2) = "1\0"'
is "$(grep -c '^twin1.txt | file read 6' list)" 2 "exFAT: two files of one name are two items"
exfat_lie "a name longer than its entries" lies.txt 'substr($_, 35, 1) = "\xFF"'
is "$(grep -c '^lies.txt | file read' list)" 0 "exFAT: a name longer than its entries is not believed"
exfat exfat.img 4M tree
top=$(od -An -tu4 -j96 -N4 exfat.img | tr -d ' ')
perl exfat-lie.pl exfat.img dir 'substr($_, 52, 4) = pack "V", '"$top"'; substr($_, 33, 1) = "\1"'
lie exfat.img "exFAT: a directory that contains itself"
has list "the file system has a loop" "exFAT: a directory that contains itself is told"
others "exFAT: a directory that contains itself"
exfat exfat.img 4M tree
perl -e '
	open my $f, "+<:raw", "exfat.img" or die;
	my $image = do { local $/; <$f> };
	my ($table, $top) = unpack "x80 V x12 V", $image;
	my $first = $image =~ /\x85.{31}\xC0.{19}(.{4}).{8}\xC1\0d\0i\0r\0\0/s ? unpack "V", $1 : die "no dir";
	seek $f, 512 * $table + 4 * $first, 0;
	print $f pack "V", $top;'
perl exfat-lie.pl exfat.img dir 'substr($_, 33, 1) = "\1"'
lie exfat.img "exFAT: a directory that goes on behind its size"
has list "its chain of clusters goes on behind its size: names may be there" "exFAT: a directory that goes on behind its size is told"
others "exFAT: a directory that goes on behind its size"
# of a large medium without a map of what is in use libtsk reads every sector
blank large.img 64G
mkfs.exfat large.img >/dev/null
perl -e '
	open my $f, "+<:raw", "large.img" or die;
	read $f, my $boot, 512;
	my ($heap, $root) = unpack "x88 V x4 V", $boot;
	my ($sector, $cluster) = map { 1 << $_ } unpack "x108 C C", $boot;
	seek $f, ($heap + ($root - 2) * $cluster) * $sector, 0;
	read $f, my $dir, 512;
	$dir =~ s/^((?:.{32})*)\x81/$1\x01/s or die "no map";
	seek $f, ($heap + ($root - 2) * $cluster) * $sector, 0;
	print $f $dir;'
timeout 10 "$lswalk" large.img >list
has list "# v1 exfat" "exFAT: without a map of what is in use it opens at once"
rm large.img

# --- ext ---------------------------------------------------------------------------------
ext_lie() { # WHAT TYPE COMMANDS
	ext ext.img 4M "$2" tree || exit 1
	printf '%s\n' "$3" | debugfs -w -f - ext.img >/dev/null 2>&1
	lie ext.img "$2: $1"
	others "$2: $1"
}
for kind in ext2 ext4; do
	ext_lie "a directory that contains itself" $kind 'link dir dir/below/up'
	has list "dir/below/up | directory unreadable" "$kind: a directory that contains itself is told"
	has list "the file system has a loop" "$kind: and why"
	ext_lie "a size of -1" $kind 'sif lies.txt size 0xFFFFFFFFFFFFFFFF'
	has list "lies.txt | file unreadable" "$kind: a size of -1 costs one file"
	ext_lie "a directory of 2^32 blocks" $kind 'sif dir size 0xFFFFFFFF000'
	grep -q '^dir | directory un' list
	ok "$kind: a directory of 2^32 blocks is told"
	ext_lie "a record that is its own data" $kind 'sif lies.txt flags 0x10000000
sif lies.txt size 0xC0000000'
	has list "lies.txt | other unreadable" "$kind: 3 GiB in a record of 256 bytes cost one file"
	ext_lie "2^32-1 records" $kind 'ssv inodes_count 0xFFFFFFFF'
	ext_lie "an entry for record 2^32-1" $kind 'link <4294967295> dir/none'
	ext_lie "names that are there twice" $kind 'link twin2.txt same1.txt'
	perl -0777 -i -pe 's/same1\.txt/twin1.txt/g' ext.img
	lie ext.img "$kind: a name twice"
	is "$(grep -c '^twin1.txt | file read 6' list)" 2 "$kind: two files of one name are two items"
	ext ext.img 4M $kind tree
	perl -0777 -i -pe 's/twin1\.txt/tw\0n1.txt/; s{twin2\.txt}{tw/n2.txt}' ext.img
	lie ext.img "$kind: a NUL and a slash in names"
	is "$(grep -c '^tw.*unreadable.*its name holds a byte that no name can hold' list)" 2 "$kind: both are told, and unreadable"
	others "$kind: a NUL and a slash in names"
done
# without types a length has 16 bits
blank old.img 4M
mke2fs -q -t ext2 -O ^filetype,^dir_index -d tree old.img
perl -0777 -i -pe 's/..(lies\.txt)/\xFF\xFF$1/s' old.img
lie old.img "ext2: a name of 65,535 bytes"
has list "region unreadable 0 0000 -? | - | the top directory of volume 1: its list of names is damaged" "ext2: a name of 65,535 bytes is told"

# --- NTFS ----------------------------------------------------------------------------------
mkdir top
cp tree/*.txt top
# ntfs-lie.pl IMAGE NAME TYPE CODE: perl on $_, the attribute of this type in the
# record of the file; $image is all of it
cat >ntfs-lie.pl <<'P'
my ($path, $name, $type, $code) = @ARGV;
open my $f, '+<:raw', $path or die;
my $image = do { local $/; <$f> };
my $units = pack 'v*', map ord, split //, $name;
for (my $at = 0; ($at = index $image, 'FILE0', $at) >= 0; $at += 512) {
	next if $at % 1024 || index(substr($image, $at, 1024), $units) < 0;
	my $a = $at + unpack 'v', substr $image, $at + 20, 2;
	while ($a < $at + 1000) {
		my ($t, $n) = unpack 'V V', substr $image, $a, 8;
		last if $t == 0xFFFFFFFF || $n == 0;
		if ($t == hex $type) {
			local $_ = substr $image, $a, $n;
			eval "$code; 1" or die $@;
			substr($image, $a, $n) = $_;
			seek $f, 0, 0;
			print $f $image;
			exit 0;
		}
		$a += $n;
	}
}
die "no $name";
P
ntfs_lie() { # WHAT NAME TYPE CODE
	ntfs ntfs.img 8M top || exit 1
	perl ntfs-lie.pl ntfs.img "$2" "$3" "$4"
	lie ntfs.img "NTFS: $1"
	others "NTFS: $1"
}
ntfs_lie "a size of -1" lies.txt 80 'substr($_, 48, 8) = "\xFF" x 8'
has list "lies.txt | file unreadable" "NTFS: a size of -1 costs one file"
ntfs_lie "a size of 2^62" lies.txt 80 'substr($_, 40, 16) = pack "Q<2", 1 << 62, 1 << 62'
has list "lies.txt | file unreadable" "NTFS: a size of 2^62 costs one file"
ntfs_lie "clusters outside" lies.txt 80 'substr($_, 64, 6) = "\x41\x03\xFF\xFF\xFF\x7F"'
has list "lies.txt | other unreadable" "NTFS: clusters outside cost one file"
ntfs ntfs.img 8M top
# the entry of lies.txt in the index names the top directory
perl -0777 -i -pe '
	my $name = pack "v*", map ord, split //, "lies.txt";
	s/.{8}(.{2}.{6}\x05\0{5}\x05\0.{56}\x08.\Q$name\E)/pack("Q<", 5 | 5 << 48) . $1/seg' ntfs.img
lie ntfs.img "NTFS: a directory that contains itself"
has list "the file system has a loop" "NTFS: a directory that contains itself is told"
others "NTFS: a directory that contains itself"
ntfs ntfs.img 8M top
patch ntfs.img 't\0w\0i\0n\x{0}2\0' 't\0w\0i\0n\x{0}1\0'
lie ntfs.img "NTFS: a name twice"
is "$(grep -c '^twin1.txt | file read 6' list)" 2 "NTFS: two files of one name are two items"
ntfs ntfs.img 8M top
patch ntfs.img 't\0w\0i\0n\x{0}2\0' 't\0w\0i\0\x{0}\x{0}2\0'
lie ntfs.img "NTFS: a NUL in a name"
has list "its name holds a byte that no name can hold" "NTFS: a NUL ends nothing"
# LIM_NTFS_LIST_BYTES: a list of attributes at the end of the volume, zeros behind it
blank list.img 8M
mkntfs -q -F list.img >/dev/null 2>&1
cp tree/good.txt tree/lies.txt .
ntfscp -q list.img good.txt /good.txt
ntfscp -q list.img lies.txt /many.txt
for i in 1 2 3 4 5 6; do
	ntfscp -q -N "$i$(perl -e 'print "s" x 200')" list.img good.txt /many.txt
done
lists() { # BYTES
	cp list.img long.img
	perl ntfs-lie.pl long.img many.txt 20 '
		my $n = '"$1"';
		my $cluster = 4096;
		my $first = length($image) / $cluster - 80;
		die "resident" unless ord substr $_, 8, 1;
		my $run = ord(substr $_, 64, 1) == 0x11 ? unpack "C", substr $_, 66, 1 : unpack "v", substr $_, 66, 2;
		my $value = substr $image, $cluster * $run, unpack "Q<", substr $_, 48, 8;
		substr($image, $first * $cluster, length $value) = $value;
		my $clusters = int(($n + $cluster - 1) / $cluster);
		substr($_, 24, 8) = pack "Q<", $clusters - 1;
		substr($_, 40, 24) = pack "Q<3", $clusters * $cluster, $n, $n;
		substr($_, 64, 5) = pack "C C v C", 0x21, $clusters, $first, 0;'
	lie long.img "NTFS: a list of $1 bytes"
}
lists 262144
has list "many.txt | file read 8893" "LIM_NTFS_LIST_BYTES: a list of 262,144 bytes is read"
is "$(grep -c '^many.txt:.s* | file read 6' list)" 6 "LIM_NTFS_LIST_BYTES: and all streams in it"
lists 262145
has list "many.txt | other unreadable 0" "LIM_NTFS_LIST_BYTES: a longer one costs the file"
has list "its list of attributes is too large" "LIM_NTFS_LIST_BYTES: and that is told"
others "NTFS: a list that is too long"
ntfs ntfs.img 8M top
perl -e 'print chr 0xE2' | overwrite ntfs.img 64 # 2^30 bytes for each record
lie ntfs.img "NTFS: records of 1 GiB"
has list "its NTFS file system is damaged" "NTFS: records of 1 GiB are told"

# --- ISO 9660 --------------------------------------------------------------------------------
mkdir plain
cp tree/*.txt plain
genisoimage -quiet -R -o rock.iso plain 2>/dev/null
cp rock.iso lie.iso
perl -0777 -i -pe 's/twin2\.txt/twin1.txt/g' lie.iso
lie lie.iso "ISO 9660: a name twice"
is "$(grep -c '^twin1.txt | file read 6' list)" 2 "ISO 9660: two files of one name are two items"
# the top directory claims 4 GiB, in both byte orders
perl -0777 -pe 'substr($_, 32768 + 156 + 10, 8) = "\xFF" x 8' rock.iso >lie.iso
lie lie.iso "ISO 9660: a directory of 4 GiB"
has list "region unreadable" "ISO 9660: a directory of 4 GiB is told"
# a name of 65,535 bytes: NM records that go on in a block of their own, over and over
perl -e '
	open my $f, "+<:raw", "rock.iso" or die;
	my $image = do { local $/; <$f> };
	my $n = length($image) / 2048;
	my $at = index $image, "NM";
	while ($at >= 0 && substr($image, $at + 5, 8) ne "lies.txt") { $at = index $image, "NM", $at + 1 }
	die "no name" if $at < 0;
	my $nm = "NM" . pack("C C C", 255, 1, 1) . "n" x 250;
	my $ce = sub { "CE" . pack "C C V N V N V N", 28, 1, $_[0], $_[0], 0, 0, 2040, 2040 };
	for my $k (0 .. 39) {
		my $block = $nm x 7 . $ce->($n + $k + 1);
		$image .= $block . "\0" x (2048 - length $block);
	}
	# the record goes on there: its name and what stands behind it make room
	my $record = $at;
	my $head = rindex $image, "LIES.TXT;1", $at;
	my $end = $head - 33 + ord substr $image, $head - 33, 1;
	die "no room" if $end - $at < 28;
	substr($image, $at, 28) = $ce->($n);
	substr($image, $at + 28, $end - $at - 28) = "\0" x ($end - $at - 28);
	open my $g, ">:raw", "lie.iso" or die;
	print $g $image;'
lie lie.iso "ISO 9660: a name of 65,535 bytes"
others "ISO 9660: a name of 65,535 bytes"
is "$(grep -c '^nnn.*| file unreadable\|^LIES.TXT.*| file unreadable\|nnn.*| file read' list)" 1 "ISO 9660: a name of 65,535 bytes: the file is there"

# --- HFS+ --------------------------------------------------------------------------------------
xorriso -as mkisofs -quiet -hfsplus -V "A LABEL" -o hfs.iso plain 2>/dev/null
at=$(perl -0777 -ne 'for (my $i = 0; $i < length; $i += 512) { print($i), last if substr($_, $i + 1024, 2) eq "H+" }' hfs.iso)
tail -c +$((at + 1)) hfs.iso >hfs.img
hfs_lie() { # WHAT CODE: perl on $_, the image
	perl -0777 -pe "$2" hfs.img >lie.img
	lie lie.img "HFS+: $1"
}
hfs_lie "as it is" ''
others "HFS+: as it is"
hfs_lie "a name of 65,535 bytes" 's/\0\x08(\0l\0i\0e\0s\0\.\0t\0x\0t)/\xFF\xFF$1/'
has list "region unreadable" "HFS+: a name of 65,535 bytes is told"
hfs_lie "a name twice" 's/(\0t\0w\0i\0n)\x{0}2/$1\x{0}1/'
hfs_lie "2^32-1 records and nodes claimed" 'my $c = 512 * unpack "N", substr $_, 1024 + 272 + 16, 4;
	my $b = unpack "N", substr $_, 1024 + 40, 4; $c = $b * unpack "N", substr $_, 1024 + 272 + 16, 4;
	substr($_, $c + 14 + 6, 4) = "\xFF" x 4; substr($_, $c + 14 + 22, 4) = "\xFF" x 4'
others "HFS+: 2^32-1 records and nodes claimed"
hfs_lie "a size of -1" 'my $n = 0; s/(\0l\0i\0e\0s\0\.\0t\0x\0t\0\x02.{86})(.{8})/$1 . "\xFF" x 8/se'
others "HFS+: a size of -1"
has list "lies.txt | file unreadable" "HFS+: a size of -1 costs one file"

# --- partition tables ------------------------------------------------------------------------
ext part.img 4M ext4 tree
mbr() { # IMAGE SECTOR ENTRY...: TYPE FIRST COUNT for each
	perl -e '
		my ($image, $at, @e) = @ARGV;
		open my $f, "+<:raw", $image or die;
		my $s = "\0" x 446;
		while (my ($type, $first, $n) = splice @e, 0, 3) {
			$s .= pack "C4 C4 V V", 0, 0, 0, 0, hex $type, 0, 0, 0, $first, $n;
		}
		$s .= "\0" x (510 - length $s) . "\x55\xAA";
		seek $f, 512 * $at, 0;
		print $f $s;' "$@"
}
blank table.img 16M
mbr table.img 0 83 2048 8192 05 12288 16384
mbr table.img 12288 83 64 1000 05 0 16384
dd if=part.img of=table.img bs=512 seek=2048 conv=notrunc status=none
lie table.img "MBR: a logical partition whose next one is the first"
others_v1() { is "$(grep -c 'good.txt | file read 6' list)" 1 "$1: the partition beside it is read"; }
others_v1 "MBR: a logical partition whose next one is the first"
has list "runs in a circle" "MBR: and that is told"
mbr table.img 12288 83 64 1000 05 2000 4000
mbr table.img 14288 83 64 1000 05 2000 4000
lie table.img "MBR: two tables that name each other"
has list "runs in a circle" "MBR: two tables that name each other are told"
blank table.img 16M
for i in 0 1 2 3 4 5 6 7; do
	mbr table.img $((i * 64)) 05 $(((i + 1) * 64)) 20000
	# inside what a table says there is another table, and another
	mbr table.img $((2048 + i * 64)) 83 64 20000
done
mbr table.img 0 83 2048 20000
lie table.img "MBR: tables in tables in tables"
has list "a partition table of its own, which is not followed" "MBR: a table in a partition is told and not followed"
blank gpt.img 16M
sfdisk -q gpt.img <<'T'
label: gpt
start=2048, size=8192
T
dd if=part.img of=gpt.img bs=512 seek=2048 conv=notrunc status=none
gpt_lie() { # WHAT OFFSET BYTES: in both headers, with their sums made right
	perl -e '
		my ($at, $bytes) = ($ARGV[0], eval "qq($ARGV[1])");
		my @t = map { my $c = $_; $c = $c & 1 ? $c >> 1 ^ 0xEDB88320 : $c >> 1 for 1 .. 8; $c } 0 .. 255;
		sub crc { my $c = 0xFFFFFFFF; $c = $c >> 8 ^ $t[($c ^ $_) & 255] for unpack "C*", $_[0]; $c ^ 0xFFFFFFFF }
		open my $f, "<:raw", "gpt.img" or die;
		my $image = do { local $/; <$f> };
		for my $s (512, length($image) - 512) {
			my $h = substr $image, $s, 92;
			substr($h, $at, length $bytes) = $bytes;
			substr($h, 16, 4) = "\0" x 4;
			substr($h, 16, 4) = pack "V", crc($h);
			substr($image, $s, 92) = $h;
		}
		open my $g, ">:raw", "lie.img" or die;
		print $g $image;' "$2" "$3"
	lie lie.img "GPT: $1"
	grep -q 'is damaged\|are damaged' list
	ok "GPT: $1 is told"
}
gpt_lie "2^32-1 partitions claimed" 80 '\xFF\xFF\xFF\xFF'
gpt_lie "entries of no bytes" 84 '\0\0\0\0'
gpt_lie "entries of 2^32-128 bytes" 84 '\x80\xFF\xFF\xFF'
gpt_lie "entries at 2^64-1" 72 '\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF'
done_testing
