#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A second opinion on a custody record, made from share/doc/LEDGER.md alone.

Python's standard library, ssh-keygen for the signatures of people and station,
openssl for those of the logs; nothing of Sallyport's is run or imported.  It
looks at ledger.db (with the folder docs beside it), at the custody folder of a
transfer, at a plain tar of one, or at a list of leaves.  It prints GOOD, or what
is wrong with the name of the rule, and what could not be looked at.

Status 0: true.  1: untrue, it says something that is wrong.  3: unreadable, no
record at all.  2: usage.
"""
import argparse, base64, bisect, concurrent.futures, datetime, fcntl, functools, hashlib, itertools, json, os, re, sqlite3
import subprocess, sys, tempfile

NS = b"custody-event-v1@sallyport"
ZEROS = "0" * 64
SCHEMA = "c90c95b08d78d614b427f70ff117fc5eceeffede9cfbf6eea8a36809134eb0d7"  # of ledger.db as published
EVER = 2**53
BODY_MAX, SIG_MAX, ENTRY_MAX, TEXT_MAX, NOTE_MAX, HEAD_GAP = 65536, 4096, 65536 + 8192, 8192, 65536, 4096

# --- the types of entries: about whom, signed in which role, the shape of data --------
# Shapes: s text, u integer, t true or false, h 64 hex digits, b base64, p person's id,
# k public key line, {} object, [] array; "?" after a type: may be absent.
SCANNERS = ("scanners:[{after:s apart:t? before:s changes:u? date:s? engine:s kind:s? name:s reused:u? sandbox:t "
            "signatures:s strikes:u? version:s}]")
MANIFEST = "manifest:{bytes:u files:u root:h sha256:h}"
DEVICE = "descriptors:h? id:s? interfaces:s?"
AUTHORITY = f"""
ledger.genesis     station  station  admins:[{{id:p key:k name:s}}] custody_origin:s custody_vkey:s demo:t kind:s log_vkey:s schema:h site:s station:s station_key:k threshold:u
authority.endorse  station,person:,policy,exception  admin  leaf:h
authority.withdraw station,person:,policy,exception  admin  leaf:h reason:s
officer.enroll     person:  admin  id:p key:k name:s proof:b roles:[s]
requester.enroll   person:  admin  id:p key:k? name:s
officer.suspend    person:  admin  id:p reason:s
officer.resume     person:  admin  id:p reason:s
officer.retire     person:  admin  id:p reason:s
role.grant         person:  admin  basis:s expires:s id:p roles:[s]
role.revoke        person:  admin  id:p reason:s roles:[s]
key.enroll         person:  admin  cross:b? id:p key:k proof:b
key.revoke         person:  admin  id:p key:s reason:s suspect_from:u?
admin.set          station  admin  admins:[{{id:p key:k name:s proof:b?}}] threshold:u
witness.set        station  admin  witnesses:[{{name:s vkey:s}}]
policy.set         policy  admin  approvals:u bytes:u sha256:h token_pin:t?
epoch.open         station  admin  continues:{{origin:s root:h size:u}} epoch:u log:s reason:s station:k transfers:u why:s
exception.add      exception  admin  expires:s reason:s rule:s? scanner:s sha256:h? type:s?
exception.end      exception  admin  leaf:h reason:s
"""
CUSTODY = f"""
ledger.genesis     station  station  continues:{{origin:s root:h size:u}}? epoch:u held:{{root:h size:u}}? kind:s schema:h
station.start      station  station  interrupted:[s] sandbox:t unclean:t version:s
station.stop       station  station
sess.login         officer:  officer,admin,auditor  nonce:h
sess.logout        officer:  station  officer:p why:s?
sess.fail          station,officer:  station  count:u? officer:s why:s
device.inserted    station  station  bytes:u {DEVICE} model:s port:s serial:s source:s unwritten:u? vendor:s
device.removed     station  station  bytes:u model:s port:s serial:s source:s transfer:s? unwritten:u? vendor:s
device.refused     station  station  {DEVICE} model:s? port:s? serial:s? source:s unwritten:u? vendor:s? why:s
device.keyboard    station  station  {DEVICE} kind:s model:s port:s serial:s source:s unwritten:u? vendor:s
scan.selftest      station  station  date:s? engine:s pass:t scanner:s signatures:s when:s why:s?
scan.changed       station  station  date:s engine:s objects:u scanner:s signatures:s transfer:s was:{{date:s engine:s signatures:s}}
signatures.import  station  admin  back:t bytes:u date:s files:u scanner:s set:h signer:s transfer:s version:s
signatures.confirm station  officer,admin  leaf:h scanner:s set:h
signatures.loaded  station  station  pass:t scanner:s set:h why:s
vault.purge        station  station  bytes:u list:h objects:u
anchor.out         station  station  kind:s officer:p root:h size:u
anchor.in          station  station  kind:s officer:p root:h size:u
restore.detected   station  station  kind:s root:s size:u why:s
witness.cosig      station  station  line:s root:h size:u time:u witness:s
copy.failed        station  station  kind:s why:s
copy.whole         station  station  entries:u
backup.made        station  station  root:h sha256:h size:u
audit.export       station  station  document:h format:s medium:{{image:h model:s port:s serial:s vendor:s}}? name:s officer:p
export.written     station  station  bytes:u files:u how:s image:h officer:p port:s readback:h? why:s
audit.sample       station  station  document:h n:u officer:p seed:s size:u
audit.attest       station  officer,auditor  checked:u differ:u note:s sample:h
clock.step         station  station  expected:s found:s kind:s
disk.low           station  station  bytes:u floor:u
disk.full          station  station  ballast:u
disk.room          station  station  ballast:u
medium.register    medium:  officer  classification:s device:{{model:s serial:s vendor:s}}? from:s label:s owner:s seal:s sealed:t
medium.return      medium:  officer  seal:s to:s
medium.retain      medium:  officer  place:s seal:s
medium.sanitise    medium:  officer  certificate:s method:s
medium.destroy     medium:  officer  certificate:s method:s
medium.confirm     medium:  officer  note:s
xfer.open          xfer:  station  control:s? fields:[{{from:s? name:s value:s}}] medium:{{bytes:u device:{{model:s port:s serial:s vendor:s}}? kind:s source:s}} officer:p policy:h request:{{document:h signature:h?}}? requester:p sandbox:t
xfer.fields        xfer:  station  classes:[{{limit:s word:s}}]? fields:[{{from:s? name:s value:s}}] officer:p
xfer.start         xfer:  station  officer:p sandbox:t
xfer.read          xfer:  station  bytes:u files:u items:u medium:{{after:s? before:s? bytes:u counted:{{regions:u tables:u volumes:u}}? table:s volumes:[{{bytes:u kind:s label:s locked:t? n:u stopped:t?}}] write_protect:s?}} resumed:{{bytes:u files:u read:u why:s}}? unreadable:u
xfer.unlock        xfer:  station  kind:s officer:p ok:t volume:u why:s
xfer.password      xfer:  station  item:u object:h officer:p ok:t why:s
xfer.stopped       xfer:  station  offset:u volume:u why:s
xfer.scan          xfer:  station  objects:u request:{{approval:s asked:u classification:s differ:u document:h id:s key:s left:u? missing:u missing_names:[s] names:u other:u purpose:s requester:s signed:s source:s target:s why:s}}? {SCANNERS} verdicts:{{clean:u error:u incomplete:u invalid:u malicious:u na:u suspicious:u timeout:u unscanned:u}}
xfer.addendum      xfer:  station  changed:u document:h objects:u officer:p {SCANNERS} why:s? worse:u
xfer.request       xfer:  station  document:h officer:p signature:h?
xfer.block         xfer:  station  why:s
xfer.fault         xfer:  station  step:s why:s
xfer.take          xfer:  officer
xfer.approve       xfer:  officer  addendum:h? dest:s dir:s exceptions:[h]? expires:s fields:h? findings:h inventory:{{items:u sha256:h}} {MANIFEST} policy:h scan:h slot:u
xfer.return        xfer:  officer  reason:s
xfer.withdraw      xfer:  officer  reason:s
xfer.release       xfer:  station  approvals:[h] cosig_size:u? {MANIFEST}
xfer.deliver       xfer:  station  dest:s {MANIFEST} readback:h rescan:{{bytes:u objects:u scanners:[{{after:s before:s date:s? engine:s kind:s name:s sandbox:t signatures:s version:s}}]}}?
xfer.medium        xfer:  station  disposition:s officer:p
xfer.abort         xfer:  officer  reason:s
xfer.close         xfer:  officer  disposition:s
xfer.recall        xfer:  officer  reason:s
xfer.retire        xfer:  officer  reason:s
xfer.confirm       xfer:  officer  leaf:h
xfer.keep          xfer:  officer  leaf:h reason:s
xfer.recalled      xfer:  station  confirm:h dest:s found:t
xfer.retired       xfer:  station  confirm:h dest:s found:t
"""

# The life of a transfer: from which state an entry leads where; "?" is decided by its rule.
PATHS = """
xfer.start     OPEN>READING FAULT>READING
xfer.fields    OPEN>OPEN READING>READING SCANNING>SCANNING REVIEW>REVIEW BLOCKED>BLOCKED FAULT>FAULT
xfer.unlock    READING>READING
xfer.stopped   READING>READING
xfer.password  READING>READING SCANNING>SCANNING REVIEW>REVIEW BLOCKED>BLOCKED
xfer.read      READING>SCANNING
xfer.scan      SCANNING>REVIEW REVIEW>REVIEW BLOCKED>REVIEW
xfer.block     SCANNING>BLOCKED REVIEW>BLOCKED
xfer.request   BLOCKED>BLOCKED
xfer.approve   REVIEW>SUBMITTED SUBMITTED>?
xfer.addendum  SUBMITTED>?
xfer.return    SUBMITTED>REVIEW
xfer.withdraw  SUBMITTED>REVIEW
xfer.release   APPROVED>APPROVED FAULT>APPROVED
xfer.deliver   APPROVED>RELEASED
xfer.close     RELEASED>CLOSED
xfer.take      REVIEW>REVIEW SUBMITTED>SUBMITTED BLOCKED>BLOCKED FAULT>FAULT
xfer.fault     OPEN>FAULT READING>FAULT SCANNING>FAULT REVIEW>FAULT APPROVED>FAULT
xfer.abort     OPEN>ABORTED READING>ABORTED SCANNING>ABORTED REVIEW>ABORTED SUBMITTED>ABORTED BLOCKED>ABORTED FAULT>ABORTED
xfer.medium    SCANNING>SCANNING REVIEW>REVIEW SUBMITTED>SUBMITTED BLOCKED>BLOCKED APPROVED>APPROVED RELEASED>RELEASED CLOSED>CLOSED ABORTED>ABORTED FAULT>FAULT RECALL>RECALL RECALLED>RECALLED RETIRE>RETIRE RETIRED>RETIRED
xfer.recall    RELEASED>RECALL CLOSED>RECALL
xfer.retire    RELEASED>RETIRE CLOSED>RETIRE RECALLED>RETIRE
xfer.confirm   RECALL>RECALL RETIRE>RETIRE
xfer.keep      RECALL>? RETIRE>?
xfer.recalled  RECALL>RECALLED
xfer.retired   RETIRE>RETIRED
"""
BUSY = ("OPEN", "READING", "SCANNING", "APPROVED")
ENDED = ("CLOSED", "ABORTED", "RECALLED", "RETIRED")

# The medium register.
MOVES = """
register  NONE>HELD RETURNED>HELD
return    HELD>RETURNED RETAINED>RETURNED SANITISED>RETURNED
retain    HELD>RETAINED SANITISED>RETAINED
sanitise  HELD>WIPED RETAINED>WIPED
destroy   HELD>ENDING RETAINED>ENDING SANITISED>ENDING
confirm   WIPED>SANITISED ENDING>DESTROYED
"""
HERE = ("HELD", "RETAINED", "WIPED", "SANITISED", "ENDING")
SAID = {"register": ("from", "label"), "return": ("to",), "retain": ("place",), "sanitise": ("method",), "destroy": ("method",)}
LEFT = [("returned", "return"), ("handed back", "return"), ("sent", "return"), ("retained", "retain"),
        ("kept", "retain"), ("sanitised", "sanitise"), ("destroyed", "destroy")]


def table(text):
    """{first word: the other words}"""
    return {line.split()[0]: line.split()[1:] for line in text.strip().splitlines()}


def steps(text):
    return {name: dict(w.split(">") for w in words) for name, words in table(text).items()}


TYPES = {log: {t: (w[0].split(","), w[1].split(","), " ".join(w[2:])) for t, w in table(text).items()}
         for log, text in (("authority", AUTHORITY), ("custody", CUSTODY))}
PATHS, MOVES = steps(PATHS), steps(MOVES)
RULES = {}  # type -> what else holds for it, and what it changes


def rule(*types):
    def keep(function):
        RULES.update({t: function for t in types})
        return function
    return keep


class Untrue(Exception):
    """What is wrong: the name of the rule, and a sentence."""
    def __init__(self, name, why):
        super().__init__(why)
        self.name, self.place = name, ""


class Unreadable(Exception):
    pass


def need(condition, name, why):
    if not condition:
        raise Untrue(name, why)


# --- hashes and trees ------------------------------------------------------------------
def sha(b):
    return hashlib.sha256(b).digest()


def node(left, right):
    return sha(b"\1" + left + right)


class Tree:
    """A log that grows; roots[n] is its root at n entries."""
    def __init__(self, leaves=()):
        self.full, self.roots, self.size = [], [sha(b"")], 0
        for leaf in leaves:
            self.add(leaf)

    def add(self, leaf):
        self.size += 1
        n = self.size
        self.full.append(leaf)
        while n % 2 == 0:
            right = self.full.pop()
            self.full[-1] = node(self.full[-1], right)
            n //= 2
        self.roots.append(functools.reduce(lambda right, left: node(left, right), reversed(self.full)))


def inclusion_root(index, size, leaf, proof):
    """RFC 9162 2.1.3.2: the root that the proof leads to."""
    fn, sn, r = index, size - 1, leaf
    need(index < size, "proof", "it is about an entry beyond the checkpoint")
    for p in proof:
        need(sn > 0, "proof", "the proof is too long")
        if fn & 1 or fn == sn:
            r = node(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node(r, p)
        fn, sn = fn >> 1, sn >> 1
    need(sn == 0, "proof", "the proof is too short")
    return r


# --- bytes and texts ----------------------------------------------------------------------
def unbase64(text, name, what):
    """The bytes, when the text is their one canonical spelling."""
    text = text.encode() if isinstance(text, str) else text
    try:
        blob = base64.b64decode(text, validate=True)
    except ValueError:
        blob = None
    need(blob is not None and base64.b64encode(blob) == text, name, f"{what} is not canonical base64")
    return blob


HIDDEN = re.compile("[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef]")


def is_text(v):
    """Fit to be shown: no controls, no bidirectional marks, no noncharacters."""
    return isinstance(v, str) and not HIDDEN.search(v) and not any(ord(c) & 0xfffe == 0xfffe for c in v if c > "\ufdef")


def is_hex(v, digits=64):
    return isinstance(v, str) and re.fullmatch(f"[0-9a-f]{{{digits}}}", v) is not None


def seconds(at):
    """Of a time in its one form, or None."""
    if not isinstance(at, str) or not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", at):
        return None
    try:
        t = datetime.datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
    except ValueError:
        return None
    return int(t.timestamp()) if t.year >= 1970 and at[17:19] < "60" else None


def moment(t):
    """A time as people read it; what is beyond the calendar as the number it is."""
    try:
        return t if t is None else datetime.datetime.fromtimestamp(t, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError):
        return str(t)


def day_end(day):
    """The second after a day such as 2026-12-31, or None."""
    begin = seconds(day + "T00:00:00Z") if isinstance(day, str) and len(day) == 10 else None
    return None if begin is None else begin + 86400


def is_day(day):
    try:
        return re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", day) is not None and datetime.date.fromisoformat(day) is not None
    except ValueError:
        return False


def lower(name):
    return name.encode().lower()  # letters of ASCII alone


def canonical(body, name="canonical"):
    """The object that these bytes are in their one spelling (CJ1)."""
    def check(v, depth):
        if isinstance(v, (dict, list)):
            need(depth < 6, name, "it is nested too deeply")
            for x in v.values() if isinstance(v, dict) else v:
                check(x, depth + 1)
            for k in v if isinstance(v, dict) else ():
                need(re.fullmatch("[a-z][a-z0-9_]{0,31}", k), name, "a key is malformed")
        elif isinstance(v, str):
            need("\0" not in v, name, "a text holds NUL")
        else:
            need(isinstance(v, bool) or (isinstance(v, int) and 0 <= v < 2**53), name, "a value is outside the profile")
    need(len(body) <= BODY_MAX, "too-long", "it is longer than 65,536 bytes")
    try:
        o = json.loads(body.decode("utf-8"))
        need(isinstance(o, dict), name, "it is no JSON object")
        check(o, 0)
        again = json.dumps(o, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as e:
        raise Untrue(name, "it is not canonical JSON") from e
    need(again == body, name, "it is not canonical JSON: other bytes would say the same")
    return o


def fits(shape, value, where="data"):
    """Refuses a value that is not an object of exactly this shape."""
    at = 0

    def typed(v, path, look):
        nonlocal at
        c, at = shape[at], at + 1
        if c == "{":
            ok = not look or isinstance(v, dict)
            need(ok, "shape", f"{path} is no object")
            fields(v if look else {}, path, "}", look)
            at += 1
        elif c == "[":
            need(not look or isinstance(v, list), "shape", f"{path} is no array")
            element = at
            for x in v if look else ():
                at = element
                typed(x, path, True)
            at = element
            typed(None, path, False)
            at += 1
        elif look:
            need(SCALARS[c](v), "shape", f"{path} is wrong")

    def fields(v, path, end, look):
        nonlocal at
        known = 0
        while at < len(shape) and shape[at] != end:
            colon = shape.index(":", at)
            name, at = shape[at:colon], colon + 1
            here = look and name in v
            typed(v.get(name), f"{path}.{name}", here)
            optional = shape[at:at + 1] == "?"
            need(here or optional or not look, "shape", f"{path}.{name} is missing")
            known += here
            at += optional
            at += shape[at:at + 1] == " "
        need(not look or len(v) == known, "shape", f"{path} has a field too many")

    need(isinstance(value, dict), "shape", f"{where} is no object")
    fields(value, where, "", True)


def person_ok(v):
    return isinstance(v, str) and re.fullmatch("[a-z][a-z0-9._-]{0,31}", v) is not None


def is_base64(v):
    try:
        return len(v) <= SIG_MAX and base64.b64encode(base64.b64decode(v, validate=True)).decode() == v
    except (TypeError, ValueError):
        return False


SCALARS = {"s": lambda v: is_text(v) and len(v.encode()) <= TEXT_MAX, "u": lambda v: type(v) is int,
           "t": lambda v: type(v) is bool, "h": is_hex, "b": is_base64, "p": person_ok,
           "k": lambda v: isinstance(v, str) and key_of(v) is not None}

# --- keys and signatures -----------------------------------------------------------------------
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def curve_add(a, b):
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    m, n, c, d = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P, 2 * D * t1 * t2 % P, 2 * z1 * z2 % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


@functools.lru_cache(None)
def point_ok(key):
    """An Ed25519 key in canonical spelling, on the curve, of the prime order."""
    sign, y = key[31] >> 7, int.from_bytes(key, "little") & (2**255 - 1)
    if y >= P:
        return False
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != square or (x == 0):
        return False
    x = P - x if x & 1 != sign else x
    q, total, n = (x, y, 1, x * y % P), (0, 1, 1, 0), L
    while n:
        if n & 1:
            total = curve_add(total, q)
        q, n = curve_add(q, q), n >> 1
    return total[0] == 0 and total[1] == total[2]


def ssh_strings(blob):
    """The strings of SSH's encoding, or None."""
    found, at = [], 0
    while at < len(blob):
        n = int.from_bytes(blob[at:at + 4], "big")
        if at + 4 + n > len(blob):
            return None
        found.append(blob[at + 4:at + 4 + n])
        at += 4 + n
    return found


KEY, TOKEN_KEY, APPLICATION = b"ssh-ed25519", b"sk-ssh-ed25519@openssh.com", b"ssh:sallyport"
TOUCH, PIN = 1, 4  # flags of a token's signature


@functools.lru_cache(None)
def key_of(line):
    """The 32 bytes of a public key line, or None."""
    kind, _, rest = line.partition(" ")
    parts = ssh_strings(base64.b64decode(rest)) if is_base64(rest) else None
    ok = parts and parts[0] == kind.encode() and ((len(parts) == 2 and parts[0] == KEY) or (len(parts) == 3 and parts[0::2] == [TOKEN_KEY, APPLICATION])) and len(parts[1]) == 32
    return parts[1] if ok and point_ok(parts[1]) else None


def is_token(line):
    return line.startswith(TOKEN_KEY.decode() + " ")


def fingerprint(line):
    return "SHA256:" + base64.b64encode(sha(base64.b64decode(line.split()[1]))).decode().rstrip("=")


def check_blob(blob, line):
    """The form of an SSHSIG and whose it says it is; the signature, of a token also flags and counter."""
    parts = ssh_strings(blob[10:]) if blob[:10] == b"SSHSIG\0\0\0\1" else None
    need(parts is not None and len(parts) == 5 and parts[1:4] == [NS, b"", b"sha512"],
         "signature", "the signature is no SSHSIG of this namespace over SHA-512")
    need(parts[0] == base64.b64decode(line.split(" ")[1]), "signature", "the signature is by another key")
    token = is_token(line)
    sig = ssh_strings(parts[4][:-5] if token else parts[4])
    need(sig and len(sig) == 2 and sig[0] == (TOKEN_KEY if token else KEY) and len(sig[1]) == 64 and
         int.from_bytes(sig[1][32:], "little") < L, "signature", "the signature is malformed")
    if not token:
        return sig[1], None, None
    flags, counter = parts[4][-5], int.from_bytes(parts[4][-4:], "big")
    need(flags & ~(TOUCH | PIN) == 0, "signature", "the token says more than that it was touched and asked for its PIN")
    return sig[1], flags, counter


def check_touch(flags, pin):
    """What a token says of the one who held it; flags are None for other keys."""
    need(flags is None or flags & TOUCH, "token", "the token was not touched")
    need(flags is None or flags & PIN or not pin, "token", "the token was not asked for its PIN, and the policy wants it")


class Signatures:
    """Signatures are looked at beside: a process for each, several at a time."""
    def __init__(self, tmp):
        self.tmp, self.jobs, self.files, self.count = tmp, [], {}, 0
        self.pool = concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2)

    def file(self, key, content):
        if key not in self.files:
            self.files[key] = os.path.join(self.tmp, f"key{len(self.files)}")
            with open(self.files[key], "wb") as f:
                f.write(content)
        return self.files[key]

    def run(self, command, message, blob):
        self.count += 1
        return self.pool.submit(self.work, f"{self.tmp}/{self.count}", command, message, blob)

    @staticmethod
    def work(path, command, message, blob):
        for end, content in ((".m", message), (".s", blob)):
            with open(path + end, "wb") as f:
                f.write(content)
        with open(path + ".m", "rb") as f:
            p = subprocess.run([{"MESSAGE": path + ".m", "BLOB": path + ".s"}.get(w, w) for w in command], stdin=f, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.remove(path + ".m")
        os.remove(path + ".s")
        return p.returncode == 0

    def ssh(self, place, line, message, blob, why):
        sig, flags, counter = check_blob(blob, line)
        if flags is not None:
            strings = b"".join(len(s).to_bytes(4, "big") + s for s in (NS, b"", b"sha512", hashlib.sha512(message).digest()))
            signed = sha(APPLICATION) + bytes([flags]) + counter.to_bytes(4, "big") + sha(b"SSHSIG" + strings)
            return self.ed25519(place, key_of(line), signed, sig, why, "signature")
        signers = self.file(line, b"x namespaces=\"" + NS + b"\" " + line.encode() + b"\n")
        armor = b"-----BEGIN SSH SIGNATURE-----\n" + base64.b64encode(blob) + b"\n-----END SSH SIGNATURE-----\n"
        command = ["ssh-keygen", "-Y", "verify", "-f", signers, "-I", "x", "-n", NS.decode(), "-s", "BLOB"]
        return self.jobs.append((place, self.run(command, message, armor), "signature", why))

    def ed25519(self, place, key, message, sig, why, name="checkpoint"):
        need(len(sig) == 64 and int.from_bytes(sig[32:], "little") < L and point_ok(key), name, why)
        der = self.file(key, bytes.fromhex("302a300506032b6570032100") + key)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", der, "-rawin", "-in", "MESSAGE", "-sigfile", "BLOB"]
        self.jobs.append((place, self.run(command, message, sig), name, why))

    def settle(self):
        """Refuses the first, in the order of the record, that does not verify."""
        jobs, self.jobs = self.jobs, []
        for place, future, name, why in jobs:
            if not future.result():
                e = Untrue(name, why)
                e.place = place
                raise e


# --- checkpoints --------------------------------------------------------------------------------------
NAME = re.compile("[^\\s+\0-\x1f]+")


def vkey_parts(vkey, kind=1, rule="vkey"):
    """Name and public key of a verifier key: kind 1 a log's, 4 a witness's."""
    m = re.fullmatch("([^+]*)\\+([0-9a-f]{8})\\+(.*)", vkey, re.S)
    need(m and NAME.fullmatch(m[1]) and len(m[1].encode()) <= 127, rule, "a checkpoint key is malformed")
    key = unbase64(m[3], rule, "a checkpoint key")
    need(len(key) == 33 and key[0] == kind and sha(m[1].encode() + b"\n" + key)[:4].hex() == m[2], rule,
         "a checkpoint key is no Ed25519 key under its name")
    return m[1], key[1:]


def vkey_of(name, key):
    id, blob = sha(name.encode() + b"\n\1" + key)[:4].hex(), base64.b64encode(b"\1" + key).decode()
    return f"{name}+{id}+{blob}"


def note_open(text, vkeys, signatures, place, what):
    """(size, root) of a checkpoint that this key has signed, or exactly one of these keys of one log."""
    keys = dict(reversed(vkey_parts(vkey)) for vkey in ([vkeys] if isinstance(vkeys, str) else sorted(vkeys)))
    name = next(iter(keys.values()))
    bad = f"{what} is malformed or not signed by the log"
    need(len(text) <= NOTE_MAX and text[-1:] == b"\n" and b"\n\n" in text, "checkpoint", bad)
    need(not re.search(b"[\0-\x09\x0b-\x1f]", text), "checkpoint", f"{what} holds control characters, such as CR: {bad}")
    cut = text.rindex(b"\n\n") + 1
    body, lines = text[:cut], text[cut + 1:].split(b"\n")[:-1]
    try:
        body.decode("utf-8")
        lines = [line.decode("utf-8") for line in lines]
    except ValueError as e:
        raise Untrue("checkpoint", bad) from e
    need(0 < len(lines) <= 64, "checkpoint", bad)
    ours = []
    for line in lines:
        m = re.fullmatch("\u2014 ([^ ]+) ([^ ]+)", line)
        need(m and NAME.fullmatch(m[1]), "checkpoint", f"{what} has a signature line that is none")
        blob = unbase64(m[2], "checkpoint", "a signature line")
        need(len(blob) > 4, "checkpoint", bad)
        ours += [(key, blob[4:]) for key in keys if m[1] == name and blob[:4] == sha(name.encode() + b"\n\1" + key)[:4]]
    need(ours, "checkpoint", bad)
    need(len(ours) == 1, "checkpoint", f"{what} is signed twice by the log")
    signatures.ed25519(place, *ours[0][:1], body, ours[0][1], bad)
    m = re.fullmatch(b"([^\n]+)\n(0|[1-9][0-9]{0,19})\n([A-Za-z0-9+/]{43}=)\n", body)
    need(m and m[1].decode() == name and int(m[2]) < 2**64, "checkpoint", f"{what} is no checkpoint of {name}")
    return int(m[2]), unbase64(m[3], "checkpoint", "the root")


def witness_times(text, witnesses, signatures, place, what):
    """When witnesses say that they saw a checkpoint: of each line that one of these keys made."""
    cut, times = text.rindex(b"\n\n") + 1, []
    for line in text[cut + 1:].decode("utf-8").split("\n")[:-1]:
        _, name, blob = line.split(" ")
        blob = base64.b64decode(blob)
        for key in [key for n, key, _ in witnesses if n == name and blob[:4] == sha(n.encode() + b"\n\4" + key)[:4]]:
            time, bad = int.from_bytes(blob[4:12], "big"), f"{what} has a line by {name} that is no cosignature of it"
            need(len(blob) == 76 and time < 2**53, "cosignature", bad)
            signatures.ed25519(place, key, f"cosignature/v1\ntime {time}\n".encode() + text[:cut], blob[12:], bad, "cosignature")
            times.append(time)
    return times


# --- the record, entry by entry -------------------------------------------------------------------------
class Entry:
    """One entry, taken apart; every field has been looked at for its form."""
    def __init__(self, log, seq, raw):
        need(raw.count(b"\n") == 2 and raw[-1:] == b"\n" and raw[:1] != b"\n", "form", "the entry is not two lines")
        self.text, line = raw[:-1].split(b"\n")
        need(len(self.text) <= BODY_MAX, "too-long", "the body is longer than 65,536 bytes")
        need(len(raw) <= ENTRY_MAX and 0 < len(line) <= (SIG_MAX + 2) // 3 * 4, "too-long", "the signature line is empty or too long")
        b = self.body = canonical(self.text)
        self.sig = unbase64(line, "base64", "the signature line")
        self.leaf, self.seq, self.log = sha(b"\0" + raw), seq, log
        need(set(b) == set("v log id type subj prev head auth actor at clk meaning data".split()) and b["v"] == 1 and
             b["v"] is not True, "form", "the body does not have exactly the common fields of version 1")
        fits("actor:{id:s key:s name:s role:s} auth:{root:h size:u} clk:{boot:s mono:s src:s} head:{root:h size:u} "
             "log:s meaning:s prev:h subj:s type:s", {k: v for k, v in b.items() if k not in ("v", "id", "at", "data")}, "body")
        need(is_hex(b["id"], 32) and isinstance(b["data"], dict), "form", "id or data is not of its kind")
        self.at_s = seconds(b["at"])
        need(self.at_s is not None, "form", "at is no time")
        self.type, self.subj, self.data, self.auth, self.at = b["type"], b["subj"], b["data"], b["auth"]["size"], b["at"]
        self.actor, self.who, self.hex = b["actor"], b["actor"]["id"], self.leaf.hex()
        self.about = self.subj.partition(":")[2]


class Log:
    """One log; what is unique in the record, or goes on in it, the custody logs of all epochs share."""
    def __init__(self, before=None):
        self.tree, self.origin, self.vkey = Tree(), None, None
        self.ids, self.last = (before.ids, before.last) if before else (set(), {})


class Epoch:
    """A custody log, the station's key in it, and from which size of the authority log on it may begin; base: the entries of those before."""
    def __init__(self, n, log, station, since=0, act=None, by=()):
        self.n, self.log, self.station, self.since, self.act, self.by, self.base = n, log, station, since, act, by, 0


class Person:
    """Who somebody is: the roles and keys he had, each from one size of the authority log up to another."""
    def __init__(self, name):
        self.name, self.held, self.keys, self.suspended, self.retired = name, [], [], [], EVER

    def holds(self, role, size, now):
        return size < self.retired and not any(since <= size < until for since, until in self.suspended) and any(
            h["role"] == role and h["since"] <= size < h["until"] and (not h["expires"] or now < day_end(h["expires"])) for h in self.held)

    def key(self, size):
        return next((k for k in self.keys if k["since"] <= size < k["until"]), None)

    def appointed(self, role):
        return next((h for h in self.held if h["role"] == role and h["until"] == EVER), None)

    def appoint(self, role, since, expires=""):
        """In place of the appointment in force, if there is one."""
        self.dismiss(role, since)
        self.held.append({"role": role, "expires": expires, "since": since, "until": EVER})

    def dismiss(self, role, until):
        for h in self.held:
            if h["role"] == role and h["until"] == EVER:
                h["until"] = until

    def give(self, line, since, proved):
        k = self.key(since)
        if k and k["line"] == line:
            k["proved"] |= proved
        else:
            self.end_key(since)
            self.keys.append({"line": line, "since": since, "until": EVER, "proved": proved, "suspect": None})

    def end_key(self, until):
        for k in self.keys:
            k["until"] = min(k["until"], until)


class Times:
    """When an entry was made: what witnesses say, and never what it claims itself."""
    def __init__(self):
        self.cosigs, self.rows, self.asked, self.all = [], [], set(), False

    def cosigned(self, place, size, time):
        """A cosignature at this time over so many entries of the record; place is where it stands in it, None outside."""
        self.cosigs.append((EVER if place is None else place, size, time))

    def see(self, e):
        if e.place in self.asked or e.type in ("xfer.approve", "xfer.release"):
            self.rows.append((e.place, e.type, e.subj, e.place - e.seq + e.body["head"]["size"], e.at_s))

    def bounds(self):
        """{seq: (not before, not after)}: the newest cosignature its signer was shown, the oldest over what holds it."""
        inside, over = sorted(self.cosigs), sorted((size, time) for _, size, time in self.cosigs)
        newest = [0, *itertools.accumulate((time for _, _, time in inside), max)]
        oldest = [*reversed([*itertools.accumulate((time for _, time in reversed(over)), min)]), None]
        seqs, sizes = [seq for seq, _, _ in inside], [size for size, _ in over]
        found = {}
        for seq, _, _, head, _ in self.rows:
            n = bisect.bisect_left(seqs, head)
            found[seq] = (newest[n] if n else None, oldest[bisect.bisect_right(sizes, seq)])
        return found

    def sentences(self):
        bounds, both, one = self.bounds(), 0, 0
        for seq, type, subj, _, claim in self.rows:
            after, before = bounds[seq]
            both, one = both + (None not in (after, before)), one + ((after is None) != (before is None))
            if not self.all and seq not in self.asked:
                continue
            a, b = moment(after), moment(before)
            if after is None and before is None:
                text = "no witness says when; its own time is a claim"
            elif before is None:
                text = f"after {a}; no witness says before when"
            elif after is None:
                text = f"before {b}; no witness says after when"
            else:
                text = f"after {a} and before {b}: witnesses contradict each other" if after > before else f"between {a} and {b}"
            other = (after is not None and claim < after) or (before is not None and claim > before)
            yield f"entry {seq} {type} {subj}: {text}" + "; it claims another time" * other
        if not self.all and not self.asked and self.rows:
            yield (f"of {len(self.rows)} approvals and releases witnesses say of {both} between when, and of {one} only after or before when "
                   "(--when all tells of each)")


class Record:
    def __init__(self, signatures, partial=False):
        self.signatures, self.partial, self.place = signatures, partial, ""
        self.logs, self.epochs, self.epoch, self.number = {"authority": Log(), "custody": Log()}, [], None, 0
        self.signers = {}  # of the authority log's checkpoints: {size: verifier keys}
        self.people, self.policies, self.pending, self.done, self.founded = {}, [], {}, set(), False
        self.genesis, self.genesis_leaf, self.exceptions, self.threshold = None, "", {}, 0
        self.auth, self.running, self.unboxed, self.backwards = 0, False, False, 0
        self.media, self.sets, self.transfers = {}, [], {}
        self.newest = {"authority": 0, "custody": 0}  # times that entries claim
        self.times, self.counters, self.copy, self.shown = Times(), {}, "", []  # shown: heads in a folder: (place, origin, size, root)
        self.witnesses, self.cosigned, self.printed, self.disagrees, self.drawn, self.ballast, self.writings = [], [], None, {}, {}, True, {}

    def take(self, log, seq, raw):
        """Judges one entry and takes it in."""
        self.place = f"entry {seq} of the {log} log"
        e = Entry(log, seq, raw)
        if log == "custody":
            self.turn(e)
        e.place = seq + (self.epoch.base if log == "custody" and not self.partial else 0)
        need(e.type in TYPES[log], "type", f"this log has no entries of the type {e.type}")
        abouts, roles, shape = TYPES[log][e.type]
        need(any(e.subj == a or (a[-1] == ":" and e.subj.startswith(a) and e.about) for a in abouts), "subject",
             f"{e.type} cannot be about {e.subj}")
        self.check_place(e)
        fits(shape, e.data)
        self.check_actor(e, roles)
        if log == "custody" and e.type != "ledger.genesis":
            need(self.founded, "founded", "the administrators have not endorsed the genesis")
            need(self.running or self.partial or e.type == "station.start", "running", "no station.start came before")
        if e.type.startswith("xfer.") and e.type != "xfer.open":
            self.step(e)
        elif (log, e.type) in RULES or e.type in RULES:
            RULES.get((log, e.type), RULES.get(e.type))(self, e)
        self.logs[log].ids.add(e.body["id"])
        self.logs[log].last[e.subj] = e.hex
        self.logs[log].tree.add(e.leaf)
        if log == "custody":
            self.times.see(e)
            self.auth, self.backwards = e.auth, self.backwards + (self.newest[log] - e.at_s >= 60)
        else:
            self.signers[seq + 1] = {vkey_of(self.logs[log].origin, key) for key in [vkey_parts(self.epochs[-1].log.vkey)[1]] + [
                vkey_parts(p["e"].data["log"])[1] for p in self.pending.values() if p["e"].type == "epoch.open" and p["e"].hex not in self.done]}
        self.newest[log] = max(self.newest[log], e.at_s)
        return e

    def begin(self, epoch):
        """From here on entries are of this epoch."""
        self.epoch, self.logs["custody"] = epoch, epoch.log

    def turn(self, e):
        """To the epoch of an entry: in a folder its genesis is not there, but what it did is."""
        need(self.epochs, "genesis", "there is no authority log")
        if self.epoch is None:
            self.begin(self.epochs[0])
        later = [epoch for epoch in self.epochs if epoch.n > self.epoch.n and epoch.log.origin == e.body["log"]]
        if self.partial and later:
            self.begin(later[0])
            self.end_transfers()

    def end_transfers(self):
        """What was not released when an epoch ended is not released in the next."""
        for x in self.transfers.values():
            if x["state"] not in ("RELEASED", "RECALL", "RETIRE", *ENDED):
                x.update(state="ABORTED", signed=[], same=None)

    def check_place(self, e):
        log, other = self.logs[e.log], e.log == "custody"
        begun = log.tree.size > 0 or (self.partial and other)
        need((e.type == "ledger.genesis") != begun, "genesis", "a log begins with its one genesis")
        need(self.logs["authority"].tree.size > 0 or not other, "genesis", "there is no authority log")
        need(log.origin in (None, e.body["log"]), "log", f"the entry belongs to the log {e.body['log']}")
        need(e.body["id"] not in log.ids, "id", "an entry with this id is in the log")
        need(e.body["prev"] == log.last.get(e.subj, ZEROS), "prev",
             f"prev is not the last entry about {e.subj}: something was added, left out or reordered")
        head, auth = e.body["head"], e.body["auth"]
        if other and self.partial:
            need(head["size"] <= e.seq, "head", "head names more entries than came before")
            self.shown.append((self.place, e.body["log"], head["size"], head["root"]))
        else:
            self.check_head(log.tree, head, "head")
            need(log.tree.size - head["size"] <= HEAD_GAP, "head", "the signer was shown a head more than 4,096 entries old")
        if not other:
            need(auth == head, "auth", "in the authority log auth repeats head")
            return
        need(auth["size"] >= self.auth, "auth", "auth went back")
        need(not any(epoch.n > self.epoch.n and epoch.since <= auth["size"] for epoch in self.epochs), "epoch", "a later epoch was opened, as its signer was shown")
        self.check_head(self.logs["authority"].tree, auth, "auth")

    @staticmethod
    def check_head(tree, head, name):
        need(head["size"] <= tree.size, name, f"{name} names more entries than there are")
        need(tree.roots[head["size"]].hex() == head["root"], name,
             f"{name} is not the root of the log at {head['size']} entries: history was changed")

    def check_actor(self, e, roles):
        role = e.actor["role"]
        need(role in roles, "role", f"{e.type} cannot be signed in the role {role}")
        if role == "station":
            g = e.data if (e.log, e.seq) == ("authority", 0) else self.genesis
            line, name = self.epoch.station if e.log == "custody" else g["station_key"], f"station {g['station']}"
            need(e.who == g["station"] and e.actor["name"] == name and e.actor["key"] == fingerprint(line), "station",
                 "the actor is not this station")
        else:
            name, line = self.rights(e, role)
            need(name == e.actor["name"] and line and fingerprint(line) == e.actor["key"], "person",
                 f"key or name are not those with which {e.who} was enrolled")
            need(e.body["meaning"], "meaning", "the meaning of the signature is missing")
            self.check_token(e, line)
        self.signatures.ssh(self.place, line, e.text + b"\n", e.sig, f"the signature is not one by {e.who} over these bytes")

    def check_token(self, e, line):
        """Touch and PIN, and a counter that only grows: a copy of a token shows by it."""
        _, flags, counter = check_blob(e.sig, line)
        if flags is None:
            return
        asked = [(self.policy(size) or {}).get("token_pin", True) for size in ({e.auth} if e.log == "custody" else {e.auth, e.seq})]
        check_touch(flags, any(asked))
        mine = self.counters.setdefault(e.actor["key"], {"authority": [], "custody": []})
        before = mine[e.log][-1:] + ([c for c in mine["authority"] if c[0] < e.auth][-1:] if e.log == "custody" else [])
        for _, last in before:
            need(counter > last or counter == last == 0, "counter", f"the token's counter went from {last} to {counter}: it may have been copied")
        mine[e.log].append((e.seq, counter))

    def rights(self, e, role):
        """Name and key of a signer who has this role at auth, in the authority log also when the entry comes."""
        sizes = {e.auth} if e.log == "custody" else {e.auth, e.seq}
        p = self.people.get(e.who)
        if p and all(p.holds(role, size, self.now(e)) for size in sizes):
            lines = {k["line"] if k else None for k in map(p.key, sizes)}
            return p.name, lines.pop() if len(lines) == 1 else None
        act = self.pending.get(e.data.get("leaf"), {}).get("e") if e.type == "authority.endorse" else None
        new = [a for a in act.data["admins"] if a["id"] == e.who] if act and act.type == "admin.set" else []
        need(new and role == "admin", "rights", f"{e.who} is not enrolled as {role} at auth")
        return new[0]["name"], new[0]["key"]

    def now(self, e):
        """The later of what the entry claims and what was claimed before it."""
        return max(e.at_s, self.newest[e.log])

    def person(self, who, role, e):
        p = self.people.get(who)
        return p if p and p.holds(role, e.auth, self.now(e)) else None

    def policy(self, auth):
        held = [p for since, p in self.policies if since <= auth]
        return held[-1] if held else None

    # --- transfers
    def step(self, e):
        """What comes next in the life of a transfer."""
        x = self.transfers.get(e.subj)
        need(x, "state", f"there is no transfer {e.about}")
        to = PATHS[e.type].get(x["state"])
        need(to, "state", f"{e.type} cannot follow: {e.about} is {x['state']}")
        if e.type in RULES:
            to = RULES[e.type](self, e, x) or to
        x["tainted"] |= self.unboxed and x["state"] not in ENDED
        if e.type == "xfer.fault":
            x["from"], x["releasing"] = x["state"], False
        elif to != "FAULT":
            x["from"] = None
        if to == "REVIEW":
            x["signed"], x["same"] = [], None
            if x["addendum"]:
                x["scan"], x["scanners"], x["addendum"] = x["addendum"] + (None,)
        x["state"] = to

    def excepted(self, leaves, auth, at_s):
        """Each of these exceptions is in the log and held, by position and by the later time."""
        need(len(leaves) <= 32 and leaves == sorted(set(leaves)), "exceptions", "the exceptions are too many or not sorted")
        for leaf in leaves:
            x = self.exceptions.get(leaf)
            need(x and x["since"] <= auth, "exception-early", f"no exception {leaf[:16]} was in force")
            need(auth < x["until"], "exception-ended", f"the exception {leaf[:16]} was ended")
            need(max(at_s, self.newest["custody"]) < day_end(x["data"]["expires"]), "exception-over", f"the exception {leaf[:16]} was over")

    def names_officer(self, e):
        if "officer" in e.data:
            need(self.person(e.data["officer"], "officer", e), "officer", f"{e.data['officer']} is not an officer")


# --- rules of the authority log -----------------------------------------------------------------------------
@rule(("authority", "ledger.genesis"))
def found(r, e):
    d = e.data
    need(d["kind"] == "authority" and re.fullmatch("[a-z0-9][a-z0-9.-]{0,63}", d["site"]) and
         re.fullmatch("[A-Z][A-Z0-9]{0,7}", d["station"]), "founding", "kind, site or station are malformed")
    need(e.body["log"] == f"{d['site']}/authority" and d["custody_origin"] == f"{d['site']}/{d['station']}/custody/1" and
         d["demo"] == (d["site"] == "demo"), "founding", "the names of the logs are not those of site and station")
    (one, key), (two, other) = vkey_parts(d["log_vkey"]), vkey_parts(d["custody_vkey"])
    need((one, two, key) == (e.body["log"], d["custody_origin"], other), "founding", "the checkpoint keys are not of these logs")
    need(not is_token(d["station_key"]), "founding", "the station's key is that of a token")
    need(1 <= d["threshold"] <= len(d["admins"]), "founding", "the threshold is not between 1 and the number of admins")
    for field in ("id", "key", "name"):
        values = [lower(a[field]) if field == "name" else a[field] for a in d["admins"]]
        need(len(set(values)) == len(values), "founding", f"two administrators have the same {field}")
    need(all(name_ok(a["name"]) and a["key"] != d["station_key"] for a in d["admins"]), "founding", "an administrator's name or key")
    r.genesis, r.genesis_leaf, r.threshold = d, e.hex, d["threshold"]
    r.epochs.append(Epoch(1, r.logs["custody"], d["station_key"]))
    for log, field in (("authority", "log_vkey"), ("custody", "custody_vkey")):
        r.logs[log].origin, r.logs[log].vkey = vkey_parts(d[field])[0], d[field]
    for a in d["admins"]:
        p = r.people[a["id"]] = Person(a["name"])
        p.appoint("admin", 1)
        p.give(a["key"], 1, True)
    r.pending[e.hex] = {"e": e, "by": {}, "against": {}}


@rule("authority.endorse")
def endorse(r, e):
    p = r.pending.get(e.data["leaf"])
    need(p and p["e"].hex not in r.done, "endorsement", "no act with this leaf awaits endorsement")
    need(p["e"].subj == e.subj, "endorsement", "the act it endorses is about something else")
    need(e.subj != f"person:{e.who}", "endorsement", "nobody endorses an act about himself")
    old, new = counted(r, p, e)
    need(e.who not in old | new, "endorsement", f"{e.who} stands behind this act already")
    stand(r, e, p, again=True)


@rule("authority.withdraw")
def withdraw(r, e):
    """Who proposed an act takes it back; of others as many as the threshold."""
    need(r.founded, "founded", "the administrators have not endorsed the genesis")
    p = r.pending.get(e.data["leaf"])
    need(p and p["e"].hex not in r.done and p["e"].seq > 0, "endorsement", "no act with this leaf awaits endorsement")
    need(p["e"].subj == e.subj, "endorsement", "the act it withdraws is about something else")
    said(e.data["reason"])
    need(r.people[e.who].holds("admin", e.seq, r.now(e)), "rights", f"{e.who} is no administrator")
    if e.who != p["e"].who:
        need(e.subj != f"person:{e.who}", "endorsement", "nobody speaks against an act about himself")
        need(e.who not in standing(r, p["against"], e), "endorsement", f"{e.who} has spoken against this act already")
        p["by"].pop(e.who, None)
        p["against"][e.who] = r.rights(e, "admin")[1]
        if len(standing(r, p["against"], e)) < r.threshold:
            return
    del r.pending[e.data["leaf"]]


@rule("officer.enroll", "requester.enroll", "officer.suspend", "officer.resume", "officer.retire", "role.grant", "role.revoke", "key.enroll",
      "key.revoke", "admin.set", "witness.set", "policy.set", "exception.add", "exception.end", "epoch.open")
def propose(r, e):
    need(r.founded, "founded", "the administrators have not endorsed the genesis")
    ACTS[e.type][0](r, e, e)
    p = r.pending[e.hex] = {"e": e, "by": {}, "against": {}}
    stand(r, e, p)


def standing(r, by, e):
    """Those of them whose signatures count when this entry comes: administrators, with the key they signed with."""
    return {who for who, key in by.items() if who in r.people and r.people[who].holds("admin", e.seq, r.now(e)) and
            (r.people[who].key(e.seq) or {}).get("line", "-") == key}


def counted(r, p, e):
    """Whose signatures behind an act count when this entry comes: as administrators, and of those whom admin.set names."""
    old = standing(r, p["by"], e)
    named = {(a["id"], a["key"]) for a in p["e"].data["admins"]} if p["e"].type == "admin.set" else set()
    return old, {who for who, key in p["by"].items() if (who, key) in named}


def stand(r, e, p, again=False):
    """One more stands behind an act; by the threshold it takes force, from the next size on."""
    act = p["e"]
    p["by"][e.who] = r.rights(e, "admin")[1]
    p["against"].pop(e.who, None)
    old, new = counted(r, p, e)
    if len(old) < r.threshold or (act.type == "admin.set" and len(new) < act.data["threshold"]) or act.hex in r.done:
        return
    if act.seq == 0:
        r.founded = True
        return
    check, repeat, force = ACTS[act.type]
    if again and repeat:
        check(r, act, e)
    r.done.add(act.hex)
    force(r, act, e.seq + 1)
    if act.type == "epoch.open":
        r.epochs[-1].by = sorted(old)


def name_ok(name):
    return 1 <= len(name.encode()) <= 128


def said(text):
    need(1 <= len(text.encode()) <= 256, "text", "a reason or basis has 1 to 256 bytes")


def known(r, act, name="identity"):
    """The person an act is about."""
    need(act.about == act.data["id"], "identity", "id is not the person it is about")
    need(act.data["id"] in r.people, name, f"{act.about} is not enrolled")
    p = r.people[act.data["id"]]
    need(p.retired == EVER or act.type == "key.revoke", "retired", f"{act.about} has left for good")
    return p


def free_key(r, line):
    """Nobody has it or ever had it."""
    need(all(line != epoch.station for epoch in r.epochs) and all(k["line"] != line for p in r.people.values() for k in p.keys), "identity",
         "the key is the station's, or somebody has it or had it")


def free_name(r, id, name):
    need(name_ok(name), "identity", "a name has 1 to 128 bytes")
    need(all(lower(p.name) != lower(name) for other, p in r.people.items() if other != id), "identity", "somebody else has this name; a person has one id")


def check_proof(r, act, id, line, proof):
    check_touch(check_blob(base64.b64decode(proof), line)[1], pin=True)
    r.signatures.ssh(r.place, line, f"enroll\n{id}\n{act.body['auth']['root']}\n".encode(), base64.b64decode(proof),
                     "the proof of possession is not a signature by the key")


def check_roles(roles, allowed):
    need(1 <= len(roles) <= 3 and set(roles) <= set(allowed) and len(set(roles)) == len(roles), "roles", f"roles are {', '.join(allowed)}, each once")


def able(r, size, now, without=None):
    """How many administrators could sign, this one aside."""
    return sum(1 for id, p in r.people.items() if id != without and p.holds("admin", size, now) and p.key(size))


def check_enroll(r, act, e):
    d = act.data
    need(act.about == d["id"], "identity", "id is not the person it is about")
    p = r.people.get(d["id"])
    need(not p or p.retired == EVER, "retired", f"{act.about} has left for good")
    need(not p or p.name == d["name"], "identity", f"{act.about} is enrolled with another name")
    free_name(r, d["id"], d["name"])
    mine = p.key(e.seq) if p else None
    if act.type == "officer.enroll":
        check_roles(d["roles"], ("officer", "auditor"))
        check_proof(r, act, d["id"], d["key"], d["proof"])
    need(not mine or "key" not in d or mine["line"] == d["key"], "identity", f"{act.about} has another key")
    need("key" not in d or mine or not p or act.type == "officer.enroll", "identity", "who is known gets a key by key.enroll")
    if "key" in d and not mine:
        free_key(r, d["key"])


def enroll(r, act, since):
    d = act.data
    p = r.people.setdefault(d["id"], Person(d["name"]))
    for role in d.get("roles", ["requester"]):
        p.appoint(role, since)
    if "key" in d:
        p.give(d["key"], since, "proof" in d)


def check_suspend(r, act, e):
    p = known(r, act)
    said(act.data["reason"])
    suspended = any(until == EVER for _, until in p.suspended)
    need(suspended == (act.type == "officer.resume"), "suspension", f"{act.about} is suspended already, or is not")
    need(act.type == "officer.resume" or able(r, e.seq, r.now(e), act.about) >= min(r.threshold, able(r, e.seq, r.now(e))), "threshold",
         "fewer administrators than the threshold would be left")


def suspend(r, act, since):
    p = r.people[act.about]
    if act.type == "officer.suspend":
        p.suspended.append((since, EVER))
    else:
        p.suspended[-1] = (p.suspended[-1][0], since)


def check_retire(r, act, e):
    said(act.data["reason"])
    need(not known(r, act).appointed("admin"), "retired", "an administrator does not leave; admin.set takes him out first")


def retire(r, act, since):
    p = r.people[act.about]
    for role in ("officer", "auditor", "requester"):
        p.dismiss(role, since)
    p.end_key(since)
    p.retired = since


def check_grant(r, act, e):
    d, p = act.data, known(r, act)
    check_roles(d["roles"], ("officer", "auditor", "requester"))
    if act.type == "role.revoke":
        said(d["reason"])
        need(all(p.appointed(role) for role in d["roles"]), "roles", f"{act.about} has no such appointment")
        return
    said(d["basis"])
    need(d["expires"] == "" or (day_end(d["expires"]) or 0) > r.now(e), "expires", "the last day is none, or is over")
    need(d["roles"] == ["requester"] or (p.key(e.seq) or {}).get("proved"), "key", f"{act.about} has no key that was proved")


def grant(r, act, since):
    for role in act.data["roles"]:
        if act.type == "role.grant":
            r.people[act.about].appoint(role, since, act.data["expires"])
        else:
            r.people[act.about].dismiss(role, since)


def check_key(r, act, e):
    d, p = act.data, known(r, act)
    free_key(r, d["key"])
    check_proof(r, act, d["id"], d["key"], d["proof"])
    mine = p.key(e.seq)
    need(("cross" in d) == (mine is not None), "key", "a new key is cross-signed by the one in force, and only by that")
    if mine:
        check_proof(r, act, d["id"], mine["line"], d["cross"])


def new_key(r, act, since):
    r.people[act.about].give(act.data["key"], since, True)


def check_revoke(r, act, e):
    d, p = act.data, known(r, act)
    need(d["reason"] in ("rotated", "lost", "forgotten", "compromised", "left") and ("suspect_from" in d) == (d["reason"] == "compromised"), "key",
         "the reason is none, or suspect_from is there without cause or missing")
    k = next((k for k in p.keys if fingerprint(k["line"]) == d["key"]), None)
    need(k, "key", f"this is no key of {act.about}")
    if k["until"] == EVER:
        need(p.retired == EVER, "retired", f"{act.about} has left for good")
        need(able(r, e.seq, r.now(e), act.about) >= min(r.threshold, able(r, e.seq, r.now(e))), "threshold",
             "fewer administrators than the threshold would be left")
    else:
        need(d["reason"] == "compromised" and (k["suspect"] is None or d["suspect_from"] < k["suspect"]), "key", "the key is ended already")


def revoke(r, act, since):
    for k in r.people[act.about].keys:
        if fingerprint(k["line"]) == act.data["key"]:
            k["until"], k["suspect"] = min(k["until"], since), act.data.get("suspect_from", k["suspect"])


def check_admins(r, act, e):
    d = act.data
    need(1 <= len(d["admins"]) <= 16 and 1 <= d["threshold"] <= len(d["admins"]), "admins", "1 to 16 administrators, and a threshold of at most their number")
    for field in ("id", "key", "name"):
        values = [lower(a[field]) if field == "name" else a[field] for a in d["admins"]]
        need(len(set(values)) == len(values), "admins", f"two administrators have the same {field}")
    for a in d["admins"]:
        p = r.people.get(a["id"])
        need(not p or p.name == a["name"], "identity", f"{a['id']} is enrolled with another name")
        need(not p or (p.retired == EVER and all(until != EVER for _, until in p.suspended)), "retired", f"{a['id']} has left, or is suspended")
        free_name(r, a["id"], a["name"])
        mine = p.key(e.seq) if p else None
        need(not mine or mine["line"] == a["key"], "identity", f"{a['id']} has another key")
        need(("proof" in a) != bool(mine and mine["proved"]), "admins", f"a proof for a key that needs none, or none for one that does: {a['id']}")
        if not mine:
            free_key(r, a["key"])
        if "proof" in a:
            check_proof(r, act, a["id"], a["key"], a["proof"])


def set_admins(r, act, since):
    for id, p in r.people.items():
        if id not in {a["id"] for a in act.data["admins"]}:
            p.dismiss("admin", since)
    for a in act.data["admins"]:
        p = r.people.setdefault(a["id"], Person(a["name"]))
        if not p.appointed("admin"):
            p.appoint("admin", since)
        p.give(a["key"], since, "proof" in a)
    r.threshold = act.data["threshold"]
    r.pending.clear()


def check_witnesses(r, act, e):
    rows = act.data["witnesses"]
    need(len(rows) <= 16, "witness", "at most 16 witnesses")
    keys = [vkey_parts(w["vkey"], 4, "witness") for w in rows]
    need(all(name == w["name"] for (name, _), w in zip(keys, rows)), "witness", "a key does not bear the witness's name")
    need(all(len(set(column)) == len(rows) for column in zip(*keys)), "witness", "two witnesses have one name or one key")
    taken = {key for epoch in r.epochs for key in (vkey_parts(epoch.log.vkey)[1], key_of(epoch.station))} | {key_of(k["line"]) for p in r.people.values() for k in [p.key(e.seq)] if k}
    need(all(point_ok(key) and key not in taken for _, key in keys), "witness", "a key is none, or that of the log, the station or a person")


def set_witnesses(r, act, since):
    r.witnesses.append((since, [(*vkey_parts(w["vkey"], 4, "witness"), w["vkey"]) for w in act.data["witnesses"]]))


def check_policy(r, act, e):
    d = act.data
    need(2 <= d["approvals"] <= 9, "policy", "a policy asks for 2 to 9 approvals")


def set_policy(r, act, since):
    r.policies.append((since, act.data))


def check_exception(r, act, e):
    d = act.data
    need(re.fullmatch("[a-z][a-z0-9-]{0,31}", d["scanner"]) and ("sha256" in d) != ("type" in d) and ("type" not in d or "rule" in d),
         "exception", "it names no scanner, or is not narrow: one object, or one rule for one type")
    need(all(re.fullmatch("[!-~]([ -~]{0,126}[!-~])?", d[k]) for k in ("rule", "type") if k in d), "exception", "rule or type is no name")
    end = day_end(d["expires"])
    need(d["reason"] and len(d["reason"].encode()) <= 256 and end, "exception", "reason or last day are malformed")
    need(0 < end - e.at_s <= 366 * 86400, "exception", "its last day is over, or more than 366 days away")
    need(sum(x["until"] == EVER for x in r.exceptions.values()) < 512, "exception", "512 exceptions are kept already")


def add_exception(r, act, since):
    r.exceptions[act.hex] = {"data": act.data, "since": since, "until": EVER}


def check_end(r, act, e):
    d = act.data
    need(r.exceptions.get(d["leaf"], {}).get("until") == EVER, "exception", "no such exception is in force")
    need(d["reason"] and len(d["reason"].encode()) <= 256, "exception", "the reason is missing or too long")


def end_exception(r, act, since):
    r.exceptions[act.data["leaf"]]["until"] = since


def check_epoch(r, act, e):
    d, newest, n = act.data, r.epochs[-1], r.epochs[-1].n + 1
    need(d["epoch"] == n, "epoch", f"the next epoch is {n}")
    need(d["continues"]["origin"] == newest.log.origin and d["continues"]["size"] > 0, "epoch", "it does not continue the epoch before")
    name, key = vkey_parts(d["log"], 1, "epoch")
    need(name == f"{r.genesis['site']}/{r.genesis['station']}/custody/{n}" and point_ok(key) and not is_token(d["station"]), "epoch", "its log or station have no usable key")
    station, logs, stations = key_of(d["station"]), {vkey_parts(p.log.vkey)[1] for p in r.epochs}, {key_of(p.station) for p in r.epochs}
    taken = logs | stations | {key_of(k["line"]) for p in r.people.values() for k in p.keys} | {key for _, key, _ in witnesses_at(r, e.seq)}
    need(key != station and not {key, station} & taken, "epoch", "a key is that of an earlier epoch, a person or a witness, or both are one")
    need(d["reason"] in ("restored", "disk", "check", "key", "replaced") and 1 <= len(d["why"].encode()) <= 256 and d["transfers"] <= 999999, "epoch",
         "reason, why or transfers are not what they must be")


def open_epoch(r, act, since):
    log = Log(r.epochs[-1].log)
    log.origin, log.vkey = vkey_parts(act.data["log"])[0], act.data["log"]
    r.epochs.append(Epoch(r.epochs[-1].n + 1, log, act.data["station"], since, act.data))
    for leaf in [leaf for leaf, p in r.pending.items() if p["e"].type == "epoch.open"]:
        del r.pending[leaf]


# what holds when it is proposed, whether that is asked again when it takes force, and what it does then
ACTS = {"officer.enroll": (check_enroll, True, enroll), "requester.enroll": (check_enroll, True, enroll),
        "officer.suspend": (check_suspend, True, suspend), "officer.resume": (check_suspend, True, suspend), "officer.retire": (check_retire, True, retire),
        "role.grant": (check_grant, True, grant), "role.revoke": (check_grant, True, grant), "key.enroll": (check_key, True, new_key),
        "key.revoke": (check_revoke, True, revoke), "admin.set": (check_admins, True, set_admins), "witness.set": (check_witnesses, False, set_witnesses),
        "policy.set": (check_policy, False, set_policy), "exception.add": (check_exception, False, add_exception), "exception.end": (check_end, True, end_exception),
        "epoch.open": (check_epoch, True, open_epoch)}


# --- rules of station and sessions -----------------------------------------------------------------------------
@rule(("custody", "ledger.genesis"))
def begin(r, e):
    d, epoch = e.data, r.epoch
    need((d["kind"], d["epoch"], d["schema"]) == ("custody", epoch.n, r.genesis["schema"]), "genesis", "kind, epoch or schema are not those of the founding")
    need(("continues" in d, "held" in d) == (epoch.n > 1, epoch.n > 1), "genesis", "the first epoch continues nothing, and every other one does")
    if epoch.n == 1:
        return
    tree = r.epochs[epoch.n - 2].log.tree
    need(e.auth >= epoch.since, "epoch", "its signer was not shown that this epoch was opened")
    need(d["continues"] == epoch.act["continues"], "epoch", "it continues something else than the administrators said")
    need(d["held"] == {"root": tree.roots[-1].hex(), "size": tree.size}, "epoch", "the epoch before has other entries than it says")
    size = d["continues"]["size"]
    need(size > tree.size or tree.roots[size].hex() == d["continues"]["root"], "fork", "the epoch before is not the one that is continued")
    need(epoch.act["transfers"] >= r.number, "number", "numbers of transfers would come twice")
    r.end_transfers()
    r.number, r.running, r.cosigned, r.printed, r.disagrees, r.writings = epoch.act["transfers"], False, [], None, {}, {}


@rule("station.start")
def start(r, e):
    busy = [s[5:] for s, x in r.transfers.items() if x["state"] in BUSY]
    need(e.data["unclean"] == r.running and e.data["interrupted"] == busy, "start",
         "it tells otherwise how the last run ended, or which transfers it interrupted")
    r.running, r.unboxed = True, not e.data["sandbox"]
    for x in r.transfers.values():
        x["tainted"] |= r.unboxed and x["state"] not in ENDED


@rule("station.stop")
def stop(r, e):
    r.running = False


@rule("sess.login", "sess.logout")
def session(r, e):
    need(e.about == (e.who if e.type == "sess.login" else e.data["officer"]), "session", "it is about another person")
    need("why" not in e.data or 1 <= len(e.data["why"].encode()) <= 256, "session", "why is empty or too long")


@rule("signatures.import", "signatures.confirm", "signatures.loaded")
def signature_set(r, e):
    """A set of a scanner: brought in by one, confirmed by another, then tried by the station.  64 are remembered."""
    d = e.data
    own = [s for s in r.sets[-64:] if s["scanner"] == d["scanner"]]
    newest = own[-1] if own else {"state": ""}
    if e.type == "signatures.import":
        need(len(d["scanner"].encode()) <= 32 and len(d["version"].encode()) <= 64 and seconds(d["date"]) is not None, "set",
             "scanner, version or date are not what they must be")
        need(all(s["state"] != "TRIED" for s in own), "set", "a set of this scanner is being tried")
        need(not d["back"] or any((s["state"], s["set"]) == ("USED", d["set"]) for s in own), "set", "the set to go back to was never in use")
        fresh = {"scanner": d["scanner"], "state": "WAITS", "set": d["set"], "by": e.who, "leaf": e.hex}
        newest.update(fresh) if newest["state"] == "WAITS" else r.sets.append(fresh)
    elif e.type == "signatures.confirm":
        need(newest["state"] == "WAITS" and (newest["set"], newest["leaf"]) == (d["set"], d["leaf"]), "set", "no such set waits for it")
        need(newest["by"] != e.who, "set-by-one", "who brought the set in cannot confirm it")
        newest["state"] = "TRIED"
    else:
        need(newest["state"] == "TRIED" and newest["set"] == d["set"], "set", "this set is not being tried")
        newest["state"] = "USED" if d["pass"] else "REFUSED"


@rule("anchor.out", "anchor.in", "restore.detected")
def anchored(r, e):
    d, tree = e.data, r.logs["custody"].tree
    here = d["size"] <= e.seq and tree.roots[d["size"]].hex() == d["root"]
    need(d["kind"] in ("paper", "share", "witness")[:3 if e.type == "anchor.out" else 2], "anchor", "it is no kind of anchor")
    if e.type == "restore.detected":
        need(1 <= len(d["why"].encode()) <= 256, "anchor", "why is missing or too long")
        need((d["root"], d["size"]) == ("", 0) if d["kind"] == "paper" else is_hex(d["root"]) and d["size"] and not here, "anchor", "nothing is wrong with that anchor, or it is none")
        r.disagrees[d["kind"]] = d["size"]
        return
    r.names_officer(e)
    need(here and d["size"], "anchor", f"this log had not that root at {d['size']} entries")
    if e.type == "anchor.out":
        r.printed = (d["size"], d["root"]) if d["kind"] == "paper" else r.printed
        return
    need(d["kind"] != "paper" or r.printed == (d["size"], d["root"]), "anchor", "that is not the last paper")
    if d["kind"] in r.disagrees and (d["kind"] == "paper" or d["size"] >= r.disagrees["share"]):
        del r.disagrees[d["kind"]]


def witnesses_at(r, auth):
    held = [w for since, w in r.witnesses if since <= auth]
    return held[-1] if held else []


@rule("witness.cosig")
def cosignature(r, e):
    d, tree = e.data, r.logs["custody"].tree
    need(0 < d["size"] <= e.seq and tree.roots[d["size"]].hex() == d["root"], "cosignature", f"this log had not that root at {d['size']} entries")
    key = next((key for name, key, _ in witnesses_at(r, e.auth) if name == d["witness"]), None)
    need(key, "cosignature", f"{d['witness']} is not a witness at auth")
    m = re.fullmatch("\u2014 ([^ ]+) ([^ ]+)", d["line"])
    blob = unbase64(m[2], "cosignature", "the line") if m else b""
    need(m and m[1] == d["witness"] and len(blob) == 76 and blob[:4] == sha(m[1].encode() + b"\n\4" + key)[:4] and
         int.from_bytes(blob[4:12], "big") == d["time"], "cosignature", "the line is not that witness's")
    need(all(k != key or size < d["size"] for _, k, size in r.cosigned), "cosignature", "that witness has cosigned as many entries or more")
    root = base64.b64encode(bytes.fromhex(d["root"])).decode()
    text = f"cosignature/v1\ntime {d['time']}\n{e.body['log']}\n{d['size']}\n{root}\n".encode()
    r.signatures.ed25519(r.place, key, text, blob[12:], "the cosignature does not verify", "cosignature")
    r.cosigned.append((d["witness"], key, d["size"]))
    r.times.cosigned(e.place, e.place - e.seq + d["size"], d["time"])


@rule("copy.failed", "copy.whole")
def second_copy(r, e):
    d, failed = e.data, e.type == "copy.failed"
    need(r.copy != e.type, "copy", "the copy is said to be what it was")
    if failed:
        need(d["kind"] in ("write", "changed", "another", "removed") and 1 <= len(d["why"].encode()) <= 300, "copy", "kind or why are not what they must be")
    else:
        need(d["entries"] > 0, "copy", "a copy of no entries")
    r.copy = e.type


@rule("backup.made")
def backup(r, e):
    d, tree = e.data, r.logs["custody"].tree
    need(0 < d["size"] <= e.seq and tree.roots[d["size"]].hex() == d["root"], "anchor", f"this log had not that root at {d['size']} entries")


def agrees(r):
    need(not r.disagrees, "anchor-open", "an anchor does not agree with this record")


@rule("audit.export")
def export(r, e):
    d = e.data
    need(d["format"] in "text json csv csv-findings html pdf slip bundle ledger leaves".split() and len(d["name"].encode()) <= 128, "export", "it is no format, or the name is too long")
    m = re.fullmatch("(?:reports/)?([^/]+)/[a-z][a-z0-9._-]{0,63}", d["name"])
    need(m and (m[1] in ("period", "people", "record") or f"xfer:{m[1]}" in r.transfers), "export", "the name is not where a report goes")
    need((m[1] == "record") == (d["format"] in ("ledger", "leaves")) and (d["format"] != "bundle" or f"xfer:{m[1]}" in r.transfers), "export",
         "a document of this format does not lie there")
    need("medium" not in d or (1 <= len(d["medium"]["port"].encode()) <= 32 and not d["name"].startswith("reports/")), "export", "it goes to the share and to a medium, or to no port")
    p = r.people.get(d["officer"])
    need(p and any(h["role"] != "requester" and h["since"] <= e.auth for h in p.held), "export", f"{d['officer']} is nobody who is given reports")
    if "medium" in d and not r.partial:
        w = r.writings.setdefault(d["medium"]["port"], {"image": d["medium"]["image"], "officer": d["officer"], "files": 0})
        need((w["image"], w["officer"]) == (d["medium"]["image"], d["officer"]), "export", "the port is being written with another image, or for somebody else")
        w["files"] += 1


@rule("export.written")
def written(r, e):
    """How it ended that documents went to a medium."""
    d = e.data
    need(d["how"] in ("written", "unwritten", "failed", "cancelled", "interrupted"), "export", "how it ended is no way to end")
    need(d.get("readback") == (d["image"] if d["how"] == "written" else None), "export", "what was read back is not the image, or is told of what was not written")
    need((d["why"] == "") == (d["how"] in ("written", "cancelled")) and len(d["why"].encode()) <= 256, "export", "why is missing, too long, or there without cause")
    need(d["bytes"] or d["how"] == "interrupted", "export", "an image of no bytes")
    if not r.partial:
        need(r.writings.pop(d["port"], None) == {k: d[k] for k in ("image", "officer", "files")}, "export", "no such image was on its way to that port")


def draw(r, origin, size, root, seed, n):
    """How many are drawn, and the text of the sample: n files of what lies delivered, the same for everybody."""
    there = [(subj[5:], x["same"]["manifest"]["files"]) for subj, x in r.transfers.items() if x["same"] and
             (x["state"] in ("RELEASED", "CLOSED", "RECALL") or (x["state"] == "RETIRE" and x["recall"]["came"] != "RECALLED"))]
    total, drawn, j = sum(files for _, files in there), [], 0
    need(total, "sample", "there is nothing to draw from")
    limit = 2**64 - 2**64 % total
    while len(drawn) < min(n, total):
        x = int.from_bytes(sha(f"sallyport-sample-v1\n{root}\n{seed}\n{j}\n".encode())[:8], "big")
        j += 1
        if x < limit and x % total not in drawn:
            drawn.append(x % total)
    lines = [f"sallyport-sample-v1\nlog {origin}\nsize {size}\nroot {root}\nseed {seed}\npopulation {total}\ndrawn {len(drawn)}\n"]
    for i in drawn:
        for transfer, files in there:
            if i < files:
                lines.append(f"{transfer} {i + 1}\n")
                break
            i -= files
    return len(drawn), "".join(lines)


@rule("audit.sample")
def sample(r, e):
    d = e.data
    need(r.person(d["officer"], "officer", e) or r.person(d["officer"], "auditor", e), "sample", f"{d['officer']} is neither officer nor auditor")
    need(re.fullmatch("[A-Za-z0-9._-]{1,64}", d["seed"]) and 1 <= d["n"] <= 10000 and d["size"] == e.seq, "sample", "seed, n or size are not what they must be")
    n, text = draw(r, e.body["log"], d["size"], r.logs["custody"].tree.roots[-1].hex(), d["seed"], d["n"])
    need(sha(text.encode()).hex() == d["document"], "sample", "the document is not what the draw gives")
    r.drawn[e.hex] = n


@rule("audit.attest")
def attest(r, e):
    d = e.data
    need(d["sample"] in r.drawn, "sample", "there is no such sample")
    need(1 <= d["checked"] <= r.drawn[d["sample"]] and d["differ"] <= d["checked"] and (d["note"] or not d["differ"]), "sample", "checked, differ and note do not agree")


@rule("clock.step")
def clock(r, e):
    expected, found, y2024 = seconds(e.data["expected"]), seconds(e.data["found"]), 1704067200
    need(expected is not None and found is not None, "clock", "expected or found is no time")
    right = {"ahead": found >= y2024 and found - expected > 2, "back": found >= y2024 and expected - found > 2, "unset": found < y2024}
    need(right.get(e.data["kind"]), "clock", "a step of the clock that is none")


@rule("disk.low", "disk.full", "disk.room")
def disk(r, e):
    if e.type == "disk.low":
        need(e.data["bytes"] < e.data["floor"], "disk", "a disk that is said to be low and is not")
        return
    need(e.data["ballast"] and r.ballast == (e.type == "disk.full"), "disk", "a ballast of no bytes, given up already, or not given up")
    r.ballast = e.type == "disk.room"


# --- rules of the medium register -------------------------------------------------------------------------------
def short(text):
    return len(text.encode()) <= 256


@rule("medium.register", "medium.return", "medium.retain", "medium.sanitise", "medium.destroy", "medium.confirm")
def medium(r, e):
    move, d, number = e.type[7:], e.data, e.about
    m = r.media.get(number, {"state": "NONE", "serial": ""})
    texts = [*d.values(), *d.get("device", {}).values()]
    need(all(short(t) for t in texts if isinstance(t, str)), "register", "a text is longer than 256 bytes")
    need(all(d[k].strip(" ") for k in SAID.get(move, ())), "register", "it does not say from whom, to whom, where or how")
    need(m["state"] in MOVES[move], "register", f"{move} cannot follow: {number} is {m['state']}")
    if move == "register":
        device = d.get("device")
        serial = device["serial"] if device else ""
        need(re.fullmatch("[A-Z0-9][A-Z0-9._-]{0,31}", number), "register", "it is no control number")
        need(d["sealed"] or not d["seal"].strip(" "), "register", "only what is sealed has a seal")
        need(not m["serial"] or not serial or m["serial"] == serial, "register", f"{number} was given to another device")
        need(not serial or not any(n != number and o["state"] in HERE and o.get("device") == device for n, o in r.media.items()),
             "register", "this device is here already under another number")
        m.update(came=e.place, marking=d["classification"], device=device or m.get("device"), serial=serial if device else m["serial"])
    need(move != "confirm" or m["officer"] != e.who, "register", "another officer confirms it")
    m.update(state=MOVES[move][m["state"]], officer=m["officer"] if move == "confirm" else e.who)
    r.media[number] = m


def readable(r, number, device):
    """A medium of the register that is read must be here, and be the device it was."""
    if number is None or r.partial:
        return
    m = r.media.get(number, {"state": "NONE"})
    need(m["state"] in ("HELD", "RETAINED"), "register", f"{number} is {m['state']} and cannot be read")
    need(not m["serial"] or m["serial"] == (device or {}).get("serial"), "register", f"{number} is another device")


def left(r, e, x):
    """What a transfer says became of its medium, when that is here since before it was opened."""
    m = r.media.get(x["control"])
    if r.partial or not m or m["state"] not in ("HELD", "RETAINED", "SANITISED") or m["came"] >= x["opened"]:
        return
    text = e.data["disposition"]
    said = next(((move, text[len(w):].lstrip(" ")) for w, move in LEFT if (text + " ").startswith(w + " ")), None)
    need(said, "register", "the medium is of the register, and it is not said what became of it")
    if (said[0], m["state"]) == ("retain", "RETAINED"):
        return
    need(said[1] and short(said[1]) and m["state"] in MOVES[said[0]], "register", f"{said[0]} cannot follow: {x['control']} is {m['state']}")
    m.update(state=MOVES[said[0]][m["state"]], officer=e.data.get("officer", e.who))


# --- rules of transfers -------------------------------------------------------------------------------------------
@rule("xfer.open")
def opened(r, e):
    d = e.data
    agrees(r)
    need(e.subj not in r.transfers, "state", "it is opened twice")
    check_fields(d["fields"])
    need(r.partial or e.about == f"{r.genesis['station']}-{r.number + 1:06}", "number", "the numbers of transfers have a gap")
    r.number += 1
    need(r.person(d["officer"], "officer", e), "officer", f"{d['officer']} is not an officer")
    need(r.person(d["requester"], "requester", e), "requester", f"{d['requester']} is not an enrolled requester")
    policy = r.policy(e.auth)
    need(policy and policy["sha256"] == d["policy"], "policy", "policy is not the one in force")
    need("control" not in d or re.fullmatch("[A-Z0-9][A-Z0-9._-]{0,31}", d["control"]), "register", "control is no control number")
    readable(r, d.get("control"), d["medium"].get("device"))
    r.transfers[e.subj] = {
        "state": "OPEN", "from": None, "requester": d["requester"], "holder": d["officer"], "policy": d["policy"],
        "needed": policy["approvals"], "pin": policy.get("token_pin", True), "control": d.get("control"), "marking": r.media[d["control"]]["marking"] if "control" in d and not r.partial else None, "device": d["medium"].get("device"), "opened": e.place,
        "tainted": not d["sandbox"] or r.unboxed, "scan": None, "scanners": None, "read": None, "addendum": None, "signed": [],
        "same": None, "releasing": False, "delivered": None, "request": None, "statement": {"classes": [], "fields": d["fields"]}, "recall": None}


def check_fields(rows):
    names = [f["name"] for f in rows]
    need(len(rows) <= 48 and len(set(names)) == len(names) and all(re.fullmatch("[a-z][a-z0-9_]{0,31}", n) for n in names), "fields",
         "too many fields, a name twice, or one that is none")
    need(all(1 <= len(f["value"].encode()) <= 1024 and not re.search("[\0-\x1f\x7f]", f["value"]) and f.get("from", "request") == "request" for f in rows) and
         sum(len((f["name"] + f["value"]).encode()) for f in rows) <= 8192, "fields", "a value is empty, too long, or holds what it must not")


@rule("xfer.fields")
def fields(r, e, x):
    d = e.data
    need(x["state"] != "FAULT" or x["from"] != "APPROVED", "state", "the fault came during release")
    r.names_officer(e)
    check_fields(d["fields"])
    classes = d.get("classes", [])
    need(len(classes) <= 16 and all(1 <= len(c["limit"].encode()) <= 256 and not re.search("[\0-\x1f\x7f]", c["limit"]) and
                                    re.fullmatch("[A-Za-z0-9][A-Za-z0-9 _./-]{0,63}", c["word"]) for c in classes), "fields", "the classes are malformed")
    x["statement"] = {"classes": classes, "fields": d["fields"]}


@rule("xfer.start")
def read_start(r, e, x):
    agrees(r)
    need(x["state"] == "OPEN" or x["from"] != "APPROVED", "state", "the fault came during release")
    r.names_officer(e)
    readable(r, x["control"], x["device"])
    x.update(scan=None, read=None, tainted=x["tainted"] or not e.data["sandbox"])


@rule("xfer.read")
def read(r, e, x):
    x["read"] = e.data


@rule("xfer.unlock", "xfer.request")
def by_officer(r, e, x):
    r.names_officer(e)


def scanned(e, x):
    for s in e.data["scanners"]:
        need({s["before"], s["after"]} <= {"pass", "fail"}, "scan", "before and after are pass or fail")
    x["tainted"] |= not all(s["sandbox"] for s in e.data["scanners"])


@rule("xfer.scan")
def scan(r, e, x):
    scanned(e, x)
    x.update(scan=e.hex, scanners=e.data["scanners"], request=e.data.get("request"))


@rule("xfer.addendum")
def addendum(r, e, x):
    d = e.data
    r.names_officer(e)
    scanned(e, x)
    need(("why" in d) == (d["worse"] > 0) and d["worse"] <= d["changed"] <= x["same"]["inventory"]["items"], "addendum",
         "worse, changed and why do not agree")
    x["addendum"] = (e.hex, d["scanners"])
    return "REVIEW" if d["worse"] else "SUBMITTED"


@rule("xfer.fault")
def fault(r, e, x):
    need(e.data["step"] in ("reading", "scanning", "release") and (e.data["step"] == "release") == (x["state"] == "APPROVED"), "fault",
         "that step was not under way")


@rule("xfer.take")
def take_over(r, e, x):
    need(x["holder"] != e.who, "holder", f"{e.who} holds it already")
    x["holder"] = e.who


@rule("xfer.return", "xfer.withdraw")
def given_back(r, e, x):
    need((e.who == x["signed"][0]["who"]) == (e.type == "xfer.withdraw"), "return", "who submitted withdraws, others return")


@rule("xfer.approve")
def approve(r, e, x):
    d, n = e.data, len(x["signed"])
    agrees(r)
    need(not x["tainted"], "sandbox", "a process served it without its sandbox; it can never be released")
    need(e.who != x["requester"], "requester", "the requester approves")
    need(all(e.who != s["who"] and e.actor["key"] != s["key"] for s in x["signed"]), "one-person", "every approval needs another person and key")
    r.excepted(x["same"].get("exceptions", []) if n else [], e.auth, 0)
    need(d["slot"] == n + 1, "slot", f"the next approval is slot {n + 1}")
    need(d["policy"] == x["policy"], "policy", "policy is not the one it was opened under")
    need(x["scan"] and d["scan"] == x["scan"], "scan", "scan is not the leaf of the last scan")
    need((d["dir"], d["expires"]) == ("in", ""), "direction", "dir is not in, or expires is not empty")
    need(d.get("addendum") == (x["addendum"] or (None,))[0], "addendum", "it was scanned again, and the approval does not name that; or names what is not")
    told = sha(json.dumps(x["statement"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hex() if any(x["statement"].values()) else None
    need(d.get("fields") == told, "statement", "fields is not the digest of what the transfer's fields and classes are")
    same = {k: d.get(k, []) for k in ("dest", "exceptions", "findings", "inventory", "manifest")}
    need(not n or same == x["same"], "other-bytes", "the approvals are over different things")
    r.excepted(same["exceptions"], e.auth, e.at_s)
    x["same"] = same
    x["signed"].append({"who": e.who, "key": e.actor["key"], "leaf": e.hex, "seq": e.seq})
    if n == 0 or n + 1 < x["needed"]:
        return "SUBMITTED"
    return "APPROVED" if d["manifest"]["files"] else "CLOSED"


@rule("xfer.release")
def release(r, e, x):
    agrees(r)
    need(x["state"] == "APPROVED" or x["from"] == "APPROVED", "state", "it was not approved")
    need(not x["tainted"], "sandbox", "a process served it without its sandbox; it can never be released")
    need(len(x["signed"]) >= max(2, x["needed"]) and e.data["approvals"] == [s["leaf"] for s in x["signed"]], "approvals", "the approvals are not those it has")
    need(e.data["manifest"] == x["same"]["manifest"], "manifest", "the manifest is not the approved one")
    r.excepted(x["same"]["exceptions"], e.auth, e.at_s)
    x.update(releasing=True, cosig=(e.data.get("cosig_size"), [cosigned(r, e, n) for n in range(17)]))
    if "cosig_size" in e.data:
        need(r.partial or e.data["cosig_size"] <= cosigned(r, e, 1), "witnessed", "no witness has cosigned so many entries")
        base = r.epoch.base if r.partial else 0  # the numbers of a folder are places
        need(all(e.data["cosig_size"] > s["seq"] - base for s in x["signed"]), "witnessed", "the cosignature is from before the approvals")


def cosigned(r, e, n):
    """The largest size that so many witnesses in force at auth have cosigned."""
    keys = {key for _, key, _ in witnesses_at(r, e.auth)}
    sizes = sorted((max(size for _, k, size in r.cosigned if k == key) for key in keys & {k for _, k, _ in r.cosigned}), reverse=True)
    return sizes[n - 1] if 0 < n <= len(sizes) else 0


@rule("xfer.deliver")
def deliver(r, e, x):
    d, m = e.data, x["same"]["manifest"]
    need(x["releasing"], "state", "no release came before")
    need(d["manifest"] == m and d["readback"] == m["sha256"], "manifest", "the manifest, or what was read back, is not what was approved")
    need(d["dest"] == x["same"]["dest"], "destination", "dest is not the approved destination")
    again = d.get("rescan")
    need(again is None or (again["scanners"] and (again["objects"], again["bytes"]) == (m["files"], m["bytes"]) and
         all(s["before"] == s["after"] == "pass" and s["sandbox"] for s in again["scanners"])), "rescan",
         "not everything that was delivered was scanned again at release, by scanners that proved themselves")
    x.update(releasing=False, delivered=d)


@rule("xfer.medium", "xfer.close")
def leaves(r, e, x):
    r.names_officer(e)
    left(r, e, x)


# --- rules of what comes after the release -------------------------------------------------------------------------
@rule("xfer.recall", "xfer.retire", "xfer.confirm", "xfer.keep")
def taken_back(r, e, x):
    d, was = e.data, x["recall"]
    need(e.who != x["requester"], "requester", "the requester acts on his own delivery")
    need(1 <= len(d.get("reason", "-").encode()) <= 1000, "recall", "the reason is missing or too long")
    if e.type in ("xfer.recall", "xfer.retire"):
        need(x["state"] == "RELEASED" or (x["same"] and x["same"]["manifest"]["files"]), "state", "nothing was delivered")
        x["recall"] = {"came": x["state"], "leaf": e.hex, "who": e.who, "key": e.actor["key"], "confirm": None}
        return None
    need(not was["confirm"], "state", "it is confirmed already")
    need(d["leaf"] == was["leaf"], "recall", "leaf is not that of the proposal")
    if e.type == "xfer.keep":
        return was["came"]
    need(e.who != was["who"] and e.actor["key"] != was["key"], "recall", "another officer with another key confirms it")
    was["confirm"] = e.hex
    return None


@rule("xfer.recalled", "xfer.retired")
def moved(r, e, x):
    need(x["recall"]["confirm"], "state", "it is not confirmed")
    need(e.data["confirm"] == x["recall"]["confirm"] and e.data["dest"] == x["same"]["dest"], "recall", "confirm or dest are not those of this delivery")


# --- policies ---------------------------------------------------------------------------------------------------------
VERDICTS = "na clean unscanned suspicious incomplete timeout error invalid malicious".split()  # from best to worst
SEVERITIES = "none info low medium high critical".split()
STANDARD = table("""
request text 128
purpose text 1024
approval text 256
approver person 128
approved date 10
source text 256
source_classification class 64
target text 1024
classification class 64
origin text 1024
downloaded date 10
medium register 32
""")
TOKEN = re.compile(r"""\s+|\#[^\n]*|//[^\n]*|/\*.*?\*/|(?P<text>(?:"(?:\\.|[^"\\])*"\s*)+)|(?P<name>[A-Za-z*][A-Za-z0-9_*-]*)|"""
                   r"""(?P<number>[-+]?(?:0[xX][0-9a-fA-F]+|[0-9]+)L{0,2})|(?P<mark>[][{}();,:=])""", re.S)


def policy_of(text):
    """The settings of a policy (libconfig) as dicts, lists, texts, numbers and truths."""
    bad = "the policy is no text of settings"
    try:
        text = text.decode("ascii")
    except ValueError as e:
        raise Untrue("policy", bad) from e
    words, at = [], 0
    while at < len(text):
        m = TOKEN.match(text, at)
        need(m, "policy", bad)
        words += [(m.lastgroup, m[0])] if m.lastgroup else []
        at = m.end()
    words.append(("mark", "end"))

    def value():
        kind, word = words.pop(0)
        if kind == "text":
            inner = "".join(re.findall(r'"((?:\\.|[^"\\])*)"', word, re.S))
            return re.sub(r"\\(x..|.)", lambda m: chr(int(m[1][1:], 16)) if m[1][0] == "x" and m[1][1:] else
                          {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}.get(m[1], m[1]), inner, flags=re.S)
        if kind == "number":
            return int(word.rstrip("L"), 0 if word.lower().startswith("0x") else 10)
        if kind == "name" and word.lower() in ("true", "false"):
            return word.lower() == "true"
        need(word in ("{", "(", "["), "policy", bad)
        if word == "{":
            return group("}")
        end, found = {"(": ")", "[": "]"}[word], []
        while words[0] != ("mark", end):
            found.append(value())
            need(words[0] in (("mark", ","), ("mark", end)), "policy", bad)
            if words[0][1] == ",":
                words.pop(0)
        words.pop(0)
        return found

    def group(end):
        found = {}
        while words[0] != ("mark", end):
            (kind, name), (_, mark) = words.pop(0), words.pop(0) if words else ("", "")
            need(kind == "name" and mark in ("=", ":") and name not in found and words, "policy", bad)
            found[name] = value()
            if words[0] in (("mark", ";"), ("mark", ",")):
                words.pop(0)
        words.pop(0)
        return found
    try:
        return group("end")
    except (IndexError, RecursionError, ValueError) as e:
        raise Untrue("policy", bad) from e


def listed(v):
    return [] if v is None else v if isinstance(v, list) else [v]


def number(v):
    """Also "10M"."""
    m = re.fullmatch("([0-9]+)([KMGT]?)", v) if isinstance(v, str) else None
    return int(m[1]) << 10 * " KMGT".index(m[2] or " ") if m else v


def glob(patterns, text):
    return any(re.fullmatch("".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in p), text, re.S) for p in listed(patterns))


def rows_for(policy, key, it):
    """Groups of a list that are about an object of this type and size."""
    return [g for g in policy.get(key, []) if glob(g.get("types", []), it["type"]) and number(g.get("min_bytes", 0)) <= it["size"] <= number(g.get("max_bytes", 2**64))]


def judge_fields(policy, x):
    """Whether the fields and classes that were signed may stand under this policy, and are enough."""
    known = {n: (kind, int(most), []) for n, (kind, most) in STANDARD.items()}
    known.update({g["name"]: (g.get("kind", "text"), g.get("max_bytes", 256), listed(g.get("choices"))) for g in policy.get("site_fields", [])})
    words = listed(policy.get("classifications"))
    ceiling = words.index(policy["classification_ceiling"]) if policy.get("classification_ceiling") else len(words) - 1
    have = {f["name"]: f["value"] for f in x["statement"]["fields"]}
    for name, value in have.items():
        need(name in known and known[name][0] != "register", "fields", f"the field {name} is none of the policy's, or is not typed")
        kind, most, choices = known[name]
        need(len(value.encode()) <= most, "fields", f"the field {name} is longer than {most} bytes")
        need(kind != "date" or is_day(value), "fields", f"the field {name} is no day")
        need(kind != "choice" or value in choices, "fields", f"the field {name} has no such choice")
        if kind == "class" and words:
            need(value in words and (name != "classification" or words.index(value) <= ceiling), "fields", f"the field {name} is no classification, or too high a one")
    must = listed(policy.get("fields"))
    lacks = [n for n in must if not (x["control"] if known[n][0] == "register" else have.get(n, "").strip(" "))]
    lacks += ["classification"] * (words != [] and "classification" not in must and "classification" not in have)
    need(not lacks, "fields", f"the policy asks for fields that are empty: {', '.join(lacks)}")
    need(words or not x["statement"]["classes"], "fields", "a limit was given a classification, and the policy has none")
    highs = [c["word"] for c in x["statement"]["classes"]] if words else []
    need(all(w in words and words.index(w) <= ceiling for w in highs), "fields", "the classification of a limit is none, or too high")
    if words and x["marking"] is not None:
        need(x["marking"] in words and words.index(x["marking"]) <= ceiling, "fields", "the marking of the medium is no classification, or too high a one")
        need(all(words.index(w) <= words.index(x["marking"]) for w in highs + [have["classification"]]), "fields", "something is classified above the marking of the medium")
    need(all(words.index(w) > words.index(have["classification"]) for w in highs), "fields", "the classification of a limit is not above that of the transfer")


def judge_request(policy, x):
    asked, had = policy.get("request_required", "none"), x["request"] or {}
    need(asked == "none" or (had.get("id") and had["requester"] == x["requester"] and (asked != "signed" or had["signed"] == "signed")), "request",
         "the policy asks for a request of this requester, and there is none that will do")


def needed(policy, it):
    """{scanner: whether a part will do} of the scanners that must have looked at an object."""
    found = {}
    for g in rows_for(policy, "required", it):
        found[g["scanner"]] = found.get(g["scanner"], True) and g.get("part", False)
    return found


def verdict_of(policy, header, it):
    """What a file that was read comes to."""
    if (it["kind"], it["state"]) != ("file", "read"):
        return "na"
    needs, inside, worst, engines, told = needed(policy, it), it["inside"], VERDICTS.index(it["inside"]["verdict"]), set(), False
    for s in it["scans"]:
        v, whole, large = s["verdict"], s["of"] == s["read"] == it["size"], re.fullmatch("size-limit(:.*)?", s["why"], re.S)
        covered = v in ("suspicious", "malicious") and any(covers(row, s["scanner"], None, it["sha256"], "") for row in header["exceptions"] if not row["rule"])
        stands = v == "incomplete" and large and s["of"] == it["size"] > 0 and any(
            g["scanner"] == s["scanner"] and g["by"] == o["scanner"] and glob(g["types"], it["type"]) and
            (o["verdict"], o["of"], o["read"]) == ("clean", it["size"], it["size"]) for g in policy.get("stand_in", []) for o in it["scans"])
        parts = v == "incomplete" and (large or s["why"] == "encrypted") and not stands and inside["whole"] and 0 < inside["objects"] == s["parts"]
        full = not needs.get(s["scanner"], True)  # it must have looked at every byte
        if parts and s["of"] == it["size"]:
            v = "clean" if full else "na"
        elif covered or stands or v == "clean":
            read = it["size"] if stands else s["read"]
            v = "na" if not full else "error" if s["of"] != it["size"] or read > s["of"] or (read == 0 and it["size"]) else "clean" if read == it["size"] else "incomplete"
        elif v == "unscanned":
            v = "error"
        told |= full and v != "na"
        worst = max(worst, VERDICTS.index(v))
        row = next((row for row in header["scanners"] if row["name"] == s["scanner"]), {})
        if full and not stands and row.get("kind") == "av" and (parts or ((s["verdict"] == "clean" or covered) and whole)):
            engines.add(re.split("[ /]", row["engine"])[0])
    if set(needs) - {s["scanner"] for s in it["scans"]}:
        worst = max(worst, VERDICTS.index("error"))
    if not told or len(engines - {""}) < max([g["at_least"] for g in rows_for(policy, "engines", it)], default=0):
        worst = max(worst, VERDICTS.index("unscanned"))
    return VERDICTS[worst]


def gate_of(policy, it, found):
    """What the first rule that fits says: approve, reason or block; found are the findings that count."""
    worst = {}
    for f in found:
        worst[f["class"]] = max(worst.get(f["class"], 0), SEVERITIES.index(f["severity"]))
    for g in policy.get("rules", []):
        least = SEVERITIES.index(g.get("severity", "info" if "class" in g else "none"))
        if ("verdict" not in g or it["verdict"] in listed(g["verdict"])) and ("kind" not in g or it["kind"] in listed(g["kind"])) and \
                ("types" not in g or glob(g["types"], it["type"])) and (worst.get(g["class"], 0) if "class" in g else max(worst.values(), default=0)) >= least:
            return {"pass": "approve"}.get(g["gate"], g["gate"])
    return "reason"


def outcomes_of(it):
    """What can come of an item: one outcome, of a link two."""
    if it["state"] != "read":
        return {it["state"]}
    if it["kind"] == "directory":
        return {"structural"}
    if it["decision"] in ("reject", "hold"):
        return {"rejected" if it["decision"] == "reject" else "held"}
    verdict = "clean" if it["kind"] == "link" else it["verdict"]
    if it["kind"] not in ("file", "link") or verdict in ("na", "unscanned", "timeout", "error", "malicious") or it["proposed"] == "block":
        return {"blocked"}
    if it["decision"] == "none":
        return {"held"}
    if (it["proposed"] == "reason" or verdict != "clean") and not it["reason"]:
        return {"blocked"}
    return {"blocked"} if not it["dest"] else {"released", "blocked"} if it["kind"] == "link" else {"released"}


def judge_items(policy, header, items, found):
    """Every item's verdict, proposal and outcome follow from its scans, findings and decision."""
    m, rows = header["medium"], header["exceptions"]
    need(not policy.get("write_protect_required", True) or m.get("write_protect") != "not proved", "medium", "it is not proved that nothing could write to the medium")
    for it in items:
        need(not any(it["state"] in listed(g["state"]) and it["kind"] in listed(g.get("kind", it["kind"])) and ("types" not in g or glob(g["types"], it["type"]))
                     for g in policy.get("block_medium", [])), "medium", f'item {it["id"]} blocks the whole medium')
        v = verdict_of(policy, header, it)
        need(it["verdict"] == v or (it["verdict"] == "incomplete" and VERDICTS.index(v) < VERDICTS.index("incomplete") and (it["kind"], it["state"]) == ("file", "read") and
                                    not it["inside"]["whole"]), "verdict", f'item {it["id"]} is {it["verdict"]}, and its scans say {v}')
        counts = [f for f in found.get(it["id"], []) if f["class"] in ("incomplete", "signature-age") or not any(
            covers(row, f["scanner"], f["rule"], f["object"] or it["sha256"], f["type"] if f["object"] else it["type"]) for row in rows)]
        need(it["proposed"] == gate_of(policy, it, counts), "proposed", f'item {it["id"]} is proposed as {it["proposed"]}, and the policy says otherwise')
        need(it["outcome"] in outcomes_of(it), "outcome", f'item {it["id"]} is {it["outcome"]}, and the rule says otherwise')


# --- documents ------------------------------------------------------------------------------------------------------
def covers(x, scanner, rule, object, type):
    """Whether an exception is about this: a whole scanner (rule None) for an object, or one rule of it."""
    if x["scanner"] != scanner or (x["rule"] and x["rule"] != rule):
        return False
    return x["sha256"] == object != "" if x["sha256"] else rule is not None and x["rule"] == rule and x["type"] == type != ""


def check_exceptions(r, x, rows, items, found):
    """Those the inventory names are those that were signed, as the log has them, and cover what they are used for."""
    need([row["leaf"] for row in rows] == x["same"]["exceptions"], "exceptions", "the inventory names other exceptions than were signed")
    for row in rows:
        d = r.exceptions[row["leaf"]]["data"]
        need(all(row[k] == d.get(k, "") for k in ("scanner", "sha256", "rule", "type", "reason", "expires")), "exceptions",
             f'the inventory tells of the exception {row["leaf"][:16]} what its entry does not say')
    used = set()
    for it in items:
        for leaf, finds, verdict in ((u["leaf"], u["finds"], u["verdict"]) for u in it["exceptions"]):
            row = next((w for w in rows if w["leaf"] == leaf), None)
            need(row, "exceptions", f'item {it["id"]} uses an exception that the header does not name')
            n = sum(1 for f in found.get(it["id"], []) if f["class"] not in ("incomplete", "signature-age") and
                    next((q["leaf"] for q in rows if covers(q, f["scanner"], f["rule"], f["object"] or it["sha256"],
                                                            f["type"] if f["object"] else it["type"])), None) == leaf)
            need(n == finds, "exceptions", f'item {it["id"]}: the exception {leaf[:16]} does not cover {finds} findings')
            own = [s["verdict"] for s in it["scans"] if not row["rule"] and covers(row, s["scanner"], None, it["sha256"], "")]
            need(verdict in own + ["na"] or (it["inside"]["objects"] and row["sha256"] and not row["rule"]), "exceptions",
                 f'item {it["id"]}: the exception {leaf[:16]} covers no verdict {verdict}')
            need(verdict in ("na", "suspicious", "malicious"), "exceptions", f'item {it["id"]}: no exception covers {verdict}')
            used.add(leaf)
    need(used == {row["leaf"] for row in rows}, "exceptions", "an exception is named, and nothing uses it")


def lines_of(document, name):
    need(document[-1:] in (b"", b"\n"), name, f"the last line of {name} does not end")
    return [canonical(line, name) for line in document.split(b"\n")[:-1]]


def manifest_line(sha256, dest):
    special = {b"\\": b"\\\\", b"\n": b"\\n", b"\r": b"\\r"}
    name = b"".join(special.get(dest[i:i + 1], dest[i:i + 1]) for i in range(len(dest)))
    return (b"\\" if name != dest else b"") + sha256.encode() + b"  " + name


ITEM = set("by decision dest exceptions finds id inside kind link mime mode mtime name outcome path proposed reason scans sha256 size state type "
           "verdict why zone".split())


def check_papers(r, transfer, x, fetch):
    """What was signed against inventory, findings and policy; fetch gives the bytes of a digest."""
    def paper(name, digest):
        got = fetch(name, digest)
        need(got is not None, "document", f"the {name} that was signed is not there")
        need(sha(got).hex() == digest, "document", f"the {name} is not what was signed")
        return got
    same = x["same"]
    inventory = paper("inventory", same["inventory"]["sha256"])
    findings, policy = paper("findings", same["findings"]), paper("policy", x["policy"])
    header, *items = lines_of(inventory, "inventory")
    keys = "approvals deciders exceptions inventory items medium officer policy requester scanners station transfer"
    need(set(header) == set(keys.split()) and header["inventory"] == 1, "inventory", "the header has not the fields of a header")
    story = {"transfer": transfer, "station": r.genesis["station"], "requester": x["requester"], "policy": x["policy"],
             "approvals": x["needed"], "items": same["inventory"]["items"], "medium": x["read"]["medium"], "scanners": x["scanners"]}
    for key, told in story.items():
        need(header[key] == told, "inventory", f"the inventory tells of {key} what the log does not say")
    need(header["items"] == len(items) == x["read"]["items"], "accounting", "the items are not as many as were found on the medium")
    need(not {s["who"] for s in x["signed"][1:]} & set(header["deciders"]), "decider", "who decided items is a second signer")
    words = {c["word"] for c in x["statement"]["classes"]}
    need(all(set(it) - {"class"} == ITEM for it in items), "inventory", "an item has not the fields of an item")
    need(all("class" not in it or (it["kind"] != "directory" and it["class"] in words) for it in items), "inventory",
         "an item bears a classification that no limit was given")
    m = header["medium"]
    need("before" not in m or m["before"] == m.get("after"), "medium", "the medium was another one after reading than before it")
    paths = [base64.b64decode(it["path"]) for it in items]
    need(all(a < b for a, b in zip(paths, paths[1:])) and len({it["id"] for it in items}) == len(items), "inventory",
         "the items are not in the order of their paths, or two have one number")
    found, lines = {}, {}
    for line, f in zip(findings.split(b"\n"), lines_of(findings, "findings")):
        found.setdefault(f["item"], []).append(f)
        lines.setdefault(f["item"], []).append(line + b"\n")
    for it in items:
        own = lines.pop(it["id"], [])
        need(it["finds"]["n"] == len(own) and it["finds"]["sha256"] == sha(b"".join(own)).hex(), "findings", f'the findings of item {it["id"]} are others')
        need(it["by"] == "" or it["by"] in header["deciders"], "decider", f'who decided item {it["id"]} is not among the deciders')
        need(it["outcome"] != "released" or (it["decision"] == "approve" and it["state"] == "read"), "outcome", f'item {it["id"]} goes without approval')
    need(not lines, "findings", "there are findings of items that there are not")
    check_exceptions(r, x, header["exceptions"], items, found)
    goes = sorted((base64.b64decode(it["dest"]), it["sha256"], it["size"]) for it in items if (it["outcome"], it["kind"]) == ("released", "file"))
    rows = [manifest_line(sha256, dest) for dest, sha256, _ in goes]
    manifest = {"bytes": sum(size for _, _, size in goes), "files": len(rows), "root": Tree(sha(b"\0" + row) for row in rows).roots[-1].hex(),
                "sha256": sha(b"".join(row + b"\n" for row in rows)).hex()}
    need(manifest == same["manifest"], "manifest", "the manifest that was signed is not the one the inventory gives")
    text = policy_of(policy)
    need(text.get("approvals", 2) == x["needed"], "policy", "the policy asks for another number of approvals than its entry says")
    need(text.get("token_pin", True) == x["pin"], "policy", "the policy says otherwise of the PIN of tokens than its entry")
    judge_fields(text, x)
    judge_request(text, x)
    judge_items(text, header, items, found)
    quorum = text.get("witness_quorum", 0)
    if x.get("cosig"):
        size, sizes = x["cosig"]
        need((size is not None) == (quorum > 0) and (r.partial or not quorum or size <= sizes[min(quorum, 16)]), "witnessed",
             "the release does not have as many witnesses as policy asks for")
    need(not x["delivered"] or "rescan" in x["delivered"] or not text.get("rescan_at_release", False), "rescan",
         "policy asks for a scan at release, and the delivery tells of none")


# --- ledger.db ------------------------------------------------------------------------------------------------------
def read_locked(path):
    """The bytes of a file, not in the middle of a transaction of SQLite's."""
    with open(path, "rb") as f:
        try:
            fcntl.lockf(f, fcntl.LOCK_SH, 510, 0x40000002)
        except OSError:
            pass  # no locks on this file system: nobody writes with them either
        return f.read()


def audit_ledger(r, path, raw, said):
    if len(raw) < 4096:
        raise Unreadable("the database is cut off in its first page")
    form = {"page size": (16, b"\x10\0"), "journal mode": (18, b"\1\1"), "reserved space": (20, b"\0"), "vacuum mode": (52, b"\0\0\0\0"),
            "encoding": (56, b"\0\0\0\1"), "user_version": (60, b"\0\0\0\1"), "application_id": (68, b"CSTY")}
    for name, (at, there) in form.items():
        need(raw[at:at + len(there)] == there, "form", f"the {name} of the database is not a ledger's")
    if len(raw) != 4096 * int.from_bytes(raw[28:32], "big"):
        raise Unreadable("the database is not as long as its header says: it was cut off, or something was added")
    db = sqlite3.connect(":memory:")
    db.deserialize(raw)
    for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "temp_store=MEMORY"):
        db.execute("PRAGMA " + pragma)
    schema = [s for s, in db.execute("SELECT CAST(sql AS BLOB) FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid")]
    digest = sha(b"".join(s + b"\n" for s in schema)).hex()
    need(digest == SCHEMA, "schema", "the schema is not the published one")
    first = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if first != "ok":
        raise Unreadable(f"the database is damaged: {first}")
    numbers = [i for i, in db.execute("SELECT id FROM log ORDER BY id")]
    need(numbers == [*range(1, max(len(numbers), 2) + 1)] and not db.execute("SELECT 1 FROM entry WHERE log NOT IN (SELECT id FROM log)").fetchone() and
         not db.execute("SELECT 1 FROM checkpoint WHERE log NOT IN (SELECT id FROM log)").fetchone(), "strangers", "it holds entries of logs that there are not")
    for n in numbers:
        seq, log, what = -1, "authority" if n == 1 else "custody", log_name(n)
        if n > 1:
            r.place = f"the {what} log"
            need(n - 2 < len(r.epochs), "strangers", "it holds a log of an epoch that was not opened")
            r.begin(r.epochs[n - 2])
            r.epoch.base = sum(epoch.log.tree.size for epoch in r.epochs[:n - 2])
        rows = db.execute("SELECT seq, CAST(body AS BLOB), sig, leaf, CAST(id AS BLOB), CAST(type AS BLOB), CAST(subj AS BLOB) "
                          "FROM entry WHERE log=? ORDER BY seq", (n,))
        for seq, (number, body, sig, leaf, *columns) in enumerate(rows):
            r.place = f"entry {seq} of the {what} log"
            need(number == seq, "missing", f"entries are missing: the next one is {number}")
            raw = body + b"\n" + base64.b64encode(sig) + b"\n"
            need(leaf == sha(b"\0" + raw), "leaf", "the stored leaf is not the hash of the entry")
            b = canonical(body)
            need(columns == [str(b.get(k)).encode() for k in ("id", "type", "subj")], "columns", "the columns id, type and subj do not repeat the entry")
            if (n, seq) == (1, 0):
                need(b.get("data", {}).get("schema") == digest, "schema", "the schema is not the one that genesis names")
            r.take(log, seq, raw)
        r.place = f"the {what} log"
        need(seq >= 0, "missing", "the log is empty")
    logs = [r.logs["authority"], *[epoch.log for epoch in r.epochs]]
    for n, log in zip(numbers, logs):
        r.place = f"the {log_name(n)} log"
        row = [bytes(v) for v in db.execute("SELECT CAST(origin AS BLOB), CAST(vkey AS BLOB) FROM log WHERE id=?", (n,)).fetchone()]
        need(row == [log.origin.encode(), log.vkey.encode()], "origin", "origin or vkey are not those that genesis names")
    for number, size, text in db.execute("SELECT log, size, CAST(note AS BLOB) FROM checkpoint ORDER BY log, size"):
        log = logs[number - 1]
        r.place, tree = f"checkpoint {size} of the {log_name(number)} log", log.tree
        said.setdefault("notes", {}).setdefault(number, []).append(size)
        need(size == len(said["notes"][number]) <= tree.size, "checkpoints", "checkpoints are missing, or beyond the end")
        got = note_open(text, r.signers[size] if number == 1 else log.vkey, r.signatures, r.place, f"the checkpoint of size {size}")
        need(got == (size, tree.roots[size]), "checkpoint", f"the checkpoint of size {size} is about other entries")
    for n, log in zip(numbers, logs):
        r.place = f"the {log_name(n)} log"
        need(len(said.get("notes", {}).get(n, [])) == log.tree.size, "checkpoints", "checkpoints are missing")
    for epoch in r.epochs[1:]:
        tell_gap(r, epoch, said)
    docs = os.path.join(os.path.dirname(path), "docs")
    if not os.path.isdir(docs):
        said["not"].append("There is no folder docs beside it: that manifests follow from inventories.")
        return

    def fetch(name, digest):
        try:
            with open(os.path.join(docs, digest), "rb") as f:
                return f.read()
        except FileNotFoundError:
            return None
    for subj, x in r.transfers.items():
        if x["signed"]:
            r.place = f"the documents of {subj[5:]}"
            check_papers(r, subj[5:], x, fetch)


def log_name(number):
    """Of a row of the table log."""
    return "authority" if number == 1 else "custody" if number == 2 else f"custody {number - 1}"


def tell_gap(r, epoch, said):
    """What an epoch says is missing of the one before: loudly, and by whom."""
    held, known = r.epochs[epoch.n - 2].log.tree.size, epoch.act["continues"]["size"]
    if epoch.log.tree.size == 0:
        said["not"].append(f"Epoch {epoch.n} was opened ({epoch.act['reason']}), and its log is not here: it has not begun, or this is an older copy.")
    if held < known:
        said["gaps"].append(f"entries {held} to {known - 1} of {epoch.act['continues']['origin']} are missing; {', '.join(epoch.by)} signed that epoch {epoch.n} "
                            f"goes on without them ({epoch.act['reason']}: {epoch.act['why']})")


# --- custody folders ----------------------------------------------------------------------------------------------------
def witness_policy(r, newest, papers):
    """Whose lines a checkpoint needs (C2SP tlog-policy), in the one spelling of what the record says."""
    witnesses, quorum = witnesses_at(r, EVER), policy_of(papers["policy"]).get("witness_quorum", 0) if "policy" in papers else 0
    names = [f"w{i}" for i in range(1, len(witnesses) + 1)]
    lines = [f"log {newest.log.vkey}", *[f"witness {w} {vkey}" for w, (_, _, vkey) in zip(names, witnesses)]]
    lines += [f"group witnesses {quorum} {' '.join(names)}", "quorum witnesses"] if 0 < quorum <= len(names) else ["quorum none"]
    return "".join(line + "\n" for line in lines).encode()


def is_tar(raw):
    return raw[257:265] in (b"ustar\x0000", b"ustar  \0")


def tar_files(raw):
    """{path: bytes} of a plain tar, below its one folder when it has one."""
    def readable(condition, why):
        if not condition:
            raise Unreadable(f"the archive is no plain tar of a custody folder: {why}")

    def octal(field):
        m = re.fullmatch(b" *([0-7]+)[ \0]*", field)
        readable(m, "a header in it is damaged")
        return int(m[1], 8)
    files, names, at = {}, [], 0
    while len(raw) - at >= 512 and any(raw[at:at + 512]):
        h = raw[at:at + 512]
        readable(is_tar(h) and octal(h[148:156]) == sum(h[:148]) + 8 * 32 + sum(h[156:]), "a header in it is damaged")
        readable(h[156:157] in b"0\x005", "it holds something other than files and folders")
        gnu, prefix = h[262] == 32, h[345:500].split(b"\0")[0]
        name = (b"" if gnu or not prefix else prefix + b"/") + h[:100].split(b"\0")[0]
        name = (name[:-1] if h[156] == 53 and name[-1:] == b"/" else name).decode("latin-1")
        readable(re.fullmatch("[!-\\[\\]-~]+", name) and not re.search("(^|/)(\\.\\.)?(/|$)|/\\.(/|$)", name) and not (gnu and any(h[345:])),
                 "it holds a name that no custody folder has")
        size = octal(h[124:136])
        padded = (size + 511) // 512 * 512
        body = raw[at + 512:at + 512 + padded]
        readable(len(body) == padded and not any(body[size:]) and not (h[156] == 53 and size), "it ends in the middle of a file, or has something behind one")
        if h[156] != 53:
            names.append(name)
            files[name] = body[:size]
        at += 512 + padded
    readable(len(raw) - at >= 1024 and len(raw) % 512 == 0 and not any(raw[at:]), "it was cut off, or something follows its end")
    top = names[0].split("/")[0] + "/" if names and "SHA256SUMS" not in files else ""
    strip = len(top) if all(n.startswith(top) for n in names) else 0
    files = {n[strip:]: b for n, b in files.items()}
    readable(len(files) == len(names), "it holds a name twice")
    return files


def folder_files(path):
    files = {}
    for top, _, names in os.walk(path):
        for name in names:
            full = os.path.join(top, name)
            need(os.path.isfile(full) and not os.path.islink(full), "files", f"{name} is no plain file")
            with open(full, "rb") as f:
                files[os.path.relpath(full, path)] = f.read()
    return files


def audit_folder(r, files, said):
    if "SHA256SUMS" not in files and "authority/entries.txt" not in files:
        raise Unreadable("no custody folder: it has neither SHA256SUMS nor authority/entries.txt")

    def read(name):
        need(name in files, "files", f"{name} is missing")
        return files[name]
    r.place, listed = "the folder", set()
    for line in read("SHA256SUMS").decode("utf-8", "replace").split("\n")[:-1]:
        m = re.fullmatch("([0-9a-f]{64})  ([A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)", line)
        need(m and m[2] not in listed, "sums", "SHA256SUMS has a line that is none, or one twice")
        listed.add(m[2])
        need(sha(read(m[2])).hex() == m[1], "sums", f"{m[2]} is not what SHA256SUMS says")
    need(listed, "sums", "SHA256SUMS is empty")
    stray = sorted(n for n in files if n not in listed and n.startswith(("entries/", "proofs/")))
    need(not stray, "sums", f"SHA256SUMS does not name {stray[:1]}")
    lists = read("authority/entries.txt").split(b"\n\n")
    for seq, raw in enumerate(lists):
        r.place = f"entry {seq} of the authority log"
        r.take("authority", seq, raw + (b"\n" if seq < len(lists) - 1 else b""))
    r.place, tree = "the folder", r.logs["authority"].tree
    newest = r.epochs[-1]
    if len(r.epochs) > 1 and not read("checkpoint").startswith(newest.log.origin.encode() + b"\n"):
        newest = r.epochs[-2]
        said["not"].append(f"Epoch {newest.n + 1} was opened; this folder is of the time before it began.")
    need(read("authority.vkey") in {vkey.encode() + b"\n" for vkey in r.signers[tree.size] | {r.logs["authority"].vkey}}, "vkey", "authority.vkey is not the key that genesis names")
    need(read("log.vkey") == newest.log.vkey.encode() + b"\n", "vkey", "log.vkey is not the key that genesis names")
    got = note_open(read("authority/checkpoint"), r.signers[tree.size], r.signatures, r.place, "authority/checkpoint")
    need(got == (tree.size, tree.roots[-1]), "checkpoint", "authority/checkpoint is about other entries than these")
    size, root = note_open(read("checkpoint"), newest.log.vkey, r.signatures, r.place, "checkpoint")
    heads, shift = {newest.n: (files["checkpoint"], size, root)}, {1: 0}
    names = sorted((n for n in files if n.startswith("entries/")), key=lambda n: int(re.sub("[^0-9]", "", n) or 0))
    need(names and all(re.fullmatch("entries/[0-9]{8,18}\\.entry", n) for n in names), "files", "entries/ is empty, or holds something else")
    for name in names:
        seq = int(name[8:-6])
        r.place = f"entry {seq} of the custody log"
        e = r.take("custody", seq, read(name))
        n, log = r.epoch.n, r.epoch.log
        m = re.fullmatch(b"c2sp.org/tlog-proof@v1\n(?:extra [^\n]*\n)?index ([0-9]+)\n((?:[^\n]+\n)*)\n(.*)", read(f"proofs/{seq:08}.tlog-proof"), re.S)
        need(m and n <= newest.n, "proof", "its proof is malformed, or for another checkpoint")
        index = int(m[1])
        need(m[1] == b"%d" % index and seq - index == shift.setdefault(n, seq - index) >= 0, "files" if n > 1 else "proof", "its number is not its place in the log")
        r.epoch.base = shift[n]
        if n not in heads:
            heads[n] = m[3], *note_open(m[3], log.vkey, r.signatures, r.place, "the checkpoint of its proof")
        text, size, root = heads[n]
        need(m[3] == text, "proof", "its proof is malformed, or for another checkpoint")
        proof = [unbase64(line, "proof", "a hash") for line in m[2].split(b"\n")[:-1]]
        need(all(len(h) == 32 for h in proof) and len(proof) <= 64 and inclusion_root(index, size, e.leaf, proof) == root, "proof",
             "its proof does not show it in the log that the checkpoint signs")
        need(e.subj == next(iter(r.transfers)), "files", "it is about something else than this transfer")
    r.place = "the documents"
    subj, x = next(iter(r.transfers.items()))
    if x["signed"]:
        check_papers(r, subj[5:], x, lambda name, digest: files.get(name))
        need(sha(read("manifest.sha256")).hex() == x["same"]["manifest"]["sha256"], "document", "manifest.sha256 is not what was signed")
    for epoch in r.epochs:
        epoch.base = shift.get(epoch.n, EVER if epoch.n > r.epoch.n else 0)
    for time in witness_times(read("checkpoint"), witnesses_at(r, EVER), r.signatures, "the folder", "checkpoint"):
        r.times.cosigned(None, newest.base + heads[newest.n][1], time)
    for n, (_, size, root) in heads.items():
        tree = r.epochs[n - 1].log.tree
        tree.size, tree.roots = size, {size: root}
    r.place = "the folder"
    need("witness-policy" not in files or files["witness-policy"] == witness_policy(r, newest, files if x["signed"] else {}), "witness-policy",
         "witness-policy names another log, other witnesses or another quorum than the record")
    size = heads[newest.n][1]
    said["not"].append(f"Entries about this transfer after entry {size} of the log, and anything about others, are not here.")


# --- lists of leaves --------------------------------------------------------------------------------------------------------
def read_leaves(path, raw):
    """[(origin, tree)] of the lists of leaves in a file, one after the other."""
    need(raw.startswith(b"# ") and raw.endswith(b"\n"), "leaves", f"{path} is no list of leaves, or was cut off")
    lines, found, at = raw.split(b"\n")[:-1], [], 0
    while at < len(lines):
        m = re.fullmatch(b"# ([!-~]{1,200})\n# ([1-9][0-9]{0,17}) leaves, root ([0-9a-f]{64})", b"\n".join(lines[at:at + 2]))
        need(m, "leaves", f"{path} does not begin with an origin, a number of leaves and a root, or has other than the leaves it says")
        origin, own = m[1].decode(), lines[at + 2:at + 2 + int(m[2])]
        need(len(own) == int(m[2]), "leaves", f"{path} says {int(m[2])} leaves of {origin}, and has {len(own)}")
        need(all(re.fullmatch(b"[0-9a-f]{64}", line) for line in own), "leaves", f"{path} has a line that is no leaf")
        tree = Tree(bytes.fromhex(line.decode()) for line in own)
        need(tree.roots[-1].hex().encode() == m[3], "leaves", f"{path}: the root is not that of these leaves")
        need(origin not in dict(found), "leaves", f"{path} has two lists of {origin}")
        found.append((origin, tree))
        at += 2 + len(own)
    return found


def check_leaves(r, paths, said):
    """Each list is of a log of this record; in a folder the heads that signers were shown are then looked at, too."""
    covered = set()
    for path in paths:
        r.place = f"the leaves {path}"
        with open(path, "rb") as f:
            for origin, leaves in read_leaves(path, f.read()):
                r.place = f"the leaves {path}"
                covered |= {origin} if check_list(r, path, origin, leaves, said) else set()
    if r.partial and not {origin for _, origin, _, _ in r.shown} <= covered:
        said["not"].append("The heads that signers were shown: that needs the leaves, or the whole log.")


def check_list(r, path, origin, leaves, said):
    """One list; whether the heads of a folder were held against it."""
    log = next((log for log in (r.logs["authority"], *[epoch.log for epoch in r.epochs]) if log.origin == origin), None)
    need(log, "log", f"the record has no log {origin}")
    have, size = log.tree.roots, min(log.tree.size, leaves.size)
    if isinstance(have, list) and r.partial and log is not r.logs["authority"]:
        said["not"].append(f"{path}: the folder holds nothing of the log {origin}.")
        return False
    if isinstance(have, list):
        need(leaves.size <= log.tree.size, "cut-off", f"{origin} was cut off or put back: here are {log.tree.size} entries, the list has {leaves.size}")
        differs = bisect.bisect_left(range(1, size + 1), True, key=lambda n: have[n] != leaves.roots[n])
        need(differs == size, "leaf", f"leaf {differs} is not that of the entry: the list is of another history")
        return False
    if leaves.size < log.tree.size:
        said["not"].append(f"{path}: it has {leaves.size} leaves, and the checkpoint is about {log.tree.size} entries: they cannot be compared.")
        return False
    need(have[log.tree.size] == leaves.roots[log.tree.size], "leaf", f"the leaves are not those of which the checkpoint of {log.tree.size} entries is")
    log.tree.roots = dict(enumerate(leaves.roots[:log.tree.size + 1]))
    for r.place, _, at, root in [shown for shown in r.shown if shown[1] == origin]:
        need(leaves.roots[at].hex() == root, "head", f"head is not the root of the log at {at} entries: history was changed")
    return True


def audit_leaves(r, arguments, raw, said):
    """Lists of leaves alone, against checkpoints that somebody kept, by the key of one of the logs; what they come to."""
    r.place = f"the leaves {arguments.record}"
    lists = dict(read_leaves(arguments.record, raw))
    if arguments.vkey is not None:
        with open(arguments.vkey, "rb") as f:
            vkey = f.read(512).decode("utf-8", "replace").rstrip("\n")
        tree = lists.get(vkey_parts(vkey)[0])
        need(tree, "vkey", f"{arguments.vkey} is not the key of {' or '.join(lists)}")
    for path in arguments.anchor if arguments.vkey is not None else ():
        r.place = f"the anchor {path}"
        with open(path, "rb") as f:
            size, root = note_open(f.read(NOTE_MAX + 1), vkey, r.signatures, r.place, "it")
        need(size <= tree.size, "cut-off", f"it knows {size} entries, and the list has {tree.size} leaves")
        need(tree.roots[size] == root, "fork", f"it is about {size} other entries than the first {size} of these leaves")
    if arguments.vkey is None or not arguments.anchor:
        said["not"].append("Without --vkey and --anchor: whether the log signed these leaves, at any size.")
    said["not"].append("What the entries say: that needs the entries.")
    told = "; ".join(f"{tree.size} leaves of {origin}, root {tree.roots[-1].hex()}" for origin, tree in lists.items())
    return f"GOOD: {told}; {len(arguments.anchor) if arguments.vkey else 0} anchors"


# --- what somebody else kept ------------------------------------------------------------------------------------------------
def check_anchors(r, anchors, said):
    """Every checkpoint that somebody kept is of this record, and no two contradict each other."""
    known = {}
    for path in anchors:
        r.place = f"the anchor {path}"
        with open(path, "rb") as f:
            text = f.read(NOTE_MAX + 1)
        if len(text) > NOTE_MAX:
            raise Unreadable(f"{path} is too long for a checkpoint")
        origin = text.partition(b"\n")[0].decode("utf-8", "replace")
        authority = origin == r.logs["authority"].origin
        epoch = next((epoch for epoch in r.epochs if epoch.log.origin == origin), r.epochs[0])
        need(authority or epoch.log.origin == origin or not re.fullmatch(re.escape(r.epochs[0].log.origin[:-1]) + "[0-9]+", origin), "cut-off",
             f"the record was cut off or put back: it knows {origin}, which was not opened here")
        log, name = (r.logs["authority"], "authority") if authority else (epoch.log, "custody" if epoch.n == 1 else f"custody {epoch.n}")
        m = re.match(b"[^\n]*\n([0-9]{1,20})\n", text)
        keys = log.vkey if not authority else (r.signers.get(int(m[1])) if m else None) or set().union(*r.signers.values())
        size, root = note_open(text, keys, r.signatures, r.place, "it")
        other = known.setdefault((origin, size), (root, path))
        need(other[0] == root, "fork", f"{other[1]} and this one are both signed, about {size} entries, and differ: together they prove a fork; keep both")
        if not authority:
            for time in witness_times(text, witnesses_at(r, EVER), r.signatures, r.place, "it"):
                r.times.cosigned(None, epoch.base + size, time)
        tree = log.tree
        later = r.epochs[epoch.n] if not authority and epoch.n < len(r.epochs) else None
        if later and size > tree.size:  # entries that the next epoch says are missing
            gap = later.act["continues"]
            need(size <= gap["size"], "cut-off", f"the {name} log was cut off: it knows {size} entries, and the next epoch of {gap['size']}")
            need(size < gap["size"] or root.hex() == gap["root"], "fork", f"the {name} log is not the one it knows; keep both")
            said["not"].append(f"{path}: entries that a later epoch says are missing cannot be compared.")
            continue
        need(size <= tree.size, "cut-off", f"the {name} log was cut off or put back: it knows {size} entries, here are {tree.size}")
        have = tree.roots.get(size) if isinstance(tree.roots, dict) else tree.roots[size]
        need(have in (None, root), "fork", f"the {name} log is not the one it knows: history up to entry {size} was changed; keep both")
        if have is None:
            said["not"].append(f"{path}: a folder cannot show what the log was at {size} entries.")


def audit_record(r, arguments, raw, files, said):
    """A ledger, or the files of a custody folder, against all that was given beside; what it comes to."""
    r.times.asked, r.times.all = {int(w) for w in arguments.when if w != "all"}, "all" in arguments.when or r.partial
    audit_ledger(r, arguments.record, raw, said) if files is None else audit_folder(r, files, said)
    r.place = "the record"
    need(arguments.genesis in (None, r.genesis_leaf), "another-genesis", f"the genesis is another one: its leaf is {r.genesis_leaf}")
    check_leaves(r, arguments.leaves, said)
    check_anchors(r, arguments.anchor, said)
    if arguments.genesis is None:
        said["not"].append("No --genesis was given: that this is the station it claims to be.")
    if not arguments.anchor:
        said["not"].append("No --anchor was given: entries cut off at the end, or an older state put back, are not detectable without an anchor.")
    for seq in sorted(r.times.asked - {row[0] for row in r.times.rows}):
        said["not"].append(f"Entry {seq} of the custody log is not here.")
    if r.backwards:
        said["not"].append(f"{r.backwards} entries claim a time before an earlier one: order is certain, times are not.")
    said["when"] = r.times.sentences()
    return (f"GOOD: {r.logs['authority'].tree.size} + {sum(epoch.log.tree.size for epoch in r.epochs)} entries, {len(r.transfers)} transfers, "
            f"genesis {r.genesis_leaf}, {len(arguments.anchor)} anchors")


def audit(arguments, tmp, said):
    """What was given, by its first bytes, and what it comes to."""
    path, signatures = arguments.record, Signatures(tmp)
    raw = b"" if os.path.isdir(path) else read_locked(path)
    database, leaves = raw[:16] == b"SQLite format 3\0", raw[:2] == b"# "
    if not (os.path.isdir(path) or database or leaves or is_tar(raw)):
        raise Unreadable("neither a ledger, nor a custody folder, nor a plain tar of one, nor a list of leaves")
    if arguments.vkey is not None and not leaves:
        print("audit.py: --vkey is for a list of leaves alone; a record names its keys itself", file=sys.stderr)
        raise SystemExit(2)
    files = None if database or leaves else tar_files(raw) if raw else folder_files(path)
    r = Record(signatures, partial=files is not None)
    try:
        answer = audit_leaves(r, arguments, raw, said) if leaves else audit_record(r, arguments, raw, files, said)
    except UnicodeDecodeError as e:  # in what SQLite says of a schema that it cannot read
        raise Unreadable("the database is damaged") from e
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as e:
        signatures.settle()
        raise Untrue("malformed", f"{r.place}: something has not the form it must have ({type(e).__name__} {e})") from e
    except Untrue as e:
        e.place = e.place or r.place
        signatures.settle()  # what was wrong earlier is told first
        raise
    signatures.settle()
    return answer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--genesis", metavar="HEX", help="the leaf of the genesis, from the founding page")
    parser.add_argument("--anchor", metavar="FILE", action="append", default=[], help="a checkpoint that somebody else kept; may be repeated")
    parser.add_argument("--leaves", metavar="FILE", action="append", default=[], help="the leaves of a log of this record; may be repeated")
    parser.add_argument("--vkey", metavar="FILE", help="the key of the log whose leaves the record is")
    parser.add_argument("--when", metavar="all|SEQ", action="append", default=[], help="what witnesses say of the time of an entry of the custody log, or "
                        "of all approvals and releases; may be repeated")
    parser.add_argument("record", help="ledger.db, a custody folder, a plain tar of one, or a list of leaves")
    arguments = parser.parse_args()
    if arguments.genesis is not None and not is_hex(arguments.genesis):
        parser.error("--genesis is 64 hex digits")
    if not all(re.fullmatch("all|[0-9]{1,18}", w) for w in arguments.when):
        parser.error("--when is all or the number of an entry")
    said = {"gaps": [], "when": [], "not": []}
    with tempfile.TemporaryDirectory() as tmp:
        try:
            answer = audit(arguments, tmp, said)
        except Untrue as e:
            print(f"UNTRUE [{e.name}] {e.place}: {e}".encode("ascii", "backslashreplace").decode())
            return 1
        except (Unreadable, OSError, sqlite3.Error, MemoryError) as e:
            print(f"UNREADABLE {arguments.record}: {e}".encode("ascii", "backslashreplace").decode())
            return 3
    print(answer)
    for label, key in (("DECLARED GAP", "gaps"), ("when", "when"), ("not looked at", "not")):
        for sentence in said[key]:
            print(f"  {label}: {sentence}".encode("ascii", "backslashreplace").decode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
