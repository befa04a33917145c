"""MDNs: ours as RFC 4130 wants them, theirs as products write them, and which of theirs count."""

from __future__ import annotations

import hashlib
import zlib
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from edi_gateway.transport.as2.extents import Extent, Scratch
from edi_gateway.transport.as2.mime.head import Head
from edi_gateway.transport.as2.opening import open_message
from edi_gateway.transport.as2.receipts import judge, write_receipt
from edi_gateway.transport.as2.terms import (
    AUTHENTICATION_FAILED,
    DECOMPRESSION_FAILED,
    DECRYPTION_FAILED,
    DUPLICATE_DOCUMENT,
    INSUFFICIENT_MESSAGE_SECURITY,
    INTEGRITY_CHECK_FAILED,
    PROCESSED,
    UNEXPECTED_PROCESSING_ERROR,
    UNSUPPORTED_FORMAT,
    UNSUPPORTED_MIC_ALGORITHMS,
    Answer,
    Awaited,
    Digest,
    Disposition,
    Mic,
    Opened,
    Policy,
    Receipt,
    ReceiptWish,
    Refused,
    Trusted,
    Verdict,
)
from tests.transport.as2.crafted import NO_SIGNER, compressed, signed_by, with_signature
from tests.transport.as2.parties import EVERYTHING, LAX, NOW, Parties, heading, opened, openssl, taken_apart

MIC = Mic("3q2+7w==", Digest.SHA256)
SENT = Awaited("<m1@north.example>", "North Co", "south", (MIC, Mic("yv66vg==", Digest.SHA1)), ReceiptWish())
ASKS = [
    ("AS2-From", '"North Co"'),
    ("AS2-To", "south"),
    ("Message-ID", "<m1@north.example>"),
    ("Disposition-Notification-To", "edi@north.example"),
    (
        "Disposition-Notification-Options",
        "signed-receipt-protocol=required, pkcs7-signature; signed-receipt-micalg=optional, sha256, sha1",
    ),
]
ANSWERS = [("AS2-From", "south"), ("AS2-To", '"North Co"')]


def written(
    parties: Parties, disposition: Disposition = PROCESSED, mic: Mic | None = MIC, **other: object
) -> Answer:
    arguments: dict[str, object] = {
        "identity": parties.south.identity,
        "policy": EVERYTHING,
        "message_id": "<r1@south.example>",
        "user_agent": "edi-gateway",
        "at": NOW,
        **other,
    }
    asks = arguments.pop("asks", ASKS)
    return write_receipt(heading(asks), disposition, mic, **arguments)  # type: ignore[arg-type]


def read(
    parties: Parties, scratch: Scratch, headers: object, body: bytes, *, theirs: list[Trusted] | None = None
) -> Opened | Receipt | Refused:
    return open_message(
        Head.of(headers),  # type: ignore[arg-type]
        Extent.of(body),
        None,
        policy=Policy(digests=EVERYTHING.digests),
        ours=[parties.north.identity],
        theirs=theirs or [parties.south.trusted],
        at=NOW,
        scratch=scratch,
    )


@pytest.mark.parametrize(
    ("disposition", "text", "good"),
    [
        (PROCESSED, "processed", True),
        (DUPLICATE_DOCUMENT, "processed/warning: duplicate-document", True),
        (AUTHENTICATION_FAILED, "processed/error: authentication-failed", False),
        (DECRYPTION_FAILED, "processed/error: decryption-failed", False),
        (DECOMPRESSION_FAILED, "processed/error: decompression-failed", False),
        (INTEGRITY_CHECK_FAILED, "processed/error: integrity-check-failed", False),
        (INSUFFICIENT_MESSAGE_SECURITY, "processed/error: insufficient-message-security", False),
        (UNEXPECTED_PROCESSING_ERROR, "processed/error: unexpected-processing-error", False),
        (UNSUPPORTED_FORMAT, "failed/failure: unsupported format", False),
        (UNSUPPORTED_MIC_ALGORITHMS, "failed/failure: unsupported MIC-algorithms", False),
    ],
)
def test_every_disposition_is_written_signed_and_read_again(
    parties: Parties, scratch: Scratch, disposition: Disposition, text: str, good: bool
) -> None:
    answer = written(parties, disposition, MIC if good else None)
    assert f"\r\nDisposition: automatic-action/MDN-sent-automatically; {text}\r\n".encode() in answer.body
    assert answer.signer == parties.south.identity.certificate
    found = read(parties, scratch, answer.headers, answer.body)
    assert isinstance(found, Receipt)
    assert (found.disposition, found.disposition.good) == (disposition, good)
    assert found.signer == parties.south.identity.certificate
    assert judge(found, heading(answer.headers), SENT) == Verdict(True)


def test_our_receipt_reads_as_the_rfc_shows_it(parties: Parties) -> None:
    answer = written(parties, mic=replace(MIC, spelled="sha256"), identity=None)
    headers = dict(answer.headers)
    boundary = headers["Content-Type"].partition('boundary="')[2].rstrip('"')
    assert headers["Content-Type"].startswith("multipart/report; report-type=disposition-notification; ")
    assert (headers["AS2-From"], headers["AS2-To"]) == ("south", '"North Co"')
    assert (headers["AS2-Version"], headers["Message-ID"]) == ("1.2", "<r1@south.example>")
    assert headers["Date"] == "Mon, 01 Jun 2026 12:00:00 +0000"
    assert answer.body.decode() == (
        f"--{boundary}\r\n"
        "Content-Type: text/plain; charset=us-ascii\r\n"
        "Content-Transfer-Encoding: 7bit\r\n"
        "\r\n"
        "The message was received.\r\n"
        "\r\n"
        f"--{boundary}\r\n"
        "Content-Type: message/disposition-notification\r\n"
        "Content-Transfer-Encoding: 7bit\r\n"
        "\r\n"
        "Reporting-UA: edi-gateway\r\n"
        "Original-Recipient: rfc822; south\r\n"
        "Final-Recipient: rfc822; south\r\n"
        "Original-Message-ID: <m1@north.example>\r\n"
        "Disposition: automatic-action/MDN-sent-automatically; processed\r\n"
        "Received-Content-MIC: 3q2+7w==, sha256\r\n"
        "\r\n"
        "\r\n"
        f"--{boundary}--\r\n"
    )


def test_openssl_verifies_our_receipt(parties: Parties) -> None:
    answer = written(parties)
    boundary = dict(answer.headers)["Content-Type"].partition('boundary="')[2].rstrip('"').encode()
    _, report, signature, _ = answer.body.split(b"--" + boundary)
    assert b"micalg=sha-256" in dict(answer.headers)["Content-Type"].encode()
    content = parties.folder / "report"
    content.write_bytes(report[2:-2])
    certificate = parties.south.certificate_file
    structure = signature.partition(b"\r\n\r\n")[2]
    pem = b"-----BEGIN CMS-----\n" + structure.replace(b"\r\n", b"\n").strip() + b"\n-----END CMS-----\n"
    checked = openssl(
        *("-verify", "-binary", "-inform", "PEM", "-content", content, "-CAfile", certificate),
        *("-purpose", "any", "-attime", "1780315200"),
        content=pem,
    )
    assert checked == report[2:-2]


def test_it_is_signed_only_when_that_was_asked_and_by_what_they_may_use(parties: Parties) -> None:
    unsigned = [*ASKS[:-1]]
    assert written(parties, asks=unsigned).signer is None
    old = [*ASKS[:-1], ("Disposition-Notification-Options", "signed-receipt-protocol=optional, pkcs7-signature; "
                        "signed-receipt-micalg=optional, md5, sha1")]  # fmt: skip
    for policy, micalg in ((EVERYTHING, "sha1"), (Policy(), "sha-256")):
        answer = written(parties, asks=old, policy=policy)
        assert f"micalg={micalg};" in dict(answer.headers)["Content-Type"]


def test_a_hostile_message_id_begins_no_field(parties: Parties) -> None:
    hostile = [*ASKS[:2], ("Message-ID", "<x>\r\nDisposition: y\x00\x85"), *ASKS[3:]]
    answer = written(parties, asks=hostile)
    assert b"\r\nOriginal-Message-ID: <x>Disposition: y??\r\n" in answer.body
    assert answer.body.count(b"\r\nDisposition:") == 1


REPORT = b"""\
Content-Type: multipart/report; Report-Type=disposition-notification;\r
\tboundary="----=_Part_7"\r
\r
------=_Part_7\r
Content-Type: text/plain\r
Content-Transfer-Encoding: 7bit\r
\r
MDN for -\r
 Message ID: <m1@north.example>\r
\r
------=_Part_7\r
Content-Type: message/disposition-notification\r
Content-Transfer-Encoding: 7bit\r
\r
Reporting-UA: Some Server 3\r
original-message-id: m1@north.example\r
Disposition: Automatic-Action/mdn-sent-automatically;Processed\r
Received-content-MIC: 3q2+7w== , "SHA256"\r
------=_Part_7--\r
"""


def signed_report(
    parties: Parties, name: str = "south", report: bytes = REPORT
) -> tuple[list[tuple[str, str]], bytes]:
    party = getattr(parties, name)
    signer = ("-signer", party.certificate_file, "-inkey", party.key_file)
    headers, body = taken_apart(openssl("-sign", "-binary", *signer, content=report))
    return [*ANSWERS, *headers], body


def test_a_receipt_of_another_product_counts(parties: Parties, scratch: Scratch) -> None:
    """Other case, folding, brackets left out, blanks before the comma, quotes around the algorithm."""
    headers, body = signed_report(parties)
    found = read(parties, scratch, headers, body)
    assert isinstance(found, Receipt)
    assert found.text == "MDN for -\n Message ID: <m1@north.example>"
    assert judge(found, heading(headers), SENT) == Verdict(True)
    by_sha1 = REPORT.replace(b'3q2+7w== , "SHA256"', b"yv66vg==, sha-1")
    headers, body = signed_report(parties, report=by_sha1)
    found = read(parties, scratch, headers, body)
    assert isinstance(found, Receipt)
    assert judge(found, heading(headers), SENT) == Verdict(True)


def test_an_error_as_others_spell_it_is_a_refusal(parties: Parties, scratch: Scratch) -> None:
    for spelled, disposition in [
        (b"processed/Error:Decryption-failed", Disposition("processed", "error", "Decryption-failed")),
        (b"failed/Failure: unsupported format", UNSUPPORTED_FORMAT),
        (b"failed", Disposition("failed")),
        (b"processed/error", Disposition("processed", "error")),
        (b"processed / warning : x", Disposition("processed", "warning", "x")),
    ]:
        headers, body = signed_report(parties, report=REPORT.replace(b";Processed", b"; " + spelled))
        found = read(parties, scratch, headers, body)
        assert isinstance(found, Receipt)
        assert found.disposition == disposition
        assert found.disposition.good == (disposition.modifier == "warning")
        assert judge(found, heading(headers), SENT) == Verdict(True)


@pytest.mark.parametrize(
    ("change", "to", "problem"),
    [
        (b"m1@", b"m2@", "It is for another message."),
        (b"original-message-id: m1@north.example\r\n", b"", "It is for another message."),
        (b"3q2+7w==", b"3q2+7g==", "Its MIC is not that of what we sent."),
        (b'"SHA256"', b"sha1", "Its MIC is not that of what we sent."),
        (b'"SHA256"', b"sha512", "Its MIC is by sha-512, which we did not ask for."),
        (b'"SHA256"', b"md5", "It shows no MIC that we can compare."),
        (b"3q2+7w==", b"****", "It shows no MIC that we can compare."),
        (b'Received-content-MIC: 3q2+7w== , "SHA256"\r\n', b"", "It shows no MIC that we can compare."),
    ],
)
def test_a_receipt_of_something_else_does_not_count(
    parties: Parties, scratch: Scratch, change: bytes, to: bytes, problem: str
) -> None:
    assert change in REPORT
    headers, body = signed_report(parties, report=REPORT.replace(change, to))
    found = read(parties, scratch, headers, body)
    assert isinstance(found, Receipt)
    assert judge(found, heading(headers), SENT) == Verdict(False, problem)


def test_a_receipt_counts_only_signed_and_from_whom_it_went_to(parties: Parties, scratch: Scratch) -> None:
    headers, body = taken_apart(REPORT)
    found = read(parties, scratch, headers, body)
    assert isinstance(found, Receipt)
    assert found.signer is None
    on_its_way = heading([*ANSWERS, *headers])
    assert judge(found, on_its_way, SENT) == Verdict(False, "It is not signed, though we asked for that.")
    refused = replace(found, disposition=DECRYPTION_FAILED)
    assert not judge(refused, on_its_way, SENT).counts  # nor may a stranger refuse in their name
    unsigned = replace(SENT, wish=ReceiptWish(signed=False))
    assert judge(found, on_its_way, unsigned) == Verdict(True)
    assert judge(found, on_its_way, replace(SENT, wish=None)) == Verdict(False, "We asked for no receipt.")
    for names in (("North Co", "south"), ("other", "North Co"), ("south", "other")):
        other = heading([("AS2-From", names[0]), ("AS2-To", names[1])])
        assert judge(found, other, unsigned) == Verdict(False, "It is not from whom the message went to.")


def test_a_receipt_with_a_signature_that_does_not_count_is_none_at_all(
    parties: Parties, scratch: Scratch
) -> None:
    headers, body = signed_report(parties, "stranger")
    assert said(read(parties, scratch, headers, body)) == "authentication-failed"
    headers, body = signed_report(parties)
    assert (
        said(read(parties, scratch, headers, body.replace(b"3q2+7w", b"3q2+7g"))) == "integrity-check-failed"
    )
    headers, body = with_signature(REPORT, NO_SIGNER)
    assert said(read(parties, scratch, headers, body)) == "authentication-failed"
    headers, body = signed_report(parties)
    rolled = Trusted(parties.south.identity.certificate, until=datetime(2026, 5, 31, tzinfo=UTC))
    assert said(read(parties, scratch, headers, body, theirs=[rolled])) == "authentication-failed"


def said(found: Opened | Receipt | Refused) -> str | None:
    assert isinstance(found, Refused)
    return found.disposition.reason


def test_what_a_receipt_says_holds_nothing_that_a_record_cannot(parties: Parties, scratch: Scratch) -> None:
    report = REPORT.replace(b"Processed", b"processed/error: a\x00\x1bb").replace(
        b"m1@north", b"\x00m1@\xffnorth"
    )
    headers, body = taken_apart(report.replace(b'"SHA256"', b"sha\x00-256"))
    found = read(parties, scratch, headers, body)
    assert isinstance(found, Receipt)
    assert found.disposition == Disposition("processed", "error", "ab")
    assert found.original_message_id == "m1@\xffnorth.example"
    assert str(found.mic) == "3q2+7w==, sha-256"


def test_what_is_no_receipt_is_none(parties: Parties, scratch: Scratch) -> None:
    for change, to in [
        (b"message/disposition-notification", b"text/plain"),
        (b"Automatic-Action/mdn-sent-automatically;", b""),
        (b"------=_Part_7--", b""),
        (b"Processed", b"???"),
    ]:
        headers, body = taken_apart(REPORT.replace(change, to))
        assert isinstance(read(parties, scratch, headers, body), Refused)
    page = [("Content-Type", "text/html")]
    found = read(parties, scratch, page, b"<html>Welcome</html>")
    assert isinstance(found, Refused)  # a page is no receipt, and less secured than any message


def test_a_receipt_may_itself_be_compressed(parties: Parties, scratch: Scratch) -> None:
    headers, body = signed_report(parties)
    inside = b"Content-Type: " + dict(headers)["Content-Type"].encode() + b"\r\n\r\n" + body
    found = read(
        parties, scratch, [("Content-Type", "application/pkcs7-mime")], compressed(zlib.compress(inside))
    )
    assert isinstance(found, Receipt)
    assert judge(found, heading(headers), SENT) == Verdict(True)


def test_the_mic_is_over_what_rfc_4130_says_for_each_combination(parties: Parties, scratch: Scratch) -> None:
    """7.3.1: signed, over what was signed; encrypted only, over the entity inside; neither, over the content alone."""
    document = b"ISA*00*~"
    entity = b"Content-Type: application/edi-x12\r\n\r\n" + document
    north, south = parties.north, parties.south
    sign = ("-sign", "-binary", "-signer", north.certificate_file, "-inkey", north.key_file)
    encrypt = ("-encrypt", "-binary", "-aes-128-cbc", "-outform", "DER", south.certificate_file)
    signed = openssl(*sign, content=entity)
    smime = [("Content-Type", "application/pkcs7-mime")]
    for (headers, body), over in [
        (([("Content-Type", "application/edi-x12")], document), document),
        (taken_apart(signed), entity),
        ((smime, openssl(*encrypt, content=entity)), entity),
        ((smime, openssl(*encrypt, content=signed)), entity),
        ((smime, compressed(zlib.compress(entity))), entity),
        ((smime, compressed(zlib.compress(signed))), entity),
    ]:
        for names, digest, spelled in [
            ("sha256", "sha256", "sha256"),
            ("md5, SHA-512,sha1", "sha512", "SHA-512"),
        ]:
            options = (
                f"signed-receipt-protocol=optional,pkcs7-signature;signed-receipt-micalg=optional,{names}"
            )
            wish = [ASKS[3], ("Disposition-Notification-Options", options)]
            found = opened(parties, scratch, [*wish, *headers], body, LAX)
            assert isinstance(found, Opened)
            assert str(found.mic) == f"{b64encode(hashlib.new(digest, over).digest()).decode()}, {spelled}"


def test_header_lines_with_lf_are_signed_and_hashed_as_if_they_had_crlf(
    parties: Parties, scratch: Scratch
) -> None:
    """RFC 4130 7.3.1: they are brought to CRLF before the MIC is worked out; the content is not."""
    canonical = b"Content-Type: application/edi-x12\r\nX: y\r\n\r\nISA*00*~\nGS~\n"
    sent = canonical.replace(b"\r\n", b"\n")
    certificate = parties.south.certificate_file
    structure = openssl("-encrypt", "-binary", "-aes-128-cbc", "-outform", "DER", certificate, content=sent)
    headers, body = with_signature(sent, signed_by(parties, "north", content=canonical))
    over = b64encode(hashlib.sha256(canonical).digest()).decode()
    for message in [
        ([("Content-Type", "application/pkcs7-mime")], structure),
        (headers, body),
        (headers, body.replace(b"--b\r\n", b"--b\n").replace(b"\r\n--b", b"\n--b")),
    ]:
        found = opened(parties, scratch, *message)
        assert isinstance(found, Opened), found
        assert found.payloads[0].content.read() == b"ISA*00*~\nGS~\n"
        assert found.mic.value == over
    swapped = with_signature(
        sent.replace(b"ISA*00", b"ISA*01"), signed_by(parties, "north", content=canonical)
    )
    assert said(opened(parties, scratch, *swapped)) == "integrity-check-failed"
    as_sent = with_signature(sent, signed_by(parties, "north", content=sent))
    found = opened(parties, scratch, *as_sent)
    assert isinstance(found, Opened)
    assert found.mic.value == b64encode(hashlib.sha256(sent).digest()).decode()  # signed so, hashed so


def test_what_they_require_and_we_do_not_speak_is_told(parties: Parties, scratch: Scratch) -> None:
    for options, disposition in [
        ("signed-receipt-protocol=required, pgp", UNSUPPORTED_FORMAT),
        (
            "signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=required, md5",
            UNSUPPORTED_MIC_ALGORITHMS,
        ),
        ("signed-receipt-protocol=optional, pgp; signed-receipt-micalg=optional, md5", None),
    ]:
        wish = [ASKS[3], ("Disposition-Notification-Options", options)]
        found = opened(parties, scratch, [*wish, ("Content-Type", "application/edi-x12")], b"ISA*00*~")
        assert (found.disposition if isinstance(found, Refused) else None) == disposition
