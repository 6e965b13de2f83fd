#!/bin/sh
# SPDX-License-Identifier: ISC
# A library that crashes or hangs on one file system costs that volume and not
# the transfer: another reader reads the rest, what was read stays, and an entry,
# an item and a finding say so.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/hold.sh"
. "$(dirname "$0")/pulls.sh"

mkdir -p "$work/m/v1/docs" "$work/m/v2/data" "$work/m/v3"
for i in 1 2 3 4 5; do
	head -c 100000 /dev/urandom >"$work/m/v1/docs/first$i.bin"
	head -c 100000 /dev/urandom >"$work/m/v3/third$i.bin"
done
i=10
while [ $i -lt 40 ]; do
	head -c 2000000 /dev/urandom >"$work/m/v2/data/second$i.bin"
	i=$((i + 1))
done
small_medium "$work/one.img" "$work/m/v1" 16
small_medium "$work/two.img" "$work/m/v2" 96
small_medium "$work/three.img" "$work/m/v3" 16
truncate -s 132M "$work/stick.master"
printf 'label: dos\nstart=2048,size=32768,type=6\nstart=34816,size=196608,type=6\nstart=231424,size=32768,type=6\n' |
    sfdisk -q "$work/stick.master" >/dev/null
dd if="$work/one.img" of="$work/stick.master" bs=1M seek=1 conv=notrunc,sparse status=none
dd if="$work/two.img" of="$work/stick.master" bs=1M seek=17 conv=notrunc,sparse status=none
dd if="$work/three.img" of="$work/stick.master" bs=1M seek=113 conv=notrunc,sparse status=none
station_policy=$top/tests/bench/noengine.policy
station noclamd

entries() { # TYPE
	as otto timeline "$transfer" --json | grep -c "\"type\": *\"$1\""
}
is_there() {
	reader >/dev/null
}
is_over() {
	case $(state_of "$transfer") in REVIEW | FAULT | BLOCKED) ;; *) false ;; esac
}
# The reader stands in the middle of volume 2 and is sent a signal.
struck() { # SIGNAL
	had=6
	begin
	had=0
	kill -"$1" "$(reader)"
	kill -CONT "$(reader)" 2>/dev/null
	wait_for 20 is_over || {
		fail "it does not come to an end" "$(as otto status "$transfer")" \
		    "$(ps -o pid,stat,args --ppid "$station_pid")" "$(tail -n 5 "$SALLYPORT_HOME/run/sallyportd.log")"
		done_testing
	}
}

# --- while it is read ----------------------------------------------------------------------
struck SEGV
is "a reader that crashes on a volume: the transfer goes on" "$(state_of "$transfer")" REVIEW
run as otto items "$transfer" --where 'kind=file and state=read'
n=$(printf '%s\n' "$out" | grep -c 'v2/data/second')
ok "what was read of the volume stays" test "$n" -ge 1
ok "which is not all of it" test "$n" -lt 30
is "the volume in front of it is read" "$(printf '%s\n' "$out" | grep -c 'v1/docs/first')" 5
is "and the one behind it" "$(printf '%s\n' "$out" | grep -c 'v3/third')" 5
run as otto items "$transfer" --where 'kind=file and state!=read'
is "every other file of it is an item" "$(printf '%s\n' "$out" | grep -c 'second')" $((30 - n))
like "with its reason" "$(as otto items "$transfer" --where 'kind=file and state!=read' --json)" \
    'not read: the program that reads this file system stopped'
json=$(as otto items "$transfer" --where 'kind=region and class=corruption' --json)
like "the volume is an item with a finding" "$json" 'signal 11'
is "one" "$(printf '%s\n' "$json" | grep -c 'stopped while this one was read')" 1
is "and an entry" "$(entries xfer.stopped)" 1
is "reading began once" "$(entries xfer.start)" 1
like "nothing of the other volumes is read again" "$(resumed files)" '^[1-9]'
files=$((n + 10))
as otto decide "$transfer" approve --where 'kind=file and state=read' --reason 'asked for' >/dev/null
as otto decide "$transfer" reject --where 'decision=none and (kind=file or kind=link)' --reason 'not needed' >/dev/null
must as otto submit "$transfer" --yes
must as paula approve "$transfer" --yes
wait_for 60 state_is "$transfer" RELEASED
for f in $(cd "$(share_of "$transfer")" && find . -type f); do
	cmp "$(share_of "$transfer")/$f" "$work/m/$f" || fail "it differs: $f"
done
is "what was read is on the share" "$(find "$(share_of "$transfer")" -type f | wc -l)" "$files"
ok "the record verifies" "$bin/sallyport" verify
ok "the custody folder, too" "$bin/sallyport" verify "$SALLYPORT_HOME/share/custody/$transfer"

# --- busy for ever, and ended by somebody -----------------------------------------------------
struck PROF
is "a reader that was only busy: the transfer goes on" "$(state_of "$transfer")" REVIEW
like "and the finding says so" \
    "$(as otto items "$transfer" --where 'kind=region and class=corruption' --json)" 'gave nothing'
struck KILL
is "a reader that somebody kills is a fault" "$(state_of "$transfer")" FAULT
resume
is "which is repeated" "$(state_of "$transfer")" REVIEW
is "with every volume" "$(($(resumed files) + $(resumed read)))" 40
like "and nothing is read twice" "$(resumed files)" '^[1-9]'

# --- while it is opened or listed; again and again ----------------------------------------------
station_stop
mkdir "$work/prog"
cp -r "$B/bin" "$B/share" "$work/prog/"
bin=$work/prog/bin
rm "$bin/sallyport-reader"
cat >"$bin/sallyport-reader" <<'END'
#!/usr/bin/python3
import base64, json, os, signal, socket, struct, sys, time

desk = socket.socket(fileno=3)
kind = os.pread(5, 64, 0).split(b"\n")[0].decode()
proto = json.loads(desk.recv(32768))["proto"]
digest = "metadata:" + "0" * 64
count = 0


def say(m, **fields):
    desk.send(json.dumps({"m": m, **fields}).encode())


def wait(m):
    while True:
        got = desk.recv(32768)
        if not got:
            sys.exit(0)
        got = json.loads(got)
        if got["m"] == m:
            return got


def die():
    os.kill(os.getpid(), signal.SIGSEGV)
    time.sleep(60)


def at(volume):
    say("reader.at", volume=volume, offset=volume * 100)


def item(volume, kind, state="read", why=""):
    global count
    count += 1
    name = "v0-%d" % count if kind == "region" else "f%d" % volume
    say("reader.item", id=count, parent=0, volume=volume,
        name=base64.b64encode(name.encode()).decode(), kind=kind, state=state, why=why,
        size=1, mode=420, mtime="2026-01-01T00:00:00Z", zone="none", link="", links=1, place=7)


def volumes(without):
    rows = []
    for v in (1, 2, 3):
        row = {"bytes": 100, "kind": "fat", "label": "", "n": v}
        if v * 100 in without:
            row["stopped"] = True
        rows.append(row)
    say("reader.medium", bytes=512, sector=512, table="none", volumes=rows,
        write_protected=True, before=digest, tables=0, volume_bytes=512, regions=0)


say("hello", proto=proto, program="sallyport-reader", version="0", sandbox=True)
without = wait("read.begin").get("without", [])
bad = [2, 3] if kind == "every_one_but_the_first" else [2]
for v in (1, 2, 3):
    if v * 100 in without and kind != "one_that_does_not_listen":
        continue
    at(v)
    if kind == "while_it_is_opened" and v in bad:
        die()
say("reader.at", volume=0)
volumes(without)
for v in (1, 2, 3):
    if v * 100 in without and kind != "one_that_does_not_listen":
        item(v, "region", "unreadable", "not read")
        continue
    at(v)
    item(v, "file")
    if kind in ("every_one_but_the_first", "one_that_does_not_listen") and v in bad:
        die()
say("reader.at", volume=0)
if kind == "at_no_volume":
    die()
say("reader.totals", items=count, files=3 - len(without), bytes=3 - len(without))
while True:
    m = desk.recv(32768)
    if not m:
        sys.exit(0)
    if json.loads(m)["m"] == "read.go":
        break
for i in range(1, count + 1):
    v = i
    if v * 100 in without:
        continue
    os.write(4, struct.pack("<IIQ", 1, 0, i) + struct.pack("<IIQ", 2, 1, i) + b"x" +
        struct.pack("<IIQ", 3, 0, i))
os.close(4)
say("reader.done", files=3 - len(without), bytes=3 - len(without), unreadable=0, after=digest,
    tables=0, volume_bytes=512, regions=0)
wait("the end of the desk")
END
chmod 755 "$bin/sallyport-reader"
must station_start

strike() { # HOW
	printf '%s\n' "$1" >"$work/$1.img"
	run as otto intake "$work/$1.img" --requester rita
	transfer=$(transfer_of "$out$err")
}
strike while_it_is_opened
is "a volume on which the reader crashes when it opens it" "$(state_of "$transfer")" REVIEW
is "one entry" "$(entries xfer.stopped)" 1
is "the two others are read" "$(as otto items "$transfer" --where 'kind=file and state=read' | grep -c 'v[13]/f')" 2
like "it says when" "$(as otto items "$transfer" --where 'kind=region' --json)" 'while this one was opened'
strike every_one_but_the_first
is "two volumes on which it crashes" "$(state_of "$transfer")" REVIEW
is "two entries" "$(entries xfer.stopped)" 2
is "one is read" "$(as otto items "$transfer" --where 'kind=file and state=read' | grep -c 'v1/f1')" 1
is "what was listed of the others is there" "$(as otto items "$transfer" --where 'kind=file and state=unread' | grep -c 'v[23]/f')" 2
is "two findings" "$(as otto items "$transfer" --where 'kind=region and class=corruption' | grep -c 'v0-')" 2
strike one_that_does_not_listen
is "it is tried once for each volume" "$(state_of "$transfer")" FAULT
is "and that is in the record" "$(entries xfer.stopped)" 1
strike at_no_volume
is "a crash that no volume brought about is a fault" "$(state_of "$transfer")" FAULT
is "of the reading" "$(entries xfer.stopped)" 0
done_testing
