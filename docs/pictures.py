"""Pictures of the console's main pages for docs/pictures: `make pictures`.

Serves a demonstration's console, looks at it in Debian's Chromium as its lead and its analyst do, and writes a PNG a
page. Not held fresh by a test: a picture shows what a page is like, not what it says.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, ViewportSize

from tests.web.console.browser.chromium import LAPTOP, PHONE, started

HERE = Path(__file__).parent / "pictures"
_COLOURS = 64
_PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Picture:
    """`follow`: links to click, as CSS selectors; `why`: what is written into that field before the last one. `dark`,
    `phone`: how it is seen; `tall`: pixels, of a long page."""

    name: str
    path: str
    follow: tuple[str, ...] = ()
    why: str = ""
    dark: bool = False
    phone: bool = False
    tall: int = 0


_CAUSE = ("table[data-rows] tbody a[href^='/causes/']",)
_CASE = (*_CAUSE, "td a[href^='/cases/']:not([href*='/fixes/'])")

PICTURES = (
    Picture("dashboard", "/"),
    Picture("queue", "/cases"),
    Picture("cause", "/cases?words=PO106", _CAUSE),
    Picture("case", "/cases?words=PO106", _CASE, tall=1900),
    Picture(
        "fix",
        "/cases?words=PO106",
        (*_CAUSE, "a:has-text('allow EN too')", "button:has-text('Preview')"),
        why="agreed with their EDI desk",
        tall=1100,
    ),
    Picture("my-work", "/mine"),
    Picture("root-causes", "/root-causes"),
    Picture("replays", "/cases?words=PO106", (*_CAUSE, "button:has-text('Try all')")),
    Picture("case-dark", "/cases?words=date", _CASE, dark=True),
    Picture("queue-phone", "/cases", phone=True),
    Picture("orders", "/orders"),
    Picture("order", "/orders?po=K7001001", ("td a[href^='/orders/']",)),
    Picture("holds", "/holds"),
    Picture("documents", "/documents"),
    Picture("document", "/documents?po=K7001014", ("td a[href^='/documents/']",)),
    Picture("acknowledgments", "/acknowledgments"),
    Picture("ledger", "/ledger"),
    Picture("interchanges", "/interchanges"),
    Picture("transmissions", "/transmissions"),
    Picture("partners", "/partners"),
    Picture("partner", "/partners/kestrelmoor"),
    Picture("guide", "/partners/kestrelmoor/guide/850"),
    Picture("master-data", "/master"),
    Picture("imports", "/imports"),
    Picture("figures", "/figures"),
    Picture("incidents", "/incidents"),
    Picture("switches", "/switches"),
    Picture("alerts", "/alerts"),
    Picture("controls", "/controls"),
    Picture("retention", "/retention"),
    Picture("audit", "/audit"),
    Picture("users", "/users"),
)


def main() -> None:
    HERE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, subprocess.Popen(
        [sys.executable, "-m", "edi_gateway", "demo", f"{folder}/demo", "--console"],
        stdout=subprocess.PIPE, text=True,
    ) as served:  # fmt: skip
        try:
            _take(*_told(served))
        finally:
            served.terminate()


def _told(served: subprocess.Popen[str]) -> tuple[str, str]:
    """The console's address and the lead's password, once it has said them."""
    said, until = "", time.monotonic() + _PATIENCE
    assert served.stdout is not None
    while (found := re.search(r"at (http://\S+)/.*lead +(\S+)", said, re.S)) is None:
        line = served.stdout.readline()
        if not line or time.monotonic() > until:
            raise SystemExit(f"The console was not served: {said}")
        said += line
    return found[1], found[2]


def _take(address: str, password: str) -> None:
    with started() as browser:
        for phone in (False, True):
            size: ViewportSize = PHONE if phone else LAPTOP
            page = browser.new_context(viewport=size, reduced_motion="reduce").new_page()
            page.goto(f"{address}/sign-in")
            page.get_by_label("User").fill("lead")
            page.get_by_label("Password").fill(password)
            page.keyboard.press("Enter")
            page.wait_for_url(f"{address}/")
            for picture in PICTURES:
                if picture.phone is phone:
                    _one(page, address, picture)


def _one(page: Page, address: str, picture: Picture) -> None:
    page.emulate_media(color_scheme="dark" if picture.dark else "light")
    answer = page.goto(address + picture.path)
    if answer is None or answer.status != 200:
        raise SystemExit(f"{picture.path} answered {None if answer is None else answer.status}")
    for link in picture.follow:
        if picture.why and link == picture.follow[-1]:
            page.get_by_label("Why").fill(picture.why)
        page.locator(link).first.click()
        page.wait_for_load_state()
    page.wait_for_load_state("networkidle")
    page.mouse.move(0, 0)
    file = HERE / f"{picture.name}.png"
    size = page.viewport_size or LAPTOP
    if picture.tall:
        page.set_viewport_size({"width": size["width"], "height": picture.tall})
    page.screenshot(path=file)
    page.set_viewport_size(size)
    with Image.open(file) as taken:
        few = taken.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    few.save(file, optimize=True)
    print(file.name)


if __name__ == "__main__":
    main()
