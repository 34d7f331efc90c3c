"""kill -9 at any moment under mixed load: nothing that was acknowledged is lost, nothing is there twice.

XINQIAO_KILL_ROUNDS says how often; XINQIAO_KILL_SEED repeats the victims and the pauses of an earlier run.
"""

import json
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from random import Random

import pytest

from signing.jws import payload_of
from tests.faults.embedded_town import VICTIMS, EmbeddedTown, embedded_town
from tests.faults.mixed_load import MixedLoad
from tests.processes import postmaster, wait_until

pytestmark = pytest.mark.slow
ROUNDS = int(os.environ.get("XINQIAO_KILL_ROUNDS", len(VICTIMS)))
SEED = int(os.environ.get("XINQIAO_KILL_SEED") or time.time())
DELIVERED_SECONDS = 300.0  # a delivery that failed often waits long before it is tried again


def victims(chance: Random) -> Iterator[str]:
    """Yield a victim for each round: all of them, in an order of chance, again and again."""
    for number in range(ROUNDS):
        if number % len(VICTIMS) == 0:
            order = chance.sample(list(VICTIMS), len(VICTIMS))
        yield order[number % len(VICTIMS)]


def test_nothing_acknowledged_is_lost_or_doubled_whatever_is_killed(private_home):
    print(f"\nXINQIAO_KILL_ROUNDS={ROUNDS} XINQIAO_KILL_SEED={SEED}")
    chance = Random(SEED)
    with embedded_town(private_home) as town:
        load = MixedLoad(town.gateway)
        with load.running():
            wait_until(lambda: load.goes_on(Counter()), "the first answers")
            for number, victim in enumerate(victims(chance), 1):
                time.sleep(chance.uniform(0, 1))
                strike(town, load, victim, chance.uniform(0, 0.5))
                ended = town.start_ended()
                print(f"{number} {victim}: {load.acknowledged().total()} acknowledged, ended by themselves: {ended}")
        acknowledged, all_asked = load.acknowledged(), len(load.answers)
        changed = load.ask_again()
        load.close()
        assert None not in load.answers.values()
        wait_until(lambda: undelivered(town) == 0, "every receipt", DELIVERED_SECONDS)
        found = {rule: compare(*sides) for rule, sides in both_sides(town, load).items()}
        print(
            f"acknowledged {dict(acknowledged)}, unanswered {all_asked - acknowledged.total()}, changed {len(changed)}"
        )
        print(f"lost, doubled: {found}")
        assert (load.odd, changed) == ([], [])
        assert set(found.values()) == {(0, 0)}
        for name, instance in town.instances.items():
            check(instance, private_home / f"export-{name}")


def strike(town: EmbeddedTown, load: MixedLoad, victim: str, pause: float) -> None:
    """Kill, start again after a pause, and wait until everything is acknowledged again."""
    server = postmaster(town.home)
    town.kill(victim)
    before = load.acknowledged()
    time.sleep(pause)
    town.start(victim)
    wait_until(lambda: load.goes_on(before), f"answers after the end of {victim}")
    now = postmaster(town.home)
    assert now is not None
    assert (now != server) == (victim == "database")


def undelivered(town: EmbeddedTown) -> int:
    open_ones = "SELECT count(*) FROM delivery WHERE state <> 'confirmed'"
    return sum(instance.rows(open_ones)[0][0] for instance in (town.gateway, town.city))


def both_sides(town: EmbeddedTown, load: MixedLoad) -> dict[str, tuple[Iterable, Iterable]]:
    """Return what clients hold and what the instances hold of it, by what must be equal."""

    def held(kind: str, member: str) -> list[str]:
        return [answer[member] for (of, _), answer in load.answers.items() if of == kind]

    def column(instance: str, query: str) -> list[str]:
        return [row[0] for row in town.instances[instance].rows(query)]

    tokens = {payload_of(token.split()[1])["jti"] for (kind, _), token in load.answers.items() if kind == "token"}
    issued = column("gateway", "SELECT jti::text FROM issued_token")
    told = column("gateway", "SELECT exchange::text FROM usage_result")
    return {
        "tokens": (tokens, tokens.intersection(issued)),
        "tokens and their entries": (
            [len(issued)],
            column("gateway", "SELECT count(*) FROM audit_event WHERE type = 'token.issued'"),
        ),
        "batches": (
            held("batch", "sender_batch"),
            column("gateway", "SELECT sender_batch FROM batch WHERE sender_batch <> 'first'"),
        ),
        "charges": (
            held("inquiry", "inquiry"),
            column("gateway", "SELECT inquiry_id::text FROM quota_ledger, generate_series(1, units)"),
        ),
        "usage results": (held("usage result", "exchange"), told),
        "received by the city": (told, column("city", "SELECT exchange::text FROM received")),
        "received by the province": (told, column("province", "SELECT exchange::text FROM received")),
    }


def compare(asked: Iterable, there: Iterable) -> tuple[int, int]:
    """Return how many are lost, and how many are there too often or unasked."""
    asked, there = Counter(asked), Counter(there)
    return (asked - there).total(), (there - asked).total()


def check(instance, folder) -> None:
    """Have an instance checked in each of the three ways. A command that finds something raises DemoError."""
    assert instance.cli("reconcile", "--json").strip() == '{"differences":[]}'
    assert json.loads(instance.cli("audit", "fsck", "--json"))["differences"] == 0
    instance.cli("audit", "export", str(folder))
    key = instance.cli("audit", "key").strip()
    assert json.loads(instance.cli("audit", "verify", str(folder), "--key", key, "--json"))["verdict"] == "verified"
