#!/bin/sh
# SPDX-License-Identifier: ISC
# The record leaves on a real stick: written by the installed station, under its own unit, into
# the port for exports, and read on another machine, this one.  Sticks that are too small,
# write-protected, or pulled out while they are written; one in a port for reading is not touched.
. "$(dirname "$0")/lib.sh"

mkdir "$work/m"
echo 'one file' >"$work/m/one.txt"
stick "$work/in.img" "$work/m" 40
mkfs.vfat -n PHOTOS -C "$work/out.img" 8192 >/dev/null 2>&1 || fail "mkfs.vfat makes a stick"
truncate -s 64K "$work/small.img"
truncate -s 8M "$work/locked.img" "$work/slow.img"
untouched=$(cat "$work/in.img" "$work/small.img" "$work/locked.img" | sha256sum)

kiosk
lap_began=$(date +%s)
lap() { # WORDS
	diag "$(printf '%4d s: %s' $(($(date +%s) - lap_began)) "$1")"
	lap_began=$(date +%s)
}
plug_out() { # IMAGE WORDS [OPTION...]: into the port for exports, until the station knows of it
	plug_out_image=$work/$1.img
	plug_out_words=$2
	shift 2
	guest plug out "$plug_out_image" port=2 serial=OUT "$@"
	wait_for 15 media_says OUT "$plug_out_words"
}
pull_out() {
	guest unplug out
	wait_for 15 out_is_empty
}
out_is_empty() {
	media_says OUT '"empty"'
}

# --- the unit ----------------------------------------------------------------------------------
like "the station's unit may write to disks here" "$(inside 'systemctl show -p DeviceAllow sallyportd')" 'block-sd rw'
like "which the doctor knows" "$(sallyport doctor)" 'OK +exports +1 ports; the station may write to disks'

# --- a stick is written ---------------------------------------------------------------------------
guest plug in "$work/in.img" port=1 serial=IN1
ok "a stick to be read" wait_for 15 media_says R1 '"ready"'
source=$(source_of R1)
ok "and one to be written" plug_out out '"export"'
guest run -t 300 "runuser -u sallyport-officer -- sallyport --as otto --passphrase-fd 9 batch -k 9<<KEY
$(passphrase otto)
KEY" >"$work/batch" 2>&1 <<END
intake $source --device --requester rita
export bundle K1-000001 --port OUT --yes
export bundle K1-000001 --port R1 --yes
END
out=$(cat "$work/batch")
like "what is on the stick is said first" "$out" '^holds    a file system \(FAT\), named PHOTOS; it will be lost$'
like "the bundle is written and read back" "$out" '^OUT: .*, written and read back$'
like "a port for reading is never written to" "$out" 'this port is for media that are read, and is never written to'
entered "the record says how it ended" export.written '"how":"written".*"port":"OUT"'
written=$(newest export.written)
lap "a bundle on a stick"
is "the stick to be read is read-only" "$(inside 'blockdev --getro /dev/disk/by-id/*IN1*; stat -Lc %a%G /dev/disk/by-id/*IN1*' | sort -u)" "1
440sallyport-media"
ok "it is taken out" pull_out
guest unplug in

# --- on another machine ---------------------------------------------------------------------------
field() { # NAME, of that entry
	printf '%s\n' "$written" | sed -n "s/.*\"$1\":\"\\{0,1\\}\\([0-9a-f]*\\).*/\\1/p"
}
is "the stick begins with the image, byte for byte" "$(head -c "$(field bytes)" "$work/out.img" | sha256sum | cut -d' ' -f1)" "$(field image)"
is "which is what was read back" "$(field readback)" "$(field image)"
ok "nothing of the old contents is found" sh -c "! grep -qa PHOTOS '$work/out.img'"
xorriso -osirrox on -indev "$work/out.img" -extract / "$work/iso" >"$work/xorriso" 2>&1 || diag "$(tail -n 5 "$work/xorriso")"
chmod -R u+w "$work/iso"
bundle=$(find "$work/iso/K1-000001" -name 'bundle-*.tar')
genesis=$(inside 'cat /var/lib/sallyport/stager/genesis')
ok "sallyport-verify takes the bundle" "$bin/sallyport-verify" --genesis "$genesis" "$bundle"
ok "and so does the auditor's" python3 "$top/share/audit/audit.py" --genesis "$genesis" "$bundle"
lap "checked here"

# --- sticks that are no good -------------------------------------------------------------------------
export_ledger() {
	run as otto export ledger --port OUT --yes
	out="$out$err"
}
ends() {
	record_of export.written | wc -l
}
ok "a small one" plug_out small '"export"'
export_ledger
is "too small" "$status" 3
like "is said with both sizes" "$out" 'the medium has 65536 bytes and [0-9]+ are needed; take a larger one'
ok "it is taken out" pull_out
ok "a write-protected one is refused" plug_out locked '"refused"' ro=1
export_ledger
is "it is not written to" "$status" 1
like "and why not" "$out" 'it is in a port for exports and cannot be written to: move its switch'
ok "it is taken out, too" pull_out
is "neither was ever begun" "$(ends)" 1
lap "too small, write-protected"

# --- pulled out while it is written --------------------------------------------------------------------
ok "a slow one" plug_out slow '"export"' bps=20000
# The guest runs one command of ours at a time: this one is left behind.
guest run "(runuser -u sallyport-officer -- sallyport --as otto --passphrase-fd 9 export ledger --port OUT --yes 9<<END
$(passphrase otto)
END
echo \$?) >/root/pulled 2>&1 </dev/null &" </dev/null
being_written() {
	inside 'ls -l /proc/$(pidof sallyport-writer)/fd' 2>/dev/null | grep -q '^lrwx.*/dev/sd'
}
ok "it is being written" wait_for 15 being_written
guest unplug out
export_is_over() {
	inside 'tail -n 1 /root/pulled' | grep -qx '[0-9]'
}
ok "pulled out: the export ends" wait_for 15 export_is_over
pulled=$(inside 'cat /root/pulled')
is "as a fault" "$(printf '%s\n' "$pulled" | tail -n 1)" 3
like "and says what that means" "$pulled" 'was taken out while it was written to.*what is on it is not whole'
entered "so does the record" export.written '"how":"failed".*taken out while it was written to'
ok "the slow one holds nothing that looks whole" sh -c "! xorriso -indev '$work/slow.img' -ls / 2>&1 | grep -q README"
lap "pulled out"

is "no other stick was written to" "$(cat "$work/in.img" "$work/small.img" "$work/locked.img" | sha256sum)" "$untouched"
ok "the record verifies" verifies
is "no program was killed by its sandbox" \
    "$(inside 'journalctl -b -q -o cat --no-pager' | grep -E 'type=1326|code=killed, status=31')" ""
lap "the rest"

# --- a unit that was forgotten -----------------------------------------------------------------------
inside 'rm /etc/systemd/system/sallyportd.service.d/50-sallyport-export.conf; systemctl daemon-reload; systemctl restart sallyportd' >/dev/null
wait_for 30 sallyport status >/dev/null
like "without it the doctor says so, and what to do" "$(sallyport doctor)" 'FAIL +exports +1 ports; the station may not write to disks'
like "so does sallyport-ports" "$(inside 'sallyport-ports status')" '^OLD .*50-sallyport-export\.conf'
lap "the forgotten unit"
done_testing
