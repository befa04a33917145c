"""One line a unit of work, for people or for machines."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog

from edi_gateway import logs


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    logs.configure("json", "INFO", stream)
    yield stream
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def read(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_unit_of_work_is_one_line_with_its_ids_and_its_time(lines: io.StringIO) -> None:
    with logs.unit("inbound", receipts=3) as line:
        line.add(orders=2)
    (said,) = read(lines)
    assert (said["event"], said["receipts"], said["orders"], said["level"]) == ("inbound", 3, 2, "info")
    assert isinstance(said["ms"], float)


def test_a_unit_that_fails_is_an_error_line_and_still_fails(lines: io.StringIO) -> None:
    with pytest.raises(ZeroDivisionError), logs.unit("send", partner="acme"):
        _ = 1 / 0
    (said,) = read(lines)
    assert (said["level"], said["partner"]) == ("error", "acme")
    assert said["error"] == "ZeroDivisionError: division by zero"


def test_a_unit_in_which_nothing_happened_says_nothing(lines: io.StringIO) -> None:
    with logs.unit("poll") as line:
        line.skip()
    assert read(lines) == []


@pytest.mark.parametrize("form", ["console", "json"])
def test_text_of_others_begins_no_line_and_moves_no_cursor(
    lines: io.StringIO, form: Literal["console", "json"]
) -> None:
    logs.configure(form, "INFO", lines)
    logs.say("info", "file came", name="a\n2026-03-02 [info] all is well\x1b[2J\u202eb")
    logging.getLogger("paramiko").warning("banner: \x1b[31m\nbad")
    said = lines.getvalue()
    assert len(said.splitlines()) == 2
    assert not {"\x1b", "\u202e"} & set(said)


def test_libraries_speak_through_the_same_lines_from_warning_on(lines: io.StringIO) -> None:
    logging.getLogger("apscheduler").info("looked at the clock")
    logging.getLogger("apscheduler").warning("a job was missed")
    (said,) = read(lines)
    assert (said["event"], said["logger"], said["level"]) == ("a job was missed", "apscheduler", "warning")


def test_people_get_a_line_without_braces(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    logs.configure("console", "INFO", stream)
    logs.say("info", "started", worker="a")
    logs.say("debug", "not this")
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
    (line,) = stream.getvalue().splitlines()
    assert "started" in line
    assert "worker=a" in line
