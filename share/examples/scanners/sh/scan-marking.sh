#!/bin/sh
# SPDX-License-Identifier: ISC
# A scanner for Sallyport that is a shell script: scan-exec speaks for it.
# Started anew for each object, which is its standard input; its arguments are
# the programs it may run, because it can run no others.
#
# Each word that a site puts on what must not leave it is one finding.  The line
# "looked ..." comes only when grep has read everything: without that line the
# status 0 would be an error (clean_needs in the manifest).
grep=$1
sort=$2

{
	"$grep" -a -o -F -e 'COMPANY CONFIDENTIAL' -e 'NOT FOR RELEASE'
	echo "status $?"
} | "$sort" -u | {
	found=0
	status=
	while read -r line; do
		case $line in
		'status '*) status=${line#status } ;;
		*)
			printf 'finding high policy marking It bears a marking of this site\t%s\n' "$line"
			found=1
			;;
		esac
	done
	case $status in
	0 | 1) echo "looked at all of it" ;;
	*) exit 2 ;;
	esac
	exit $found
}
