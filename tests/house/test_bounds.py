"""Endless requests meet an end: heads, counts and bodies, over a raw connection to a real process."""

import socket

import psutil
import pytest

from tests.town import instance

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def served(socket_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bounds")
    with instance(socket_folder, folder, "gateway") as gateway, gateway.run("serve") as process:
        yield int(gateway.issuer.rpartition(":")[2]), process.pid


def send(port, pieces):
    """Send pieces until the other side has had enough; return the first line of the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
        except OSError:
            pass
        try:
            return connection.recv(200).split(b"\r\n")[0]
        except OSError:
            return b""


def memory(pid):
    process = psutil.Process(pid)
    return sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))


HEAD = b"GET /livez HTTP/1.1\r\nHost: x\r\n"
ENDLESS = {
    "one header": lambda: [HEAD + b"X: ", *([b"x" * MIB] * 60)],
    "many headers": lambda: [HEAD, *([b"".join(b"X-%d: y\r\n" % n for n in range(5000))] * 60)],
    "the address": lambda: [b"GET /", *([b"x" * MIB] * 60)],
    "a hundred and one headers": lambda: [HEAD + b"".join(b"X-%d: y\r\n" % n for n in range(101)) + b"\r\n"],
    "one large piece": lambda: [HEAD + b"X: " + b"x" * 70_000 + b"\r\n\r\n"],
}


@pytest.mark.parametrize("what", ENDLESS)
def test_an_endless_head_is_refused_and_not_kept(served, what):
    port, pid = served
    before = memory(pid)
    line = send(port, ENDLESS[what]())
    assert line in {b"HTTP/1.1 431 Request Header Fields Too Large", b""}, line
    assert memory(pid) - before < 16 * MIB
    assert send(port, [HEAD + b"\r\n"]) == b"HTTP/1.1 200 OK"


def test_an_endless_form_is_refused_and_not_kept(served):
    port, pid = served
    before = memory(pid)
    head = b"POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    line = send(port, [head + b"Content-Length: 99999999\r\n\r\n", *([b"a=" + b"x" * MIB] * 60)])
    assert line in {b"HTTP/1.1 400 Bad Request", b""}
    assert memory(pid) - before < 16 * MIB


def test_a_head_within_bounds_is_served(served):
    head = HEAD + b"".join(b"X-%d: y\r\n" % n for n in range(90)) + b"Y: " + b"x" * 30_000 + b"\r\n\r\n"
    assert send(served[0], [head]) == b"HTTP/1.1 200 OK"
    assert send(served[0], [head[:20], head[20:3000], head[3000:]]) == b"HTTP/1.1 200 OK"


OK, TOO_LARGE = b"HTTP/1.1 200 OK", b"HTTP/1.1 431 Request Header Fields Too Large"


@pytest.mark.parametrize(("count", "line"), [(99, OK), (100, OK), (101, TOO_LARGE)])
def test_a_head_has_at_most_100_headers(served, count, line):
    head = HEAD + b"".join(b"X-%d: y\r\n" % n for n in range(count - 1)) + b"\r\n"
    assert send(served[0], [head]) == line


@pytest.mark.parametrize(("size", "line"), [(65_535, OK), (65_536, OK), (65_537, TOO_LARGE)])
def test_a_head_has_at_most_64_kibibytes(served, size, line):
    """Counted are the address and the headers' names and values, not what stands between them."""
    counted = len("/livez") + len("hostx") + len("x")
    assert send(served[0], [HEAD + b"X: " + b"x" * (size - counted) + b"\r\n\r\n"]) == line
