#!/bin/sh
# SPDX-License-Identifier: ISC
# The disk of a station is lost: backup and copy make its record whole, administrators open
# a new epoch, and the work goes on; without the copy what is missing is declared.
. "$(dirname "$0")/lib.sh"

backup=$top/share/recovery/sallyport-backup
restore=$top/share/recovery/sallyport-restore
PATH=$bin:$PATH
copy=$work/second
home=$SALLYPORT_HOME
ledger=$home/ledger/ledger.db
by() { # ID COMMAND...
	by_id=$1
	shift
	"$bin/sallyport" --as "$by_id" --passphrase-fd 9 "$@" 9<"$work/pass.$by_id"
}
leaf() {
	"$bin/sallyport" authority pending --json | sed -n 's/.*"leaf": *"\([0-9a-f]*\)".*/\1/p' | tail -n 1
}
enrol() { # ID NAME
	"$bin/sallyport" --as ada --passphrase-fd 9 authority add "$1" --name "$2" --role officer \
	    --new-passphrase-fd 8 9<"$work/pass.ada" 8<"$work/pass.$1" || return 1
	by bert authority endorse "$(leaf)"
}
deliver() { # NAME
	rm -rf "$work/m" "$work/m.img"
	mkdir "$work/m"
	echo "text of $1" >"$work/m/$1.txt"
	small_medium "$work/m.img" "$work/m"
	run by otto intake "$work/m.img" --requester rita
	transfer=$(transfer_of "$out$err")
	[ -n "$transfer" ] || { fail "intake" "$out$err"; done_testing; }
	must by otto decide "$transfer" approve --proposed
	must by otto submit "$transfer" --yes
	must by paula approve "$transfer" --yes
}
lost() { # a fresh home; the share is another machine's
	chmod -R u+w "$home"
	rm -rf "$home"
	mkdir "$home"
	cp -a "$work/share" "$home/share"
}
entries() { # LOG
	sqlite3 -readonly -cmd '.timeout 5000' "$ledger" "SELECT count(*) FROM entry WHERE log = $1"
}

for who in ada bert otto paula; do
	echo "$who opens the demo" >"$work/pass.$who"
done
cat "$work/pass.ada" "$work/pass.bert" >"$work/two"
"$bin/sallyport" init --demo --policy "$top/tests/bench/noengine.policy" --threshold 2 --admin ada --name 'Ada Admin' \
    --admin bert --name 'Bert Admin' --clamd "$home/clamav/clamd.sock" \
    --new-passphrase-fd 9 9<"$work/two" >"$work/page" || fail "founding" "$(cat "$work/page")"
must "$bin/sallyport" init --word "$(word_of "$work/page")"
mkdir -m 700 "$copy"
echo "copy = \"$copy\";" >>"$home/station.conf"
must station_start
must enrol otto 'Otto Officer'
must enrol paula 'Paula Second'
must by ada authority requester rita --name 'Rita Requester'
must by bert authority endorse "$(leaf)"
deliver one
first=$transfer
must "$backup" "$work/b1"
deliver two
station_stop
all=$(entries 2)
cp -a "$home/share" "$work/share"
cp -a "$copy" "$work/copy"

# --- backup and copy ---------------------------------------------------------------------
lost
run "$restore" --copy "$copy" "$work/b1"
is "backup and copy are put back" "$status" 0
is "with every entry" "$(entries 2)" "$all"
ok "the station starts" station_start
ok "people sign in" by otto exceptions
refused "nothing is read" 1 'put back' by otto intake "$work/m.img" --requester rita
is "and nothing is recorded" "$(entries 2)" "$all"
run by ada authority epoch --reason disk --why 'the disk is lost' --yes
is "an administrator proposes an epoch" "$status" 0
unlike "nothing is missing" "$out" 'entries are missing'
must by bert authority endorse "$(leaf)"
deliver three
is "numbers go on" "$transfer" K1-000003
ok "the next transfer is delivered" test -f "$home/share/transfers/$transfer/files/three.txt"
run "$bin/sallyport-verify" --copy "$copy" "$ledger"
is "the record verifies with its copy" "$status" 0
like "in both epochs" "$out" 'Epoch 2 \(disk, .*\) continues demo/K1/custody/1'
unlike "without a gap" "$out" 'MISSING'
is "the copy has a file of each log" "$(printf '%s\n' "$out" | grep -c "The copy's file .* holds the same")" 3
for t in "$first" "$transfer"; do
	ok "the folder of $t verifies" "$bin/sallyport-verify" "$home/share/custody/$t"
done

# --- a copy of two epochs goes onto a backup of one ------------------------------------------
station_stop
cp -a "$home/ledger" "$work/ledger"
two=$(entries 3)
cp "$work/b1/ledger/ledger.db" "$ledger"
no "an older ledger does not begin" station_start
run "$restore" --tail
is "its tail is put back over the epoch" "$status" 0
is "to the last entry of the new one" "$(entries 2) $(entries 3)" "$all $two"
ok "byte for byte" "$bin/sallyport-verify" --copy "$copy" "$ledger"
must station_start
deliver four
is "and the same log goes on" "$transfer" K1-000004
station_stop

# --- the backup alone ------------------------------------------------------------------------
lost
rm -rf "$copy"
mkdir -m 700 "$copy"
refused "an older backup has to be asked for" 1 'checkpoint of [0-9]* entries is known' "$restore" "$work/b1"
must "$restore" --older "$work/b1"
must station_start
run by ada authority epoch --reason disk --why 'the disk and the copy are lost' \
    --checkpoint "$home/share/custody/K1-000002/checkpoint" --transfers 2 --yes
is "an epoch is proposed that names the largest checkpoint" "$status" 0
like "it says that entries are missing" "$out" 'entries are missing'
must by bert authority endorse "$(leaf)"
deliver three
is "numbers that were used are not used again" "$transfer" K1-000003
run "$bin/sallyport-verify" --anchor "$home/share/custody/K1-000002/checkpoint" --copy "$copy" "$ledger"
is "the record verifies with its new copy" "$status" 0
like "and the gap is declared" "$out" 'ENTRIES ARE MISSING, AND IT IS DECLARED'
station_stop
done_testing
