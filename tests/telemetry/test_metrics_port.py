"""The metrics on a port of their own: not on the public one, held by one process of the instance after another."""

import socket
from contextlib import suppress

import httpx
import psutil

from tests.processes import free_port, wait_until
from tests.town import instance


def scraped(port):
    try:
        return httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=5)
    except httpx.TransportError:
        return None


def holders(port, pid):
    """The processes of a service that listen on a port."""
    found = []
    for one in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
        with suppress(psutil.NoSuchProcess, FileNotFoundError):  # killed, and not yet replaced
            found += [one for c in one.net_connections() if c.status == "LISTEN" and c.laddr.port == port]
    return found


async def test_the_public_port_has_no_metrics(client):
    assert (await client.get("/metrics")).status_code == 404


def test_one_process_holds_the_port_and_another_takes_over_where_it_is_killed(socket_folder, tmp_path):
    port = free_port()
    more = {"XINQIAO_WORKERS": "2", "XINQIAO_METRICS_PORT": f"{port}"}
    with instance(socket_folder, tmp_path, "gateway", **more) as made, made.run("serve") as process:
        wait_until(lambda: scraped(port), "the metrics")
        (first,) = holders(port, process.pid)
        assert scraped(port).headers["content-type"].startswith("text/plain")
        httpx.get(f"{made.issuer}/livez")
        wait_until(lambda: 'route="/livez"' in scraped(port).text, "what the other process counted")
        first.kill()
        wait_until(lambda: scraped(port), "another process to hold the port")
        (second,) = holders(port, process.pid)
        assert second.pid != first.pid


def test_a_port_that_is_taken_is_said_and_the_service_goes_on(socket_folder, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as somebody:
        port = f"{somebody.getsockname()[1]}"
        with (
            instance(socket_folder, tmp_path, "gateway", XINQIAO_METRICS_PORT=port) as made,
            made.run("serve"),
        ):
            assert httpx.get(f"{made.issuer}/livez").status_code == 200
            log = made.home / "serve.log"
            wait_until(lambda: "metrics port taken" in log.read_text(), "the log to say so")
