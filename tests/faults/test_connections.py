"""Connections meet an end: slow heads and bodies, silence, trailers, too many of them; the honest are served."""

import json
import socket
import time
from contextlib import ExitStack, contextmanager

import httpx
import psutil
import pytest

from gateway.web.http_protocol import UNREAD_BYTES
from tests.processes import free_port, running, wait_ready, wait_until
from tests.town import instance

HEAD_SECONDS, BODY_SECONDS, PATIENCE_SECONDS = 1.0, 1.5, 1.0
SLACK_SECONDS = 6.0  # looked at once a second, on a busy machine
HEAD = b"GET /livez HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /livez HTTP/1.1\r\nHost: x\r\n"
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def served(socket_folder, tmp_path_factory):
    limits = {
        "XINQIAO_HEAD_TIMEOUT_SECONDS": str(HEAD_SECONDS),
        "XINQIAO_BODY_TIMEOUT_SECONDS": str(BODY_SECONDS),
        "XINQIAO_KEEP_ALIVE_SECONDS": "2",
        "XINQIAO_MAX_CONNECTIONS": "40",
        "XINQIAO_MAX_CONNECTIONS_PER_ADDRESS": "20",
        "XINQIAO_METRICS_PORT": str(free_port()),
        "XINQIAO_TRUSTED_PROXIES": '["127.0.0.9"]',
        "TEST_PATIENCE_SECONDS": str(PATIENCE_SECONDS),
    }
    folder = tmp_path_factory.mktemp("connections")
    with (
        instance(socket_folder, folder, "gateway", **limits) as gateway,
        running(["serve"], gateway.env, module="tests.faults.limited") as process,
    ):
        wait_ready(gateway.issuer, process, gateway.home / "serve.log")
        yield gateway, process


@contextmanager
def connected(gateway, source="127.0.0.2"):
    with socket.create_connection(
        ("127.0.0.1", int(gateway.issuer.rpartition(":")[2])), timeout=20, source_address=(source, 0)
    ) as one:
        yield one


def first_line(connection):
    try:
        return connection.recv(300).split(b"\r\n")[0]
    except ConnectionResetError:
        return b""


def counted(gateway, outcome):
    """Return how often a connection ended so, by the metrics."""
    for line in httpx.get(
        f"http://127.0.0.1:{gateway.env['XINQIAO_METRICS_PORT']}/metrics", timeout=20
    ).text.splitlines():
        if line.startswith(f'xinqiao_steps_total{{outcome="{outcome}",step="connection"}}'):
            return float(line.split()[1])
    return 0.0


def told(gateway):
    lines = (gateway.home / "serve.log").read_text().splitlines()
    return [line for line in map(json.loads, filter(None, lines)) if line["event"] == "connections refused or ended"]


def drip(connection, pieces, pause):
    """Send pieces one by one; return how long the other side had patience, and its answer."""
    started = time.monotonic()
    connection.settimeout(pause)
    for piece in pieces:
        try:
            connection.sendall(piece)
            line = connection.recv(300)
        except TimeoutError:
            continue
        except OSError:
            line = b""
        return time.monotonic() - started, line.split(b"\r\n")[0]
    raise AssertionError("it had patience without end")


def numbers(line, pause=0.2):
    return [line % n for n in range(int(30 / pause))]


@pytest.mark.parametrize("again", [False, True], ids=["the first", "a later"])
def test_a_slow_head_is_408(served, again):
    gateway, _ = served
    before = counted(gateway, "slow-head")
    with connected(gateway) as connection:
        if again:
            connection.sendall(HEAD + b"\r\n")
            answer = b""
            while not answer.endswith(b"}"):
                answer += connection.recv(300)
        taken, line = drip(connection, [HEAD, *numbers(b"X-%d: y\r\n")], 0.2)
    assert line == b"HTTP/1.1 408 Request Timeout"
    assert HEAD_SECONDS <= taken < HEAD_SECONDS + SLACK_SECONDS
    assert counted(gateway, "slow-head") == before + 1
    wait_until(lambda: any("slow-head" in line for line in told(gateway)), "the log to tell")


def test_empty_lines_for_ever_are_no_request(served):
    with connected(served[0]) as connection:
        taken, _ = drip(connection, [b"\r\n"] * 150, 0.2)
    assert taken < HEAD_SECONDS + SLACK_SECONDS


@pytest.mark.parametrize("said", [b"", HEAD + b"\r\n"], ids=["from the start", "after an answer"])
def test_silence_is_hung_up_on(served, said):
    started = time.monotonic()
    with connected(served[0]) as connection:
        connection.sendall(said)
        while connection.recv(1000):
            pass
    assert time.monotonic() - started < 2 + SLACK_SECONDS


BODIES = {
    "by length": (b"Content-Length: 5000\r\n\r\n", b"%d"),
    "in chunks": (b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n%.1d\r\n"),
    "in trailers": (b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-%d: y\r\n"),
}
TOKEN = b"POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"


@pytest.mark.parametrize("how", BODIES)
def test_a_slow_body_is_408(served, how):
    head, piece = BODIES[how]
    before = counted(served[0], "slow-body")
    pieces = [piece % (n % 10) if b".1d" in piece or b"X-" not in piece else piece % n for n in range(150)]
    with connected(served[0]) as connection:
        taken, line = drip(connection, [TOKEN + head, *pieces], 0.2)
    assert line == b"HTTP/1.1 408 Request Timeout"
    assert BODY_SECONDS <= taken < BODY_SECONDS + SLACK_SECONDS
    assert counted(served[0], "slow-body") == before + 1


@pytest.mark.parametrize("piece", [b"X-1: y\r\n" * (MIB // 8), b"x" * MIB], ids=["many", "one"])
def test_endless_trailers_are_cut_off_and_not_kept(served, piece):
    gateway, process = served
    before = psutil.Process(process.pid).memory_info().rss
    head = TOKEN + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: "
    with connected(gateway) as connection, pytest.raises(OSError, match=r"reset|pipe"):
        connection.sendall(head)
        for _ in range(60):
            connection.sendall(piece)
    assert psutil.Process(process.pid).memory_info().rss - before < 16 * MIB
    assert counted(gateway, "large-trailers") >= 1


def test_a_reader_that_takes_nothing_is_hung_up_on(served):
    """It asks for more than fits on the way to it, and reads none of it."""
    gateway, process = served
    before, connections = counted(gateway, "slow-reader"), len(psutil.Process(process.pid).net_connections())
    with socket.socket() as stalled:
        stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stalled.connect(("127.0.0.1", int(gateway.issuer.rpartition(":")[2])))
        stalled.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 60)
        wait_until(
            lambda: counted(gateway, "slow-reader") == before + 1, "the end of it", PATIENCE_SECONDS + SLACK_SECONDS
        )
        wait_until(
            lambda: len(psutil.Process(process.pid).net_connections()) <= connections, "its connection to go", 5
        )  # what counts it may look while the server still closes
        assert httpx.get(f"{gateway.issuer}/readyz", timeout=5).status_code == 200


def test_a_body_that_nobody_reads_does_not_go_on_for_ever(served):
    """It is answered from its head; who goes on sending is heard out for a while."""
    head = b"POST /v1/inquiries HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n"
    with connected(served[0]) as connection:
        connection.sendall(head)
        assert first_line(connection) == b"HTTP/1.1 401 Unauthorized"
        started = time.monotonic()
        connection.settimeout(10)
        with pytest.raises(OSError, match=r"reset|pipe"):
            while time.monotonic() - started < 10 * SLACK_SECONDS:
                connection.sendall(b" ")
                time.sleep(0.1)
    assert PATIENCE_SECONDS < time.monotonic() - started < PATIENCE_SECONDS + SLACK_SECONDS


def test_little_is_taken_of_a_body_that_nobody_reads(served):
    """Whoever goes on sending is not read at the speed of the machine."""
    with connected(served[0]) as connection:
        connection.sendall(b"POST /v1/inquiries HTTP/1.1\r\nHost: x\r\nContent-Length: 90000000\r\n\r\n")
        assert first_line(connection) == b"HTTP/1.1 401 Unauthorized"
        connection.settimeout(1)
        sent = 0
        with pytest.raises(OSError, match=r"timed out|reset|pipe"):
            while sent < 90_000_000:
                sent += connection.send(b" " * 65_536)
    assert UNREAD_BYTES < sent < 30_000_000  # the rest stands in the buffers of the two systems


def test_trailers_do_not_become_headers(served):
    """A body's end must not bring a header that was not there when the request was judged."""
    with connected(served[0]) as connection:
        body = b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-1: y\r\n\r\n"
        connection.sendall(TOKEN + body + HEAD + b"\r\n")
        wait_until(lambda: b"200 OK" in connection.recv(100_000), "the second answer")


def test_one_address_has_its_share_and_a_trusted_proxy_more(served):
    gateway, _ = served
    with ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(connected(gateway, "127.0.0.3")).sendall(HEAD)
        with connected(gateway, "127.0.0.3") as refused:
            assert first_line(refused) in {b"HTTP/1.1 503 Service Unavailable", b""}
        with connected(gateway, "127.0.0.4") as other:
            other.sendall(HEAD + b"\r\n")
            assert first_line(other) == b"HTTP/1.1 200 OK"
    with ExitStack() as stack:
        for _ in range(30):
            one = stack.enter_context(connected(gateway, "127.0.0.9"))
            one.sendall(HEAD + b"\r\n")
            assert first_line(one) == b"HTTP/1.1 200 OK"
    assert counted(gateway, "refused-address") >= 1


def test_where_all_places_are_taken_the_idle_make_room_and_the_honest_are_served(served):
    gateway, process = served
    with ExitStack() as stack:
        for number in range(60):
            stack.enter_context(connected(gateway, f"127.0.1.{number // 10}"))
        for _ in range(3):
            assert httpx.get(f"{gateway.issuer}/readyz", timeout=5).status_code == 200
        assert psutil.Process(process.pid).num_fds() < 200
    assert counted(gateway, "made-room") >= 20


def test_where_all_are_at_work_a_new_one_is_503(served):
    gateway, _ = served
    with ExitStack() as stack:
        for number in range(40):
            one = stack.enter_context(connected(gateway, f"127.0.2.{number // 10}"))
            one.sendall(TOKEN + b"Content-Length: 9\r\n\r\n")
        time.sleep(0.3)
        with connected(gateway, "127.0.0.5") as refused:
            assert first_line(refused) in {b"HTTP/1.1 503 Service Unavailable", b""}
    wait_until(lambda: counted(gateway, "refused-full") >= 1, "the places to be free again")


@pytest.mark.parametrize(("files", "says"), [("210", "ulimit -n"), ("300", '"connections":100')])
def test_a_limit_of_open_files_that_is_too_low_is_told_at_the_start(served, files, says):
    """Far too low ends it; low makes it serve fewer connections, and say so."""
    gateway, _ = served
    port, log = free_port(), gateway.home / "serve.log"
    env = gateway.env | {"TEST_OPEN_FILES": files, "XINQIAO_PORT": str(port), "XINQIAO_MAX_CONNECTIONS": "1000"}
    env |= {"XINQIAO_METRICS_PORT": "0"}
    with running(["serve"], env, module="tests.faults.limited") as limited:
        wait_until(lambda: says in log.read_text(), says)
        if files == "210":
            assert limited.wait(60) == 1
        else:
            wait_ready(f"http://127.0.0.1:{port}", limited, log)
