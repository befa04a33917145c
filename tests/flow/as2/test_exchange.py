"""A document goes by AS2 and its receipt comes back: through real sockets, between two gateways."""

from __future__ import annotations

import json

import pytest

from edi_gateway.commands.triage import documents
from edi_gateway.reports.traffic.documents import list_transmissions, transmission_bytes
from edi_gateway.store import tables
from edi_gateway.store.database import reading
from edi_gateway.store.traffic import as2, outbox
from tests.flow.as2 import peer as peers
from tests.flow.as2.peer import Peer
from tests.flow.as2.sides import Side, on_both, pair

ORDER = b"ISA*00*          *00*          ~\r\nno line end of it may change\n\x00\xff~"
Sides = tuple[Side, Side]

SYNC, ASYNC, NONE = "sync", "async", "none"


def ask(us: Side, them: Side, how: str, more: str = "") -> None:
    """Agree on the receipt that we ask for."""
    url = f'receipt_url = "{us.url}"\n' if how == ASYNC else ""
    us.agree(them, f'[connection.receipts]\nask = "{how}"\n{url}{more}')
    them.agree(us, f'[connection.receipts]\nmay_ask_at = ["{us.url}"]\n')


def test_a_document_arrives_as_it_was_and_is_receipted_in_the_answer(sides: Sides) -> None:
    us, them = sides
    us.queue(them, ORDER)
    us.send(them)
    assert them.received() == [("order-1.edi", ORDER)]
    assert us.transmissions() == ["SENT"]
    assert us.states("out") == ["RECEIPTED"]
    assert them.states("in") == ["TAKEN"]
    assert us.mdns("in") == [("SETTLES", "processed")]
    assert them.mdns("out") == [("ANSWERED", "processed")]
    (work,) = them.table(tables.work)
    assert (work["kind"], work["state"]) == ("inbound", "READY")
    assert us.cases() == them.cases() == []


def test_several_files_go_as_the_attachments_of_one_message_and_arrive_each_as_it_was(sides: Sides) -> None:
    """RFC 6362: one multipart/related, one receipt, over all of them."""
    us, them = sides
    files = [("order.edi", ORDER), ("drawing.pdf", b"%PDF-\x00\xff\n"), ("note.txt", b"no line end")]
    with us.works.writer.begin() as conn:
        us.works.live.refresh(conn)
        partner = us.works.live.get(them.key)
        assert partner is not None
        documents.send_files(us.works.desk(conn), partner.profile, files)
    us.send(them)
    assert sorted(them.received()) == sorted(files)
    assert us.transmissions() == ["SENT"]
    assert us.states("out") == ["RECEIPTED"]
    (sent,), (came,) = us.table(tables.as2_messages), them.table(tables.as2_messages)
    assert sent["mics"] == came["mics"]
    assert sent["payload_sha256"] == came["payload_sha256"]


def test_what_was_true_on_the_wire_is_on_record_on_both_sides(sides: Sides) -> None:
    us, them = sides
    us.queue(them, ORDER)
    us.send(them)
    (sent,) = us.table(tables.as2_messages)
    (came,) = them.table(tables.as2_messages)
    (mdn,) = us.table(tables.as2_receipts)
    assert sent["message_id"] == came["message_id"]
    assert json.loads(sent["mics"]) == json.loads(came["mics"])
    assert sent["sha256"] == came["sha256"]
    assert sent["signer_serial"] == came["signer_serial"] == pair(us.name)[0].serial
    assert sent["recipient_serial"] == came["recipient_serial"] == pair(them.name)[0].serial
    assert came["layers"] == "encrypted aes256-cbc rsa-v1_5, signed sha256 rsa-v1_5"
    assert came["peer"] == "127.0.0.1"
    assert {name.lower() for name, _ in json.loads(came["headers"])} >= {"as2-from", "as2-to", "message-id"}
    assert b"disposition-notification" in bytes(mdn["bytes"])
    assert mdn["signer_serial"] == pair(them.name)[0].serial
    assert mdn["mic"] == f"{json.loads(sent['mics'])[0][0]}, sha-256"
    assert None not in (sent["first_sent_at"], sent["sent_at"], sent["receipted_at"])


def test_no_receipt_is_waited_for_where_none_is_asked_for(sides: Sides) -> None:
    us, them = sides
    ask(us, them, NONE)
    us.queue(them, ORDER)
    us.send(them)
    assert us.states("out") == ["SENT"]
    assert us.transmissions() == ["SENT"]
    assert them.received() == [("order-1.edi", ORDER)]
    assert them.mdns("out") == []


@on_both
def test_an_asynchronous_receipt_comes_by_itself_to_the_url_that_was_agreed(sides: Sides) -> None:
    us, them = sides
    ask(us, them, ASYNC)
    us.queue(them, ORDER)
    us.send(them)
    assert us.states("out") == ["RECEIPT_PENDING"]
    assert us.transmissions() == ["SENT"]
    assert them.mdns("out") == [("READY", "processed")]
    them.answer()
    assert them.mdns("out") == [("SENT", "processed")]
    assert us.states("out") == ["RECEIPTED"]
    us.clock.skip(hours=30)
    us.judge()
    assert us.states("out") == ["RECEIPTED"]
    assert us.cases() == them.cases() == []


@pytest.mark.parametrize("how", [SYNC, ASYNC])
@on_both
def test_the_same_message_again_gets_the_same_receipt_and_is_taken_once(sides: Sides, how: str) -> None:
    us, them = sides
    ask(us, them, how)
    (transmission,) = us.queue(them, ORDER)
    us.send(them)
    them.answer()
    first = us.table(tables.as2_receipts)[0]
    with us.works.writer.begin() as conn:
        documents.resend_transmission(us.works.desk(conn), transmission)
    us.send(them)
    them.answer()
    second = us.table(tables.as2_receipts)[1]
    assert (second["bytes"], second["message_id"]) == (first["bytes"], first["message_id"])
    assert us.states("out") == ["RECEIPTED"]
    assert them.received() == [("order-1.edi", ORDER)]
    assert them.states("in") == ["TAKEN"]
    assert us.cases() == them.cases() == []


@on_both
def test_a_known_content_under_a_new_message_id_is_a_duplicate_document(sides: Sides) -> None:
    us, them = sides
    us.queue(them, ORDER, ORDER)
    us.send(them)
    assert us.mdns("in") == [("SETTLES", "processed"), ("SETTLES", "processed/warning: duplicate-document")]
    assert us.states("out") == ["RECEIPTED", "RECEIPTED"]
    assert them.states("in") == ["TAKEN", "DUPLICATE"]
    assert them.received() == [("order-1.edi", ORDER)]


@pytest.mark.parametrize(
    "sending",
    [
        'sign = "none"\nencrypt = "none"',
        'sign = "sha512"\nencrypt = "none"\ncompress = "after signing"',
        'sign = "none"\nencrypt = "aes128-gcm"\ncompress = "before signing"',
        'sign = "sha384"\nsignature = "rsa-pss"\nencrypt = "aes256-gcm"\nkey_transport = "rsa-oaep"',
        'sign = "sha1"\nencrypt = "3des"\ncontent_type = "text/plain"',
    ],
)
def test_each_agreement_comes_through_when_both_sides_have_it(sides: Sides, sending: str) -> None:
    us, them = sides
    us.agree(
        them,
        f"[connection.sending]\n{sending}\n[connection.demands]\ndigests = ['sha1', 'sha256', 'sha384', 'sha512']\n",
    )
    them.agree(
        us,
        "[connection.demands]\nsigned = false\nencrypted = false\ndigests = ['sha1', 'sha256', 'sha384', 'sha512']\n"
        "ciphers = ['3des', 'aes128-gcm', 'aes256-gcm']\n",
    )
    us.queue(them, ORDER)
    us.send(them)
    assert us.states("out") == ["RECEIPTED"], (us.cases(), them.cases())
    assert [content for _, content in them.received()] == [ORDER]


@on_both
def test_a_document_of_many_rows_goes_whole_and_goes_again_as_it_was(sides: Sides, peer: Peer) -> None:
    us, them = sides
    large = bytes(range(256)) * (3 << 12) + b"the end"  # 3 MiB and a little
    us.agree(them, url=peer.url)
    peer.behaviour = peers.error_500
    (transmission,) = us.queue(them, large)
    us.send(them)
    peer.behaviour = peers.honest
    us.clock.skip(minutes=2)
    us.send(them)
    assert them.received() == [("order-1.edi", large)]
    assert len(set(peer.posts)) == 1
    assert us.states("out") == ["RECEIPTED"]
    with reading(us.engine) as conn:
        assert transmission_bytes(conn, transmission) == large
        assert [row.size for row in list_transmissions(conn)] == [len(large)]
    us.clock.skip(days=30)
    with us.works.writer.begin() as conn:
        assert outbox.purge(conn, us.clock(), 10) == 1
        assert as2.purge(conn, us.clock(), 10) == 1
        assert transmission_bytes(conn, transmission) == b""
    assert us.table(tables.as2_chunks) == us.table(tables.transmission_chunks) == []
    assert len(us.mdns("in")) == 1  # the evidence stays
