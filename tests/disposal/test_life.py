"""A case from its opening to its end: who takes which step, what each leads to, and what it is refused for."""

from datetime import timedelta

import pytest

from gateway.disposal.reading import Wanted, list_cases, read_case
from gateway.disposal.replaying import replay_case
from gateway.runtime.denial import DeniedError
from tests.actors import MACHINE
from tests.disposal.cases import (
    AUDITOR,
    HANDLER,
    KIND,
    OFFICE,
    OTHER,
    OTHER_OFFICE,
    REGULATOR,
    acting,
    at_risk,
    opened,
    step,
    worked,
)
from tests.enterprises import uscc
from tests.risk.founding import LENDER, POINTS


async def refused(town, case, name, actor=HANDLER, **more):
    with pytest.raises(DeniedError) as refusal:
        await step(town, case, name, actor, **more)
    return refusal.value.denial.reason


async def test_a_case_holds_what_was_found_and_ends_with_an_outcome(town):
    case = await opened(town)
    assert (case.level, case.type, case.office, case.state) == ("restriction", KIND, OFFICE, "opened")
    assert set(case.points) == POINTS
    assert case.due_on == case.found_on + timedelta(days=15)
    for name in ("accept", "check", "confirm", "help"):
        case = await step(town, case, name)
    assert (case.state, case.confirmed_at is not None) == ("confirmed", True)
    case = await step(town, case, "measure", measure="joint-punishment", reference="温联惩〔2026〕12号")
    case = await step(town, case, "close", outcome="redeemed", words="本息已兑付完毕")
    assert (case.state, case.outcome, case.closed_at is not None) == ("closed", "redeemed", True)
    async with acting(town, HANDLER) as work:
        whole = await read_case(work, case.id)
    assert [one.says.get("step", "open") for one in whole.history] == [
        "open", "accept", "check", "confirm", "help", "measure", "close",
    ]  # fmt: skip
    assert [one.by for one in whole.history] == ["person:reg", *["person:handler"] * 6]
    assert whole.may == []
    async with acting(town, MACHINE) as work:
        replay = await replay_case(work, case.id)
    assert (len(replay.noted), list(replay.differences)) == (7, [])
    assert (await opened(town)).id != case.id  # it may be opened anew once it has ended


async def test_a_suspicion_that_does_not_hold_ends_as_a_false_alarm(town):
    case = await worked(town, 701, "accept", "dismiss")
    assert (case.state, case.outcome, case.confirmed_at) == ("closed", "false-alarm", None)
    assert await refused(town, case, "check") == "case-step-state"


@pytest.mark.parametrize(
    ("number", "before", "name", "more"),
    [
        (710, (), "confirm", {}), (711, (), "check", {}), (712, (), "close", {"outcome": "rectified"}),
        (713, ("accept",), "accept", {}), (714, ("accept",), "measure", {"measure": "revoked"}),
        (715, ("accept",), "close", {"outcome": "rectified"}), (716, ("accept",), "ask-transfer", {"to": "police"}),
        (717, ("accept", "confirm"), "dismiss", {}), (718, ("accept", "confirm"), "confirm", {}),
    ],
)  # fmt: skip
async def test_a_step_out_of_turn_is_refused(town, number, before, name, more):
    case = await worked(town, number, *before)
    assert await refused(town, case, name, **more) == "case-step-state"


async def test_an_office_sees_and_works_its_own_cases_alone(town):
    case = await worked(town, 720)
    for actor in (OTHER, REGULATOR, AUDITOR):
        expected = "case-not-found" if actor is OTHER else "case-person-needed"
        assert await refused(town, case, "accept", actor) == expected
    async with acting(town, OTHER) as work:
        with pytest.raises(DeniedError, match="case-not-found"):
            await read_case(work, case.id)


async def test_more_time_is_granted_or_refused_by_the_city(town):
    case = await worked(town, 730, "accept")
    first = case.due_on
    for until, reason in ((first, "case-step-due"), (first + timedelta(days=61), "case-step-due")):
        assert await refused(town, case, "ask-time", until=until) == reason
    case = await step(town, case, "ask-time", until=first + timedelta(days=60))
    assert (case.due_on, case.asks) == (first, {"step": "ask-time", "to": (first + timedelta(days=60)).isoformat()})
    assert await refused(town, case, "ask-time", until=first + timedelta(days=1)) == "case-step-asks"
    assert await refused(town, case, "dismiss") == "case-step-asks"
    assert await refused(town, case, "grant") == "case-person-needed"
    case = await step(town, case, "refuse", REGULATOR)
    assert (case.due_on, case.asks) == (first, None)
    assert await refused(town, case, "grant", REGULATOR) == "case-step-asks-nothing"
    await step(town, case, "ask-time", until=first + timedelta(days=1))
    case = await step(town, case, "grant", REGULATOR)
    assert (case.due_on, case.asks) == (first + timedelta(days=1), None)


async def test_a_case_goes_to_another_office_where_the_city_says_so(town):
    case = await worked(town, 740, "accept", "confirm")
    assert await refused(town, case, "ask-hand-over", office="330399") == "office-unknown"
    assert await refused(town, case, "ask-hand-over", office=OFFICE) == "case-step-same-office"
    await step(town, case, "ask-hand-over", office=OTHER_OFFICE)
    case = await step(town, case, "grant", REGULATOR)
    assert (case.office, case.state) == (OTHER_OFFICE, "opened")
    assert await refused(town, case, "accept") == "case-not-found"
    case = await step(town, case, "accept", OTHER)
    assert (case.state, case.confirmed_at is not None) == ("confirmed", True)  # what was confirmed stays so
    case = await step(town, case, "assign", REGULATOR, office=OFFICE)
    assert (case.office, case.state) == (OFFICE, "opened")


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("accept", {"words": "好"}), ("accept", {"words": "  好 "}), ("accept", {"words": "长" * 2001}),
        ("accept", {"outcome": "rectified"}), ("ask-hand-over", {}), ("ask-time", {"office": OTHER_OFFICE}),
        ("measure", {"measure": "gossip"}), ("measure", {}), ("close", {"outcome": "gone"}),
        ("ask-transfer", {"to": "press"}), ("accept", {"reference": "1"}), ("accept", {"files": ("0" * 64,) * 11}),
    ],
)  # fmt: skip
async def test_what_a_step_does_not_say_or_says_too_much_is_refused(town, name, more):
    case = await opened_once(town)
    assert await refused(town, case, name, **more) == "invalid-request"


@pytest.mark.parametrize("words", ["办理", "长" * 2000])
async def test_words_may_be_as_short_and_as_long_as_that(town, words):
    case = await opened_once(town)
    assert (await step(town, case, "assign", REGULATOR, office=OTHER_OFFICE, words=words)).office == OTHER_OFFICE
    await step(town, case, "assign", REGULATOR, office=OFFICE)


async def opened_once(town):
    """The case of one enterprise, whichever test comes first."""
    number = 750
    try:
        return await opened(town, number)
    except DeniedError as refusal:
        if refusal.denial.reason == "subject-not-found":
            await at_risk(town, number)
            return await opened(town, number)
    async with acting(town, MACHINE) as work:
        return next(one.row for one in await list_cases(work, Wanted(), 500) if one.subject.uscc == uscc(number))


async def test_one_that_stands_at_no_level_gets_no_case(town):
    with pytest.raises(DeniedError, match="risk-not-standing"):
        await opened(town, LENDER, "distress")
