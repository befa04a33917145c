"""Sections about what is watched and who is told: [incidents], [mail], [alerts]."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, Self
from zoneinfo import available_timezones

from pydantic import Field, model_validator

from edi_gateway.model.finding import Family
from edi_gateway.settings.section import Section


class Incidents(Section):
    """When something is wrong at large, not with one document (spec B14.5)."""

    window_minutes: int = Field(60, ge=5, le=1440, description="The detectors look back so far.")
    reject_sets: int = Field(
        20,
        ge=1,
        description="Fewer sets of a partner than this in the window say nothing of its reject rate.",
    )
    reject_percent: Decimal = Field(
        Decimal(20),
        gt=0,
        le=100,
        description="So many of a hundred refused, and more than is usual for the partner, open an incident.",
    )
    same_error: int = Field(
        25, ge=2, description="So many cases of one cause in the window open an incident."
    )
    silent_grace_minutes: int = Field(
        60, ge=0, description="A partner is silent so long after the latest usual hour of its first file."
    )
    queue_minutes: int = Field(15, ge=1, description="Work that nothing keeps stands still when it is older.")
    overdue_cases: int = Field(50, ge=1, description="So many open cases past their time open an incident.")
    overdue_acks: int = Field(
        5, ge=1, description="So many transmissions that a partner has not acknowledged in time open one."
    )
    certificate_days: int = Field(
        14, ge=1, description="A certificate that none follows opens an incident so long before its end."
    )
    disk_free_percent: Decimal = Field(
        Decimal(10), ge=0, lt=100, description="Less room than this on a disk that we write to opens one."
    )
    calm_minutes: int = Field(
        30, ge=0, description="An incident ends by itself when its cause has not held for so long."
    )


class Mail(Section):
    """The server that takes our mails: alerts, and what people write from the console."""

    host: str | None = Field(None, description="SMTP server; none: no mail is sent, and what waits says so.")
    port: int = Field(587, ge=1, le=65535, description="Its port: 587 with starttls, 465 with tls, else 25.")
    tls: Literal["starttls", "tls", "none"] = Field(
        "starttls", description='How the line is closed to others; "none" only inside your own network.'
    )
    sender: str = Field("edi-gateway@localhost", description="Address that mails come from.")
    user: str | None = Field(None, description="Login; none: the server asks for none.")
    password_env: str | None = Field(None, description="Environment variable that holds the password.")
    password_file: str | None = Field(None, description="Or the file that holds it.")
    ca_file: str | None = Field(None, description="Authorities (PEM) to trust instead of the system's.")
    timeout_seconds: int = Field(20, ge=1, le=300, description="How long a silent server is waited for.")


_HOURS = r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$"


class Route(Section):
    """[[alerts.routes]]: who is told of what."""

    name: str = Field(min_length=1, max_length=80, description="What it is called in lists.")
    families: tuple[Family, ...] = Field(
        (), description="Only alerts of these; none: all, or those of its roles."
    )
    partners: tuple[str, ...] = Field((), description="Only about these partners.")
    roles: tuple[str, ...] = Field(
        (), description="To the users with one of these roles; of the families in their queue."
    )
    users: tuple[str, ...] = Field((), description="To these users; their addresses stand in alerts.people.")
    mail: tuple[str, ...] = Field((), description="To these mail addresses.")
    webhook: str | None = Field(None, pattern=r"^https?://\S+$", description="Called with JSON.")
    secret_env: str | None = Field(
        None, description="Environment variable with the secret that signs the webhook."
    )
    secret_file: str | None = Field(None, description="Or the file that holds it.")
    least: Literal["cases", "incidents", "urgent"] = Field(
        "cases", description="cases: all; incidents: no cases; urgent: urgent incidents only."
    )
    quiet: str | None = Field(
        None, pattern=_HOURS, description='"18:00-07:00": nothing goes then but urgent incidents.'
    )
    zone: str = Field("UTC", description="Time zone of quiet.")
    digest_minutes: int = Field(10, ge=0, description="What comes up within so many minutes is one mail.")

    @model_validator(mode="after")
    def _reaches(self) -> Self:
        if not (self.mail or self.webhook or self.roles or self.users):
            raise ValueError("it reaches nobody: give mail, users, roles or webhook")
        if self.webhook is not None and not (self.secret_env or self.secret_file):
            raise ValueError("a webhook is signed: name its secret as secret_env or secret_file")
        if self.zone not in available_timezones():
            raise ValueError(f"there is no time zone {self.zone}")
        if self.quiet is not None and self.quiet[:5] == self.quiet[6:]:
            raise ValueError("quiet begins and ends in the same minute")
        return self


class Alerts(Section):
    """Who is told of new cases and incidents, and when."""

    again_hours: int = Field(24, ge=1, description="The same cause is not told again before so long.")
    give_up_hours: int = Field(48, ge=1, description="A message that fails is tried again for so long.")
    people: dict[str, str] = Field(
        {}, description="Mail addresses of users, by their names: a table [alerts.people]."
    )
    routes: tuple[Route, ...] = Field(
        (), description="Tables [[alerts.routes]] of their own, with the keys of docs/how-to/alerts.md."
    )

    @model_validator(mode="after")
    def _apart(self) -> Self:
        names = [route.name for route in self.routes]
        if len(set(names)) < len(names):
            raise ValueError("two routes have one name")
        return self
