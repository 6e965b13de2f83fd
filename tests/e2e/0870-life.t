#!/bin/sh
# SPDX-License-Identifier: ISC
# Signatures that are old, go back or change while they are at work (LIM_SCAN_CHANGES
# times); verdicts that are used again; and an index of them that somebody wrote to.
. "$(dirname "$0")/lib.sh"

mkdir "$work/prog" "$work/m" "$work/e"
cp -r "$B/bin" "$B/share" "$work/prog/"
bin=$work/prog/bin
manifests=$work/prog/share/sallyport/scanners.d
[ -d "$manifests" ] || manifests=$work/prog/share/scanners.d
for other in "$manifests"/*.conf; do
	case $other in */type.conf | */av.conf) ;; *) rm "$other" ;; esac
done
sed -i 's/^engine_socket = .*/engine_socket = false/; s/^slots = .*/slots = 1/' "$manifests/av.conf"

# An engine with signatures of any day: it knows EICAR, and counts what it is given.
rm "$bin/scan-av"
cat >"$bin/scan-av" <<'END'
#!/usr/bin/python3
import array, json, os, select, socket

DIR = "@DIR@/"


def text(name):
    try:
        with open(DIR + name) as f:
            return f.read().strip()
    except FileNotFoundError:
        return ""


def say(s, m, **fields):
    s.send(json.dumps({"m": m, **fields}).encode())


def hear(s):
    try:
        data, anc, _, _ = s.recvmsg(65536, 1024)
    except ConnectionResetError:
        data = b""
    if not data:
        raise SystemExit(0)
    fds = array.array("i")
    for level, kind, cmsg in anc:
        if kind == socket.SCM_RIGHTS:
            fds.frombytes(cmsg[: len(cmsg) - len(cmsg) % fds.itemsize])
    return json.loads(data), fds[0] if len(fds) else -1


def judge(m, fd):
    with os.fdopen(fd, "rb") as f:
        f.seek(0)
        data = f.read()
    verdict = "clean"
    if data.startswith(b"X5O!P%"):
        verdict = "malicious"
        say(desk, "scan.finding", id=m["id"], rule="av/signature", **{"class": "malware"},
            severity="critical", title="found", detail="Eicar")
    with open(DIR + "given", "a") as f:
        f.write(m["sha256"] + "\n")
    say(desk, "scan.result", id=m["id"], sha256=m["sha256"], verdict=verdict, why="",
        bytes=m["size"], read=m["size"], elapsed_ms=0)
    return b"turning point" in data


def about():
    # an engine that is never the same
    n = text("endless")
    if n:
        with open(DIR + "endless", "w") as f:
            f.write(str(int(n) + 1))
    return {"engine": "Test 1", "signatures": n or text("version"), "signature_date": text("date")}


desk = socket.socket(fileno=3)
vault = socket.socket(fileno=4)
for s in (desk, vault):
    hello, _ = hear(s)
    say(s, "hello", proto=hello["proto"], program="scan-av", version="0", sandbox=True)
say(desk, "scan.ready", name="av", version="1", window=1, max_bytes=0, **about())
while True:
    for s in select.select([desk, vault], [], [])[0]:
        m, fd = hear(s)
        if fd < 0:
            continue
        turn = judge(m, fd)
        if turn and os.path.exists(DIR + "next"):
            os.rename(DIR + "next", DIR + "version")
            say(desk, "scan.changed", **about())
        elif turn and text("endless"):
            say(desk, "scan.changed", **about())
END
sed -i "s|@DIR@|$work/e|" "$bin/scan-av"
chmod 755 "$bin/scan-av"

days_ago() {
	date -u -d "$1 days ago" +%Y-%m-%dT%H:%M:%SZ
}
signatures() { # VERSION DAYS
	echo "$1" >"$work/e/version"
	days_ago "$2" >"$work/e/date"
}
given() {
	sort "$work/e/given" 2>/dev/null | uniq | wc -l
}
forget() {
	rm -f "$work/e/given"
}
one_line() {
	tr -s ' \n' ' '
}
selftest() {
	"$bin/sallyport" scanners --selftest 2>&1 | one_line
}

for i in 1 2 3 4 5 6; do echo "text number $i" >"$work/m/$i.txt"; done
eicar >"$work/m/bad.com"
small_medium "$work/one.img" "$work/m"
echo 'this is the turning point' >"$work/m/0.txt"
small_medium "$work/turn.img" "$work/m"
# this station has no other scanners
sed '/{ scanner = "\(code\|text\|checksum\)"; /d' "$plain_policy" >"$work/plain.policy"
sed 's/^reuse_verdicts = .*/reuse_verdicts = "use";/' "$work/plain.policy" >"$work/use.policy"
station_policy=$work/plain.policy

# --- age -----------------------------------------------------------------------------
signatures 27000 1
station noclamd
like "young signatures: fit, with their age" "$(selftest)" 'av fit engine Test 1 signatures 27000 of [-0-9]+, 1 day old tested [-0-9]+ [0-9:]+Z, passed'
signatures 27000 9
like "old ones: they are the same set, and it went back" "$(selftest)" 'av UNFIT.*went back: 27000 of'
signatures 27001 9
like "another number of an older day went back, too" "$(selftest)" 'UNFIT.*went back: 27001 of'

# A station that has seen nothing yet.
fresh() {
	station_stop
	chmod -R u+w "$SALLYPORT_HOME"
	rm -rf "$SALLYPORT_HOME"
	station noclamd
}
signatures 27000 9
fresh
like "older than policy likes: fit, and told" "$(selftest)" 'av fit .*9 days old.*policy warns after 7'
like "doctor warns" "$("$bin/sallyport" doctor | one_line)" 'WARN signatures.*9 days'
signatures 27000 31
fresh
like "older than policy allows: unfit" "$(selftest)" 'av UNFIT .*31 days old, policy allows 30.*bring in newer'
run as otto intake "$work/one.img" --requester rita
transfer=$(transfer_of "$out$err")
is "what needs it is blocked" "$(state_of "$transfer")" BLOCKED
like "and says why" "$(as otto status "$transfer" | one_line)" '31 days old'
signatures 27005 -3
like "of a day to come: unfit" "$(selftest)" 'av UNFIT .*set the clock'
signatures 27002 0
ok "with new ones it is scanned again" as otto rescan "$transfer"
is "and in review" "$(state_of "$transfer")" REVIEW
echo >"$work/e/date"
like "an engine that has lost its date is unfit" "$(selftest)" 'av UNFIT .*went back'
logged >"$work/entries"
like "the record has the date" "$(grep -a '"scan.selftest"' "$work/entries" | grep 27002 | head -n 1)" '"date":"20'
like "and why it failed" "$(grep -ao '"why":"its[^"]*"' "$work/entries")" '"why":"its signatures are 31 days old'

# --- change while at work ---------------------------------------------------------------
signatures 27003 0
forget
echo 27004 >"$work/e/next"
intake "$work/turn.img"
is "a change while it is at work ends in review" "$(state_of "$transfer")" REVIEW
is "every object was given" "$(given)" "$((8 + 1))" # the known-good object, too; bad.com is the known-bad one
logged >"$work/entries"
like "the change is recorded" "$(grep -a '"scan.changed"' "$work/entries")" '"signatures":"27004".*"was":\{"date":"[^"]*","engine":"Test 1","signatures":"27003"'
like "and which transfer" "$(grep -a '"scan.changed"' "$work/entries")" "\"transfer\":\"$transfer\""
like "and how often" "$(grep -a '"xfer.scan"' "$work/entries" | tail -n 1)" '"changes":1.*"signatures":"27004"'
# what was scanned before the change was scanned again
python3 - "$work/e/given" <<'END' >"$work/twice"
import sys
lines = open(sys.argv[1]).read().split()
turn = [i for i, l in enumerate(lines) if lines.count(l) >= 2]
print(min(lines.count(l) for l in set(lines)), len(turn) > 0)
END
like "what was said before it was said again" "$(cat "$work/twice")" True
is "EICAR is found" "$(as otto items "$transfer" --where 'verdict=malicious' | grep -c 'bad\.com')" 1

echo 28000 >"$work/e/endless"
run as otto intake "$work/turn.img" --requester rita
transfer=$(transfer_of "$out$err")
is "an endless change ends as blocked" "$(state_of "$transfer")" BLOCKED
like "with a reason" "$(as otto status "$transfer" | one_line)" 'changed again and again'
rm "$work/e/endless"

# --- used again ----------------------------------------------------------------------------
signatures 40000 0
as ada authority policy "$work/use.policy" >/dev/null
forget
intake "$work/one.img"
first=$transfer
is "the first delivery is scanned" "$(given)" "$((7 + 1))"
forget
intake "$work/one.img"
second=$transfer
is "of the second nothing but known bad and known good" "$(given)" 2
is "it is in review, as the first" "$(state_of "$second")" REVIEW
is "what was malicious is" "$(as otto items "$second" --where 'verdict=malicious' | grep -c 'bad\.com')" 1
is "what was clean is" "$(as otto items "$second" --where 'verdict=clean and kind=file' | grep -c '\.txt')" 6
id_of() { # TRANSFER NAME
	as otto items "$1" --json | grep -F "$2" | sed -n 's/.*"id": *\([0-9]*\).*/\1/p' | head -n 1
}
like "the details say so, with the date" "$(as otto item "$second" "$(id_of "$second" bad.com)" | one_line)" \
    'av: malicious.*scanned [-0-9]+ [0-9:]+Z, used again'
like "its finding came with it" "$(as otto item "$second" "$(id_of "$second" bad.com)" | one_line)" 'av/signature'
like "the scanners tell how many" "$(selftest)" 'verdicts used again'
ok "what the policy proposes" as otto decide "$second" approve --proposed
ok "submit" as otto submit "$second" --yes
ok "the sealed inventory says so" grep -qrl 'used again' "$SALLYPORT_HOME/ledger/docs"
signatures 40001 0
forget
intake "$work/one.img"
is "newer signatures: everything is scanned" "$(given)" "$((7 + 1))"

# --- somebody wrote to it ----------------------------------------------------------------
index=$SALLYPORT_HOME/work/index.db
poisoned() { # NAME SQL
	station_stop
	python3 - "$index" "$2" <<'END'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.executescript(sys.argv[2])
db.commit()
db.close()
END
	must station_start
	forget
	intake "$work/one.img"
	is "$1: scanned anew" "$(given)" "$((7 + 1))"
	is "$1: nothing became clean" "$(as otto items "$transfer" --where 'verdict=malicious' | grep -c 'bad\.com')" 1
}
poisoned "malicious made clean" \
    "UPDATE verdict SET body = CAST(REPLACE(CAST(body AS TEXT), 'malicious', 'clean') AS BLOB);
     UPDATE verdict SET body = CAST(CAST(body AS TEXT) || ' ' AS BLOB);"
poisoned "the answers of one object for all" \
    "UPDATE verdict SET body = (SELECT v.body FROM verdict v WHERE v.maker = verdict.maker AND instr(CAST(v.body AS TEXT), 'clean') ORDER BY v.object LIMIT 1),
     seal = zeroblob(32);"
station_stop
rm -f "$index-wal" "$index-shm"
head -c 5000 /dev/urandom >"$index"
must station_start
forget
intake "$work/one.img"
is "a damaged index: scanned anew" "$(given)" "$((7 + 1))"
forget
intake "$work/one.img"
is "and it is whole again" "$(given)" 2
like "an auditor's recipe finds nothing wrong with it" \
    "$(python3 "$top/share/audit/audit.py" "$SALLYPORT_HOME/ledger/ledger.db" 2>&1)" '^GOOD'
done_testing
