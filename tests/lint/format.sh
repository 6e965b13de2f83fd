# SPDX-License-Identifier: ISC
# Every C file is as clang-format leaves it (`make fmt` does that).
command -v clang-format >/dev/null || {
	echo "clang-format is missing: apt-get install clang-format"
	exit 1
}
find src scanners db ui tests -name '*.[ch]' | sort | xargs clang-format --dry-run -Werror 2>&1 |
    grep -E '^[^ ]+:[0-9]+:[0-9]+: ' | awk -F: '!seen[$1]++ { print $1 ":" $2 ": not as clang-format leaves it: make fmt" }' |
    grep . && exit 1
exit 0
