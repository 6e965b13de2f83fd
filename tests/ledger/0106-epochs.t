#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Epochs: a log that was lost or restored goes on in another one, which the
administrators open; both verifiers read them as one history, and agree on each lie."""
import os, sqlite3, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import forge
from answers import accepted, end, refused, tmp
from forge import Forge, body_of, key_line, leaves, note, vkey

O2 = "site7.example/K1/custody/2"


def founded(admins=1, threshold=1):
    by = [f"root{i}" for i in range(1, threshold + 1)]
    f = Forge(admins=admins, threshold=threshold).settle(*by)
    return f, by


def ended(until="close", **other):
    f = Forge().settle()
    f.transfer(1, until=until)
    f.open_epoch(**{"transfers": 1, **other})
    return f


f = ended()
accepted("a second epoch", f)
f.transfer(2)
accepted("and a transfer in it", f)
f.open_epoch(transfers=7)
f.transfer(8)
accepted("and a third one, whose numbers go on after those that may have been used", f)
f, by = founded(3, 2)
f.open_epoch(by)
accepted("by two administrators of three", f)
f, by = founded(3, 2)
f.open_epoch(by[:1])
refused("by one of them", f, "strangers")
f = ended(until="approve2")
f.add("custody", "xfer.release", "xfer:K1-000001", "K1", {"approvals": [], "manifest": {"bytes": 1, "files": 1, "root": "d" * 64, "sha256": "e" * 64}})
refused("what was approved before is not released after", f, "state")
f = ended(until="release")
accepted("a release that was cut off by the end of an epoch", f)
f = ended(until="deliver")
f.step("xfer:K1-000001", "close")
accepted("what was delivered before is closed after", f)

# --- gaps
whole = Forge().settle()
whole.transfer(1)
size = len(whole.logs["custody"])
f = ended(held=size - 2)
accepted("entries that are missing, and are said to be", f, words=f"entries {size - 2} to {size - 1} of site7.example/K1/custody/1 are missing", first="ENTRIES ARE MISSING")
f = Forge().settle()
f.transfer(1)
waits = f.open_epoch(begin=False, transfers=1)
data = body_of(f.logs["authority"][waits])["data"]
accepted("an epoch that was opened and has not begun", f)
kept = list(f.logs["custody"])
f.begin_epoch(2, data)
f.earlier[0] = (f.earlier[0][0], kept[:-1])
refused("a gap that is hidden: an entry of the epoch before is gone", f, "epoch")


def begun(continues=None, held=None, auth=None, size=None, **given):
    """A second epoch whose genesis says otherwise than it should."""
    f = Forge().settle()
    f.transfer(1)
    data = body_of(f.logs["authority"][f.open_epoch(begin=False, **{"transfers": 1, **given})])["data"]
    other = {**({"continues": {**data["continues"], **continues}} if continues else {}), **({"held": held} if held else {})}
    f.begin_epoch(2, data, **other)
    return f


forty = {"root": "1" * 64, "size": 3}
refused("continues that does not fit", begun(continues={"size": 3}), "epoch")
refused("held that does not fit", begun(held=forty), "epoch")
refused("a root that the epoch before had not", begun(**{"continues": {"root": "1" * 64}}), "epoch")
f = Forge().settle()
f.transfer(1)
f.open_epoch(transfers=1, continues={"origin": f.origins["custody"], "root": "1" * 64, "size": 4})
refused("nor when the administrators say so", f, "fork")
refused("numbers of transfers that come twice", ended(transfers=0), "number")
f = Forge().settle()
f.transfer(1)
f.open_epoch(transfers=1)
f.logs["custody"] = []
refused("a log of an epoch without entries", f, "missing")


# --- what administrators cannot open
def opened(again=False, **other):
    f = Forge().settle()
    if again:
        f.open_epoch()
    f.open_epoch(begin=False, **other)
    return f


for name, other in (("an epoch that is skipped", {"epoch": 3, "log": vkey("site7.example/K1/custody/3", "log 3")}), ("the number of the one in force", {"epoch": 1, "log": vkey("site7.example/K1/custody/1", "log 3")}),
                    ("one that continues another log", {"continues": {"origin": O2, "root": "1" * 64, "size": 1}}), ("or nothing", {"continues": {"origin": "site7.example/K1/custody/1", "root": "1" * 64, "size": 0}}),
                    ("the old log key", {"log": vkey(O2)}), ("the old station key", {"station": key_line("K1")}), ("a person's key", {"station": key_line("anna")}),
                    ("one key for both", {"station": key_line("log 2")}), ("the name of another log", {"log": vkey("site7.example/K1/custody/3", "log 2")}), ("a witness's kind of key", {"log": vkey(O2, "log 2", 4)}),
                    ("no reason that there is", {"reason": "bored"}), ("no word of why", {"why": ""}), ("words without end", {"why": "w" * 257}), ("a million transfers", {"transfers": 1000000})):
    refused(name, opened(**other), "epoch")
f = opened(why="w" * 256, transfers=999999)
accepted("the largest there may be", f)
f = opened(again=True, **{"epoch": 2, "log": vkey(O2, "log 4"), "continues": {"origin": "site7.example/K1/custody/1", "root": "1" * 64, "size": 1}})
refused("two epochs with one number", f, "epoch")

# --- old keys afterwards
f = ended()
f.keys["K1"] = "K1"
f.add("custody", "station.stop", "station", "K1", {})
refused("the old station key after the epoch", f, "station")
f = ended()
f.keys["K1"] = "K1"
entries = f.logs["custody"]
f.earlier, f.origins["custody"], f.logs["custody"] = [], f.earlier[0][0], f.earlier[0][1]
f.add("custody", "station.stop", "station", "K1", {})
refused("the old log goes on after the epoch", f, "epoch")
f = ended()
f.old_signs = True
refused("the old log key after the epoch", f, "checkpoint")
f = ended()
path = f.write(tmp + "/l")
db = sqlite3.connect(path)
for name, in db.execute("SELECT name FROM sqlite_schema WHERE type='trigger'").fetchall():
    db.execute(f"DROP TRIGGER {name}")
tree = f.tree("custody", 1)
db.execute("UPDATE checkpoint SET note=? WHERE log=3 AND size=1", (note(O2, 1, tree.roots[-1]).decode(),))
for s in forge.SCHEMA[5:]:
    db.execute(s)
db.commit()
db.close()
refused("nor in the new log", path, "checkpoint")
f = ended()
f.add("custody", "xfer.recall", "xfer:K1-000001", "anna", {"reason": "r"}, prev="0" * 64)
refused("a chain that begins again with the epoch", f, "prev")
f = ended()
f.logs["custody"] = f.logs["custody"][:1]
f.add("custody", "station.start", "station", "K1", {"interrupted": [], "sandbox": True, "unclean": True, "version": "1"})
refused("a start that tells of a run in the epoch before", f, "start")

# --- anchors
f = ended()
one = f.earlier[0]


def anchor(text):
    with open(tmp + "/anchor", "wb") as out:
        out.write(text)
    return "--anchor", tmp + "/anchor"


def head(entries, n, origin, id="the log"):
    return note(origin, n, forge.audit.Tree(leaves(entries[:n])).roots[-1], id=id)


accepted("an anchor of the first epoch", f, *anchor(head(one[1], 3, one[0])))
accepted("one of the second", f, *anchor(head(f.logs["custody"], 1, O2, "log 2")))
refused("one of the second by the old key", f, "checkpoint", *anchor(head(f.logs["custody"], 1, O2)))
refused("one of the first that knows more than is continued", f, "cut-off", *anchor(note(one[0], len(one[1]) + 1, b"\1" * 32)))
refused("one that knows another first epoch", f, "fork", *anchor(note(one[0], 3, b"\1" * 32)))
refused("one of an epoch that was not opened here", f, "cut-off", *anchor(note("site7.example/K1/custody/3", 3, b"\1" * 32, id="log 3")))
refused("one of the second that knows more", f, "cut-off", *anchor(note(O2, 99, b"\1" * 32, id="log 2")))
f = ended(held=size - 2)
accepted("one of entries that are missing", f, *anchor(head(whole.logs["custody"], size - 1, one[0])))
refused("of another history of them", f, "fork", *anchor(note(one[0], size, b"\1" * 32)))

end()
