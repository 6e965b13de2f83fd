# SPDX-License-Identifier: ISC
# Manual pages are clean mdoc, and every program, the policy and station.conf have one.
command -v mandoc >/dev/null || {
	echo "mandoc is missing: apt-get install mandoc"
	exit 1
}
{
	for page in share/man/*.[0-9]; do
		[ -e "$page" ] || continue
		mandoc -T lint -W warning "$page" 2>&1 | sed 's/^mandoc: //'
		grep -q '^\.\\" SPDX-License-Identifier: ISC' "$page" || echo "$page:1: no SPDX line"
	done
	for program in $(make -s programs); do
		ls share/man/"$program".[0-9] >/dev/null 2>&1 || echo "share/man:1: no page for $program"
	done
	for page in sallyport-policy.5 station.conf.5; do
		[ -e share/man/$page ] || echo "share/man:1: no $page"
	done
} | grep . && exit 1
exit 0
