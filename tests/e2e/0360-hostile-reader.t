#!/bin/sh
# SPDX-License-Identifier: ISC
# A reader that was taken over by what it reads: whatever it says, in whatever
# order, the transfer ends in a fault and the desk goes on.
. "$(dirname "$0")/lib.sh"

# The same programs with another reader; the first line of the image says how it lies.
mkdir "$work/prog"
cp -r "$B/bin" "$B/share" "$work/prog/"
bin=$work/prog/bin
rm "$bin/sallyport-reader"
cat >"$bin/sallyport-reader" <<'END'
#!/usr/bin/python3
import base64, json, os, socket, struct, sys, time

desk = socket.socket(fileno=3)
kind = os.pread(5, 64, 0).split(b"\n")[0].decode()
proto = json.loads(desk.recv(32768))["proto"]


def say(m, **fields):
    desk.send(json.dumps({"m": m, **fields}, ensure_ascii=False).encode())


def wait(m):
    while True:
        got = desk.recv(32768)
        if not got:
            sys.exit(0)
        if json.loads(got)["m"] == m:
            return


def item(number, **other):
    say("reader.item", **{"id": number, "parent": 0, "volume": 1,
        "name": base64.b64encode(b"f%d" % number).decode(), "kind": "file", "state": "read",
        "why": "", "size": 1, "mode": 420, "mtime": "", "zone": "none", "link": "",
        "links": 1, **other})


whole = {"tables": 0, "volume_bytes": 512, "regions": 0}
digest = "metadata:" + "0" * 64


def medium(volumes=[], **other):
    say("reader.medium", **{"bytes": 512, "sector": 512, "table": "none", "volumes": volumes,
        "write_protected": True, "before": digest, **whole, **other})


def totals():
    say("reader.totals", items=1, files=1, bytes=1)


def contents(number):
    os.write(4, struct.pack("<IIQ", 1, 0, number) + struct.pack("<IIQ", 2, 1, number) + b"x" +
        struct.pack("<IIQ", 3, 0, number))


def done(**other):
    say("reader.done", **{"files": 1, "bytes": 1, "unreadable": 0, "after": digest, **whole,
        **other})


def begin():
    say("hello", proto=proto, program="sallyport-reader", version="0", sandbox=True)
    wait("read.begin")


def read():
    begin()
    medium()
    item(1)
    totals()
    wait("read.go")


def contents_before_hello():
    contents(1)


def contents_before_they_are_asked_for():
    begin()
    contents(1)


def no_medium():
    begin()
    totals()
    wait("read.go")
    done()


def items_before_the_medium():
    begin()
    item(1)


def done_at_once():
    begin()
    done()


def volumes_of_another_form():
    begin()
    medium([1, "x", None, {"bytes": "many"}])


def two_media():
    begin()
    medium()
    medium()


def an_unknown_kind():
    begin()
    medium()
    item(1, kind="gift")


def an_unknown_state():
    begin()
    medium()
    item(1, state="\x1b[2J")


def no_time():
    begin()
    medium()
    item(1, mtime="noon")


def a_long_reason():
    begin()
    medium()
    item(1, state="unread", why="x" * 20000)


def items_after_the_totals():
    read()
    item(2)


def another_name_of_nothing():
    read()
    say("reader.same", item=1, **{"as": 99})


def contents_of_nothing():
    read()
    contents(99)


def words_after_the_end():
    read()
    done()
    item(2)


def labels_too_long_to_record():
    begin()
    medium([{"bytes": 1, "kind": "fat", "label": "\u202e" * 140, "n": i} for i in range(60)])
    item(1)
    totals()
    wait("read.go")
    contents(1)
    os.close(4)
    done()


def bytes_that_belong_to_nothing():
    begin()
    medium(volume_bytes=511)


def no_digest():
    begin()
    medium(before="none:")


def a_digest_of_another_form():
    read()
    contents(1)
    os.close(4)
    done(after="metadata:" + "\x1b" * 64)


def a_region_that_was_not_listed():
    read()
    say("reader.region", item=1, zero=True, at=0, why="all zero")


def nothing_at_all():
    pass


globals()[kind]()
wait("the end of the desk")
END
chmod 755 "$bin/sallyport-reader"
station noclamd
desk_pid=$(pgrep -P "$(cat "$SALLYPORT_HOME/run/sallyportd.pid")" -f sallyport-desk)

begin() { # HOW
	printf '%s\n' "$1" >"$work/$1.img"
	run as otto intake "$work/$1.img" --requester rita --no-wait
	transfer=$(transfer_of "$out$err")
}
state_is() { # TRANSFER STATE
	[ "$(state_of "$1")" = "$2" ]
}

for how in $(sed -n 's/^def \([a-z_]*\)():$/\1/p' "$bin/sallyport-reader"); do
	case $how in
	say | wait | item | medium | totals | contents | done | begin | read | nothing_at_all) continue ;;
	esac
	begin "$how"
	ok "a fault: $how" wait_for 20 state_is "$transfer" FAULT
done
is "the desk is still the same" \
    "$(pgrep -P "$(cat "$SALLYPORT_HOME/run/sallyportd.pid")" -f sallyport-desk)" "$desk_pid"

# One reading at a time, and nobody waits for one that was given up.
begin nothing_at_all
ok "a reading can be stopped" as otto stop "$transfer" --reason 'never mind'
is "which is a fault" "$(state_of "$transfer")" FAULT
ok "that can be repeated" as otto intake "$work/nothing_at_all.img" --requester rita \
    --resume "$transfer" --no-wait
refused "but not twice at once" 1 'being read already' \
    as otto intake "$work/nothing_at_all.img" --requester rita --resume "$transfer" --no-wait
as otto watch "$transfer" >"$work/watch.out" 2>&1 &
watcher=$!
watcher_gone() {
	! kill -0 $watcher 2>/dev/null
}
wait_for 10 grep -q . "$work/watch.out" || :
ok "another officer ends it" as paula abort "$transfer" --reason 'no longer wanted'
ok "and who watched is told" wait_for 20 watcher_gone
kill $watcher 2>/dev/null
wait $watcher 2>/dev/null
is "it is over" "$(state_of "$transfer")" ABORTED
done_testing
