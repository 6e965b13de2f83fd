#!/bin/sh
# SPDX-License-Identifier: ISC
# The station ends between the entry that says a transfer was scanned and the one that blocks
# it: the power goes when the ledger is asked for the second.  It must not be releasable then.
. "$(dirname "$0")/lib.sh"

mkdir "$work/prog"
cp -r "$B/bin" "$B/share" "$work/prog/"
[ ! -d "$B/libexec" ] || cp -r "$B/libexec" "$work/prog/"
bin=$work/prog/bin
# Between the desk and the ledger: passes everything on, until the desk asks for a block.
mv "$bin/sallyport-ledger" "$bin/sallyport-ledger.true"
cat >"$work/between" <<'END'
#!/usr/bin/python3
import os, select, socket, sys

desk = socket.socket(fileno=os.dup(3))
ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
child = os.fork()
if child == 0:
    os.dup2(its.fileno(), 3)
    os.execv(os.path.dirname(os.path.abspath(sys.argv[0])) + "/sallyport-ledger.true",
        ["sallyport-ledger"] + sys.argv[1:])
its.close()
os.close(3)
try:
    os.close(4)
except OSError:
    pass
other = {desk: ours, ours: desk}
while True:
    for s in select.select(list(other), [], [])[0]:
        data, fds, _, _ = socket.recv_fds(s, 65536, 8)
        if not data or (s is desk and b'"xfer.block"' in data):
            ours.close()
            os.waitpid(child, 0)
            os._exit(9)
        socket.send_fds(other[s], [data], fds)
        for fd in fds:
            os.close(fd)
END
chmod 755 "$work/between"
cp "$bin/sallyport-ledger.true" "$bin/sallyport-ledger"
station
sed 's/^approvals/request_required = "present";\napprovals/' "$plain_policy" >"$work/strict.policy"
must as ada authority policy "$work/strict.policy"
mkdir "$work/m"
echo 'nobody asked for this' >"$work/m/note.txt"
small_medium "$work/m.img" "$work/m"

station_stop
cp "$work/between" "$bin/sallyport-ledger.new"
mv "$bin/sallyport-ledger.new" "$bin/sallyport-ledger"
must station_start
run as otto intake "$work/m.img" --requester rita
transfer=$(transfer_of "$out$err")
ok "the station ends when the block is to be written" wait_for 30 station_gone
station_stop
cp "$bin/sallyport-ledger.true" "$bin/sallyport-ledger.new"
mv "$bin/sallyport-ledger.new" "$bin/sallyport-ledger"
must station_start
run as otto timeline "$transfer" --json
first=$(printf '%s\n' "$out" | grep -o '"xfer.[a-z]*"' | tr -d '\n')
like "it had been scanned, and was blocked when the station was there again" "$first" \
    '"xfer.scan""xfer.block"$'
is "it is blocked" "$(state_of "$transfer")" BLOCKED
like "for the reason that there was" "$(as otto status "$transfer")" 'policy asks for a request'
no "nothing of it is decided" as otto submit "$transfer" --yes
ok "the record verifies" "$bin/sallyport" verify
like "and an implementation of its own agrees" \
    "$(python3 share/audit/audit.py "$SALLYPORT_HOME/ledger/ledger.db")" '^GOOD'

# --- other ends that are no ends -----------------------------------------------------------
# a number that no message bears
sed 's/^approvals/region_look_bytes = 9223372036854775807L;\napprovals/' "$plain_policy" >"$work/big.policy"
refused "a policy with a number that no message bears is refused" 1 'region_look_bytes' \
    as ada authority policy "$work/big.policy"
# a list that cannot be had, of a transfer that was aborted
as otto abort "$transfer" --reason 'nobody asked for it' >/dev/null
station_stop
printf 'no database' >"$SALLYPORT_HOME/work/$transfer/work.db"
rm -f "$SALLYPORT_HOME/work/$transfer/work.db-wal" "$SALLYPORT_HOME/work/$transfer/work.db-shm"
must station_start
ok "one aborted transfer whose list is lost does not stop the purge of all" as otto purge
must as ada authority policy "$plain_policy"

# --- a folder is called 7 --------------------------------------------------------------------
rm -rf "$work/m" "$work/m.img"
mkdir -p "$work/m/7"
for i in 1 2 3 4 5 6 8 9; do echo "$i" >"$work/m/f$i"; done
echo seven >"$work/m/7/seven"
cat >"$work/m/sallyport-request.json" <<'END'
{"sallyport_request": 1, "id": "R-7", "requester": "rita", "purpose": "p",
 "files": [{"name": "7/seven"}, {"name": "7/"}, {"name": "f1"}, {"name": "nothing"}]}
END
small_medium "$work/m.img" "$work/m"
run as otto intake "$work/m.img" --requester rita --hold
transfer=$(transfer_of "$out$err")
run as otto scope "$transfer" --leave 7
like "a number is a folder when one is called so, and it is said what was left out" "$out" \
    'left out: 7, 1 file with 6'
run as otto go "$transfer"
is "the rest is read" "$(state_of "$transfer")" REVIEW
like "the folder is the one that was left out" "$(as otto items "$transfer" --where 'state=excluded')" ' 7$| 7[ /]'
run as otto status "$transfer"
like "what is on no medium is missing" "$out" 'missing: nothing'
unlike "what was left out is not" "$out" 'missing: 7'
like "but left out" "$out" '2 names are on it and were left out by an officer'
done_testing
