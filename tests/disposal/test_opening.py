"""Cases of the first at risk: in the order of the list, once each, and no more than people can look at."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from connectors.model.calendar import day_of
from gateway.disposal.opening import open_first
from gateway.runtime.clock import now
from gateway.runtime.denial import DeniedError
from tests.actors import OPERATOR
from tests.disposal.cases import (
    AUDITOR,
    HANDLER,
    KIND,
    OFFICE,
    OTHER_OFFICE,
    REGULATOR,
    acting,
    at_risk,
    enrol_people,
    opened,
    step,
)
from tests.enterprises import uscc
from tests.scores.scanning import rows


@pytest.fixture
async def town(story):
    if not story.keys:
        await enrol_people(story.gateway)
        await at_risk(story, 801, level="notice", score=30)
        await at_risk(story, 802, level="restriction", score=90)
        await at_risk(story, 803, level="warning", score=60)
        await at_risk(story, 804, level="warning", score=70)
        await at_risk(story, 805, level="warning", score=65, district="330399")  # a county without an office
        await at_risk(story, 806, level="warning", score=61, kind="distress", district="330304")
    return story


async def budget(town, most):
    """Say how many people can look at, as the last day on which all were judged does."""
    async with town.gateway.database.begin("test.budget") as session:
        await session.execute(text("DELETE FROM risk_day"))
        await session.execute(
            text("""INSERT INTO risk_day VALUES (:day, now(), 1, '', 9, :most, 0, 0, 0, 0, 0, 0, 0, '',
                    '00000000-0000-0000-0000-000000000000')"""),
            {"day": day_of(now()), "most": most},
        )  # fmt: skip
        await session.execute(text("DELETE FROM disposal_case"))


async def first(town, number, **more):
    async with acting(town, REGULATOR) as work:
        return await open_first(work, number, **more)


def told(made):
    return len(made.cases), made.already, made.unplaced, made.beyond


async def test_the_first_come_first_each_with_the_office_of_its_county(town):
    await budget(town, 10)
    made = await first(town, 4)
    assert [(one.level, one.score, one.office) for one in made.cases] == [
        ("restriction", 90, OFFICE), ("warning", 70, OFFICE), ("warning", 61, OTHER_OFFICE),
    ]  # fmt: skip
    assert told(made) == (3, 0, 1, 0)
    assert [(one.due_on - day_of(now())) for one in made.cases] == [timedelta(15), timedelta(30), timedelta(30)]
    assert told(await first(town, 6)) == (2, 3, 1, 0)
    assert told(await first(town, 6)) == (0, 5, 1, 0)


@pytest.mark.parametrize(("most", "counts"), [(1, (1, 0, 0, 2)), (2, (2, 0, 0, 1)), (3, (3, 0, 0, 0))])
async def test_no_more_are_opened_than_people_can_look_at(town, most, counts):
    await budget(town, most)
    assert told(await first(town, 4, kind=KIND, level="warning")) == (min(2, counts[0]), 0, 1, max(0, 2 - most))
    await budget(town, most)
    made = await first(town, 2, kind=KIND)
    assert len(made.cases) == min(2, most)
    assert told(await first(town, 2, kind=KIND)) == (0, min(2, most), 0, max(0, 2 - most))


async def test_before_everybody_was_judged_nobody_says_how_many_people_can_look_at(town):
    await budget(town, 0)
    assert told(await first(town, 1)) == (0, 0, 0, 1)


@pytest.mark.parametrize("actor", [AUDITOR, HANDLER, OPERATOR])
async def test_nobody_but_a_regulator_opens(town, actor):
    async with acting(town, actor) as work:
        with pytest.raises(DeniedError, match="case-person-needed"):
            await open_first(work, 1)
    with pytest.raises(DeniedError, match="case-person-needed"):
        await opened(town, 801, actor=actor)


async def test_one_is_opened_for_the_office_that_is_named_and_once(town):
    await budget(town, 1)
    for more, reason in (({"office": "330388"}, "office-unknown"), ({}, "office-needed")):
        async with acting(town, REGULATOR) as work:
            from gateway.disposal.opening import open_case

            with pytest.raises(DeniedError, match=reason):
                await open_case(work, uscc(805, "330399"), KIND, **more)
    assert (await opened(town, 803, office=OTHER_OFFICE)).office == OTHER_OFFICE
    with pytest.raises(DeniedError, match="case-open-already"):
        await opened(town, 803)


async def test_two_who_open_at_once_open_one(town):
    await budget(town, 5)
    both = await asyncio.gather(opened(town, 804), opened(town, 804), return_exceptions=True)
    assert sorted(type(one).__name__ for one in both) == ["DeniedError", "DisposalCase"]
    await budget(town, 1)
    made = await asyncio.gather(first(town, 4), first(town, 4))
    assert sum(len(one.cases) for one in made) == 1


async def test_two_who_accept_at_once_take_one_step(town):
    await budget(town, 5)
    case = await opened(town, 802)
    both = await asyncio.gather(step(town, case, "accept"), step(town, case, "accept"), return_exceptions=True)
    assert sorted(type(one).__name__ for one in both) == ["DeniedError", "DisposalCase"]
    assert [tuple(one) for one in await rows(town.gateway, "SELECT state, steps FROM disposal_case")] == [
        ("accepted", 1)
    ]


async def test_the_county_of_the_registration_comes_before_that_of_the_code(town):
    await budget(town, 5)
    header = ("企业名称", "统一社会信用代码", "成立日期", "行政区划代码")
    line = f"瓯海第807鞋业有限公司,{uscc(807)},2010-05-01,{OTHER_OFFICE}"
    await town.push("market_regulation", "ent_registration", f"{','.join(header)}\n{line}\n")
    async with acting(town, OPERATOR) as work:
        from connectors.store.numbers import find_number
        from connectors.store.subjects import find_subject
        from gateway.risk.standing import Changes, Found, write

        subject = await find_subject(work.session, "uscc", uscc(807))
        key = await find_number(work.session, subject.subject_id), KIND
        await write(work.session, Changes([], {key: (Found("notice", 30, {}), None)}), day_of(work.now), 1)
    assert (await opened(town, 807)).office == OTHER_OFFICE
