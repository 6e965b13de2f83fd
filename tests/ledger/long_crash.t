#!/bin/sh
# SPDX-License-Identifier: ISC
# Killed at every system call of an append, and told EIO and ENOSPC by each.
cd "$(dirname "$0")/../.." || exit 3
B=${LONG_B:-build/release} POINTS=all exec tests/ledger/0200-crash.t
