#!/bin/sh
# SPDX-License-Identifier: ISC
# A signature update carried by a stick: rules for YARA and signatures for clamd, signed by
# an administrator, read from the stick as any medium, brought in and confirmed by two people,
# tried, found to find, and gone back from.  Around it: scanners in namespaces of their own
# under the installed units, a container that is opened, a command as a scanner, all on
# Debian's kernel.
. "$(dirname "$0")/lib.sh"

examples=/usr/share/sallyport/examples/scanners/sh
one_line() {
	tr -s ' \n' ' '
}
sets() {
	as ada signatures | one_line
}
tried() {
	! sets | grep -q 'being tried'
}
settled() {
	! sallyport doctor 2>&1 | grep -qE '^\[FAIL'
}
# The stick in R1 is another one: read it; its transfer is in $transfer.
read_stick() { # IMAGE SERIAL
	[ -z "${plugged:-}" ] || guest unplug stick
	guest plug stick "$1" port=1 "serial=$2"
	plugged=yes
	needed "the stick $2 is ready" wait_for 30 media_says R1 '"ready"'
	run as otto intake "$(source_of R1)" --device --requester rita
	transfer=$(printf '%s\n' "$out$err" | grep -oE 'K1-[0-9]{6}' | head -n 1)
	[ "$status" -eq 0 ] && [ -n "$transfer" ] && return
	fail "the stick $2 is read" "status $status" "$out" "$err" "$(journal 20)"
	done_testing
}
bad_files() { # names of what is malicious or suspicious in $transfer
	as otto items "$transfer" --where "'verdict=malicious or verdict=suspicious'" --json |
	    grep -oE '(yara|av|zip|marked)[a-z]*\.(txt|zip)' | sort -u | one_line
}

# --- what is on the sticks ---------------------------------------------------------------
mkdir "$work/payload"
echo 'a word that rules forbid' >"$work/payload/yara.txt"
echo 'a word that signatures forbid' >"$work/payload/av.txt"
echo 'COMPANY CONFIDENTIAL' >"$work/payload/marked.txt"
(cd "$work/payload" && cp yara.txt deep.txt && python3 -c 'import zipfile
z = zipfile.ZipFile("zip.zip", "w", zipfile.ZIP_DEFLATED)
z.write("deep.txt")' && rm deep.txt)
stick "$work/payload.img" "$work/payload" 40 PAYLOAD

kiosk
like "Debian's kernel 6.1" "$(inside 'uname -r')" '^6\.1\.'

# --- a station with a second engine and a command as a scanner ------------------------------
sed -e 's|^\t{ scanner = "av"; types = "\*"; },|&\n\t{ scanner = "yara"; types = "*"; }, { scanner = "marking-sh"; types = "*"; },|' \
    "$plain_policy" >"$work/site.policy"
guest put "$work/site.policy" /tmp/site.policy
run inside "install -d /usr/local/lib/site-scanners && install -m 755 $examples/scan-marking.sh /usr/local/lib/site-scanners/ &&
    install -m 644 $examples/marking-sh.conf /usr/share/sallyport/scanners.d/ && chmod 644 /tmp/site.policy"
is "an example of a site's scanner is put in its place" "$status" 0
run sallyport scanners --check /usr/share/sallyport/scanners.d/marking-sh.conf
like "it keeps the contract, its command in its sandbox" "$out$err" '[0-9]+ kept, 0 broken'
inside 'systemctl restart sallyport.target' >/dev/null 2>&1
needed "the station answers again" wait_for 30 sallyport status
run as ada authority policy /tmp/site.policy
is "the policy asks for them" "$status" 0

# --- scanners have namespaces of their own -----------------------------------------------
# While each proves itself: in which namespaces it is.
cat >"$work/namespaces.pl" <<'END'
my @kinds = qw(pid net user mnt ipc uts);
my %own = map { $_ => readlink "/proc/1/ns/$_" } @kinds;
my $test = fork // die;
exec qw(runuser -u sallyport-officer -- sallyport scanners --selftest) if !$test;
my %said;
while (waitpid($test, 1) == 0) {
	for my $p (glob '/proc/[0-9]*') {
		my $program = readlink "$p/exe" // next;
		next unless $program =~ m,/(scan-[a-z]+)$,;
		my $name = $1;
		my @shared = grep { my $n = readlink "$p/ns/$_"; defined $n && $n eq $own{$_} } @kinds;
		# of a process that is on its end nothing can be read
		next unless defined readlink "$p/ns/pid";
		$said{"$name " . (@shared ? "shares @shared" : 'apart')} = 1;
	}
}
print "$_\n" for sort keys %said;
END
guest put "$work/namespaces.pl" /tmp/namespaces.pl
# One that has ended before it was looked at is tried again.
apart=
for look in 1 2 3 4 5; do
	apart=$(printf '%s\n' "$apart"; guest run -t 600 'perl /tmp/namespaces.pl' </dev/null)
	[ "$(printf '%s\n' "$apart" | grep -oE '^scan-(type|av|archive|yara) ' | sort -u | wc -l)" -lt 4 ] || break
done
diag "$apart"
for program in scan-type scan-av scan-archive scan-yara; do
	like "$program has namespaces of its own" "$apart" "^$program apart"
done
like "every scanner is fit" "$(printf '%s\n' "$apart" | one_line)" 'yara fit'
unlike "none is not" "$apart" 'unfit'
run sallyport doctor
like "doctor has nothing to say against their walls" "$out" '^OK +sandbox'
unlike "nor of namespaces" "$out" 'namespaces'

# --- before ---------------------------------------------------------------------------------
read_stick "$work/payload.img" P1
before=$transfer
is "before, only the command finds what it is for" "$(bad_files)" "marked.txt "
run as otto items "$transfer" --json
unlike "no scanner failed on this kernel" "$out" '"verdict": *"(error|timeout|unscanned)"'
unlike "the record does not say that one had no namespaces" "$(newest xfer.scan)" '"apart":false'

# --- the sets, as an administrator makes them -----------------------------------------------
# Signed at this station here; any machine with ssh-keygen and the key will do.
mkdir -p "$work/update/yara1" "$work/update/av1" "$work/update/av2"
hex() {
	printf %s "$1" | od -An -tx1 | tr -d ' \n'
}
echo 'rule forbidden { strings: $a = "word that rules forbid" condition: $a }' >"$work/update/yara1/site.yar"
echo "Site.Forbidden:0:*:$(hex 'word that signatures forbid')" >"$work/update/av1/site.ndb"
echo "Site.Another:0:*:$(hex 'nothing has this')" >"$work/update/av2/site.ndb"
inside 'install -d -o sallyport-officer /tmp/sets'
for set in yara1 av1 av2; do
	file=site.ndb scanner=${set%?}
	[ $scanner = av ] || file=site.yar
	inside "install -d -o sallyport-officer /tmp/sets/$set"
	guest put "$work/update/$set/$file" "/tmp/sets/$set/$file"
	inside "chmod 644 /tmp/sets/$set/$file"
	run as ada signatures sign $scanner --version "${set#$scanner}" --out "/tmp/sets/$set" --file "/tmp/sets/$set/$file"
	[ "$status" -eq 0 ] || fail "$set is signed" "$out" "$err"
	guest get "/tmp/sets/$set/SIGNATURES" "$work/update/$set/SIGNATURES"
	guest get "/tmp/sets/$set/SIGNATURES.sig" "$work/update/$set/SIGNATURES.sig"
done
stick "$work/update.img" "$work/update" 40 UPDATE

# --- they come by stick ------------------------------------------------------------------------
read_stick "$work/update.img" U1
update=$transfer
bring() { # SCANNER VERSION
	set -- "$1$2" "$1" "$2"
	run as ada signatures import "$update" --folder "$1"
	is "$1 is brought in" "$status" 0
	[ "$status" -eq 0 ] || diag "$out" "$err" "$(journal 10)"
	run as otto signatures confirm "$2"
	is "$1: another person does" "$status" 0
	ok "$1: it is tried" wait_for 200 tried
	like "$1: and in use" "$(sets)" "$2 $3 of [-0-9]+ in use"
}
bring yara 1
bring av 1
is "the engine's folder is still nobody's but an administrator's" \
    "$(inside 'stat -c "%U:%G %a" /var/lib/sallyport-clamd; stat -c %U /var/lib/sallyport-clamd/sallyport-test.ndb')" "root:sallyport-sets 1775
root"
no "the engine cannot write there" as_user sallyport-clamd "echo x >/var/lib/sallyport-clamd/x"
no "nor can the station itself" as_user sallyport "echo x >/var/lib/sallyport-clamd/x"
no "who feeds it cannot touch what an administrator put there" \
    as_user sallyport-sets "rm -f /var/lib/sallyport-clamd/sallyport-test.ndb"
is "the trial was a unit of its own, and it is well" "$(inside 'systemctl is-failed sallyport-clamd-sets.service')" inactive

# --- a new transfer finds what the one before did not --------------------------------------------
read_stick "$work/payload.img" P2
is "now both engines find what they are for, inside the archive too" "$(bad_files)" "av.txt marked.txt yara.txt zip.zip "
is "the transfer before stands as it was" "$(transfer=$before; bad_files)" "marked.txt "
ok "all is well" wait_for 30 settled

# --- and back ---------------------------------------------------------------------------------
bring av 2
run as ada signatures back av
is "an administrator goes back" "$status" 0
run as otto signatures confirm av
is "another person confirms it" "$status" 0
ok "it is tried" wait_for 200 tried
like "the set before is in use again" "$(sets)" "av 1 of [-0-9]+ in use, gone back to"
read_stick "$work/payload.img" P3
is "and it finds again" "$(bad_files)" "av.txt marked.txt yara.txt zip.zip "

# --- the station starts anew with it --------------------------------------------------------------
inside 'systemctl stop sallyport.target; systemctl start sallyport.target' >/dev/null 2>&1
needed "the station answers after a restart" wait_for 60 sallyport status
sallyport scanners --selftest >/dev/null 2>&1
like "the set is the engine's still" "$(sallyport scanners | one_line)" '[+]set-'
is "no kernel message says that something was denied" \
    "$(inside 'journalctl -b -k -q -o cat --no-pager' | grep -E 'DENIED|segfault|type=1326')" ""
is "no unit failed" "$(inside 'systemctl --failed --plain --no-legend')" ""
ok "the record verifies" verifies
guest stop
done_testing
