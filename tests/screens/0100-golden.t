#!/bin/sh
# SPDX-License-Identifier: ISC
# Every script of this folder at its sizes against golden/; after a change on
# purpose: build/asan/tests/screens/play --write tests/screens/*.play, and look
# at the difference.
set -eu
cd "$(dirname "$0")/../.."
exec "${B:-build/asan}/tests/screens/play" tests/screens/*.play
