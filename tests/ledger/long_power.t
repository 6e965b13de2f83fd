#!/bin/sh
# SPDX-License-Identifier: ISC
# 10,000 states after a loss of power.
cd "$(dirname "$0")/../.." || exit 3
B=${LONG_B:-build/release} STATES=10000 exec tests/ledger/0220-power.t
