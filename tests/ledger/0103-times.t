#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""When an entry was made is what witnesses say, between whose times it lies: both
verifiers say the same of each, and never the time that an entry claims."""
import os, re, subprocess, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from answers import build, end, ok, tmp, verify
from forge import Forge, cosignature, judged, vkey, write_folder

X = "xfer:K1-000001"
FIRST, SECOND = 1767225600, 1772352000  # 2026-01-01, and 08:00 on 2026-03-01: when all entries here claim to be


def told(*arguments):
    """What both say of times; None when they do not say the same, or refuse it."""
    p = subprocess.run([verify, *arguments], capture_output=True, text=True, timeout=120)
    status, text = judged(*arguments)
    one = re.findall("^  - ((?:entry|of) [0-9]+ .*)$", p.stdout.partition("When, by witnesses:")[2].partition("\n\n")[0], re.M)
    two = re.findall("^  when: (.*)$", text, re.M)
    return one if (p.returncode, status) == (0, 0) and one == two else print(f"# {one}\n# {two}\n# {p.stdout}\n# {text}")


def says(name, words, *arguments):
    got = told(*arguments)
    ok(got == words, name, got, words)


def made(before=None, after=None, middle=None):
    """A transfer, cosigned at these times before its approvals, between them, and after its release."""
    f = Forge().settle()
    f.witnesses("w.one", "w.two")
    for step in ("open", "start", "read", "scan"):
        f.step(X, step)
    for time, step in ((before, "approve1"), (middle, "approve2")):
        if time is not None:
            f.cosign("w.one", time=time)
        f.step(X, step)
    f.step(X, "release")
    if after is not None:
        f.cosign("w.one", time=after)
    return f


def three(f, *words):
    return [f"entry {f.find(type, nth)} {type} {X}: {w}" for (type, nth), w in
            zip((("xfer.approve", 0), ("xfer.approve", 1), ("xfer.release", 0)), words)]


A, B = "2026-01-01T00:00:00Z", "2026-03-01T08:00:00Z"
NOBODY = "no witness says when; its own time is a claim"
f = made()
path = f.write(tmp + "/l")
says("without witnesses there is no time", three(f, *[NOBODY] * 3), "--when", "all", path)
says("and that is said in a sentence when nobody asks", ["of 3 approvals and releases witnesses say of 0 between when, and of 0 only after or before when "
                                                         "(--when all tells of each)"], path)
says("any entry can be asked for", [f"entry 1 station.start station: {NOBODY}"], "--when", "1", path)
for who, text in (("verify", subprocess.run([verify, "--when", "999", path], capture_output=True, text=True).stdout), ("audit.py", judged("--when", "999", path)[1])):
    ok("Entry 999 of the custody log is not here." in text, f"{who}: one that is not there", text)
for word in ("some", "-1", "", "1" * 19):
    ok(subprocess.run([verify, "--when", word, path], capture_output=True).returncode == 2 and judged(f"--when={word}", path)[0] == 2, f"--when {word!r} is no entry")
# LIM_WHEN_ASKED
ok(subprocess.run([verify, *["--when", "1"] * 64, path], capture_output=True).returncode == 0, "64 entries can be asked for")
ok(subprocess.run([verify, *["--when", "1"] * 65, path], capture_output=True).returncode == 2, "65 cannot")

f = made(before=FIRST)
says("a cosignature before: after when", three(f, *[f"after {A}; no witness says before when"] * 3), "--when", "all", f.write(tmp + "/l"))
f = made(after=SECOND)
says("one behind: before when", three(f, *[f"before {B}; no witness says after when"] * 3), "--when", "all", f.write(tmp + "/l"))
f = made(before=FIRST, after=SECOND)
path = f.write(tmp + "/l")
says("both: between when", three(f, *[f"between {A} and {B}"] * 3), "--when", "all", path)
says("in a sentence", ["of 3 approvals and releases witnesses say of 3 between when, and of 0 only after or before when (--when all tells of each)"], path)
f = made(before=FIRST, middle=FIRST + 10, after=SECOND)
says("the closest ones count", three(f, f"between {A} and 2026-01-01T00:00:10Z; it claims another time", *[f"between 2026-01-01T00:00:10Z and {B}"] * 2),
     "--when", "all", f.write(tmp + "/l"))
f = made(before=SECOND, after=FIRST)
says("witnesses who contradict each other", three(f, *[f"after {B} and before {A}: witnesses contradict each other; it claims another time"] * 3),
     "--when", "all", f.write(tmp + "/l"))
f = made(before=2**53 - 1)
says("a time beyond the calendar", three(f, *["after 9007199254740991; no witness says before when; it claims another time"] * 3), "--when", "all", f.write(tmp + "/l"))

# a signer who was shown an older head knew less
f = made(before=FIRST)
late = f.find("xfer.approve", 0)
f.logs["custody"] = f.logs["custody"][:late]
f.add("custody", "xfer.approve", X, "anna", f.approval(X, 1), head=f.head("custody", late - 1))
says("what the signer was not shown does not count", [f"entry {late} xfer.approve {X}: {NOBODY}"], "--when", "all", f.write(tmp + "/l"))

# --- checkpoints that lie outside
f = made()
path, note = f.write(tmp + "/l"), f.note("custody")


def anchor(*lines):
    with open(tmp + "/anchor", "wb") as out:
        out.write(note + "".join(line + "\n" for line in lines).encode())
    return "--anchor", tmp + "/anchor"


says("an anchor that a witness cosigned dates what it holds", three(f, *[f"before {B}; no witness says after when"] * 3), "--when", "all",
     *anchor(cosignature("w.one", note, SECOND + 5), cosignature("w.two", note, SECOND)), path)
says("one that a stranger cosigned does not", three(f, *[NOBODY] * 3), "--when", "all", *anchor(cosignature("stranger", note, SECOND)), path)
spoilt = ["--when", "all", *anchor(cosignature("w.one", note, SECOND, signed=FIRST)), path]
p = subprocess.run([verify, *spoilt], capture_output=True, text=True)
ok(p.returncode == 1 and "line by a witness that is no cosignature" in p.stdout, "verify: a witness's line over another time", p.stdout)
ok(judged(*spoilt)[1].startswith("UNTRUE [cosignature] "), "audit.py: a witness's line over another time", judged(*spoilt))

# --- the folder of a transfer
subprocess.run([build + "/tests/ledger/make_ledger", tmp + "/made", "1"], check=True)
f = Forge(tmp + "/made")
f.witnesses("w.one")
files, note = f.folder(X), f.note("custody")
says("a folder tells of its own", three(f, *[NOBODY] * 3), write_folder(tmp + "/b", files))
for name in [n for n in files if n == "checkpoint" or n.startswith("proofs/")]:
    files[name] += (cosignature("w.one", note, 9999999999) + "\n").encode()
says("and by the witnesses of its checkpoint", three(f, *["before 2286-11-20T17:46:39Z; no witness says after when"] * 3), write_folder(tmp + "/b", files))

# --- whose lines a checkpoint needs
vkey_line = vkey(f.origins["custody"])
spelt = f"log {vkey_line}\nwitness w1 {vkey('w.one', 'w.one', 4)}\nquorum none\n"
for name, text, good in (("as it is spelt", spelt, True), ("of another log", spelt.replace(vkey_line, vkey(f.origins["authority"])), False), ("without its witness", spelt.replace("witness", "# witness"), False),
                         ("of a witness more", spelt.replace("quorum", f"witness w2 {vkey('w.two', 'w.two', 4)}\nquorum"), False), ("of another quorum", spelt.replace("none", "w1"), False),
                         ("with CRLF", spelt.replace("\n", "\r\n"), False), ("with a space more", spelt.replace("quorum ", "quorum  "), False), ("with a quorum twice", spelt + "quorum none\n", False),
                         ("that is empty", "", False), ("without its last line end", spelt[:-1], False), ("with a NUL", spelt + "\0", False)):
    path = write_folder(tmp + "/b", {**files, "witness-policy": text.encode()})
    p, two = subprocess.run([verify, path], capture_output=True, text=True), judged(path)
    ok((p.returncode, two[0]) == ((0, 0) if good else (1, 1)) and (good or ("witness-policy names" in p.stdout and two[1].startswith("UNTRUE [witness-policy] "))),
       f"a witness-policy {name}", p.stdout, *two)

end()
