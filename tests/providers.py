"""Outside providers: the example program as a process, servers that answer as they are told, and registering one."""

import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import orjson

from gateway.providers.setting import set_terms
from scoring_adapter.providers.asking import ANSWERED, Call
from scoring_adapter.providers.joint import JointTerms
from scoring_adapter.providers.mapping import Question
from scoring_adapter.providers.terms import Band, Terms
from scoring_adapter.providers.trying import Asked
from tests.actors import OPERATOR
from tests.enterprises import uscc
from tests.processes import free_port, wait_until
from xinqiao_client import create_key

PROGRAM = Path(__file__).parents[1] / "examples" / "score_provider.py"


@contextmanager
def provider(*arguments, port=None):
    """Run the example program, at a port where it is named; yield its address."""
    port = port or free_port()
    process = subprocess.Popen([sys.executable, str(PROGRAM), "--port", str(port), *arguments])

    def up():
        try:
            httpx.get(f"http://127.0.0.1:{port}", timeout=1)
        except httpx.TransportError:
            return False
        return True

    try:
        wait_until(up, "the provider")
        yield f"http://127.0.0.1:{port}/score"
    finally:
        process.kill()
        process.wait()


@contextmanager
def signing_provider(folder, *arguments):
    """Run the example program with a key of its own, in a folder; yield its address and the public key."""
    key = orjson.loads(create_key(folder / "provider.json").read_bytes())
    with provider("--sign", str(folder / "provider.json"), *arguments) as url:
        yield url, key


@contextmanager
def serving(answer):
    """Serve what `answer` makes of the head and the body of each request: its status and its body; yield where."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            status, body = answer(self.headers, self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


async def registered(gateway, name, url, **terms):
    """Register a provider on an instance."""
    async with gateway.units.begin("test.provider", OPERATOR) as work:
        await set_terms(work, name, Terms(url, **terms), "测试", None)


async def joined(gateway, name, *parts, rule="weighted-mean", **terms):
    """Register a joint answer on an instance: of providers, each with a weight or without, the required ones marked."""
    more = {"bands": (Band(600, "good"), Band(0, "fair"))} if rule == "weighted-mean" else {}
    async with gateway.units.begin("test.joint", OPERATOR) as work:
        await set_terms(work, name, JointTerms(parts, rule, **{**more, **terms}), "测试", None)


def question(number=1):
    return Question("01990000-0000-7000-8000-000000000001", uscc(number), "score", "pre_loan", "2026-01-01")


def asked(number=1, asked_for="bank"):
    return Asked(question(number), lambda: "shown", asked_for)


def a_call():
    return Call(ANSWERED)


def good(**changes):
    answer = {"inquiry": question().inquiry, "subject": uscc(1), "score": 500, "band": "fair", "model": "m/1"}
    return orjson.dumps({**answer, **changes})
