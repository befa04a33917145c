"""Headers as the RFC has them and as products write them."""

from __future__ import annotations

import pytest

from edi_gateway.transport.as2.extents import Extent
from edi_gateway.transport.as2.faults import Fault
from edi_gateway.transport.as2.heading import Heading, read_headers, write_wish
from edi_gateway.transport.as2.identifiers import write_identifier
from edi_gateway.transport.as2.mime.head import Head, Value, read_head
from edi_gateway.transport.as2.terms import Digest, Limits, ReceiptWish, Refused
from tests.transport.as2.parties import heading

WHO = [("AS2-From", "north"), ("AS2-To", "south")]


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("north", "north"),
        (" north ", "north"),
        ('"North Co"', "North Co"),
        ("North Co", "North Co"),  # against the RFC, but plain
        ('"north"', "north"),  # quotes that need not be there name the same
        (r'"say \"AS2\" \\ loud"', r'say "AS2" \ loud'),
        ("a@b(c);d", "a@b(c);d"),
        ("x" * 128, "x" * 128),
    ],
)
def test_identifiers_are_read_with_and_without_quotes(written: str, name: str) -> None:
    assert heading([("as2-from", written), ("AS2-TO", "south")]).as2_from == name
    again = write_identifier(name)
    assert heading([("AS2-From", again), ("AS2-To", "south")]).as2_from == name
    assert again.startswith('"') == any(character in ' "\\' for character in name)


@pytest.mark.parametrize("written", ["", '""', '" "', "x" * 129, "caf\u00e9", "a\x00b"])
def test_what_is_no_identifier_is_refused(written: str) -> None:
    for name in ("AS2-From", "AS2-To"):
        other = [pair for pair in WHO if pair[0] != name]
        assert isinstance(read_headers([*other, (name, written)]), Refused)
        assert isinstance(read_headers(other), Refused)
    with pytest.raises(ValueError):
        write_identifier(written.strip('"'))


def test_an_identifier_that_stands_there_twice_is_refused() -> None:
    assert isinstance(read_headers([*WHO, ("as2-from", "other")]), Refused)
    assert not isinstance(read_headers([*WHO, ("as2-from", "north")]), Refused)


@pytest.mark.parametrize("version", [None, "1.0", "1.1", "1.2", "2.7", "one", ""])
def test_any_as2_version_and_no_message_id_are_lived_with(version: str | None) -> None:
    more = [] if version is None else [("AS2-Version", version)]
    assert heading([*WHO, *more]) == Heading("north", "south", None, None, None, version)


@pytest.mark.parametrize("written", ["<1@north>", "1@north", "<odd one>", "<>"])
def test_a_message_id_is_kept_exactly_as_it_is_written(written: str) -> None:
    assert heading([*WHO, ("message-id", written)]).message_id == written


def test_folded_headers_and_bytes_are_read() -> None:
    read = read_headers(
        [
            (b"as2-from", b'"North\r\n Co"'),
            (b"as2-to", b"south"),
            (b"subject", "f\u00fcr\n\tuns".encode("latin-1")),
        ]
    )
    assert not isinstance(read, Refused)
    assert (read[1].as2_from, read[1].subject) == ("North Co", "f\u00fcr\tuns")


NOTIFY = ("Disposition-Notification-To", "edi@north.example")


@pytest.mark.parametrize(
    ("options", "wish"),
    [
        (None, ReceiptWish(signed=False, digests=())),
        ("", ReceiptWish(signed=False, digests=())),
        (
            "signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, sha1, md5",
            ReceiptWish(digests=(Digest.SHA1,), spelled=("sha1",)),
        ),
        (
            'Signed-Receipt-Protocol=required,"pkcs7-signature";signed-receipt-micalg=Required,SHA-256,sha-1,"sha512";',
            ReceiptWish(
                digests=(Digest.SHA256, Digest.SHA1, Digest.SHA512), spelled=("SHA-256", "sha-1", "sha512")
            ),
        ),
        (
            "signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=sha-384, SHA384, sha_256",
            ReceiptWish(digests=(Digest.SHA384, Digest.SHA256), spelled=("sha-384", "sha_256")),
        ),
        ("signed-receipt-protocol=optional, pkcs7-signature", ReceiptWish(digests=())),
    ],
)
def test_the_wish_for_a_receipt_is_read_in_every_spelling(options: str | None, wish: ReceiptWish) -> None:
    more = [] if options is None else [("Disposition-notification-OPTIONS", options)]
    assert heading([*WHO, NOTIFY, *more]).wish == wish
    assert heading([*WHO, *more]).wish is None  # who is not to be notified asks for nothing


def test_an_asynchronous_wish_is_written_and_read() -> None:
    wish = ReceiptWish(digests=(Digest.SHA512, Digest.SHA1), url="https://north.example/as2/mdn")
    headers = write_wish(wish, "north")
    assert headers == [
        ("Disposition-Notification-To", "north"),
        (
            "Disposition-Notification-Options",
            "signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, sha-512, sha1",
        ),
        ("Receipt-Delivery-Option", "https://north.example/as2/mdn"),
    ]
    read = heading([*WHO, *headers]).wish
    assert read == ReceiptWish(digests=wish.digests, url=wish.url, spelled=("sha-512", "sha1"))
    assert write_wish(ReceiptWish(signed=False), "north") == [("Disposition-Notification-To", "north")]


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_a_head_is_read_with_crlf_and_lf(end: str) -> None:
    lines = ["content-TYPE: text/plain;", "\tcharset=utf-8", "X-Empty:", "X : y", "", "body", "", "more"]
    head, body = read_head(Extent.of(end.join(lines).encode()), Limits())
    assert head.content_type() == Value("text/plain", (("charset", "utf-8"),))
    assert (head.get("x-empty"), head.get("X")) == ("", "y")
    assert body.read() == end.join(lines[5:]).encode()


def test_a_body_may_have_no_head_and_a_head_no_body() -> None:
    for content, lines, body in [
        (b"\r\nbody", 0, b"body"),
        (b"\nbody\r\n\r\n", 0, b"body\r\n\r\n"),
        (b"A: b\r\n", 1, b""),
        (b"A: b", 1, b""),
        (b"", 0, b""),
    ]:
        head, rest = read_head(Extent.of(content), Limits())
        assert (len(head.lines), rest.read()) == (lines, body)


@pytest.mark.parametrize(
    "content", [b" folded: first\r\n\r\n", b"no colon\r\n\r\n", b": no name\r\n\r\n", b"a b: c\n\n"]
)
def test_what_is_no_head_is_a_fault(content: bytes) -> None:
    with pytest.raises(Fault):
        read_head(Extent.of(content), Limits())


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="orders 1.edi"', "orders 1.edi"),
        ("attachment; filename=orders.edi", "orders.edi"),
        (r'attachment; filename="a\"b\\c;d.edi"', 'a"b\\c;d.edi'),
        ("attachment; filename*=UTF-8''%e2%82%ac%20rates.edi", "\u20ac rates.edi"),
        ("attachment; filename=x.edi; filename*=utf-8''caf%C3%A9.edi", "caf\u00e9.edi"),
        ("attachment; filename*0=or; filename*1=ders.edi", "orders.edi"),
        ("attachment; filename*0*=utf-8''caf%C3; filename*1*=%A9; filename*2=.edi", "caf\u00e9.edi"),
        ('attachment; filename="=?UTF-8?Q?caf=C3=A9=2Eedi?="', "caf\u00e9.edi"),
        ('attachment; filename="=?UTF-8?B?!!?="', "=?UTF-8?B?!!?="),
        ('ATTACHMENT; FILENAME="C:\\\\out\\\\a.edi"', "C:\\out\\a.edi"),
        ("attachment; filename*=nonsense''%ff", "\ufffd"),
        ("attachment; filename*=x", None),
        ('attachment; filename="a\x07\tb"', "ab"),
        ("attachment; filename*=utf-7''a%2B2AA-b", "ab"),  # half of a character that no database takes
        ('attachment; filename="=?unicode_escape?Q?a=5Cud800b?="', "ab"),
        ("attachment", None),
    ],
)
def test_a_filename_is_read_however_it_is_encoded(disposition: str, name: str | None) -> None:
    assert Head((("Content-Disposition", disposition),)).filename() == name


def test_the_name_of_the_content_type_is_a_filename_too() -> None:
    assert Head((("Content-Type", 'application/edi-x12; name="a.edi"'),)).filename() == "a.edi"


@pytest.mark.parametrize(
    "name", ["a.edi", 'q"uo\\te.edi', "caf\u00e9 \u20ac.edi", "two\r\nlines", "\u2028", "x" * 200]
)
def test_a_filename_is_written_so_that_it_can_be_read_again(name: str) -> None:
    written = str(Value("attachment", (("filename", name),)))
    assert written.isascii()
    assert written.isprintable()
    assert Value.read(written).parameter("filename") == name
