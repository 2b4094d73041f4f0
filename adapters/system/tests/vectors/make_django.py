"""Hashes as Django, passlib, Werkzeug and bcrypt for Python make them. Prints JSON lines."""

import json
import pathlib
from importlib.metadata import version

import bcrypt
import django
import passlib
import passlib.hash
from django.conf import settings

settings.configure(SECRET_KEY="unused")
from django.contrib.auth import hashers  # noqa: E402  (settings come first)
from werkzeug.security import generate_password_hash  # noqa: E402

PASSWORDS = json.loads(pathlib.Path(__file__).with_name("passwords.json").read_text())

# What scrypt is asked about: it is slow to verify.
FEW = ("plain", "not_ascii", "nul", "empty", "octets_300")


def say(by, name, hash, weak=False):
    print(json.dumps({"by": by, "password": name, "hash": hash, "weak": weak}))


def attempt(by, name, make, weak=False):
    try:
        say(by, name, make(), weak)
    except ValueError:
        pass  # The software refuses this password: nobody has a hash of it.


by = f"Django {django.__version__}"
for name, text in PASSWORDS.items():
    pbkdf2 = hashers.PBKDF2PasswordHasher()
    attempt(by, name, lambda: pbkdf2.encode(text, pbkdf2.salt(), 10_000))
    sha1 = hashers.PBKDF2SHA1PasswordHasher()
    attempt(by, name, lambda: sha1.encode(text, sha1.salt(), 10_000), weak=True)
    argon2 = hashers.Argon2PasswordHasher()
    argon2.memory_cost, argon2.time_cost, argon2.parallelism = 7_168, 1, 2
    attempt(by, name, lambda: argon2.encode(text, argon2.salt()))
    for hasher in (hashers.BCryptSHA256PasswordHasher(), hashers.BCryptPasswordHasher()):
        hasher.rounds = 8
        attempt(by, name, lambda: hasher.encode(text, hasher.salt()))
    scrypt = hashers.ScryptPasswordHasher()
    if name in FEW:
        attempt(by, name, lambda: scrypt.encode(text, scrypt.salt(), n=2**14, r=8, p=1))
for hasher in (
    hashers.PBKDF2PasswordHasher(),
    hashers.Argon2PasswordHasher(),
    hashers.BCryptSHA256PasswordHasher(),
    hashers.ScryptPasswordHasher(),
):
    say(by + ", defaults", "plain", hasher.encode(PASSWORDS["plain"], hasher.salt()))

by = f"passlib {passlib.__version__}"
for name, text in PASSWORDS.items():
    for scheme in (passlib.hash.pbkdf2_sha256, passlib.hash.pbkdf2_sha512, passlib.hash.pbkdf2_sha1):
        attempt(by, name, lambda: scheme.using(rounds=10_000).hash(text))
    if name in FEW:
        attempt(by, name, lambda: passlib.hash.scrypt.using(rounds=14, block_size=8).hash(text))
# The settings that OWASP's Password Storage Cheat Sheet names beside ln=17,r=8,p=1.
for rounds, parallelism in ((17, 1), (16, 2), (15, 3), (14, 5), (13, 10)):
    scheme = passlib.hash.scrypt.using(rounds=rounds, block_size=8, parallelism=parallelism)
    say(by, "plain", scheme.hash(PASSWORDS["plain"]))
for size in (4, 128):
    scheme = passlib.hash.scrypt.using(rounds=14, block_size=8, salt_size=size)
    say(by, "plain", scheme.hash(PASSWORDS["plain"]))
    scheme = passlib.hash.pbkdf2_sha256.using(rounds=10_000, salt_size=size)
    say(by, "plain", scheme.hash(PASSWORDS["plain"]))

by = f"Werkzeug {version('werkzeug')}"
for name, text in PASSWORDS.items():
    if name in FEW:
        attempt(by, name, lambda: generate_password_hash(text, "scrypt:16384:8:1"))
    attempt(by, name, lambda: generate_password_hash(text, "pbkdf2:sha256:10000"))
say(by + ", defaults", "plain", generate_password_hash(PASSWORDS["plain"]))

by = f"bcrypt {bcrypt.__version__} for Python"
for name, text in PASSWORDS.items():
    attempt(by, name, lambda: bcrypt.hashpw(text.encode(), bcrypt.gensalt(8)).decode())
    attempt(by, name, lambda: bcrypt.hashpw(text.encode(), bcrypt.gensalt(8, b"2a")).decode())
