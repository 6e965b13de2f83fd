#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What sallyport-verify is given in another form than it should have: 1 for what is
untrue, 3 for what cannot be read as what it should be, each with its sentence."""
import os, shutil, sqlite3, subprocess, sys, tempfile

top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
build = os.path.join(top, os.environ.get("B", "build/asan"))
verify = os.path.join(build, "bin/sallyport-verify")
tmp = tempfile.mkdtemp(prefix="sp-forms-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
tests = []


def ok(good, name, *details):
    tests.append(good)
    print(f"{'ok' if good else 'not ok'} {len(tests)} - {name}", flush=True)
    for d in details if not good else ():
        print("# " + str(d).replace("\n", "\n# "))


def says(status, words, name, *args):
    p = subprocess.run([verify, *args], capture_output=True, text=True, timeout=120)
    ok(p.returncode == status and words in p.stdout + p.stderr, name, p.returncode, p.stdout, p.stderr)


subprocess.run([os.path.join(build, "tests/ledger/make_ledger"), tmp + "/good", "2"], check=True)
good = tmp + "/good/ledger.db"
note = open(tmp + "/good/checkpoint").read()
early = open(tmp + "/good/checkpoint.early").read()
path = tmp + "/changed.db"


def changed(at=None, by=b"", *statements):
    shutil.copyfile(good, path)
    if statements:
        db = sqlite3.connect(path, isolation_level=None)
        for s in statements:
            db.execute(s)
        db.close()
    if at is not None:
        with open(path, "r+b") as f:
            f.seek(at)
            f.write(by)
    return path


def put(name, data):
    with open(f"{tmp}/{name}", "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())
    return f"{tmp}/{name}"


says(0, "VERIFIED", "an honest ledger", good)

# --- the database ---------------------------------------------------------------------
says(1, "WAL mode", "a ledger in WAL mode", changed(18, b"\2\2"))
says(1, "application id", "another application id", changed(68, b"\0\0\0\1"))
says(1, "version", "another version", changed(63, b"\2"))
says(1, "page size", "another page size", changed(16, b"\x20\0"))
says(1, "UTF-8", "texts in UTF-16", changed(59, b"\3"))
says(1, "TRIGGER entry_dense is missing", "a dropped trigger", changed(None, b"", "DROP TRIGGER entry_dense"))
says(1, "view cosigs", "a view more", changed(None, b"", "CREATE VIEW cosigs AS SELECT * FROM checkpoint"))
says(1, "TABLE entry is missing", "a view where a table was", changed(None, b"", "DROP TABLE entry", "CREATE VIEW entry AS SELECT 1 AS log"))
says(1, "table more", "a table more", changed(None, b"", "CREATE TABLE more(x)"))
says(1, "the table log", "a table changed", changed(None, b"", "ALTER TABLE log ADD COLUMN x TEXT"))
size = os.path.getsize(good)
says(3, "not as long as", "something added behind it", changed(size, b"x"))
says(3, "not as long as", "a page added behind it", changed(size, b"\0" * 4096))
os.truncate(changed(), size - 4096)
says(3, "not as long as", "a page cut off", path)
says(3, "cannot be read", "its first page is not one", changed(100, b"\xff" * 8))
says(3, "is empty", "an empty file", put("empty", b""))
says(3, "neither a ledger", "some other file", put("other", "hello\n"))
says(1, "not a list of entries", "a list that is none", put("list", "{}\n"))
says(3, "No such file", "no file", tmp + "/none")
os.mkdir(tmp + "/folder")
says(3, "no custody folder", "some other folder", tmp + "/folder")
says(2, "usage", "an option that there is not", "--what", good)
says(2, "usage", "two ledgers", good, good)

# --- notes -----------------------------------------------------------------------------
for words, name, text in (
        ("CR LF", "CRLF", note.replace("\n", "\r\n")),
        ("space too many", "a space at the end", note[:-1] + " \n"),
        ("space too many", "two spaces", note.replace("\u2014 ", "\u2014  ")),
        ("two signatures by one key", "two signatures by one key", note + note.splitlines(True)[-1]),
        ("none of its signatures", "an unknown key alone", note.replace("\u2014 ", "\u2014 x")),
        ("no signature", "no signature", note[:note.index("\u2014")]),
        ("no blank line", "no blank line", note.replace("\n\n", "\n")),
        ("signature is not one", "another text", note.replace("\n", "\nx", 1)),
        ("is empty", "empty", ""),
        ("last line", "no LF at the end", note[:-1])):
    says(1, words, f"a note: {name}", "--anchor", put("note", text), good)
says(3, "longer than a checkpoint", "a note of 65,537 bytes", "--anchor", put("long", "x" * 65537), good)
says(0, "VERIFIED", "a note with another signature beside", "--anchor", put("two", note + "\u2014 witness.example AAAAAAAA\n"), good)

# --- forks -----------------------------------------------------------------------------
subprocess.run([os.path.join(build, "tests/ledger/make_ledger"), tmp + "/fork", "2", "truncate"], check=True)
forked = tmp + "/fork/checkpoint.early"
ok(open(forked).read().split("\n")[1] == early.split("\n")[1], "another history of as many entries")
says(1, "FORK: the custody log is not the one", "a checkpoint of another history", "--anchor", forked, good)
says(1, "are both signed by the custody log for", "two checkpoints that cannot both be", "--anchor",
     tmp + "/good/checkpoint.early", "--anchor", forked, good)

shutil.rmtree(tmp)
print(f"1..{len(tests)}")
sys.exit(0 if all(tests) else 1)
