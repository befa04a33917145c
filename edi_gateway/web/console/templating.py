"""Pages from templates/: what every page has, and text of others that shows as text and obeys nobody.

Takes a template, the call and the values of the page; gives HTML. Called by call.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from edi_gateway.model.row_names import short
from edi_gateway.model.showing import harmless, money, shown
from edi_gateway.web.console.call import Called
from edi_gateway.web.console.navigation import grouped
from edi_gateway.web.console.rooms import Nav
from edi_gateway.web.console.security import cookies
from edi_gateway.web.console.security.cookies import Said
from edi_gateway.web.console.static_files import StaticFile


class Templates:
    """`stale`: what is not as it should be, said at the head of every page; None: all is well."""

    def __init__(
        self,
        nav: tuple[Nav, ...],
        static: Mapping[str, StaticFile],
        stale: Callable[[], str | None],
        production: bool,
    ) -> None:
        self.nav = nav
        self._stale = stale
        self._environment = Environment(
            loader=PackageLoader("edi_gateway.web.console", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_finalize,
        )
        self._environment.filters |= {"when": when, "money": _money, "number": number, "short": _short}
        self._environment.globals |= {
            "static": lambda name: f"/static/{name}?v={static[name].version}",
            "production": production,
        }

    def render(self, template: str, call: Called, said: Said | None, values: dict[str, Any]) -> str:
        token = call.cookie
        inside = call.visitor is not None and call.visitor.is_in
        return self._environment.get_template(template).render(
            {
                "call": call,
                "csrf": "" if token is None else cookies.csrf_of(token),
                "nav": grouped([e for e in self.nav if call.may(e.may)], call.request.url.path)
                if inside
                else [],
                "signed_in": inside,
                "stale": self._stale() if inside and not call.is_htmx else None,
                "said": said,
            }
            | values
        )


def _finalize(value: Any) -> Any:
    """Each value that a template writes: markup of ours as it is, all else as harmless text."""
    if isinstance(value, Markup):
        return value
    return harmless(value if isinstance(value, str) else shown(value))


def when(value: datetime | None) -> Markup | str:
    """A moment in UTC; the page says so once."""
    if value is None:
        return ""
    at = value.astimezone(UTC)
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(timespec="seconds"), shown(at))


def _money(value: Decimal | Mapping[str, Decimal] | None, currency: str | None = None) -> str:
    """An amount with its currency, or amounts by currency."""
    if isinstance(value, Mapping):
        return ", ".join(f"{money(amount)} {name}".strip() for name, amount in value.items())
    return f"{money(value)} {currency or ''}".strip() if value is not None else ""


def _short(row_id: int | None) -> str:
    """An id as the command line shows it, too."""
    return "" if row_id is None else short(row_id)


def number(value: int | Decimal | None) -> str:
    """A count, with spaces between thousands."""
    return "" if value is None else f"{value:,}".replace(",", " ")
