"""Settings of one installation: config.toml of the working folder, every key with its default.

Read by cli/ only, which passes plain values down. Secrets never stand here: a key ending in `_env` names an
environment variable, one ending in `_file` a file.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AwareDatetime,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from edi_gateway.model.clock import Clock
from edi_gateway.model.errors import GatewayError
from edi_gateway.orders.limits import LIMITS
from edi_gateway.orders.rates import Rates
from edi_gateway.settings.section import Section
from edi_gateway.settings.service import Service
from edi_gateway.settings.watching import Alerts, Incidents, Mail

__all__ = [
    "Alerts",
    "As2",
    "Connections",
    "DemonstrationClock",
    "Engine",
    "Incidents",
    "Mail",
    "Numbers",
    "Section",
    "Service",
    "Settings",
    "SettingsInvalid",
    "as_toml",
    "read",
    "shown",
]


class Database(Section):
    url: str = Field(
        "sqlite:///gateway.db",
        description="sqlite:///FILE (relative to the working folder) or postgresql+psycopg://USER@HOST/NAME.",
    )
    url_env: str | None = Field(
        None, description="Environment variable that holds the whole URL, password and all."
    )


class Folders(Section):
    mappings: str = Field("mappings", description="Mapping files and code tables.")
    partners: str = Field("partners", description="A folder a partner.")
    posted: str = Field("posted", description="Where accepted orders are written as JSON for the ERP.")
    cache: str | None = Field(
        None,
        description="Compiled checks, kept for the next command. None: your own cache folder (XDG_CACHE_HOME or "
        "~/.cache). A folder that others may write to is not used.",
    )


class Connections(Section):
    directory_root: str | None = Field(
        None,
        description="When set, every partner's connection is replaced by ROOT/PARTNER/in and ROOT/PARTNER/out: "
        "for demonstrations and trials without a server.",
    )
    keep_seconds: int = Field(
        90,
        ge=0,
        description="An SFTP connection stays open so long after its last use; 0: it is closed at once.",
    )


class As2(Section):
    """Our AS2 server, which the daemon runs, and how our private keys are locked."""

    port: int | None = Field(
        None, ge=0, le=65535, description="Port of our AS2 server; none: the daemon runs no server."
    )
    host: str = Field(
        "127.0.0.1",
        description="Address that it listens at. From outside: a proxy in front of it, or another address here.",
    )
    path: str = Field("/as2", pattern=r"^/[A-Za-z0-9._~/-]*$", description="The one path that it serves.")
    tls_certificate_file: str | None = Field(
        None, description="Certificate chain (PEM) of our server; none: plain HTTP, for behind a proxy."
    )
    tls_key_file: str | None = Field(None, description="Its private key; default: in the same file.")
    tls_key_passphrase_env: str | None = Field(
        None, description="Environment variable that holds the passphrase of tls_key_file."
    )
    message_bytes: int = Field(1 << 30, ge=1, description="A larger message is refused.")
    message_seconds: int = Field(
        900, ge=1, description="A message that takes longer to come in and be unpacked is refused."
    )
    at_once: int = Field(16, ge=1, le=256, description="Messages that are taken in at the same time.")
    key_passphrase_env: str | None = Field(
        None,
        description="Environment variable that holds the passphrase of our private keys in the database.",
    )
    key_passphrase_file: str | None = Field(
        None, description="Or the file that holds it (relative to the working folder)."
    )

    def passphrase(self, read_secret: Callable[[Literal["env", "file"], str], str]) -> Callable[[], str]:
        """Reads the passphrase of our private keys when it is needed; raises SettingsInvalid when none is named."""

        def read() -> str:
            if self.key_passphrase_env:
                return read_secret("env", self.key_passphrase_env)
            if self.key_passphrase_file:
                return read_secret("file", self.key_passphrase_file).rstrip("\r\n")
            raise SettingsInvalid(
                file="config.toml",
                problem="our private keys are kept under a passphrase: put it into a file or an environment variable, "
                "and name that as key_passphrase_file or key_passphrase_env under [as2]",
            )

        return read


class Console(Section):
    """The console: pages and the JSON API for the people inside, on a listener of its own."""

    port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="Port of the console in the daemon; none: the daemon serves none. `edi-gateway web` takes it too.",
    )
    host: str = Field(
        "127.0.0.1",
        description="Address that it listens at. Another than this machine's own takes TLS, or trusted_proxies.",
    )
    tls_certificate_file: str | None = Field(
        None, description="Certificate chain (PEM); none: plain HTTP, for this machine or behind a proxy."
    )
    tls_key_file: str | None = Field(None, description="Its private key; default: in the same file.")
    tls_key_passphrase_env: str | None = Field(
        None, description="Environment variable that holds the passphrase of tls_key_file."
    )
    trusted_proxies: tuple[str, ...] = Field(
        (), description="Addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed."
    )
    address: str | None = Field(
        None,
        pattern=r"^https?://[^/\s]+$",
        description="How people reach it (https://edi.example.com), for links in messages.",
    )
    session_idle_minutes: int = Field(60, ge=1, description="Who does nothing for so long is signed out.")
    session_hours: int = Field(12, ge=1, description="After so long everybody signs in again.")
    key_env: str | None = Field(
        None,
        description="Environment variable that holds the key which seals second factors in the database.",
    )
    key_file: str = Field(
        "console.key", description="Or the file that holds it; made at the first start, for its owner only."
    )


class Engine(Section):
    receipts_per_batch: int = Field(500, ge=1, le=1000, description="Small files worked in one commit.")
    sets_per_commit: int = Field(
        500, ge=1, le=10000, description="Sets of a large interchange worked in one commit."
    )
    poll_interval_seconds: float = Field(0.1, gt=0, le=5, description="How often a worker looks for work.")
    workers: int = Field(1, ge=1, le=16, description="Worker threads in the daemon.")


class Limits(Section):
    file_bytes: int = Field(1 << 30, ge=1, description="A larger file is refused.")
    segment_bytes: int = Field(1 << 16, ge=128, description="A longer segment is a finding.")


class Publishing(Section):
    auto_publish: bool = Field(
        True, description="Valid changes of partners/ and mappings/ go live by themselves."
    )


class Delivery(Section):
    attempts_before_case: int = Field(
        3, ge=1, description="Failed sendings or postings before a person is asked."
    )


class Retention(Section):
    bytes_days: int = Field(
        2555, ge=1, description="Bytes received and sent are kept this long; what came of them for ever."
    )
    personal_days: int | None = Field(
        None,
        ge=1,
        description="Names, addresses and telephones of consumers (consumer_ship_to) are erased so long after the end "
        "of their order; none: only when asked (`purge`).",
    )
    invoice_days: int = Field(
        3653, ge=1, description="Invoices stay as they were issued at least this long, personal data and all."
    )


class Approval(Section):
    second_person: tuple[
        Literal[
            "items", "xrefs", "prices", "ship-tos", "customers", "sites", "tax-rates", "tax-certificates"
        ],
        ...,
    ] = Field(
        ("prices", "customers", "tax-rates", "tax-certificates"),
        description="Imports that another user must approve before they hold (of customers only those that change "
        "terms, price group or credit stop); [] for none.",
    )


Limit = Annotated[Decimal, Field(ge=0)] | Literal["none"]


def _limit(role: str) -> Limit:
    limit = LIMITS[role]
    return "none" if limit is None else limit


class ReleaseLimits(Section):
    """Keys are roles of spec B1; what a user may decide can be narrowed further by a limit of their own."""

    CSR: Limit = Field(
        _limit("CSR"),
        description="Most money (in our currency) on a price or quantity hold that a CSR may release.",
    )
    LEAD: Limit = Field(_limit("LEAD"), description="The same for a LEAD.")
    BILLING: Limit = Field(
        _limit("BILLING"),
        description="The same for BILLING, of holds on invoices; and the most that it may credit.",
    )
    SUPERVISOR: Limit = Field(
        _limit("SUPERVISOR"), description='The same for a SUPERVISOR; "none" means any amount.'
    )

    def by_role(self) -> dict[str, Decimal | None]:
        """Role -> the most it may decide over; None: any amount."""
        said: dict[str, Limit] = {name: getattr(self, name) for name in type(self).model_fields}
        return {role: limit if isinstance(limit, Decimal) else None for role, limit in said.items()}


class Money(Section):
    """What other currencies are worth in ours, roughly: work is sorted and ranked by it, nothing is billed by it."""

    currency: str = Field(
        "USD", pattern=r"^[A-Z]{3}$", description="Our own currency, in which money is ranked."
    )
    rates: dict[Annotated[str, Field(pattern=r"^[A-Z]{3}$")], Annotated[Decimal, Field(gt=0)]] = Field(
        {},
        description="What one of another currency is worth in ours, roughly; amounts without a rate are shown and rank "
        "last, and are held against a limit as they are.",
    )

    def table(self) -> Rates:
        return Rates(self.currency, self.rates)


class Numbers(Section):
    gs1_prefix: str | None = Field(
        None,
        pattern=r"^\d{7,10}$",
        description="GS1 company prefix, 7 to 10 digits: SSCCs of cartons and BOL numbers begin with it.",
    )
    sscc_extension: int = Field(0, ge=0, le=9, description="First digit of the SSCCs made here.")
    invoice: str = Field(
        "INV{n:08d}", description="Invoice numbers; {n} counts without a gap. At most 22 characters."
    )
    credit: str = Field("CM{n:08d}", description="Numbers of credit memos, likewise.")

    @field_validator("invoice", "credit")
    @classmethod
    def _counts(cls, pattern: str) -> str:
        try:
            made = [pattern.format(n=n) for n in (1, 2)]
        except (ValueError, KeyError, IndexError, AttributeError) as problem:
            raise ValueError(f"{pattern!r} makes no number: write it like INV{{n:08d}}") from problem
        if made[0] == made[1] or len(made[0]) > 22 or not made[0].isascii():
            raise ValueError(f"{pattern!r} must count with {{n}} and make at most 22 plain characters")
        return pattern

    @model_validator(mode="after")
    def _apart(self) -> Self:
        """What is left of a number without its digits tells the series; tests have T."""
        series = [re.sub(r"\d+", "#", pattern.format(n=1)) for pattern in (self.invoice, self.credit)]
        if series[0] == series[1] or "T#" in series:
            raise ValueError(
                "invoices, credits and tests (T00000001) need numbers that are told apart by letters"
            )
        return self


class Logging(Section):
    format: Literal["console", "json"] = Field(
        "console", description="console for people, json for machines."
    )
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least level that is written."
    )


class DemonstrationClock(Section):
    """A clock that began somewhere else, so that invented orders of a fixed day stay fresh."""

    showed: AwareDatetime | None = Field(
        None, description="For demonstrations: what this folder's clock showed ..."
    )
    at: AwareDatetime | None = Field(
        None, description="... when the real clock showed this. Leave both out in earnest."
    )

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.showed is None) != (self.at is None):
            raise ValueError("showed and at stand together or not at all")
        return self


class Settings(Section):
    production: bool = Field(
        True, description="False: this is a test installation; ISA15 P is then the surprise."
    )
    database: Database = Database()
    folders: Folders = Folders()
    connections: Connections = Connections()
    as2: As2 = As2()
    console: Console = Console()
    engine: Engine = Engine()
    limits: Limits = Limits()
    publishing: Publishing = Publishing()
    delivery: Delivery = Delivery()
    incidents: Incidents = Incidents()
    mail: Mail = Mail()
    alerts: Alerts = Alerts()
    service: Service = Service()
    retention: Retention = Retention()
    approval: Approval = Approval()
    release_limits: ReleaseLimits = ReleaseLimits()
    money: Money = Money()
    numbers: Numbers = Numbers()
    logging: Logging = Logging()
    clock: DemonstrationClock = DemonstrationClock()

    def shifted(self, real: Clock) -> Clock:
        """The clock of this working folder: the real one, unless the demonstration's keys move it."""
        showed, at = self.clock.showed, self.clock.at
        if showed is None or at is None:
            return real
        offset = showed - at
        return lambda: real() + offset

    def database_url(self, home: Path) -> str:
        """The URL with the environment's secret in place, SQLite paths taken from the working folder."""
        url = self.database.url
        if self.database.url_env:
            url = os.environ.get(self.database.url_env) or ""
            if not url:
                raise SettingsInvalid(
                    file="config.toml",
                    problem=f"database.url_env names {self.database.url_env}, which is not set",
                )
        if url.startswith("sqlite:///") and not url.startswith("sqlite:////"):
            return f"sqlite:///{(home / url.removeprefix('sqlite:///')).resolve()}"
        return url


class SettingsInvalid(GatewayError):
    """{file}: {problem}. Mend the file; docs/reference/settings.md lists every key."""


def read(home: Path) -> Settings:
    """The settings of a working folder; defaults where config.toml is silent."""
    file = home / "config.toml"
    if not file.exists():
        return Settings()
    try:
        return Settings.model_validate(tomllib.loads(file.read_text("utf-8"), parse_float=Decimal))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsInvalid(file=str(file), problem=f"not TOML: {error}") from None
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise SettingsInvalid(file=str(file), problem=problems) from None


def as_toml(settings: Settings) -> str:
    """config.toml with every key, commented; what differs from the default is not commented out."""
    lines = ["# Settings of this working folder. Every key with its default; uncomment to change.", ""]
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, Section):
            lines += ["", f"[{name}]"]
            for key, part in type(value).model_fields.items():
                lines += _key(key, getattr(value, key), part.default, part.description)
        else:
            lines += _key(name, value, field.default, field.description)
    return "\n".join(lines) + "\n"


def _key(key: str, value: object, default: object, description: str | None) -> list[str]:
    shown = "..." if value is None else _toml(value)
    mark = "" if value != default else "# "
    return [f"# {description}", f"{mark}{key} = {_toml(shown) if value is None else shown}"]


def shown(value: object) -> str:
    """A default in the reference: as it would be written, or "none"."""
    return "none" if value is None else f"`{_toml(value)}`"


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, dict):
        return f"{{{', '.join(f' {key} = {_toml(item)} ' for key, item in value.items())}}}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
