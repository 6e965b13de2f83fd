#!/bin/sh
# SPDX-License-Identifier: ISC
# A directory that holds the same name twice ended the intake; both are items.
. "$(dirname "$0")/lib.sh"

station
mkdir "$work/m"
echo 'the first' >"$work/m/aaaa.txt"
echo 'the other' >"$work/m/bbbb.txt"
small_medium "$work/twin.img" "$work/m"
perl -0777 -pi -e 's/BBBB    TXT/AAAA    TXT/' "$work/twin.img"
intake "$work/twin.img"
is "the medium comes to review" "$(state_of "$transfer")" REVIEW
run as otto items "$transfer" --where 'kind=file'
is "both are items" "$(printf '%s\n' "$out" | grep -ci 'aaaa\.txt')" 2
like "the later one cannot be taken for the other" "$out" 'aaaa\.txt\\x00[0-9]+'
run as otto items "$transfer" --where 'kind=file and severity>=high'
like "and says so" "$out" 'x00'
must as otto decide "$transfer" approve --where 'kind=file' --reason 'both'
must as otto submit "$transfer" --yes
must as paula approve "$transfer" --yes
is "both reach the share" "$(find "$SALLYPORT_HOME/share/transfers/$transfer/files" -type f | wc -l)" 2
done_testing
