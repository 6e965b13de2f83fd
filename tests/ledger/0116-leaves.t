#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A list of leaves beside a ledger, beside a custody folder, and alone with the log's
key: both verifiers hold it against what was signed, and refuse one that was damaged."""
import os, subprocess, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from answers import accepted, both, build, end, ok, refused, run, tmp, unreadable, verify
from forge import Forge, audit, judged, leaf_list, leaves, note, sha, vkey, write_folder

X = "xfer:K1-000002"


def put(name, content):
    with open(os.path.join(tmp, name), "wb") as f:
        f.write(content)
    return os.path.join(tmp, name)


def beside(content):
    return "--leaves", put("leaves", content)


subprocess.run([build + "/tests/ledger/make_ledger", tmp + "/made", "2"], check=True)
made = Forge(tmp + "/made")
ledger, size = made.write(tmp + "/ledger"), len(made.logs["custody"])
folder = write_folder(tmp + "/folder", made.folder(X))
text, authority = made.leaf_list(), made.leaf_list("authority")
second = text.split(b"\n")[1]

# --- beside a ledger
accepted("the leaves of the ledger", ledger, *beside(text), first=f"the first {size} leaves")
accepted("fewer of them", ledger, *beside(made.leaf_list(size=5)))
accepted("those of both logs", ledger, *beside(text), "--leaves", put("authority", authority))
LEAF = text[-65:]
spoilt = Forge(tmp + "/made")
spoilt.change("custody", 4, lambda b: b.update(meaning="Something else."), key="K1")
longer = Forge(tmp + "/made")
longer.add("custody", "station.stop", "station", "K1", {})
for name, reason, words, content in (("another leaf", "leaf", "leaf 4 is not", spoilt.leaf_list()), ("more than there are", "cut-off", "cut off or put back", longer.leaf_list()),
                                     ("those of another log", "log", "has no log", text.replace(b"/custody/1\n", b"/custody/7\n", 1))):
    refused(f"beside a ledger {name}", ledger, reason, *beside(content), words=words)
for name, words, content in (
        ("a leaf changed", "root it says is not", text[:-2] + (b"0" if text[-2:-1] != b"0" else b"1") + b"\n"),
        ("two leaves exchanged", "root it says is not", text[:-130] + text[-65:] + text[-130:-65]),
        ("another root", "root it says is not", text.replace(second, made.leaf_list(size=5).split(b"\n")[1].replace(b"# 5 ", b"# %d " % size), 1)),
        ("a leaf too few", "other than the", text[:-65]), ("a leaf too many", "does not begin", text + LEAF), ("half a leaf", "cut off", text[:-30]),
        ("capitals", "no leaf", text[:-65] + text[-65:].upper()), ("CRLF", "", text.replace(b"\n", b"\r\n")), ("a space at a line's end", "", text[:-1] + b" \n"),
        ("a NUL", "", text[:-2] + b"\0\n"), ("no number", "does not begin", text.replace(b"# %d " % size, b"# ", 1)),
        ("a number that begins with 0", "does not begin", text.replace(b"# %d " % size, b"# 0%d " % size, 1)),
        ("a number of 19 digits", "does not begin", text.replace(b"# %d " % size, b"# 1%018d " % size, 1)),
        ("no leaves", "does not begin", b"\n".join([text.split(b"\n")[0], b"# 0 leaves, root " + sha(b"").hex().encode(), b""])),
        ("no origin", "does not begin", text[text.index(b"\n") + 1:]), ("one line", "does not begin", text[:text.index(b"\n") + 1]), ("nothing", "no list of leaves", b""),
        ("a text", "no list of leaves", b"hello\n")):
    refused(f"a list with {name}", ledger, "leaves", *beside(content), words=words)
unreadable("a list that there is not", ledger, "--leaves", tmp + "/nothing")

# --- beside a folder
accepted("the leaves of the folder's log", folder, *beside(text), first="the heads that signers were shown")
one, two = both(folder, *beside(text))
ok("heads that" not in two[1] and "The heads that" not in one[1], "the heads were looked at", *one, *two)
one, two = both(folder)
ok("needs the leaves" in two[1] and "needs the leaves" in one[1], "which needs them", *one, *two)
accepted("a list from before the folder", folder, *beside(made.leaf_list(size=5)), words="cannot be compared", first="cannot be compared")
early = put("early", made.note("custody", 5))
one, two = both(folder, "--anchor", early)
ok("cannot show" in one[1] and "cannot show" in two[1], "without leaves an early anchor cannot be held against a folder", *one, *two)
one, two = both(folder, "--anchor", early, *beside(text))
ok(one[0] == two[0] == 0 and "cannot show" not in one[1] + two[1], "with them it can", *one, *two)
refused("and then another history shows", folder, "fork", "--anchor", put("fork", note(made.origins["custody"], 5, b"\1" * 32)), *beside(text), words="FORK")
refused("the leaves of another history", folder, "leaf", *beside(spoilt.leaf_list()), words="not the leaves")
lied = Forge(tmp + "/made")
at = lied.find("xfer.close", -1)
lied.change("custody", at, lambda b: b["head"].update(root="1" * 64))
accepted("a head that nobody had is not seen in a folder", write_folder(tmp + "/lied", lied.folder(X)))
refused("but with the leaves", tmp + "/lied", "head", *beside(lied.leaf_list()), words="head is not the root")

# --- alone
key, anchor = put("log.vkey", made.folder(X)["log.vkey"]), put("anchor", made.note("custody"))
alone = put("alone", text)
accepted("a list alone", alone, words="Without --vkey", first="Without --vkey")
accepted("with key and anchors", alone, "--vkey", key, "--anchor", anchor, "--anchor", early, words="2 anchors", first="signed the first 5")
for name, reason, words, options in (
        ("the key of another log", "vkey", "not that of", ["--vkey", put("v", vkey(made.origins["authority"]).encode())]),
        ("a key that is none", "vkey", "the key is none", ["--vkey", put("v", b"key\n")]),
        ("an anchor by another key", "checkpoint", "not a checkpoint signed", ["--vkey", key, "--anchor", put("a", note(made.origins["custody"], 5, b"\1" * 32, id="emil"))]),
        ("an anchor that knows more", "cut-off", "knows 99", ["--vkey", key, "--anchor", put("b", note(made.origins["custody"], 99, b"\1" * 32))]),
        ("an anchor of another history", "fork", "FORK", ["--vkey", key, "--anchor", put("c", note(made.origins["custody"], 5, b"\1" * 32))])):
    refused(f"alone with {name}", alone, reason, *options, words=words)
refused("alone and cut off", put("cut", text[:-65]), "leaves", words="other than the")
for who, status in (("verify", run(verify, "--vkey", key, ledger)[0]), ("audit.py", judged("--vkey", key, ledger)[0])):
    ok(status == 2, f"{who}: a record names its keys itself", status)

# --- epochs
f = Forge().settle()
f.transfer(1)
f.open_epoch(transfers=1)
f.transfer(2)
path, first, second = f.write(tmp + "/l2"), leaf_list(*f.earlier[0]), f.leaf_list()
accepted("the lists of two epochs", path, *beside(first), "--leaves", put("second", second))
accepted("in one file", path, *beside(f.leaf_lists()), first="leaves of site7.example/K1/custody/2")
accepted("one of them", path, *beside(second))
accepted("alone", put("alone", f.leaf_lists()), "--vkey", put("v", vkey(f.origins["custody"], "log 2").encode()), "--anchor", put("a", f.note("custody", 3)), words="1 anchors")
accepted("and by the first one's key", tmp + "/alone", "--vkey", put("v", vkey(f.earlier[0][0]).encode()),
         "--anchor", put("a", note(f.earlier[0][0], 5, audit.Tree(leaves(f.earlier[0][1][:5])).roots[-1])), words="1 anchors")
for name, words, content in (("the same twice", "two lists", first + first), ("the second without its head", "does not begin", first + second[second.index(b"\n") + 1:]),
                             ("a leaf too many in the first", "does not begin", first + LEAF + second), ("a leaf too few in the first", "no leaf", first[:-65] + second),
                             ("a leaf too few in the second", "other than the", first + second[:-65]), ("an empty line between", "does not begin", first + b"\n" + second)):
    refused(f"lists of two epochs with {name}", path, "leaves", *beside(content), words=words)
refused("one as the other's", path, "leaf", *beside(second.replace(b"/custody/2", b"/custody/1", 1)), words="leaf 0 is not")

end()
