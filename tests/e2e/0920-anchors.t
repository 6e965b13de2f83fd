#!/bin/sh
# SPDX-License-Identifier: ISC
# Checkpoints on paper and on the share, and a station that was put back to a
# genuine older copy of its record: noticed by the words, and by the share.
. "$(dirname "$0")/lib.sh"

station noclamd
must as ada authority policy "$top/tests/bench/noengine.policy"
share=$SALLYPORT_HOME/share
mkdir "$work/m"
echo 'some text' >"$work/m/note.txt"
small_medium "$work/small.img" "$work/m"

words_of() { # PAGE
	sed -n 's/^  Six words:  //p' "$1"
}
ins() {
	python3 -c 'import sqlite3, sys
c = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
print(c.execute("SELECT count(*) FROM entry WHERE type = ?", ("anchor.in",)).fetchone()[0])' \
	    "$SALLYPORT_HOME/ledger/ledger.db"
}
# All that the station keeps, as it is now: a copy somebody made.
copy_away() { # NAME
	station_stop
	cp -a "$SALLYPORT_HOME" "$work/$1"
	must station_start
}
# The copy takes the place of the station; the share is another machine's and stays.
put_back() { # NAME
	station_stop
	mv "$share" "$work/share.now"
	rm -rf "$SALLYPORT_HOME"
	cp -a "$work/$1" "$SALLYPORT_HOME"
	rm -rf "$share"
	mv "$work/share.now" "$share"
	must station_start
}

# --- before the first ------------------------------------------------------------------
like "nothing is anchored at first" "$("$bin/sallyport" anchor)" '[0-9]+ entries, none of them anchored'
run as otto anchor in --share
like "and there is nothing on the share" "$out" 'no checkpoint on the share yet'
no "an admin prints no anchor" as ada anchor out
refused "words are typed or the share is named" 2 'held against' as otto anchor in

# --- paper -----------------------------------------------------------------------------
must copy_away before-paper
run as otto anchor out
printf '%s\n' "$out" >"$work/page1"
is "a page is printed" "$status" 0
words=$(words_of "$work/page1")
is "with six words" "$(echo "$words" | wc -w)" 6
like "and a QR code" "$out" '█'
sed -n '/^  Checkpoint/,/^  Keep/p' "$work/page1" | sed '1,2d;$d' >"$work/note"
sed '/^$/,$d' "$work/note" >"$work/note.text"
is "the words can be computed by others" "$words" "$(python3 - "$work/note.text" "$top/src/core/sixwords.def" <<'END'
import hashlib, re, sys
words = re.findall(r'WORD\("(\w+)"\)', open(sys.argv[2]).read())
d = int.from_bytes(hashlib.sha256(open(sys.argv[1], 'rb').read()).digest(), 'big') >> 190
print(*(words[d >> 11 * (5 - i) & 2047] for i in range(6)))
END
)"
like "it is told how much is anchored since" "$("$bin/sallyport" anchor)" 'entries since the last anchor \(paper, [0-9]+ entries'
run as otto anchor in --words "$words"
like "the words of the page agree" "$out" 'agrees with the paper'
short=$(echo "$words" | tr ' ' '\n' | cut -c1-4 | tr '\n' '-' | tr a-z A-Z)
ok "four letters of each are enough" as otto anchor in --words "$short"
refused "what is no word is told at once" 2 'not six words of the list' as otto anchor in --words 'one two three four five six'
refused "other words are another anchor" 1 'not the words of the last anchor' as otto anchor in --words 'note duke hood char text became'
like "one mistake is none yet" "$("$bin/sallyport" anchor)" 'since the last anchor'
ok "and the right ones are taken after it" as otto anchor in --words "$words"

# --- share -----------------------------------------------------------------------------
must copy_away before-share
run as otto anchor out --share
like "the share gets the newest checkpoint" "$out" 'anchors/checkpoint'
size=$(sed -n 2p "$share/anchors/checkpoint")
ok "with a request that a witness takes" grep -qx 'old 0' "$share/anchors/$(printf %08d "$size").add-checkpoint"
must as otto anchor out --share
next=$(sed -n 2p "$share/anchors/checkpoint")
ok "and the next continues the one before" grep -qx "old $size" "$share/anchors/$(printf %08d "$next").add-checkpoint"
ok "the record agrees with the share" as otto anchor in --share
station_stop
must station_start
before=$(ins)
must as otto exceptions
must as otto exceptions
is "a start is held against the share by the first sign-in" "$(($(ins) - before))" 1
intake "$work/small.img"
must as otto decide "$transfer" approve --proposed
must as otto submit "$transfer" --yes
must as paula approve "$transfer" --yes
ok "the ledger verifies" "$bin/sallyport" verify

# --- put back, and the share knows -----------------------------------------------------
must put_back before-share
must as otto exceptions
like "an older record is noticed by the share" "$("$bin/sallyport" anchor)" 'AN ANCHOR DOES NOT AGREE: the share has a checkpoint'
refused "nothing is read" 1 'does not agree' as otto intake "$work/small.img" --requester rita
refused "nothing more is anchored" 1 'does not agree' as otto anchor out
refused "words do not help against the share" 1 'does not agree' as otto anchor out --share
must as otto anchor in --words "$words"
like "nor the right ones" "$("$bin/sallyport" anchor)" 'DOES NOT AGREE'
ok "restore.detected is in the record" sh -c '"$1" verify --json >/dev/null; grep -aq restore.detected "$2"' - "$bin/sallyport" "$SALLYPORT_HOME/ledger/ledger.db"

# --- put back, and only paper knows ----------------------------------------------------
chmod -R u+w "$share/custody"
rm -rf "$share/anchors" "$share/custody"/*
must put_back before-paper
must as otto exceptions
unlike "without the share nothing is noticed" "$("$bin/sallyport" anchor)" 'DOES NOT AGREE'
refused "the words of the page are of no anchor here" 1 'not the words' as otto anchor in --words "$words"
refused "twice" 1 'not the words' as otto anchor in --words "$words"
refused "and three times is enough" 1 'not the words' as otto anchor in --words "$words"
like "the record counts as put back" "$("$bin/sallyport" anchor)" 'DOES NOT AGREE: the words'
refused "nothing is read" 1 'does not agree' as otto intake "$work/small.img" --requester rita
ok "signing in is possible" as otto exceptions
done_testing
