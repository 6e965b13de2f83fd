#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# Parts of the demo medium that shell tools cannot make (perl-base alone).
#   medium.pl names          stand-in and meaning of each hostile long name
#   medium.pl patch IMAGE    puts the hostile names into a FAT32 volume
#   medium.pl png N          a PNG of one pixel on standard output
use strict;
use warnings;

# Stand-in names sort and count like what replaces them: as many UTF-16 units,
# so the long-name entries keep their number, and the short entry (over whose
# name the checksum runs) is not touched.
my @hostile = (
	["an escape sequence",          "\x1b[2J\x1b[1;32mclean\x1b[0m.txt"],
	["20 backspaces and APPROVED",  "malware-sample.exe" . "\x08" x 20 . "APPROVED"],
	["U+202E",                      "statement-\x{202e}fdp.exe"],
	["a newline and a fake row",    "a.txt\n  clean   approved   b.txt"],
);

sub stand_in {
	my ($i) = @_;
	my $length = length $hostile[$i][1];
	return substr(sprintf("hostile-%d-", $i + 1) . "x" x 255, 0, $length);
}

sub checksum {
	my ($sum) = (0);
	$sum = ((($sum & 1) << 7) + ($sum >> 1) + ord) & 0xff for split //, $_[0];
	return $sum;
}

# The 26 bytes of name in one long-name entry.
sub entry_name {
	my ($e) = @_;
	return substr($e, 1, 10) . substr($e, 14, 12) . substr($e, 28, 4);
}

sub units { return pack "v*", map { ord } split //, $_[0] }

sub patch {
	my ($path) = @_;
	open my $f, "+<:raw", $path or die "$path: $!\n";
	local $/;
	my $image = <$f>;
	for my $i (0 .. $#hostile) {
		my $old = units(stand_in($i));
		my $new = units($hostile[$i][1]);
		my $count = int((length($old) / 2 + 12) / 13);
		my $done = 0;
		# The first entry on disk holds the end of the name.
		my $at = -32;
		while (($at = index($image, pack("C", 0x40 | $count), $at + 32)) >= 0) {
			if ($at % 32 || ord(substr($image, $at + 11, 1)) != 0x0f) {
				$at -= 31;
				next;
			}
			my @entry = map { substr($image, $at + 32 * $_, 32) } 0 .. $count;
			my $short = pop @entry;
			my $name = join "", map { entry_name($_) } reverse @entry;
			next unless substr($name, 0, length $old) eq $old;
			die "$path: checksum of a long name is wrong\n"
			    if grep { ord(substr($_, 13, 1)) != checksum(substr($short, 0, 11)) } @entry;
			substr($name, 0, length $new) = $new;
			for my $k (0 .. $count - 1) {
				my $part = substr($name, 26 * ($count - 1 - $k), 26);
				my $to = $at + 32 * $k;
				substr($image, $to + 1, 10) = substr($part, 0, 10);
				substr($image, $to + 14, 12) = substr($part, 10, 12);
				substr($image, $to + 28, 4) = substr($part, 22, 4);
			}
			$done++;
		}
		die "$path: " . stand_in($i) . " is there $done times\n" unless $done == 1;
	}
	seek $f, 0, 0;
	print $f $image;
	close $f or die "$path: $!\n";
}

# CRC-32 and Adler-32 as PNG wants them; the pixel is a stored zlib block.
sub crc32 {
	my $crc = 0xffffffff;
	for my $byte (unpack "C*", $_[0]) {
		$crc ^= $byte;
		$crc = $crc & 1 ? ($crc >> 1) ^ 0xedb88320 : $crc >> 1 for 1 .. 8;
	}
	return $crc ^ 0xffffffff;
}

sub chunk {
	my ($type, $data) = @_;
	return pack("N", length $data) . $type . $data . pack("N", crc32($type . $data));
}

sub png {
	my ($n) = @_;
	my $row = pack "C4", 0, $n * 20 % 256, 90, 120;
	my ($a, $b) = (1, 0);
	for (unpack "C*", $row) {
		$a = ($a + $_) % 65521;
		$b = ($b + $a) % 65521;
	}
	my $zlib = "\x78\x01\x01" . pack("vv", length $row, ~length($row) & 0xffff) . $row
	    . pack("N", $b << 16 | $a);
	binmode STDOUT;
	print "\x89PNG\r\n\x1a\n", chunk("IHDR", pack("NNC5", 1, 1, 8, 2, 0, 0, 0)),
	    chunk("tEXt", "Comment\0gauge $n"), chunk("IDAT", $zlib), chunk("IEND", "");
}

my $verb = shift // "";
if ($verb eq "names") {
	print stand_in($_), " ", $hostile[$_][0], "\n" for 0 .. $#hostile;
} elsif ($verb eq "patch" && @ARGV == 1) {
	patch($ARGV[0]);
} elsif ($verb eq "png" && @ARGV == 1) {
	png($ARGV[0]);
} else {
	die "usage: medium.pl names | patch IMAGE | png N\n";
}
