"""What a certificate or key file says, in any form that partners and authorities hand out.

Takes bytes (PEM, DER, PKCS#7, PKCS#12), gives descriptions for people and rows, and keys. Private keys leave this
folder only locked (PKCS#8 with a passphrase). Called by commands/partners/certificates.py and flow/as2/keyring.py.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12

from edi_gateway.model.errors import GatewayError

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

SHORTEST_RSA = 2048  # bits
SHORTEST_PASSPHRASE = 12  # characters
_CURVES = ("secp256r1", "secp384r1")


class CertificateUnusable(GatewayError):
    """{what} cannot be used: {problem}"""


@dataclass(frozen=True, slots=True)
class Described:
    """A certificate for people and rows. `pem` ends with a line end; `kind` reads like "RSA 2048" or "EC secp256r1";
    `may_encrypt`: its key can be encrypted for (an EC key can only sign)."""

    pem: str
    fingerprint: str
    serial: str
    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    kind: str
    may_encrypt: bool


def certificate(content: bytes, what: str) -> Described:
    """The one certificate in a file; of a chain the one that issued none of the others.

    Raises CertificateUnusable for what is none, for several that are no chain, and for kinds of keys that AS2 has
    no use for.
    """
    found = _certificates(content, what)
    leaf = _leaf(found)
    if leaf is None:
        problem = f"it holds {len(found)} certificates that are no chain; give one of them"
        raise CertificateUnusable(what=what, problem=problem)
    return _described(leaf, what)


def stored(pem: str) -> x509.Certificate:
    """A certificate as we keep it."""
    return x509.load_pem_x509_certificate(pem.encode("ascii"))


def pair(content: bytes, passphrase: str | None, what: str) -> tuple[Described, PrivateKey]:
    """The certificate and the private key of a PKCS#12 file, or of a PEM file that holds both."""
    if b"-----BEGIN" in content:
        return certificate(content, what), key(content, passphrase, what)
    try:
        loaded, leaf, _ = pkcs12.load_key_and_certificates(content, _bytes(passphrase))
    except (ValueError, UnsupportedAlgorithm) as problem:
        said = "it is no PKCS#12 file, or its passphrase is wrong"
        raise CertificateUnusable(what=what, problem=said) from problem
    if loaded is None or leaf is None:
        raise CertificateUnusable(what=what, problem="it does not hold a certificate and its key")
    return _described(leaf, what), _usable(loaded, what)


def key(content: bytes, passphrase: str | None, what: str) -> PrivateKey:
    """A private key of a PEM or DER file. Raises CertificateUnusable, which never tells anything of the key."""
    block = re.search(
        rb"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----", content, re.S
    )
    load = serialization.load_pem_private_key if block else serialization.load_der_private_key
    try:
        loaded = load(block[0] if block else content, _bytes(passphrase))
    except TypeError:
        said = "its key is not locked" if passphrase else "its key is locked, and no passphrase is given"
        if passphrase:  # a passphrase too many does no harm
            return key(content, None, what)
        raise CertificateUnusable(what=what, problem=said) from None
    except (ValueError, UnsupportedAlgorithm):
        said = "it holds no private key that we can read" + (
            ", or its passphrase is wrong" if passphrase else ""
        )
        raise CertificateUnusable(what=what, problem=said) from None
    return _usable(loaded, what)


def belong_together(described: Described, private: PrivateKey) -> bool:
    """Whether the key is that of the certificate."""
    return stored(described.pem).public_key() == private.public_key()


def locked(private: PrivateKey, passphrase: str) -> str:
    """The key as PKCS#8 under a passphrase, PEM. Raises CertificateUnusable for a passphrase that is too short."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        problem = f"the passphrase for our keys has less than {SHORTEST_PASSPHRASE} characters"
        raise CertificateUnusable(what="A private key", problem=problem)
    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase.encode()),
    ).decode("ascii")


def _bytes(passphrase: str | None) -> bytes | None:
    return passphrase.encode() if passphrase else None


def _usable(loaded: object, what: str) -> PrivateKey:
    if not isinstance(loaded, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise CertificateUnusable(what=what, problem="AS2 needs an RSA or an EC key")
    return loaded


def _certificates(content: bytes, what: str) -> list[x509.Certificate]:
    try:
        if b"-----BEGIN PKCS7" in content:
            return _bag(pkcs7.load_pem_pkcs7_certificates, content)
        if b"-----BEGIN CERTIFICATE" in content:
            return x509.load_pem_x509_certificates(content)
    except ValueError as problem:
        raise CertificateUnusable(what=what, problem="its certificate is damaged") from problem
    for load in (_one_der, pkcs7.load_der_pkcs7_certificates):
        try:
            return _bag(load, content)
        except (ValueError, UnsupportedAlgorithm):
            continue
    raise CertificateUnusable(what=what, problem="it holds no certificate (PEM, DER or PKCS#7)")


def _bag(load: Callable[[bytes], list[x509.Certificate]], content: bytes) -> list[x509.Certificate]:
    with warnings.catch_warnings():  # certificates in the wrong order are common and do no harm
        warnings.simplefilter("ignore", UserWarning)
        return load(content)


def _one_der(content: bytes) -> list[x509.Certificate]:
    return [x509.load_der_x509_certificate(content)]


def _leaf(found: list[x509.Certificate]) -> x509.Certificate | None:
    leaves = [one for one in found if not any(_issued(one, other) for other in found if other is not one)]
    return leaves[0] if len(leaves) == 1 else None


def _issued(issuer: x509.Certificate, other: x509.Certificate) -> bool:
    try:
        other.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _described(one: x509.Certificate, what: str) -> Described:
    try:
        public = one.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise CertificateUnusable(what=what, problem="its key is of a kind that we do not know") from None
    if isinstance(public, rsa.RSAPublicKey):
        if public.key_size < SHORTEST_RSA:
            problem = f"its RSA key has {public.key_size} bits; ask for one of {SHORTEST_RSA} or more"
            raise CertificateUnusable(what=what, problem=problem)
        kind, may_encrypt = f"RSA {public.key_size}", True
    elif isinstance(public, ec.EllipticCurvePublicKey) and public.curve.name in _CURVES:
        kind, may_encrypt = f"EC {public.curve.name}", False
    else:
        raise CertificateUnusable(what=what, problem="AS2 needs an RSA key, or an EC key on P-256 or P-384")
    return Described(
        pem=one.public_bytes(serialization.Encoding.PEM).decode("ascii"),
        fingerprint=one.fingerprint(hashes.SHA256()).hex(),
        serial=serial(one),
        subject=_name(one.subject),
        issuer=_name(one.issuer),
        not_before=one.not_valid_before_utc,
        not_after=one.not_valid_after_utc,
        kind=kind,
        may_encrypt=may_encrypt,
    )


def serial(one: x509.Certificate) -> str:
    """The serial number as certificates are listed: hexadecimal, in capitals."""
    return f"{one.serial_number:X}"


def _name(name: x509.Name) -> str:
    text = name.rfc4514_string() or "(no name)"
    return "".join(c if c.isprintable() else "?" for c in text)[:200]
