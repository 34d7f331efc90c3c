"""Instances for tests of faults: with the database behind a proxy that can go away, or with a server of their own."""

import socket
from dataclasses import replace

import pytest

from tests import database_server
from tests.faults.proxy import Proxy
from tests.processes import environment, free_port, xinqiao


@pytest.fixture
def proxied(socket_folder, tmp_path):
    """The environment of an initialised instance, and the proxy between it and its database."""
    issuer = f"http://127.0.0.1:{free_port()}"
    with (
        database_server.fresh_database(socket_folder) as urls,
        Proxy(socket_folder / ".s.PGSQL.5432") as proxy,
    ):
        through = {role: through_proxy(getattr(urls, role), proxy.port) for role in ("app", "sequencer", "owner")}
        env = environment(tmp_path, replace(urls, **through), issuer)
        xinqiao(["init"], env)
        yield env, proxy


def through_proxy(url, port):
    """Return a database's address with the proxy's in its place."""
    return url.set(host="127.0.0.1", port=port).difference_update_query(["host", "port"])


@pytest.fixture
def unanswering():
    """The port of somebody who takes connections and never says anything."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(100)
        yield silent.getsockname()[1]
