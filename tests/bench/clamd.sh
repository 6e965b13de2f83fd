# SPDX-License-Identifier: ISC
# Files a second through clamd: by scan-av's session, and by clamdscan on the same
# tree and socket.  Both sides read the same files, which clamd has seen before;
# ours with the start of the scanner and SHA-256 of every file, which the vault
# otherwise makes.  With --multiscan clamdscan has a session, too, and what clamd itself
# works is most of both: twice its rate cannot be had, less than its rate need not be.
. "$(dirname "$0")/lib.sh"

files=${FILES:-10000}
tree=$bench/clamd-$files
[ -d "$tree" ] || {
	rm -rf "$tree.tmp" && mkdir -p "$tree.tmp"
	n=0
	real_files "$files" | while read -r f; do
		cp "$f" "$tree.tmp/$n" 2>/dev/null
		chmod 644 "$tree.tmp/$n" 2>/dev/null
		n=$((n + 1))
	done
	mv "$tree.tmp" "$tree"
}
count=$(find "$tree" -type f | wc -l)
mkdir -p "$SALLYPORT_HOME"
must sh "$demo/clamd-start" "$SALLYPORT_HOME"
engine=$SALLYPORT_HOME/clamav
session() {
	(cd "$tree" && find . -type f -print0 | xargs -0 -s 1900000 -n 100000 -x \
	    "$B/tests/e2e/scan_driver" -e "$engine/clamd.sock" -m 2097152000 "$bin/scan-av") >"$work/said" 2>&1
}
theirs() {
	clamdscan --multiscan --fdpass --config-file="$engine/clamd.conf" --no-summary --infected "$tree" >"$work/theirs" 2>&1
}
clamd=$(pgrep -u "$(id -u)" -f "clamd .*$engine/clamd.conf" | head -n 1)
# Seconds of processor that clamd itself has used so far.
used() { awk -v hz="$(getconf CLK_TCK)" '{ printf "%.2f", ($14 + $15) / hz }' "/proc/$clamd/stat"; }
session
theirs
ours=''
before=$(used)
other=''
for i in $(seq "$rounds"); do
	from=$(now)
	session
	ours=$(least "$ours" "$(since "$from")")
	clamd_s=$(awk -v a="$before" -v b="$(used)" 'BEGIN { print b - a }')
	from=$(now)
	theirs
	other=$(least "$other" "$(since "$from")")
	before=$(used)
done
told=$(grep -c '^\./' "$work/said")
[ "$told" -eq "$count" ] || note "scan-av answered for $told of $count files"
row "clamd: files a second by scan-av, against clamdscan" "$(quotient "$other" "$ours")" 0.9 "" min
from=$(now)
clamdscan --fdpass --config-file="$engine/clamd.conf" --no-summary --infected "$tree" >"$work/theirs" 2>&1
note "$count files: scan-av $ours s, clamdscan --multiscan --fdpass $other s; without --multiscan $(since "$from") s"
note "clamd itself works $clamd_s s on $(nproc) processors for them: nobody is faster than that share"
sh "$demo/clamd-stop" "$SALLYPORT_HOME"
