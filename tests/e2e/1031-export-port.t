#!/bin/sh
# SPDX-License-Identifier: ISC
# A port of role export: the record and reports go to the medium in it, after it was said what that
# overwrites; a medium that is too small, goes or fails in the middle, and ports of another role.
. "$(dirname "$0")/lib.sh"

station
station_stop
mkdir "$work/m" "$SALLYPORT_HOME/ports/E1"
sed -i 's,path = "ports/R1"; },&\, { name = "E1"; kind = "image"; role = "export"; path = "ports/E1"; },' \
    "$SALLYPORT_HOME/station.conf"
must station_start
echo 'some text' >"$work/m/note.txt"
small_medium "$work/small.img" "$work/m"
run as otto intake "$work/small.img" --requester rita --set purpose=weights
transfer=$(transfer_of "$out$err")
genesis=$(cat "$SALLYPORT_HOME/stager/genesis")
stick=$SALLYPORT_HOME/ports/E1/stick.img
entries() {
	sqlite3 -readonly -cmd '.timeout 5000' "$SALLYPORT_HOME/ledger/ledger.db" "SELECT body FROM entry WHERE type='${1:-audit.export}'"
}
outcome() { # NAME REGEX: the newest entry of how one ended
	like "$1" "$(entries export.written | tail -n 1)" "$2"
}

# --- nothing is written before it is asked ------------------------------------------------------
run sallyport media
like "a port for exports is listed" "$out" '^E1 +empty'
like "as what it is" "$out" '^ +this port is for exports$'
refused "no medium" 1 'no medium in this port' as otto export bundle "$transfer" --port E1 --yes
truncate -s 8M "$stick"
cp "$stick" "$work/empty.img"
run as otto export bundle "$transfer" --port E1
is "it is asked for" "$status" 1
like "what the medium is" "$out" '^DEMO medium   E1: image file, 8388608 bytes$'
like "what it holds" "$out" '^holds    nothing, as far as its beginning shows; it will be lost$'
like "and what will be there" "$out" '^image    1 files, [0-9]+ bytes, [0-9a-f]{64}$'
like "without an answer nothing is done" "$err" 'not confirmed: nothing was written'
ok "nor was it" cmp "$stick" "$work/empty.img"
is "and nothing was entered" "$(entries | wc -l)" 0

# --- it is written ---------------------------------------------------------------------------------
run as otto export bundle "$transfer" --port E1 --yes
is "the bundle goes to the medium" "$status" 0
like "written" "$out" '^write \.\.\.$'
like "and read back" "$out" '^DEMO E1: image file, written and read back$'
mkdir "$work/iso"
ok "it is a file system" xorriso -osirrox on -indev "$stick" -extract / "$work/iso"
chmod -R u+w "$work/iso"
bundle=$(cd "$work/iso" && ls "$transfer"/*.tar)
ok "sallyport-verify takes the bundle from it" sallyport-verify --genesis "$genesis" "$work/iso/$bundle"
like "with a page that says what it is" "$(cat "$work/iso/README.txt")" 'audit\.export'
digest=$(sha256sum "$work/iso/$bundle" | cut -d' ' -f1)
entry=$(entries | grep "$digest")
like "it is entered with its digest and place" "$entry" "\"name\":\"$transfer/bundle-"
like "the medium with it" "$entry" '"medium":\{"image":"[0-9a-f]{64}","model":"image file","port":"E1","serial":"","vendor":""\}'
bytes=$(echo "$out" | sed -n 's/^image .* \([0-9]*\) bytes, .*/\1/p')
like "and the digest of the image" "$entry" "\"image\":\"$(head -c "$bytes" "$stick" | sha256sum | cut -d' ' -f1)\""
outcome "and how it ended, with what was read back" \
    "\"bytes\":$bytes,\"files\":1,\"how\":\"written\",\"image\":\"([0-9a-f]{64})\",\"officer\":\"otto\",\"port\":\"E1\",\"readback\":\"\1\",\"why\":\"\""
is "nothing of it lies on the share" "$(find "$SALLYPORT_HOME/share/reports" -type f | wc -l)" 0

# --- several documents; what is there is said --------------------------------------------------------
mkfs.fat -n PHOTOS "$work/fat.img" -C 8192 >/dev/null
cp "$work/fat.img" "$stick"
run as otto report "$transfer" --port E1 --yes --format text,json,html
is "reports go there, too" "$status" 0
like "a file system is said by its name" "$out" '^holds    a file system \(FAT\), named PHOTOS; it will be lost$'
like "all of them together" "$out" '^image    3 files'
ok "nothing of it is left" sh -c "! grep -qa PHOTOS '$stick'"
run xorriso -osirrox on -indev "$stick" -extract / "$work/iso2"
is "each is a file" "$(cd "$work/iso2" && ls "$transfer" | tr '\n' ' ')" 'report.html report.json report.txt '
is "and an entry with one image" \
    "$(entries | tail -n 3 | sed 's/.*"image":"\([0-9a-f]*\)".*/\1/' | sort -u | wc -l)" 1
outcome "and one outcome for all of them" '"files":3,"how":"written"'
run as ada export ledger --documents "$transfer" --port E1 --yes
is "the ledger goes there" "$status" 0
like "over what was exported before" "$out" '^holds    a disc image \(ISO 9660\), named SALLYPORT; it will be lost$'

# --- ports of another role -------------------------------------------------------------------------------
refused "a port for media is never written to" 1 'is never written to' as otto export bundle "$transfer" --port R1 --yes
refused "nor one that is not there" 1 'no such port' as otto export bundle "$transfer" --port R9 --yes
refused "nothing is taken in from a port for exports" 1 'this port is for exports, and nothing is read from it' \
    as otto intake --device "$stick" --requester rita --set purpose=weights
run sallyport media
unlike "nor is it offered" "$out" 'ready .*stick\.img'
like "it is listed as what it is" "$out" "^E1 +export +8\.0M +stick\.img\$"
like "for what it is there" "$out" '^ +it can be written to by an export; nothing is read from it$'
cp "$work/small.img" "$SALLYPORT_HOME/ports/R1/in.img"
run as otto intake --device "$SALLYPORT_HOME/ports/R1/in.img" --requester rita --set purpose=weights
is "media come in by theirs as before" "$status" 0
refused "one place for a report" 2 'not said where' as otto report "$transfer" --share --port E1

# --- a medium that does not take it -------------------------------------------------------------------------
truncate -s 0 "$stick" && truncate -s 100K "$stick"
cp "$stick" "$work/small-before.img"
before=$(entries | wc -l)
refused "too small" 3 'has 102400 bytes and [0-9]+ are needed; take a larger one' as otto export bundle "$transfer" --port E1 --yes
ok "it is as it was" cmp "$stick" "$work/small-before.img"
is "nothing left, and nothing was entered" "$(entries | wc -l)" "$before"
truncate -s 8M "$stick"
cp "$stick" "$SALLYPORT_HOME/ports/E1/other.img"
refused "two media in one port" 1 'several media' as otto export bundle "$transfer" --port E1 --yes
rm "$SALLYPORT_HOME/ports/E1/other.img"
chmod 444 "$stick"
refused "one that cannot be written to" 3 'Permission denied' as otto export bundle "$transfer" --port E1 --yes
outcome "and the record says that nothing was written" '"how":"unwritten".*Permission denied'
chmod 644 "$stick"
ln -s "$stick" "$SALLYPORT_HOME/ports/E1/link.img"
rm -f "$work/away.img" && mv "$stick" "$work/away.img"
refused "a link is no medium" 1 'no medium in this port' as otto export bundle "$transfer" --port E1 --yes
rm "$SALLYPORT_HOME/ports/E1/link.img" && mv "$work/away.img" "$stick"
is "what was never entered has no outcome" "$(entries export.written | wc -l)" 4

# --- it fails in the middle ---------------------------------------------------------------------
station_stop
mkdir "$work/tree"
cp -a "$bin" "$B/share" "$work/tree"
rm "$work/tree/bin/sallyport-writer"
cat >"$work/tree/bin/sallyport-writer" <<END
#!/bin/sh
. $work/inject
exec \$before $bin/sallyport-writer "\$@"
END
chmod 755 "$work/tree/bin/sallyport-writer"
bin=$work/tree/bin
echo 'before=' >"$work/inject"
must station_start
failing() { # NAME WORDS
	cp "$work/fat.img" "$stick"
	refused "$1" 3 "$2" as otto export bundle "$transfer" --port E1 --yes
	ok "  nothing on it looks whole" \
	    sh -c "! xorriso -indev '$stick' -ls / 2>&1 | grep -q README && ! grep -qa PHOTOS '$stick'"
}
# no byte behind the first megabyte
echo 'before=; ulimit -f 2048' >"$work/inject"
failing "a medium that fails" 'the medium failed or was taken out while it was written to \(File too large\)'
outcome "the record says that it did" '"how":"failed".*"why":"the medium failed or was taken out while it was written to'
if strace -qq -o /dev/null true 2>/dev/null; then
	echo "before='$(command -v strace) -qq -o /dev/null -e inject=pwrite64:signal=KILL:when=4 --'" >"$work/inject"
	failing "the writer is killed" 'has ended while at work'
	outcome "which the record says, too" '"how":"failed".*has ended while at work'
else
	skip "the writer is killed" "strace cannot trace here"
fi
echo 'before=' >"$work/inject"
run as otto export bundle "$transfer" --port E1 --yes
is "and then it works" "$status" 0
outcome "with an outcome of its own" '"how":"written"'
today=$(date -u +%F)
must as otto report --from "$today" --to "$today" --out "$work/period" --format json
is "a report of the day says how each of them ended" "$(python3 -c '
import json, sys
print(*[e["data"]["how"] for e in json.load(open(sys.argv[1]))["lists"]["exports"] if e["type"] == "export.written"])' \
    "$work/period/period-$today-$today.json")" \
    "$(entries export.written | sed 's/.*"how":"\([a-z]*\)".*/\1/' | tr '\n' ' ' | sed 's/ $//')"
ok "the whole record verifies with all of this" sallyport verify
done_testing
