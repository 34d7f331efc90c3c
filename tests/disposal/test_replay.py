"""A case is played again from the log alone: whatever was changed in its row is told, and what the log has lost."""

from uuid import UUID

import pytest
from sqlalchemy import text

from audit import search
from connectors.store.subjects import find_subject
from gateway.disposal.reading import read_case
from gateway.disposal.replaying import replay_case
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from tests.actors import MACHINE, OPERATOR
from tests.disposal.cases import AUDITOR, HANDLER, REGULATOR, acting, step, worked
from tests.enterprises import uscc
from tests.evidence.forging import forging
from tests.platforms.test_foreign_receiver import differences

NUMBERS = iter(range(950, 999))
CHANGED = {
    "office": "'330304'", "state": "'accepted'", "due_on": "due_on + 1", "confirmed_at": "now()", "steps": "3",
    "level": "'notice'", "score": "1", "points": "'{}'", "found_on": "found_on - 1", "opened_by": "'person:other'",
    "asks": """'{"step": "ask-time", "to": "2027-01-01"}'""", "type": "'distress'", "opened_at": "now()",
}  # fmt: skip


async def told(work, case):
    return {one.what for one in (await replay_case(work, case.id)).differences}


@pytest.mark.parametrize("column", CHANGED)
async def test_a_row_that_was_changed_is_told(town, column):
    case = await worked(town, next(NUMBERS), "accept", "confirm")
    async with forging(town.gateway) as work:
        assert await told(work, case) == set()
        query = f"UPDATE disposal_case SET {column} = {CHANGED[column]} WHERE id = :id"
        await work.session.execute(text(query), {"id": case.id})
        assert await told(work, case) == {column}


async def test_a_row_that_is_gone_and_an_entry_that_is_gone_are_told(town):
    case = await worked(town, next(NUMBERS), "accept", "check", "confirm")
    async with forging(town.gateway) as work:
        await work.session.execute(text("DELETE FROM disposal_case WHERE id = :id"), {"id": case.id})
        assert "office" in await told(work, case)
    async with forging(town.gateway) as work:
        query = """DELETE FROM audit_event WHERE event_id = (
            SELECT event_id FROM audit_event WHERE type = 'case.stepped' ORDER BY event_id DESC LIMIT 1 OFFSET 1)"""
        await work.session.execute(text(query))
        assert await told(work, case) == {"number"}


async def test_entries_of_other_cases_are_not_read(town, monkeypatch):
    case, read, members = await worked(town, next(NUMBERS), "accept"), [], search.leaf_members
    await worked(town, next(NUMBERS), "accept", "confirm")
    monkeypatch.setattr(search, "leaf_members", lambda leaf: read.append(leaf) or members(leaf))
    async with acting(town, MACHINE) as work:
        assert await told(work, case) == set()
    assert len(read) == 2


async def test_overseers_alone_replay(town):
    case = await worked(town, next(NUMBERS))
    for actor in (AUDITOR, REGULATOR, MACHINE):
        async with acting(town, actor) as work:
            assert await told(work, case) == set()
    for actor in (HANDLER, OPERATOR, Actor("bank-1", "account")):
        async with acting(town, actor) as work:
            with pytest.raises(DeniedError, match="监管"):
                await replay_case(work, case.id)


async def test_the_offline_comparison_knows_cases_too(town):
    case = await worked(town, next(NUMBERS), "accept", "confirm")
    await step(town, case, "close", outcome="rectified")
    assert await differences(town.gateway) == []


async def test_where_the_key_was_destroyed_the_words_are_gone_and_the_case_still_ends(town):
    number = next(NUMBERS)
    case = await worked(town, number, "accept", "confirm")
    gone = "UPDATE audit_dek SET wrapped_key = NULL, destroyed_at = now() WHERE subject_ref = :subject"
    async with town.gateway.database.begin("test.gone", role="owner") as session:
        subject = await find_subject(session, "uscc", uscc(number))
        await session.execute(text(gone), {"subject": str(subject.subject_id)})
    case = await step(town, case, "close", outcome="cancelled")
    async with acting(town, HANDLER) as work:
        whole = await read_case(work, case.id)
    assert [one.says is None for one in whole.history] == [True, True, True, False]
    async with acting(town, MACHINE) as work:
        assert await told(work, case) == {"erased"}


@pytest.mark.parametrize("made_up", [UUID(int=0), UUID(int=2**128 - 1), UUID("ffffffff-ffff-7000-8000-000000000000")])
async def test_of_an_id_that_somebody_made_up_there_is_no_case(town, made_up):
    async with acting(town, MACHINE) as work:
        with pytest.raises(DeniedError, match="case-not-found"):
            await replay_case(work, made_up)
