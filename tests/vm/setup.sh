#!/bin/sh
# SPDX-License-Identifier: ISC
# setup.sh PART: in the guest, as root: what an administrator types from
# INSTALL.md, one part after the other.  setup.sh parts names them.
set -eu
here=$(dirname "$0")
home=/var/lib/sallyport
case $1 in
parts)
	echo install init hand-over ports start people kiosk
	;;
install)
	cd "$here/offline"
	! ip route 2>/dev/null | grep .
	sha256sum --quiet -c SHA256SUMS && sh install
	;;
init)
	# The site's own words instead of the defaults of init.
	# and a policy that asks for no fields: the tests of this guest are about other things
	sed -e '/^fields = /,/;/d' -e '/^fields_optional = /d' -e '/^classification/d' \
	    /usr/share/sallyport/policy/default.policy >/tmp/plain.policy
	runuser -u sallyport -- sallyport init --policy /tmp/plain.policy --site lab.test --station K1 --admin ada --name 'Ada Admin' \
	    --clamd /run/sallyport-clamd/clamd.sock --new-passphrase-fd 9 9<<END >/root/founding-page.txt
ada opens the demo
END
	cat /root/founding-page.txt
	at=$(sed -n 's/^  group \([0-9]*\) of the genesis.*/\1/p' /root/founding-page.txt)
	word=$(sed -n '/^Genesis of the authority log/,/^$/p' /root/founding-page.txt | sed 1d | tr -dc 0-9a-f |
	    cut -c $((4 * at - 3))-$((4 * at)))
	runuser -u sallyport -- sallyport init --word "$word"
	;;
hand-over)
	# First the folders get their owners: until then station.conf is not root's, and in a
	# sticky folder the kernel lets nobody else write it (fs.protected_regular).
	systemd-tmpfiles --create sallyport.conf
	cp $home/station.conf /root/station.conf.init
	# The port is a socket of the machine: what udev calls it.
	sed -i '/^ports/,/^);/d' $home/station.conf
	cat >>$home/station.conf <<END
ports = (
	{ name = "R1"; kind = "block"; path = "pci-0000:00:04.0-usb-0:1"; },
	{ name = "OUT"; kind = "block"; role = "export"; path = "pci-0000:00:04.0-usb-0:2"; }
);
END
	cat $home/station.conf
	cp /usr/share/sallyport/clamav/sallyport-test.ndb /var/lib/sallyport-clamd/
	ls -la $home
	;;
ports)
	sallyport-ports on
	sallyport-ports status
	;;
start)
	systemctl enable --now sallyport.target
	tries=1500
	until runuser -u sallyport-officer -- sallyport status; do
		tries=$((tries - 1))
		[ $tries -gt 0 ]
		sleep 0.2
	done
	systemctl --no-pager status 'sallyport*' | cat
	;;
people)
	as() {
		runuser -u sallyport-officer -- sallyport --as ada --passphrase-fd 9 "$@" 9<<END
ada opens the demo
END
	}
	as authority add otto --name 'Otto Officer' --role officer --new-passphrase-fd 8 8<<END
otto opens the demo
END
	as authority add paula --name 'Paula Officer' --role officer --new-passphrase-fd 8 8<<END
paula opens the demo
END
	as authority requester rita --name 'Rita Requester'
	;;
kiosk)
	sallyport-kiosk on
	install -m 755 "$here/sandbox_probe" /usr/local/bin/
	sync
	;;
*)
	echo "setup.sh: there is no part $1" >&2
	exit 2
	;;
esac
