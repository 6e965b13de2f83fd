#!/bin/sh
# SPDX-License-Identifier: ISC
# Makes $OUT/sallyport_VERSION_ARCH.deb from `make install` of the tree $B.
# The same sources and tools give the same bytes, wherever the tree lies.
# Called by `make deb`, which sets B, OUT, VERSION and MAKE.  Needs no root.
set -eu
cd "$(dirname "$0")/../.."
umask 022
LC_ALL=C.UTF-8
export LC_ALL
sh share/demo/need check package
case $B in
*asan*)
	echo "make deb: $B is a tree of sanitizers, without sandboxes: give the release tree (TREE=release)" >&2
	exit 2
	;;
esac

stage=$OUT/deb
root=$stage/root
arch=$(dpkg --print-architecture)
deb=$OUT/sallyport_${VERSION}_$arch.deb
doc=$root/usr/share/doc/sallyport

# The time of everything: of the last commit, else of the newest source.
epoch=${SOURCE_DATE_EPOCH:-$(git -c safe.directory='*' log -1 --format=%ct 2>/dev/null ||
    find Makefile src scanners db ui share -type f -printf '%T@\n' | sort -n | tail -n 1 | cut -d. -f1)}
SOURCE_DATE_EPOCH=$epoch
export SOURCE_DATE_EPOCH

rm -rf "$stage"
mkdir -p "$stage/debian" "$root"
$MAKE --no-print-directory -s TREE=release B="$B" DESTDIR="$root" prefix=/usr install

# Programs without symbols; the build's own id hangs on the folder it was made in.
find "$root/usr/bin" "$root/usr/sbin" "$root/usr/libexec" -type f | while read -r f; do
	[ "$(head -c 4 "$f" | tail -c 3)" != ELF ] || strip --remove-section=.comment \
	    --remove-section=.note.gnu.build-id --strip-all "$f"
done
find "$root/usr/share/man" -type f ! -name '*.gz' -exec gzip -9n {} +
mv "$doc/LICENSE" "$doc/copyright"

# Libraries by their symbols, from the programs themselves.
printf 'Source: sallyport\n\nPackage: sallyport\nArchitecture: any\n' >"$stage/debian/control"
# shellcheck disable=SC2046
libraries=$(cd "$stage" && dpkg-shlibdeps -O --ignore-missing-info $(find root/usr -type f -perm -100 |
    while read -r f; do [ "$(head -c 4 "$f" | tail -c 3)" != ELF ] || echo "-e$f"; done | sort) 2>shlibdeps.log |
    sed -n 's/^shlibs:Depends=//p')
if [ -z "$libraries" ]; then
	cat "$stage/shlibdeps.log" >&2
	echo "make deb: dpkg-shlibdeps named no library: look at the lines above" >&2
	exit 3
fi

control=$root/DEBIAN
mkdir "$control"
size=$(find "$root/usr" "$root/etc" -type f -printf '%s\n' 2>/dev/null | awk '{ k += int(($1 + 1023) / 1024) } END { print k }')
sed "s/@VERSION@/$VERSION/; s/@ARCH@/$arch/; s/@SIZE@/$size/; s/@LIBRARIES@/$libraries/" share/package/control >"$control/control"
for script in preinst postinst prerm postrm; do
	sed '/^# @standstill@$/ { r share/package/standstill
	d; }' "share/package/$script" >"$control/$script"
	chmod 755 "$control/$script"
done
# What an administrator may change.
(cd "$root" && find etc -type f 2>/dev/null | LC_ALL=C sort | sed 's,^,/,') >"$control/conffiles"
[ -s "$control/conffiles" ] || rm "$control/conffiles"
(cd "$root" && find usr -type f | LC_ALL=C sort | xargs md5sum) >"$control/md5sums"
chmod 644 "$control/md5sums" "$control/control"

find "$root" -exec touch -h -d "@$epoch" {} +
rm -f "$deb"
dpkg-deb --root-owner-group --threads-max=1 -Zxz --build "$root" "$deb" >/dev/null
printf '%s  %s bytes  sha256 %s\n' "$deb" "$(stat -c %s "$deb")" "$(sha256sum <"$deb" | cut -d' ' -f1)"
