"""Logins with a password. sshd takes only passwords of the system's users, so paramiko plays the server here."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest
from paramiko.common import AUTH_FAILED, AUTH_PARTIALLY_SUCCESSFUL, AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from paramiko.server import InteractiveQuery

from edi_gateway.partners.profile import SftpConnection
from edi_gateway.transport import errors
from edi_gateway.transport.secrets import secrets_from
from edi_gateway.transport.sftp import SftpTransport

PASSWORD = "invented"


class Door(paramiko.ServerInterface):
    """Lets `us` in by the given methods."""

    def __init__(self, methods: str) -> None:
        self.methods = methods

    def get_allowed_auths(self, username: str) -> str:
        return self.methods.replace("+", ",")

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return AUTH_PARTIALLY_SUCCESSFUL if self.methods == "publickey+password" else AUTH_FAILED

    def check_auth_password(self, username: str, password: str) -> int:
        return self._judge("password" in self.methods and (username, password) == ("us", PASSWORD))

    def check_auth_interactive(self, username: str, submethods: str) -> int | InteractiveQuery:
        if "keyboard-interactive" not in self.methods:
            return AUTH_FAILED
        return InteractiveQuery("", "", ("Password: ", False))

    def check_auth_interactive_response(self, responses: list[str]) -> int | InteractiveQuery:
        return self._judge(responses == [PASSWORD])

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    @staticmethod
    def _judge(right: bool) -> int:
        return AUTH_SUCCESSFUL if right else AUTH_FAILED


class EmptyFolder(paramiko.SFTPServerInterface):
    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes]:
        return []


@contextlib.contextmanager
def server(methods: str) -> Iterator[SftpConnection]:
    key = paramiko.ECDSAKey.generate()
    transports: list[paramiko.Transport] = []

    def serve(listener: socket.socket) -> None:
        wire, _ = listener.accept()
        transport = paramiko.Transport(wire)
        transports.append(transport)
        transport.add_server_key(key)
        transport.set_subsystem_handler("sftp", paramiko.SFTPServer, EmptyFolder)
        transport.start_server(server=Door(methods))

    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as listener:
        serving = threading.Thread(target=serve, args=(listener,))
        serving.start()
        yield SftpConnection(
            host="127.0.0.1",
            port=listener.getsockname()[1],
            user="us",
            host_key=f"{key.get_name()} {key.get_base64()}",
            password_env="PASSWORD",
        )
        serving.join()
        for transport in transports:
            transport.close()


@pytest.mark.parametrize("methods", ["password", "keyboard-interactive", "publickey,password"])
def test_the_password_opens_whatever_way_the_server_asks_for_it(methods: str) -> None:
    with server(methods) as connection:
        lane = SftpTransport(connection, secrets_from({"PASSWORD": PASSWORD}, Path()))
        assert list(lane.look()) == []
        lane.close()


def test_a_password_file_may_end_in_a_line_feed(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD + "\n", encoding="utf-8")
    with server("password") as connection:
        with_file = connection.model_copy(update={"password_env": None, "password_file": "password"})
        lane = SftpTransport(with_file, secrets_from({}, tmp_path))
        assert list(lane.look()) == []
        lane.close()


@pytest.mark.parametrize("methods", ["publickey+password", "publickey,password"])
def test_a_server_may_want_key_and_password_or_refuse_the_key_and_take_the_password(
    tmp_path: Path, methods: str
) -> None:
    paramiko.ECDSAKey.generate().write_private_key_file(str(tmp_path / "key"))
    with server(methods) as connection:
        with_key = connection.model_copy(update={"key_file": "key"})
        lane = SftpTransport(with_key, secrets_from({"PASSWORD": PASSWORD}, tmp_path))
        assert list(lane.look()) == []
        lane.close()


def test_a_server_that_wants_both_is_told_of_when_one_is_missing(tmp_path: Path) -> None:
    paramiko.ECDSAKey.generate().write_private_key_file(str(tmp_path / "key"))
    with server("publickey+password") as connection:
        only_key = connection.model_copy(update={"key_file": "key", "password_env": None})
        lane = SftpTransport(only_key, secrets_from({}, tmp_path))
        with pytest.raises(errors.AuthenticationFailed, match="it wants more than we have"):
            list(lane.look())


@pytest.mark.parametrize("methods", ["password", "keyboard-interactive"])
def test_a_wrong_password_is_refused_for_good(methods: str) -> None:
    with server(methods) as connection:
        lane = SftpTransport(connection, secrets_from({"PASSWORD": "wrong"}, Path()))
        with pytest.raises(errors.AuthenticationFailed) as caught:
            list(lane.look())
        assert caught.value.permanent


def test_a_server_that_takes_no_password_is_told_with_what_it_takes() -> None:
    with server("publickey") as connection:
        lane = SftpTransport(connection, secrets_from({"PASSWORD": PASSWORD}, Path()))
        with pytest.raises(errors.AuthenticationFailed, match="publickey"):
            list(lane.look())
