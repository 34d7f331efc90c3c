"""How scores lie in an industry: counted when a scan ends, told from enough enterprises on, the same for ever after."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from connectors.model.calendar import day_of
from gateway.inquiries.replay import replay_inquiry
from gateway.runtime.actor import Actor
from gateway.runtime.clock import database_now
from gateway.scores.distributions import (
    LOOKED_FOR,
    find_distribution,
    forget_newest,
    newest_distribution,
    write_distribution,
)
from scoring_adapter.industries import load_industries
from scoring_adapter.scorecard import load_scorecard
from tests.enterprises import uscc
from tests.scores.scanning import rows, scan_all
from tests.stories import REGISTRATION, as_csv, registration

AUDITOR = Actor("auditor-1", "auditor")
TODAY = day_of(datetime.now(UTC))
MODEL = load_scorecard().card.model()
LEAST = load_industries().least
_ROW = text("""
    INSERT INTO subject_score (subject, holds_from, holds_to, known_at, basis_id, status, score, band, parts, reasons,
        digest, section, size)
    VALUES (:subject, :day, :ended, now(), 1, :status, :score, CASE WHEN :status = 'scored' THEN 'good' END, '', '', 0,
        :section, :size)
""")
_CLEAR = text("DELETE FROM subject_score WHERE subject >= 1000")


def row(subject, score=700, section=3, size=2, ended=None):
    status = "insufficient-evidence" if score is None else "scored"
    return {"subject": 1000 + subject, "day": TODAY - timedelta(days=9), "ended": ended, "status": status,
            "score": score, "section": section, "size": size}  # fmt: skip


async def counted(gateway, several, model, day=TODAY):
    """Return the distribution that is written of these rows."""
    async with gateway.database.begin("test.distribution") as session:
        await session.execute(_CLEAR)
        await session.execute(_ROW, several)
        digest = await write_distribution(session, model, day, uuid4())
        found = await find_distribution(session, model, day)
        await session.execute(_CLEAR)
    return digest, found


@pytest.mark.parametrize(("many", "told"), [(LEAST - 1, False), (LEAST, True), (LEAST + 1, True)])
async def test_a_group_is_counted_from_the_least_number_on(story, many, told):
    _, found = await counted(story.gateway, [row(one, 600 + one % 3) for one in range(many)], f"least/{many}")
    assert (found is not None) == told
    if found:
        assert {group: one.enterprises for group, one in found.groups.items()} == {
            ("C", "small"): many,
            ("C", ""): many,
        }


async def test_what_is_counted_is_every_score_that_stands_of_a_known_section(story):
    several = [
        *(row(one, 600) for one in range(LEAST)),
        *(row(100 + one, 700, size=0) for one in range(5)),  # of unknown size: of the section alone
        *(row(200 + one, 500, section=5, size=0) for one in range(LEAST)),
        row(300, None), row(301, 650, section=0, size=0), row(302, 650, section=None, size=None),
        row(303, 650, ended=TODAY),
    ]  # fmt: skip
    digest, found = await counted(story.gateway, several, "counted/1")
    told = {group: (one.scores, one.counts) for group, one in found.groups.items()}
    assert told == {
        ("C", "small"): ((600,), (LEAST,)), ("C", ""): ((600, 700), (LEAST, 5)), ("E", ""): ((500,), (LEAST,)),
    }  # fmt: skip
    assert digest == found.digest()
    again, same = await counted(story.gateway, several[:LEAST], "counted/1")
    assert again is None  # the day has its distribution
    assert same.digest() == digest


async def test_nobody_changes_a_distribution_once_it_is_written(story):
    await counted(story.gateway, [row(one) for one in range(LEAST)], "kept/1")
    for change in ("UPDATE score_distribution SET counts = counts", "DELETE FROM score_distribution"):
        with pytest.raises(ProgrammingError, match="permission denied"):
            await rows(story.gateway, change)


async def test_the_newest_is_looked_for_once_a_minute_and_by_its_day(story):
    gateway, model = story.gateway, "newest/1"
    several = [row(one) for one in range(LEAST)]
    async with gateway.database.begin("test.newest") as session:
        now = await database_now(session)
        assert await newest_distribution(session, model, now) is None
    await counted(gateway, several, model, TODAY - timedelta(days=2))
    await counted(gateway, several, model, TODAY + timedelta(days=2))  # of a day that has not come
    async with gateway.database.begin("test.newest") as session:
        assert await newest_distribution(session, model, now + LOOKED_FOR - timedelta(microseconds=1)) is None
        found = await newest_distribution(session, model, now + LOOKED_FOR)
        assert found.day == TODAY - timedelta(days=2)
        assert await newest_distribution(session, model, now + LOOKED_FOR * 3) is found
        forget_newest(session)
        assert await newest_distribution(session, model, now) is not found


@pytest.fixture
async def town(story):
    """As many shoe makers as are told of, and one builder; of all of them enough is known."""
    if not await rows(story.gateway, "SELECT FROM subject WHERE name LIKE '瓯海第5%'"):
        await story.feeds()
        header = (*REGISTRATION, "行业代码")
        lines = [registration(number).splitlines()[1].split(",") for number in range(500, 500 + LEAST + 1)]
        codes = ["C1952"] * LEAST + ["E4710"]
        await story.push(
            "market_regulation", "ent_registration",
            as_csv(header, *([*line, code] for line, code in zip(lines, codes, strict=True))),
        )  # fmt: skip
        await story.account("bank-1", "bank")
        await story.enrol("auditor-1", "auditor")
        for number in (500, 500 + LEAST):
            await story.consent("bank-1", number, products=["score", "health_check"])
    return story


async def ask(town, number=500, **more):
    answer = await town.ask("bank-1", number, **more)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    async with town.gateway.units.begin("test.replay", AUDITOR) as work:
        made = await replay_inquiry(work, UUID(told["inquiry"]))
    assert (made.outcome, made.differences) == ("equal", ())
    return told


async def test_an_answer_is_compared_by_the_newest_scan_and_computed_again_by_the_one_it_names(town):
    before = await ask(town)
    assert before["industry"] == {"status": "no-scan"}
    run = await scan_all(town.gateway)
    told = await ask(town)
    assert told["industry"] == {
        "status": "computed", "percentile": 0, "enterprises": LEAST,
        "section": {"code": "C", "zh": "制造业", "en": "manufacturing"}, "size": None,
        "scores": dict.fromkeys(("10", "25", "50", "75", "90"), told["score"]), "day": TODAY.isoformat(),
    }  # fmt: skip
    assert (await ask(town, product="health_check"))["industry"] == told["industry"]
    assert (await ask(town, 500 + LEAST))["industry"] == {"status": "few", "day": TODAY.isoformat()}
    async with town.gateway.units.begin("test.replay", AUDITOR) as work:
        for one in (before, told):
            assert (await replay_inquiry(work, UUID(one["inquiry"]))).outcome == "equal"
        event = (await work.recorder.find_payloads(work.session, [run.closing_event_id]))[run.closing_event_id]
        found = await find_distribution(work.session, MODEL, TODAY)
    assert found.digest() in event["payload"]
    assert uscc(500) == told["subject"]


async def test_a_score_of_a_part_of_the_data_is_compared_with_nobody(town):
    await scan_all(town.gateway)
    told = await ask(town, data_from="2000-01-01", narrow=True)
    assert told["industry"]["status"] in {"narrowed", "no-score"}
    outline = await ask(town, tier="basic", narrow=True)
    assert not {"industry", "improvements"} & outline.keys()
