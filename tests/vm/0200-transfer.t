#!/bin/sh
# SPDX-License-Identifier: ISC
# The whole main job on the kiosk itself, by keyboard: a stick is inserted, its
# form opens, one officer reads and decides, another signs, the enclave reads
# the share.  R8: not a byte of the stick changes.  R16: every program works
# inside its sandbox with the guest's libraries.  Takes the photographs of
# share/doc/KIOSK.md.
. "$(dirname "$0")/lib.sh"

phase() { # WORDS
	diag "$(printf '%4d s %4d keys: %s' $(($(date +%s) - phase_began)) $((typed - phase_typed)) "$1")"
	phase_began=$(date +%s)
	phase_typed=$typed
}
photograph() { # NAME
	mkdir -p "$top/build/vm/photographs"
	still
	screen >"$top/build/vm/photographs/$1.txt"
}

# --- a stick -------------------------------------------------------------------------
mkdir -p "$work/m/docs" "$work/m/wheels"
printf 'a note for the enclave\n' >"$work/m/docs/note.txt"
printf 'k,v\n1,2\n3,4\n' >"$work/m/docs/table.csv"
printf '#!/bin/sh\necho hello\n' >"$work/m/docs/run.sh"
printf 'no program\n' >"$work/m/docs/setup.exe"
cp "$(find /usr/share/python-wheels -name '*.whl' | LC_ALL=C sort | tail -n 1)" "$work/m/wheels/"
eicar >"$work/m/eicar.com"
printf 'x\n' >"$work/m/$(printf 'invoice\342\200\256fdp.txt')"
stick "$work/stick.img" "$work/m" 48 FIELDDATA
before=$(digest "$work/stick.img")

phase_typed=0
kiosk
phase_began=$(date +%s)
transfer=K1-000001
share=/var/lib/sallyport/share

# --- otto ------------------------------------------------------------------------------
# An administrator's first check (INSTALL.md): each scanner on known bad and known good.
sallyport scanners --selftest >/dev/null
press F2
shows "the station is ready before anybody signs in" 'System +\[OK  \] all [0-9]+ checks are good'
photograph signin
sign_in otto
shows "home after the sign-in" '^ HOME Station K1, site lab.test +otto'
phase "otto signs in"
guest plug stick "$work/stick.img" port=1 serial=4C53-0001
shows "inserting opens the form by itself" '^ INTAKE port R1'
shows "which names the device" 'Device +QEMU QEMU_HARDDISK 4C53-0001'
is "the stick is read only" "$(inside 'blockdev --getro /dev/sda')" 1
like "for the group of media alone" "$(inside 'stat -c "%U:%G %a" /dev/sda')" '^root:sallyport-media 440$'
is "the screens' user cannot open it" \
    "$(inside 'runuser -u sallyport-officer -- head -c 1 /dev/sda >/dev/null 2>&1 && echo opened || echo refused')" refused
is "nobody can send it commands" "$(inside 'for n in /dev/sg* /dev/bsg/*; do [ ! -c $n ] || stat -c "%U %a" $n; done | sort -u')" "root 0"
begin_reading "^ PROGRESS $transfer"
shows "the medium is read, typed and scanned to the end" 'State +Everything was read and scanned: review is ready'
phase "the medium is read"

go "^ REVIEW $transfer  \"FIELDDATA\"" Enter
shows "the review begins with nothing decided" 'undecided [0-9]+  APPR 0  REJ 0  HOLD 0'
go 'APPROVE WHAT THE POLICY LETS PASS' P
go 'items?: APPR' Tab Enter
photograph review
go 'An empty limit shows all' l
enter 'decision=none and gate!=block'
go 'Limit decision=none and gate!=block' Enter
go 'REJECT IN BULK' B Tab Tab Space
go 'Reason +< not asked for >' Tab Space
need 'Changes +[1-9][0-9]* items? become REJ'
changes=$(screen | sed -n 's/.*Changes  *\([0-9]*\) items* become REJ.*/\1/p')
[ -n "$changes" ] || fail "bulk counts what it would change" "$(screen)"
go "How many items change +\\[$changes " "$changes"
go "$changes items?: REJ" Tab Tab Enter
becomes "nothing is undecided" 0 counter undecided
phase "otto decides"
go "^ SIGN $transfer" F8
look_at_all
go 'Passphrase of otto' F8
enter "$(passphrase otto)"
go '^ HOME' Enter
shows "signed" '^[> ] +K1-000001 +SUBMITTED'
is "nothing is released by one" "$(inside "find $share/transfers -type f 2>/dev/null")" ""
sign_out
phase "otto signs and leaves"

# --- paula ----------------------------------------------------------------------------
shows "a transfer waits for a second officer" '1 transfer waits for a second officer'
sign_in paula
need "^[> ] +$transfer +SUBMITTED"
go "^ SIGN $transfer" Enter
look_at_all
go 'Passphrase of paula' F8
enter "$(passphrase paula)"
go "^ PROGRESS $transfer" Enter
shows "the last signature releases" 'RELEASED   for rita'
photograph release
phase "paula signs; the release"
go 'what became of the medium' C
go 'Passphrase of paula' 1
enter "$(passphrase paula)"
go 'CLOSED   for rita' Enter
go "^ RECORD $transfer" Enter
go 'On the share: reports/' F7
press Escape Escape
sign_out
phase "closing, record and report"
like "the record names the device" "$(inside "cat $share/reports/$transfer/report.txt")" '4C53-0001'
guest unplug stick
is "R8: the medium was never written" "$(digest "$work/stick.img")" "$before"

# --- the enclave ------------------------------------------------------------------------------
inside "useradd -M enclave; mkdir -p /mnt/enclave && mount --bind $share /mnt/enclave &&
    mount -o remount,bind,ro,nosuid,nodev,noexec /mnt/enclave" >/dev/null
run inside "runuser -u enclave -- sh -c 'cd /mnt/enclave/transfers/$transfer/files && sha256sum -c ../MANIFEST.sha256'"
is "another user checks what was released on a read-only mount" "$status" 0
like "what was approved is there" "$out" 'docs/note.txt: OK'
unlike "what was not is not" "$out" 'eicar|setup.exe|invoice'
is "nothing else is there" "$(inside "find $share/transfers/$transfer/files -type f | wc -l")" \
    "$(inside "wc -l <$share/transfers/$transfer/MANIFEST.sha256")"
no "nobody writes there" inside "runuser -u enclave -- touch /mnt/enclave/x"
like "INDEX has its line" "$(inside "runuser -u enclave -- cat /mnt/enclave/INDEX")" "^$transfer"
ok "the dossier verifies, for anybody" inside "runuser -u enclave -- sallyport-verify /mnt/enclave/custody/$transfer"
ok "the report is there" inside "runuser -u enclave -- test -s /mnt/enclave/reports/$transfer/report.txt"
ok "the record verifies" inside 'runuser -u sallyport-ledger -- sallyport verify'
is "no program was killed by its sandbox" \
    "$(inside 'journalctl -b -q -o cat --no-pager' | grep -E 'type=1326|code=killed, status=31|DENIED')" ""

# --- a report to print: the machine has no fonts but those that came with the station ------------
run as otto report "$transfer" --share --format pdf
is "a PDF is made there" "$status" 0
needed "and is on the share" guest get "$share/reports/$transfer/report.pdf" "$work/report.pdf"
pdffonts "$work/report.pdf" | sed 1,2d >"$work/fonts"
diag "$(cat "$work/fonts")"
ok "it has fonts" test -s "$work/fonts"
is "all of them are in it" "$(grep -vE ' yes (yes|no) +(yes|no) +[0-9]+ +[0-9]+ *$' "$work/fonts")" ""
pdftotext -layout "$work/report.pdf" "$work/report.txt"
like "it can be read: the device" "$(cat "$work/report.txt")" '4C53-0001'
like "who signed" "$(cat "$work/report.txt")" 'Paula Officer'
like "and a name with what it hides" "$(cat "$work/report.txt")" 'u\{202E\}fdp'

# --- the manual's photographs -----------------------------------------------------------------
ok "KIOSK.md shows these screens (sh tests/vm/photographs --write)" sh "$top/tests/vm/photographs"
done_testing
