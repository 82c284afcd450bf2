# Random hashes, made and checked by Django, passlib and Werkzeug: "STORED PASSWORD VERDICT PROGRAM SCHEME" in each line.
#
# hashes.py SEED COUNT. STORED and PASSWORD are in hexadecimal. VERDICT is the program's own: 1 if they match. It is "?0" where
# the hash was damaged and does not match, so that it may be refused or not match.
import random
import string
import sys
import warnings

warnings.simplefilter("ignore")
import argon2
import django
import werkzeug.security
from django.conf import settings
from django.contrib.auth import hashers
from passlib import hash as passlib

choose = random.Random(int(sys.argv[1]))
settings.configure()
django.setup()


def django_scheme(base, **cost):
    hasher = type(base.__name__, (base,), cost)()
    return lambda password: hasher.encode(password, hasher.salt()), hasher.verify


def passlib_scheme(handler, **cost):
    handler = handler.using(**cost) if cost else handler
    return handler.hash, handler.verify


def werkzeug_scheme(method):
    return (lambda password: werkzeug.security.generate_password_hash(password, method),
            lambda password, stored: werkzeug.security.check_password_hash(stored, password))


def after(prefix, scheme):  # what another program puts before a hash
    make, verify = scheme
    return (lambda password: prefix + make(password)), lambda password, stored: verify(password, stored[len(prefix):])


bcrypt = passlib_scheme(passlib.bcrypt, rounds=4)
argon2_cffi = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=2)
argon2id = argon2_cffi.hash, lambda password, stored: argon2_cffi.verify(stored, password)
schemes = {
    "django pbkdf2_sha256": django_scheme(hashers.PBKDF2PasswordHasher, iterations=20),
    "django pbkdf2_sha1": django_scheme(hashers.PBKDF2SHA1PasswordHasher, iterations=20),
    "django argon2": django_scheme(hashers.Argon2PasswordHasher, time_cost=1, memory_cost=64, parallelism=2),
    "django bcrypt": django_scheme(hashers.BCryptPasswordHasher, rounds=4),
    "django bcrypt_sha256": django_scheme(hashers.BCryptSHA256PasswordHasher, rounds=4),
    "django sha1": django_scheme(hashers.SHA1PasswordHasher),
    "django md5": django_scheme(hashers.MD5PasswordHasher),
    "passlib pbkdf2_sha1": passlib_scheme(passlib.pbkdf2_sha1, rounds=20),
    "passlib pbkdf2_sha256": passlib_scheme(passlib.pbkdf2_sha256, rounds=20),
    "passlib pbkdf2_sha512": passlib_scheme(passlib.pbkdf2_sha512, rounds=20),
    "passlib scrypt": passlib_scheme(passlib.scrypt, rounds=4, block_size=8, parallelism=1),
    "passlib phpass": passlib_scheme(passlib.phpass, rounds=7),
    "passlib phpass H": passlib_scheme(passlib.phpass, rounds=8, ident="H"),
    "passlib sha512_crypt": passlib_scheme(passlib.sha512_crypt, rounds=1000),
    "passlib sha256_crypt": passlib_scheme(passlib.sha256_crypt, rounds=1000),
    "passlib md5_crypt": passlib_scheme(passlib.md5_crypt),
    "argon2-cffi": argon2id,
    "passlib bcrypt": bcrypt,
    "nextcloud 1": after("1|", bcrypt),
    "nextcloud 3": after("3|", argon2id),
    "spring bcrypt": after("{bcrypt}", bcrypt),
    "dovecot SHA512-CRYPT": after("{SHA512-CRYPT}", passlib_scheme(passlib.sha512_crypt, rounds=1000)),
    "werkzeug pbkdf2:sha256": werkzeug_scheme("pbkdf2:sha256:20"),
    "werkzeug pbkdf2:sha1": werkzeug_scheme("pbkdf2:sha1:20"),
    "werkzeug pbkdf2:sha512": werkzeug_scheme("pbkdf2:sha512:20"),
}


def password():
    letters = choose.choice([string.ascii_letters, string.printable, "äöüßéñ€日本語🔑 ", "a"])
    length = choose.choice([1, 2, 8, 8, 8, 16, 64, 65, 71, 72, 73, 128, 129, 500])
    text = "".join(choose.choice(letters) for _ in range(length))
    while len(text.encode()) > 500:  # crypt(3) reads no more than 511 bytes
        text = text[:-1]
    return text


def attempt(right):
    kind = choose.randrange(8)
    if kind < 3:
        return right
    if kind == 3:
        return ""
    if kind == 4:
        return right[:-1]
    if kind == 5:
        return (right + choose.choice("x\u00e4 "))[-400:]
    return right.swapcase() if kind == 6 else password()


def damaged(stored):  # in the last field, the digest
    at = choose.randrange(len(stored) - 10, len(stored))
    other = choose.choice([c for c in string.ascii_letters + string.digits if c.lower() != stored[at].lower()])
    return choose.choice([stored[:at] + other + stored[at + 1:], stored[:at], stored + other])


def verdict(verify, text, stored):
    try:
        return 1 if verify(text, stored) else 0
    except Exception:  # each program has its own for a hash that it cannot read
        return 0


for number in range(int(sys.argv[2])):
    name = list(schemes)[number % len(schemes)]
    make, verify = schemes[name]
    right = password()
    stored, text = make(right), attempt(right)
    broken = choose.randrange(6) == 0
    if broken:
        stored, text = damaged(stored), right
    print(stored.encode().hex(), text.encode().hex(), ("?" if broken else "") + str(verdict(verify, text, stored)), name)
