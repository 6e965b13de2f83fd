# SPDX-License-Identifier: ISC
# An archive of 4 GiB with 100,000 members, each another one: it is read, opened, its
# members kept, typed and let go.  What must stay flat is memory: an archive of a tenth
# of the members is opened first, and names are all that may make a difference.
#   MEMBERS, BYTES  of the archive
. "$(dirname "$0")/lib.sh"
members=${MEMBERS:-100000}
bytes=${BYTES:-4294967296}

# archive_image NAME MEMBERS BYTES
archive_image() {
	image=$bench/$1.img
	[ -s "$image" ] || {
		rm -rf "$bench/tree" && mkdir -p "$bench/tree"
		python3 - "$bench/tree/$1.tar" "$2" "$3" <<'END'
import sys, tarfile, io, hashlib
path, members, total = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
size = (total - 10240) // members // 512 * 512 - 512
seed = hashlib.sha256(b"archive").digest() * (size // 32 + 1)
with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as t:
    for n in range(members):
        info = tarfile.TarInfo("d%03d/member-%06d.bin" % (n // 1000, n))
        info.size = size
        head = b"member %09d\n" % n
        t.addfile(info, io.BytesIO(head + seed[:size - len(head)]))
END
		mib=$(($(du -sm "$bench/tree" | cut -f1) + 64))
		rm -f "$image.tmp"
		must mke2fs -q -t ext4 -O ^has_journal -N 64 -m 0 -d "$bench/tree" \
		    "$image.tmp" "${mib}M"
		rm -rf "$bench/tree"
		mv "$image.tmp" "$image"
	}
}

cat >"$work/archive.policy" <<'END'
name = "measurement of archives";
approvals = 2;
required = (
	{ scanner = "type"; types = "*"; part = true; },
	{ scanner = "archive"; part = true; types = ["tar"]; }
);
rules = (
	{ class = "malware"; severity = "medium"; gate = "block"; },
	{ gate = "pass"; }
);
END

# measure NAME FILE: intake of $image; leaves ours, each, inside and took.
measure() {
	fresh "$1" noclamd
	weighed=scan-archive
	(
		while weigh; do
			sleep 0.2
		done
	) >"$work/weights" &
	sampler=$!
	intake_s
	kill $sampler
	wait $sampler 2>/dev/null || :
	ours=$(sort -n "$work/weights" | tail -n 1 | cut -d' ' -f1)
	each=$(cut -d' ' -f5 "$work/weights" | sort -n | tail -n 1)
	id=$(as otto items "$transfer" --json --where "name=$2" | sed -n 's/.*"id": *\([0-9]*\).*/\1/p' | head -n 1)
	inside=$(as otto item "$transfer" "$id" | sed -n 's/^ *inside *//p')
	gone
}

mib() { awk -v k="$1" 'BEGIN { printf "%.0f", k / 1024 }'; }
station_policy=$work/archive.policy
archive_image "archive-$((members / 10))" $((members / 10)) $((bytes / 10))
measure small "archive-$((members / 10)).tar"
small=$each
small_ours=$ours
archive_image "archive-$members" "$members" "$bytes"
measure large "archive-$members.tar"
row "memory of all, scanners aside: an archive of $members members" "$(mib "$ours")" 256 MiB
row "scan-archive: the largest process" "$(mib "$each")" 64 MiB
note "a tenth of it: $(mib "$small_ours") and $(mib "$small") MiB; opened in $took s, $inside"
