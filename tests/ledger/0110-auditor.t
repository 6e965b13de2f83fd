#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The auditor's script knows every type of entry that transfer.def has, who signs
it, and in which state of a transfer it may come: a second opinion that calls a
good record bad is none."""
import importlib.util, os, re, sys

top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location("audit", os.path.join(top, "share/audit/audit.py"))
audit = importlib.util.module_from_spec(spec)
spec.loader.exec_module(audit)
tests = []


def ok(good, name, *details):
    tests.append(good)
    print(f"{'ok' if good else 'not ok'} {len(tests)} - {name}", flush=True)
    for d in details if not good else ():
        print("# " + str(d).replace("\n", "\n# "))


with open(os.path.join(top, "src/core/transfer.def")) as f:
    text = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
events = {}  # id -> type, log, signers
for m in re.finditer(r'EVENT\((\w+),\s*"([^"]+)",\s*(LOG_\w+),\s*([\w| ]+),\s*([\w|\s]+?),\s*ASK_', text):
    events[m[1]] = (m[2], m[3], {w.strip() for w in m[5].split("|")})
rows = re.findall(r"ROW\((\w+), (\w+), (\w+), (\w+)\)", text)
ok(len(events) == text.count("EVENT(") and len(rows) == text.count("ROW(") and len(events) > 30,
   "transfer.def is read whole", len(events), len(rows))

# --- who signs ------------------------------------------------------------------------
known = {"SIGNER_STATION": audit.STATION, "SIGNER_ADMIN": audit.ADMIN, "SIGNER_OFFICER": audit.OFFICER}
for type, log, signers in sorted(events.values()):
    if len(signers) > 1:
        several = audit.MOST if signers == {"SIGNER_OFFICER", "SIGNER_ADMIN"} else audit.ANY
        ok(type in several, f"{type}: signed by several roles", signers)
    else:
        of = [s for s, types in known.items() if type in types]
        ok(of == sorted(signers), f"{type}: signed by {min(signers)}", of)
types = {e[0] for e in events.values()}
unknown = (audit.STATION | audit.ADMIN | audit.OFFICER | audit.ANY | audit.MOST) - types
ok(not unknown, "it knows no type that there is not", unknown)

# --- in which state -----------------------------------------------------------------------
manifest = {"files": 1, "sha256": "m"}
same = {k: "x" for k in ("dest", "dir", "expires", "findings", "inventory", "policy")}


def stepped(state, type, guard):
    """The state after this entry, or why it may not come."""
    signed = {"FIRST_SLOT": [], "MORE_SLOTS": [("a", "la")], "LAST_SLOT_FILES": [("a", "la")],
              "LAST_SLOT_EMPTY": [("a", "la")]}.get(guard, [("a", "la"), ("b", "lb")])
    worse = {"worse": 1, "why": "one file"} if guard == "WORSE" else {"worse": 0}
    files = 0 if guard == "LAST_SLOT_EMPTY" else 1
    data = dict(same, scan="s", slot=len(signed) + 1, manifest=dict(manifest, files=files), readback="m", sandbox=True,
                scanners=[], approvals=["la", "lb"], officer="c", disposition="returned to rita", changed=1, **worse)
    x = {"state": state, "from": "APPROVED" if guard == "FAULT_AFTER_APPROVAL" else "READING", "requester": "r", "policy": "x",
         "needed": 3 if guard == "MORE_SLOTS" else 2, "tainted": False, "scan": "s", "control": None, "opened": 0,
         "signed": signed, "same": dict({k: data[k] for k in [*same, "manifest", "scan"]}, exceptions=[]), "releasing": True}
    who = "a" if type == "xfer.withdraw" else "c"
    try:
        audit.Audit("/nowhere").step(x, type, data, who, "leaf")
    except audit.Bad as e:
        return str(e)
    return x["state"]


allowed = {}
for state, event, guard, next in rows:
    if state == "NONE":
        continue  # a transfer is opened, not stepped
    type = events[event][0]
    allowed.setdefault(type, set()).add(state)
    after = stepped(state, type, guard)
    ok(after == next, f"{type} in {state}{'' if guard == 'ALWAYS' else ' when ' + guard}: {next}", after)
states = {r[0] for r in rows} | {r[3] for r in rows}
for type, log, _ in sorted(events.values()):
    if not type.startswith("xfer.") or type == "xfer.open":
        continue
    wrong = [s for s in sorted(states - {"NONE"} - allowed.get(type, set())) if stepped(s, type, "") in states]
    ok(type in allowed and not wrong, f"{type} nowhere else", wrong)

# --- the medium register ---------------------------------------------------------------------
moves = {t[7:] for t in types if t.startswith("medium.")}
ok({m for _, m in audit.MOVES} == moves, "the moves of the register are those of the table", moves)
a = audit.Audit("/nowhere")
stick = {"vendor": "SanDisk", "model": "Ultra", "serial": "4C53"}
other = dict(stick, serial="77AA")


def bad(call, *args):
    try:
        call(*args)
    except audit.Bad as e:
        return str(e)
    return ""


a.receive("M-1", stick)
a.media["M-1"] = ("HELD", "anna")
ok("second number" in bad(a.receive, "M-2", stick), "a device that is here gets no second number")
ok(not bad(a.receive, "M-2", other) and not bad(a.receive, "M-3", {}), "another device gets one")
ok("another device" in bad(a.receive, "M-1", other), "a number is not given to another device")
ok(bad(a.readable, "M-1", {}) and bad(a.readable, "M-1", other) and not bad(a.readable, "M-1", stick),
   "nothing but the device stands for its number")
a.media["M-1"] = ("DESTROYED", "ben")
ok(bad(a.readable, "M-1", stick), "what was destroyed is not read again")
changed = {"state": "REVIEW", "tainted": False, "medium": {"before": "metadata:1", "after": "metadata:2"}}
ok("changed while" in bad(a.step, changed, "xfer.approve", {}, "c", "leaf"), "a medium that changed is not approved")
print(f"1..{len(tests)}")
sys.exit(0 if all(tests) else 1)
