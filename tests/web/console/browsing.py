"""A console over a real working folder, served at a port of its own, and people at it without a browser.

`Browser` keeps cookies, follows redirects, and sends with every form what a page of ours would send.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from html import unescape
from typing import Any

import httpx
from argon2 import PasswordHasher

from edi_gateway.cli.composition import compose
from edi_gateway.cli.console_parts import console_of
from edi_gateway.cli.context import Here
from edi_gateway.commands.desk import MACHINE, Actor
from edi_gateway.commands.partners import users
from edi_gateway.commands.people import passwords, tokens
from edi_gateway.commands.people.locks import Locks
from edi_gateway.model.clock import Clock, system_clock
from edi_gateway.transport.sealing import Seal
from edi_gateway.web.listener import Listener

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "nine wet otters"


class Site:
    """The console of a working folder, as `edi-gateway web` serves it, with passwords that are hashed quickly."""

    def __init__(self, here: Here, real_clock: Clock = system_clock) -> None:
        self.here = here
        self.locks = Locks(Seal("a key for tests only", "tests"), secrets.token_bytes, real_clock, CHEAP)
        self.gateway = compose(here)
        self.console = console_of(here, self.gateway, self.locks)
        self._listener = Listener(self.console, host="127.0.0.1", port=0, name="console")
        self._browsers: list[Browser] = []
        self.address = f"http://127.0.0.1:{self._listener.port}"

    def __enter__(self) -> Site:
        self._listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        for browser in self._browsers:
            browser.client.close()
        self._listener.stop()

    def hire(self, name: str, *roles: str, password: str | None = PASSWORD) -> None:
        """A user with these roles, who may sign in unless `password` is None. The first one is joined by an ADMIN."""
        with self.here.desk_of(lambda _: Actor(MACHINE, frozenset({MACHINE}))) as desk:
            if "ADMIN" not in roles:
                users.put(desk, "root", ["ADMIN"])
            users.put(desk, name, roles)
            if password is not None:
                passwords.set_password(desk, self.locks, name, password, must_change=False)

    def token(self, name: str, *roles: str, days: int = 30) -> str:
        """A token of a machine."""
        with self.here.desk_of(lambda _: Actor(MACHINE, frozenset({MACHINE}))) as desk:
            return tokens.add(desk, self.locks, name, roles, days)

    def browser(self, *roles: str, name: str = "ann") -> Browser:
        """Somebody who has signed in with these roles; without any, somebody who has not."""
        browser = Browser(self.address)
        self._browsers.append(browser)
        if roles:
            self.hire(name, *roles)
            browser.sign_in(name)
        return browser


class Browser:
    """Somebody's, at the console of an address; close its `client` in the end."""

    def __init__(self, address: str) -> None:
        self.host = address
        self.client = httpx.Client(base_url=address, follow_redirects=True, timeout=30)
        self.page: httpx.Response

    def sign_in(self, name: str, password: str = PASSWORD) -> Browser:
        self.get("/sign-in")
        self.post("/sign-in", name=name, password=password)
        assert self.page.status_code == 200, self.text
        return self

    def get(self, path: str, **headers: str) -> Browser:
        """A page; redirects are followed."""
        return self._came(self.client.get(path, headers=_headers(headers)))

    def part(self, path: str) -> Browser:
        """What htmx would fetch."""
        return self.get(path, hx_request="true", hx_current_url=self.host + "/")

    def post(self, path: str, files: Any = None, **fields: str | Iterable[str]) -> Browser:
        """A form of the page that is open, with its CSRF token; what the redirect leads to."""
        data = {"csrf": self.csrf, **fields}
        headers = {"Origin": self.host, "Sec-Fetch-Site": "same-origin", "Referer": str(self.page.url)}
        return self._came(self.client.post(path, data=data, files=files, headers=headers))

    def _came(self, page: httpx.Response) -> Browser:
        self.page = page
        assert page.status_code < 500, self.text  # the log, in the test's output, says where
        return self

    @property
    def csrf(self) -> str:
        """Of the page that is open."""
        found = re.search(r'X-CSRF-Token": "([0-9a-f]*)"', self.page.text)
        assert found, self.page.text
        return found[1]

    @property
    def status(self) -> int:
        return int(self.page.status_code)

    @property
    def path(self) -> str:
        return str(self.page.url).removeprefix(self.host)

    @property
    def text(self) -> str:
        """What a reader sees of the page: no tags, spaces as one."""
        return " ".join(unescape(re.sub(r"<[^>]*>", " ", self.page.text)).split())

    @property
    def said(self) -> str:
        """What the page says about the last change."""
        found = re.search(r'<p class="said [a-z]+">(.*?)</p>', self.page.text, re.S)
        return unescape(found[1]) if found else ""


def _headers(given: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in given.items()}


def crawl(browser: Browser, start: str = "/", each: int = 3, most: int = 400) -> dict[str, str]:
    """Every page that links lead to, by its path, of pages that differ in numbers only the first few: path -> HTML."""
    found: dict[str, str] = {}
    kinds: dict[str, int] = {}
    waiting = [start]
    while waiting and len(found) < most:
        path = waiting.pop(0)
        kind = re.sub(r"[0-9a-f]*\d[0-9a-f]*", "#", re.sub(r"=[^&#]*", "=", path))
        if path in found or kinds.get(kind, 0) >= each:
            continue
        kinds[kind] = kinds.get(kind, 0) + 1
        page = browser.get(path).page
        if not page.headers.get("content-type", "").startswith("text/html"):
            continue
        found[path] = page.text
        links = re.findall(r'(?:href|hx-get)="(/[^"#]*)', page.text)
        waiting += [unescape(link) for link in links if not link.startswith("/static/")]
    return found
