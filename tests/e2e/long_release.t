#!/bin/sh
# SPDX-License-Identifier: ISC
# kill -9 of the stager at the system calls of one release: clients of the share see nothing or
# the whole delivery, the next start brings the release to its end, and the record verifies.
# Every call that moves or keeps something or tells another program, and every eighth of the
# others; all of them with POINTS=all.
. "$(dirname "$0")/lib.sh"
command -v strace >/dev/null || {
	echo '1..0 # SKIP strace is not installed'
	exit 0
}
. "$top/tests/e2e/through.sh"
files=3
each="renameat renameat2 unlinkat fsync syncfs sendmsg copy_file_range"
made=$work/made
trace=$work/trace
real=$bin

# A second set of programs, in which strace starts the stager with what $work/inject says.
tree_with_strace() {
	mkdir "$work/tree"
	cp -a "$B/bin" "$B/share" "$work/tree"
	rm "$work/tree/bin/sallyport-stager"
	cat >"$work/tree/bin/sallyport-stager" <<END
#!/bin/sh
exec $(command -v strace) -qq -o $trace \$(/usr/bin/cat $work/inject) -- $real/sallyport-stager "\$@"
END
	chmod 755 "$work/tree/bin/sallyport-stager"
}
# A station with a transfer that needs only the second signature.
make_submitted() {
	station noclamd
	must as ada authority policy "$top/tests/bench/noengine.policy"
	mkdir -p "$work/m/d/e"
	echo one >"$work/m/a.txt"
	echo two >"$work/m/d/b.txt"
	head -c 200000 /dev/zero >"$work/m/d/e/c.txt"
	small_medium "$work/small.img" "$work/m"
	intake "$work/small.img"
	must as otto decide "$transfer" approve --proposed
	must as otto submit "$transfer" --yes
	station_stop
	cp -a --sparse=always "$SALLYPORT_HOME" "$made"
}
again_submitted() {
	chmod -R u+w "$SALLYPORT_HOME/share"
	rm -rf "$SALLYPORT_HOME"
	cp -a --sparse=always "$made" "$SALLYPORT_HOME"
	acknowledged=SUBMITTED
	state=SUBMITTED
	choose
}
# Starts the station under strace with a choice of calls.
start_injected() { # STRACE-OPTION...
	echo "$@" >"$work/inject"
	: >"$trace"
	bin=$work/tree/bin
	station_start >"$work/start" 2>&1 || {
		trouble "the station does not start under strace" "$(cat "$work/start")"
		done_testing
	}
	bin=$real
}
kill_stager() {
	for child in $(cat "/proc/$station_pid/task/$station_pid/children"); do
		for below in $(cat "/proc/$child/task/$child/children" 2>/dev/null); do
			! tr '\0' ' ' <"/proc/$below/cmdline" | grep -q 'sallyport-stager' || kill -9 "$below"
		done
	done
	wait_for 30 station_gone || trouble "the station goes on without its stager"
}
count_calls() { # FILE: "CALL NUMBER" of each call of the trace
	sed -n 's/^\([a-z_0-9]*\)(.*/\1/p' "$trace" | sort | uniq -c | awk '{ print $2, $1 }' >"$1"
}
# "CALL WHEN" of every call between the start of the stager and the end of the release.
list_points() {
	start_injected
	kill_stager
	count_calls "$work/before"
	again_submitted
	start_injected
	begin
	finish
	[ "$status" -eq 0 ] || trouble "undisturbed it fails" "$(cat "$work/out" "$work/err")"
	look_up
	check_share
	kill_stager
	count_calls "$work/after"
	awk -v each=" $each " -v step="$([ "${POINTS:-}" = all ] && echo 1 || echo 8)" '
		NR == FNR { before[$1] = $2; next }
		$1 == "execve" || $1 == "exit_group" { next }
		{ for (i = before[$1] + 1; i <= $2; i++)
			if (index(each, " " $1 " ") || n++ % step == 0) print $1, i }
	' "$work/before" "$work/after" >"$work/points"
}
# What a client of the share sees the moment after.
check_seen() {
	seen=$(ls "$share/transfers")
	case $seen in
	'') seen_nothing=$((seen_nothing + 1)) ;;
	"$transfer")
		seen_whole=$((seen_whole + 1))
		check_published
		;;
	*) trouble "something else is visible on the share" "$seen" ;;
	esac
	! grep -q "^$transfer" "$share/INDEX" 2>/dev/null || [ -n "$seen" ] ||
	    trouble "INDEX names what is not on the share" "$(cat "$share/INDEX")"
	for folder in "$share"/custody/*; do
		[ ! -d "$folder" ] || "$bin/sallyport-verify" "$folder" >"$work/verify" 2>&1 ||
		    trouble "half a custody folder is visible" "$(tail -n 5 "$work/verify")"
	done
}
# Killed in the middle, and begun again.
one_point() { # CALL WHEN
	round=$((round + 1))
	happened="killed at $1 $2"
	again_submitted
	start_injected -e "inject=$1:signal=KILL:when=$2"
	begin
	finish
	# It may be killed after everybody has been told, or, sometimes, need one call less.
	wait_for 2 station_gone || {
		missed=$((missed + 1))
		kill_stager
	}
	wait "$station_pid" 2>/dev/null
	check_seen
	station_start >"$work/start" 2>&1 || {
		trouble "the station does not start" "$(cat "$work/start")"
		done_testing
	}
	wait_for 20 at_rest
	eval "after_$state=\$((\${after_$state:-0} + 1))"
	case $state in
	RELEASED) ;;
	SUBMITTED)
		[ -z "$seen" ] || trouble "it is on the share and not approved" "$seen"
		choose
		begin
		finish
		look_up
		;;
	esac
	[ "$state" = RELEASED ] || trouble "it is $state and not released" "$(as otto status "$transfer")"
	check_ledger
	check_share
	station_stop
}

tree_with_strace
make_submitted
again_submitted
list_points
[ $tap_failed -gt 0 ] || pass "undisturbed, under strace: released and whole"
seen_nothing=0 seen_whole=0 missed=0 after_SUBMITTED=0 after_RELEASED=0
while read -r call when; do
	one_point "$call" "$when" </dev/null
done <"$work/points"
all=$(awk 'NR == FNR { n -= $2; next } { n += $2 } END { print n }' "$work/before" "$work/after")
echo "# after the next start: released $after_RELEASED times, to be signed again $after_SUBMITTED times"
[ $tap_failed -gt 0 ] ||
    pass "killed at $((round - missed)) of $all system calls: never half a delivery, and each was brought to its end"
ok "the calls of a release were found" [ "$((round > 100 ? all : 0))" -gt 400 ]
ok "hardly any was not reached: $missed" [ $missed -lt $((round / 10)) ]
ok "seen were nothing ($seen_nothing times) and the whole delivery ($seen_whole times)" \
    [ $((seen_nothing < seen_whole ? seen_nothing : seen_whole)) -gt 10 ]
done_testing
