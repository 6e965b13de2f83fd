# SPDX-License-Identifier: ISC
# Media for tests of a reading that waits: a FAT volume with folders, and a
# LUKS2 volume with ext4 beside it, made without root by the standard tools.

luks_pass='correct horse battery staple'

# held_medium IMAGE [MIB]: 16 MiB of FAT, then LUKS2 with so many of ext4 (8) and 16 of its own;
# $plain has what is in both
held_medium() {
	plain=$work/plain
	two_mib=${2:-8}
	luks_mib=$((two_mib + 16))
	mkdir -p "$plain/one/data/raw" "$plain/one/docs" "$plain/two/inside"
	seq 1 200000 >"$plain/one/data/raw/numbers.txt"
	seq 1 20000 >"$plain/one/data/few.txt"
	echo 'what is to be read' >"$plain/one/docs/note.txt"
	echo 'top' >"$plain/one/top.txt"
	echo 'the report that nobody saw' >"$plain/two/inside/report.txt"
	seq 1 5000 >"$plain/two/list.txt"
	truncate -s $((luks_mib + 18))M "$1"
	printf 'label: dos\nstart=2048,size=32768,type=6\nstart=34816,size=%u,type=83\n' $((luks_mib * 2048)) |
	    sfdisk -q "$1" >/dev/null
	small_medium "$work/one.img" "$plain/one" 16
	truncate -s "${two_mib}M" "$work/two.img"
	mke2fs -q -t ext4 -d "$plain/two" -L TWO "$work/two.img"
	truncate -s "${luks_mib}M" "$work/luks.img"
	printf '%s' "$luks_pass" >"$work/luks.pass"
	cryptsetup -q luksFormat --batch-mode --type luks2 --sector-size 512 --pbkdf argon2id --pbkdf-memory 32768 \
	    --pbkdf-force-iterations 4 --key-file "$work/luks.pass" "$work/luks.img" 2>"$work/luks.err" || return
	luks_key=$(cryptsetup -q luksDump --dump-volume-key --key-file "$work/luks.pass" "$work/luks.img" |
	    awk '/(MK|Volume Key|volume key) *dump:/ { on = 1; sub(/.*dump:/, "") }
		on { gsub(/[ \t]/, ""); printf "%s", $0 }')
	luks_at=$(cryptsetup luksDump "$work/luks.img" | awk '/offset: .*bytes/ { print $2; exit }')
	python3 tests/media/encrypted.py xts "$luks_key" 512 "$luks_at" "$work/two.img" "$work/luks.img"
	dd if="$work/one.img" of="$1" bs=1M seek=1 conv=notrunc 2>/dev/null
	dd if="$work/luks.img" of="$1" bs=1M seek=17 conv=notrunc 2>/dev/null
}

# unlock SECRET [OPTION...]: as otto, of $transfer
unlock() {
	unlock_secret=$1
	shift
	printf '%s\n' "$unlock_secret" >"$work/secret"
	as otto unlock "$transfer" "$@" --volume-passphrase-fd 8 8<"$work/secret"
}
# hold IMAGE [OPTION...]: as otto; leaves the id in $transfer
hold() {
	run as otto intake "$1" --requester rita --hold
	transfer=$(transfer_of "$out$err")
}
choosing() {
	as otto status "$transfer" --json | grep -q '"choosing": *{'
}
state_is() { # TRANSFER STATE
	[ "$(state_of "$1")" = "$2" ]
}
