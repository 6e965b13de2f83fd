#!/bin/sh
# SPDX-License-Identifier: ISC
# What a policy can ask for beyond one scanner: engines of different makers, and who
# may stand in for an engine's size limit.
. "$(dirname "$0")/lib.sh"

mkdir "$work/prog" "$work/m"
cp -r "$B/bin" "$B/share" "$work/prog/"
bin=$work/prog/bin
manifests=$work/prog/share/sallyport/scanners.d
[ -d "$manifests" ] || manifests=$work/prog/share/scanners.d
printf 'small\n' >"$work/m/small.txt"
yes 'a line of plain text' | head -n 40 >"$work/m/large.txt"
small_medium "$work/small.img" "$work/m"

policy() { # NAME REQUIRED MORE
	cat >"$work/$1.policy" <<END
name = "$1";
required = ( { scanner = "type"; types = "*"; part = true; }, $2 );
$3
rules = ( { kind = "file"; verdict = "clean"; gate = "pass"; }, { verdict = "incomplete"; gate = "reason"; },
	{ kind = "directory"; gate = "pass"; } );
medium_digest = "none";
END
	must as ada authority policy "$work/$1.policy"
}
both='{ scanner = "av"; types = "*"; }, { scanner = "yara"; types = "*"; }'
two='engines = ( { types = "*"; at_least = 2; } );'
verdicts() {
	intake "$work/small.img"
	as otto items "$transfer" --json | /usr/bin/python3 -c '
import json, sys
print(" ".join(sorted(r["name"] + "=" + r["verdict"] for r in map(json.loads, sys.stdin) if r["kind"] == "file")))'
}
station
refused "more engines than there are scanners is a mistake" 1 'asks for 2 engines, and required names 1' \
    as ada authority policy "$(printf '%s' "$work/none.policy"; cat >"$work/none.policy" <<END
name = "none"; required = ( { scanner = "av"; types = "*"; } ); $two
END
)"

policy both "$both" "$two"
is "two engines of two makers" "$(verdicts)" "large.txt=clean small.txt=clean"

# The station begins anew with another manifest.
manifest() { # NAME SED
	station_stop
	sed -e "$2" "$top/scanners/$1.conf" >"$manifests/$1.conf"
	must station_start
}
last_one() {
	as otto status --json | sed -n 's/.*"transfer": *"\([^"]*\)".*/\1/p' | tail -n 1
}
manifest yara 's/^kind = .*/kind = "format"/'
is "who is no antivirus is no engine: unscanned" "$(verdicts)" "large.txt=unscanned small.txt=unscanned"
transfer=$(last_one)
ok "an officer may say what he likes" as otto decide "$transfer" approve --where 'kind=file' --reason 'please'
ok "submit" as otto submit "$transfer" --yes
like "nothing goes that is unscanned" "$(cat "$work/ok.out")" '^Nothing goes'
policy one "$both" ""
is "unless policy does not ask" "$(verdicts)" "large.txt=clean small.txt=clean"
manifest yara ''

# An engine that takes only small objects.
manifest av 's/^max_bytes = .*/max_bytes = 100/'
policy limit "$both" ""
is "too large for an engine is incomplete" "$(verdicts)" "large.txt=incomplete small.txt=clean"
policy other "$both" 'stand_in = ( { types = "pe*"; scanner = "av"; by = "yara"; } );'
is "of other types nobody stands in" "$(verdicts)" "large.txt=incomplete small.txt=clean"
policy whose "$both" 'stand_in = ( { types = "*"; scanner = "yara"; by = "av"; } );'
is "nor for another scanner" "$(verdicts)" "large.txt=incomplete small.txt=clean"
policy stands "$both" 'stand_in = ( { types = "*"; scanner = "av"; by = "yara"; } );'
is "who has seen every byte stands in" "$(verdicts)" "large.txt=clean small.txt=clean"
item=$(as otto items "$(last_one)" --where 'size>100 and kind=file' --json | sed -n 's/.*"id": *\([0-9]*\).*/\1/p')
like "the details still say what the engine said" "$(as otto item "$(last_one)" "$item")" 'av: incomplete'
policy count "$both" "$two stand_in = ( { types = \"*\"; scanner = \"av\"; by = \"yara\"; } );"
is "but is no second engine" "$(verdicts)" "large.txt=unscanned small.txt=clean"

# It goes, and everybody who checks comes to the same.
policy stands "$both" 'stand_in = ( { types = "*"; scanner = "av"; by = "yara"; } );'
verdicts >/dev/null
transfer=$(last_one)
ok "decided" as otto decide "$transfer" approve --proposed
ok "submit" as otto submit "$transfer" --yes
ok "approve" as paula approve "$transfer" --yes
is "released" "$(state_of "$transfer")" RELEASED
ok "the verifier comes to the same" "$bin/sallyport-verify" "$SALLYPORT_HOME/share/custody/$transfer"
like "and the ledger as a whole" "$("$bin/sallyport" verify)" VERIFIED

done_testing
