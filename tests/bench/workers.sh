# SPDX-License-Identifier: ISC
# Scanners beside each other: how busy the processors are while 20,000 files go through
# those of the contents, and whether a slow one holds the others up.
. "$(dirname "$0")/lib.sh"

# Ticks of all processors since the start, and those in which they had nothing to do.
ticks() { awk '/^cpu / { print $2 + $3 + $4 + $5 + $6 + $7 + $8, $5 + $6 }' /proc/stat; }
busy_of() { echo "$1 $2" | awk '{ printf "%.2f", 1 - ($4 - $2) / ($3 - $1) }'; }

policy() { # SCANNER...: of all types
	echo 'name = "measurement of scanners"; approvals = 2; required = ('
	for s; do
		printf '%s{ scanner = "%s"; types = "*"; part = true; }' "$comma" "$s"
		comma=', '
	done
	comma=
	echo '); rules = ( { gate = "pass"; } );'
}
comma=
station_policy=$work/site.policy

files_image
policy type code text >"$station_policy"
busy=''
for i in $(seq "$rounds"); do
	fresh "busy$i" noclamd
	sign_in_s >/dev/null
	from=$(ticks)
	intake_s
	busy=$(most "$busy" "$(busy_of "$from" "$(ticks)")")
	gone
done
row "processors busy while $(wc -l <"$bench/list") files are read and scanned" "$busy" 0.75 "" min

# --- one slow scanner ------------------------------------------------------------------
mkdir -p "$work/prog" "$work/m/some"
cp -r "$B/bin" "$B/share" "$work/prog/"
bin=$work/prog/bin
umask 022
cat >"$work/prog/share/sallyport/scanners.d/slow.conf" <<'END'
name = "slow"; version = "1"; program = "scan-exec"; kind = "policy"; scope = "object";
window = 1; slots = 1; engine_socket = false; max_bytes = 0;
timeout_base_ms = 10000; timeout_per_mib_ms = 200; stall_ms = 0; selftest = false; memory_mib = 64;
command = [ "/bin/sh", "-c", "sleep 0.04; echo looked", "/bin/sleep" ];
exits = ( { status = 0; verdict = "clean"; } );
clean_needs = "^looked$"; output = "ignore";
END
n=0
head -n 4000 "$bench/list" | awk 'NR % 10 == 0' | while read -r f; do
	n=$((n + 1))
	head -c 100K "$f" >"$work/m/some/$n"
done
small_medium "$work/small.img" "$work/m" 64
many=$(find "$work/m" -type f | wc -l)
objects=$(find "$work/m" -type f -exec sha256sum {} + | cut -c1-64 | sort -u | wc -l)

others_done() {
	"$bin/sallyport" scanners --json 2>/dev/null | python3 -c 'import json, sys
rows = [json.loads(line) for line in sys.stdin]
done = {r["name"]: r["objects"] for r in rows if r.get("name") in ("type", "code", "text")}
sys.exit(0 if len(done) == 3 and min(done.values()) >= int(sys.argv[1]) else 1)' "$objects"
}
# The seconds until type, code and text have answered for all ($others), and until the end ($all).
scan_s() { # NAME SCANNER...
	name=$1
	shift
	policy "$@" >"$station_policy"
	fresh "$name" noclamd
	from=$(now)
	as otto intake "$work/small.img" --requester rita >"$work/said" 2>&1 &
	reading=$!
	until others_done || ! kill -0 $reading 2>/dev/null; do
		sleep 0.1
	done
	others=$(since "$from")
	wait $reading
	all=$(since "$from")
	gone
}
scan_s alone type code text
without=$others
scan_s slow type code text slow
row "other scanners beside one of 40 ms an object, against without" "$(quotient "$others" "$without")" 1.25 ""
note "$many files: the others after $others s (without it $without s), all after $all s"
