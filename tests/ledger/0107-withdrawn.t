#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Acts that are taken back before they are in force, deliveries that are retired after
their recall, sign-outs by the station, and parts of the record that are handed out:
both verifiers agree on each."""
import os, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from answers import accepted, end, refused
from forge import Forge, leaves

BOTH = ("root1", "root2")


def waiting(threshold=2, subj="person:cleo", data=None, type="officer.suspend"):
    """An act of root1 that waits for one more of three administrators."""
    f = Forge(admins=3, threshold=threshold).settle(*[f"root{i}" for i in range(1, threshold + 1)])
    seq = len(f.logs["authority"])
    return f, seq, f.act(type, subj, data or {"id": "cleo", "reason": "r"}, "root1")


def back(f, leaf, who, subj="person:cleo", **other):
    return f.add("authority", "authority.withdraw", subj, who, {"leaf": leaf, "reason": "r", **other})


f, seq, leaf = waiting()
back(f, leaf, "root1")
accepted("who proposed an act takes it back", f)
f.endorse(seq, "root2")
refused("it is endorsed no more", f, "endorsement")
f, seq, leaf = waiting()
back(f, leaf, "root1")
back(f, leaf, "root2")
refused("nor taken back again", f, "endorsement")
f, seq, leaf = waiting()
back(f, leaf, "root2")
accepted("another one speaks against it", f)
back(f, leaf, "root2")
refused("twice", f, "endorsement")
f, seq, leaf = waiting()
back(f, leaf, "root2")
back(f, leaf, "root3")
accepted("two of three end it", f)
f.endorse(seq, "root2")
refused("and then it is gone", f, "endorsement")
f, seq, leaf = waiting()
back(f, leaf, "root2")
f.endorse(seq, "root2")
f.add("custody", "sess.login", "officer:cleo", "cleo", {"nonce": "0" * 64}, role="officer")
refused("who spoke against it may endorse it, and it is in force", f, "rights")
f, seq, leaf = waiting(threshold=3)
f.endorse(seq, "root2")
back(f, leaf, "root2")
f.endorse(seq, "root3")
f.add("custody", "sess.login", "officer:cleo", "cleo", {"nonce": "0" * 64}, role="officer")
accepted("who endorsed it and speaks against it stands behind it no more", f)
f, seq, leaf = waiting()
f.endorse(seq, "root2")
back(f, leaf, "root1")
refused("what is in force is not taken back", f, "endorsement")
f, seq, leaf = waiting()
back(f, leaf, "root1", subj="person:ben")
refused("under another subject", f, "endorsement")
f, seq, leaf = waiting()
back(f, "0" * 64, "root1")
refused("what nobody proposed", f, "endorsement")
for name, reason in (("without a reason", ""), ("with one that is too long", "r" * 257)):
    f, seq, leaf = waiting()
    back(f, leaf, "root1", reason=reason)
    refused(name, f, "text")
f, seq, leaf = waiting()
back(f, leaf, "root1", reason="r" * 256)
accepted("with one that is as long as it may be", f)
f, seq, leaf = waiting(subj="person:root2", data={"id": "root2", "reason": "r"})
back(f, leaf, "root2", subj="person:root2")
refused("about oneself", f, "endorsement")
f = Forge(admins=3, threshold=2).settle(*BOTH)
back(f, leaves(f.logs["authority"][:1])[0].hex(), "root3", subj="station")
refused("the genesis", f, "endorsement")
f, seq, leaf = waiting()
back(f, leaf, "anna")
refused("by one who is no administrator", f, "rights")

# --- deliveries
X = "xfer:K1-000001"


def recalled():
    f = Forge().settle()
    f.transfer()
    leaf = f.add("custody", "xfer.recall", X, "anna", {"reason": "r"})
    leaf = f.add("custody", "xfer.confirm", X, "ben", {"leaf": leaf})
    f.add("custody", "xfer.recalled", X, "K1", {"confirm": leaf, "dest": "transfers/K1-000001", "found": True})
    return f, f.add("custody", "xfer.retire", X, "anna", {"reason": "r"})


f, leaf = recalled()
leaf = f.add("custody", "xfer.confirm", X, "ben", {"leaf": leaf})
f.add("custody", "xfer.retired", X, "K1", {"confirm": leaf, "dest": "transfers/K1-000001", "found": True})
accepted("what was recalled is retired", f)
f, leaf = recalled()
f.add("custody", "xfer.keep", X, "ben", {"leaf": leaf, "reason": "r"})
f.add("custody", "xfer.retire", X, "ben", {"reason": "r"})
accepted("or kept as it is", f)
f, leaf = recalled()
f.add("custody", "xfer.keep", X, "ben", {"leaf": leaf, "reason": "r"})
f.add("custody", "xfer.recall", X, "ben", {"reason": "r"})
refused("and not recalled twice", f, "state")


# --- sign-outs
def signed_out(**other):
    f = Forge().settle()
    f.add("custody", "sess.login", "officer:anna", "anna", {"nonce": "0" * 64}, role="officer")
    f.add("custody", "sess.logout", "officer:anna", "K1", {"officer": "anna", **other})
    return f


accepted("a sign-out", signed_out())
accepted("by the station", signed_out(why="suspended"))
accepted("in 256 bytes", signed_out(why="w" * 256))
refused("in 257", signed_out(why="w" * 257), "session")
refused("in none", signed_out(why=""), "session")

# --- what is handed out
STICK = {"image": "0" * 64, "model": "m", "port": "front", "serial": "s", "vendor": "v"}


def export(**other):
    f = Forge().settle()
    f.transfer()
    f.add("custody", "audit.export", "station", "K1", {"document": "0" * 64, "format": "bundle", "name": "reports/K1-000001/bundle-00000012.tar", "officer": "anna", **other})
    return f


accepted("a bundle", export())
accepted("a bundle on a medium", export(name="K1-000001/bundle-00000012.tar", medium=STICK))
for format, name in (("ledger", "ledger-00000012.db"), ("leaves", "leaves-custody-00000012.txt")):
    accepted(f"the record as {format}", export(format=format, name=f"reports/record/{name}"))
    refused(f"{format} of a transfer", export(format=format), "export")
refused("a report of the record", export(format="pdf", name="reports/record/r.pdf"), "export")
refused("a bundle of people", export(name="reports/people/b.tar"), "export")
refused("to the share and to a medium", export(medium=STICK), "export")
refused("to a medium without a port", export(name="K1-000001/b.tar", medium={**STICK, "port": ""}), "export")
accepted("to a port whose name has 32 bytes", export(name="K1-000001/b.tar", medium={**STICK, "port": "p" * 32}))
refused("to one of 33", export(name="K1-000001/b.tar", medium={**STICK, "port": "p" * 33}), "export")

# --- how it ended
def leaving(*entries):
    """Documents on their way to a medium, and what became of them."""
    f = Forge().settle()
    f.transfer(1)
    for type, data in entries:
        f.add("custody", type, "station", "K1", data)
    return f


def out(port="usb-2", image="2" * 64, officer="anna"):
    return "audit.export", {"document": "1" * 64, "format": "bundle", "medium": {**STICK, "port": port, "image": image}, "name": "K1-000001/b.tar", "officer": officer}


def ends(how="written", **other):
    data = {"bytes": 1, "files": 1, "how": how, "image": "2" * 64, "officer": "anna", "port": "usb-2", "why": "" if how in ("written", "cancelled") else "w", **other}
    return "export.written", {**({"readback": data["image"]} if how == "written" else {}), **data}


def without(entry, key):
    return entry[0], {k: v for k, v in entry[1].items() if k != key}


for how in ("written", "unwritten", "failed", "cancelled", "interrupted"):
    accepted(f"what was to be written is {how}", leaving(out(), ends(how), out(image="3" * 64)))
accepted("two files in one image", leaving(out(), out(), ends(files=2)))
accepted("two ports at a time", leaving(out(), out(port="usb-3", image="3" * 64), ends(), ends("failed", port="usb-3", image="3" * 64)))
accepted("one whose outcome is not there", leaving(out()))
accepted("an interruption before anything was known", leaving(out(), ends("interrupted", bytes=0)))
accepted("why in 256 bytes", leaving(out(), ends("failed", why="w" * 256)))
for name, entries in (("another image while one is written", [out(), out(image="3" * 64)]), ("somebody else's while one is written", [out(), out(officer="ben")]),
                      ("an outcome of nothing", [ends()]), ("two outcomes", [out(), ends(), ends()]), ("the outcome of another port", [out(), ends(port="usb-3")]),
                      ("of another image", [out(), ends(image="3" * 64)]), ("of somebody else's", [out(), ends(officer="ben")]), ("of more files", [out(), ends(files=2)]),
                      ("of fewer", [out(), out(), ends()]), ("an outcome that is none", [out(), ends("lost")]), ("written and not read back", [out(), without(ends(), "readback")]),
                      ("something else read back", [out(), ends(readback="3" * 64)]), ("read back and not written", [out(), ends("failed", readback="2" * 64)]),
                      ("failed without a reason", [out(), ends("failed", why="")]), ("written with one", [out(), ends(why="w")]), ("cancelled with one", [out(), ends("cancelled", why="w")]),
                      ("why in 257 bytes", [out(), ends("failed", why="w" * 257)]), ("an image of no bytes", [out(), ends(bytes=0)]), ("a failure of no bytes", [out(), ends("failed", bytes=0)])):
    refused(name, leaving(*entries), "export")
f = leaving(out())
f.open_epoch(transfers=1)
f.add("custody", "audit.export", "station", "K1", out(image="3" * 64)[1])
accepted("an epoch begins with nothing on its way", f)
f = leaving(out())
f.open_epoch(transfers=1)
f.add("custody", "export.written", "station", "K1", ends()[1])
refused("and has no outcome of the one before", f, "export")

end()
