#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The commands of share/doc/AUDIT.md, as printed there, hold on an honest
record, and each of them fails on one that was spoiled where it looks."""
import json, os, re, shutil, sqlite3, subprocess, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from answers import end, ok, tmp
from forge import Forge, SCHEMA, audit, body_of, entry, leaves, note, top

with open(os.path.join(top, "share/doc/AUDIT.md")) as f:
    blocks = re.findall(r"^```sh\n(.*?)^```$", f.read(), re.S | re.M)


def room(name, forge, anchor):
    path = forge.write(os.path.join(tmp, name))
    here = os.path.dirname(path)
    shutil.copy(os.path.join(top, "share/audit/audit.py"), here)
    with open(here + "/genesis.txt", "w") as f:
        f.write(leaves(forge.logs["authority"][:1])[0].hex() + "\n")
    with open(here + "/anchor", "wb") as f:
        f.write(anchor)
    with open(here + "/leaves.txt", "wb") as f:
        f.write(forge.leaf_lists())
    return here


def recipe(here, which=(2, 6)):
    """The first block whose commands fail, and what they said; 0 when all hold."""
    for upto in range(1, len(blocks) + 1):
        script = "set -e\n" + "".join(blocks[:upto]).replace("L=2 N=6", "L=%d N=%d" % which)
        p = subprocess.run(["sh", "-c", script], cwd=here, capture_output=True, text=True)
        if p.returncode:
            return upto, p.stdout[-300:] + p.stderr[-300:]
    return 0, ""


ok(len(blocks) >= 10, "the page has its commands", len(blocks))
good = Forge().settle()
good.transfer()
anchor = good.note("custody", 8)
here = room("good", good, anchor)
failed, said = recipe(here)
ok(failed == 0, "they hold on an honest record", failed and blocks[failed - 1], said)


def sql(*statements):
    def spoil(here):
        db = sqlite3.connect(here + "/ledger.db")
        for name, in db.execute("SELECT name FROM sqlite_schema WHERE type='trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        for s in statements:
            db.execute(s)
        db.commit()
        db.close()
    return spoil


def schema_back(here):
    """Triggers as they were: only what is in the rows was changed."""
    db = sqlite3.connect(here + "/ledger.db")
    for s in SCHEMA[5:]:
        db.execute(s)
    db.commit()
    db.close()


def rewrite(name):
    def spoil(here):
        with open(f"{here}/{name}", "r+") as f:
            text = f.read().replace("a", "b", 1).replace("0", "1", 1)
            f.seek(0)
            f.write(text)
    return spoil


for name, at, spoil, back in (
        ("a trigger dropped", "schema.sum", sql(), False),
        ("another founding page", "genesis.txt", rewrite("genesis.txt"), False),
        ("a body changed", "ssh-keygen", sql("UPDATE entry SET body=replace(body,'anna','anne') WHERE log=2 AND seq=6"), True),
        ("a leaf changed", "lower(hex(leaf))", sql("UPDATE entry SET leaf=zeroblob(32) WHERE log=2 AND seq=6"), True),
        ("the checkpoint of another size", "openssl pkeyutl", sql("UPDATE checkpoint SET note=replace(note,char(10)||size||char(10),char(10)||'7'||char(10)) WHERE log=2"), True),
        ("another leaf in the tree", "root()", sql("UPDATE entry SET leaf=(SELECT leaf FROM entry WHERE log=2 AND seq=7) WHERE log=2 AND seq=8"), True)):
    here = room("bad", good, anchor)
    spoil(here)
    if back:
        schema_back(here)
    failed, said = recipe(here)
    ok(failed and at in blocks[failed - 1], name, failed and blocks[failed - 1], said)

for name, at, spoil in (("a leaf of the list changed", "leaves.txt", lambda text: text[:-3] + b"00\n"), ("a list that is cut off", "leaves.txt", lambda text: text[:-65]),
                        ("a list with another root", "leaves.txt", lambda text: good.leaf_list(size=5)[:150] + text[150:])):
    here = room("bad", good, anchor)
    with open(here + "/leaves.txt", "wb") as f:
        f.write(spoil(good.leaf_list()))
    failed, said = recipe(here)
    ok(failed and at in blocks[failed - 1], name, failed and blocks[failed - 1], said)

# --- a later epoch
two = Forge().settle()
two.transfer()
two.open_epoch(transfers=1)
two.transfer(2)
here = room("epoch", two, two.note("custody", 5))
for name, which in (("an officer's entry of the second epoch", (3, two.find("xfer.approve"))), ("the station's own", (3, two.find("station.start")))):
    failed, said = recipe(here, which)
    ok(failed == 0, f"they hold on {name}", failed and blocks[failed - 1], said)
here = room("first", two, note(two.earlier[0][0], 5, audit.Tree(leaves(two.earlier[0][1][:5])).roots[-1]))
for name in ("with", "without"):
    failed, said = recipe(here)
    ok(failed == 0, f"they hold on an entry of the first epoch, {name} a list of leaves", failed and blocks[failed - 1], said)
    if name == "with":
        os.remove(here + "/leaves.txt")
here = room("epoch", two, two.note("custody", 5))
sql("UPDATE log SET vkey=(SELECT vkey FROM log WHERE id=2) WHERE id=3")(here)
schema_back(here)
failed, said = recipe(here, (3, 3))
ok(failed and "openssl" in blocks[failed - 1], "the second epoch under the key of the first", failed and blocks[failed - 1], said)

other = Forge()
other.at = "2026-03-02T08:00:00Z"
here = room("fork", good, other.settle().note("custody"))
failed, said = recipe(here)
ok(failed and "anchor" in blocks[failed - 1], "an anchor of another history", failed, said)
spaced = Forge().settle()
spaced.transfer()
raw = spaced.logs["custody"][6]
spaced.logs["custody"][6] = entry(json.dumps(body_of(raw), sort_keys=True).encode(), "anna")
here = room("spaced", spaced, spaced.note("custody", 8))
failed, said = recipe(here)
ok(failed and "json.dumps" in blocks[failed - 1], "a body in another spelling", failed and blocks[failed - 1], said)
rules = Forge().settle()
rules.transfer(officers=("anna", "anna"))
here = room("rules", rules, rules.note("custody", 8))
failed, said = recipe(here)
ok(failed == len(blocks) and "[one-person]" in said, "one officer twice", failed, said)
end()
