#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Somebody with every key makes ledgers in which one rule is broken: both
verifiers refuse at the same entry, each by its own reason."""
import os, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import forge
from answers import accepted, end, refused
from forge import Forge, body_of, leaves, sshsig


def fresh(admins=1, threshold=1):
    return Forge(admins=admins, threshold=threshold).settle(*[f"root{i}" for i in range(1, threshold + 1)])


def submitted(**other):
    """A transfer that waits for ben's approval."""
    f = fresh()
    for step in ("open", "start", "read", "scan", "approve1"):
        f.step("xfer:K1-000001", step, **(other if step == "open" else {}))
    return f


X = "xfer:K1-000001"
whole = fresh()
whole.transfer()
whole.transfer(2)
accepted("an honest forgery is no forgery", whole)
accepted("three admins, two of them needed", fresh(3, 2))

# --- place ------------------------------------------------------------------------------------
f = fresh()
f.add("custody", "ledger.genesis", "station", "K1", body_of(f.logs["custody"][0])["data"])
refused("two geneses", f, "genesis", words="one genesis")
f = fresh()
f.add("authority", "ledger.genesis", "station", "K1", body_of(f.logs["authority"][0])["data"])
refused("two geneses of the authority", f, "genesis", words="one genesis")
f = fresh()
f.add("custody", "sess.fail", "station", "K1", {"officer": "x", "why": "w"}, id="9" * 32)
f.add("custody", "sess.fail", "station", "K1", {"officer": "x", "why": "w"}, id="9" * 32)
refused("an entry replayed under its id", f, "columns", words="do not repeat")
f = fresh()
f.add("custody", "officer.enroll", "person:emil", "root1", f.enroll_data("emil", "officer"), role="admin")
refused("a type of the other log", f, "type", words="no entries of the type")
f = fresh()
f.add("custody", "xfer.open", "station", "K1", f.opened())
refused("about what it cannot be about", f, "subject", words="cannot be about")
f = fresh()
f.add("custody", "sess.fail", "station", "K1", {"officer": "x", "why": "w"}, prev=forge.ZEROS)
refused("prev says that nothing came before", f, "prev", words="prev is not")
f = fresh()
f.add("custody", "sess.fail", "station", "K1", {"officer": "x", "why": "w"}, head={"root": "0" * 64, "size": 2})
refused("the head of another history", f, "head", words="history was changed")
f = fresh()
f.add("custody", "sess.fail", "station", "K1", {"officer": "x", "why": "w"}, head={**f.head("custody"), "size": 3})
refused("a head from the future", f, "head", words="names 3 entries")
f = fresh()
f.add("custody", "sess.fail", "station", "K1", {"officer": "x", "why": "w"}, auth=f.head("authority", 3))
f.add("custody", "sess.fail", "station", "K1", {"officer": "x", "why": "w"}, auth=f.head("authority", 2))
refused("auth goes back", f, "auth", words="auth went back", seq=2)
f = fresh()
f.act("requester.enroll", "person:emil", {"id": "emil", "name": "Emil Grau"}, auth=f.head("authority", 3))
refused("auth of the authority log is not head", f, "auth", words="auth must repeat head")
f = fresh()
f.add("custody", "sess.fail", "station", "K1", {"officer": "x", "why": "w", "more": 1})
refused("a field too many", f, "shape", words="too many")
f = fresh()
f.add("custody", "sess.fail", "station", "K1", {"officer": "x"})
refused("a field too few", f, "shape", words="field why is wrong")
f = fresh()
f.add("custody", "sess.fail", "station", "K1", {"officer": "a\u202eb", "why": "w"})
refused("a text that reads backwards", f, "shape", words="field officer is wrong")

# --- signers ---------------------------------------------------------------------------------------
f = fresh()
f.add("custody", "sess.login", "officer:anna", "anna", {"nonce": "0" * 64}, key="K1")
refused("an officer's entry signed with the station's key", f, "signature", words="not one by anna")
f = fresh()
f.add("custody", "sess.login", "officer:anna", "K1", {"nonce": "0" * 64}, role="station")
refused("the station signs what an officer must", f, "role", words="in the role station")
f = fresh()
f.add("custody", "sess.login", "officer:dora", "dora", {"nonce": "0" * 64}, role="officer")
refused("somebody who is not enrolled", f, "rights", words="not enrolled as officer")
f = fresh()
f.add("custody", "sess.login", "officer:anna", "anna", {"nonce": "0" * 64}, role="auditor")
refused("a role that she does not have", f, "rights", words="not enrolled as auditor")
f = fresh()
f.act("officer.enroll", "person:dora", f.enroll_data("dora", "officer"))
f.add("custody", "sess.login", "officer:dora", "dora", {"nonce": "0" * 64}, auth=f.head("authority", 7))
refused("shown an authority log from before she was enrolled", f, "rights", words="not enrolled as officer")
f = fresh()
f.add("custody", "sess.login", "officer:anna", "anna", {"nonce": "0" * 64}, actor={"id": "anna", "key": forge.audit.fingerprint(forge.key_line("anna")), "name": "Anna B", "role": "officer"})
refused("under another name", f, "person", words="key or name")
f = fresh()
f.add("custody", "sess.login", "officer:anna", "anna", {"nonce": "0" * 64}, meaning="")
refused("a signature that means nothing", f, "meaning", words="meaning of the signature")
f = fresh()
f.add("custody", "sess.login", "officer:ben", "anna", {"nonce": "0" * 64})
refused("signing in for somebody else", f, "session", words="oneself")
f = fresh()
f.add("custody", "sess.fail", "station", "K1", {"officer": "x", "why": "w"}, actor={"id": "K2", "key": forge.audit.fingerprint(forge.key_line("K1")), "name": "station K2", "role": "station"}, key="K1")
refused("another station", f, "station", words="not this station")
f = fresh()
body = forge.canonical(f.body("custody", "sess.fail", "station", "K1", {"officer": "x", "why": "w"}))
blob = sshsig("K1", body + b"\n", b"file")
f.put("custody", body + b"\n" + forge.base64.b64encode(blob) + b"\n")
refused("a signature for another purpose", f, "signature", words="not one by K1")
blob = bytearray(sshsig("K1", body + b"\n"))
s = int.from_bytes(blob[-32:], "little") + forge.audit.L
blob[-32:] = s.to_bytes(32, "little")
f.logs["custody"][-1] = body + b"\n" + forge.base64.b64encode(bytes(blob)) + b"\n"
refused("a signature in its second spelling", f, "signature", words="not one by K1")

# --- the administrators ------------------------------------------------------------------------------
f = fresh()
f.add("authority", "requester.enroll", "person:emil", "anna", {"id": "emil", "name": "Emil Grau"}, role="admin")
refused("an officer acts as an administrator", f, "rights", words="not enrolled as admin")
f = Forge(admins=3, threshold=2).settle("root1", "root2")
f.act("officer.enroll", "person:dora", f.enroll_data("dora", "officer"), "root1")
f.add("custody", "sess.login", "officer:dora", "dora", {"nonce": "0" * 64})
refused("enrolled by one administrator of two", f, "rights", words="not enrolled as officer")
f = Forge(admins=3, threshold=2).settle("root1", "root2")
f.act("requester.enroll", "person:emil", {"id": "emil", "name": "Emil Grau"}, "root1", "root1")
refused("one administrator counted twice", f, "endorsement", words="stands behind this act already")
f = fresh()
f.add("authority", "authority.endorse", "person:anna", "root1", {"leaf": "0" * 64})
refused("an endorsement of nothing", f, "endorsement", words="no act with this leaf")
f = fresh()
f.act("officer.enroll", "person:dora", f.enroll_data("dora", "officer", key="emil", proof=f.enroll_data("dora", "officer")["proof"]))
refused("a key that is not in her hands", f, "signature", words="proof of possession")
f = fresh()
f.act("requester.enroll", "person:emil", {"id": "emil", "name": "anna berg"})
refused("one person under two ids", f, "identity", words="a person has one id")
f = fresh()
f.act("officer.enroll", "person:dora", f.enroll_data("dora", "officer", key="anna"))
refused("one key for two persons", f, "identity", words="a person has one id")
f = fresh()
f.act("policy.set", "policy", {"approvals": 1, "bytes": 1, "sha256": "f" * 64})
refused("a policy of one approval", f, "policy", words="2 to 9 approvals")
f = fresh()
f.act("exception.add", "exception", {"expires": "2026-04-01", "reason": "r", "scanner": "av", "sha256": "1" * 64, "rule": "r", "type": "pe"})
refused("an exception that is not narrow", f, "exception", words="malformed")
f = fresh()
f.act("exception.add", "exception", {"expires": "2027-04-01", "reason": "r", "scanner": "av", "sha256": "1" * 64})
refused("an exception for more than a year", f, "exception", words="366 days")
f = fresh()
leaf = f.act("exception.add", "exception", {"expires": "2026-04-01", "reason": "r", "scanner": "av", "sha256": "1" * 64})
f.act("exception.end", "exception", {"leaf": leaf, "reason": "r"})
f.act("exception.end", "exception", {"leaf": leaf, "reason": "r"})
refused("an exception ended twice", f, "exception", words="ended already")
f = Forge(admins=2, threshold=2)
f.logs["authority"] = f.logs["authority"][:2]
f.add("custody", "station.start", "station", "K1", {"interrupted": [], "sandbox": True, "unclean": False, "version": "1"})
refused("founded by one of two", f, "founded", words="have not endorsed")
for name, change, words in (
        ("two administrators with one key", lambda d: d["admins"][1].update(key=d["admins"][0]["key"]), "same id, name or key"),
        ("more are needed than there are", lambda d: d.update(threshold=3), "threshold"),
        ("another log's name", lambda d: d.update(custody_origin="site7.example/K2/custody/1"), "custody_origin is not"),
        ("a demonstration that says it is none", lambda d: d.update(demo=True), "a demo if")):
    f = Forge(admins=2, threshold=1)
    f.logs["authority"] = f.logs["authority"][:1]
    f.change("authority", 0, lambda b: change(b["data"]))
    refused(f"founding: {name}", f, "founding", words=words)

# --- transfers -------------------------------------------------------------------------------------------
f = submitted()
f.step(X, "approve2", ("anna", "anna"))
refused("one officer twice", f, "one-person", words="every approval needs another person")
f = submitted()
f.act("requester.enroll", "person:ben", {"id": "ben", "name": "Ben Okafor"})
f.add("custody", "xfer.withdraw", X, "anna", {"reason": "r"})
f.add("custody", "xfer.abort", X, "anna", {"reason": "r"})
Y = "xfer:K1-000002"
for step in ("open", "start", "read", "scan", "approve1"):
    f.step(Y, step, **({"requester": "ben"} if step == "open" else {}))
f.step(Y, "approve2")
refused("the requester approves", f, "requester", words="is the requester")
f = submitted()
f.add("custody", "xfer.release", X, "K1", {"approvals": [leaves(f.logs["custody"][-1:])[0].hex()], "manifest": body_of(f.logs["custody"][-1])["data"]["manifest"]})
refused("released with one approval", f, "state", words="is SUBMITTED")
f = submitted()
f.step(X, "approve2")
f.step(X, "release", approvals=[leaves(f.logs["custody"][-1:])[0].hex()] * 2)
refused("one approval named twice", f, "approvals", words="approvals are not those")
for name, words, reason, other in (
        ("another manifest", "another manifest", "other-bytes", {"manifest": {"bytes": 1, "files": 1, "root": "d" * 64, "sha256": "f" * 64}}),
        ("another inventory", "another inventory", "other-bytes", {"inventory": {"items": 1, "sha256": "f" * 64}}),
        ("another destination", "another destination", "other-bytes", {"dest": "elsewhere"}),
        ("another policy", "policy is not the one", "policy", {"policy": "f" * 64}),
        ("another scan", "scan is not the leaf", "scan", {"scan": "f" * 64}),
        ("the other direction", "dir must be", "direction", {"dir": "out"}),
        ("an approval that expires", "expires empty", "direction", {"expires": "2026-04-01T00:00:00Z"}),
        ("a slot left out", "is slot 2", "slot", {"slot": 3}),
        ("an addendum that there is not", "does not have", "addendum", {"addendum": "f" * 64}),
        ("an exception that there is not", "", "other-bytes", {"exceptions": ["f" * 64]})):
    f = submitted()
    f.step(X, "approve2", **other)
    refused(f"the second signs {name}", f, reason, words=words)
f = submitted()
f.add("custody", "xfer.withdraw", X, "anna", {"reason": "r"})
f.add("custody", "xfer.approve", X, "ben", f.approval(X, 2))
refused("an approval after the withdrawal", f, "slot", words="is slot 1")
f = submitted()
f.add("custody", "xfer.withdraw", X, "ben", {"reason": "r"})
refused("somebody else withdraws", f, "return", words="others return it")
f = submitted()
f.add("custody", "xfer.return", X, "anna", {"reason": "r"})
refused("who submitted returns it", f, "return", words="can withdraw it")
f = submitted(sandbox=False)
refused("served without its sandbox and approved", f, "sandbox", words="without its sandbox")
f = submitted()
f.step(X, "approve2")
f.step(X, "deliver")
refused("delivered without a release", f, "state", words="cannot follow")
for name, words, reason, other in (
        ("another manifest", "not the approved one", "manifest", {"manifest": {"bytes": 1, "files": 1, "root": "d" * 64, "sha256": "f" * 64}}),
        ("something else read back", "read back", "manifest", {"readback": "f" * 64}),
        ("elsewhere", "approved destination", "destination", {"dest": "elsewhere"}),
        ("scanned in part", "not everything", "rescan", {"rescan": {"bytes": 1, "objects": 0, "scanners": [
            {"after": "pass", "before": "pass", "engine": "e", "kind": "k", "name": "av", "sandbox": True, "signatures": "s", "version": "1"}]}})):
    f = submitted()
    f.step(X, "approve2")
    f.step(X, "release")
    f.step(X, "deliver", **other)
    refused(f"delivered: {name}", f, reason, words=words)
f = fresh()
f.step("xfer:K1-000002", "open")
refused("a gap in the numbers", f, "number", words="the next transfer is")
f = fresh()
f.step(X, "open", requester="anna")
refused("for somebody who is no requester", f, "requester", words="not an enrolled requester")
f = fresh()
f.step(X, "open", officer="rita")
refused("named by an officer who is none", f, "officer", words="is not an officer")
f = fresh()
f.act("policy.set", "policy", {"approvals": 3, "bytes": 1, "sha256": "9" * 64})
f.step(X, "open", policy="a" * 64)
refused("under a policy that is not in force", f, "policy", words="not the one in force")
f = submitted()
f.add("custody", "station.start", "station", "K1", {"interrupted": [], "sandbox": True, "unclean": False, "version": "1"})
refused("a crash that is not told", f, "start", words="did not end with station.stop")
f = fresh()
f.step(X, "open")
f.add("custody", "station.stop", "station", "K1", {})
f.add("custody", "station.start", "station", "K1", {"interrupted": [], "sandbox": True, "unclean": False, "version": "1"})
refused("a transfer that was interrupted is left out", f, "start", words="interrupted")
f = fresh()
f.add("custody", "station.stop", "station", "K1", {})
f.add("custody", "sess.fail", "station", "K1", {"officer": "x", "why": "w"})
refused("an entry of a station that is stopped", f, "running", words="no station.start")
f = fresh()
f.step(X, "open")
f.add("custody", "xfer.fault", X, "K1", {"step": "release", "why": "w"})
refused("a release that was not under way fails", f, "fault", words="not under way")
f = fresh()
for step in ("open", "start", "read", "scan"):
    f.step(X, step)
f.add("custody", "xfer.take", X, "anna", {})
refused("taken by who holds it", f, "holder", words="holds")

# --- the register -----------------------------------------------------------------------------------------
stick = {"classification": "", "device": {"model": "m", "serial": "4C", "vendor": "v"}, "from": "k", "label": "l", "owner": "", "seal": "", "sealed": False}
f = fresh()
f.add("custody", "medium.register", "medium:M-1", "anna", stick)
f.add("custody", "medium.register", "medium:M-2", "anna", stick)
refused("one device under two numbers", f, "register", words="a medium has one number")
f = fresh()
f.add("custody", "medium.register", "medium:M-1", "anna", stick)
f.add("custody", "medium.sanitise", "medium:M-1", "anna", {"certificate": "", "method": "burnt"})
f.add("custody", "medium.confirm", "medium:M-1", "anna", {"note": ""})
refused("who wiped it confirms it", f, "register", words="another officer confirms")
f = fresh()
f.step(X, "open", control="M-9")
refused("a medium that was never registered is read", f, "register", words="no medium M-9")

end()
