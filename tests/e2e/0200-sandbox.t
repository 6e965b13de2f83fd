#!/bin/sh
# SPDX-License-Identifier: ISC
# Every role is inside its sandbox: what its contract forbids is tried and
# stopped, what it needs works.  Then the same for the programs themselves.
. "$(dirname "$0")/lib.sh"

probe=$B/tests/ipc/sandbox_probe
mkdir -p "$work/dir"
echo secret >"$work/readable"

# Stopped is: killed for it (SIGSYS, 128 + 31), or an error from the kernel (77).
stopped() { # NAME COMMAND...
	stopped_name=$1
	shift
	"$@" >"$work/out" 2>&1 </dev/null 3</dev/null 4</dev/null 5</dev/null 6</dev/null 7</dev/null
	status=$?
	case $status in
	77 | 159) pass "$stopped_name" ;;
	*) fail "$stopped_name" "status $status" "$(tail -n 5 "$work/out")" ;;
	esac
}

abi=$("$probe" abi)
if [ "$abi" -gt 0 ]; then
	pass "the kernel has Landlock (ABI $abi)"
else
	fail "THIS KERNEL HAS NO LANDLOCK: no program of the station can run here" \
	    "Start it with lsm=landlock,... and look again."
	done_testing
fi

# A probe that fails anyway would prove nothing.
for act in open list create rename peek socket unix-socket socketpair connect execve fork clone3 \
    ptrace kill tgkill pidfd mknod exec-memory; do
	"$probe" none "$act" "$work/dir" >"$work/out" 2>&1 </dev/null
	is "without a sandbox, $act is possible" "$(tail -n 1 "$work/out")" possible
	rm -f /tmp/sallyport-probe "$work/dir"/*
done

for role in $("$probe" roles); do
	ok "$role: what it needs works" "$probe" "$role" works "$work/dir"
	rm -f "$work/dir"/*
	for act in $("$probe" acts "$role"); do
		stopped "$role: $act is stopped" "$probe" "$role" "$act" "$work/dir"
		rm -f "$work/dir"/*
	done
	"$probe" "$role" abort "$work/dir" >"$work/out" 2>&1
	is "$role: an assertion ends it as one" $? 134
	rm -f "$work/dir"/*
done
for role in $("$probe" file-roles); do
	stopped "$role: nothing beside its directory" "$probe" "$role" outside "$work/dir"
	rm -f "$work/dir"/*
done

# --- the programs -------------------------------------------------------------------
# Each tries the act itself (-T), right after it has entered its own sandbox.
mkdir -p "$SALLYPORT_HOME"
[ ! -x "$bin/sallyport" ] || must station_init

command_of() { # PROGRAM
	case $1 in
	sallyport-desk | sallyport-vault | sallyport-ledger | sallyport-stager)
		echo "$bin/$1 -d $SALLYPORT_HOME"
		;;
	*) echo "$bin/$1" ;;
	esac
}
for program in sallyport sallyport-desk sallyport-reader sallyport-unlock sallyport-token sallyport-vault sallyport-ledger sallyport-stager \
    sallyport-rescan sallyport-report sallyport-preview sallyport-request sallyport-signatures sallyport-verify sallyport-witness $(cd "$bin" && echo scan-*); do
	if [ ! -x "$bin/$program" ]; then
		fail "$program: is not built"
		continue
	fi
	for act in $("$probe" acts); do
		# shellcheck disable=SC2046
		stopped "$program: $act is stopped" $(command_of "$program") -T "$act"
	done
done

done_testing
