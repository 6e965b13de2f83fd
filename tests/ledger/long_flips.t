#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""5,000 single bits: sallyport-verify and audit.py agree on every one."""
import os, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from flips import flips

bad = flips(int(os.environ.get("FLIPS", "5000")), "build/release")
print("1..2")
sys.exit(1 if bad else 0)
