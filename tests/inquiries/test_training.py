"""A table drawn as of past days: what was known then and no more, and what became of each enterprise afterwards."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from connectors.model.calendar import day_of
from connectors.records.outcomes import whom_it_befell
from gateway.inquiries.training import LONGEST_WINDOW, REFUSED, Drawing, check, draw_table
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from tests.actors import MACHINE, OPERATOR
from tests.records.penalties import penalties, penalty
from tests.records.test_acts import act, record_of
from tests.stories import registration

TODAY = day_of(datetime.now(UTC))
THEN = TODAY - timedelta(days=90)
LONG_AGO = timedelta(days=91)  # when everything of this town was handed in: the day before, so that no feed is stale
AGED = (
    ("record", "recorded_at"), ("subject", "created_at"), ("batch", "received_at"),
    ("subject_identifier", "recorded_at"),
)  # fmt: skip


def silent(_done, _all):
    """No progress to show."""


async def age(gateway):
    """Have all that was handed in so far be handed in long ago: no clock is turned back for this."""
    async with gateway.database.begin("test.age", role="owner") as session:
        for table, column in AGED:
            await session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            await session.execute(text(f"UPDATE {table} SET {column} = {column} - :by"), {"by": LONG_AGO})
            await session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


async def drawn(gateway, days=(THEN,), outcome="penalty_general", window=60, actor=MACHINE):
    async with gateway.units.begin("test.draw", actor) as work:
        return await draw_table(work, Drawing(days, outcome, window), silent)


@pytest.fixture
async def town(story):
    """Enterprises 1 and 2, known long ago with a penalty each; what is pushed from here on is of today."""
    if "bank-1" not in story.keys:
        await story.feeds()
        for number in (1, 2):
            await story.push("market_regulation", "ent_registration", registration(number))
        await story.push("drc", "penalty_general", penalties(penalty(1, "OLD-1"), penalty(2, "OLD-2")))
        await story.account("bank-1", "bank")
        await age(story.gateway)
    return story


async def test_a_record_that_landed_later_and_an_act_after_the_day_are_not_in_the_table(town):
    before = await drawn(town.gateway)
    assert before["period"].unique().to_list() == [THEN.isoformat()]
    assert before["pen_cnt_3y"].to_list().count(1) >= 2  # it is known of both that they were fined once
    await town.push("drc", "penalty_general", penalties(penalty(1, "LATER-1", fine="900")))  # dated long before the day
    assert (await act(town, await record_of(town.gateway, "OLD-2"), "repair")).status_code == 201
    assert (await drawn(town.gateway)).equals(before)
    async with town.gateway.units.begin("test.later", MACHINE) as work:
        later = replace(work, now=work.now + timedelta(days=61))  # as if the window after today were over
        now = await draw_table(later, Drawing((TODAY,), "penalty_general", 60), silent)
    assert not now.drop("period", "outcome").equals(before.drop("period", "outcome"))


async def test_who_was_not_known_then_is_not_in_it(town):
    before = len(await drawn(town.gateway))
    await town.push("market_regulation", "ent_registration", registration(3))
    assert len(await drawn(town.gateway)) == before


async def test_the_outcome_lies_within_the_window_after_the_day(town):
    async def befallen():
        async with town.gateway.database.begin("test.befallen") as session:
            return await whom_it_befell(session, "penalty_general", THEN, THEN + timedelta(days=60))

    assert await befallen() == set()
    for after, many in ((0, 0), (61, 0), (1, 1), (60, 2)):
        on = (THEN + timedelta(days=after)).isoformat()
        number = 2 if after in {0, 60} else 1
        await town.push("drc", "penalty_general", penalties(penalty(number, f"AT-{after}", on=on)))
        assert len(await befallen()) == many, after
        assert int((await drawn(town.gateway))["outcome"].sum()) == many


async def test_a_usage_result_is_an_outcome_of_who_was_decided_on(town):
    await town.consent("bank-1", 1)
    inquiry = (await town.ask("bank-1", 1)).json()["inquiry"]
    async with town.gateway.database.begin("test.age", role="owner") as session:
        await session.execute(text("UPDATE inquiry SET settled_at = settled_at - :by"), {"by": LONG_AGO})
    for day, told in ((THEN + timedelta(days=3), 1), (THEN, None), (THEN + timedelta(days=61), None)):
        body = {"inquiry": inquiry, "outcome": "refused", "decided_on": day.isoformat()}
        made = await town.client.post("/v1/usage-results", json=body, headers=await town.headers("bank-1"))
        assert made.status_code == 201, made.text
        table = await drawn(town.gateway, outcome=REFUSED)
        assert table["outcome"].to_list() == ([told] if told is not None else [])


async def test_several_days_are_told_apart_and_each_drawing_is_an_entry(town):
    days = (THEN, THEN - timedelta(days=1), THEN)
    table = await drawn(town.gateway, days)
    assert table["period"].unique(maintain_order=True).to_list() == [days[1].isoformat(), days[0].isoformat()]
    assert not {"uscc", "name", "subject"} & set(table.columns)
    async with town.gateway.database.begin("test.read", role="owner") as session:
        query = "SELECT type FROM audit_event WHERE type = 'scores.drawn'"
        assert (await session.execute(text(query))).all()


@pytest.mark.parametrize("actor", [OPERATOR, Actor("a-1", "auditor"), Actor("b-1", "account", institution_id="bank")])
async def test_tables_are_drawn_at_this_machine_alone(town, actor):
    with pytest.raises(DeniedError):
        await drawn(town.gateway, actor=actor)


@pytest.mark.parametrize(
    ("drawing", "said"),
    [
        (Drawing((THEN,), "nothing", 60), "nothing"), (Drawing((), REFUSED, 60), "A day is needed"),
        (Drawing((THEN,), REFUSED, 0), "so many days"), (Drawing((THEN,), REFUSED, LONGEST_WINDOW + 1), "so many days"),
        (Drawing((THEN,), REFUSED, 90), "not yet"), (Drawing((TODAY,), REFUSED, 1), "not yet"),
    ],
    ids=range(6),
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(drawing, said):
    with pytest.raises(DeniedError, match=said):
        check(drawing, TODAY)
    check(Drawing((THEN,), REFUSED, 89), TODAY)
    check(Drawing((TODAY - timedelta(days=LONGEST_WINDOW + 1),), REFUSED, LONGEST_WINDOW), TODAY)
