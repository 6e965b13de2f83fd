#!/bin/sh
# SPDX-License-Identifier: ISC
# kill -9 of any program at any moment of whole transfers, two hundred times.
. "$(dirname "$0")/lib.sh"
KILLS=${KILLS:-200}
. "$top/tests/e2e/kills.sh"
done_testing
