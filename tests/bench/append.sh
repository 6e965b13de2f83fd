# SPDX-License-Identifier: ISC
# An entry appended to the ledger, durably (made, signed, checked, hashed into the
# tree, with its signed checkpoint), against a bare INSERT and COMMIT at the same
# settings on the same disk.
. "$(dirname "$0")/lib.sh"

SALLYPORT_HOME=$bench/ledger # a disk as the vault's, not /tmp
rm -rf "$SALLYPORT_HOME"
must station_init
ratio=''
for _ in $(seq "$rounds"); do
	must "$B/tests/bench/append" "$SALLYPORT_HOME/ledger" 200
	read -r ours bare <"$work/must.out"
	q=$(quotient "$bare" "$ours")
	[ "$(most "$ratio" "$q")" = "$ratio" ] || {
		ratio=$q
		times="an entry $ours us, a bare row $bare us"
	}
done
rm -rf "$SALLYPORT_HOME"
row "ledger append, durable, against bare INSERT and COMMIT" "$ratio" 0.6 "" min
note "$times"
