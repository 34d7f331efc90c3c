"""Pushing one JSON record beside a bare FastAPI handler, and 71 agencies pushing at once: is anybody starved?

python benchmarks/push.py [pushes] [rows of the large ones]; both are served by uvicorn with one worker, in turns.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import httpx
from cost import Cost, Meter
from place import place

from connectors.conversion.identifiers import organisation_check, uscc_check
from gateway.__main__ import app
from gateway.admin.action import means_of
from gateway.admin.actions import AddClient
from gateway.admin.changes import ask_change
from gateway.demo.command_line import CommandLine, environment
from gateway.demo.instance import Instance
from gateway.gateway import open_gateway
from gateway.runtime.actor import at_this_machine
from gateway.runtime.settings import Settings, load_settings
from signing.keys import generate_key, public_jwk
from xinqiao_client import XinqiaoAuth

AGENCIES = 71
LARGE = 8
ROUNDS = 5
NO_REUSE = httpx.Limits(max_keepalive_connections=0)  # the server hangs up on idle ones after five seconds
PORT, BARE_PORT = 8741, 8742
BARE = """
from fastapi import FastAPI, Request
app = FastAPI()
@app.post("/v1/datasets/{dataset}/batches", status_code=201)
async def push(dataset: str, request: Request):
    return {"rows": len(await request.json())}
"""
DATASET = """
agency: {{code: {code}, zh: 部门{code}, en: Agency {code}}}
datasets:
  {code}_fines:
    title: {{zh: 处罚, en: Fines}}
    category: admin_penalty
    key: [doc_no]
    party: {{name: [name], codes: [uscc]}}
    fields:
      entity_name: {{zh: 名称, required: true}}
      doc_no: {{zh: 文号, required: true}}
      fine: {{zh: 金额, type: money, unit: 元}}
    mappings:
      - id: plain
        party: {{name: [name], codes: [uscc]}}
        fields:
          entity_name: {{from: [name]}}
"""


def uscc(number: int) -> str:
    """Return a sound code of an enterprise that does not exist."""
    body = f"M{number:07d}"
    first = f"91330302{body}{organisation_check(body)}"
    return first + uscc_check(first)


def record(number: int) -> dict[str, str]:
    """Return one row as an object."""
    return {"name": f"某公司{number}", "uscc": uscc(number % 5000), "doc_no": str(uuid4()), "fine": "5.00"}


def prepare(folder: Path) -> Instance:
    """Serve an instance with so many agencies, each with a dataset of its own."""
    (folder / "catalogue").mkdir()
    for n in range(AGENCIES):
        (folder / "catalogue" / f"a{n}.yaml").write_text(DATASET.format(code=f"a{n}"))
    issuer = f"http://127.0.0.1:{PORT}"
    env = {**os.environ, "XINQIAO_HOME": str(folder), "XINQIAO_PORT": str(PORT), "XINQIAO_ISSUER": issuer,
           "XINQIAO_CATALOGUE": str(folder / "catalogue"), "XINQIAO_LOG_LEVEL": "WARNING"}  # fmt: skip
    (folder / "gateway").mkdir()
    instance = Instance("gateway", issuer, folder / "gateway", env, CommandLine(app))
    instance.cli("init")
    instance.keys.update({f"a{n}": generate_key("ES256") for n in range(AGENCIES)})
    with environment(env):  # the catalogue is the process's, not an instance's
        asyncio.run(register(Settings(home=folder, issuer=issuer), instance))
    instance.start("serve")
    instance.wait_up()
    return instance


async def register(settings: Settings, instance: Instance) -> None:
    """Register the agencies with their keys."""
    async with open_gateway(settings) as gateway:
        for client, key in instance.keys.items():
            action = AddClient(client=client, kind="agency", key=public_jwk(key))
            async with gateway.units.begin("bench.register", at_this_machine()) as work:
                await ask_change(work, means_of(settings, gateway.protector), action)


class Agency:
    """One agency with a connection of its own."""

    def __init__(self, instance: Instance, n: int) -> None:
        """Log in when first used."""
        self._auth = XinqiaoAuth(instance.issuer, f"a{n}", instance.keys[f"a{n}"].jwk)
        self._http = httpx.AsyncClient(base_url=instance.issuer, auth=self._auth, timeout=900, limits=NO_REUSE)
        self._path = f"/v1/datasets/a{n}_fines/batches"

    async def push(self, body: bytes) -> float:
        """Push and return the seconds it took."""
        started = time.perf_counter()
        answer = await self._http.post(self._path, content=body, headers={"Batch-Id": str(uuid4())})
        assert answer.status_code == 201, answer.text
        return time.perf_counter() - started

    async def close(self) -> None:
        """Close the connection."""
        await self._http.aclose()


def single(instance: Instance, pushes: int, meters: dict[str, Meter]) -> None:
    """Print p50, p99 and cost of one record pushed alone, beside the bare handler under the same client."""
    taken: dict[str, list[float]] = {"bare": [], "push": []}
    costs = {name: Cost() for name in taken}

    async def measure() -> None:
        agency = Agency(instance, 0)
        await agency.push(json.dumps([record(0)]).encode())  # logged in
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{BARE_PORT}") as bare:
            for _ in range(ROUNDS):
                bodies = [json.dumps([record(n)], ensure_ascii=False).encode() for n in range(pushes // ROUNDS)]
                with meters["push"].measured(costs["push"]):
                    for body in bodies:
                        taken["push"].append(await agency.push(body))
                with meters["bare"].measured(costs["bare"]):
                    for body in bodies:
                        started = time.perf_counter()
                        (await bare.post("/v1/datasets/x/batches", content=body)).raise_for_status()
                        taken["bare"].append(time.perf_counter() - started)
        await agency.close()

    asyncio.run(measure())
    for name, cost in costs.items():
        each = cost.per(len(taken[name]))
        told = f"  PostgreSQL {each.database_us:>6,.0f} us  WAL {each.wal_bytes:>7,.0f} B" if name == "push" else ""
        print(f"one record, {name:<5} CPU {each.service_us:>7,.0f} us{told}")
    shown = {name: statistics.quantiles(seconds[3:], n=100) for name, seconds in taken.items()}
    for name, cuts in shown.items():
        ratio = cuts[49] / shown["bare"][49]
        middle, last = cuts[49] * 1000, cuts[98] * 1000
        print(f"one record, {name:<5} p50 {middle:>6.1f} ms  p99 {last:>6.1f} ms  {ratio:>5.1f}x bare")


def all_at_once(instance: Instance, rows: int) -> None:
    """Print how long the small deliveries of 71 agencies take while some of them send large files."""

    async def measure(large: int) -> tuple[list[float], list[float]]:
        callers = [Agency(instance, n) for n in range(AGENCIES)]
        header = "name,uscc,doc_no,fine\n"
        file = header + "".join(",".join(record(n).values()) + "\n" for n in range(rows))
        bodies = [
            file.encode() if n < large else json.dumps([record(n)], ensure_ascii=False).encode()
            for n in range(AGENCIES)
        ]
        await asyncio.gather(*(caller.push(json.dumps([record(0)]).encode()) for caller in callers))  # logged in

        async def sending(n: int) -> float:
            await asyncio.sleep(0 if n < large else 0.5)  # the large ones are under way
            return await callers[n].push(bodies[n])

        taken = await asyncio.gather(*(sending(n) for n in range(AGENCIES)))
        for caller in callers:
            await caller.close()
        return sorted(taken[:large]), sorted(taken[large:])

    for large in (0, LARGE):
        big, small = asyncio.run(measure(large))
        spread = f"first {small[0]:.2f} s, median {statistics.median(small):.2f} s, last {small[-1]:.2f} s"
        print(f"{AGENCIES} agencies at once, {large} of them {rows:,} rows: the small ones {spread}"
              + (f"; the large ones {big[0]:.1f} to {big[-1]:.1f} s" if big else ""))  # fmt: skip


def main(pushes: int, rows: int) -> None:
    """Run both on one machine."""
    options = ["--port", str(BARE_PORT), "--no-access-log", "--log-level", "warning", "--loop", "uvloop"]
    with ExitStack() as stack:
        folder = stack.enter_context(place())
        (folder / "bare.py").write_text(BARE)
        bare = subprocess.Popen([sys.executable, "-m", "uvicorn", "bare:app", *options], cwd=folder)
        stack.callback(bare.kill)
        instance = prepare(folder)
        stack.callback(instance.wait_ended)
        stack.callback(instance.end)
        with environment(instance.env):
            settings = load_settings()
        served = {"push": instance.processes["serve"].pid, "bare": bare.pid}
        single(instance, pushes, {name: Meter(settings, pid) for name, pid in served.items()})
        all_at_once(instance, rows)


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:]]
    main(given[0] if given else 200, given[1] if len(given) > 1 else 50_000)
