"""Signatures that are none, or over something else; each is refused with the disposition that fits."""

from __future__ import annotations

import pytest

from edi_gateway.transport.as2.extents import Scratch
from edi_gateway.transport.as2.terms import Cipher, Opened
from tests.transport.as2.crafted import (
    AUTHENTICATION,
    CONTENT_TYPE,
    DECRYPTION,
    DOCUMENT,
    HASH,
    INTEGRITY,
    NO_SIGNER,
    OTHER_TYPE,
    UNEXPECTED,
    attributed,
    der,
    for_south,
    message_digest,
    signed_by,
    with_signature,
)
from tests.transport.as2.parties import Parties, document, opened, refusal


def test_a_signature_without_a_signer_is_none(parties: Parties, scratch: Scratch) -> None:
    assert refusal(opened(parties, scratch, *with_signature(DOCUMENT, NO_SIGNER))) == AUTHENTICATION


@pytest.mark.parametrize("more", [(), ("-noattr",)], ids=["attributes", "none"])
def test_content_that_was_swapped_after_signing_is_refused(
    parties: Parties, scratch: Scratch, more: tuple[str, ...]
) -> None:
    structure = signed_by(parties, "north", *more)
    assert document(opened(parties, scratch, *with_signature(DOCUMENT, structure))) == b"ISA*00*~"
    for swapped in (
        DOCUMENT.replace(b"00", b"01"),
        DOCUMENT + b" ",
        DOCUMENT.replace(b"edi-x12", b"edi-x13"),
    ):
        assert refusal(opened(parties, scratch, *with_signature(swapped, structure))) == INTEGRITY


def test_signed_attributes_are_no_content(parties: Parties, scratch: Scratch) -> None:
    """RFC 5652 hashes them like content, so a signature over attributes is also one over content that reads so."""
    structure = signed_by(parties, "north")
    attributes_at = structure.index(
        bytes.fromhex("a0"), structure.rindex(bytes.fromhex("0609608648016503040201"))
    )
    length = int.from_bytes(structure[attributes_at + 2 : attributes_at + 3], "big")
    assert structure[attributes_at + 1] == 0x81
    attributes = structure[attributes_at : attributes_at + 3 + length]
    before = structure.rindex(b"\x30\x82", 0, attributes_at)  # the SignerInfo
    bare = der(0x30, structure[before + 4 : attributes_at] + structure[attributes_at + len(attributes) :])
    forged = der(
        0x30,
        bytes.fromhex("06092a864886f70d010702"),
        der(
            0xA0,
            der(
                0x30,
                bytes.fromhex("020101"),
                der(0x31, bytes.fromhex("300b0609608648016503040201")),
                der(0x30, bytes.fromhex("06092a864886f70d010701")),
                der(0x31, bare),
            ),
        ),
    )
    content = b"\x31" + attributes[1:]
    assert refusal(opened(parties, scratch, *with_signature(content, forged))) == AUTHENTICATION
    found = opened(parties, scratch, *with_signature(content + b"x", forged))
    assert refusal(found) == INTEGRITY  # the forgery is well made: only the content differs


def test_signed_attributes_say_once_what_they_must(parties: Parties, scratch: Scratch) -> None:
    right = message_digest(HASH)
    wrong = message_digest(der(0x04, bytes(32)))
    for attributes, answer in [
        ([CONTENT_TYPE, right], None),
        ([CONTENT_TYPE, wrong], INTEGRITY),
        ([right], AUTHENTICATION),
        ([CONTENT_TYPE], AUTHENTICATION),
        ([OTHER_TYPE, right], AUTHENTICATION),
        ([CONTENT_TYPE, CONTENT_TYPE, right], AUTHENTICATION),
        ([CONTENT_TYPE, right, wrong], AUTHENTICATION),
        ([CONTENT_TYPE, message_digest(HASH, der(0x04, bytes(32)))], AUTHENTICATION),
        ([CONTENT_TYPE, message_digest()], AUTHENTICATION),
        ([CONTENT_TYPE, message_digest(der(0x02, b"1"))], AUTHENTICATION),
    ]:
        found = opened(parties, scratch, *with_signature(DOCUMENT, attributed(parties, attributes)))
        assert isinstance(found, Opened) if answer is None else refusal(found) == answer


def test_attributes_that_are_sent_unsorted_were_signed_sorted_or_as_they_are(
    parties: Parties, scratch: Scratch
) -> None:
    ordered = sorted([CONTENT_TYPE, message_digest(HASH)])
    for signed in (ordered, ordered[::-1]):
        structure = attributed(parties, ordered[::-1], signed)
        assert document(opened(parties, scratch, *with_signature(DOCUMENT, structure))) == b"ISA*00*~"


def test_a_detached_signature_that_brings_other_content_is_refused(
    parties: Parties, scratch: Scratch
) -> None:
    structure = signed_by(parties, "north", "-nodetach")
    assert refusal(opened(parties, scratch, *with_signature(DOCUMENT, structure))) == AUTHENTICATION


def test_a_signature_beside_another_part_is_refused(parties: Parties, scratch: Scratch) -> None:
    headers, body = with_signature(DOCUMENT, signed_by(parties, "north"))
    three = body.replace(b"--b--", b"--b\r\n" + DOCUMENT + b"\r\n--b--")
    assert refusal(opened(parties, scratch, headers, three)) == AUTHENTICATION
    assert refusal(opened(parties, scratch, headers, body[:-4])) == UNEXPECTED


def test_what_stands_behind_the_signature_is_neither_signed_nor_seen(
    parties: Parties, scratch: Scratch
) -> None:
    """RFC 2046 5.1.1 lets it be ignored; it never becomes a document, nor a part of the MIC."""
    headers, body = with_signature(DOCUMENT, signed_by(parties, "north"))
    plain = opened(parties, scratch, headers, body)
    for behind in (b"-- \r\nsent by Some Server\r\n", b"--b\r\n" + DOCUMENT + b"\r\n--b--\r\n"):
        found = opened(parties, scratch, headers, body + behind)
        assert document(found) == b"ISA*00*~"
        assert isinstance(found, Opened)
        assert isinstance(plain, Opened)
        assert found.mic == plain.mic
        entity = f"Content-Type: {dict(headers)['Content-Type']}\r\n\r\n".encode() + body + behind
        for cipher, taken in ((Cipher.AES256_GCM, True), (Cipher.AES256_CBC, False)):
            found = opened(parties, scratch, *for_south(parties, scratch, entity, cipher))
            assert isinstance(found, Opened) == taken
            assert taken or refusal(found) == DECRYPTION


def test_what_is_signed_without_a_content_type_is_text(parties: Parties, scratch: Scratch) -> None:
    """RFC 2045 5.2; some leave it out. Only what comes out of CBC must show by it that it was decrypted well."""
    for content in (b"\r\nISA*00*~", b"Content-Disposition: attachment; filename=a.edi\r\n\r\nISA*00*~"):
        structure = signed_by(parties, "north", content=content)
        found = opened(parties, scratch, *with_signature(content, structure))
        assert document(found) == b"ISA*00*~"
        assert isinstance(found, Opened)
        assert found.payloads[0].content_type == "text/plain"
