# SPDX-License-Identifier: ISC
# Request and answer between two processes, best of five.
"${B:-build/release}"/tests/bench/channel
