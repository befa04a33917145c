"""The entry point of `edi-gateway`: every command registered, every error put into words."""

from __future__ import annotations

import io
import sys
import tempfile
import traceback
from collections.abc import Sequence
from importlib import import_module

from edi_gateway.cli.app import program
from edi_gateway.cli.output import WRONG_USAGE, fail
from edi_gateway.model.errors import GatewayError

_MODULES = (
    "folders",
    *(f"standard.{name}" for name in ("checking", "mending", "acknowledging", "mapping")),
    "running",
    "serving",
    "trial.simulating",
    *(
        f"book.{name}"
        for name in (
            "orders",
            "daily",
            "holds",
            "cases",
            "working",
            "fixes",
            "replays",
            "causes",
            "improvements",
        )
    ),
    *(f"traffic.{name}" for name in ("documents", "finding", "acknowledgments")),
    *(f"traffic.{name}" for name in ("partners", "versions", "proposing")),
    *("traffic.trying", "traffic.certificates"),
    *(f"standard.{name}" for name in ("guides", "dictionary")),
    "book.imports",
    "book.master",
    *(f"goods.{name}" for name in ("stock", "releases", "shipping", "papers", "notices")),
    *(f"book.{name}" for name in ("invoices", "payments")),
    *(f"watch.{name}" for name in ("incidents", "switches", "alerts", "figures", "auditing", "purging")),
    *("users", "database"),
)
_ALONE = {
    "check": "standard.checking"
}  # commands that start without the modules of all others: people run them in loops


def load(words: Sequence[str] = ()) -> None:
    """Registers every command; for a call that asks for one that can stand alone, only that one."""
    alone = _ALONE.get(_command(words))
    for module in (alone,) if alone else _MODULES:
        import_module(f"edi_gateway.cli.{module}")


def _command(words: Sequence[str]) -> str:
    """The command among the words of a call: the first that is neither an option nor what belongs to one."""
    rest = iter(words)
    for word in rest:
        if word in ("--home", "--as"):
            next(rest, None)
        elif not word.startswith("-"):
            return word
    return ""


def main() -> None:
    """The entry point: no traceback reaches a user."""
    for stream in (sys.stdout, sys.stderr):  # a terminal of another encoding shows what it can
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        load(sys.argv[1:])
        program()()
    except GatewayError as error:
        fail(str(error))
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except UnicodeEncodeError as error:
        fail(f"{error.object[:40]!r} is not text: it holds bytes that are not UTF-8.", WRONG_USAGE)
    except Exception as error:
        said = _in_words(error)
        if said is not None:
            fail(said)
        with tempfile.NamedTemporaryFile("w", prefix="edi-gateway-", suffix=".log", delete=False) as log:
            traceback.print_exc(file=log)
        fail(
            "something went wrong inside the gateway; nothing that was committed is lost. "
            f"Please send {log.name} to whoever keeps this installation."
        )


def _in_words(error: Exception) -> str | None:
    """What the machine (disk, database) refused, for a person; None for what nobody foresaw."""
    if isinstance(error, OSError) and error.filename is not None:
        wanted = (
            " A folder is needed there." if isinstance(error, FileExistsError | NotADirectoryError) else ""
        )
        return f"{error.filename}: {error.strerror}.{wanted}"
    database = sys.modules.get("sqlalchemy.exc")  # never loaded for its sake alone
    if database is not None and isinstance(error, database.DBAPIError):
        said = " ".join(str(error.orig).split())
        if isinstance(error, database.DataError | database.IntegrityError):
            return f"The database refused a value: {said}. Nothing was changed."
        return (
            f"The database cannot be used: {said}. Look at [database] in config.toml and at its server or file; "
            "nothing that was committed is lost."
        )
    return None
