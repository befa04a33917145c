"""`certificates`: those of partners and of ours, for AS2: who signs and decrypts with what, and until when."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.names import moment, row_id, short, word
from edi_gateway.cli.output import WRONG_USAGE, fail, print_json, print_table, sentence, write

if TYPE_CHECKING:
    from edi_gateway.commands.partners.certificates import Key, Use
    from edi_gateway.reports.traffic.certificates import CertificateRow
    from edi_gateway.transport.keys.reading import Described, PrivateKey

group = typer.Typer(no_args_is_help=True, help="Certificates for AS2: partners' and our own.")
app.add_typer(group, name="certificates")

US = "us"
PartyArgument = Annotated[str, typer.Argument(metavar="PARTY", help="A partner's key, or `us`.")]
CertificateArgument = Annotated[
    str, typer.Argument(metavar="CERTIFICATE", help="The certificate's id, as in the list.")
]
WithOption = Annotated[
    str | None, typer.Option("--partner", help="Ours: only with this partner; else with all.")
]
FromOption = Annotated[
    str | None, typer.Option("--from", help="When it begins to count, e.g. 2026-02-01; default: now.")
]
UntilOption = Annotated[
    str | None, typer.Option("--until", help="When it counts no more; default: when it expires.")
]
ForOption = Annotated[
    str | None, typer.Option("--for", help="`sign` or `encrypt`; default: whatever its key can do.")
]
NameOption = Annotated[str | None, typer.Option(help="The name in it; default: our AS2 name, or Gateway.")]
KindOption = Annotated[
    str, typer.Option(help="rsa-2048, rsa-3072, rsa-4096, ec-p256 or ec-p384 (signs only).")
]
DaysOption = Annotated[int, typer.Option(min=1, max=3650, help="How long it is valid.")]


@group.command("list")
def list_(
    ctx: typer.Context,
    partner: Annotated[str | None, typer.Option(help="Only those that serve with this partner.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List certificates with when they count and end."""
    from edi_gateway.reports.traffic.certificates import list_certificates

    here: Here = ctx.obj
    with here.reading() as conn:
        found = list_certificates(conn, here.clock(), partner=partner)
    if json:
        for one in found:
            print_json(_facts(one))
        return
    print_table(
        "Certificates",
        ("certificate", "whose", "for", "state", "from", "until", "serial", "subject"),
        (
            (
                short(one.certificate_id),
                _whose(one),
                ", ".join(one.purposes),
                one.state,
                f"{one.begins:%Y-%m-%d}",
                f"{one.ends:%Y-%m-%d}",
                one.serial,
                one.subject,
            )
            for one in found
        ),
        "No certificates. `edi-gateway certificates new` makes ours.",
        spare=("subject", "serial"),
    )


@group.command("import")
def import_(
    ctx: typer.Context,
    party: PartyArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="PEM, DER, PKCS#7; ours: PKCS#12 too.")],
    key: Annotated[Path | None, typer.Option(help="Ours: the file with its private key.")] = None,
    key_stays: Annotated[
        bool,
        typer.Option("--key-stays", help="Ours: read the key from --key each time; else keep a locked copy."),
    ] = False,
    passphrase_env: Annotated[
        str | None, typer.Option(help="Environment variable with the passphrase of the file or key.")
    ] = None,
    partner: WithOption = None,
    since: FromOption = None,
    until: UntilOption = None,
    purpose: ForOption = None,
) -> None:
    """Take in a certificate: a partner's, or ours with its key."""
    from edi_gateway.commands.partners import certificates
    from edi_gateway.transport.keys import reading

    here: Here = ctx.obj
    content = _content(file)
    if party != US:
        if key is not None or key_stays or partner is not None:
            fail("--key, --key-stays and --partner are for our own certificates (PARTY `us`).", WRONG_USAGE)
        _known(here, party)
        described = reading.certificate(content, str(file))
        with here.desk() as desk:
            made = certificates.add_theirs(desk, described, _use(party, since, until, purpose))
    else:
        passphrase = None if passphrase_env is None else _environment(passphrase_env)
        described, its_key = _ours(here, file, content, key, key_stays, passphrase)
        if partner is not None:
            _known(here, partner)
        with here.desk() as desk:
            made = certificates.add_ours(desk, described, its_key, _use(partner, since, until, purpose))
    _told("Took in", made, described)


@group.command()
def new(
    ctx: typer.Context,
    name: NameOption = None,
    partner: WithOption = None,
    kind: KindOption = "rsa-2048",
    days: DaysOption = 730,
    since: FromOption = None,
    purpose: ForOption = None,
) -> None:
    """Make a key pair of ours and the certificate for partners."""
    from edi_gateway.commands.partners import certificates

    here: Here = ctx.obj
    if partner is not None:
        _known(here, partner)
    described, key = _made(here, name, partner, kind, since, days)
    with here.desk() as desk:
        made = certificates.add_ours(desk, described, key, _use(partner, since, None, purpose))
    _told("Made", made, described)
    sentence(f"Give it to the partner: `edi-gateway certificates export {short(made)} > us.cer`.")


@group.command()
def export(
    ctx: typer.Context,
    certificate: CertificateArgument,
    der: Annotated[bool, typer.Option("--der", help="Binary (DER) instead of text (PEM).")] = False,
) -> None:
    """Print a certificate, for a partner; never a key."""
    from ssl import PEM_cert_to_DER_cert

    from edi_gateway.store.traffic import certificates

    here: Here = ctx.obj
    with here.reading() as conn:
        found = certificates.load(conn, row_id(certificate, "certificate"))
    if found is None:
        fail(f"There is no certificate {certificate}.", WRONG_USAGE)
    write(PEM_cert_to_DER_cert(found.certificate) if der else found.certificate.encode("ascii"))


@group.command()
def roll(
    ctx: typer.Context,
    party: PartyArgument,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="Their new certificate; ours is made when left out."),
    ] = None,
    since: FromOption = None,
    overlap: Annotated[
        int, typer.Option(min=0, help="Days that the old one counts beside the new one.")
    ] = 30,
    partner: WithOption = None,
    name: NameOption = None,
    kind: KindOption = "rsa-2048",
    days: DaysOption = 730,
    purpose: ForOption = None,
) -> None:
    """Put a new certificate in the place of the old one.

    The old one is accepted beside it for a while."""
    from edi_gateway.commands.partners import certificates
    from edi_gateway.transport.keys import reading

    here: Here = ctx.obj
    whose = partner if party == US else party
    if whose is not None:
        _known(here, whose)
    use = _use(whose, since, None, purpose)
    begins = use.since or here.clock()
    if party == US:
        if file is not None:
            fail("A new one of ours is made; to bring one, use `certificates import us`.", WRONG_USAGE)
        described, key = _made(here, name, partner, kind, since, days)
        with here.desk() as desk:
            made = certificates.add_ours(desk, described, key, use)
            old = certificates.roll(desk, made, begins, timedelta(days=overlap))
    else:
        if file is None:
            fail(f"Say which file holds the new certificate of {party}.", WRONG_USAGE)
        described = reading.certificate(_content(file), str(file))
        with here.desk() as desk:
            made = certificates.add_theirs(desk, described, use)
            old = certificates.roll(desk, made, begins, timedelta(days=overlap))
    _told("Made" if party == US else "Took in", made, described)
    ends = begins + timedelta(days=overlap)
    ended = ", ".join(short(each) for each in old) or "none"
    sentence(
        f"It counts from {begins:%Y-%m-%d %H:%M} UTC. Old ones that count until {ends:%Y-%m-%d}: {ended}."
    )


@group.command()
def withdraw(
    ctx: typer.Context,
    certificate: CertificateArgument,
    why: Annotated[str, typer.Option("--why", help="The reason.")],
) -> None:
    """Let a certificate count for nothing from now on."""
    from edi_gateway.commands.partners import certificates

    here: Here = ctx.obj
    wanted = row_id(certificate, "certificate")
    with here.desk() as desk:
        certificates.withdraw(desk, wanted, why)
    sentence(f"Certificate {short(wanted)} counts no more.")


def passphrase_of(here: Here) -> str:
    """The passphrase that locks our private keys ([as2] in config.toml). Raises GatewayError when there is none."""
    from edi_gateway.transport.secrets import secrets_from

    return here.settings.as2.passphrase(secrets_from(os.environ, here.home))()


def _made(
    here: Here, name: str | None, partner: str | None, kind: str, since: str | None, days: int
) -> tuple[Described, Key]:
    from edi_gateway.commands.partners.certificates import Key
    from edi_gateway.transport.keys import making, reading

    chosen = next((each for each in making.KINDS if each == word(kind, "--kind", making.KINDS)), None)
    assert chosen is not None  # `word` ends when it is none of them
    passphrase = passphrase_of(here)
    begins = here.clock()  # valid from now, for the partner to take it in; counts from --from
    ends = days + max(0, ((moment(since, "--from") or begins) - begins).days)
    described, private = making.new(name or _our_name(here, partner), chosen, begins, ends)
    return described, Key(locked=reading.locked(private, passphrase))


def _our_name(here: Here, partner: str | None) -> str:
    from edi_gateway.partners import registry
    from edi_gateway.partners.profile import As2Connection

    if partner is not None:
        profile = registry.load(here.partners_folder / partner).profile
        if profile is not None and isinstance(profile.connection, As2Connection):
            return profile.connection.us[:64]
    return "Gateway"


def _ours(
    here: Here, file: Path, content: bytes, key: Path | None, key_stays: bool, passphrase: str | None
) -> tuple[Described, Key]:
    from edi_gateway.commands.partners.certificates import Key
    from edi_gateway.transport.keys import reading

    private: PrivateKey
    if key is None:
        if key_stays:
            fail("--key-stays goes with --key FILE.", WRONG_USAGE)
        described, private = reading.pair(content, passphrase, str(file))
    else:
        described = reading.certificate(content, str(file))
        locked = _content(key)
        if key_stays and b"ENCRYPTED" in locked:  # it must open later without anybody there
            passphrase = passphrase_of(here)
        private = reading.key(locked, passphrase, str(key))
    if not reading.belong_together(described, private):
        fail(f"The private key in {key or file} is not that of the certificate in {file}.", WRONG_USAGE)
    if key_stays:
        assert key is not None  # looked at above
        return described, Key(file=str(key))
    return described, Key(locked=reading.locked(private, passphrase_of(here)))


def _use(partner: str | None, since: str | None, until: str | None, purpose: str | None) -> Use:
    from edi_gateway.commands.partners.certificates import ENCRYPT, SIGN, Use

    chosen = word(purpose, "--for", (SIGN, ENCRYPT))
    return Use(
        partner=partner,
        since=moment(since, "--from"),
        until=moment(until, "--until"),
        purposes=None if chosen is None else (chosen,),
    )


def _known(here: Here, partner: str) -> None:
    from edi_gateway.partners import registry

    if not any(folder.name == partner for folder in registry.folders(here.partners_folder)):
        fail(f"There is no partner {partner[:40]!r}; `edi-gateway partners list` shows all.", WRONG_USAGE)


def _content(file: Path) -> bytes:
    if not file.is_file():
        fail(f"There is no file {file}.", WRONG_USAGE)
    return file.read_bytes()


def _environment(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        fail(f"The environment variable {name[:60]!r} is not set.", WRONG_USAGE)
    return value


def _whose(one: CertificateRow) -> str:
    if one.side == "theirs":
        return one.partner or ""
    return "us" if one.partner is None else f"us, with {one.partner}"


def _facts(one: CertificateRow) -> dict[str, object]:
    return {
        "certificate_id": one.certificate_id,
        "side": one.side,
        "partner": one.partner,
        "purposes": one.purposes,
        "state": one.state,
        "from": one.begins,
        "until": one.ends,
        "serial": one.serial,
        "fingerprint": one.fingerprint,
        "subject": one.subject,
        "key": one.key,
        "added_at": one.added_at,
        "added_by": one.added_by,
    }


def _told(verb: str, made: int, described: Described) -> None:
    sentence(
        f"{verb} certificate {short(made)}: {described.subject}, {described.kind}, "
        f"valid until {described.not_after:%Y-%m-%d}."
    )
    if not described.may_encrypt:
        sentence(
            "An EC key can only sign: whoever is to be encrypted for needs a certificate with an RSA key, too."
        )
    sentence(f"Compare its fingerprint by telephone (SHA-256): {_colons(described.fingerprint)}.")


def _colons(fingerprint: str) -> str:
    return ":".join(fingerprint[n : n + 2].upper() for n in range(0, len(fingerprint), 2))
