# SPDX-License-Identifier: ISC
# Release of 20,000 files, from the last signature to the delivery, against
# cp -r, sync and sha256sum -c of the same files.
. "$(dirname "$0")/lib.sh"

files_image
station_policy=$top/tests/bench/noengine.policy
hand='' ours=''
for i in $(seq "$rounds"); do
	fresh "h$i" noclamd
	intake_s
	must as otto decide "$transfer" approve --where 'decision=none and gate!=block' \
	    --reason measured
	as otto decide "$transfer" reject --where 'decision=none and kind=file' --reason measured \
	    >/dev/null 2>&1 || : # there may be none
	must as otto submit "$transfer" --yes
	sync -f "$work"
	cost=$(sign_in_s)
	from=$(now)
	must as paula approve "$transfer" --yes
	must wait_for 120 test -s "$SALLYPORT_HOME/share/transfers/$transfer/MANIFEST.sha256"
	took=$(awk -v a="$(since "$from")" -v b="$cost" 'BEGIN { printf "%.3f", a - b }')
	ours=$(least "$ours" "$took")
	there=$SALLYPORT_HOME/share/transfers/$transfer
	rm -rf "$work/copy"
	sync -f "$work"
	from=$(now)
	cp -r "$there/files" "$work/copy"
	sync -f "$work"
	must sh -c "cd '$work/copy' && sha256sum -c --quiet '$there/MANIFEST.sha256'"
	hand=$(least "$hand" "$(since "$from")")
	files=$(wc -l <"$there/MANIFEST.sha256")
	chmod -R u+w "$work/copy"
	rm -rf "$work/copy"
	gone
done
row "release of $files files, against cp -r, sync, sha256sum -c" "$(quotient "$ours" "$hand")" 1.5 ""
note "release $ours s, by hand $hand s"
