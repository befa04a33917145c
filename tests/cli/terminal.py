"""A person at a terminal: types `edi-gateway ...` in a working folder, reads what it says, drops files, waits.

`Terminal` runs the program's own entry point in this process, with its own argv, standard streams and folder.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog

from edi_gateway.cli.main import main

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
MONDAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)  # the day that the samples were written for


@dataclass(frozen=True, slots=True)
class Said:
    """What a command gave: exit code, standard output (`raw`: its bytes), standard error."""

    code: int
    raw: bytes
    err: str

    @property
    def out(self) -> str:
        return self.raw.decode("utf-8")

    @property
    def all(self) -> str:
        return self.out + self.err

    def json(self) -> list[dict[str, Any]]:
        """One object a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    def one(self) -> dict[str, Any]:
        """The only object."""
        (found,) = self.json()
        return found


class Terminal:
    """In the folder `home`, as the user `login`."""

    def __init__(self, home: Path, login: str = "maria") -> None:
        self.home = home
        self.login = login
        self._taken: set[Path] = set()

    def __call__(self, *words: str | Path, by: str | None = None, stdin: bytes = b"") -> Said:
        """`edi-gateway --as BY WORDS...`, whatever its exit code."""
        return run(["--as", by or self.login, *map(str, words)], self.home, stdin)

    def ok(self, *words: str | Path, by: str | None = None, stdin: bytes = b"") -> Said:
        """The same, and it must end with 0."""
        said = self(*words, by=by, stdin=stdin)
        assert said.code == 0, said.all
        return said

    def bring(self, kind: str, file: str | Path) -> dict[str, Any]:
        """Import a file, and have somebody else approve it where that is needed; what `import --json` told last."""
        told = self.ok("import", kind, file, "--json").one()
        if told["waits"] is not None:
            told = self.ok("import", "approve", str(told["waits"]), "--json", by="approver").one()
        return told

    def refused(self, *words: str | Path, by: str | None = None) -> str:
        """The same, and it must end with 1 and a sentence; the sentence."""
        said = self(*words, by=by)
        assert (said.code, said.out) == (1, ""), said.all
        assert said.err.startswith("error: "), said.err
        return said.err.removeprefix("error: ").strip()

    # --- the folder

    def drop(self, partner: str, name: str, content: bytes) -> None:
        """A partner's file comes in."""
        inbox = self.home / "exchange" / partner / "in"
        inbox.mkdir(parents=True, exist_ok=True)
        (inbox / name).write_bytes(content)

    def drop_sample(self, partner: str, sample: str, name: str = "input.edi") -> bytes:
        content = (SAMPLES / sample / name).read_bytes()
        self.drop(partner, f"{sample}-{name}", content)
        return content

    def sent(self, partner: str) -> list[str]:
        """Files sent to a partner since the last call, in the order of sending."""
        files = sorted(
            f for f in (self.home / "exchange" / partner / "out").glob("*") if f not in self._taken
        )
        self._taken.update(files)
        return [f.read_text("latin-1") for f in files]

    def posted(self) -> list[dict[str, Any]]:
        """What was posted for the ERP."""
        return [json.loads(f.read_text("utf-8")) for f in sorted((self.home / "posted").glob("*.json"))]

    def set_clock(self, now: datetime = MONDAY) -> None:
        """The folder's clock shows this from now on."""
        config = self.home / "config.toml"
        text = config.read_text("utf-8").split("[clock]")[0]
        config.write_text(
            f'{text}[clock]\nshowed = "{now.isoformat()}"\nat = "{datetime.now(UTC).isoformat()}"\n', "utf-8"
        )

    def wait(self, **more: int) -> None:
        """Time passes: `days`, `hours`."""
        self.set_clock(MONDAY + timedelta(**more))

    # --- what stands there, as the program tells it

    def orders(self, *words: str) -> dict[str, str]:
        """PO number -> state of its newest order."""
        return {
            o["po_number"]: o["state"] for o in reversed(self.ok("orders", "list", "--json", *words).json())
        }

    def order(self, name: str) -> dict[str, Any]:
        return self.ok("orders", "show", name, "--json").one()

    def lines(self, name: str) -> list[tuple[Any, ...]]:
        """(line, item, state, accepted quantity, price) of an order."""
        keys = ("line", "sku", "state", "accepted_quantity", "price")
        return [tuple(line[key] for key in keys) for line in self.order(name)["lines"]]

    def holds(self, *words: str) -> list[dict[str, Any]]:
        return self.ok("holds", "list", "--json", *words).json()

    def hold(self, *words: str) -> str:
        """The id of the only active hold (of these filters), as JSON tells it."""
        (found,) = self.holds(*words)
        return str(found["hold_id"])

    def cases(self, *words: str) -> list[dict[str, Any]]:
        """Every open case."""
        return self.ok("cases", "list", "--each", "--json", *words).json()

    def documents(self, *words: str) -> list[dict[str, Any]]:
        """The oldest first."""
        return self.ok("documents", "list", "--json", *words).json()[::-1]

    def transmissions(self, *words: str) -> list[dict[str, Any]]:
        """The oldest first."""
        return self.ok("transmissions", "list", "--json", *words).json()[::-1]


def segments(text: str) -> list[str]:
    """Our interchange as segments, by its own terminator (the 106th byte)."""
    return [segment.strip("\r\n") for segment in text.split(text[105]) if segment.strip("\r\n")]


def run(argv: list[str], home: Path, stdin: bytes = b"") -> Said:
    """The program's entry point with this argv, in this folder."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with _at(home), _streams(argv, io.TextIOWrapper(io.BytesIO(stdin), "utf-8"), out, err), _logging():
        try:
            main()
            code: Any = 0
        except SystemExit as ended:
            code = ended.code
    said = Said(int(code or 0), _content(out), _content(err).decode("utf-8"))
    assert "Traceback" not in said.err, said.err
    return said


def _content(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue()


@contextlib.contextmanager
def _at(home: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(home)
    try:
        yield
    finally:
        os.chdir(before)


@contextlib.contextmanager
def _streams(argv: list[str], *streams: io.TextIOWrapper) -> Iterator[None]:
    before = sys.argv, sys.stdin, sys.stdout, sys.stderr
    sys.argv = ["edi-gateway", *argv]
    sys.stdin, sys.stdout, sys.stderr = streams
    try:
        yield
    finally:
        sys.argv, sys.stdin, sys.stdout, sys.stderr = before


@contextlib.contextmanager
def _logging() -> Iterator[None]:
    """The program sets up logging for its process; here it is one of many in a process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()
