#!/bin/sh
# SPDX-License-Identifier: ISC
# Damaged file systems: random bytes of their structures are changed, the same
# ones in every run.  Nothing may crash, hang, or be reported by a sanitizer.
. "$(dirname "$0")/lib.sh"

mkdir -p tree/d/e/f
for i in $(seq 30); do
	seq $i >"tree/d/a file with a long name $i.txt"
	seq 1 $((i * 150)) >tree/d/e/$i
done
fat fat12.img 2M 12 tree
fat fat16.img 9M 16 tree
fat fat32.img 36M 32 tree
exfat exfat.img 4M tree
ext ext2.img 4M ext2 tree
ext ext4.img 4M ext4 tree
ntfs ntfs.img 4M tree/d/e
genisoimage -quiet -R -J -o rock.img tree 2>/dev/null
genisoimage -quiet -J -o joliet.img tree 2>/dev/null
genisoimage -quiet -udf -J -o bridge.img tree 2>/dev/null
gunzip -c "$media/fixtures/udf-512.img.gz" >udf512.img
gunzip -c "$media/fixtures/udf-2048.img.gz" >udf2048.img

# Up to 60 bytes in sectors that look like structures: many zeros, not all.
cat >damage.pl <<'P'
my ($from, $to, $seed) = @ARGV;
open my $f, '<:raw', $from or die;
read $f, my $image, 3 << 20;
my @sectors = grep { my $z = substr($image, $_ * 512, 512) =~ tr/\0//; $z > 40 && $z < 512 } 0 .. length($image) / 512 - 1;
srand $seed;
system('cp', $from, $to) == 0 or die;
open my $g, '+<:raw', $to or die;
for (1 .. (1, 2, 4, 8, 60)[rand 5]) {
	seek $g, 512 * $sectors[rand @sectors] + int rand 512, 0;
	print $g chr((0, 255, 1, 128, int rand 256)[rand 5]);
}
P
for kind in fat12 fat16 fat32 exfat ext2 ext4 ntfs rock joliet bridge udf512 udf2048; do
	bad=
	for seed in $(seq 1 ${DAMAGES:-12}); do
		perl damage.pl $kind.img damaged.img "$seed"
		timeout 30 "$lswalk" damaged.img >list 2>walk.err
		status=$?
		[ $status -le 1 ] && [ ! -s walk.err ] || bad="$bad $seed:$status"
	done
	is "$bad" "" "$kind: ${DAMAGES:-12} damaged images"
done
done_testing
