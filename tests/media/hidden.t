#!/bin/sh
# SPDX-License-Identifier: ISC
# Names that vanish without a word: what another system shows is listed, or it
# is told that something is missing.
. "$(dirname "$0")/lib.sh"

names() { # COUNT PATTERN: so many lines of `list` have it
	is "$(grep -c "$2" list)" "$1" "$3"
}
told() { # NAME: of something that is missing
	grep -q ' unreadable \| region unread 0 ' list
	ok "$1"
}

# --- FAT: a directory is as long as its chain ------------------------------------------
mkdir -p fat/dir
for i in 1 2 3 4 5; do
	echo $i >fat/dir/file$i.txt
done
fat fat.img 9M 16 fat
perl -0777 -i -pe 's/(DIR        .{17}).{4}/$1 . pack("V", 96)/se' fat.img
walk fat.img
names 5 '^dir/file..txt | file read' "FAT: a size in the entry of a directory does not cut its list"

# --- a directory that cannot be read when it is read again -------------------------------
ext ext.img 4M ext4 fat
place=$(grep -abo file3.txt ext.img | head -n 1 | cut -d: -f1)
for when in 0 1 2 3 4 5 6 7 8; do
	FAULTS=$place FAULTS_LATER=$when FAULTS_HEAL=1 "$lswalk" ext.img >list
	[ "$(grep -c '^dir/file..txt | file read' list)" -eq 5 ] || grep -q ' unreadable ' list
	ok "ext: one failure after $when good reads hides no name without a word"
done

# --- NTFS: what the tree of names leads to, whatever else says --------------------------
mkdir many
for i in $(seq 60); do
	echo $i >"many/a name that takes some room $i.txt"
done
ntfs ntfs.img 8M many
walk ntfs.img
names 60 '^a name that.* | file read' "NTFS: sixty files"
cat >record.pl <<'P'
# record.pl IMAGE NUMBER CODE: perl on $_, the file record of this number; attribute(TYPE) gives
# where in it an attribute is
my ($path, $number, $code) = @ARGV;
open my $f, '+<:raw', $path or die;
read $f, my $boot, 512;
my $at = 512 * unpack("C", substr $boot, 13) * unpack("Q<", substr $boot, 48) + 1024 * $number;
seek $f, $at, 0;
read $f, our $record, 1024;
sub attribute {
	my $type = shift;
	for (my $a = unpack 'v', substr $record, 20; ; $a += unpack 'V', substr $record, $a + 4) {
		my $t = unpack 'V', substr $record, $a;
		die sprintf "no %x", $type if $t == 0xFFFFFFFF;
		return $a if $t == $type;
	}
}
local $_ = $record;
eval "$code; 1" or die $@;
seek $f, $at, 0;
print $f $_;
P
cp ntfs.img lie.img
perl record.pl lie.img 5 'my $a = attribute(0xB0); substr($_, $a + unpack("v", substr $_, $a + 20), 1) = "\1"'
walk lie.img
told "NTFS: records of names that the bitmap hides are told"
cp ntfs.img lie.img
perl record.pl lie.img 5 'my $a = attribute(0xA0); substr($_, $a + unpack("v", substr $_, $a + 10) + 6, 1) = "1"'
walk lie.img
told "NTFS: a directory whose records of names are gone is told"

# --- NTFS: a part of a file's record that is damaged --------------------------------------
mkdir big
printf 'sixty bytes of one file that has many named streams beside it' >big/big.txt
ntfs parts.img 8M big
for i in $(seq 30); do
	ntfscp -q -N "a named stream with a long name, number $i" parts.img big/big.txt /big.txt
done
walk parts.img
names 31 '^big.txt.* | file read 61 ' "NTFS: thirty named streams"
cp parts.img lie.img
echo one | tee one >/dev/null
echo other >other
ntfscp -q -N "$(printf '\303\244\303\266')" lie.img one /big.txt
ntfscp -q -N "$(printf '\303\274')" lie.img other /big.txt
walk lie.img
is "$(grep -c '^big.txt:.* | file unreadable .*its name cannot be told from that of another stream' list)" 2 \
    "NTFS: streams whose names have no letters are not taken for each other"
names 30 '^big.txt:a .* | file read 61 ' "NTFS: and the others are read"
torn=0
for number in $(perl -e '
	open my $f, "<:raw", "parts.img" or die;
	read $f, my $boot, 512;
	seek $f, 512 * unpack("C", substr $boot, 13) * unpack("Q<", substr $boot, 48), 0;
	for my $n (0 .. 100) {
		read $f, my $r, 1024;
		print "$n\n" if substr($r, 0, 4) eq "FILE" && ord(substr $r, 22, 1) & 1 && unpack "Q<", substr $r, 32, 8;
	}'); do
	cp parts.img lie.img
	perl record.pl lie.img "$number" 'substr($_, 510, 1) ^= "\x55"'
	walk lie.img
	grep -q '^big.txt | file unreadable .*a part of its record is damaged' list
	ok "NTFS: streams in a damaged part of a record are told ($number)"
	torn=$((torn + 1))
	# and its own data there
	cp parts.img lie.img
	perl record.pl lie.img "$number" '
		my $a = attribute(0x80);
		substr($_, $a + 9, 1) = "\0";
		substr($_, 510, 1) ^= "\x55"'
	base=$(perl -e '
		open my $f, "<:raw", "lie.img" or die;
		read $f, my $boot, 512;
		seek $f, 512 * unpack("C", substr $boot, 13) * unpack("Q<", substr $boot, 48) + 1024 * shift, 0;
		read $f, my $r, 1024;
		print 0xFFFFFFFFFFFF & unpack "Q<", substr $r, 32, 8' "$number")
	perl record.pl lie.img "$base" 'my $a = eval { attribute(0x80) }; substr($_, $a, 4) = pack "V", 0x100 if defined $a'
	walk lie.img
	is "$(grep -c '^big.txt | file read 0 ' list)" 0 "NTFS: a file whose data is in a damaged part is no empty file ($number)"
done
[ $torn -gt 0 ]
ok "NTFS: there are parts of records"

# --- ISO 9660: trees that nobody looked at --------------------------------------------------
mkdir disc
echo shown >disc/shown.txt
echo hidden >disc/hidden.bin
genisoimage -quiet -R -o rock.iso disc 2>/dev/null
field() { # FROM TO: the name of a Rock Ridge field of hidden.bin
	perl -0777 -pe 's/(HIDDEN\.BIN;1.{0,20}?.*?)'"$1"'/$1'"$2"'/s' rock.iso >lie.iso
	walk lie.iso
}
field TF RE
has list "files that only its plain names show, and not its Rock Ridge names, which were not read: 1" "Rock Ridge: a file said to be shown elsewhere is told"
field TF SF
has list "hidden.bin | file unread 7 " "Rock Ridge: a file with its holes left out is no plain file"
has list "it is stored with its holes left out (Rock Ridge), which is not read" "Rock Ridge: and that is told"
perl -0777 -pe 's/(HIDDEN\.BIN;1.*?PX..)..../$1\x00\x10\0\0/s' rock.iso >lie.iso
walk lie.iso
has list "hidden.bin | fifo unread 7 " "Rock Ridge: a pipe with bytes is told"
has list "Rock Ridge says it is no file, but it has bytes, which were not read" "Rock Ridge: with the reason"
perl -0777 -pe 's/(HIDDEN\.BIN;1.*?TF)./$1\xFE/s' rock.iso >lie.iso
walk lie.iso
told "Rock Ridge: damage in what it says of a file is told"
genisoimage -quiet -J -hide hidden.bin -o joliet.iso disc 2>/dev/null
perl -e '
	open my $f, "<:raw", "joliet.iso" or die;
	my $image = do { local $/; <$f> };
	my ($second, $end) = map { substr $image, 2048 * $_, 2048 } 17, 18;
	my $put = sub { my ($name, $x) = @_; open my $g, ">:raw", $name or die; print $g $x };
	my $lie = $image;
	substr($lie, 2048 * 17 + 6, 1) = "\2";
	$put->("version.iso", $lie);
	$lie = $image;
	substr($lie, 2048 * 17, 3 * 2048) = "\0" x 2048 . $second . $end;
	$put->("behind.iso", $lie);
	$lie = $image;
	substr($lie, 2048 * 17 + 88, 3) = "abc";
	$put->("other.iso", $lie);'
for kind in joliet version behind; do
	walk $kind.iso
	has list "hidden.bin | file read 7" "Joliet ($kind): a file that only it shows is read"
	has list "files that its Joliet names show and its plain names do not: 1" "Joliet ($kind): and that is told"
done
walk other.iso
has list "the disc has one more tree of names, which was not read" "another tree of names is told"

# --- a disc for Macs -----------------------------------------------------------------------
xorriso -as mkisofs -quiet -hfsplus -hide hidden.bin -o mac.iso disc 2>/dev/null
walk mac.iso
has list "the medium has a partition map of Apple's, too, which was not followed" "the partition map of a Mac is told"

# --- what FAT32 says of its tables -----------------------------------------------------------
fat active.img 40M 32 fat
printf '\201' | overwrite active.img 40
walk active.img
has list "volume 1: it says that its second table of clusters counts" "FAT32: another table that counts is told"
exfat active.img 4M fat
printf '\001' | overwrite active.img 106
walk active.img
has list "volume 1: it says that its second table of clusters counts" "exFAT: another table that counts is told"
fat small.img 40M 32 fat
perl -e 'print pack "V", 40000' | overwrite small.img 32
walk small.img
names 5 '^dir/file..txt | file read' "FAT32: one with few clusters is read"

# --- two links in the chain of logical partitions ----------------------------------------------
blank chain.img 8M
fat part.img 2M 12 fat/dir
perl -e '
	open my $f, "+<:raw", "chain.img" or die;
	my $table = sub {
		my $at = shift;
		my $s = "\0" x 446;
		while (my ($type, $first, $n) = splice @_, 0, 3) { $s .= pack "x4 C x3 V V", $type, $first, $n }
		seek $f, 512 * $at, 0;
		print $f $s . "\0" x (510 - length $s) . "\x55\xAA";
	};
	$table->(0, 5, 1, 16000);
	$table->(1, 5, 2000, 4200, 5, 8000, 4200);
	$table->(2001, 6, 1, 4096);
	$table->(8001, 6, 1, 4096);'
dd if=part.img of=chain.img bs=512 seek=2002 conv=notrunc status=none
walk chain.img
names 5 'file..txt | file read' "MBR: of two links the first is followed"
has list "names two that follow: behind the second was not looked" "MBR: and the other is told"
done_testing
