# SPDX-License-Identifier: ISC
# One transfer brought through by commands, step by step, and what must hold
# after whatever happened: read after lib.sh by the tests that kill programs
# (kills.sh) and fill disks (fills.sh).
#
#   $transfer      the present transfer
#   $state         where it stands, after look_up
#   $acknowledged  the state that a command has said it reached
#   $command       the command that brings it on, after choose

share=$SALLYPORT_HOME/share
log=$SALLYPORT_HOME/run/sallyportd.log
files=60
transfer=
state=
acknowledged=
decided=
round=0
happened=nothing

# How the checks below say that something is wrong.
trouble() { # WHAT [DETAIL...]
	what=$1
	shift
	fail "round $round, $happened during: $command: $what" "SEED=${SEED:-}" "$@" "$(tail -n 12 "$log")"
	[ $tap_failed -lt 10 ] || done_testing
}

# --- what is done ---------------------------------------------------------------------

small_files() { # IMAGE BYTES: the first of them, the last has sixty times as many
	mkdir "$work/m"
	i=0
	while [ $i -lt $files ]; do
		i=$((i + 1))
		head -c $((i * $2)) /dev/urandom | base64 >"$work/m/text$i.txt"
	done
	small_medium "$1" "$work/m" 16
}
# Without a sign-in: that would be two entries each time.
look_up() {
	state=
	[ -z "$transfer" ] || state=$("$bin/sallyport" status --json | tr '{' '\n' |
	    grep -F "\"$transfer\"" | sed -n 's/.*"state": *"\([A-Z]*\)".*/\1/p')
}
# The command that brings the transfer on, as words, into $command.
choose() {
	case $state in
	'' | CLOSED)
		acknowledged=
		decided=
		command="otto intake $work/small.img --requester rita"
		;;
	FAULT)
		decided=
		command="otto intake $work/small.img --resume $transfer"
		[ "$(rank "$acknowledged")" -lt 2 ] || command="otto release $transfer"
		;;
	BLOCKED) command="otto rescan $transfer" ;;
	REVIEW)
		command="otto submit $transfer --yes"
		[ -n "$decided" ] || command="otto decide $transfer approve --proposed"
		;;
	SUBMITTED) command="paula approve $transfer --yes" ;;
	RELEASED) command="otto close $transfer --disposition returned" ;;
	*) trouble "what is to be done in the state $state?" ;;
	esac
	step=${command#* }
	step=${step%% *}
}
begin() {
	# shellcheck disable=SC2086
	as $command >"$work/out" 2>"$work/err" &
	running=$!
}
# Leaves $status.  What a command said it did must still be so ever after.
finish() {
	wait $running
	status=$?
	case $command in
	*" intake "*--requester*)
		named=$(transfer_of "$(cat "$work/out" "$work/err")")
		# It may have been opened without anybody having been told.
		[ -n "$named" ] || named=$(newest)
		[ -z "$named" ] || transfer=$named
		;;
	esac
	[ $status -eq 0 ] || return 0
	case $step in
	intake | rescan) acknowledged=REVIEW ;;
	decide) decided=yes ;;
	submit) acknowledged=SUBMITTED ;;
	approve | release) acknowledged=RELEASED ;;
	close) acknowledged=CLOSED ;;
	esac
}
newest() {
	"$bin/sallyport" status --json 2>/dev/null | grep -oE '[A-Z][A-Z0-9]{0,7}-[0-9]{6}' | sort -u | tail -n 1
}
# Undisturbed, until it is closed.
bring_to_the_end() {
	laps=0
	while look_up && [ "$state" != CLOSED ] && [ $laps -lt 10 ]; do
		laps=$((laps + 1))
		choose
		begin
		finish
		[ "$status" -eq 0 ] || trouble "undisturbed it fails" "$(cat "$work/out" "$work/err")"
	done
	[ "$state" = CLOSED ] ||
	    trouble "$transfer does not come to its end: $state" "$(as otto status "$transfer")"
}

# --- what must hold ----------------------------------------------------------------------

rank() {
	case $1 in
	REVIEW) echo 1 ;;
	SUBMITTED) echo 2 ;;
	APPROVED | RELEASED) echo 3 ;;
	CLOSED) echo 4 ;;
	*) echo 0 ;;
	esac
}
# What clients of the share see, at any moment: whole transfers or none.
check_published() {
	[ -n "$transfer" ] && [ -d "$share/transfers/$transfer" ] || return 0
	(cd "$share/transfers/$transfer/files" && sha256sum --quiet --strict -c ../MANIFEST.sha256) >"$work/sums" 2>&1 ||
	    trouble "half a transfer is visible" "$(head -n 5 "$work/sums")"
	[ "$(find "$share/transfers/$transfer/files" -type f | wc -l)" -eq $files ] ||
	    trouble "another number of files is visible"
}
delivered() {
	"$bin/sallyport" status --json | tr '{' '\n' |
	    grep -E '"state": *"(RELEASED|CLOSED)"' | grep -oE '[A-Z][A-Z0-9]{0,7}-[0-9]{6}' | sort -u
}
index_is_true() {
	delivered >"$work/delivered"
	grep -v '^#' "$share/INDEX" 2>/dev/null | cut -f 1 | sort >"$work/index"
	cmp -s "$work/delivered" "$work/index" &&
	    ls "$share/transfers" | sort | cmp -s - "$work/delivered"
}
# The custody folder says what the ledger says.
papers_are_true() {
	[ "$state" = RELEASED ] || [ "$state" = CLOSED ] || return 0
	grep -q "$state" "$share/custody/$transfer/report.txt" 2>/dev/null
}
# Reading and scanning go on when a terminal dies; a release is taken up again.
at_rest() {
	look_up
	case $state in
	OPEN | READING | SCANNING | APPROVED) return 1 ;;
	esac
}
check_ledger() {
	"$bin/sallyport-verify" "$SALLYPORT_HOME/ledger/ledger.db" >"$work/verify" 2>&1 ||
	    trouble "the ledger does not verify" "$(tail -n 5 "$work/verify")"
}
check_acknowledged() {
	wait_for 60 at_rest || trouble "$transfer stays $state for a minute" "$(as otto status "$transfer")"
	# Approved by the last of them and not yet on the share: the release is repeated.
	[ "$state" != FAULT ] || [ "$(rank "$acknowledged")" -ne 2 ] || return 0
	[ "$(rank "$state")" -ge "$(rank "$acknowledged")" ] ||
	    trouble "$transfer was acknowledged as $acknowledged and is $state" "$(as otto status "$transfer")"
}
check_fault() {
	[ "$state" != FAULT ] || as otto status "$transfer" | grep -qE '^ +why +[A-Za-z]' ||
	    trouble "a fault without its reason" "$(as otto status "$transfer")"
}
nothing_half_made() {
	[ -z "$(find "$share/transfers" "$share/custody" -maxdepth 1 -name '.*.part')" ]
}
check_share() {
	check_published
	wait_for 20 index_is_true ||
	    trouble "INDEX, transfers/ and what was delivered differ" "$(diff "$work/delivered" "$work/index")"
	wait_for 20 papers_are_true ||
	    trouble "the custody folder of $transfer is not that of a $state transfer"
	wait_for 20 nothing_half_made ||
	    trouble "something half-made stays on the share" "$(ls -A "$share/transfers" "$share/custody")"
}
check_all_papers() {
	for t in $(delivered); do
		transfer=$t state=CLOSED
		check_published
		"$bin/sallyport-verify" "$share/custody/$t" >"$work/verify" 2>&1 ||
		    trouble "the custody folder of $t does not verify" "$(tail -n 5 "$work/verify")"
	done
}
