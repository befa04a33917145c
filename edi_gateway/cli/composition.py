"""The real parts put together: transports, postings, partners and the gateway of a working folder."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from edi_gateway import logs
from edi_gateway.cli.context import Here
from edi_gateway.commands.desk import MACHINE, Actor, Desk, Numbers, Partners
from edi_gateway.commands.partners import drafts
from edi_gateway.commands.partners import publishing as partners
from edi_gateway.commands.triage import cases
from edi_gateway.commands.watch.sighting import Disk
from edi_gateway.flow.as2.keyring import Keyring
from edi_gateway.flow.gateway import Gateway
from edi_gateway.flow.live import LivePartners
from edi_gateway.flow.telling.answers import Published
from edi_gateway.flow.works import Options, Transports
from edi_gateway.model.finding import Code, Effect, Family, Finding, Severity
from edi_gateway.partners import registry, snapshots
from edi_gateway.partners.profile import Connection as PartnerConnection
from edi_gateway.partners.profile import DirectoryConnection, Profile
from edi_gateway.posting.files import FilePosting
from edi_gateway.store import snapshots as stored
from edi_gateway.transport.base import Transport
from edi_gateway.transport.connect import open_transport
from edi_gateway.transport.secrets import SecretReader, secrets_from
from edi_gateway.transport.telling.base import Teller
from edi_gateway.transport.telling.mail import MailServer, SmtpMailer
from edi_gateway.transport.telling.webhook import HttpHook, Signing
from edi_gateway.transport.wire import Wire
from edi_gateway.triage.alerting import Alerting, Route
from edi_gateway.triage.usual import Limits as Unusual
from edi_gateway.x12.parsing.envelope import Limits


def partners_of(here: Here, conn: Connection) -> Partners:
    """The published partners as commands ask for them, as they are in this transaction."""
    live = LivePartners()
    live.refresh(conn)
    return Published(live)


def transports_of(here: Here) -> Transports:
    """Opens a partner's connection, or the pair of folders that stands in for it in a trial."""
    read_secret = secrets_from(os.environ, here.home)
    root = here.settings.connections.directory_root

    def open_for(profile: Profile) -> Transport | Wire:
        connection: PartnerConnection = profile.connection
        if root is not None:
            connection = stand_in(here, root, profile.key)
        return open_transport(connection, root=here.home, read_secret=read_secret, kept=here.kept)

    return open_for


def stand_in(here: Here, root: str, partner: str) -> DirectoryConnection:
    """A pair of folders in place of a partner's connection, made when it is not there."""
    connection = DirectoryConnection(
        inbound=f"{root}/{partner}/in", outbound=f"{root}/{partner}/out", settle_seconds=0
    )
    for folder in (connection.inbound, connection.outbound):
        with contextlib.suppress(OSError):  # the transport tells of a folder that is not there
            (here.home / folder).mkdir(parents=True, exist_ok=True)
    return connection


@contextmanager
def gateway_of(here: Here) -> Iterator[Gateway]:
    """The gateway of this working folder with its engine running; valid drafts are live.

    For commands that tell what was done themselves: only errors are logged.
    """
    logs.configure(here.settings.logging.format, "ERROR")
    gateway = compose(here)
    if here.settings.publishing.auto_publish:
        publish_drafts(here)
    with gateway:
        yield gateway


def compose(here: Here) -> Gateway:
    """The gateway of this working folder, not yet running."""
    from edi_gateway.store.database import require_current

    settings = here.settings
    require_current(here.engine)
    posted = here.home / settings.folders.posted
    posted.mkdir(parents=True, exist_ok=True)
    return Gateway(
        here.engine,
        clock=here.clock,
        ids=here.ids,
        transports=transports_of(here),
        postings={"files": FilePosting(posted)},
        keyring=keyring_of(here),
        options=Options(
            production=settings.production,
            receipts_per_batch=settings.engine.receipts_per_batch,
            sets_per_commit=settings.engine.sets_per_commit,
            file_bytes=settings.limits.file_bytes,
            attempts_before_case=settings.delivery.attempts_before_case,
            keep_bytes_days=settings.retention.bytes_days,
            keep_personal_days=settings.retention.personal_days,
            keep_invoice_days=settings.retention.invoice_days,
            limits=Limits(segment_bytes=settings.limits.segment_bytes),
            numbers=Numbers(**settings.numbers.model_dump()),
            hours=settings.service.hours(),
            rates=settings.money.table(),
            recurs=settings.service.recurs,
            recurs_days=settings.service.recurs_days,
            incidents=Unusual(**settings.incidents.model_dump()),
            alerting=alerting_of(here),
        ),
        disks=partial(disks_of, here),
        tellers=tellers_of(here),
        workers=settings.engine.workers,
        poll_seconds=settings.engine.poll_interval_seconds,
    )


def alerting_of(here: Here) -> Alerting:
    """Who is told of what, as config.toml says."""
    said = here.settings.alerts
    routes = tuple(
        Route(
            one.name,
            families=frozenset(family.value for family in one.families),
            partners=frozenset(one.partners),
            roles=frozenset(one.roles),
            users=frozenset(one.users),
            mail=one.mail,
            webhook=one.webhook,
            least=one.least,
            quiet=one.quiet,
            zone=one.zone,
            digest_minutes=one.digest_minutes,
        )
        for one in said.routes
    )
    return Alerting(routes, said.people, said.again_hours, said.give_up_hours, here.settings.console.address)


def tellers_of(here: Here) -> dict[str, Teller]:
    """What sends mails, when a server is set, and calls webhooks."""
    read_secret = secrets_from(os.environ, here.home)
    signing = {
        one.name: Signing(partial(_secret, read_secret, one.secret_env, one.secret_file))
        for one in here.settings.alerts.routes
        if one.webhook is not None
    }
    found: dict[str, Teller] = {"webhook": HttpHook(signing, here.clock)}
    mail = here.settings.mail
    if mail.host is not None:
        password = None
        if mail.password_env or mail.password_file:
            password = partial(_secret, read_secret, mail.password_env, mail.password_file)
        found["mail"] = SmtpMailer(
            MailServer(
                host=mail.host,
                port=mail.port,
                tls=mail.tls,
                sender=mail.sender,
                user=mail.user,
                password=password,
                ca_file=None if mail.ca_file is None else here.home / mail.ca_file,
                timeout_seconds=mail.timeout_seconds,
            )
        )
    return found


def _secret(read_secret: SecretReader, env: str | None, file: str | None) -> str:
    return read_secret("env", env) if env else read_secret("file", file or "").rstrip("\r\n")


def disks_of(here: Here) -> list[Disk]:
    """The disks that we write to: of the database, when it is a file here, and of what is posted."""
    places = {here.home / here.settings.folders.posted}
    database = here.engine.url.database
    if here.engine.dialect.name == "sqlite" and database:
        places.add(Path(database).parent)
    found: dict[int, Disk] = {}
    for place in sorted(places):
        with contextlib.suppress(OSError):
            usage = shutil.disk_usage(place)
            found.setdefault(os.stat(place).st_dev, Disk(str(place), usage.total, usage.free))
    return list(found.values())


def keyring_of(here: Here) -> Keyring:
    """Certificates, with the passphrase of our keys where config.toml says it is."""
    read_secret = secrets_from(os.environ, here.home)
    return Keyring(read_secret, here.settings.as2.passphrase(read_secret))


@contextmanager
def listening(here: Here, gateway: Gateway) -> Iterator[None]:
    """Our AS2 server beside the daemon, where config.toml gives it a port."""
    said = here.settings.as2
    if said.port is None:
        yield
        return
    from edi_gateway.flow.as2 import receiving
    from edi_gateway.web.as2.app import As2App, Bounds
    from edi_gateway.web.listener import Listener, Tls

    bounds = Bounds(said.path, said.message_bytes, said.message_seconds, at_once=said.at_once)
    tls = None
    if said.tls_certificate_file is not None:
        secret = said.tls_key_passphrase_env
        tls = Tls(
            here.home / said.tls_certificate_file,
            None if said.tls_key_file is None else here.home / said.tls_key_file,
            None if secret is None else secrets_from(os.environ, here.home)("env", secret),
        )
    app = As2App(partial(receiving.take, gateway.works), bounds)
    with Listener(app, host=said.host, port=said.port, at_once=said.at_once, tls=tls):
        yield


def follow_drafts(here: Here) -> Callable[[], None]:
    """What a daemon does again and again: publish_drafts, when a file of partners/ or mappings/ has changed."""
    seen: list[tuple[str, int, int]] = []

    def follow() -> None:
        stand = sorted(_files(here.partners_folder)) + sorted(_files(here.mappings_folder))
        if stand != seen:
            publish_drafts(here)
            seen[:] = stand

    return follow


def _files(folder: Path) -> Iterator[tuple[str, int, int]]:
    """Each file with its time and size."""
    for root, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):  # an editor's, gone again
                found = os.stat(os.path.join(root, name))
                yield os.path.join(root, name), found.st_mtime_ns, found.st_size


def publish_drafts(here: Here) -> None:
    """Make valid drafts live; an invalid one leaves the last good snapshot live and opens a case."""
    machine = Actor(MACHINE, frozenset({MACHINE}))
    ids = here.ids  # claimed by a transaction of its own
    with here.reading() as conn:
        live = {partner: digest for partner, (digest, _) in stored.hashes(conn).items()}
    for loaded in drafts.check_drafts(here.partners_folder, here.mappings_folder, live):
        with here.engine.begin() as conn:
            production, hours = here.settings.production, here.settings.service.hours()
            desk = Desk(conn, ids, here.clock, machine, production, hours=hours)
            try:
                if loaded.profile is not None and loaded.valid:
                    draft = snapshots.snapshot(loaded.profile, loaded.folder, here.mappings_folder)
                    partners.publish_by_itself(desk, draft)
                    continue
                first = next(f for f in loaded.findings if f.severity is Severity.ERROR)
                mistake = f"{first.at}: {first.message}"
            except snapshots.FileNotText as error:
                mistake = str(error)
            cases.open_cases(desk, [cases.NewCase(_invalid(loaded, mistake), loaded.key)])


def _invalid(loaded: registry.LoadedPartner, mistake: str) -> Finding:
    return Finding(
        Code.PROFILE_INVALID,
        Severity.ERROR,
        f"The files of {loaded.key} hold a mistake: {mistake}",
        f"`edi-gateway partners check {loaded.key}` shows every mistake. The last good files stay live.",
        effect=Effect.NONE,
        family=Family.MASTER_DATA,
    )
