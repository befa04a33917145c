"""SFTP against a real OpenSSH sshd that is in trouble, or that refuses: what we say, and that we come back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from edi_gateway.transport import errors
from edi_gateway.transport.base import Incoming
from edi_gateway.transport.secrets import secrets_from
from edi_gateway.transport.sftp import SftpTransport
from tests.servers.process import free_port
from tests.servers.sshd import Sshd, new_key, running_sshd

pytestmark = pytest.mark.sshd

Result = TypeVar("Result")
BIG = 24 << 20  # more than the buffers of a stalled connection hold


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Sshd]:
    with running_sshd(tmp_path / "sshd") as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """paramiko prints tracebacks of its threads when nobody stops it."""
    yield
    assert capfd.readouterr() == ("", "")


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    end = time.monotonic() + 5
    while threading.active_count() > 1 and time.monotonic() < end:
        time.sleep(0.02)
    assert [thread.name for thread in threading.enumerate()] == ["MainThread"]


def lane_to(server: Sshd, environment: dict[str, str] | None = None, **changes: object) -> SftpTransport:
    return SftpTransport(server.connection(**changes), secrets_from(environment or {}, Path("/")))


def where(server: Sshd) -> str:
    return f"sftp://{server.user}@127.0.0.1:{server.port}"


def refused_login(server: Sshd, *, environment: dict[str, str] | None = None, **changes: object) -> Exception:
    lane = lane_to(server, environment, **changes)
    with pytest.raises(errors.TransportError) as caught:
        list(lane.look())
    lane.close()
    assert caught.value.__context__ is None or caught.value.__suppress_context__  # no traceback of paramiko's
    return caught.value


def said_by(server: Sshd) -> str:
    return (server.home.parent / "sshd.log").read_text()


# The host key


def test_a_changed_host_key_is_refused_before_anything_is_told_to_the_server(server: Sshd) -> None:
    pinned = server.host_key
    server.stop()
    server.change_host_key()
    server.start()
    error = refused_login(server, host_key=pinned)
    assert isinstance(error, errors.HostKeyChanged)
    assert error.permanent
    assert str(error).startswith(f"{where(server)} shows the host key ssh-ed25519 SHA256:")
    assert str(error).count("SHA256:") == 2
    assert "Ask the partner, by telephone," in str(error)
    assert f"user {server.user}" not in said_by(server)
    assert "Accepted" not in said_by(server)


def test_a_kept_connection_is_made_again_only_with_the_pinned_key(server: Sshd) -> None:
    lane = lane_to(server)
    assert list(lane.look()) == []
    server.stop()
    server.change_host_key()
    server.start()
    with pytest.raises(errors.HostKeyChanged):
        list(lane.look())


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_every_kind_of_host_key_can_be_pinned(tmp_path: Path, kind: str) -> None:
    with running_sshd(tmp_path / "sshd", host_key=kind) as server:
        lane = lane_to(server)
        assert list(lane.look()) == []
        lane.close()


def test_of_several_kinds_of_host_keys_the_pinned_one_is_asked_for(tmp_path: Path) -> None:
    more = new_key(tmp_path / "another_key", "ed25519")
    with running_sshd(tmp_path / "sshd", host_key="rsa", settings=f"HostKey {more}") as server:
        lane = lane_to(server)
        assert list(lane.look()) == []
        lane.close()


def test_the_next_host_key_can_be_pinned_beside_the_present_one(server: Sshd, tmp_path: Path) -> None:
    coming = new_key(tmp_path / "coming").with_suffix(".pub").read_text()
    lane = lane_to(server, host_key=f"{coming}\n127.0.0.1 {server.host_key} from ssh-keyscan\n")
    assert list(lane.look()) == []
    lane.close()


@pytest.mark.parametrize(
    "written",
    ["", "\n", "AAAA", "ssh-ed25519", "ssh-ed25519 !!!", "ssh-ed25519 AAAA", "ssh-dss AAAA", "SHA256:abc"],
)
def test_a_host_key_that_cannot_be_read_is_told_before_anything_is_connected(
    server: Sshd, written: str
) -> None:
    error = refused_login(server, host_key=written)
    assert isinstance(error, errors.BadHostKey)
    assert error.permanent
    assert "connection.host_key cannot be read" in str(error)


# The login


def test_a_wrong_password_is_refused_for_good_and_never_shown(server: Sshd) -> None:
    environment = {"NORTH_PASSWORD": "hush-hush"}
    error = refused_login(server, environment=environment, key_file=None, password_env="NORTH_PASSWORD")
    assert isinstance(error, errors.AuthenticationFailed)
    assert error.permanent
    assert str(error).startswith(f"{where(server)} refuses our login (Authentication failed).")
    assert "hush" not in str(error)
    assert said_by(server).count("Failed password") == 1


def test_a_key_that_the_server_does_not_know_is_refused_for_good(server: Sshd, tmp_path: Path) -> None:
    error = refused_login(server, key_file=str(new_key(tmp_path / "stranger")))
    assert isinstance(error, errors.AuthenticationFailed)
    assert error.permanent


@pytest.mark.parametrize("kind", ["rsa", "ecdsa", "ed25519"])
def test_an_encrypted_key_of_any_kind_opens_with_its_passphrase(
    server: Sshd, tmp_path: Path, kind: str
) -> None:
    key = new_key(tmp_path / "key", kind, "open sesame")
    server.client_key.with_suffix(".pub").write_text(key.with_suffix(".pub").read_text())
    lane = lane_to(server, {"PHRASE": "open sesame"}, key_file=str(key), key_passphrase_env="PHRASE")
    assert list(lane.look()) == []
    lane.close()
    wrong = refused_login(server, environment={"PHRASE": "x"}, key_file=str(key), key_passphrase_env="PHRASE")
    assert isinstance(wrong, errors.BadCredentials)
    assert "or its passphrase is wrong" in str(wrong)
    none = refused_login(server, key_file=str(key))
    assert isinstance(none, errors.BadCredentials)
    assert "it is encrypted, and key_passphrase_env is not given" in str(none)


def test_what_is_missing_for_a_login_is_named(server: Sshd, tmp_path: Path) -> None:
    garbage = tmp_path / "garbage"
    garbage.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nnot a key\n-----END OPENSSH PRIVATE KEY-----\n")
    cases: list[tuple[dict[str, Any], str]] = [
        ({"key_file": None}, "neither a password nor a key is given"),
        ({"key_file": str(tmp_path / "none")}, f"file {tmp_path / 'none'} cannot be read: No such file"),
        (
            {"key_file": None, "password_env": "NONE"},
            "environment variable NONE cannot be read: it is not set",
        ),
        ({"key_file": str(garbage)}, f"the key file {garbage} cannot be used: it is no private key"),
    ]
    for changes, said in cases:
        error = refused_login(server, **changes)
        assert isinstance(error, errors.BadCredentials)
        assert error.permanent
        assert said in str(error)


def test_a_key_is_tried_before_the_password(server: Sshd, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("wrong\n")
    lane = lane_to(server, password_file=str(tmp_path / "password"))
    assert list(lane.look()) == []
    lane.close()
    assert "Failed password" not in said_by(server)


@pytest.mark.parametrize("weak", ["Ciphers aes128-cbc,3des-cbc", "MACs hmac-sha1,hmac-md5"])
def test_a_server_with_weak_algorithms_only_is_for_partners_who_opted_in(tmp_path: Path, weak: str) -> None:
    ciphers = "" if weak.startswith("Ciphers") else "\nCiphers aes128-ctr"
    with running_sshd(tmp_path / "sshd", settings=weak + ciphers) as server:
        error = refused_login(server)
        for thread in threading.enumerate():  # of paramiko's handshake; it outlives the refusal
            if isinstance(thread, threading.Timer):
                thread.cancel()
        assert isinstance(error, errors.NoCommonAlgorithm)
        assert error.permanent
        assert "allow_weak_algorithms = true" in str(error)
        lane = lane_to(server, allow_weak_algorithms=True)
        assert list(lane.look()) == []
        lane.close()


# Silence


def impatient(server: Sshd) -> SftpTransport:
    """A lane that waits for 0.3 s only, logged in: on a busy machine that may take several attempts."""
    lane = lane_to(server, timeout_seconds=0.3)
    in_time(lambda: list(lane.look()))
    return lane


def in_time(call: Callable[[], Result]) -> Result:
    """What the call gives once it got through within the lane's time."""
    end = time.monotonic() + 60
    while True:
        try:
            return call()
        except errors.TimedOut:
            assert time.monotonic() < end


class Interrupted(bytes):
    """Bytes of which the fourth mebibyte is not read before `act` was done: in the middle of an upload."""

    act: Callable[[], None]

    def __getitem__(self, part: Any) -> Any:
        if isinstance(part, slice) and part.start == 4 << 20:
            self.act()
        return super().__getitem__(part)


def interrupted(act: Callable[[], None]) -> Interrupted:
    content = Interrupted(BIG)
    content.act = act
    return content


def _look(lane: SftpTransport, _: Incoming) -> None:
    list(lane.look())


def _fetch(lane: SftpTransport, file: Incoming) -> None:
    list(lane.fetch(file))


def _settle(lane: SftpTransport, file: Incoming) -> None:
    lane.settle(file)


def _send(lane: SftpTransport, _: Incoming) -> None:
    lane.send("1.edi", b"ISA")


@pytest.mark.parametrize("call", [_look, _fetch, _settle, _send])
def test_a_stalled_server_times_out_and_once_it_goes_on_so_do_we(
    server: Sshd, call: Callable[[SftpTransport, Incoming], None]
) -> None:
    (server.outbox / "850.edi").write_bytes(b"ISA")
    lane = impatient(server)
    (file,) = in_time(lambda: list(lane.look()))
    server.stall()
    begun = time.monotonic()
    with pytest.raises(errors.TimedOut) as caught:
        call(lane, file)
    assert 0.2 < time.monotonic() - begun < 30
    assert str(caught.value).startswith(f"{where(server)} was silent for 0.3 s while we wanted to ")
    assert not caught.value.permanent
    with pytest.raises(errors.TimedOut, match=r"was silent for 0\.3 s while we wanted to log in"):
        call(lane, file)
    server.resume()
    lane = lane_to(server)
    call(lane, file)
    lane.close()


def test_a_server_that_stalls_in_the_middle_of_a_file_times_out(server: Sshd) -> None:
    (server.outbox / "850.edi").write_bytes(bytes(BIG))
    lane = impatient(server)
    (file,) = in_time(lambda: list(lane.look()))

    def begun() -> Iterator[bytes]:
        chunks = lane.fetch(file)
        next(chunks)
        return chunks

    chunks = in_time(begun)
    server.stall()
    with pytest.raises(errors.TimedOut):
        list(chunks)


def test_a_server_that_stalls_in_the_middle_of_an_upload_times_out_and_leaves_no_file(server: Sshd) -> None:
    lane = impatient(server)
    with pytest.raises(errors.TimedOut):
        lane.send("1.edi", interrupted(server.stall))
    assert not (server.inbox / "1.edi").exists()


def test_a_machine_that_accepts_and_says_nothing_times_out(server: Sshd) -> None:
    server.stall()  # the kernel still accepts for it
    error = refused_login(server, timeout_seconds=0.3)
    assert isinstance(error, errors.TimedOut)
    assert "while we wanted to log in" in str(error)


def test_a_subsystem_that_says_nothing_times_out(tmp_path: Path) -> None:
    with running_sshd(tmp_path / "sshd", subsystem="/bin/sleep 60") as server:
        assert isinstance(refused_login(server, timeout_seconds=0.3), errors.TimedOut)


# Gone and back


def test_a_server_that_went_and_came_back_between_two_calls_is_not_noticed(server: Sshd) -> None:
    (server.outbox / "850.edi").write_bytes(b"ISA")
    lane = lane_to(server)
    (file,) = lane.look()
    for call in (_look, _fetch, _settle, _send):
        server.stop()
        server.start()
        call(lane, file)
    assert (server.outbox / "archive" / "850.edi").read_bytes() == b"ISA"
    assert (server.inbox / "1.edi").read_bytes() == b"ISA"
    lane.close()


def test_a_server_that_is_gone_cannot_be_reached_until_it_is_back(server: Sshd) -> None:
    lane = lane_to(server)
    assert list(lane.look()) == []
    server.stop()
    for _ in range(2):
        with pytest.raises(errors.Unreachable) as caught:
            list(lane.look())
        assert str(caught.value).startswith(f"{where(server)} cannot be reached: Connection refused.")
        assert not caught.value.permanent
    server.start()
    assert list(lane.look()) == []
    lane.close()


def test_a_server_that_goes_in_the_middle_of_a_file_loses_nothing(server: Sshd) -> None:
    content = bytes(BIG)
    (server.outbox / "850.edi").write_bytes(content)
    lane = lane_to(server)
    (file,) = lane.look()
    chunks = lane.fetch(file)
    next(chunks)
    server.stop()
    with pytest.raises(errors.ConnectionLost) as caught:
        list(chunks)
    assert f"hung up while we wanted to read {server.outbox / '850.edi'}" in str(caught.value)
    assert not caught.value.permanent
    server.start()
    assert sum(len(chunk) for chunk in lane.fetch(file)) == BIG
    lane.settle(file)
    lane.close()
    assert (server.outbox / "archive" / "850.edi").stat().st_size == BIG


def test_a_server_that_goes_in_the_middle_of_an_upload_never_shows_half_a_file(server: Sshd) -> None:
    lane = lane_to(server)
    assert list(lane.look()) == []
    with pytest.raises((errors.ConnectionLost, errors.Unreachable)):
        lane.send("1.edi", interrupted(server.stop))
    assert [path.name for path in server.inbox.iterdir() if not path.name.startswith(".")] == []
    server.start()
    lane.send("1.edi", b"ISA")
    assert (server.inbox / "1.edi").read_bytes() == b"ISA"
    lane.close()


def test_a_port_where_nobody_listens_is_told_with_what_to_do(server: Sshd) -> None:
    error = refused_login(server, port=free_port())
    assert isinstance(error, errors.Unreachable)
    assert "check host and port" in str(error)


def test_a_host_that_has_no_address_is_told_with_what_to_do(server: Sshd) -> None:
    error = refused_login(server, host="files.invalid")
    assert isinstance(error, errors.Unreachable)
    assert "sftp://" in str(error)
    assert "@files.invalid:" in str(error)


# Permissions, and what a server cannot do


def test_a_read_only_server_is_read_and_what_it_refuses_is_told(tmp_path: Path) -> None:
    with running_sshd(tmp_path / "sshd", subsystem="internal-sftp -R") as server:
        (server.outbox / "850.edi").write_bytes(b"ISA")
        lane = lane_to(server)
        (file,) = lane.look()
        assert list(lane.fetch(file)) == [b"ISA"]
        with pytest.raises(errors.NoPermission) as settling:
            lane.settle(file)
        with pytest.raises(errors.NoPermission) as sending:
            lane.send("1.edi", b"ISA")
        lane.close()
        assert str(settling.value).startswith(
            f"{where(server)}: we may not archive {server.outbox / '850.edi'} (Permission denied)."
        )
        assert str(sending.value).startswith(
            f"{where(server)}: we may not write {server.inbox / '1.edi'} (Permission denied)."
        )
        assert settling.value.permanent
        assert sending.value.permanent
        assert (server.outbox / "850.edi").exists()
        assert list(server.inbox.iterdir()) == []


@pytest.mark.parametrize(
    ("denied", "call", "said"),
    [
        ("opendir", _look, "we may not list"),
        ("open", _fetch, "we may not read"),
        ("rename", _settle, "we may not archive"),
        ("open", _send, "we may not write"),
        ("rename,posix-rename", _send, "we may not write"),
    ],
)
def test_what_we_may_not_do_is_told(
    tmp_path: Path, denied: str, call: Callable[[SftpTransport, Incoming], None], said: str
) -> None:
    with running_sshd(tmp_path / "sshd", subsystem=f"internal-sftp -P {denied}") as server:
        (server.outbox / "850.edi").write_bytes(b"ISA")
        stat = (server.outbox / "850.edi").stat()
        file = Incoming("850.edi", 3, None, "850.edi")
        lane = lane_to(server)
        if denied != "opendir":
            (file,) = lane.look()
        with pytest.raises(errors.NoPermission, match=said) as caught:
            call(lane, file)
        lane.close()
        assert caught.value.permanent
        assert (server.outbox / "850.edi").stat().st_ino == stat.st_ino
        assert list(server.inbox.iterdir()) == []


def test_without_posix_rename_the_plain_one_gives_the_name(tmp_path: Path) -> None:
    with running_sshd(tmp_path / "sshd", subsystem="internal-sftp -P posix-rename") as server:
        lane = lane_to(server)
        lane.send("1.edi", b"ISA")
        lane.send("1.edi", b"ISA")
        with pytest.raises(errors.NameTaken):
            lane.send("1.edi", b"other")
        lane.close()
        assert {path.name: path.read_bytes() for path in server.inbox.iterdir()} == {"1.edi": b"ISA"}


def test_a_box_that_may_only_be_written_to_takes_our_files(tmp_path: Path) -> None:
    with running_sshd(tmp_path / "sshd", subsystem="internal-sftp -P lstat,stat,opendir") as server:
        lane = lane_to(server)
        lane.send("1.edi", b"ISA")
        lane.close()
        assert {path.name: path.read_bytes() for path in server.inbox.iterdir()} == {"1.edi": b"ISA"}


def test_a_server_without_sftp_is_told(tmp_path: Path) -> None:
    with running_sshd(tmp_path / "sshd", subsystem="/bin/false") as server:
        error = refused_login(server)
        assert isinstance(error, errors.ConnectionLost)
        assert str(error).startswith(f"{where(server)} hung up while we wanted to list ")
