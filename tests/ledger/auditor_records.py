#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""auditor_records.py MAKE_LEDGER DIR: an honest ledger and bundle in DIR, and ten
damaged bundles beside them; DIR/list tells which answer each must get."""
import os, shutil, subprocess, sys, tarfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forge import Forge, body_of, entry, leaves, note_line, top, write_folder

make, out = sys.argv[1:]
shutil.rmtree(out, ignore_errors=True)
os.makedirs(out)
subprocess.run([make, out + "/made", "2"], check=True)
made = Forge(out + "/made")
X = "xfer:K1-000002"
files = made.folder(X)
names = sorted(n for n in files if n.startswith("entries/"))
proof = names[3].replace("entries/", "proofs/").replace(".entry", ".tlog-proof")
text = files["checkpoint"]
body = text[:text.rindex(b"\n\n") + 1]


def respelt():
    b = files[names[3]].split(b"\n")[0].replace(b'"v":1', b'"v":1.0')
    return {**files, names[3]: entry(b, "K1")}


def signed_by_the_station():
    """The second approval, made by who holds the station's key."""
    f = Forge(out + "/made")
    f.change("custody", f.find("xfer.approve", 3), lambda b: None, key="K1")
    return f.folder(X)


def one_officer():
    f = Forge(out + "/made")
    first = body_of(f.logs["custody"][f.find("xfer.approve", 2)])
    f.change("custody", f.find("xfer.approve", 3), lambda b: b.update(actor=first["actor"]))
    return f.folder(X)


records = [
    ("good", 0, "GOOD", files),
    ("entry-omitted", 1, "[prev]", {n: b for n, b in files.items() if n not in (names[3], proof)}),
    ("proof-exchanged", 1, "[proof]", {**files, proof: files[proof.replace("14", "13")]} if "14" in proof else {**files, proof: files[proof][:-90] + b"\n"}),
    ("inventory-changed", 1, "[document]", {**files, "inventory": files["inventory"].replace(b"file-", b"File-", 1)}),
    ("manifest-changed", 1, "[document]", {**files, "manifest.sha256": files["manifest.sha256"].replace(b"file-", b"File-", 1)}),
    ("person-renamed", 1, "[signature]", {**files, "authority/entries.txt": files["authority/entries.txt"].replace(b"Anna Berg", b"Anna Burg", 1)}),
    ("station-signs-for-officer", 1, "[signature]", signed_by_the_station()),
    ("one-officer-twice", 1, "[one-person]", one_officer()),
    ("float", 1, "[canonical]", respelt()),
    ("note-with-crlf", 1, "[checkpoint]", {**files, "checkpoint": text.replace(b"\n", b"\r\n")}),
    ("note-signed-twice", 1, "[checkpoint]", {**files, "checkpoint": text + note_line(body, made.origins["custody"])})]
with open(out + "/list", "w") as f:
    for name, status, words, content in records:
        folder = write_folder(f"{out}/{name}", content)
        with tarfile.open(folder + ".tar", "w", format=tarfile.USTAR_FORMAT) as tar:
            tar.add(folder, "K1-000002")
        f.write(f"{status} {words} {name}\n{status} {words} {name}.tar\n")
shutil.copytree(made.write(out + "/ledger").rpartition("/")[0], out + "/recipe")
with open(out + "/recipe/genesis.txt", "w") as f:
    f.write(leaves(made.logs["authority"][:1])[0].hex() + "\n")
with open(out + "/recipe/anchor", "wb") as f:
    f.write(made.note("custody", 8))
with open(out + "/recipe/leaves.txt", "wb") as f:
    f.write(made.leaf_list())
shutil.copy(os.path.join(top, "share/audit/audit.py"), out + "/recipe")
