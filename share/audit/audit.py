#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""audit.py [--genesis HEX] [--anchor CHECKPOINT]... LEDGER.db|CUSTODY-FOLDER

A second opinion on a custody record, made from the published format alone:
Python's standard library, ssh-keygen for the signatures of people and station,
openssl for those of the log.  Nothing of Sallyport's is run or imported.
Prints one line; status 0 good, 1 not, 2 usage.  It is slow (a process for each
signature) and looks at less than sallyport-verify: of inventories, in a folder,
at the exceptions alone.
"""
import base64, hashlib, json, os, re, sqlite3, subprocess, sys, tempfile

NS = "custody-event-v1@sallyport"
ZEROS = "0" * 64
GAP = 4096
STATION = {"ledger.genesis", "station.start", "station.stop", "sess.logout", "sess.fail", "device.inserted",
           "device.removed", "device.refused", "device.keyboard", "scan.selftest", "scan.changed", "signatures.loaded", "vault.purge", "xfer.open",
           "xfer.start", "xfer.read", "xfer.scan", "xfer.block", "xfer.fault", "xfer.release", "xfer.deliver", "xfer.medium",
           "xfer.request", "xfer.unlock", "xfer.password", "xfer.stopped", "xfer.addendum"}
ADMIN = {"authority.endorse", "officer.enroll", "requester.enroll", "policy.set", "exception.add", "exception.end", "signatures.import"}
OFFICER = {"xfer.take", "xfer.approve", "xfer.return", "xfer.withdraw", "xfer.abort", "xfer.close",
           "medium.register", "medium.return", "medium.retain", "medium.sanitise", "medium.destroy", "medium.confirm"}
# The medium register: what may follow; a sanitising or destruction waits for a second officer.
MOVES = {("", "register"): "HELD", ("RETURNED", "register"): "HELD", ("HELD", "return"): "RETURNED",
         ("HELD", "retain"): "RETAINED", ("HELD", "sanitise"): "WIPED", ("HELD", "destroy"): "ENDING",
         ("RETAINED", "return"): "RETURNED", ("RETAINED", "sanitise"): "WIPED", ("RETAINED", "destroy"): "ENDING",
         ("WIPED", "confirm"): "SANITISED", ("SANITISED", "return"): "RETURNED", ("SANITISED", "retain"): "RETAINED",
         ("SANITISED", "destroy"): "ENDING", ("ENDING", "confirm"): "DESTROYED"}
LEFT = [("returned", "return"), ("handed back", "return"), ("sent", "return"), ("retained", "retain"),
        ("kept", "retain"), ("sanitised", "sanitise"), ("destroyed", "destroy")]
HERE = ("HELD", "RETAINED", "WIPED", "SANITISED", "ENDING")
ANY = {"sess.login"}
MOST = {"signatures.confirm"}  # an officer or an administrator


class Bad(Exception):
    pass


def need(condition, why):
    if not condition:
        raise Bad(why)


def sha(b):
    return hashlib.sha256(b).digest()


def leaf_of(entry):
    return sha(b"\0" + entry)


class Tree:
    def __init__(self):
        self.full, self.roots, self.size = [], [sha(b"")], 0

    def add(self, leaf):
        self.size += 1
        n = self.size
        self.full.append(leaf)
        while n % 2 == 0:
            right = self.full.pop()
            self.full[-1] = sha(b"\1" + self.full[-1] + right)
            n //= 2
        root = self.full[-1]
        for left in reversed(self.full[:-1]):
            root = sha(b"\1" + left + root)
        self.roots.append(root)


def canonical(body):
    def check(v, depth):
        need(depth <= 6, "nested too deeply")
        if isinstance(v, dict):
            for k, x in v.items():
                need(re.fullmatch("[a-z][a-z0-9_]{0,31}", k), "a key is malformed")
                check(x, depth + 1)
        elif isinstance(v, list):
            for x in v:
                check(x, depth + 1)
        elif isinstance(v, bool) or isinstance(v, str):
            pass
        else:
            need(isinstance(v, int) and 0 <= v < 2**53, "a value is outside the profile")
    need(2 <= len(body) <= 65536, "the body's length")
    try:
        o = json.loads(body.decode("utf-8"))
    except ValueError as e:
        raise Bad("not canonical JSON") from e
    check(o, 0)
    again = json.dumps(o, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    need(again.encode("utf-8") == body, "not canonical JSON")
    return o


def fingerprint(line):
    return "SHA256:" + base64.b64encode(sha(base64.b64decode(line.split()[1]))).decode().rstrip("=")


def ssh_verify(line, who, message, sig, tmp):
    with open(tmp + "/signers", "w") as f:
        f.write(f'{who} namespaces="{NS}" {line}\n')
    with open(tmp + "/sig", "w") as f:
        f.write("-----BEGIN SSH SIGNATURE-----\n" + base64.b64encode(sig).decode() + "\n-----END SSH SIGNATURE-----\n")
    p = subprocess.run(["ssh-keygen", "-Y", "verify", "-f", tmp + "/signers", "-I", who, "-n", NS, "-s", tmp + "/sig"],
                       input=message, capture_output=True)
    need(p.returncode == 0, "the signature does not verify")


def note(text, vkey, tmp):
    """The origin, size and root of a checkpoint signed by vkey."""
    need(text.count(b"\n\n") >= 1, "the checkpoint is malformed")
    body, signatures = text.split(b"\n\n", 1)
    body += b"\n"
    name, _, key = vkey.split("+", 2)
    key = base64.b64decode(key)
    need(key[:1] == b"\1" and len(key) == 33, "the checkpoint key is no Ed25519 key")
    kid = sha(name.encode() + b"\n" + key)[:4]
    for line in signatures.decode("utf-8").splitlines():
        dash, who, blob = line.split(" ")
        blob = base64.b64decode(blob, validate=True)
        if dash == "\u2014" and who == name and blob[:4] == kid:
            break
    else:
        raise Bad("the checkpoint is not signed by the log")
    with open(tmp + "/k", "wb") as f:
        f.write(bytes.fromhex("302a300506032b6570032100") + key[1:])
    with open(tmp + "/n", "wb") as f:
        f.write(body)
    with open(tmp + "/s", "wb") as f:
        f.write(blob[4:])
    p = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", tmp + "/k", "-rawin",
                        "-in", tmp + "/n", "-sigfile", tmp + "/s"], capture_output=True)
    need(p.returncode == 0, "the checkpoint's signature does not verify")
    lines = body.decode("utf-8").split("\n")
    need(len(lines) == 4 and lines[0] == name, "the checkpoint is of another log")
    return int(lines[1]), base64.b64decode(lines[2], validate=True)


class Audit:
    def __init__(self, tmp, partial=False):
        self.tmp, self.partial = tmp, partial
        self.trees = {"authority": Tree(), "custody": Tree()}
        self.prev, self.ids = {}, set()
        self.media, self.came = {}, {}  # the register: state and who made it; when it came
        self.devices = {}  # vendor, model and serial of what has a number
        self.people, self.policies, self.pending, self.founded = {}, [], {}, False
        self.transfers, self.auth_size = {}, 0
        self.sets = {}  # of signatures, by scanner: the newest, and those that were in use
        self.exceptions, self.newest = {}, ""  # by leaf: data, since, until; newest time of a custody entry

    def entry(self, log, seq, body, sig):
        raw = body + b"\n" + base64.b64encode(sig) + b"\n"
        leaf = leaf_of(raw)
        b = canonical(body)
        need(set(b) == set("v log id type subj prev head auth actor at clk meaning data".split()) and b["v"] == 1,
             "the common fields are wrong")
        tree = self.trees[log]
        if log == "authority" and seq == 0:
            need(b["type"] == "ledger.genesis", "the log does not begin with its genesis")
            self.genesis, self.genesis_leaf = b["data"], leaf.hex()
            self.origins = {"authority": b["data"]["site"] + "/authority", "custody": b["data"]["custody_origin"]}
            self.vkeys = {"authority": b["data"]["log_vkey"], "custody": b["data"]["custody_vkey"]}
            self.threshold = b["data"]["threshold"]
            for a in b["data"]["admins"]:
                self.people[a["id"]] = {"name": a["name"], "key": a["key"], "since": {"admin": 1}}
            self.pending[leaf.hex()] = ("station", b, set())
        else:
            need((b["type"] == "ledger.genesis") == (seq == 0), "a second genesis")
        need(b["log"] == self.origins[log], "the entry belongs to another log")
        need((log, b["id"]) not in self.ids, "the id comes twice")
        need(b["prev"] == self.prev.get((log, b["subj"]), ZEROS), "prev is not the last entry about its subject")
        self.head(b["head"], tree, seq, log == "custody" and self.partial)
        authority = self.trees["authority"]
        if log == "authority":
            need(b["auth"] == b["head"], "auth does not repeat head")
        else:
            self.head(b["auth"], authority, None, False)
            need(b["auth"]["size"] >= self.auth_size, "auth went back")
            self.auth_size = b["auth"]["size"]
        self.actor(b, body, sig)
        (self.authority if log == "authority" else self.custody)(b, leaf.hex())
        self.ids.add((log, b["id"]))
        self.prev[(log, b["subj"])] = leaf.hex()
        tree.add(leaf)
        return b, leaf

    def head(self, head, tree, seq, unknown):
        n = head["size"]
        if unknown:
            need(n <= seq, "head is from the future")
            return
        need(n <= tree.size, "head or auth is from the future")
        need(seq is None or seq - n <= GAP, "head is too old")
        need(tree.roots[n].hex() == head["root"], "head or auth is not a root of the log: history was changed")

    def actor(self, b, body, sig):
        a, t = b["actor"], b["type"]
        if t in STATION:
            need(a["role"] == "station" and a["id"] == self.genesis["station"], "the actor is not the station")
            line = self.genesis["station_key"]
        else:
            roles = {"admin"} if t in ADMIN else {"officer"} if t in OFFICER else \
                {"officer", "admin"} if t in MOST else {"officer", "admin", "auditor"}
            need(t in ADMIN | OFFICER | MOST | ANY, "an unknown type")
            need(a["role"] in roles, "the role cannot sign this")
            p = self.people.get(a["id"])
            need(p and p["since"].get(a["role"], 2**53) <= b["auth"]["size"], "the actor does not have that role")
            need(p["name"] == a["name"], "the actor has another name")
            line = p["key"]
        need(fingerprint(line) == a["key"], "the actor has another key")
        ssh_verify(line, a["id"], body + b"\n", sig, self.tmp)

    def authority(self, b, leaf):
        t, d, who = b["type"], b["data"], b["actor"]["id"]
        if t == "ledger.genesis":
            return
        if t == "authority.endorse":
            need(d["leaf"] in self.pending, "nothing with this leaf awaits endorsement")
            leaf = d["leaf"]
            need(who not in self.pending[leaf][2] and self.pending[leaf][0] == b["subj"], "the endorsement does not fit")
        else:
            need(self.founded, "the genesis is not endorsed")
            self.pending[leaf] = (b["subj"], b, set())
        subj, act, signers = self.pending[leaf]
        signers.add(who)
        if len(signers) < self.threshold:
            return
        since, d = self.trees["authority"].size + 1, act["data"]
        if act["type"] == "ledger.genesis":
            self.founded = True
            return
        del self.pending[leaf]
        if act["type"] == "exception.add":
            need(bool(d.get("sha256")) != bool(d.get("type")) and ("type" not in d or "rule" in d), "an exception that is not narrow")
            self.exceptions[leaf] = {"data": d, "since": since, "until": 2**53}
            return
        if act["type"] == "exception.end":
            need(self.exceptions.get(d["leaf"], {}).get("until") == 2**53, "an exception that is not in force was ended")
            self.exceptions[d["leaf"]]["until"] = since
            return
        if act["type"] == "policy.set":
            need(2 <= d["approvals"] <= 9, "a policy with fewer than two approvals")
            self.policies.append((since, d))
            return
        for other, p in self.people.items():
            need((other == d["id"]) == (p["name"].lower() == d["name"].lower()), "a person has two ids")
            need(other == d["id"] or "key" not in d or p["key"] != d["key"], "two persons have one key")
        p = self.people.setdefault(d["id"], {"name": d["name"], "key": None, "since": {}})
        p["key"] = p["key"] or d.get("key")
        need("key" not in d or p["key"] == d["key"], "a person has two keys")
        if "proof" in d:
            text = f'enroll\n{d["id"]}\n{act["auth"]["root"]}\n'.encode()
            ssh_verify(d["key"], d["id"], text, base64.b64decode(d["proof"]), self.tmp)
        for role in d.get("roles", ["requester"]):
            p["since"].setdefault(role, since)

    def excepted(self, leaves, b):
        """Each of these exceptions is in the log and held for this signer, by position and by the later time."""
        need(leaves == sorted(set(leaves)), "exceptions that are not sorted")
        day = max(b["at"], self.newest)[:10]
        for leaf in leaves:
            x = self.exceptions.get(leaf)
            need(x and x["since"] <= b["auth"]["size"] < x["until"], f"the exception {leaf[:16]} was not in force")
            need(day <= x["data"]["expires"], f"the exception {leaf[:16]} was over")

    def signatures(self, t, d, who, leaf):
        """A set of a scanner: brought in by one, confirmed by another, then tried by the station."""
        s = self.sets.setdefault(d["scanner"], {"state": "", "used": set()})
        if t == "signatures.import":
            need(s["state"] != "TRIED", "a set was brought in while another was tried")
            need(not d.get("back") or d["set"] in s["used"], "back to a set that was never in use")
            s.update(state="WAITS", set=d["set"], by=who, leaf=leaf)
        elif t == "signatures.confirm":
            need(s["state"] == "WAITS" and (s["set"], s["leaf"]) == (d["set"], d["leaf"]), "a set was confirmed that does not wait for it")
            need(s["by"] != who, "who brought a set in confirmed it")
            s["state"] = "TRIED"
        else:
            need(s["state"] == "TRIED" and s["set"] == d["set"], "a set was loaded that nobody confirmed")
            s["state"] = "USED" if d["pass"] else "REFUSED"
            s["used"] |= {d["set"]} if d["pass"] else set()

    def role(self, who, role, b):
        return self.people.get(who, {"since": {}})["since"].get(role, 2**53) <= b["auth"]["size"]

    def custody(self, b, leaf):
        t, d, who = b["type"], b["data"], b["actor"]["id"]
        need(self.founded or t == "ledger.genesis", "the genesis is not endorsed")
        if t.startswith("medium."):
            if t == "medium.register":
                self.receive(b["subj"][7:], d.get("device", {}))
            self.move(b["subj"][7:], t[7:], who)
            self.came[b["subj"][7:]] = self.trees["custody"].size if t == "medium.register" else self.came[b["subj"][7:]]
        newest, self.newest = self.newest, max(self.newest, b["at"])
        if t.startswith("signatures."):
            self.signatures(t, d, who, leaf)
        if not t.startswith("xfer."):
            return
        x = self.transfers.get(b["subj"])
        if t == "xfer.open":
            need(x is None, "opened twice")
            need(self.partial or b["subj"] == f'xfer:{self.genesis["station"]}-{len(self.transfers) + 1:06}', "a gap in numbering")
            need(self.role(d["officer"], "officer", b) and self.role(d["requester"], "requester", b), "officer or requester")
            policies = [p for since, p in self.policies if since <= b["auth"]["size"]]
            need(policies and policies[-1]["sha256"] == d["policy"], "the policy is not the one in force")
            self.readable(d.get("control"), d["medium"].get("device", {}))
            self.transfers[b["subj"]] = {"control": d.get("control"), "device": d["medium"].get("device", {}), "opened": self.trees["custody"].size, "state": "OPEN", "requester": d["requester"], "policy": d["policy"], "signed": [],
                                         "needed": policies[-1]["approvals"], "tainted": not d["sandbox"], "scan": None}
            return
        need(x is not None, "there is no such transfer")
        self.newest, now = newest, self.newest
        if t == "xfer.approve":
            self.excepted(d.get("exceptions", []), b)
        if t == "xfer.release":
            self.excepted(x["same"].get("exceptions", []), b)
        self.newest = now
        self.step(x, t, d, who, leaf)

    def move(self, number, move, who):
        state, last = self.media.get(number, ("", None))
        need((state, move) in MOVES, f"{number} of the register: {move} cannot follow in {state or 'nothing'}")
        need(move != "confirm" or who != last, "one officer confirmed himself")
        self.media[number] = (MOVES[state, move], who)

    def left(self, x, d, who):
        """What a transfer says became of its medium, as long as that is here since before it began."""
        number = x["control"]
        state = self.media.get(number, ("", None))[0]
        if self.partial or state not in ("HELD", "RETAINED", "SANITISED") or self.came[number] >= x["opened"]:
            return
        said = [(m, d["disposition"][len(w):].lstrip(" ")) for w, m in LEFT if (d["disposition"] + " ").startswith(w + " ")]
        if said and (state, said[0][0]) == ("RETAINED", "retain"):
            return
        need(said and said[0][1] and len(said[0][1].encode()) <= 256, "the register is not told what became of a medium")
        self.move(number, said[0][0], who)

    def receive(self, number, device):
        """One device has one number as long as it is here, and a number is of one device."""
        known, serial = self.devices.get(number, ("", "", "")), device.get("serial", "")
        name = (device.get("vendor"), device.get("model"), serial)
        need(not (known[2] and serial) or known[2] == serial, f"{number} of the register was given to another device")
        need(not serial or not any(other != number and self.devices.get(other) == name and state in HERE
                                   for other, (state, _) in self.media.items()), "a device that is here got a second number")
        if device:
            self.devices[number] = name

    def readable(self, number, device):
        serial = self.devices.get(number, ("", "", ""))[2]
        need(self.partial or number is None or (self.media.get(number, ("",))[0] in ("HELD", "RETAINED") and
                                                serial in ("", device.get("serial"))), "a medium that is not here was read")

    def step(self, x, t, d, who, leaf):
        def at(*states):
            need(x["state"] in states, f'{t} cannot follow in {x["state"]}')
        if t == "xfer.start":
            need(x["state"] == "OPEN" or (x["state"] == "FAULT" and x["from"] != "APPROVED"), "xfer.start cannot follow")
            self.readable(x["control"], x.get("device", {}))
            x.update(state="READING", scan=None, tainted=x["tainted"] or not d["sandbox"])
        elif t in ("xfer.unlock", "xfer.stopped"):
            at("READING")
        elif t == "xfer.password":
            at("READING", "SCANNING", "REVIEW", "BLOCKED")
        elif t == "xfer.read":
            at("READING")
            x.update(state="SCANNING", medium=d.get("medium", {}))
        elif t == "xfer.scan":
            at("SCANNING", "BLOCKED", "REVIEW")
            x.update(state="REVIEW", scan=leaf, signed=[], tainted=x["tainted"] or not all(s["sandbox"] for s in d["scanners"]))
        elif t == "xfer.block":
            at("SCANNING", "REVIEW")
            x["state"] = "BLOCKED"
        elif t == "xfer.fault":
            at("OPEN", "READING", "SCANNING", "REVIEW", "APPROVED")
            x.update({"from": x["state"], "state": "FAULT", "releasing": False})
        elif t == "xfer.take":
            at("REVIEW", "SUBMITTED", "BLOCKED", "FAULT")
        elif t == "xfer.approve":
            at("REVIEW", "SUBMITTED")
            need(not x["tainted"], "a transfer served without a sandbox was approved")
            medium = x.get("medium", {})
            need("before" not in medium or medium["before"] == medium.get("after"), "a medium that changed while it was read was approved")
            need(who != x["requester"], "the requester approved")
            need(who not in [s[0] for s in x["signed"]], "one officer signed twice")
            need(d["slot"] == len(x["signed"]) + 1 and d["scan"] == x["scan"] and d["policy"] == x["policy"], "slot, scan or policy")
            same = {k: d[k] for k in ("dest", "dir", "expires", "findings", "inventory", "manifest", "policy", "scan")}
            same["exceptions"] = d.get("exceptions", [])
            need(not x["signed"] or x["same"] == same, "the approvals are over different things")
            need(d.get("addendum") == x.get("addendum"), "the addendum that was signed is not the last one")
            x["same"] = same
            x["signed"].append((who, leaf))
            done = len(x["signed"]) >= x["needed"]
            x["state"] = ("APPROVED" if d["manifest"]["files"] else "CLOSED") if done else "SUBMITTED"
        elif t in ("xfer.return", "xfer.withdraw"):
            at("SUBMITTED")
            need((who == x["signed"][0][0]) == (t == "xfer.withdraw"), "return and withdraw")
            x.update(state="REVIEW", signed=[], scan=x.pop("addendum", None) or x["scan"])
        elif t == "xfer.addendum":
            at("SUBMITTED")
            x.update(addendum=leaf, tainted=x["tainted"] or not all(s["sandbox"] for s in d["scanners"]))
            need(("why" in d) == (d["worse"] > 0) and d["worse"] <= d["changed"], "an addendum that does not count right")
            if d["worse"]:
                x.update(state="REVIEW", signed=[], scan=x.pop("addendum"))
        elif t == "xfer.release":
            need(x["state"] == "APPROVED" or (x["state"] == "FAULT" and x["from"] == "APPROVED"), "released without approval")
            need(d["approvals"] == [s[1] for s in x["signed"]] and len(x["signed"]) >= max(2, x["needed"]), "the approvals")
            need(d["manifest"] == x["same"]["manifest"], "another manifest was released")
            x.update(state="APPROVED", releasing=True)
        elif t == "xfer.deliver":
            at("APPROVED")
            need(x.get("releasing") and d["manifest"] == x["same"]["manifest"] and d["dest"] == x["same"]["dest"] and
                 d["readback"] == d["manifest"]["sha256"], "something else was delivered")
            again = d.get("rescan")
            need(again is None or (again["scanners"] and again["objects"] == d["manifest"]["files"] and again["bytes"] == d["manifest"]["bytes"] and
                 all(s["before"] == s["after"] == "pass" and s["sandbox"] for s in again["scanners"])), "what was delivered was not scanned again whole")
            x.update(state="RELEASED", again=again is not None)
        elif t == "xfer.close":
            at("RELEASED")
            self.left(x, d, who)
            x["state"] = "CLOSED"
        elif t == "xfer.request":
            at("BLOCKED")
        elif t == "xfer.abort":
            at("OPEN", "READING", "SCANNING", "REVIEW", "SUBMITTED", "BLOCKED", "FAULT")
            x["state"] = "ABORTED"
        elif t == "xfer.medium":
            need(x["state"] not in ("OPEN", "READING"), "the medium left before it was read")
            self.left(x, d, d["officer"])
        else:
            raise Bad("an unknown type")


def audit_ledger(path, tmp):
    db = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    need(db.execute("PRAGMA integrity_check").fetchone()[0] == "ok", "the database is damaged")
    schema = [r[0] for r in db.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid")]
    audit = Audit(tmp)
    need([r[0] for r in db.execute("SELECT id FROM log ORDER BY id")] == [1, 2], "the logs are not two")
    need(not db.execute("SELECT 1 FROM entry WHERE log NOT IN (1,2)").fetchone(), "there are entries of other logs")
    for number, log in ((1, "authority"), (2, "custody")):
        rows = db.execute("SELECT seq, CAST(body AS BLOB), sig, leaf, CAST(id AS BLOB), CAST(type AS BLOB), CAST(subj AS BLOB)"
                          " FROM entry WHERE log=? ORDER BY seq", (number,))
        for n, (seq, body, sig, leaf, *columns) in enumerate(rows):
            try:
                need(seq == n, "entries are missing")
                b, true = audit.entry(log, seq, body, sig)
                need(leaf == true, "the stored leaf is wrong")
                need(columns == [b[k].encode() for k in ("id", "type", "subj")], "the columns do not repeat the entry")
            except (Bad, KeyError, TypeError, ValueError) as e:
                raise Bad(f"entry {seq} of the {log} log: {e}") from e
        need(audit.trees[log].size > 0, f"the {log} log is empty")
    need(sha("".join(s + "\n" for s in schema).encode()).hex() == audit.genesis["schema"], "the schema is not the one in genesis")
    for number, log in ((1, "authority"), (2, "custody")):
        tree = audit.trees[log]
        row = db.execute("SELECT origin, vkey FROM log WHERE id=?", (number,)).fetchone()
        need(row == (audit.origins[log], audit.vkeys[log]), "a log's row is not what genesis says")
        notes = db.execute("SELECT size, CAST(note AS BLOB) FROM checkpoint WHERE log=? ORDER BY size", (number,)).fetchall()
        need([n[0] for n in notes] == list(range(1, tree.size + 1)), f"checkpoints of the {log} log are missing")
        for size, text in notes:
            need(note(text, audit.vkeys[log], tmp) == (size, tree.roots[size]), f"the checkpoint of {size} is about other entries")
    return audit


def inclusion_root(index, size, leaf, proof):
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        need(sn > 0, "the proof is too long")
        if fn & 1 or fn == sn:
            r = sha(b"\1" + p + r)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            r = sha(b"\1" + r + p)
        fn >>= 1
        sn >>= 1
    need(sn == 0, "the proof is too short")
    return r


def split_entry(raw):
    need(raw.count(b"\n") == 2 and raw.endswith(b"\n"), "an entry is not two lines")
    body, sig = raw[:-1].split(b"\n")
    blob = base64.b64decode(sig, validate=True)
    need(base64.b64encode(blob) == sig, "the signature line is not canonical")
    return body, blob


def covers(x, scanner, rule, object, type):
    """Whether an exception is about this: a whole scanner (rule None) for an object, or one rule of it."""
    if x["scanner"] != scanner or (x["rule"] and x["rule"] != rule):
        return False
    return x["sha256"] == object != "" if x["sha256"] else rule is not None and x["rule"] == rule and x["type"] == type != ""


def audit_exceptions(audit, x, inventory, findings):
    """Those the inventory names are those that were signed, as the log has them, and cover what they are used for."""
    lines = [json.loads(line) for line in inventory.splitlines()]
    rows, items = lines[0]["exceptions"], lines[1:]
    need([r["leaf"] for r in rows] == x["same"]["exceptions"], "the inventory names other exceptions than were signed")
    for r in rows:
        d = audit.exceptions[r["leaf"]]["data"]
        need(all(r[k] == d.get(k, "") for k in ("scanner", "sha256", "rule", "type", "reason", "expires")),
             f'the inventory tells of the exception {r["leaf"][:16]} what its entry does not say')
    found = {}
    for line in findings.splitlines():
        f = json.loads(line)
        found.setdefault(f["item"], []).append(f)
    used = set()
    for it in items:
        told = {e["leaf"]: (e["finds"], e["verdict"]) for e in it["exceptions"]}
        for leaf, (finds, verdict) in told.items():
            r = next((r for r in rows if r["leaf"] == leaf), None)
            need(r is not None, f'item {it["id"]} uses an exception that the header does not name')
            n = sum(1 for f in found.get(it["id"], []) if f["class"] not in ("incomplete", "signature-age") and
                    next((q["leaf"] for q in rows if covers(q, f["scanner"], f["rule"], f["object"] or it["sha256"],
                                                            f["type"] if f["object"] else it["type"])), None) == leaf)
            need(n == finds, f'item {it["id"]}: the exception {leaf[:16]} does not cover {finds} findings')
            own = [s["verdict"] for s in it["scans"] if not r["rule"] and covers(r, s["scanner"], None, it["sha256"], "")]
            need(verdict in own + ["na"] or (it["inside"]["objects"] and r["sha256"] and not r["rule"]),
                 f'item {it["id"]}: the exception {leaf[:16]} covers no verdict {verdict}')
            need(verdict in ("na", "suspicious", "malicious"), f'item {it["id"]}: no exception covers {verdict}')
            used.add(leaf)
    need(used == {r["leaf"] for r in rows}, "an exception is named, and nothing uses it")


def audit_folder(path, tmp):
    def read(name):
        with open(os.path.join(path, name), "rb") as f:
            return f.read()
    for line in read("SHA256SUMS").decode().splitlines():
        need(sha(read(line[66:])).hex() == line[:64], f"{line[66:]} is not what SHA256SUMS says")
    audit = Audit(tmp, partial=True)
    for n, raw in enumerate(read("authority/entries.txt").split(b"\n\n")):
        audit.entry("authority", n, *split_entry(raw.rstrip(b"\n") + b"\n"))
    tree = audit.trees["authority"]
    need(note(read("authority/checkpoint"), audit.vkeys["authority"], tmp) == (tree.size, tree.roots[-1]), "authority/checkpoint")
    size, root = note(read("checkpoint"), audit.vkeys["custody"], tmp)
    for name in sorted(os.listdir(os.path.join(path, "entries"))):
        seq = int(name.split(".")[0])
        _, leaf = audit.entry("custody", seq, *split_entry(read("entries/" + name)))
        proof, checkpoint = read(f"proofs/{seq:08}.tlog-proof").split(b"\n\n", 1)
        lines = proof.decode().split("\n")
        need(lines[0] == "c2sp.org/tlog-proof@v1" and lines[1] == f"index {seq}", f"the proof of entry {seq} is malformed")
        need(checkpoint == read("checkpoint"), f"the proof of entry {seq} is for another checkpoint")
        need(inclusion_root(seq, size, leaf, [base64.b64decode(x) for x in lines[2:]]) == root, f"entry {seq} is not in the log")
    need(len(audit.transfers) == 1, "the folder is not of one transfer")
    x = next(iter(audit.transfers.values()))
    if x["signed"]:
        for name, digest in (("inventory", x["same"]["inventory"]["sha256"]), ("findings", x["same"]["findings"]),
                             ("policy", x["policy"]), ("manifest.sha256", x["same"]["manifest"]["sha256"])):
            need(sha(read(name)).hex() == digest, f"{name} is not what was signed")
        audit_exceptions(audit, x, read("inventory"), read("findings"))
        plain = re.sub(rb'"(?:\\.|[^"\\])*"|#[^\n]*|//[^\n]*|/\*.*?\*/', b'""', read("policy"), flags=re.S)
        need(x.get("again", True) or not re.search(rb"\brescan_at_release\s*[=:]\s*true\b", plain, re.I),
             "policy asks for a scan at release, and the delivery tells of none")
    audit.trees["custody"].size, audit.trees["custody"].roots = size, {size: root}
    return audit


def main(argv):
    genesis, anchors, paths = None, [], []
    while argv:
        a = argv.pop(0)
        if a == "--genesis" and argv:
            genesis = argv.pop(0)
        elif a == "--anchor" and argv:
            anchors.append(argv.pop(0))
        else:
            paths.append(a)
    if len(paths) != 1 or paths[0].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as tmp:
        try:
            audit = (audit_folder if os.path.isdir(paths[0]) else audit_ledger)(paths[0], tmp)
            need(genesis in (None, audit.genesis_leaf), "the genesis is another one")
            for a in anchors:
                with open(a, "rb") as f:
                    text = f.read()
                log = "authority" if text.split(b"\n")[0].decode() == audit.origins["authority"] else "custody"
                size, root = note(text, audit.vkeys[log], tmp)
                tree = audit.trees[log]
                need(size <= tree.size, f"the {log} log was cut off: the anchor knows {size} entries")
                known = tree.roots.get(size) if isinstance(tree.roots, dict) else tree.roots[size]
                need(known in (None, root), f"the {log} log is not the one the anchor knows")
        except (Bad, KeyError, IndexError, TypeError, ValueError, OSError, sqlite3.DatabaseError) as e:
            print(f"BAD: {e}")
            return 1
    print(f"GOOD: {audit.trees['authority'].size} + {audit.trees['custody'].size} entries, {len(audit.transfers)} transfers,"
          f" genesis {audit.genesis_leaf}, {len(anchors)} anchors")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
