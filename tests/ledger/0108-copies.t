#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The copy of every entry on a second medium, and backups, as the record tells of them:
both verifiers agree on each."""
import os, shutil, subprocess, sys, tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forge import Forge, judged, top

verify = os.path.join(top, os.environ.get("B", "build/asan"), "bin/sallyport-verify")
tmp = tempfile.mkdtemp(prefix="sp-copies-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
tests = []


def ok(good, name, *details):
    tests.append(good)
    print(f"{'ok' if good else 'not ok'} {len(tests)} - {name}", flush=True)
    for d in details if not good else ():
        print("# " + str(d).replace("\n", "\n# "))


def both(f):
    path = f.write(tmp + "/l")
    p = subprocess.run([verify, path], capture_output=True, text=True, timeout=120)
    return (p.returncode, p.stdout + p.stderr), judged(path)


def accepted(name, f):
    one, two = both(f)
    ok(one[0] == 0 and two[0] == 0, name, *one, *two)


def refused(name, f, reason, log="custody"):
    one, two = both(f)
    place = f"entry {len(f.logs[log]) - 1} of the {log} log"
    ok(one[0] == 1 and place in one[1], f"verify: {name}", place, *one)
    ok(two[0] == 1 and two[1].startswith(f"UNTRUE [{reason}] {place}"), f"audit.py: {name}: {reason}", place, *two)


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

shutil.rmtree(tmp)
print(f"1..{len(tests)}")
sys.exit(0 if all(tests) else 1)
