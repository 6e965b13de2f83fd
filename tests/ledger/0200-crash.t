#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Killed at a system call, or told EIO or ENOSPC by one, or a write did only a part of what it
was asked to: whatever was acknowledged is there, whatever is there verifies, and the next start
goes on.  Every third point here; all of them with POINTS=all."""
import os, re, shutil, subprocess, sys, tempfile

top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# strace and sanitizers do not go together: the tools of either tree do, verified by the same.
build = os.path.join(top, os.environ.get("B", "build/asan"))
tool = lambda name: os.path.join(build, name)
tmp = tempfile.mkdtemp(prefix="sp-crash-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
tests = []
CALLS = ("pwrite64", "fsync", "fdatasync", "unlink", "openat", "ftruncate", "close")


def ok(good, name, *details):
    tests.append(good)
    print(f"{'ok' if good else 'not ok'} {len(tests)} - {name}", flush=True)
    if not good:
        for d in details:
            for line in str(d).splitlines():
                print("# " + line)


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=dict(env, **more))


def fresh():
    shutil.copyfile(tmp + "/made/ledger.db", tmp + "/ledger.db")
    if os.path.exists(tmp + "/ledger.db-journal"):
        os.remove(tmp + "/ledger.db-journal")


def acked(text):
    return [int(n) for n in re.findall(r"^ACK (\d+)$", text, re.M)]


def after(p, what):
    """What must hold now; also that the next start appends."""
    sizes = [int(n) for n in re.findall(r"^SIZE (\d+)$", p.stdout, re.M)]
    again = run(tool("tests/ledger/append"), tmp + "/ledger.db", "1")
    size = re.findall(r"^SIZE (\d+)$", again.stdout, re.M)
    last = max(acked(p.stdout), default=-1)
    checked = run(tool("bin/sallyport-verify"), tmp + "/ledger.db")
    good = again.returncode == 0 and size and int(size[0]) > last and checked.returncode == 0
    grown = bool(size) and bool(sizes) and int(size[0]) > sizes[0] + len(acked(p.stdout))
    return good, grown, (what, p.returncode, p.stdout, p.stderr, again.stdout, again.stderr, checked.stdout)


subprocess.run([tool("tests/ledger/make_ledger"), tmp + "/made", "1"], check=True, env=env)
fresh()
trace = run("strace", "-f", "-qq", "-o", tmp + "/trace", "-e", "trace=" + ",".join(CALLS), tool("tests/ledger/append"),
            tmp + "/ledger.db", "2")
if trace.returncode != 0:
    print("1..0 # SKIP strace cannot trace here")
    sys.exit(0)
lines = open(tmp + "/trace").read().splitlines()
# The points after the ledger was opened: before, nothing of ours is at stake.
counts, first, opened = {}, {}, False
for line in lines:
    m = re.search(r"(\w+)\(", line)
    if not m or m.group(1) not in CALLS:
        continue
    counts[m.group(1)] = counts.get(m.group(1), 0) + 1
    opened = opened or "ledger.db-journal" in line
    if opened:
        first.setdefault(m.group(1), counts[m.group(1)])
points = [(c, n) for c in CALLS if c in first for n in range(first[c], counts[c] + 1)]
step = 1 if os.environ.get("POINTS") == "all" else 3
for kind in ("signal=KILL", "error=EIO", "error=ENOSPC"):
    bad, grown, done = [], 0, 0
    for call, n in points[len(tests) % step::step]:
        if kind != "signal=KILL" and call in ("close",):
            continue
        fresh()
        p = run("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"inject={call}:{kind}:when={n}", tool("tests/ledger/append"),
                tmp + "/ledger.db", "2")
        good, more, details = after(p, f"{call} {n}")
        done += 1
        grown += more
        if not good:
            bad.append(details)
    ok(done > 0 and not bad, f"{kind} at {done} points of {len(points)}: nothing acknowledged was lost "
       f"({grown} times more was there than said)", *bad[:3])

# What is written on goes on; what cannot is not acknowledged; what is torn is taken back.
for end in ("on", "EIO", "ENOSPC", "KILL"):
    bad, done, said = [], 0, 0
    for k, cut in enumerate(("one", "half", "but-one")):
        for n in range(1 + (len(tests) + k) % step, 1000, step):
            fresh()
            p = run(tool("tests/ledger/append"), tmp + "/ledger.db", "2", SHORT_WRITE=f"{n} {cut} {end}")
            if "SHORT" not in p.stderr:
                break
            good, _, details = after(p, f"write {n}, {cut}, {end}")
            done += 1
            said += len(acked(p.stdout))
            ended = p.returncode == {"on": 0, "KILL": -9}.get(end, 1)
            if not good or not ended or (end == "on" and len(acked(p.stdout)) != 2):
                bad.append(details)
    ok(done > 3 and not bad, f"{done} writes cut short, then {end}: nothing acknowledged was lost "
       f"({said} were acknowledged)", *bad[:3])

fresh()
one = subprocess.Popen([tool("tests/ledger/append"), tmp + "/ledger.db", "40"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
two = subprocess.Popen([tool("tests/ledger/append"), tmp + "/ledger.db", "40"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
a, b = one.communicate(), two.communicate()
both = acked(a[0]) + acked(b[0])
checked = run(tool("bin/sallyport-verify"), tmp + "/ledger.db")
ok(len(both) == len(set(both)) and checked.returncode == 0, "two writers: no place is given twice", a, b, checked.stdout)

shutil.rmtree(tmp)
print(f"1..{len(tests)}")
sys.exit(0 if all(tests) else 1)
