# SPDX-License-Identifier: ISC
# Real clamds with a configuration of the test's own.  Read after lib.sh.

# Signatures with a number and a day, as clamd says them for VERSION: a daily.cud made by hand.
daily_signatures() { # FILE VERSION SECONDS
	daily=$(mktemp -d "$work/daily.XXXXXX")
	printf 'Sallyport.Test.Daily:0:*:44414c4c594441494c59%s\n' \
	    "$(printf %s "$2" | od -An -tx1 | tr -d ' \n')" >"$daily/daily.ndb"
	echo none >"$daily/COPYING"
	head="ClamAV-VDB:$(TZ=UTC0 LC_ALL=C date -d "@$3" '+%d %b %Y %H-%M +0000'):$2:1:90:X:X:tests:$3"
	{
		echo "$head"
		for f in COPYING daily.ndb; do
			echo "$f:$(wc -c <"$daily/$f"):$(sha256sum <"$daily/$f" | cut -d' ' -f1)"
		done
	} >"$daily/daily.info"
	{
		printf '%-512s' "$head"
		tar -C "$daily" --format=ustar -cf - COPYING daily.info daily.ndb | gzip -9
	} >"$1.new"
	mv "$1.new" "$1"
	rm -r "$daily"
}
# A clamd beside the station's: NAME [COMMAND-OF-SED]; its folder is $work/NAME, $engine_pid its process.
engine_start() {
	mkdir -p "$work/$1/db"
	[ -n "$(ls "$work/$1/db")" ] || cp "$top"/share/clamav/*.ndb "$work/$1/db/"
	[ -e "$work/engine" ] || cp "$(command -v clamd)" "$work/engine"
	sed -e "s|@SOCKET@|$work/$1/clamd.sock|" -e "s|@SIGNATURES@|$work/$1/db|" \
	    -e "s|@TEMPORARY@|$work/$1|" -e "s|@LOG@|$work/$1/clamd.log|" \
	    -e "s|@PID@|$work/$1/pid|" -e "${2:-}" "$top/share/clamav/clamd.conf" >"$work/$1/clamd.conf"
	setsid "$work/engine" --foreground --config-file="$work/$1/clamd.conf" </dev/null \
	    >"$work/$1/start.log" 2>&1 &
	engine_pid=$!
	engine_pids="${engine_pids:-} $engine_pid"
	must wait_for 60 perl "$demo/clamd-ping.pl" "$work/$1/clamd.sock"
}
engine_ask() { # SOCKET COMMAND
	perl -MIO::Socket::UNIX -e '
		my $e = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die;
		$SIG{ALRM} = sub { exit 1 };
		alarm 10;
		syswrite $e, "z$ARGV[1]\0";
		local $/ = "\0";
		my $a = <$e>;
		chop $a;
		print $a, "\n";' "$1" "$2"
}
engines_stop() {
	for p in ${engine_pids:-}; do
		[ "$(readlink "/proc/$p/exe" 2>/dev/null | sed 's/ (deleted)$//')" != "$work/engine" ] || kill -9 "$p"
	done 2>/dev/null
}
trap 'engines_stop; at_end' EXIT
