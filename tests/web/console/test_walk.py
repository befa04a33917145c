"""Every route with every role, and with none: nobody gets what the table of permissions does not give them."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute

from edi_gateway.commands.desk import ROLES
from edi_gateway.commands.permissions import PERMISSIONS, SEEING
from edi_gateway.store.audit import head
from edi_gateway.web.console.rooms import ANYBODY, NEAR, SIGNED_IN, Room, may_of
from edi_gateway.web.console.security.permits import Undeclared
from tests.web.console.browsing import Browser, Site

ALLOWED = {**PERMISSIONS, **SEEING}
REFUSED = "it needs the permission to"


def routes(site: Site) -> list[tuple[str, str, str]]:
    """Method, an address, and the permission of each route."""
    found = []
    for route in site.console.app.routes:
        assert isinstance(route, APIRoute), f"{route} is served without a guard"
        may = may_of(route)
        assert may is not None, f"{route.path} declares no permission"
        (method,) = route.methods
        found.append((method, re.sub(r"\{[^}]*\}", "1", route.path), may))
    return found


def ask(browser: Browser, method: str, path: str, **headers: str) -> httpx.Response:
    """One request without following anything. A change says that it comes from elsewhere: who may make it gets as far
    as being told so, and nothing is changed."""
    return browser.client.request(method, path, headers=headers, follow_redirects=False)


def test_every_route_declares_who_may_use_it_and_whoever_has_not_signed_in_is_turned_away(site: Site) -> None:
    site.hire("ann", "LEAD")
    nobody = site.browser()
    open_to_all = []
    for method, path, may in routes(site):
        if may in (ANYBODY, NEAR):
            open_to_all.append(path)
            continue
        answer = ask(nobody, method, path)
        if path.startswith("/api/"):
            assert (answer.status_code, answer.json()["error"]) == (
                401,
                "The token of a machine is needed.",
            ), path
        else:
            assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in"), path
    asked = {may for _, _, may in routes(site)}
    assert [may for may in SEEING if may not in asked] == []  # none is promised that nothing asks for
    assert sorted(set(open_to_all)) == [
        "/api/v1/openapi.json", "/healthz", "/metrics", "/readyz", "/sign-in", "/sign-in/code", "/sign-in/password",
        "/static/1",
    ]  # fmt: skip


OWN = {"/account/second-factor", "/sign-in", "/sign-in/code", "/sign-in/password", "/sign-out"}
DECIDED_BY_THE_HOLD = {"/holds/1/release"}


def test_no_change_is_for_whoever_may_only_look_and_no_secret_for_everybody(site: Site) -> None:
    """What is wanted of a route by what it does, beside what it declares."""
    for method, path, may in routes(site):
        if method == "POST" and path not in OWN | DECIDED_BY_THE_HOLD:
            assert may in PERMISSIONS, path
        bare = path.removeprefix("/api/v1")
        if method == "GET" and bare.endswith(("/raw", "/copy")):
            assert may == "download documents", path
        if bare.startswith(("/users", "/tokens")):
            assert may in ("see users", "manage users"), path
        if bare.startswith(("/audit", "/controls", "/retention")):
            assert may in ("see audit", "erase personal data"), path


def test_what_pages_ask_about_whoever_looks_is_a_permission_that_there_is() -> None:
    """An unknown one would only show when somebody opens just that page."""
    templates = files("edi_gateway.web.console") / "templates"
    asked = {
        (page.name, may)
        for page in Path(str(templates)).rglob("*.html")
        for may in re.findall(r"""call\.may\(["']([^"']+)["']\)""", page.read_text("utf-8"))
    }
    assert len(asked) > 20
    assert [one for one in sorted(asked) if one[1] not in ALLOWED] == []


def test_each_role_gets_what_the_table_gives_it_and_nothing_else(site: Site) -> None:
    for role in sorted(ROLES):
        walk(site, role)


def walk(site: Site, role: str) -> None:
    """Every route, by somebody with just this role and by a token with it."""
    browser = site.browser(role, name=f"one {role}")
    machine = {"Authorization": f"Bearer {site.token(f'of {role}', role)}"}
    refused, let_in = set(), set()
    for method, path, may in routes(site):
        if may in (ANYBODY, NEAR) or path == "/sign-out":
            continue
        api = path.startswith("/api/")
        allowed = may == SIGNED_IN or role in ALLOWED[may]
        answer = ask(browser, method, path, **(machine if api else {"Sec-Fetch-Site": "cross-site"}))
        if not allowed:
            assert (answer.status_code, REFUSED in answer.text) == (403, True), (role, path, may)
            refused.add(may)
        else:
            assert REFUSED not in answer.text, (role, path, may)
            assert answer.status_code not in (401, 500), (role, path, may)
            if method == "POST" and not api:
                assert "did not come from a page of this console" in answer.text, path
            let_in.add(may)
    assert "see cases" in let_in
    assert "see users" in (let_in if role in ("ADMIN", "AUDITOR") else refused)
    assert "work a case" in (refused if role == "AUDITOR" else let_in)


def test_no_change_is_made_without_the_token_of_the_session_that_makes_it(site: Site) -> None:
    """Every change, by somebody who may make all of them: from a page of ours but with no token, with another's, and
    with the right one from elsewhere. What happened stands in the audit: nothing."""
    browser = site.browser(*ROLES).get("/account")
    other = site.browser("ADMIN", name="bob").get("/account").csrf
    ours = {"Sec-Fetch-Site": "same-origin", "Origin": site.address}
    with site.here.reading() as conn:
        before = head(conn)
    tried = 0
    for method, path, _ in routes(site):
        if method == "GET" or path.startswith("/api/"):
            continue
        for headers, token in (
            (ours, ""),
            ({**ours, "X-CSRF-Token": other}, browser.csrf),
            ({"Origin": "https://evil.test"}, browser.csrf),
        ):
            answer = browser.client.post(path, data={"csrf": token}, headers=headers, follow_redirects=False)
            assert answer.status_code == 403, (path, headers)
            tried += 1
    assert tried > 150
    with site.here.reading() as conn:
        assert head(conn) == before


def test_a_route_that_declares_nothing_serves_nobody_and_an_unknown_permission_is_no_declaration(
    site: Site,
) -> None:
    room = Room()

    @room.api_route("/forgotten", methods=["GET"])
    def forgotten() -> str:
        return "secret"

    site.console.app.router.routes.append(room.routes[0])
    answer = ask(site.browser("ADMIN"), "GET", "/forgotten")
    assert answer.status_code == 403
    assert "secret" not in answer.text
    with pytest.raises(Undeclared, match="see everything"):
        room.page("/x", may="see everything")


def test_every_part_of_the_console_has_a_key_of_its_own_or_none(site: Site) -> None:
    nav = site.console.app.state.templates.nav
    keys = [entry.key for entry in nav if entry.key]
    assert len(keys) == len(set(keys))
    assert {"c", "d", "u"} <= set(keys)
