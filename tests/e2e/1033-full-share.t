#!/bin/sh
# SPDX-License-Identifier: ISC
# The share is full when something leaves: known before, or in the middle of writing.  It is said
# what happened and what to do, nothing half made lies on the share, what lay there stays, the
# record names what was to leave, and it leaves when there is room.
. "$(dirname "$0")/lib.sh"

station noclamd
station_stop
mkdir "$work/m" "$work/tree"
cp -a "$bin" "$B/share" "$work/tree"
rm "$work/tree/bin/sallyport-stager"
cat >"$work/tree/bin/sallyport-stager" <<END
#!/bin/sh
. $work/inject
eval "\$before"
exec $bin/sallyport-stager \$more "\$@"
END
chmod 755 "$work/tree/bin/sallyport-stager"
bin=$work/tree/bin
reports=$SALLYPORT_HOME/share/reports
again() { # BEFORE MORE: the station starts anew, its stager with this
	printf "before='%s'\nmore='%s'\n" "$1" "$2" >"$work/inject"
	must station_start
}
left() { # what lies there, with its contents
	find "$reports" -type f -exec sha256sum {} + | sort
}
exports() {
	sqlite3 -readonly -cmd '.timeout 5000' "$SALLYPORT_HOME/ledger/ledger.db" \
	    "SELECT count(*) FROM entry WHERE type='audit.export'"
}
again '' ''
must as ada authority policy "$top/tests/bench/noengine.policy"
echo 'some text' >"$work/m/note.txt"
small_medium "$work/small.img" "$work/m"
intake "$work/small.img"
must as otto report "$transfer" --share --format text
before=$(left)
like "a report lies on the share" "$before" 'report\.txt'
entered=$(exports)

# --- known before ------------------------------------------------------------------------------
station_stop
again '' '-f 9000000000000000000'
next='Make room on the share, then repeat it; until then the record names a paper that did not leave'
refused "no room for a bundle" 3 "MiB have to stay free: .* do not fit" as otto export bundle "$transfer"
refused "nor for a report" 3 "MiB have to stay free: .* do not fit" as otto report "$transfer" --share --format text
like "it is said what to do" "$err" "$next"
is "the record says that both were to leave" "$(exports)" $((entered + 2))
is "nothing new lies there, and what did is as it was" "$(left)" "$before"
station_stop

# --- in the middle of writing ---------------------------------------------------------------------
# what is opened takes one KiB and no more
again 'ulimit -f 2' ''
entered=$(exports)
refused "full in the middle of a report" 3 'The report cannot be written: ' as otto report "$transfer" --share --format text
like "and what to do is said" "$err" "Look at the share's disk, then repeat it"
refused "full in the middle of an export" 3 'It cannot be written to the share: ' as otto export leaves
is "the record says that they were to leave" "$(exports)" $((entered + 2))
is "nothing half made lies there, and what did is as it was" "$(left)" "$before"
station_stop
# --- there is room again ------------------------------------------------------------------------
again '' ''
must as otto report "$transfer" --share --format text
must as otto export bundle "$transfer"
ok "with room it leaves, and verifies" sallyport-verify --genesis "$(cat "$SALLYPORT_HOME/stager/genesis")" \
    "$(find "$reports/$transfer" -name 'bundle-*.tar')"
is "and nothing else lies beside it" "$(find "$reports" -name '.*' | wc -l)" 0
ok "the record verifies" sallyport verify
done_testing
