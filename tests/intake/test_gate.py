"""The order of intakes: large files take turns by agency, small deliveries of others never wait for them."""

import asyncio
from types import SimpleNamespace

from gateway.intake.gate import LARGE_AT_ONCE, LARGE_BYTES, SMALL_AT_ONCE, IntakeGate, is_large

LARGE = LARGE_BYTES + 1


def dataset(agency, name="d"):
    return SimpleNamespace(agency=agency, dataset=f"{agency}_{name}")


class Hall:
    """Deliveries that stay inside until they are told to leave."""

    def __init__(self):
        self.gate, self.inside, self.leave, self.order = IntakeGate(), set(), {}, []

    async def come(self, who, of, size):
        async with self.gate.admit(of, size):
            self.inside.add(who)
            self.order.append(who)
            self.leave[who] = asyncio.Event()
            await self.leave[who].wait()
            self.inside.discard(who)

    def send(self, who, of, size):
        return asyncio.create_task(self.come(who, of, size))


async def settle():
    for _ in range(20):
        await asyncio.sleep(0)


async def end(hall, tasks):
    while not all(task.done() for task in tasks):
        for event in list(hall.leave.values()):
            event.set()
        await settle()


async def test_small_deliveries_pass_by_any_number_of_large_ones():
    hall = Hall()
    tasks = [hall.send(f"large-{n}", dataset(f"a{n}"), LARGE) for n in range(20)]
    await settle()
    assert len(hall.inside) == LARGE_AT_ONCE
    tasks += [hall.send(f"small-{n}", dataset(f"b{n}"), 100) for n in range(SMALL_AT_ONCE)]
    await settle()
    assert {f"small-{n}" for n in range(SMALL_AT_ONCE)} <= hall.inside
    await end(hall, tasks)
    assert len(hall.order) == 20 + SMALL_AT_ONCE


async def test_an_agency_with_twenty_files_does_not_hold_up_one_with_a_single_file():
    hall = Hall()
    tasks = [hall.send(f"greedy-{n}", dataset("greedy", n), LARGE) for n in range(20)]
    tasks.append(hall.send("modest", dataset("modest"), LARGE))
    await settle()
    assert hall.inside == {"greedy-0", "modest"}
    await end(hall, tasks)


async def test_one_dataset_is_taken_in_once_at_a_time_and_costs_the_others_no_place():
    hall = Hall()
    tasks = [hall.send(f"same-{n}", dataset("a"), 100) for n in range(10)]
    tasks.append(hall.send("other", dataset("b"), 100))
    await settle()
    assert hall.inside == {"same-0", "other"}
    await end(hall, tasks)


async def test_one_that_gives_up_waiting_leaves_its_place():
    hall = Hall()
    first, second = hall.send("first", dataset("a"), LARGE), hall.send("second", dataset("a"), LARGE)
    await settle()
    second.cancel()
    await settle()
    third = hall.send("third", dataset("a"), LARGE)
    hall.leave["first"].set()
    await settle()
    assert hall.inside == {"third"}
    await end(hall, [first, third])


def test_a_body_is_large_from_one_byte_over_the_bound_or_where_it_does_not_say():
    announced = [str(LARGE_BYTES - 1), str(LARGE_BYTES), str(LARGE_BYTES + 1), None, "", "-1"]
    assert [is_large(one) for one in announced] == [False, False, True, True, True, True]
