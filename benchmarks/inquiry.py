"""The whole inquiry path (token, consent, exact quota, score, signature, durable entry) beside a bare FastAPI handler.

python benchmarks/inquiry.py [seconds] [connections]; both are served by uvicorn with one worker, slices interleaved.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
from place import place

from consent.statements import APPROVAL_TYPE, approval_claims
from gateway.__main__ import app
from gateway.demo.command_line import CommandLine
from gateway.demo.enterprises import SHOES, registrations, uscc
from gateway.demo.instance import Instance
from signing.jws import sign_jws
from xinqiao_client import XinqiaoAuth

ROUNDS = 5
BARE = """
from fastapi import FastAPI
from pydantic import BaseModel
app = FastAPI()
class Question(BaseModel):
    subject: str
    product: str
    purpose: str
@app.post("/v1/inquiries")
async def ask(question: Question):
    return {"subject": question.subject, "score": 600}
"""
BODY = json.dumps({"subject": uscc(SHOES), "product": "score", "purpose": "pre_loan"}).encode()


async def load(port: int, authorise: Callable[[], str], seconds: float, connections: int) -> list[float]:
    """Ask over keep-alive connections for some seconds; return the seconds of each answer."""
    ends, taken = time.perf_counter() + seconds, []

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (started := time.perf_counter()) < ends:
            head = (
                f"POST /v1/inquiries HTTP/1.1\r\nHost: x\r\n{authorise()}"
                f"Idempotency-Key: {uuid4()}\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
            )
            writer.write(head.encode() + BODY)
            answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            assert answer.startswith("http/1.1 200"), answer
            await reader.readexactly(int(answer.split("content-length: ")[1].split("\r\n")[0]))
            taken.append(time.perf_counter() - started)
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return taken


def authoriser(instance: Instance) -> Callable[[], str]:
    """Return what makes the header fields of a request: the bank's token, and a proof of its own for each."""
    auth = XinqiaoAuth(instance.issuer, "bank-1", instance.keys["bank-1"].jwk)
    httpx.get(f"{instance.issuer}/v1/quota", auth=auth).raise_for_status()

    def authorise() -> str:
        request = httpx.Request("POST", f"{instance.issuer}/v1/inquiries")
        next(auth.auth_flow(request))
        return f"Authorization: {request.headers['Authorization']}\r\nDPoP: {request.headers['DPoP']}\r\n"

    return authorise


def prepare(folder: Path, around_start: AbstractContextManager[None] | None = None) -> Instance:
    """Serve an instance whose bank may ask about one enterprise; the service is started within `around_start`."""
    env = {**os.environ, "XINQIAO_HOME": str(folder), "XINQIAO_PORT": "8731", "XINQIAO_ISSUER": "http://127.0.0.1:8731",
           "XINQIAO_LOG_LEVEL": "WARNING"}  # fmt: skip
    (folder / "gateway").mkdir()
    instance = Instance("gateway", env["XINQIAO_ISSUER"], folder / "gateway", env, CommandLine(app))
    instance.cli("init")
    instance.cli("institution", "add", "bank", "--name", "bank")
    instance.add("account", "bank-1", "--institution", "bank")
    instance.add("agency", "market_regulation")
    instance.add("signatory", "boss", "--subject", uscc(SHOES))
    for scope, holder in (("account", "bank-1"), ("institution", "bank")):
        instance.cli("quota", "set", holder, "--scope", scope, "--day", "100000000", "--month", "100000000")
    with around_start or nullcontext():
        instance.start("serve")
    instance.wait_up()
    instance.push("market_regulation", "ent_registration", registrations())
    until = (datetime.now(UTC) + timedelta(days=9)).isoformat()
    terms = {"subject": uscc(SHOES), "products": ["score"], "purpose": "pre_loan", "valid_until": until}
    consent = instance.post("bank-1", "/v1/consents", terms).json()
    claims = approval_claims(consent["consent"], consent["terms_sha256"], "approve")
    approval = sign_jws(claims, instance.keys["boss"], APPROVAL_TYPE)
    instance.post("boss", f"/v1/consents/{consent['consent']}/approve", {"approval": approval})
    return instance


def main(seconds: float, connections: int) -> None:
    """Print requests per second, the ratio, and the latencies of the inquiry."""
    options = ["--port", "8732", "--no-access-log", "--log-level", "warning", "--loop", "uvloop", "--http", "httptools"]
    with ExitStack() as stack:
        folder = stack.enter_context(place())
        (folder / "bare.py").write_text(BARE)
        bare = subprocess.Popen([sys.executable, "-m", "uvicorn", "bare:app", *options], cwd=folder)
        stack.callback(bare.kill)
        instance = prepare(folder)
        stack.callback(instance.wait_ended)
        stack.callback(instance.end)
        signed = authoriser(instance)
        unread = signed()
        headers = {"bare": lambda: unread, "inquiry": signed}
        rates: dict[str, list[float]] = {"bare": [], "inquiry": []}
        latencies: list[float] = []
        for _ in range(ROUNDS):
            for name, port in (("bare", 8732), ("inquiry", 8731)):
                taken = asyncio.run(load(port, headers[name], seconds, connections))
                rates[name].append(len(taken) / seconds)
                latencies += taken if name == "inquiry" else []
    floor, subject = statistics.median(rates["bare"]), statistics.median(rates["inquiry"])
    cuts = statistics.quantiles(latencies, n=100)
    print(f"bare FastAPI handler {floor:>8,.0f}/s  1.00   ({connections} connections, median of {ROUNDS})")
    print(f"inquiry, durable     {subject:>8,.0f}/s  {subject / floor:.3f}  p50 {cuts[49] * 1000:.0f} ms "
          f"p99 {cuts[98] * 1000:.0f} ms")  # fmt: skip


if __name__ == "__main__":
    given = sys.argv[1:]
    main(float(given[0]) if given else 3.0, int(given[1]) if len(given) > 1 else 16)
