# SPDX-License-Identifier: ISC
# What end-to-end tests share: TAP, a station of their own, media.
# A test begins:   . "$(dirname "$0")/lib.sh"
# and ends:        done_testing

top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top" || exit 3
[ "$(id -u)" -ne 0 ] || exec sh share/demo/as-user sh "tests/e2e/$(basename "$0")"
B=${B:-build/release}
case $B in
/*) ;;
*) B=$top/$B ;;
esac
bin=$B/bin
PATH=$bin:$PATH:/usr/sbin:/sbin
LC_ALL=C.UTF-8
umask 022
export B PATH LC_ALL

# A short name: sockets live below it.
work=$(mktemp -d /tmp/sp.XXXXXX)
SALLYPORT_HOME=$work/home
. "$top/share/demo/station.sh"
plain_policy=$work/default.policy
station_plain_policy >"$plain_policy"
at_end() {
	status=$?
	trap - EXIT INT TERM
	station_stop
	[ ! -d "$SALLYPORT_HOME" ] || sh "$demo/clamd-stop" "$SALLYPORT_HOME"
	if [ -n "${KEEP:-}" ] || { [ "$tap_failed" -gt 0 ] && [ -n "${KEEP_FAILED:-}" ]; }; then
		echo "# kept: $work"
	else
		chmod -R u+w "$work" 2>/dev/null
		rm -rf "$work"
	fi
	exit $status
}
trap at_end EXIT
trap 'exit 130' INT TERM

# --- TAP -------------------------------------------------------------------------
tap_n=0
tap_failed=0

diag() {
	printf '%s\n' "$@" | sed 's/^/# /'
}
pass() { # NAME
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $1"
}
fail() { # NAME [DETAIL...]
	tap_n=$((tap_n + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_n - $1"
	shift
	[ $# -eq 0 ] || diag "$@"
}
skip() { # NAME REASON
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $1 # SKIP $2"
}
# ok NAME COMMAND...: the command succeeds.
ok() {
	tap_name=$1
	shift
	if "$@" >"$work/ok.out" 2>&1; then
		pass "$tap_name"
	else
		fail "$tap_name" "status $? of: $*" "$(tail -n 12 "$work/ok.out")"
	fi
}
# no NAME COMMAND...: the command fails.
no() {
	tap_name=$1
	shift
	if "$@" >"$work/ok.out" 2>&1; then
		fail "$tap_name" "succeeded: $*" "$(tail -n 12 "$work/ok.out")"
	else
		pass "$tap_name"
	fi
}
is() { # NAME GOT WANTED
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "got:    $2" "wanted: $3"
	fi
}
# like NAME TEXT EXTENDED-REGEX
like() {
	if printf '%s\n' "$2" | grep -qE -- "$3"; then
		pass "$1"
	else
		fail "$1" "wanted a line like: $3" "$2"
	fi
}
unlike() {
	if printf '%s\n' "$2" | grep -qE -- "$3"; then
		fail "$1" "wanted no line like: $3" "$(printf '%s\n' "$2" | grep -E -- "$3" | head -n 3)"
	else
		pass "$1"
	fi
}
# run COMMAND...: leaves status, out and err.
run() {
	"$@" >"$work/run.out" 2>"$work/run.err"
	status=$?
	out=$(cat "$work/run.out")
	err=$(cat "$work/run.err")
}
# A refusal that helps: exit status, and three things said on standard error.
refused() { # NAME STATUS REGEX COMMAND...
	tap_name=$1
	tap_status=$2
	tap_text=$3
	shift 3
	run "$@"
	if [ "$status" -ne "$tap_status" ]; then
		fail "$tap_name" "status $status, wanted $tap_status" "$out" "$err"
	elif ! printf '%s\n' "$err" | grep -qE -- "$tap_text"; then
		fail "$tap_name" "wanted on standard error: $tap_text" "$err"
	else
		pass "$tap_name"
	fi
}
done_testing() {
	echo "1..$tap_n"
	[ "$tap_failed" -eq 0 ]
	exit
}
# The rest makes no sense without this.
must() {
	"$@" >"$work/must.out" 2>&1 && return
	tap_status=$?
	fail "needed: $*" "status $tap_status" "$(tail -n 20 "$work/must.out")" \
	    "$(tail -n 10 "$SALLYPORT_HOME/run/sallyportd.log" 2>/dev/null)"
	done_testing
}

# --- a station ---------------------------------------------------------------------
# A running demo station with people and policy; `noclamd` leaves the engine out.
station() {
	must station_init
	[ "${1:-}" = noclamd ] || must sh "$demo/clamd-start" "$SALLYPORT_HOME"
	must station_start
	must station_people
}
# Reads an image; leaves the transfer's id in $transfer.
intake() { # IMAGE
	run as otto intake "$1" --requester rita
	transfer=$(transfer_of "$out$err")
	[ "$status" -eq 0 ] && [ -n "$transfer" ] && return
	fail "intake of $1" "status $status" "$out" "$err" "$(tail -n 10 "$SALLYPORT_HOME/run/sallyportd.log")"
	done_testing
}
# The entries of every log of the station, one a line, whether it answers or not.
logged() {
	python3 - "$SALLYPORT_HOME/ledger/ledger.db" <<'END'
import sqlite3, sys
db = sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True)
for body, in db.execute("SELECT body FROM entry ORDER BY log, seq"):
    print(body)
END
}
state_of() { # TRANSFER
	as otto status "$1" --json | sed -n 's/.*"state": *"\([A-Z]*\)".*/\1/p' | head -n 1
}

# --- media -------------------------------------------------------------------------
# A FAT volume without table from a folder: small_medium IMAGE FOLDER [MIB]
small_medium() {
	truncate -s "${3:-8}M" "$1"
	mkfs.vfat -n SMALL "$1" >/dev/null
	MTOOLS_SKIP_CHECK=1 mcopy -i "$1" -s -m -Q "$2"/* ::
}
# The demo medium, made once for all tests of a run.
demo_medium() {
	demo_image=$top/build/tap/medium.img
	[ -n "${TAP_DIR:-}" ] || demo_image=$work/medium.img
	if [ ! -e "$demo_image" ]; then
		sh "$demo/make-medium" "$demo_image.$$" "$top/build/cache" >/dev/null &&
		    mv "$demo_image.$$" "$demo_image"
	fi
}
eicar() {
	printf '%s%s' 'X5O!P%@AP[4\PZX54(P^)7CC)7}$' 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'
}
