#!/bin/sh
# SPDX-License-Identifier: ISC
# The antivirus scanner with a real clamd: nothing is clean that was not read.
. "$(dirname "$0")/lib.sh"

driver=$B/tests/e2e/scan_driver
home=$SALLYPORT_HOME
socket=$home/clamav/clamd.sock
limit=2097152000
mkdir -p "$home" "$work/s"
must sh "$demo/clamd-start" "$home"
cd "$work/s" || exit 3

eicar >eicar
{ eicar; printf ' \r\n'; } >eicar-crlf
gzip -c eicar >eicar.gz
zip -q eicar.zip eicar
printf '%s%s' SALLYPORT -HARMLESS-MARKER-2c5d >marker
{ head -c 500000 /dev/zero; cat marker; } >marker-deep
echo 'nothing to see' >clean
: >empty
printf 'x' >one
cp /bin/ls ls
zip -q -P secret locked.zip clean
truncate -s 2097152000 at-limit
truncate -s 2097152001 over-limit
truncate -s 3G far-over-limit

av() { # OPTION... FILE...
	timeout 100 "$driver" -e "$socket" "$@" 2>"$work/av.err"
}
field() { # NAME NUMBER
	awk -F ' [|] ' -v name="$1" -v n="$2" '$1 == name { print $n }' said.tsv
}
says() { # NAME VERDICT WHY BYTES READ
	is "$1: $2 $3" "$(field "$1" 2), $(field "$1" 3), $(field "$1" 4), $(field "$1" 5)" "$2, $3, $4, $5"
}

av -m $limit "$bin/scan-av" eicar eicar-crlf eicar.gz eicar.zip marker marker-deep clean empty one ls \
    locked.zip over-limit far-over-limit >said.tsv
is "the scanner ends with the desk" "$(tail -n 1 said.tsv)" "gone 0"
like "it says which engine it has" "$(head -n 1 said.tsv)" \
    "^ready av \\| ClamAV [0-9.]+ \\| .* \\| 64 \\| $limit\$"
says eicar malicious "" 68 68
says eicar-crlf malicious "" 71 71
says eicar.gz malicious "" "$(wc -c <eicar.gz)" "$(wc -c <eicar.gz)"
says eicar.zip malicious "" "$(wc -c <eicar.zip)" "$(wc -c <eicar.zip)"
says marker malicious "" 30 30
says marker-deep malicious "" 500030 500030
like "the finding names the signature" "$(field eicar 8)" '^av/signature=critical=Sallyport\.Test\.Eicar'
says clean clean "" 15 15
says empty clean empty 0 0
says one clean "" 1 1
says ls clean "" "$(wc -c <ls)" "$(wc -c <ls)"
says locked.zip incomplete encrypted "$(wc -c <locked.zip)" 0
says over-limit incomplete size-limit 2097152001 0
says far-over-limit incomplete size-limit 3221225472 0

# Sizes between the limit it is given and the engine's: the smaller one counts.
av -m 100 "$bin/scan-av" clean eicar ls >said.tsv
says ls incomplete size-limit "$(wc -c <ls)" 0
says clean clean "" 15 15
av "$bin/scan-av" at-limit clean >said.tsv
says at-limit incomplete size-limit 2097152000 0
like "without a limit it takes what Debian's clamd reads" "$(head -n 1 said.tsv)" ' \| 26214400$'

# R3: the engine's own limit is lower than the scanner's: it says so, and that is no `clean`.
av -m 4000000000 "$bin/scan-av" over-limit far-over-limit clean >said.tsv
says over-limit incomplete size-limit 2097152001 0
says far-over-limit incomplete size-limit 3221225472 0
says clean clean "" 15 15

# Many at once: the window is used, every answer finds its object.
i=0
mkdir many
while [ $i -lt 300 ]; do
	if [ $((i % 7)) -eq 0 ]; then cp eicar many/$i; else echo $i >many/$i; fi
	i=$((i + 1))
done
av -m $limit "$bin/scan-av" many/* >said.tsv
is "300 objects: each has its own verdict" \
    "$(awk -F '[/ ]' '/^many/ { want = $2 % 7 == 0 ? "malicious" : "clean"; if ($4 == want) n++ } END { print n }' said.tsv)" 300

# clamd ends a session that is silent; ours is kept alive.
sed 's/^\(ReadTimeout\|CommandReadTimeout\|IdleTimeout\) .*/\1 12/' "$home/clamav/clamd.conf" >"$home/clamav/short.conf"
sed "s|clamd.sock|short.sock|; s|engine.pid|short.pid|; s|clamd.log|short.log|" "$home/clamav/short.conf" >"$home/clamav/short2.conf"
"$home/bin/clamd" --foreground --config-file="$home/clamav/short2.conf" >/dev/null 2>&1 &
short=$!
wait_for 20 perl "$demo/clamd-ping.pl" "$home/clamav/short.sock"
(timeout 100 "$driver" -e "$home/clamav/short.sock" -i 15 "$bin/scan-av" clean eicar >idle.tsv 2>&1) &
idle=$!

# R1: an engine that hides what it skips is not used at all.
sed "s/^AlertExceedsMax .*/AlertExceedsMax no/; s|clamd.sock|hides.sock|; s|engine.pid|hides.pid|; s|clamd.log|hides.log|" \
    "$home/clamav/clamd.conf" >"$home/clamav/hides.conf"
"$home/bin/clamd" --foreground --config-file="$home/clamav/hides.conf" >/dev/null 2>&1 &
hides=$!
wait_for 20 perl "$demo/clamd-ping.pl" "$home/clamav/hides.sock"
timeout 100 "$driver" -e "$home/clamav/hides.sock" -m $limit "$bin/scan-av" clean >said.tsv 2>err.tsv
is "R1: no verdict from an engine that hides what it skips" "$(grep -v '^unfit\|^end' said.tsv)" "gone 3"
like "and the desk is told why" "$(cat said.tsv)" '^unfit clamd answers OK for files it does not read'
like "and it says what to do" "$(cat err.tsv)" 'AlertExceedsMax'
kill $hides

# R2: the engine is killed in the middle of its work.
truncate -s 1500M big1
truncate -s 1500M big2
pid=$(cat "$home/clamav/clamd.pid")
av -m $limit -k "$pid" "$bin/scan-av" clean big1 big2 >said.tsv
is "R2: the scanner ends with a fault" "$(tail -n 1 said.tsv)" "gone 3"
is "R2: and says nothing of what it had not read" "$(grep -c '^big' said.tsv)" 0
no "a dead engine gives no scanner" av "$bin/scan-av" clean

wait $idle
is "a session of 15 idle seconds still scans" "$(grep -c '^clean | clean\|^eicar | malicious' idle.tsv)" 2
kill $short
done_testing
