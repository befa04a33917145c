"""Whatever goes wrong on the line: the same bytes go again, the partner takes them once, and a person hears in time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from edi_gateway.store import tables
from tests.flow.as2 import peer as peers
from tests.flow.as2.peer import Behaviour, Peer
from tests.flow.as2.sides import Side

ORDER = b"ISA*00*~"
Sides = tuple[Side, Side]


ONCE_ON_THE_LINE = [
    peers.cut_in_the_request,
    peers.cut_before_it_is_taken,
    peers.cut_before_the_answer,
    peers.cut_in_the_head_of_the_answer,
    peers.cut_in_the_receipt,
    peers.error_500,
    peers.garbage,
    peers.empty,
    peers.no_http,
    peers.silence,
]


@pytest.mark.parametrize("fault", ONCE_ON_THE_LINE, ids=lambda f: f.__name__)
def test_after_one_fault_the_same_bytes_go_again_and_are_taken_once(
    sides: Sides, peer: Peer, fault: Behaviour
) -> None:
    us, them = sides
    peer.behaviour = fault
    us.queue(them, ORDER)
    us.send(them)
    assert us.transmissions() == ["READY"]
    assert us.states("out") == ["QUEUED"]
    us.send(them)
    assert len(peer.posts) <= 1  # its time has not come
    peer.behaviour = peers.honest
    us.clock.skip(minutes=1, seconds=5)
    us.send(them)
    assert us.states("out") == ["RECEIPTED"]
    assert us.transmissions() == ["SENT"]
    assert len(set(peer.posts)) == 1
    assert them.received() == [("order-1.edi", ORDER)]
    assert them.states("in") == ["TAKEN"]
    assert us.cases() == them.cases() == []


def test_the_pauses_are_1_5_15_60_minutes_and_then_an_hour_each_until_a_day_is_over(
    sides: Sides, peer: Peer
) -> None:
    us, them = sides
    peer.behaviour = peers.error_500
    us.queue(them, ORDER)
    begun = us.clock()
    at: list[int] = []
    for _ in range(200):
        before = len(peer.posts)
        us.send(them)
        if len(peer.posts) > before:
            at.append(round((us.clock() - begun) / timedelta(minutes=1)))
        (row,) = us.table(tables.transmissions)
        if row["state"] != "READY":
            break
        us.clock.skip(seconds=(row["next_attempt_at"] - us.clock()).total_seconds())
    assert at == [0, 1, 6, 21, *range(81, 1440, 60)]
    assert us.transmissions() == ["FAILED"]
    assert us.states("out") == ["EXPIRED"]
    assert len(set(peer.posts)) == 1
    (delivery, over) = us.cases()
    assert delivery[0] == "DELIVERY_FAILED"  # after the third attempt
    assert over[0] == "AS2_RECEIPT_OVERDUE"
    assert "It is not sent again. The last time: http://127.0.0.1" in over[1]
    assert len(us.table(tables.as2_chunks)) == 1  # the bytes are kept


def test_a_transmission_that_was_given_up_goes_again_with_the_same_bytes_when_somebody_says_so(
    sides: Sides, peer: Peer
) -> None:
    from edi_gateway.commands.triage import documents

    us, them = sides
    peer.behaviour = peers.error_500
    (transmission,) = us.queue(them, ORDER)
    us.send(them)
    us.clock.skip(hours=25)
    us.send(them)
    assert us.states("out") == ["EXPIRED"]
    peer.behaviour = peers.honest
    with us.works.writer.begin() as conn:
        documents.resend_transmission(us.works.desk(conn), transmission)
    us.send(them)
    assert us.states("out") == ["RECEIPTED"]
    assert len(set(peer.posts)) == 1
    assert us.cases() == []


def test_a_server_that_is_not_there_is_tried_again(sides: Sides, peer: Peer) -> None:
    us, them = sides
    peer.close()
    us.queue(them, ORDER)
    us.send(them)
    (row,) = us.table(tables.transmissions)
    assert (row["state"], row["attempts"]) == ("READY", 1)
    assert "cannot be reached" in row["last_error"]


def test_a_connection_that_is_cut_after_the_answer_costs_nothing(sides: Sides, peer: Peer) -> None:
    us, them = sides
    peer.behaviour = peers.cut_after_the_answer
    us.queue(them, b"one~", b"two~")
    us.send(them)
    assert us.states("out") == ["RECEIPTED", "RECEIPTED"]
    assert us.transmissions() == ["SENT", "SENT"]
    assert them.states("in") == ["TAKEN", "TAKEN"]
    assert len(peer.posts) == 2


def test_what_cannot_be_sent_as_things_stand_fails_at_once_and_goes_when_that_is_mended(
    sides: Sides, peer: Peer
) -> None:
    from edi_gateway.commands.triage import documents

    us, them = sides
    peer.behaviour = peers.elsewhere
    (transmission,) = us.queue(them, ORDER)
    us.send(them)
    assert us.transmissions() == us.states("out") == ["FAILED"]
    ((code, message),) = us.cases()
    assert code == "DELIVERY_FAILED"
    assert "We follow no redirect to another host" in message
    peer.behaviour = peers.honest
    with us.works.writer.begin() as conn:
        documents.resend_transmission(us.works.desk(conn), transmission)
    us.send(them)
    assert us.states("out") == ["RECEIPTED"]
    assert len(set(peer.posts)) == 1
    assert us.cases() == []


def test_what_is_cancelled_does_not_go_again(sides: Sides, peer: Peer) -> None:
    from edi_gateway.commands.triage import documents

    us, them = sides
    peer.behaviour = peers.error_500
    (transmission,) = us.queue(them, ORDER)
    us.send(them)
    with us.works.writer.begin() as conn:
        assert documents.cancel_transmission(us.works.desk(conn), transmission, "a mistake")
    us.clock.skip(minutes=2)
    us.send(them)
    us.judge()
    assert len(peer.posts) == 1
    assert us.states("out") == ["FAILED"]
    assert us.transmissions() == ["CANCELLED"]


def test_the_pauses_are_those_of_the_profile(sides: Sides, peer: Peer) -> None:
    us, them = sides
    us.agree(them, "[connection.retry]\nminutes = [2, 30]\ngive_up_hours = 1\n", url=peer.url)
    peer.behaviour = peers.error_500
    us.queue(them, ORDER)
    begun = us.clock()
    for minutes in (2, 32, 62):
        us.send(them)
        (row,) = us.table(tables.transmissions)
        if row["state"] == "READY":
            assert round((row["next_attempt_at"] - begun) / timedelta(minutes=1)) == minutes
            us.clock.skip(seconds=(row["next_attempt_at"] - us.clock()).total_seconds())
    assert (minutes, us.states("out"), len(peer.posts)) == (62, ["EXPIRED"], 3)
