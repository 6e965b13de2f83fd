#!/bin/sh
# SPDX-License-Identifier: ISC
# 0100-terminal.t with the sandbox of the screens around ui/term.c: prints the plan (1..) of that.
B=${B:-build/release} exec sh "$(dirname "$0")/0100-terminal.t"
