#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""The auditor's script knows every type of entry that transfer.def has, about
whom, who signs it, with which data, and in which state of a transfer it may
come: a second opinion that calls a good record bad is none.  LEDGER.md says the
same, type by type."""
import ast, os, re, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from answers import end, ok
from forge import SCHEMA, audit, sha, top


with open(os.path.join(top, "src/core/transfer.def")) as f:
    text = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
events = {}  # id -> type, log, about, roles, fields
for m in re.finditer(r'EVENT\((\w+),\s*"([^"]+)",\s*LOG_(\w+),\s*([\w\s|]+),\s*([\w\s|]+),\s*[\w\s|]+,\s*((?:"[^"]*"\s*)+),', text):
    about = sorted(w.strip()[5:].lower() for w in m[4].split("|"))
    roles = sorted(w.strip()[7:].lower() for w in m[5].split("|"))
    events[m[1]] = (m[2], m[3].lower(), about, roles, "".join(re.findall('"([^"]*)"', m[6])))
rows = re.findall(r"ROW\((\w+), (\w+), (\w+), (\w+)\)", text)
ok(len(events) == text.count("EVENT(") and len(rows) == text.count("ROW(") and len(events) > 30,
   "transfer.def is read whole", len(events), len(rows))
ok(sha("".join(s + "\n" for s in SCHEMA).encode()).hex() == audit.SCHEMA, "it knows the published schema")

# --- types -----------------------------------------------------------------------------
for type, log, about, roles, fields in sorted(events.values()):
    known = audit.TYPES[log].get(type)
    ok(known and (sorted(a.rstrip(":") for a in known[0]), sorted(known[1]), known[2]) == (about, roles, fields), f"{log}: {type}", known, (about, roles, fields))
types = {(log, type) for type, log, *_ in events.values()}
unknown = {(log, t) for log, known in audit.TYPES.items() for t in known} - types
ok(not unknown, "it knows no type that there is not", unknown)
stray = {t for r in audit.RULES for t in [r if isinstance(r, str) else r[1]]} - {t for _, t in types}
ok(not stray, "it has no rule for a type that there is not", stray)

# --- the life of a transfer ------------------------------------------------------------------
paths = {}
for state, event, guard, to in rows:
    if state != "NONE":
        paths.setdefault(events[event][0], {}).setdefault(state, set()).add(to)
for type, known in sorted(audit.PATHS.items()):
    told = {state: ("?" if len(to) > 1 else min(to)) for state, to in paths.get(type, {}).items()}
    ok(known == told, f"{type}: from which state where", known, told)
ok(set(audit.PATHS) == set(paths), "nothing else moves a transfer", set(audit.PATHS) ^ set(paths))

# --- what the document says ----------------------------------------------------------------------
with open(os.path.join(top, "share/doc/LEDGER.md")) as f:
    page = f.read()
alone = re.findall("There is no rule of its own: for ([^.]*(?:\\.[a-z][^.]*)*)", page)
for type in sorted({t for _, t in types}):
    ok(f"**`{type}`**" in page or any(f"`{type}`" in p for p in alone), f"LEDGER.md has the rules of {type}")
ok(audit.SCHEMA in page, "LEDGER.md has the digest of the schema")
with open(audit.__file__) as f:
    calls = [n for n in ast.walk(ast.parse(f.read())) if isinstance(n, ast.Call) and getattr(n.func, "id", "") in ("need", "Untrue")]
names = {a.value for n in calls for a in n.args[:2] if isinstance(a, ast.Constant) and re.fullmatch("[a-z-]+", str(a.value))} | {"canonical"}
missing = sorted(n for n in names if f"[{n}]" not in page)
ok(len(names) > 40 and not missing, "LEDGER.md has the name of every refusal", missing)
strange = sorted(set(re.findall(r"\[([a-z][a-z-]+)\]", re.sub("```.*?```|`[^`]*`", "", page, flags=re.S))) - names)
ok(not strange, "and no other", strange)
end()
