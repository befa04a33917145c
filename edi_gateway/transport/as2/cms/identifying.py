"""Which certificate a CMS structure means: by issuer and serial number, or by its subject key identifier.

Also the door to asn1crypto: what it raises on bytes that are no such structure becomes a Fault here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from asn1crypto import core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from edi_gateway.transport.as2.cms.algorithms import DATA, oid
from edi_gateway.transport.as2.cms.ber import (
    OBJECT_IDENTIFIER,
    SEQUENCE,
    Frame,
    Reader,
    der,
    tagged,
)
from edi_gateway.transport.as2.extents import Extent
from edi_gateway.transport.as2.faults import malformed
from edi_gateway.transport.as2.mime.entity import blank
from edi_gateway.transport.as2.terms import Limits

_CONTENT = oid(DATA)


@contextmanager
def asn1_read() -> Iterator[None]:
    """asn1crypto reads lazily and says in many ways that it cannot."""
    try:
        yield
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError):
        raise malformed("a CMS structure cannot be read") from None


@dataclass(frozen=True, slots=True)
class _Named:
    issuer: bytes  # DER
    serial: int
    key_identifier: bytes | None


@lru_cache(maxsize=512)
def _names(certificate: x509.Certificate) -> _Named:
    issuer: bytes = asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER)).issuer.dump()
    try:
        key_identifier = certificate.extensions.get_extension_for_class(
            x509.SubjectKeyIdentifier
        ).value.digest
    except (x509.ExtensionNotFound, ValueError):
        key_identifier = None
    return _Named(issuer, certificate.serial_number, key_identifier)


@lru_cache(maxsize=512)
def issuer_and_serial(certificate: x509.Certificate) -> bytes:
    """What names this certificate in a structure that we write."""
    named = _names(certificate)
    return der(SEQUENCE, named.issuer, core.Integer(named.serial).dump())


def matcher(identifier: Any) -> tuple[Callable[[x509.Certificate], bool], str]:
    """Whether a certificate is the one that a RecipientIdentifier or SignerIdentifier means, and words for people."""
    if identifier.name == "subject_key_identifier":
        wanted: bytes = identifier.chosen.native
        return lambda certificate: _names(certificate).key_identifier == wanted, f"key {wanted[:20].hex()}"
    serial: int = identifier.chosen["serial_number"].native
    issuer: bytes = identifier.chosen["issuer"].dump()
    name = asn1_x509.Name.load(issuer)

    def is_meant(certificate: x509.Certificate) -> bool:
        named = _names(certificate)
        if named.serial != serial:
            return False
        return named.issuer == issuer or bool(asn1_x509.Name.load(named.issuer) == name)

    return is_meant, f"serial number {serial:x}"


def content_type(structure: Extent, limits: Limits) -> str:
    """The kind of CMS structure that this is, as a dotted object identifier."""
    reader = Reader(structure, small=limits.structure)
    reader.enter(SEQUENCE)
    return dotted(reader.element(OBJECT_IDENTIFIER))


@lru_cache(maxsize=256)
def dotted(element: bytes) -> str:
    """The object identifier that this is. Raises Fault when it is none."""
    with asn1_read():
        name: str = core.ObjectIdentifier.load(element).dotted
        return name


class Opening:
    """The shell that every structure has: SEQUENCE { content type, [0] SEQUENCE { version, ... } }."""

    def __init__(self, structure: Extent, kind: str, limits: Limits) -> None:
        self.reader = Reader(structure, small=limits.structure)
        self._frames = [self.reader.enter(SEQUENCE)]
        if dotted(self.reader.element(OBJECT_IDENTIFIER)) != kind:
            raise malformed("a CMS structure is of another kind than it was")
        self._frames.append(self.reader.enter(tagged(0)))
        self._frames.append(self.reader.enter(SEQUENCE))
        self.reader.integer()  # version: says nothing that the structure itself does not

    @property
    def inner(self) -> Frame:
        return self._frames[-1]

    def close(self) -> None:
        """All must be read now. Behind it blanks may stand, and nothing else: see parts_of."""
        while self._frames:
            self.reader.leave(self._frames.pop())
        if not blank(self.reader.rest()):
            raise malformed("something follows a CMS structure")
