#!/bin/sh
# SPDX-License-Identifier: ISC
# A disk that is really full: vault, work, ledger, share, before each step that
# writes there; at many more moments in long_space.t.
. "$(dirname "$0")/rooms.sh"
FILLS=${FILLS:-vault:intake:0 work:intake:0 ledger:intake:0 ledger:submit:0 work:decide:0
    share:approve:0 ledger:approve:0 share:close:0}
. "$top/tests/e2e/fills.sh"
done_testing
