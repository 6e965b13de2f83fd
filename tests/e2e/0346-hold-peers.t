#!/bin/sh
# SPDX-License-Identifier: ISC
# A reading that waits, with a reader and an unlocker that do as the test says:
# what the desk passes on, what it refuses, and how it ends when one of them lies.
. "$(dirname "$0")/lib.sh"

mkdir "$work/prog"
cp -r "$B/bin" "$B/share" "$work/prog/"
bin=$work/prog/bin
rm -f "$bin/sallyport-reader" "$bin/sallyport-unlock"
cat >"$bin/sallyport-reader" <<'END'
#!/usr/bin/python3
# Volume 1 has two folders and a file, volume 2 is locked.  The first line of
# the image says how it lies.
import array, base64, json, os, socket, struct, sys

desk = socket.socket(fileno=3)
how = os.pread(5, 64, 0).split(b"\n")[0].decode()
proto = json.loads(desk.recv(32768))["proto"]
# id: (parent, volume, name, kind, state, contents)
items = {1: (0, 1, "data", "directory", "read", b""), 2: (1, 1, "a", "file", "read", b"a" * 5),
    3: (1, 1, "sub", "directory", "read", b""), 4: (3, 1, "b", "file", "read", b"b" * 7),
    5: (0, 1, "top", "file", "read", b"top"), 6: (0, 1, "data.txt", "file", "read", b"text"),
    7: (0, 2, "v2", "region", "encrypted", b"")}


counted = {"tables": 512, "volume_bytes": 1 << 21, "regions": (1 << 21) - 512}
digest = "metadata:" + 64 * "0"


def say(m, **fields):
    desk.send(json.dumps({"m": m, **fields}).encode())


def item(n):
    parent, volume, name, kind, state, body = items[n]
    say("reader.item", id=n, parent=parent, volume=volume,
        name=base64.b64encode(name.encode()).decode(), kind=kind, state=state,
        why="a volume that is locked" if kind == "region" else "", size=len(body), mode=420,
        mtime="", zone="none", link="", links=1)


def totals():
    files = [i for i in items.values() if i[3] == "file"]
    say("reader.totals", items=len(items), files=len(files), bytes=sum(len(f[5]) for f in files))


def gone(n):
    while n != 0 and n in items:
        if n in out:
            return True
        n = items[n][0]
    return False


def unlock(m, fds):
    key = os.read(fds[0], 100)
    ok = key == b"the volume key" and how != "no_file_system"
    say("reader.unlocked", volume=1 if how == "another_volume" else m["volume"], ok=ok,
        why="" if ok else "There is no file system in it.", kind="ext4", label="SECRET",
        bytes=1048576)
    if not ok:
        return
    del items[7]
    items[8] = (0, 1 if how == "items_elsewhere" else 2, "report", "file", "read", b"inside")
    item(8)
    totals()


out = set()
say("hello", proto=proto, program="sallyport-reader", version="0", sandbox=True)
while True:
    data, fds, _, _ = socket.recv_fds(desk, 32768, 1)
    if not data:
        sys.exit(0)
    m = json.loads(data)
    if m["m"] == "read.begin":
        say("reader.medium", bytes=1 << 22, sector=512, table="mbr", write_protected=True,
            before=digest, **counted,
            volumes=[{"n": 1, "kind": "fat16", "bytes": 1 << 20, "label": "ONE"},
            {"n": 2, "kind": "luks2", "bytes": 1 << 20, "label": "", "locked": True,
            "offset": 1 << 21}])
        for n in items:
            item(n)
        totals()
        if how == "words_while_held":
            item(1)
        if how == "dies_while_held":
            sys.exit(1)
    elif m["m"] == "read.unlock":
        unlock(m, fds)
    elif m["m"] == "read.skip":
        out |= set(m["items"])
        for n in [n for n in items if gone(n) and n not in out]:
            del items[n]
        for n in out:
            items[n] = items[n][:4] + ("excluded", b"")
        totals()
    elif m["m"] == "read.go":
        files = [(n, i[5]) for n, i in items.items() if i[3] == "file" and i[4] == "read"]
        if how == "reads_what_is_left_out":
            files.append((2, b"a" * 5))
        for n, body in files:
            os.write(4, struct.pack("<IIQ", 1, 0, n) + struct.pack("<IIQ", 2, len(body), n) +
                body + struct.pack("<IIQ", 3, 0, n))
        os.close(4)
        say("reader.done", files=len(files), bytes=sum(len(f[1]) for f in files), unreadable=0,
            after=digest, **counted)
END
cat >"$bin/sallyport-unlock" <<'END'
#!/usr/bin/python3
# Opens with the passphrase "open sesame"; another says how it ends.
import json, os, socket, struct, sys, time

desk = socket.socket(fileno=3)
proto = json.loads(desk.recv(32768))["proto"]


def say(m, fds=[], **fields):
    socket.send_fds(desk, [json.dumps({"m": m, **fields}).encode()], fds)


say("hello", proto=proto, program="sallyport-unlock", version="0",
    sandbox=not os.path.exists("/tmp/no-sandbox"))
data, fds, _, _ = socket.recv_fds(desk, 32768, 1)
m = json.loads(data)
frame = b""
while True:
    more = os.read(fds[0], 65536)
    if not more:
        break
    frame += more
n, k = struct.unpack("<II", frame[8:16])
key_files, at = [], 16 + 4 * k + n
secret = frame[at - n:at].decode()
for size in struct.unpack("<%dI" % k, frame[16:16 + 4 * k]):
    key_files.append(frame[at:at + size])
    at += size
if frame[:8] != b"SPSECRT2" or len(frame) != at or os.fstat(5).st_size == 0:
    say("unlock.failed", why="The frame is wrong.", wrong=False)
elif (m["offset"], m["bytes"], m["kind"]) != (1 << 21, 1 << 20, "luks"):
    say("unlock.failed", why="The place is wrong.", wrong=False)
elif secret == "dies":
    sys.exit(1)
elif secret == "hangs":
    time.sleep(1000)
elif secret == "lies":
    say("unlock.open")
elif secret == "open sesame" or key_files in ([b"a key file"], [b"one", b"of two"]):
    r, w = os.pipe()
    os.write(w, b"the volume key")
    os.close(w)
    say("unlock.key", [r], layout={"cipher": "aes-xts", "pim": m.get("pim", 0)})
else:
    say("unlock.failed", why="The passphrase does not fit. Try again.", wrong=True)
END
chmod 755 "$bin/sallyport-reader" "$bin/sallyport-unlock"
station

held() { # HOW [OPTION...]
	how=$1
	shift
	{ echo "$how"; head -c 4194000 /dev/zero; } >"$work/$how.img"
	run as otto intake "$work/$how.img" --requester rita --hold "$@"
	transfer=$(transfer_of "$out$err")
}
unlock() { # SECRET [OPTION...]
	secret=$1
	shift
	printf '%s\n' "$secret" >"$work/secret"
	as otto unlock "$transfer" "$@" --volume-passphrase-fd 8 8<"$work/secret"
}
state_is() { # TRANSFER STATE
	[ "$(state_of "$1")" = "$2" ]
}
tries() { # true|false
	as otto timeline "$transfer" --json | grep '"type": *"xfer.unlock"' | grep -c "\"ok\": *$1"
}

# --- it waits ------------------------------------------------------------------------------
held plain
is "an intake that is held comes back" "$status" 0
like "and says that it waits for an officer" "$out" 'READING, choosing'
like "with its totals" "$out" 'on it +7 items: 4 files with 19'
like "the locked volume" "$out" 'v2 luks2, 1.0M, LOCKED'
like "and the commands that come next" "$out$err" "sallyport --as ID go $transfer"
is "the state is READING" "$(state_of "$transfer")" READING
like "for machines it is told, too" "$(as otto status "$transfer" --json)" '"choosing"'
like "watching it ends at once" "$(as otto watch "$transfer")" 'choosing'

# --- a volume is opened ------------------------------------------------------------------------
refused "a wrong secret is told as what it is" 1 'does not fit' unlock wrong
refused "a program that dies costs one try" 1 'ended while at work' unlock dies
refused "a program that breaks the protocol, too" 1 'broke the protocol' unlock lies
refused "a volume that is not there" 1 'no locked volume' unlock wrong 9
refused "one that is not locked" 1 'no locked volume' unlock wrong v1
refused "an empty secret is not sent" 2 'empty' unlock ''
is "every try is an entry" "$(tries false)" 3
ok "the right one opens it" unlock 'open sesame' 2 --pim 77
is "which is an entry" "$(tries true)" 1
run as otto status "$transfer"
like "what is in it is listed" "$out" 'on it +7 items: 5 files with 25'
like "under what it is" "$out" 'v2 ext4 in luks2, 1.0M$'
refused "opened once, it is not opened again" 1 'no volume of .* is locked' unlock 'open sesame'

# --- parts are left out -----------------------------------------------------------------------
run as otto scope "$transfer"
like "folders are listed with what is below" "$out" '^ +@1 +12 +2 +yes +v1/data/$'
like "files, too" "$out" '^ +@8 +6 +yes +v2/report$'
run as otto scope "$transfer" --in v1/data
like "a folder is looked into by its path" "$out" '^ +@3 +7 +1 +yes +sub/$'
ok "a folder in a folder is left out by its number" as otto scope "$transfer" --leave @3
ok "and with the folder that it is in, by its path" as otto scope "$transfer" --leave /v1/data/
run as otto scope "$transfer" --in v1/data
like "what is below goes with it" "$out" 'within +sub/$'
refused "and is not taken back by itself" 1 'take back the folder' as otto scope "$transfer" --take @3
ok "the folder is" as otto scope "$transfer" --take v1/data
ok "and left out again" as otto scope "$transfer" --leave v1/data
refused "there is no such path" 1 'has this path' as otto scope "$transfer" --leave v1/none
refused "nor such an item" 1 'file or a folder' as otto scope "$transfer" --leave @99
run as otto status "$transfer"
like "the totals tell" "$out" 'left out +2 files with 12'
like "and what is left to read" "$out" 'to read +13;'

# --- and it goes on ----------------------------------------------------------------------------
refused "somebody else's command is no officer's" 1 'officer' as ada go "$transfer"
ok "another officer goes on with it" as paula go "$transfer"
is "it ends in review" "$(state_of "$transfer")" REVIEW
run as otto items "$transfer" --json
is "six rows are left of nine" "$(printf '%s\n' "$out" | wc -l)" 4
like "the folder is one of them, with its counts" "$out" 'left out by otto: 2 files, 12 bytes'
unlike "what was below it is gone" "$out" 'v1/data/'
like "a name that only begins like it is not" "$out" 'v1/data.txt'
unlike "the locked volume is no item any more" "$out" 'encrypted'
refused "there is nothing to choose any more" 1 'nothing is to be chosen|not being read' as otto go "$transfer"
run as otto decide "$transfer" approve --proposed
run as otto decide "$transfer" hold --where 'decision=none and kind=file' --reason 'not looked at'
ok "submitted" as otto submit "$transfer" --yes
like "the report names what was left out" "$(as otto report "$transfer" --out "$work/paper" >/dev/null 2>&1
	cat "$work"/paper/*)" 'left out by otto'

# --- peers that lie ----------------------------------------------------------------------------
held no_file_system
refused "a volume without a file system says so" 1 'no file system in it' unlock 'open sesame'
is "and waits on" "$(state_of "$transfer")" READING
ok "it can be read without" as otto go "$transfer"
like "as one item, encrypted" "$(as otto items "$transfer" --where 'state=encrypted')" 'v2'
for lie in another_volume items_elsewhere; do
	held $lie
	unlock 'open sesame' >/dev/null 2>&1
	ok "a fault: $lie" wait_for 20 state_is "$transfer" FAULT
done
for lie in words_while_held dies_while_held; do
	held $lie
	ok "a fault: $lie" wait_for 20 state_is "$transfer" FAULT
done
held reads_what_is_left_out
as otto scope "$transfer" --leave v1/data >/dev/null
as otto go "$transfer" >/dev/null 2>&1
ok "a fault: reads_what_is_left_out" wait_for 20 state_is "$transfer" FAULT

# The choice holds for the reading that is repeated, whether it waits or not.
printf 'plain\n' | dd of="$work/reads_what_is_left_out.img" conv=notrunc 2>/dev/null
ok "the reading is repeated" as otto intake "$work/reads_what_is_left_out.img" --resume "$transfer"
like "with what was left out" "$(as otto items "$transfer" --json)" 'left out by otto: 2 files'

# --- ends while it waits -------------------------------------------------------------------------
held stopped
ok "a reading that waits can be stopped" as otto stop "$transfer" --reason 'never mind'
is "which is a fault" "$(state_of "$transfer")" FAULT
held paused
ok "it can be paused" as otto pause "$transfer"
ok "and told to go on" as otto go "$transfer" --no-wait
sleep 1
is "and rests then" "$(state_of "$transfer")" READING
ok "until it is told" as otto continue "$transfer"
ok "that the pause is over" wait_for 20 state_is "$transfer" REVIEW
held aborted
ok "it can be aborted" as paula abort "$transfer" --reason 'no longer wanted'
is "for good" "$(state_of "$transfer")" ABORTED

held slowed
unlock hangs >"$work/hangs.out" 2>&1 &
waiter=$!
opening() {
	as paula status "$transfer" | grep -q 'is being opened'
}
ok "a volume is being opened" wait_for 20 opening
refused "and nothing else is chosen meanwhile" 1 'being opened' as paula go "$transfer"
ok "the try can be given up" as paula skip "$transfer"
wait $waiter
like "whoever waited is told" "$(cat "$work/hangs.out")" 'gave it up before it was known'
none_hangs() {
	! pgrep -u "$(id -u)" -f "$bin/sallyport-unlock" >/dev/null
}
ok "the program has gone" wait_for 20 none_hangs
is "the try is in the record, and did not fit" "$(tries false)" 1
refused "nothing is left to give up" 1 'no contents of this transfer' as paula skip "$transfer"
unlock hangs >"$work/hangs.out" 2>&1 &
waiter=$!
ok "another secret can be tried" wait_for 20 opening
ok "it can be stopped" as paula stop "$transfer" --reason 'it hangs'
wait $waiter
like "and whoever waited is told" "$(cat "$work/hangs.out")" 'reading ended while'
ok "the program has gone, too" wait_for 20 none_hangs

held tries
for i in 1 2 3 4 5; do
	unlock "wrong $i" >/dev/null 2>&1
done
refused "after five wrong secrets it takes its time" 1 'tried in [0-9]+ seconds' unlock 'open sesame'
is "a refusal is no try" "$(tries false)" 5
as otto stop "$transfer" --reason over >/dev/null

held key
printf 'a key file' >"$work/key"
run as otto unlock "$transfer" --key-file "$work/key"
is "a key file opens it" "$status" 0

# --- the desk goes ---------------------------------------------------------------------------------
held restart
station_stop
must station_start
is "a station that stopped meanwhile says so" "$(state_of "$transfer")" FAULT

# Nothing of what was typed is kept.
grep -rlE 'open sesame|the volume key|a key file|wrong [1-5]' "$SALLYPORT_HOME" >"$work/found" 2>/dev/null
is "no secret is in the station's folder" "$(cat "$work/found")" ""
done_testing
