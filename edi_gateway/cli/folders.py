"""`init` makes a working folder; `demo` runs the gateway once over a working folder of invented orders."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edi_gateway.cli.app import app
from edi_gateway.cli.output import screen, sentence


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="A new or empty folder.")]) -> None:
    """Make a working folder; nothing else is needed.

    It holds config.toml, mappings/, partners/ and samples/.
    """
    from edi_gateway.cli.trial.starter import lay_out

    for made in lay_out(folder):
        sentence(f"made {folder}/{made}")
    screen.print(
        f"\nNext: cd {folder}\n"
        "  edi-gateway check samples/01-mass-merchant/input.edi   what is in a file, and what is wrong with it\n"
        "  edi-gateway partners check                              the partners' files\n"
        "  edi-gateway run --once                                  take in, work, send\n"
    )


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Made anew each time; only a demo's own folder is removed.")],
    console: Annotated[
        bool, typer.Option("--console", help="Instead of a story: work and serve the console until Ctrl-C.")
    ] = False,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Of the console; 0: one that is free.")
    ] = 0,
) -> None:
    """Run the gateway over invented orders and tell the story.

    With --console an analyst and a lead may sign in; their passwords are printed.
    """
    if console:
        from edi_gateway.cli.trial.demonstration_console import serve

        serve(folder, port)
        return
    from edi_gateway.cli.trial.demonstration import demonstrate

    demonstrate(folder)
