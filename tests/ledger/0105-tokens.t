#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Keys in tokens: touch, PIN and a counter that only grows, judged from the bytes of
the signature; both verifiers agree on each, and ssh-keygen takes what is good."""
import base64, os, subprocess, sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import forge
from answers import accepted, end, ok, refused, tmp
from forge import Forge, NAMES, key_line, ssh, sshsig

TOKEN = "token-dora"


def dora(policy=None, key=TOKEN, roles=("officer",)):
    """A station whose officer Dora has her key in a token."""
    f = Forge().settle()
    if policy is not None:
        f.act("policy.set", "policy", {"approvals": 2, "bytes": 1, "sha256": "a" * 64, "token_pin": policy})
    f.act("officer.enroll", "person:dora", f.enroll_data("dora", *roles, key=key))
    f.keys["dora"] = TOKEN
    return f


def signs(f, *keys):
    for key in keys:
        f.add("custody", "sess.login", "officer:dora", "dora", {"nonce": "0" * 64}, role="officer", key=key)
    return f


accepted("a key in a token", signs(dora(), TOKEN + "#7", TOKEN + "#8", TOKEN + "#4294967295"))
accepted("one that does not count", signs(dora(), TOKEN + "#0", TOKEN + "#0"))
for name, reason, keys in (
        ("not touched", "token", ["#7#4"]), ("neither touched nor asked for a PIN", "token", ["#7#0"]), ("touched and not asked for its PIN", "token", ["#7#1"]),
        ("a flag that says something else", "signature", ["#7#69"]), ("a counter that stands still", "counter", ["#7", "#7"]), ("one that goes back", "counter", ["#7", "#6"]),
        ("one that is 0 afterwards", "counter", ["#7", "#0"])):
    refused(name, signs(dora(), *[TOKEN + k for k in keys]), reason)
accepted("a policy that lets the PIN go", signs(dora(policy=False), TOKEN + "#7#1"))
refused("and not the touch", signs(dora(policy=False), TOKEN + "#7#4"), "token")
refused("a policy that asks for it in words", signs(dora(policy=True), TOKEN + "#7#1"), "token")
f = dora(policy=False)
f.act("policy.set", "policy", {"approvals": 2, "bytes": 1, "sha256": "b" * 64})
f.add("custody", "sess.login", "officer:dora", "dora", {"nonce": "0" * 64}, role="officer", key=TOKEN + "#7#1", auth=f.head("authority", len(f.logs["authority"]) - 1))
accepted("the policy that the signer was shown", f)
f = dora(policy=False)
f.act("policy.set", "policy", {"approvals": 2, "bytes": 1, "sha256": "b" * 64})
refused("and no other", signs(f, TOKEN + "#7#1"), "token")
refused("a key of the same bytes that is in no token", signs(dora(), "dora"), "signature")

# --- whose signature, over what
other = signs(dora(key=TOKEN + "#1"), TOKEN + "#7")
body, line = other.logs["custody"][-1].split(b"\n")[:2]
sig = bytearray(base64.b64decode(line))


def spoilt(at, value):
    f = dora(key=TOKEN + "#1")
    changed = bytearray(sig)
    changed[at] = value
    f.put("custody", body + b"\n" + base64.b64encode(changed) + b"\n")
    return f


refused("a counter that was written over", spoilt(-1, 8), "signature")
refused("a flag that was taken away", spoilt(-5, 1), "token")
refused("a bit of the signature", spoilt(-20, sig[-20] ^ 1), "signature")
f = dora(key=TOKEN + "#1")
f.put("custody", body + b"\n" + base64.b64encode(sig + b"\0").replace(b"\n", b"") + b"\n")
refused("a byte behind it", f, "signature")
plain = sshsig("dora", body + b"\n")
f = dora(key=TOKEN + "#1")
f.put("custody", body + b"\n" + base64.b64encode(plain) + b"\n")
refused("a signature of the other kind", f, "signature")

# --- the authority log
for name, key in (("was not touched", "#5#4"), ("was asked for no PIN", "#5#1")):
    refused(f"a proof of possession by a token that {name}", dora(key=TOKEN + key), "token")
accepted("the counter of a proof does not count", signs(dora(key=TOKEN + "#99"), TOKEN + "#7"))


def admin(*keys):
    """Dora is the second administrator, and endorses with these."""
    f = dora()
    f.act("admin.set", "station", {"admins": [{"id": "root1", "key": key_line("root1"), "name": NAMES["root1"]}, {"id": "dora", "key": key_line(TOKEN), "name": NAMES["dora"]}], "threshold": 2})
    f.add("authority", "authority.endorse", "station", "dora", {"leaf": forge.leaves(f.logs["authority"][-1:])[0].hex()}, role="admin", key=TOKEN + "#10")
    for key in keys:
        seq = len(f.logs["authority"])
        f.act("witness.set", "station", {"witnesses": []}, "root1")
        f.add("authority", "authority.endorse", "station", "dora", {"leaf": forge.leaves(f.logs["authority"][seq:seq + 1])[0].hex()}, role="admin", key=key)
    return f


accepted("an administrator's token", signs(admin(TOKEN + "#11"), TOKEN + "#12"))
refused("whose counter goes back in the authority log", admin(TOKEN + "#10"), "counter")
refused("or from one log to the other", signs(admin(TOKEN + "#11"), TOKEN + "#11"), "counter")
f = admin(TOKEN + "#11")
size = len(f.logs["authority"]) - 1
f.add("custody", "sess.login", "officer:dora", "dora", {"nonce": "0" * 64}, role="officer", key=TOKEN + "#11", auth=f.head("authority", size))
accepted("what was signed before, entered after", f)

# --- key lines
for name, blob in (("of another application", ssh(forge.audit.TOKEN_KEY, forge.secret(TOKEN)[2], b"ssh:")), ("without one", ssh(forge.audit.TOKEN_KEY, forge.secret(TOKEN)[2])),
                   ("with something behind", forge.public(TOKEN) + ssh(b"x")), ("of another kind than its word", ssh(forge.audit.KEY, forge.secret(TOKEN)[2]))):
    f = Forge().settle()
    f.act("officer.enroll", "person:dora", f.enroll_data("dora", "officer", key=TOKEN) | {"key": "sk-ssh-ed25519@openssh.com " + base64.b64encode(blob).decode()})
    refused(f"a key {name}", f, "shape")

# --- OpenSSH
with open(tmp + "/signers", "w") as out:
    out.write(f'dora namespaces="{forge.audit.NS.decode()}" {key_line(TOKEN)}\n')
with open(tmp + "/sig", "wb") as out:
    out.write(b"-----BEGIN SSH SIGNATURE-----\n" + base64.b64encode(sshsig(TOKEN, b"text\n")) + b"\n-----END SSH SIGNATURE-----\n")
for text, good in ((b"text\n", True), (b"Text\n", False)):
    p = subprocess.run(["ssh-keygen", "-Y", "verify", "-f", tmp + "/signers", "-I", "dora", "-n", forge.audit.NS.decode(), "-s", tmp + "/sig"], input=text, capture_output=True)
    ok((p.returncode == 0) == good, f"ssh-keygen {'takes' if good else 'refuses'} it", p.stdout, p.stderr)

end()
