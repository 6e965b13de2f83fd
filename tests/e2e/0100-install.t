#!/bin/sh
# SPDX-License-Identifier: ISC
# make install puts everything where the programs look for it.
. "$(dirname "$0")/lib.sh"

into=$work/root
ok "make install" env -u MAKEFLAGS make -s TREE=release B="$B" install DESTDIR="$into" prefix=/usr
for file in bin/sallyport bin/sallyport-verify sbin/sallyportd libexec/sallyport/sallyport-desk \
    libexec/sallyport/sallyport-reader libexec/sallyport/sallyport-vault libexec/sallyport/sallyport-ledger \
    libexec/sallyport/sallyport-stager libexec/sallyport/sallyport-report libexec/sallyport/sallyport-preview \
    libexec/sallyport/scan-type libexec/sallyport/scan-av; do
	ok "$file is a program" test -x "$into/usr/$file"
done
for file in share/sallyport/scanners.d/type.conf share/sallyport/scanners.d/av.conf \
    share/sallyport/policy/default.policy share/sallyport/clamav/clamd.conf \
    share/man/man1/sallyport.1 share/man/man5/station.conf.5 share/man/man8/sallyportd.8 \
    share/doc/sallyport/README.md share/doc/sallyport/ENCLAVE.md; do
	ok "$file is there" test -r "$into/usr/$file"
done
is "nothing installed can be written by others" "$(find "$into" -perm /022 ! -type l)" ""
is "nothing installed is setuid" "$(find "$into" -perm /6000)" ""

# Hardening: every program is a PIE with full RELRO, no writable code, no stack that executes.
for program in "$into"/usr/bin/* "$into"/usr/sbin/* "$into"/usr/libexec/sallyport/*; do
	name=${program##*/}
	head=$(readelf -Wl -d -h "$program")
	like "$name is a PIE" "$head" 'Type: +DYN'
	like "$name has full RELRO" "$head" 'BIND_NOW|FLAGS_1.*NOW'
	unlike "$name has no segment to write and execute" "$head" ' RWE '
done

# The installed station works: programs find each other from bin and sbin.
bin=$into/usr/bin
PATH=$into/usr/sbin:$bin:$PATH
ok "installed programs make a station" station_init
installed_start() {
	setsid "$into/usr/sbin/sallyportd" -d "$SALLYPORT_HOME" </dev/null >>"$SALLYPORT_HOME/run/sallyportd.log" 2>&1 &
	station_pid=$!
	echo $station_pid >"$SALLYPORT_HOME/run/sallyportd.pid"
	wait_for 30 station_answers
}
mkdir -p "$SALLYPORT_HOME/run"
ok "the installed daemon starts its services" installed_start
done_testing
