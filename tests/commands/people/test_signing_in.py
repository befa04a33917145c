"""The door on both databases: passwords, codes, waiting, tokens, and what the audit keeps of them."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from edi_gateway.commands.desk import Refused
from edi_gateway.commands.partners import users
from edi_gateway.commands.people import passwords, tokens
from edi_gateway.commands.people.door import CODE, IN, PASSWORD, Denied, Door, Opened
from edi_gateway.commands.people.locks import Locks
from edi_gateway.store import audit
from edi_gateway.store.tables import attempts
from edi_gateway.transport.sealing import Seal, SealBroken
from tests.commands.desks import Office

GOOD = "nine wet otters"


def locks_of(office: Office, key: str = "a key for tests only") -> Locks:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return Locks(Seal(key, "tests"), secrets.token_bytes, office.clock, cheap)


@pytest.fixture
def door(office: Office) -> Door:
    """ann is a LEAD with a password that she chose; root is an ADMIN."""
    door = Door(office.engine, office.clock, locks_of(office))
    with office.desk() as desk:
        users.put(desk, "root", ["ADMIN"])
        users.put(desk, "ann", ["LEAD"])
        passwords.set_password(desk, door.locks, "ann", GOOD, must_change=False)
    return door


def enter(door: Door, password: str = GOOD, address: str = "192.0.2.1") -> Opened | Denied:
    return door.sign_in("ann", password, address, "a browser")


def test_a_password_lets_in_whoever_has_it_and_ends_what_was_open_when_it_changes(
    office: Office, door: Door
) -> None:
    opened = enter(door)
    assert isinstance(opened, Opened)
    visitor = door.who(opened.token)
    assert visitor is not None
    assert (visitor.name, visitor.roles, visitor.stage) == ("ann", {"LEAD"}, IN)
    assert door.who(opened.token + "x") is None
    with office.desk("ann", "LEAD") as desk, pytest.raises(Refused, match="none of the roles ADMIN"):
        passwords.set_password(desk, door.locks, "ann")
    with office.desk() as desk:
        drawn = passwords.set_password(desk, door.locks, "ann")
    assert door.who(opened.token) is None
    again = enter(door, drawn)
    assert isinstance(again, Opened)
    assert again.stage == PASSWORD
    with office.engine.begin() as conn:
        assert audit.verify(conn) is None


def test_many_who_guess_at_once_get_no_more_tries_than_one(door: Door) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda n: enter(door, f"guess {n}", f"192.0.2.{n}"), range(24)))
    assert all(isinstance(each, Denied) for each in found)
    looked_at = [each for each in found if isinstance(each, Denied) and each.wait is None]
    assert len(looked_at) == 5


def test_a_code_is_taken_once_even_when_it_comes_twice_at_once(office: Office, door: Door) -> None:
    factor = passwords.offer_factor(door.locks, "ann")
    code = pyotp.TOTP(factor.secret)
    with office.desk("ann", "LEAD") as desk:
        passwords.take_factor(desk, door.locks, factor.secret, code.at(office.clock()))
    office.clock.move(seconds=30)
    waiting = [enter(door) for _ in range(2)]
    assert [each.stage for each in waiting if isinstance(each, Opened)] == [CODE, CODE]
    visitors = [door.who(each.token) for each in waiting if isinstance(each, Opened)]
    now = code.at(office.clock())

    def give(visitor: object) -> object:
        return door.give_code(visitor, now, "192.0.2.1", "a browser")  # type: ignore[arg-type]

    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(give, visitors))
    assert sorted(type(each).__name__ for each in found) == ["Denied", "Opened"]
    other = Door(office.engine, office.clock, locks_of(office, "another key than that one"))
    visitor = door.who(next(each.token for each in [enter(door)] if isinstance(each, Opened)))
    assert visitor is not None
    with pytest.raises(SealBroken, match="is not the one that it was sealed under"):
        other.give_code(visitor, "123456", "192.0.2.1", "")


def test_who_signs_in_takes_back_their_own_failures_and_nobody_elses(office: Office, door: Door) -> None:
    """An address that guesses at many names cannot buy itself more guesses with an account of its own."""
    for n in range(26):
        assert isinstance(door.sign_in(f"name {n}", "guess", "192.0.2.1", ""), Denied)
    for _ in range(3):
        assert isinstance(enter(door, "mistyped", "192.0.2.1"), Denied)
    assert isinstance(enter(door, address="192.0.2.1"), Opened)  # 26 are left
    waits = [door.sign_in(f"other {n}", "guess", "192.0.2.1", "") for n in range(5)]
    assert [each.wait is not None for each in waits if isinstance(each, Denied)] == [False] * 4 + [True]
    with office.engine.connect() as conn:
        kept = conn.execute(select(func.count()).select_from(attempts)).scalar_one()
    assert (
        kept == 26 + 4 + 1
    )  # a row for each name that was looked at, and the address: none for the last name


def test_a_password_that_is_asked_for_again_is_guessed_no_faster_and_a_page_by_itself_keeps_nobody_in(
    office: Office, door: Door
) -> None:
    opened = enter(door)
    assert isinstance(opened, Opened)
    office.clock.move(minutes=59)
    visitor = door.who(opened.token, used=False)
    assert visitor is not None
    guesses = [door.knows(visitor, f"guess {n}", "192.0.2.1") for n in range(6)]
    assert [each is not None and each.wait is not None for each in guesses] == [False] * 5 + [True]
    office.clock.move(minutes=1)
    assert door.who(opened.token) is None


def test_a_token_speaks_for_its_roles_until_it_ends_or_is_revoked(office: Office, door: Door) -> None:
    with office.desk() as desk:
        made = tokens.add(desk, door.locks, "bridge", ["CSR"], 2)
    machine = tokens.machine(door, made)
    assert machine is not None
    assert (machine.name, machine.roles) == ("bridge (token)", {"CSR"})
    with office.desk() as desk, pytest.raises(Refused, match="reserved"):
        users.put(desk, machine.name, ["ADMIN"])
    with office.desk() as desk:
        tokens.revoke(desk, machine.token_id)
        assert tokens.actor_of(desk.conn, machine.token_id, office.clock()).roles == frozenset()
    assert tokens.machine(door, made) is None
    with office.desk() as desk:
        later = tokens.add(desk, door.locks, "bridge", ["CSR"], 2)
    office.clock.move(days=2)
    assert tokens.machine(door, later) is None


def test_only_who_knows_the_old_password_changes_it_and_weak_ones_are_refused(
    office: Office, door: Door
) -> None:
    for old, new, why in (
        ("not it at all", "seven dry herons", "the present password is another"),
        (GOOD, GOOD, "the new one is the old one"),
        (GOOD, "short", "12 to 200 characters"),
        (GOOD, "abababababababab", "the same few characters"),
        (GOOD, "annAnnann-87", "little more than the user's name"),
    ):
        with office.desk("ann", "LEAD") as desk, pytest.raises(Refused, match=why):
            passwords.change_own(desk, door.locks, old, new)
    with office.desk("ann", "LEAD") as desk:
        passwords.change_own(desk, door.locks, GOOD, "seven dry herons")
    assert isinstance(enter(door, "seven dry herons"), Opened)
