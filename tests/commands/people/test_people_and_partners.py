"""Users, publishing, pausing, sending again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert, select, update

from edi_gateway.commands.desk import ROLES, Refused
from edi_gateway.commands.partners import publishing as partners
from edi_gateway.commands.partners import users
from edi_gateway.commands.triage import documents
from edi_gateway.partners.snapshots import Snapshot
from edi_gateway.store import snapshots
from edi_gateway.store.database import reading
from edi_gateway.store.tables import audit, transmissions
from edi_gateway.store.tables import documents as document_table
from edi_gateway.store.traffic import documents as document_rows
from tests.commands.desks import Office


class TestUsers:
    def test_on_a_new_installation_every_login_has_all_roles(self, office: Office) -> None:
        with reading(office.engine) as conn:
            assert users.actor(conn, "anybody").roles == ROLES

    def test_from_the_first_user_on_only_who_is_listed_may_change_anything(self, office: Office) -> None:
        with office.desk("root") as desk:
            users.put(desk, "ann", ["ADMIN", "CSR"], Decimal(500))
        with reading(office.engine) as conn:
            ann, other = users.actor(conn, "ann"), users.actor(conn, "anybody")
        assert (ann.roles, ann.limit) == (frozenset({"ADMIN", "CSR"}), Decimal(500))
        assert other.roles == frozenset()
        with (
            office.desk("bob", "CSR") as desk,
            pytest.raises(Refused, match="bob has none of the roles ADMIN"),
        ):
            users.put(desk, "bob", ["ADMIN"])

    def test_nobody_is_the_machine(self, office: Office) -> None:
        with reading(office.engine) as conn, pytest.raises(Refused, match="the gateway itself"):
            users.actor(conn, "system")

    def test_an_admin_is_always_left(self, office: Office) -> None:
        with office.desk() as desk, pytest.raises(Refused, match="nobody with the role ADMIN would be left"):
            users.put(desk, "ann", ["CSR"])
        with office.desk() as desk:
            users.put(desk, "ann", ["ADMIN"])
            users.put(desk, "bob", ["CSR"])
        with office.desk() as desk, pytest.raises(Refused, match="nobody with the role ADMIN"):
            users.remove(desk, "ann")

    @pytest.mark.parametrize(
        ("name", "roles", "why"),
        [
            (" ", ["CSR"], "empty or reserved"),
            ("system", ["CSR"], "reserved"),
            ("ann", ["KING"], "no such role: KING"),
        ],
    )
    def test_what_is_no_user_is_refused(self, office: Office, name: str, roles: list[str], why: str) -> None:
        with office.desk() as desk, pytest.raises(Refused, match=why):
            users.put(desk, name, roles)


class TestPartners:
    def test_publishing_moves_the_pointer_and_keeps_what_stood(self, office: Office) -> None:
        with office.desk("ann") as desk:
            assert partners.publish(desk, Snapshot("acme", "a" * 64, "one"), "first")
            assert not partners.publish(desk, Snapshot("acme", "a" * 64, "one"), "again")
            assert partners.publish(desk, Snapshot("acme", "b" * 64, "two"), "second")
        with reading(office.engine) as conn:
            live = snapshots.live(conn)["acme"]
            assert (live.hash, live.content, live.by, live.paused) == ("b" * 64, "two", "ann", False)
            assert snapshots.content(conn, "a" * 64) == "one"
            rows = conn.execute(select(audit.c.action, audit.c.subject)).all()
        assert rows == [("published", "partner acme")] * 2

    def test_a_paused_partner_stays_paused_when_it_is_published_until_it_is_resumed(
        self, office: Office
    ) -> None:
        with office.desk() as desk:
            partners.publish(desk, Snapshot("acme", "a" * 64, "one"), "back")
            partners.pause(desk, "acme", "their server is down")
            partners.publish(desk, Snapshot("acme", "b" * 64, "two"), "second")
            assert snapshots.hashes(desk.conn) == {"acme": ("b" * 64, True)}
            partners.resume(desk, "acme")
            assert snapshots.hashes(desk.conn) == {"acme": ("b" * 64, False)}

    def test_who_is_not_published_is_not_paused(self, office: Office) -> None:
        with office.desk() as desk, pytest.raises(Refused, match="no such partner is published"):
            partners.pause(desk, "nobody", "x")


def _standing(office: Office) -> tuple[tuple[str, str], list[str]]:
    """State and awaited 997 of the one transmission, states of the documents."""
    with reading(office.engine) as conn:
        state, ack = conn.execute(select(transmissions.c.state, transmissions.c.ack_state)).one()
        found = conn.execute(select(document_table.c.state).order_by(document_table.c.id)).scalars()
        return (state, ack), list(found)


class TestSendingAgain:
    @pytest.fixture
    def sent(self, office: Office) -> Office:
        """Transmission 5, sent, which bore document 7; document 8 is still queued."""
        now = office.clock.now
        with office.engine.begin() as conn:
            conn.execute(
                insert(transmissions).values(
                    id=5, partner="acme", control="000000001", name="x", bytes=b"ISA", sha256="", documents=1,
                    sets="855", state="SENT", attempts=1, created_at=now, sent_at=now, ack_state="AWAITED",
                )
            )  # fmt: skip
            base = {"direction": "out", "partner": "acme", "set_code": "855", "version": "005010", "gs_code": "PR",
                    "body": "", "segments": 3, "created_at": now, "test": False}  # fmt: skip
            document_rows.add(conn, [{**base, "id": 7, "state": "SENT", "transmission_id": 5}])
            document_rows.add(conn, [{**base, "id": 8, "state": "QUEUED", "transmission_id": None}])
        return office

    def test_a_document_goes_again_in_the_transmission_that_bore_it(self, sent: Office) -> None:
        with sent.desk("ann", "EDI_ANALYST") as desk:
            assert documents.resend(desk, 7) == 5
        with reading(sent.engine) as conn:
            assert conn.execute(select(transmissions.c.state, transmissions.c.bytes)).all() == [
                ("READY", b"ISA")
            ]

    def test_what_was_not_sent_is_not_sent_again(self, sent: Office) -> None:
        with sent.desk() as desk, pytest.raises(Refused, match="it is queued"):
            documents.resend(desk, 8)
        with sent.desk() as desk, pytest.raises(Refused, match="no such document"):
            documents.resend(desk, 9)

    def test_what_was_sent_is_not_cancelled_only_its_going_again(self, sent: Office) -> None:
        """The partner has it: its documents stay sent, and its 997 is still awaited."""
        with sent.desk() as desk, pytest.raises(Refused, match="it is sent already"):
            documents.cancel_transmission(desk, 5, "x")
        with sent.desk() as desk:
            documents.resend_transmission(desk, 5)
            assert not documents.cancel_transmission(desk, 5, "they have it")
        assert _standing(sent) == (("SENT", "AWAITED"), ["SENT", "QUEUED"])

    def test_what_waits_is_cancelled_with_its_documents_and_awaits_its_997_when_it_goes_after_all(
        self, sent: Office
    ) -> None:
        with sent.desk() as desk:
            due = sent.clock() + timedelta(hours=24)
            desk.conn.execute(update(transmissions).values(state="READY", sent_at=None))
            desk.conn.execute(update(document_table).where(document_table.c.id == 7).values(ack_due_at=due))
            assert documents.cancel_transmission(desk, 5, "a mistake")
        assert _standing(sent) == (("CANCELLED", "NONE"), ["CANCELLED", "QUEUED"])
        with sent.desk() as desk:
            documents.resend_transmission(desk, 5)
        assert _standing(sent) == (("READY", "AWAITED"), ["BUNDLED", "QUEUED"])
