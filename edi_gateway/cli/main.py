"""The entry point of `edi-gateway`: every command registered, every error put into words."""

from __future__ import annotations

import io
import sys
import tempfile
import traceback
from collections.abc import Sequence

from edi_gateway.cli.app import load, program
from edi_gateway.cli.output import WRONG_USAGE, fail
from edi_gateway.model.errors import GatewayError


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
        load(_command(sys.argv[1:]))
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
