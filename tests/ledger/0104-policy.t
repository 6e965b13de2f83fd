#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What policy, request, fields and scans make of a transfer: both verifiers derive it
again from the documents, and refuse what two officers signed and nobody could have."""
import base64, os, shutil, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from answers import both, end, ok, tmp
from forge import Forge, audit, canonical, sha, top

X, SIZE = "xfer:K1-000001", 15
PLAIN = 'name = "p"; required = ( { scanner = "av"; types = "*"; } ); rules = ( { verdict = "clean"; gate = "pass"; }, { kind = ["link", "directory"]; gate = "pass"; } );\n'
BASE = dict.fromkeys(("links", "members", "objects"), 0)


def scan(verdict="clean", scanner="av", of=SIZE, read=SIZE, why="", parts=0):
    return {"of": of, "parts": parts, "read": read, "scanner": scanner, "verdict": verdict, "why": why}


def item(n=1, scans=None, **other):
    path = base64.b64encode(b"file-%d" % n).decode()
    return {"by": "anna", "decision": "approve", "dest": path, "exceptions": [], "id": n, "inside": {**BASE, "verdict": "na", "whole": False, "worst": ""},
            "kind": "file", "link": "", "mime": "text/plain", "mode": 420, "mtime": "2024-01-02T03:04:05Z", "name": f"file-{n}", "outcome": "released",
            "path": path, "proposed": "approve", "reason": "", "scans": [scan()] if scans is None else scans, "sha256": sha(b"%d" % n).hex(), "size": SIZE,
            "state": "read", "type": "text", "verdict": "clean", "why": "", "zone": "utc", **other}


def finding(n=1, **other):
    return {"at": "", "class": "code-exec", "detail": "", "item": n, "object": "", "rule": "exec/x", "scanner": "av", "severity": "medium", "title": "t", "type": "", **other}


def made(policy=PLAIN, items=None, finds=(), fields=(), classes=None, request=None, scanners=(), medium=None, control=None, marking="open", approvals=2):
    """A whole ledger with one submitted transfer of these documents, signed by everybody who must."""
    f, items = Forge().settle(), [item()] if items is None else items
    f.docs = tmp + "/docs"
    shutil.rmtree(f.docs, ignore_errors=True)
    os.makedirs(f.docs)

    def put(text):
        digest = sha(text).hex()
        with open(f"{f.docs}/{digest}", "wb") as out:
            out.write(text)
        return digest
    rules = put(policy.encode())
    f.act("policy.set", "policy", {"approvals": approvals, "bytes": len(policy), "sha256": rules})
    if control:
        f.add("custody", "medium.register", f"medium:{control}", "anna", {"classification": marking, "from": "rita", "label": "l", "owner": "o", "seal": "", "sealed": False})
    medium = {"bytes": 9, "table": "none", "volumes": [], **(medium or {})}
    rows = [{**f.scan_data()["scanners"][0], **s} for s in scanners or [{"kind": "av", "engine": "Alpha 1"}]]
    fields = [{"name": n, "value": v} for n, v in fields]
    f.step(X, "open", fields=fields, **({"control": control} if control else {}))
    if classes is not None:
        f.add("custody", "xfer.fields", X, "K1", {"classes": classes, "fields": fields, "officer": "anna"})
    f.step(X, "start")
    f.step(X, "read", items=len(items), medium=medium)
    f.step(X, "scan", scanners=rows, **({"request": request} if request else {}))
    if control:  # what becomes of the medium later is another story
        for type, data in (("return", {"seal": "", "to": "rita"}), ("register", {"classification": "other", "from": "rita", "label": "l", "owner": "o", "seal": "", "sealed": False})):
            f.add("custody", "medium." + type, f"medium:{control}", "anna", data)
    lines = [canonical(x) + b"\n" for x in finds]
    for it in items:
        own, worst = [(x, line) for x, line in zip(finds, lines) if x["item"] == it["id"]], {}
        for x, _ in own:
            worst[x["class"]] = max(worst.get(x["class"], 0), audit.SEVERITIES.index(x["severity"]))
        it["finds"] = {"n": len(own), "sha256": sha(b"".join(line for _, line in own)).hex(), "worst": sorted(f"{c}/{audit.SEVERITIES[s]}" for c, s in worst.items())}
    header = {"approvals": approvals, "deciders": ["anna"], "exceptions": [], "inventory": 1, "items": len(items), "medium": medium, "officer": "anna", "policy": rules,
              "requester": "rita", "scanners": rows, "station": "K1", "transfer": X[5:]}
    goes = sorted((base64.b64decode(it["dest"]), it["sha256"], it["size"]) for it in items if (it["kind"], it["outcome"]) == ("file", "released"))
    text = [audit.manifest_line(digest, dest) for dest, digest, _ in goes]
    said = {"inventory": {"items": len(items), "sha256": put(b"".join(canonical(x) + b"\n" for x in [header, *items]))}, "findings": put(b"".join(lines)),
            "manifest": {"bytes": sum(size for _, _, size in goes), "files": len(goes), "root": audit.Tree(sha(b"\0" + t) for t in text).roots[-1].hex(),
                         "sha256": sha(b"".join(t + b"\n" for t in text)).hex()}}
    if fields or classes:
        said["fields"] = sha(canonical({"classes": classes or [], "fields": fields})).hex()
    for slot in (1, 2):
        f.step(X, f"approve{slot}", **said)
    return f.write(tmp + "/l")


def accepted(name, **given):
    one, two = both(made(**given))
    ok((one[0], two[0]) == (0, 0), name, *one, *two)


def refused(name, reason, **given):
    one, two = both(made(**given))
    ok(one[0] == 1 and "the documents of K1-000001" in one[1], f"verify: {name}", *one)
    ok(two[1].startswith(f"UNTRUE [{reason}] "), f"audit.py: {name}: {reason}", *two)


def with_policy(more, **other):
    return {"policy": PLAIN + more, **other}


accepted("a plain transfer")
refused("a policy that asks for more approvals than its entry", "policy", **with_policy("approvals = 3;"))

# --- fields
WORDS = 'classifications = ["open", "secret", "top"]; classification_ceiling = "secret";'
CLASS = [("classification", "open")]
SITE = ('fields = ["purpose", "kind"]; fields_optional = ["day", "note"]; site_fields = ( { name = "kind"; kind = "choice"; choices = ["a", "b c"]; }, '
        '{ name = "day"; kind = "date"; }, { name = "note"; max_bytes = 3; } );')
accepted("fields that the policy asks for", **with_policy(SITE, fields=[("purpose", "p"), ("kind", "b c"), ("day", "2024-02-29"), ("note", "abc")]))
accepted("a standard field that nobody asks for", fields=[("origin", "mirror")])
for name, more, fields in (
        ("a field missing", SITE, [("purpose", "p")]),
        ("a field that is blank", SITE, [("purpose", "  "), ("kind", "a")]),
        ("a field that nobody knows", SITE, [("purpose", "p"), ("kind", "a"), ("other", "x")]),
        ("no such choice", SITE, [("purpose", "p"), ("kind", "c")]),
        ("a day that there is not", SITE, [("purpose", "p"), ("kind", "a"), ("day", "2023-02-29")]),
        ("a field that is too long", SITE, [("purpose", "p"), ("kind", "a"), ("note", "abcd")]),
        ("a standard field that is too long", "", [("request", "r" * 129)]),
        ("the medium as a field", "", [("medium", "M-1")]),
        ("a field of the site under another policy", "", [("kind", "a")]),
        ("the medium's number missing", 'fields = ["medium"];', []),
        ("no classification", WORDS, []),
        ("a classification that is none", WORDS, [("classification", "Open")]),
        ("a classification above the ceiling", WORDS, [("classification", "top")]),
        ("a source of no classification", WORDS, CLASS + [("source_classification", "x")])):
    refused(name, "fields", **with_policy(more, fields=fields))
accepted("a field of 128 bytes", fields=[("request", "r" * 128)])
accepted("a source above the ceiling", **with_policy(WORDS, fields=CLASS + [("source_classification", "top")]))
accepted("a limit of another classification", **with_policy(WORDS, fields=CLASS, classes=[{"limit": "*.doc", "word": "secret"}]))
LIMIT = [{"limit": "*.doc", "word": "secret"}]
accepted("an item that a limit picks", **with_policy(WORDS, fields=CLASS, classes=LIMIT, items=[item(**{"class": "secret"})]))
for name, classes, it in (("another item's classification", LIMIT, item(**{"class": "top"})), ("the transfer's own", LIMIT, item(**{"class": "open"})), ("no word", LIMIT, item(**{"class": ""})),
                          ("one without a limit", None, item(**{"class": "secret"})),
                          ("one, and is a folder", LIMIT, item(scans=[], kind="directory", outcome="structural", decision="none", by="", verdict="na", sha256="", size=0, **{"class": "secret"})),
                          ("a field more", LIMIT, item(more=1))):
    refused(f"an item that bears {name}", "inventory", **with_policy(WORDS, fields=CLASS, classes=classes, items=[it]))
refused("a limit of the transfer's classification", "fields", **with_policy(WORDS, fields=CLASS, classes=[{"limit": "*.doc", "word": "open"}]))
SECRET = [("classification", "secret")]
refused("a limit beneath it", "fields", **with_policy(WORDS, fields=SECRET, classes=[{"limit": "*.doc", "word": "open"}]))
refused("a limit above the ceiling", "fields", **with_policy(WORDS, fields=CLASS, classes=[{"limit": "*.doc", "word": "top"}]))
refused("a limit where there are no classifications", "fields", classes=[{"limit": "*.doc", "word": "secret"}])
accepted("a medium that is marked, and bears another marking later", **with_policy(WORDS + 'fields = ["medium"];', fields=CLASS, control="M-1"))
refused("a medium marked with no classification", "fields", **with_policy(WORDS, fields=CLASS, control="M-1", marking="x"))
refused("a medium marked above the ceiling", "fields", **with_policy(WORDS, fields=CLASS, control="M-1", marking="top"))
refused("data above the marking of its medium", "fields", **with_policy(WORDS, fields=[("classification", "secret")], control="M-1"))
refused("a limit above the marking of the medium", "fields", **with_policy(WORDS, fields=CLASS, control="M-1", classes=[{"limit": "*.doc", "word": "secret"}]))

# --- request and medium
ASKED = {**dict.fromkeys("approval classification key purpose source target why".split(), ""), **dict.fromkeys("asked differ missing names other".split(), 0),
         "document": "0" * 64, "id": "R1", "missing_names": [], "requester": "rita", "signed": "signed"}
accepted("a request that is there", **with_policy('request_required = "signed";', request=ASKED))
for name, how, request in (("no request", "present", None), ("one that cannot be read", "present", {**ASKED, "id": ""}), ("one of somebody else", "present", {**ASKED, "requester": "anna"}),
                           ("one that is not signed", "signed", {**ASKED, "signed": "unsigned"})):
    refused(name, "request", **with_policy(f'request_required = "{how}";', request=request))
refused("a medium that could be written to", "medium", medium={"write_protect": "not proved"})
accepted("a policy that lets it", **with_policy("write_protect_required = false;", medium={"write_protect": "not proved"}))
BLOCKS = 'block_medium = ( { kind = "file"; state = "read"; types = "te?t"; why = "w"; } );'
refused("an item that blocks the medium", "medium", **with_policy(BLOCKS))
accepted("one of another type", **with_policy(BLOCKS, items=[item(type="pdf")]))

# --- verdicts
refused("nobody looked at it", "verdict", items=[item(scans=[])])
for name, s in (("it was called malicious", scan("malicious")), ("a part was looked at", scan(read=SIZE - 1)), ("nothing was looked at", scan(read=0)), ("another size was looked at", scan(of=16)),
                ("the scanner gave up", scan("timeout")), ("the scanner had nothing to say", scan("na")), ("another scanner looked", scan(scanner="type"))):
    refused(name, "verdict", items=[item(scans=[s])])
accepted("an item that stays", items=[item(), item(2, scans=[scan("malicious")], verdict="malicious", proposed="reason", outcome="blocked", decision="none", by="")])
refused("what is inside is worse", "verdict", items=[item(inside={**BASE, "verdict": "suspicious", "whole": True, "worst": "", "members": 1, "objects": 1})])
refused("a sealed verdict that is worse than its scans", "verdict", items=[item(verdict="suspicious", proposed="reason", reason="r")])
TWO = 'required = ( { scanner = "av"; types = "*"; max_bytes = "1K"; }, { scanner = "type"; types = "*"; part = true; }, { scanner = "bv"; types = "text"; min_bytes = 15; } );'
TWO = PLAIN.replace('required = ( { scanner = "av"; types = "*"; } );', TWO)
TWICE = [{"kind": "av", "engine": "Alpha 1"}, {"name": "bv", "kind": "av", "engine": "Beta/2"}, {"name": "type"}]
accepted("two scanners and a part", policy=TWO, items=[item(scans=[scan(), scan(scanner="bv"), scan(scanner="type", read=1)])], scanners=TWICE)
refused("one of two is missing", "verdict", policy=TWO, items=[item(scans=[scan(), scan(scanner="type")])], scanners=TWICE)
ENGINES = 'engines = ( { types = "text"; at_least = 2; } );'
accepted("two engines", policy=TWO + ENGINES, items=[item(scans=[scan(), scan(scanner="bv"), scan(scanner="type")])], scanners=TWICE)
TWICE[1]["engine"] = "Alpha/2"
refused("two of one maker", "verdict", policy=TWO + ENGINES, items=[item(scans=[scan(), scan(scanner="bv"), scan(scanner="type")])], scanners=TWICE)
LARGE = scan("incomplete", read=0, why="size-limit: 10")
STAND = PLAIN.replace('types = "*"; } );', 'types = "*"; }, { scanner = "type"; types = "*"; part = true; } ); stand_in = ( { types = "te*"; scanner = "av"; by = "type"; } );')
accepted("somebody stands in for a scanner", policy=STAND, items=[item(scans=[LARGE, scan(scanner="type")])])
refused("one who did not look at all of it", "verdict", policy=STAND, items=[item(scans=[LARGE, scan(scanner="type", read=3)])])
refused("or for another type", "verdict", policy=STAND, items=[item(type="pdf", scans=[LARGE, scan(scanner="type")])])
WHOLE = {**BASE, "members": 2, "objects": 2, "verdict": "clean", "whole": True, "worst": ""}
accepted("looked at in parts", items=[item(inside=WHOLE, scans=[{**LARGE, "parts": 2}])])
refused("not at all of its parts", "verdict", items=[item(inside=WHOLE, scans=[{**LARGE, "parts": 1}])])

# --- proposals and outcomes
refused("a proposal that no rule makes", "proposed", items=[item(type="pdf", proposed="reason", reason="r")])
RULES = 'rules = ( { class = "code-exec"; severity = "medium"; gate = "block"; }, { severity = "high"; gate = "reason"; }, { gate = "pass"; } );'
RULES = PLAIN[:PLAIN.index("rules")] + RULES
refused("a finding that blocks", "proposed", policy=RULES, finds=[finding()])
accepted("one that is not as bad", policy=RULES, finds=[finding(severity="low")])
refused("any finding that asks for a reason", "proposed", policy=RULES, finds=[finding(severity="critical", **{"class": "privacy"})])
accepted("and has one", policy=RULES, items=[item(proposed="reason", reason="r")], finds=[finding(severity="critical", **{"class": "privacy"})])
for name, it in (("released without a reason", item(type="pdf", scans=[scan("suspicious")], verdict="suspicious", proposed="reason")),
                 ("released and malicious", item(scans=[scan("malicious")], verdict="malicious", proposed="reason", reason="r")),
                 ("rejected and released", item(decision="reject")), ("undecided and blocked", item(decision="none", by="", outcome="blocked")),
                 ("held and rejected", item(decision="hold", outcome="rejected"))):
    refused(name, "outcome", items=[item(2), it] if it["id"] == 2 else [it])
accepted("a link and a directory", items=[item(), item(2, kind="directory", scans=[], sha256="", size=0, type="", mime="", verdict="na", outcome="structural"),
                                          item(3, kind="link", link=base64.b64encode(b"file-1").decode(), scans=[], sha256="", size=0, type="", mime="", verdict="na")])

# --- the text of a policy
for name, text in (("comments and words joined", '# c\nname: "p" "q", // d\nrequired = ( { scanner = "a" "v"; types = ["*"] } ) /* e\n */ rules = ({verdict="clean" gate="pass"})'),
                   ("escapes", PLAIN.replace('"p"', '"\\"\\\\ # \\x41"'))):
    accepted(f"a policy with {name}", policy=text)
for name, text in (("a group that does not end", PLAIN + "keep_days = { released = 1;"), ("a key twice", PLAIN + "approvals = 2; approvals = 2;"), ("no ASCII", PLAIN + "# \u00e4\n"),
                   ("rubbish", "}"), ("a value missing", PLAIN + "approvals = ;")):
    refused(f"a policy with {name}", "policy", policy=text)

end()
