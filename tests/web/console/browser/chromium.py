"""Debian's Chromium, driven by Playwright: one browser a test process, a fresh context for each who signs in.

Takes an address; gives pages on which nothing was logged as an error and nothing was kept from running by the policy.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

from tests.servers.process import absent
from tests.web.console.browsing import PASSWORD

FLAGS = [
    "--no-sandbox",  # CI is root, who has no other choice; the pages are our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LAPTOP: ViewportSize = {"width": 1366, "height": 768}
PHONE: ViewportSize = {"width": 390, "height": 844}
_PATIENCE = 60_000  # milliseconds


def program() -> str:
    """Where Chromium is; without it the test is skipped, in CI it fails."""
    return shutil.which("chromium") or absent("Debian's Chromium")


@contextmanager
def started() -> Iterator[Browser]:
    """The browser, for the length of the block."""
    where = program()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=where, args=FLAGS)
        yield browser
        browser.close()


class Person:
    """Somebody at a browser: `page` is what they see, `problems` what it complained about."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.address = address
        self.page: Page = context.new_page()
        self.page.set_default_timeout(_PATIENCE)
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(f"{self.page.url}: {error}"))
        self.page.on("console", lambda said: self._note(said.type, said.text))

    def _note(self, kind: str, text: str) -> None:
        if (
            kind == "error" and "Failed to load resource" not in text
        ):  # an answer that says no, which pages show
            self.problems.append(f"{self.page.url}: {text}")

    def open(self, path: str) -> Page:
        """A page of the console."""
        self.page.goto(self.address + path)
        return self.page

    def sign_in(self, name: str, password: str = PASSWORD) -> Person:
        self.open("/sign-in")
        self.page.get_by_label("User").fill(name)
        self.page.get_by_label("Password").fill(password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "/sign-in" not in url)
        return self

    def said(self) -> str:
        """What the page says about the last change."""
        return self.page.locator("#said").inner_text().strip()
