"""Credentials as Keycloak exports them and hashes as Kratos keeps them, made by Python's hashlib and argon2-cffi, not by
those systems: no registry that we reach has them. The forms are those of Keycloak 26 (PasswordCredentialModel,
Pbkdf2PasswordHashProvider, Argon2PasswordHashProvider) and of Kratos 25 (hash/hash_comparator.go). Prints JSON lines."""

import base64
import hashlib
import json
import os
import pathlib

import argon2.low_level

PASSWORDS = json.loads(pathlib.Path(__file__).with_name("passwords.json").read_text())

# What scrypt is asked about: it is slow to verify.
FEW = ("plain", "not_ascii", "nul", "empty", "octets_300")


def base64_of(octets, pad=True):
    text = base64.b64encode(octets).decode()
    return text if pad else text.rstrip("=")


def say(by, name, hash):
    print(json.dumps({"by": by, "password": name, "hash": hash, "weak": False}))


def keycloak(name, algorithm, iterations, salt, value, parameters):
    secret = {"value": base64_of(value), "salt": base64_of(salt), "additionalParameters": {}}
    kept = {"hashIterations": iterations, "algorithm": algorithm, "additionalParameters": parameters}
    credential = {
        "id": "6b6e1b8a-0a45-4b0a-9a2f-0d4a3f1f7b1c",
        "type": "password",
        "userLabel": "My password",
        "createdDate": 1_712_000_000_000,
        "secretData": json.dumps(secret, separators=(",", ":")),
        "credentialData": json.dumps(kept, separators=(",", ":")),
    }
    say("the form of Keycloak", name, json.dumps(credential, separators=(",", ":")))


for name, text in PASSWORDS.items():
    octets = text.encode()
    for algorithm, digest, length in (
        ("pbkdf2", "sha1", 64),
        ("pbkdf2-sha256", "sha256", 64),
        ("pbkdf2-sha512", "sha512", 64),
    ):
        salt = os.urandom(16)
        value = hashlib.pbkdf2_hmac(digest, octets, salt, 10_000, length)
        keycloak(name, algorithm, 10_000, salt, value, {})
    for kind, version in (("id", 0x13), ("i", 0x10), ("d", 0x13)) if name == "plain" else (("id", 0x13),):
        salt = os.urandom(16)
        of = {"id": argon2.Type.ID, "i": argon2.Type.I, "d": argon2.Type.D}[kind]
        value = argon2.low_level.hash_secret_raw(octets, salt, 5, 7_168, 1, 32, of, version)
        parameters = {
            "hashLength": ["32"],
            "memory": ["7168"],
            "type": [kind],
            "version": ["1.3" if version == 0x13 else "1.0"],
            "parallelism": ["1"],
        }
        keycloak(name, "argon2", 5, salt, value, parameters)
    for digest in ("sha1", "sha224", "sha256", "sha384", "sha512"):
        salt = os.urandom(32)
        value = hashlib.pbkdf2_hmac(digest, octets, salt, 10_000, 32)
        hash = f"$pbkdf2-{digest}$i=10000,l=32${base64_of(salt, False)}${base64_of(value, False)}"
        say("the form of Kratos", name, hash)
    if name not in FEW:
        continue
    salt = os.urandom(32)
    value = hashlib.scrypt(octets, salt=salt, n=16_384, r=8, p=1, dklen=32, maxmem=2**26)
    say("the form of Kratos", name, f"$scrypt$ln=16384,r=8,p=1${base64_of(salt)}${base64_of(value)}")
