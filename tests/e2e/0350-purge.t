#!/bin/sh
# SPDX-License-Identifier: ISC
# Objects leave the vault when policy says so, as an entry; and come back when
# the same medium is handed in again.
. "$(dirname "$0")/lib.sh"

station
mkdir "$work/m"
for i in 1 2 3; do
	head -c 300000 /dev/urandom >"$work/m/data$i.bin"
done
small_medium "$work/small.img" "$work/m"
objects() {
	find "$SALLYPORT_HOME/vault" -type f -perm 0400 | wc -l
}
deliver() {
	intake "$work/small.img"
	must as otto decide "$transfer" approve --where 'name!=data3.bin and kind=file' --reason 'asked for'
	must as otto decide "$transfer" reject --where 'decision=none' --reason 'not asked for'
	must as otto submit "$transfer" --yes
	must as paula approve "$transfer" --yes
}
deliver
is "the vault keeps what was read" "$(objects)" 3
ok "purge" as otto purge
is "what was delivered goes at once, what was rejected stays" "$(objects)" 1
run "$bin/sallyport" verify
is "the record verifies" "$status" 0
first=$transfer
deliver
is "handed in again it is read again" "$(objects)" 3
ok "and delivered again" sh -c "cd '$SALLYPORT_HOME/share/transfers/$transfer/files' && sha256sum -c ../MANIFEST.sha256"
unlike "as another transfer" "$transfer" "^$first\$"
ok "an open transfer keeps its objects" as otto intake "$work/small.img" --requester rita
ok "even when an older one would let them go" as otto purge
is "all three are there" "$(objects)" 3
done_testing
