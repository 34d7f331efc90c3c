"""One database server per test run, one migrated template, a fresh copy for whoever asks."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql

from gateway.runtime import embedded, schema
from gateway.runtime.database import DatabaseUrls

# Outside pytest's temporary folders: those are closed to the account the server runs under when tests run as root.
HOME = Path(os.environ.get("XINQIAO_TEST_HOME", f"/tmp/xinqiao-tests-{os.geteuid()}"))
TEMPLATE = "xinqiao_template"


def prepare() -> Path:
    """Start the server, bring the template to the newest migration, and return the socket folder."""
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        socket = embedded.lease(HOME)
        stamp = template_name()
        building = f"{TEMPLATE}_building"
        with _admin(socket) as connection:
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
def fresh_database(socket: Path) -> Iterator[DatabaseUrls]:
    """Give a migrated database of one's own and drop it afterwards."""
    name = f"xinqiao_c_{uuid4().hex[:12]}"
    with _admin(socket) as connection:
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER xinqiao_owner STRATEGY FILE_COPY")
        connection.execute(copy.format(sql.Identifier(name), sql.Identifier(template_name())))
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


def _admin(socket: Path) -> psycopg.Connection:
    return psycopg.connect(host=str(socket), port=embedded.PORT, user="postgres", dbname="postgres", autocommit=True)
