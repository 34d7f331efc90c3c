"""What the door costs: the check of token and proof at a resource, and the token endpoint beside a bare handler.

python benchmarks/access.py [seconds] [connections]. The check is timed in this process, in CPU time, without HTTP; the
endpoint is served by uvicorn with one worker, slices interleaved. Assertions and proofs are signed before each slice.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import httpx
from place import place
from starlette.requests import Request

from gateway.__main__ import app
from gateway.demo.command_line import CommandLine
from gateway.demo.instance import Instance
from gateway.gateway import open_gateway
from gateway.identity.caller import require
from gateway.runtime.settings import Settings
from xinqiao_client import XinqiaoAuth

ROUNDS = 3
CHECKS = 3000
BARE = """
from fastapi import FastAPI, Request
app = FastAPI()
@app.post("/oauth/token")
async def token(request: Request):
    form = await request.form()
    return {"access_token": "x", "grant_type": form["grant_type"]}
"""
PORT, BARE_PORT = 8731, 8732


def prepare(folder: Path) -> Instance:
    """Serve an instance with one account."""
    env = {**os.environ, "XINQIAO_HOME": str(folder), "XINQIAO_PORT": str(PORT), "XINQIAO_LOG_LEVEL": "WARNING",
           "XINQIAO_ISSUER": f"http://127.0.0.1:{PORT}"}  # fmt: skip
    (folder / "gateway").mkdir()
    instance = Instance("gateway", env["XINQIAO_ISSUER"], folder / "gateway", env, CommandLine(app))
    instance.cli("init")
    instance.cli("institution", "add", "bank", "--name", "bank")
    instance.add("account", "bank-1", "--institution", "bank")
    instance.start("serve")
    instance.wait_up()
    return instance


def token_request(auth: XinqiaoAuth) -> bytes:
    """Return a signed token request, as it goes over the wire."""
    flow = auth._log_in()  # noqa: SLF001 - the first step of logging in, without sending it
    request = next(flow)
    body = request.content
    return (
        f"POST /oauth/token HTTP/1.1\r\nHost: x\r\nDPoP: {request.headers['DPoP']}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


async def load(port: int, requests: list[bytes], seconds: float, connections: int) -> int:
    """Send over keep-alive connections for some seconds; return how many were answered."""
    ends, done = time.perf_counter() + seconds, 0

    async def one() -> None:
        nonlocal done
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < ends:
            writer.write(requests.pop() if port == PORT else requests[0])
            answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            assert answer.startswith("http/1.1 200"), answer
            await reader.readexactly(int(answer.split("content-length: ")[1].split("\r\n")[0]))
            done += 1
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return done


async def check(settings: Settings, auth: XinqiaoAuth) -> list[float]:
    """Return the CPU milliseconds of each check of a token and a fresh proof."""
    url, caller, taken = f"{settings.issuer}/v1/quota", require("inquiries"), []
    async with open_gateway(settings) as gateway:
        app = SimpleNamespace(state=SimpleNamespace(gateway=gateway))
        for _ in range(CHECKS):
            sent = httpx.Request("GET", url)
            next(auth.auth_flow(sent))
            headers = [(name.lower(), value) for name, value in sent.headers.raw]
            scope = {"type": "http", "method": "GET", "path": "/v1/quota", "headers": headers, "app": app,
                     "query_string": b"", "client": ("127.0.0.1", 1)}  # fmt: skip
            started = time.process_time_ns()
            await caller(Request(scope))
            taken.append((time.process_time_ns() - started) / 1e6)
    return taken


def main(seconds: float, connections: int) -> None:
    """Print the cost of a check, requests per second, and the ratio."""
    options = ["--port", str(BARE_PORT), "--no-access-log", "--log-level", "warning", "--loop", "uvloop",
               "--http", "httptools"]  # fmt: skip
    with ExitStack() as stack:
        folder = stack.enter_context(place())
        (folder / "bare.py").write_text(BARE)
        bare = subprocess.Popen([sys.executable, "-m", "uvicorn", "bare:app", *options], cwd=folder)
        stack.callback(bare.kill)
        instance = prepare(folder)
        stack.callback(instance.wait_ended)
        stack.callback(instance.end)
        auth = XinqiaoAuth(instance.issuer, "bank-1", instance.keys["bank-1"].jwk)
        httpx.get(f"{instance.issuer}/v1/quota", auth=auth).raise_for_status()
        taken = asyncio.run(check(Settings(home=folder, issuer=instance.issuer), auth))
        rates: dict[int, list[float]] = {BARE_PORT: [], PORT: []}
        for _ in range(ROUNDS):
            for port, rate in rates.items():
                signed = [token_request(auth) for _ in range(int(1000 * seconds) if port == PORT else 1)]
                rate.append(asyncio.run(load(port, signed, seconds, connections)) / seconds)
    cuts = statistics.quantiles(taken, n=100)
    print(f"check of token and proof  median {cuts[49]:.3f} ms CPU  p99 {cuts[98]:.3f} ms  ({CHECKS} checks)")
    floor, subject = statistics.median(rates[BARE_PORT]), statistics.median(rates[PORT])
    print(f"bare FastAPI handler {floor:>8,.0f}/s  1.00   ({connections} connections, median of {ROUNDS})")
    print(f"token endpoint       {subject:>8,.0f}/s  {subject / floor:.3f}")


if __name__ == "__main__":
    given = sys.argv[1:]
    main(float(given[0]) if given else 3.0, int(given[1]) if len(given) > 1 else 16)
