"""The names of algorithms: object identifiers, micalg in every spelling, and what `cryptography` calls them.

Nothing is allowed or forbidden here; that is the policy's.
"""

from __future__ import annotations

import re
from functools import lru_cache

from asn1crypto import core
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import BlockCipherAlgorithm
from cryptography.hazmat.primitives.ciphers.algorithms import AES

from edi_gateway.transport.as2.terms import Cipher, Digest

DATA = "1.2.840.113549.1.7.1"
SIGNED_DATA = "1.2.840.113549.1.7.2"
ENVELOPED_DATA = "1.2.840.113549.1.7.3"
COMPRESSED_DATA = "1.2.840.113549.1.9.16.1.9"
AUTH_ENVELOPED_DATA = "1.2.840.113549.1.9.16.1.23"
ZLIB = "1.2.840.113549.1.9.16.3.8"

HASHES: dict[Digest, type[hashes.SHA1 | hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    Digest.SHA1: hashes.SHA1,
    Digest.SHA256: hashes.SHA256,
    Digest.SHA384: hashes.SHA384,
    Digest.SHA512: hashes.SHA512,
}

CIPHERS = {
    "2.16.840.1.101.3.4.1.2": Cipher.AES128_CBC,
    "2.16.840.1.101.3.4.1.22": Cipher.AES192_CBC,
    "2.16.840.1.101.3.4.1.42": Cipher.AES256_CBC,
    "2.16.840.1.101.3.4.1.6": Cipher.AES128_GCM,
    "2.16.840.1.101.3.4.1.46": Cipher.AES256_GCM,
    "1.2.840.113549.3.7": Cipher.TRIPLE_DES,
}
CIPHER_OIDS = {cipher: oid for oid, cipher in CIPHERS.items()}
KEY_SIZES = {  # bytes
    Cipher.AES128_CBC: 16,
    Cipher.AES192_CBC: 24,
    Cipher.AES256_CBC: 32,
    Cipher.AES128_GCM: 16,
    Cipher.AES256_GCM: 32,
    Cipher.TRIPLE_DES: 24,
}
AUTHENTICATING = frozenset({Cipher.AES128_GCM, Cipher.AES256_GCM})


def block_cipher(cipher: Cipher, key: bytes) -> BlockCipherAlgorithm:
    return TripleDES(key) if cipher is Cipher.TRIPLE_DES else AES(key)


@lru_cache(maxsize=64)
def oid(dotted: str) -> bytes:
    """An object identifier in DER."""
    encoded: bytes = core.ObjectIdentifier(dotted).dump()
    return encoded


def digest_named(name: str) -> Digest | None:
    """The digest of a micalg, however it is spelled (sha1, SHA-1, sha256, rsa-sha1); None: not one of ours."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower()).removeprefix("rsa")
    return next((digest for digest in Digest if digest == plain), None)
