#!/bin/sh
# SPDX-License-Identifier: ISC
# make install puts everything where the programs look for it.
. "$(dirname "$0")/lib.sh"

into=$work/root
ok "make install" env -u MAKEFLAGS make -s TREE=release B="$B" install DESTDIR="$into" prefix=/usr
for file in bin/sallyport bin/sallyport-verify sbin/sallyportd libexec/sallyport/sallyport-desk \
    libexec/sallyport/sallyport-reader libexec/sallyport/sallyport-vault libexec/sallyport/sallyport-ledger \
    libexec/sallyport/sallyport-stager libexec/sallyport/sallyport-rescan libexec/sallyport/sallyport-report libexec/sallyport/sallyport-preview libexec/sallyport/sallyport-unlock libexec/sallyport/sallyport-token libexec/sallyport/sallyport-request \
    libexec/sallyport/scan-type libexec/sallyport/scan-av libexec/sallyport/scan-yara; do
	ok "$file is a program" test -x "$into/usr/$file"
done
for file in share/sallyport/scanners.d/type.conf share/sallyport/scanners.d/av.conf \
    share/sallyport/policy/default.policy share/sallyport/clamav/clamd.conf share/sallyport/yara/sallyport.yar \
    share/man/man1/sallyport.1 share/man/man5/station.conf.5 share/man/man8/sallyportd.8 \
    share/doc/sallyport/README.md share/doc/sallyport/ENCLAVE.md; do
	ok "$file is there" test -r "$into/usr/$file"
done
system=$into/usr/lib/systemd/system
for file in sallyport.target sallyportd.service sallyport-ledger.service sallyport-vault.service \
    sallyport-stager.service sallyport-screens.service sallyport-clamd.service; do
	ok "$file is a unit" test -r "$system/$file"
done
is "every path in a unit has been filled in" "$(grep -rn '@[a-z]*dir@' "$system" "$into/etc")" ""
is "and in clamd.conf" "$(sed '/^#/d' "$into/etc/sallyport/clamd.conf" | grep '@\|%')" ""
for path in $(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' "$system"/*.service); do
	ok "a unit starts $path, which is there" sh -c "test -x '$into$path' || test -x '$path'"
done
# A service gets the sockets of its units, and each belongs to the one user that connects.
for service in ledger vault stager; do
	sed -n 's/^Sockets=//p' "$system/sallyport-$service.service" | tr ' ' '\n' | sort >"$work/named"
	grep -l "^Service=sallyport-$service.service" "$system"/*.socket | sed 's,.*/,,' | sort >"$work/there"
	ok "sallyport-$service.service names its sockets" cmp "$work/named" "$work/there"
done
is "no socket is open to a second user" "$(grep -L '^SocketMode=0600$' "$system"/*.socket)" ""
for unit in "$system"/*.socket; do
	unit=${unit##*/}
	ok "$unit is started with the station" grep -q "^Wants=.*$unit" "$system/sallyport.target"
	ok "$unit is there before sallyportd" grep -q "^After=.*$unit" "$system/sallyportd.service"
done
for user in $(
	{
		sed -n 's/^\(Socket\)\{0,1\}\(User\|Group\)=//p' "$system"/*.service "$system"/*.socket
		sed -n 's/^SupplementaryGroups=//p' "$system"/*.service | tr ' ' '\n'
		awk '/^[a-zA-Z]/ { print $4; print $5 }' "$into/usr/lib/tmpfiles.d/sallyport.conf"
	} | grep -v '^root$' | sort -u
); do
	ok "$user is made by sysusers" grep -q "^[ug] $user " "$into/usr/lib/sysusers.d/sallyport.conf"
done
for folder in $(sed -n 's/^    {"\(.*\)", 0[0-7]*},$/\1/p' ui/cmd_init.c) ledger; do
	ok "$folder, which init makes, is handed over" \
	    grep -q "^[zZ] /var/lib/sallyport/$folder " "$into/usr/lib/tmpfiles.d/sallyport.conf"
done
is "nothing installed can be written by others" "$(find "$into" -perm /022 ! -type l)" ""
is "nothing installed is setuid" "$(find "$into" -perm /6000)" ""

# Hardening: every program is a PIE with full RELRO, no writable code, no stack that executes.
for program in "$into"/usr/bin/* "$into"/usr/sbin/* "$into"/usr/libexec/sallyport/*; do
	name=${program##*/}
	[ "$(head -c 2 "$program")" != '#!' ] || continue
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
