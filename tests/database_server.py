"""One database server per test run, one migrated template, a fresh copy for whoever asks.

The server does not wait for the disk. No test needs that it does: `kill -9` of our processes, and of the server itself,
leaves what was written with the operating system, and only the machine's own end would lose it.
tests/foundation/test_embedded.py, which kills a server, starts one of its own, as durable as the program makes it.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from uuid import uuid4

import psutil
import psycopg
from psycopg import sql

from gateway.runtime import embedded, schema
from gateway.runtime.database import DatabaseUrls

# Outside pytest's temporary folders: those are closed to the account the server runs under when tests run as root.
HOME = Path(os.environ.get("XINQIAO_TEST_HOME", f"/tmp/xinqiao-tests-{os.geteuid()}"))
TEMPLATE = "xinqiao_template"
UNDURABLE = ("fsync", "full_page_writes", "synchronous_commit")


def prepare() -> Path:
    """Start the server, bring the template to the newest migration, and return the socket folder."""
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _discard_what_the_machine_left()
        socket = embedded.lease(HOME)
        stamp = template_name()
        building = f"{TEMPLATE}_building"
        with _admin(socket) as connection:
            for option in UNDURABLE:
                connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(option)))
            connection.execute("SELECT pg_reload_conf()")
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [stamp]).fetchone():
                return socket
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(building)))
        embedded.ensure_database(socket, building)
        schema.migrate(embedded.embedded_urls(socket, building).owner)
        with _admin(socket) as connection:
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            connection.execute(rename.format(sql.Identifier(building), sql.Identifier(stamp)))
        return socket


@contextmanager
def fresh_database(socket: Path, template: str | None = None) -> Iterator[DatabaseUrls]:
    """Give a migrated database of one's own, or a copy of another template, and drop it afterwards."""
    name = f"xinqiao_c_{uuid4().hex[:12]}"
    with _admin(socket) as connection:
        # WAL_LOG: a copy by files waits for a checkpoint of the whole server before and after.
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER xinqiao_owner STRATEGY WAL_LOG")
        connection.execute(copy.format(sql.Identifier(name), sql.Identifier(template or template_name())))
    try:
        yield embedded.embedded_urls(socket, name)
    finally:
        with _admin(socket) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@cache
def template_name() -> str:
    """Name the template by the migrations' content, so that an edited migration makes a new one."""
    digest = hashlib.sha256()
    for path in sorted((schema.migrations_folder() / "versions").glob("*.py")):
        digest.update(path.read_bytes())
    return f"{TEMPLATE}_{digest.hexdigest()[:12]}"


def _discard_what_the_machine_left() -> None:
    """Remove a server that ran when the machine ended: what it had not written to the disk is lost."""
    running = HOME / "postgres/data/postmaster.pid"
    if running.exists() and int(running.read_text().splitlines()[2]) < psutil.boot_time():
        shutil.rmtree(HOME / "postgres")


def _admin(socket: Path) -> psycopg.Connection:
    return psycopg.connect(host=str(socket), port=embedded.PORT, user="postgres", dbname="postgres", autocommit=True)
