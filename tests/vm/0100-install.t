#!/bin/sh
# SPDX-License-Identifier: ISC
# An installed station on Debian's own kernel: what the offline installation
# left, each service under its own user and inside its sandbox (R16), and the
# walls between the users.
. "$(dirname "$0")/lib.sh"

kiosk
log=$(cat "$top/$made/install.log")
like "the folder was checked before anything was installed" "$log" 'every file has its digest'
like "a station was founded" "$log" 'FOUNDING PAGE of station K1, site lab.test'
unlike "no part of the installation complained" "$log" '^(dpkg|E|W): |[Ff]ailed to|Traceback'
diag "$(grep '^make-station:' "$top/$made/install.log")"

# --- the system -----------------------------------------------------------------------
like "Debian's kernel 6.1" "$(inside 'uname -r')" '^6\.1\.'
is "with Landlock ABI 2" "$(inside 'sandbox_probe abi')" 2
like "with AppArmor" "$(inside 'cat /sys/kernel/security/lsm')" 'apparmor'
is "no unit failed" "$(inside 'systemctl --failed --plain --no-legend')" ""
is "no kernel message but the boot's says that something was denied" \
    "$(inside 'journalctl -b -k -q -o cat --no-pager' | grep -E 'DENIED|segfault|type=1326')" ""
for unit in clamav-daemon.service clamav-freshclam.service; do
	no "$unit is off" inside "systemctl is-enabled -q $unit"
done

# --- services under their own users ------------------------------------------------------
ok "every service is active" wait_for 30 all_active
# One question for all: a line each of unit, state, user, capabilities, privileges, seccomp.
cat >"$work/services" <<'END'
for unit in SERVICES; do
	pid=$(systemctl show -p MainPID --value $unit)
	echo "$unit $(systemctl is-active $unit) $(ps -o user:32= -p $pid)" \
	    "$(sed -n 's/^CapEff:.//p; s/^NoNewPrivs:.//p; s/^Seccomp:.//p' /proc/$pid/status | tr '\n' ' ')"
done
END
services=$(guest run "$(sed "s/SERVICES/$services/" "$work/services")" </dev/null)
while read -r unit user; do
	like "$unit runs as $user, without capabilities, behind seccomp" "$services" \
	    "^$unit active $user 0000000000000000 1 2 "
done <<END
sallyportd sallyport
sallyport-vault sallyport-vault
sallyport-ledger sallyport-ledger
sallyport-stager sallyport-stager
sallyport-screens sallyport-officer
sallyport-clamd sallyport-clamd
END
is "nothing of ours runs as root" "$(inside 'ps -eo user:32=,comm=' | grep -E 'sallyport|scan-' | grep '^root ')" ""
like "the engine is confined by its own profile" \
    "$(inside 'cat /proc/$(systemctl show -p MainPID --value sallyport-clamd)/attr/current')" '^sallyport-clamd \(enforce\)'
is "nobody listens on a network" "$(inside 'cat /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6' | grep -vc 'sl ')" 0

# --- the walls between them ------------------------------------------------------------------
# Lines of USER COMMAND: a shell of that user tries it.  One program of the
# guest does them all; it prints those that were not refused, and their number.
cat >"$work/walls" <<'END'
sallyport echo x >/var/lib/sallyport/share/x
sallyport mkdir /var/lib/sallyport/share/transfers/x
sallyport ls /var/lib/sallyport/ledger
sallyport cat /var/lib/sallyport/ledger/ledger.db
sallyport echo x >/var/lib/sallyport/ledger/x
sallyport ls /var/lib/sallyport/vault
sallyport echo x >/var/lib/sallyport/vault/x
sallyport ls /var/lib/sallyport/keys
sallyport mv /var/lib/sallyport/keys /var/lib/sallyport/keys2
sallyport rm /var/lib/sallyport/station.conf
sallyport echo x >>/var/lib/sallyport/station.conf
sallyport-officer ls /var/lib/sallyport/vault
sallyport-officer ls /var/lib/sallyport/ledger
sallyport-officer ls /var/lib/sallyport/work
sallyport-officer echo x >/var/lib/sallyport/share/x
sallyport-officer head -c 1 /dev/vda
sallyport-officer echo x >/var/lib/sallyport/x
sallyport-vault ls /var/lib/sallyport/keys
sallyport-vault ls /var/lib/sallyport/ledger
sallyport-vault echo x >/var/lib/sallyport/share/x
sallyport-ledger ls /var/lib/sallyport/vault
sallyport-ledger ls /var/lib/sallyport/keys
sallyport-ledger echo x >/var/lib/sallyport/share/x
sallyport-stager ls /var/lib/sallyport/ledger
sallyport-stager ls /var/lib/sallyport/vault
sallyport-stager ls /var/lib/sallyport/keys
sallyport-clamd ls /var/lib/sallyport/vault
sallyport-clamd ls /var/lib/sallyport/ledger
sallyport-clamd echo x >/var/lib/sallyport-clamd/x
nobody ls /var/lib/sallyport/run
nobody cat /dev/vcs1
sallyport-officer cat /dev/vcsa1
END
cat >"$work/connect.pl" <<'END'
use Socket;
socket(my $s, AF_UNIX, 5, 0) or die;
exit(connect($s, pack_sockaddr_un($ARGV[0])) ? 0 : 1);
END
guest put "$work/connect.pl" /tmp/connect.pl
# Each socket is for the one user of its role.
for socket in ledger-desk ledger-stager vault-desk vault-parent vault-stager stager-desk stager-parent; do
	for user in sallyport sallyport-stager sallyport-officer sallyport-vault sallyport-ledger nobody; do
		case $socket,$user in
		*-stager,sallyport-stager | *-desk,sallyport | *-parent,sallyport) ;;
		*) echo "$user perl /tmp/connect.pl /run/sallyport/$socket" ;;
		esac
	done
done >>"$work/walls"
guest put "$work/walls" /tmp/walls
cat >"$work/try" <<'END'
chmod 644 /tmp/connect.pl /tmp/walls
while read -r user command; do
	n=$((n + 1))
	! setpriv --reuid=$user --regid=$user --init-groups sh -c "$command" >/dev/null 2>&1 </dev/null ||
	    echo "$user can: $command"
done </tmp/walls
echo "$n tried"
END
# The same way, what must be possible is.
is "every wall between the users stands" "$(guest run -t 900 "$(cat "$work/try")" </dev/null)" \
    "$(wc -l <"$work/walls") tried"
is "while each can use what is its own" "$(guest run 'for u in vault ledger stager; do
	setpriv --reuid=sallyport-$u --regid=sallyport-$u --init-groups ls /var/lib/sallyport/$u >/dev/null && echo $u; done' </dev/null)" \
    "$(printf 'vault\nledger\nstager')"
is "sockets are for one user each" "$(inside 'stat -c "%a" /run/sallyport/* | sort -u')" 600

# --- the sandbox of every program on this kernel (R16) ----------------------------------------
cat >"$work/sandboxes" <<'END'
mkdir -p /tmp/probe/dir
echo secret >/tmp/probe/readable
chown -R sallyport /tmp/probe
user_of() { # PROGRAM
	case $1 in
	sallyport-vault | sallyport-ledger | sallyport-stager) echo $1 ;;
	sallyport) echo sallyport-officer ;;
	*) echo sallyport ;;
	esac
}
for path in /usr/bin/sallyport /usr/bin/sallyport-verify /usr/libexec/sallyport/*; do
	program=${path##*/}
	# the one starts the scanner it tries, the other is a script in the sandbox of its unit
	case $program in sallyport-check | sallyport-clamd-sets) continue ;; esac
	set -- $path
	case $program in
	sallyport-desk | sallyport-vault | sallyport-ledger | sallyport-stager) set -- $path -d /var/lib/sallyport ;;
	esac
	user=$(user_of $program)
	setpriv --reuid=$user --regid=$user --init-groups sh -c '
	    program=$1
	    shift
	    for act in $(sandbox_probe acts); do
		    "$@" -T $act </dev/null 3</dev/null 4</dev/null 5</dev/null 6</dev/null 7</dev/null >/dev/null 2>&1
		    echo "$program $act $?"
	    done' sh $program "$@"
done
for role in $(sandbox_probe roles); do
	setpriv --reuid=sallyport --regid=sallyport --init-groups sandbox_probe $role works /tmp/probe/dir </dev/null >/tmp/probe/out 2>&1 ||
	    tail -n 3 /tmp/probe/out
	echo "works $role $?"
done
END
guest put "$work/sandboxes" /tmp/sandboxes
# The ledger has one writer: the station rests meanwhile.
ok "the station stops" inside 'systemctl stop sallyport.target sallyportd sallyport-screens'
inside -t 1200 'sh /tmp/sandboxes' >"$work/sandboxes.out" 2>&1
ok "and starts again" inside 'systemctl start sallyport.target'
shows "with its sign-in" 'Officer id  \['
programs=$(awk '$1 != "works" && NF == 3 { print $1 }' "$work/sandboxes.out" | sort -u)
is "every program was tried" "$programs" \
    "$(inside 'cd /usr/libexec/sallyport && { ls; printf "sallyport\nsallyport-verify\n"; } |
	grep -vxE "sallyport-(check|clamd-sets)" | sort')"
for program in $programs; do
	is "$program: every forbidden act is stopped" \
	    "$(awk -v p="$program" '$1 == p && $3 != 77 && $3 != 159 { print $2, $3 }' "$work/sandboxes.out")" ""
done
is "what each role needs works" "$(awk '$1 == "works" && $3 != 0' "$work/sandboxes.out")" ""

# --- the station itself -----------------------------------------------------------------------
well() {
	! sallyport doctor | grep -q '^FAIL'
}
wait_for 30 all_active
wait_for 30 well
run as otto doctor
is "doctor finds nothing wrong" "$status $(printf '%s\n' "$out" | grep -E 'FAIL')" "0 "
diag "$out"
run inside 'runuser -u sallyport-ledger -- sallyport verify'
is "the record verifies" "$status" 0
done_testing
