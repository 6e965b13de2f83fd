# SPDX-License-Identifier: ISC
# What the rows of `make bench` share.  A row of the table is a file here that
# begins:  . "$(dirname "$0")/lib.sh"
# It measures both sides in one run, best of ROUNDS (5), and prints its rows by
# `row`; numbers that only explain them go by `note`.
#   BENCH   where media and results are kept (build/bench)
#   ROUNDS  rounds, of which the best counts
[ "$(id -u)" -ne 0 ] ||
    exec sh "$(dirname "$0")/../../share/demo/as-user" sh "tests/bench/$(basename "$0")"
. "$(dirname "$0")/../e2e/lib.sh"
bench=${BENCH:-build/bench}
mkdir -p "$bench"
bench=$(cd "$bench" && pwd)
rounds=${ROUNDS:-5}

now() { date +%s.%N; }
least() { awk -v a="$1" -v b="$2" 'BEGIN { print (a == "" || b + 0 < a + 0) ? b : a }'; }
most() { awk -v a="$1" -v b="$2" 'BEGIN { print (a == "" || b + 0 > a + 0) ? b : a }'; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.3f", b - a }'; }
quotient() { awk -v a="$1" -v b="$2" 'BEGIN { if (b > 0) printf "%.2f", a / b }'; }

# row WHAT MEASURED TARGET UNIT [min]: a line of the table; `min`: the target is the least.
row() {
	awk -v what="$1" -v value="$2" -v target="$3" -v unit="$4" -v least="${5:-}" 'BEGIN {
		good = least == "min" ? value + 0 >= target + 0 : value + 0 <= target + 0
		verdict = value == "" ? "NOT MEASURED" : good ? "OK" : "MISS"
		printf "  %-58s %9s %-5s %-8s %7s  %s\n", what, value == "" ? "-" : value, unit,
		    least == "min" ? "at least" : "at most", target, verdict
	}' | tee -a "${ROWS:-/dev/null}"
}
note() {
	printf '    %s\n' "$@" | tee -a "${ROWS:-/dev/null}"
}

# --- media, made once -------------------------------------------------------------

# What Debian's packages put on this machine, not random bytes: a list of files.
real_files() { # COUNT
	find /usr -xdev -type f -size -8M -size +0 -readable -printf '%s %p\n' 2>/dev/null |
		awk 'BEGIN { srand(1) } { print rand(), $1, substr($0, length($1) + 2) }' |
		sort -n |
		awk -v want="$1" '$2 > 1000000 && big < want / 48 { big++; print; next }
		    $2 <= 1000000 && small < want - want / 48 { small++; print }' |
		cut -d' ' -f3-
}

# FAT32 from a folder, which goes: fat_image IMAGE FOLDER
fat_image() {
	size=$(du -sm "$2" | cut -f1)
	rm -f "$1.tmp"
	mkfs.vfat -F 32 -n BENCH -C "$1.tmp" $(((size + size / 8 + 64) * 1024)) >/dev/null
	MTOOLS_SKIP_CHECK=1 mcopy -i "$1.tmp" -s -Q -m "$2"/* ::
	rm -rf "$2"
	mv "$1.tmp" "$1"
}

# 20,000 files, 1.2 GiB: $bench/medium.img, and their number in $bench/list.
files_image() {
	image=$bench/medium.img
	[ -s "$image" ] || {
		rm -rf "$bench/tree" && mkdir -p "$bench/tree"
		real_files 20000 >"$bench/list"
		n=0
		while read -r f; do
			d=$bench/tree/d$((n / 200))
			[ $((n % 200)) -ne 0 ] || mkdir -p "$d"
			cp "$f" "$d/f$n.${f##*.}" 2>/dev/null || cp "$f" "$d/f$n"
			n=$((n + 1))
		done <"$bench/list"
		fat_image "$image" "$bench/tree"
	}
	cat "$image" >/dev/null
}

# One file of 1 GiB, what /usr holds as one archive: $bench/large.bin, and large.img with it.
large_image() {
	image=$bench/large.img
	[ -s "$image" ] || {
		rm -rf "$bench/tree" && mkdir -p "$bench/tree"
		while tar -C / -cf - usr 2>/dev/null; do :; done | head -c 1G >"$bench/large.bin"
		ln "$bench/large.bin" "$bench/tree/large.tar"
		fat_image "$image" "$bench/tree"
	}
	cat "$bench/large.bin" "$image" >/dev/null
}

# ITEMS small files in folders of a thousand: $bench/crowd-ITEMS.img
crowd_image() { # ITEMS
	image=$bench/crowd-$1.img
	[ -s "$image" ] || {
		"$B/tests/bench/crowd" "$image.tmp" "$1"
		mv "$image.tmp" "$image"
	}
	cat "$image" >/dev/null
}

# --- stations ------------------------------------------------------------------------

# fresh NAME [noclamd]: an empty station of its own, with $station_policy; then gone.
fresh() {
	SALLYPORT_HOME=$work/$1
	shift
	station "$@" >/dev/null
}
gone() {
	station_stop >/dev/null
	sh "$demo/clamd-stop" "$SALLYPORT_HOME" >/dev/null
	chmod -R u+w "$SALLYPORT_HOME"
	rm -rf "$SALLYPORT_HOME"
}
# How long signing in takes, for something that is refused then: opening a key is slow on
# purpose, and no part of what is measured.
sign_in_s() {
	from=$(now)
	as otto watch K1-999999 >/dev/null 2>&1 || :
	since "$from"
}
# Reads $image into the station; its seconds, without those of signing in, are $took.
intake_s() {
	cost=$(sign_in_s)
	from=$(now)
	intake "$image"
	took=$(awk -v a="$(since "$from")" -v b="$cost" 'BEGIN { printf "%.3f", a - b }')
}

# --- memory --------------------------------------------------------------------------

# One line: KiB of our programs together, KiB of scanners, and the largest of ours; and
# the most that one process of $weighed has, a name.
weigh() {
	for pid in $(pgrep -P "$station_pid") $(pgrep -u "$(id -u)" -x sallyport); do
		cat "/proc/$pid/status" 2>/dev/null
	done | awk -v weighed="${weighed:-}" '/^Name:/ { name = $2; ours = name !~ /^scan-/ }
	    /^Name:/ { one = 0 }
	    /^RssAnon:|^RssShmem:/ { if (ours) kib += $2; else scanners += $2; each[name] += $2
		  one += $2; if (name == weighed && one > most) most = one }
	    END { for (n in each) if (n !~ /^scan-/ && each[n] > each[top]) top = n
		  print kib + 0, scanners + 0, top, each[top] + 0, most + 0 }'
}
