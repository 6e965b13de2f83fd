#!/bin/sh
# SPDX-License-Identifier: ISC
# A full disk at many moments of whole transfers: vault, work, ledger, share.
. "$(dirname "$0")/rooms.sh"
FILLS=${FILLS:-all}
. "$top/tests/e2e/fills.sh"
done_testing
