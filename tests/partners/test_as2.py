"""An AS2 connection in a profile: what may be left out, and every mistake with its line and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi_gateway.partners import registry
from edi_gateway.partners.profile import As2Connection
from tests.partners.folders import PLAIN, partner

AS2 = PLAIN.replace(
    'kind = "directory"\ninbound = "in"\noutbound = "out"\n',
    'kind = "as2"\nus = "TARNBROOK AS2"\nthem = "FERNHILL"\nurl = "https://as2.fernhill.example/in"\n',
)
LAST = AS2.count("\n")  # what a test appends begins in the next line
LINE_OF_CONNECTION = AS2[: AS2.index("[connection]")].count("\n") + 1


def told(folder: Path) -> list[tuple[int, str]]:
    """(line, message) of each mistake."""
    return [(int(str(f.at).rpartition(":")[2]), f.message) for f in registry.check(folder).findings]


def test_four_keys_are_a_connection_that_signs_encrypts_and_asks_for_a_signed_receipt(tmp_path: Path) -> None:
    profile = registry.check(partner(tmp_path, AS2)).profile
    assert profile is not None
    connection = profile.connection
    assert isinstance(connection, As2Connection)
    assert (connection.sending.sign, connection.sending.encrypt) == ("sha256", "aes256-cbc")
    assert (connection.receipts.ask, connection.receipts.signed) == ("sync", True)
    assert (connection.demands.signed, connection.demands.encrypted) == (True, True)
    assert "sha1" not in connection.demands.digests
    assert "3des" not in connection.demands.ciphers
    assert connection.retry.minutes == (1, 5, 15, 60)
    assert connection.line.internal_addresses is False


def test_everything_may_be_said(tmp_path: Path) -> None:
    folder = partner(
        tmp_path,
        AS2
        + """
[connection.sending]
sign = "sha512"
signature = "rsa-pss"
encrypt = "aes256-gcm"
key_transport = "rsa-oaep"
compress = "before signing"
[connection.receipts]
ask = "async"
receipt_url = "https://as2.tarnbrook.example/as2"
wait_minutes = 90
may_ask_at = ["https://as2.fernhill.example/mdn", "https://mdn.fernhill.example/in/*"]
[connection.demands]
digests = ["sha256", "sha1"]
ciphers = ["3des"]
[connection.retry]
minutes = [2, 30]
[connection.line]
user = "tarnbrook"
password_env = "FERNHILL_PASSWORD"
ca_file = "secrets/fernhill-ca.pem"
client_certificate_file = "secrets/us.pem"
client_key_file = "secrets/us.key"
""",
    )
    assert told(folder) == []


@pytest.mark.parametrize(
    ("more", "offset", "message"),
    [
        (
            "[connection.sending]\nsign = 'sha265'\n",
            2,
            'sending.sign is "sha265"; it must be one of sha256, sha384, sha512, sha1, none.',
        ),
        ("[connection.sending]\nsigned = true\n", 2, "sending.signed is no key of a profile."),
        (
            "[connection.receipts]\nwait_minutes = 0\n[connection.retry]\nminutes = [5]\n",
            2,
            "receipts.wait_minutes is 0; it must be at least 1.",
        ),
        (
            "[connection.receipts]\nask = 'async'\n",
            2,
            'receipts.ask is "async", and there is no receipt_url.',
        ),
        (
            "[connection.receipts]\nwait_minutes = 60\n",
            2,
            "receipts.wait_minutes is 60, no longer than the longest pause of connection.retry.minutes (60).",
        ),
        (
            "[connection.receipts]\nreceipt_url = 'as2.tarnbrook.example'\n",
            2,
            'receipts.receipt_url is "as2.tarnbrook.example": it does not begin with https:// or http://.',
        ),
        (
            "[connection.receipts]\nmay_ask_at = ['https://mdn.fernhill.example*']\n",
            2,
            'receipts.may_ask_at holds "https://mdn.fernhill.example*": '
            "a * behind the host would let any host in that begins so.",
        ),
        (
            "[connection.receipts]\nmay_ask_at = ['https://*.example/in']\n",
            2,
            'receipts.may_ask_at holds "https://*.example/in": a * may stand at the end only.',
        ),
        (
            "[connection.demands]\nciphers = []\n",
            2,
            "demands.ciphers is empty, and connection.demands.encrypted is true: nothing would be taken.",
        ),
        (
            "[connection.demands]\nkey_transports = []\n",
            2,
            "demands.key_transports is empty, and connection.demands.encrypted is true: nothing would be taken.",
        ),
        ("[connection.retry]\nminutes = []\n", 2, "retry.minutes is empty."),
        ("[connection.retry]\nminutes = [1, 0]\n", 2, "retry.minutes holds 0; a pause is at least 1."),
        ("[connection.line]\nuser = 'us'\n", 2, "line.user has no password."),
        ("[connection.line]\npassword_env = 'P'\n", 2, "line has password_env and no user."),
        (
            "[connection.line]\nclient_key_file = 'us.key'\n",
            2,
            "line has client_key_file and no client_certificate_file.",
        ),
        (
            "[connection.line]\nca_file = 'a'\npinned_certificate_file = 'b'\n",
            3,
            "line has ca_file and pinned_certificate_file.",
        ),
    ],
)
def test_each_mistake_has_its_line(tmp_path: Path, more: str, offset: int, message: str) -> None:
    assert (LAST + offset, f"connection.{message}") in told(partner(tmp_path, AS2 + more))
    assert len(told(tmp_path / "fernhill")) == 1


@pytest.mark.parametrize(
    ("was", "now", "line", "message"),
    [
        (
            '"FERNHILL"\nurl',
            '"FERNHILLÉ"\nurl',
            3,
            "them holds a character that an AS2 identifier cannot have.",
        ),
        ('"FERNHILL"\nurl', '"TARNBROOK AS2"\nurl', 3, "us and connection.them are the same AS2 identifier."),
        ('"TARNBROOK AS2"', '" TARNBROOK"', 2, "us begins or ends with a blank."),
        (
            "https://as2.fernhill.example/in",
            "ftp://as2.fernhill.example/in",
            4,
            'url is "ftp://as2.fernhill.example/in": it does not begin with https:// or http://.',
        ),
        (
            "https://as2.fernhill.example/in",
            "https://10.1.2.3/in",
            4,
            'url is "https://10.1.2.3/in", an address inside of our own network.',
        ),
        (
            "https://as2.fernhill.example/in",
            "http://[::1]:4080/in",
            4,
            'url is "http://[::1]:4080/in", an address inside of our own network.',
        ),
        (
            "https://as2.fernhill.example/in",
            "https://us:hush@as2.fernhill.example/in",
            4,
            'url is "https://as2.fernhill.example/in": a login does not belong in it; see [connection.line].',
        ),
    ],
)
def test_identifiers_and_addresses_are_looked_at(
    tmp_path: Path, was: str, now: str, line: int, message: str
) -> None:
    assert told(partner(tmp_path, AS2.replace(was, now, 1))) == [
        (LINE_OF_CONNECTION + line, f"connection.{message}")
    ]


def test_plain_documents_over_plain_http_are_refused(tmp_path: Path) -> None:
    text = AS2.replace("https://", "http://") + "[connection.sending]\nencrypt = 'none'\n"
    assert [message for _, message in told(partner(tmp_path, text))] == [
        "connection.url is http:// and connection.sending.encrypt is none: anyone on the way could read it."
    ]


def test_an_inside_address_is_allowed_where_that_is_said(tmp_path: Path) -> None:
    text = AS2.replace("https://as2.fernhill.example", "http://127.0.0.1:4080")
    assert told(partner(tmp_path, text + "[connection.line]\ninternal_addresses = true\n")) == []


def test_a_secret_that_was_typed_into_the_file_is_not_repeated(tmp_path: Path) -> None:
    folder = partner(tmp_path, AS2 + "[connection.line]\nuser = 'us'\npassword_env = 'h5sh!'\n")
    (finding,) = registry.check(folder).findings
    assert finding.message == (
        "connection.line.password_env must be the name of an environment variable, in capitals."
    )
    assert "h5sh!" not in f"{finding.message}{finding.hint}{finding.value}"


def test_two_partners_cannot_have_one_pair_of_identifiers(tmp_path: Path) -> None:
    other = AS2.replace('id = "FERNHILL"', 'id = "HOLLINS"').replace("Fernhill", "Hollins")
    partner(tmp_path, AS2)
    assert [message for _, message in told(partner(tmp_path, other, "hollins"))] == [
        'connection.them is "FERNHILL", and fernhill has the same pair of identifiers.'
    ]
