#!/bin/sh
# SPDX-License-Identifier: ISC
# Defects that other transfer stations had, kept as tests under their numbers:
# R5, one unreadable file ends everything and loses the report; R8, the source
# medium is modified; R17, the same stick for a second time fails.  (In a guest
# with real sticks: tests/vm/0300-media.t, 0400-interrupted.t.)
. "$(dirname "$0")/lib.sh"

station_policy=$top/tests/bench/noengine.policy
station noclamd
slot=$SALLYPORT_HOME/ports/R1

# --- media: one unreadable file among readable ones -------------------------------------------
mkdir -p "$work/m/results" "$work/m/notes"
for i in 1 2 3; do
	seq $i $((i * 3000)) >"$work/m/results/run$i.txt"
done
seq 1 4000 >"$work/m/results/broken.txt"
echo bottom >"$work/m/notes/last.txt"
# Where a chain of clusters goes on is changed: it runs in a circle.
truncate -s 20M "$work/fat.img"
mkfs.vfat -F 16 "$work/fat.img" >/dev/null
MTOOLS_SKIP_CHECK=1 mcopy -i "$work/fat.img" -s "$work/m"/* ::
perl -e '
	open my $f, "+<:raw", $ARGV[0] or die;
	my $image = do { local $/; <$f> };
	$image =~ /BROKEN  TXT.{15}(..)/s or die "no such name";
	my ($cluster, $reserved) = (unpack("v", $1), unpack "v", substr $image, 14, 2);
	seek $f, $reserved * 512 + 2 * ($cluster + 1), 0;
	print $f pack "v", $cluster;' "$work/fat.img"
truncate -s 8M "$work/ext.img"
mke2fs -q -t ext4 -d "$work/m" "$work/ext.img"
debugfs -w -R 'set_inode_field /results/broken.txt block[5] 0x7FFFFFFF' "$work/ext.img" 2>/dev/null
truncate -s 8M "$work/ntfs.img"
mkntfs -q -F "$work/ntfs.img" >/dev/null 2>&1
for i in run1 run2 run3 broken; do
	ntfscp -q "$work/ntfs.img" "$work/m/results/$i.txt" "/$i.txt"
done
perl -e '
	open my $f, "+<:raw", $ARGV[0] or die;
	my $image = do { local $/; <$f> };
	my $name = pack "v*", map ord, split //, "broken.txt";
	for (my $at = 0; ($at = index $image, "FILE0", $at) >= 0; $at += 1024) {
		next if index(substr($image, $at, 1024), $name) < 0;
		my $a = $at + unpack "v", substr $image, $at + 20, 2;
		while ((my ($type, $n) = unpack "V V", substr $image, $a, 8)[0] != 0xFFFFFFFF) {
			if ($type == 0x80) {
				seek $f, $a + 48, 0;
				print $f pack "q<", -1;
				exit 0;
			}
			$a += $n;
		}
	}
	die "no such name"' "$work/ntfs.img"

# --- who opens a medium for writing, or writes to it -----------------------------------------------
cat >"$work/watch.py" <<'P'
import ctypes, os, struct, sys
# every descriptor that could write, when it is closed; every write; every change of its facts
CLOSE_WRITE, MODIFY, ATTRIB = 8, 2, 4
libc = ctypes.CDLL(None, use_errno=True)
fd = libc.inotify_init1(0)
if fd < 0 or libc.inotify_add_watch(fd, sys.argv[1].encode(), CLOSE_WRITE | MODIFY | ATTRIB) < 0:
    sys.exit("cannot watch")
print("watching", flush=True)
while True:
    got = os.read(fd, 65536)
    while got:
        _, mask, _, name = struct.unpack("iIII", got[:16])
        got = got[16 + name:]
        print("event %#x" % mask, flush=True)
P
watch() { # IMAGE
	rm -f "$work/events"
	/usr/bin/python3 "$work/watch.py" "$1" >"$work/events" 2>&1 &
	watcher=$!
	watching() { grep -qs watching "$work/events"; }
	wait_for 20 watching
}
unwatch() {
	kill "$watcher"
	wait "$watcher" 2>/dev/null
}
facts() { # KIND IMAGE: what a system that mounts it would have changed
	case $1 in
	fat) od -An -tx1 -j37 -N1 "$2" && od -An -tx2 -j514 -N2 "$2" ;;
	ext) dumpe2fs -h "$2" 2>/dev/null | grep -E '^(Mount count|Last (mount|write) time|Filesystem state)' &&
		debugfs -R 'stat /results/run1.txt' "$2" 2>/dev/null | grep -E 'atime|mtime|ctime' ;;
	ntfs) ntfsinfo -f -m "$2" 2>/dev/null | grep -i 'state\|flags' ;;
	esac
}

for kind in fat ext ntfs; do
	cp "$work/$kind.img" "$slot/stick.img"
	before=$(sha256sum <"$slot/stick.img")
	state=$(facts $kind "$slot/stick.img")
	[ -n "$state" ]
	is "R8: $kind: there is something to compare" $? 0
	ok "R8: $kind: the medium is watched" watch "$slot/stick.img"
	intake "$slot/stick.img"
	is "R5: $kind: one unreadable file ends nothing" "$(state_of "$transfer")" REVIEW
	is "R5: $kind: it is one item" "$(as otto items "$transfer" --where 'state=unreadable' | grep -c 'broken')" 1
	is "R5: $kind: the others are read" "$(as otto items "$transfer" --where 'state=read and kind=file' | grep -c 'run[123].txt')" 3
	ok "R5: $kind: what was read is decided" as otto decide "$transfer" approve --proposed
	as otto decide "$transfer" reject --where 'decision=none and kind=file' --reason 'not needed' >/dev/null
	ok "R5: $kind: submitted" as otto submit "$transfer" --yes
	ok "R5: $kind: approved" as paula approve "$transfer" --yes
	is "R5: $kind: released" "$(state_of "$transfer")" RELEASED
	files=$SALLYPORT_HOME/share/transfers/$transfer/files
	is "R5: $kind: the readable files are on the share, byte for byte" \
	    "$(find "$files" -name 'run[123].txt' -exec sha256sum {} + | sed 's/ .*//' | sort)" \
	    "$(sha256sum "$work/m/results"/run[123].txt | sed 's/ .*//' | sort)"
	is "R5: $kind: the unreadable one is not" "$(find "$files" -name 'broken*')" ""
	must as otto report "$transfer" --out "$work/report-$kind" --format text,json
	like "R5: $kind: the report names it" "$(cat "$work/report-$kind"/*.txt)" 'broken\.txt'
	like "R5: $kind: as unreadable" "$(cat "$work/report-$kind"/*.txt)" 'unreadable'
	like "R5: $kind: so does the slip" "$(cat "$SALLYPORT_HOME/share/custody/$transfer/"slip*)" 'broken\.txt'
	ok "R5: $kind: the custody folder verifies" "$bin/sallyport-verify" "$SALLYPORT_HOME/share/custody/$transfer"
	ok "R8: $kind: closed" as otto close "$transfer" --disposition 'returned to rita'
	unwatch
	is "R8: $kind: nobody opened it for writing" "$(grep -c event "$work/events")" 0
	is "R8: $kind: not a byte of it has changed" "$(sha256sum <"$slot/stick.img")" "$before"
	is "R8: $kind: nor its marks of being mounted" "$(facts $kind "$slot/stick.img")" "$state"
	rm "$slot/stick.img"
done
# the watch itself sees a descriptor that could write, and never did
cp "$work/fat.img" "$slot/stick.img"
ok "R8: the watch is set" watch "$slot/stick.img"
: >>"$slot/stick.img"
seen() { grep -q 'event 0x8' "$work/events"; }
ok "R8: the watch would have seen it" wait_for 20 seen
unwatch

# --- R17: the same stick again ------------------------------------------------------------------------
ready() { as otto media | grep -q '^R1 .*ready'; }
gone() { ! as otto media | grep -q 'stick.img'; }
insert() { # WHICH TIME
	[ -e "$slot/stick.img" ] || cp "$work/ext.img" "$slot/stick.img"
	ok "R17: $1: it is there" wait_for 20 ready
}
remove() {
	rm "$slot/stick.img"
	wait_for 20 gone
}
remove
insert "inserted"
run as otto intake "$slot/stick.img" --requester rita --hold --no-wait
first=$(transfer_of "$out$err")
choosing() { as otto status "$1" | grep -q choosing; }
ok "R17: inserted: it is listed, and waits" wait_for 20 choosing "$first"
ok "R17: cancelled" as otto stop "$first" --reason 'the wrong stick'
ok "R17: and given up" as otto abort "$first" --reason 'the wrong stick'
is "R17: cancelled: it ends" "$(state_of "$first")" ABORTED
remove
insert "inserted again"
run as otto intake "$slot/stick.img" --requester rita --hold --no-wait
second=$(transfer_of "$out$err")
no "R17: inserted again: it is another transfer" test "$first" = "$second"
ok "R17: inserted again: it is listed, and waits" wait_for 20 choosing "$second"
ok "R17: gone on" as otto go "$second"
is "R17: read to its end" "$(state_of "$second")" REVIEW
ok "R17: aborted after it was read" as otto abort "$second" --reason 'once more'
is "R17: aborted" "$(state_of "$second")" ABORTED
like "R17: still there, and said to be read" "$(as otto media)" '^R1 +read '
intake "$slot/stick.img"
is "R17: opened again without being pulled" "$(state_of "$transfer")" REVIEW
is "R17: and read again" "$(as otto items "$transfer" --where 'state=read and kind=file' | grep -c 'run[123].txt')" 3
as otto decide "$transfer" approve --proposed >/dev/null
as otto decide "$transfer" reject --where 'decision=none and kind=file' --reason 'not needed' >/dev/null
must as otto submit "$transfer" --yes
must as paula approve "$transfer" --yes
is "R17: and released" "$(state_of "$transfer")" RELEASED
remove
insert "inserted after its release"
intake "$slot/stick.img"
is "R17: read once more after its release" "$(state_of "$transfer")" REVIEW
ok "R17: every one of them is in the record" "$bin/sallyport" verify
done_testing
