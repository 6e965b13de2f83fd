# SPDX-License-Identifier: ISC
# A demo station for scripts: to be read with ".", by share/demo/run and by
# tests/e2e/lib.sh.  Needs: top (this tree), bin (the programs), and
# SALLYPORT_HOME.  Everything waits for a condition, never for a time.

demo=$top/share/demo
export SALLYPORT_HOME

# The people of the demo.  id, role, name, passphrase: see README.md.
people() {
	cat <<END
ada admin Ada Admin: ada opens the demo
otto officer Otto Officer: otto opens the demo
paula officer Paula Officer: paula opens the demo
END
}
requesters() {
	echo 'rita Rita Requester'
}
passphrase() { # ID
	people | sed -n "s/^$1 [a-z]* [^:]*: //p"
}

# as ID COMMAND...: a command of an officer, with the demo passphrase.
as() {
	person=$1
	shift
	"$bin/sallyport" --as "$person" --passphrase-fd 9 "$@" 9<<END
$(passphrase "$person")
END
}

# wait_for SECONDS COMMAND...: until the command succeeds; fails when it never does.  The
# seconds are those of a machine with nothing else to do: any other has three times as long.
wait_for() {
	tries=$(($1 * 60))
	shift
	while ! "$@"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.05
	done
}

station_answers() {
	"$bin/sallyport" status >/dev/null 2>&1
}

# The default policy without the fields it asks for: a trial need not tell so much.
station_plain_policy() {
	sed -e '/^fields = /,/;/d' -e '/^fields_optional = /d' -e '/^classification/d' \
	    "$top/share/policy/default.policy"
}

# The group of the genesis that a founding page asks for.
word_of() { # FILE
	word_at=$(sed -n 's/^  group \([0-9]*\) of the genesis.*/\1/p' "$1")
	genesis_of "$1" | cut -c $((4 * word_at - 3))-$((4 * word_at))
}

# An empty station whose first admin is ada; more options of init may follow.
station_init() {
	station_page=$(mktemp)
	station_found "$@" >"$station_page" && cat "$station_page" &&
	    "$bin/sallyport" init --word "$(word_of "$station_page")" >/dev/null
	station_founded=$?
	rm -f "$station_page"
	return $station_founded
}
station_found() {
	mkdir -p "$(dirname "$SALLYPORT_HOME")" &&
	    station_plain_policy >"$SALLYPORT_HOME.policy" || return
	"$bin/sallyport" init --demo --policy "$SALLYPORT_HOME.policy" --admin ada --name 'Ada Admin' \
	    --clamd "$SALLYPORT_HOME/clamav/clamd.sock" --new-passphrase-fd 9 "$@" 9<<END
$(passphrase ada)
END
}

# Officers and requesters, each by ada's signature.  Needs a running station.
station_people() {
	people | while IFS= read -r line; do
		who=${line%% *}
		rest=${line#* }
		role=${rest%% *}
		name=${rest#* }
		[ "$who" = ada ] && continue
		as ada authority add "$who" --name "${name%%:*}" --role "$role" --new-passphrase-fd 8 \
		    8<<END </dev/null || return
$(passphrase "$who")
END
	done || return
	requesters | while read -r who name; do
		as ada authority requester "$who" --name "$name" </dev/null || return
	done || return
	# init has put the default policy in force; a script may want another.
	[ -z "${station_policy:-}" ] || as ada authority policy "$station_policy"
}

# Starts sallyportd; returns when a terminal gets an answer.
station_start() {
	mkdir -p "$SALLYPORT_HOME/run"
	rm -f "$SALLYPORT_HOME/run/desk.sock"
	setsid "$bin/sallyportd" -d "$SALLYPORT_HOME" </dev/null >>"$SALLYPORT_HOME/run/sallyportd.log" 2>&1 &
	station_pid=$!
	echo $station_pid >"$SALLYPORT_HOME/run/sallyportd.pid"
	if ! wait_for 30 station_up_or_dead || ! kill -0 "$station_pid" 2>/dev/null; then
		echo "sallyportd does not answer; its last words:" >&2
		tail -n 10 "$SALLYPORT_HOME/run/sallyportd.log" >&2
		return 3
	fi
}
station_up_or_dead() {
	! kill -0 "$station_pid" 2>/dev/null || station_answers
}
station_gone() {
	! kill -0 "$station_pid" 2>/dev/null
}

# Ends sallyportd and everything it started.
station_stop() {
	[ -e "$SALLYPORT_HOME/run/sallyportd.pid" ] || return 0
	station_pid=$(cat "$SALLYPORT_HOME/run/sallyportd.pid")
	kill "$station_pid" 2>/dev/null || :
	wait_for 20 station_gone || kill -9 "$station_pid" 2>/dev/null || :
	wait "$station_pid" 2>/dev/null || :
	rm -f "$SALLYPORT_HOME/run/sallyportd.pid"
}

# The transfer a command has named on its output.
transfer_of() { # TEXT
	printf '%s\n' "$1" | grep -oE '[A-Z][A-Z0-9]{0,7}-[0-9]{6}' | head -n 1
}

# The genesis leaf on a founding page.
genesis_of() { # FILE
	sed -n '/^Genesis of the authority log/,/^$/p' "$1" | sed 1d | tr -dc '0-9a-f'
}

# Checks the officers' approvals in a custody folder with ssh-keygen alone.
signatures_of() { # FOLDER
	body=$(mktemp)
	for entry in $(grep -l '"type":"xfer.approve"' "$1"/entries/*.entry); do
		sed -n 1p "$entry" >"$body"
		{
			echo '-----BEGIN SSH SIGNATURE-----'
			sed -n 2p "$entry"
			echo '-----END SSH SIGNATURE-----'
		} >"$body.sig"
		actor=$(sed -n '1s/.*"actor":{"id":"\([a-z0-9._-]*\)".*/\1/p' "$entry")
		ssh-keygen -Y verify -f "$1/allowed_signers" -I "$actor" -n custody-event-v1@sallyport \
		    -s "$body.sig" <"$body" || { rm -f "$body" "$body.sig"; return 1; }
	done
	rm -f "$body" "$body.sig"
}
