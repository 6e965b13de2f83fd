#!/bin/sh
# SPDX-License-Identifier: ISC
# install: checks this folder and installs Sallyport from it, with what it
# needs.  Nothing is fetched from anywhere else.  As root, on Debian 12.
set -eu
cd "$(dirname "$0")"
if [ "$(id -u)" -ne 0 ]; then
	echo "install: installing packages is root's: run it as root" >&2
	exit 2
fi
if ! sha256sum --quiet -c SHA256SUMS; then
	echo "install: the files above are not as they were made; nothing was installed: copy the folder again" >&2
	exit 1
fi
echo "install: every file has its digest.  SHA256SUMS itself: $(sha256sum <SHA256SUMS | cut -d' ' -f1)"
. /etc/os-release
if [ "${VERSION_CODENAME:-}" != "$(cat release)" ]; then
	echo "install: this folder is for Debian $(cat release), and this machine says ${VERSION_CODENAME:-nothing}: nothing was installed" >&2
	exit 1
fi

# An apt that knows this folder alone.
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$tmp/lists/partial" "$tmp/cache/archives/partial" "$tmp/none"
ln -s "$PWD" "$tmp/folder"
echo "deb [trusted=yes] file:$tmp/folder ./" >"$tmp/sources.list"
cat >"$tmp/apt.conf" <<END
Dir::Etc::SourceList "$tmp/sources.list";
Dir::Etc::SourceParts "$tmp/none";
Dir::State::lists "$tmp/lists";
Dir::Cache "$tmp/cache";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
Acquire::Languages "none";
DPkg::Options { "--force-confdef"; "--force-confold"; };
END
APT_CONFIG=$tmp/apt.conf
DEBIAN_FRONTEND=noninteractive
export APT_CONFIG DEBIAN_FRONTEND
apt-get -qq update
apt-get -q -y install "$@" sallyport
echo "install: done.  Next: INSTALL.txt, \"The station\"."
