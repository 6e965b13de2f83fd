# SPDX-License-Identifier: ISC
# A second delivery of the same objects, engines included and verdicts used again, against
# the first.
. "$(dirname "$0")/lib.sh"

station_policy=$work/use.policy
sed 's/^reuse_verdicts = .*/reuse_verdicts = "use";/' "$plain_policy" >"$station_policy"

files_image
ratio=''
for i in $(seq "$rounds"); do
	fresh "h$i"
	intake_s
	first=$took
	intake_s
	gone
	q=$(quotient "$took" "$first")
	[ "$(least "$ratio" "$q")" = "$ratio" ] || {
		ratio=$q
		times="first $first s, second $took s"
	}
done
row "second delivery of the same objects, against the first" "$ratio" 0.4 ""
note "$times"
