"""Whatever stands in an address or a form of the pages, it is answered in words: no page breaks on it."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from fastapi.routing import APIRoute

from edi_gateway.commands.desk import ROLES
from tests.web.console.browsing import Site
from tests.web.console.test_api import ids_of

ODD = (
    *(
        "",
        "0",
        "-1",
        "x",
        "9" * 26,
        "1" * 19,
        "9223372036854775808",
        "1e999999",
        "NaN",
        "-Infinity",
        "1,5",
        "٣",
    ),
    *(
        "2026-13-45",
        "9999-12-31",
        "0001-01-01",
        "2026-03-02T25:00",
        "4h",
        "99999d",
        "x" * 3000,
        "é中\u202e\x1b[31m",
    ),
    *("<b>", "../../etc/passwd", "%00", "'\" OR 1=1 --", "{{7*7}}", "=1+1", "true", "a\nb", "[[x]]\na="),
    *(
        "lines[99999999999999].price",
        "lines[-1].price",
        "price",
        "kestrelmoor",
        "850",
        "K7001004",
        "OTHER",
        "set",
    ),
    *("partner data", "partner/kestrelmoor/850.toml", "PRICE_ACCEPTED", "release", "12.50"),
)
ELSEWHERE = ("/api/", "/sign", "/users", "/account", "/static", "/readyz")


def fields(of: Any) -> Iterator[tuple[str, bool]]:
    """(name, whether it stands in the form) of what a route takes, and of what it depends on."""
    yield from ((field.alias, True) for field in of.body_params)
    yield from ((field.alias, False) for field in of.query_params)
    for each in of.dependencies:
        yield from fields(each)


def test_odd_words_in_addresses_and_forms_break_no_page(busy: Site) -> None:
    chance = random.Random(11)
    there = {name: str(value) for name, value in ids_of(busy).items()}
    there |= {"key": "kestrelmoor", "kind": "items", "set_code": "850", "n": "1", "act": "claim"}
    browser = busy.browser(*ROLES).get("/account")
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": busy.address, "X-CSRF-Token": browser.csrf}

    def placed(found: re.Match[str]) -> str:
        usual = chance.random() < 0.8
        return there.get(found[1], "1") if usual else quote(chance.choice(ODD)[:300], safe="") or "1"

    wrong = {}
    for route in busy.console.app.routes:
        assert isinstance(route, APIRoute)
        if route.path.startswith(ELSEWHERE):
            continue
        (method,), taken = route.methods, list(fields(route.dependant))
        for _ in range(2 if taken else 1):
            path = re.sub(r"\{(\w+)(?::\w+)?\}", placed, route.path)
            said = [(name, form, chance.choice(ODD)) for name, form in taken if chance.random() < 0.8]
            answer = browser.client.request(
                method,
                path,
                params={name: value for name, form, value in said if not form},
                data={name: value for name, form, value in said if form} if method == "POST" else None,
                headers=headers,
                follow_redirects=False,
            )
            if answer.status_code >= 500 or "Traceback" in answer.text:
                wrong[f"{method} {path}"] = (answer.status_code, said)
    assert wrong == {}
