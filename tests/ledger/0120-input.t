#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Input that is no record, or says it is one in a form that a record has not:
both verifiers answer with a sentence and status 1 or 3, and never crash."""
import io, os, sqlite3, subprocess, sys, tarfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import forge
from answers import accepted, build, end, ok, run, tmp, verify
from forge import Forge, canonical, entry, judged, note, note_line, sha, top, write_folder

X = "xfer:K1-000002"


def refused(name, path, reason, words, *options):
    """Untrue by this rule and in these words; reason None: unreadable."""
    one, two = run(verify, *options, path), judged(*options, path)
    ok(one[0] == two[0] == (3 if reason is None else 1) and words in one[1], f"verify: {name}", words, *one)
    start = "UNREADABLE " if reason is None else f"UNTRUE [{reason}] "
    ok(two[1].startswith(start) and len(two[1]) > len(start) + 10, f"audit.py: {name}: {reason or 'unreadable'}", *two)


subprocess.run([os.path.join(build, "tests/ledger/make_ledger"), tmp + "/made", "2"], check=True)
made = Forge(tmp + "/made")
good = made.write(tmp + "/good")
accepted("an honest ledger", good)

# --- notes ---------------------------------------------------------------------------------------
text = made.note("custody")
body = text[:text.rindex(b"\n\n") + 1]


def anchor(name, content):
    with open(os.path.join(tmp, "anchor"), "wb") as f:
        f.write(content)
    return os.path.join(tmp, "anchor")


accepted("an anchor that a stranger signed, too", good, "--anchor", anchor("x", text + note_line(body, "witness.example", "emil")))
for name, content in (
        ("with CRLF", text.replace(b"\n", b"\r\n")),
        ("with a CR in one line", text.replace(b"\n", b"\r\n", 1)),
        ("with a space at a line's end", text.replace(b"\n", b" \n", 1)),
        ("with two spaces in a signature line", text.replace(" site7".encode(), "  site7".encode())),
        ("with a space before the size", text.replace(b"\n", b"\n ", 1)),
        ("with a hyphen for the dash", text.replace("\u2014".encode(), b"-")),
        ("without its last line end", text[:-1]),
        ("with an empty line too many", text + b"\n"),
        ("with a fourth line", note_line(b"", "x")[:0] + made.origins["custody"].encode() + body[body.index(b"\n"):] + b"more\n\n" + note_line(body + b"more\n", made.origins["custody"])),
        ("with a size that begins with 0", (lambda b: b + b"\n" + note_line(b, made.origins["custody"]))(body.replace(b"\n", b"\n0", 1))),
        ("with base64 that has bits to spare", text[:-4] + b"B==\n" if text[-3:] == b"=\n" else text[:-2] + b"\n"),
        ("signed twice by one key", text + note_line(body, made.origins["custody"])),
        ("signed by an unknown key alone", body + b"\n" + note_line(body, "witness.example", "emil")),
        ("signed by another key under the log's name", body + b"\n" + note_line(body, made.origins["custody"], "emil")),
        ("of another log", note("elsewhere/K9/custody/1", 3, b"\0" * 32)),
        ("with a NUL", text.replace(b"\n", b"\0\n", 1)),
        ("of 65 signature lines", text + 64 * note_line(body, "witness.example", "emil")),
        ("that is empty", b"")):
    refused(f"a note {name}", good, "checkpoint", "the anchor ", "--anchor", anchor(name, content))

refused("a note of 65,537 bytes", good, None, "", "--anchor", anchor("x", text + b"x" * (65537 - len(text))))

# --- JSON ----------------------------------------------------------------------------------------------
def spelt(change):
    """The last entry in another spelling, signed as it is."""
    f = Forge().settle()
    f.add("custody", "sess.fail", "station", "K1", {"officer": "x", "why": "w"})
    f.logs["custody"][-1] = entry(change(f.logs["custody"][-1].split(b"\n")[0]), "K1")
    return f.write(tmp + "/json")


def deep(n):
    return lambda b: b.replace(b'"why":"w"', b'"why":' + b"[" * n + b"]" * n)


for name, reason, words, change in (
        ("a key twice", "canonical", "canonical JSON", lambda b: b.replace(b'"v":1', b'"v":1,"v":1')),
        ("a float", "canonical", "canonical JSON", lambda b: b.replace(b'"v":1', b'"v":1.0')),
        ("an exponent", "canonical", "canonical JSON", lambda b: b.replace(b'"v":1', b'"v":1e0')),
        ("a negative number", "canonical", "canonical JSON", lambda b: b.replace(b'"v":1', b'"v":-1')),
        ("a number of 2^53", "canonical", "canonical JSON", lambda b: b.replace(b'"v":1', b'"v":9007199254740992')),
        ("a number of 5,000 digits", "canonical", "canonical JSON", lambda b: b.replace(b'"v":1', b'"v":' + b"9" * 5000)),
        ("null", "canonical", "canonical JSON", lambda b: b.replace(b'"w"', b"null")),
        ("NaN", "canonical", "canonical JSON", lambda b: b.replace(b'"w"', b"NaN")),
        ("a space", "canonical", "canonical JSON", lambda b: b.replace(b'"v":1', b'"v": 1')),
        ("keys out of order", "canonical", "canonical JSON", lambda b: b.replace(b'"officer":"x","why":"w"', b'"why":"w","officer":"x"')),
        ("a key in capitals", "canonical", "canonical JSON", lambda b: b.replace(b'"why"', b'"Why"')),
        ("an escape that is not needed", "canonical", "canonical JSON", lambda b: b.replace(b'"w"', b'"\\u0077"')),
        ("a slash escaped", "canonical", "canonical JSON", lambda b: b.replace(b'"w"', b'"\\/"')),
        ("half a pair", "canonical", "canonical JSON", lambda b: b.replace(b'"w"', b'"\\ud800"')),
        ("invalid UTF-8", "canonical", "canonical JSON", lambda b: b.replace(b'"w"', b'"\xc0\x80"')),
        ("NUL in a text", "canonical", "canonical JSON", lambda b: b.replace(b'"w"', b'"\\u0000"')),
        ("seven containers", "canonical", "canonical JSON", deep(5)),
        ("six containers", "shape", "field why", deep(4)),
        ("30,000 containers", "canonical", "canonical JSON", deep(30000)),
        ("no object", "canonical", "canonical JSON", lambda b: b"[" + b + b"]"),
        ("65,537 bytes", "too-long", "65,536", lambda b: b.replace(b'"w"', b'"' + b"w" * (65537 - len(b) + 1) + b'"')),
        ("65,536 bytes", "shape", "field why", lambda b: b.replace(b'"w"', b'"' + b"w" * (65536 - len(b) + 1) + b'"'))):
    refused(f"a body with {name}", spelt(change), reason, words)

# --- the database --------------------------------------------------------------------------------------
def altered(*statements, triggers=True):
    path = made.write(tmp + "/db")
    db = sqlite3.connect(path)
    if not triggers:
        for name, in db.execute("SELECT name FROM sqlite_schema WHERE type='trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
    for s in statements:
        db.execute(s)
    db.commit()
    for s in forge.SCHEMA[5:] if not triggers else ():
        db.execute(s)
    db.commit()
    db.close()
    return path


for name, reason, words, statements in (
        ("a trigger dropped", "schema", "schema", ["DROP TRIGGER entry_dense"]),
        ("a view", "schema", "schema", ["CREATE VIEW entries AS SELECT * FROM entry"]),
        ("a view that shadows a table", "schema", "schema", ["DROP TABLE checkpoint", "CREATE VIEW checkpoint AS SELECT 1 AS log, 2 AS size, '' AS note"]),
        ("a table more", "schema", "schema", ["CREATE TABLE more(x)"]),
        ("an index more", "schema", "schema", ["CREATE INDEX more ON entry(type)"]),
        ("another schema", "schema", "schema", ["PRAGMA writable_schema=ON", "UPDATE sqlite_schema SET sql=replace(sql,'append only','Append only') WHERE name='log_no_update'"]),
        ("another application id", "form", "", ["PRAGMA application_id=0x43535458"]),
        ("another user version", "form", "", ["PRAGMA user_version=2"]),
        ("a write-ahead log", "form", "", ["PRAGMA journal_mode=WAL"]),
        ):
    refused(f"a database with {name}", altered(*statements), reason, words)
other = made.write(tmp + "/lookalike")
refused("a database with tables of another attached to it", altered(f"ATTACH '{other}' AS a", "CREATE TABLE a.more(x)", "CREATE TABLE entries AS SELECT * FROM a.entry"), "schema", "schema")
for name, words, statement in (
        ("NUL after the type", "do not repeat", "UPDATE entry SET type=type||char(0)||'x' WHERE log=2 AND seq=2"),
        ("NUL after the id", "do not repeat", "UPDATE entry SET id=id||char(0) WHERE log=2 AND seq=2")):
    refused(f"a column with {name}", altered(statement, triggers=False), "columns", words)
for name, words, statement in (
        ("NUL after a log's origin", "", "UPDATE log SET origin=origin||char(0)||'x' WHERE id=2"),):
    refused(f"a row with {name}", altered(statement, triggers=False), "origin", words)
for name, content in (("nothing", b""), ("rubbish", b"\xff" * 5000), ("a text", b"hello\n" * 100),
                      ("half a database", open(good, "rb").read()[:30000])):
    with open(tmp + "/file", "wb") as f:
        f.write(content)
    refused(f"a file of {name}", tmp + "/file", None, "")
refused("a file that there is not", tmp + "/nothing", None, "")

# --- bundles ---------------------------------------------------------------------------------------------
files = made.folder(X)
names = sorted(n for n in files if n.startswith("entries/"))
accepted("an honest bundle", write_folder(tmp + "/b", files))


def without(*gone):
    return {n: b for n, b in files.items() if n not in gone}


def proof_of(n):
    return n.replace("entries/", "proofs/").replace(".entry", ".tlog-proof")


for i, name in enumerate(names[:-1]):
    refused(f"a bundle without its entry {i}", write_folder(tmp + "/b", without(name, proof_of(name))), "prev", "prev is not")
for name, reason, words, spoilt in (
        ("an entry and no proof", "files", "missing", without(proof_of(names[2]))),
        ("no inventory", "document", "inventory is missing", without("inventory")),
        ("no checkpoint", "files", "missing", without("checkpoint")),
        ("a proof of another entry", "proof", "its proof does not show", {**files, proof_of(names[2]): files[proof_of(names[3])]}),
        ("a proof with spaces", "proof", "its proof does not show", {**files, proof_of(names[2]): files[proof_of(names[2])].replace(b"=\n", b"= \n", 1)}),
        ("a proof with CRLF", "proof", "its proof does not show", {**files, proof_of(names[2]): files[proof_of(names[2])].replace(b"\n", b"\r\n")}),
        ("an entry of three lines", "form", "", {**files, names[2]: files[names[2]] + b"\n"}),
        ("a signature line that is not canonical base64", "base64", "canonical base64", {**files, names[2]: files[names[2]][:-1] + b"=\n"}),
        ("a million signature lines", "checkpoint", "not signed by", {**files, "checkpoint": files["checkpoint"] + note_line(b"", "x") * 10**6}),
        ("something else among the entries", "files", "something else", {**files, "entries/readme": b"x"}),
        ("an authority log cut off", "checkpoint", "other entries", {**files, "authority/entries.txt": b"\n".join(made.logs["authority"][:-1])})):
    refused(f"a bundle with {name}", write_folder(tmp + "/b", spoilt), reason, words)
path = write_folder(tmp + "/b", files)
os.remove(path + "/SHA256SUMS")
refused("a folder without SHA256SUMS", path, "files", "missing")
os.makedirs(tmp + "/empty")
refused("an empty folder", tmp + "/empty", None, "")

# --- a fork ----------------------------------------------------------------------------------------------------
path = write_folder(tmp + "/b", files)
for name, root in (("one", made.tree("custody", 5).roots[-1]), ("other", b"\1" * 32)):
    with open(f"{tmp}/{name}", "wb") as f:
        f.write(note(made.origins["custody"], 5, root))
accepted("an anchor that a bundle cannot be held against", path, "--anchor", tmp + "/one")
refused("two notes about one size, by one key", path, "fork", "", "--anchor", tmp + "/one", "--anchor", tmp + "/other")
refused("and against the whole log", good, "fork", "", "--anchor", tmp + "/one", "--anchor", tmp + "/other")

# --- a tar of one ------------------------------------------------------------------------------------------
def tarred(change=lambda tar: None, top="K1-000002/"):
    with tarfile.open(tmp + "/b.tar", "w", format=tarfile.USTAR_FORMAT) as tar:
        sums = "".join(f"{sha(b).hex()}  {n}\n" for n, b in sorted(files.items())).encode()
        for n, b in {**files, "SHA256SUMS": sums}.items():
            t = tarfile.TarInfo(top + n)
            t.size = len(b)
            tar.addfile(t, io.BytesIO(b))
        change(tar)
    return tmp + "/b.tar"


def link(tar):
    t = tarfile.TarInfo("K1-000002/entries/link")
    t.type, t.linkname = tarfile.SYMTYPE, "/etc/passwd"
    tar.addfile(t)


def twice(tar):
    t = tarfile.TarInfo("K1-000002/inventory")
    tar.addfile(t, io.BytesIO(b""))


accepted("a plain tar of a bundle", tarred())
accepted("a tar without a folder at its top", tarred(top=""))
refused("a tar with a link", tarred(link), None, "")
refused("a tar with a file twice", tarred(twice), None, "")
with open(tarred(), "r+b") as f:
    f.truncate(3000)
refused("half a tar", tmp + "/b.tar", None, "")
ok(judged()[0] == 2 and judged("--genesis", "x", good)[0] == 2, "audit.py: called wrongly is status 2")

end()
