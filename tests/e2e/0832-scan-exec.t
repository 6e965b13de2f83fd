#!/bin/sh
# SPDX-License-Identifier: ISC
# scan-exec: what a command of the site gets, what it may do, and what of it is
# believed.  sallyport-check plays the station; 0831 has a real one.
. "$(dirname "$0")/lib.sh"

cd "$work" || exit 3
more=
# The verdict and why of a harmless text of 41 bytes; the command's words as the manifest has them.
says() { # WORDS [CONVERSATION]
	cat >x.conf <<END
name = "x"; version = "1"; program = "scan-exec"; kind = "policy"; scope = "object";
window = 1; slots = 1; engine_socket = false; max_bytes = 0;
timeout_base_ms = 20000; timeout_per_mib_ms = 100; stall_ms = 0; selftest = false;
command = [ $1 ];
exits = ( { status = 0; verdict = "clean"; }, { status = 1; verdict = "malicious"; }, { status = 3; verdict = "na"; } );
clean_needs = "^looked"; output = "lines"; $more
END
	"$bin/sallyport-check" -o "${2:-good}" x.conf 2>err | sed -n 's/^[a-zBREAKS]* *'"${2:-good}"' *//p'
}
sh='"/bin/sh", "-c", '

is "standard input is the object" "$(says "$sh"'"read -r line; case $line in Nothing*) cat; echo looked; esac", "/bin/cat"')" \
    'known good is clean'
is "{} is a path of it, again and again" \
    "$(says "$sh"'"/bin/cat $0 $0 >/dev/null && /usr/bin/cmp $0 /dev/stdin && echo looked", "{}", "/bin/cat", "/usr/bin/cmp"')" \
    'known good is clean'
is "a copy is whole" "$(says "$sh"'"echo looked $(/usr/bin/wc -c <$0) >&2; exit 3", "{}", "/usr/bin/wc"')" 'known good is na'
# LIM_ADAPTER_COPY
is "more than a copy can hold is incomplete" \
    "$(says "$sh"'"/bin/cat $0 >/dev/null; echo looked", "{}", "/bin/cat"' large | tail -n 1)" \
    'a byte over its own limit is incomplete'

# What it may not do: each is tried, and says so when it was possible.
cannot() { # NAME SCRIPT [WORDS]
	is "cannot $1" "$(says "$sh\"cat >/dev/null; $2; echo looked\", \"/bin/sh\", \"/bin/cat\"${3:+, $3}")" 'known good is clean'
}
cannot "write a file" '(echo x >/tmp/sp-exec) 2>/dev/null && exit 1'
no "there is none" test -e /tmp/sp-exec
cannot "write beside its manifest" "(echo x >$work/made) 2>/dev/null && exit 1"
cannot "read what it was not told of" '(read -r x </etc/passwd) 2>/dev/null && exit 1'
cannot "list the station's folder" "ls $work >/dev/null 2>&1 && exit 1" '"/bin/ls"'
cannot "run a program that nobody named" '/usr/bin/id >/dev/null 2>&1 && exit 1'
cannot "signal its neighbours" 'kill -0 $PPID 2>/dev/null && exit 1'
# tgkill(2), which abort(3) needs for the process itself
cannot "signal who started it" "/usr/bin/python3 -c 'import ctypes, sys; c = ctypes.CDLL(None); sys.exit(any(c.syscall(234, t, t, 0) == 0 for t in [int(sys.argv[1])] + list(range(1, 99))))' \$PPID || exit 1" '"/usr/bin/python3"'
cannot "see a descriptor of the scanner" 'for fd in 3 4 5 6 7; do (: <&$fd) 2>/dev/null && exit 1; done'
cannot "reach a network" "/usr/bin/python3 -c 'import socket; socket.socket()' 2>/dev/null && exit 1" '"/usr/bin/python3"'
more='memory_mib = 256;'
cannot "have more memory than its manifest says (512 of 256 MiB)" \
    "/usr/bin/python3 -c 'b = bytearray(1 << 29)' 2>/dev/null && exit 1" '"/usr/bin/python3"'
more=
is "the object cannot be run" \
    "$(says "$sh"'"/bin/chmod 755 $0 2>/dev/null; $0 2>/dev/null; case $? in 126) echo looked; esac", "{}", "/bin/chmod"')" \
    'known good is clean'
is "nor changed" "$(says "$sh"'"(echo x >>$0) 2>/dev/null && exit 1; echo looked", "{}"')" 'known good is clean'
# LIM_ADAPTER_PROCESSES
like "it has no more than 256 processes" \
    "$(says "$sh"'"cat >/dev/null; i=0; while [ $i -lt 300 ]; do sleep 60.0832 & i=$((i + 1)); done; echo looked", "/bin/cat", "/bin/sleep"')" \
    'known good is error: the command ended with status 2, .*: Cannot fork'
ok "and none of them is left" sh -c "! pgrep -u $(id -u) -fx \"sleep 60.0832\" >/dev/null"

# Without namespaces nobody but the kernel ends it together with scan-exec.
crowded() { # COMMAND...: where the kernel gives no namespaces
	unshare --user --map-current-user --keep-caps sh -c 'echo 0 >/proc/sys/user/max_user_namespaces
	    exec setpriv --inh-caps=-all --ambient-caps=-all "$@"' sh "$@"
}
cp /bin/sleep sp-endless # whose owner is known there, too
cat >endless.conf <<END
name = "x"; version = "1"; program = "scan-exec"; kind = "policy"; scope = "object";
window = 1; slots = 1; engine_socket = false; max_bytes = 0;
timeout_base_ms = 20000; timeout_per_mib_ms = 100; stall_ms = 0; selftest = false;
command = [ "$work/sp-endless", "3600" ];
exits = ( { status = 0; verdict = "clean"; } ); clean_needs = "^looked"; output = "lines";
END
like "a command that never ends is late" \
    "$(crowded "$bin/sallyport-check" -t 3 -o good endless.conf 2>&1)" 'it did not answer in time'
no "and does not outlive scan-exec" sh -c 'pgrep -u "$(id -u)" -f "[s]p-endless" >/dev/null'

# R16: a library that tries a new way of doing things is told that there is none, and goes on.
for interpreter in /usr/bin/python3 /usr/bin/perl /usr/bin/awk; do
	case $interpreter in
	*python3) words='"-I", "-c", "import sys, os, json, subprocess, threading, tempfile; sys.stdin.read(); print('"'looked'"')"' ;;
	*perl) words='"-e", "use POSIX; use File::Temp; my @a = <STDIN>; print qq(looked\\n)"' ;;
	*awk) words='"END { print \"looked\" }"' ;;
	esac
	is "R16: $interpreter works in the sandbox as it is" "$(says "\"$interpreter\", $words")" 'known good is clean'
done

# What it is told, and what of its manifest is wrong.
is "it is started in / with an environment of its own" \
    "$(LOOK=1 says "$sh"'"cat >/dev/null; echo looked; [ \"$PWD$HOME$LOOK\" = //nonexistent ]", "/bin/cat"')" 'known good is clean'
is "{} of another word is no path" "$(says "$sh"'"cat >/dev/null; [ \"$0\" = a{} ] && echo looked", "a{}", "/bin/cat"')" \
    'known good is clean'
says '"/nowhere/scan"' ready >out
like "a command that is not there makes it unfit" "$(cat out)" 'it says that it is unfit: .* there is no program /nowhere/scan'
says '"/etc/passwd"' ready >out
like "what cannot be run, too" "$(cat out)" '/etc/passwd is not a program'
done_testing
