"""Who comes in, and who does not: passwords, codes, waiting, sessions and their ends."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from edi_gateway.cli.console_parts import first_admin
from edi_gateway.commands.people.door import at_once
from edi_gateway.store.people import logins
from edi_gateway.store.tables import api_tokens, sessions
from edi_gateway.store.tables import logins as logins_table
from tests.web.console.browsing import PASSWORD, Browser, Site

WRONG = "Name or password are wrong."


def test_whoever_has_not_signed_in_is_asked_to_and_then_gets_what_they_wanted(site: Site) -> None:
    site.hire("ann", "LEAD")
    browser = site.browser().get("/account?x=1")
    assert browser.path == "/sign-in?next=/account%3Fx%3D1"
    browser.post("/sign-in", name="ann", password=PASSWORD, next="/account?x=1")
    assert (browser.path, browser.status) == ("/account?x=1", 200)
    assert "LEAD" in browser.text
    browser.post("/sign-out")
    assert browser.path == "/sign-in"
    assert browser.get("/account").path == "/sign-in?next=/account"


@pytest.mark.parametrize("elsewhere", ["https://evil.test/", "//evil.test", "/\\evil.test", "/sign-in"])
def test_nobody_is_sent_elsewhere_after_signing_in(site: Site, elsewhere: str) -> None:
    site.hire("ann", "LEAD")
    browser = site.browser().get("/sign-in")
    assert browser.post("/sign-in", name="ann", password=PASSWORD, next=elsewhere).path == "/"


def test_an_address_of_any_characters_is_gone_to_as_browsers_write_it(site: Site) -> None:
    browser = site.browser("LEAD")
    asked = browser.client.get("/sign-in?next=/partners/K%C3%A4lte%E4%B8%AD", headers={"HX-Request": "true"})
    assert (asked.status_code, asked.headers["HX-Redirect"]) == (204, "/partners/K%C3%A4lte%E4%B8%AD")


def test_a_wrong_name_and_a_wrong_password_are_told_alike_and_both_are_made_to_wait(site: Site) -> None:
    site.hire("ann", "LEAD")
    browser = site.browser().get("/sign-in")
    for name in ("ann", "nobody"):
        for _ in range(5):
            assert browser.post("/sign-in", name=name, password="guess").said == WRONG
        browser.post("/sign-in", name=name, password=PASSWORD)  # even the right one
        assert (browser.status, browser.said) == (429, "Too many attempts. Wait 1 seconds, then try again.")
        assert browser.page.headers["Retry-After"] == "1"
    assert site.browser().get("/account").path.startswith("/sign-in")


def test_an_address_that_tries_many_names_waits_too_and_longer_each_time(site: Site) -> None:
    door, moment = site.console.deps.door, datetime(2026, 3, 2, 15, tzinfo=UTC)
    object.__setattr__(door, "clock", lambda: moment)
    denied = [door.sign_in(f"name {n}", "guess", "192.0.2.7", "") for n in range(30)]
    assert not any(getattr(each, "wait", None) for each in denied)
    waits = []
    for _ in range(4):
        wait = door.sign_in("another", "guess", "192.0.2.7", "").wait  # type: ignore[union-attr]
        assert wait is not None
        waits.append(wait.total_seconds())
        moment += wait
        assert door.sign_in("another", "guess", "192.0.2.7", "").wait is None  # type: ignore[union-attr]
    assert waits == [1, 2, 4, 8]
    assert door.sign_in("another", "guess", "192.0.2.8", "").wait is None  # type: ignore[union-attr]


def test_signing_in_begins_a_session_that_nobody_knew_before(site: Site) -> None:
    """Session fixation: neither a cookie that was planted nor the one before a code or a new password lives on."""
    site.hire("ann", "LEAD")
    browser = site.browser()
    browser.client.cookies.set("edi-session", "planted", domain="127.0.0.1", path="/")
    browser.sign_in("ann")
    first = browser.client.cookies["edi-session"]
    assert first != "planted"
    browser.get("/sign-in/password").post(
        "/sign-in/password", old=PASSWORD, new="seven dry herons", again="seven dry herons"
    )
    assert browser.client.cookies["edi-session"] != first
    old = site.browser()
    old.client.cookies.set("edi-session", first, domain="127.0.0.1", path="/")
    assert old.get("/account").path.startswith("/sign-in")
    with site.here.reading() as conn:
        kept = [row.token for row in conn.execute(sessions.select())]
    assert len(kept) == 1
    assert browser.client.cookies["edi-session"] not in kept  # the database cannot be read and used


def test_a_session_ends_when_nobody_uses_it_and_at_its_last_moment(site: Site) -> None:
    site.hire("ann", "LEAD")
    door, moment = site.console.deps.door, datetime(2026, 3, 2, 6, tzinfo=UTC)
    object.__setattr__(door, "clock", lambda: moment)
    object.__setattr__(door, "later", at_once)
    token = door.sign_in("ann", PASSWORD, "192.0.2.7", "").token  # type: ignore[union-attr]
    for _ in range(12):
        assert door.who(token) is not None
        moment += timedelta(minutes=59, seconds=59)
    assert door.who(token) is not None  # 12 seconds before its 12 hours
    moment += timedelta(seconds=12)
    assert door.who(token) is None
    token = door.sign_in("ann", PASSWORD, "192.0.2.7", "").token  # type: ignore[union-attr]
    moment += timedelta(minutes=60)
    assert door.who(token) is None


def test_a_code_is_asked_for_taken_once_and_its_secret_is_not_to_be_read_in_the_database(site: Site) -> None:
    now = datetime(2026, 3, 2, 15, 0, 10, tzinfo=UTC)
    object.__setattr__(site.console.deps.door, "locks", _at(site, lambda: now))
    browser = site.browser("LEAD")
    secret = _secret(browser.get("/account/second-factor"))
    code = pyotp.TOTP(secret)
    browser.post("/account/second-factor", secret=secret, code=code.at(now), password="guess")
    assert browser.said == "The password is wrong."
    assert _secret(browser) == secret
    browser.post("/account/second-factor", secret=secret, code="000000", password=PASSWORD)
    assert browser.said == (
        "Setting up the second factor was refused: the code does not fit; is the clock of the phone right?"
    )
    elsewhere = site.browser().sign_in("ann")
    browser.post("/account/second-factor", secret=secret, code=code.at(now), password=PASSWORD)
    assert browser.said.startswith("From now on signing in asks for a code as well.")
    assert elsewhere.get("/account").path.startswith("/sign-in")
    with site.here.reading() as conn:
        (row,) = [row for row in conn.execute(logins_table.select()) if row.name == "ann"]
    assert secret not in row.totp

    second = site.browser().get("/sign-in").post("/sign-in", name="ann", password=PASSWORD)
    assert second.path == "/sign-in/code"
    assert second.get("/account").path == "/sign-in/code"  # the password alone opens nothing
    assert second.post("/sign-in/code", code=code.at(now)).said.startswith("The code is wrong, or was used")
    now += timedelta(seconds=30)
    assert second.post("/sign-in/code", code=code.at(now)).path == "/"
    third = site.browser().get("/sign-in").post("/sign-in", name="ann", password=PASSWORD)
    assert third.post("/sign-in/code", code=code.at(now)).said.startswith("The code is wrong, or was used")
    for _ in range(5):
        third.post("/sign-in/code", code="123456")
    assert third.status == 429


def test_the_first_start_makes_one_admin_whose_password_is_shown_once_and_changed_at_once(site: Site) -> None:
    shown = first_admin(site.here, site.locks)
    assert shown is not None
    assert first_admin(site.here, site.locks) is None
    browser = site.browser().get("/sign-in").post("/sign-in", name="admin", password=shown)
    assert browser.path == "/sign-in/password"
    assert browser.get("/users").path == "/sign-in/password"  # until then nothing else
    browser.post("/sign-in/password", old=shown, new="short", again="short")
    assert "a password has 12 to 200 characters" in browser.said
    browser.post("/sign-in/password", old=shown, new="seven dry herons", again="seven dry herons")
    assert browser.get("/users").status == 200
    with site.here.reading() as conn:
        login = logins.load(conn, "admin")
    assert login is not None
    assert login.password.startswith("$argon2id$")


def test_who_is_removed_or_loses_a_role_is_so_at_once_and_a_name_given_again_has_no_password(
    site: Site,
) -> None:
    ann, root = site.browser("LEAD"), site.browser("ADMIN", name="boss")
    root.get("/users").post("/users", name="ann", roles=["ADMIN"], limit="250")
    assert ann.get("/users").status == 200
    root.post("/users", name="ann", roles=["CSR"], limit="")
    assert ann.get("/users").status == 403
    root.post("/users/remove", name="ann")
    assert ann.get("/account").path.startswith("/sign-in")
    root.post("/users", name="ann", roles=["CSR"])
    assert site.browser().get("/sign-in").post("/sign-in", name="ann", password=PASSWORD).said == WRONG


def test_a_token_is_shown_once_kept_as_a_hash_and_opens_nothing_once_revoked_or_past_its_end(
    site: Site,
) -> None:
    boss = site.browser("ADMIN", name="boss").get("/users")
    boss.post("/users/tokens", name="shop", roles=["LEAD"], days="30")
    (token,) = re.findall(r"edig_[\w-]{43}", boss.page.text)
    assert token not in boss.get("/users").page.text
    bearer = {"Authorization": f"Bearer {token}"}
    client = site.browser().client
    assert client.get("/api/v1/me", headers=bearer).json()["name"] == "shop (token)"
    assert client.get("/api/v1/users", headers=bearer).status_code == 403
    assert client.get("/account", headers=bearer).url.path == "/sign-in"  # pages know no tokens
    assert boss.client.get("/api/v1/me").status_code == 401  # and the API knows no cookies
    with site.here.reading() as conn:
        (row,) = conn.execute(api_tokens.select())
    assert token not in (row.token, row.name)
    with site.here.engine.begin() as conn:
        conn.execute(api_tokens.update().values(ends_at=site.here.clock()))
    assert client.get("/api/v1/me", headers=bearer).status_code == 401
    with site.here.engine.begin() as conn:
        conn.execute(api_tokens.update().values(ends_at=site.here.clock() + timedelta(days=1)))
    assert client.get("/api/v1/me", headers=bearer).status_code == 200
    boss.post("/users/tokens/revoke", token=str(row.id))
    assert client.get("/api/v1/me", headers=bearer).status_code == 401


def _secret(browser: Browser) -> str:
    (found,) = re.findall(r'class="secret">([A-Z2-7]{32})<', browser.page.text)
    return str(found)


def _at(site: Site, clock: object) -> object:
    from dataclasses import replace

    return replace(site.locks, real_clock=clock)  # type: ignore[arg-type]
