# SPDX-License-Identifier: ISC
"""Somebody who has every key: the log's, the station's, everybody's.  Makes and
spoils ledgers and custody folders for the tests of both verifiers.  The keys
are those of tests/ledger/maker.c: the SHA-256 of an id is the seed of its key."""
import base64, contextlib, functools, hashlib, importlib.util, io, json, os, re, shutil, sqlite3, sys

top = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location("audit", os.path.join(top, "share/audit/audit.py"))
audit = importlib.util.module_from_spec(spec)
spec.loader.exec_module(audit)
with open(os.path.join(top, "db/ledger_schema.def")) as f:
    SCHEMA = ["".join(re.findall(r'"((?:[^"\\]|\\.)*)"', part))
              for part in re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S).split("SCHEMA(")[1:]]
ZEROS = "0" * 64
NAMES = {"anna": "Anna Berg", "ben": "Ben Okafor", "cleo": "Cleo Lind", "rita": "Rita Voss", "dora": "Dora Falk",
         "emil": "Emil Grau", "K1": "station K1", **{f"root{i}": f"Admin Number {i}" for i in range(1, 18)}}


def sha(b):
    return hashlib.sha256(b).digest()


def number(b):
    return int.from_bytes(b, "little")


# --- the second verifier, in this process --------------------------------------------
class Remembering(audit.Signatures):
    """Asks ssh-keygen and openssl about each signature once in all runs."""
    known = {}

    def run(self, command, message, blob):
        with open(next(w for w in command if w.startswith(self.tmp)), "rb") as f:
            question = (f.read(), message, blob)
        if question not in self.known:
            self.known[question] = super().run(command, message, blob)
            self.known[question].result()
        return self.known[question]


def judged(*arguments):
    """Status and output of audit.py with these arguments, without a process for what was asked before."""
    keep, out = audit.Signatures, io.StringIO()
    argv, sys.argv, audit.Signatures = sys.argv, ["audit.py", *arguments], Remembering
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            return audit.main(), out.getvalue()
    except SystemExit as e:
        return e.code, out.getvalue()
    finally:
        sys.argv, audit.Signatures = argv, keep


# --- Ed25519 (RFC 8032) -------------------------------------------------------------
BY = 4 * pow(5, audit.P - 2, audit.P) % audit.P
BX = 15112221349535400772501151409588531511454012693041857206046113283949847762202
POWERS = [(BX, BY, 1, BX * BY % audit.P)]
while len(POWERS) < 256:
    POWERS.append(audit.curve_add(POWERS[-1], POWERS[-1]))


def times_base(n):
    total = (0, 1, 1, 0)
    for i, power in enumerate(POWERS):
        if n >> i & 1:
            total = audit.curve_add(total, power)
    x, y, z, _ = total
    z = pow(z, audit.P - 2, audit.P)
    return (y * z % audit.P | (x * z % audit.P & 1) << 255).to_bytes(32, "little")


@functools.lru_cache(None)
def secret(id):
    h = hashlib.sha512(sha(id.encode())).digest()
    a = number(h[:32]) & (2**254 - 8) | 2**254
    return a, h[32:], times_base(a)


@functools.lru_cache(None)
def raw_sign(id, message):
    a, prefix, public = secret(id)
    r = number(hashlib.sha512(prefix + message).digest()) % audit.L
    point = times_base(r)
    k = number(hashlib.sha512(point + public + message).digest()) % audit.L
    return point + ((r + k * a) % audit.L).to_bytes(32, "little")


def ssh(*parts):
    return b"".join(len(p).to_bytes(4, "big") + p for p in parts)


COUNTS = {}  # of tokens, by id


def public(id):
    """A key as SSH has it; an id that begins with token is one in a token."""
    id = id.partition("#")[0]
    if not id.startswith("token"):
        return ssh(audit.KEY, secret(id)[2])
    return ssh(audit.TOKEN_KEY, secret(id)[2], audit.APPLICATION)


def key_line(id):
    kind = audit.TOKEN_KEY if id.startswith("token") else audit.KEY
    return kind.decode() + " " + base64.b64encode(public(id)).decode()


def sshsig(id, message, namespace=audit.NS):
    """A signature; by token-x#COUNTER#FLAGS with these, by token-x with the next counter, touch and PIN."""
    rest = ssh(namespace, b"", b"sha512")
    signed = b"SSHSIG" + rest + ssh(hashlib.sha512(message).digest())
    id, *said = id.split("#")
    if not id.startswith("token"):
        blob = ssh(audit.KEY, raw_sign(id, signed))
    else:
        COUNTS[id] = COUNTS.get(id, 0) + 1
        counter, flags = [*map(int, said), *[COUNTS[id], 5][len(said):]]
        told = bytes([flags]) + counter.to_bytes(4, "big")
        blob = ssh(audit.TOKEN_KEY, raw_sign(id, sha(audit.APPLICATION) + told + sha(signed))) + told
    return b"SSHSIG\0\0\0\1" + ssh(public(id)) + rest + ssh(blob)


def vkey(name, id="the log", kind=1):
    key = bytes([kind]) + secret(id)[2]
    return f"{name}+{sha(name.encode() + chr(10).encode() + key)[:4].hex()}+{base64.b64encode(key).decode()}"


def note_line(text, name, id="the log"):
    key = b"\1" + secret(id)[2]
    blob = sha(name.encode() + b"\n" + key)[:4] + raw_sign(id, text)
    return "\u2014 ".encode() + name.encode() + b" " + base64.b64encode(blob) + b"\n"


def note(origin, size, root, *more, id="the log"):
    text = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n".encode()
    return text + b"\n" + note_line(text, origin, id) + b"".join(more)


def cosignature(name, text, time, signed=None):
    """A witness's line under a checkpoint, without its LF; signed: over another time."""
    message = f"cosignature/v1\ntime {signed or time}\n".encode() + text[:text.rindex(b"\n\n") + 1]
    blob = sha(name.encode() + b"\n\4" + secret(name)[2])[:4] + time.to_bytes(8, "big") + raw_sign(name, message)
    return f"\u2014 {name} {base64.b64encode(blob).decode()}"


# --- entries ---------------------------------------------------------------------------
def canonical(body):
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def entry(body, key):
    """The bytes of an entry: body (an object, or bytes as they are) signed by the key of this id."""
    text = body if isinstance(body, bytes) else canonical(body)
    return text + b"\n" + base64.b64encode(sshsig(key, text + b"\n")) + b"\n"


def body_of(raw):
    return json.loads(raw.split(b"\n")[0])


def leaves(entries):
    return [sha(b"\0" + e) for e in entries]


def leaf_list(origin, entries):
    all = leaves(entries)
    return "".join([f"# {origin}\n# {len(all)} leaves, root {audit.Tree(all).roots[-1].hex()}\n", *[leaf.hex() + "\n" for leaf in all]]).encode()


class Forge:
    def __init__(self, directory=None, admins=1, threshold=1):
        self.docs, self.count, self.keys, self.at = None, 0, {}, "2026-03-01T08:00:00Z"
        self.earlier = []  # (origin, entries) of the epochs that ended
        self.logs, self.latest = {"authority": [], "custody": []}, "custody"  # to which one was added last
        if directory:
            self.load(directory)
        elif admins:
            self.found(admins, threshold)

    def load(self, directory):
        """What tests/ledger/make_ledger made."""
        db = sqlite3.connect(f"file:{directory}/ledger.db?mode=ro", uri=True)
        for n, log in enumerate(self.logs, 1):
            rows = db.execute("SELECT CAST(body AS BLOB), sig FROM entry WHERE log=? ORDER BY seq", (n,))
            self.logs[log] = [body + b"\n" + base64.b64encode(sig) + b"\n" for body, sig in rows]
        self.docs = directory + "/docs"
        self.at = body_of(self.logs["custody"][-1])["at"]
        genesis = body_of(self.logs["authority"][0])
        self.origins = {"authority": genesis["log"], "custody": genesis["data"]["custody_origin"]}

    def found(self, admins, threshold, site="site7.example"):
        self.origins = {"authority": f"{site}/authority", "custody": f"{site}/K1/custody/1"}
        schema = sha("".join(s + "\n" for s in SCHEMA).encode()).hex()
        rows = [{"id": f"root{i}", "key": key_line(f"root{i}"), "name": NAMES[f"root{i}"]} for i in range(1, admins + 1)]
        self.add("authority", "ledger.genesis", "station", "K1", {
            "admins": rows, "custody_origin": self.origins["custody"], "custody_vkey": vkey(self.origins["custody"]), "demo": site == "demo",
            "kind": "authority", "log_vkey": vkey(self.origins["authority"]), "schema": schema, "site": site, "station": "K1",
            "station_key": key_line("K1"), "threshold": threshold})
        self.add("custody", "ledger.genesis", "station", "K1", {"epoch": 1, "kind": "custody", "schema": schema})
        self.endorse(0, *[f"root{i}" for i in range(1, threshold + 1)])

    def settle(self, *by):
        """Officers anna, ben, cleo; rita, for whom data comes; a policy; the station started."""
        for id in ("anna", "ben", "cleo"):
            self.act("officer.enroll", f"person:{id}", self.enroll_data(id, "officer"), *by)
        self.act("requester.enroll", "person:rita", {"id": "rita", "name": NAMES["rita"]}, *by)
        self.act("policy.set", "policy", {"approvals": 2, "bytes": 1, "sha256": "a" * 64}, *by)
        self.add("custody", "station.start", "station", "K1", {"interrupted": [], "sandbox": True, "unclean": False, "version": "1"})
        return self

    # --- epochs
    def open_epoch(self, by=("root1",), held=None, begin=True, **other):
        """The next epoch, proposed, endorsed and begun; held: so many entries of the one before are there, of those that it continues."""
        site, station, n = *self.origins["custody"].split("/")[:2], int(self.origins["custody"].split("/")[3]) + 1
        origin, continues = f"{site}/{station}/custody/{n}", {"origin": self.origins["custody"], **self.head("custody")}
        data = {"continues": continues, "epoch": n, "log": vkey(origin, f"log {n}"), "reason": "disk", "station": key_line(f"K1 {n}"), "transfers": 999, "why": "it broke", **other}
        waits = len(self.logs["authority"])
        self.act("epoch.open", "station", data, *by)
        if begin:
            self.begin_epoch(n, data, held)
        return waits

    def begin_epoch(self, n, data, keep=None, start=True, **other):
        lost = self.logs["custody"][keep:] if keep is not None else []
        del self.logs["custody"][len(self.logs["custody"]) - len(lost):]
        head = self.head("custody")
        self.earlier.append((self.origins["custody"], self.logs["custody"]))
        self.origins["custody"], self.logs["custody"] = data["log"].split("+")[0], []
        self.keys["K1"] = f"K1 {n}"
        self.add("custody", "ledger.genesis", "station", "K1", {"continues": data["continues"], "epoch": n, "held": head, "kind": "custody",
                                                                "schema": body_of(self.logs["authority"][0])["data"]["schema"], **other})
        if start:
            self.add("custody", "station.start", "station", "K1", {"interrupted": [], "sandbox": True, "unclean": False, "version": "1"})

    # --- what comes next
    def tree(self, log, size=None):
        return audit.Tree(leaves(self.logs[log][:size]))

    def head(self, log, size=None):
        tree = self.tree(log, size)
        return {"root": tree.roots[-1].hex(), "size": tree.size}

    def body(self, log, type, subj, who, data, role=None, **other):
        _, roles, _ = audit.TYPES[log].get(type, ("", ["officer"], ""))
        role = role or ("station" if who == "K1" else "admin" if who.startswith("root") and "admin" in roles else roles[0])
        last = [e for e in [e for _, old in self.earlier for e in old if log == "custody"] + self.logs[log] if body_of(e)["subj"] == subj]
        self.count += 1
        line = key_line(self.keys.get(who, who))
        return {"actor": {"id": who, "key": audit.fingerprint(line), "name": NAMES.get(who, who), "role": role},
                "at": self.at, "auth": self.head("authority"), "clk": {"boot": "b", "mono": "1", "src": "manual"}, "data": data,
                "head": self.head(log), "id": f"{self.count:032x}", "log": self.origins[log], "meaning": "I say so.",
                "prev": leaves(last)[-1].hex() if last else ZEROS, "subj": subj, "type": type, "v": 1, **other}

    def add(self, log, type, subj, who, data, role=None, key=None, **other):
        """Appends an entry as it should be, but for what is said otherwise; its leaf."""
        self.put(log, entry(self.body(log, type, subj, who, data, role, **other), key or self.keys.get(who, who)))
        return leaves(self.logs[log][-1:])[0].hex()

    def put(self, log, raw):
        """Appends an entry as it is."""
        self.logs[log].append(raw)
        self.latest = log

    def enroll_data(self, id, *roles, key=None, **other):
        line = key or id
        text = f"enroll\n{id}\n{self.head('authority')['root']}\n".encode()
        return {"id": id, "key": key_line(line), "name": NAMES[id], "proof": base64.b64encode(sshsig(line, text)).decode(), "roles": [*roles], **other}

    def act(self, type, subj, data, *by, **other):
        """Proposed by the first, endorsed by the others (root1 alone when none is named)."""
        first, *rest = by or ("root1",)
        seq = len(self.logs["authority"])
        leaf = self.add("authority", type, subj, first, data, **other)
        self.endorse(seq, *rest)
        return leaf

    def endorse(self, seq, *by):
        raw = self.logs["authority"][seq]
        for who in by:
            self.add("authority", "authority.endorse", body_of(raw)["subj"], who, {"leaf": leaves([raw])[0].hex()}, role="admin")

    # --- witnesses
    def witnesses(self, *names, **other):
        return self.act("witness.set", "station", {"witnesses": [{"name": n, "vkey": vkey(n, n, 4), **other} for n in names]})

    def cosign(self, name, size=None, time=1000, signed=None, **other):
        head = self.head("custody", size)
        line = cosignature(name, self.note("custody", size), time, signed)
        self.add("custody", "witness.cosig", "station", "K1", {"line": line, "time": time, "witness": name, **head, **other})

    # --- one transfer, without documents
    def opened(self, n=1, **other):
        last = body_of([e for e in self.logs["authority"] if body_of(e)["type"] == "policy.set"][-1])
        return {"fields": [], "medium": {"bytes": 9, "kind": "image", "source": "s"}, "officer": "anna", "policy": last["data"]["sha256"],
                "requester": "rita", "sandbox": True, **other}

    def scan_data(self):
        verdicts = dict.fromkeys("clean error incomplete invalid malicious na suspicious timeout unscanned".split(), 0)
        return {"objects": 1, "scanners": [{"after": "pass", "before": "pass", "engine": "e", "name": "av", "sandbox": True, "signatures": "s", "version": "1"}],
                "verdicts": verdicts}

    def approval(self, subj, n, **other):
        scan = leaves([e for e in self.logs["custody"] if body_of(e)["subj"] == subj and body_of(e)["type"] == "xfer.scan"])[-1].hex()
        opened = next(body_of(e) for e in self.logs["custody"] if body_of(e)["subj"] == subj)
        return {"dest": "transfers/" + subj[5:], "dir": "in", "expires": "", "findings": "b" * 64, "inventory": {"items": 1, "sha256": "c" * 64},
                "manifest": {"bytes": 1, "files": 1, "root": "d" * 64, "sha256": "e" * 64}, "policy": opened["data"]["policy"], "scan": scan,
                "slot": n, **other}

    def transfer(self, n=1, until="close", officers=("anna", "ben")):
        """A transfer up to this step."""
        subj, steps = f"xfer:K1-{n:06}", "open start read scan approve1 approve2 release deliver close".split()
        for step in steps[:steps.index(until) + 1]:
            self.step(subj, step, officers)
        return subj

    def step(self, subj, step, officers=("anna", "ben"), **other):
        approvals = [e for e in self.logs["custody"] if body_of(e)["subj"] == subj and body_of(e)["type"] == "xfer.approve"]
        manifest = body_of(approvals[0])["data"]["manifest"] if approvals else None
        medium = {"bytes": 9, "table": "none", "volumes": []}
        if step.startswith("approve"):
            slot = int(step[7:])
            return self.add("custody", "xfer.approve", subj, officers[slot - 1], self.approval(subj, slot, **other))
        data = {"open": self.opened, "start": lambda: {"officer": "anna", "sandbox": True}, "scan": self.scan_data,
                "read": lambda: {"bytes": 1, "files": 1, "items": 1, "medium": medium, "unreadable": 0},
                "release": lambda: {"approvals": [h.hex() for h in leaves(approvals)], "manifest": manifest},
                "deliver": lambda: {"dest": "transfers/" + subj[5:], "manifest": manifest, "readback": manifest["sha256"]},
                "close": lambda: {"disposition": "returned to rita"}}[step]()
        who = officers[0] if step == "close" else "K1"
        return self.add("custody", "xfer." + step, subj, who, {**data, **other})

    # --- spoiling
    def find(self, type, nth=0, log="custody"):
        return [i for i, e in enumerate(self.logs[log]) if body_of(e)["type"] == type][nth]

    def change(self, log, i, change, key=None):
        """Changes the body of an entry and signs it again."""
        body = body_of(self.logs[log][i])
        change(body)
        who = body["actor"]["id"]
        self.logs[log][i] = entry(body, key or self.keys.get(who, who))

    # --- writing
    def signer_at(self, size):
        """The key of the authority log's checkpoint: of the newest epoch that was proposed by then."""
        opened = [body_of(e)["data"]["epoch"] for e in self.logs["authority"][:size] if body_of(e)["type"] == "epoch.open"]
        return f"log {max(opened)}" if opened and not self.old_signs else "the log"

    old_signs = False

    def note(self, log, size=None):
        tree, n = self.tree(log, size), len(self.earlier) + 1
        return note(self.origins[log], tree.size, tree.roots[-1], id=self.signer_at(tree.size) if log == "authority" else "the log" if n == 1 else f"log {n}")

    def write(self, directory, columns=True):
        """ledger.db in this folder, with docs beside it when there are any; its path."""
        shutil.rmtree(directory, ignore_errors=True)
        os.makedirs(directory)
        if self.docs:
            shutil.copytree(self.docs, directory + "/docs")
        path = directory + "/ledger.db"
        db = sqlite3.connect(path)
        for pragma in ("encoding='UTF-8'", "page_size=4096", "application_id=0x43535459", "user_version=1"):
            db.execute("PRAGMA " + pragma)
        for statement in SCHEMA[:5]:
            db.execute(statement)
        logs = [(self.origins["authority"], self.logs["authority"]), *self.earlier, (self.origins["custody"], self.logs["custody"])]
        for n, (origin, entries) in enumerate(logs, 1):
            tree, ids = audit.Tree(leaves(entries)), set()
            signer = "the log" if n <= 2 else f"log {n - 1}"
            db.execute("INSERT INTO log VALUES(?,?,?)", (n, origin, vkey(origin, signer)))
            for seq, raw in enumerate(entries):
                text, line = raw[:-1].split(b"\n")
                try:
                    b = json.loads(text)
                except (ValueError, RecursionError):
                    b = {"id": f"bad{seq}", "type": "bad", "subj": "bad"}
                if not isinstance(b, dict) or not {"id", "type", "subj"} <= set(b):
                    b = {"id": f"bad{seq}", "type": "bad", "subj": "bad"}
                if b["id"] in ids:
                    b["id"] = f"f{seq:031x}"  # the column may not come twice
                ids.add(b["id"])
                db.execute("INSERT INTO entry VALUES(?,?,CAST(? AS TEXT),?,?,?,?,?)",
                           (n, seq, text, base64.b64decode(line), sha(b"\0" + raw), *[str(b[k]) for k in ("id", "type", "subj")]))
                by = self.signer_at(seq + 1) if n == 1 else signer
                db.execute("INSERT INTO checkpoint VALUES(?,?,?)", (n, seq + 1, note(origin, seq + 1, tree.roots[seq + 1], id=by).decode()))
        for statement in SCHEMA[5:]:
            db.execute(statement)
        db.commit()
        db.close()
        return path

    def leaf_list(self, log="custody", size=None):
        """As `export leaves` writes that of a log."""
        return leaf_list(self.origins[log], self.logs[log][:size])

    def leaf_lists(self):
        """As it writes those of the custody log: epoch by epoch."""
        return b"".join(leaf_list(*log) for log in [*self.earlier, (self.origins["custody"], self.logs["custody"])])

    def folder(self, subj):
        """{path: bytes} of a transfer's custody folder, without SHA256SUMS."""
        entries = self.logs["custody"]
        files = {"authority/entries.txt": b"\n".join(self.logs["authority"]), "authority/checkpoint": self.note("authority"),
                 "checkpoint": self.note("custody"), "report.txt": b"a report\n", **{
                     name: vkey(self.origins[log]).encode() + b"\n" for name, log in (("authority.vkey", "authority"), ("log.vkey", "custody"))}}
        all = leaves(entries)
        for i, e in enumerate(entries):
            b = body_of(e)
            if b["subj"] != subj:
                continue
            files[f"entries/{i:08}.entry"] = e
            lines = "".join(base64.b64encode(h).decode() + "\n" for h in proof(all, i))
            files[f"proofs/{i:08}.tlog-proof"] = f"c2sp.org/tlog-proof@v1\nindex {i}\n{lines}\n".encode() + files["checkpoint"]
            if b["type"] == "xfer.approve" and self.docs:
                d = b["data"]
                for n, digest in (("inventory", d["inventory"]["sha256"]), ("findings", d["findings"]), ("policy", d["policy"])):
                    with open(f"{self.docs}/{digest}", "rb") as f:
                        files[n] = f.read()
                items = [json.loads(line) for line in files["inventory"].splitlines()[1:]]
                files["manifest.sha256"] = b"".join(x["sha256"].encode() + b"  " + base64.b64decode(x["dest"]) + b"\n" for x in items)
        return files


def proof(all, i):
    if len(all) == 1:
        return []
    k = 1
    while k * 2 < len(all):
        k *= 2
    root = lambda part: audit.Tree(part).roots[-1]
    return proof(all[:k], i) + [root(all[k:])] if i < k else proof(all[k:], i - k) + [root(all[:k])]


def write_folder(path, files, sums=True):
    shutil.rmtree(path, ignore_errors=True)
    if sums:
        text = "".join(f"{hashlib.sha256(b).hexdigest()}  {n}\n" for n, b in sorted(files.items()))
        files = {**files, "SHA256SUMS": text.encode()}
    for n, b in files.items():
        full = os.path.join(path, n)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as f:
            f.write(b)
    return path
