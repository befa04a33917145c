"""How a page or a part of the API is declared: a Room, whose every route says who may use it.

    room = Room(Nav("Cases", "/cases", may="see cases", place=20))

    @room.page("/cases", may="see cases")
    def queue(call: Call) -> Response:
        with call.reading() as conn:
            return call.show("cases/queue.html", cases=list_cases(conn))

`may` is a key of commands/permissions.py, or ANYBODY, SIGNED_IN or NEAR. Rooms are found by their module: a module in
pages/ or api/ whose `room` is a Room is part of the console.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType
from typing import Any, Final, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from edi_gateway.web.console.api.terms import SAYS_NO
from edi_gateway.web.console.call import Call
from edi_gateway.web.console.security.guard import Kind, guarded
from edi_gateway.web.console.security.permits import ANYBODY, NEAR, SIGNED_IN, known

__all__ = [
    "ANYBODY",
    "NEAR",
    "SIGNED_IN",
    "ApiRoom",
    "Call",
    "Nav",
    "PlainRoom",
    "Room",
    "may_of",
    "rooms_in",
]

_SAID: Final = "x-permission"

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Nav:
    """An entry of the navigation. `place`: its order. `key`: with g, goes there. `group`: entries of one group stand
    together behind its name; None: it stands alone. `also`: where addresses begin of other pages that belong to it."""

    name: str
    path: str
    may: str
    place: int
    key: str | None = None
    group: str | None = None
    also: tuple[str, ...] = ()


class _Guarded(APIRoute):
    """A route behind the guard, which looks before anything of the request's body is read."""

    kind = Kind.PAGE

    def get_route_handler(self) -> Callable[[Request], Any]:
        return guarded(super().get_route_handler(), may_of(self), self.kind)


class _GuardedApi(_Guarded):
    kind = Kind.API


class _Open(_Guarded):
    kind = Kind.PLAIN


class Room(APIRouter):
    """The pages of one theme, with their entries in the navigation."""

    def __init__(self, *nav: Nav) -> None:
        super().__init__(route_class=_Guarded)
        self.nav = nav

    def page(self, path: str, *, may: str) -> Callable[[Endpoint], Endpoint]:
        """A GET that answers with a page or a part of one."""
        return self._declare(path, may, "GET")

    def change(self, path: str, *, may: str) -> Callable[[Endpoint], Endpoint]:
        """A POST of a form. Comes with the CSRF token, or does not come."""
        return self._declare(path, may, "POST")

    def _declare(self, path: str, may: str, method: str) -> Callable[[Endpoint], Endpoint]:
        return self.api_route(
            path,
            methods=[method],
            include_in_schema=False,
            response_model=None,
            response_class=Response,
            openapi_extra={_SAID: known(may)},
        )


class PlainRoom(Room):
    """For machines that watch: answers are plain, errors too."""

    def __init__(self) -> None:
        super().__init__()
        self.route_class = _Open


class ApiRoom(APIRouter):
    """Paths below /api/v1. The token of a machine is asked for, never a cookie; so no form of a page can come here."""

    nav: tuple[Nav, ...] = ()

    def __init__(self) -> None:
        super().__init__(prefix="/api/v1", route_class=_GuardedApi, responses=SAYS_NO)

    def read(self, path: str, *, may: str, **more: Any) -> Callable[[Endpoint], Endpoint]:
        """A GET that answers with JSON of the endpoint's return type."""
        return self._declare(path, may, "GET", more)

    def act(self, path: str, *, may: str, **more: Any) -> Callable[[Endpoint], Endpoint]:
        """A POST that changes something."""
        return self._declare(path, may, "POST", more)

    def _declare(
        self, path: str, may: str, method: str, more: dict[str, Any]
    ) -> Callable[[Endpoint], Endpoint]:
        def declared(endpoint: Endpoint) -> Endpoint:
            """With names in its description that a generated client can bear: of the module and the function."""
            room, name = endpoint.__module__.rpartition(".")[2], endpoint.__name__.strip("_")
            said = " ".join((endpoint.__doc__ or "").split())
            route = self.api_route(
                path,
                methods=[method],
                operation_id=f"{room}_{name}",
                summary=said.partition(". ")[0].rstrip("."),
                tags=[room],
                openapi_extra={_SAID: known(may)},
                **more,
            )
            return route(endpoint)

        return declared


def may_of(route: object) -> str | None:
    """What a route declares; None: nothing, and so nobody may use it."""
    return (getattr(route, "openapi_extra", None) or {}).get(_SAID)


def rooms_in(package: ModuleType) -> list[Room | ApiRoom]:
    """Every room of a package's modules, in the order of their names."""
    found = [
        getattr(import_module(module.name), "room", None)
        for module in walk_packages(package.__path__, package.__name__ + ".")
    ]
    return [room for room in found if isinstance(room, Room | ApiRoom)]
