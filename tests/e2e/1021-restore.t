#!/bin/sh
# SPDX-License-Identifier: ISC
# Backups of a station at work, and what comes of them when its disk is lost: whole or not at
# all, never an older record over a newer one, and again after it was cut.
. "$(dirname "$0")/lib.sh"

backup=$top/share/recovery/sallyport-backup
restore=$top/share/recovery/sallyport-restore
PATH=$bin:$PATH
copy=$work/second
home=$SALLYPORT_HOME
ledger=$home/ledger/ledger.db
unset SALLYPORT_HOME
SALLYPORT_HOME=$home
export SALLYPORT_HOME
entries() { # LEDGER -> custody entries
	sqlite3 -readonly -cmd '.timeout 5000' "$1" 'SELECT count(*) FROM entry WHERE log = 2'
}
has_type() { # TYPE
	[ -n "$(sqlite3 -readonly -cmd '.timeout 5000' "$ledger" "SELECT 1 FROM entry WHERE type = '$1'")" ]
}
deliver() { # NAME
	rm -rf "$work/m"
	mkdir "$work/m"
	echo "text of $1" >"$work/m/$1.txt"
	rm -f "$work/m.img"
	small_medium "$work/m.img" "$work/m"
	intake "$work/m.img"
	must as otto decide "$transfer" approve --proposed
	must as otto submit "$transfer" --yes
	must as paula approve "$transfer" --yes
}
# The disk of the station; the share is another machine's.
lost() {
	chmod -R u+w "$home"
	rm -rf "$home"
	mkdir "$home"
	cp -a "$work/share" "$home/share"
}
# What would be lost if a refusal were none.
unchanged() { # WHAT COMMAND...
	what=$1
	shift
	before=$(find "$home" -type f ! -path '*/.restore/*' -exec sha256sum {} + | sort | sha256sum)
	"$@" >"$work/out" 2>&1
	is "$what is refused" $? "$want"
	is "$what changes nothing" "$(find "$home" -type f ! -path '*/.restore/*' -exec sha256sum {} + | sort | sha256sum)" "$before"
}

must station_init
mkdir -m 700 "$copy"
echo "copy = \"$copy\";" >>"$home/station.conf"
must station_start
must station_people
must as ada authority policy "$top/tests/bench/noengine.policy"
deliver one

run "$backup" "$work/b1"
is "a backup is made of a station at work" "$status" 0
like "it says what it did" "$out" 'documents'
like "and the digest of its list" "$out" "$(sha256sum <"$work/b1/SHA256SUMS" | cut -d ' ' -f 1)"
ok "its list is right" sh -c "cd '$work/b1' && sha256sum --quiet --strict -c SHA256SUMS"
ok "its ledger verifies with its documents" "$bin/sallyport-verify" --anchor "$work/b1/checkpoint" "$work/b1/ledger/ledger.db"
is "it holds no key of a log or of the station" "$(find "$work/b1" -name 'log*.key' -o -name 'station*.key')" ""
is "and the officers' keys" "$(find "$work/b1/keys" -name '*.key' | wc -l)" 3
ok "the station enters that it was made" wait_for 30 has_type backup.made
run "$bin/sallyport" doctor
like "the ready checks say when" "$out" 'backup.*made 20'
refused "no backup is written over another" 2 'is there already' "$backup" "$work/b1"
refused "nor of what is no station" 2 'holds no ledger' "$backup" -d "$work/m" "$work/b0"

want=2
unchanged "a restore while the ledger runs" "$restore" "$work/b1"
deliver two
must station_stop
cp -a "$home" "$work/alive"

# --- damaged backups, before anything is touched ---------------------------------------------------
rm -rf "$home/ledger"
damaged() { # WHAT COMMAND (in a copy of the backup)
	rm -rf "$work/bad"
	cp -a "$work/b1" "$work/bad"
	(cd "$work/bad" && chmod -R u+w . && sh -c "$2")
	want=1
	unchanged "$1" "$restore" --older "$work/bad"
}
damaged "a turned bit of the ledger" 'printf x | dd of=ledger/ledger.db conv=notrunc bs=1 seek=9000 2>/dev/null'
damaged "a missing document" 'rm "$(find ledger/docs -type f | head -n 1)"'
damaged "a file more" 'echo x >ledger/docs/more'
damaged "a key among them, listed" 'echo x >ledger/log.key; sha256sum ledger/log.key >>SHA256SUMS'
damaged "an entry less, with a new list" \
    'cp ledger/ledger.db x.db; sqlite3 x.db "DROP TRIGGER entry_no_delete; DELETE FROM entry WHERE log = 2 AND seq = 9"; mv x.db ledger/ledger.db; rm SHA256SUMS; find . -type f ! -name SHA256SUMS | sed "s|^./||" | xargs sha256sum >SHA256SUMS.n; mv SHA256SUMS.n SHA256SUMS'

# --- an older one over a newer one -----------------------------------------------------------------
want=1
unchanged "a backup older than the share" "$restore" "$work/b1"
like "and it says of how many entries a checkpoint is known" "$(cat "$work/out")" 'a checkpoint of [0-9]* entries is known'
cp -a "$work/alive/ledger" "$home/ledger"
unchanged "a backup older than what is there" "$restore" --older "$work/b1"
like "and it says how many entries each has" "$(cat "$work/out")" 'is newer than this backup'
mkdir "$work/docs"
mv "$home/ledger/docs/"* "$work/docs/"
unchanged "the same, where documents were lost," "$restore" --older "$work/b1"
mv "$work/docs/"* "$home/ledger/docs/"
unchanged "a backup and its copy, the same as what is there" "$restore" --copy "$copy" "$work/b1"
like "there is nothing to restore" "$(cat "$work/out")" 'nothing to restore'

# --- only the tail is missing ------------------------------------------------------------------------
cp "$work/b1/ledger/ledger.db" "$ledger"
want=1
unchanged "a station with its keys" "$restore" --copy "$copy" "$work/b1"
like "is told of --tail" "$(cat "$work/out")" 'sallyport-restore --tail'
no "it does not begin without its tail" station_start
run "$restore" --tail
is "the tail is put back from its copy" "$status" 0
ok "byte for byte" "$bin/sallyport-verify" --copy "$copy" "$ledger"
is "all of it" "$(entries "$ledger")" "$(entries "$work/alive/ledger/ledger.db")"
must station_start
deliver three
must station_stop
ok "and the same log goes on" "$bin/sallyport-verify" --copy "$copy" "$ledger"

# --- the disk is lost -----------------------------------------------------------------------------
cp -a "$home/share" "$work/share"
all=$(entries "$ledger")
lost
run "$restore" --copy "$copy" "$work/b1"
is "a backup and the copy make the record whole" "$status" 0
is "to the last entry" "$(entries "$ledger")" "$all"
ok "it verifies with the documents that the share kept, and with its copy" "$bin/sallyport-verify" --copy "$copy" "$ledger"
ok "every delivery on the share is in it" sh -c "for c in '$home'/share/custody/*/checkpoint; do '$bin/sallyport-verify' --anchor \"\$c\" '$ledger' >/dev/null || exit 1; done"
is "there are no keys of a log" "$(find "$home/ledger" -name '*.key')" ""
is "the officers' keys are back" "$(find "$home/keys" -name '*.key' | wc -l)" 3
ok "so is station.conf" cmp "$work/b1/station.conf" "$home/station.conf"
cp "$ledger" "$work/restored.db"
must station_start
station_stop
ok "a restored station records nothing in the old log" cmp "$work/restored.db" "$ledger"

# --- cut in the middle, and again --------------------------------------------------------------------
for name in mv sync cp; do
	lost
	rm -rf "$work/cut"
	mkdir "$work/cut"
	# The first $name of those that put things in place ends the script.
	cat >"$work/cut/$name" <<END
#!/bin/sh
case "\$*" in *"$home/ledger"* | *"-f $home"* | *"$home/keys"*) kill -9 \$PPID; exit 9 ;; esac
exec /bin/$name "\$@"
END
	chmod +x "$work/cut/$name"
	no "a restore that is cut at its $name ends" env PATH="$work/cut:$PATH" "$restore" --copy "$copy" "$work/b1"
	ok "and can be done again" "$restore" --copy "$copy" "$work/b1"
	is "with all there is ($name)" "$(entries "$ledger")" "$all"
done
no "nothing is left over" test -e "$home/.restore"

# --- without the copy ----------------------------------------------------------------------------------
lost
run "$restore" --older "$work/b1"
is "without the copy an older record is put there only when that is asked for" "$status" 0
like "and the largest checkpoint that is known is said" "$err" 'a checkpoint of [0-9]* entries is known'
is "with what the backup has" "$(entries "$ledger")" "$(entries "$work/b1/ledger/ledger.db")"
done_testing
