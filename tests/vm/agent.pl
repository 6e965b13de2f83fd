#!/usr/bin/perl
# SPDX-License-Identifier: ISC
# The agent in the guest: a root shell for the tests, in the test's own root
# file system only.  Reads "ID run COMMAND-BYTES INPUT-BYTES SECONDS" and those
# bytes, or "ID read COMMAND-BYTES 0 SECONDS" and a path; answers "ID STATUS
# BYTES" and the output.  One process, for every start of a program is dear in
# an emulated machine; Perl is there because it is in every Debian.
use strict;
use warnings;
use Errno;

my $dir = '/run/test-agent';
mkdir $dir;
open my $port, '+<', '/dev/virtio-ports/agent' or die "agent: $!\n";
my $held = '';

sub more {
	sysread $port, $held, 65536, length $held or exit 1;
}

sub bytes {
	my ($n) = @_;
	more() while length $held < $n;
	return substr $held, 0, $n, '';
}

sub line {
	more() while index($held, "\n") < 0;
	return bytes(1 + index $held, "\n");
}

sub answer {
	my $text = shift;
	while (length $text) {
		my $n = syswrite $port, $text, 65536;
		exit 1 unless defined $n;
		substr $text, 0, $n, '';
	}
}

sub slurp {
	my ($path) = @_;
	open my $file, '<', $path or return (1, "$path: $!\n");
	my $text = '';
	1 while sysread $file, $text, 65536, length $text;
	return (0, $text);
}

sub run {
	my ($command, $input, $seconds) = @_;
	open my $file, '>', "$dir/input" or return (126, "$dir/input: $!\n");
	print $file $input;
	close $file;
	my $pid = fork // return (126, "fork: $!\n");
	if ($pid == 0) {
		setpgrp;
		open STDIN, '<', "$dir/input";
		open STDOUT, '>', "$dir/output";
		open STDERR, '>&', \*STDOUT;
		close $port;
		exec 'sh', '-c', $command or exit 127;
	}
	my $late = 0;
	local $SIG{ALRM} = sub { $late = 1; kill 'KILL', -$pid };
	alarm $seconds;
	1 while waitpid($pid, 0) == -1 && $!{EINTR};
	alarm 0;
	my $status = $late ? 124 : $? & 127 ? 128 + ($? & 127) : $? >> 8;
	my (undef, $text) = slurp("$dir/output");
	return ($status, $text);
}

answer("\nHELLO " . ((slurp('/proc/sys/kernel/random/boot_id'))[1]));
while (1) {
	my ($id, $verb, $command_bytes, $input_bytes, $seconds) = split ' ', line();
	my $command = bytes($command_bytes);
	my $input = bytes($input_bytes);
	my ($status, $text) = $verb eq 'read' ? slurp($command) : run($command, $input, $seconds);
	answer(sprintf("%d %d %d\n", $id, $status, length $text) . $text);
}
