#!/bin/sh
# SPDX-License-Identifier: ISC
# What the screens ask the desk for, by command line: media in the ports, stages
# of the work, pause, stop with a reason, reports on the share, and terminals
# that nobody signs in at.
. "$(dirname "$0")/lib.sh"

station noclamd
port=$SALLYPORT_HOME/ports/R1
mkdir "$work/m"
head -c 3000000 /dev/urandom >"$work/m/data.bin"
echo text >"$work/m/note.txt"
small_medium "$work/small.img" "$work/m" 8
state_is() { # TRANSFER STATE
	[ "$(state_of "$1")" = "$2" ]
}
media() {
	"$bin/sallyport" media --json >"$work/media" || fail "sallyport media"
	grep -F "$1" "$work/media"
}
journal() { # TYPE: how many entries of it
	grep -ao "\"type\":\"$1\"" "$SALLYPORT_HOME/ledger/ledger.db" | wc -l
}

# --- the site -------------------------------------------------------------------
ask() { # MESSAGE: the desk's answer to one who has not signed in
	python3 -c '
import json, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect(sys.argv[1])
hello = json.loads(s.recv(65536))
s.send(json.dumps(dict(hello, program="sallyport")).encode())
s.send(json.dumps({"m": sys.argv[2]}).encode())
print(s.recv(65536).decode())
' "$SALLYPORT_HOME/run/desk.sock" "$1"
}
site=$(ask ui.site)
like "a terminal is told what the site is" "$site" '"m": *"desk.site".*"site": *"demo"|"site": *"demo"'
like "when screens lock, as the policy says" "$site" '"lock_s": *300'
like "how many sign" "$site" '"approvals": *2'
like "which reasons there are for an approval" "$site" '"approve": *\["the requester asked'
like "and others for a rejection" "$site" '"reject": *\["not asked for'
# Scanners are tried without keeping the terminal waiting; then it asks how it went.
tried=$(python3 -c '
import json, socket, sys, time
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect(sys.argv[1])
hello = json.loads(s.recv(65536))
s.send(json.dumps(dict(hello, program="sallyport")).encode())
def ask(begin):
    s.send(json.dumps({"m": "ui.scanners", "selftest": begin}).encode())
    return [row["state"] for row in json.loads(s.recv(65536))["rows"]]
print("at once:", *ask(True))
for _ in range(600):
    states = ask(False)
    if "trying" not in states:
        break
    time.sleep(0.1)
print("then:", *states)
' "$SALLYPORT_HOME/run/desk.sock")
like "a self-test is answered before it is over" "$tried" '^at once:( trying)+$'
like "and what came out is told later: no engine runs here" "$tried" '^then:( fit)* UNFIT( fit)*$'
like "the entries of a transfer are for those who sign in" "$(ask ui.timeline 2>&1)" 'Error|JSON|^$'
ok "init writes reasons" grep -q '^reasons = {' "$SALLYPORT_HOME/station.conf"
ok "init makes the folder of the port" test -d "$port"

# --- ports ----------------------------------------------------------------------
like "an empty port is shown" "$(media '"R1"')" '"state": *"empty"'
cp "$work/small.img" "$port/stick.img"
cp "$work/small.img" "$port/$(printf 'odd\033[2Jname')"
mkfifo "$port/pipe"
mkdir "$port/folder"
ln -s "$work/small.img" "$port/link.img"
echo hidden >"$port/.part"
like "an image in the port is ready" "$(media stick.img)" '"state": *"ready"'
like "with its size" "$(media stick.img)" '"bytes": *8388608'
like "an odd name is escaped" "$(media odd)" 'odd.*x1B\[2Jname'
source_of() { # WORDS: its source as it is printed
	media "$1" | sed -n 's/.*"source": *"\([^"]*\)".*/\1/p'
}
is "links, pipes, folders and dot files are no media" \
    "$(grep -cE 'link.img|pipe|folder|part' "$work/media")" 0

# --- what the station opens, and what not ------------------------------------------
run as otto intake "$port/stick.img" --device --requester rita --no-wait
transfer=$(transfer_of "$out$err")
ok "the station opens an image in its port" test -n "$transfer"
ok "and it comes to rest" wait_for 60 sh -c "! '$bin/sallyport' media --json | grep -q '\"reading\"'"
like "afterwards it has been read" "$(media stick.img)" "\"state\": *\"read\".*$transfer|$transfer.*\"state\": *\"read\""
# a second is the ledger's measure of time
newer() {
	touch "$port/stick.img"
	media stick.img | grep -q '"state": *"ready"'
}
ok "another one in its place is ready" wait_for 10 newer
outside() { # NAME PATH WORDS
	refused "$1" 1 "$3" as otto intake "$2" --device --requester rita
	like "and shown with the reason" "$("$bin/sallyport" media)" "refused"
}
outside "a link in the port is refused" "$port/link.img" 'it is a link'
outside "a pipe in the port is refused" "$port/pipe" 'no image file'
outside "a folder in the port is refused" "$port/folder" 'no image file'
outside "a way out of the port is refused" "$port/../../small.img" 'never a real device'
outside "the port itself is refused" "$port/.." 'never a real device'
outside "a dot file is refused" "$port/.part" 'never a real device'
outside "a name that is not there is refused" "$port/nothing.img" 'not there any more'
outside "an image outside the ports is refused" "$work/small.img" 'never a real device'
outside "the ledger is refused" "$SALLYPORT_HOME/ledger/ledger.db" 'never a real device'
"$bin/sallyport" media --json >"$work/media"
is "each refusal is shown, the newest first" \
    "$(grep '"refused"' "$work/media" | head -n 1 | grep -c 'ledger.db')" 1
is "all of them" "$(grep -c '"refused"' "$work/media")" 9

refused "a keyboard's name is refused" 1 'never a real device' as otto intake /dev/input/event0 --device \
    --requester rita
like "and is not called an image" "$(media event0)" '"kind": *"device"'
ok "the first one is ended" as otto abort "$transfer" --reason 'only a try'
run as otto intake "$(source_of "odd")" --device --requester rita --no-wait
transfer=$(transfer_of "$out$err")
ok "a source is taken as it is printed" test -n "$transfer"
like "and means that medium" "$(media odd)" "$transfer"

# --- stages, pause and stop -----------------------------------------------------------
run as otto abort "$transfer" --reason 'only a try'
rm -f "$port"/* 2>/dev/null
for i in 1 2 3 4 5 6; do
	head -c 20000000 /dev/urandom >"$work/m/data$i.bin"
done
small_medium "$port/big.img" "$work/m" 160
station=$(cat "$SALLYPORT_HOME/run/sallyportd.pid")
# However fast the disk is, the reader stands before its work: it is stopped while it waits
# for what is to be read, and then told to go.
choosing() {
	as otto status "$transfer" --json | grep -q '"choosing": *{'
}
begin_reading() { # leaves the transfer's id in $transfer
	run as otto intake "$port/big.img" --device --requester rita --hold --no-wait
	transfer=$(transfer_of "$out$err")
	[ -n "$transfer" ] || fail "no transfer" "$out" "$err"
	must wait_for 20 choosing
	must pkill -STOP -P "$station" -f sallyport-reader
	must as otto go "$transfer" --no-wait
}
pause_at_work() { # TRANSFER: its reader stands until the pause was asked for
	as otto pause "$1"
	pause_status=$?
	pkill -CONT -P "$station" -f sallyport-reader || :
	return $pause_status
}
begin_reading
ok "a transfer at work can be paused" pause_at_work "$transfer"
refused "but not twice" 1 'paused already' as otto pause "$transfer"
as otto watch "$transfer" >"$work/watch.out" 2>&1 &
watcher=$!
ok "who watches sees it" wait_for 20 grep -q '(paused)' "$work/watch.out"
like "its medium is being read" "$(media big.img)" '"state": *"reading"'
ok "it goes on" as otto continue "$transfer"
# 160 MB may be read by now: then it is no longer at work
refused "but not twice" 1 'not paused|neither being read' as otto continue "$transfer"
ok "to its end (there is no engine here)" wait_for 60 state_is "$transfer" BLOCKED
wait $watcher
unlike "and the watcher is told of every stage" "$(cat "$work/watch.out")" 'not known'
refused "what has ended cannot be paused" 1 'neither being read' as otto pause "$transfer"

begin_reading
second=$transfer
pause_at_work "$second" >/dev/null
ok "it is paused in the middle" wait_for 20 state_is "$second" READING
refused "a stop needs its reason" 2 'reason' as otto stop "$second"
refused "one that says something" 2 'reason' as otto stop "$second" --reason ''
ok "a paused transfer can be stopped" as otto stop "$second" --reason 'the wrong stick'
is "which is a fault" "$(state_of "$second")" FAULT
like "with the officer's reason" "$(as otto status "$second")" 'stopped by otto: the wrong stick'
like "and its medium can be read again" "$(media big.img)" "\"state\": *\"ready\""
run as otto intake "$port/big.img" --device --requester rita --resume "$second"
is "from the beginning to its end" "$(state_of "$second")" BLOCKED
like "only by an officer" "$(as ada pause "$second" 2>&1)" 'only a transfer officer'

# --- reports on the share ------------------------------------------------------------------
run as otto report "$transfer" --share --format text,slip
is "a report goes to the share" "$status" 0
like "and its place is told" "$out" "reports/$transfer/report.txt"
reports=$SALLYPORT_HOME/share/reports/$transfer
ok "where it can be read" grep -q "$transfer" "$reports/report.txt"
ok "the slip beside it" test -f "$reports/slip.txt"
must as otto report "$transfer" --out "$work/report" --format text
timeless() { # REPORT
	grep -vE '^ +(report made|log size|log root) ' "$1"
}
is "it is what a folder would get" "$(timeless "$reports/report.txt")" \
    "$(timeless "$work/report/report.txt")"
ok "a newer one takes its place" as otto report "$transfer" --share --format text
is "nothing else is left there" "$(ls -A "$reports" | sort | tr '\n' ' ')" 'report.txt slip.txt '
refused "a report of nothing" 1 'no such transfer' as otto report K1-999999 --share
refused "to somewhere" 2 'where the report goes' as otto report "$transfer"

# --- the entries of a transfer --------------------------------------------------------------
run as otto timeline "$second"
like "the first entry of a transfer" "$(printf '%s\n' "$out" | grep -m1 Z)" 'xfer.open'
like "every entry in its order" "$(printf '%s' "$out" | grep -o 'xfer\.[a-z]*' | tr '\n' ' ')" \
    '^xfer.open xfer.start xfer.fault xfer.start xfer.read xfer.block '
like "with its words" "$out" 'stopped by otto: the wrong stick'
is "as machines read it" "$(as otto timeline "$second" --json | grep -c '"type"')" 6
refused "of a transfer that there is" 1 'no such transfer' as otto timeline K1-999999

# --- doctor ---------------------------------------------------------------------------------
run "$bin/sallyport" doctor
like "doctor tells of the scanners' last proof" "$out" 'scanners +.*type good'

free=$(df --output=avail -B1 "$SALLYPORT_HOME" | tail -n 1)
station_stop
sed -i "s/^vault_floor = .*/vault_floor = \"$((free / 1048576 * 2 / 3))M\";/" "$SALLYPORT_HOME/station.conf"
must station_start
run "$bin/sallyport" doctor
like "doctor warns of a vault that is filling up" "$out" 'WARN +vault'
like "with the remedy" "$out" 'purge'

# --- terminals that nobody signs in at: LIM_SESSIONS, LIM_FAILURE_MS ----------------------------------------------------------
idle() { # COUNT: connections that say nothing
	python3 -c '
import socket, sys, time
keep = []
for i in range(int(sys.argv[2])):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    s.connect(sys.argv[1])
    keep.append(s)
print("connected", flush=True)
sys.stdin.read()
' "$SALLYPORT_HOME/run/desk.sock" "$1"
}
mkfifo "$work/hold"
idle 40 <"$work/hold" >"$work/idle" &
exec 7>"$work/hold"
wait_for 20 grep -q connected "$work/idle" || fail "idle connections"
ok "40 idle connections shut nobody out" as otto status
exec 7>&-
before=$(journal sess.fail)
tries=
for i in 1 2 3 4 5 6 7 8; do
	"$bin/sallyport" --as otto --passphrase-fd 9 status "$transfer" 9<<END >/dev/null 2>&1 &
not the passphrase
END
	tries="$tries $!"
done
wait $tries
told() {
	[ "$(journal sess.fail)" -ge $((before + 1)) ] &&
	    grep -aq '"data":{"count":' "$SALLYPORT_HOME/ledger/ledger.db"
}
ok "eight refused sign-ins at once are recorded, and counted" wait_for 20 told
after=$(journal sess.fail)
ok "they are few entries ($((after - before)))" \
    test "$after" -gt "$before" -a "$after" -lt $((before + 8))
ok "the ledger verifies" "$bin/sallyport" verify
done_testing
