"""Trials of drafts run in a thread beside the pages, one after the other.

Takes what was begun; reads in short transactions and writes nothing but how far it is, and what it showed. Called by
trials.py.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from edi_gateway.commands.desk import MACHINE, Actor
from edi_gateway.commands.partners import trials
from edi_gateway.commands.partners.trials import Again
from edi_gateway.model.showing import plain
from edi_gateway.triage.trying.telling import as_json
from edi_gateway.triage.trying.trial import Span, Trial
from edi_gateway.web.console.deps import Deps

Begin = Callable[[], Again | None]  # None: it is not to be run after all
_NOTED: Final = 2.0  # seconds between two notes of how far it is
_SYSTEM: Final = Actor(MACHINE, frozenset({MACHINE}))


def start(deps: Deps, first: Again, then: Iterable[Begin] = ()) -> None:
    """Run it, and then the others, each begun when its turn has come."""
    rest = list(then)

    def work() -> None:
        _run(deps, first)
        for begin in rest:
            if (made := begin()) is not None:
                _run(deps, made)

    threading.Thread(target=work, name=f"try {first.draft.partner}", daemon=True).start()


def _run(deps: Deps, run: Again) -> None:
    trial_id = run.trial_id
    try:
        trial = Trial(deps.reading, run.live, run.draft, Span(run.since, run.until), deps.production)
        with _noting(deps, trial_id) as noting:
            for at in trial.run(noting.stopped.is_set):
                noting.at = (at.done, at.whole)
        found = trial.result()
        told = as_json(replace(found, groups=found.groups[: trials.KEPT_GROUPS]))
        with deps.desk(lambda _: _SYSTEM) as desk:
            trials.end(desk, trial_id, plain(told))
    except Exception as error:  # whoever looks at the page is told
        with deps.desk(lambda _: _SYSTEM) as desk:
            trials.end(desk, trial_id, None, f"{type(error).__name__}: {error}"[:300])


@dataclass(slots=True)
class _Noting:
    """`at`: bytes read again, of how many. `stopped`: somebody wants no more of it."""

    at: tuple[int, int] = (0, 0)
    stopped: threading.Event = field(default_factory=threading.Event)


@contextmanager
def _noting(deps: Deps, trial_id: int) -> Iterator[_Noting]:
    """Says in a thread of its own how far it is, also while one very large interchange is read: a trial that says
    nothing is taken for dead."""
    noting, over = _Noting(), threading.Event()

    def tell() -> None:
        while not over.wait(_NOTED):
            with suppress(SQLAlchemyError), deps.desk(lambda _: _SYSTEM) as desk:  # it says so the next time
                if not trials.note(desk, trial_id, *noting.at):
                    noting.stopped.set()

    teller = threading.Thread(target=tell, name=f"trial {trial_id}", daemon=True)
    teller.start()
    try:
        yield noting
    finally:
        over.set()
        teller.join()
