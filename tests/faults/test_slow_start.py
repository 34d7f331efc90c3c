"""Workers that take long to start, as they do on a busy machine: they are waited for, and not killed and begun anew."""

import psutil

from tests.processes import running, wait_ready, wait_until
from tests.town import instance

WORKERS = 4
LATE_SECONDS = 7  # the server that starts them would by itself wait for five


def test_workers_that_are_slow_to_start_are_waited_for(socket_folder, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(f"import time\n\ntime.sleep({LATE_SECONDS})\n")
    late = {"XINQIAO_WORKERS": f"{WORKERS}", "PYTHONPATH": str(tmp_path)}  # every new interpreter begins with it
    with instance(socket_folder, tmp_path, "gateway", **late) as gateway, running(["serve"], gateway.env) as server:
        wait_until(lambda: len(workers_of(server)) == WORKERS, "the workers to be started")
        first = workers_of(server)
        wait_ready(gateway.issuer, server, gateway.home / "serve.log")
        assert workers_of(server) == first


def workers_of(server):
    """Return the processes that a service has started to do its work."""
    children = psutil.Process(server.pid).children()
    return {child.pid for child in children if "spawn_main" in " ".join(child.cmdline())}
