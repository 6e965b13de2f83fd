#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# A FIDO2 token in the guest: the kernel's own HID, by /dev/uhid, and what it asks
# and answers goes over a virtio port to tests/e2e/softtoken.py outside.  The token is
# plugged in as long as this runs.
use strict;
use warnings;
use Fcntl;
use Errno;

use constant { OUTPUT => 6, CREATE2 => 11, INPUT2 => 12, EVENT_BYTES => 4380, REPORT_BYTES => 64 };
# usage page of the FIDO alliance; 64 bytes in, 64 bytes out
my $descriptor = pack 'H*', '06d0f10901a1010920150026ff007508954081020921150026ff00750895409102c0';

sysopen my $uhid, '/dev/uhid', O_RDWR or die "/dev/uhid: $!\n";
open my $port, '+<', '/dev/virtio-ports/token' or die "token: $!\n";

sub put {
	my ($to, $bytes) = @_;
	my $n = syswrite $to, $bytes;
	defined $n && $n == length $bytes or die "not written: $!\n";
}

# name, phys, uniq, bytes of the descriptor, bus (USB), vendor, product, version, country
put($uhid, pack 'L a128 a64 a64 S S L L L L a*', CREATE2, 'Sallyport test token', '', '',
    length $descriptor, 3, 0x1209, 0x0001, 1, 0, $descriptor);

my $held = '';
while (1) {
	my $ready = '';
	vec($ready, fileno $_, 1) = 1 for $uhid, $port;
	next if select($ready, undef, undef, undef) < 0;
	if (vec $ready, fileno $uhid, 1) {
		sysread $uhid, my $event, EVENT_BYTES or die "uhid: $!\n";
		my ($type, $data, $size) = unpack 'L a4096 S', $event . "\0" x EVENT_BYTES;
		# the number of the report, 0, comes first
		put($port, substr $data, 0, $size) if $type == OUTPUT && $size == 1 + REPORT_BYTES;
	}
	if (vec $ready, fileno $port, 1) {
		my $n = sysread $port, $held, REPORT_BYTES, length $held;
		next if !defined $n && $!{EAGAIN};
		$n or die "the token has gone\n";
		put($uhid, pack 'L S a*', INPUT2, REPORT_BYTES, substr $held, 0, REPORT_BYTES, '')
		    while length $held >= REPORT_BYTES;
	}
}
