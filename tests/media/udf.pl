#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# udf.pl metadata|vat200|vat150 IMAGE [LIE]: a small UDF disc as no tool at hand
# makes it, after ECMA-167 (3rd edition) and OSTA UDF 2.50 and 1.50: with a
# metadata partition (2.2.10, 2.2.13), or with a virtual allocation table as on a
# disc that is written once (2.2.8, 2.2.11; 1.50: 2.2.10).
# LIE: what is wrong with it: mirror, no-table, size, self, huge-dir, slash, nul,
# long, twice, many-maps, circle
use strict;
use warnings;

my ($kind, $image, $lie) = @ARGV;
$lie //= '';
my $BLOCK = 2048;
my $START = 288;    # of the partition
my $BLOCKS = 224;
my $meta = $kind eq 'metadata';
my %disk;           # by block of the volume

my @crc = map { my $c = $_ << 8; $c = $c << 1 ^ ($c & 0x8000 ? 0x1021 : 0) for 1 .. 8; $c & 0xFFFF } 0 .. 255;
sub crc { my $c = 0; $c = ($c << 8 ^ $crc[$c >> 8 ^ $_]) & 0xFFFF for unpack 'C*', $_[0]; $c }

# A descriptor: its tag, made for where it lies.
sub tagged {
	my ($id, $at, $body) = @_;
	my $tag = pack 'v v C C v v v V', $id, 3, 0, 0, 0, crc($body), length $body, $at;
	my $sum = 0;
	$sum += $_ for unpack 'C*', $tag;
	substr($tag, 4, 1) = chr($sum & 255);
	return $tag . $body;
}
sub id { pack 'C a23 a8', 0, $_[0], $_[1] // '' }
sub text { my ($s, $n) = @_; my $t = "\x08$s"; $t . "\0" x ($n - 1 - length $t) . chr length $t }
sub far { pack 'V V v x6', @_ }    # length, block, partition
my $time = pack 'v v C8', 0x1000, 2024, 2, 29, 12, 34, 56, 0, 0, 0;

# --- the partition: blocks of files' entries go through a map ------------------------
# metadata: in two pieces of the partition; virtual: wherever they were written.
my @pieces = ([16, 20], [64, 20]);
my $next_data = 100;
my $next_entry = 0;
my @table;          # of the virtual partition
my $next_written = 8;

sub entry_at {      # block of the partition that holds a numbered entry
	my $n = shift;
	if ($meta) {
		return $n < $pieces[0][1] ? $pieces[0][0] + $n : $pieces[1][0] + $n - $pieces[0][1];
	}
	$table[$n] //= $next_written++;
	return $table[$n];
}
sub put { my ($block, $bytes) = @_; $disk{$START + $block} = $bytes }
sub put_entry { my ($n, $id, $body) = @_; put(entry_at($n), tagged($id, $n, $body)) }

# A file's entry.  how: 0 short, 1 long, 3 inside
sub file {
	my ($type, $bytes, $how, $areas) = @_;
	return pack('V v v v C C V v v V V V v C C V Q< Q< Q< a12 a12 a12 a12 V V a16 a16 a32 Q< V V',
	    0, 4, 0, 1, 0, $type, 0, 0, $how, 0, 0, 0x14A5, 1, 0, 0, 0, $bytes, $bytes, 0,
	    $time, $time, $time, $time, 1, 0, '', '', id('*none'), 0, 0, length $areas) . $areas;
}
sub store {         # bytes as an extent in the plain partition
	my $bytes = shift;
	my $at = $next_data;
	for (my $i = 0; $i < length $bytes; $i += $BLOCK) {
		put($next_data++, substr $bytes, $i, $BLOCK);
	}
	return far(length $bytes, $at, 0);
}
sub name {          # in a directory: its name, what it is, number of its entry
	my ($name, $flags, $n) = @_;
	my $cs0 = $name eq '' ? '' : "\x08$name";
	my $body = pack('v C C', 1, $flags, length $cs0) . far($BLOCK, $n, 1) . pack('v', 0) . $cs0;
	$body .= "\0" x (-(16 + length $body) % 4);
	return tagged(257, 0, $body);
}

# --- the tree: 0 file set, 1 top, 2 a file, 3 a directory, 4 a large one, 5 inside ----
my $large = join '', map { "$_\n" } 1 .. 3000;
my $hello = "hello\n";
my $names = name('', 0x0A, 1) . name('readme.txt', 0, 2) . name('sub', 2, $lie eq 'self' ? 1 : 3);
$names .= name("a/b", 0, 5) if $lie eq 'slash';
$names .= name("a\0b", 0, 5) if $lie eq 'nul';
$names .= name('readme.txt', 0, 5) if $lie eq 'twice';
$names .= name('x' x 254, 0, 5) if $lie eq 'long';
my $below = name('', 0x0A, 1) . name('large', 0, 4) . name('inside', 0, 5);
my $top_bytes = $lie eq 'huge-dir' ? 0xFFFFFFFF * 40 : length $names;

put_entry(0, 256, $time . pack('v v V V V V a64 a128 a64 a32 a32 a32', 3, 3, 1, 1, 0, 0, '', text('A LABEL', 128), '', '', '', '') .
    far($BLOCK, 1, 1) . id('*OSTA UDF Compliant', pack 'v', 0x0250));
my $readme = file(5, $lie eq 'size' ? -1 : length $hello, 1, store($hello));
if ($lie eq 'circle') { # descriptors of extents that go on in themselves
	$readme = file(5, 6, 1, far(3 << 30 | $BLOCK, 90, 0));
	put(90, tagged(258, 90, pack('V V', 0, 16) . far(3 << 30 | $BLOCK, 90, 0)));
}
put_entry(2, 266, $readme);
put_entry(1, 266, file(4, $top_bytes, 1, store($names)));
put_entry(3, 266, file(4, length $below, 1, store($below)));
# far behind, in the second piece of the metadata
put_entry(4, 266, file(5, length $large, 1, store($large)));
put_entry(5, 266, file(5, 7, 3, "inside\n"));

if ($meta) {
	# entry 30 lies in the second piece; the file `large` is moved there
	put_entry(30, 266, file(5, length $large, 1, store($large)));
	$below = name('', 0x0A, 1) . name('large', 0, 30) . name('inside', 0, 5);
	put_entry(3, 266, file(4, length $below, 1, store($below)));
	my $areas = join '', map { pack 'V V', $_->[1] * $BLOCK, $_->[0] } @pieces;
	my $bytes = $BLOCK * ($pieces[0][1] + $pieces[1][1]);
	put(2, tagged(266, 2, file(250, $bytes, 0, $areas)));
	put(3, tagged(266, 3, file(251, $bytes, 0, $areas)));
	put(2, 'damaged' x 20) if $lie eq 'mirror' || $lie eq 'no-table';
	put(3, 'damaged' x 20) if $lie eq 'no-table';
} else {
	# the entry of readme.txt once more, as when a file is changed: the table tells the new one
	my $old = $table[2];
	put($old, tagged(266, 2, file(5, 4, 3, "old\n")));
	$table[2] = $next_written++;
	put($table[2], tagged(266, 2, $readme));
	my $entries = pack 'V*', map { $_ // 0xFFFFFFFF } @table;
	my $vat = $kind eq 'vat200'
	    ? pack('v v a128 V V V v v v v', 152, 0, text('A LABEL', 128), 0xFFFFFFFF, 4, 2, 0x0150, 0x0250, 0x0250, 0) . $entries
	    : $entries . id('*UDF Virtual Alloc Tbl', pack 'v', 0x0150) . pack('V', 0xFFFFFFFF);
	my $type = $kind eq 'vat200' ? 248 : 0;
	put($BLOCKS - 1, tagged(266, $BLOCKS - 1, file($type, length $vat, 1, store($vat))))
	    unless $lie eq 'no-table';
}

# --- the volume ------------------------------------------------------------------------
my $n = 16;
for ('BEA01', $meta ? 'NSR03' : 'NSR02', 'TEA01') {
	$disk{$n++} = pack 'C a5 C', 0, $_, 1;
}
my $maps = pack 'C C v v', 1, 6, 1, 0;
my $second = $meta ? '*UDF Metadata Partition' : '*UDF Virtual Partition';
$maps .= pack 'C C v a32 v v V V V V v C x5', 2, 64, 0, id($second, pack 'v', 0x0250), 1, 0, 2, 3, 0xFFFFFFFF, 32, 1, 0;
my $n_maps = $lie eq 'many-maps' ? 0xFFFFFFFF : 2;
for my $first (32, 48) {
	my @set = (
	    [1, pack('V V a32', 1, 0, text('A LABEL', 32))],
	    [5, pack('V v v a32 a128 V V V', 2, 1, 0, id($meta ? '+NSR03' : '+NSR02'), '', 1, $START, $BLOCKS)],
	    [6, pack('V a64 a128 V a32', 3, '', text('A LABEL', 128), $BLOCK, id('*OSTA UDF Compliant', pack 'v', 0x0250)) .
	        far($BLOCK, 0, 1) . pack('V V a32 a128 V V', length $maps, $n_maps, id('*none'), '', 0, 0) . $maps],
	    [8, '']);
	my $at = $first;
	for (@set) {
		$disk{$at} = tagged($_->[0], $at, $_->[1]);
		$at++;
	}
}
$disk{256} = tagged(2, 256, pack 'V V V V', 16 * $BLOCK, 32, 16 * $BLOCK, 48);

open my $f, '>:raw', $image or die "$image: $!\n";
for my $at (sort { $a <=> $b } keys %disk) {
	die "a descriptor is too long\n" if length $disk{$at} > $BLOCK;
	seek $f, $at * $BLOCK, 0;
	print $f $disk{$at};
}
truncate $f, ($START + $BLOCKS) * $BLOCK;
close $f or die "$image: $!\n";
