#!/bin/sh
# SPDX-License-Identifier: ISC
# The checks of this folder see what they are for: violations are planted in a
# small tree, and each must be reported.
set -u
cd "$(dirname "$0")/../.." || exit 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/src/core" "$work/src/base" "$work/src/proc/vault" "$work/ui" "$work/db" "$work/scanners" \
    "$work/tests/unit" "$work/share/man"
cp -r tests/lint "$work/tests/"
cp .clang-format Makefile "$work/"
cp src/base/banned.h "$work/src/base/"
spdx='/* SPDX-License-Identifier: ISC */'
cat >"$work/src/core/bad.c" <<END
$spdx
#include "src/ipc/channel.h"
#include "../base/buf.h"
#include "buf.h"
#include <sqlite3.h>
#include <unistd.h>

int bad_counter = 1;

void
stray(void)
{
$(awk 'BEGIN { for (i = 0; i < 110; i++) print "\t;" }')
}
END
printf 'int x; // %s: later   \n' "TO""DO" >"$work/src/core/unlicensed.c"
{
	echo "$spdx"
	awk 'BEGIN { for (i = 0; i < 810; i++) print "extern int x" i ";" }'
} >"$work/src/core/long.c"
printf '%s\n#include "src/proc/vault/store.h"\n#include "ui/term.h"\n' "$spdx" >"$work/src/proc/desk.c"
printf '%s\n#include "db/sql.h"\n#include <curses.h>\nvoid ui_sum(char *p) { sprintf(p, "x"); }\n' "$spdx" >"$work/ui/view.c"
printf '%s\n#pragma GCC diagnostic ignored "-Wall"\n' "$spdx" >"$work/scanners/quiet.c"
printf '%s\n#define LIM_PLANTED 7 /* nobody uses it */\n' "$spdx" >"$work/src/base/limits.h"
printf 'int main(void) { return 0; }\n' >"$work/tests/unit/t_nolinks.c"
mkdir "$work/src/media"
printf '%s\nint bad(void) { return open("/dev/sda", O_RDWR); }\n' "$spdx" >"$work/src/media/bad.c"
printf '%s\nint worse(void) { return ioctl(3, BLKDISCARD, 0); }\n' "$spdx" >"$work/src/core/worse.c"
printf '/* links: src/core/gone */\n' >"$work/tests/unit/t_gone.c"
printf '.Dd x\n.Foo\n' >"$work/share/man/sallyport.1"

n=0
sees() { # CHECK TEXT
	n=$((n + 1))
	if (cd "$work" && sh "tests/lint/$1.sh" 2>&1) | grep -qF -- "$2"; then
		echo "ok $n - $1: $2"
	else
		echo "not ok $n - $1: $2"
	fi
}
echo 1..23
sees layers 'src/core/bad.c:2: src/core/ may not include "src/ipc/channel.h"'
sees layers 'src/core/bad.c:3: include of "../base/buf.h"'
sees layers 'src/core/bad.c:4: include of "buf.h"'
sees layers 'src/core/bad.c:5: <sqlite3.h>'
sees layers 'src/core/bad.c:6: <unistd.h>'
sees layers 'src/proc/desk.c:2: "src/proc/vault/store.h" belongs to the program src/proc/vault'
sees layers 'src/proc/desk.c:3: src/proc/ may not include "ui/term.h"'
sees layers 'ui/view.c:2: ui/ may not include "db/sql.h"'
sees layers 'ui/view.c:3: <curses.h>'
sees banned 'ui/view.c:4:'
sees banned 'scanners/quiet.c:2:'
sees sizes 'src/core/bad.c:11: stray has'
sees sizes 'src/core/long.c:1: 811 lines'
sees words 'src/core/unlicensed.c:1: no SPDX'
sees words 'finish it'
sees limits 'LIM_PLANTED is not used'
sees tests 't_nolinks.c:1: the first line must be'
sees tests 't_gone.c:1: links src/core/gone, but there is no'
sees man 'share/man/sallyport.1:'
sees readonly 'src/media/bad.c:2: what reads media opens nothing'
sees readonly 'src/core/worse.c:2: no command may change a device'
# Those that look at what was built say what they want instead of looking elsewhere.
unset B
sees privileges 'It names the release tree'
sees symbols 'It names the release tree'
