#!/bin/sh
# SPDX-License-Identifier: ISC
# The private engine: starts, knows the test virus, admits what it skips, stops.
. "$(dirname "$0")/lib.sh"

mkdir -p "$SALLYPORT_HOME"
ok "clamd-start returns when the engine answers" sh "$demo/clamd-start" "$SALLYPORT_HOME"
socket=$(awk '$1 == "LocalSocket" { print $2 }' "$SALLYPORT_HOME/clamav/clamd.conf")
pid=$(cat "$SALLYPORT_HOME/clamav/clamd.pid")
is "it is our copy of the binary" "$(readlink "/proc/$pid/exe")" "$SALLYPORT_HOME/bin/clamd"
like "its socket is its own" "$socket" "^$SALLYPORT_HOME/"
is "it listens on no network" "$(find "/proc/$pid/fd" -lname 'socket:*' -printf '%l\n' | tr -dc '0-9\n' |
    while read -r inode; do awk -v i="$inode" '$10 == i && $4 == "0A"' "/proc/$pid/net/tcp" "/proc/$pid/net/tcp6"; done)" ""

engine() { # FILE: what the engine says of it
	perl -MIO::Socket::UNIX -e '
		my ($socket, $path) = @ARGV;
		my $e = IO::Socket::UNIX->new(Peer => $socket) or die;
		open my $f, "<:raw", $path or die;
		local $/;
		my $b = <$f>;
		print $e "zINSTREAM\0", pack("N", length $b), $b, pack("N", 0);
		$e->flush;
		print scalar <$e>;
	' "$socket" "$1" | tr -d '\0'
}
eicar >"$work/eicar.com"
echo 'nothing' >"$work/plain.txt"
like "the test virus is found" "$(engine "$work/eicar.com")" 'FOUND$'
like "plain text is not" "$(engine "$work/plain.txt")" 'OK$'
cp /bin/true "$work/true"
like "a sound program of this system is not" "$(engine "$work/true")" 'OK$'
ok "starting again replaces it" sh "$demo/clamd-start" "$SALLYPORT_HOME"
is "the first one has ended" "$(readlink "/proc/$pid/exe" 2>/dev/null)" ""
pid=$(cat "$SALLYPORT_HOME/clamav/clamd.pid")
ok "clamd-stop" sh "$demo/clamd-stop" "$SALLYPORT_HOME"
is "nothing is left" "$(readlink "/proc/$pid/exe" 2>/dev/null)" ""
done_testing
