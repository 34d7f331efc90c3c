"""The database as a file: PostgreSQL's own pg_dump and pg_restore, run with the owner's login."""

import os
import subprocess
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import URL

from gateway.runtime.errors import GatewayError
from gateway.runtime.server_programs import find_client_program


def dump_database(owner: URL, snapshot: str, target: Path) -> None:
    """Write the database as an exported snapshot sees it. Raises GatewayError with what pg_dump says."""
    options = "--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={target}"
    _run("pg_dump", owner, *options)


def restore_database(owner: URL, source: Path) -> None:
    """Read a dump into an empty database, all of it or nothing. Raises GatewayError with what pg_restore says."""
    _run("pg_restore", owner, "--no-owner", "--single-transaction", "--exit-on-error", str(source))


def _run(program: str, owner: URL, *arguments: str) -> None:
    told = conninfo_to_dict(owner.set(drivername="postgresql").render_as_string(hide_password=False))
    password = told.pop("password", None)  # arguments are seen by everybody on the machine
    done = subprocess.run(
        [str(find_client_program(program)), f"--dbname={make_conninfo('', **told)}", "--no-password", *arguments],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", **({"PGPASSWORD": str(password)} if password else {})},
    )
    if done.returncode:
        raise GatewayError(f"{program} 失败 failed: {done.stderr.strip()[-2000:]}")
