"""What somebody might try with a message; each is refused with the disposition that fits, and none raises."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from edi_gateway.transport.as2.cms import encrypting
from edi_gateway.transport.as2.cms.compressing import compress
from edi_gateway.transport.as2.extents import Extent, Scratch
from edi_gateway.transport.as2.heading import read_headers
from edi_gateway.transport.as2.terms import (
    Cipher,
    Compression,
    Digest,
    KeyTransport,
    Limits,
    Opened,
    Packing,
    Payload,
    Policy,
    Purpose,
    Refused,
    Scheme,
    Sent,
    Trusted,
)
from tests.transport.as2.crafted import (
    AUTHENTICATION,
    DECRYPTION,
    DOCUMENT,
    FORMAT,
    SECURITY,
    UNEXPECTED,
    for_south,
    signed_by,
    with_signature,
)
from tests.transport.as2.parties import (
    EVERYTHING,
    LAX,
    NOW,
    Parties,
    Party,
    document,
    opened,
    openssl,
    packed,
    refusal,
    taken_apart,
)

SIGNED = Packing(cipher=None)
STRICT = Policy()  # signed and encrypted, nothing old


@pytest.mark.parametrize("cipher", [None, Cipher.AES256_CBC, Cipher.AES256_GCM])
def test_a_message_from_north_with_a_strangers_signature_is_refused(
    parties: Parties, scratch: Scratch, cipher: Cipher | None
) -> None:
    sent = packed(parties, scratch, Packing(cipher=cipher), by=parties.stranger)
    assert refusal(opened(parties, scratch, sent.headers, sent.body)) == AUTHENTICATION


def test_an_embedded_certificate_that_names_itself_north_does_not_count(
    parties: Parties, scratch: Scratch
) -> None:
    """The stranger's key below north's issuer and serial number: what the message says of itself proves nothing."""
    sent = packed(parties, scratch, SIGNED, by=replace_key(parties))
    assert refusal(opened(parties, scratch, sent.headers, sent.body)) == AUTHENTICATION


def replace_key(parties: Parties) -> Party:
    identity = replace(parties.north.identity, key=parties.stranger.identity.key)
    return replace(parties.north, identity=identity)


def test_a_certificate_counts_only_in_its_time_and_for_its_purpose(
    parties: Parties, scratch: Scratch
) -> None:
    sent = packed(parties, scratch, SIGNED)
    certificate = parties.north.identity.certificate
    day = timedelta(days=1)
    for trusted, at, counts in [
        (Trusted(certificate), NOW, True),
        (Trusted(certificate), datetime(2027, 1, 1, tzinfo=UTC), False),  # expired by itself
        (Trusted(certificate), datetime(2025, 12, 31, tzinfo=UTC), False),
        (Trusted(certificate, since=NOW - day, until=NOW + day), NOW, True),
        (Trusted(certificate, until=NOW - day), NOW, False),  # rolled, overlap over
        (Trusted(certificate, since=NOW + day), NOW, False),
        (Trusted(certificate, purposes=frozenset({Purpose.SIGN})), NOW, True),
        (Trusted(certificate, purposes=frozenset({Purpose.ENCRYPT})), NOW, False),
    ]:
        found = opened(parties, scratch, sent.headers, sent.body, theirs=[trusted], at=at)
        assert isinstance(found, Opened) == counts
        assert counts or refusal(found) == AUTHENTICATION


def test_old_and_new_certificate_both_count_in_the_overlap(parties: Parties, scratch: Scratch) -> None:
    both = [parties.p256.trusted, parties.north.trusted]
    for party in (parties.north, parties.p256):
        sent = packed(parties, scratch, SIGNED, by=party)
        assert document(opened(parties, scratch, sent.headers, sent.body, theirs=both)) == b"ISA*00*~"


def test_what_is_less_than_the_policy_demands_is_refused(parties: Parties, scratch: Scratch) -> None:
    plain = Packing(digest=None, cipher=None)
    for packing in [
        plain,
        replace(plain, compression=Compression.BEFORE_SIGNING),
        replace(plain, cipher=Cipher.AES256_GCM),
        SIGNED,
        replace(SIGNED, compression=Compression.BEFORE_SIGNING),
        replace(SIGNED, compression=Compression.AFTER_SIGNING),
    ]:
        sent = packed(parties, scratch, packing)
        assert isinstance(opened(parties, scratch, sent.headers, sent.body), Opened)
        found = opened(parties, scratch, sent.headers, sent.body, STRICT)
        assert refusal(found) == SECURITY
        assert isinstance(found, Refused)
        assert found.mic is not None
        assert any(found.mic.equals(mic) for mic in sent.awaited.mics)


def test_a_name_alone_does_not_encrypt(parties: Parties, scratch: Scratch) -> None:
    """smime-type says enveloped-data, what is inside is compressed only."""
    sent = packed(parties, scratch, Packing(digest=None, cipher=None, compression=Compression.BEFORE_SIGNING))
    headers = [("Content-Type", "application/pkcs7-mime; smime-type=enveloped-data")]
    assert (
        refusal(opened(parties, scratch, headers, sent.body, replace(LAX, must_be_encrypted=True)))
        == SECURITY
    )


@pytest.mark.parametrize(
    ("packing", "policy"),
    [
        (Packing(cipher=Cipher.TRIPLE_DES), STRICT),
        (Packing(cipher=Cipher.AES128_CBC), replace(STRICT, ciphers=frozenset({Cipher.AES256_GCM}))),
        (
            Packing(key_transport=KeyTransport.RSA),
            replace(STRICT, key_transports=frozenset({KeyTransport.OAEP})),
        ),
        (Packing(digest=Digest.SHA1), STRICT),
        (Packing(scheme=Scheme.RSA), replace(STRICT, schemes=frozenset({Scheme.RSA_PSS}))),
    ],
    ids=["3des", "aes128", "v1.5", "sha1", "not pss"],
)
def test_algorithms_that_were_not_agreed_are_refused(
    parties: Parties, scratch: Scratch, packing: Packing, policy: Policy
) -> None:
    sent = packed(parties, scratch, packing)
    assert isinstance(opened(parties, scratch, sent.headers, sent.body, EVERYTHING), Opened)
    assert refusal(opened(parties, scratch, sent.headers, sent.body, policy)) == SECURITY


def test_a_cipher_that_we_do_not_know_is_refused(parties: Parties, scratch: Scratch) -> None:
    sent = packed(parties, scratch, Packing())
    aes256_cbc, camellia = bytes.fromhex("60864801650304012a"), bytes.fromhex("60864801650304012b")
    body = sent.body.read().replace(aes256_cbc, camellia)
    assert refusal(opened(parties, scratch, sent.headers, body)) == SECURITY


def test_a_message_for_somebody_else_is_refused(parties: Parties, scratch: Scratch) -> None:
    stranger = parties.stranger.identity.certificate
    structure = encrypting.encrypt(
        Extent.of(DOCUMENT), stranger, Cipher.AES256_CBC, KeyTransport.RSA, scratch
    )
    assert (
        refusal(opened(parties, scratch, [("Content-Type", "application/pkcs7-mime")], structure))
        == DECRYPTION
    )


@pytest.mark.parametrize("kind", ["signature", "opaque signature", "encryption", "compression"])
def test_no_layer_stands_twice(parties: Parties, scratch: Scratch, kind: str) -> None:
    north = parties.north
    sign = ("-sign", "-binary", "-signer", north.certificate_file, "-inkey", north.key_file)
    smime = [("Content-Type", "application/pkcs7-mime")]
    if kind == "signature":
        headers, body = taken_apart(openssl(*sign, content=openssl(*sign, content=DOCUMENT)))
        found = opened(parties, scratch, headers, body)
    elif kind == "opaque signature":
        signed = openssl(*sign, content=DOCUMENT)
        found = opened(
            parties, scratch, smime, openssl(*sign, "-nodetach", "-outform", "DER", content=signed)
        )
    elif kind == "encryption":
        sent = packed(parties, scratch, Packing(cipher=Cipher.AES256_GCM))
        found = opened(parties, scratch, *for_south(parties, scratch, entity(sent), Cipher.AES256_GCM))
    else:
        sent = packed(parties, scratch, Packing(cipher=None, compression=Compression.AFTER_SIGNING))
        found = opened(parties, scratch, smime, compress(Extent.of(entity(sent)), scratch))
    assert refusal(found) == FORMAT


def entity(sent: Sent) -> bytes:
    return f"Content-Type: {dict(sent.headers)['Content-Type']}\r\n\r\n".encode() + sent.body.read()


def test_documents_nest_no_further(parties: Parties, scratch: Scratch) -> None:
    for kind in ("multipart/mixed; boundary=c", "application/pkcs7-mime"):
        body = f"--b\r\nContent-Type: {kind}\r\n\r\nx\r\n--b--\r\n".encode()
        headers = [("Content-Type", "multipart/related; boundary=b")]
        assert refusal(opened(parties, scratch, headers, body)) == FORMAT
    assert refusal(opened(parties, scratch, headers, b"--b--\r\n")) == UNEXPECTED  # nor is none a document


def test_a_filename_is_a_word_and_begins_no_header(parties: Parties, scratch: Scratch) -> None:
    nasty = '../../etc/passwd"\r\nAS2-From: evil\r\n\r\n<script>\x00'
    sent = packed(
        parties, scratch, Packing(digest=None, cipher=None), [Payload(Extent.of(b"ISA"), filename=nasty)]
    )
    assert [name for name, _ in sent.headers].count("AS2-From") == 1
    assert not any(character < " " for _, value in sent.headers for character in value)
    found = opened(parties, scratch, sent.headers, sent.body)
    assert isinstance(found, Opened)
    assert found.payloads[0].filename == '../../etc/passwd"AS2-From: evil<script>'


def test_ten_thousand_header_lines_are_too_many(parties: Parties, scratch: Scratch) -> None:
    many = [(f"X-{number}", "x") for number in range(10_000)]
    read = read_headers([("AS2-From", "north"), ("AS2-To", "south"), *many])
    assert isinstance(read, Refused)
    inside = "".join(f"{name}: {value}\r\n" for name, value in many).encode()
    for content in (
        inside + DOCUMENT,
        b"X: " + b"x" * 100_000 + b"\r\n" + DOCUMENT,
        b"X: x\r\n" * 300 + DOCUMENT,
    ):
        headers, structure = for_south(parties, scratch, content, Cipher.AES256_GCM)
        assert refusal(opened(parties, scratch, headers, structure)) == UNEXPECTED


def test_parts_signers_and_recipients_are_bounded(parties: Parties, scratch: Scratch) -> None:
    parts = b"--b\r\n\r\nx\r\n" * 101 + b"--b--\r\n"
    headers = [("Content-Type", "multipart/related; boundary=b")]
    assert refusal(opened(parties, scratch, headers, parts)) == UNEXPECTED

    sent = packed(parties, scratch, Packing(digest=None))
    strict = replace(LAX, limits=Limits(recipients=0, signers=0))
    assert refusal(opened(parties, scratch, sent.headers, sent.body, strict)) == DECRYPTION
    sent = packed(parties, scratch, SIGNED)
    assert refusal(opened(parties, scratch, sent.headers, sent.body, strict)) == AUTHENTICATION
    small = replace(LAX, limits=Limits(structure=500))
    assert refusal(opened(parties, scratch, sent.headers, sent.body, small)) == AUTHENTICATION


def test_a_message_that_takes_too_long_is_given_up(parties: Parties) -> None:
    with Scratch() as scratch:
        sent = packed(parties, scratch, Packing())
        body = sent.body.read()
    ticks = iter(range(1000))
    with Scratch(
        seconds=5, clock=lambda: float(next(ticks))
    ) as slow:  # each look at the clock a second later
        found = opened(parties, slow, sent.headers, slow.keep([body]))
    assert refusal(found) == UNEXPECTED
    assert isinstance(found, Refused)
    assert found.problem == "It took longer to open than a message may."


def test_headers_that_say_two_things_are_refused(parties: Parties, scratch: Scratch) -> None:
    headers, body = with_signature(DOCUMENT, signed_by(parties, "north"))
    other = [*headers, ("content-type", "application/edi-x12")]
    assert refusal(opened(parties, scratch, other, body)) == UNEXPECTED
