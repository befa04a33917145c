"""What is taken once, what is refused and may come again, and what opens a case: messages posted by hand."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edi_gateway.commands.partners import certificates
from edi_gateway.commands.partners.certificates import Key, Use
from edi_gateway.commands.triage import documents
from edi_gateway.flow.as2 import agreement
from edi_gateway.partners.profile import As2Connection
from edi_gateway.store import tables
from edi_gateway.store.traffic import certificates as rows
from edi_gateway.transport.as2.extents import Extent, Scratch
from edi_gateway.transport.as2.packing import Heads, pack
from edi_gateway.transport.as2.terms import Cipher, Digest, Payload
from edi_gateway.transport.wire import Answer, Wire
from tests.flow.as2.sides import LONG_SINCE, Side, on_both, pair

Sides = tuple[Side, Side]
Packed = tuple[tuple[tuple[str, str], ...], bytes]


def packed(
    us: Side,
    them: Side,
    content: bytes,
    message_id: str = "<1@tarnbrook>",
    *more: Payload,
    name: str = "a.edi",
) -> Packed:
    """A message of ours, ready to be posted; with more documents behind the first."""
    wire = line(us, them)
    with us.works.writer.reading() as conn:
        ring = us.works.keyring.of(conn, them.key)
    with Scratch() as scratch:
        sent = pack(
            [Payload(Extent.of(content), filename=name), *more],
            Heads(message_id, us.name, them.name, "EDI", "test"),
            agreement.packing(wire.connection),
            ours=ring.ours,
            theirs=ring.theirs,
            at=us.clock(),
            scratch=scratch,
        )
        return sent.headers, sent.body.read()


def line(us: Side, them: Side) -> Wire:
    with us.works.writer.reading() as conn:
        us.works.live.refresh(conn)
    partner = us.works.live.get(them.key)
    assert partner is not None
    assert isinstance(partner.profile.connection, As2Connection)
    wire = us.works.transports(partner.profile)
    assert isinstance(wire, Wire)
    return wire


def post(us: Side, them: Side, message: Packed) -> Answer:
    wire = line(us, them)
    try:
        return wire.post(message[0], Extent.of(message[1]))
    finally:
        wire.close()


@on_both
def test_the_same_message_posted_by_many_at_once_is_taken_once_and_all_get_one_receipt(sides: Sides) -> None:
    us, them = sides
    message = packed(us, them, b"ISA*00*~")
    with ThreadPoolExecutor(8) as posting:
        answers = list(posting.map(lambda _: post(us, them, message), range(8)))
    assert len({answer.body for answer in answers}) == 1
    assert them.received() == [("a.edi", b"ISA*00*~")]
    assert len(them.table(tables.as2_receipts)) == 1


@on_both
def test_the_same_content_posted_by_many_at_once_under_many_message_ids_is_taken_once(sides: Sides) -> None:
    us, them = sides
    messages = [packed(us, them, b"ISA*00*~", f"<{n}@tarnbrook>") for n in range(8)]
    with ThreadPoolExecutor(8) as posting:
        answers = list(posting.map(lambda message: post(us, them, message), messages))
    assert sorted(them.states("in")) == ["DUPLICATE"] * 7 + ["TAKEN"]
    assert sum(b"duplicate-document" in answer.body for answer in answers) == 7
    assert them.received() == [("a.edi", b"ISA*00*~")]


def test_a_repacked_message_under_its_message_id_gets_the_receipt_of_the_first(sides: Sides) -> None:
    us, them = sides
    first = post(us, them, packed(us, them, b"ISA*00*~"))
    assert post(us, them, packed(us, them, b"ISA*00*~")).body == first.body
    assert them.states("in") == ["TAKEN"]


@on_both
def test_a_message_id_with_other_content_is_refused_and_a_case(sides: Sides) -> None:
    us, them = sides
    post(us, them, packed(us, them, b"ISA*00*~"))
    second = post(us, them, packed(us, them, b"ISA*11*~"))
    assert b"unexpected-processing-error" in second.body
    assert them.states("in") == ["TAKEN", "REFUSED"]
    assert them.received() == [("a.edi", b"ISA*00*~")]
    assert [code for code, _ in them.cases()] == ["AS2_MESSAGE_ID_REUSED"]


def test_without_a_message_id_the_same_bytes_are_still_one(sides: Sides) -> None:
    us, them = sides
    headers, body = packed(us, them, b"ISA*00*~")
    nameless = tuple(pair for pair in headers if pair[0] != "Message-ID")
    for _ in range(2):
        assert post(us, them, (nameless, body)).status == 200
    assert them.received() == [("a.edi", b"ISA*00*~")]


def test_several_documents_in_one_message_are_each_taken_with_one_receipt(sides: Sides) -> None:
    us, them = sides
    other = Payload(Extent.of(b"\x00\r\n"), "application/octet-stream", "b.pdf")
    message = packed(us, them, b"ISA*00*~", "<1@tarnbrook>", other, Payload(Extent.of(b"ISA*11*~")))
    answer = post(us, them, message)
    assert b"Disposition: automatic-action/MDN-sent-automatically; processed\r\n" in answer.body
    (first, second, third) = them.received()
    assert (first, second) == (("a.edi", b"ISA*00*~"), ("b.pdf", b"\x00\r\n"))
    assert third[1] == b"ISA*11*~"
    assert third[0].endswith(".edi")  # of no name: one is made
    assert len(them.table(tables.work)) == 3
    assert (
        b"duplicate-document"
        in post(
            us, them, packed(us, them, b"ISA*00*~", "<2@tarnbrook>", other, Payload(Extent.of(b"ISA*11*~")))
        ).body
    )
    assert len(them.received()) == 3


@pytest.mark.parametrize("name", ["../../../over.edi", "/tmp/over.edi", "..\\over.edi", "con.edi\x00", ".."])
def test_a_filename_is_kept_as_a_word_and_leads_nowhere(sides: Sides, tmp_path: Path, name: str) -> None:
    us, them = sides
    post(us, them, packed(us, them, b"ISA*00*~", name=name))
    assert them.received() == [(name.replace("\x00", ""), b"ISA*00*~")]
    assert not [*tmp_path.rglob("*.edi"), *tmp_path.parent.glob("*.edi")]
    assert not Path("/tmp/over.edi").exists()


def test_an_old_message_that_somebody_sends_again_is_not_taken_again(sides: Sides) -> None:
    """As it was, under another Message-ID, or with its certificate long expired: the signature proves its content,
    not its day."""
    us, them = sides
    headers, body = packed(us, them, b"ISA*00*~")
    first = post(us, them, (headers, body))
    them.clock.skip(days=30)
    assert post(us, them, (headers, body)).body == first.body
    renamed = tuple((n, "<new@tarnbrook>" if n == "Message-ID" else v) for n, v in headers)
    assert b"processed/warning: duplicate-document" in post(us, them, (renamed, body)).body
    them.clock.skip(days=900)
    again = tuple((n, "<newer@tarnbrook>" if n == "Message-ID" else v) for n, v in headers)
    assert b"authentication-failed" in post(us, them, (again, body)).body
    assert them.states("in") == ["TAKEN", "DUPLICATE", "REFUSED"]
    assert them.received() == [("a.edi", b"ISA*00*~")]


def test_the_signature_of_another_partner_does_not_count_for_this_one(sides: Sides) -> None:
    us, them = sides
    with them.works.writer.begin() as conn:
        (known,) = rows.standing(conn, "theirs")
        certificates.withdraw(them.works.desk(conn), known.id, "for this test")
        certificates.add_theirs(them.works.desk(conn), pair("ANOTHER")[0], Use(us.key, LONG_SINCE))
        certificates.add_theirs(them.works.desk(conn), pair(us.name)[0], Use("another", LONG_SINCE))
    us.queue(them, b"ISA*00*~")
    us.send(them)
    assert us.mdns("in") == [("REFUSES", "processed/error: authentication-failed")]
    assert us.states("out") == ["RECEIPT_REFUSED"]
    assert [code for code, _ in them.cases()] == ["AS2_MESSAGE_REFUSED"]
    assert them.received() == []


def test_ours_is_rolled_over_on_its_day_and_nobody_who_is_early_or_late_is_refused(sides: Sides) -> None:
    us, them = sides
    old, new = pair(us.name)[0], pair("TARNBROOK ANEW")[0]
    begins = us.clock() + timedelta(days=10)
    with us.works.writer.begin() as conn:
        desk = us.works.desk(conn)
        ours = certificates.add_ours(desk, new, Key(locked=pair("TARNBROOK ANEW")[1]), Use(since=begins))
        certificates.roll(desk, ours, begins, timedelta(days=30))
    with them.works.writer.begin() as conn:
        certificates.add_theirs(them.works.desk(conn), new, Use(us.key))  # they encrypt for it from today on
    for n, signs in enumerate((old, new)):
        us.queue(them, b"to them %d~" % n)
        them.queue(us, b"to us %d~" % n)
        us.send(them)
        them.send(us)
        assert us.states("out") == them.states("out") == ["RECEIPTED"] * (n + 1)
        assert us.table(tables.as2_messages, direction="out")[-1]["signer_serial"] == signs.serial
        assert us.table(tables.as2_messages, direction="in")[-1]["recipient_serial"] == new.serial
        us.clock.skip(days=11)
    with them.works.writer.begin() as conn:
        (known,) = [row for row in rows.standing(conn, "theirs") if row.serial == new.serial]
        certificates.withdraw(them.works.desk(conn), known.id, "they go on to use the old one")
    them.queue(us, b"late~")
    them.send(us)
    assert us.table(tables.as2_messages, direction="in")[-1]["recipient_serial"] == old.serial
    assert them.states("out")[-1] == "QUEUED"  # our receipt is signed by the new one, which they do not know


def test_of_a_partner_whose_key_can_only_sign_we_say_what_is_missing(sides: Sides) -> None:
    """Theirs is on P-256: what it signs counts, but nothing can be encrypted for it."""
    us, them = sides
    ec, _ = pair(them.name, "ec-p256")
    with us.works.writer.begin() as conn:
        (known,) = rows.standing(conn, "theirs")
        certificates.withdraw(us.works.desk(conn), known.id, "for this test")
        certificates.add_theirs(us.works.desk(conn), ec, Use(them.key, LONG_SINCE))
    us.queue(them, b"ISA*00*~")
    us.send(them)
    ((code, message),) = us.cases()
    assert code == "DELIVERY_FAILED"
    assert "has an EC key, which can only sign: ask for an RSA one beside it" in message


@pytest.mark.parametrize(
    "demand",
    [
        'digests = ["sha512"]',
        'signatures = ["rsa-pss", "ecdsa"]',
        'ciphers = ["aes256-gcm"]',
        'key_transports = ["rsa-oaep"]',
    ],
)
def test_an_algorithm_that_the_profile_does_not_name_is_refused_and_a_case(sides: Sides, demand: str) -> None:
    """They sign with RSA v1.5 and SHA-256, and encrypt with AES-256-CBC, its key by RSA v1.5."""
    us, them = sides
    them.agree(us, f"[connection.demands]\n{demand}\n")
    answer = post(us, them, packed(us, them, b"ISA*00*~"))
    assert b"processed/error: insufficient-message-security" in answer.body
    assert them.received() == []
    ((code, message),) = them.cases()
    assert code == "AS2_MESSAGE_REFUSED"
    assert message.endswith("this partner may not use.")


@on_both
def test_a_refused_message_does_not_block_its_retry(sides: Sides) -> None:
    us, them = sides
    with them.works.writer.begin() as conn:
        (known,) = rows.standing(conn, "theirs")
        certificates.withdraw(them.works.desk(conn), known.id, "for this test")
    message = packed(us, them, b"ISA*00*~")
    assert b"authentication-failed" in post(us, them, message).body
    with them.works.writer.begin() as conn:
        certificates.add_theirs(them.works.desk(conn), pair(us.name)[0], Use(us.key, LONG_SINCE))
    assert b"authentication-failed" not in post(us, them, message).body
    assert them.states("in") == ["REFUSED", "TAKEN"]


def test_without_their_certificate_nothing_goes_until_it_is_there(sides: Sides) -> None:
    us, them = sides
    with us.works.writer.begin() as conn:
        (known,) = rows.standing(conn, "theirs")
        certificates.withdraw(us.works.desk(conn), known.id, "for this test")
    (transmission,) = us.queue(them, b"ISA*00*~")
    us.send(them)
    assert us.transmissions() == ["FAILED"]
    assert us.table(tables.as2_messages) == []
    ((code, message),) = us.cases()
    assert code == "DELIVERY_FAILED"
    assert "is good for encrypting now" in message
    with us.works.writer.begin() as conn:
        certificates.add_theirs(us.works.desk(conn), pair(them.name)[0], Use(them.key, LONG_SINCE))
        documents.resend_transmission(us.works.desk(conn), transmission)
    us.send(them)
    assert us.states("out") == ["RECEIPTED"]
    assert us.cases() == []


ANYTHING = f"digests = {[*map(str, Digest)]}\nciphers = {[*map(str, Cipher)]}\n"
ANY_RECEIPT = f"[connection.demands]\n{ANYTHING}"  # they sign it by the digest that we asked for
AGREEMENTS = st.fixed_dictionaries(
    {
        "sign": st.sampled_from(["sha256", "sha384", "sha512", "sha1", "none"]),
        "signature": st.sampled_from(["rsa-v1_5", "rsa-pss"]),
        "encrypt": st.sampled_from([*Cipher, "none"]),
        "key_transport": st.sampled_from(["rsa-v1_5", "rsa-oaep"]),
        "compress": st.sampled_from(["before signing", "after signing", "none"]),
        "content_type": st.sampled_from(["application/edi-x12", "application/octet-stream", "text/plain"]),
    }
)


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=3000), sending=AGREEMENTS, receipt=st.sampled_from(["true", "false"]))
def test_any_bytes_in_any_packing_arrive_through_a_socket_with_the_mic_that_we_worked_out(
    sides: Sides, content: bytes, sending: dict[str, str], receipt: str
) -> None:
    us, them = sides
    packing = "".join(f'{key} = "{value}"\n' for key, value in sending.items())
    us.agree(them, f"[connection.sending]\n{packing}[connection.receipts]\nsigned = {receipt}\n{ANY_RECEIPT}")
    them.agree(us, f"[connection.demands]\nsigned = false\nencrypted = false\n{ANYTHING}")
    us.queue(them, content)
    us.send(them)
    assert set(us.states("out")) == {"RECEIPTED"}  # only a receipt with our MIC settles
    assert content in [came for _, came in them.received()]
