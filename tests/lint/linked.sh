# SPDX-License-Identifier: ISC
# Every source file is linked by some program, and what the Makefile lists exists.
linked=$(make -s sources)
{
	for source in $(find src scanners db ui -name '*.c' | sort); do
		printf '%s\n' "$linked" | grep -qxF "$source" || echo "$source:1: no program links it (Makefile: objs_...)"
	done
	for source in $linked; do
		[ -e "$source" ] || echo "Makefile:1: lists $source, which does not exist"
	done
} | grep . && exit 1
exit 0
