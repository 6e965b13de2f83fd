#!/bin/sh
# SPDX-License-Identifier: ISC
# Scanners that the policy needs and the station does not have, or that say
# nonsense: everything ends, and nothing is clean.
. "$(dirname "$0")/lib.sh"

mkdir "$work/prog" "$work/m"
cp -r "$B/bin" "$B/share" "$work/prog/"
bin=$work/prog/bin
manifests=$work/prog/share/sallyport/scanners.d
[ -d "$manifests" ] || manifests=$work/prog/share/scanners.d
echo one >"$work/m/one.txt"
echo two >"$work/m/two.txt"
small_medium "$work/small.img" "$work/m"

mv "$manifests/type.conf" "$work/"
station noclamd
run as otto intake "$work/small.img" --requester rita
transfer=$(transfer_of "$out$err")
is "no scanner for types, no engine: blocked, and not for ever" "$(state_of "$transfer")" BLOCKED
like "every file is an error" "$(as otto items "$transfer" --where 'verdict=error')" 'two\.txt'
as otto rescan "$transfer" >"$work/rescan.out" 2>&1 &
rescan=$!
rescan_over() {
	! kill -0 $rescan 2>/dev/null
}
ok "scanning again ends, too" wait_for 90 rescan_over
kill $rescan 2>/dev/null
wait $rescan 2>/dev/null
is "and it is still blocked" "$(state_of "$transfer")" BLOCKED
like "every file is still an error" "$(as otto items "$transfer" --where 'verdict=error')" 'two\.txt'
unlike "that is no fault" "$(cat "$SALLYPORT_HOME/run/sallyportd.log")" 'fault could not be recorded'

# A scanner that answers before it was tried, for nothing it was given, or takes nothing.
station_stop
mv "$work/type.conf" "$manifests/"
rm "$bin/scan-type"
cat >"$bin/scan-type" <<'END'
#!/usr/bin/python3
import json, os, socket

desk = socket.socket(fileno=3)
hello = json.loads(desk.recv(32768))


def say(m, **fields):
    desk.send(json.dumps({"m": m, **fields}).encode())


say("hello", proto=hello["proto"], program="scan-type", version="0", sandbox=True)
for i in range(3):
    say("scan.result", id=0, sha256="0" * 64, verdict="malicious", why="", bytes=0, read=0,
        elapsed_ms=0)
say("scan.ready", name="type", version="0", engine="", signatures="", signature_date="",
    window=0, max_bytes=0)
desk.recv(32768)
END
chmod 755 "$bin/scan-type"
must station_start
run as otto intake "$work/small.img" --requester rita
transfer=$(transfer_of "$out$err")
is "a scanner that takes nothing blocks" "$(state_of "$transfer")" BLOCKED
like "every file is an error" "$(as otto items "$transfer" --where 'verdict=error')" 'one\.txt'

# A terminal died while its rescan was under way: asked again, it is the same rescan.
cat >"$bin/scan-type" <<END
#!/bin/sh
while [ ! -e "$work/go" ]; do
	read -r nothing <"$work/wait" || :
done
END
mkfifo "$work/wait"
entries() {
	"$bin/sallyport-verify" "$SALLYPORT_HOME/ledger/ledger.db" | grep -i entries
}
signed_in() {
	[ "$(entries)" != "$before" ]
}
for who in otto paula; do
	before=$(entries)
	as $who rescan "$transfer" >"$work/rescan.$who" 2>&1 &
	eval "$who=$!"
	ok "$who asks for it" wait_for 20 signed_in
done
"$bin/sallyport" doctor >/dev/null # she has asked by then
: >"$work/go"
(: >"$work/wait") &
wait $otto
first=$?
wait $paula
is "both end alike" "$?" "$first"
unlike "and nobody was refused" "$(cat "$work/rescan.otto" "$work/rescan.paula")" 'only a blocked transfer'
said=$("$bin/sallyport" scanners --selftest 2>&1)
like "and it proves nothing" "$said" 'UNFIT'
done_testing
