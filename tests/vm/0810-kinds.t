#!/bin/sh
# SPDX-License-Identifier: ISC
# Media of other kinds, each from the socket to the share: FAT32, exFAT, NTFS, a
# DVD in a drive on USB and one in a drive of the machine.  All of them are
# taken out before anybody decides.  Then discs that are changed, a stick with a
# bad sector, sticks that say they are larger than they are, a card reader, and
# a stick that is read while a slow one is.
. "$(dirname "$0")/lib.sh"

mkdir "$work/m"
echo 'before it' >"$work/m/a.txt"
# Sectors that can be found again in an image.
perl -e 'print "BADSECTOR", "x" x 503; print "y" x 512 for 1 .. 2047' >"$work/m/b.bin"
echo 'behind it' >"$work/m/c.txt"
stick "$work/fat.img" "$work/m" 40 FAT
stick "$work/two.img" "$work/m" 40 TWO
stick "$work/bad.img" "$work/m" 40 BAD
bad=$(perl -e 'open my $f, "<", $ARGV[0]; local $/; my $t = <$f>; print index($t, "BADSECTOR") / 512 + 1024' "$work/bad.img")
truncate -s 48M "$work/ntfs.img"
mkntfs -F -Q -q -L NT "$work/ntfs.img" >/dev/null 2>&1
for f in a.txt b.bin c.txt; do ntfscp -f "$work/ntfs.img" "$work/m/$f" "$f" >/dev/null 2>&1; done
truncate -s 8M "$work/exfat.img"
mkfs.exfat -L EX "$work/exfat.img" >/dev/null 2>&1
for n in 1 2 3; do
	genisoimage -quiet -udf -R -J -V DISC$n -o "$work/disc$n.iso" "$work/m" 2>/dev/null
done
# 40 MiB that lie on a stick of 20: what is behind them is what is in front, or nothing.
mkdir "$work/many"
for n in 1 2 3 4 5 6; do
	perl -e 'print map { pack "N", $_ * $ARGV[0] } 1 .. 400000' $n >"$work/many/part$n.dat"
done
stick "$work/again.img" "$work/many" 40 AGAIN
head -c 20M "$work/again.img" >"$work/half"
cat "$work/half" "$work/half" >"$work/again.img"
stick "$work/empty.img" "$work/many" 40 EMPTY
third=$(perl -e 'open my $f, "<", $ARGV[0]; local $/; my $t = <$f>; print index($t, pack "N4", 3, 6, 9, 12)' "$work/empty.img")
truncate -s "$third" "$work/empty.img"
truncate -s 40M "$work/empty.img"

kiosk --drive tower
needed "the machine has a drive" wait_for 30 inside 'udevadm wait -t 10 /dev/sr0'
tower=$(inside 'udevadm info -q property --property=ID_PATH --value /dev/sr0')
like "a drive of the machine has a place" "$tower" 'ata'
inside "sed -i '/^ports/,/^);/d' /var/lib/sallyport/station.conf"
guest run 'cat >>/var/lib/sallyport/station.conf' >"$work/conf.out" <<END
ports = (
	{ name = "R1"; kind = "block"; path = "pci-0000:00:04.0-usb-0:1"; },
	{ name = "R2"; kind = "block"; path = "pci-0000:00:04.0-usb-0:2"; },
	{ name = "R3"; kind = "block"; path = "pci-0000:00:04.0-usb-0:3"; },
	{ name = "R4"; kind = "block"; path = "pci-0000:00:04.0-usb-0:4"; },
	{ name = "D1"; kind = "block"; path = "$tower"; }
);
END
inside 'sallyport-ports on && systemctl restart sallyport.target' >/dev/null
wait_for 30 sallyport status
needed "the sign-in is back" guest wait-screen 240 'Officer id  \['

# An exFAT that no tool fills without a driver: the guest has one.
guest put "$work/exfat.img" /root/exfat.img
ok "an exFAT is filled" inside 'modprobe -a loop exfat && mount -o loop /root/exfat.img /mnt &&
    echo "before it" >/mnt/a.txt && mkdir /mnt/d && echo "behind it" >/mnt/d/c.txt && umount /mnt && sync'
guest get /root/exfat.img "$work/exfat.img"
before=$(cat "$work"/*.img "$work"/*.iso | sha256sum)

are_ready() { # PORT...
	sallyport media --json >"$work/media"
	for are_ready_port; do
		grep "\"$are_ready_port\"" "$work/media" | grep -q '"ready"' || return
	done
}
ready() { # NAME PORT...
	ready_name=$1
	shift
	wait_for 20 are_ready "$@" && pass "$ready_name" && return
	fail "$ready_name" "$(cat "$work/media")" "$(journal 8)"
	done_testing
}
# Many commands of an officer under one sign-in, which is dear here.
by() { # ID: commands on standard input
	as "$1" batch -k >"$work/by" 2>&1 || diag "status $?" "$(grep -v '^{' "$work/by" | tail -n 20)"
}
pulled() { # PORT: nothing is there any more
	media_says "$1" '"empty"'
}
lap() { # WORDS
	diag "$(printf '%4d s: %s' $(($(date +%s) - lap_began)) "$1")"
	lap_began=$(date +%s)
}
lap_began=$(date +%s)

# --- the main job, five times at once ---------------------------------------------------------
guest plug disc none port=3 disc=1
ok "a drive without a disc is empty" wait_for 15 media_says R3 '"empty"'
ok "that of the machine, too" wait_for 15 media_says D1 '"empty"'
guest change disc "$work/disc1.iso"
guest change tower "$work/disc2.iso"
guest plug fat "$work/fat.img" port=1 serial=FAT1
guest plug exfat "$work/exfat.img" port=2 serial=EX1
guest plug ntfs "$work/ntfs.img" port=4 serial=NT1
ready "five media are ready" R1 R2 R3 R4 D1
is "nobody writes to any of them" "$(inside 'for d in /dev/sd? /dev/sr?; do blockdev --getro $d; done' | sort -u)" 1
by otto <<END
intake R1 --device --requester rita
intake R2 --device --requester rita
intake R3 --device --requester rita
intake R4 --device --requester rita
intake D1 --device --requester rita
END
lap "five media are read"
kinds=$(sed -n 's/.*[^a-z]v1 \([a-z0-9]*\).*/\1/p' "$work/by" | tr '\n' ' ')
like "each was what it is" "$kinds" '^fat[0-9]* exfat udf ntfs udf $'
guest unplug fat
guest unplug exfat
guest unplug ntfs
guest eject disc
guest eject tower
ok "a stick that is taken out after the reading is gone" wait_for 15 pulled R1
ok "a disc, too" wait_for 15 pulled R3
ok "and that of the machine's drive" wait_for 15 pulled D1
is "both drives stay open: nobody pulls a disc in again" "$(guest tray disc) $(guest tray tower)" "open open"
for n in 1 2 3 4 5; do
	cat <<END
decide K1-00000$n approve --proposed
decide K1-00000$n reject --where 'decision=none' --reason 'not asked for'
submit K1-00000$n --yes
END
done >"$work/decide"
by otto <"$work/decide"
for n in 1 2 3 4 5; do echo "approve K1-00000$n --yes"; done | by paula
lap "decided and signed twice"
run inside 'cd /var/lib/sallyport/share/transfers && for t in *; do (cd $t/files && sha256sum -c --quiet ../MANIFEST.sha256) || echo $t is wrong; done;
    find . -path "*/files/*" -type f -exec sha256sum {} + | sed "s,^\(.\{64\}\)  \./,\1 ,"'
sums=$out
unlike "what was released is what was signed" "$sums" 'wrong|FAILED'
for n in 1 2 3 4 5; do
	dir=K1-00000$n/files
	last=$dir/c.txt
	[ $n -ne 2 ] || last=$dir/d/c.txt
	is "$dir: byte for byte what lay on the medium" \
	    "$(printf '%s\n' "$sums" | grep -E " $dir/(a.txt|d/c.txt|c.txt)$" | sort -k 2)" \
	    "$(digest "$work/m/a.txt") $dir/a.txt
$(digest "$work/m/c.txt") $last"
done
is "taken out after the reading: no transfer has a fault" "$(record_of xfer.fault | wc -l)" 0

# --- discs are changed; a bad sector; sticks that lie -------------------------------------------
guest change disc "$work/disc3.iso"
guest change tower "$work/disc3.iso"
guest plug bad "$work/bad.img" port=1 serial=BAD1 bad="$bad"
guest plug again "$work/again.img" port=2 serial=AGAIN1
guest plug empty "$work/empty.img" port=4 serial=EMPTY1
ready "another disc in a drive is another medium" R3 D1
ready "the others are ready" R1 R2 R4
by otto <<END
intake R1 --device --requester rita
intake R2 --device --requester rita
intake R3 --device --requester rita
intake R4 --device --requester rita
items K1-000006 --json
items K1-000007 --where 'kind=region' --json
items K1-000008 --json
items K1-000009 --where 'kind=region' --json
END
lap "four more are read"
like "the other disc was read" "$(cat "$work/by")" 'DISC3'
is "a bad sector: one file is unreadable" "$(grep '^{' "$work/by" | grep '"file"' | grep -c '"unreadable"')" 1
like "it is the one, with what of it" "$(grep '"unreadable"' "$work/by")" 'b\.bin'
like "with the bytes that nobody has" "$(grep 'b\.bin' "$work/by" | grep '"unreadable"')" 'bytes? [0-9]+ to [0-9]+|bytes? [0-9]+-[0-9]+'
like "a stick that repeats itself is found out" "$(cat "$work/by")" \
    'repeats itself every 20971520 bytes: it is smaller than the 41943040 bytes it says'
like "one whose end is empty, too" "$(cat "$work/by")" 'the last [0-9]+ files, from byte [0-9]+ of the medium on, hold nothing'
guest unplug again
guest unplug empty
guest unplug bad

# --- a card reader ---------------------------------------------------------------------------------
guest plug reader none port=2
ok "a card reader without a card is empty" wait_for 15 media_says R2 '"empty"'
guest change reader "$work/fat.img"
ready "a card in it is ready" R2
is "and read only" "$(inside 'for d in /dev/sd?; do blockdev --getro $d; done')" 1
guest eject reader
ok "without it the reader is empty again" wait_for 15 pulled R2
guest unplug reader

# --- two at once, one of them slow --------------------------------------------------------------
guest plug slow "$work/fat.img" port=1 serial=SLOW1
ready "a slow one is ready" R1
# Two minutes, which end when the other one has been read; the kernel is as patient.
inside 'for t in /sys/block/sd*/device/timeout; do echo 1800 >$t; done'
guest pace slow 8000
as otto intake R1 --device --requester rita --no-wait >"$work/out" 2>&1
ok "the slow one is being read" wait_for 15 media_says R1 '"reading"'
guest plug two "$work/two.img" port=2 serial=TWO2
ready "a second one waits for its officer" R2
run as otto intake R2 --device --requester rita
is "and is read, while the first is" "$status" 0
ok "the first is read still" media_says R1 '"reading"'
guest unplug two
guest pace slow 0
ok "the slow one comes to its end" wait_for 40 media_says R1 '"read"'
guest unplug slow
lap "the rest"

is "R8: no stick was written" "$(cat "$work"/*.img "$work"/*.iso | sha256sum)" "$before"
ok "the record verifies" verifies
is "no program was killed by its sandbox" \
    "$(inside 'journalctl -b -q -o cat --no-pager' | grep -E 'type=1326|code=killed, status=31')" ""
done_testing
