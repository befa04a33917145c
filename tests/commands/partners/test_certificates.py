"""Certificates: both old and new count in the overlap, and nobody is surprised by the end of one."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

import pytest
from sqlalchemy import select

from edi_gateway.commands.desk import Refused
from edi_gateway.commands.partners import certificates
from edi_gateway.commands.partners.certificates import Key, Use
from edi_gateway.flow import deadlines
from edi_gateway.flow.gateway import Gateway
from edi_gateway.store.database import reading
from edi_gateway.store.tables import audit, cases
from edi_gateway.store.traffic import certificates as rows
from edi_gateway.transport.keys import making
from edi_gateway.transport.keys import reading as keys
from edi_gateway.transport.keys.reading import Described
from tests.commands.desks import NOW, Office

PASSPHRASE = "correct horse battery"


@cache
def made(name: str, days: int, kind: making.Kind = "ec-p256") -> tuple[Described, str]:
    """A certificate valid from NOW for so many days, and its locked key."""
    described, private = making.new(name, kind, NOW, days)
    return described, keys.locked(private, PASSPHRASE)


def theirs(office: Office, name: str, days: int, **use: object) -> int:
    with office.desk() as desk:
        return certificates.add_theirs(desk, made(name, days)[0], Use(partner="acme", **use))  # type: ignore[arg-type]


def standing(office: Office) -> list[tuple[str, int]]:
    """(subject, days from NOW to its end) of each that is not withdrawn."""
    with reading(office.engine) as conn:
        return [(one.subject, (one.ends - NOW).days) for one in rows.standing(conn)]


def told(office: Office) -> list[str]:
    """What the open cases say."""
    with reading(office.engine) as conn:
        query = select(cases.c.message).where(cases.c.state == "NEW").order_by(cases.c.id)
        return list(conn.execute(query).scalars())


def judge(office: Office) -> None:
    """The gateway looks at what is due."""
    gateway = Gateway(
        office.engine,
        clock=office.clock,
        ids=office.ids,
        transports=lambda _: pytest.fail("no line"),
        postings={},
    )
    gateway.works.writer.run(lambda conn: deadlines.judge(gateway.works, conn))


def test_in_the_overlap_old_and_new_both_count(office: Office) -> None:
    theirs(office, "old", 365)
    new = theirs(office, "new", 700, since=NOW + timedelta(days=10))
    with office.desk() as desk:
        certificates.roll(desk, new, NOW + timedelta(days=10), timedelta(days=30))
    assert standing(office) == [("CN=old", 40), ("CN=new", 700)]


def test_a_roll_touches_neither_the_other_side_nor_another_partner_nor_another_purpose(
    office: Office,
) -> None:
    rsa, _ = made("encrypts", 365, "rsa-2048")
    ours, locked = made("ours", 365)
    with office.desk() as desk:
        certificates.add_theirs(desk, rsa, Use(partner="acme"))
        certificates.add_theirs(desk, made("other", 365)[0], Use(partner="other"))
        certificates.add_ours(desk, ours, Key(locked=locked), Use())
    new = theirs(office, "new", 700)
    with office.desk() as desk:
        assert (
            certificates.roll(desk, new, NOW, timedelta(days=5)) == []
        )  # an EC key takes over no encryption


def test_the_end_is_told_60_30_and_7_days_before_and_when_it_has_come(office: Office) -> None:
    theirs(office, "old", 100)
    serial = made("old", 100)[0].serial
    end = f"{made('old', 100)[0].not_after:%d %b %Y}"
    for days, words in ((39, None), (41, "60 days or less"), (71, "30 days or less"), (94, "7 days or less")):
        office.clock.now = NOW + timedelta(days=days)
        judge(office)
        told_now = told(office)
        if words is None:
            assert told_now == []
        else:
            assert told_now == [f"The certificate {serial} of acme (sign) ends on {end}, in {words}."]
    office.clock.now = NOW + timedelta(days=101)
    judge(office)
    assert told(office) == [f"The certificate {serial} of acme (sign) ended on {end}."]


def test_one_that_another_follows_in_time_is_no_trouble(office: Office) -> None:
    theirs(office, "old", 50)
    judge(office)
    assert len(told(office)) == 1
    theirs(office, "new", 400, since=NOW + timedelta(days=20))
    judge(office)
    assert told(office) == []


def test_one_that_follows_too_late_does_not_end_the_trouble(office: Office) -> None:
    theirs(office, "old", 50)
    theirs(office, "late", 400, since=NOW + timedelta(days=51))
    judge(office)
    assert len(told(office)) == 1


def test_when_the_one_that_was_to_follow_is_withdrawn_the_trouble_is_back(office: Office) -> None:
    theirs(office, "old", 50)
    new = theirs(office, "new", 400)
    judge(office)
    with office.desk() as desk:
        certificates.withdraw(desk, new, "its key was lost")
    judge(office)
    assert standing(office) == [("CN=old", 50)]
    assert len(told(office)) == 1


def test_our_key_is_kept_locked_and_never_in_the_audit(office: Office) -> None:
    described, locked = made("ours", 365)
    with office.desk() as desk:
        certificates.add_ours(desk, described, Key(locked=locked), Use())
    with reading(office.engine) as conn:
        (row,) = rows.standing(conn, "ours")
        detail = " ".join(conn.execute(select(audit.c.detail)).scalars())
    assert row.key is not None
    assert row.key.startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert "KEY" not in detail
    assert keys.belong_together(described, keys.key(row.key.encode(), PASSPHRASE, "ours"))


def test_a_key_in_clear_does_not_come_in(office: Office) -> None:
    described, _ = made("ours", 365)
    with office.desk() as desk, pytest.raises(Refused, match="not locked with a passphrase"):
        certificates.add_ours(desk, described, Key(locked="-----BEGIN PRIVATE KEY-----\n"), Use())


@pytest.mark.parametrize(
    ("use", "why"),
    [
        (Use(), "it must be said whose it is"),
        (Use(partner="acme", purposes=("encrypt",)), "an EC secp256r1 key can only sign"),
        (Use(partner="acme", since=NOW + timedelta(days=400)), "before that time"),
        (Use(partner="acme", until=NOW), "its time would end before it begins"),
    ],
)
def test_what_could_never_count_is_refused(office: Office, use: Use, why: str) -> None:
    with office.desk() as desk, pytest.raises(Refused, match=why):
        certificates.add_theirs(desk, made("old", 365)[0], use)


def test_the_same_certificate_twice_is_refused(office: Office) -> None:
    theirs(office, "old", 365)
    with office.desk() as desk, pytest.raises(Refused, match="it is there already"):
        certificates.add_theirs(desk, made("old", 365)[0], Use(partner="acme"))


def test_only_analysts_and_admins_change_certificates(office: Office) -> None:
    with (
        office.desk("bob", "CSR") as desk,
        pytest.raises(Refused, match="none of the roles ADMIN, EDI_ANALYST"),
    ):
        certificates.add_theirs(desk, made("old", 365)[0], Use(partner="acme"))
