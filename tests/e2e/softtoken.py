#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""A FIDO2 token of software (CTAP 2.0, PIN protocol 1, Ed25519) on a socket, as hidraw would be.

softtoken.py STATE COMMAND...   runs COMMAND with the token on the descriptor that the word @TOKEN
stands for, and keeps what it knows in STATE: pin, retries, counter, keys by credential.
STATE is read again before each question, and while a touch is waited for.
STATE,STATE2...   several tokens: the words are @TOKEN, @TOKEN2, ...
softtoken.py --at SOCKET STATE   the token alone, its reports on a stream (tests/vm/uhid.pl)
What STATE may say besides, to be a bad one: "touch": false (nobody touches it), "flags" (in
place of 5), "frozen": true (the counter stays), "lie": true (signs something else), "mute": true,
"late": true (it says that nobody touched it in time).
"""
import hashlib
import hmac
import json
import os
import socket
import subprocess
import sys
import threading

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

INIT, CBOR, CANCEL, KEEPALIVE, ERROR = 0x86, 0x90, 0x91, 0xbb, 0xbf
OK, NO_ALGORITHM, PIN_INVALID, PIN_BLOCKED, NO_CREDENTIALS, CANCELLED, TIMEOUT, PIN_NEEDED, PIN_AUTH = \
    0, 0x26, 0x31, 0x32, 0x2e, 0x2d, 0x2f, 0x36, 0x33


def sha(b):
    return hashlib.sha256(b).digest()


def head(major, n):
    if n < 24:
        return bytes([major << 5 | n])
    size = 1 if n < 256 else 2 if n < 65536 else 4
    return bytes([major << 5 | {1: 24, 2: 25, 4: 26}[size]]) + n.to_bytes(size, "big")


def encode(v):
    if v is True or v is False:
        return b"\xf5" if v else b"\xf4"
    if isinstance(v, int):
        return head(0, v) if v >= 0 else head(1, -1 - v)
    if isinstance(v, bytes):
        return head(2, len(v)) + v
    if isinstance(v, str):
        return head(3, len(v.encode())) + v.encode()
    if isinstance(v, list):
        return head(4, len(v)) + b"".join(encode(x) for x in v)
    rows = sorted((encode(k), encode(x)) for k, x in v.items())
    rows.sort(key=lambda r: (len(r[0]), r[0]))
    return head(5, len(v)) + b"".join(k + x for k, x in rows)


def decode(b, at=0):
    major, n = b[at] >> 5, b[at] & 31
    at += 1
    if major == 7:
        return {20: False, 21: True}[n], at
    if n >= 24:
        size = 1 << (n - 24)
        n, at = int.from_bytes(b[at:at + size], "big"), at + size
    if major == 0:
        return n, at
    if major == 1:
        return -1 - n, at
    if major in (2, 3):
        raw = b[at:at + n]
        return (raw if major == 2 else raw.decode()), at + n
    if major == 4:
        out = []
        for _ in range(n):
            x, at = decode(b, at)
            out.append(x)
        return out, at
    out = {}
    for _ in range(n):
        k, at = decode(b, at)
        out[k], at = decode(b, at)
    return out, at


def cose(point):
    n = point.public_numbers()
    return {1: 2, 3: -25, -1: 1, -2: n.x.to_bytes(32, "big"), -3: n.y.to_bytes(32, "big")}


class Token:
    def __init__(self, path):
        self.path = path
        self.load()
        self.agreement = ec.generate_private_key(ec.SECP256R1())
        self.pin_token = os.urandom(32)
        self.cancelled = False

    def load(self):
        with open(self.path, encoding="utf-8") as f:
            self.s = json.load(f)
        self.s.setdefault("keys", {})
        self.s.setdefault("retries", 8)
        self.s.setdefault("counter", 1)

    def save(self):
        with open(self.path + ".new", "w", encoding="utf-8") as f:
            json.dump(self.s, f)
        os.rename(self.path + ".new", self.path)

    # --- the PIN
    def pin(self, m):
        if m[2] == 1:
            return OK, {3: self.s["retries"]}
        if m[2] == 2:
            return OK, {1: cose(self.agreement.public_key())}
        if self.s["retries"] == 0:
            return PIN_BLOCKED, None
        k = m[3]
        peer = ec.EllipticCurvePublicNumbers(int.from_bytes(k[-2], "big"), int.from_bytes(k[-3], "big"), ec.SECP256R1()).public_key()
        self.shared = sha(self.agreement.exchange(ec.ECDH(), peer))
        d = self.cipher().decryptor()
        if d.update(m[6]) + d.finalize() != sha(self.s["pin"].encode())[:16]:
            self.s["retries"] -= 1
            self.save()
            self.agreement = ec.generate_private_key(ec.SECP256R1())
            return (PIN_BLOCKED if self.s["retries"] == 0 else PIN_INVALID), None
        self.s["retries"] = 8
        self.save()
        e = self.cipher().encryptor()
        return OK, {2: e.update(self.pin_token) + e.finalize()}

    def cipher(self):
        return Cipher(algorithms.AES(self.shared), modes.CBC(bytes(16)))

    def verified(self, hash_, param):
        return param is not None and hmac.compare_digest(hmac.new(self.pin_token, hash_, "sha256").digest()[:16], param)

    # --- keys
    def seen(self, application, flags, more=b""):
        counter = self.s["counter"]
        if not self.s.get("frozen"):
            self.s["counter"] += 1 if counter else 0
        self.save()
        return sha(application.encode()) + bytes([flags]) + counter.to_bytes(4, "big") + more

    def make(self, m):
        if not any(a["alg"] == -8 for a in m[4]):
            return NO_ALGORITHM, None
        if not self.verified(m[1], m.get(8)):
            return PIN_NEEDED if 8 not in m else PIN_AUTH, None
        key, id_ = ed25519.Ed25519PrivateKey.generate(), os.urandom(self.s.get("credential_bytes", 64))
        self.s["keys"][id_.hex()] = {"seed": key.private_bytes_raw().hex() if hasattr(key, "private_bytes_raw") else raw(key).hex(), "application": m[2]["id"]}
        point = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        more = bytes(16) + len(id_).to_bytes(2, "big") + id_ + encode({1: 1, 3: -8, -1: 6, -2: point})
        return OK, {1: "none", 2: self.seen(m[2]["id"], 0x45, more), 3: {}}

    def sign(self, m, wait):
        if 6 in m and not self.verified(m[2], m[6]):
            return PIN_AUTH, None
        for row in m.get(3, []):
            key = self.s["keys"].get(row["id"].hex())
            if key is not None and key["application"] == m[1]:
                break
        else:
            return NO_CREDENTIALS, None
        if not m.get(5, {}).get("up", True):
            return OK, {1: {"id": row["id"], "type": "public-key"}, 2: sha(m[1].encode()) + bytes(5), 3: bytes(64)}
        touched = TIMEOUT if self.s.get("late") else wait() if not self.s.get("touch", True) else OK
        if touched != OK:
            return touched, None
        data = self.seen(m[1], self.s.get("flags", 5 if 6 in m else 1))
        signed = data + (sha(m[2]) if self.s.get("lie") else m[2])
        sig = ed25519.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key["seed"])).sign(signed)
        return OK, {1: {"id": row["id"], "type": "public-key"}, 2: data, 3: sig}

    def answer(self, b, wait):
        m = decode(b, 1)[0] if len(b) > 1 else {}
        self.load()
        if b[0] == 4:
            return OK, {1: ["FIDO_2_0"], 3: bytes(16), 4: {"rk": True, "up": True, "clientPin": "pin" in self.s}, 5: 1200, 6: [1]}
        if b[0] == 6:
            return self.pin(m)
        if b[0] == 2:
            return self.sign(m, wait)
        touched = wait() if not self.s.get("touch", True) else OK
        return self.make(m) if touched == OK else (touched, None)


def raw(key):
    from cryptography.hazmat.primitives.serialization import NoEncryption, PrivateFormat
    return key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())


class Link:
    """CTAPHID: reports of 64 bytes; what comes in has the report's number before it."""
    def __init__(self, sock, token):
        self.sock, self.token, self.held = sock, token, b""

    def packet(self):
        if self.sock.type == socket.SOCK_SEQPACKET:
            b = self.sock.recv(128)
            return b[1:] if len(b) == 65 else None
        while len(self.held) < 65:
            b = self.sock.recv(65 - len(self.held))
            if not b:
                return None
            self.held += b
        b, self.held = self.held, b""
        return b[1:]

    def send(self, channel, command, payload):
        first, seq = payload[:57], 0
        self.sock.send((channel + bytes([command]) + len(payload).to_bytes(2, "big") + first).ljust(64, b"\0"))
        for at in range(57, len(payload), 59):
            self.sock.send((channel + bytes([seq]) + payload[at:at + 59]).ljust(64, b"\0"))
            seq += 1

    def wait(self, channel):
        """Nobody touches it: it blinks until it is told to stop."""
        self.sock.settimeout(0.1)
        for _ in range(3000):
            self.send(channel, KEEPALIVE, b"\2")
            try:
                p = self.packet()
            except TimeoutError:
                self.token.load()
                if self.token.s.get("touch", True):
                    self.sock.settimeout(None)
                    return OK
                continue
            if p is None or p[4] == CANCEL:
                self.token.cancelled = p is not None
                self.token.s["cancelled"] = True
                self.token.save()
                self.sock.settimeout(None)
                return CANCELLED
            self.sock.settimeout(0.1)
        self.sock.settimeout(None)
        return TIMEOUT

    def serve(self):
        try:
            while self.one():
                pass
        except OSError:
            pass

    def one(self):
        p = self.packet()
        if p is None:
            return False
        channel, command, n = p[:4], p[4], int.from_bytes(p[5:7], "big")
        payload = p[7:7 + n]
        while len(payload) < n:
            p = self.packet()
            if p is None:
                return False
            payload += p[5:5 + n - len(payload)]
        if self.token.s.get("mute"):
            return True
        if command == INIT:
            self.send(channel, INIT, payload + b"\0\0\0\1" + b"\2\0\0\0\x0c")
        elif command == CBOR:
            status, m = self.token.answer(payload, lambda: self.wait(channel))
            self.send(channel, CBOR, bytes([status]) + (encode(m) if m is not None else b""))
        elif command != CANCEL:
            self.send(channel, ERROR, b"\1")
        return True


def alone(path, state):
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(path)
    Link(sock, Token(state)).serve()


def main():
    if sys.argv[1] == "--at":
        alone(*sys.argv[2:])
        return
    words, ends, serving = {}, [], []
    for n, state in enumerate(sys.argv[1].split(",")):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        theirs.set_inheritable(True)
        ends.append(theirs)
        words["@TOKEN" + (str(n + 1) if n else "")] = str(theirs.fileno())
        serving.append(threading.Thread(target=Link(ours, Token(state)).serve, daemon=True))
        serving[-1].start()
    with subprocess.Popen([words.get(w, w) for w in sys.argv[2:]], close_fds=False) as p:
        for end in ends:
            end.close()
        status = p.wait()
    for thread in serving:
        thread.join(10)  # what a token is told last
    sys.exit(status)


main()
