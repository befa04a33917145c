"""docs/reference/json.md against the commands: whatever tells JSON says on that page what it tells."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from edi_gateway.cli.app import app, load

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "json.md"


def _telling_json(command: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Commands with --json, in the order of their help."""
    if hasattr(command, "list_commands"):
        for name in command.list_commands(None):
            yield from _telling_json(command.commands[name], (*path, name))
    elif any("--json" in parameter.opts for parameter in command.params):
        yield " ".join(path)


def test_every_command_that_tells_json_is_on_the_page() -> None:
    load()
    page = PAGE.read_text("utf-8")
    commands = list(_telling_json(typer.main.get_command(app)))
    assert "orders list" in commands
    assert [name for name in commands if f"`{name}" not in page] == []
