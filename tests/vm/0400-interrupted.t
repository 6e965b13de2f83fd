#!/bin/sh
# SPDX-License-Identifier: ISC
# What ends in the middle: a stick pulled while it is read, a restart of the
# machine with a review half done, a power cut while a stick is read and one
# right after the last signature.  Each time the station says what was
# interrupted, and goes on; what was read of a stick is not read again.
. "$(dirname "$0")/lib.sh"

mkdir "$work/m"
echo 'a note' >"$work/m/note.txt"
for n in 1 2 3 4 5 6 7 8; do head -c 1000000 /dev/urandom >"$work/m/data$n.bin"; done
stick "$work/slow.img" "$work/m" 48
before=$(digest "$work/slow.img")
# Some forty seconds from the third file to the last one, in which it is pulled.
slow='port=1 serial=SLOW1 bps=150000'
read_slowly() { # TRANSFER: inserted, its form filled in, read as far as a part of it
	# shellcheck disable=SC2086
	guest plug slow "$work/slow.img" $slow
	need '^ INTAKE port R1'
	begin_reading "^ PROGRESS $1"
	need '^ read +[3-8] / 9 '
}
# All nine files are there; those that were read before are not read again.  A busy machine
# may have read the last one, too, before the power goes.
read_on() { # NAME
	shows "$1: what was read is not read again" \
	    'Resumed +[2-9] files \(.*\) were read before and not again; [0-7] were read now'
}
fast_again() {
	guest plug slow "$work/slow.img" port=1 serial=SLOW1
}

cursor_row() {
	screen | grep -n '^>'
}
cursor_moved() {
	[ "$(cursor_row)" != "$home_was" ]
}
# Home, with the cursor on a row of the list.
home_row() { # REGEX
	press Home
	still
	for home_n in 1 2 3 4 5 6; do
		has "^> +$1" && return
		home_was=$(cursor_row)
		press Down
		wait_for 5 cursor_moved
	done
	need "^> +$1"
}

kiosk
sign_in otto
need '^ HOME'

# --- pulled while it is read ------------------------------------------------------------
read_slowly K1-000001
guest unplug slow
shows "a stick pulled while it is read is noticed at once" '^ FAULT '
shows "and said so" 'Why +.*pulled out'
press Escape
shows "home has it in its list" '^[> ] +R1 .* pulled'
fast_again
shows "the stick is known when it is back" 'K1-000001.*again|reading of K1-000001'
need 'Next +Insert the medium again'
go 'Go on reading: which medium' Enter
shows "and offered" '1 the same: R1'
press 1
shows "and is read on, to its end" 'review is ready'
read_on "pulled"
is "the removal is in the record" "$(as otto timeline K1-000001 --json | grep -c 'device.removed\|xfer.fault')" 1
go '^ REVIEW K1-000001' Enter
go 'APPROVE WHAT THE POLICY LETS PASS' P
go 'items?: APPR' Tab Enter
shows "the drafts are counted" ' APPR [1-9]'
decided=$(counter APPR)
guest unplug slow

# --- a restart in the middle of a review ------------------------------------------------------
needed "the machine restarts" guest renewed 'systemctl reboot'
needed "and boots" guest wait
shows "the sign-in is back" 'Officer id  \['
sign_in otto
shows "the transfer is in review" '^[> ] +K1-000001 +REVIEW'
home_row K1-000001
go '^ REVIEW K1-000001' Enter
shows "with every draft" " APPR $decided( |\$)"
go '^ HOME' Escape

# --- a power cut while a stick is read -------------------------------------------------------
read_slowly K1-000002
# what the kernel writes by itself within half a minute
inside sync
needed "the machine comes back from a power cut" guest cut
needed "and boots" guest wait
shows "the sign-in is back after the cut" 'Officer id  \['
ok "the record verifies" verifies
sign_in otto
shows "what was interrupted is said" '^[> ] +K1-000002 +(FAULT|READING)'
guest unplug slow
fast_again
need 'Next +Insert the medium again'
go 'Go on reading: which medium' Enter
shows "with its reason" 'Why +.*stopped in the middle'
press 1
shows "the same stick is read on" 'review is ready'
read_on "cut"
go '^ REVIEW K1-000002' Enter
go 'APPROVE WHAT THE POLICY LETS PASS' P
go 'items?: APPR' Tab Enter
go '^ HOME' Escape
sign_out

# --- and one right after the last signature ------------------------------------------------------
as otto batch -k >"$work/out" 2>&1 <<END
decide K1-000002 reject --where 'decision=none' --reason 'not asked for'
submit K1-000002 --yes
END
inside "runuser -u sallyport-officer -- sh -c 'sallyport --as paula --passphrase-fd 9 approve K1-000002 --yes' 9<<END >/root/approve 2>&1 &
$(passphrase paula)
END"
releasing() {
	inside 'cd /var/lib/sallyport/share/transfers && ls -d .K1-000002.part || ls -d K1-000002' >/dev/null 2>&1
}
ok "the last signature is given and the release begins" wait_for 30 releasing
needed "the machine comes back from a cut in the release" guest cut
needed "and boots" guest wait
ok "the record verifies after it" verifies
settled() {
	as otto status K1-000002 --json | grep -qE '"(RELEASED|APPROVED|FAULT)"'
}
ok "the transfer stands where it was or is finished" wait_for 30 settled
as otto status K1-000002 --json | grep -q '"RELEASED"' || as otto release K1-000002 >/dev/null 2>&1
released() {
	as otto status K1-000002 --json | grep -q '"RELEASED"'
}
ok "it is released in the end" wait_for 30 released
run inside 'cd /var/lib/sallyport/share/transfers/K1-000002/files && sha256sum -c ../MANIFEST.sha256'
is "and whole" "$status" 0
is "with nothing half done beside it" "$(inside 'ls -A /var/lib/sallyport/share/transfers')" K1-000002
guest unplug slow 2>/dev/null
is "R8: the stick was never written" "$(digest "$work/slow.img")" "$before"
done_testing
