"""Ended just before or just after a commit of the column store: it is behind and never ahead, and catches up."""

from contextlib import asynccontextmanager, suppress

import pytest

from gateway.runtime.actor import PROGRAM, at_this_machine
from gateway.runtime.database import Database
from gateway.scores.build import rebuild
from gateway.scores.compact import compact
from gateway.scores.listing import list_files
from gateway.scores.verify import verify
from tests import town
from tests.processes import PATIENCE_SECONDS, running
from tests.records.penalties import penalties, penalty
from tests.scores.holding import SOURCES, catch_up, column_store, digests, table

NAMES = ["penalty_general"]


class EndedError(BaseException):
    """The process is gone: nothing it would have done next is done."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("columns")


async def appending(gateway, store):
    await catch_up(gateway, store)


async def rebuilding(gateway, store):
    await rebuild(
        gateway.units, store.place, store.sources, NAMES, at_this_machine(),
        lambda _name: lambda _done, _all: None, resume=False,
    )  # fmt: skip


async def compacting(gateway, store):
    await compact(gateway.units, store, at_this_machine())


POINTS = {
    "columns.append": appending, "columns.mark": rebuilding, "columns.rebuild": rebuilding,
    "columns.compact": compacting, "columns.sweep": compacting,
}  # fmt: skip


@pytest.mark.parametrize("phase", ["before", "after"])
@pytest.mark.parametrize("point", POINTS)
async def test_ended_at_its_commit_the_store_is_behind_and_catches_up(story, folder, monkeypatch, point, phase):
    gateway = story.gateway
    store = column_store(folder, {"penalty_general": SOURCES["penalty_general"]})
    await catch_up(gateway, store)
    number = list(POINTS).index(point) * 2 + (phase == "after") + 1
    for fine in ("1", "2"):  # a correction: rows that are gone, and others
        await story.push("drc", "penalty_general", penalties(penalty(number, f"{point}{phase}", fine=fine)))
        if fine == "1" or point != "columns.append":
            await catch_up(gateway, store)
    before, begin = await table(gateway, store), Database.begin

    @asynccontextmanager
    async def ending(self, name, **more):
        async with begin(self, name, **more) as session:
            yield session
            if (name, phase) == (point, "before"):
                await session.flush()
                raise EndedError
        if (name, phase) == (point, "after"):
            raise EndedError

    with monkeypatch.context() as patched, suppress(EndedError):
        patched.setattr(Database, "begin", ending)
        await POINTS[point](gateway, store)
        pytest.fail(f"{point} was not reached")
    async with gateway.units.begin("test.files", PROGRAM) as work:
        listed = {file.name for file in await list_files(work.session)}
    assert listed <= set(store.place.names())  # never ahead: all that the list names is there
    if phase == "before":
        assert (await table(gateway, store)).equals(before)
    await catch_up(gateway, store)
    found = await verify(gateway.units, store, NAMES, at_this_machine(), lambda _done, _all: None)
    assert (found.differences, found.behind) == ([], 0)
    caught_up = await digests(gateway, store)
    await rebuilding(gateway, store)
    assert await digests(gateway, store) == caught_up


@pytest.mark.slow
def test_killed_the_command_leaves_nothing_half_done_and_goes_on(socket_folder, tmp_path):
    with town.instance(socket_folder, tmp_path, "gateway") as made:
        handed_in = tmp_path / "penalties.csv"
        handed_in.write_text(penalties(penalty(1, "K1"), penalty(2, "K2")), "utf-8")
        made.cli("ingest", "penalty_general", str(handed_in), "--batch", "1")
        env = {**made.env, "CRASH_AT": "before columns.rebuild"}
        with running(["columns", "append"], env, module="tests.crashing") as doomed:
            assert doomed.wait(PATIENCE_SECONDS) < 0
        assert made.rows("SELECT count(*) FROM column_file") == [(0,)]
        assert made.rows("SELECT count(*) FROM column_due") == [(1,)]
        made.cli("columns", "append", "--json")
        assert made.rows("SELECT sum(row_count) FROM column_day WHERE dataset = 'penalty_general'") == [(2,)]
        assert '"differences":[]' in made.cli("columns", "verify", "--json")
        assert '"rows":2' in made.cli("columns", "rebuild", "--json")
        assert "penalty_general" in made.cli("columns", "status")
        assert '"files":' in made.cli("columns", "compact", "--json")
