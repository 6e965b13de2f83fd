#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A few hundred single bits; long_flips.t turns 5,000."""
import os, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from flips import flips

bad = flips(int(os.environ.get("FLIPS", "300")), os.environ.get("B", "build/asan"))
print("1..2")
sys.exit(1 if bad else 0)
