#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""kill -9 at every system call of a recall's move, and of a retirement's: a reader finds the
delivery whole or the tombstone alone, and the next run ends it.  Also where the file system
cannot exchange two names: then there is a moment with neither, and never a mixture."""

import os, re, shutil, subprocess, sys, tempfile

B = os.environ.get("B", "build/release")
DRIVE = os.path.join(B, "tests/e2e/tombstone_drive")
CALLS = ["renameat2", "renameat", "rename", "mkdirat", "unlinkat", "openat", "write", "fsync", "fdatasync", "fchmod",
    "fchmodat", "linkat", "close"]
ID = "K1-000001"
n_tests = 0
failed = 0


def ok(good, what, *detail):
    global n_tests, failed
    n_tests += 1
    failed += not good
    print(("ok" if good else "not ok"), n_tests, "-", what)
    if not good:
        for d in detail:
            print("#", d)


def fresh(tmp):
    share = os.path.join(tmp, "share")
    if os.path.exists(share):
        subprocess.run(["chmod", "-R", "u+w", share], check=True)
        shutil.rmtree(share)
    files = os.path.join(share, "transfers", ID, "files", "d")
    os.makedirs(files)
    for name in ("../a", "b", "c"):
        with open(os.path.join(files, name), "w") as f:
            f.write(name)
    with open(os.path.join(share, "transfers", ID, "MANIFEST.sha256"), "w") as f:
        f.write("manifest\n")
    subprocess.run(["chmod", "-R", "a-w", os.path.join(share, "transfers", ID)], check=True)
    return share


def whole(path):
    """A delivery with all it had."""
    return sorted(os.path.relpath(os.path.join(d, f), path) for d, _, fs in os.walk(path) for f in fs) == [
        "MANIFEST.sha256", "files/a", "files/d/b", "files/d/c"]


def seen(share):
    """What a reader of transfers/ID finds."""
    here = os.path.join(share, "transfers", ID)
    if not os.path.lexists(here):
        return "nothing"
    if os.listdir(here) == ["TOMBSTONE.txt"]:
        text = open(os.path.join(here, "TOMBSTONE.txt")).read()
        return "tombstone" if "the wrong one" in text and text.endswith("copies.\n") else "a broken tombstone"
    return "delivery" if whole(here) else "a mixture"


def drive(share, retire, inject=()):
    command = [DRIVE, share, ID] + (["retire"] if retire else [])
    if inject:
        command = ["strace", "-f", "-qq", "-o", "/dev/null"] + [x for i in inject for x in ("-e", "inject=" + i)] + command
    return subprocess.run(command, capture_output=True, text=True)


def over(share, retire):
    away = os.path.join(share, "transfers", ".recalled")
    kept = os.path.join(away, ID)
    if seen(share) != "tombstone":
        return seen(share)
    if os.listdir(os.path.join(share, "transfers")) not in ([ID, ".recalled"], [".recalled", ID]):
        return "leftovers: " + " ".join(os.listdir(os.path.join(share, "transfers")))
    if os.listdir(away) != [ID]:
        return "away: " + " ".join(os.listdir(away))
    if retire:
        return "" if os.listdir(kept) == [] else "files are left"
    return "" if whole(kept) else "the delivery is not kept whole"


tmp = tempfile.mkdtemp(prefix="sp.")
try:
    share = fresh(tmp)
    trace = os.path.join(tmp, "trace")
    if subprocess.run(["strace", "-f", "-qq", "-o", trace, "-e", "trace=" + ",".join(CALLS), DRIVE, share, ID]).returncode:
        print("1..0 # SKIP strace cannot trace here")
        sys.exit(0)
    for retire in (False, True):
        for plain in (False, True):
            what = ("retirement" if retire else "recall") + (", two names cannot be exchanged" if plain else "")
            may = {"delivery", "tombstone"} | ({"nothing"} if plain else set())
            # share_publish asks for RENAME_NOREPLACE and is told the same: it looks by itself
            base = ["renameat2:error=EINVAL"] if plain else []
            share = fresh(tmp)
            first = drive(share, retire, base)
            ok(first.returncode == 0 and "found=1" in first.stdout and over(share, retire) == "", what + " undisturbed",
                first.stdout, first.stderr, over(share, retire))
            points, bad, states = 0, [], set()
            for call in CALLS:
                if plain and call == "renameat2":
                    continue
                for n in range(1, 200):
                    share = fresh(tmp)
                    p = drive(share, retire, base + [f"{call}:signal=KILL:when={n}"])
                    if p.returncode == 0:
                        break
                    points += 1
                    now = seen(share)
                    states.add(now)
                    if now not in may:
                        bad.append(f"{call} {n}: {now}")
                    again = drive(share, retire, base)
                    if again.returncode != 0 or "found=1" not in again.stdout or over(share, retire):
                        bad.append(f"{call} {n}: again: {again.stdout} {over(share, retire)}")
            ok(not bad and points > 20, f"{what}: killed at {points} system calls", *bad[:8])
            ok({"delivery", "tombstone"} <= states, f"{what}: seen were " + ", ".join(sorted(states)))
finally:
    subprocess.run(["chmod", "-R", "u+w", tmp])
    shutil.rmtree(tmp)
print(f"1..{n_tests}")
sys.exit(failed != 0)
