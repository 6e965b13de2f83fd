#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Encrypted volumes, made by other code than ours.

encrypted.py xts KEYHEX SECTOR OFFSET PLAIN IMAGE   AES-XTS, plain64, into IMAGE at OFFSET
encrypted.py json IMAGE OLD NEW        in both LUKS2 headers, their sums made right
encrypted.py crowd IMAGE               both LUKS2 headers 4 MiB of nothing but numbers, sums right
encrypted.py truecrypt PASSPHRASE KEYFILES PLAIN IMAGE   TrueCrypt 7, SHA-512, AES; files with commas
"""
import hashlib
import os
import struct
import sys
import zlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def encrypt(key, number, data):
    c = Cipher(algorithms.AES(key), modes.XTS(struct.pack("<QQ", number, 0))).encryptor()
    return c.update(data) + c.finalize()


def xts(key, sector, offset, first, plain, image):
    """The number of a sector counts 512 bytes, whatever the sector is."""
    with open(plain, "rb") as src, open(image, "r+b") as out:
        out.seek(offset)
        number = first
        while True:
            data = src.read(sector)
            if not data:
                break
            out.write(encrypt(key, number, data.ljust(sector, b"\0")))
            number += sector // 512


def edit(image, old, new):
    with open(image, "r+b") as f:
        f.seek(8)
        (size,) = struct.unpack(">Q", f.read(8))
        for at in (0, size):
            f.seek(at)
            header = bytearray(f.read(size))
            text = bytes(header[4096:]).rstrip(b"\0")
            assert old.encode() in text, "no such text in the header"
            header[4096:] = text.replace(old.encode(), new.encode()).ljust(size - 4096, b"\0")
            header[448:512] = bytes(64)
            header[448:480] = hashlib.sha256(header).digest()
            f.seek(at)
            f.write(header)


def crowd(image):
    size = 4 << 20
    with open(image, "r+b") as f:
        first = f.read(4096)
        for at, magic in ((0, b"LUKS\xba\xbe"), (size, b"SKUL\xba\xbe")):
            header = bytearray(magic + first[6:]).ljust(size, b"\0")
            struct.pack_into(">Q", header, 8, size)
            struct.pack_into(">Q", header, 256, at)
            text = b'{"keyslots":{"0":[' + b"0," * ((size - 8192) // 2) + b"0]}}"
            header[4096 : 4096 + len(text)] = text
            header[448:512] = bytes(64)
            header[448:480] = hashlib.sha256(header).digest()
            f.seek(at)
            f.write(header)


def pool(keyfile, out):
    """What a key file adds to a passphrase."""
    crc, j = 0xFFFFFFFF, 0
    for byte in open(keyfile, "rb").read(1 << 20):
        crc = zlib.crc32(bytes([byte]), crc ^ 0xFFFFFFFF) ^ 0xFFFFFFFF
        for shift in (24, 16, 8, 0):
            out[j] = (out[j] + (crc >> shift)) & 255
            j = (j + 1) % 64


def truecrypt(passphrase, keyfiles, plain, image):
    size = os.path.getsize(plain)
    secret = passphrase.encode()
    if keyfiles:
        mixed = bytearray(64)
        for keyfile in keyfiles.split(","):
            pool(keyfile, mixed)
        for i, byte in enumerate(secret):
            mixed[i] = (mixed[i] + byte) & 255
        secret = bytes(mixed)
    keys = os.urandom(64)
    salt = os.urandom(64)
    body = bytearray(448)
    body[0:8] = b"TRUE" + struct.pack(">HH", 5, 0x700)
    area = keys.ljust(256, b"\0")
    body[8:12] = struct.pack(">I", zlib.crc32(area))
    body[28:68] = struct.pack(">QQQQII", 0, size, 131072, size, 0, 512)
    body[188:192] = struct.pack(">I", zlib.crc32(bytes(body[:188])))
    body[192:448] = area
    header_key = hashlib.pbkdf2_hmac("sha512", secret, salt, 1000, 64)
    with open(image, "wb") as f:
        f.write(os.urandom(131072))
        f.seek(0)
        f.write(salt + encrypt(header_key, 0, bytes(body)))
        f.truncate(131072 + size)
    xts(keys, 512, 131072, 256, plain, image)
    with open(image, "ab") as f:
        f.write(os.urandom(131072))


def main(what, *args):
    if what == "xts":
        xts(bytes.fromhex(args[0]), int(args[1]), int(args[2]), 0, args[3], args[4])
    elif what == "json":
        edit(*args)
    elif what == "crowd":
        crowd(*args)
    elif what == "truecrypt":
        truecrypt(*args)
    else:
        sys.exit(__doc__)


main(*sys.argv[1:])
