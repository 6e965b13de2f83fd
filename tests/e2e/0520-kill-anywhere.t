#!/bin/sh
# SPDX-License-Identifier: ISC
# kill -9 of any program at any moment of whole transfers, twelve times; two
# hundred times in long_kill.t.
. "$(dirname "$0")/lib.sh"
KILLS=${KILLS:-12}
. "$top/tests/e2e/kills.sh"
done_testing
