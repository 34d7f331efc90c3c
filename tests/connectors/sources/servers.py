"""Servers that agencies run: SFTP, an object store, MariaDB. Real processes on this machine."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncssh
import pymysql
import pytest
from obstore.store import S3Store

from tests.processes import free_port, wait_until

USER, PASSWORD = "agency", "geheim-sftp"
KEY_ID, SECRET = "agency-key", "geheim-s3-secret"
HERE = Path(__file__).parent


@contextmanager
def process(command, port, **more):
    """Run a server for the length of the block, from when it listens."""
    started = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more
    )

    def listens():
        assert started.poll() is None, f"{command[:3]} ended with {started.returncode}"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        wait_until(listens, f"port {port}")
        yield started
    finally:
        started.terminate()
        started.wait(30)


@dataclass
class SftpServer:
    """Where it listens, its public key, and the folder it shows as /."""

    port: int
    host_key: str
    folder: Path

    def config(self, **more):
        base = {"host": "127.0.0.1", "port": self.port, "user": USER, "password_env": "TEST_SFTP_PASSWORD"}
        return {**base, "host_key": self.host_key, "folder": "/in", "settle_seconds": 0, **more}


@contextmanager
def sftp_server(folder):
    """Serve a folder with /in and /out in it."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(str(folder / "host_key"))
    shown = folder / "shown"
    for name in ("in", "out"):
        (shown / name).mkdir(parents=True)
    port = free_port()
    command = [
        sys.executable,
        str(HERE / "sftp_server.py"),
        str(port),
        str(shown),
        str(folder / "host_key"),
        USER,
        PASSWORD,
    ]
    with process(command, port):
        yield SftpServer(port, key.export_public_key().decode().strip(), shown)


@dataclass
class ObjectStore:
    """Where it listens, and a client with the agency's own key."""

    endpoint: str
    client: S3Store

    def config(self, **more):
        base = {"endpoint": self.endpoint, "bucket": "agency", "prefix": "in", "settle_seconds": 0}
        return {**base, "key_id_env": "TEST_S3_KEY", "secret_env": "TEST_S3_SECRET", **more}


@contextmanager
def object_store(folder):
    """Run an object store with a bucket; it checks signatures."""
    (folder / "agency").mkdir()
    port, env = free_port(), {**os.environ, "NANIO_ACCESS_KEY": KEY_ID, "NANIO_SECRET_KEY": SECRET}
    command = [
        sys.executable,
        str(HERE / "nanio_server.py"),
        "serve",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--data-dir",
        str(folder),
    ]
    with process(command, port, env=env):
        client = S3Store(
            "agency", endpoint=f"http://127.0.0.1:{port}", access_key_id=KEY_ID, secret_access_key=SECRET,
            region="us-east-1", client_options={"allow_http": True},
        )  # fmt: skip
        yield ObjectStore(f"http://127.0.0.1:{port}", client)


@contextmanager
def mariadb():
    """Run a private MariaDB under an unprivileged account; yields a function that connects as its owner."""
    server, install = (
        shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin"),
        shutil.which("mariadb-install-db"),
    )
    if not server or not install:
        pytest.skip("MariaDB is not installed: its tests are skipped")
    folder = Path(f"/tmp/xinqiao-mariadb-{os.getpid()}")  # short, and open to the account
    folder.mkdir(mode=0o755)
    try:
        account = pwd.getpwnam("mysql" if _exists("mysql") else "nobody") if os.geteuid() == 0 else None
        who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
        data = folder / "data"
        data.mkdir(mode=0o700)
        if account:
            os.chown(folder, account.pw_uid, account.pw_gid)
            os.chown(data, account.pw_uid, account.pw_gid)
        subprocess.run(
            [
                install, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal",
                "--skip-test-db",
            ],
            check=True, capture_output=True, cwd="/", **who,
        )  # fmt: skip
        port = free_port()
        command = [
            server, "--no-defaults", f"--datadir={data}", f"--socket={folder}/s", f"--port={port}",
            "--bind-address=127.0.0.1", f"--pid-file={folder}/pid", "--innodb-buffer-pool-size=32M",
        ]  # fmt: skip
        with process(command, port, cwd="/", **who):
            yield lambda: pymysql.connect(host="127.0.0.1", port=port, user="root", charset="utf8mb4", autocommit=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _exists(name):
    try:
        return bool(pwd.getpwnam(name))
    except KeyError:
        return False
