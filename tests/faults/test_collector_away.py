"""A collector that is away takes nothing from the service: it is ready, and stops as fast as ever."""

import time

import httpx
import pytest

from tests.processes import free_port, wait_until
from tests.town import instance

STOP_SECONDS = 3.0


@pytest.mark.parametrize("how", ["refuses", "is silent"])
def test_processes_stop_at_once_while_the_collector_is_away(socket_folder, tmp_path, unanswering, how):
    port = free_port() if how == "refuses" else unanswering
    more = {"XINQIAO_OTLP_ENDPOINT": f"http://127.0.0.1:{port}/v1/traces", "XINQIAO_TRACE_RATIO": "1"}
    with (
        instance(socket_folder, tmp_path, "gateway", **more) as gateway,
        gateway.run("worker") as worker,
        gateway.run("serve") as server,
    ):
        wait_until(lambda: httpx.get(f"{gateway.issuer}/readyz", timeout=20).status_code == 200, "it to be ready")
        time.sleep(6)  # spans go out every five seconds: one sending is under way
        for process in (worker, server):
            started = time.monotonic()
            process.terminate()
            assert process.wait(60) == 0
            assert time.monotonic() - started < STOP_SECONDS
