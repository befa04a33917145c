"""The transport that fits a connection record."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from edi_gateway.partners.profile import DirectoryConnection, SftpConnection
from edi_gateway.transport.connect import open_transport
from edi_gateway.transport.secrets import secrets_from
from edi_gateway.transport.sftp import SftpTransport


def test_a_directory_is_below_the_root(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    connection = DirectoryConnection(inbound="in", outbound="out")
    open_transport(connection, root=tmp_path, read_secret=secrets_from({}, tmp_path)).send("1.edi", b"ISA")
    assert (tmp_path / "out" / "1.edi").read_bytes() == b"ISA"


def test_an_sftp_connection_connects_to_nobody_before_it_is_used(tmp_path: Path) -> None:
    connection = SftpConnection(host="files.invalid", user="us", host_key="unreadable")
    transport = open_transport(connection, root=tmp_path, read_secret=secrets_from({}, tmp_path))
    assert isinstance(transport, SftpTransport)
    transport.close()


def test_who_has_no_sftp_partner_does_not_wait_for_paramiko() -> None:
    script = "import sys, edi_gateway.transport.connect as c; assert 'paramiko' not in sys.modules, c"
    subprocess.run([sys.executable, "-c", script], check=True)
