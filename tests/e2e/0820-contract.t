#!/bin/sh
# SPDX-License-Identifier: ISC
# Scanners that fork, hang, eat memory, end, go on for ever, or are only slow:
# what the station makes of each, and that it holds up nothing else.
. "$(dirname "$0")/lib.sh"

mkdir "$work/prog" "$work/m"
cp -r "$B/bin" "$B/share" "$work/prog/"
programs=$B/tests/e2e
bin=$work/prog/bin
PATH=$bin:$PATH
manifests=$work/prog/share/sallyport/scanners.d
for name in hostile calm picky; do
	cp "$programs/scan_hostile" "$bin/scan-$name"
done

# manifest NAME LINE...
manifest() {
	{
		printf 'name = "%s"\nversion = "1"\nprogram = "scan-%s"\nkind = "code"\n' "$1" "$1"
		printf 'scope = "object"\nengine_socket = false\nselftest = true\n'
		name=$1
		shift
		printf '%s\n' "$@"
	} >"$work/manifest"
	mv "$work/manifest" "$manifests/$name.conf"
}
manifest hostile 'window = 8' 'slots = 1' 'max_bytes = 0' 'timeout_base_ms = 4000' \
    'timeout_per_mib_ms = 1' 'stall_ms = 2000' 'memory_mib = 256'
manifest calm 'window = 16' 'slots = 2' 'max_bytes = 0' 'timeout_base_ms = 120000' \
    'timeout_per_mib_ms = 1' 'stall_ms = 0' 'recycle_objects = 40'
manifest picky 'window = 8' 'slots = 1' 'max_bytes = 100' 'timeout_base_ms = 120000' \
    'timeout_per_mib_ms = 1' 'stall_ms = 0' 'accept = [ "te?t", "script" ]'
# requires NAME: a policy that needs this scanner and the type scanner.
requires() {
	sed "s/{ scanner = \"av\"; types = \"\\*\"; }/{ scanner = \"$1\"; types = \"*\"; }/" \
	    "$plain_policy" >"$work/$1.policy"
	as ada authority policy "$work/$1.policy"
}
# said TRANSFER FILE: verdict, scanner's verdicts and why, on one line.
said() {
	id=$(as otto items "$1" --json --where "name=$2" | sed -n 's/.*"id": *\([0-9]*\).*/\1/p' | head -n 1)
	as otto item "$1" "$id" | tr '\n' ' '
}
verdict_of() { # TRANSFER FILE
	as otto items "$1" --json --where "name=$2" | sed -n 's/.*"verdict": *"\([a-z]*\)".*/\1/p' | head -n 1
}
left_over() {
	grep -lx "$1" /proc/[0-9]*/comm 2>/dev/null | head -n 1
}
none_left() {
	[ -z "$(left_over "$1")" ]
}

station noclamd
must requires hostile
once=$work/once.done
act() { # FILE TEXT
	printf '%s\n' "$2" >"$work/m/$1.txt"
}
for i in 1 2 3 4 5 6 7 8 9; do
	act "plain$i" "plain $i"
done
act fork "fork sp-forked"
act leave "leave sp-leaver"
act eat eat
act crash "crash"
act crash2 "crash again"
act once "once $once"
act hang hang
act progress progress
act limits limits
small_medium "$work/acts.img" "$work/m"
intake "$work/acts.img"
is "in the end there is something to review" "$(state_of "$transfer")" REVIEW
for i in 1 2 3 4 5 6 7 8 9; do
	[ "$(verdict_of "$transfer" "plain$i.txt")" = clean ] || break
done
is "objects that were with one that ends are innocent" "$(verdict_of "$transfer" "plain$i.txt")" clean
while read -r file verdict why; do
	is "$file: $verdict" "$(verdict_of "$transfer" "$file.txt")" "$verdict"
	[ -z "$why" ] || like "$file: $why" "$(said "$transfer" "$file.txt")" "$why"
done <<'ACTS'
fork error it ended with status 42
eat error it ended with status 42
crash error it ended with status 42
crash2 error it ended with status 42
hang timeout did not get on with it
progress timeout within the time its size allows
once clean
leave clean
limits clean
ACTS
ok "what ended once is clean only because it was tried again" test -e "$once"
log=$SALLYPORT_HOME/run/hostile.log
is "an object that ends a process gets one more, and no third" "$(grep -c 'crashes' "$log")" 7
is "one that hangs, too" "$(grep -c 'hangs' "$log")" 2
is "and one that goes on for ever" "$(grep -c 'goes on' "$log")" 2
log=$SALLYPORT_HOME/run/sallyportd.log
if unshare --user --pid --net --ipc --uts --mount true 2>/dev/null; then
	like "a scanner is alone in its namespace" "$(said "$transfer" limits.txt)" 'pid 1\b'
	ok "what a scanner forked has gone with it" none_left sp-forked
	ok "what another left behind goes when it ends" wait_for 20 none_left sp-leaver
	unlike "there is nothing to tell about namespaces" "$(cat "$log")" 'no namespaces'
else
	like "a scanner without a namespace is told in the log" "$(cat "$log")" 'no namespaces of their own'
	like "and by doctor" "$("$bin/sallyport" doctor)" 'namespaces'
	pass "what it forked cannot be known"
	pass "nor what it left"
fi
like "its memory is what its manifest says" "$(said "$transfer" limits.txt)" 'memory 256\b'
like "the record counts the processes that objects ended" \
    "$(as otto timeline "$transfer" --json | tr -d ' ')" '"strikes":[1-9]'

# --- one slow object in a queue of quick ones ---------------------------------------------
must requires calm
rm "$work"/m/*
act a-slow "slow 80"
for i in $(seq 1 120); do
	act "quick$i" "quick $i"
done
small_medium "$work/queue.img" "$work/m"
intake "$work/queue.img"
is "all of them are clean" "$(as otto items "$transfer" --where 'verdict=clean' --json | grep -c '"verdict"')" 121
log=$SALLYPORT_HOME/run/calm.log
# the self-tests at the end come behind it
slow=$(grep -n ' slow 80' "$log" | cut -d: -f1)
is "every other one was answered before the slow one" \
    "$(head -n "$slow" "$log" | grep -c ' quick')" 120
ok "more than two processes: each is replaced after 40 objects" \
    test "$(cut -d' ' -f1 "$log" | sort -u | wc -l)" -gt 3

# --- what is not for a scanner is not given to it -------------------------------------------
must requires picky
rm "$work"/m/*
act small "text of a few words"
head -c 101 /dev/zero | tr '\0' x >"$work/m/large.txt"
printf 'PK\005\006\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0' >"$work/m/empty.zip"
small_medium "$work/picky.img" "$work/m"
rm -f "$SALLYPORT_HOME/run/picky.log"
intake "$work/picky.img"
is "what it takes is scanned" "$(verdict_of "$transfer" small.txt)" clean
is "what is too large is incomplete" "$(verdict_of "$transfer" large.txt)" incomplete
like "for its size" "$(said "$transfer" large.txt)" 'size-limit'
is "what it does not accept is not clean" "$(verdict_of "$transfer" empty.zip)" unscanned
like "it is nothing for it" "$(said "$transfer" empty.zip)" 'does not look at objects of this type'
is "and it never saw them" "$(grep -vc eicar "$SALLYPORT_HOME/run/picky.log")" 3

# --- a kernel that gives no namespaces -------------------------------------------------------
station_stop
log=$SALLYPORT_HOME/run/sallyportd.log
: >"$log"
if unshare --user --map-current-user --keep-caps sh -c 'echo 0 >/proc/sys/user/max_user_namespaces' 2>/dev/null; then
	mv "$bin/sallyportd" "$bin/sallyportd-itself"
	cat >"$bin/sallyportd" <<'END'
#!/bin/sh
exec unshare --user --map-current-user --keep-caps sh -c '
	echo 0 >/proc/sys/user/max_user_namespaces
	exec setpriv --inh-caps=-all --ambient-caps=-all "$@"' sh "$(dirname "$0")/sallyportd-itself" "$@"
END
	chmod 755 "$bin/sallyportd"
fi
must station_start
must requires hostile
rm "$work"/m/*
act fork "fork sp-crowded"
act plain "plain"
act limits limits
small_medium "$work/crowded.img" "$work/m"
intake "$work/crowded.img"
is "without namespaces what crashes is an error all the same" "$(verdict_of "$transfer" fork.txt)" error
is "and what is clean is clean" "$(verdict_of "$transfer" plain.txt)" clean
unlike "it is not alone" "$(said "$transfer" limits.txt)" 'pid 1\b'
like "its memory is limited" "$(said "$transfer" limits.txt)" 'memory 256\b'
is "the log tells it, once" "$(grep -c 'no namespaces of their own' "$log")" 1
like "doctor warns, and says what to do" "$("$bin/sallyport" doctor 2>&1 | tr '\n' ' ')" \
    'WARN.*no namespaces of their own.*max_user_namespaces'
like "and it is in the record" "$(as otto timeline "$transfer" --json | tr -d ' ')" '"apart":false'
pid=$(left_over sp-crowded | cut -d/ -f3)
[ -z "$pid" ] || kill -9 "$pid"
done_testing
