# SPDX-License-Identifier: ISC
# Intake of a FAT32 image of 20,000 real files (1.5 GB) against what an officer
# does by hand: mcopy, sha256sum and file --mime-type, two jobs at a time,
# synced.  Both sides in one run, best of ROUNDS (3); prints seconds and ratio.
. "$(dirname "$0")/../e2e/lib.sh"
out=${BENCH:-build/bench}
rounds=${ROUNDS:-3}
files=20000
mkdir -p "$out"

# Real payloads: what Debian's packages put on this machine, not random bytes.
bench_image() {
	[ -s "$out/medium.img" ] && return
	rm -rf "$out/tree" && mkdir -p "$out/tree"
	find /usr -xdev -type f -size -8M -size +0 -printf '%s %p\n' 2>/dev/null |
		awk -v want=$files 'BEGIN { srand(1) } { print rand(), $1, substr($0, length($1) + 2) }' |
		sort -n |
		awk -v want=$files '$2 > 1000000 && big < 420 { big++; print; next } $2 <= 1000000 && small < want - 420 { small++; print }' |
		cut -d' ' -f3- > "$out/list"
	n=0
	while read -r f; do
		d=$out/tree/d$((n / 200))
		[ $((n % 200)) -ne 0 ] || mkdir -p "$d"
		cp "$f" "$d/f$n.${f##*.}" 2>/dev/null || cp "$f" "$d/f$n"
		n=$((n + 1))
	done < "$out/list"
	size=$(du -sm "$out/tree" | cut -f1)
	rm -f "$out/medium.tmp"
	mkfs.vfat -F 32 -n BENCH -C "$out/medium.tmp" $(((size + size / 8 + 64) * 1024)) > /dev/null
	MTOOLS_SKIP_CHECK=1 mcopy -i "$out/medium.tmp" -s -Q -m "$out"/tree/* ::
	rm -rf "$out/tree"
	mv "$out/medium.tmp" "$out/medium.img"
}

now() { date +%s.%N; }
least() { awk -v a="$1" -v b="$2" 'BEGIN { print (a == "" || b < a) ? b : a }'; }
spent() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", b - a }'; }

by_hand() {
	rm -rf "$out/copy" && mkdir -p "$out/copy"
	a=$(now)
	MTOOLS_SKIP_CHECK=1 mcopy -i "$out/medium.img" -s -Q -n -m ::/ "$out/copy" > /dev/null 2>&1
	find "$out/copy" -type f -print0 | xargs -0 -P 2 -n 500 sha256sum > "$out/sums"
	find "$out/copy" -type f -print0 | xargs -0 -P 2 -n 500 file --mime-type > "$out/types"
	sync -f "$out"
	spent "$a" "$(now)"
	rm -rf "$out/copy"
}

ours() { # ROUND POLICY: a station of its own, so that the vault is empty
	station_policy=$top/$2
	SALLYPORT_HOME=$work/home$1
	station > /dev/null
	a=$(now)
	must as otto intake "$out/medium.img" --requester rita > /dev/null
	spent "$a" "$(now)"
	station_stop > /dev/null
	sh "$demo/clamd-stop" "$SALLYPORT_HOME" > /dev/null
	rm -rf "$SALLYPORT_HOME"
}

bench_image
out=$(cd "$out" && pwd)
cat "$out/medium.img" > /dev/null
best_hand= best_ours= best_engine=
for i in $(seq "$rounds"); do
	best_hand=$(least "$best_hand" "$(by_hand)")
	best_ours=$(least "$best_ours" "$(ours "$i" tests/bench/noengine.policy)")
done
best_engine=$(ours engine share/policy/default.policy)
ratio() { awk -v a="$1" -v b="$best_hand" 'BEGIN { printf "%.2f", a / b }'; }
printf '%s\n' "intake of $(wc -l < "$out/list") files, $(du -m "$out/medium.img" | cut -f1) MiB" \
	"  by hand, two jobs          $best_hand s" \
	"  sallyport, no engine       $best_ours s   ratio $(ratio "$best_ours")" \
	"  sallyport, with clamd      $best_engine s   ratio $(ratio "$best_engine")"
