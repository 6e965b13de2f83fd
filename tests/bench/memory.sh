# SPDX-License-Identifier: ISC
# Memory of every process while 1,000,000 files are read: pages of its own and
# shared memory (RssAnon, RssShmem), the most that all have together, looked at
# five times a second; the scanners (libmagic, engines) are told apart.  The
# processes let nobody look into them, so the system's own counts have to do.
. "$(dirname "$0")/lib.sh"
items=${ITEMS:-1000000}

crowd_image "$items"
station_policy=$top/tests/bench/noengine.policy
fresh h noclamd
before=$(weigh | cut -d' ' -f1)
(
	while weigh; do
		sleep 0.2
	done
) >"$work/weights" &
sampler=$!
intake_s
kill $sampler
wait $sampler 2>/dev/null || :
largest=$(sort -n "$work/weights" | tail -n 1)
mib() { awk -v k="$1" 'BEGIN { printf "%.0f", k / 1024 }'; }
# shellcheck disable=SC2086
set -- $largest
row "memory of all while reading $items files, scanners aside" "$(mib "$1")" 256 MiB
note "before $(mib "$before") MiB; at most $(mib "$4") MiB of it in $3; scanners $(mib "$2") MiB; read in $took s"
[ "$(awk -v n="$items" 'END { print (NR > 5 ? "ok" : "") }' "$work/weights")" ] ||
    note "too short to be measured"
gone
