#!/bin/sh
# SPDX-License-Identifier: ISC
# Between COMMIT and the copy: the ledger killed at calls that write and sync the copy.  Nothing
# that was acknowledged is lost, the copy never has more than the ledger, and the next start makes
# it whole.
. "$(dirname "$0")/lib.sh"
command -v strace >/dev/null || {
	echo '1..0 # SKIP strace is not installed'
	exit 0
}
copy=$work/second
ledger=$SALLYPORT_HOME/ledger/ledger.db
real=$bin
mkdir "$work/tree"
cp -a "$B/bin" "$B/share" "$work/tree"
rm "$work/tree/bin/sallyport-ledger"
cat >"$work/tree/bin/sallyport-ledger" <<END
#!/bin/sh
exec $(command -v strace) -qq -o $work/trace \$(/usr/bin/cat $work/inject) -- $real/sallyport-ledger "\$@"
END
chmod 755 "$work/tree/bin/sallyport-ledger"

same() {
	"$real/sallyport-verify" --copy "$copy" "$ledger" >"$work/verify" 2>&1
}
whole() {
	same && [ "$(grep -c "The copy's file .* holds the same" "$work/verify")" = 2 ]
}
entries() {
	# may have to roll back what a kill left, as the ledger would
	sqlite3 -cmd '.timeout 5000' "$ledger" 'SELECT count(*) FROM entry'
}
must station_init
mkdir -m 700 "$copy"
echo "copy = \"$copy\";" >>"$SALLYPORT_HOME/station.conf"
must station_start
must station_people
must station_stop
ok "a whole copy to begin with" whole

# Starts, adds people until something gives way, and says what was acknowledged.
acts() { # STRACE-OPTION...
	echo "$@" >"$work/inject"
	acknowledged=$(entries)
	bin=$work/tree/bin
	if station_start >"$work/start" 2>&1; then
		acknowledged=$(entries)
		for i in 1 2; do
			round=$((round + 1))
			as ada authority requester "r$round" --name "Requester $round" </dev/null >"$work/act" 2>&1 ||
			    break
			acknowledged=$((acknowledged + 1))
		done
	fi
	bin=$real
}
round=0
hit=0
# Which of the calls of each kind touch the copy, counted from the start.  What the ledger
# remembers is hidden from strace; but the first write at the copy's end says which file it is.
end=$(stat -c %s "$copy/custody-1")
acts -e trace=pwrite64,fsync
must station_stop
cp "$work/trace" "$work/calls"
points() { # CALL
	awk -v call="$1" -v end="$end" '
		{ gsub(/[(),]/, " ") }
		$1 == "pwrite64" && $5 == end { fd = $2 }
		$1 == call { n++; if (fd != "" && $2 == fd) print n }
	' "$work/calls"
}
ok "entries are written there and synced" test "$(points pwrite64 | wc -l)" -ge 3 -a "$(points fsync | wc -l)" -ge 3
for call in pwrite64 fsync; do
	for when in $(points $call | sed 5q); do
		acts -e "inject=$call:signal=KILL:when=$when"
		if wait_for 3 station_gone; then hit=$((hit + 1)); else station_stop; fi
		wait "$station_pid" 2>/dev/null
		held=$(entries)
		ok "killed at $call $when: nothing that was acknowledged is lost" [ "$held" -ge "$acknowledged" ]
		ok "killed at $call $when: the copy has nothing that the ledger has not" same
		must station_start
		ok "killed at $call $when: the next start makes it whole" whole
		must station_stop
	done
done
ok "points were come to" [ "$hit" -ge 6 ]
ok "the ledger verifies after all that" "$real/sallyport-verify" "$ledger"
done_testing
