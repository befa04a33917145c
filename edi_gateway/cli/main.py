"""The entry point of `edi-gateway`: every command registered, every error put into words."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback

from edi_gateway.cli import (
    cases,
    database,
    documents,
    folders,
    holds,
    imports,
    orders,
    partners,
    reading,
    running,
)
from edi_gateway.cli.app import app
from edi_gateway.cli.output import FOUND_ERRORS, complaints
from edi_gateway.model.errors import GatewayError

MODULES = (folders, reading, running, orders, holds, cases, documents, partners, imports, database)


def main() -> None:
    """The entry point: no traceback reaches a user."""
    try:
        app()
    except GatewayError as error:
        complaints.print(f"[red]error:[/red] {error}", markup=True)
        raise SystemExit(FOUND_ERRORS) from None
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception:
        with tempfile.NamedTemporaryFile("w", prefix="edi-gateway-", suffix=".log", delete=False) as log:
            traceback.print_exc(file=log)
        complaints.print(
            "[red]error:[/red] something went wrong inside the gateway; nothing that was committed is lost. "
            f"Please send {log.name} to whoever keeps this installation."
        )
        raise SystemExit(FOUND_ERRORS) from None
