#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# clamd-ping.pl SOCKET: succeeds when the engine there answers.  (clamdscan
# --ping is no proof: it succeeds without an engine.)
use strict;
use warnings;
use IO::Socket::UNIX;

my $engine = IO::Socket::UNIX->new(Peer => $ARGV[0]) or exit 1;
$SIG{ALRM} = sub { exit 1 };
alarm 5;
syswrite $engine, "zPING\0";
my $answer = "";
exit(defined sysread($engine, $answer, 16) && $answer eq "PONG\0" ? 0 : 1);
