"""What the door costs: the check of token and proof at a resource, and the token endpoint beside a bare handler.

python benchmarks/access.py [--seconds 3] [--rounds 5] [--connections 16] [--accounts 50] [--json]. The check is timed
in this process, in CPU time, without HTTP. The endpoint is served with one worker on the first core, the load is on the
last; PostgreSQL is bound to no core. Slices are interleaved; assertions and proofs are signed before each slice.
"""

import argparse
import asyncio
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle, islice
from pathlib import Path
from types import SimpleNamespace

import httpx
from cost import Meter
from place import place
from starlette.requests import Request
from variants import Told, Variant, ready, serve, slices, tell, told_of

from gateway.__main__ import app
from gateway.demo.command_line import CommandLine
from gateway.demo.instance import Instance
from gateway.gateway import open_gateway
from gateway.identity.caller import require
from gateway.identity.clients.registry import add_client, add_institution
from gateway.runtime.actor import at_this_machine
from gateway.runtime.settings import Settings
from signing.keys import generate_key, public_jwk
from xinqiao_client import XinqiaoAuth

sys.path.insert(0, str(Path(__file__).parents[1]))
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


def prepare(folder: Path, accounts: int) -> Instance:
    """Serve an instance with accounts, each of an institution of its own."""
    env = {**os.environ, "XINQIAO_HOME": str(folder), "XINQIAO_PORT": str(PORT), "XINQIAO_LOG_LEVEL": "WARNING",
           "XINQIAO_ISSUER": f"http://127.0.0.1:{PORT}", "XINQIAO_METRICS_PORT": "0"}  # fmt: skip
    (folder / "gateway").mkdir()
    instance = Instance("gateway", env["XINQIAO_ISSUER"], folder / "gateway", env, CommandLine(app))
    instance.cli("init")
    instance.keys.update({f"bank-{n}": generate_key("ES256") for n in range(accounts)})
    asyncio.run(register(Settings(home=folder, issuer=instance.issuer), instance))
    instance.start("serve")
    instance.wait_up()
    return instance


async def register(settings: Settings, instance: Instance) -> None:
    """Register the accounts with their keys."""
    async with open_gateway(settings) as gateway:
        for bank, key in instance.keys.items():
            async with gateway.units.begin("bench.register", at_this_machine()) as work:
                await add_institution(work, institution_id=bank, name=bank, kind="bank")
                await add_client(
                    work, client_id=bank, kind="account", jwk=public_jwk(key), institution_id=bank, subject=None
                )


def token_request(auth: XinqiaoAuth) -> bytes:
    """Return a signed token request, as it goes over the wire."""
    flow = auth._ask_for_token()  # noqa: SLF001 - the first step of logging in, without sending it
    request = next(flow)
    body = request.content
    return (
        f"POST /oauth/token HTTP/1.1\r\nHost: x\r\nDPoP: {request.headers['DPoP']}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode() + body


def token_requests(auths: list[XinqiaoAuth]) -> Iterator[bytes]:
    """Yield signed token requests of all accounts, one after another."""
    return map(token_request, cycle(auths))


async def check(settings: Settings, auths: list[XinqiaoAuth]) -> list[float]:
    """Return the CPU milliseconds of each check of a token and a fresh proof."""
    url, caller, taken = f"{settings.issuer}/v1/quota", require("inquiries"), []
    async with open_gateway(settings) as gateway:
        app = SimpleNamespace(state=SimpleNamespace(gateway=gateway))
        for auth in islice(cycle(auths), CHECKS):  # all of them, since none may ask that fast
            sent = httpx.Request("GET", url)
            next(auth.auth_flow(sent))
            headers = [(name.lower(), value) for name, value in sent.headers.raw]
            scope = {"type": "http", "method": "GET", "path": "/v1/quota", "headers": headers, "app": app,
                     "query_string": b"", "client": ("127.0.0.1", 1)}  # fmt: skip
            started = time.process_time_ns()
            await caller(Request(scope))
            taken.append((time.process_time_ns() - started) / 1e6)
    return taken


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--accounts", type=int, default=50)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(place())
        (folder / "bare.py").write_text(BARE)
        instance = prepare(folder, given.accounts)
        stack.callback(instance.wait_ended)
        stack.callback(instance.end)
        bare = serve(folder, stack, "bare:app", BARE_PORT, instance.env)
        auths = [XinqiaoAuth(instance.issuer, name, key.jwk) for name, key in instance.keys.items() if "bank" in name]
        for auth in auths:
            httpx.get(f"{instance.issuer}/v1/quota", auth=auth).raise_for_status()
        taken = asyncio.run(check(Settings(home=folder, issuer=instance.issuer), auths))
        floor = token_request(auths[0])
        variants = {
            "bare": Variant(BARE_PORT, lambda _: cycle([floor]), bare),
            "token": Variant(PORT, lambda _: token_requests(auths), instance.processes["serve"].pid),
        }
        told = measure(variants, ready(variants, instance.env), given)
    cuts = statistics.quantiles(taken, n=100)
    told |= {"check_ms_median": round(cuts[49], 3), "check_ms_p99": round(cuts[98], 3)}
    tell(told, as_json=given.json)


def measure(variants: dict[str, Variant], meters: dict[str, Meter], given: argparse.Namespace) -> Told:
    """Return the figures by name."""
    told: Told = {"load_average": os.getloadavg()[0], "connections": given.connections}
    slices(variants, meters, 1.0, given.connections, [0])  # what is loaded and cached by the first of them
    slices(variants, meters, given.seconds, given.connections, range(1, given.rounds + 1))
    for name, one in variants.items():
        told |= told_of(name, one, variants["bare"])
    return told


if __name__ == "__main__":
    main()
