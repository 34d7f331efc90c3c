"""Files of cases: what may be handed in and by whom, kept sealed, named by a step, and read by who sees the case."""

import hashlib

import pytest
from sqlalchemy import text

from gateway.consents.files import LONGEST_FILE
from gateway.disposal import files
from gateway.disposal.files import add_file, read_file
from gateway.disposal.reading import read_case
from gateway.runtime.denial import DeniedError
from tests.disposal.cases import AUDITOR, HANDLER, OTHER, REGULATOR, acting, step, worked
from tests.evidence.forging import forging

NUMBERS = iter(range(1001, 1099))
NOTE = "现场核查笔录".encode()


async def add(town, case, content=NOTE, media_type="text/plain", actor=HANDLER):
    async with acting(town, actor) as work:
        return await add_file(work, case.id, media_type, content)


async def refused(town, case, **more):
    with pytest.raises(DeniedError) as refusal:
        await add(town, case, **more)
    return refusal.value.denial.reason


async def test_a_file_is_sealed_once_named_by_a_step_and_read_again(town):
    case = await worked(town, next(NUMBERS), "accept")
    taken = await add(town, case)
    assert (await add(town, case, actor=REGULATOR)).event_id == taken.event_id
    assert NOTE not in taken.sealed
    await step(town, case, "check", files=(taken.sha256, taken.sha256), words="见笔录")
    for actor in (HANDLER, REGULATOR, AUDITOR):
        async with acting(town, actor) as work:
            assert (await read_file(work, case.id, taken.sha256))[1] == NOTE
    async with acting(town, HANDLER) as work:
        whole = await read_case(work, case.id)
    assert whole.history[-1].says["files"] == [hashlib.sha256(NOTE).hexdigest()]


async def test_another_office_reads_none_and_another_case_has_not_this_one(town):
    case, other = await worked(town, next(NUMBERS), "accept"), await worked(town, next(NUMBERS), "accept")
    taken = await add(town, case)
    for actor, where, reason in ((OTHER, case, "case-not-found"), (HANDLER, other, "case-file-not-found")):
        async with acting(town, actor) as work:
            with pytest.raises(DeniedError, match=reason):
                await read_file(work, where.id, taken.sha256)
    with pytest.raises(DeniedError, match="case-file-not-found"):
        await step(town, other, "check", files=(taken.sha256,))


async def test_what_is_no_evidence_and_whoever_takes_no_steps_is_refused(town):
    case = await worked(town, next(NUMBERS), "accept")
    for more in ({"media_type": "image/png"}, {"media_type": "text/html"}, {"content": b""}):
        assert await refused(town, case, **more) == "evidence-refused"
    assert await refused(town, case, content=b"x" * (LONGEST_FILE + 1)) == "evidence-refused"
    assert (await add(town, case, content=b"x" * LONGEST_FILE)).size == LONGEST_FILE
    assert await refused(town, case, actor=AUDITOR) == "case-person-needed"
    await step(town, case, "dismiss")
    assert await refused(town, case) == "case-step-state"


async def test_a_case_has_so_many_files_at_most(town, monkeypatch):
    monkeypatch.setattr(files, "MOST_OF_CASE", 2)
    case = await worked(town, next(NUMBERS), "accept")
    for number in range(2):
        await add(town, case, content=f"第{number}份".encode())
    assert await refused(town, case, content="第三份".encode()) == "evidence-refused"


async def test_a_file_that_was_changed_is_not_given_out(town):
    case = await worked(town, next(NUMBERS), "accept")
    taken = await add(town, case)
    async with forging(town.gateway, "disposal_file") as work:
        await work.session.execute(text("UPDATE disposal_file SET sealed = sealed || 'x'::bytea"))
        with pytest.raises(DeniedError, match="case-file-damaged"):
            await read_file(work, case.id, taken.sha256)
