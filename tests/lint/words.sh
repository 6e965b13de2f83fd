# SPDX-License-Identifier: ISC
# The licence line on top, nothing unfinished, no line end or blank that
# should not be there, the words of the design.
files=$(find src scanners db ui tests share Makefile README.md .ci -type f 2>/dev/null |
    grep -vE '/(corpus|golden|data|seeds)/|\.(img|bin|gz|sig|note|png)$' | sort)
code=$(printf '%s\n' "$files" | grep -E '\.([ch]|def|sh|t|py|awk|pl)$')
{
	for f in $code; do
		head -n 3 "$f" | grep -q 'SPDX-License-Identifier: ISC' || echo "$f:1: no SPDX-License-Identifier: ISC line"
	done
	# shellcheck disable=SC2086
	grep -nIwE 'TO''DO|FIX''ME|XX''X|HA''CK|place''holder|not imple''mented' $files |
	    sed 's/$/  (finish it, or open an issue)/'
	# shellcheck disable=SC2086
	grep -nIE '[	 ]+$' $code | sed 's/$/  (blank at the end of the line)/'
	grep -nE '"[^"]*sallyport (--as )?[a-z]' src/proc/desk/*.c src/proc/stager/*.c ui/view/*.c src/ipc/next.h 2>/dev/null |
	    sed 's/$/  (a screen has no command line: src\/ipc\/next.h)/'
	# shellcheck disable=SC2086
	grep -lI "$(printf '\r')" $code /dev/null | sed 's/$/:1: carriage return/'
} | grep . && exit 1
exit 0
