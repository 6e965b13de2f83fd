#!/bin/sh
# SPDX-License-Identifier: ISC
# A first transfer by two officers, by keyboard, on a terminal of 80 x 24: from
# the sign-in to the release and the report, with the demo medium.  R14 and R13
# on the screen.  Counts the keystrokes.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/screen.sh"

station
demo_medium
cp "$demo_image" "$SALLYPORT_HOME/ports/R1/medium.img"
transfer=K1-000001
released=$SALLYPORT_HOME/share/transfers/$transfer
custody=$SALLYPORT_HOME/share/custody/$transfer
"$bin/sallyport" scanners --selftest >/dev/null

# R14: what a screen shows is printable ASCII, and nothing of it is where it
# does not belong.  Prints what is wrong.
foreign() {
	screen | LC_ALL=C grep -n '[^ -~]'
	screen | sed -n '1,2p;23,24p' | grep -E 'APPROVED|fdp|x1B|202E|a.txt|clean'
}
# A list of the review: mark, decision, severity, type, size and flags stand
# left of the name, in columns of their own.  How many of its twelve rows are so.
in_columns() {
	screen | sed -n '6,17p' | grep -vE '^.{0,33}(APPROVED|pproved|clean)' |
	    grep -cE "^ [ >] $decisions $severities [a-z][a-z-]* +[0-9.KMG-]+ [A-Z-]{1,5} *[!-~]"
}
decisions='(----|APPR|REJ |HOLD|BLCK|    )'
severities='(CRIT|HIGH|MED |LOW |INFO|UNRD|ENCR|-   )'
wrong=$work/wrong
plain() { # WHERE
	foreign | sed "s/^/$1: /" >>"$wrong"
}
: >"$wrong"
counts() { # "files undecided APPR REJ HOLD BLCK"
	screen | sed -n 2p | tr -dc '0-9 ' | tr -s ' ' | sed 's/^ //; s/ $//'
}
phase() { # WORDS: the keys since the last one
	diag "$(printf '%4d keys: %s' $((typed - phase_began)) "$1")"
	phase_began=$typed
}
phase_began=0

terminal officers
$tty pipe-pane -t officers "cat >'$work/bytes'"
begin_screens "$bin/sallyport"

# --- otto reads the medium -------------------------------------------------------------
sign_in otto
shows "home after the sign-in" '^ DEMO HOME Station K1, site demo +otto'
shows "with the checks" 'Ready checks: all [0-9]+ are good'
shows "and the medium in the port" '^ +R1 +medium.img +90M +ready'
phase "otto signs in"
go '^ DEMO INTAKE' i
shows "nobody is the requester unless somebody is picked" 'Requester +< \(nobody yet'
go 'Requester +< rita ' Space
press Up Up Enter
shows "the medium is read, typed and scanned" "^ DEMO PROGRESS $transfer"
shows "to the end" 'State +Everything was read and scanned: review is ready'
plain progress
phase "the medium is read"

# --- otto decides ------------------------------------------------------------------------
go "^ DEMO REVIEW $transfer  \"FIELDDATA\"" Enter
shows "the review begins with nothing decided" '204 files  undecided 203  APPR 0  REJ 0  HOLD 0  BLCK 1'
becomes "every column is in its place" 12 in_columns
go 'APPROVE WHAT THE POLICY LETS PASS' P
shows "what the policy proposes is counted before" '188 undecided items .* 15 need a reason|188 undecided items'
press Enter
wait_for 20 lacks 'APPROVE WHAT'
becomes "Enter alone decides nothing" '204 203 0 0 0 1' counts
go 'APPROVE WHAT THE POLICY LETS PASS' P
go '188 items: APPR' Tab Enter
becomes "then it is decided" '204 15 188 0 0 1' counts
phase "what policy proposes is approved"

go 'An empty limit shows all' l
enter 'decision=none and gate!=block'
go 'Limit decision=none and gate!=block +44 rows' Enter
becomes "the limit moves no column" 12 in_columns
plain review
go '^ > ---- HIGH text +50 C +\\x1B\[2J\\x1B\[1;32mclean\\x1B\[0m.txt' '}'
go 'APPROVE ITEM .*WHY' a
shows "an approval that needs a reason asks for it" '1 the requester asked for it by name'
plain reason
go 'undecided 14  APPR 189' 1
shows "a key and a number approve" '^   APPR HIGH text +50 C '
shows "the next one is a name of backspaces" '^ > ---- HIGH text +58 C +malware-samp.*\\x08\\x08\\x08\\x08APPROVED'
is "R14: that cannot approve itself" "$(screen | sed -n '6,17p' | cut -c 1-33 | grep -c APPROVED)" 0
go '^ DEMO DETAILS .*item 91' Enter
shows "R14: nor in its details" 'Decision +---- undecided'
shows "R14: whose bytes are shown" '08 08 08 08'
plain details
go '^ DEMO HEX K1-[0-9]+ +item [0-9]+ +UNTRUSTED CONTENT' x
plain hex
go '^ DEMO DETAILS' Escape
go 'REJECT ITEM 91, WHY' r
enter 'no name of ours'
go 'Decision +REJ' Enter
shows "a reason in one's own words" 'no name of ours'
go '^ DEMO REVIEW' Escape
go '^ > ---- HIGH text +38 B[A-Z]* +statement-\\u\{202E\}fdp.exe' '}'
go 'HOLD ITEM .*WHY.*statement' h
shows "R14: also where the name is said again" 'WHY.*statement-\\u\{202E\}fdp.exe'
plain hold
go 'undecided 12  APPR 189  REJ 1  HOLD 1' 2
go 'undecided 13  APPR 189  REJ 1  HOLD 0' u
shows "u takes it back" '^ > ---- HIGH text +38 B'
go 'undecided 12  APPR 189  REJ 1  HOLD 1' U
shows "U makes it again" '^ +[ >] +HOLD HIGH text +38 B'
phase "three are decided by hand"

go 'Limit decision=none and gate!=block +41 rows' F5
go 'APPROVE IN BULK' B
shows "bulk says what would change" 'Changes +12 items become APPR; now  ---- 12  APPR 0  REJ 0  HOLD 0'
go 'REJECT IN BULK' Tab Tab Space
shows "also for another decision" 'Changes +12 items become REJ'
go 'Reason +< not asked for >' Tab Space
plain bulk
go 'How many items change +\[11 ' 1 1
go 'Nothing was decided: 11 is not the number of items that change, 12' Tab Tab Enter
wait_for 20 has 'How many items change +\[11'
press BSpace
go 'How many items change +\[12 ' 2
go '12 items: REJ, drafts' Tab Tab Enter
becomes "all are decided" '204 0 189 13 1 1' counts
phase "the rest is rejected in bulk"

# --- otto signs ------------------------------------------------------------------------------
go "^ DEMO SIGN $transfer" F8
shows "the totals are those of the review" '^ released +186 '
shows "what is rejected" '^ rejected +13 '
shows "what is held" '^ held +1 '
need ' code [0-9a-f]+ [0-9a-f]+ '
code=$(screen | sed -n 's/.*code \([0-9a-f]* [0-9a-f]*\) .*/\1/p')
plain sign
press F8
says "nothing is signed before all was looked at" 'F8: not before you opened every group: 8 say'
is "no question is asked" "$(screen | grep -c 'Passphrase of')" 0
look_at_all plain
phase "otto looks at what must be looked at"
go 'Passphrase of otto' F8
enter 'otto opens the demon'
go 'this is not the passphrase of otto' Enter
go 'Passphrase of otto' F8
enter "$(passphrase otto)"
go '^ DEMO HOME' Enter
shows "signed" 'Signed. .* waits for another officer'
shows "and in its list" '^> K1-000001 +SUBMITTED'
is "nothing is released by one" "$(find "$SALLYPORT_HOME/share/transfers" -type f 2>/dev/null)" ""
go 'You cannot sign: otto has signed' Enter
press F8
says "F8 says it again" 'F8: you cannot sign this now'
is "nor can he sign twice" "$(screen | grep -c 'Passphrase of')" 0
go '^ DEMO HOME' Escape
sign_out
phase "otto signs and leaves"

# --- paula signs -----------------------------------------------------------------------------
shows "the sign-in says that a transfer waits" '1 transfer waits for a second officer'
sign_in paula
need "^> $transfer +SUBMITTED"
go "^ DEMO SIGN $transfer" Enter
shows "she is another person" 'Prepared by otto .*'
shows "who may sign" 'You are paula .*: another person, who may sign'
shows "she has the same code" " code $code "
look_at_all plain
phase "paula signs in and looks"
go 'Passphrase of paula' F8
enter "$(passphrase paula)"
go "^ DEMO PROGRESS $transfer" Enter
shows "the last signature releases" 'RELEASED   for rita'
shows "what went is counted" 'Share +18[0-9] files .* in transfers/K1-000001/files'
phase "paula signs; the release"

# --- the end ---------------------------------------------------------------------------------
go 'what became of the medium' C
go 'Passphrase of paula' 1
enter "$(passphrase paula)"
go 'CLOSED   for rita' Enter
shows "the transfer is closed" 'Went to +handed back to the requester'
go "^ DEMO RECORD $transfer" Enter
shows "the record has both signatures" 'otto +signed +no. 1: 18[0-9] files.*'"$code"
shows "of two officers" 'paula +signed +no. 2: 18[0-9] files.*'"$code"
shows "and the end" 'paula +closed +handed back'
go 'On the share: reports/' F7
plain record
phase "closing, record and report"
sign_out
go 'ended 0' F10
phase "leaving"
diag "$(printf '%4d keys in all' "$typed")"

# --- what the enclave has ------------------------------------------------------------------------
ok "sha256sum finds what was signed" sh -c "cd '$released/files' && sha256sum -c ../MANIFEST.sha256"
is "as many files as were signed" "$(find "$released/files" -type f | wc -l)" \
    "$(wc -l <"$released/MANIFEST.sha256")"
is "EICAR is not among them" "$(grep -rlaF 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE' "$released" "$SALLYPORT_HOME/share/reports")" ""
is "nor what was held" "$(find "$released/files" -name '*fdp*')" ""
is "nor what was rejected" "$(find "$released/files" -name '*APPROVED*' -o -name 'report.pdf')" ""
ok "the report is on the share" test -s "$SALLYPORT_HOME/share/reports/$transfer/report.txt"
ok "the record verifies" "$bin/sallyport" verify
ok "and the dossier, by itself" "$bin/sallyport-verify" "$custody"

is "R14: no screen had anything but ASCII, and no name outside its place" "$(head -n 20 "$wrong")" ""
$tty pipe-pane -t officers
hostile() { # of all bytes that were written
	LC_ALL=C perl -0777 -ne 'print "byte at $-[0]\n" if /[\x80-\xff]/; print "colour\n" if /\e\[1;32mclean/;
	    print "backspaces\n" if /\x08{4}APPR/; print "title\n" if /\e[\]k]/' "$work/bytes"
}
ok "R14: the bytes of the whole walk were kept" test -s "$work/bytes"
is "R14: no name ever got to the terminal as it is" "$(hostile)" ""

# --- R13: programs without their sandbox ------------------------------------------------------------
station_stop
asan=${ASAN_TREE:-$top/build/asan}
if [ -x "$asan/bin/sallyportd" ] && [ -x "$asan/bin/sallyport" ]; then
	rm -f "$SALLYPORT_HOME"/ports/R1/*
	mkdir "$work/m"
	echo 'nothing is wrong with this' >"$work/m/note.txt"
	small_medium "$SALLYPORT_HOME/ports/R1/small.img" "$work/m"
	bin=$asan/bin
	must station_start
	begin_screens "$bin/sallyport"
	shows "R13: the sign-in says that a program runs without its sandbox" '\[FAIL\] sandbox'
	sign_in otto
	need '^ +R1 +small.img'
	shows "R13: so does home" '\[FAIL\] +sandbox: '
	shows "R13: and that nothing can be released" 'nothing can be released'
	go '^ DEMO INTAKE' i
	go 'Requester +< rita ' Space
	go '^ DEMO PROGRESS K1-000002' Up Up Enter
	shows "R13: the transfer says so, too" 'Sandbox .*can never be released'
	go '^ DEMO REVIEW' Enter
	go 'APPROVE WHAT' P
	go '1 items?: APPR' Tab Enter
	go '^ DEMO SIGN' F8
	shows "R13: and nobody can sign it" 'You cannot sign: .*without its sandbox'
	press F8
	says "R13: F8 says it again" 'F8: you cannot sign this now'
	is "R13: no passphrase is asked for" "$(screen | grep -c 'Passphrase of')" 0
	go '^ DEMO REVIEW' Escape
	sign_out
	go 'ended 0' F10
	is "R13: nothing went" "$(ls "$SALLYPORT_HOME/share/transfers")" "K1-000001"
else
	skip "R13: programs without their sandbox" "there is no sanitizer tree: make TREE=asan"
fi
done_testing
