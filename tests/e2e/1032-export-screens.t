#!/bin/sh
# SPDX-License-Identifier: ISC
# By keyboard, on 80 x 24: a bundle leaves for the share and for a medium in a port for exports,
# leaves of the record from the screen of anchors; No comes first, and what is written can be
# given up.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/screen.sh"

station noclamd
station_stop
mkdir "$work/m" "$SALLYPORT_HOME/ports/E1"
sed -i 's,path = "ports/R1"; },&\, { name = "E1"; kind = "image"; role = "export"; path = "ports/E1"; },' \
    "$SALLYPORT_HOME/station.conf"
# What writes is held up by a file, so that it can be given up in the middle.
mkdir "$work/tree"
cp -a "$bin" "$B/share" "$work/tree"
rm "$work/tree/bin/sallyport-writer"
cat >"$work/tree/bin/sallyport-writer" <<END
#!/bin/sh
. $work/inject
exec \$before $bin/sallyport-writer "\$@"
END
chmod 755 "$work/tree/bin/sallyport-writer"
bin=$work/tree/bin
echo 'before=' >"$work/inject"
must station_start
must as ada authority policy "$top/tests/bench/noengine.policy"
echo 'some text' >"$work/m/note.txt"
small_medium "$work/small.img" "$work/m"
intake "$work/small.img"
must as otto decide "$transfer" approve --proposed
must as otto submit "$transfer" --yes
must as paula approve "$transfer" --yes
share=$SALLYPORT_HOME/share
stick=$SALLYPORT_HOME/ports/E1/stick.img
mkfs.fat -n PHOTOS -C "$stick" 8192 >/dev/null
ends() { # how the exports to media ended, oldest first
	sqlite3 -readonly -cmd '.timeout 5000' "$SALLYPORT_HOME/ledger/ledger.db" \
	    "SELECT json_extract(body, '\$.data.how') FROM entry WHERE type='export.written'" | tr '\n' ' '
}

terminal officers
begin_screens "$bin/sallyport"
sign_in otto
need '^ DEMO HOME'
shows "the port for exports is on the first screen" 'E1 +stick\.img .*export'

# --- to the share ------------------------------------------------------------------------------
go '^ DEMO TRANSFERS' 2
go "^ DEMO EXPORT $transfer" e
shows "report and slip are offered first" 'What +< report and slip >'
go 'What +< bundle >' Space
shows "what leaves is said" 'All that an auditor needs'
go 'EXPORT TO THE SHARE' Enter Enter Tab Enter
gone 'EXPORT TO THE SHARE' Enter
is "No comes first" "$(find "$share/reports" -type f | wc -l)" 0
go 'EXPORT TO THE SHARE' Enter
press Tab Enter
shows "the bundle is on the share" "On the share: reports/$transfer/bundle-[0-9]*\.tar"
ok "as a file that verifies" sallyport-verify --genesis "$(cat "$SALLYPORT_HOME/stager/genesis")" \
    "$(find "$share/reports/$transfer" -name 'bundle-*.tar')"

# --- to a medium -------------------------------------------------------------------------------
go 'What +< bundle >.*|\[ Go on \]' Up Up
go 'Where to +< the medium in the port E1 >' Space
go 'OVERWRITE THE MEDIUM' Enter Tab Enter
shows "what is on it is said, and will be lost" 'named PHOTOS'
gone 'OVERWRITE THE MEDIUM' Enter
ok "No comes first here, too" grep -qa PHOTOS "$stick"
is "and nothing was begun" "$(ends)" ''
go 'OVERWRITE THE MEDIUM' Enter
press Tab Enter
shows "it is written and read back" 'E1: image file, written and read back'
is "and the record says so" "$(ends)" 'written '
mkdir "$work/iso"
xorriso -osirrox on -indev "$stick" -extract / "$work/iso" >/dev/null 2>&1
chmod -R u+w "$work/iso"
ok "what is on it verifies" sallyport-verify --genesis "$(cat "$SALLYPORT_HOME/stager/genesis")" \
    "$(find "$work/iso/$transfer" -name 'bundle-*.tar')"

# --- given up in the middle ----------------------------------------------------------------------
if strace -qq -o /dev/null true 2>/dev/null; then
	# the first sync of the medium takes a minute
	echo "before='$(command -v strace) -qq -o /dev/null -e inject=fsync:delay_enter=60000000:when=1 --'" >"$work/inject"
	go 'OVERWRITE THE MEDIUM' Enter
	press Tab Enter
	shows "it is being written" 'Written: 0 of [0-9,]+ bytes'
	go 'c cancels it, or wait for its end' Escape
	go 'it was cancelled: what is on the medium is not whole' c
	is "the record says who gave it up" "$(ends)" 'written cancelled '
	ok "what is on it does not look whole" sh -c "! xorriso -indev '$stick' -ls / 2>&1 | grep -q README"
	# from another screen the officer is told, here that what writes was killed
	cat >"$work/noted" <<END
#!/bin/sh
echo \$\$ >$work/writer.pid
exec "\$@"
END
	sed -i "s,--'$,-- /bin/sh $work/noted'," "$work/inject"
	go 'OVERWRITE THE MEDIUM' Enter
	go 'Written: 0 of [0-9,]+ bytes' Tab Enter
	go '^ DEMO HOME' 1
	shows "who leaves the screen is told that it goes on" 'Port E1 is still written to; you are told when that ends'
	go 'what is on it is not whole then' F10
	gone 'SIGN OUT' Escape
	kill -9 "$(cat "$work/writer.pid")"
	shows "and how it ended, wherever he is" 'E1: the program that writes has ended while at work'
	is "so says the record" "$(ends)" 'written cancelled failed '
	go '^ DEMO TRANSFERS' 2
	go "^ DEMO EXPORT $transfer" e
	echo 'before=' >"$work/inject"
else
	skip "given up in the middle" "strace cannot trace here"
fi
gone '^ DEMO EXPORT' Escape

# --- of the record -------------------------------------------------------------------------------
go '^ DEMO ANCHORS' 5
go '^ DEMO EXPORT of the record' e
go 'What +< leaves of the custody log >' Space
go 'EXPORT TO THE SHARE' Enter Enter Tab Enter
press Tab Enter
shows "leaves leave from the screen of anchors" 'On the share: reports/record/leaves-custody-[0-9]*\.txt'
ok "with a line for each entry" test -s "$(find "$share/reports/record" -name 'leaves-custody-*.txt')"
go '^ DEMO ANCHORS' Escape
sign_out
ok "the whole record verifies with all of this" sallyport verify
done_testing
