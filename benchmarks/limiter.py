"""What the limiter of rates costs an inquiry: the guard by itself, and a served inquiry with limits set and with none.

python benchmarks/limiter.py [--seconds 3] [--rounds 7] [--rate 60] [--json]

By itself: CPU of one process for a request that is admitted and holds one of the questions under way, less that of a
guard that does nothing; with no limits set (the program's hold), and with limits set for the bank, its account and 500
others. Telling the other processes is one statement in 0.2 s, whatever was asked: told for each, and for an inquiry at
the rate. Served: CPU of service and database, by the kernel's count, at a pace that neither is late at. Variants are
interleaved; what is told are medians, and the ratio of each round's pair.
"""

import argparse
import asyncio
import json
import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from cost import Cost, Meter
from load import paced
from one_bank import BODY, authoriser, prepare
from place import place

from gateway.demo.command_line import environment
from gateway.demo.instance import Instance
from gateway.gateway import Gateway, open_gateway
from gateway.rates.limiter import SHARE_SECONDS, Limiter
from gateway.rates.limits import RateLimits
from gateway.runtime.actor import Actor
from gateway.runtime.settings import load_settings

BANK = Actor("bank-1", "account", "bank")
CALLS, TURNS, OTHERS = 400, 60, 500  # calls of a turn stay within the burst that holds by default
CONNECTIONS = 16
NONE = RateLimits()
SET = RateLimits({
    (scope, name, measure): 100_000
    for scope, names in (("account", ["bank-1", *(f"a-{n}" for n in range(OTHERS))]), ("institution", ["bank"]))
    for name in names for measure in ("rate", "burst", "at-once")
    if (scope, measure) != ("institution", "at-once")
})  # fmt: skip


class Unguarded:
    """Lets everything pass."""

    def admit(self, actor: Actor, limits: RateLimits) -> None:
        """Take nothing."""

    def flight(self, account: str, limits: RateLimits) -> AbstractContextManager[None]:  # noqa: ARG002
        """Hold nothing."""
        return nullcontext()


@dataclass
class Served:
    """What a served inquiry costs, by round, in microseconds."""

    service: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)


def admit_all(limiter: Limiter | Unguarded, limits: RateLimits) -> None:
    """Admit so many requests (GCRA, of the account and of its institution)."""
    for _ in range(CALLS):
        limiter.admit(BANK, limits)


def hold_all(limiter: Limiter | Unguarded, limits: RateLimits) -> None:
    """Hold one of the questions under way, so many times (the cap of what is at once)."""
    for _ in range(CALLS):
        with limiter.flight("bank-1", limits):
            pass


async def by_itself(gateway: Gateway) -> dict[str, float]:
    """Return microseconds of a guarded request, of each kind and part, and of telling the others once."""
    spent: dict[str, list[float]] = {}
    telling = []
    for _ in range(TURNS):
        for name, limits in (("off", NONE), ("none", NONE), ("set", SET)):
            limiter = Unguarded() if name == "off" else Limiter(gateway.database)
            for part, work in (("rate", admit_all), ("at_once", hold_all)):
                started = time.process_time_ns()
                work(limiter, limits)
                spent.setdefault(f"{part}_{name}", []).append((time.process_time_ns() - started) / CALLS / 1000)
            if isinstance(limiter, Limiter):
                started = time.process_time_ns()
                await limiter.share()
                telling.append((time.process_time_ns() - started) / 1000)
                await limiter.close()
    middle = {name: statistics.median(taken) for name, taken in spent.items()}
    parts = [f"{part}_{name}" for part in ("rate", "at_once") for name in ("none", "set")]
    own = {name: middle[name] - middle[f"{name.rpartition('_')[0]}_off"] for name in parts}
    return {**own, "telling": statistics.median(telling)}


def set_limits(instance: Instance, most: str | None) -> None:
    """Set limits for the bank and its account, or take them away; the service knows after half a second."""
    for scope, holder in (("account", "bank-1"), ("institution", "bank")):
        for measure in ("rate", "burst"):
            given = ["--most", most] if most else []
            words = ["--scope", scope, "--measure", measure, "--reason", "测量 measured"]
            instance.cli("quota", "rate", holder, *words, *given)
    time.sleep(1)


def requests_of(authorise: Callable[[], str]) -> Iterator[bytes]:
    """Yield requests with a proof and a key of their own."""
    while True:
        key = f"Idempotency-Key: {time.time_ns()}\r\n"
        head = f"POST /v1/inquiries HTTP/1.1\r\nHost: x\r\n{authorise()}{key}Content-Type: application/json\r\n"
        yield f"{head}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY


def served(instance: Instance, given: argparse.Namespace) -> dict[str, Served]:
    """Return what an inquiry costs with limits set and with none, by round."""
    found = {"none": Served(), "set": Served()}
    with environment(instance.env):
        meter = Meter(load_settings(), instance.processes["serve"].pid)
    requests = requests_of(authoriser(instance))
    paced(8731, requests, 2.0, given.rate, CONNECTIONS)  # what is loaded and cached by the first is not measured
    for turn in range(given.rounds):
        for name in ("none", "set") if turn % 2 else ("set", "none"):
            set_limits(instance, "100000" if name == "set" else None)
            cost = Cost()
            with meter.measured(cost):
                taken = paced(8731, requests, given.seconds, given.rate, CONNECTIONS)
            assert set(taken.statuses) == {200}, taken.statuses
            each = cost.per(len(taken.latencies))
            found[name].service.append(each.service_us)
            found[name].database.append(each.database_us)
    return found


async def _alone(instance: Instance) -> dict[str, float]:
    with environment(instance.env):
        async with open_gateway(load_settings()) as gateway:
            return await by_itself(gateway)


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--rate", type=float, default=60.0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with place() as folder:
        instance = prepare(Path(folder))
        try:
            costs = served(instance, given)
            alone = asyncio.run(_alone(instance))
        finally:
            instance.end()
            instance.wait_ended()
    none, some = (alone[f"rate_{name}"] + alone[f"at_once_{name}"] for name in ("none", "set"))
    told = {
        "load_average": os.getloadavg()[0], "rate": given.rate,
        **{f"{name}_us": round(value, 2) for name, value in alone.items() if name != "telling"},
        "guard_ratio_set": round(some / none, 2),
        "telling_us": round(alone["telling"]),
        "telling_us_each": round(alone["telling"] / SHARE_SECONDS / given.rate, 1),
        **{f"service_us_{name}": round(statistics.median(one.service)) for name, one in costs.items()},
        **{f"postgresql_us_{name}": round(statistics.median(one.database)) for name, one in costs.items()},
        "service_ratio_set": _ratio(costs["set"].service, costs["none"].service),
        "postgresql_ratio_set": _ratio(costs["set"].database, costs["none"].database),
        "guard_share_of_service": round(none / statistics.median(costs["none"].service), 5),
    }  # fmt: skip
    print(json.dumps(told) if given.json else "\n".join(f"{name:24} {value}" for name, value in told.items()))


def _ratio(some: list[float], others: list[float]) -> float:
    return round(statistics.median(one / other for one, other in zip(some, others, strict=True)), 3)


if __name__ == "__main__":
    main()
