"""A receipt counts for the message that we sent, from whom we sent it to, signed, with our MIC; nothing else does."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from dataclasses import replace

import pytest

from edi_gateway.commands.triage import documents
from edi_gateway.reports.traffic.as2 import list_receipts, raw_receipt
from edi_gateway.store import tables
from edi_gateway.transport.as2.terms import (
    DECRYPTION_FAILED,
    PROCESSED,
    UNSUPPORTED_FORMAT,
    Answer,
    Digest,
    Disposition,
    Mic,
)
from tests.flow.as2 import peer as peers
from tests.flow.as2.peer import Handler, Peer, receipt
from tests.flow.as2.sides import Side, on_both
from tests.flow.as2.test_exchange import ASYNC, ask

ORDER = b"ISA*00*~"
WRONG = Mic("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", Digest.SHA256)
Sides = tuple[Side, Side]


def true_mic(us: Side) -> Mic:
    (row,) = us.table(tables.as2_messages)
    value, digest = json.loads(row["mics"])[0]
    return Mic(value, Digest(digest))


Lie = Callable[[Side, Side, Handler], Answer]

LIES: dict[str, tuple[Lie, str]] = {
    "wrong MIC": (
        lambda us, them, h: receipt(them, h, mic=WRONG, signer=them),
        "Its MIC is not that of what we sent.",
    ),
    "no MIC": (
        lambda us, them, h: receipt(them, h, signer=them),
        "It shows no MIC that we can compare.",
    ),
    "not signed": (
        lambda us, them, h: receipt(them, h, mic=true_mic(us)),
        "It is not signed, though we asked for that.",
    ),
    "signed by us": (
        lambda us, them, h: receipt(them, h, mic=true_mic(us), signer=us),
        "",
    ),
    "for another": (
        lambda us, them, h: receipt(them, h, mic=true_mic(us), signer=them, message_id="<a@b>"),
        "It is for another message.",
    ),
}


@pytest.mark.parametrize(("lie", "why"), LIES.values(), ids=LIES.keys())
def test_a_false_receipt_in_the_answer_settles_nothing_and_a_person_hears(
    sides: Sides, peer: Peer, lie: Lie, why: str
) -> None:
    us, them = sides
    peer.behaviour = peers.answering(lambda handler: lie(us, them, handler))
    us.queue(them, ORDER)
    us.send(them)
    (mdn,) = us.table(tables.as2_receipts)
    assert mdn["state"] == "INVALID"
    assert why in mdn["problem"]
    assert us.states("out") == ["QUEUED"]
    assert us.transmissions() == ["READY"]  # the same bytes go again
    assert [code for code, _ in us.cases()] == ["AS2_RECEIPT_INVALID"]
    peer.behaviour = peers.honest
    us.clock.skip(minutes=2)
    us.send(them)
    assert us.states("out") == ["RECEIPTED"]
    assert us.cases() == []


@on_both
def test_a_refusal_ends_the_sending_and_what_goes_after_its_mending_is_packed_anew(
    sides: Sides, peer: Peer
) -> None:
    us, them = sides
    peer.behaviour = peers.answering(lambda h: receipt(them, h, DECRYPTION_FAILED, signer=them))
    (transmission,) = us.queue(them, ORDER)
    us.send(them)
    assert us.mdns("in") == [("REFUSES", "processed/error: decryption-failed")]
    assert us.states("out") == ["RECEIPT_REFUSED"]
    assert us.transmissions() == ["FAILED"]
    ((code, message),) = us.cases()
    assert code == "AS2_RECEIPT_REFUSES"
    assert "fernhill did not take <" in message
    peer.behaviour = peers.honest
    with us.works.writer.begin() as conn:
        documents.resend_transmission(us.works.desk(conn), transmission)
    us.send(them)
    assert us.states("out") == ["RECEIPT_REFUSED", "RECEIPTED"]
    assert len({message_id for message_id, _ in peer.posts}) == 2
    assert us.cases() == []
    assert them.received() == [("order-1.edi", ORDER)]


def test_a_failure_is_a_refusal_too(sides: Sides, peer: Peer) -> None:
    us, them = sides
    peer.behaviour = peers.answering(lambda h: receipt(them, h, UNSUPPORTED_FORMAT, signer=them))
    us.queue(them, ORDER)
    us.send(them)
    assert us.mdns("in") == [("REFUSES", "failed/failure: unsupported format")]
    assert us.states("out") == ["RECEIPT_REFUSED"]


def test_one_refused_message_does_not_hold_up_those_behind_it(sides: Sides, peer: Peer) -> None:
    us, them = sides

    def first_refused(handler: Handler) -> None:
        if len(peer.posts) == 1:
            peers.answering(lambda h: receipt(them, h, DECRYPTION_FAILED, signer=them))(handler)
        else:
            peers.honest(handler)

    peer.behaviour = first_refused
    us.queue(them, b"one~", b"two~")
    us.send(them)
    assert us.states("out") == ["RECEIPT_REFUSED", "RECEIPTED"]
    assert us.transmissions() == ["FAILED", "SENT"]


@on_both
def test_a_receipt_that_comes_before_the_answer_to_our_own_post_is_matched(sides: Sides, peer: Peer) -> None:
    us, them = sides
    ask(us, them, ASYNC)
    us.agree(them, f'[connection.receipts]\nask = "async"\nreceipt_url = "{us.url}"\n', url=peer.url)

    def at_once(handler: Handler) -> None:
        reply = handler.taken()
        them.answer()
        handler.wfile.write(handler.whole(reply))

    peer.behaviour = at_once
    us.queue(them, ORDER)
    us.send(them)
    assert us.states("out") == ["RECEIPTED"]
    assert us.transmissions() == ["SENT"]
    assert us.table(tables.deadlines, kind="receipt") == []


def test_a_receipt_counts_even_when_the_answer_to_our_post_was_lost(sides: Sides, peer: Peer) -> None:
    us, them = sides
    ask(us, them, ASYNC)
    us.agree(them, f'[connection.receipts]\nask = "async"\nreceipt_url = "{us.url}"\n', url=peer.url)

    def lost(handler: Handler) -> None:
        handler.taken()
        them.answer()
        handler.cut()

    peer.behaviour = lost
    us.queue(them, ORDER)
    us.send(them)
    assert us.states("out") == ["RECEIPTED"]
    assert us.transmissions() == ["SENT"]
    us.clock.skip(minutes=2)
    us.send(them)
    assert len(peer.posts) == 1


@on_both
def test_without_a_receipt_the_same_bytes_go_again_until_the_time_is_up_and_a_late_one_settles_it(
    sides: Sides,
) -> None:
    us, them = sides
    ask(us, them, ASYNC)
    us.queue(them, ORDER)
    us.send(them)
    us.clock.skip(minutes=119)
    us.judge()
    assert us.states("out") == ["RECEIPT_PENDING"]
    us.clock.skip(minutes=2)
    us.judge()
    assert us.states("out") == ["QUEUED"]
    us.send(them)
    assert us.states("out") == ["RECEIPT_PENDING"]
    us.clock.skip(hours=25)
    us.judge()
    assert us.states("out") == ["EXPIRED"]
    assert us.transmissions() == ["FAILED"]
    assert [code for code, _ in us.cases()] == ["AS2_RECEIPT_OVERDUE"]
    assert them.states("in") == ["TAKEN"]  # the second time it got the same receipt
    them.answer()
    assert us.states("out") == ["RECEIPTED"]
    assert us.transmissions() == ["SENT"]
    assert us.cases() == []


@on_both
def test_a_receipt_full_of_what_no_database_takes_is_recorded(sides: Sides, peer: Peer) -> None:
    us, them = sides
    us.agree(them, "[connection.receipts]\nsigned = false\n", url=peer.url)
    hostile = Disposition("processed", "error", "no\x00\x1b[2J")

    def lie(handler: Handler) -> Answer:
        made = receipt(them, handler, hostile, mic=true_mic(us))
        named = made.body.replace(b"sha-256\r\n", b"sha\x00256\r\n").replace(b"received", b"re\x00ceived")
        return replace(made, body=named)

    peer.behaviour = peers.answering(lie)
    us.queue(them, ORDER)
    us.send(them)
    assert us.mdns("in") == [("REFUSES", "processed/error: no[2J")]
    assert us.transmissions() == ["FAILED"]


@on_both
def test_an_asynchronous_receipt_for_nothing_that_we_sent_changes_nothing(sides: Sides, peer: Peer) -> None:
    us, them = sides
    ask(us, them, ASYNC)
    us.agree(them, f'[connection.receipts]\nask = "async"\nreceipt_url = "{us.url}"\n', url=peer.url)
    made: list[Answer] = []

    def note(handler: Handler) -> None:
        made.append(receipt(them, handler, PROCESSED, mic=WRONG, signer=them, message_id="<never@sent>"))
        handler.wfile.write(handler.whole(handler.taken()))

    peer.behaviour = note
    us.queue(them, ORDER)
    us.send(them)
    from edi_gateway.transport.as2.extents import Extent
    from edi_gateway.transport.as2_http.errors import ServerRefused

    with them.works.writer.reading() as conn:
        them.works.live.refresh(conn)
    partner = them.works.live.get(us.key)
    assert partner is not None
    wire = them.works.transports(partner.profile)
    with pytest.raises(ServerRefused, match="answered 400"):
        wire.post(made[0].headers, Extent.of(made[0].body), us.url)  # type: ignore[union-attr]
    wire.close()
    assert us.mdns("in") == [("UNMATCHED", "processed")]
    with us.works.writer.reading() as conn:
        (row,) = list_receipts(conn, partner=them.key, state="UNMATCHED")
        assert (row.as2_message_id, row.original_message_id) == (None, "<never@sent>")
        assert b"Original-Message-ID: <never@sent>" in (raw_receipt(conn, row.receipt_id) or b"")
        assert list_receipts(conn, partner="nobody") == []
    assert us.states("out") == ["RECEIPT_PENDING"]
    assert [code for code, _ in us.cases()] == ["AS2_RECEIPT_UNMATCHED"]


def test_our_asynchronous_receipt_is_tried_again_and_given_up_with_a_case(sides: Sides) -> None:
    us, them = sides
    ask(us, them, ASYNC)
    us.queue(them, ORDER)
    us.send(them)
    us.listener.stop()
    them.answer()
    (mdn,) = them.table(tables.as2_receipts)
    assert (mdn["state"], mdn["attempts"]) == ("READY", 1)
    assert round((mdn["next_attempt_at"] - them.clock()).total_seconds() / 60) == 1
    them.clock.skip(hours=25)
    them.answer()
    assert them.mdns("out") == [("FAILED", "processed")]
    assert [code for code, _ in them.cases()] == ["AS2_RECEIPT_UNSENT"]


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1"])
def test_no_receipt_goes_to_an_inside_address_though_the_url_was_agreed_on(
    sides: Sides, address: str
) -> None:
    us, them = sides
    with socket.create_server(("127.0.0.1", 0)) as target:
        url = f"http://{address}:{target.getsockname()[1]}/latest/meta-data"
        us.agree(them, f'[connection.receipts]\nask = "async"\nreceipt_url = "{url}"\n')
        them.agree(
            us,
            f'[connection.receipts]\nmay_ask_at = ["{url}"]\n',
            "https://as2.tarnbrook.example/as2",
            inside=False,
        )
        us.queue(them, ORDER)
        us.send(them)
        them.answer()
        target.setblocking(False)
        with pytest.raises(BlockingIOError):
            target.accept()
    (mdn,) = them.table(tables.as2_receipts)
    assert (mdn["state"], mdn["attempts"]) == ("READY", 1)
    assert (
        "an address inside of our own network" in mdn["last_error"]
        or "cannot be reached" in mdn["last_error"]
    )
