"""Fixtures of the tests in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.web.console.browser.chromium import LAPTOP, Person, started
from tests.web.console.browsing import Site

Arrive = Callable[..., Person]


@pytest.fixture(scope="module")
def chromium(_busy: Path) -> Iterator[Browser]:
    """`_busy` before it: where Playwright's event loop runs, no gateway does, and its folder would hold no orders. For
    the same reason it ends with its module: tests of other modules run in this process after it."""
    with started() as browser:
        yield browser


@pytest.fixture
def arrive(chromium: Browser, busy: Site) -> Iterator[Arrive]:
    """Somebody who signs in to the console of `busy` with roles; nothing may have gone wrong in their pages."""
    contexts, people = [], []

    def come(*roles: str, name: str = "ann") -> Person:
        busy.hire(name, *roles)
        contexts.append(chromium.new_context(viewport=LAPTOP, reduced_motion="reduce"))
        people.append(Person(contexts[-1], busy.address))
        return people[-1].sign_in(name)

    yield come
    for context in contexts:
        context.close()
    assert [problem for person in people for problem in person.problems] == []
