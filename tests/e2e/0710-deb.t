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
for program in usr/bin/sallyport usr/bin/sallyport-verify usr/sbin/sallyportd usr/sbin/sallyport-kiosk usr/sbin/sallyport-ports \
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
for package in libc6 libsodium23 libsqlite3-0 libtsk19 libcryptsetup12 libncursesw6 clamav clamav-daemon gpgv systemd udev apparmor kbd; do
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

# --- an upgrade, as dpkg runs it: systemctl and runuser say what they are asked --------------
mkdir -p "$work/said" "$work/st/ledger" "$work/st/share/transfers"
: >"$work/st/ledger/ledger.db"
: >"$work/st/station.conf"
cat >"$work/said/systemctl" <<'END'
#!/bin/sh
case $* in
"-q is-active "*) grep -qx "$3" "$ACTIVE" ;;
"stop sallyport-screens.service") sed -i /screens/d "$ACTIVE" && echo "$*" >>"$ASKED" ;;
*) echo "$*" | cut -d' ' -f1-2 >>"$ASKED" ;;
esac
END
cat >"$work/said/runuser" <<'END'
#!/bin/sh
echo verify >>"$ASKED"
END
chmod 755 "$work/said/systemctl" "$work/said/runuser"
script() { # SCRIPT ARGUMENTS...
	: >"$work/asked"
	sed "s,/var/lib/sallyport,$work/st,; s,/run/sallyport-upgrade,$work/upgrade,; s,/run/systemd/system,$work,
	    s,^\\(systemd-sysusers\\|systemd-tmpfiles\\|apparmor_parser\\).*,:," "$work/root/DEBIAN/$1" >"$work/script"
	shift
	PATH=$work/said:$PATH ACTIVE=$work/active ASKED=$work/asked dash "$work/script" "$@"
}
all='sallyport.target
sallyport-clamd.service
sallyportd.service
sallyport-stager.service
sallyport-screens.service'
echo "$all" >"$work/active"
mkdir "$work/st/share/transfers/.K1-000007.part"
refused "an upgrade waits for a release" 1 'K1-000007 is being released' script prerm upgrade 2
is "the screens stop before it is looked for, and are started again" "$(cat "$work/asked")" "stop sallyport-screens.service
start sallyport-screens.service"
echo "$all" >"$work/active"
refused "the new package waits for it too" 1 'K1-000007 is being released' script preinst upgrade 1
is "with the screens started again" "$(cat "$work/asked")" "stop sallyport-screens.service
start sallyport-screens.service"
ok "nothing is remembered of it" test ! -e "$work/upgrade"
rmdir "$work/st/share/transfers/.K1-000007.part"
echo "$all" >"$work/active"
ok "without one the old package lets go" script prerm upgrade 2
is "and has stopped the screens alone" "$(cat "$work/asked")" "stop sallyport-screens.service"
ok "the new one comes" script preinst upgrade 1
is "when all stands still and the ledger is whole" "$(cat "$work/asked")" "stop sallyport.target
verify"
is "what ran is started again afterwards, the screens too" "$(sort "$work/upgrade" | tr '\n' ' ')" \
    "sallyport-clamd.service sallyport-screens.service sallyport.target sallyportd.service "

# --- the offline folder: what was downloaded is what the mirror's lists name ------------------
# An apt whose mirror has one package; `bad` is a mirror, or somebody at the cache, that gives another.
mkdir -p "$work/libx/DEBIAN" "$work/mirror" "$work/apt"
printf 'Package: libx\nVersion: 1:2.0\nArchitecture: all\nMaintainer: x <x@x>\nDescription: x\n' >"$work/libx/DEBIAN/control"
must dpkg-deb --build "$work/libx" "$work/mirror/good" >/dev/null
cp "$work/mirror/good" "$work/mirror/served"
cat >"$work/apt/apt-get" <<'END'
#!/bin/sh
case $* in
*--simulate*) echo 'Inst libx (1:2.0 Debian:12/stable [all])' ;;
*--print-uris*ForceHash=SHA256*) # else it prints MD5
	echo "'http://mirror/pool/libx_2.0_all.deb' libx_1%3a2.0_all.deb $(stat -c %s "$MIRROR/good") SHA256:$(sha256sum <"$MIRROR/good" | cut -d' ' -f1)"
	echo "'file:/x.deb' sallyport_0_all.deb 9 SHA512:00"
	;;
*--download-only*)
	to=$(sed -n 's/^Dir::Cache "\(.*\)";$/\1/p' "$APT_CONFIG")/archives/libx_1%3a2.0_all.deb
	[ -e "$to" ] || cp "$MIRROR/served" "$to"
	;;
esac
END
chmod 755 "$work/apt/apt-get"
version=$(dpkg-deb -f "$deb" Version)
offline() {
	PATH=$work/apt:$PATH MIRROR=$work/mirror REFRESH=${refresh:-} sh share/package/offline.sh "$work/one" "$version" "$work/offline"
}
ok "an offline folder is filled" offline
ok "and is whole" sh -c 'cd "$1" && sha256sum --quiet -c SHA256SUMS' _ "$work/offline"
ok "with what was downloaded" cmp "$work/mirror/good" "$work/offline/packages/libx_2.0_all.deb"
run offline
like "the next one needs no mirror" "$out" 'packages as downloaded on'
cached="$work/one/offline/cache/archives/libx_1%3a2.0_all.deb"
changed() { # the same size, another byte
	chmod 644 "$cached"
	printf X | dd of="$cached" bs=1 seek=100 conv=notrunc status=none
}
changed
run offline
is "a package that was changed in the cache does not get into a folder" \
    "$status $(sha256sum <"$work/offline/packages/libx_2.0_all.deb")" "0 $(sha256sum <"$work/mirror/good")"
changed
refresh=1
run offline
is "nor when newer ones are looked for" "$status $(sha256sum <"$cached")" "0 $(sha256sum <"$work/mirror/good")"
changed
cp "$cached" "$work/mirror/served"
before=$(cat "$work/offline/SHA256SUMS")
refused "nor does what a mirror gives under another's name" 3 'libx.*FAILED|something else than it said' offline
is "the folder stays what it was" "$(cat "$work/offline/SHA256SUMS")" "$before"

# What starts from the folder has been looked at before.
for page in INSTALL UPGRADE; do
	is "$page.md: nothing of the folder runs before every file has its digest" \
	    "$(grep -E '^    .*(sh |\./)install' share/doc/$page.md | sed 's/^ *# *//')" "sha256sum --quiet -c SHA256SUMS && sh install"
done
done_testing
