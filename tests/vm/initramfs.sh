#!/bin/sh
# SPDX-License-Identifier: ISC
# initramfs.sh TREE FILE: an initramfs for the kernel of a Debian tree that
# does nothing but mount /dev/vda, a virtio disk with ext4, and go on there.
set -eu
tree=$1
file=$2
work=$file.d
kernel=$(ls "$tree/lib/modules")
rm -rf "$work"
mkdir -p "$work/bin" "$work/dev" "$work/root" "$work/modules"
cp "$tree/bin/busybox" "$work/bin/"

# Modules in the order in which they load.
for m in virtio_pci virtio_blk crc32c_generic ext4; do
	chroot "$tree" modprobe -S "$kernel" --show-depends $m
done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' |
    while read -r path; do
	cp "$tree$path" "$work/modules/"
	echo "insmod /modules/${path##*/}"
done >"$work/load"

cat >"$work/init" <<'END'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t devtmpfs dev /dev
. /load
tries=200
while [ ! -b /dev/vda ] && [ $tries -gt 0 ]; do
	tries=$((tries - 1))
	usleep 50000
done
mount -t ext4 /dev/vda /root
mount --move /dev /root/dev
exec switch_root /root /sbin/init
END
chmod 755 "$work/init"
# cpio comes with Debian's own initramfs-tools.
mv "$work" "$tree/initramfs"
(cd "$tree/initramfs" && find . | LC_ALL=C sort) |
    chroot "$tree" sh -c 'cd /initramfs && cpio -o -H newc --quiet' >"$file"
rm -rf "$tree/initramfs"
