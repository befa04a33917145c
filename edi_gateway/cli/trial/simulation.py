"""The gateway under test of the simulator: a working folder made for one scenario, and a clock that is put forward.

Grounds makes a stocked folder once, and a copy of it for each scenario; UnderTest runs a gateway on the copy and
types commands there. Called by simulating.py.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from edi_gateway.cli.app import load, program
from edi_gateway.cli.context import Here
from edi_gateway.cli.trial import starter
from edi_gateway.cli.trial.demonstration import fill
from edi_gateway.model.clock import system_clock
from edi_gateway.model.errors import GatewayError
from edi_gateway.settings import Connections, DemonstrationClock, Engine, Numbers, Settings

if TYPE_CHECKING:
    from edi_gateway.flow.gateway import Gateway

_PREFIX = "4012345"  # an invented GS1 company prefix


class RunUnfinished(GatewayError):
    """The gateway did not come to an end with what waits in {home}. Look at it there with `status` and `cases list`."""


class UnderTest:
    """A Machine (simulator/playing/play.py). The clock goes on from where it is put, for the gateway and for commands
    alike."""

    def __init__(self, home: Path, stack: ExitStack) -> None:
        self.home = home
        self._stack = stack
        self._at = self._set = system_clock()
        self._running = ExitStack()
        self._gateway: Gateway | None = None

    def set_clock(self, at: datetime) -> None:
        self._at, self._set = at, system_clock()
        (self.home / "config.toml").write_text(starter.config(_settings(at, self._set)), "utf-8")

    def run(self) -> None:
        if self._gateway is None:
            self._start()
        assert self._gateway is not None
        if not self._gateway.run_once().finished:
            raise RunUnfinished(home=str(self.home))

    def _clock(self) -> datetime:
        return self._at + (system_clock() - self._set)

    def restart(self) -> None:
        self._running.close()
        self._start()

    def _start(self) -> None:
        from edi_gateway.cli.composition import gateway_of

        self._running = self._stack.enter_context(ExitStack())
        here = Here(self.home, "simulator")
        here.__dict__["clock"] = self._clock  # in place of the one that config.toml told when it was read
        self._running.callback(here.close)
        self._gateway = self._running.enter_context(gateway_of(here))

    def call(self, words: Sequence[str], by: str) -> tuple[int, str]:
        said = io.StringIO()
        code = 0
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            try:
                program()(["--home", str(self.home), "--as", by, *words])
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else 1 if end.code else 0
            except GatewayError as error:
                code = 1
                print(error)
        return code, said.getvalue()


def _settings(showed: datetime, at: datetime) -> Settings:
    return Settings(
        connections=Connections(directory_root="exchange"),
        engine=Engine(poll_interval_seconds=0.02),
        numbers=Numbers(gs1_prefix=_PREFIX),
        clock=DemonstrationClock(showed=showed, at=at),
    )


class Grounds:
    """Folders to play in, all copies of one that is stocked when first asked for; removed at the end."""

    def __init__(self, begins: datetime, own: Path | None = None) -> None:
        self._begins = begins
        self._own = own  # a working folder whose partners, mappings and samples are played with
        self._stack = ExitStack()
        self._stocked: Path | None = None

    def __enter__(self) -> Grounds:
        load()  # a scenario may call any command
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @contextmanager
    def ground(self, keep: Path | None = None) -> Iterator[UnderTest]:
        """A gateway in a folder of its own; `keep`: this one, which stays."""
        with ExitStack() as stack:
            if keep is None:
                folder = (
                    Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="edi-simulate-"))) / "home"
                )
            else:
                folder = keep
            shutil.copytree(self._stock(), folder, dirs_exist_ok=keep is not None)
            with ExitStack() as running:
                yield UnderTest(folder.resolve(), running)

    def _stock(self) -> Path:
        if self._stocked is None:
            folder = (
                Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="edi-ground-"))) / "home"
            )
            starter.lay_out(folder, _settings(self._begins, system_clock()), self._own)
            here = Here(folder, "simulator")
            here.__dict__["clock"] = lambda: self._begins
            with contextlib.closing(here):
                fill(here)
            self._stocked = folder
        return self._stocked
