# SPDX-License-Identifier: ISC
"""What the tests of both verifiers share: each is asked about a record, and a test is
that both take it, or that both refuse it, the second one by the named rule."""
import os, shutil, subprocess, sys, tempfile

from forge import judged, top

build = os.path.join(top, os.environ.get("B", "build/asan"))
verify = os.path.join(build, "bin/sallyport-verify")
tmp = tempfile.mkdtemp(prefix="sp-ledger-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
tests = []


def ok(good, name, *details):
    tests.append(good)
    print(f"{'ok' if good else 'not ok'} {len(tests)} - {name}", flush=True)
    for d in details if not good else ():
        print("# " + str(d).replace("\n", "\n# "))


def run(*command):
    p = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return p.returncode, p.stdout + p.stderr


def both(record, *options):
    """Status and words of sallyport-verify and of audit.py."""
    path = record if isinstance(record, str) else record.write(tmp + "/l")
    return run(verify, *options, path), judged(*options, path)


def accepted(name, record, *options, words="", first=""):
    """By both; audit.py says these words, and sallyport-verify the first."""
    one, two = both(record, *options)
    ok(one[0] == two[0] == 0 and first in one[1] and words in two[1], name, *one, *two)


def refused(name, record, reason, *options, words="", log=None, seq=None):
    """By audit.py under this name, by sallyport-verify in these words; of one epoch at the entry made last, or this one."""
    one, two = both(record, *options)
    place = ""
    if not isinstance(record, str) and not record.earlier and not options:
        log = log or record.latest
        place = f"entry {len(record.logs[log]) - 1 if seq is None else seq} of the {log} log"
    ok(one[0] == 1 and place in one[1] and words in one[1], f"verify: {name}", place, words, *one)
    ok(two[0] == 1 and two[1].startswith(f"UNTRUE [{reason}] {place}"), f"audit.py: {name}: {reason}", place, *two)


def unreadable(name, record, *options, words=""):
    one, two = both(record, *options)
    ok(one[0] == 3 and words in one[1], f"verify: {name}", words, *one)
    ok(two[0] == 3 and two[1].startswith("UNREADABLE "), f"audit.py: {name}: unreadable", *two)


def end():
    shutil.rmtree(tmp)
    print(f"1..{len(tests)}")
    sys.exit(0 if all(tests) else 1)
