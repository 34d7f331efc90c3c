"""Relaying to outside providers: the example program as a process, and servers that misbehave."""

import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import orjson
import pytest

from scoring_adapter.errors import ProviderAnswerError, ProviderUnavailableError
from scoring_adapter.relay import Provider, Question, ask
from tests.enterprises import uscc
from tests.processes import free_port, wait_until

PROGRAM = Path(__file__).parents[2] / "examples" / "score_provider.py"


def question(number=1):
    return Question("01990000-0000-7000-8000-000000000001", uscc(number), "score", "pre_loan", "2026-01-01")


def permit():
    return "shown"


@contextmanager
def provider(*arguments, seconds=2.0):
    port = free_port()
    process = subprocess.Popen([sys.executable, str(PROGRAM), "--port", str(port), *arguments])

    def up():
        try:
            httpx.get(f"http://127.0.0.1:{port}", timeout=1)
        except httpx.TransportError:
            return False
        return True

    try:
        wait_until(up, "the provider")
        yield Provider("example", f"http://127.0.0.1:{port}/score", seconds)
    finally:
        process.kill()
        process.wait()


@pytest.fixture
async def http():
    async with httpx.AsyncClient() as opened:
        yield opened


async def test_the_score_depends_on_the_subject(http):
    with provider() as opened:
        scores = {(await ask(http, opened, question(number), permit)).score for number in range(1, 6)}
    assert len(scores) > 1


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("hang", ProviderUnavailableError),
        ("status500", ProviderUnavailableError),
        ("status503", ProviderUnavailableError),
        ("shape", ProviderAnswerError),
        ("subject", ProviderAnswerError),
        ("range", ProviderAnswerError),
    ],
)
async def test_a_provider_that_misbehaves_is_not_believed(http, fault, expected):
    with provider("--break", fault, seconds=0.5) as opened:
        with pytest.raises(expected) as refused:
            await ask(http, opened, question(), permit)
        assert uscc(1) not in str(refused.value)


async def test_a_provider_that_is_not_there_is_unavailable(http):
    with pytest.raises(ProviderUnavailableError):
        await ask(http, Provider("none", f"http://127.0.0.1:{free_port()}/", 1.0), question(), permit)


@contextmanager
def serving(answer):
    """Serve what `answer` makes of the head and the body of each request: its status and its body."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            status, body = answer(self.headers, self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield Provider("prepared", f"http://127.0.0.1:{server.server_port}/", 3.0)
        server.shutdown()
        thread.join()


def in_turn(*answers):
    left = iter(answers)
    return lambda _headers, _body: next(left)


def good(**changes):
    asked = question()
    answer = {"inquiry": asked.inquiry, "subject": asked.subject, "score": 500, "band": "fair", "model": "m/1"}
    return orjson.dumps({**answer, **changes})


async def test_a_stumble_is_tried_again_within_the_same_time(http):
    with serving(in_turn((503, b""), (502, b""), (200, good()))) as opened:
        assert (await ask(http, opened, question(), permit)).score == 500


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", good(score=True), good(score=5.5), good(score="5"), good(score=-1), good(extra=1),
     good(inquiry="other"), b"x" * 70_000],
)  # fmt: skip
async def test_any_other_shape_is_refused(http, body):
    with serving(in_turn((200, body))) as opened, pytest.raises(ProviderAnswerError):
        await ask(http, opened, question(), permit)
