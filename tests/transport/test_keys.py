"""Certificate and key files as partners and authorities hand them out, made by OpenSSL."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from edi_gateway.transport.keys import reading
from edi_gateway.transport.keys.reading import CertificateUnusable


def openssl(folder: Path, words: str, *more: str) -> None:
    subprocess.run(["openssl", *words.split(), *more], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, a certificate that it issued, and that one in every form; a weak one and one of another kind."""
    folder = tmp_path_factory.mktemp("keys")
    (folder / "leaf.ext").write_text("basicConstraints=CA:FALSE\n")
    openssl(
        folder,
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=Root",
    )
    openssl(
        folder,
        "req -newkey rsa:2048 -nodes -keyout leaf.key -out leaf.csr -subj /O=Acme/CN=acme-as2",
    )
    issue = "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -set_serial 0x1F2E -days 20 -extfile leaf.ext"
    openssl(folder, issue, "-out", "leaf.pem")
    openssl(folder, "x509 -in leaf.pem -outform DER -out leaf.cer")
    openssl(folder, "crl2pkcs7 -nocrl -certfile leaf.pem -certfile ca.pem -out leaf.p7b")
    openssl(folder, "crl2pkcs7 -nocrl -certfile ca.pem -certfile leaf.pem -outform DER -out leaf.p7c")
    pack = (
        "pkcs12 -export -in leaf.pem -inkey leaf.key -certfile ca.pem -passout pass:tarnbrook-7 -out leaf.pfx"
    )
    openssl(folder, pack)
    openssl(folder, "pkcs8 -topk8 -in leaf.key -passout pass:tarnbrook-7 -out locked.key")
    openssl(
        folder,
        "req -x509 -newkey rsa:1024 -nodes -keyout weak.key -out weak.pem -days 30 -subj /CN=W",
    )
    openssl(folder, "req -x509 -newkey ed25519 -nodes -keyout ed.key -out ed.pem -days 30 -subj /CN=E")
    return folder


@pytest.mark.parametrize("name", ["leaf.pem", "leaf.cer", "leaf.p7b", "leaf.p7c"])
def test_a_certificate_is_found_in_each_form_and_told_from_its_authority(files: Path, name: str) -> None:
    described = reading.certificate((files / name).read_bytes(), name)
    assert (described.subject, described.issuer) == ("CN=acme-as2,O=Acme", "CN=Root")
    assert (described.serial, described.kind, described.may_encrypt) == ("1F2E", "RSA 2048", True)
    assert (described.not_after - described.not_before).days == 20


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("weak.pem", "its RSA key has 1024 bits; ask for one of 2048 or more"),
        ("ed.pem", "AS2 needs an RSA key, or an EC key on P-256 or P-384"),
        ("leaf.key", "it holds no certificate"),
    ],
)
def test_what_cannot_be_used_says_why(files: Path, name: str, problem: str) -> None:
    with pytest.raises(CertificateUnusable, match=problem):
        reading.certificate((files / name).read_bytes(), name)


def test_two_certificates_that_are_no_chain_are_not_guessed_between(files: Path) -> None:
    both = (files / "leaf.pem").read_bytes() + (files / "weak.pem").read_bytes()
    with pytest.raises(CertificateUnusable, match="it holds 2 certificates that are no chain"):
        reading.certificate(both, "both.pem")


def test_a_pkcs12_file_opens_with_its_passphrase_only(files: Path) -> None:
    content = (files / "leaf.pfx").read_bytes()
    described, key = reading.pair(content, "tarnbrook-7", "leaf.pfx")
    assert described.serial == "1F2E"
    assert reading.belong_together(described, key)
    with pytest.raises(CertificateUnusable, match="its passphrase is wrong"):
        reading.pair(content, "guessed", "leaf.pfx")


def test_a_locked_key_opens_with_its_passphrase_only_and_no_mistake_shows_it(files: Path) -> None:
    content = (files / "locked.key").read_bytes()
    described = reading.certificate((files / "leaf.pem").read_bytes(), "leaf.pem")
    assert reading.belong_together(described, reading.key(content, "tarnbrook-7", "locked.key"))
    for passphrase, problem in ((None, "its key is locked"), ("guessed", "its passphrase is wrong")):
        with pytest.raises(CertificateUnusable, match=problem) as raised:
            reading.key(content, passphrase, "locked.key")
        assert "tarnbrook" not in str(raised.value)
        assert "guessed" not in str(raised.value)


def test_what_we_lock_openssl_opens_with_that_passphrase(files: Path, tmp_path: Path) -> None:
    key = reading.key((files / "leaf.key").read_bytes(), None, "leaf.key")
    (tmp_path / "ours.key").write_text(reading.locked(key, "a long passphrase"))
    openssl(tmp_path, "pkey -in ours.key -pubout -out a.pub -passin", "pass:a long passphrase")
    openssl(tmp_path, "pkey -pubout -out b.pub -in", str(files / "leaf.key"))
    assert (tmp_path / "a.pub").read_text() == (tmp_path / "b.pub").read_text()


def test_a_short_passphrase_locks_nothing(files: Path) -> None:
    key = reading.key((files / "leaf.key").read_bytes(), None, "leaf.key")
    with pytest.raises(CertificateUnusable, match="less than 12 characters"):
        reading.locked(key, "short")
