# SPDX-License-Identifier: ISC
# Functions that cannot be used safely do not compile (src/base/banned.h is
# force-included); nobody may slip past that header, and a few more names are
# banned from shipped code that a poison pragma cannot reach.
{
	grep -nE 'GCC poison|GCC system_header' -r src scanners db ui --include='*.[ch]' |
	    grep -v '^src/base/banned\.h:' | sed 's/$/  (poison belongs in src\/base\/banned.h)/'
	find src scanners db ui -name '*.c' | sort | xargs awk '
	/^[ \t]*\/?\*/ { next }
	{
		line = $0
		gsub(/"([^"\\]|\\.)*"/, "", line)
		gsub(/\/\*[^*]*\*\//, "", line)
		if (match(line, /(^|[^a-zA-Z0-9_>.])(strcpy|strcat|sprintf|vsprintf|gets|strtok|execvp|execlp|setjmp|longjmp|rand|srand) ?\(/))
			print FILENAME ":" FNR ": banned function:" $0
	}'
	grep -nE '#[ \t]*pragma[ \t]+(GCC|clang)[ \t]+diagnostic' -r src scanners db ui --include='*.[ch]' |
	    sed 's/$/  (mend the warning instead)/'
	grep -q -- '-include src/base/banned.h' Makefile || echo 'Makefile:1: banned.h is not force-included'
} | grep . && exit 1
exit 0
