#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""A scanner for Sallyport in Python, with nothing but the standard library.

It looks for the words a site puts on what must not leave it.  What it has to
keep is in sallyport-scanner(7); the station starts it through scan-exec
(output = "protocol"), which puts it into a sandbox first: it can read Python's
own files, and it cannot write, run another program or reach a network.

Descriptors: 3 the desk, 4 the vault.  One datagram is one message.
"""
import json
import os
import select
import socket
import stat
import sys
import time

NAME = "marking-py"  # what the manifest says, too
VERSION = "1"
MARKINGS = (b"COMPANY CONFIDENTIAL", b"NOT FOR RELEASE")
CHUNK = 1 << 20
MESSAGE_BYTES = 32768

# What desk and vault may say: fields and their types; "?" may be absent.
FIELDS = {
    "hello": {"proto": str, "program": str, "version": str, "sandbox": bool},
    "scan.object": {"id": int, "sha256": str, "size": int, "type": str, "mime": str,
                    "room?": int, "depth?": int},
    "scan.cancel": {"id": int},
}


class Broken(Exception):
    """A peer broke the protocol: nothing it says can be believed."""


def no_key_twice(pairs):
    if len({key for key, _ in pairs}) != len(pairs):
        raise Broken("a key came twice")
    return dict(pairs)


def check(message):
    if not isinstance(message, dict) or message.get("m") not in FIELDS:
        raise Broken("a message that is not for a scanner")
    fields = FIELDS[message["m"]]
    for field, kind in fields.items():
        value = message.get(field.rstrip("?"))
        if value is None and field.endswith("?"):
            continue
        if type(value) is not kind or (kind is int and not 0 <= value < 1 << 53):
            raise Broken("a field of another type: " + field)
    known = {field.rstrip("?") for field in fields}
    if set(message) - known - {"m"}:
        raise Broken("a field too many")


class Peer:
    """One socket.  None from receive() means that the other side has hung up."""

    def __init__(self, fd, names):
        # all three are told, so that Python does not have to ask the kernel
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET, 0, fileno=fd)
        self.names = names

    def send(self, message, /, **fields):
        # ensure_ascii: what an object says reaches the desk as printable text
        text = json.dumps({"m": message, **fields}, ensure_ascii=True, separators=(",", ":"))
        self.socket.sendall(text.encode("ascii"))

    def receive(self, flags=0):
        data, fds, truncated, _ = socket.recv_fds(self.socket, MESSAGE_BYTES + 1, 1, flags)
        if not data:
            return None, -1
        fd = fds[0] if fds else -1
        try:
            if len(data) > MESSAGE_BYTES or truncated & (socket.MSG_TRUNC | socket.MSG_CTRUNC):
                raise Broken("a message is too long")
            try:
                message = json.loads(data, object_pairs_hook=no_key_twice)
            except ValueError as why:
                raise Broken("a message that is no JSON") from why
            check(message)
            if message["m"] not in self.names:
                raise Broken(message["m"] + " came from the wrong side")
            if (message["m"] == "scan.object") != (fd >= 0):
                raise Broken("a descriptor too many or too few")
        except Broken:
            if fd >= 0:
                os.close(fd)
            raise
        return message, fd

    def greet(self, sandbox):
        message, _ = self.receive()
        if message is None:
            sys.exit(0)
        if message["m"] != "hello":
            raise Broken("no hello")
        # A program that is not part of the station repeats the station's protocol.
        self.send("hello", proto=message["proto"], program="scan-" + NAME, version=VERSION,
                  sandbox=sandbox)
        # from here on there is no second one
        self.names = self.names - {"hello"}


def in_sandbox():
    """True when the kernel says so; the station records what hello claims."""
    with open("/proc/self/status", encoding="ascii") as status:
        return "\nSeccomp:\t2\n" in status.read()


def cancelled(desk, job):
    """Does the desk still want this object?"""
    while select.select([desk.socket], [], [], 0)[0]:
        message, _ = desk.receive()
        if message is None:
            sys.exit(0)
        if message["id"] == job["id"]:
            return True
    return False


def look(desk, job, fd):
    """The verdict, why, and how many bytes were looked at."""
    status = os.fstat(fd)
    if not stat.S_ISREG(status.st_mode) or status.st_size != job["size"]:
        return "error", "the object is not as long as the vault says", 0
    found = {}
    at, kept, overlap = 0, b"", max(map(len, MARKINGS)) - 1
    while at < job["size"]:
        chunk = os.pread(fd, CHUNK, at)
        if not chunk:
            return "error", "the object ended before its size", at
        window = kept + chunk
        for marking in MARKINGS:
            place = window.find(marking)
            if place >= 0:
                found.setdefault(marking, at - len(kept) + place)
        kept = window[-overlap:]
        at += len(chunk)
        if cancelled(desk, job):
            return "timeout", "given up by the desk", at
        desk.send("scan.progress", id=job["id"], bytes=at)
    if os.fstat(fd).st_size != job["size"]:
        return "error", "the object changed while it was read", 0
    for marking, place in found.items():
        desk.send("scan.finding", id=job["id"], rule=NAME + "/marking", **{"class": "policy"},
                  severity="high", title="It bears a marking of this site",
                  detail=marking.decode("ascii"), at=place)
    return ("suspicious" if found else "clean"), "", at


def serve(desk, vault):
    while True:
        ready = select.select([desk.socket, vault.socket], [], [])[0]
        if desk.socket in ready:
            # a cancel for what was answered meanwhile means nothing
            if desk.receive()[0] is None:
                return 0
            continue
        job, fd = vault.receive()
        if job is None:
            # both go when a station stops, in any order
            return 0 if select.select([desk.socket], [], [], 1)[0] else 3
        began = time.monotonic()
        try:
            verdict, why, read = look(desk, job, fd)
        finally:
            os.close(fd)
        desk.send("scan.result", id=job["id"], sha256=job["sha256"], verdict=verdict, why=why,
                  bytes=job["size"], read=read,
                  elapsed_ms=int((time.monotonic() - began) * 1000))


def main():
    sandbox = in_sandbox()
    desk = Peer(3, {"hello", "scan.cancel"})
    vault = Peer(4, {"hello", "scan.object"})
    try:
        desk.greet(sandbox)
        vault.greet(sandbox)
        desk.send("scan.ready", name=NAME, version=VERSION,
                  engine="Python " + sys.version.split()[0], signatures="", signature_date="",
                  window=1, max_bytes=0)
        return serve(desk, vault)
    except Broken as why:
        print("scan-" + NAME + ": " + str(why), file=sys.stderr)
        return 3
    except (BrokenPipeError, ConnectionResetError):
        return 0  # the desk has gone in the middle of a word


sys.exit(main())
