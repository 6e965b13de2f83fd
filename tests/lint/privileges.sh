# SPDX-License-Identifier: ISC
# What a program can do is what it links (privileges.rules).  The sandbox is
# the enforcement; this is the early warning.
: "${B:?is not set. It names the release tree, as in: B=build/release sh $0}"
make -s B="$B" TREE=release all >/dev/null 2>&1 || {
	echo "Makefile:1: the release tree does not build: make"
	exit 1
}
for program in "$B"/bin/*; do
	name=${program##*/}
	{
		readelf -d "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\.so.*\]/lib \1/p'
		nm -D -u "$program" | awk '{ sub(/@.*/, "", $NF); print "sym " $NF }'
	} | awk -v name="$name" '
	BEGIN {
		while ((getline line < "tests/lint/privileges.rules") > 0) {
			n = split(line, w, /[ \t]+/)
			if (w[1] != "only")
				continue
			key = w[2] " " w[3]
			rule[key] = 1
			for (i = 4; i <= n; i++)
				may[key, w[i]] = 1
		}
	}
	rule[$1 " " $2] && !may[$1 " " $2, name] {
		print name ":1: links " $2 ", which tests/lint/privileges.rules keeps from it"
	}'
done | grep . && exit 1
exit 0
