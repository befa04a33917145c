"""SignedData (RFC 5652 5): made detached, verified detached or with its content inside.

A signature counts when it is by a certificate that the caller trusts, today, by algorithms that the policy accepts.
Certificates that come with the message are not looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from asn1crypto import algos, cms, core
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding

from edi_gateway.transport.as2.cms.algorithms import DATA, HASHES, SIGNED_DATA, oid
from edi_gateway.transport.as2.cms.ber import (
    INTEGER,
    OBJECT_IDENTIFIER,
    SEQUENCE,
    SET,
    Reader,
    children,
    contents,
    der,
    is_der,
    tagged,
)
from edi_gateway.transport.as2.cms.identifying import Opening, asn1_read, dotted, issuer_and_serial, matcher
from edi_gateway.transport.as2.extents import Extent, Scratch
from edi_gateway.transport.as2.faults import Fault, malformed
from edi_gateway.transport.as2.terms import (
    AUTHENTICATION_FAILED,
    INSUFFICIENT_MESSAGE_SECURITY,
    INTEGRITY_CHECK_FAILED,
    Digest,
    Identity,
    Policy,
    Purpose,
    Scheme,
    Signed,
    Trusted,
)

_CURVES = (ec.SECP256R1, ec.SECP384R1)


def digest_of(content: Extent, digest: Digest) -> bytes:
    return digests_of(content, [digest])[digest]


def digests_of(content: Extent, digests: Collection[Digest]) -> dict[Digest, bytes]:
    """Several hashes in one pass."""
    running = {digest: hashlib.new(digest) for digest in digests}
    for chunk in content.chunks():
        for each in running.values():
            each.update(chunk)
    return {digest: each.digest() for digest, each in running.items()}


def scheme_for(identity: Identity, wished: Scheme | None) -> Scheme:
    """How this key signs: an EC key knows ECDSA only, an RSA key what is wished."""
    if isinstance(identity.key, ec.EllipticCurvePrivateKey):
        return Scheme.ECDSA
    return Scheme.RSA_PSS if wished is Scheme.RSA_PSS else Scheme.RSA


def sign(hashed: bytes, identity: Identity, digest: Digest, scheme: Scheme, at: datetime) -> bytes:
    """The detached SignedData over content with this hash, with our certificate in it."""
    attributes = b"".join(
        sorted(
            [
                _attribute("1.2.840.113549.1.9.3", oid(DATA)),
                _attribute("1.2.840.113549.1.9.4", core.OctetString(hashed).dump()),
                _attribute("1.2.840.113549.1.9.5", cms.Time({"utc_time": at}).dump()),
            ]
        )
    )
    algorithm = HASHES[digest]()
    signed = der(SET, attributes)
    match identity.key:
        case rsa.RSAPrivateKey() as key if scheme is Scheme.RSA_PSS:
            pss = padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)
            signature = key.sign(signed, pss, algorithm)
        case rsa.RSAPrivateKey() as key:
            signature = key.sign(signed, padding.PKCS1v15(), algorithm)
        case ec.EllipticCurvePrivateKey() as key:
            signature = key.sign(signed, ec.ECDSA(algorithm))
    digest_algorithm = _digest_algorithm(digest)
    signer = der(
        SEQUENCE,
        der(INTEGER, b"\x01"),
        issuer_and_serial(identity.certificate),
        digest_algorithm,
        der(tagged(0), attributes),
        _signature_algorithm(scheme, digest),
        core.OctetString(signature).dump(),
    )
    return der(
        SEQUENCE,
        oid(SIGNED_DATA),
        der(
            tagged(0),
            der(
                SEQUENCE,
                der(INTEGER, b"\x01"),
                der(SET, digest_algorithm),
                der(SEQUENCE, oid(DATA)),
                der(tagged(0), identity.certificate.public_bytes(Encoding.DER)),
                der(SET, signer),
            ),
        ),
    )


def _attribute(kind: str, value: bytes) -> bytes:
    return der(SEQUENCE, oid(kind), der(SET, value))


@lru_cache
def _digest_algorithm(digest: Digest) -> bytes:
    encoded: bytes = algos.DigestAlgorithm({"algorithm": digest}).dump()
    return encoded


@lru_cache
def _signature_algorithm(scheme: Scheme, digest: Digest) -> bytes:
    if scheme is Scheme.RSA:
        algorithm = algos.SignedDigestAlgorithm({"algorithm": "rsassa_pkcs1v15", "parameters": core.Null()})
    elif scheme is Scheme.ECDSA:
        algorithm = algos.SignedDigestAlgorithm({"algorithm": f"{digest}_ecdsa"})
    else:
        hashing = {"algorithm": digest.value}
        parameters = algos.RSASSAPSSParams(
            {
                "hash_algorithm": hashing,
                "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": hashing},
                "salt_length": HASHES[digest].digest_size,
            }
        )
        algorithm = algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": parameters})
    encoded: bytes = algorithm.dump()
    return encoded


def verify(
    structure: Extent,
    content: Extent | None,
    *,
    policy: Policy,
    theirs: Sequence[Trusted],
    at: datetime,
    scratch: Scratch,
) -> tuple[Signed, Extent]:
    """The signature that counts, and what it is over: `content`, or where that is None what the structure holds itself.

    Raises Fault. Every signer that is one of theirs must be right, and one must be there at least; others are passed
    over. `by_chance` where a signature is opaque: its last bytes are then the last of what was encrypted.
    """
    found, signers = _read(structure, policy, scratch)
    opaque = content is None
    if opaque and found is None:
        raise malformed("a signature holds no content", AUTHENTICATION_FAILED)
    if not opaque and found is not None:
        raise malformed("a detached signature holds content of its own", AUTHENTICATION_FAILED)
    over = found if content is None else content
    assert over is not None
    if not signers:
        raise Fault(AUTHENTICATION_FAILED, "The signature has no signer.")
    if len(signers) > policy.limits.signers:
        raise malformed("a signature has more signers than we take", AUTHENTICATION_FAILED)
    hashed: dict[Digest, bytes] = {}
    counted: list[Signed] = []
    unknown: list[str] = []
    for raw in signers:
        with asn1_read():
            info = cms.SignerInfo.load(raw, strict=True)
            is_meant, words = matcher(info["sid"])
            known = [each for each in theirs if is_meant(each.certificate)]
        if not known:
            unknown.append(words)
            continue
        trusted = next((each for each in known if each.serves(Purpose.SIGN, at)), None)
        if trusted is None:
            raise Fault(
                AUTHENTICATION_FAILED,
                f"It is signed by the certificate with {words}, which is this partner's but not good for signing now.",
            )
        counted.append(_verified(info, trusted, over, hashed, policy, opaque=opaque))
    if not counted:
        raise Fault(
            AUTHENTICATION_FAILED,
            f"It is signed by the certificate with {unknown[0]}, which is none of this partner's.",
        )
    return counted[0], over


def _read(structure: Extent, policy: Policy, scratch: Scratch) -> tuple[Extent | None, list[bytes]]:
    """The content where there is any, and each SignerInfo."""
    shell = Opening(structure, SIGNED_DATA, policy.limits)
    reader = shell.reader
    reader.element(SET)  # digest algorithms: each signer names its own
    frame = reader.enter(SEQUENCE)
    kind = dotted(reader.element(OBJECT_IDENTIFIER))
    if kind != DATA:
        raise malformed("a signature is over something that is no data", AUTHENTICATION_FAILED)
    found: Extent | None = None
    if not reader.ended(frame):
        inner = reader.enter(tagged(0))
        found = scratch.keep(reader.octets())
        reader.leave(inner)
    reader.leave(frame)
    for optional in (tagged(0), tagged(1)):  # certificates, revocations
        if reader.peek() == optional:
            reader.element(optional)
    signers = children(reader.element(SET))
    shell.close()
    return found, signers


def _verified(
    info: Any,
    trusted: Trusted,
    over: Extent,
    hashed: dict[Digest, bytes],
    policy: Policy,
    *,
    opaque: bool,
) -> Signed:
    with asn1_read():
        name: str = info["digest_algorithm"]["algorithm"].native
        digest = next((each for each in Digest if each == name), None)
        scheme, pss = _scheme(info["signature_algorithm"], digest)
        signature: bytes = info["signature"].native
        attributes = None if isinstance(info["signed_attrs"], core.Void) else info["signed_attrs"]
    if digest not in policy.digests or digest is None:
        raise Fault(
            INSUFFICIENT_MESSAGE_SECURITY, f"It is signed with {name}, which this partner may not use."
        )
    if scheme not in policy.schemes:
        raise Fault(
            INSUFFICIENT_MESSAGE_SECURITY, f"It is signed by {scheme}, which this partner may not use."
        )
    if digest not in hashed:
        hashed[digest] = digest_of(over, digest)
    layer = Signed(digest, scheme, trusted.certificate)
    if attributes is None:
        # RFC 5652 lets one take the signed attributes of another message for the content of this one
        if is_der(over, SET):
            raise Fault(AUTHENTICATION_FAILED, "The signature may be that of another message's attributes.")
        if not _is_right(trusted, signature, hashed[digest], digest, pss, scheme):
            raise Fault(
                INTEGRITY_CHECK_FAILED,
                "The content is not what was signed, or another key signed it.",
                by_chance=opaque,
            )
        return layer
    signed, claimed = _claims(attributes)
    in_order = der(
        SET, *sorted(children(signed))
    )  # what DER would have them be; some do not sort what they send
    if not any(
        _is_right(trusted, signature, hashlib.new(digest, written).digest(), digest, pss, scheme)
        for written in {signed, in_order}
    ):
        raise Fault(
            AUTHENTICATION_FAILED,
            "The signature was not made with the key of the certificate that it names.",
            by_chance=opaque,
        )
    if claimed != hashed[digest]:
        raise Fault(INTEGRITY_CHECK_FAILED, "The content is not what was signed.")
    return layer


def _claims(attributes: Any) -> tuple[bytes, bytes]:
    """The signed attributes as they were hashed, and the hash of the content that they claim."""
    with asn1_read():
        raw: bytes = attributes.dump()
        signed = der(SET, contents(Reader(Extent.of(raw), small=len(raw)).element()))
        found: dict[str, list[Any]] = {}
        for attribute in attributes:
            values = found.setdefault(attribute["type"].dotted, [])
            if attribute["type"].native in ("content_type", "message_digest"):
                values.extend(attribute["values"])
        kinds = [value.dotted for value in found.get("1.2.840.113549.1.9.3", [])]
        digests = [value.native for value in found.get("1.2.840.113549.1.9.4", [])]
    if kinds != [DATA] or len(digests) != 1:
        raise malformed("the attributes of a signature lack what they must say once", AUTHENTICATION_FAILED)
    return signed, digests[0]


def _scheme(algorithm: Any, digest: Digest | None) -> tuple[Scheme | None, padding.PSS | None]:
    """How the signature was made. None: in no way that we know, or by another digest than the signer names."""
    name: str = algorithm["algorithm"].native
    if name in ("rsassa_pkcs1v15", f"{digest}_rsa"):
        return Scheme.RSA, None
    if name in ("ecdsa", f"{digest}_ecdsa") or algorithm["algorithm"].dotted == "1.2.840.10045.2.1":
        return Scheme.ECDSA, None
    if name != "rsassa_pss":
        return None, None
    parameters = algorithm["parameters"]
    mask = parameters["mask_gen_algorithm"]
    same = parameters["hash_algorithm"]["algorithm"].native == digest
    if (
        not same
        or mask["algorithm"].native != "mgf1"
        or parameters["trailer_field"].native != "trailer_field_bc"
    ):
        return None, None
    masked = next((each for each in Digest if each == mask["parameters"]["algorithm"].native), None)
    salt: int = parameters["salt_length"].native
    if masked is None or not 0 <= salt <= 1024:
        return None, None
    return Scheme.RSA_PSS, padding.PSS(padding.MGF1(HASHES[masked]()), salt)


def _is_right(
    trusted: Trusted,
    signature: bytes,
    hashed: bytes,
    digest: Digest,
    pss: padding.PSS | None,
    scheme: Scheme | None,
) -> bool:
    algorithm = utils.Prehashed(HASHES[digest]())
    try:
        match trusted.certificate.public_key():
            case rsa.RSAPublicKey() as key if scheme in (Scheme.RSA, Scheme.RSA_PSS):
                key.verify(signature, hashed, pss or padding.PKCS1v15(), algorithm)
            case ec.EllipticCurvePublicKey() as key if scheme is Scheme.ECDSA and isinstance(
                key.curve, _CURVES
            ):
                key.verify(signature, hashed, ec.ECDSA(algorithm))
            case _:
                return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True
