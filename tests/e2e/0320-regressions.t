#!/bin/sh
# SPDX-License-Identifier: ISC
# Named defects of other transfer stations, kept as tests.  R4 (the release
# rule) is in tests/unit, R8 and R14 are in 0300-transfer.t, R12 in
# 0330-second-person.t.
. "$(dirname "$0")/lib.sh"

mkdir -p "$work/m/one" "$work/m/two"
echo 'first contents' >"$work/m/one/data.txt"
echo 'other contents' >"$work/m/two/data.txt"
head -c 30000 /dev/zero | tr '\0' 'x' >"$work/m/broken.txt"
small_medium "$work/small.img" "$work/m"

# --- R1: a scanner that is missing ---------------------------------------------------
station noclamd
run as otto intake "$work/small.img" --requester rita
transfer=$(transfer_of "$out$err")
is "R1: a required scanner that is missing blocks the transfer" "$(state_of "$transfer")" BLOCKED
like "R1: and the message names it" "$err" 'av'
run as otto items "$transfer" --where 'verdict=clean and kind=file'
unlike "R1: without the antivirus engine nothing is clean" "$out" 'data\.txt'
as otto decide "$transfer" approve --proposed >/dev/null 2>&1
as otto decide "$transfer" approve --where 'kind=file' --reason 'please' >/dev/null 2>&1
as otto submit "$transfer" --yes >/dev/null 2>&1
as paula approve "$transfer" --yes >/dev/null 2>&1
is "R1: and nothing goes" "$(find "$SALLYPORT_HOME/share/transfers" -type f 2>/dev/null)" ""
like "R1: doctor says what is wrong" "$("$bin/sallyport" doctor 2>&1)" 'av|clamd|antivirus'

# --- R2: an engine that goes away in the middle ---------------------------------------
must sh "$demo/clamd-start" "$SALLYPORT_HOME"
demo_medium
(
	# As soon as the transfer scans, the engine is gone.
	wait_for 60 sh -c "'$bin/sallyport' status 2>/dev/null | grep -q SCANNING"
	kill -9 "$(cat "$SALLYPORT_HOME/clamav/clamd.pid")"
) &
killer=$!
run as otto intake "$demo_image" --requester rita
transfer=$(transfer_of "$out$err")
wait $killer 2>/dev/null
run as otto items "$transfer" --where 'verdict=clean and name~invoice.com'
unlike "R2: an engine that dies in the middle makes nothing clean" "$out" 'invoice\.com'
refused "R2: and nothing that needs it can be approved" 1 . as otto decide "$transfer" approve \
    --where 'name~invoice.com' --reason 'please'
sh "$demo/clamd-stop" "$SALLYPORT_HOME"
must sh "$demo/clamd-start" "$SALLYPORT_HOME"

# --- R7: one name in two directories --------------------------------------------------
intake "$work/small.img"
ok "the small medium is decided" as otto decide "$transfer" approve --where 'kind=file' --reason 'asked for'
ok "and submitted" as otto submit "$transfer" --yes

# --- R6: no report says released before it is ------------------------------------------
ok "R6: a report before the second signature" as otto report "$transfer" --out "$work/early" --format text,json
like "R6: says that nothing is delivered" "$(cat "$work"/early/*.txt)" 'released .* NOT DELIVERED'
like "R6: in JSON, too" "$(cat "$work"/early/*.json)" '"delivered": false'
# A byte of one object changes in the vault after the first signature.
sha=$(printf 'first contents\n' | sha256sum | cut -d' ' -f1)
object=$(find "$SALLYPORT_HOME/vault" -name "*$sha*" -o -name "${sha#??}" | head -n 1)
must test -n "$object"
cp -p "$object" "$work/object"
chmod u+w "$object"
printf 'F' | dd of="$object" conv=notrunc status=none
run as paula approve "$transfer" --yes
is "R6: a changed object stops the release" "$(state_of "$transfer")" FAULT
is "R6: nothing is visible" "$(ls -A "$SALLYPORT_HOME/share/transfers" 2>/dev/null | grep -v '^\.')" ""
is "R6: INDEX does not name it" "$(grep -s "$transfer" "$SALLYPORT_HOME/share/INDEX")" ""
ok "R6: a report of the fault" as otto report "$transfer" --out "$work/fault" --format json
like "R6: says that nothing is delivered" "$(cat "$work"/fault/*.json)" '"delivered": false'
cp -p "$work/object" "$object"
ok "R6: the release is repeated when the cause is gone" as otto release "$transfer"
is "R6: released" "$(state_of "$transfer")" RELEASED
released=$SALLYPORT_HOME/share/transfers/$transfer/files
is "R7: both files of one name are there, each with its contents" \
    "$(cat "$released/one/data.txt" "$released/two/data.txt")" 'first contents
other contents'
ok "closed" as otto close "$transfer" --disposition kept

# --- R5: one unreadable file ------------------------------------------------------------
perl -e '
	my ($path) = @ARGV;
	open my $f, "+<:raw", $path or die;
	local $/;
	my $b = <$f>;
	my $root = (unpack("v", substr $b, 14) + ord(substr $b, 16) * unpack("v", substr $b, 22)) *
	    unpack("v", substr $b, 11);
	my $at = index($b, "BROKEN  TXT", $root);
	die "no entry" if $at < 0;
	# Its first cluster is far outside the volume.
	substr($b, $at + 26, 2) = pack("v", 0xff0);
	seek $f, 0, 0;
	print $f $b;
' "$work/small.img" || fail "the image cannot be harmed"
intake "$work/small.img"
like "R5: the file that cannot be read is named" \
    "$(as otto items "$transfer" --where 'name=broken.txt' --json 2>&1)" 'unreadable'
like "R5: the others are read" "$(as otto items "$transfer" --where 'state=read and kind=file' 2>&1)" 'two/data\.txt'
ok "R5: and can go" as otto decide "$transfer" approve --where 'name=data.txt' --reason 'asked for'
ok "R5: submit" as otto submit "$transfer" --yes
ok "R5: approve" as paula approve "$transfer" --yes
ok "R5: report" as otto report "$transfer" --out "$work/r5" --format text
like "R5: the report says why it did not go" "$(cat "$work"/r5/*)" 'broken\.txt'

# --- R13: programs without their sandbox ---------------------------------------------------
station_stop
if [ -x "$top/build/asan/bin/sallyportd" ] && [ -x "$top/build/asan/bin/sallyport" ]; then
	safe=$bin
	bin=$top/build/asan/bin
	must station_start
	bin=$safe
	run "$top/build/asan/bin/sallyport" --as otto --passphrase-fd 9 intake "$work/small.img" --requester rita 9<<END
$(passphrase otto)
END
	transfer=$(transfer_of "$out$err")
	bin=$top/build/asan/bin
	as otto decide "$transfer" approve --where 'name=data.txt' --reason 'asked for' >/dev/null 2>&1
	run as otto submit "$transfer" --yes
	is "R13: a transfer that was read without a sandbox cannot be submitted" "$status" 1
	like "R13: and it says so" "$err" '[Ss]andbox'
	station_stop
	bin=$safe
	must station_start
	refused "R13: also when the sandbox is back" 1 '[Ss]andbox' as otto submit "$transfer" --yes
else
	skip "R13: a transfer that was read without a sandbox" "there is no sanitizer tree: make TREE=asan"
fi
ok "the record verifies" "$bin/sallyport" verify
done_testing
