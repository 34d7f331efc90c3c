"""A folder on an SFTP server, reached through fsspec and paramiko; the server's host key is pinned."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, cast

import paramiko
from fsspec.implementations.sftp import SFTPFileSystem
from paramiko.hostkeys import HostKeyEntry, InvalidHostKey

from connectors.errors import ConnectorError
from connectors.sources.environment import secret
from connectors.sources.files.places import Files, Place, PlaceError

CONNECT_SECONDS = 15
ANSWER_SECONDS = 60
SSH_PORT = 22
READ_AHEAD = 64  # requests of 32 KiB under way


class _PinnedSftp(SFTPFileSystem):  # type: ignore[misc]
    """fsspec's own trusts whatever key a server shows first; this one knows the key before it connects."""

    cachable = False

    def __init__(self, host: str, pinned: paramiko.PKey, **options: object) -> None:
        self.pinned = pinned
        super().__init__(host, **options)

    def _connect(self) -> None:
        self.client = paramiko.SSHClient()
        port = self.ssh_kwargs["port"]
        name = self.host if port == SSH_PORT else f"[{self.host}]:{port}"
        self.client.get_host_keys().add(name, self.pinned.get_name(), self.pinned)
        self.client.set_missing_host_key_policy(paramiko.RejectPolicy())
        self.client.connect(self.host, **self.ssh_kwargs)
        self.ftp = self.client.open_sftp()
        if channel := self.ftp.get_channel():
            channel.settimeout(ANSWER_SECONDS)


class _SftpFiles(Files):
    """Reads ahead: asked for piece by piece, a far server would make a large file take hours."""

    def open(self, name: str) -> IO[bytes]:
        handle = cast("paramiko.SFTPFile", super().open(name))
        handle.prefetch(max_concurrent_requests=READ_AHEAD)
        return cast("IO[bytes]", handle)


class Sftp(Place, kw_only=True, frozen=True, forbid_unknown_fields=True, tag="sftp"):
    """`host_key`: the server's public key as ssh-keyscan prints it ("ssh-ed25519 AAAA…"). One of `password_env`, the
    environment variable with the password, and `key_file`, a private key, says how to log in.
    """

    host: str
    user: str
    host_key: str
    folder: str
    port: int = SSH_PORT
    password_env: str = ""
    key_file: str = ""

    @contextmanager
    def connect(self) -> Iterator[Files]:
        """Log in. Raises ConnectorError where the configuration is wrong, else what `faults` names."""
        if bool(self.password_env) == bool(self.key_file):
            raise ConnectorError("password_env 与 key_file 须填一项 give one of password_env and key_file")
        login = {"key_filename": self.key_file} if self.key_file else {"password": secret(self.password_env)}
        client: paramiko.SSHClient | None = None
        try:
            opened = _PinnedSftp(
                self.host, self._pinned(), port=self.port, username=self.user, look_for_keys=False, allow_agent=False,
                timeout=CONNECT_SECONDS, banner_timeout=CONNECT_SECONDS, auth_timeout=CONNECT_SECONDS, **login,
            )  # fmt: skip
            client = opened.client
            yield _SftpFiles(opened, self.folder)
        except paramiko.BadHostKeyException as fault:
            raise PlaceError("主机密钥不符，拒绝连接 the server shows another host key than host_key") from fault
        except paramiko.AuthenticationException as fault:
            raise PlaceError("登录被拒绝 the server refuses the login") from fault
        finally:
            if client is not None:
                client.close()

    def faults(self) -> tuple[type[Exception], ...]:
        """Return what paramiko raises."""
        return (paramiko.SSHException, EOFError, OSError, ValueError)

    def _pinned(self) -> paramiko.PKey:
        try:
            entry = HostKeyEntry.from_line(f"host {' '.join(self.host_key.split()[:2])}")
        except (paramiko.SSHException, InvalidHostKey, ValueError):
            entry = None
        if entry is None or entry.key is None:
            raise ConnectorError('host_key 不是公钥 is no public key: "ssh-ed25519 AAAA…" is expected')
        return entry.key
