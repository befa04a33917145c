"""Damaged bytes: never an exception, never other content, and never a word about what exactly did not decrypt."""

from __future__ import annotations

import random

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.ciphers import Cipher as CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from edi_gateway.transport.as2.extents import Scratch
from edi_gateway.transport.as2.terms import (
    Cipher,
    Compression,
    KeyTransport,
    Opened,
    Packing,
    Refused,
)
from tests.transport.as2.crafted import (
    DECOMPRESSION,
    DECRYPTION,
    DOCUMENT,
    SECURITY,
    SMIME,
    for_south,
    signed_by,
    with_signature,
)
from tests.transport.as2.parties import EVERYTHING, LAX, Parties, opened, openssl, packed, refusal

ORDER = b"ISA*00*~"


def sound(parties: Parties, scratch: Scratch, kind: str) -> bytes:
    """One CMS structure of each kind, small so that all of it is gone through."""
    if kind == "detached":
        return signed_by(parties, "p256")
    if kind == "opaque":
        return signed_by(parties, "p256", "-nodetach", "-stream")
    packing = {
        "cbc": Packing(digest=None, cipher=Cipher.AES128_CBC),
        "gcm": Packing(digest=None, cipher=Cipher.AES256_GCM, key_transport=KeyTransport.OAEP),
        "compressed": Packing(digest=None, cipher=None, compression=Compression.BEFORE_SIGNING),
    }[kind]
    return packed(parties, scratch, packing).body.read()


@pytest.mark.parametrize("kind", ["detached", "opaque", "cbc", "gcm", "compressed"])
def test_der_cut_or_changed_at_every_tenth_byte_is_refused_or_means_the_same(
    parties: Parties, scratch: Scratch, kind: str
) -> None:
    whole = sound(parties, scratch, kind)
    fitting = {
        "detached": {"authentication-failed", "integrity-check-failed"},
        "opaque": {"authentication-failed", "integrity-check-failed"},
        "cbc": {"decryption-failed"},
        "gcm": {"decryption-failed"},
        "compressed": {"decompression-failed"},
    }[kind]
    # of a kind that cannot be read at all; of an algorithm of another name; of a kind of another name
    anyway = {"unexpected-processing-error", "insufficient-message-security", "unsupported format"}
    theirs = [parties.p256.trusted]
    refused = 0
    for at in range(0, len(whole), 10):
        for damaged in (
            whole[:at],
            whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :],
            whole[:at] + b"\x80" + whole[at + 1 :],
        ):
            if damaged == whole:
                continue
            headers, body = with_signature(DOCUMENT, damaged) if kind == "detached" else (SMIME, damaged)
            found = opened(parties, scratch, headers, body, LAX, theirs=theirs)
            if isinstance(
                found, Opened
            ):  # it hit what nothing rests on: a certificate that came along, a version
                assert [payload.content.read() for payload in found.payloads] == [ORDER]
            else:
                assert isinstance(found, Refused)
                assert found.disposition.reason in fitting | anyway, (at, found)
                refused += 1
    assert refused > len(whole) / 10


def test_an_algorithm_without_a_name_is_refused(parties: Parties, scratch: Scratch) -> None:
    for kind, name, answer in [
        ("cbc", "0609608648016503040102", DECRYPTION),
        ("gcm", "060960864801650304012e", DECRYPTION),
        ("compressed", "060b2a864886f70d0109100308", DECOMPRESSION),
    ]:
        whole = sound(parties, scratch, kind)
        at = whole.index(bytes.fromhex(name))
        nothing = whole[: at - 1] + b"\0" + whole[at:]  # the sequence around it is empty
        assert refusal(opened(parties, scratch, SMIME, nothing)) == answer


def test_of_a_damaged_encryption_one_thing_is_said_whatever_the_damage(
    parties: Parties, scratch: Scratch
) -> None:
    """Key, padding, or what came out: all the same, in the disposition, in the MIC, in our own sentence."""
    sent = packed(parties, scratch, Packing(cipher=Cipher.AES128_CBC))
    whole = sent.body.read()
    chance = random.Random(5)
    said = set()
    for _ in range(60):
        damaged = bytearray(whole)
        damaged[-chance.randint(1, 32)] ^= chance.randint(1, 255)  # padding, and the end of the content
        found = opened(parties, scratch, sent.headers, bytes(damaged), EVERYTHING)
        assert isinstance(found, Refused)
        said.add((found.disposition.reason, found.mic))
    key_at = whole.index(bytes.fromhex("04820100")) + 4
    for _ in range(20):
        damaged = bytearray(whole)
        damaged[key_at + chance.randrange(256)] ^= chance.randint(1, 255)
        found = opened(parties, scratch, sent.headers, bytes(damaged), EVERYTHING)
        assert isinstance(found, Refused)
        said.add((found.disposition.reason, found.mic))
    assert said == {("decryption-failed", None)}


def test_what_would_take_long_to_read_is_given_up_early(parties: Parties, scratch: Scratch) -> None:
    """A few megabytes of lines that begin like a delimiter, or of octets that come one by one."""
    headers = [("Content-Type", "multipart/signed; boundary=b")]
    lines = opened(parties, scratch, headers, b"\n--b x" * 400_000)
    assert isinstance(lines, Refused)
    assert lines.problem == "a multipart has too many lines that begin like a delimiter"
    before = "3080 06092a864886f70d010702 a080 3080 020101 3100 3080 06092a864886f70d010701 a080 2480"
    octets = opened(parties, scratch, SMIME, bytes.fromhex(before) + b"\x04\x01x" * 400_000)
    assert isinstance(octets, Refused)
    assert octets.problem == "an octet string comes in too many pieces"


def test_an_oaep_label_of_another_kind_is_no_way_that_we_know(parties: Parties, scratch: Scratch) -> None:
    label = bytes.fromhex("06092a864886f70d010109 0405") + b"label"
    other = bytes.fromhex("06092a864886f70d010108 3005 0203010203")
    structure = openssl(
        *("-encrypt", "-binary", "-aes-128-cbc", "-outform", "DER", "-recip", parties.south.certificate_file),
        *("-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_label:6c6162656c"),
        content=DOCUMENT,
    )
    assert isinstance(opened(parties, scratch, SMIME, structure), Opened)
    assert label in structure
    changed = structure.replace(label, other)
    assert refusal(opened(parties, scratch, SMIME, changed)) == SECURITY


@pytest.mark.parametrize("form", ["multipart", "opaque", "opaque, no attributes", "compressed", "document"])
def test_plaintext_that_is_made_of_blocks_put_together_answers_as_if_it_had_not_decrypted(
    parties: Parties, scratch: Scratch, form: str
) -> None:
    """Who has a message may append a block that he wants to read: were its padding right, the content would end in
    bytes that belong to nothing. So it must not matter whether it is."""
    sign = ("-sign", "-binary", "-signer", parties.north.certificate_file, "-inkey", parties.north.key_file)
    if form == "multipart":
        entity = openssl(*sign, content=DOCUMENT)
    elif form.startswith("opaque"):
        more = ["-noattr"] if form.endswith("attributes") else []
        structure = openssl(*sign, "-nodetach", "-outform", "DER", *more, content=DOCUMENT)
        entity = b"Content-Type: application/pkcs7-mime\r\n\r\n" + structure
    elif form == "compressed":
        packing = Packing(digest=None, cipher=None, compression=Compression.BEFORE_SIGNING)
        entity = (
            b"Content-Type: application/pkcs7-mime\r\n\r\n" + packed(parties, scratch, packing).body.read()
        )
    else:
        entity = DOCUMENT
    sound = opened(parties, scratch, *for_south(parties, scratch, entity, Cipher.AES128_CBC))
    assert isinstance(sound, Opened)
    spliced = [
        entity + b"a block of chance",
        entity[: len(entity) // 2],
        entity[:-1] + bytes([entity[-1] ^ 0x5A]),
    ]
    if form == "document":
        spliced = [b"a block of chance", DOCUMENT[16:], b""]  # nothing vouches for a document but its head
    for plain in spliced:
        for_us = for_south(parties, scratch, plain, Cipher.AES128_CBC)
        assert refusal(opened(parties, scratch, *for_us)) == DECRYPTION


def test_gcm_gives_nothing_before_its_tag_was_right(parties: Parties, scratch: Scratch) -> None:
    sent = packed(parties, scratch, Packing(digest=None, cipher=Cipher.AES256_GCM), b"x" * 1_000_000)
    whole = sent.body.read()
    for at in (-1, -16, -17, -900_000):
        damaged = bytearray(whole)
        damaged[at] ^= 1
        found = opened(parties, scratch, sent.headers, bytes(damaged))
        assert refusal(found) == DECRYPTION
        assert isinstance(found, Refused)
        assert found.layers == ()


def test_a_short_gcm_tag_is_refused(parties: Parties, scratch: Scratch) -> None:
    sent = packed(parties, scratch, Packing(digest=None, cipher=Cipher.AES256_GCM))
    whole = sent.body.read()
    assert whole[-18:-16] == b"\x04\x10"
    assert whole.count(b"\x02\x01\x10") >= 1  # ICVlen 16
    for size in (8, 12):
        body = whole.replace(b"\x02\x01\x10", bytes((2, 1, size)))
        assert refusal(opened(parties, scratch, sent.headers, body)) == DECRYPTION


def test_our_own_ciphertext_is_what_the_standard_says(parties: Parties, scratch: Scratch) -> None:
    """Taken apart by hand: the key by RSA, the vector beside the cipher's name, PKCS#7 padding."""
    whole = packed(parties, scratch, Packing(digest=None, cipher=Cipher.AES128_CBC)).body.read()
    key_at = whole.index(bytes.fromhex("04820100")) + 4
    key = parties.south.identity.key.decrypt(whole[key_at : key_at + 256], PKCS1v15())  # type: ignore[union-attr]
    name = bytes.fromhex("0609608648016503040102 0410")
    vector_at = whole.index(name) + len(name)
    decryptor = CipherContext(AES(key), CBC(whole[vector_at : vector_at + 16])).decryptor()
    content = whole[vector_at + 16 :]
    assert content[:2] == b"\x80" + bytes([len(content) - 2])
    plain = decryptor.update(content[2:]) + decryptor.finalize()
    document = b"Content-Type: application/edi-x12\r\nContent-Transfer-Encoding: binary\r\n\r\nISA*00*~"
    assert plain == document + bytes([16 - len(document) % 16]) * (16 - len(document) % 16)
