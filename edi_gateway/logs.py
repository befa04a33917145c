"""Logs: one line per unit of work, with ids that the console can be searched by, and how long it took.

Takes plain facts (ids, counts, states); never payloads, prices or personal data. Called by flow/, scheduler.py
and cli/main.py, which chooses between lines for people and JSON for machines.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, TextIO, cast

import structlog

from edi_gateway.letters import in_one_line

_LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40}


def configure(
    form: Literal["console", "json"] = "console", level: str = "INFO", stream: TextIO | None = None
) -> None:
    """Set up logging for this process; called once, before anything logs. Lines go to stderr by default.

    Libraries that use the standard library's logging (DBOS, APScheduler, paramiko) come through the same
    lines, from WARNING on.
    """
    out = stream or sys.stderr
    least = _LEVELS[level]
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _harmless,
    ]
    if form == "json":
        last: list[Any] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        last = [
            structlog.dev.ConsoleRenderer(
                colors=out.isatty(),
                pad_event_to=24,
                exception_formatter=structlog.dev.plain_traceback,  # the rich one shows values: whole documents
            )
        ]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared[1:]],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(least, logging.WARNING))


def _harmless(_logger: Any, _method: str, facts: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Names, paths and errors may hold text of others: it begins no line, and a terminal obeys nothing of it."""
    return {name: in_one_line(said) if isinstance(said, str) else said for name, said in facts.items()}


class Line:
    """The line of a unit of work while it is being done: facts are added as they become known."""

    def __init__(self, event: str, facts: dict[str, Any]) -> None:
        self.event = event
        self.facts = facts
        self.wanted = True

    def add(self, **facts: Any) -> None:
        """More facts: ids, counts, states."""
        self.facts.update(facts)

    def skip(self) -> None:
        """Nothing happened: write no line."""
        self.wanted = False


@contextmanager
def unit(event: str, **facts: Any) -> Iterator[Line]:
    """One unit of work: its line is written at its end, with `ms`; at its failure as an error, then it raises."""
    line = Line(event, facts)
    started = time.perf_counter()
    try:
        yield line
    except Exception as error:
        _logger().error(
            event, **line.facts, ms=_since(started), error=f"{type(error).__name__}: {error}"[:500]
        )
        raise
    if line.wanted:
        _logger().info(event, **line.facts, ms=_since(started))


def say(level: Literal["debug", "info", "warning", "error"], event: str, **facts: Any) -> None:
    """A line of its own, for what is no unit of work (a start, a missed schedule)."""
    getattr(_logger(), level)(event, **facts)


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)


def _logger() -> structlog.typing.FilteringBoundLogger:
    return cast(structlog.typing.FilteringBoundLogger, structlog.get_logger())
