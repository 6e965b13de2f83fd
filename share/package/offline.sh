#!/bin/sh
# SPDX-License-Identifier: ISC
# offline.sh OUT VERSION DIR
# Gathers in DIR the package that deb.sh left in OUT, every package that an empty
# Debian of this release needs for it, an index for apt, SHA256SUMS, INSTALL.txt
# and the script `install`.
# apt works in a state folder of its own below OUT/offline and with the
# machine's sources; needs no root.  What was downloaded stays there: as long
# as the package asks for the same, the next run needs no network.
# REFRESH=1 asks the mirrors again.
set -eu
cd "$(dirname "$0")/../.."
umask 022
LC_ALL=C.UTF-8
export LC_ALL
OUT=$1
deb=$1/sallyport_$2_$(dpkg --print-architecture).deb
dir=$3
if [ -z "$dir" ]; then
	echo "make dist-offline: say where: make dist-offline DIR=/media/stick/sallyport" >&2
	exit 2
fi
if [ -e "$dir" ] && [ ! -e "$dir/SHA256SUMS" ] && [ -n "$(ls -A "$dir")" ]; then
	echo "make dist-offline: $dir holds something else: give an empty folder or an earlier one of these" >&2
	exit 2
fi
mkdir -p "$OUT/offline"
state=$(cd "$OUT/offline" && pwd)
deb=$(cd "$(dirname "$deb")" && pwd)/$(basename "$deb")

# --- the closure, as apt resolves it ------------------------------------------------
# Nothing is installed as far as this apt knows; Debian's packages win over those
# of any other source of the machine.
mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$state/etc"
: >"$state/status"
printf 'Package: *\nPin: release o=Debian\nPin-Priority: 990\n' >"$state/etc/preferences"
cat >"$state/apt.conf" <<END
Dir::State "$state";
Dir::State::lists "$state/lists";
Dir::State::status "$state/status";
Dir::Cache "$state/cache";
Dir::Etc::preferences "$state/etc/preferences";
Dir::Etc::preferencesparts "$state/etc/none";
Dir::Log "$state";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::Retries "2";
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
END
asked() { # what the closure was made for
	echo "$(dpkg --print-architecture) $(. /etc/os-release && echo "$VERSION_CODENAME")"
	dpkg-deb -f "$deb" Depends
}
APT_CONFIG=$state/apt.conf
export APT_CONFIG
apt() { # VERB...: says what is wrong when no mirror answers
	if ! apt-get -q "$@" >"$state/apt.log" 2>&1; then
		tail -n 8 "$state/apt.log" | sed 's/^/    /' >&2
		cat >&2 <<END
make dist-offline: apt could not get what an empty Debian needs: the lines above are its own.
It uses the sources of this machine (/etc/apt).  Run this where a Debian mirror can be
reached, or point those sources at one; what was downloaded stays in $OUT/offline.
END
		exit 3
	fi
}
# Every package of the closure lies there as the signed lists of the mirror say.
have() {
	[ -s "$state/closure" ] && [ "$(cat "$state/asked" 2>/dev/null)" = "$(asked)" ] || return 1
	[ "$(cut -c 67- "$state/digests" 2>/dev/null)" = "$(cat "$state/closure")" ] || return 1
	(cd "$state/cache/archives" && sha256sum --quiet -c "$state/digests") 2>/dev/null >"$state/changed"
}
if [ -z "${REFRESH:-}" ] && have; then
	echo "packages as downloaded on $(date -u -r "$state/closure" '+%Y-%m-%d %H:%M UTC') (REFRESH=1 looks for newer ones)"
else
	rm -f "$state/closure" "$state/asked" "$state/digests"
	apt update -o APT::Update::Error-Mode=any
	apt install -y --no-install-recommends --simulate "$deb"
	sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) [^)]*\[\([a-z0-9]*\)\].*/\1_\2_\3.deb/p' "$state/apt.log" | sed 's/:/%3a/' |
	    grep -vxF "$(basename "$deb")" | LC_ALL=C sort >"$state/closure"
	# What apt knows of each, also of those that were downloaded before: it looks at their size alone.
	mkdir -p "$state/none/partial"
	apt install -y --no-install-recommends --print-uris -o Acquire::ForceHash=SHA256 -o Dir::Cache::archives="$state/none" "$deb"
	sed -n "s/^'[^']*' \([^ ]*\.deb\) [0-9]* SHA256:\([0-9a-f]\{64\}\)\$/\2  \1/p" "$state/apt.log" |
	    LC_ALL=C sort -k 2 >"$state/digests"
	while read -r digest file; do
		echo "$digest  $state/cache/archives/$file" | sha256sum --status -c 2>/dev/null || rm -f "$state/cache/archives/$file"
	done <"$state/digests"
	apt install -y --no-install-recommends --download-only "$deb"
	find "$state/cache/archives" -maxdepth 1 -name '*.deb' -printf '%f\n' |
	    grep -vxFf "$state/closure" | while read -r old; do rm -f "$state/cache/archives/$old"; done || :
	asked >"$state/asked"
	have || {
		sed 's/^/    /' "$state/changed" >&2 2>/dev/null || :
		echo "make dist-offline: apt downloaded something else than it said: remove $state, and try again" >&2
		exit 3
	}
fi

# --- the folder -----------------------------------------------------------------------
new=$dir.new.$$
trap 'rm -rf "$new"' EXIT
rm -rf "$new"
mkdir -p "$new/packages"
cp "$deb" "$new/packages/"
while read -r file; do # libfoo_1%3a2.0_amd64.deb: without the epoch, as in Debian's own pool
	cp "$state/cache/archives/$file" "$new/packages/$(printf '%s\n' "$file" | sed 's/_[0-9]*%3a/_/')"
done <"$state/closure"
(cd "$new" && dpkg-scanpackages packages /dev/null 2>"$state/scan.log" >Packages) || {
	cat "$state/scan.log" >&2
	exit 3
}
# apt asks for no more than what this names.
printf 'Origin: Sallyport\nDate: Thu, 01 Jan 1970 00:00:00 UTC\nSHA256:\n %s %s Packages\n' "$(sha256sum <"$new/Packages" | cut -d' ' -f1)" \
    "$(stat -c %s "$new/Packages")" >"$new/Release"
sh share/package/install-page.sh >"$new/INSTALL.txt"
(. /etc/os-release && echo "$VERSION_CODENAME") >"$new/release"
install -m 755 share/package/install.sh "$new/install"
(cd "$new" && find . -type f ! -name SHA256SUMS -printf '%P\n' | LC_ALL=C sort | xargs sha256sum >SHA256SUMS)
# A folder is replaced, not mixed; the mount point of a stick stays what it is.
mkdir -p "$dir"
find "$dir" -mindepth 1 -delete
cp -R "$new/." "$dir/"
printf '%s: %s packages, %s\n' "$dir" "$(grep -c ^Package: "$dir/Packages")" "$(du -sh "$dir" | cut -f1)"
printf 'SHA256SUMS itself, to carry on paper: %s\n' "$(sha256sum <"$dir/SHA256SUMS" | cut -d' ' -f1)"
