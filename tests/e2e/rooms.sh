# SPDX-License-Identifier: ISC
# A test that needs file systems of its own, as an ordinary user: read in place
# of lib.sh, which it reads.  The test runs in a user and mount namespace; a
# servant that was there first keeps the right to mount and does what is asked.
#
#   room FOLDER SIZE      a new small file system on FOLDER
#   mounting COMMAND...   mount(8) or umount(8); ends with its status

[ "$(id -u)" -ne 0 ] ||
    exec sh "$(dirname "$0")/../../share/demo/as-user" sh "tests/e2e/$(basename "$0")"
if [ -z "${ROOMS:-}" ]; then
	if ! unshare --user --map-current-user --mount --keep-caps true 2>/dev/null; then
		echo "ok 1 - file systems of its own # SKIP this kernel gives an ordinary user no namespaces"
		echo "1..1"
		exit 0
	fi
	ROOMS=$(mktemp -d /tmp/rooms.XXXXXX)
	export ROOMS
	mkfifo "$ROOMS/ask" "$ROOMS/said"
	# Each order is a line, the answer a status; no order at all is the end.
	exec unshare --user --map-current-user --mount --keep-caps sh -c '
		while read -r order <"$ROOMS/ask"; do
			$order >/dev/null 2>"$ROOMS/why"
			echo $? >"$ROOMS/said"
		done &
		exec setpriv --inh-caps=-all --ambient-caps=-all sh "$0"' "$0"
fi
. "$(dirname "$0")/lib.sh"
rooms_end() {
	status=$?
	trap - EXIT INT TERM
	station_stop
	for r in $rooms; do
		mounting umount -l "$r"
	done
	: >"$ROOMS/ask"
	rm -rf "$ROOMS"
	(exit $status)
	at_end
}
trap rooms_end EXIT
rooms=

mounting() {
	echo "$*" >"$ROOMS/ask"
	read -r mounted <"$ROOMS/said"
	return "$mounted"
}
room() {
	mkdir -p "$1"
	must mounting mount -t tmpfs -o "size=$2,mode=0755" room "$1"
	rooms="$1 $rooms"
}
