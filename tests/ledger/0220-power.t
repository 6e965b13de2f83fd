#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The power goes at any moment of some appends.  What the programs asked of the disk is
recorded; at each cut the disk has kept any part of what was not synced (in pieces of
512 bytes, by inode) and the first so many changes of the folder that were not.  Every
entry that was acknowledged must be there, nothing may be there in part, and what is
there must verify.  STATES says how many states are tried."""
import os, random, re, shutil, sqlite3, subprocess, sys, tempfile

top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
build = os.path.join(top, os.environ.get("B", "build/asan"))
tmp = tempfile.mkdtemp(prefix="sp-power-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
env = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
states = int(os.environ.get("STATES", "600"))
rng = random.Random(int(os.environ.get("SEED", "5")))
tests = []
SECTOR = 512


def ok(good, name, *details):
    tests.append(good)
    print(f"{'ok' if good else 'not ok'} {len(tests)} - {name}", flush=True)
    for d in details if not good else ():
        print("# " + str(d).replace("\n", "\n# "))


def tool(name):
    return os.path.join(build, name)


def text_of(quoted):
    return bytes.fromhex(quoted.replace("\\x", ""))


# --- what is asked of the disk ---------------------------------------------------------------
subprocess.run([tool("tests/ledger/make_ledger"), tmp + "/made", "1"], check=True, env=env)
os.mkdir(tmp + "/run")
shutil.copyfile(tmp + "/made/ledger.db", tmp + "/run/ledger.db")
p = subprocess.run(["strace", "-qq", "-xx", "-s", "1000000", "-o", tmp + "/trace", "-e",
                    "trace=openat,close,pwrite64,write,ftruncate,fsync,fdatasync,unlink", tool("tests/ledger/append"),
                    tmp + "/run/ledger.db", "5"], capture_output=True, text=True, timeout=150, env=env)
if p.returncode != 0 and "ptrace" in p.stderr:
    print("1..0 # SKIP strace cannot trace here")
    sys.exit(0)


class Events(list):
    """(what, which, ...): which is an inode, or a name for changes of the folder."""

    def __init__(self, lines):
        self.fds, self.names, self.inodes = {}, {"ledger.db": 0}, 1
        for line in lines:
            m = re.match(r"(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)", line)
            if m and int(m[3]) >= 0:
                getattr(self, m[1], lambda *_: None)(m[2], int(m[3]))

    def openat(self, args, fd):
        name, flags = re.match(r'AT_FDCWD, "([^"]*)", (\S+)', args).groups()
        path = text_of(name).decode()
        self.fds.pop(fd, None)
        if path == tmp + "/run":
            self.fds[fd] = "folder"
        elif os.path.dirname(path) == tmp + "/run":
            name = os.path.basename(path)
            if name not in self.names and "O_CREAT" in flags:
                self.names[name] = self.inodes
                self.append(("link", name, self.inodes))
                self.inodes += 1
            self.fds[fd] = self.names[name]

    def close(self, args, _):
        self.fds.pop(int(args), None)

    def pwrite64(self, args, n):
        fd, data, at = re.match(r'(\d+), "([^"]*)", \d+, (\d+)', args).groups()
        if int(fd) in self.fds:
            self.append(("write", self.fds[int(fd)], int(at), text_of(data)[:n]))

    def write(self, args, _):
        fd, data = re.match(r'(\d+), "([^"]*)"', args).groups()
        for ack in re.findall(rb"ACK (\d+)", text_of(data)) if fd == "1" else ():
            self.append(("ack", int(ack)))

    def ftruncate(self, args, _):
        fd, n = map(int, args.split(", "))
        self.append(("cut", self.fds[fd], n))

    def fsync(self, args, _):
        if int(args) in self.fds:
            self.append(("sync", self.fds[int(args)]))

    fdatasync = fsync

    def unlink(self, args, _):
        name = os.path.basename(text_of(args.strip('"')).decode())
        if self.names.pop(name, None) is not None:
            self.append(("unlink", name))


events = Events(open(tmp + "/trace"))
kinds = [e[0] for e in events]
ok(p.returncode == 0 and kinds.count("ack") == 5 and kinds.count("unlink") >= 5 and ("sync", "folder") in events,
   f"five appends ask {len(events)} things of the disk", p.stdout, p.stderr, kinds)


# --- what is left -----------------------------------------------------------------------------
def write(data, at, piece):
    if len(data) < at:
        data.extend(b"\0" * (at - len(data)))
    data[at:at + len(piece)] = piece


def apply(data, e, keep):
    """keep(): whether this piece reached the disk."""
    if e[0] == "cut":
        if keep():
            del data[e[2]:]
        return
    at, piece = e[2], e[3]
    while piece:
        n = SECTOR - at % SECTOR
        if keep():
            write(data, at, piece[:n])
        at, piece = at + n, piece[n:]


def left_after(cut):
    """The folder after a cut in the middle of the n-th request: names and their bytes, and the acknowledged."""
    disk = {0: bytearray(first)}
    waiting, folder, changes, acked = {}, {"ledger.db": 0}, [], -1

    def settle(n):
        for c in changes[:n]:
            if c[0] == "link":
                folder[c[1]] = c[2]
            else:
                folder.pop(c[1], None)
        del changes[:n]

    for e in events[:cut]:
        if e[0] in ("link", "unlink"):
            changes.append(e)
        elif e[0] == "ack":
            acked = e[1]
        elif e == ("sync", "folder"):
            settle(len(changes))
        elif e[0] == "sync":
            for w in waiting.pop(e[1], ()):
                apply(disk.setdefault(e[1], bytearray()), w, lambda: True)
        else:
            waiting.setdefault(e[1], []).append(e)
    for inode, writes in waiting.items():
        chance = rng.choice((0, 0.1, 0.5, 0.9, 1))
        for w in writes:
            apply(disk.setdefault(inode, bytearray()), w, lambda: rng.random() < chance)
    settle(rng.randint(0, len(changes)))
    return {n: bytes(disk.get(i, b"")) for n, i in folder.items()}, acked


def rows(path):
    db = sqlite3.connect(path)
    try:
        whole = db.execute("PRAGMA integrity_check").fetchone()[0]
        entries = db.execute("SELECT body, sig, leaf FROM entry WHERE log=2 ORDER BY seq").fetchall()
        notes = db.execute("SELECT size, note FROM checkpoint WHERE log=2 ORDER BY size").fetchall()
        return whole, entries, notes
    finally:
        db.close()


first = open(tmp + "/made/ledger.db", "rb").read()
_, all_entries, all_notes = rows(tmp + "/run/ledger.db")
os.mkdir(tmp + "/state")
path = tmp + "/state/ledger.db"
bad, sizes, seen = [], {}, set()
for n in range(20 * states):
    if len(seen) == states:
        break
    cut = n % (len(events) + 1)
    files, acked = left_after(cut)
    state = (acked, tuple(sorted((k, hash(v)) for k, v in files.items())))
    if state in seen:
        continue
    seen.add(state)
    for name in ("ledger.db", "ledger.db-journal"):
        if name in files:
            with open(tmp + "/state/" + name, "wb") as f:
                f.write(files[name])
        elif os.path.exists(tmp + "/state/" + name):
            os.remove(tmp + "/state/" + name)
    try:
        whole, entries, notes = rows(path)
    except sqlite3.Error as e:
        bad.append((cut, f"cannot be read: {e}"))
        continue
    size = len(entries)
    if whole != "ok":
        bad.append((cut, whole))
    elif size <= acked:
        bad.append((cut, f"entry {acked} was acknowledged, here are {size}"))
    elif entries != all_entries[:size] or notes != all_notes[:size]:
        bad.append((cut, "entries or checkpoints are others than were written"))
    elif size not in sizes:
        sizes[size] = subprocess.run([tool("bin/sallyport-verify"), path], capture_output=True, text=True, env=env)
ok(not bad and len(seen) == states, f"{len(seen)} different states after a loss of power: nothing acknowledged was lost", *bad[:5])
ok(len(sizes) == 6 and all(v.returncode == 0 for v in sizes.values()), "what was there verified each time",
   sizes.keys(), *(v.stdout + v.stderr for v in sizes.values() if v.returncode))

# The model sees a loss where there is one: without the syncs of the folder, as synchronous=FULL does it.
events[:] = [e for e in events if e != ("sync", "folder")]
lost = 0
for n in range(300):
    files, acked = left_after(rng.randint(0, len(events)))
    for name in ("ledger.db", "ledger.db-journal"):
        if os.path.exists(tmp + "/state/" + name):
            os.remove(tmp + "/state/" + name)
        if name in files:
            with open(tmp + "/state/" + name, "wb") as f:
                f.write(files[name])
    try:
        lost += len(rows(path)[1]) <= acked
    except sqlite3.Error:
        lost += 1
ok(lost > 0, f"without the syncs of the folder {lost} of 300 states lose something")

shutil.rmtree(tmp)
print(f"1..{len(tests)}")
sys.exit(0 if all(tests) else 1)
