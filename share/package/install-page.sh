#!/bin/sh
# SPDX-License-Identifier: ISC
# install-page.sh: share/doc/INSTALL.md as plain text.
# Headings are underlined, backquotes go, the rest is readable as it is.
set -eu
cd "$(dirname "$0")/../.."
awk '/^#+ / { sub(/^#+ /, ""); gsub(/`/, ""); print; gsub(/./, NR == 1 ? "=" : "-"); print; next }
	/^    / { print; next }
	{ gsub(/`/, ""); gsub(/\*\*/, ""); print }' share/doc/INSTALL.md
