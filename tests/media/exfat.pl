#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# exfat.pl IMAGE DIR [NAME=FILE...]: puts the tree below DIR into a fresh exFAT
# image made by mkfs.exfat, and directories NAME whose raw entries are in FILE.
# Everything lies in one piece behind what mkfs wrote (no FAT chains), except
# the root directory, which grows by a chain.
use strict;
use warnings;

my ($image, $dir, @raw) = @ARGV;
open(my $f, '+<:raw', $image) or die "$image: $!\n";

sub at { my ($at, $n) = @_; seek $f, $at, 0; read($f, my $b, $n) == $n or die "short read\n"; $b }
sub put { my ($at, $bytes) = @_; seek $f, $at, 0; print $f $bytes }

my $boot = at(0, 512);
my ($fat_at, $fat_len, $heap, $clusters, $root) = unpack 'x80 V V V V V', $boot;
my $sector = 1 << unpack 'x108 C', $boot;
my $cluster = $sector << unpack 'x109 C', $boot;
sub where { $heap * $sector + ($_[0] - 2) * $cluster }
sub fat { my ($c, $v) = @_; put($fat_at * $sector + 4 * $c, pack 'V', $v) }

# What mkfs wrote: bitmap and upcase table, which the root names.
my $top = at(where($root), $cluster);
my $used = $root;
my $bitmap;
for (my $i = 0; $i < $cluster; $i += 32) {
	my ($type, $first, $size) = unpack 'C x19 V Q<', substr $top, $i, 32;
	last if $type == 0;
	next unless $type == 0x81 || $type == 0x82;
	$bitmap = $first if $type == 0x81;
	my $last = $first + int(($size + $cluster - 1) / $cluster) - 1;
	$used = $last if $last > $used;
}
my $next = $used + 1;

sub allocate {
	my $n = shift;
	my $first = $next;
	$next += $n;
	die "the image is too small\n" if $next > $clusters + 2;
	my $from = int(($first - 2) / 8);
	my $to = int(($next - 3) / 8);
	my $bits = at(where($bitmap) + $from, $to - $from + 1);
	vec($bits, $_ - 2 - 8 * $from, 1) = 1 for $first .. $next - 1;
	put(where($bitmap) + $from, $bits);
	return $first;
}

# Bytes in clusters of their own; returns the first one, 0 for none.
sub store {
	my $bytes = shift;
	my $n = int((length($bytes) + $cluster - 1) / $cluster) or return 0;
	my $first = allocate($n);
	put(where($first), $bytes);
	return $first;
}

# Of a set (the two bytes of the sum left out) and of a name in upper case.
sub checksum {
	my ($bytes, $is_set) = @_;
	my $sum = 0;
	my $i = 0;
	for (unpack 'C*', $bytes) {
		$sum = (($sum << 15 | $sum >> 1) + $_) & 0xFFFF unless $is_set && ($i == 2 || $i == 3);
		$i++;
	}
	return $sum;
}

sub entry {
	my ($name, $is_dir, $first, $size) = @_;
	my $n = length $name;
	my $names = int(($n + 14) / 15);
	# 2024-02-29 12:34:28 without a zone
	my $time = (44 << 9 | 2 << 5 | 29) << 16 | 12 << 11 | 34 << 5 | 14;
	my $set = pack 'C C v v v V V V C5 x7', 0x85, 1 + $names, 0, $is_dir ? 0x10 : 0x20, 0,
	    $time, $time, $time, 0, 0, 0, 0, 0;
	$set .= pack 'C C C C v v Q< V V Q<', 0xC0, $size ? 3 : 1, 0, $n,
	    checksum(pack('v*', map ord, split //, uc $name)), 0, $size, 0, $first, $size;
	my $units = pack 'v*', map ord, split //, $name;
	$units .= "\0" x (30 * $names - length $units);
	$set .= pack 'C C a30', 0xC1, 0, $_ for unpack '(a30)*', $units;
	substr($set, 2, 2) = pack 'v', checksum($set, 1);
	return $set;
}

sub directory {
	my $path = shift;
	my $list = '';
	opendir(my $d, $path) or die "$path: $!\n";
	for my $name (sort grep { $_ ne '.' && $_ ne '..' } readdir $d) {
		my $bytes;
		my $is_dir = -d "$path/$name";
		if ($is_dir) {
			$bytes = directory("$path/$name");
			$bytes .= "\0" x ($cluster - length($bytes) % $cluster);
		} else {
			open(my $in, '<:raw', "$path/$name") or die "$path/$name: $!\n";
			local $/;
			$bytes = <$in> // '';
		}
		utf8::decode($name);
		$list .= entry($name, $is_dir, store($bytes), length $bytes);
	}
	return $list;
}

my $list = directory($dir);
for (@raw) {
	my ($name, $file) = split /=/;
	open(my $in, '<:raw', $file) or die "$file: $!\n";
	local $/;
	my $bytes = <$in>;
	$bytes .= "\0" x ($cluster - length($bytes) % $cluster);
	$list .= entry($name, 1, store($bytes), length $bytes);
}
$top =~ s/\A((?:[^\0].{31})*).*\z/$1/s;
$top .= $list;
my $c = $root;
while (length $top > $cluster) {
	put(where($c), substr $top, 0, $cluster, '');
	my $more = allocate(1);
	fat($c, $more);
	fat($more, 0xFFFFFFFF);
	$c = $more;
}
put(where($c), $top . "\0" x ($cluster - length $top));
close $f or die "$image: $!\n";
