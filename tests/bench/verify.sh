# SPDX-License-Identifier: ISC
# sallyport-verify of a record of 100,000 entries (ENTRIES=n for another number).
. "$(dirname "$0")/lib.sh"

transfers=$((${ENTRIES:-100000} / 9))
"$B/tests/ledger/make_ledger" "$work/made" $transfers
best=''
for _ in $(seq "$rounds"); do
	from=$(now)
	must "$bin/sallyport-verify" "$work/made/ledger.db"
	best=$(least "$best" "$(since "$from")")
done
row "verify $((transfers * 9 + 9)) entries" "$best" 10 s
