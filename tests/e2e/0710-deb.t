#!/bin/sh
# SPDX-License-Identifier: ISC
# make deb: what is in the package, whose it is, what it asks for; twice the
# same bytes; and its programs start from wherever it is unpacked.
. "$(dirname "$0")/lib.sh"

deb_into() { # FOLDER: from the tree that is already built
	env -u MAKEFLAGS make -s --no-print-directory -o all MAKE='make -o all' TREE=release B="$B" OUT="$1" deb
}
must deb_into "$work/one"
deb=$(ls "$work"/one/*.deb)
like "the package bears version and architecture" "${deb##*/}" '^sallyport_[0-9.]+_[a-z0-9]+\.deb$'

# Later, with another umask, in another time zone and from another order of files.
(umask 077 && TZ=Asia/Tokyo deb_into "$work/two" >"$work/two.log" 2>&1) || fail "a second build" "$(cat "$work/two.log")"
ok "the same sources give the same bytes" cmp "$deb" "$work/two/${deb##*/}"

# --- contents ------------------------------------------------------------------------
list=$(dpkg-deb -c "$deb")
is "everything belongs to root" "$(printf '%s\n' "$list" | awk '$2 != "root/root"')" ""
is "nothing is setuid, setgid, sticky or writable by others" \
    "$(printf '%s\n' "$list" | awk '$1 ~ /[sStT]/ || substr($1, 6, 1) == "w" || substr($1, 9, 1) == "w"')" ""
is "nothing but programs, folders and texts" "$(printf '%s\n' "$list" | awk '$1 !~ /^(-rwxr-xr-x|drwxr-xr-x|-rw-r--r--)$/')" ""
is "all times are of the last commit" "$(printf '%s\n' "$list" | awk '{ print $4, $5 }' | sort -u | wc -l)" 1
is "nothing goes where a site or the state of a station is" \
    "$(printf '%s\n' "$list" | awk '{ print $6 }' | grep -E '^\./(usr/local|var|home|opt|run|tmp)/')" ""
must dpkg-deb -R "$deb" "$work/root"
for program in usr/bin/sallyport usr/bin/sallyport-verify usr/sbin/sallyportd usr/sbin/sallyport-kiosk \
    usr/libexec/sallyport/sallyport-ledger usr/libexec/sallyport/scan-av; do
	ok "$program is a program" test -x "$work/root/$program"
done
for file in usr/lib/systemd/system/sallyport.target usr/lib/sysusers.d/sallyport.conf usr/lib/tmpfiles.d/sallyport.conf \
    usr/share/doc/sallyport/copyright usr/share/doc/sallyport/INSTALL.md usr/share/doc/sallyport/KIOSK.md \
    usr/share/man/man1/sallyport.1.gz usr/share/man/man8/sallyport-kiosk.8.gz usr/share/sallyport/kiosk/files; do
	ok "$file is there" test -r "$work/root/$file"
done
for program in "$work"/root/usr/bin/* "$work"/root/usr/libexec/sallyport/*; do
	unlike "${program##*/} is stripped" "$(readelf -SW "$program")" '\.symtab|\.debug_info'
done
is "manual pages are packed without name and time" \
    "$(find "$work/root/usr/share/man" -name '*.gz' -exec sh -c 'xxd -s 3 -l 5 -p "$1"' _ {} \; | sort -u)" 0000000000
is "there is no path of this machine in the programs" \
    "$(grep -l "$top" "$work"/root/usr/bin/* "$work"/root/usr/sbin/* "$work"/root/usr/libexec/sallyport/*)" ""

# --- what it asks for, what it runs ------------------------------------------------------
depends=$(dpkg-deb -f "$deb" Depends)
for package in libc6 libsodium23 libsqlite3-0 libtsk19 libncursesw6 clamav-daemon systemd udev apparmor kbd; do
	like "it depends on $package" "$depends" "(^|, )$package( |,|\$)"
done
unlike "it does not depend on what only builds it" "$depends" '(-dev|gcc|make|clang)( |,|$)'
is "what an administrator may change is kept by dpkg" \
    "$(cd "$work/root" && find etc -type f | sed 's,^,/,' | sort)" "$(sort "$work/root/DEBIAN/conffiles")"
ok "checksums hold" sh -c 'cd "$1" && md5sum --quiet -c DEBIAN/md5sums' _ "$work/root"
for script in preinst postinst prerm postrm; do
	ok "$script is a script of /bin/sh" dash -n "$work/root/DEBIAN/$script"
done
scripts=$(cat "$work"/root/DEBIAN/p*)
unlike "no station is started at the first installation" "$scripts" '^[[:space:]]*systemctl .*(enable|start sallyport)'
unlike "no script removes what a station holds" "$scripts" 'rm .*(/var/lib/sallyport|\$home)'

# --- unpacked anywhere ---------------------------------------------------------------------
like "sallyport starts" "$("$work/root/usr/bin/sallyport" --version)" "^sallyport $(dpkg-deb -f "$deb" Version)\$"
run "$work/root/usr/bin/sallyport-verify" -h
like "sallyport-verify starts" "$out$err" 'sallyport-verify'
refused "a tree of sanitizers is not packed" 2 'release tree' \
    env OUT="$work/three" B=build/asan VERSION=0 MAKE=make sh share/package/deb.sh
refused "an offline folder wants a place" 2 'say where' sh share/package/offline.sh "$work/one" 0 ''
mkdir "$work/taken" && : >"$work/taken/thesis.odt"
refused "an offline folder does not replace anything else" 2 'holds something else' \
    sh share/package/offline.sh "$work/one" 0 "$work/taken"
done_testing
