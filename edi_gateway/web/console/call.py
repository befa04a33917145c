"""One request at the console, as pages see it: who asks, reading and changing, and the ways to answer.

Made by the guard; given to every endpoint that has a parameter of type Call.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse
from sqlalchemy import Connection

from edi_gateway.commands.desk import Actor, Desk
from edi_gateway.commands.people import door
from edi_gateway.commands.people.door import Visitor
from edi_gateway.commands.people.tokens import Machine
from edi_gateway.reports.partners import health
from edi_gateway.web.console.security import cookies
from edi_gateway.web.console.security.cookies import Said
from edi_gateway.web.console.security.permits import has

if TYPE_CHECKING:
    from edi_gateway.web.console.deps import Deps
    from edi_gateway.web.console.templating import Templates


_OF_ADDRESSES = ":/%#?=@[]!$&'()*+,;"


class Called:
    """`visitor`: who is at the browser; `machine`: whose token it is. Neither: somebody who has not signed in."""

    def __init__(self, request: Request, machines: bool) -> None:
        self.request = request
        self.for_machines = machines
        self.visitor: Visitor | None = None
        self.machine: Machine | None = None
        self.deps: Deps = request.app.state.deps
        self._templates: Templates = request.app.state.templates

    # --- who

    @property
    def name(self) -> str | None:
        who = self.visitor or self.machine
        return None if who is None else who.name

    @property
    def roles(self) -> frozenset[str]:
        who = self.visitor or self.machine
        return frozenset() if who is None else who.roles

    def may(self, what: str) -> bool:
        """Whether who asks has a permission of commands/permissions.py."""
        return has(self.roles, what)

    @property
    def address(self) -> str:
        """Where the request came from; a proxy's word counts where config.toml trusts it."""
        return "" if self.request.client is None else self.request.client.host

    @property
    def browser(self) -> str:
        return self.request.headers.get("user-agent", "")

    @property
    def cookie(self) -> str | None:
        """What CSRF tokens hang on: the session, or what came before it."""
        if self.visitor is not None:
            return cookies.session_token(self.request)
        return cookies.door_token(self.request)

    # --- reading and changing

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """For reports/: a connection that writes nothing."""
        with self.deps.reading() as conn:
            yield conn

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        """For commands/: a transaction of who asks, committed when the block ends well."""
        with self.deps.desk(self._actor) as desk:
            yield desk

    def desk_at(self, conn: Connection) -> Desk:
        """The same in a transaction that is there already: of a trial, which is rolled back."""
        return self.deps.desk_at(conn, self._actor(conn))

    def _actor(self, conn: Connection) -> Actor:
        if self.machine is not None:
            return self.deps.machine_actor(conn, self.machine.token_id)
        return door.actor_of(conn, self.name or "")

    def partner_keys(self) -> list[str]:
        """Of those that are published: what a field of a partner offers."""
        with self.reading() as conn:
            return health.keys(conn)

    # --- answering

    @property
    def is_htmx(self) -> bool:
        """Whether a part of a page is asked for, to be put into it."""
        return self.request.headers.get("hx-request") == "true"

    def show(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """A page, or a part of one, from templates/."""
        token = self.cookie
        said = None if token is None or self.is_htmx else cookies.said(self.request, token)
        text = self._templates.render(template, self, said, values)
        response = HTMLResponse(text, status)
        if said is not None:
            cookies.drop_said(self.request, response)
        return response

    def go(self, path: str, said: str | None = None, kind: str = "done") -> Response:
        """To another page of ours, after a change; it says what was done (`kind`: done, note or wrong)."""
        response: Response
        if self.is_htmx:
            # a header holds ASCII; what is written as an address already stays as it is
            response = Response(status_code=204, headers={"HX-Redirect": quote(path, safe=_OF_ADDRESSES)})
        else:
            response = RedirectResponse(path, 303)
        token = self.cookie
        if said is not None and token is not None:
            cookies.set_said(self.request, response, token, Said(kind, said))
        return response

    def url(self, **changes: object) -> str:
        """This page's address with some of its query changed; None takes a key away."""
        query = dict(parse_qsl(self.request.url.query))
        query.update({name: str(value) for name, value in changes.items() if value is not None})
        kept = {name: value for name, value in query.items() if changes.get(name, value) is not None}
        return self.request.url.path + (f"?{urlencode(kept)}" if kept else "")

    @property
    def here(self) -> str:
        """The page that the change was sent from, when it is ours; else the first one."""
        came = urlsplit(self.request.headers.get("hx-current-url") or self.request.headers.get("referer", ""))
        if came.netloc != self.request.headers.get("host") or not is_ours(came.path):
            return "/"
        return came.path + (f"?{came.query}" if came.query else "")

    def refuse(self, status: int, why: str) -> Response:
        """What cannot be done, in words: JSON for machines, a line in the page, or a page.

        A form that a command refuses goes back to where it was sent from, which says why.
        """
        if self.for_machines:
            if self.request.url.path.startswith("/api/"):
                challenge = {"WWW-Authenticate": "Bearer"} if status == 401 else None
                return JSONResponse({"error": why}, status, headers=challenge)
            return PlainTextResponse(why + "\n", status)
        if self.is_htmx:
            where = {"HX-Retarget": "#said", "HX-Reswap": "innerHTML"}
            response = self.show("_said.html", status=status, said=Said("wrong", why))
            response.headers.update(where)
            return response
        signed_in = self.visitor is not None and self.visitor.is_in
        if status in (409, 422) and self.request.method == "POST" and signed_in:
            return self.go(self.here, why, "wrong")
        return self.show("error.html", status=status, why=why)


def is_ours(path: str) -> bool:
    """Whether a path given from outside stays at this console: `//elsewhere` and `/\\elsewhere` do not."""
    return path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()


def _called(request: Request) -> Called:
    call: Called = request.state.call
    return call


Call = Annotated[Called, Depends(_called)]
