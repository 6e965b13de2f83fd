#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The copy of every entry on a second medium, and backups, as the record tells of them:
both verifiers agree on each."""
import os, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from answers import accepted, end, refused
from forge import Forge


def told(*entries):
    f = Forge().settle()
    for type, data in entries:
        f.add("custody", type, "station", "K1", data(f) if callable(data) else data)
    return f


def failed(kind="write", why="w"):
    return "copy.failed", {"kind": kind, "why": why}


def whole(entries=1):
    return "copy.whole", {"entries": entries}


ALL = whole()[0], lambda f: {"entries": len(f.logs["custody"]) + len(f.logs["authority"])}
accepted("a copy that failed, was whole, and failed", told(failed(), ALL, failed("removed")))
accepted("a copy from the beginning", told(ALL))
for kind in ("changed", "another"):
    accepted(f"it is {kind}", told(failed(kind)))
refused("it failed twice", told(failed(), failed()), "copy")
refused("it is whole twice", told(ALL, ALL), "copy")
refused("it failed for another reason", told(failed("broken")), "copy")
accepted("a why of 300 bytes", told(failed(why="w" * 300)))
refused("of 301", told(failed(why="w" * 301)), "copy")
refused("of none", told(failed(why="")), "copy")
refused("a copy of nothing", told(whole(0)), "copy")


def backup(**other):
    return "backup.made", lambda f: {"sha256": "0" * 64, **f.head("custody"), **other}


accepted("a backup", told(backup()))
refused("of nothing", told(backup(size=0)), "anchor")
refused("of more than there is", told(backup(size=9)), "anchor")
refused("of another history", told(backup(root="1" * 64)), "anchor")

end()
