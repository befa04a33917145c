"""A new key pair of ours and a certificate that it signs itself: what AS2 partners exchange.

Takes a name, a kind and days; real X.509 (RFC 5280). Called by commands/partners/certificates.py.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from edi_gateway.transport.keys.reading import CertificateUnusable, Described, PrivateKey, certificate

Kind = Literal["rsa-2048", "rsa-3072", "rsa-4096", "ec-p256", "ec-p384"]
KINDS: tuple[Kind, ...] = ("rsa-2048", "rsa-3072", "rsa-4096", "ec-p256", "ec-p384")
_LONGEST_NAME = 64  # RFC 5280, ub-common-name
_SKEW = timedelta(hours=1)  # so that it is valid at a partner whose clock is behind


def new(name: str, kind: Kind, since: datetime, days: int) -> tuple[Described, PrivateKey]:
    """A certificate for `name` (the common name), valid from an hour before `since` for so many days, and its key.

    EC keys can sign only; whoever wants to be encrypted for needs RSA.
    """
    if not name.strip() or len(name) > _LONGEST_NAME:
        problem = f"its name must have 1 to {_LONGEST_NAME} characters"
        raise CertificateUnusable(what="A new certificate", problem=problem)
    key = _key(kind)
    begins = since.replace(microsecond=0) - _SKEW
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=isinstance(key, rsa.RSAPrivateKey),
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + _SKEW + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA384() if kind == "ec-p384" else hashes.SHA256())
    )
    pem = built.public_bytes(serialization.Encoding.PEM)
    return certificate(pem, "A new certificate"), key


def _key(kind: Kind) -> PrivateKey:
    if kind == "ec-p256":
        return ec.generate_private_key(ec.SECP256R1())
    if kind == "ec-p384":
        return ec.generate_private_key(ec.SECP384R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=int(kind.removeprefix("rsa-")))
