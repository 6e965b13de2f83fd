#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Every way to tamper with a ledger or a custody folder fails, with its reason,
in sallyport-verify and in audit.py: two implementations, one corpus."""
import base64, hashlib, json, os, shutil, sqlite3, subprocess, sys, tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import forge

top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
build = os.path.join(top, os.environ.get("B", "build/asan"))
verify = os.path.join(build, "bin/sallyport-verify")
make = os.path.join(build, "tests/ledger/make_ledger")
audit = os.path.join(top, "share/audit/audit.py")
tmp = tempfile.mkdtemp(prefix="sp-tamper-", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
tests = []


def run(*command):
    p = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return p.returncode, p.stdout + p.stderr


def ok(good, name, *details):
    tests.append(good)
    print(f"{'ok' if good else 'not ok'} {len(tests)} - {name}", flush=True)
    if not good:
        for d in details:
            for line in str(d).splitlines():
                print("# " + line)


def refused(name, path, words, reason, *options):
    """Both refuse: the C verifier in these words, audit.py by this rule; "" is a file that is no ledger."""
    status, text = run(verify, *options, path)
    ok(status == (1 if reason else 3) and ("FAILED" if reason else "UNREADABLE") in text and words in text, f"verify: {name}", status, text)
    status, text = forge.judged(*options, path)
    ok((status == 1 and text.startswith(f"UNTRUE [{reason}] ")) if reason else (status == 3 and text.startswith("UNREADABLE ")),
       f"audit.py: {name}: {reason or 'unreadable'}", status, text)


def accepted(name, path, *options):
    status, text = run(verify, *options, path)
    ok(status == 0 and "VERIFIED" in text, f"verify: {name}", status, text)
    status, text = run(audit, *options, path)
    ok(status == 0 and text.startswith("GOOD"), f"audit.py: {name}", status, text)


def says_what_it_cannot_see(name, path):
    for who, text in (("verify", run(verify, path)[1]), ("audit.py", forge.judged(path)[1])):
        ok("not detectable without an anchor" in text, f"{who}: {name} is told to be not detectable without an anchor", text)


def made(name, *spoil):
    path = os.path.join(tmp, name)
    subprocess.run([make, path, "4", *spoil], check=True)
    return path


good = made("good")
ledger = good + "/ledger.db"
vkeys = open(good + "/vkeys").read().split()
forged = forge.Forge(good)
accepted("an honest ledger", ledger)
accepted("with genesis and anchors", ledger, "--genesis", vkeys[2], "--anchor", good + "/checkpoint.early",
         "--anchor", good + "/checkpoint", "--anchor", good + "/checkpoint.authority")

excepted = made("exceptions", "exceptions")
accepted("with an exception and an addendum", excepted + "/ledger.db")
accepted("with a register, a keyboard, a secret and a request", made("media", "media") + "/ledger.db")

# --- somebody holds the log's key and the station's -----------------------------------
for spoil, words, reason in (
        ("edit-officer-body", "the signature is not one by anna", "signature"),
        ("backdate-station", "prev is not the last entry", "prev"),
        ("delete-transfer", "head names", "head"),
        ("replay-approval", "columns id, type and subj do not repeat", "columns"),
        ("forge-officer", "the signature is not one by ben", "signature"),
        ("same-officer-twice", "every approval needs another person", "one-person"),
        ("one-approval", "prev is not the last entry", "prev"),
        ("reorder-transfers", "head names", "head"),
        ("foreign-entry", "belongs to the log", "log"),
        ("two-geneses", "columns id, type and subj do not repeat", "columns"),
        ("swap-signatures", "the signature is not", "signature"),
        ("non-canonical", "not canonical JSON", "canonical"),
        ("duplicate-key", "not canonical JSON", "canonical"),
        ("change-manifest", "not the approved one", "manifest"),
        ("stale-auth", "auth went back", "auth"),
        ("requester-approves", "not an enrolled requester", "requester"),
        ("exception-ended", "was ended", "exception-ended"),
        ("exception-early", "was in force", "exception-early"),
        ("exception-over", "held until", "exception-over"),
        ("exception-unnamed", "prev is not the last entry", "prev"),
        ("addendum-unsigned", "scanned again since", "addendum"),
        ("addendum-worse", "prev is not the last entry", "prev"),
        ("addendum-dropped", "prev is not the last entry", "prev"),
        ("set-by-one", "another person does", "set-by-one"),
        ("set-unconfirmed", "not being tried", "set")):
    refused(f"keys stolen: {spoil}", made(spoil, spoil) + "/ledger.db", words, reason)

cut = made("truncate", "truncate")
accepted("keys stolen: truncation shows only against an anchor", cut + "/ledger.db")
says_what_it_cannot_see("truncation", cut + "/ledger.db")
refused("truncation against an anchor", cut + "/ledger.db", "cut off or put back", "cut-off", "--anchor", cut + "/checkpoint")
refused("a fork: same log key, other history", ledger, "is not the one that", "fork", "--anchor", cut + "/checkpoint.early")
refused("another genesis", ledger, "the genesis is another one", "another-genesis", "--genesis", "0" * 64)
with open(tmp + "/unsigned", "w") as f:
    f.write(open(good + "/checkpoint").read().replace("\u2014 ", "\u2014 x"))
refused("an anchor that the log did not sign", ledger, "is not a checkpoint signed", "checkpoint", "--anchor", tmp + "/unsigned")


# --- somebody has the file only ---------------------------------------------------------
def tampered(name, *statements, keep_triggers=True):
    """A copy of the good ledger after these statements, its schema as before."""
    path = os.path.join(tmp, "t.db")
    shutil.copyfile(ledger, path)
    shutil.copytree(good + "/docs", tmp + "/docs", dirs_exist_ok=True)
    db = sqlite3.connect(path)
    triggers = db.execute("SELECT rowid,type,name,tbl_name,rootpage,sql FROM sqlite_schema WHERE type='trigger'").fetchall()
    db.execute("PRAGMA writable_schema=ON")
    db.execute("DELETE FROM sqlite_schema WHERE type='trigger'")
    db.commit()
    db.close()
    db = sqlite3.connect(path)
    for s in statements:
        if not isinstance(s, str) or not s.startswith("CREATE"):
            db.execute(*s) if isinstance(s, tuple) else db.execute(s)
    if keep_triggers:
        db.execute("PRAGMA writable_schema=ON")
        db.executemany("INSERT INTO sqlite_schema(rowid,type,name,tbl_name,rootpage,sql) VALUES(?,?,?,?,?,?)", triggers)
    db.commit()
    db.close()
    db = sqlite3.connect(path)
    for s in statements:
        if isinstance(s, str) and s.startswith("CREATE"):
            db.execute(s)
    db.commit()
    db.close()
    return path


last = "(SELECT max(seq) FROM entry WHERE log=2)"
note_row = "SELECT note FROM checkpoint WHERE log=2 AND size=5"
for name, words, reason, *statements in (
        ("edit a body", "the stored leaf is not", "leaf", "UPDATE entry SET body=replace(body,'rita','rota') WHERE log=2 AND seq=2"),
        ("edit a signature", "the stored leaf is not", "leaf", "UPDATE entry SET sig=zeroblob(196) WHERE log=2 AND seq=6"),
        ("edit a leaf", "the stored leaf is not", "leaf", "UPDATE entry SET leaf=zeroblob(32) WHERE log=2 AND seq=6"),
        ("delete from the middle", "entries are missing", "missing", "DELETE FROM entry WHERE log=2 AND seq=9"),
        ("delete the last", "is missing", "checkpoints", f"DELETE FROM entry WHERE log=2 AND seq={last}"),
        ("delete all of a log", "empty", "missing", "DELETE FROM entry WHERE log=2", "DELETE FROM checkpoint WHERE log=2"),
        ("swap two rows", "prev is not", "prev", "UPDATE entry SET seq=1000 WHERE log=2 AND seq=6",
         "UPDATE entry SET seq=6 WHERE log=2 AND seq=7", "UPDATE entry SET seq=7 WHERE log=2 AND seq=1000"),
        ("edit the type column", "do not repeat", "columns", "UPDATE entry SET type='xfer.close' WHERE log=2 AND seq=6"),
        ("edit the subj column", "do not repeat", "columns", "UPDATE entry SET subj='station' WHERE log=2 AND seq=6"),
        ("edit the id column", "do not repeat", "columns", "UPDATE entry SET id='x' WHERE log=2 AND seq=6"),
        ("drop checkpoints", "is missing", "checkpoints", "DELETE FROM checkpoint WHERE log=2 AND size>10"),
        ("drop one checkpoint", "is missing", "checkpoints", "DELETE FROM checkpoint WHERE log=2 AND size=10"),
        ("edit a checkpoint's text", "checkpoint of size 5", "checkpoint", f"UPDATE checkpoint SET note=replace(({note_row}),char(10)||'5'||char(10),char(10)||'6'||char(10)) WHERE log=2 AND size=5"),
        ("edit an old signature", "checkpoint of size 5", "checkpoint", f"UPDATE checkpoint SET note=substr(({note_row}),1,length(({note_row}))-5)||'AAA='||char(10) WHERE log=2 AND size=5"),
        ("exchange two checkpoints", "checkpoint of size", "checkpoint", "UPDATE checkpoint SET note=(SELECT note FROM checkpoint WHERE log=2 AND size=6) WHERE log=2 AND size=5"),
        ("rename a log", "origin or vkey", "origin", "UPDATE log SET origin='site7.example/K2/custody/1' WHERE id=2"),
        ("another checkpoint key", "", "origin", "UPDATE log SET vkey=(SELECT vkey FROM log WHERE id=1) WHERE id=2"),
        ("a third log", "the log is empty", "strangers", "INSERT INTO log VALUES(3,'x','y')"),
        ("an entry of no log", "logs that there are not", "strangers",
         "INSERT INTO entry SELECT 9,seq,body,sig,leaf,id,type,subj FROM entry WHERE log=2 AND seq=0"),
        ("a checkpoint beyond the end", "missing", "checkpoints", "INSERT INTO checkpoint SELECT log,9999,note FROM checkpoint WHERE log=2 AND size=5"),
        ("invalid UTF-8 in a body", "canonical JSON", "leaf", ("UPDATE entry SET body=CAST(? AS TEXT) WHERE log=2 AND seq=6", (b'{"a":"\xff"}',))),
        ("NUL in a body", "", "leaf", ("UPDATE entry SET body=CAST(body || char(0) || 'x' AS TEXT) WHERE log=2 AND seq=6",)),
        ("a body of 65,537 bytes", "longer than 65,536", "leaf", ("UPDATE entry SET body=? WHERE log=2 AND seq=6", ("{" + " " * 65535 + "}",))),
        ("a view", "schema", "schema", "CREATE VIEW entries AS SELECT * FROM entry"),
        ("another trigger", "schema", "schema", "CREATE TRIGGER t AFTER INSERT ON checkpoint BEGIN SELECT 1; END")):
    refused(f"file: {name}", tampered(name, *statements), words, reason)
refused("file: triggers dropped", tampered("t", keep_triggers=False), "schema", "schema")

path = tampered("x")
accepted("file: nothing done", path)
back = tampered("rollback", "DELETE FROM entry WHERE log=2 AND seq>=11", "DELETE FROM checkpoint WHERE log=2 AND size>11")
accepted("a roll back to a genuine older state shows only against an anchor", back)
says_what_it_cannot_see("a roll back", back)
refused("a roll back against an anchor", back, "cut off or put back", "cut-off", "--anchor", good + "/checkpoint.early")

raw = bytearray(open(ledger, "rb").read())
at = raw.find(b"'append only'")
raw[at + 1] ^= 0x20
open(path, "wb").write(raw)
refused("file: one letter of the schema", path, "schema", "schema")
open(path, "wb").write(raw[:len(raw) // 2])
refused("file: cut in half", path, "", "")
open(path, "wb").write(b"SQLite format 3\0" + b"\xff" * 5000)
refused("file: rubbish", path, "", "form")

os.rename(good + "/docs", good + "/docs.away")
status, text = run(verify, ledger)
ok(status == 0 and "no folder docs" in text, "verify: says that documents could not be looked at", text)
os.rename(good + "/docs.away", good + "/docs")
for victim in os.listdir(good + "/docs"):
    doc = good + "/docs/" + victim
    before = open(doc, "rb").read()
    if b'"inventory":1' in before:
        open(doc, "wb").write(before.replace(b"file-000000", b"file-000009"))
        status, text = run(verify, ledger)
        ok(status == 1 and "was changed" in text, "verify: a changed inventory", text)
        os.remove(doc)
        status, text = run(verify, ledger)
        ok(status == 1 and "not among the documents" in text, "verify: a missing inventory", text)
        open(doc, "wb").write(before)
        break


# --- custody folders ----------------------------------------------------------------------
def folder(name, spoil=lambda files: None):
    """The custody folder of the second transfer, as the stager writes it."""
    files = forged.folder("xfer:K1-000002")
    spoil(files)
    return forge.write_folder(os.path.join(tmp, "folder"), files)


def change(name, old, new):
    def spoil(files):
        assert old in files[name], name
        files[name] = files[name].replace(old, new, 1)
    return spoil


def drop(prefix, index):
    def spoil(files):
        victim = sorted(n for n in files if n.startswith("entries/"))[index]
        del files[victim]
        del files[victim.replace("entries/", "proofs/").replace(".entry", ".tlog-proof")]
    return spoil


accepted("an honest custody folder", folder("good"), "--genesis", vkeys[2], "--anchor", good + "/checkpoint")
for name, words, reason, spoil in (
        ("an entry left out of the chain", "prev is not", "prev", drop("entries/", 2)),
        ("the first entry left out", "prev is not", "prev", drop("entries/", 0)),
        ("an approval left out", "prev is not", "prev", drop("entries/", 5)),
        ("an inventory changed", "not among the documents", "document", change("inventory", b"text/plain", b"text/plane")),
        ("a manifest changed", "not the manifest", "document", change("manifest.sha256", b"file-", b"File-")),
        ("a policy changed", "not among the documents", "document", change("policy", b"approvals = 2", b"approvals = 3")),
        ("an authority entry changed", "FAILED at entry 2", "signature", change("authority/entries.txt", b"Anna Berg", b"Anna Burg")),
        ("the checkpoint of other entries", "not signed by", "checkpoint", change("checkpoint", b"\n38\n", b"\n39\n")),
        ("a key of somebody else", "is not the key", "vkey", change("log.vkey", b"+", b"+0"))):
    refused(f"folder: {name}", folder(name, spoil), words, reason)
victim = folder("sums")
open(victim + "/report.txt", "w").write("another report\n")
refused("folder: a report changed afterwards", victim, "SHA256SUMS", "sums")
os.remove(victim + "/report.txt")
refused("folder: a file missing", victim, "missing", "files")
victim = folder("proof", lambda files: None)
entry = sorted(os.listdir(victim + "/entries"))[1]
p = os.path.join(victim, "proofs", entry.replace(".entry", ".tlog-proof"))
lines = open(p).read().split("\n")
lines[2] = base64.b64encode(b"\0" * 32).decode()
open(p, "w").write("\n".join(lines))
sums = open(victim + "/SHA256SUMS").read().splitlines()
sums = [s if p[len(victim) + 1:] not in s else hashlib.sha256(open(p, "rb").read()).hexdigest() + s[64:] for s in sums]
open(victim + "/SHA256SUMS", "w").write("\n".join(sums) + "\n")
refused("folder: a proof of something else", victim, "its proof does not show", "proof")

# --- exceptions and what they are used for, in audit.py ----------------------------------------
auditor = forge.audit
A, B, SHA = "a" * 64, "b" * 64, "5" * 64


class Log:
    exceptions = {A: {"data": {"scanner": "av", "sha256": SHA, "reason": "r", "expires": "2030-01-01"}},
                  B: {"data": {"scanner": "exec", "rule": "exec/x", "type": "pe", "reason": "r", "expires": "2030-01-01"}}}


def judged(spoil):
    """The sentence with which audit.py refuses an inventory that this spoiled; "" when it does not."""
    rows = [{"expires": "2030-01-01", "leaf": A, "reason": "r", "rule": "", "scanner": "av", "sha256": SHA, "type": ""},
            {"expires": "2030-01-01", "leaf": B, "reason": "r", "rule": "exec/x", "scanner": "exec", "sha256": "", "type": "pe"}]
    item = {"id": 1, "sha256": SHA, "type": "pe", "inside": {"objects": 0}, "scans": [{"scanner": "av", "verdict": "malicious"}],
            "exceptions": [{"finds": 1, "leaf": A, "verdict": "malicious"}, {"finds": 1, "leaf": B, "verdict": "na"}]}
    finds = [{"item": 1, "scanner": "av", "rule": "av/m", "class": "malware", "object": "", "type": ""},
             {"item": 1, "scanner": "exec", "rule": "exec/x", "class": "code-exec", "object": "", "type": ""},
             {"item": 1, "scanner": "exec", "rule": "exec/x", "class": "code-exec", "object": "6" * 64, "type": "elf"}]
    x = {"same": {"exceptions": [A, B]}}
    spoil(rows, item, finds, x)
    try:
        found = {}
        for f in finds:
            found.setdefault(f["item"], []).append(f)
        auditor.check_exceptions(Log, x, rows, [item], found)
    except auditor.Untrue as e:
        return str(e)
    return ""


is_good = judged(lambda rows, item, finds, x: None)
ok(is_good == "", "audit.py: exceptions that cover what they are used for", is_good)
for name, words, spoil in (
        ("another was signed", "than were signed", lambda r, i, f, x: x["same"]["exceptions"].pop()),
        ("another reason", "does not say", lambda r, i, f, x: r[0].update(reason="q")),
        ("another object", "does not say", lambda r, i, f, x: r[0].update(sha256="7" * 64)),
        ("an item of another object", "covers no verdict", lambda r, i, f, x: (i.update(sha256="7" * 64), i["exceptions"][0].update(finds=0))),
        ("a scanner's error", "covers no verdict", lambda r, i, f, x: i["scans"][0].update(verdict="error")),
        ("an error set aside", "covers error", lambda r, i, f, x: (i["scans"][0].update(verdict="error"), i["exceptions"][0].update(verdict="error"))),
        ("a verdict by a rule", "covers no verdict", lambda r, i, f, x: i["exceptions"][1].update(verdict="malicious")),
        ("one finding more", "does not cover 2", lambda r, i, f, x: i["exceptions"][0].update(finds=2)),
        ("one of another type", "does not cover 2", lambda r, i, f, x: i["exceptions"][1].update(finds=2)),
        ("that nobody looked", "does not cover 1", lambda r, i, f, x: f[0].update({"class": "incomplete"})),
        ("nobody uses it", "nothing uses it", lambda r, i, f, x: (i["exceptions"].pop(), f.pop(), f.pop())),
        ("an item's own", "header does not name", lambda r, i, f, x: (r.pop(), x["same"]["exceptions"].pop()))):
    said = judged(spoil)
    ok(words in said, f"audit.py: exceptions: {name}", said)

# --- lists of entries ------------------------------------------------------------------------
db = sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)
for n, name in ((1, "a.txt"), (2, "c.txt")):
    with open(os.path.join(tmp, name), "wb") as f:
        f.write(b"\n".join(body.encode() + b"\n" + base64.b64encode(sig) + b"\n" for body, sig in
                           db.execute("SELECT body, sig FROM entry WHERE log=? ORDER BY seq", (n,))))
status, text = run(verify, "--json", tmp + "/c.txt", tmp + "/a.txt")
ok(status == 0 and json.loads(text)["verified"] is True, "verify: lists of entries, as JSON", text)
status, text = run(verify, tmp + "/c.txt")
ok(status == 1 and "authority log are missing" in text, "verify: a custody log alone says what is missing", text)
status, text = run(verify)
ok(status == 2, "verify: usage is status 2", text)
status, text = run(verify, tmp + "/nothing")
ok(status == 3, "verify: a missing file is status 3", text)

shutil.rmtree(tmp)
print(f"1..{len(tests)}")
sys.exit(0 if all(tests) else 1)
