"""The store checked against the sealed records and the log: whatever was done to it is found, and where."""

import hashlib
import io

import polars as pl
import pytest
from sqlalchemy import text

from gateway.runtime.actor import PROGRAM, Actor, at_this_machine
from gateway.runtime.denial import DeniedError
from gateway.scores import verify as verifying
from gateway.scores.compact import compact, tidy
from gateway.scores.listing import list_files
from gateway.scores.status import load_status
from gateway.scores.verify import verify
from scoring_adapter.columns.files import write_rows
from tests.records.penalties import penalties, penalty
from tests.scores.holding import SOURCES, catch_up, column_store, digests, table


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("columns")


@pytest.fixture
async def store(story, folder):
    """A store that is up with a batch of its own, and its newest file."""
    made = column_store(folder, {"penalty_general": SOURCES["penalty_general"]})
    await story.push("drc", "penalty_general", penalties(penalty(1, f"V{len(list(folder.rglob('*.parquet')))}")))
    await catch_up(story.gateway, made)
    return made


async def found(gateway, store):
    verified = await verify(gateway.units, store, store.sources, at_this_machine(), lambda _done, _all: None)
    return [one.what for one in verified.differences]


async def files(gateway):
    async with gateway.units.begin("test.files", PROGRAM) as work:
        return await list_files(work.session)


async def execute(gateway, statement, **values):
    async with gateway.units.begin("test.forge", PROGRAM, role="owner") as work:
        await work.session.execute(text(statement), values)


async def test_a_sound_store_agrees_and_what_is_due_is_no_difference(story, store):
    assert await found(story.gateway, store) == []
    await story.push("drc", "penalty_general", penalties(penalty(1, "due")))
    verified = await verify(story.gateway.units, store, store.sources, at_this_machine(), lambda _done, _all: None)
    assert (verified.differences, verified.behind, verified.datasets) == ([], 1, 1)
    async with story.gateway.units.begin("test.status", PROGRAM) as work:
        (status,) = await load_status(work.session, store.sources)
    assert (status.dataset, status.due, status.rows, status.current) == ("penalty_general", 1, verified.rows, True)
    with pytest.raises(DeniedError):
        await verify(story.gateway.units, store, store.sources, Actor("x", "agency"), lambda _done, _all: None)


async def test_a_changed_byte_and_a_missing_file_are_found(story, store, folder):
    path = folder / (await files(story.gateway))[0].name
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    assert await found(story.gateway, store) == [verifying.CHANGED]
    path.unlink()
    assert await found(story.gateway, store) == [verifying.MISSING]
    path.write_bytes(content)
    assert await found(story.gateway, store) == []


async def test_a_forged_row_is_found_though_file_and_list_fit(story, store, folder):
    file = (await files(story.gateway))[0]
    path = folder / file.name
    content, target = path.read_bytes(), io.BytesIO()
    pl.read_parquet(content).with_columns(pl.col("fine") + 1).write_parquet(target)
    path.write_bytes(target.getvalue())
    set_digest = "UPDATE column_file SET digest = :digest WHERE name = :name"
    await execute(story.gateway, set_digest, digest=hashlib.sha256(target.getvalue()).digest(), name=file.name)
    told = await found(story.gateway, store)
    assert told == [verifying.CONTENT, verifying.LOGGED, verifying.FORGED, verifying.LACKING]
    path.write_bytes(content)
    await execute(story.gateway, set_digest, digest=file.digest, name=file.name)
    assert await found(story.gateway, store) == []


async def test_a_list_that_was_set_back_differs_from_the_log(story, store):
    digest = await digests(story.gateway, store)
    await execute(story.gateway, "UPDATE column_day SET content = substr(content, 2) || content")
    assert await found(story.gateway, store) == [verifying.CONTENT]
    await execute(story.gateway, "UPDATE column_day SET content = substr(content, 256)")
    await execute(story.gateway, "UPDATE column_dataset SET declaration = 'x'")
    assert await found(story.gateway, store) == [verifying.DECLARED]
    await catch_up(story.gateway, store)  # built anew
    assert await digests(story.gateway, store) == digest
    assert await found(story.gateway, store) == []


async def test_compacting_changes_files_and_nothing_else(story, store, folder):
    for number in range(2, 12):
        await story.push("drc", "penalty_general", penalties(penalty(number, "K"), penalty(1, "K1", fine=str(number))))
        await catch_up(story.gateway, store)
    before, held, digest = (
        await files(story.gateway),
        await table(story.gateway, store),
        await digests(story.gateway, store),
    )
    await tidy(story.gateway.units, store, PROGRAM)
    some = await files(story.gateway)
    assert len(some) < len(before)
    assert (await table(story.gateway, store)).equals(held)
    await compact(story.gateway.units, store, at_this_machine())
    assert [file.gone for file in await files(story.gateway)] == [False]
    assert (await table(story.gateway, store)).equals(held)
    assert await digests(story.gateway, store) == digest
    assert await found(story.gateway, store) == []
    assert {file.name for file in before} <= set(store.place.names())  # for those who still read them
    (left,) = write_rows(store.place, "penalty_general", before[0].day, 9, held)
    await execute(story.gateway, "UPDATE column_file SET replaced_at = replaced_at - interval '7 hours'")
    await tidy(story.gateway.units, store, PROGRAM)
    assert set(store.place.names()) == {left.name, *(file.name for file in await files(story.gateway))}
    old = folder / left.name.replace(left.name[-44:], "01000000-0000-7000-8000-000000000000.parquet")
    (folder / left.name).rename(old)
    await tidy(story.gateway.units, store, PROGRAM)
    assert not old.exists()  # a crash left it, longer ago than any write takes
