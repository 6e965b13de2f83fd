# SPDX-License-Identifier: ISC
# What tests in a guest share.  A test begins
#   . "$(dirname "$0")/lib.sh"
#   kiosk
# and has the words of tests/e2e for TAP and for the screens; the screens are
# tty1 of the guest, and the keys those of its keyboard.
[ "$(id -u)" -ne 0 ] ||
    exec sh "$(dirname "$0")/../../share/demo/as-user" sh "tests/vm/$(basename "$0")"
. "$(dirname "$0")/../e2e/lib.sh"
. "$(dirname "$0")/../e2e/screen.sh"

GUEST=$work/guest
export GUEST
guest() {
	python3 "$top/tests/vm/guest.py" "$@"
}
at_end_of_guest() {
	ended=$?
	guest kill
	(exit $ended)
	at_end_of_screens
}
trap at_end_of_guest EXIT

# A deadline by the clock: a guest is slow, and slower beside another.
wait_for() { # SECONDS COMMAND...: eight times the seconds of a machine of its own
	wait_until=$(($(date +%s) + $1 * 8))
	shift
	while ! "$@"; do
		[ "$(date +%s)" -lt $wait_until ] || return 1
		sleep 0.05
	done
}
needed() { # NAME COMMAND...: without it the rest makes no sense
	needed_name=$1
	shift
	"$@" >"$work/needed.out" 2>&1 && return
	fail "$needed_name" "status $? of: $*" "$(tail -n 30 "$work/needed.out")" "$(journal 15)"
	done_testing
}

# --- the guest ------------------------------------------------------------------------
# What a kiosk's boot loader passes (share/kiosk/grub.cfg); the serial line is the test's.
kiosk_line=$(sed -n 's/^GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT \(.*\)"$/\1/p' \
    "$top/share/kiosk/grub.cfg")

# A station that was installed, switched on: kiosk [OPTION OF guest.py start]...
# tests/run makes it once, and names it: the tests of one run have one station.
kiosk() {
	made=${STATION:-$(sh "$top/tests/vm/make-station" 2>"$work/made")}
	root=$(cat "$top/$made/root") || {
		fail "the station is installed" "$(cat "$work/made")"
		done_testing
	}
	kiosk_began=$(date +%s)
	[ -e "$GUEST/disk.qcow2" ] || set -- --base "$top/$made/station.qcow2" "$@"
	needed "the guest starts" guest start --boot "$top/$root" --watch $$ --append "$kiosk_line" "$@"
	needed "the guest boots" guest wait
	wait_for 30 has 'Officer id  \[' || {
		fail "the kiosk shows its sign-in" "$(screen)" "$(journal 30)"
		done_testing
	}
	diag "sign-in $(($(date +%s) - kiosk_began)) s after power on"
}
inside() { # COMMAND: root's shell in the guest
	guest run "$@" </dev/null
}
as_user() { # USER COMMAND
	as_user_name=$1
	shift
	inside "runuser -u $as_user_name -- sh -c '$*'"
}
journal() { # LINES
	inside "journalctl -b --no-pager -q -o cat -n $1" 2>/dev/null
}
services='sallyportd sallyport-vault sallyport-ledger sallyport-stager sallyport-screens sallyport-clamd'
all_active() {
	! inside "systemctl is-active $services" | grep -qvx active
}
# sallyport's commands, as an officer types them in an administrator's shell;
# `as otto batch -k` reads commands from standard input, for one sign-in is dear.
as() { # ID COMMAND...
	as_id=$1
	shift
	guest run -t 300 "runuser -u sallyport-officer -- sallyport --as $as_id --passphrase-fd 9 $* 9<<END
$(passphrase "$as_id")
END"
}
sallyport() {
	inside "runuser -u sallyport-officer -- sallyport $*"
}
# How often a program of ours has started: a new id after each start.
service_pid() { # UNIT
	inside "systemctl show -p MainPID --value $1"
}
active() { # UNIT
	[ "$(inside "systemctl is-active $1")" = active ]
}

# --- tty1, in place of tmux ---------------------------------------------------------------
screen() {
	guest screen
}
press() { # KEY...
	typed=$((typed + $#))
	guest key "$@"
}
enter() { # TEXT
	typed=$((typed + ${#1}))
	guest type "$1"
}
message() {
	screen | sed -n 24p
}
# A screen that was drawn to its end: two looks that see the same.
still() {
	still_looks=0
	still_before=
	while is_not "$still_before" && [ $still_looks -lt 40 ]; do
		still_looks=$((still_looks + 1))
		still_before=$(screen)
		sleep 0.3
	done
}
# The form of a medium: for rita, and its button, which comes before the first field.
begin_reading() { # REGEX of what the screen then shows
	go 'Requester +< rita ' Space
	go "$1" Up Up Enter
}
begin_choosing() {
	go 'Requester +< rita ' Space
	go '^ READING, WAITS FOR YOU' Up Enter
}
# The guest itself waits for a row: one process instead of one for each look.
need() { # REGEX
	guest wait-screen 240 "$1" >"$work/needed.out" && return
	fail "needed on the screen: $1" "$(cat "$work/needed.out")" "$(journal 8)"
	done_testing
}
shows() { # NAME REGEX
	if guest wait-screen 240 "$2" >"$work/needed.out"; then
		pass "$1"
	else
		fail "$1" "wanted on the screen: $2" "$(cat "$work/needed.out")"
	fi
}

# --- media ----------------------------------------------------------------------------
# A stick of FAT32 from a folder: stick IMAGE FOLDER [MIB] [LABEL]
stick() {
	rm -f "$1"
	truncate -s "${3:-48}M" "$1"
	mkfs.vfat -F 32 -n "${4:-STICK}" "$1" >/dev/null 2>&1
	MTOOLS_SKIP_CHECK=1 mcopy -i "$1" -s -m -Q "$2"/* ::
}
# What the rows of `media` say of a port, without a sign-in: media_says R1 '"state":"ready"'
media_says() { # PORT REGEX
	sallyport media --json | grep "\"$1\"" | grep -qE -- "$2"
}
source_of() { # PORT: what `intake --device` calls the medium that is ready in it
	sallyport media --json | grep "\"$1\"" | grep '"ready"' |
	    sed -n 's,.*"name": *"\([^"]*\)".*,/dev/disk/by-path/\1,p' | head -n 1
}
# Entries of a type in the record, whatever the screens say: their data, a line each,
# oldest first.  They lie in the file as they were signed.
record_of() { # TYPE
	guest run 'perl -0777 -ne '"'"'
		my %by;
		$by{$2} = $1 while /("data":\{[^{}]*\}),"head":\{[^{}]*"size":(\d+)\}[^{}\0]*"type":"'"$1"'"/g;
		print "$by{$_}\n" for sort { $a <=> $b } keys %by'"'"' /var/lib/sallyport/ledger/ledger.db' </dev/null
}
newest() { # TYPE
	record_of "$1" | tail -n 1
}
# What a device did is shown first, and entered then: the record is waited for.
entered() { # NAME TYPE REGEX: the newest entry of the type says so
	if wait_for 15 newest_says "$2" "$3"; then
		pass "$1"
	else
		fail "$1" "wanted of the newest $2: $3" "$(record_of "$2" | tail -n 3)"
	fi
}
newest_says() { # TYPE REGEX
	newest "$1" | grep -qE -- "$2"
}
# `sallyport media` as people read it.
media_tells() { # REGEX
	sallyport media | grep -qE -- "$1"
}
verifies() {
	inside 'runuser -u sallyport-ledger -- sallyport verify'
}
digest() { # FILE
	sha256sum <"$1" | cut -d' ' -f1
}
