"""The worker that nothing stops: whatever one step raises is told, and ends neither that step nor another."""

import asyncio
import socket
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from uuid import uuid4

import pytest
from psycopg_pool import PoolTimeout
from structlog.testing import capture_logs

from audit.errors import TamperedError
from gateway.platforms.queue import enqueue, work_queue
from gateway.runtime.database import Database, raw, urls_from
from gateway.service import running
from gateway.telemetry import repeating
from gateway.telemetry.logs import place_of_fault
from gateway.telemetry.readiness import readiness
from gateway.telemetry.repeating import LONGEST_PAUSE_SECONDS, pause_after
from gateway.worker import QUEUE, STEPS, work

TEXT = "王五 330102197609174130"
NAMES = [*STEPS, QUEUE]


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(repeating, "FIRST_PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(running, "WRITE_SECONDS", 0.1)


class Steps:
    """The real steps and the real queue, each counted, and broken where the test says so."""

    def __init__(self, gateway):
        self.gateway, self.done, self.broken, self.delivered = gateway, Counter(), {}, set()
        self.table = {name: (partial(self._step, name, step), 0.3) for name, (step, _) in STEPS.items()}

    async def _step(self, name, step, gateway):
        await self.fail(name)
        more = await step(gateway)
        self.done[name] += 1
        return more

    async def queue(self, gateway, stop, working):
        await self.fail(QUEUE)
        await work_queue(gateway.database, gateway.settings, self._send, stop, working)

    async def _send(self, delivery_id):
        self.delivered.add(delivery_id)

    async def fail(self, name):
        if name in self.broken:
            raise self.broken[name]

    async def go_on(self, names):
        """Wait until each of these has done its work once more."""
        before, job = self.done.copy(), uuid4()
        async with self.gateway.database.begin("test.enqueue") as session:
            await enqueue(await raw(session), [job])
        await until(lambda: all(self.done[name] > before[name] for name in names if name != QUEUE))
        if QUEUE in names:
            await until(lambda: job in self.delivered)


@asynccontextmanager
async def at_work(gateway, steps):
    stop = asyncio.Event()
    task = asyncio.create_task(work(gateway, stop, steps.table, steps.queue))
    try:
        yield
        assert not task.done(), task.exception()
    finally:
        stop.set()
        await asyncio.wait_for(task, 30)


async def until(condition, seconds=30):
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is looked at is not ours to signal
            await asyncio.sleep(0.05)


async def until_seen(client, holds):
    """Ask /readyz until what it says of the worker holds; return the whole answer."""
    async with asyncio.timeout(30):
        while True:
            answer = await client.get("/readyz")
            # A database that is slow to answer on a busy machine makes it 503 for a moment.
            if answer.status_code == 200 and holds(answer.json()["checks"]["worker"]["seen"]):
                return answer
            await asyncio.sleep(0.05)


async def metric(monitor, name, step):
    """Read one sample of the worker's metrics."""
    (line,) = [
        line
        for line in (await monitor.get("/metrics")).text.splitlines()
        if line.startswith(f'{name}{{step="{step}"}}')
    ]
    return float(line.split()[1])


@pytest.mark.parametrize("name", NAMES)
async def test_a_step_that_raises_is_named_and_counted_the_others_go_on_and_it_recovers(gateway, client, monitor, name):
    steps = Steps(gateway)
    steps.broken[name] = RuntimeError(TEXT)
    async with at_work(gateway, steps):
        answer = await until_seen(client, lambda seen: f"{name} fails since 20" in seen and "RuntimeError" in seen)
        assert answer.status_code == 200
        assert answer.json()["status"] == "degraded"
        assert TEXT not in answer.text
        await steps.go_on(set(NAMES) - {name})
        assert await metric(monitor, "xinqiao_worker_step_failing", name) == 1
        steps.broken.clear()
        await steps.go_on(NAMES)
        recovered = await until_seen(client, lambda seen: seen.endswith("1 running"))
        assert recovered.json()["status"] == "ok"
        assert await metric(monitor, "xinqiao_worker_step_failing", name) == 0
        assert await metric(monitor, "xinqiao_worker_step_faults_total", name) >= 1


@pytest.mark.parametrize(
    "fault", [PoolTimeout(TEXT), KeyError(TEXT), ExceptionGroup(TEXT, [OSError()]), asyncio.CancelledError(TEXT)]
)
async def test_whatever_is_raised_is_logged_by_its_type_and_place_never_by_its_text(gateway, client, fault):
    steps = Steps(gateway)
    steps.broken = {"alerts": fault, QUEUE: fault}
    with capture_logs(processors=[place_of_fault]) as lines:
        async with at_work(gateway, steps):
            await until_seen(client, lambda seen: all(f"{name} fails" in seen for name in steps.broken))
            await until_seen(client, lambda seen: "(1 times" not in seen)
            steps.broken = {}
            await steps.go_on(NAMES)
    assert {(line["step"], line["fault"], line["log_level"]) for line in lines} == {
        (name, type(fault).__name__, "error") for name in ("alerts", QUEUE)
    }
    assert any("test_worker.py" in place for place in lines[0]["places"])
    assert TEXT not in str(lines)


async def test_a_refusal_of_the_audit_log_is_critical_and_says_why(gateway, client):
    steps = Steps(gateway)
    steps.broken["publish"] = TamperedError("leaf 7 is not what was signed")
    with capture_logs() as lines:
        async with at_work(gateway, steps):
            await until_seen(client, lambda seen: "publish fails" in seen and "contradicts itself" in seen)
    assert {(line["log_level"], line["event"], line["reason"]) for line in lines} == {
        ("critical", "audit log refused", "leaf 7 is not what was signed")
    }


def test_the_pause_grows_stays_bounded_and_is_not_the_same_for_all(monkeypatch):
    monkeypatch.setattr(repeating, "FIRST_PAUSE_SECONDS", 1.0)
    for times, longest in ((1, 1.0), (2, 2.0), (5, 16.0), (6, LONGEST_PAUSE_SECONDS), (10_000, LONGEST_PAUSE_SECONDS)):
        pauses = {pause_after(times) for _ in range(50)}
        assert longest / 2 <= min(pauses) < max(pauses) <= longest


async def test_a_step_under_way_is_finished_before_the_worker_stops(gateway, settings):
    begun, may_end, ended, stop = asyncio.Event(), asyncio.Event(), [], asyncio.Event()

    async def long_step(gateway):
        begun.set()
        await may_end.wait()
        ended.append("long")

    task = asyncio.create_task(work(gateway, stop, STEPS | {"alerts": (long_step, 60.0)}))
    await begun.wait()
    stop.set()
    await asyncio.sleep(1)
    assert not task.done()
    may_end.set()
    await asyncio.wait_for(task, 30)
    assert ended == ["long"]
    assert not list(settings.worker_folder.iterdir())


async def test_a_cancelled_worker_ends_with_all_its_steps_and_leaves_no_trace(gateway, client, settings):
    steps = Steps(gateway)
    task = asyncio.create_task(work(gateway, asyncio.Event(), steps.table, steps.queue))
    await until_seen(client, lambda seen: seen.endswith("1 running"))
    await steps.go_on(NAMES)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 30)
    assert not list(settings.worker_folder.iterdir())
    assert not [one for one in asyncio.all_tasks() if "_repeat" in repr(one)]


async def test_a_database_that_hangs_is_told_within_seconds(gateway):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"postgresql://xinqiao@127.0.0.1:{silent.getsockname()[1]}/xinqiao"
        hanging = replace(gateway, database=Database(urls_from(address, None, None)))
        found = {
            finding.name: finding for finding in await asyncio.wait_for(readiness(hanging.units, gateway.settings), 15)
        }
    assert found["keys"].ok
    for name in ("database", "schema", "partitions", "checkpoint"):
        assert (found[name].ok, found[name].seen) == (False, "数据库没有应答 the database does not answer")


async def test_a_queue_told_to_stop_at_any_moment_of_its_start_ends(gateway):
    async def start(moment):
        stop = asyncio.Event()
        asyncio.get_running_loop().call_later(moment, stop.set)
        async with asyncio.timeout(60):
            await work_queue(gateway.database, gateway.settings, Steps(gateway)._send, stop, lambda: None)

    for first in range(8):  # several at once, so that each waits for connections
        await asyncio.gather(*(start((first + at / 4) / 80) for at in range(4)))
