"""Every screen has its twin: no address of the console without its command, no command or option that is not there."""

from __future__ import annotations

from typing import Any

from docs.console_twins import routes, twins
from edi_gateway.cli import main
from edi_gateway.cli.app import program

COMMANDS = {"ACT": "comment", "KIND": "items"}  # words of the table that stand for one of several commands
GROUPS = {"cases", "import"}  # in which they do


def options(said: str) -> list[str]:
    """What is wrong with a command of the table."""
    at: Any = program()
    words = said.split()
    while hasattr(at, "list_commands"):
        word = COMMANDS.get(words[0], words[0]) if at.name in GROUPS else words[0]
        if word not in at.list_commands(None):
            return [f"{said}: there is no {word}"]
        at = at.commands[word]
        words = words[1:]
    known = {option for parameter in at.params for option in parameter.opts}
    return [f"{said}: there is no {word}" for word in words if word.startswith("-") and word not in known]


def test_every_address_has_its_command_and_every_command_of_the_table_is_there() -> None:
    main.load()
    known = twins()
    assert known.keys() == routes().keys()
    commands = {one for said in known.values() if not said.startswith("- ") for one in said.split("; ")}
    assert [wrong for one in sorted(commands) for wrong in options(one)] == []


def test_a_command_that_is_not_there_is_found() -> None:
    main.load()
    assert options("orders lst") == ["orders lst: there is no lst"]
    assert options("orders list --lates") == ["orders list --lates: there is no --lates"]
