#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""People, keys, administrators, witnesses, anchors, fields and recalls: made
and broken by somebody with every key; both verifiers agree on each."""
import base64, os, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import forge
from answers import accepted, end, refused
from forge import Forge, NAMES, body_of, key_line, leaves, sha, sshsig

print_of = forge.audit.fingerprint


def fresh(admins=1, threshold=1):
    return Forge(admins=admins, threshold=threshold).settle(*[f"root{i}" for i in range(1, threshold + 1)])


def proof(f, key, id):
    return base64.b64encode(sshsig(key, f"enroll\n{id}\n{f.head('authority')['root']}\n".encode())).decode()


def enroll_key(f, id, key, cross=None, **other):
    data = {"id": id, "key": key_line(key), "proof": proof(f, key, id), **other}
    if cross:
        data["cross"] = proof(f, cross, id)
    return data


def login(f, id, role="officer", **other):
    f.add("custody", "sess.login", f"officer:{id}", id, {"nonce": "0" * 64}, role=role, **other)


def person(type, id, *by, **data):
    def change(f):
        f.act(type, f"person:{id}", {"id": id, **data}, *by)
    return change


def after(*changes, admins=1, threshold=1):
    f = fresh(admins, threshold)
    for change in changes:
        change(f)
    return f


suspend, resume, retire = (lambda id, *by, t=t: person(t, id, *by, reason="r") for t in ("officer.suspend", "officer.resume", "officer.retire"))
grant = lambda id, *roles, expires="", basis="b": person("role.grant", id, basis=basis, expires=expires, roles=[*roles])
revoke = lambda id, *roles: person("role.revoke", id, reason="r", roles=[*roles])
end_key = lambda id, key, reason="lost", **other: person("key.revoke", id, key=print_of(key_line(key)), reason=reason, **other)
rotate = lambda id, key, cross=None, **other: lambda f: f.act("key.enroll", f"person:{id}", enroll_key(f, id, key, cross, **other))

# --- suspension, retirement, roles ---------------------------------------------------------------
f = after(suspend("anna"), resume("anna"))
login(f, "anna")
accepted("suspended and back", f)
f = after(suspend("anna"))
login(f, "anna", auth=f.head("authority", len(f.logs["authority"]) - 1))
accepted("who was shown the log from before her suspension", f)
f = after(suspend("anna"))
login(f, "anna")
refused("a suspended person signs", f, "rights")
refused("suspended twice", after(suspend("anna"), suspend("anna")), "suspension")
refused("resumed and never suspended", after(resume("anna")), "suspension")
refused("the only administrator is suspended", after(suspend("root1")), "threshold")
f = after(retire("anna"))
login(f, "anna")
refused("somebody who left signs", f, "rights")
refused("somebody who left comes back", after(retire("anna"), grant("anna", "requester")), "retired")
refused("and is not enrolled again", after(retire("anna"), lambda f: f.act("officer.enroll", "person:anna", f.enroll_data("anna", "officer"))), "retired")
refused("an administrator leaves", after(retire("root1")), "retired")
f = after(grant("anna", "auditor", expires="2026-03-02"))
login(f, "anna", "auditor")
f.at = "2026-03-02T23:59:59Z"
login(f, "anna", "auditor")
accepted("an appointment holds through its last day", f)
f.at = "2026-03-03T00:00:00Z"
login(f, "anna", "auditor")
refused("and not a second longer", f, "rights")
f = after(grant("anna", "auditor", expires="2026-03-02"))
f.at = "2026-03-04T00:00:00Z"
login(f, "ben")
login(f, "anna", "auditor", at="2026-03-01T09:00:00Z")
refused("nor by a clock that is set back", f, "rights")
refused("appointed until a day that is over", after(grant("anna", "auditor", expires="2026-02-28")), "expires")
refused("appointed until a day that there is not", after(grant("anna", "auditor", expires="2026-02-30")), "expires")
refused("appointed on no basis", after(grant("anna", "auditor", basis="")), "text")
refused("appointed as administrator by a grant", after(grant("anna", "admin")), "roles")
refused("an officer without a key", after(grant("rita", "officer")), "key")
refused("nobody is appointed", after(grant("dora", "requester")), "identity")
f = after(revoke("anna", "officer"))
login(f, "anna")
refused("a role that was taken", f, "rights")
refused("a role taken that she has not", after(revoke("anna", "auditor")), "roles")

# --- keys -----------------------------------------------------------------------------------------------
f = after(rotate("anna", "anna2", "anna"))
f.keys["anna"] = "anna2"
login(f, "anna")
accepted("a new key cross-signed by the old", f)
del f.keys["anna"]
login(f, "anna")
refused("the old key signs on", f, "person")
refused("a new key without the old one", after(rotate("anna", "anna2")), "key")
refused("cross-signed by somebody else", after(rotate("anna", "anna2", "ben")), "signature")
refused("a new key that ben had", after(rotate("anna", "ben", "anna")), "identity")
refused("her own old key again", after(rotate("anna", "anna2", "anna"), rotate("anna", "anna", "anna2")), "identity")
f = after(end_key("anna", "anna"))
login(f, "anna")
refused("a key that is lost signs", f, "person")
f = after(end_key("anna", "anna"), rotate("anna", "anna2"))
f.keys["anna"] = "anna2"
login(f, "anna")
accepted("a lost key is replaced", f)
refused("a lost key replaced with its own cross", after(end_key("anna", "anna"), rotate("anna", "anna2", "anna")), "key")
accepted("compromised, from entry 2 on", after(end_key("anna", "anna", "compromised", suspect_from=2)))
refused("compromised, from nowhere", after(end_key("anna", "anna", "compromised")), "key")
refused("lost, from entry 2 on", after(end_key("anna", "anna", suspect_from=2)), "key")
refused("lost twice", after(end_key("anna", "anna"), end_key("anna", "anna")), "key")
accepted("lost, then known to be compromised", after(end_key("anna", "anna"), end_key("anna", "anna", "compromised", suspect_from=3),
                                                     end_key("anna", "anna", "compromised", suspect_from=2)))
refused("compromised later than said", after(end_key("anna", "anna", "compromised", suspect_from=2), end_key("anna", "anna", "compromised", suspect_from=2)), "key")
accepted("of one who left", after(retire("anna"), end_key("anna", "anna", "compromised", suspect_from=0)))
refused("a key that is not hers", after(end_key("anna", "ben")), "key")
refused("the only administrator's key", after(end_key("root1", "root1")), "threshold")
f = fresh()
for step in ("open", "start", "read", "scan", "approve1"):
    f.step("xfer:K1-000001", step)
retire("anna")(f)
f.step("xfer:K1-000001", "approve2")
accepted("an approval stays when its signer leaves", f)

# --- administrators -----------------------------------------------------------------------------------------
def admins(f, *ids, threshold=1, by=("root1",), new=("emil",), **other):
    rows = [{"id": id, "key": key_line(f.keys.get(id, id)), "name": NAMES[id], **({"proof": proof(f, id, id)} if id in new else {})} for id in ids]
    return f.act("admin.set", "station", {"admins": rows, "threshold": threshold}, *by, **other)


f = fresh()
admins(f, "root1", "emil", threshold=1)
login(f, "emil", "admin")
accepted("a second administrator", f)
f = fresh()
admins(f, "root1", "emil", threshold=2)
login(f, "emil", "admin")
refused("two are needed from now on, and one has signed", f, "rights")
f = fresh()
admins(f, "root1", "emil", threshold=2, by=("root1", "emil"))
login(f, "emil", "admin")
accepted("and the new one has signed, too", f)
f = fresh(3, 2)
admins(f, "root1", "emil", threshold=1, by=("root1",))
f.endorse(len(f.logs["authority"]) - 1, "emil")
login(f, "emil", "admin")
refused("the old threshold is not met by those who are new", f, "rights")
f = fresh(3, 2)
admins(f, "root1", "root2", threshold=2, by=("root1", "root2"), new=())
login(f, "root3", "admin")
refused("who is an administrator no more", f, "rights")
f = fresh(3, 2)
seq = len(f.logs["authority"])
f.act("requester.enroll", "person:emil", {"id": "emil", "name": NAMES["emil"]}, "root1")
admins(f, "root1", "root2", threshold=2, by=("root1", "root2"), new=())
f.endorse(seq, "root2")
refused("an act from before the administrators changed", f, "endorsement")
f = fresh()
admins(f, "root1", "emil", new=())
refused("an administrator whose key nobody proved", f, "admins")
f = fresh()
admins(f, "root1", "anna", new=("anna",))
refused("a proof for a key that is proved", f, "admins")
f = fresh()
admins(f, "root1", "anna", new=())
login(f, "anna", "admin")
login(f, "anna")
accepted("one person is administrator and officer", f)
f = fresh()
admins(f, "root1", threshold=2, new=())
refused("more are needed than there are administrators", f, "admins")
f = after(suspend("anna"))
admins(f, "root1", "anna", new=())
refused("a suspended administrator", f, "retired")
f = fresh()
f.act("officer.enroll", "person:dora", f.enroll_data("dora", "admin"))
refused("an enrolment makes no administrator", f, "roles")
f = fresh(2, 2)
seq = len(f.logs["authority"])
f.act("officer.enroll", "person:dora", f.enroll_data("dora", "officer"), "root1")
f.act("officer.enroll", "person:emil", f.enroll_data("emil", "officer", name="Dora Falk"), "root1", "root2")
f.endorse(seq, "root2")
refused("what held when it was proposed holds no more", f, "identity")

# --- witnesses and anchors ----------------------------------------------------------------------------------------
witness, cosign = Forge.witnesses, Forge.cosign
f = fresh()
witness(f, "w.one", "w.two")
cosign(f, "w.one")
cosign(f, "w.two")
cosign(f, "w.one", time=2000)
accepted("two witnesses cosign", f)
f = fresh()
witness(f, "w.one")
cosign(f, "w.two")
refused("a cosignature by a witness that is not in the list", f, "cosignature")
f = fresh()
witness(f, "w.one")
cosign(f, "w.one")
cosign(f, "w.one", size=2)
refused("a witness goes back", f, "cosignature")
f = fresh()
witness(f, "w.one")
cosign(f, "w.one", signed=999)
refused("a cosignature of another time", f, "cosignature")
f = fresh()
witness(f, "w.one")
cosign(f, "w.one", size=1, **{"root": "0" * 64})
refused("a cosignature of another history", f, "cosignature")
for name, change in (("of two witnesses with one name", lambda f: witness(f, "w.one", "w.one")), ("of a witness under another name", lambda f: witness(f, "w.one", name="w.two")),
                     ("of a witness with the log's key", lambda f: f.act("witness.set", "station", {"witnesses": [{"name": "w", "vkey": forge.vkey("w", "the log", 4)}]})),
                     ("of a witness with a person's key", lambda f: f.act("witness.set", "station", {"witnesses": [{"name": "w", "vkey": forge.vkey("w", "anna", 4)}]})),
                     ("of a witness with a log's kind of key", lambda f: f.act("witness.set", "station", {"witnesses": [{"name": "w", "vkey": forge.vkey("w", "w", 1)}]}))):
    refused("a list " + name, after(change), "witness")


def anchor(f, type, kind, size=None, **other):
    data = {"kind": kind, **f.head("custody", size), **({"why": "w"} if type == "restore.detected" else {"officer": "anna"}), **other}
    f.add("custody", type, "station", "K1", data)


f = fresh()
anchor(f, "anchor.out", "paper")
paper = body_of(f.logs["custody"][-1])["data"]["size"]
anchor(f, "anchor.in", "paper", paper)
anchor(f, "anchor.out", "share")
anchor(f, "anchor.in", "share", 2)
accepted("anchors out and in", f)
f = fresh()
anchor(f, "anchor.in", "paper")
refused("a paper that was never printed", f, "anchor")
f = fresh()
anchor(f, "anchor.out", "paper", **{"root": "0" * 64})
refused("an anchor of another root", f, "anchor")
f = fresh()
anchor(f, "restore.detected", "share")
refused("an anchor that agrees is told not to", f, "anchor")
f = fresh()
anchor(f, "restore.detected", "share", root="1" * 64)
f.step("xfer:K1-000001", "open")
refused("a transfer is opened while an anchor does not agree", f, "anchor-open")

f = fresh()
anchor(f, "restore.detected", "share", 0, root="1" * 64)
refused("an anchor of nothing", f, "anchor")


def witnessed(early=False, late=False):
    """A release whose approvals a witness has cosigned, or those before them."""
    f = fresh()
    witness(f, "w.one")
    for step in ("open", "start", "read", "scan", "approve1"):
        f.step("xfer:K1-000001", step)
    if early:
        cosign(f, "w.one")
    f.step("xfer:K1-000001", "approve2")
    if not early:
        cosign(f, "w.one")
    size = [body_of(e)["data"]["size"] for e in f.logs["custody"] if body_of(e)["type"] == "witness.cosig"][-1]
    f.step("xfer:K1-000001", "release", cosig_size=size + late)
    return f


accepted("a release that a witness has seen", witnessed())
refused("one of which he saw one approval", witnessed(early=True), "witnessed")
refused("one that tells of more than he saw", witnessed(late=True), "witnessed")

# --- fields, recalls, exports ----------------------------------------------------------------------------------------
X = "xfer:K1-000001"
rows = [{"name": "purpose", "value": "p"}]


def submitted(*steps, statement=None, fields=()):
    f = fresh()
    f.step(X, "open", fields=[*fields])
    for step in ("start", "read", "scan"):
        f.step(X, step)
    for data in steps:
        f.add("custody", "xfer.fields", X, "K1", {"officer": "anna", **data})
    digest = {"fields": sha(forge.canonical(statement)).hex()} if statement else {}
    f.step(X, "approve1", **digest)
    return f


accepted("fields from the beginning are signed", submitted(fields=rows, statement={"classes": [], "fields": rows}))
later = {"classes": [{"limit": "name = x", "word": "SECRET"}], "fields": [{"from": "request", "name": "purpose", "value": "q"}]}
accepted("and those that came later", submitted(later, fields=rows, statement=later))
refused("an approval that does not name its fields", submitted(fields=rows), "statement")
refused("one of the fields that were before", submitted(later, fields=rows, statement={"classes": [], "fields": rows}), "statement")
refused("one of fields that there are not", submitted(statement={"classes": [], "fields": rows}), "statement")
for name, wrong in (("a name twice", rows * 2), ("an empty value", [{"name": "purpose", "value": ""}]), ("a name in capitals", [{"name": "Purpose", "value": "p"}]),
                    ("too many", [{"name": f"f{i}", "value": "p"} for i in range(49)]), ("from nowhere", [{"from": "me", "name": "purpose", "value": "p"}]),
                    ("too much", [{"name": f"f{i}", "value": "p" * 1024} for i in range(8)])):
    f = fresh()
    f.step(X, "open", fields=wrong)
    refused(f"fields with {name}", f, "fields")


def delivered():
    f = fresh()
    f.transfer()
    return f


def proposed(type="xfer.recall", who="anna"):
    f = delivered()
    return f, f.add("custody", type, X, who, {"reason": "r"})


def confirmed(type="xfer.recall"):
    f, leaf = proposed(type)
    return f, f.add("custody", "xfer.confirm", X, "ben", {"leaf": leaf})


for type, done in (("xfer.recall", "xfer.recalled"), ("xfer.retire", "xfer.retired")):
    f, leaf = confirmed(type)
    f.add("custody", done, X, "K1", {"confirm": leaf, "dest": "transfers/K1-000001", "found": True})
    accepted(f"{type} by two officers", f)
f, leaf = proposed()
f.add("custody", "xfer.confirm", X, "anna", {"leaf": leaf})
refused("one officer recalls alone", f, "recall")
f, leaf = proposed()
f.add("custody", "xfer.recalled", X, "K1", {"confirm": leaf, "dest": "transfers/K1-000001", "found": True})
refused("moved before it is confirmed", f, "state")
f, leaf = confirmed()
f.add("custody", "xfer.recalled", X, "K1", {"confirm": leaf, "dest": "transfers/K1-000002", "found": True})
refused("another delivery is moved", f, "recall")
f, leaf = confirmed()
f.add("custody", "xfer.retired", X, "K1", {"confirm": leaf, "dest": "transfers/K1-000001", "found": True})
refused("a recall ends as a retirement", f, "state")
f, leaf = proposed()
f.add("custody", "xfer.keep", X, "ben", {"leaf": leaf, "reason": "r"})
f.add("custody", "xfer.recall", X, "ben", {"reason": "r"})
accepted("kept, and proposed again", f)
f, leaf = confirmed()
f.add("custody", "xfer.keep", X, "cleo", {"leaf": leaf, "reason": "r"})
refused("kept after it was confirmed", f, "state")
f, leaf = proposed()
f.add("custody", "xfer.confirm", X, "ben", {"leaf": "0" * 64})
refused("something else is confirmed", f, "recall")
f = delivered()
f.add("custody", "xfer.recall", X, "anna", {"reason": ""})
refused("a recall without a reason", f, "recall")


def export(f, **other):
    f.add("custody", "audit.export", "station", "K1", {"document": "0" * 64, "format": "pdf", "name": "reports/K1-000001/report.pdf", "officer": "anna", **other})
    return f


accepted("a report is handed out", export(delivered()))
refused("a report of a transfer that there is not", export(fresh()), "export")
refused("a report in a format that there is not", export(delivered(), format="doc"), "export")
refused("a report for a requester", export(delivered(), officer="rita"), "export")
refused("a report somewhere else", export(delivered(), name="reports/../x/y"), "export")

# --- samples, the clock and the disk -----------------------------------------------------------------------------------
def sample(f, n=1, seed="S-1", **other):
    """Drawn by hand: one file lies there, and it is the first of K1-000001."""
    head = f.head("custody")
    text = (f"sallyport-sample-v1\nlog {f.origins['custody']}\nsize {head['size']}\nroot {head['root']}\nseed {seed}\n"
            "population 1\ndrawn 1\nK1-000001 1\n")
    return f.add("custody", "audit.sample", "station", "K1", {"document": sha(text.encode()).hex(), "n": n, "officer": "anna", "seed": seed, "size": head["size"], **other})


def attest(f, leaf, **other):
    f.add("custody", "audit.attest", "station", "anna", {"checked": 1, "differ": 0, "note": "", "sample": leaf, **other}, role="officer")


f = delivered()
attest(f, sample(f, n=9))
accepted("a sample of all that there is, attested", f)
for name, other in (("of another document", {"document": "0" * 64}), ("of nothing", {"n": 0}), ("drawn later than it says", {"size": 3}),
                    ("with a seed of spaces", {"seed": "a b"}), ("for a requester", {"officer": "rita"})):
    f = delivered()
    sample(f, **other)
    refused(f"a sample {name}", f, "sample")
f = fresh()
sample(f)
refused("a sample where nothing lies", f, "sample")
for name, other in (("of more than was drawn", {"checked": 2}), ("of nothing", {"checked": 0}), ("that does not say what differs", {"differ": 1}), ("of no sample", {"sample": "0" * 64})):
    f = delivered()
    leaf = sample(f)
    attest(f, **{"leaf": leaf, **other}) if "sample" not in other else attest(f, other["sample"])
    refused(f"an attestation {name}", f, "sample")


def station(type, **data):
    return lambda f: f.add("custody", type, "station", "K1", data)


early, late, lost = "2026-03-01T08:00:00Z", "2026-03-01T08:00:03Z", "2001-01-01T00:00:00Z"
accepted("steps of the clock", after(station("clock.step", expected=early, found=late, kind="ahead"), station("clock.step", expected=late, found=early, kind="back"),
                                     station("clock.step", expected=early, found=lost, kind="unset")))
for kind, expected, found in (("back", early, late), ("ahead", early, "2026-03-01T08:00:02Z"), ("back", early, lost), ("unset", late, early), ("ahead", "yesterday", late),
                              ("sideways", early, late)):
    refused(f"a step {kind} that is none", after(station("clock.step", expected=expected, found=found, kind=kind)), "clock")
full, room = station("disk.full", ballast=9), station("disk.room", ballast=9)
accepted("a disk that fills twice", after(full, room, full, station("disk.low", bytes=1, floor=2)))
refused("a ballast given up twice", after(full, full), "disk")
refused("room where it was never full", after(room), "disk")
refused("a disk that is low and is not", after(station("disk.low", bytes=2, floor=2)), "disk")
refused("a ballast of nothing", after(station("disk.full", ballast=0)), "disk")

end()
