# SPDX-License-Identifier: ISC
# Random kills through whole transfers: read by 0520-kill-anywhere.t and by
# long_kill.t, after lib.sh.  KILLS says how many, SEED which ones.
#
# Each round runs the command that brings the present transfer on, kills one
# program of the station at a random moment of it, starts again what died, and
# looks whether everything holds that must (through.sh).  A round now and then
# goes undisturbed, so every transfer comes to its end.

KILLS=${KILLS:-12}
SEED=${SEED:-$(date +%s)}
echo "# SEED=$SEED KILLS=$KILLS"
random=$SEED
. "$top/tests/e2e/through.sh"
everywhere="sallyportd sallyport-desk sallyport-vault sallyport-ledger sallyport-stager sallyport clamd"
# Those that live only while a medium is read or scanned.
while_reading="sallyport-reader scan-type scan-av"
: >"$work/kills"

# dice N: a number below N into $n.  Not in a subshell: it would forget its place.
dice() {
	random=$(((random * 1103515245 + 12345) % 2147483648))
	n=$((random / 256 % $1))
}
pick() { # WORD...: one of them into $victim
	dice $#
	shift "$n"
	victim=$1
}
now_ms() {
	date +%s%3N
}

# killer NAME MS PID: MS milliseconds from now (for one that lives only while a
# medium is read: from its start) kills the program NAME: the station's, clamd, or
# the terminal's below PID, the shell of the command; prints what it killed.
# Without a victim it ends with the command.
killer() {
	perl -e '
		my ($name, $ms, $command, $parent, $clamd) = @ARGV;
		sub words { open my $f, "<", "/proc/$_[0]/$_[1]" or return ""; local $/; return <$f> // ""; }
		sub below { map { ($_, below($_)) } split " ", words($_[0], "task/$_[0]/children"); }
		sub victim {
			return $parent if $name eq "sallyportd";
			return $clamd if $name eq "clamd";
			for my $p (below($name eq "sallyport" ? $command : $parent)) {
				return $p if words($p, "cmdline") =~ m{^([^\0]*/)?\Q$name\E\0};
			}
			return 0;
		}
		my $short = $name =~ /reader|scan/;
		select undef, undef, undef, $ms / 1000 if !$short;
		while (1) {
			my $over = words($command, "stat") !~ /\) [^ZX]/;
			my $p = victim();
			select undef, undef, undef, $ms / 1000 if $p && $short;
			if ($p && kill 9, $p) { print "$name\n"; exit }
			exit if $over;
			select undef, undef, undef, 0.001;
		}
	' "$1" "$2" "$3" "$(cat "$SALLYPORT_HOME/run/sallyportd.pid")" "$(cat "$SALLYPORT_HOME/clamav/clamd.pid")" |
	    tee -a "$work/kills"
}

launch() {
	setsid "$bin/sallyportd" -d "$SALLYPORT_HOME" </dev/null >>"$log" 2>&1 &
	station_pid=$!
	echo $station_pid >"$SALLYPORT_HOME/run/sallyportd.pid"
}
# What died is started again; one time in four something dies in the middle of that, too.
restart() {
	check_published
	was=$state
	wait_for 30 station_gone || {
		trouble "the station goes on without it"
		kill -9 "$station_pid"
	}
	wait "$station_pid" 2>/dev/null
	dice 4
	if [ "$n" -eq 0 ]; then
		launch
		pick sallyportd sallyport-desk sallyport-vault sallyport-ledger sallyport-stager
		dice 60
		killer "$victim" "$n" $station_pid >"$work/killed.again"
		happened="$happened, then $victim killed $n ms after the start"
		wait_for 30 station_gone || kill -9 "$station_pid"
		wait "$station_pid" 2>/dev/null
	fi
	station_start >"$work/start" 2>&1 || {
		trouble "the station does not start" "$(cat "$work/start")"
		done_testing
	}
	if [ -z "$transfer" ] || [ "$was" = CLOSED ]; then
		named=$(newest)
		[ -z "$named" ] || transfer=$named
	fi
}
# One round: the next command, with victim and delay as given.
one_round() { # VICTIM MS
	round=$((round + 1))
	happened="$1 killed after $2 ms"
	choose
	begin
	hit=
	[ "$1" = nothing ] || hit=$(killer "$1" "$2" $running)
	finish
	case $hit in
	clamd)
		rm -f "$SALLYPORT_HOME/clamav/clamd.pid"
		sh "$demo/clamd-start" "$SALLYPORT_HOME" >"$work/clamd" 2>&1 ||
		    trouble "clamd does not start again" "$(cat "$work/clamd")"
		;;
	sallyportd | sallyport-desk | sallyport-vault | sallyport-ledger | sallyport-stager) restart ;;
	'')
		[ "$status" -eq 0 ] ||
		    trouble "nobody was killed and it fails" "$(cat "$work/out" "$work/err")"
		;;
	esac
	check_ledger
	check_acknowledged
	check_fault
	check_share
}

station
small_files "$work/small.img" 1500
# Each command once undisturbed, to know how long it takes.
while [ "$state" != CLOSED ]; do
	started=$(now_ms)
	one_round nothing 0
	eval "ms_$step=$(($(now_ms) - started))"
	[ $tap_failed -eq 0 ] || done_testing
done
ms_release=$ms_approve
ms_rescan=$ms_intake
closed=1
quiet=0

while [ "$(wc -l <"$work/kills")" -lt "$KILLS" ]; do
	last=$state
	choose
	victim=nothing
	dice 8
	# One time in eight, and after three rounds in one place, nobody dies.
	if [ "$n" -ne 0 ] && [ $quiet -lt 3 ]; then
		case $step in
		# shellcheck disable=SC2086
		intake | rescan) pick $everywhere $while_reading $while_reading $while_reading ;;
		# shellcheck disable=SC2086
		*) pick $everywhere ;;
		esac
	fi
	case $victim in
	*reader* | scan*) dice 40 ;;
	*) eval "dice \$ms_$step" ;;
	esac
	one_round "$victim" "$n"
	quiet=$((quiet + 1))
	[ "$state" = "$last" ] || quiet=0
	[ "$state" != CLOSED ] || closed=$((closed + 1))
done

happened=nothing
bring_to_the_end
check_share
check_all_papers
for program in $everywhere $while_reading; do
	echo "# $(grep -cx -- "$program" "$work/kills") times $program"
done
echo "# $(wc -l <"$work/kills") kills in $round rounds; $closed transfers were closed"
[ $tap_failed -gt 0 ] || pass "$KILLS kills: everything was taken up again, verified and closed"
